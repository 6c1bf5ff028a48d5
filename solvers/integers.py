"""From a matrix of exact numbers to integers over one denominator, and what is no such matrix."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.exact import FractionArray, cell
from xorgames.solvers.signs import MACHINE

#: int64 where the sum of all absolute values is below MACHINE, else Python's integers.
IntegerMatrix = NDArray[Any]


def as_integers(exact_matrix: FractionArray) -> tuple[IntegerMatrix, int]:
    """Return a matrix of integers and the number by which to divide it.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n), not empty

    Raises
    ------
    InputError
        If an entry is not a finite number.

    Examples
    --------
    >>> integers, denominator = as_integers(np.array([[Fraction(1, 2), Fraction(-1, 3)]]))
    >>> integers.tolist(), denominator
    ([[3, -2]], 6)
    """
    entries = exact_matrix.ravel().tolist()
    if exact_matrix.dtype == bool:
        _reject_entry(exact_matrix)
    try:
        numbers, below = _ratios(entries)
    except (AttributeError, ValueError, OverflowError):
        _reject_entry(exact_matrix)
    denominators = set(below)
    common = math.lcm(*denominators)
    if len(denominators) > 1:
        numbers = [above * (common // each) for above, each in zip(numbers, below, strict=True)]
    kind = np.int64 if sum(map(abs, numbers)) < MACHINE else object
    return np.array(numbers, dtype=kind).reshape(exact_matrix.shape), common


def _ratios(entries: Sequence[Any]) -> tuple[Sequence[int], Sequence[int]]:
    """Return the numerators and the denominators."""
    if set(map(type, entries)) == {Fraction}:
        # The slots behind the properties: a third of the time of calling as_integer_ratio.
        above = [entry._numerator for entry in entries]  # noqa: SLF001
        return above, [entry._denominator for entry in entries]  # noqa: SLF001
    ratios = [entry.as_integer_ratio() for entry in entries]
    return [above for above, _ in ratios], [below for _, below in ratios]


def _reject_entry(exact_matrix: FractionArray) -> NoReturn:
    """Name the first entry that is no number or not finite."""
    entries = zip(np.ndindex(exact_matrix.shape), exact_matrix.ravel().tolist(), strict=True)
    index, entry = next(each for each in entries if not _is_exact(each[1]))
    cure = "xorgames.exact.exact_array makes it from lists"
    key = cell("exact_matrix", index)
    reject(key, "must be an exact number", received=repr(entry), cure=cure)


def _is_exact(entry: Any) -> bool:
    try:
        entry.as_integer_ratio()
    except (AttributeError, ValueError, OverflowError):
        return False
    return not isinstance(entry, bool)


def is_matrix(thing: object) -> bool:
    """Say whether something is an array with rows and columns; masks and the like are not.

    Examples
    --------
    >>> is_matrix(np.ones((2, 1))), is_matrix(np.ones(2)), is_matrix([[1]])
    (True, False, False)
    """
    return type(thing) is np.ndarray and thing.ndim == 2 and thing.size > 0


def kind_of(thing: object) -> str:
    """Describe what was received instead of a matrix.

    Examples
    --------
    >>> kind_of([[1]]), kind_of(np.ones(2))
    ('list', 'ndarray of shape (2,)')
    """
    shape = f" of shape {thing.shape}" if isinstance(thing, np.ndarray) else ""
    return type(thing).__name__ + shape
