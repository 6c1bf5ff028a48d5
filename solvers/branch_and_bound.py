"""Branch and bound over the signs of the rows, one Russian doll inside the other.

The rows come in groups. The last group is solved first, then the last two, and so on. With signs
chosen for the rows before a group and c their column sums, no signs of the others exceed
sum_y |c_y| + (the value of the others alone),  and the latter is known from the smaller doll. All
signs of one group are compared at once, one in each lane.

The rows are ordered such that the last ones are as orthogonal as possible: then the inner dolls add
little to what they bound. Each doll starts from the best of a local search, so that nearly all of
the work is proof. Stopped early, what is open still bounds the value from above. Where the rows are
rounded, the last doll is searched once more, for all signs whose value is within a margin of the
best one: the best signs of the true matrix are among them.
"""

import threading
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.dolls import ROWS_PER_GROUP, Dolls, capped
from xorgames.solvers.signs import Found, IntArray, confirm, most_candidates, upper_bound, value_of
from xorgames.solvers.workers import KERNELS, Watch, load_undisturbed

_BUDGET = 2**23
_NO_LEAVES = np.empty((0, 1), dtype=np.int64)


def branch_and_bound_signs(
    rows: IntArray,
    *,
    watch: Watch,
    cap: int | None = None,
    dolls: Dolls | None = None,
    margin: int = 0,
) -> Found:
    """Return the best signs of the rows of a matrix of integers, or a bracket if stopped.

    Parameters
    ----------
    rows : ndarray of int64, shape (k, l)
        With sums of absolute values below 2^61.
    watch : Watch
    cap : int, optional
        An upper bound known from elsewhere; the search ends where it is reached.
    dolls : Dolls, optional
        What `Dolls.of(rows)` returned, where it was computed before.
    margin : int
        If positive, all signs whose value is so near the best are collected as candidates.

    Examples
    --------
    >>> found = branch_and_bound_signs(np.array([[3, 1, 1], [1, -2, 1]]), watch=Watch())
    >>> found.value, found.upper, found.signs.tolist()
    (7, 7, [-1, -1])
    """
    dolls = dolls or Dolls.of(rows, watch=watch)
    upper = capped(rows, cap)
    best, compared, candidates = dolls.known(0), 0, None
    rests = np.zeros(len(dolls.tables), dtype=np.int64)
    for first in reversed(range(len(dolls.tables))):
        if best[1] >= upper and not margin:
            break
        outside = dolls.rows[: dolls.starts[first]]
        around = upper_bound(outside) if len(outside) else 0
        enough = upper + margin if first == 0 else upper_bound(dolls.rows[dolls.starts[first] :])
        doll = _Doll(dolls=dolls, first=first, rests=rests, enough=enough, watch=watch)
        doll.search()
        compared += doll.compared
        upper = min(upper, around + min(doll.upper, enough))
        if first == 0:
            best = doll.best
            candidates = doll.near(margin) if margin and doll.upper == best[1] else None
        if min(doll.upper, enough) > doll.best[1]:
            break
        rests[first - 1] = doll.best[1]
    upper = max(upper, best[1])
    return Found(
        signs=dolls.in_place(best[0]),
        value=best[1],
        upper=upper,
        strategies=compared,
        interrupted=upper > best[1] or (margin > 0 and watch.stopped),
        candidates=None if candidates is None else dolls.in_place(candidates),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Subtree:
    """A lane of a doll's first group: its column sums, and a bound on all that lies below."""

    lane: int
    sums: IntArray
    bound: int


@dataclass(kw_only=True, eq=False)
class _Doll:
    """The search for the best signs of the rows from group `first` on.

    The threads share `best`; nobody ever makes it worse.
    """

    dolls: Dolls
    first: int
    rests: IntArray
    enough: int
    watch: Watch
    best: tuple[IntArray, int] = field(init=False)
    compared: int = 0
    _open: dict[int, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start from what local search found."""
        self.best = self.dolls.known(self.first)

    @property
    def upper(self) -> int:
        """The best value known, or the largest bound of what is still open."""
        return max([self.best[1], *self._open.values()])

    def search(self) -> None:
        """Search all subtrees, or until stopped."""
        subtrees = self._subtrees()
        self._open = {tree.lane: tree.bound for tree in subtrees}
        rows = len(self.dolls.rows)
        settled = 2 ** (rows - int(self.dolls.starts[self.first]) - 1)
        worth = (tree for tree in subtrees if tree.bound > self.best[1])
        try:
            for tree, finished in self.watch.run(self._descend, worth):
                if finished:
                    del self._open[tree.lane]
                done = settled * (len(subtrees) - len(self._open)) // len(subtrees)
                self.watch.report(done, 2 ** (rows - 1))
        except KeyboardInterrupt:
            self.watch.stop()
        self._open = {lane: bound for lane, bound in self._open.items() if bound > self.best[1]}

    def _subtrees(self) -> list[_Subtree]:
        """Return the lanes of the first group, the most promising first; its first row is +."""
        table = self.dolls.tables[self.first]
        half = table[: len(table) // 2]
        self.compared += len(half)
        values = np.abs(half).sum(axis=1)
        if self.first == len(self.rests) - 1:
            lane = int(values.argmax())
            self._improve(int(values[lane]), [lane])
            return []
        bounds = values + self.rests[self.first]
        order = np.argsort(-bounds, kind="stable")
        return [
            _Subtree(lane=int(lane), sums=half[lane], bound=int(bounds[lane])) for lane in order
        ]

    def _descend(self, tree: _Subtree) -> tuple[_Subtree, bool]:
        """Search below a subtree's root; return it, and whether all of it is settled."""
        descend = load_undisturbed(KERNELS).descend
        groups, root = self._groups, self.first + 1
        state = _fresh_state(groups, tree, root)
        marks, status = state[2:]
        while status[0] >= root:
            if self.watch.stopped or self.best[1] >= self.enough:
                return tree, False
            status[1] = max(int(status[1]), self.best[1])
            before = int(status[1])
            compared = descend(groups, state, root, _BUDGET, _NO_LEAVES)
            with self._lock:
                self.compared += int(compared)
            if status[1] > before:
                self._improve(int(status[1]), [tree.lane, *marks[2, root:].tolist()])
        return tree, True

    def near(self, margin: int) -> IntArray | None:
        """Return all signs whose value is so near the best; None where they are too many."""
        least, most = self.best[1] - margin, most_candidates(self.dolls.rows.size)
        if self.first == len(self.rests) - 1:
            table = self.dolls.tables[self.first]
            lanes = np.flatnonzero(np.abs(table[: len(table) // 2]).sum(axis=1) >= least)
            signs = np.array([self._signs_of([lane]) for lane in lanes.tolist()])
            return signs if len(signs) <= most else None
        found: list[list[int]] = []
        # Once there are too many, no more subtrees are handed out.
        worth = (tree for tree in self._subtrees() if tree.bound >= least and len(found) <= most)
        try:
            for leaves in self.watch.run(partial(self._leaves, least=least, most=most), worth):
                found += leaves
        except KeyboardInterrupt:
            self.watch.stop()
        if len(found) > most or self.watch.stopped:
            return None
        return np.array([self._signs_of(lanes) for lanes in found])

    def _leaves(self, tree: _Subtree, *, least: int, most: int) -> list[list[int]]:
        """Return the lanes of the signs below a subtree's root that reach at least a value."""
        descend, root = load_undisturbed(KERNELS).descend, self.first + 1
        state = _fresh_state(self._groups, tree, root)
        status = state[3]
        status[1] = least - 1
        leaves = np.empty((most + 1, len(self.rests)), dtype=np.int64)
        while status[0] >= root and status[2] <= most and not self.watch.stopped:
            descend(self._groups, state, root, _BUDGET, leaves)
        return [[tree.lane, *lanes] for lanes in leaves[: status[2], root:].tolist()]

    def _signs_of(self, lanes: list[int]) -> IntArray:
        pairs = enumerate(lanes, start=self.first)
        return np.concatenate([self.dolls.signs_of(*pair) for pair in pairs])

    def _improve(self, value: int, lanes: list[int]) -> None:
        with self._lock:
            if value > self.best[1]:
                signs = self._signs_of(lanes)
                reached = value_of(self.dolls.rows[self.dolls.starts[self.first] :], signs)
                confirm("branch and bound", value, reached)
                self.best = (signs, value)

    @cached_property
    def _groups(self) -> tuple[NDArray[Any], NDArray[Any], IntArray]:
        """The tables as the kernel wants them, with what the smaller dolls are worth."""
        tables, kind = self.dolls.tables, _kernel_type(self.dolls.rows)
        columns = self.dolls.rows.shape[1]
        lanes = 2**ROWS_PER_GROUP
        negated = np.zeros((len(tables), columns + -columns % 4, lanes), dtype=kind)
        offsets = np.zeros((len(tables), lanes), dtype=kind)
        info = np.zeros((len(tables), 2), dtype=np.int64)
        for depth, table in enumerate(tables[1:], start=1):
            totals = table.sum(axis=1)
            negated[depth, :columns] = -table.T
            offsets[depth] = (totals - totals[0]) // 2
            info[depth] = totals[0], self.rests[depth]
        return negated, offsets, info


def _fresh_state(
    groups: tuple[NDArray[Any], ...], tree: _Subtree, root: int
) -> tuple[NDArray[Any], NDArray[Any], IntArray, IntArray]:
    """Return the state of the kernel at the root of a subtree."""
    negated, offsets, _ = groups
    depths, columns, _ = negated.shape
    sums = np.zeros((depths, columns), dtype=negated.dtype)
    sums[root, : len(tree.sums)] = tree.sums
    marks = np.full((3, depths), -1, dtype=np.int64)
    return sums, np.empty_like(offsets), marks, np.array([root, 0, 0], dtype=np.int64)


def _kernel_type(rows: IntArray) -> np.dtype[Any]:
    """Return the narrowest type that holds twice any sum."""
    total = int(np.abs(rows).sum())
    kinds = (kind for kind in (np.int16, np.int32) if 2 * total <= np.iinfo(kind).max)
    return np.dtype(next(kinds, np.int64))
