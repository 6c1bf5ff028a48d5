"""Which method for which part of a game, and what it will cost."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InconsistencyError, SolverError, reject
from xorgames.solvers.branch_and_bound import branch_and_bound_signs
from xorgames.solvers.dolls import MOST_ROWS, Dolls, expected_strategies
from xorgames.solvers.elimination import Elimination, find_order, solve_by_elimination
from xorgames.solvers.enumeration import enumerate_signs, rate_of, strategies_of
from xorgames.solvers.sign_lanes import SignLanes
from xorgames.solvers.signs import Found, IntArray, SignProblem, machine_problem
from xorgames.solvers.structure import Component
from xorgames.solvers.threshold_programme import Threshold, recognise, solve_threshold
from xorgames.solvers.workers import Watch

METHODS = ("auto", "enumeration", "branch-and-bound", "threshold", "elimination")

#: With so few rows, or so little time, an enumeration is done before alternatives are weighed.
_FEW_ROWS = 16
_QUICK_S = 0.05
#: A threshold programme that takes more steps is left to the other methods.
_MOST_STEPS = 10**12
#: For estimates: what an enumeration takes at least; its rate depends on the width of its integers.
_CALL_S = 2e-5
_LANES_PER_SECOND = 3e8
_STEPS_PER_SECOND = 5e8
#: Of the elimination, with machine integers and with Python's; and what a step costs in any case.
_CELLS_PER_SECOND = (2e8, 1e7)
_STEP_S = 5e-5


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a method was expected to cost.

    Attributes
    ----------
    strategies : float
        How many strategies it compares; for the threshold programme and the elimination, how many
        steps they take.
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
    def of(cls, component: Component) -> "Part":
        """Pass to machine integers."""
        return cls(component=component, problem=machine_problem(component.integers))

    @property
    def rows(self) -> NDArray[Any]:
        """The matrix of the sign problem."""
        return self.problem.rows

    @property
    def margin(self) -> int:
        """How far below the best value of the sign problem the best true one may be."""
        return 2 * self.problem.slack

    @property
    def unrounded(self) -> "Part":
        """The same part with integers of any size."""
        return replace(self, problem=SignProblem(rows=self.component.integers))

    def cap(self, cap: Fraction | None) -> int | None:
        """Return an upper bound on the bias as one on the sign problem."""
        return None if cap is None else math.floor(cap / self._unit) + self.problem.slack

    def settle(self, found: Found, cap: int | None = None) -> tuple[IntArray, Fraction, Fraction]:
        """Return the best signs, what they reach of the bias, and a proven upper bound on it."""
        if cap is not None and cap < found.value:
            raise InconsistencyError(
                f"a strategy reaches {self._unit * found.value}, more than the cap of"
                f" {self._unit * cap}"
            )
        most = found.upper if cap is None else min(found.upper, cap)
        if not self.problem.slack:
            reached = self.component.scale * found.value
            same = most == found.value
            return found.signs, reached, reached if same else self.component.scale * most
        if found.candidates is not None:
            signs = self.component.best_of(found.candidates)
            reached = self.component.bias_of(signs)
            return signs, reached, reached
        reached = self.component.bias_of(found.signs)
        return found.signs, reached, max(reached, self._unit * (most + self.problem.slack))

    @property
    def _unit(self) -> Fraction:
        """What 1 in the sign problem is worth."""
        return self.component.scale * Fraction(2) ** self.problem.exponent


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A method for a part, what it is expected to cost, and how to call it.

    Attributes
    ----------
    part : Part
    method : str
    estimate : Estimate
    call : callable
    cap : int, optional
        An upper bound on the value of the sign problem, known from elsewhere.
    """

    part: Part
    method: str
    estimate: Estimate
    call: Callable[[], Found]
    cap: int | None = None


def make_plan(part: Part, method: str, cap: Fraction | None, watch: Watch) -> Plan:
    """Choose a method for one part."""
    if method == "auto":
        return _cheapest(part, cap, watch)
    if method == "enumeration":
        return _by_enumeration(part, watch, "asked for")
    if method == "branch-and-bound":
        return _by_bounds(part, cap, watch, "asked for")
    if method == "elimination":
        # Whether there is an order is no question of time.
        order = find_order(part.component.integers, watch=Watch())
        if order is None:
            rule = "must suit the game: its inputs hang together too closely"
            reject("method", rule, received="'elimination'", cure="use auto")
        return _by_elimination(part, order, watch, "asked for")
    game = _as_threshold(part)
    if game is None:
        rule = "must suit the game: this is not a threshold game with moderate weights"
        reject("method", rule, received="'threshold'", cure="use auto")
    return _by_programme(part, game, watch, "asked for")


def _cheapest(part: Part, cap: Fraction | None, watch: Watch) -> Plan:
    best = enumeration = _by_enumeration(part, watch, "few strategies")
    if len(part.rows) <= _FEW_ROWS:
        return best
    for special in (_threshold_plan, _elimination_plan):
        if best.estimate.seconds < _QUICK_S:
            return best
        best = min(best, special(part, watch) or best, key=lambda plan: plan.estimate.seconds)
    hopeless = best is not enumeration and len(part.rows) > MOST_ROWS
    if best.estimate.seconds < _QUICK_S or hopeless:
        # Bounds exclude too little in games so large for their estimate to be worth its time.
        return best
    bounds = _by_bounds(part, cap, watch, "bounds exclude most strategies")
    if best.estimate.seconds > min(watch.left_s or math.inf, bounds.estimate.seconds):
        return bounds
    if best is enumeration:
        best = _by_enumeration(part, watch, "bounds exclude too few strategies")
    return replace(best, cap=bounds.cap if best.part is part else None)


def _threshold_plan(part: Part, watch: Watch) -> Plan | None:
    game = _as_threshold(part)
    return None if game is None else _by_programme(part, game, watch, "a threshold game")


def _elimination_plan(part: Part, watch: Watch) -> Plan | None:
    order = find_order(part.component.integers, watch=watch)
    reason = "inputs hang together loosely"
    return None if order is None else _by_elimination(part, order, watch, reason)


def _as_threshold(part: Part) -> Threshold | None:
    game = None if part.problem.slack else recognise(part.rows)
    return game if game is not None and game.work <= _MOST_STEPS else None


def _by_programme(part: Part, game: Threshold, watch: Watch, reason: str) -> Plan:
    seconds = game.work / _STEPS_PER_SECOND
    return Plan(
        part=part,
        method="threshold",
        estimate=Estimate(strategies=float(game.work), seconds=seconds, reason=reason),
        call=lambda: solve_threshold(part.rows, game, watch=watch),
    )


def _by_elimination(part: Part, order: Elimination, watch: Watch, reason: str) -> Plan:
    part = part.unrounded
    rate = _CELLS_PER_SECOND[part.rows.dtype == object]
    seconds = len(order.steps) * _STEP_S + order.work / rate
    return Plan(
        part=part,
        method="elimination",
        estimate=Estimate(strategies=float(order.work), seconds=seconds, reason=reason),
        call=lambda: solve_by_elimination(part.rows, order, watch=watch),
    )


def _by_enumeration(part: Part, watch: Watch, reason: str) -> Plan:
    strategies, lanes = strategies_of(part.rows), SignLanes.of(part.rows)
    seconds = _CALL_S + strategies / rate_of(lanes) / watch.workers
    return Plan(
        part=part,
        method="enumeration",
        estimate=Estimate(strategies=strategies, seconds=seconds, reason=reason),
        call=lambda: enumerate_signs(part.rows, watch=watch, margin=part.margin, lanes=lanes),
    )


def _by_bounds(part: Part, cap: Fraction | None, watch: Watch, reason: str) -> Plan:
    dolls = Dolls.of(part.rows, watch=watch)
    most = _tsirelson_cap(part, watch) if cap is None else part.cap(cap)
    strategies = expected_strategies(dolls, cap=most)
    if not strategies:
        reason = "local search reaches a proven upper bound"
    seconds = strategies / _LANES_PER_SECOND / watch.workers
    return Plan(
        part=part,
        method="branch-and-bound",
        estimate=Estimate(strategies=strategies, seconds=seconds, reason=reason),
        call=lambda: branch_and_bound_signs(
            part.rows, watch=watch, cap=most, dolls=dolls, margin=part.margin
        ),
        cap=most,
    )


def _tsirelson_cap(part: Part, watch: Watch) -> int | None:
    """Return what even entanglement cannot exceed on the rows of a part."""
    from xorgames.solvers.tsirelson import tsirelson_bias

    if watch.stopped:
        return None
    try:
        bound, _ = tsirelson_bias(part.rows.astype(np.float64), time_limit_s=watch.left_s)
    except SolverError:
        return None
    return math.floor(bound.upper)
