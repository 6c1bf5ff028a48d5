"""All sign vectors compared: the low rows in a table, a Gray code over the others.

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

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InconsistencyError
from xorgames.solvers.signs import Found, IntArray, upper_bound, value_of
from xorgames.solvers.workers import KERNELS, Watch, load_undisturbed

#: Sign vectors a second and core, by the bytes of the type: only for estimates.
_RATES = {"int8": 2e9, "int16": 1.1e9, "int32": 5e8, "int64": 2e8, "object": 1e5}

#: Fewer sign vectors than this are compared before a compiler, or its code on disk, is loaded.
_WORTH_LOADING = 2**24
_WORTH_CALLING = 2**12
_TABLE_BYTES = 2**15
_NUMPY_TABLE_BYTES = 2**17
_PIECE = 2**25
_NUMPY_PIECE = 2**18
_INT8 = 2**7 - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class _Lanes:
    """The problem as the kernels want it; all numbers but the last two in the chosen type.

    Attributes
    ----------
    high : ndarray, shape (h, l)
    negated : ndarray, shape (l, lanes)
        -p for each lane.
    offsets : ndarray, shape (lanes,)
        -u, shifted such that the final numbers fill the range of the type.
    origin : int
        value = 2 number + origin.
    low : int
        How many rows are in the table.
    """

    high: NDArray[Any]
    negated: NDArray[Any]
    offsets: NDArray[Any]
    origin: int
    low: int

    @property
    def steps(self) -> int:
        """How many steps the Gray code has."""
        return int(2 ** (len(self.high) - 1))

    def signs_at(self, step: int, lane: int) -> IntArray:
        """Return the signs of all rows."""
        gray = step ^ (step >> 1)
        bits = [0] + [gray >> i & 1 for i in range(len(self.high) - 1)]
        bits += [lane >> i & 1 for i in range(self.low)]
        return 1 - 2 * np.array(bits, dtype=np.int64)

    def numbers_at(self, step: int) -> NDArray[Any]:
        """Return the final number of each lane, as the kernels compute it."""
        signs = self.signs_at(step, 0)[: len(self.high)]
        kind = self.negated.dtype
        sums = (signs.astype(kind)[:, None] * self.high).sum(axis=0, dtype=kind)
        flipped = self.high[signs < 0].sum(dtype=kind)
        work = np.maximum(self.negated, sums[:, None])
        numbers: NDArray[Any] = work.sum(axis=0, dtype=kind) + self.offsets + flipped
        return numbers


def enumerate_signs(rows: NDArray[Any], *, watch: Watch) -> Found:
    """Return the best signs of the rows of a matrix of integers.

    Parameters
    ----------
    rows : ndarray of int64 or of Python int, shape (k, l), k >= 1
        With sums of absolute values below 2^61, if int64.
    watch : Watch

    Raises
    ------
    InconsistencyError
        If the value of the signs found is not the value that the search computed.

    Examples
    --------
    >>> found = enumerate_signs(np.array([[1, 1], [1, -1]]), watch=Watch())
    >>> found.value, found.upper, found.strategies, found.signs.tolist()
    (2, 2, 2, [1, 1])
    """
    kind, compiled = choose_type(rows), uses_kernels(rows)
    lanes = _prepare(rows, kind, _low_rows(rows, kind, compiled=compiled))
    per_step = len(lanes.offsets)
    count = max(1, (_PIECE if compiled else _NUMPY_PIECE) // per_step)
    search = _compiled_piece if compiled else _numpy_piece
    best: tuple[int, int] | None = None
    done = 0
    pieces = (
        (lanes, first, min(count, lanes.steps - first)) for first in range(0, lanes.steps, count)
    )
    try:
        for number, first, steps in watch.run(search, pieces):
            # Of equal numbers the first counts, in whatever order the pieces come.
            if best is None or (number, -first) > (best[0], -best[1]):
                best = (number, first)
            done += steps * per_step
            watch.report(done, lanes.steps * per_step)
    except KeyboardInterrupt:
        watch.stop()
    return _conclude(rows, lanes, best, done)


def strategies_of(rows: NDArray[Any]) -> float:
    """Return 2^(k-1), or the largest double of that kind."""
    return float(2.0 ** min(len(rows) - 1, 1023))


def rate_of(rows: NDArray[Any]) -> float:
    """Return how many sign vectors of such rows are compared in a second on one core, about."""
    return _RATES[choose_type(rows).name]


def uses_kernels(rows: NDArray[Any]) -> bool:
    """Say whether compiled kernels pay for such rows; they take machine integers only."""
    if rows.dtype == object:
        return False
    loaded = KERNELS in sys.modules
    worth = _WORTH_CALLING if loaded else _WORTH_LOADING
    return bool(2 ** (len(rows) - 1) >= worth)


def choose_type(rows: NDArray[Any]) -> np.dtype[Any]:
    """Return the narrowest type in which no wrong answer is possible.

    Examples
    --------
    >>> choose_type(np.full((2, 2), 63)), choose_type(np.full((2, 2), 64))
    (dtype('int8'), dtype('int16'))
    """
    if rows.dtype == object:
        return rows.dtype
    sizes = np.abs(rows)
    if int(sizes.sum()) <= _INT8:
        return np.dtype(np.int8)
    widest_sum = int(sizes.sum(axis=0).max())
    largest_number = upper_bound(rows) // 2
    for kind in (np.int8, np.int16, np.int32):
        info = np.iinfo(kind)
        if widest_sum <= info.max and largest_number <= info.max - int(info.min):
            return np.dtype(kind)
    return np.dtype(np.int64)


def _low_rows(rows: NDArray[Any], kind: np.dtype[Any], *, compiled: bool) -> int:
    """Return how many rows go into the table: it should stay in the fastest memory."""
    k, columns = rows.shape
    lanes = (_TABLE_BYTES if compiled else _NUMPY_TABLE_BYTES) // (columns * kind.itemsize)
    # The kernels need few lanes to be quick; a larger table would take longer than they do.
    most = max(6, k // 2) if compiled else k
    return int(min(k - 1, most, max(6, lanes.bit_length() - 1)))


def _prepare(rows: NDArray[Any], kind: np.dtype[Any], low: int) -> _Lanes:
    # np.pad would mix NumPy's integers with Python's.
    nothing = np.zeros((len(rows), -rows.shape[1] % 4), dtype=rows.dtype)
    padded = np.hstack([rows, nothing])
    split = len(rows) - low
    high, table = padded[:split], sign_sums(padded[split:].astype(kind))
    totals = table.sum(axis=1, dtype=rows.dtype)
    minus_low = (totals[0] - totals) // 2
    offset = int(totals[0]) - int(high.sum())
    parity = offset % 2
    # The type's least number stands for the least value, 0 or 1; int64 and object need no shift.
    narrow = kind.kind == "i" and kind.itemsize < 8
    least = int(np.iinfo(kind).min) if narrow else (offset - parity) // 2
    start = (offset - parity) // 2 + least if narrow else 0
    return _Lanes(
        high=high.astype(kind),
        negated=np.ascontiguousarray(-table.T),
        offsets=(start - minus_low).astype(kind),
        origin=parity - 2 * least if narrow else offset,
        low=low,
    )


def sign_sums(rows: NDArray[Any]) -> NDArray[Any]:
    """Return all 2^k sign sums of k rows; bit i of the index makes row i negative.

    Examples
    --------
    >>> sign_sums(np.array([[1], [10]])).ravel().tolist()
    [11, 9, -9, -11]
    """
    sums = np.zeros((1, rows.shape[1]), dtype=rows.dtype)
    for row in rows:
        sums = np.concatenate([sums + row, sums - row])
    return sums


def _compiled_piece(piece: tuple[_Lanes, int, int]) -> tuple[int, int, int]:
    """Return the largest number of some steps, where it stands, and how many steps they were."""
    lanes, first, count = piece
    best_step = load_undisturbed(KERNELS).best_step
    number, step = best_step(lanes.high, lanes.negated, lanes.offsets, first, count)
    return int(number), int(step), count


def _numpy_piece(piece: tuple[_Lanes, int, int]) -> tuple[int, int, int]:
    lanes, first, count = piece
    numbers = [lanes.numbers_at(step).max() for step in range(first, first + count)]
    best = max(range(count), key=numbers.__getitem__)
    return int(numbers[best]), first + best, count


def _conclude(rows: NDArray[Any], lanes: _Lanes, best: tuple[int, int] | None, done: int) -> Found:
    if best is None:
        signs = np.ones(len(rows), dtype=np.int64)
        value = value_of(rows, signs)
    else:
        number, step = best
        signs = lanes.signs_at(step, int(lanes.numbers_at(step).argmax()))
        value = value_of(rows, signs)
        if value != 2 * number + lanes.origin:
            raise InconsistencyError(
                f"the enumeration found {2 * number + lanes.origin}, but its signs reach {value}"
            )
    finished = done == lanes.steps * len(lanes.offsets)
    upper = value if finished else max(value, _any_upper_bound(rows))
    return Found(signs=signs, value=value, upper=upper, strategies=done, interrupted=not finished)


def _any_upper_bound(rows: NDArray[Any]) -> int:
    return int(abs(rows).sum()) if rows.dtype == object else upper_bound(rows)
