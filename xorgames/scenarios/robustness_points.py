"""What is measured along an axis: points, where the advantage ends, and whether all agree.

The advantage ends between the nearest two values whose excess is more than three standard errors
above and below zero. Beside it stands the requirement. They agree if it lies in between, if the
game predicts the excess at each value within 4.5 standard errors, and, where there is no limit, if
the excess never falls significantly below zero. Where both players happened to decide alike in all
rounds there is neither excess nor error: that says nothing. See `robustness`.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.scenarios.estimates import Change, Estimate
from xorgames.scenarios.result import finite
from xorgames.scenarios.tally import jackknife
from xorgames.solvers.workers import Progress

FloatArray = NDArray[np.float64]
T = TypeVar("T")

#: The excess has a sign if it is so many standard errors from zero.
_SIGN = 3.0
#: A prediction fails beyond so many: one in 150 000 by chance.
_FAILS = 4.5
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value of an axis.

    Attributes
    ----------
    value : float
    excess : Estimate
        As measured.
    predicted : Estimate or None
        What the game says.
    changes : mapping of Change
        What the excess is in the application's own units, by the names of its measures.
    """

    value: float
    excess: Estimate
    predicted: Estimate | None
    changes: Mapping[str, Change] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "value": self.value,
            "excess": self.excess.to_dict(),
            "predicted": self.predicted and self.predicted.to_dict(),
            "changes": {name: each.to_dict() for name, each in self.changes.items()},
        }


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
        if self.required is None:
            return None if all(map(_is_silent, self.points)) else -1 not in signs
        if self.safe:
            return all(_sign(each) >= 0 for each in self.points if each.value <= self.required)
        return None if 0 in signs else False

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name, as JSON data: a number that is not finite is None."""
        shallow = {field.name: getattr(self, field.name) for field in fields(self)}
        content = shallow | {
            "points": [each.to_dict() for each in self.points],
            "end": self.end and self.end.to_dict(),
        }
        return cast("dict[str, Any]", finite(content)) | {"agrees": self.agrees}


def _sign(point: Point) -> int:
    """Return the sign of an excess, 0 where it is not significant."""
    excess = point.excess
    if abs(excess.value) <= _SIGN * excess.standard_error:
        return 0
    return 1 if excess.value > 0 else -1


def _is_silent(point: Point) -> bool:
    return point.excess.value == 0 == point.excess.standard_error


def _as_predicted(point: Point) -> bool:
    if point.predicted is None or _is_silent(point):
        return True
    off = abs(point.excess.value - point.predicted.value)
    error = math.hypot(point.excess.standard_error, point.predicted.standard_error)
    return off <= _FAILS * error + _ROUNDING


def measure_each(
    values: Iterable[T], measure: Callable[[T, Progress | None], Point], progress: Progress | None
) -> tuple[Point, ...]:
    """Return the points of an axis, measured value by value.

    Parameters
    ----------
    values : iterable
    measure : callable
        From a value and a callback for its own progress to the point.
    progress : callable or None
    """
    listed = list(values)
    points = []
    for done, value in enumerate(listed):
        points.append(measure(value, part_of(progress, done, len(listed))))
        if progress:
            progress(done + 1, len(listed))
    return tuple(points)


def part_of(progress: Progress | None, part: int, parts: int) -> Progress | None:
    """Return a callback for one of several parts of equal weight, which tells of the whole.

    Examples
    --------
    >>> part_of(lambda done, total: print(done, total), 1, 4)(5, 10)
    15 40
    """
    return progress and (lambda done, total: progress(part * total + done, parts * total))


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


def line_end(values: FloatArray, excess: FloatArray, bracket: tuple[float, float]) -> Estimate:
    """Return where a straight line through the points of a bracket is zero.

    Parameters
    ----------
    values : ndarray of float, shape (k,)
    excess : ndarray of float, shape (k, B + 1)
        Of all rounds, and then with each batch left out.
    bracket : (float, float)
    """
    inside = (values >= bracket[0]) & (values <= bracket[1])
    slope, height = np.polyfit(values[inside], excess[inside], 1)
    return jackknife(-height / slope)


def checked_values(values: Sequence[float]) -> FloatArray:
    """Return values of an axis in increasing order, after checking them."""
    array = np.asarray(values)
    if array.ndim != 1 or array.dtype.kind not in "iuf" or len(array) < 2:
        reject("values", "must be at least 2 numbers", received=str(values))
    if not np.isfinite(array).all():
        reject("values", "must be finite", received=str(values))
    return np.unique(array.astype(np.float64))
