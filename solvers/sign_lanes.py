"""All sign vectors of some rows, as lanes of a table and steps of a Gray code over the other rows.

For signs of the rows the best answer of the columns is the sign of each column sum, so that the
value is  sum_y |sum_x s_x R_xy|,  and a common flip changes nothing: 2^(k-1) sign vectors. The low
rows live in a table of all their sign sums p, and a Gray code over the high ones changes one at a
time. With c the sum of the high rows and D = sum (p of lane 0) - sum (all high rows),

    value = 2 (sum_y max(c, -p) - u + v) + D,

u and v the sums of the entries of the low and of the high rows that have a minus. Memory is that of
the table, whatever the number of sign vectors.

Width. The table and c must fit in the integer type. The value itself may be computed modulo twice
the range of the type, as it has a known parity and lies between 0 and a proven upper bound: the
narrowest type for which both hold is used, and the result is checked in 64 bits.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.signs import IntArray, upper_bound

#: The table should stay in the fastest memory.
_TABLE_BYTES = 2**15
#: The least and the largest number that a type holds.
_ROOM = {
    np.dtype(kind): (int(np.iinfo(kind).min), int(np.iinfo(kind).max))
    for kind in (np.int8, np.int16, np.int32)
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SignLanes:
    """The problem as the kernels want it: arrays in the chosen type.

    Attributes
    ----------
    high, low : ndarray, shapes (h, l) and (k - h, l)
        The rows outside the table, and those in it.
    start : ndarray, shape (1,)
        Shifts the final numbers such that they fill the range of the type.
    origin : int
        value = 2 number + origin.
    """

    high: NDArray[Any]
    low: NDArray[Any]
    start: NDArray[Any]
    origin: int

    @classmethod
    def of(cls, rows: IntArray) -> "SignLanes":
        """Choose the type and the table for a matrix of int64."""
        kind = choose_type(rows)
        split = len(rows) - _low_rows(rows.shape, kind)
        offset = int(rows[split:].sum()) - int(rows[:split].sum())
        parity = offset % 2
        # The type's least number stands for the least value, 0 or 1; int64 needs no shift.
        least = _ROOM[kind][0] if kind in _ROOM else (offset - parity) // -2
        # The kernels take four columns at a time.
        narrow = np.zeros((len(rows), -(-rows.shape[1] // 4) * 4), dtype=kind)
        narrow[:, : rows.shape[1]] = rows
        return cls(
            high=narrow[:split],
            low=narrow[split:],
            start=np.array([(offset - parity) // 2 + least]).astype(kind),
            origin=parity - 2 * least,
        )

    @property
    def steps(self) -> int:
        """How many steps the Gray code has."""
        return int(2 ** (len(self.high) - 1))

    @property
    def width(self) -> int:
        """How many lanes there are."""
        return int(2 ** len(self.low))

    def signs_at(self, step: int, lane: int) -> IntArray:
        """Return the signs of all rows."""
        bits = lane << len(self.high) | (step ^ step >> 1) << 1
        rows = len(self.high) + len(self.low)
        return np.array([1 - 2 * (bits >> i & 1) for i in range(rows)], dtype=np.int64)

    @cached_property
    def _table(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """-p for each column and lane, and for each lane `start` - u."""
        offsets = np.empty(self.width, dtype=self.low.dtype)
        offsets[0] = self.start[0]
        totals = self.low.sum(axis=1, dtype=self.low.dtype)
        for i in range(len(totals)):
            np.subtract(offsets[: 2**i], totals[i], out=offsets[2**i : 2 ** (i + 1)])
        return np.ascontiguousarray(-sign_sums(self.low).T), offsets

    def numbers_at(self, step: int) -> NDArray[Any]:
        """Return the final number of each lane, as the kernels compute it."""
        kind = self.low.dtype
        negated, offsets = self._table
        signs = self.signs_at(step, 0)[: len(self.high)]
        sums = signs.astype(kind) @ self.high
        flipped = self.high[signs < 0].sum(dtype=kind)
        work = np.maximum(negated, sums[:, None])
        numbers: NDArray[Any] = work.sum(axis=0, dtype=kind) + offsets + flipped
        return numbers


def choose_type(rows: IntArray) -> np.dtype[Any]:
    """Return the narrowest type in which no wrong answer is possible.

    Examples
    --------
    >>> choose_type(np.full((2, 2), 63)), choose_type(np.full((2, 2), 64))
    (dtype('int8'), dtype('int16'))
    """
    sizes = np.abs(rows)
    total = int(sizes.sum())
    widest_sum = int(sizes.sum(axis=0).max())
    for kind, (least, largest) in _ROOM.items():
        apart = largest - least
        if widest_sum <= largest and (total // 2 <= apart or upper_bound(rows) // 2 <= apart):
            return kind
    return np.dtype(np.int64)


def _low_rows(shape: tuple[int, ...], kind: np.dtype[Any]) -> int:
    """Return how many rows go into the table."""
    k, columns = shape
    lanes = _TABLE_BYTES // (columns * kind.itemsize)
    # The kernels need few lanes to be quick; a larger table would take longer than they do.
    return int(min(k - 1, max(6, k // 2 + 1), max(6, lanes.bit_length() - 1)))


def sign_sums(rows: NDArray[Any]) -> NDArray[Any]:
    """Return all 2^k sign sums of k rows; bit i of the index makes row i negative.

    Examples
    --------
    >>> sign_sums(np.array([[1], [10]])).ravel().tolist()
    [11, 9, -9, -11]
    """
    sums = np.zeros((2 ** len(rows), rows.shape[1]), dtype=rows.dtype)
    for i, row in enumerate(rows):
        before, after = sums[: 2**i], sums[2**i : 2 ** (i + 1)]
        np.subtract(before, row, out=after)
        before += row
    return sums
