"""What a game of a space is worth for certain, and at which short numbers it is nearly as good.

A point is judged in exact arithmetic: its game is solved, the objective becomes a proven bracket,
and every subject is either provably met or not. The optimum that a search ends at has 16 digits;
`rounded` looks for a point of few digits that is no worse than by a stated share.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.envelope import Space
from xorgames.design.objectives import Objective, Subject, certified
from xorgames.game import XORGame
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve

FloatArray = NDArray[np.float64]
Point = tuple[Fraction, ...]

#: What rounding the parameters may cost, as a share of the objective.
TOLERANCE = Fraction(1, 10**6)
_SIMPLE = 24
_NEAR = 1e-7
_SIMPLE_NEAR = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A point, its game, and what is certain about it.

    Attributes
    ----------
    point : tuple of Fraction
    game : XORGame or None
    solution : Solution or None
    value : Bound or None
        The objective.
    problems : tuple of str
        Why there is no game or no value, or which subjects are not provably met.
    """

    point: Point
    game: XORGame | None = None
    solution: Solution | None = None
    value: Bound | None = None
    problems: tuple[str, ...] = ()

    def all_problems(self, subjects: Sequence[Subject], setting: Setting) -> tuple[str, ...]:
        """Return `problems`, and those of subjects that were not looked at because of them."""
        if self.solution is None:
            return self.problems
        found = (each.shortfall(self.solution, setting) for each in subjects)
        return tuple(dict.fromkeys([*self.problems, *filter(None, found)]))


@dataclass(eq=False)
class Judge:
    """Solves the games of a space and remembers them.

    Parameters
    ----------
    space : Space
    objective : Objective
    subjects : sequence of Subject
    setting : Setting

    Attributes
    ----------
    evaluations : int
        How many games were solved.
    """

    space: Space
    objective: Objective
    subjects: Sequence[Subject] = ()
    setting: Setting = field(default_factory=Setting)
    evaluations: int = 0
    _known: dict[Point, Judged] = field(init=False, default_factory=dict)

    def __call__(self, point: Point) -> Judged:
        """Return what is certain about a point."""
        if point not in self._known:
            self._known[point] = self._judged(point)
        return self._known[point]

    @property
    def solved(self) -> list[Judged]:
        """All points looked at so far."""
        return list(self._known.values())

    def score(self, judged: Judged) -> float:
        """Return the certain end of the objective, more being better; -inf where there is none."""
        if judged.value is None or judged.problems:
            return -math.inf
        return self.objective.sure(judged.value)

    def _judged(self, point: Point) -> Judged:
        game = self.space.game(point)
        if isinstance(game, str):
            return Judged(point=point, problems=(game,))
        self.evaluations += 1
        solution = solve(game)
        if solution.classical.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
        missed = [each.shortfall(solution, self.setting) for each in self.subjects if each.is_fast]
        problems = [problem for problem in missed if problem is not None]
        value: Bound | str | None = None
        if not problems:
            value = certified(self.objective.quantity, solution, self.setting)
            if isinstance(value, str):
                problems.append(f"{self.objective.quantity}: {value}")
        if not problems:
            # What is dear to look at comes last.
            slow = [each for each in self.subjects if not each.is_fast]
            found = (each.shortfall(solution, self.setting) for each in slow)
            problems = [problem for problem in found if problem is not None]
        return Judged(
            point=point,
            game=game,
            solution=solution,
            value=value if isinstance(value, Bound) else None,
            problems=tuple(problems),
        )


def exact_point(space: Space, x: FloatArray, digits: int = 15) -> Point:
    """Return decimals near x, inside the box; a number next to an end of its range becomes it."""
    numbers = []
    for number, low, high in zip(x.tolist(), space.low, space.high, strict=True):
        width = float(high - low)
        if abs(number - float(low)) <= _NEAR * width:
            numbers.append(low)
        elif abs(number - float(high)) <= _NEAR * width:
            numbers.append(high)
        else:
            # Digits count from the size of the range, or of the number where that is larger.
            size = math.ceil(math.log10(max(width, abs(number))))
            numbers.append(min(max(_decimal(number, digits - size), low), high))
    return tuple(numbers)


def rounded(judge: Judge, x: FloatArray, *, tries: int = 20) -> Judged:
    """Return a point near x that is simple and, if one is found, as good to within `TOLERANCE`.

    Parameters
    ----------
    judge : Judge
    x : ndarray
        Where a search ended.
    tries : int
        How many simpler points are solved at most.

    Returns
    -------
    Judged
        The best of the points tried where x itself is no game or misses a subject.
    """
    best = judge(exact_point(judge.space, x))
    for point in dict.fromkeys(list(_simple_points(judge.space, x))[:tries]):
        found = judge(point)
        score, wanted = judge.score(found), judge.score(best)
        if score == -math.inf:
            continue
        if wanted == -math.inf or score >= wanted - float(TOLERANCE) * abs(wanted):
            return found
    return best


def _simple_points(space: Space, x: FloatArray) -> Iterator[Point]:
    """Yield points of small denominators, if they are that near, then of more and more digits."""
    for denominator in range(1, _SIMPLE + 1):
        near = [Fraction(round(number * denominator), denominator) for number in x.tolist()]
        close = all(
            abs(float(a) - b) <= _SIMPLE_NEAR * max(float(high - low), abs(b)) and low <= a <= high
            for a, b, low, high in zip(near, x.tolist(), space.low, space.high, strict=True)
        )
        if close:
            yield tuple(near)
    for digits in range(1, 15):
        yield exact_point(space, x, digits)


def _decimal(number: float, places: int) -> Fraction:
    """Round to a number of decimal places, which may be negative."""
    unit = Fraction(10) ** -places
    return round(Fraction(number) / unit) * unit
