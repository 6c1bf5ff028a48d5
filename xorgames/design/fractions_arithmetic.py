"""The arithmetic of fractions for expressions: exact, and refusing to grow without limit."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

#: Fractions with more bits than numerator and denominator of 4000 digits have are refused.
_MOST_BITS = 2 * 13288


class _Fractions:
    """The arithmetic of fractions, for `Expression.evaluate`."""

    def number(self, number: Fraction) -> Fraction:
        return number

    def apply(self, operation: str, numbers: Sequence[Fraction]) -> Fraction:
        if operation.startswith("power"):
            return _power(numbers[0], int(operation[6:]))
        if sum(map(_bits, numbers)) > _MOST_BITS:
            raise OverflowError("a fraction of thousands of digits")
        return _EXACT_OPERATIONS[operation](*numbers)


FRACTIONS = _Fractions()


def _power(base: Fraction, exponent: int) -> Fraction:
    if _bits(base) * abs(exponent) > _MOST_BITS:
        raise OverflowError("a fraction of thousands of digits")
    if exponent < 0 and not base:
        raise ZeroDivisionError("division by zero")
    return Fraction(base**exponent)


def _bits(number: Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length()


def _divide(above: Fraction, below: Fraction) -> Fraction:
    if not below:
        raise ZeroDivisionError("division by zero")
    return above / below


def _square_root(number: Fraction) -> Fraction:
    if number < 0:
        raise ArithmeticError("the square root of a negative number")
    parts = math.isqrt(number.numerator), math.isqrt(number.denominator)
    if parts[0] ** 2 == number.numerator and parts[1] ** 2 == number.denominator:
        return Fraction(*parts)
    return Fraction(math.sqrt(number))


def _exponential(number: Fraction) -> Fraction:
    try:
        return Fraction(math.exp(number))
    except OverflowError:
        raise OverflowError("exp of a large number") from None


def _logarithm(number: Fraction) -> Fraction:
    if number <= 0:
        raise ArithmeticError("the logarithm of a number that is not positive")
    nearest = float(number)
    if not nearest:
        raise ArithmeticError("the logarithm of a number too small for a double")
    return Fraction(math.log(nearest))


_EXACT_OPERATIONS: dict[str, Callable[..., Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "negative": lambda a: -a,
    "min": min,
    "max": max,
    "abs": abs,
    "sqrt": _square_root,
    "exp": _exponential,
    "log": _logarithm,
    "pi": lambda: Fraction(math.pi),
}
