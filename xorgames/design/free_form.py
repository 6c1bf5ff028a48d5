"""The best game of a free-form problem: a see-saw between correlators and games.

For a game the Tsirelson strategy gives the best correlators E, for given E a linear programme gives
the best game of the polytope (`linear_games`). Each step is at least as good as the one before, so
that the objective never falls:

    Q(M') - L(M') >= <M', E> - L(M') >= <M, E> - L(M) = Q(M) - L(M),

and likewise for quotients. The objective is convex in part, so that a see-saw may end at a local
optimum: many are run, from correlators of vectors in a plane, on a sphere and in more dimensions,
and of games that are given. The winner is put in short exact numbers and certified. It is the best
game found; that there is no better one is not proven.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.free_problem import FreeProblem, load_problem
from xorgames.design.judge import TOLERANCE
from xorgames.design.linear_games import Cuts, LinearGames, admits, best_game_for
from xorgames.design.objectives import Objective, certified, demands_of, objective_of
from xorgames.design.search import Progress
from xorgames.errors import expect, near_name, reject
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.tsirelson import tsirelson_bias

if TYPE_CHECKING:
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict

FloatArray = NDArray[np.float64]

FREE_OBJECTIVES = ("gap", "ratio", "critical-infidelity")
#: Random starts for each dimension of the vectors, fewer for games of more than so many entries.
STARTS, _ENTRIES = 6, 64
_DIMENSIONS = (2, 3, 4)
_MOST_STEPS = 60
#: A step that adds less than this share ends a see-saw.
_REST = 1e-10
_LARGEST_DENOMINATOR = 240
_CLOSE = 1e-6
#: How far from its conditions a distribution of decimals may be: as in a family file.
_ALLOWED = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeDesigned:
    """A game that was designed from scratch.

    Attributes
    ----------
    problem : FreeProblem
    objective : Objective
    value : Bound
        Proven.
    default_value : Bound or None
        Of the game that one came with, or of the uniform distribution; None where there is none.
    history : tuple of float
        The objective along the see-saw that won, in plain doubles; it never falls.
    evaluations : int
        How many games were looked at.
    solution : Solution
    setting : Setting
    """

    problem: FreeProblem
    objective: Objective
    value: Bound
    default_value: Bound | None
    history: tuple[float, ...]
    evaluations: int
    solution: Solution
    setting: Setting

    @property
    def game(self) -> XORGame:
        """The game."""
        return self.solution.game

    @property
    def improvement(self) -> Bound | None:
        """By how much the objective is better than at the default, proven."""
        return None if self.default_value is None else self.value - self.default_value

    @cached_property
    def requirements(self) -> "Requirements":
        """What the game asks of a machine."""
        return demands_of(self.solution, self.setting)

    @cached_property
    def verdict(self) -> "Verdict | None":
        """Whether the design does it, None without a design."""
        from xorgames.hardware.verdict import check

        performance = self.setting.performance
        return None if performance is None else check(self.requirements, performance)

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        m, n = self.game.shape
        about = {"name": self.game.name, "shape": [m, n], "id": self.game.id}
        known, better = self.default_value, self.improvement
        return {
            "problem": self.problem.name,
            "parameters": {},
            "quantity": self.objective.quantity,
            "goal": self.objective.verb,
            "objective": self.value.to_dict(),
            "default_objective": None if known is None else known.to_dict(),
            "improvement": None if better is None else better.to_dict(),
            "rounding_tolerance": float(TOLERANCE),
            "game": about | self.game.to_dict(),
            "evaluations": self.evaluations,
            "setting": self.setting.to_dict(),
        }

    def to_json(self) -> str:
        """Return the result as JSON."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=2) + "\n"


def design_free(
    problem: FreeProblem | str | Path,
    *,
    maximise: str = "gap",
    starts: Sequence[XORGame] = (),
    setting: Setting | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> FreeDesigned:
    """Return the best game of a free-form problem that is found, certified.

    Parameters
    ----------
    problem : FreeProblem, or the path of a problem file
    maximise : {"gap", "ratio", "critical-infidelity"}
    starts : sequence of XORGame
        Games of the same shape whose Tsirelson correlators are starts too.
    setting : Setting, optional
        For `requirements` and `verdict` of the result.
    rng : int or numpy.random.Generator
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        If the objective is another one, a start has another shape, or nothing can be chosen.

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
    if maximise not in FREE_OBJECTIVES:
        cure = near_name(str(maximise), FREE_OBJECTIVES)
        rule = "is not offered for free-form problems"
        reject("maximise", rule, received=repr(maximise), cure=cure)
    objective = objective_of(maximise, None, setting)
    random = np.random.default_rng(rng)
    ratio = maximise != "gap"
    cuts, runs = Cuts(), []
    first = _first(problem)
    seeds = list(_seeds(problem, first, starts, random))
    for i, seed in enumerate(seeds):
        if progress is not None:
            progress("see-saw", i, len(seeds))
        runs.append(_see_saw(problem.games, cuts, seed, ratio=ratio))
    z, history = max(runs, key=lambda run: run[1][-1])
    solution, value, tried = _certified(problem, z, objective, setting)
    default = None if first is None else _objective(problem.game(first), objective, setting)[1]
    return FreeDesigned(
        problem=problem,
        objective=objective,
        value=value,
        default_value=default if isinstance(default, Bound) else None,
        history=tuple(history),
        evaluations=sum(len(steps) for _, steps in runs) + tried,
        solution=solution,
        setting=setting,
    )


def _first(problem: FreeProblem) -> FractionArray | None:
    """Return the numbers that one came with: of the file, or all probabilities alike."""
    if problem.start is not None:
        return problem.start
    if problem.choose == "payoff":
        return None
    m, n = problem.shape
    alike = np.full((m, n), Fraction(1, m * n), dtype=object)
    floats = alike.astype(np.float64).ravel().tolist()
    return alike if admits(problem.games, floats, _ALLOWED) else None


def _seeds(
    problem: FreeProblem,
    first: FractionArray | None,
    starts: Sequence[XORGame],
    random: np.random.Generator,
) -> Iterator[FloatArray]:
    """Yield correlators to start from."""
    m, n = problem.shape
    for game in starts:
        if game.shape != (m, n):
            received = " x ".join(map(str, game.shape))
            reject("starts", f"must have the shape of the problem, {m} x {n}", received=received)
        yield tsirelson_bias(game.matrix)[1].correlators
    if first is not None:
        matrix = problem.game(first).matrix
        if matrix.any():
            yield tsirelson_bias(matrix)[1].correlators
    # A fan of directions in the plane: chained games and their kin.
    yield np.cos(np.pi * (np.arange(m)[:, None] / m - (np.arange(n) + 0.5) / n))
    for dimension in _DIMENSIONS:
        for _ in range(max(1, min(STARTS, STARTS * _ENTRIES // (m * n)))):
            alice, bob = (random.standard_normal((inputs, dimension)) for inputs in (m, n))
            lengths = [np.linalg.norm(v, axis=1, keepdims=True) for v in (alice, bob)]
            yield (alice / lengths[0]) @ (bob / lengths[1]).T


def _see_saw(
    games: LinearGames, cuts: Cuts, correlators: FloatArray, *, ratio: bool
) -> tuple[FloatArray, list[float]]:
    """Return the numbers at which a see-saw ends, and the objective along it."""
    history: list[float] = []
    best = best_game_for(correlators, games, cuts, ratio=ratio)
    for _ in range(_MOST_STEPS):
        matrix = games.matrix(best.z)
        if not matrix.any():
            history.append(0.0)
            break
        bound, strategy = tsirelson_bias(matrix)
        classical = cuts.best(matrix)[0]
        quantum = bound.lower
        history.append(1 - classical / quantum if ratio else (quantum - classical) / 2)
        if len(history) > 1 and history[-1] - history[-2] <= _REST * abs(history[-1]):
            break
        best = best_game_for(strategy.correlators, games, cuts, ratio=ratio)
    return best.z, history


def _objective(
    game: XORGame, objective: Objective, setting: Setting
) -> tuple[Solution, Bound | str]:
    solution = solve(game)
    return solution, certified(objective.quantity, solution, setting)


def _certified(
    problem: FreeProblem, z: FloatArray, objective: Objective, setting: Setting
) -> tuple[Solution, Bound, int]:
    """Return the solution at exact numbers near z, as short as they cost next to nothing."""
    tried = 0
    best: tuple[Solution, Bound] | None = None
    candidates = list(_exact_numbers(problem, z))
    # The last has the most digits: it says what there is to lose.
    for numbers in [candidates[-1], *candidates[:-1]]:
        solution, value = _objective(problem.game(numbers), objective, setting)
        tried += 1
        if isinstance(value, str):
            continue
        if best is None:
            best = solution, value
        elif value.lower >= best[1].lower * (1 - float(TOLERANCE)):
            return solution, value, tried
    if best is None:
        reject("problem", "must leave room for a game whose payoffs depend on the outputs")
    return *best, tried


def _exact_numbers(problem: FreeProblem, z: FloatArray) -> Iterator[FractionArray]:
    """Yield exact numbers near z that meet all conditions: small denominators, then decimals."""
    found = 0
    for denominator in range(1, _LARGEST_DENOMINATOR + 1):
        near = np.round(z * denominator)
        if np.abs(near / denominator - z).max() > _CLOSE:
            continue
        numbers = [Fraction(int(number), denominator) for number in near]
        if _is_exact(problem, numbers):
            yield _table_of(problem, numbers)
            found += 1
        if found == 2:
            break
    for digits in (3, 4, 6, 8, 12, 15):
        unit = Fraction(1, 10**digits)
        numbers = [round(Fraction(number) / unit) * unit for number in z.tolist()]
        if problem.choose == "distribution":
            # What rounding adds or takes goes to the likeliest pair of inputs.
            largest = int(np.argmax(z))
            numbers[largest] += 1 - sum(numbers, Fraction(0))
        if digits == 15 or _is_exact(problem, numbers):
            yield _table_of(problem, _clipped(problem, numbers))


def _is_exact(problem: FreeProblem, numbers: Sequence[Fraction]) -> bool:
    total = sum(numbers, Fraction(0))
    whole = problem.choose == "payoff" or total == 1
    return whole and admits(problem.games, [float(number) for number in numbers], _ALLOWED / 10)


def _clipped(problem: FreeProblem, numbers: Sequence[Fraction]) -> list[Fraction]:
    """Return the numbers inside the limits of each, which doubles may have missed by a hair."""
    low, high = problem.limits
    if problem.choose == "payoff":
        low, high = low - high, high - low
    return [min(max(number, low), high) for number in numbers]


def _table_of(problem: FreeProblem, numbers: Sequence[Fraction]) -> FractionArray:
    table = np.empty(len(numbers), dtype=object)
    table[:] = _clipped(problem, numbers)
    return table.reshape(problem.shape)
