"""From a matrix of numbers to integers over one denominator or to doubles, and what is none."""

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
FloatArray = NDArray[np.float64]

_LARGEST = 1e300


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
    numbers, below = ratios(exact_matrix)
    denominators = set(below)
    common = math.lcm(*denominators)
    if len(denominators) > 1:
        numbers = [above * (common // each) for above, each in zip(numbers, below, strict=True)]
    kind = np.int64 if sum(map(abs, numbers)) < MACHINE else object
    return np.array(numbers, dtype=kind).reshape(exact_matrix.shape), common


def ratios(exact_matrix: FloatArray | FractionArray) -> tuple[Sequence[int], Sequence[int]]:
    """Return the numerators and the denominators of the entries, row by row.

    Errors are those of `as_integers`.

    Examples
    --------
    >>> ratios(np.array([[0.5, 3.0]]))
    ([1, 3], [2, 1])
    """
    entries: list[Any] = exact_matrix.ravel().tolist()
    if set(map(type, entries)) == {Fraction}:
        # The slots behind the properties: a third of the time of calling as_integer_ratio.
        above = [entry._numerator for entry in entries]  # noqa: SLF001
        return above, [entry._denominator for entry in entries]  # noqa: SLF001
    if exact_matrix.dtype == bool:
        _reject_entry(exact_matrix)
    try:
        pairs = [entry.as_integer_ratio() for entry in entries]
    except (AttributeError, ValueError, OverflowError):
        _reject_entry(exact_matrix)
    return [above for above, _ in pairs], [below for _, below in pairs]


def as_doubles(matrix: Any) -> FloatArray:
    """Return the nearest doubles, where they are what a proof can start from.

    Parameters
    ----------
    matrix : ndarray of float, int or Fraction, shape (m, n), not empty

    Raises
    ------
    InputError
        If it is no such array, or an entry is neither zero nor between 1e-300 and 1e300 in size.

    Examples
    --------
    >>> as_doubles(np.array([[Fraction(1, 4), Fraction(-1, 2)]]))
    array([[ 0.25, -0.5 ]])
    """
    if not is_matrix(matrix):
        rule = "must be an array of numbers, with at least one row and one column"
        reject("matrix", rule, received=kind_of(matrix))
    try:
        floats = matrix.astype(np.float64) if matrix.dtype.kind in "iufO" else np.array(math.nan)
    except (TypeError, ValueError, OverflowError):
        floats = np.array(math.nan)
    sizes = np.abs(floats)
    small = np.count_nonzero(sizes < _LARGEST) == matrix.size
    # What is too small for a double must not count as nothing.
    if not (small and np.count_nonzero(sizes > 1 / _LARGEST) == np.count_nonzero(matrix)):
        rule = "must hold numbers that are zero or between 1e-300 and 1e300 in size"
        reject("matrix", rule, received=np.array2string(matrix, threshold=9))
    return floats


def as_stack(matrices: Any) -> FloatArray:
    """Return the doubles of a stack of matrices.

    Parameters
    ----------
    matrices : ndarray of float or int, shape (k, m, n), not empty

    Raises
    ------
    InputError
        If it is no such array, or an entry is not a number below 1e300 in size.

    Examples
    --------
    >>> as_stack(np.array([[[1, 2]]]))
    array([[[1., 2.]]])
    """
    cure = "stack the matrices: np.stack([...])"
    if type(matrices) is not np.ndarray or matrices.ndim != 3 or matrices.size == 0:
        shape = getattr(matrices, "shape", None) or kind_of(matrices)
        reject("matrices", "must have the shape (k, m, n)", received=shape, cure=cure)
    if matrices.dtype.kind not in "iuf":
        received = f"numbers of the type {matrices.dtype}"
        reject("matrices", "must hold floats", received=received, cure="take `matrix` of each game")
    floats = matrices.astype(np.float64, copy=False)
    wrong = np.argwhere(~(np.abs(floats) < _LARGEST))
    if len(wrong):
        index = tuple(wrong[0].tolist())
        rule = "must be a number below 1e300 in size"
        reject(cell("matrices", index), rule, received=floats[index])
    return floats


def _reject_entry(exact_matrix: FloatArray | FractionArray) -> NoReturn:
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
