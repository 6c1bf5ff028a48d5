"""Rows in order and in groups for branch and bound, and what the search will cost.

The rows are ordered such that each is as orthogonal as possible to those after it: then the value
of the last rows alone, which bounds what they can add to the others, is small.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from xorgames.solvers.enumeration import strategies_of
from xorgames.solvers.sign_lanes import sign_sums
from xorgames.solvers.signs import IntArray, local_search, same_parity, upper_bound
from xorgames.solvers.workers import Watch

#: 64 lanes: two vector registers of 16-bit integers.
ROWS_PER_GROUP = 6

_DIVES = 32
#: No estimate is made, and no hope held, for more rows than this.
MOST_ROWS = 80


@dataclass(frozen=True, kw_only=True, eq=False)
class Dolls:
    """The rows in order and in groups, with good signs for each doll.

    Attributes
    ----------
    rows : ndarray of int64, shape (k, l)
        In the order of the search.
    order : ndarray of int, shape (k,)
        Where they stand in the matrix that was given.
    starts : ndarray of int, shape (G + 1,)
        The first row of each group, and k.
    watch : Watch, optional
        May end a local search early.
    """

    rows: IntArray
    order: IntArray
    starts: IntArray
    watch: Watch | None = None
    _known: dict[int, tuple[IntArray, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: IntArray, *, watch: Watch | None = None) -> "Dolls":
        """Order the rows and divide them into groups."""
        order = _orthogonal_last(rows)
        # The first group is never searched by the kernel: it takes what is left over.
        full = max(0, (len(rows) - 3) // ROWS_PER_GROUP)
        starts = np.array([0, *(len(rows) - ROWS_PER_GROUP * np.arange(full, -1, -1))])
        return cls(rows=rows[order], order=order, starts=starts, watch=watch)

    def known(self, group: int) -> tuple[IntArray, int]:
        """Return good signs for the rows from a group on, and their value."""
        if group not in self._known:
            rng = np.random.default_rng(group)
            below = self.rows[self.starts[group] :]
            self._known[group] = local_search(below, rng=rng, watch=self.watch)
        return self._known[group]

    @cached_property
    def tables(self) -> list[IntArray]:
        """All sign sums of each group; the highest bit is the group's first row."""
        pairs = zip(self.starts, self.starts[1:], strict=False)
        return [sign_sums(self.rows[start:end][::-1]) for start, end in pairs]

    def signs_of(self, group: int, lane: int) -> IntArray:
        """Return the signs of the rows of a group in a lane."""
        size = self.starts[group + 1] - self.starts[group]
        bits: IntArray = lane >> np.arange(size)[::-1] & 1
        return 1 - 2 * bits

    def in_place(self, signs: IntArray) -> IntArray:
        """Return signs of the rows in their order as signs of the rows that were given."""
        placed = np.empty_like(signs)
        placed[..., self.order] = signs
        return placed


def capped(rows: IntArray, cap: int | None) -> int:
    """Return an upper bound, one known from elsewhere taken into account.

    Examples
    --------
    >>> rows = np.array([[1, 1], [1, -1]])
    >>> capped(rows, None), capped(rows, 1)
    (2, 0)
    """
    upper = upper_bound(rows)
    return upper if cap is None else min(upper, same_parity(cap, int(np.abs(rows).sum())))


def expected_strategies(dolls: Dolls, *, cap: int | None = None) -> float:
    """Estimate how many lanes the search compares, from random ways down the trees.

    At each node a way goes on into one of the lanes that are worth it; a node counts as often as
    there were ways to choose from (D. E. Knuth, doi:10.1090/S0025-5718-1975-0373371-6). Where the
    value of an inner doll is not known yet, that of its local search stands for it.
    """
    if dolls.known(0)[1] >= capped(dolls.rows, cap):
        return 0.0
    if len(dolls.rows) > MOST_ROWS:
        return strategies_of(dolls.rows)
    rng = np.random.default_rng(0)
    return sum(_expected_below(dolls, first, rng) for first in range(len(dolls.tables)))


def _expected_below(dolls: Dolls, first: int, rng: np.random.Generator) -> float:
    groups = range(first + 1, len(dolls.tables))
    rests = [dolls.known(group)[1] for group in groups] + [0]
    best = dolls.known(first)[1]
    sums = np.zeros((_DIVES, dolls.rows.shape[1]), dtype=np.int64)
    weights = np.ones(_DIVES)
    compared = 0.0
    for table, rest in zip(dolls.tables[first:], rests, strict=True):
        compared += float(weights.sum()) / _DIVES * len(table)
        bounds = np.abs(sums[:, None] + table).sum(axis=2) + rest
        worth = bounds > best
        ways = worth.sum(axis=1)
        alive = ways > 0
        if not alive.any():
            break
        chosen = (worth[alive] * rng.random(worth[alive].shape)).argmax(axis=1)
        sums = sums[alive] + table[chosen]
        weights = weights[alive] * ways[alive]
    return compared


def _orthogonal_last(rows: IntArray) -> IntArray:
    """Return an order in which each row is as orthogonal as possible to those after it."""
    doubles = rows.astype(np.float64)
    overlaps = np.square(doubles @ doubles.T)
    cost = overlaps.sum(axis=1)
    chosen: list[int] = []
    left = np.ones(len(rows), dtype=bool)
    while left.any():
        best = int(np.where(left, cost, np.inf).argmin())
        cost = overlaps[best] if not chosen else cost + overlaps[best]
        left[best] = False
        chosen.append(best)
    return np.array(chosen[::-1])
