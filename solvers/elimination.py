"""Games whose inputs hang together loosely: one input after the other answered for good.

Inputs x and y are neighbours where R_xy is not zero. The largest  sum_xy s_x R_xy t_y  over signs
of both sides is found by eliminating one input after the other: all terms with its sign, added up,
are a table over the signs of its neighbours; of its own two signs the better one is kept, and the
table joins the terms that are left. Going back, each input looks up its answer. With w neighbours
at that moment a step costs about 2^(w+1) sums, whatever the size of the game: band matrices, trees
and cycles have small w. Integers are exact at any size.

The order is that of least fill: each time the input whose neighbours are nearest to being
neighbours of each other, which the step makes them. References: Bertele and Brioschi, Nonserial
Dynamic Programming (1972); Dechter, doi:10.1016/S0004-3702(99)00059-4.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.sign_lanes import sign_sums
from xorgames.solvers.signs import Found, IntArray, confirm, upper_bound, value_of
from xorgames.solvers.workers import Watch

#: With more neighbours, or more cells in all tables together, other methods are asked.
_MOST_NEIGHBOURS = 20
_MOST_CELLS = 2**25

#: A table while it is needed: its inputs, the last one the lowest bit, and a number for each sign
#: vector, a set bit for a minus.
_Table = tuple[tuple[int, ...], NDArray[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Elimination:
    """An order of the inputs, and what going through it costs.

    Attributes
    ----------
    steps : tuple of (int, tuple of int)
        Each input with its neighbours at that moment. Columns are numbered after the rows.
    """

    steps: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def work(self) -> int:
        """How many cells all tables have together, each counted for both signs."""
        return sum(2 ** (len(neighbours) + 1) for _, neighbours in self.steps)


def find_order(rows: NDArray[Any], *, watch: Watch) -> Elimination | None:
    """Return an order in which few inputs hang together at any time, or None.

    Parameters
    ----------
    rows : ndarray of int, shape (k, l)
    watch : Watch
        Once it says to stop, the answer is None.

    Examples
    --------
    >>> order = find_order(np.eye(4, dtype=int) + np.eye(4, k=1, dtype=int), watch=Watch())
    >>> order.work, max(len(neighbours) for _, neighbours in order.steps)
    (30, 1)
    >>> find_order(np.ones((50, 50), dtype=int), watch=Watch()) is None
    True
    """
    asked = rows != 0
    if min(asked.sum(axis=0).min(), asked.sum(axis=1).min()) > _MOST_NEIGHBOURS:
        return None
    near = _neighbours(asked)
    fill = {v: _fill(near, v) for v in near}
    steps: list[tuple[int, tuple[int, ...]]] = []
    cells = 0
    while near:
        v = min(near, key=lambda v: (fill[v], len(near[v])))
        around = near.pop(v)
        cells += 2 ** len(around)
        if len(around) > _MOST_NEIGHBOURS or cells > _MOST_CELLS or watch.stopped:
            return None
        steps.append((v, tuple(sorted(around))))
        for u in around:
            near[u] |= around
            near[u] -= {u, v}
        # Only here the neighbours have changed, or who of them knows whom.
        for u in around.union(*(near[u] for u in around)):
            fill[u] = _fill(near, u)
    return Elimination(steps=tuple(steps))


def _neighbours(asked: NDArray[np.bool_]) -> dict[int, set[int]]:
    k, columns = asked.shape
    near: dict[int, set[int]] = {v: set() for v in range(k + columns)}
    for x, y in np.argwhere(asked).tolist():
        near[x].add(k + y)
        near[k + y].add(x)
    return near


def _fill(near: dict[int, set[int]], v: int) -> int:
    """Return how many pairs of neighbours are not neighbours yet, each counted twice."""
    around = near[v]
    if len(around) > _MOST_NEIGHBOURS:
        return len(around) ** 2
    return sum(len(around) - 1 - len(around & near[u]) for u in around)


def solve_by_elimination(rows: NDArray[Any], order: Elimination, *, watch: Watch) -> Found:
    """Return the best signs of the rows of a matrix of integers of any size.

    Parameters
    ----------
    rows : ndarray of int64 or of Python int, shape (k, l)
        With sums of absolute values below 2^61, if int64.
    order : Elimination
        What `find_order(rows)` returned.
    watch : Watch

    Raises
    ------
    InconsistencyError
        If the value of the signs found is not the value that the tables say.

    Examples
    --------
    >>> rows = np.array([[1, 1, 0], [0, 2, -2], [0, 0, 3]])
    >>> solve_by_elimination(rows, find_order(rows, watch=Watch()), watch=Watch()).value
    9
    """
    choices, done = [], 0
    tables: list[_Table] = []
    try:
        for v, around in order.steps:
            if watch.stopped:
                break
            plus, minus = _both_signs(rows, v, around, tables)
            tables = [table for table in tables if v not in table[0]]
            tables.append((around, np.maximum(plus, minus)))
            choices.append(np.packbits(np.asarray(minus > plus, dtype=bool)))
            done += 2 * len(plus)
            watch.report(done, order.work)
    except KeyboardInterrupt:
        watch.stop()
    finished = len(choices) == len(order.steps)
    signs = np.ones(len(rows), dtype=np.int64)
    if finished:
        signs = _way_back(order, choices)[: len(rows)]
    value = value_of(rows, signs)
    if finished:
        best = sum(int(numbers[0]) for inputs, numbers in tables if not inputs)
        confirm("the elimination", best, value)
    total = int(abs(rows).sum())
    most = total if rows.dtype == object else upper_bound(rows)
    return Found(
        signs=signs,
        value=value,
        upper=value if finished else max(value, most),
        strategies=done,
        interrupted=not finished,
    )


def _both_signs(
    rows: NDArray[Any], v: int, around: tuple[int, ...], tables: list[_Table]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Add up all that depends on an input, for + and for -, over the signs of its neighbours."""
    k = len(rows)
    entries = [_entry(rows, min(u, v), max(u, v) - k) for u in around]
    # Bit i of the index belongs to the i-th neighbour from the end.
    own = sign_sums(np.array(entries[::-1], dtype=rows.dtype)[:, None])[:, 0]
    plus, minus = own, -own
    for inputs, numbers in tables:
        if v in inputs:
            at = inputs.index(v)
            cube = numbers.reshape((2,) * len(inputs))
            shape = [2 if u in inputs else 1 for u in around]
            over = (2,) * len(around)
            for sums, bit in ((plus, 0), (minus, 1)):
                sums.reshape(over)[...] += cube.take([bit], axis=at).reshape(shape)
    return plus, minus


def _entry(rows: NDArray[Any], x: int, y: int) -> Any:
    """Return what ties two inputs together; two of the same side are tied by tables alone."""
    return rows[x, y] if x < len(rows) and y >= 0 else 0


def _way_back(order: Elimination, choices: list[NDArray[np.uint8]]) -> IntArray:
    """Return the signs of all inputs, the one eliminated last being free to choose first."""
    signs = np.ones(len(order.steps), dtype=np.int64)
    for (v, around), packed in zip(reversed(order.steps), reversed(choices), strict=True):
        at = 0
        for u in around:
            at = 2 * at + int(signs[u] < 0)
        signs[v] = 1 - 2 * int(packed[at >> 3] >> (7 - (at & 7)) & 1)
    return signs
