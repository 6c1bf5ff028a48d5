"""All sign vectors compared: pieces of a Gray code over all lanes of a table.

The arithmetic and the integers' width are those of `sign_lanes`; compiled kernels go through the
steps, or NumPy where compiling would take longer than that. Of equally good sign vectors the first
step's first lane counts, in whatever order the pieces come.

Where the rows are rounded, the best signs of the true matrix are among those whose value is within
a margin of the best one; they are collected from the pieces of the search that come so near.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from xorgames.solvers.sign_lanes import SignLanes
from xorgames.solvers.signs import (
    Found,
    IntArray,
    confirm,
    most_candidates,
    upper_bound,
    value_of,
)
from xorgames.solvers.workers import KERNELS, Watch, load_undisturbed

#: Sign vectors a second and core, by the bytes of the type: only for estimates.
_RATES = {1: 2e9, 2: 1.1e9, 4: 5e8, 8: 2e8}

#: Fewer sign vectors than this are compared before a compiler, or its code on disk, is loaded.
_WORTH_LOADING = 2**24
_WORTH_CALLING = 2**10
_PIECE = 2**25
_NUMPY_PIECE = 2**18


@dataclass(frozen=True, kw_only=True, eq=False)
class _Piece:
    """Some steps of the Gray code; `number`, at `step` and `lane`, is the largest found there."""

    lanes: SignLanes
    first: int
    count: int
    number: int = 0
    step: int = 0
    lane: int = 0


def enumerate_signs(
    rows: IntArray, *, watch: Watch, margin: int = 0, lanes: SignLanes | None = None
) -> Found:
    """Return the best signs of the rows of a matrix of integers.

    Parameters
    ----------
    rows : ndarray of int64, shape (k, l), k >= 1
        With sums of absolute values below 2^61.
    watch : Watch
    margin : int
        If positive, all signs whose value is so near the best are collected as candidates.
    lanes : SignLanes, optional
        What `SignLanes.of(rows)` returned, where it was computed before.

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
    compiled = uses_kernels(rows)
    lanes = lanes or SignLanes.of(rows)
    count = max(1, (_PIECE if compiled else _NUMPY_PIECE) // lanes.width)
    search = _compiled_piece if compiled else _numpy_piece
    starts = range(0, lanes.steps, count)
    pieces = (
        _Piece(lanes=lanes, first=first, count=min(count, lanes.steps - first)) for first in starts
    )
    best: _Piece | None = None
    near: list[_Piece] = []
    done, candidates = 0, None
    try:
        for piece in watch.run(search, pieces):
            # Of equal numbers the first counts, in whatever order the pieces come.
            if best is None or (piece.number, -piece.first) > (best.number, -best.first):
                best = piece
                near = [each for each in near if _is_near(each, best, margin)]
            if margin and _is_near(piece, best, margin):
                near.append(piece)
            done += piece.count * lanes.width
            watch.report(done, lanes.steps * lanes.width)
        if margin and best is not None and done == lanes.steps * lanes.width:
            candidates = _candidates(near, best.number - margin // 2, watch, compiled=compiled)
    except KeyboardInterrupt:
        watch.stop()
    found = _conclude(rows, lanes, best, done)
    if not margin:
        return found
    return replace(found, candidates=candidates, interrupted=found.interrupted or watch.stopped)


def strategies_of(rows: IntArray) -> float:
    """Return 2^(k-1), or the largest double of that kind."""
    return float(2.0 ** min(len(rows) - 1, 1023))


def rate_of(lanes: SignLanes) -> float:
    """Return how many sign vectors are compared in a second on one core, about."""
    return _RATES[lanes.low.itemsize]


def uses_kernels(rows: IntArray) -> bool:
    """Say whether compiled kernels pay for such rows."""
    worth = _WORTH_CALLING if KERNELS in sys.modules else _WORTH_LOADING
    return bool(2 ** (len(rows) - 1) >= worth)


def _compiled_piece(piece: _Piece) -> _Piece:
    """Find the largest number of the steps, where the first of its kind stands."""
    lanes, first, count = piece.lanes, piece.first, piece.count
    best_step = load_undisturbed(KERNELS).best_step
    number, step, lane = best_step(lanes.high, lanes.low, lanes.start, first, count)
    return _Piece(
        lanes=lanes, first=first, count=count, number=int(number), step=int(step), lane=int(lane)
    )


def _numpy_piece(piece: _Piece) -> _Piece:
    lanes, first, count = piece.lanes, piece.first, piece.count
    numbers = [int(lanes.numbers_at(step).max()) for step in range(first, first + count)]
    best = max(range(count), key=numbers.__getitem__)
    lane = int(lanes.numbers_at(first + best).argmax())
    return _Piece(
        lanes=lanes, first=first, count=count, number=numbers[best], step=first + best, lane=lane
    )


def _is_near(piece: _Piece, best: _Piece, margin: int) -> bool:
    return 2 * piece.number >= 2 * best.number - margin


def _candidates(
    pieces: Iterable[_Piece], least: int, watch: Watch, *, compiled: bool
) -> IntArray | None:
    """Return the signs of all numbers that are at least `least`; None where they are too many."""
    signs: list[IntArray] = []
    for piece in pieces:
        lanes = piece.lanes
        most = most_candidates(lanes.high.shape[1] * (len(lanes.high) + len(lanes.low)))
        found = (_compiled_near if compiled else _numpy_near)(piece, least, most)
        signs += [lanes.signs_at(step, lane) for step, lane in found]
        if len(signs) > most or watch.stopped:
            return None
    return np.array(signs)


def _compiled_near(piece: _Piece, least: int, most: int) -> list[list[int]]:
    """Return the steps and lanes with at least that number, one too many where they are more."""
    lanes = piece.lanes
    near_best = load_undisturbed(KERNELS).near_best
    found = np.empty((most + 1, 2), dtype=np.int64)
    arrays = lanes.high, lanes.low, lanes.start
    seen = near_best(*arrays, piece.first, piece.count, least, found)
    places: list[list[int]] = found[:seen].tolist()
    return places


def _numpy_near(piece: _Piece, least: int, most: int) -> list[list[int]]:
    places: list[list[int]] = []
    for step in range(piece.first, piece.first + piece.count):
        lanes = np.flatnonzero(piece.lanes.numbers_at(step) >= least)
        places += [[step, lane] for lane in lanes[: most + 1].tolist()]
        if len(places) > most:
            break
    return places


def _conclude(rows: IntArray, lanes: SignLanes, best: _Piece | None, done: int) -> Found:
    signs = lanes.signs_at(0, 0) if best is None else lanes.signs_at(best.step, best.lane)
    value = value_of(rows, signs)
    if best is not None:
        confirm("the enumeration", 2 * best.number + lanes.origin, value)
    finished = done == lanes.steps * lanes.width
    return Found(
        signs=signs,
        value=value,
        upper=value if finished else max(value, upper_bound(rows)),
        strategies=done,
        interrupted=not finished,
    )
