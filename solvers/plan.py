"""Which method for which part of a game, and what it will cost."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.solvers.branch_and_bound import branch_and_bound_signs
from xorgames.solvers.dolls import Dolls, expected_strategies
from xorgames.solvers.enumeration import enumerate_signs, rate_of, strategies_of
from xorgames.solvers.signs import Found, SignProblem, machine_problem
from xorgames.solvers.structure import Component
from xorgames.solvers.threshold_programme import Threshold, recognise, solve_threshold
from xorgames.solvers.workers import Watch

METHODS = ("auto", "enumeration", "branch-and-bound", "threshold")

#: With so few rows, or so little time, an enumeration is done before alternatives are weighed.
_FEW_ROWS = 12
_QUICK_S = 0.05
#: A threshold programme that takes more steps is left to the other methods.
_MOST_STEPS = 10**12
#: For estimates; the enumeration's rate depends on the width of its integers.
_LANES_PER_SECOND = 3e8
_STEPS_PER_SECOND = 5e8


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a method was expected to cost.

    Attributes
    ----------
    strategies : float
        How many strategies it compares; for the threshold programme, how many steps it takes.
    seconds : float
        On all workers, rough.
    reason : str
        Why this method, for the part of the game that costs most.
    """

    strategies: float
    seconds: float
    reason: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A component and its sign problem."""

    component: Component
    problem: SignProblem

    @classmethod
    def of(cls, component: Component, method: str) -> "Part":
        """Pass to machine integers; only the enumeration takes others."""
        keep_small = method in ("auto", "enumeration")
        problem = machine_problem(component.integers, keep_small=keep_small)
        return cls(component=component, problem=problem)

    @property
    def rows(self) -> NDArray[Any]:
        """The matrix of the sign problem."""
        return self.problem.rows

    @property
    def unit(self) -> Fraction:
        """What 1 in the sign problem is worth."""
        return self.component.scale * Fraction(2) ** self.problem.exponent

    def cap(self, cap: Fraction | None) -> int | None:
        """Return an upper bound on the bias as one on the sign problem."""
        return None if cap is None else math.floor(cap / self.unit) + self.problem.slack

    def upper(self, found: Found) -> Fraction:
        """Return a proven upper bound on the part's share of the bias."""
        reached = self.component.bias_of(found.signs)
        return max(reached, self.unit * (found.upper + self.problem.slack))


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A method, what it is expected to cost, and how to call it."""

    method: str
    estimate: Estimate
    call: Callable[[], Found]


def make_plan(part: Part, method: str, cap: Fraction | None, watch: Watch) -> Plan:
    """Choose a method for one part."""
    if method == "auto":
        return _cheapest(part, cap, watch)
    if method == "enumeration":
        return _by_enumeration(part, watch, "asked for")
    if method == "branch-and-bound":
        return _by_bounds(part, cap, watch, "asked for")
    game = _as_threshold(part)
    if game is None:
        rule = "must suit the game: this is not a threshold game with moderate weights"
        reject("method", rule, received="'threshold'", cure="use auto")
    return _by_programme(part, game, watch, "asked for")


def _cheapest(part: Part, cap: Fraction | None, watch: Watch) -> Plan:
    enumeration = _by_enumeration(part, watch, "few strategies")
    if part.rows.dtype == object or len(part.rows) <= _FEW_ROWS:
        return enumeration
    best = enumeration
    game = _as_threshold(part)
    if game is not None and game.work / _STEPS_PER_SECOND < best.estimate.seconds:
        best = _by_programme(part, game, watch, "a threshold game")
    if best.estimate.seconds < _QUICK_S:
        return best
    bounds = _by_bounds(part, cap, watch, "bounds exclude most strategies")
    limit = math.inf if watch.time_limit_s is None else watch.time_limit_s
    if best.estimate.seconds > min(limit, bounds.estimate.seconds):
        return bounds
    if best is enumeration:
        return _by_enumeration(part, watch, "bounds exclude too few strategies")
    return best


def _as_threshold(part: Part) -> Threshold | None:
    game = None if part.problem.slack else recognise(part.rows)
    return game if game is not None and game.work <= _MOST_STEPS else None


def _by_programme(part: Part, game: Threshold, watch: Watch, reason: str) -> Plan:
    seconds = game.work / _STEPS_PER_SECOND
    return Plan(
        method="threshold",
        estimate=Estimate(strategies=float(game.work), seconds=seconds, reason=reason),
        call=lambda: solve_threshold(part.rows, game, watch=watch),
    )


def _by_enumeration(part: Part, watch: Watch, reason: str) -> Plan:
    strategies = strategies_of(part.rows)
    seconds = strategies / rate_of(part.rows) / watch.workers
    return Plan(
        method="enumeration",
        estimate=Estimate(strategies=strategies, seconds=seconds, reason=reason),
        call=lambda: enumerate_signs(part.rows, watch=watch),
    )


def _by_bounds(part: Part, cap: Fraction | None, watch: Watch, reason: str) -> Plan:
    dolls = Dolls.of(part.rows)
    limit = part.cap(cap)
    strategies = expected_strategies(dolls, cap=limit)
    if not strategies:
        reason = "local search reaches a proven upper bound"
    seconds = strategies / _LANES_PER_SECOND / watch.workers
    return Plan(
        method="branch-and-bound",
        estimate=Estimate(strategies=strategies, seconds=seconds, reason=reason),
        call=lambda: branch_and_bound_signs(part.rows, watch=watch, cap=limit, dolls=dolls),
    )
