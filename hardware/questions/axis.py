"""A number that may be changed: its range, the points of a search along it, and the way between.

A number is changed by factors, so that the points go in equal ratios and no number is 0.
"""

import math
from dataclasses import dataclass

from xorgames.errors import InputError, reject
from xorgames.exact import exact_number
from xorgames.hardware.parameters import Rule

#: How far from its present value a number is searched where its own range ends nowhere.
FARTHEST = 1000.0
#: Points of a search along one number; between two of them nothing is seen.
POINTS = 97
#: Two numbers whose ratio is nearer to 1 than this are not told apart; five digits are shown.
_CLOSE = 1e-5


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A number that may be changed, and the range of the search.

    Attributes
    ----------
    name, unit : str
    value : float
        The present one.
    lower, upper : float
        Both ends belong to the range.
    whole : bool
        Whether only whole numbers are allowed.
    """

    name: str
    unit: str
    value: float
    lower: float
    upper: float
    whole: bool

    def points(self, count: int = POINTS) -> list[float]:
        """Return numbers in equal ratios over the range, the present value among them."""
        import numpy as np

        numbers = np.geomspace(self.lower, self.upper, count).tolist()
        numbers[0], numbers[-1] = self.lower, self.upper
        if self.lower <= self.value <= self.upper:
            numbers.append(self.value)
        return sorted({round(number) if self.whole else number for number in numbers})

    def between(self, left: float, right: float) -> float | None:
        """Return the middle by ratio; None if nothing worth a trial lies between."""
        middle = math.sqrt(left) * math.sqrt(right)
        if not self.whole:
            return middle if abs(math.log(right / left)) > _CLOSE else None
        if abs(right - left) <= 1:
            return None
        low, high = sorted((left, right))
        return min(max(round(middle), low + 1), high - 1)


def allowed(rule: Rule) -> tuple[float, float]:
    """Return the least and the largest number that a rule allows, infinite where it has no end."""
    limits = rule.limits
    lower = limits.get("minimum", -math.inf)
    if "exclusiveMinimum" in limits:
        lower = math.nextafter(limits["exclusiveMinimum"], math.inf)
    upper = limits.get("maximum", math.inf)
    if "exclusiveMaximum" in limits:
        upper = math.nextafter(limits["exclusiveMaximum"], -math.inf)
    return lower, upper


def range_of(rule: Rule, value: float) -> tuple[float, float]:
    """Return what is allowed within a factor around a value."""
    lower, upper = allowed(rule)
    return max(lower, value / FARTHEST), min(upper, value * FARTHEST)


def checked_bounds(name: str, rule: Rule, bounds: tuple[float, float]) -> tuple[float, float]:
    """Return bounds given by the user."""
    key = f"bounds.{name}"
    if not isinstance(bounds, tuple | list) or len(bounds) != 2:
        reject(key, "must be a lower and an upper number", received=repr(bounds))
    lower, upper = (float(exact_number(end, key=key)) for end in bounds)
    for end in (lower, upper):
        problem = rule.check(key, end)
        if problem is not None:
            raise InputError([problem])
    if not 0 < lower <= upper:
        cure = "give the smaller one first, greater than 0"
        reject(key, "must be in order and positive", received=f"{lower:g}, {upper:g}", cure=cure)
    return lower, upper
