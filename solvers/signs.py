"""The sign problem that every classical method solves: the largest  sum_y |sum_x s_x R_xy|.

R is a matrix of integers, its rows the smaller side, the s_x are signs. Here stands what the
methods share: the passage to machine integers, a proven upper bound, and a local search.

Upper bound. With G = R R^T, Cauchy-Schwarz gives  (sum_y |c_y|)^2 <= l sum_y c_y^2 = l s^T G s
<= l sum |G|.  The value of every choice of signs has the parity of the sum of all entries.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InconsistencyError
from xorgames.solvers.workers import Watch

IntArray = NDArray[np.int64]

#: Sums of absolute values below this leave room for twice the sum in 64 bits.
MACHINE = 2**61
#: To compare all signs with so few column sums takes 8 to 25 us, measured; to look at the structure
#: of such a game 19 us where nothing can be merged, and 50 or more where it can.
_FEW_SUMS = 2**14
#: Below this, sums of doubles are exact.
_EXACT_SUMS = 2**53
#: Products of sums below this are exact in doubles.
_EXACT_PRODUCTS = 2**26
_STARTS = 128
_NUMBERS = 2**22
_SWEEPS = 1000


@dataclass(frozen=True, kw_only=True, eq=False)
class SignProblem:
    """Integers that stand for a matrix of integers of any size.

    Attributes
    ----------
    rows : ndarray of int64, shape (k, l)
    exponent : int
        The true matrix is within half a unit of `rows`, entry by entry, in units of 2^exponent.
    slack : int
        In the same units, the values of the true matrix are within this of those of `rows`;
        0 where both are the same.
    """

    rows: IntArray
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
    candidates : ndarray of int, shape (c, k), optional
        For rows that are rounded: signs among which the best ones of the true matrix certainly are.
    """

    signs: IntArray
    value: int
    upper: int
    strategies: int
    interrupted: bool = False
    candidates: IntArray | None = None


def machine_problem(integers: NDArray[Any]) -> SignProblem:
    """Return the problem in int64, rounded only where it does not fit.

    Parameters
    ----------
    integers : ndarray of Python int, or of int64 with sums that fit, shape (k, l)

    Examples
    --------
    >>> machine_problem(np.array([[1, -2]], dtype=object)).rows.tolist()
    [[1, -2]]
    >>> rounded = machine_problem(np.array([[2**70 + 1, 0]], dtype=object))
    >>> rounded.rows.tolist(), rounded.exponent, rounded.slack
    ([[576460752303423488, 0]], 11, 1)
    """
    if integers.dtype == np.int64:
        return SignProblem(rows=integers)
    total = int(abs(integers).sum())
    if total < MACHINE:
        return SignProblem(rows=integers.astype(np.int64))
    # One bit less than would do: rounding may add half a unit for each entry.
    exponent = total.bit_length() - MACHINE.bit_length() + 2
    rounded = (integers + 2 ** (exponent - 1)) >> exponent
    slack = -(-integers.size // 2)
    return SignProblem(rows=rounded.astype(np.int64), exponent=exponent, slack=slack)


def most_candidates(size: int) -> int:
    """Return how many choices of signs are compared exactly, for a matrix of so many entries.

    About a second's work.
    """
    return min(2**16, 2**22 // size)


def value_of(rows: IntArray, signs: IntArray) -> int:
    """Return the value of given signs."""
    return int(np.abs(signs @ rows).sum())


def distinct(signs: NDArray[Any]) -> NDArray[Any]:
    """Return the different rows, in order; in np.unique Ctrl-C may come out as a TypeError.

    Examples
    --------
    >>> distinct(np.array([[1, 1], [-1, 1], [1, 1], [1, -1]])).tolist()
    [[-1, 1], [1, -1], [1, 1]]
    """
    ordered = signs[np.lexsort(signs.T[::-1])]
    new = np.ones(len(signs), dtype=bool)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    different: NDArray[Any] = ordered[new]
    return different


def confirm(search: str, found: int, reached: int) -> None:
    """Raise an error unless the signs that a search found reach the value that it computed."""
    if found != reached:
        raise InconsistencyError(f"{search} found {found}, but its signs reach {reached}")


def is_small(rows: NDArray[Any]) -> bool:
    """Say whether `compare_all` takes a matrix."""
    k, columns = rows.shape
    if k == columns == 2:
        return True
    few = 2 ** (k - 1) * columns <= _FEW_SUMS and rows.dtype != object
    return few and int(np.abs(rows).sum()) < _EXACT_SUMS


def compare_all(rows: NDArray[Any]) -> tuple[IntArray, IntArray, int]:
    """Return the best bits of the rows of a small matrix and of its columns, and their value.

    One exact product of doubles with all signs: where they are few, this takes less time than
    anything else; two by two in whole numbers of any size. Of equally good bits the first count.

    Examples
    --------
    >>> bits, replies, value = compare_all(np.array([[1, 1, 0], [1, -1, 0], [0, 0, 1]]))
    >>> bits.tolist(), replies.tolist(), value
    ([0, 0, 0], [0, 0, 0], 3)
    """
    if rows.shape == (2, 2):
        return _compare_two(*rows.ravel().tolist())
    signs, ones = _all_signs(*rows.shape)
    sums = signs @ rows.astype(np.float64)
    values = np.abs(sums, out=sums) @ ones
    best = int(values.argmax())
    chosen = signs[best].astype(np.int64)
    pulls = chosen @ rows
    value = int(np.abs(pulls).sum())
    confirm("the enumeration", int(values[best]), value)
    return (chosen < 0).astype(np.int64), (pulls < 0).astype(np.int64), value


def _compare_two(p: int, q: int, r: int, s: int) -> tuple[IntArray, IntArray, int]:
    same, opposite = abs(p + r) + abs(q + s), abs(p - r) + abs(q - s)
    way = 1 if same >= opposite else -1
    bits, replies = [0, int(way < 0)], [int(p + way * r < 0), int(q + way * s < 0)]
    return np.array(bits), np.array(replies), max(same, opposite)


@lru_cache(maxsize=32)
def _all_signs(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all signs of the rows, the first one +, shape (2^(rows - 1), rows); and ones."""
    bits = np.arange(2 ** (rows - 1))[:, None] >> np.arange(rows - 1, -1, -1)
    return np.asarray(1.0 - 2.0 * (bits & 1)), np.ones(columns)


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


def local_search(
    rows: IntArray, *, rng: np.random.Generator, watch: Watch | None = None
) -> tuple[IntArray, int]:
    """Return good signs and their value: the best of many starts, each improved to a standstill.

    Both sides answer each other in turn; then single signs are flipped while that helps, and while
    `watch` has nothing against it. Ctrl-C stops the watch, and what there is counts.
    """
    starts = min(_STARTS, 8 + _NUMBERS // rows.size)
    matrix = rows.astype(np.float64)
    signs = _signs(rng.standard_normal((starts, len(rows))))
    try:
        signs = _answer_in_turn(matrix, signs, watch)
        signs = distinct(signs * signs[:, :1])
        _flip_while_better(matrix, signs, watch)
    except KeyboardInterrupt:
        if watch is None:
            raise
        watch.stop()
    best = int(np.abs(signs @ matrix).sum(axis=1).argmax())
    chosen = signs[best].astype(np.int64)
    return chosen, value_of(rows, chosen)


def at_least_plain(rows: NDArray[Any], found: Found) -> Found:
    """Return what was found, or if the search was stopped and that is more, a plain strategy.

    Both sides answer each other in turn, beginning with what was found, until neither can do
    better: that takes next to no time.

    Examples
    --------
    >>> rows = np.array([[1, 1, 2], [-1, -1, 1]])
    >>> begun = Found(signs=np.array([1, 1]), value=3, upper=7, strategies=0, interrupted=True)
    >>> at_least_plain(rows, begun).value
    5
    """
    if not found.interrupted or found.value == found.upper:
        return found
    doubles = machine_problem(rows).rows.astype(np.float64)
    signs = _answer_in_turn(doubles, found.signs[None].astype(np.float64), None)
    chosen = signs[0].astype(np.int64)
    value = value_of(rows, chosen)
    return replace(found, signs=chosen, value=value) if value > found.value else found


def _answer_in_turn(
    matrix: NDArray[np.float64], signs: NDArray[np.float64], watch: Watch | None
) -> NDArray[np.float64]:
    for _ in _sweeps(watch):
        answers = _signs(_signs(signs @ matrix) @ matrix.T)
        if (answers == signs).all():
            break
        signs = answers
    return signs


def _sweeps(watch: Watch | None) -> Iterator[int]:
    """Count sweeps, until there were many or the watch says to stop."""
    return takewhile(lambda _: watch is None or not watch.stopped, range(_SWEEPS))


def _signs(pulls: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(pulls < 0, -1.0, 1.0)


def _flip_while_better(
    matrix: NDArray[np.float64], signs: NDArray[np.float64], watch: Watch | None
) -> None:
    """Flip in each start the sign that gains most, until none gains more than rounding."""
    tolerance = 1e-12 * np.abs(matrix).sum()
    moving = np.arange(len(signs))
    for _ in _sweeps(watch):
        begun = signs[moving]
        sums = begun @ matrix
        values = np.abs(sums).sum(axis=1)
        flipped = np.stack(
            [
                np.abs(sums - 2 * begun[:, x, None] * row).sum(axis=1)
                for x, row in enumerate(matrix)
            ],
            axis=1,
        )
        choice = flipped.argmax(axis=1)
        better = flipped.max(axis=1) > values + tolerance
        moving, choice = moving[better], choice[better]
        if not moving.size:
            break
        signs[moving, choice] *= -1
