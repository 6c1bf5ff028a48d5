"""A closed interval that is certain to hold a number, and arithmetic that keeps it so.

Every operation rounds outward: the lower end down, the upper end up, by one unit in the last place
of the double that IEEE arithmetic returns. A comparison answers yes (True), no (False) or
undecided (None); `Finding` is the same answer as a word.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Self

from xorgames.errors import InconsistencyError, reject


class Finding(StrEnum):
    """What the proven bounds say about a statement."""

    PROVEN = "PROVEN"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"

    @classmethod
    def of(cls, answer: bool | None) -> "Finding":
        """Return the word for yes, no or undecided."""
        return {True: cls.PROVEN, False: cls.REFUTED, None: cls.UNDECIDED}[answer]


@dataclass(frozen=True, slots=True)
class Bound:
    """A closed interval [lower, upper] certain to hold a value.

    Parameters
    ----------
    lower, upper : float
        Finite, with lower <= upper.
    fraction : Fraction, optional
        The value itself, where it is known exactly; the ends are then its neighbours among the
        doubles.

    Raises
    ------
    InputError
        If an end is not finite or the ends are in the wrong order.

    Examples
    --------
    >>> Bound.exact(Fraction(3, 4)) + Bound(0.0, 0.25)
    Bound(lower=0.7499999999999999, upper=1.0000000000000002)
    >>> Bound(0.1, 0.2).is_below(Bound(0.3, 0.4)), Bound(0.1, 0.3).is_below(Bound(0.2, 0.4))
    (True, None)
    """

    lower: float
    upper: float
    fraction: Fraction | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what is not an interval."""
        if not (math.isfinite(self.lower) and math.isfinite(self.upper)):
            reject("bound", "must have finite ends", received=f"[{self.lower}, {self.upper}]")
        if self.lower > self.upper:
            reject("bound", "must have lower <= upper", received=f"[{self.lower}, {self.upper}]")

    @classmethod
    def exact(cls, number: Fraction | int | float) -> Self:
        """Return the narrowest interval of doubles that holds `number`."""
        exact = Fraction(number)
        nearest = float(number)
        lower = math.nextafter(nearest, -math.inf) if Fraction(nearest) > exact else nearest
        upper = math.nextafter(nearest, math.inf) if Fraction(nearest) < exact else nearest
        return cls(lower, upper, exact)

    @property
    def midpoint(self) -> float:
        """The middle of the interval: an estimate, not a bound."""
        return self.lower + (self.upper - self.lower) / 2

    @property
    def width(self) -> float:
        """The length of the interval."""
        return self.upper - self.lower

    def __contains__(self, number: float) -> bool:
        return self.lower <= number <= self.upper

    def __add__(self, other: "Bound | Fraction | float") -> "Bound":
        term = _as_bound(other)
        return _outward(self.lower + term.lower, self.upper + term.upper)

    def __neg__(self) -> "Bound":
        return Bound(-self.upper, -self.lower)

    def __sub__(self, other: "Bound | Fraction | float") -> "Bound":
        return self + -_as_bound(other)

    def __rsub__(self, other: "Fraction | float") -> "Bound":
        return -self + other

    def __mul__(self, other: "Bound | Fraction | float") -> "Bound":
        factor = _as_bound(other)
        ends = [a * b for a in (self.lower, self.upper) for b in (factor.lower, factor.upper)]
        return _outward(min(ends), max(ends))

    def __truediv__(self, other: "Bound | Fraction | float") -> "Bound":
        divisor = _as_bound(other)
        if 0.0 in divisor:
            reject("divisor", "must not hold zero", received=divisor)
        ends = [a / b for a in (self.lower, self.upper) for b in (divisor.lower, divisor.upper)]
        return _outward(min(ends), max(ends))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rtruediv__(self, other: "Fraction | float") -> "Bound":
        return _as_bound(other) / self

    def is_below(self, other: "Bound | Fraction | float") -> bool | None:
        """Say whether this value is strictly below the other: True, False or None (undecided)."""
        right = _as_bound(other)
        if self.upper < right.lower:
            return True
        return False if self.lower >= right.upper else None

    def clip(self, lower: float, upper: float) -> "Bound":
        """Return the interval for a value that is itself clipped to [lower, upper]."""
        return Bound(min(max(self.lower, lower), upper), min(max(self.upper, lower), upper))

    def intersect(self, other: "Bound") -> "Bound":
        """Return what is common to two intervals that hold the same value.

        Raises
        ------
        InconsistencyError
            If they have nothing in common: one of the two proofs is wrong.
        """
        lower, upper = max(self.lower, other.lower), min(self.upper, other.upper)
        if lower > upper:
            raise InconsistencyError(f"two proven bounds contradict each other: {self}, {other}")
        return Bound(lower, upper)

    def to_dict(self) -> dict[str, float]:
        """Return {"lower": ..., "upper": ...}."""
        return {"lower": self.lower, "upper": self.upper}

    def __str__(self) -> str:
        return self.display()

    def display(self, decimals: int = 12) -> str:
        """Return the interval in decimals, rounded outward.

        Examples
        --------
        >>> Bound.exact(Fraction(21, 25)).display(), Bound(0.85355339, 0.8535534).display(4)
        ('0.84', '0.8535 … 0.8536')
        """
        scale = 10**decimals
        if self.fraction is not None and (self.fraction * scale).denominator == 1:
            return _plain(self.fraction, decimals)
        lower = Fraction(math.floor(Fraction(self.lower) * scale), scale)
        upper = Fraction(math.ceil(Fraction(self.upper) * scale), scale)
        ends = [_plain(end, decimals) for end in (lower, upper)]
        return ends[0] if lower == upper else " … ".join(ends)


def _as_bound(number: Bound | Fraction | float) -> Bound:
    return number if isinstance(number, Bound) else Bound.exact(number)


def _outward(lower: float, upper: float) -> Bound:
    return Bound(math.nextafter(lower, -math.inf), math.nextafter(upper, math.inf))


def _plain(number: Fraction, decimals: int) -> str:
    """Write a decimal fraction without exponent and without trailing zeros."""
    text = f"{abs(round(number * 10**decimals)):0{decimals + 1}d}"
    whole, rest = text[: len(text) - decimals], text[len(text) - decimals :].rstrip("0")
    return ("-" if number < 0 else "") + whole + ("." + rest if rest else "")
