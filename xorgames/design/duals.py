"""Arrays of values with their derivatives, carried along by the chain rule (forward mode).

A dual number is a value and its slopes, one for each parameter. Where min, max or abs has a kink
the slopes are those of one side. Plain doubles: derivatives guide a search, they prove nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Dual:
    """Values, shape (k,) or (1,), and slopes, shape (parameters, k) or (1, 1).

    Examples
    --------
    >>> x = Dual(np.array([3.0]), np.array([[1.0]]))
    >>> (x * x).slopes
    array([[6.]])
    """

    value: FloatArray
    slopes: FloatArray

    def __add__(self, other: "Dual") -> "Dual":
        return Dual(self.value + other.value, self.slopes + other.slopes)

    def __neg__(self) -> "Dual":
        return Dual(-self.value, -self.slopes)

    def __sub__(self, other: "Dual") -> "Dual":
        return self + -other

    def __mul__(self, other: "Dual") -> "Dual":
        slopes = self.slopes * other.value + other.slopes * self.value
        return Dual(self.value * other.value, slopes)

    def __truediv__(self, other: "Dual") -> "Dual":
        value = self.value / other.value
        return Dual(value, (self.slopes - value * other.slopes) / other.value)

    def __abs__(self) -> "Dual":
        return Dual(np.abs(self.value), np.sign(self.value) * self.slopes)

    def power(self, exponent: int) -> "Dual":
        """Return a whole power."""
        if exponent == 0:
            return Dual(np.ones_like(self.value), 0.0 * self.slopes)
        slopes = exponent * self.value ** np.float64(exponent - 1) * self.slopes
        return Dual(self.value ** np.float64(exponent), slopes)


def _square_root(a: Dual) -> Dual:
    root = np.sqrt(a.value)
    return Dual(root, a.slopes / (2 * root))


def _exponential(a: Dual) -> Dual:
    value = np.exp(a.value)
    return Dual(value, value * a.slopes)


def _logarithm(a: Dual) -> Dual:
    return Dual(np.log(a.value), a.slopes / a.value)


def _least(*numbers: Dual) -> Dual:
    best = numbers[0]
    for other in numbers[1:]:
        first = best.value <= other.value
        best = Dual(
            np.where(first, best.value, other.value), np.where(first, best.slopes, other.slopes)
        )
    return best


def _largest(*numbers: Dual) -> Dual:
    return -_least(*(-a for a in numbers))


def _constant(number: float) -> Dual:
    return Dual(np.array([number]), np.zeros((1, 1)))


_OPERATIONS: dict[str, Callable[..., Dual]] = {
    "+": Dual.__add__,
    "-": Dual.__sub__,
    "*": Dual.__mul__,
    "/": Dual.__truediv__,
    "negative": Dual.__neg__,
    "min": _least,
    "max": _largest,
    "abs": Dual.__abs__,
    "sqrt": _square_root,
    "exp": _exponential,
    "log": _logarithm,
    "pi": lambda: _constant(np.pi),
}


class _Duals:
    """The arithmetic of dual numbers, for `Expression.evaluate`."""

    def number(self, number: Fraction) -> Dual:
        return _constant(float(number))

    def apply(self, operation: str, numbers: Sequence[Dual]) -> Dual:
        if operation.startswith("power"):
            return numbers[0].power(int(operation[6:]))
        return _OPERATIONS[operation](*numbers)


DUALS = _Duals()
