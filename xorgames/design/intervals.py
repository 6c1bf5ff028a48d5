"""Arrays of intervals: expressions on many points at once, with every rounding accounted for.

Each end is rounded outward by what an operation may be off: sums by their exact rounding error
(Knuth's two-sum), products, quotients and square roots, which IEEE 754 rounds correctly, by one
unit in the last place, exp and log, where NumPy promises less than 4 units, by 8. Where an
operation is not defined on the whole interval the ends are NaN: whoever asked then has to look at
that point exactly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound

FloatArray = NDArray[np.float64]

_EIGHT_UNITS = 2.0**-50


@dataclass(frozen=True, eq=False)
class Interval:
    """Arrays of lower and upper ends.

    Examples
    --------
    >>> tenth = interval_of([Fraction(1, 10), Fraction(1, 2)])
    >>> (tenth.lower < 0.1, tenth.upper[1] - tenth.lower[1])
    (array([ True, False]), np.float64(0.0))
    """

    lower: FloatArray
    upper: FloatArray

    def __add__(self, other: "Interval") -> "Interval":
        return Interval(_sum_down(self.lower, other.lower), -_sum_down(-self.upper, -other.upper))

    def __neg__(self) -> "Interval":
        return Interval(-self.upper, -self.lower)

    def __sub__(self, other: "Interval") -> "Interval":
        return self + -other

    def __mul__(self, other: "Interval") -> "Interval":
        ends = [a * b for a in (self.lower, self.upper) for b in (other.lower, other.upper)]
        # What is exactly zero stays so: probabilities that vanish do. But 0 times NaN is NaN.
        zero = (self.is_zero & other.is_finite) | (other.is_zero & self.is_finite)
        lower = down(np.minimum.reduce(ends))
        # Nor is a product of numbers of one sign ever negative.
        alike = (self.lower >= 0) & (other.lower >= 0) | (self.upper <= 0) & (other.upper <= 0)
        lower = np.where(alike, np.maximum(lower, 0.0), lower)
        return Interval(
            np.where(zero, 0.0, lower),
            np.where(zero, 0.0, up(np.maximum.reduce(ends))),
        )

    def __truediv__(self, other: "Interval") -> "Interval":
        unsafe = (other.lower <= 0) & (other.upper >= 0)
        ends = [a / b for a in (self.lower, self.upper) for b in (other.lower, other.upper)]
        return Interval(
            np.where(unsafe, np.nan, down(np.minimum.reduce(ends))),
            np.where(unsafe, np.nan, up(np.maximum.reduce(ends))),
        )

    def __abs__(self) -> "Interval":
        return Interval(
            np.maximum(0.0, np.maximum(self.lower, -self.upper)),
            np.maximum(-self.lower, self.upper),
        )

    def power(self, exponent: int) -> "Interval":
        """Return a whole power."""
        if exponent < 0:
            return ONE / self.power(-exponent)
        base = self if exponent % 2 else abs(self)
        if exponent == 0:
            # What has no value has no power either, not even this one.
            nothing = np.isnan(self.lower) | np.isnan(self.upper)
            one = np.where(nothing, np.nan, 1.0)
            return Interval(one, one)
        result = base
        for _ in range(exponent - 1):
            result = result * base
        return result

    def at(self, places: NDArray[Any]) -> "Interval":
        """Return some of the intervals, by their places or by a mask."""
        return Interval(self.lower[places], self.upper[places])

    @property
    def is_zero(self) -> NDArray[np.bool_]:
        """Where both ends are zero."""
        zero: NDArray[np.bool_] = (self.lower == 0) & (self.upper == 0)
        return zero

    @property
    def is_finite(self) -> NDArray[np.bool_]:
        """Where both ends are finite."""
        finite: NDArray[np.bool_] = np.isfinite(self.lower) & np.isfinite(self.upper)
        return finite


def interval_of(numbers: Sequence[Fraction] | FloatArray) -> Interval:
    """Return the narrowest intervals that hold the numbers; doubles count as exact."""
    if isinstance(numbers, np.ndarray) and numbers.dtype == np.float64:
        return Interval(numbers, numbers)
    bounds = [Bound.exact(number) for number in numbers]
    return Interval(
        np.array([bound.lower for bound in bounds], dtype=np.float64),
        np.array([bound.upper for bound in bounds], dtype=np.float64),
    )


def down(numbers: FloatArray) -> FloatArray:
    """Return the next doubles below."""
    below: FloatArray = np.nextafter(numbers, -np.inf)
    return below


def up(numbers: FloatArray) -> FloatArray:
    """Return the next doubles above."""
    above: FloatArray = np.nextafter(numbers, np.inf)
    return above


def digits_up(number: Fraction | float, figures: int = 6) -> str:
    """Write a number with some digits, rounded up.

    Examples
    --------
    >>> digits_up(Fraction(1, 3)), digits_down(Fraction(1, 3)), digits_up(0.5), digits_up(-2e-9)
    ('0.333334', '0.333333', '0.5', '-0.000000002')
    """
    return _digits(Fraction(number), Context(prec=figures, rounding=ROUND_CEILING))


def digits_down(number: Fraction | float, figures: int = 6) -> str:
    """Write a number with some digits, rounded down."""
    return _digits(Fraction(number), Context(prec=figures, rounding=ROUND_FLOOR))


def _digits(number: Fraction, context: Context) -> str:
    rounded = context.divide(Decimal(number.numerator), Decimal(number.denominator))
    return f"{rounded.normalize(context):f}"


def _sum_down(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the largest double not above a + b, or the one below it."""
    total = a + b
    kept = total - a
    error = (a - (total - kept)) + (b - kept)
    # Without a proof that nothing was lost (overflow leaves NaN) it counts as lost.
    below: FloatArray = np.where(error >= 0, total, down(total))
    return below


def _widened(lower: FloatArray, upper: FloatArray) -> Interval:
    return Interval(
        down(lower - np.abs(lower) * _EIGHT_UNITS), up(upper + np.abs(upper) * _EIGHT_UNITS)
    )


def _square_root(a: Interval) -> Interval:
    root = np.sqrt(a.lower), np.sqrt(a.upper)
    return Interval(np.where(root[0] > 0, down(root[0]), root[0]), up(root[1]))


def _exponential(a: Interval) -> Interval:
    wide = _widened(np.exp(a.lower), np.exp(a.upper))
    return Interval(np.maximum(wide.lower, 0.0), wide.upper)


def _logarithm(a: Interval) -> Interval:
    return _widened(np.where(a.lower > 0, np.log(a.lower), np.nan), np.log(a.upper))


def _least(*numbers: Interval) -> Interval:
    return Interval(
        np.minimum.reduce(np.broadcast_arrays(*(a.lower for a in numbers))),
        np.minimum.reduce(np.broadcast_arrays(*(a.upper for a in numbers))),
    )


def _largest(*numbers: Interval) -> Interval:
    return -_least(*(-a for a in numbers))


ONE = Interval(np.array(1.0), np.array(1.0))
_OPERATIONS: dict[str, Callable[..., Interval]] = {
    "+": Interval.__add__,
    "-": Interval.__sub__,
    "*": Interval.__mul__,
    "/": Interval.__truediv__,
    "negative": Interval.__neg__,
    "min": _least,
    "max": _largest,
    "abs": Interval.__abs__,
    "sqrt": _square_root,
    "exp": _exponential,
    "log": _logarithm,
    "pi": lambda: Interval(np.array(np.pi), up(np.array(np.pi))),
}


class _Intervals:
    """The arithmetic of intervals, for `Expression.evaluate`."""

    def number(self, number: Fraction) -> Interval:
        return interval_of([number])

    def apply(self, operation: str, numbers: Sequence[Interval]) -> Interval:
        if operation.startswith("power"):
            return numbers[0].power(int(operation[6:]))
        return _OPERATIONS[operation](*numbers)


INTERVALS = _Intervals()
