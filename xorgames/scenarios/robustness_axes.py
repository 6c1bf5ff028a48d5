"""The axes along which an advantage is followed: how a number becomes players, and its limit.

See `robustness` for what is measured on them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.pair_store import PairStore
from xorgames.hardware.requirements import require
from xorgames.noisy import SharedRandomStrategy
from xorgames.scenarios.players import Apart, Machine, Player, Together
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]
#: The players of a kind of scenario.
Who = TypeVar("Who")

#: Where values lie, in units of the way from the limit to no noise at all.
_STEPS = np.array([-0.6, -0.3, -0.1, -0.05, 0.05, 0.1, 0.3, 0.6, 1.0])
STEP_FACTORS = np.array([0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2.0])
#: Limits of noise and time do not depend on the test of the rounds.
_QUICK = "hoeffding"
_RATES = np.array([0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0])


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the other axes stand at while one of them is swept.

    Attributes
    ----------
    conditions : Conditions
    machine : Machine
        Perfect by default.
    decision_rate_hz : float
    places : int
        How many pairs are kept ready.
    """

    conditions: Conditions = field(default_factory=Conditions)
    machine: Machine = field(default_factory=Machine)
    decision_rate_hz: float = 1e3
    places: int = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Axis(Generic[Who]):
    """How values become players: those who should be better, and the others.

    Attributes
    ----------
    unit, about : str
    values : ndarray of float
        Usual ones, on both sides of the limit.
    ours, theirs : callable
        From a value to the player who should be better, and to the other.
    required : float or None
        The limit that `require` states.
    step : bool
        Whether the excess jumps there.
    safe : bool
        Whether the limit is only a safe one.
    """

    unit: str
    about: str
    values: FloatArray
    ours: Callable[[float], Who]
    theirs: Callable[[float], Who]
    required: float | None
    step: bool = False
    safe: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Cast(Generic[Who]):
    """Who plays a game: the best without entanglement, and those on a machine.

    Attributes
    ----------
    solution : Solution
        Of the game.
    classical : player
    machine : callable
        From a machine to the player on it.
    """

    solution: Solution
    classical: Who
    machine: Callable[[Machine], Who]

    @cached_property
    def left(self) -> float:
        """The least part of the correlators that must be left: 1 minus the limit of `require`."""
        limit = require(self.solution, test=_QUICK).combined_infidelity_max
        if limit is None or limit.upper <= 0:
            cure = "choose another game or other parameters"
            reject("solution", "must have an advantage that can end", received="none", cure=cure)
        return 1 - (limit.lower + limit.upper) / 2


def noisy(setting: Setting, **change: Any) -> Machine:
    """Return the machine of a setting with other noise."""
    return replace(setting.machine, noise=replace(setting.machine.noise, **change))


def visibility_axis(cast: Cast[Who], setting: Setting) -> Axis[Who]:
    """Return the axis of the visibility of the pairs."""
    limit = cast.left / _enough(cast, noisy(setting, visibility=1.0).noise.factor)
    values = np.clip(limit + (1 - limit) * _STEPS, 0.0, 1.0)
    return Axis(
        unit="",
        about="visibility of the pairs",
        values=np.unique(values),
        ours=lambda value: cast.machine(noisy(setting, visibility=value)),
        theirs=lambda _: cast.classical,
        required=limit,
    )


def readout_axis(cast: Cast[Who], setting: Setting) -> Axis[Who]:
    """Return the axis of the readout error, the same for both outcomes."""
    visibility = _enough(cast, setting.machine.noise.visibility)
    limit = (1 - math.sqrt(cast.left / visibility)) / 2
    values = np.clip(limit * (1 - _STEPS), 0.0, 0.5)
    return Axis(
        unit="",
        about="probability of a wrong readout, each side",
        values=np.unique(values),
        ours=lambda value: cast.machine(noisy(setting, readout_error=value)),
        theirs=lambda _: cast.classical,
        required=limit,
    )


def one_sided_axis(cast: Cast[Who], setting: Setting) -> Axis[Who]:
    """Return the axis of a readout that is wrong for one outcome only."""
    visibility = _enough(cast, setting.machine.noise.visibility)
    limit = 1 - math.sqrt(cast.left / visibility)
    values = np.clip(limit * (1 - _STEPS), 0.0, 1.0)
    return Axis(
        unit="",
        about="probability to read 1 for 0, never 0 for 1, each side",
        values=np.unique(values),
        ours=lambda value: cast.machine(noisy(setting, readout_error=(value, 0.0))),
        theirs=lambda _: cast.classical,
        required=limit,
    )


def _enough(cast: Cast[Who], factor: float) -> float:
    """Return what the rest of a machine leaves of the correlators, if that is an advantage."""
    if factor <= cast.left:
        rule = "must leave an advantage on the other axes"
        received = f"{factor:.6g} of the correlators, with {cast.left:.6g} needed"
        reject("machine", rule, received=received, cure="give a machine with less noise")
    return factor


def pair_rate_axis(cast: Cast[Who], setting: Setting) -> Axis[Who]:
    """Return the axis of the rate of pairs, with a store that may be empty."""

    def ours(value: float) -> Who:
        store = PairStore(
            pair_rate_hz=value, decision_rate_hz=setting.decision_rate_hz, places=setting.places
        )
        return cast.machine(noisy(setting, availability=1 - store.no_pair))

    return Axis(
        unit="Hz",
        about="pairs a second; decisions without one are classical",
        values=setting.decision_rate_hz * _RATES,
        ours=ours,
        theirs=lambda _: cast.classical,
        required=None,
    )


def local_time_s(solution: Solution, setting: Setting) -> float:
    """Return the time that a decision must stay below, as `require` states it."""
    return require(solution, setting.conditions, test=_QUICK).time_max_s


def cast_of(solution: Solution) -> Cast[Player]:
    """Return those who play the strategies of a game in the rounds of a scenario."""
    strategy = SharedRandomStrategy.symmetrised(solution.classical.strategy)
    return Cast(
        solution=solution,
        classical=Player(deciders=Apart(strategy=strategy), about="classical"),
        machine=lambda machine: _on(machine, solution),
    )


def _on(machine: Machine, solution: Solution, *, late: bool = False) -> Player:
    deciders = Apart(strategy=machine.strategy(solution))
    return Player(deciders=deciders, about="machine", late=late)


def _decision_time(solution: Solution, setting: Setting) -> Axis[Player]:
    limit = local_time_s(solution, setting)
    in_time, late = (_on(setting.machine, solution, late=late) for late in (False, True))
    classical = cast_of(solution).classical
    return Axis(
        unit="s",
        about="time for a decision",
        values=limit * STEP_FACTORS,
        ours=lambda value: late if value >= limit else in_time,
        theirs=lambda _: classical,
        required=limit,
        step=True,
    )


def _distance(solution: Solution, setting: Setting) -> Axis[Player]:
    limit = local_time_s(solution, setting) * LIGHT_SPEED_M_PER_S
    machine = _on(setting.machine, solution)
    together = Together(matrix=solution.game.matrix)
    in_time, late = (
        Player(deciders=together, about="talking", late=late) for late in (False, True)
    )
    return Axis(
        unit="m",
        about="distance; others talk at the speed of light",
        values=limit * STEP_FACTORS,
        ours=lambda _: machine,
        theirs=lambda value: late if value >= limit else in_time,
        required=limit,
        step=True,
    )


AXES: dict[str, Callable[[Solution, Setting], Axis[Player]]] = {
    "visibility": lambda solution, setting: visibility_axis(cast_of(solution), setting),
    "readout_error": lambda solution, setting: readout_axis(cast_of(solution), setting),
    "one_sided_error": lambda solution, setting: one_sided_axis(cast_of(solution), setting),
    "pair_rate_hz": lambda solution, setting: pair_rate_axis(cast_of(solution), setting),
    "decision_time_s": _decision_time,
    "distance_m": _distance,
}
