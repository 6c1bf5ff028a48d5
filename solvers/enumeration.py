"""The classical bias by enumeration of the deterministic strategies of the smaller side.

For signs s of Alice the best answer of Bob is the sign of each column sum, so that the bias is the
largest  sum_y |sum_x s_x M_xy|  over 2^(m-1) sign vectors (a common flip changes nothing). The low
rows live in a table of all their sign sums; a Gray code over the other rows changes one row at a
time, and with c the sum of those,  sum |c + t| = 2 sum max(c, -t) - sum c + sum t.
Memory is that of the table, whatever the number of strategies.

Rational games are scaled to integers and the result is exact. Where the integers do not fit in 64
bits, small games use Python's integers; large ones use doubles, and a bound on their rounding
widens the upper end.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import TooLargeError
from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy

Progress = Callable[[int, int], None]

#: Above this many strategies the work is refused unless the caller raises the limit.
MAX_STRATEGIES = 2**30

_STRATEGIES_PER_SECOND = 8e7
_TABLE_ENTRIES = 2**16
_BIG_INTEGER_SUMS = 2**20
_ROUNDING = 2.0**-50


@dataclass(frozen=True, kw_only=True, eq=False)
class Enumerated:
    """The best deterministic strategy, and what no deterministic strategy exceeds.

    Attributes
    ----------
    strategy : DeterministicStrategy
    upper : Fraction
        Equal to the bias of `strategy` where the arithmetic was exact.
    strategies : int
        How many sign vectors were compared.
    """

    strategy: DeterministicStrategy
    upper: Fraction
    strategies: int


def enumerate_strategies(
    exact_matrix: FractionArray,
    *,
    max_strategies: int = MAX_STRATEGIES,
    progress: Progress | None = None,
) -> Enumerated:
    """Return the best deterministic strategy of a game matrix.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)
    max_strategies : int
        Refuse to compare more sign vectors than this.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    TooLargeError
        With the number of strategies and an estimate of the time.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> game = XORGame.from_predicate([["1/4", "1/4"]] * 2, [[0, 0], [0, 1]])
    >>> found = enumerate_strategies(game.exact_matrix)
    >>> found.upper, found.strategy.to_dict()
    (Fraction(1, 2), {'a': [0, 0], 'b': [0, 0]})
    """
    m, n = exact_matrix.shape
    transposed = m > n
    oriented = exact_matrix.T if transposed else exact_matrix
    asked = np.array([bool(row.any()) for row in oriented])
    rows = oriented[asked]
    strategies = 2 ** max(len(rows) - 1, 0)
    if strategies > max_strategies:
        raise TooLargeError(_refusal(exact_matrix.shape, len(rows), strategies, max_strategies))
    scale = math.lcm(*(entry.denominator for entry in rows.ravel()))
    integers = np.vectorize(int, otypes=[object])(rows * scale) if len(rows) else rows
    numbers = _in_machine_numbers(integers, strategies)
    best, signs = _search(numbers, progress) if len(rows) else (0, np.ones(0))
    upper = Fraction(best)
    if numbers.dtype == np.float64:
        exponent = _exponent(integers)
        slack = (sum(rows.shape) + 8) * _ROUNDING * float(np.abs(numbers).sum())
        upper = Fraction(best + slack) * Fraction(2) ** exponent
    small = np.zeros(len(asked), dtype=np.int64)
    small[asked] = signs < 0
    answers = np.array([bool(pull < 0) for pull in (1 - 2 * small).astype(object) @ oriented])
    large = answers.astype(np.int64)
    a, b = (large, small) if transposed else (small, large)
    return Enumerated(
        strategy=DeterministicStrategy(a=a, b=b), upper=upper / scale, strategies=strategies
    )


def _refusal(shape: tuple[int, ...], rows: int, strategies: int, limit: int) -> str:
    seconds = strategies / _STRATEGIES_PER_SECOND
    return (
        f"the classical value of a {shape[0]} x {shape[1]} game needs 2^{rows - 1} ="
        f" {strategies:.2g} strategies, about {_duration(seconds)}; the limit is {limit:.2g}."
        " Cure: raise max_strategies (--max-strategies), or merge inputs"
    )


def _duration(seconds: float) -> str:
    for size, name in ((31557600.0, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.2g} {name}"
    return f"{seconds:.2g} s"


def _in_machine_numbers(integers: NDArray[np.object_], strategies: int) -> NDArray[Any]:
    """Return the same integers in the fastest type in which no sum, nor twice it, overflows."""
    total = int(abs(integers).sum())
    if total < 2**29:
        return integers.astype(np.int32)
    if total < 2**61:
        return integers.astype(np.int64)
    if strategies * integers.shape[1] <= _BIG_INTEGER_SUMS:
        return integers
    return _as_doubles(integers)


def _exponent(integers: NDArray[np.object_]) -> int:
    return int(max(abs(integers).ravel())).bit_length()


def _as_doubles(integers: NDArray[np.object_]) -> NDArray[np.float64]:
    """Scale integers of any size by a power of two into [-1, 1]."""
    doubles: NDArray[np.float64] = integers * Fraction(1, 2 ** _exponent(integers))
    return doubles.astype(np.float64)


def _search(rows: NDArray[Any], progress: Progress | None) -> tuple[Any, NDArray[np.float64]]:
    """Return the largest sum of absolute column sums, and signs that reach it; the first is +."""
    count = len(rows)
    low = min(count - 1, max(1, int(math.log2(_TABLE_ENTRIES / rows.shape[1] + 1))))
    table = _sign_sums(rows[count - low :])
    negated = np.ascontiguousarray(-table.T)
    table_sums = table.sum(axis=1, dtype=rows.dtype)
    work = np.empty_like(negated)
    high = rows[: count - low]
    signs = np.ones(len(high), dtype=np.float64)
    best: Any = None
    best_signs, best_low = signs.copy(), 0
    total = 2 ** (len(high) - 1)
    for done, (flipped, column_sums) in enumerate(_gray_code(high)):
        if flipped is not None:
            signs[flipped] *= -1
        np.maximum(negated, column_sums[:, None], out=work)
        values = work.sum(axis=0, dtype=rows.dtype)
        values = 2 * values + table_sums
        index = int(values.argmax())
        value = values[index] - column_sums.sum(dtype=rows.dtype)
        if best is None or value > best:
            best, best_signs, best_low = value, signs.copy(), index
        if progress is not None and done % 64 == 0:
            progress(done << low, total << low)
    exact = best if rows.dtype == object else best.item()
    return exact, np.concatenate([best_signs, _signs_of(best_low, low)])


def _gray_code(rows: NDArray[Any]) -> Iterator[tuple[int | None, NDArray[Any]]]:
    """Yield (row flipped, column sums) for all signs of the rows but the first."""
    sums = rows.sum(axis=0, dtype=rows.dtype)
    signs = [1] * len(rows)
    yield None, sums
    for step in range(1, 2 ** (len(rows) - 1)):
        row = (step & -step).bit_length()
        signs[row] = -signs[row]
        # Doubles are summed afresh: a running sum would gather rounding errors without limit.
        if rows.dtype == np.float64:
            sums = np.asarray(signs, dtype=np.float64) @ rows
        else:
            sums = sums + 2 * signs[row] * rows[row]
        yield row, sums


def _sign_sums(rows: NDArray[Any]) -> NDArray[Any]:
    """Return all 2^k sign sums of k rows; bit i of the index makes row i negative."""
    sums = np.zeros((1, rows.shape[1]), dtype=rows.dtype)
    for row in rows:
        sums = np.concatenate([sums + row, sums - row])
    return sums


def _signs_of(index: int, count: int) -> NDArray[np.float64]:
    return np.array([1.0 - 2.0 * ((index >> i) & 1) for i in range(count)])
