"""Numbers as they were written: every finite input becomes an exact fraction.

Integers, fractions and decimals are taken at their word ("1/3", 0.1 in a file); a float given by a
caller is taken as its exact binary value. Nothing is rounded and nothing is normalised.
"""

import math
import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, reject

FractionArray = NDArray[np.object_]

_FRACTION = re.compile(r"\s*[-+]?\d+\s*/\s*\d+\s*", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+\s*")
_MAX_EXPONENT = 400
_MAX_BITS = int(4000 * math.log2(10))
#: Numbers whose parts differ by no more bits are within 1e-297 and 1e297: no need to look closer.
_SAFE_BITS = 987
_RANGE = "must be zero or between 1e-300 and 1e300 in size"


def exact_number(number: Any, *, key: str) -> Fraction:
    """Return `number` as an exact fraction.

    Parameters
    ----------
    number : int, float, Fraction, Decimal, NumPy scalar or str
        A string is a decimal or a fraction: "0.36", "1e-3", "1/3".
    key : str
        Where the number stands, for the error.

    Raises
    ------
    InputError
        If it is not a finite real number.

    Examples
    --------
    >>> exact_number("1/3", key="p"), exact_number("0.1", key="p"), exact_number(0.5, key="p")
    (Fraction(1, 3), Fraction(1, 10), Fraction(1, 2))
    """
    if isinstance(number, (str, Decimal)):
        return _parse_text(str(number), key)
    if isinstance(number, (bool, np.bool_)):
        reject(key, "must be a number", received=number, cure="true and false are not numbers")
    if isinstance(number, (Integral, Rational)):
        return _representable(Fraction(int(number.numerator), int(number.denominator)), key)
    if not isinstance(number, (float, np.floating)):
        reject(key, "must be a real number", received=repr(number))
    if not math.isfinite(number):
        reject(key, "must be finite", received=number)
    return _representable(Fraction(float(number)), key)


def _parse_text(text: str, key: str) -> Fraction:
    received = repr(text)
    if _DECIMAL_COMMA.fullmatch(text):
        cure = f"use a decimal point: {text.strip().replace(',', '.')}"
        reject(key, "must be a number", received=received, cure=cure)
    try:
        if _FRACTION.fullmatch(text):
            numerator, denominator = text.split("/")
            return _representable(Fraction(int(numerator), int(denominator)), key)
        parsed = _decimal(text.strip())
    except ZeroDivisionError:
        reject(key, "must not divide by zero", received=received)
    except InputError:
        raise
    except (ArithmeticError, ValueError):
        cure = 'write a decimal such as 0.25 or a fraction such as "1/3"'
        reject(key, "must be a real number", received=received, cure=cure)
    if not parsed.is_finite():
        reject(key, "must be finite", received=received)
    if parsed and abs(parsed.adjusted()) > _MAX_EXPONENT:
        reject(key, _RANGE, received=received)
    return _representable(Fraction(parsed), key)


def _decimal(text: str) -> Decimal:
    """Return a decimal; 1_000 and the digits of other scripts, which Python reads, are none."""
    if "_" in text or not text.isascii():
        raise ValueError(text)
    return Decimal(text)


def _representable(number: Fraction, key: str) -> Fraction:
    """Refuse what has no double near it, as results are doubles, or what Python will not print."""
    above, below = number.numerator.bit_length(), number.denominator.bit_length()
    if max(above, below) > _MAX_BITS:
        reject(key, "must be a fraction of integers with at most 4000 digits")
    if abs(above - below) > _SAFE_BITS and number and not 1e-300 < abs(number) < 1e300:
        size = math.log10(abs(number.numerator)) - math.log10(number.denominator)
        reject(key, _RANGE, received=f"about 1e{size:.0f}")
    return number


def exact_array(data: Any, *, key: str, problems: list[Problem]) -> FractionArray | None:
    """Return nested lists (or an array) of numbers as an object array of fractions.

    Every bad entry is added to `problems` with its position; None is returned if there is any.

    Examples
    --------
    >>> problems = []
    >>> exact_array([["1/2", 0], [0.25, "0,25"]], key="distribution", problems=problems)
    >>> print(problems[0])
    `distribution[1][1]` must be a number; received '0,25'. Cure: use a decimal point: 0.25.
    """
    before = len(problems)
    nested = data.tolist() if isinstance(data, np.ndarray) else data
    try:
        shape = _shape_of(nested, key, problems)
    except RecursionError:
        problems.append(Problem(key=key, rule="must not be nested so deeply"))
    if len(problems) > before:
        return None
    entries = _entries(nested, len(shape))
    try:
        flat = [exact_number(entry, key=key) for entry in entries]
    except InputError:
        # Positions are worked out only where they are needed: good arrays may be large.
        problems.extend(_problems_of(entries, key, shape))
        return None
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(shape)


def cell(key: str, index: tuple[int, ...]) -> str:
    """Name one entry of an array, as it would be written: `payoff[0][1][0]`."""
    return key + "".join(f"[{i}]" for i in index)


def to_float(exact: FractionArray) -> NDArray[np.float64]:
    """Return the nearest doubles, read-only."""
    result = exact.astype(np.float64)
    result.setflags(write=False)
    return result


def _shape_of(nested: Any, key: str, problems: list[Problem]) -> tuple[int, ...]:
    """Return the shape of nested lists; a ragged or empty list is a problem."""
    if not isinstance(nested, (list, tuple)):
        return ()
    if len(nested) == 0:
        problems.append(Problem(key=key, rule="must not be empty", received="[]"))
        return (0,)
    shapes = [_shape_of(part, f"{key}[{i}]", problems) for i, part in enumerate(nested)]
    for i, shape in enumerate(shapes):
        if shape != shapes[0]:
            problems.append(_ragged(key, i, shape, shapes[0]))
            return (len(nested),)
    return (len(nested), *shapes[0])


def _ragged(key: str, i: int, shape: tuple[int, ...], first: tuple[int, ...]) -> Problem:
    def words(shape: tuple[int, ...]) -> str:
        return " x ".join(map(str, shape)) + (" entries" if len(shape) == 1 else "") or "a number"

    return Problem(
        key=f"{key}[{i}]",
        rule=f"must have the shape of {key}[0] ({words(first)}): the array is ragged",
        received=words(shape),
        cure="give every row the same length; a decimal comma splits a number in two",
    )


def _entries(nested: Any, depth: int) -> list[Any]:
    """Return the entries of nested lists, row by row."""
    entries = [nested]
    for _ in range(depth):
        entries = [part for parts in entries for part in parts]
    return entries


def _problems_of(entries: list[Any], key: str, shape: tuple[int, ...]) -> Iterator[Problem]:
    for index, entry in zip(np.ndindex(shape), entries, strict=True):
        try:
            exact_number(entry, key=cell(key, index))
        except InputError as error:
            yield from error.problems
