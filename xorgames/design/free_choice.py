"""Which of many see-saws ends at the best game of a free-form problem, on proven numbers.

1. See-saws (`free_search`) towards the gap, or towards the noise that the advantage bears.
2. Rounds, rate and margin depend on both biases. There the see-saws go towards Q - w L, from which
   they come for some weight w: the gap is w = 1, noise shifts it, and the ratio is where Q = w L.
   A search along w on proven numbers follows. The same games are looked at where subjects are not
   limits on the two biases.
3. The winner's numbers are made exact and short (`free_numbers`); what it is worth, and that it
   meets every subject, is proven.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NoReturn, cast

import numpy as np
from numpy.typing import NDArray

from xorgames.design.cuts import Cuts
from xorgames.design.demands import Setting
from xorgames.design.envelope import Space
from xorgames.design.free_numbers import exact_numbers
from xorgames.design.free_paths import Paths
from xorgames.design.free_problem import FreeProblem
from xorgames.design.free_search import MOST_NUMBERS, Aim, Run, Seed, see_saw
from xorgames.design.judge import TOLERANCE, Judge, Judged
from xorgames.design.linear_subjects import LinearSubject, linear_subject
from xorgames.design.objectives import Objective, Subject
from xorgames.design.search import Progress
from xorgames.errors import SolverError, reject
from xorgames.game import XORGame

FloatArray = NDArray[np.float64]

#: Games that differ in both biases are solved, the best of the see-saws first, at most so many.
_SOLVED = 16
_ALIKE = 6
#: An advantage by less than this share is none: it may be rounding.
_HELPS = 1e-9
#: Weights of the classical bias that are tried from the best game, and where they begin.
_WEIGHTS, _LEAST_WEIGHT = 12, 0.5


class _Games:
    """The games of a problem, by their exact numbers."""

    def __init__(self, problem: FreeProblem) -> None:
        self.problem = problem

    def game(self, point: Sequence[Fraction]) -> XORGame:
        """Return the game that numbers stand for."""
        return self.problem.game(np.array(point, dtype=object).reshape(self.problem.shape))


class Choice:
    """Runs see-saws, and judges where they end.

    Parameters
    ----------
    problem : FreeProblem
    objective : Objective
    subjects : sequence of Subject
    setting : Setting
    progress : callable, optional
    random : numpy.random.Generator

    Attributes
    ----------
    interrupted : bool
        Whether Ctrl-C ended the search.
    failed : SolverError or None
        The last programme that was not solved.
    """

    def __init__(
        self,
        problem: FreeProblem,
        objective: Objective,
        subjects: Sequence[Subject],
        setting: Setting,
        progress: Progress | None,
        random: np.random.Generator,
    ) -> None:
        # A judge asks a space for its games only.
        self.judge = Judge(cast(Space, _Games(problem)), objective, subjects, setting)
        self.problem, self.tell = problem, progress or (lambda _what, _done, _total: None)
        self.cuts, self.random = Cuts(), random
        self.interrupted = False
        self.failed: SolverError | None = None
        self.runs: list[Run] = []
        self.linear = [
            linear_subject(each, unit=problem.unit, origin=problem.origin)
            for each in subjects
            if each.is_fast
        ]

    @property
    def evaluations(self) -> int:
        """How many games were looked at."""
        return sum(run.steps for run in self.runs) + self.judge.evaluations

    def best(self, seeds: Sequence[Seed]) -> tuple[Judged, Run]:
        """Return the best game found, and the see-saw that led there."""
        aims = self._aims()
        try:
            for i, (aim, seed) in enumerate((aim, seed) for aim in aims for seed in seeds):
                self.tell("see-saw", i, len(aims) * len(seeds))
                self._from(seed, aim)
            self._between(aims)
        except KeyboardInterrupt:
            if not any(run.z is not None for run in self.runs):
                raise
            self.interrupted = True
        if self.failed is not None and not any(run.z is not None for run in self.runs):
            raise self.failed
        found, run = self._winner()
        try:
            found = self._shortened(run)
        except KeyboardInterrupt:
            self.interrupted = True
        if self.judge.score(found) == -np.inf:
            self._refuse(found)
        return found, run

    def _winner(self) -> tuple[Judged, Run]:
        """Return the best of the see-saws on proven numbers."""
        best: tuple[Judged, Run] | None = None
        try:
            for each in self._judged():
                best = each if best is None else max(best, each, key=self._score)
            assert best is not None
            if not self.judge.objective.is_fast and not self.interrupted:
                best = self._along_weights(best)
        except KeyboardInterrupt:
            if best is None:
                raise
            self.interrupted = True
        return best

    def _score(self, end: tuple[Judged, Run]) -> float:
        return self.judge.score(end[0])

    def _aims(self) -> list[Aim]:
        """Return what to make large: for requirements the gap and the noise it bears."""
        noise = Aim(weight=1 / max(1 - self.judge.setting.combined_infidelity, 0.5))
        others = [Aim(), Aim(ratio=True), noise]
        objective = self.judge.objective
        if not objective.is_fast:
            return list(dict.fromkeys(others))
        first = Aim(ratio=objective.quantity != "gap")
        words = any(not each.is_fast for each in self.judge.subjects)
        return list(dict.fromkeys([first, *(others if words else [])]))

    def _from(self, seed: Seed, aim: Aim) -> None:
        """Run from a seed; where there are subjects also from where one ends without them."""
        self._run(seed, aim)
        if self.linear:
            free = self._run(seed, aim, subjects=())
            free.missed = self._missed(free)
            if free.missed > 0 and free.correlators is not None:
                self._run(Seed(free.correlators, seed.orbits), aim)

    def _between(self, aims: Sequence[Aim]) -> None:
        """Run from games on the edge of the subjects, or well inside them (`free_paths`).

        Unless the best game meets them, entanglement helps in it, and no better game misses them.
        """
        best = max(self.runs, key=lambda run: run.history[-1] if run.history else -np.inf)
        games = self.problem.games
        helps = best.quantum > best.classical * (1 + _HELPS) and self._missed(best) <= 0
        good = [run for run in self.runs if run.correlators is not None and self._missed(run) > 0]
        if (helps and not good) or len(games.lower) > MOST_NUMBERS:
            return
        paths = Paths(games, self.cuts, self._each_missed, self.random, self.tell)
        found = [run.z for run in self.runs if run.z is not None]
        corners = paths.corners()
        seeds = paths.seeds(paths.ends(good, corners + found))
        if not (helps or seeds):
            seeds = paths.seeds(paths.mixtures(found + corners))
        for seed in seeds:
            for aim in aims:
                self._run(seed, aim)

    def _missed(self, run: Run) -> float:
        """Return by how much a game misses the worst subject."""
        return float(self._each_missed(run).max(initial=0.0))

    def _each_missed(self, run: Run) -> FloatArray:
        values = run.offset, run.quantum, run.classical
        return np.array([subject.missed(*values) for subject in self.linear])

    def _run(self, seed: Seed, aim: Aim, subjects: Sequence[LinearSubject] | None = None) -> Run:
        run = Run(aim)
        self.runs.append(run)
        limits = self.linear if subjects is None else subjects
        try:
            return see_saw(run, self.problem.games, self.cuts, seed, limits)
        except SolverError as error:
            # A programme on the edge of what its tolerances tell ends one see-saw, not all.
            self.failed = error
            return run

    def _judged(self) -> Iterator[tuple[Judged, Run]]:
        """Judge the ends of see-saws that differ, the best ones first; one will do where fast."""
        distinct: dict[tuple[float, ...], Run] = {}
        for run in sorted(self.runs, key=self._promise, reverse=True):
            if run.z is not None:
                distinct.setdefault(self._about(run), run)
        for i, run in enumerate(list(distinct.values())[:_SOLVED]):
            self.tell("solving", i, min(len(distinct), _SOLVED))
            judged = self._judge(run)
            yield judged, run
            if self.judge.objective.is_fast and self.judge.score(judged) > -np.inf:
                return

    def _about(self, run: Run) -> tuple[float, ...]:
        """Return what tells games apart as far as it matters: offset and both biases."""
        assert run.z is not None
        return tuple(round(each, _ALIKE) for each in (run.offset, run.quantum, run.classical))

    def _promise(self, run: Run) -> tuple[float, float]:
        """Return how good the end of a see-saw seems: subjects first."""
        aim = Aim(ratio=self.judge.objective.quantity != "gap")
        worth = aim.worth(run.quantum, run.classical) if run.quantum > 0 else 0.0
        return run.rank[0], worth

    def _judge(self, run: Run) -> Judged:
        """Judge the game with the most digits; it says what there is to lose."""
        assert run.z is not None
        *_, numbers = exact_numbers(self.problem, run.z)
        return self.judge(tuple(numbers.ravel()))

    def _along_weights(self, best: tuple[Judged, Run]) -> tuple[Judged, Run]:
        """Go on from the best game with other weights of the classical bias."""
        from scipy.optimize import minimize_scalar

        ends = [best]
        ratios = (run.quantum / run.classical for run in self.runs if run.classical > 0)
        most = max(ratios, default=0.0)

        def loss(weight: float) -> float:
            self.tell("searching on", min(len(ends), _WEIGHTS), _WEIGHTS)
            assert best[1].correlators is not None
            run = self._run(Seed(best[1].correlators), Aim(weight=float(weight)))
            ends.append((self._judge(run), run))
            score = self.judge.score(ends[-1][0])
            return -score if score > -np.inf else 1e300

        if best[1].correlators is not None and most > _LEAST_WEIGHT:
            bounds = _LEAST_WEIGHT, most
            minimize_scalar(loss, bounds=bounds, method="bounded", options={"maxiter": _WEIGHTS})
        return max(ends, key=self._score)

    def _shortened(self, run: Run) -> Judged:
        """Return exact numbers near the end of a see-saw, as short as they cost next to nothing."""
        assert run.z is not None
        best = self._judge(run)
        for numbers in exact_numbers(self.problem, run.z):
            found = self.judge(tuple(numbers.ravel()))
            score, wanted = self.judge.score(found), self.judge.score(best)
            if score > -np.inf and score >= wanted - float(TOLERANCE) * abs(wanted):
                best = found
                break
        # What one came with is kept unless there is something better.
        came = self.problem.came_with
        if came is not None and self.problem.admits(came.ravel().tolist()):
            default = self.judge(tuple(came.ravel()))
            score, wanted = self.judge.score(default), self.judge.score(best)
            if score > -np.inf and score >= wanted:
                best = default
        return best

    def _refuse(self, nearest: Judged) -> NoReturn:
        """Say what the best game found does not meet; that there is none better is not proven."""
        subjects = self.judge.subjects
        if not subjects:
            quantity = self.judge.objective.quantity
            rule = f"must leave room for a game with {quantity}: none was found"
            reject("problem", rule, received="; ".join(nearest.problems))
        rule = "must be met by a game that the search finds: none was"
        received = "; ".join(nearest.all_problems(subjects, self.judge.setting))
        reject("subject", rule, received=received, cure="relax it, or widen the limits")
