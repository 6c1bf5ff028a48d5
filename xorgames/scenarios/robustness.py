"""Until when the advantage lasts: one imperfection grows, all else stays as it is.

Each axis plays the scenario with players that differ in one number only, in the same rounds, and
measures the excess: the mean payoff of the one who should be better minus that of the other.

- visibility, readout_error: the machine against the classical strategy;
- pair_rate_hz: the same, where a decision that finds the store empty is made classically;
- decision_time_s: the same; whoever decides too slowly is late;
- distance_m: perfect pairs against two who tell each other their inputs, late or not.

The advantage ends between the nearest two values whose excess is more than three standard errors
above and below zero. Beside it stands what `require` says of the game: its limit of the combined
infidelity, of the time for a decision, of the distance. They agree if the limit lies in between, if
the game predicts the excess at each value within 4.5 standard errors, and, where there is no limit,
if the excess never falls significantly below zero. See `robustness_claims` for the rate and the law
of the inputs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import generator
from xorgames.errors import expect, near_name, reject
from xorgames.regions import whole_number
from xorgames.scenarios.engine import Prepared, play
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.estimation import EstimatedGame
from xorgames.scenarios.players import Player
from xorgames.scenarios.result import finite
from xorgames.scenarios.robustness_axes import AXES, Setting
from xorgames.scenarios.scenario import Scenario
from xorgames.scenarios.tally import jackknife
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress

FloatArray = NDArray[np.float64]

#: The excess has a sign if it is so many standard errors from zero.
_SIGN = 3.0
#: A prediction fails beyond so many: one in 150 000 by chance.
_FAILS = 4.5
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value of an axis: the excess measured, and the one that the game predicts."""

    value: float
    excess: Estimate
    predicted: Estimate | None


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One axis.

    Attributes
    ----------
    axis, unit, about : str
    points : tuple of Point
        In increasing order of value.
    bracket : (float, float) or None
        Between which values the advantage ends; None if it does not end.
    end : Estimate or None
        Where in between, by a straight line; None for a step.
    required : float or None
        What `require` says.
    safe : bool
        Whether the requirement is only a safe one: the advantage must last at least until there.
    """

    axis: str
    unit: str
    about: str
    points: tuple[Point, ...]
    bracket: tuple[float, float] | None
    end: Estimate | None
    required: float | None
    safe: bool = False

    @property
    def agrees(self) -> bool | None:
        """Whether measurement, prediction and requirement are one; None: too few rounds to say."""
        if not all(_as_predicted(point) for point in self.points):
            return False
        if self.bracket is not None:
            low, high = self.bracket
            if self.required is None:
                return False
            return (self.safe or low <= self.required) and self.required <= high
        signs = [_sign(point) for point in self.points]
        if -1 in signs:
            return False
        if self.required is None or self.safe:
            return True
        return None if 0 in signs else False

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name, as JSON data: a number that is not finite is None."""
        return cast("dict[str, Any]", finite(asdict(self))) | {"agrees": self.agrees}


def _sign(point: Point) -> int:
    """Return the sign of an excess, 0 where it is not significant."""
    excess = point.excess
    if abs(excess.value) <= _SIGN * excess.standard_error:
        return 0
    return 1 if excess.value > 0 else -1


def _as_predicted(point: Point) -> bool:
    if point.predicted is None:
        return True
    off = abs(point.excess.value - point.predicted.value)
    error = math.hypot(point.excess.standard_error, point.predicted.standard_error)
    return off <= _FAILS * error + _ROUNDING


def sweep(
    scenario: Scenario,
    known: Solution | Prepared,
    axis: str,
    *,
    setting: Setting | None = None,
    values: Sequence[float] | None = None,
    rounds: int = 10**6,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Measure how long the advantage of a scenario lasts along one axis.

    Parameters
    ----------
    scenario : Scenario
    known : Solution or Prepared
        Of its game: the strategies that are played. Of an estimated game what is predicted has its
        error too.
    axis : {"visibility", "readout_error", "pair_rate_hz", "decision_time_s", "distance_m"}
    setting : Setting, optional
    values : sequence of float, optional
        At least 2; by default on both sides of the requirement.
    rounds : int
        At least 1000.
    rng : int or numpy.random.Generator
        A seed or a generator.
    progress : callable, optional
        Called with (rounds done, rounds in all).

    Raises
    ------
    InputError
        If there is no such axis, the scenario does not say what lateness costs, or the game has no
        advantage that could end.

    Examples
    --------
    >>> from xorgames import solve
    >>> from xorgames.scenarios.hft import HFT
    >>> found = sweep(HFT(), solve(HFT().exact_game()), "visibility", rounds=100_000)
    >>> found.bracket[0] < found.required < found.bracket[1], found.agrees
    (True, True)
    """
    expect(scenario, Scenario, key="scenario")
    expect(known, (Solution, Prepared), key="known", cure="solve or prepare makes one")
    if axis not in AXES:
        cure = near_name(str(axis), list(AXES))
        reject("axis", "is not offered", received=repr(axis), cure=cure)
    count = whole_number("rounds", rounds, 1000, 10**12)
    solution = known if isinstance(known, Solution) else known.solution
    estimated = None if isinstance(known, Solution) else known.estimated
    made = AXES[axis](solution, setting or Setting())
    chosen = made.values if values is None else checked_values(values)
    pairs = [(made.ours(value), made.theirs(value)) for value in chosen.tolist()]
    # Whoever does not depend on the value is one player, and plays once.
    players = {str(id(each)): each for pair in pairs for each in pair}
    tallies = play(scenario, players, rounds=count, rng=generator(rng), progress=progress)
    if len(tallies) < len(players):
        reject("scenario", "must say what lateness costs", cure="give it a method `missed`")
    excess = np.stack(
        [
            tallies[str(id(ours))].values(_payoff) - tallies[str(id(theirs))].values(_payoff)
            for ours, theirs in pairs
        ]
    )
    points = tuple(
        Point(
            value=value,
            excess=jackknife(each),
            predicted=_predicted(solution, estimated, *pair),
        )
        for value, each, pair in zip(chosen.tolist(), excess, pairs, strict=True)
    )
    bracket = find_bracket(points)
    return Sweep(
        axis=axis,
        unit=made.unit,
        about=made.about,
        points=points,
        bracket=bracket,
        end=None if made.step or bracket is None else _line(chosen, excess, bracket),
        required=made.required,
    )


def find_bracket(points: Sequence[Point]) -> tuple[float, float] | None:
    """Return the nearest values with an excess significantly above and below zero.

    Examples
    --------
    >>> find_bracket([Point(value=v, excess=Estimate(value=v - 0.52, standard_error=0.01),
    ...                     predicted=None) for v in (0.2, 0.4, 0.5, 0.6, 0.8)])
    (0.4, 0.6)
    """
    known = [(each.value, sign) for each in points if (sign := _sign(each))]
    for (left, first), (right, second) in pairwise(known):
        if first != second:
            return left, right
    return None


def _line(values: FloatArray, excess: FloatArray, bracket: tuple[float, float]) -> Estimate:
    """Return where a straight line through the bracket's points is zero, batches left out."""
    inside = (values >= bracket[0]) & (values <= bracket[1])
    slope, height = np.polyfit(values[inside], excess[inside], 1)
    return jackknife(-height / slope)


def _payoff(means: Mapping[str, FloatArray]) -> FloatArray:
    if "payoff" in means:
        return means["payoff"]
    if "cost" not in means:
        reject("quantities", "must hold the cost", cure='add "cost"')
    return -means["cost"]


def _predicted(
    solution: Solution, estimated: EstimatedGame | None, ours: Player, theirs: Player
) -> Estimate | None:
    if ours.late or theirs.late:
        return None
    first, second = ours.deciders.correlators, theirs.deciders.correlators
    if estimated is not None:
        return estimated.gap(first, second)
    gain = float((solution.game.matrix * (first - second)).sum()) / 2
    return Estimate(value=gain, standard_error=0.0)


def checked_values(values: Sequence[float]) -> FloatArray:
    """Return values of an axis in increasing order, after checking them."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or len(array) < 2:
        reject("values", "must be at least 2 numbers", received=str(values))
    if not np.isfinite(array).all():
        reject("values", "must be finite", received=str(values))
    return np.unique(array.astype(np.float64))
