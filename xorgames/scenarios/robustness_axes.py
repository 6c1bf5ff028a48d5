"""The axes along which an advantage is followed: how a number becomes players, and its limit.

See `robustness` for what is measured on them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.pair_store import PairStore
from xorgames.hardware.requirements import require
from xorgames.noisy import SharedRandomStrategy
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.players import Apart, Machine, Player, Together
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

#: Where values lie, in units of the way from the limit to no noise at all.
_STEPS = np.array([-0.6, -0.3, -0.1, -0.05, 0.05, 0.1, 0.3, 0.6, 1.0])
_FACTORS = np.array([0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2.0])
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
class Axis:
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
    """

    unit: str
    about: str
    values: FloatArray
    ours: Callable[[float], Player]
    theirs: Callable[[float], Player]
    required: float | None
    step: bool = False


def _classical(solution: Solution) -> Player:
    strategy = SharedRandomStrategy.symmetrised(solution.classical.strategy)
    return Player(deciders=Apart(strategy=strategy), about="classical")


def _on(machine: Machine, solution: Solution, *, late: bool = False) -> Player:
    deciders = Apart(strategy=machine.strategy(solution))
    return Player(deciders=deciders, about="machine", late=late)


def _left(solution: Solution) -> float:
    """Return the least part of the correlators that must be left: 1 minus the limit."""
    limit = require(solution).combined_infidelity_max
    if limit is None or limit.upper <= 0:
        cure = "choose another game or other parameters"
        reject("solution", "must have an advantage that can end", received="none", cure=cure)
    return 1 - (limit.lower + limit.upper) / 2


def _noisy(setting: Setting, **change: float) -> Machine:
    noise = Noise(**(setting.machine.noise.to_dict() | change))
    return Machine(noise=noise, decision_time_s=setting.machine.decision_time_s)


def _visibility(solution: Solution, setting: Setting) -> Axis:
    readout = _noisy(setting, visibility=1.0).noise.factor
    limit = _left(solution) / readout
    classical = _classical(solution)
    values = np.clip(limit + (1 - limit) * _STEPS, 0.0, 1.0)
    return Axis(
        unit="",
        about="visibility of the pairs",
        values=np.unique(values),
        ours=lambda value: _on(_noisy(setting, visibility=value), solution),
        theirs=lambda _: classical,
        required=limit,
    )


def _readout_error(solution: Solution, setting: Setting) -> Axis:
    classical = _classical(solution)
    limit = (1 - math.sqrt(_left(solution) / setting.machine.noise.visibility)) / 2
    values = np.clip(limit * (1 - _STEPS), 0.0, 0.5)
    return Axis(
        unit="",
        about="probability of a wrong readout, each side",
        values=np.unique(values),
        ours=lambda value: _on(_noisy(setting, readout_error=value), solution),
        theirs=lambda _: classical,
        required=limit,
    )


def _pair_rate(solution: Solution, setting: Setting) -> Axis:
    classical = _classical(solution)

    def ours(value: float) -> Player:
        store = PairStore(
            pair_rate_hz=value, decision_rate_hz=setting.decision_rate_hz, places=setting.places
        )
        return _on(_noisy(setting, availability=1 - store.no_pair), solution)

    return Axis(
        unit="Hz",
        about="pairs a second; decisions without one are classical",
        values=setting.decision_rate_hz * _RATES,
        ours=ours,
        theirs=lambda _: classical,
        required=None,
    )


def _decision_time(solution: Solution, setting: Setting) -> Axis:
    limit = require(solution, setting.conditions).time_max_s
    in_time, late = (_on(setting.machine, solution, late=late) for late in (False, True))
    classical = _classical(solution)
    return Axis(
        unit="s",
        about="time for a decision",
        values=limit * _FACTORS,
        ours=lambda value: late if value >= limit else in_time,
        theirs=lambda _: classical,
        required=limit,
        step=True,
    )


def _distance(solution: Solution, setting: Setting) -> Axis:
    limit = require(solution, setting.conditions).time_max_s * LIGHT_SPEED_M_PER_S
    machine = _on(setting.machine, solution)
    together = Together(matrix=solution.game.matrix)
    in_time, late = (
        Player(deciders=together, about="talking", late=late) for late in (False, True)
    )
    return Axis(
        unit="m",
        about="distance; others talk at the speed of light",
        values=limit * _FACTORS,
        ours=lambda _: machine,
        theirs=lambda value: late if value >= limit else in_time,
        required=limit,
        step=True,
    )


AXES: dict[str, Callable[[Solution, Setting], Axis]] = {
    "visibility": _visibility,
    "readout_error": _readout_error,
    "pair_rate_hz": _pair_rate,
    "decision_time_s": _decision_time,
    "distance_m": _distance,
}
