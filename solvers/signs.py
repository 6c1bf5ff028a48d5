"""The sign problem that every classical method solves: the largest  sum_y |sum_x s_x R_xy|.

R is a matrix of integers, its rows the smaller side, the s_x are signs. Here stands what the
methods share: the passage to machine integers, a proven upper bound, and a local search.

Upper bound. With G = R R^T, Cauchy-Schwarz gives  (sum_y |c_y|)^2 <= l sum_y c_y^2 = l s^T G s
<= l sum |G|.  The value of every choice of signs has the parity of the sum of all entries.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

#: Sums of absolute values below this leave room for twice the sum in 64 bits.
_MACHINE = 2**61
#: Products of sums below this are exact in doubles.
_EXACT_PRODUCTS = 2**26
#: So many sums are quick with Python's integers.
_PYTHON_SUMS = 2**20
_STARTS = 128
_NUMBERS = 2**22
_SWEEPS = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class SignProblem:
    """Integers that stand for a matrix of integers of any size.

    Attributes
    ----------
    rows : ndarray of int64, shape (k, l)
        Python's integers where there are few signs and int64 would not do.
    exponent : int
        The true matrix is within half a unit of `rows`, entry by entry, in units of 2^exponent.
    slack : int
        In the same units, the values of the true matrix are within this of those of `rows`;
        0 where both are the same.
    """

    rows: NDArray[Any]
    exponent: int = 0
    slack: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """The best signs that a method found, and what no signs exceed.

    Attributes
    ----------
    signs : ndarray of int, shape (k,)
    value, upper : int
        The value of `signs`, and a proven upper bound on all values.
    strategies : int
        How many choices of signs were compared.
    interrupted : bool
        Whether the method was stopped before its end.
    """

    signs: IntArray
    value: int
    upper: int
    strategies: int
    interrupted: bool = False


def machine_problem(integers: NDArray[np.object_], *, keep_small: bool = False) -> SignProblem:
    """Return the problem in int64, rounded only where it does not fit.

    Parameters
    ----------
    integers : ndarray of Python int, shape (k, l)
    keep_small : bool
        Leave the integers as they are, instead of rounding, where there are few signs to compare.

    Examples
    --------
    >>> machine_problem(np.array([[1, -2]], dtype=object)).rows.tolist()
    [[1, -2]]
    >>> rounded = machine_problem(np.array([[2**70 + 1, 0]], dtype=object))
    >>> rounded.rows.tolist(), rounded.exponent, rounded.slack
    ([[1152921504606846976, 0]], 10, 1)
    """
    total = sum(abs(integers).ravel().tolist())
    if total < _MACHINE:
        return SignProblem(rows=integers.astype(np.int64))
    if keep_small and 2 ** (len(integers) - 1) * integers.shape[1] <= _PYTHON_SUMS:
        return SignProblem(rows=integers)
    exponent = total.bit_length() - _MACHINE.bit_length() + 1
    rounded = (integers + 2 ** (exponent - 1)) >> exponent
    slack = -(-integers.size // 2)
    return SignProblem(rows=rounded.astype(np.int64), exponent=exponent, slack=slack)


def value_of(rows: IntArray, signs: IntArray) -> int:
    """Return the value of given signs."""
    return int(np.abs(signs @ rows).sum())


def upper_bound(rows: IntArray) -> int:
    """Return a proven upper bound on the value of any signs.

    Examples
    --------
    >>> upper_bound(np.array([[1, 1], [1, -1]]))
    2
    """
    total = int(np.abs(rows).sum())
    shift = max(0, total.bit_length() - _EXACT_PRODUCTS.bit_length() + 2)
    coarse = (rows + (1 << shift >> 1)) >> shift
    rounding = rows.size * (1 << shift >> 1)
    doubles = coarse.astype(np.float64)
    gram = int(np.abs(doubles @ doubles.T).sum())
    bound = (math.isqrt(rows.shape[1] * gram) << shift) + rounding
    return same_parity(min(total, bound), total)


def same_parity(bound: int, total: int) -> int:
    """Return the largest number up to `bound` with the parity of `total`."""
    return bound - (bound - total) % 2


def local_search(rows: IntArray, *, rng: np.random.Generator) -> tuple[IntArray, int]:
    """Return good signs and their value: the best of many starts, each improved to a standstill.

    Both sides answer each other in turn; then single signs are flipped while that helps.
    """
    starts = min(_STARTS, 8 + _NUMBERS // rows.size)
    matrix = rows.astype(np.float64)
    signs = _signs(rng.standard_normal((starts, len(rows))))
    for _ in range(_SWEEPS):
        answers = _signs(_signs(signs @ matrix) @ matrix.T)
        if (answers == signs).all():
            break
        signs = answers
    signs = _flip_while_better(matrix, np.unique(signs * signs[:, :1], axis=0))
    best = int(np.abs(signs @ matrix).sum(axis=1).argmax())
    chosen = signs[best].astype(np.int64)
    return chosen, value_of(rows, chosen)


def _signs(pulls: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(pulls < 0, -1.0, 1.0)


def _flip_while_better(
    matrix: NDArray[np.float64], signs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Flip in each start the sign that gains most, until none gains more than rounding."""
    starts = np.arange(len(signs))
    tolerance = 1e-12 * np.abs(matrix).sum()
    for _ in range(_SWEEPS):
        sums = signs @ matrix
        values = np.abs(sums).sum(axis=1)
        flipped = np.stack(
            [
                np.abs(sums - 2 * signs[:, x, None] * row).sum(axis=1)
                for x, row in enumerate(matrix)
            ],
            axis=1,
        )
        choice = flipped.argmax(axis=1)
        better = flipped[starts, choice] > values + tolerance
        if not better.any():
            break
        signs[starts[better], choice[better]] *= -1
    return signs
