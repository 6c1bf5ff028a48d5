"""The best game of a free-form problem: searched for, certified, and compared with the default.

See-saws (`free_search`) propose games, `free_choice` judges them on proven numbers.
It is the best game found; that there is no better one is not proven.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.free_choice import Choice
from xorgames.design.free_designed import FreeDesigned
from xorgames.design.free_problem import FreeProblem, load_problem
from xorgames.design.free_search import Seed, seeds_for
from xorgames.design.judge import Judge
from xorgames.design.objectives import certified, objective_of, parse_subjects
from xorgames.design.search import Progress
from xorgames.draws import generator
from xorgames.errors import expect, reject
from xorgames.game import XORGame
from xorgames.solvers.solve import solve


def design_free(
    problem: FreeProblem | str | Path,
    *,
    maximise: str | None = None,
    minimise: str | None = None,
    subject: Sequence[str] = (),
    starts: Sequence[XORGame] = (),
    setting: Setting | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> FreeDesigned:
    """Return the best game of a free-form problem that is found, certified.

    Parameters
    ----------
    problem : FreeProblem, or the path of a problem file
    maximise : {"gap", "ratio", "critical-infidelity", "margin"}
    minimise : {"rounds", "rate"}
        One of the two; by default the gap is maximised.
    subject : sequence of str
        Conditions: see `objectives`. All are provably met.
    starts : sequence of XORGame
        Games of the same shape whose Tsirelson correlators are starts too.
    setting : Setting, optional
        Conditions and design, for rounds, rate, margin and "pass".
    rng : int or numpy.random.Generator
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        If a name does not fit, a start has another shape, or no game is found that meets the
        subjects.
    KeyboardInterrupt
        On Ctrl-C before any game was found and solved; later the best so far is returned.

    Examples
    --------
    >>> from xorgames.design.free_problem import problem_from_table
    >>> found = design_free(problem_from_table(
    ...     {"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]}
    ... ))
    >>> found.game.to_dict()["distribution"], found.value.display(6)
    ([['1/4', '1/4'], ['1/4', '1/4']], '0.103553 … 0.103554')
    """
    if not isinstance(problem, FreeProblem):
        problem = load_problem(problem)
    setting = Setting() if setting is None else setting
    expect(setting, Setting, key="setting")
    expect(subject, Sequence, key="subject")
    if maximise is None and minimise is None:
        maximise = "gap"
    objective = objective_of(maximise, minimise, setting)
    subjects = parse_subjects(subject, setting)
    random = generator(rng)
    choice = Choice(problem, objective, subjects, setting, progress, random)
    best, run = choice.best(_seeds(problem, starts, random))
    assert best.value is not None
    assert best.solution is not None
    default, note = _default(problem, choice.judge)
    # Differences count in units of payoffs, quotients in none.
    unit = 1.0 if run.aim.ratio else float(problem.unit)
    return FreeDesigned(
        problem=problem,
        objective=objective,
        subjects=subjects,
        value=best.value,
        default_value=default,
        default_note=note,
        history=tuple(unit * worth for worth in run.history),
        settled=run.settled,
        interrupted=choice.interrupted,
        evaluations=choice.evaluations + (problem.came() is not None),
        solution=best.solution,
        setting=setting,
    )


def _seeds(
    problem: FreeProblem, starts: Sequence[XORGame], random: np.random.Generator
) -> list[Seed]:
    """Return what to start from: games that are given, and what is usual."""
    expect(starts, Sequence, key="starts")
    matrices = []
    for game in starts:
        expect(game, XORGame, key="starts")
        if game.shape != problem.shape:
            rule = "must have the shape of the problem, {} x {}".format(*problem.shape)
            reject("starts", rule, received=" x ".join(map(str, game.shape)))
        matrices.append(game.matrix)
    came = problem.came()
    if came is not None:
        matrices.append(came.matrix)
    return list(seeds_for(problem.games, [each for each in matrices if each.any()], random))


def _default(problem: FreeProblem, judge: Judge) -> tuple[Bound | None, str]:
    """Return the objective of the game that one came with, and what is amiss there."""
    game, numbers = problem.came(), problem.came_with
    if game is None or numbers is None:
        return None, ""
    solution = solve(game)
    value = certified(judge.objective.quantity, solution, judge.setting)
    missed = [each.shortfall(solution, judge.setting) for each in judge.subjects]
    notes = [note for note in missed if note is not None]
    if not problem.admits(numbers.ravel().tolist()):
        notes.insert(0, "the default does not meet the conditions of the problem exactly")
    if isinstance(value, str):
        return None, "; ".join([f"{judge.objective.quantity}: {value}", *notes])
    return value, "; ".join(notes)
