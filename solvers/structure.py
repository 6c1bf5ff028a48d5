"""What is left of a classical bias problem when its structure has been used up.

The classical bias is the largest  sum_xy s_x M_xy t_y  over signs s, t. It does not change when
- a row of zeros is dropped,
- proportional rows are merged: for rows g_1 v, g_2 v, ... the best signs are those of the g_i up to
  a common one, so that they play as the single row (|g_1| + |g_2| + ...) v;
the same holds for columns, and each step may make the next one possible. The bias of a game that
falls apart into parts with no input in common is the sum of the biases of the parts. Each part is
left as a matrix of integers without a common divisor, its rows the smaller side.

Rows v, w are proportional exactly where (v.w)^2 = (v.v) (w.w), Cauchy and Schwarz. Up to a few
hundred rows of small integers are compared so, all at once in exact products of doubles; more rows,
or large integers, by their directions.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.integers import IntegerMatrix
from xorgames.solvers.signs import distinct
from xorgames.solvers.workers import Watch
from xorgames.strategy import DeterministicStrategy

IntArray = NDArray[np.int64]

#: Below this the squares of rows, and the products of two of them, are exact in doubles.
_EXACT_SQUARES = 2**26
#: The products of more rows than this with each other take longer than their directions, and too
#: much memory.
_MOST_PRODUCTS = 2**9


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """How the inputs of one party were merged.

    Attributes
    ----------
    group : ndarray of int
        The merged input that each input belongs to, numbered as they first occur.
    sign : ndarray of int
        +1 or -1: what the input plays, relative to the first of its group; 0 where it is never
        asked.
    """

    group: IntArray
    sign: IntArray

    def then(self, later: "Side") -> "Side":
        """Return this merging followed by another one."""
        sign = self.sign * later.sign[self.group]
        return Side(group=later.group[self.group], sign=sign)

    def merged(self, integers: IntegerMatrix) -> IntegerMatrix:
        """Return the rows of each group added up."""
        asked = np.flatnonzero(self.sign)
        order = asked[np.argsort(self.group[asked], kind="stable")]
        starts = np.flatnonzero(np.diff(self.group[order], prepend=-1))
        signed = integers[order] * self.sign[order, None].astype(integers.dtype)
        result: IntegerMatrix = np.add.reduceat(signed, starts, axis=0)
        return result

    def outputs(self, merged: IntArray) -> IntArray:
        """Return the bit for each input, given the sign of each merged one."""
        bits: IntArray = (self.sign * merged[self.group] < 0).astype(np.int64)
        return bits


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """A part of the game that has no input in common with the rest.

    Attributes
    ----------
    integers : ndarray of int64 or of Python int, shape (k, l), k <= l
        No two rows and no two columns are proportional, and the greatest common divisor is 1.
    scale : Fraction
        The part's share of the bias is `scale` times that of `integers`.
    transposed : bool
        Whether the rows are Bob's.
    rows, columns : ndarray of int, shapes (k,) and (l,)
        Which merged inputs they are.
    """

    integers: IntegerMatrix
    scale: Fraction
    transposed: bool
    rows: IntArray
    columns: IntArray

    def replies(self, signs: IntArray) -> IntArray:
        """Return the best signs of the columns against given signs of the rows."""
        return np.where(signs @ self.integers < 0, -1, 1)

    def best_of(self, candidates: IntArray) -> IntArray:
        """Return the best of some choices of signs of the rows, shape (c, k)."""
        candidates = distinct(candidates)
        values = abs(candidates.astype(object) @ self.integers).sum(axis=1)
        best: IntArray = candidates[max(range(len(values)), key=values.__getitem__)]
        return best

    def bias_of(self, signs: IntArray) -> Fraction:
        """Return the part's share of the bias for given signs of the rows."""
        return self.scale * int(np.abs(signs @ self.integers).sum())


@dataclass(frozen=True, kw_only=True, eq=False)
class Structure:
    """A game matrix in reduced form, and the way back.

    Attributes
    ----------
    alice, bob : Side
    components : tuple of Component
    """

    alice: Side
    bob: Side
    components: tuple[Component, ...]

    def strategy(self, signs: Sequence[IntArray]) -> DeterministicStrategy:
        """Return the strategy of the game for given signs of the rows of each component.

        In each component the first of Alice's inputs answers 0: a common flip changes nothing.
        """
        alice = np.ones(len(self.alice.group), dtype=np.int64)
        bob = np.ones(len(self.bob.group), dtype=np.int64)
        for part, small in zip(self.components, signs, strict=True):
            large = part.replies(small)
            if part.transposed:
                alice[part.columns], bob[part.rows] = large * large[0], small * large[0]
            else:
                alice[part.rows], bob[part.columns] = small * small[0], large * small[0]
        return DeterministicStrategy(a=self.alice.outputs(alice), b=self.bob.outputs(bob))


def reduce_game(
    integers: IntegerMatrix, denominator: int = 1, *, watch: Watch | None = None
) -> Structure:
    """Return the components of a game matrix after dropping and merging inputs.

    Parameters
    ----------
    integers : ndarray of int64 or of Python int, shape (m, n)
        As `as_integers` returns them.
    denominator : int
        The game matrix is `integers` divided by it.
    watch : Watch, optional
        Once it says to stop, what could still be merged is left as it is.

    Examples
    --------
    >>> from xorgames.solvers.integers import as_integers
    >>> matrix = np.array([[1, 2, 0], [-2, -4, 0], [0, 0, Fraction(1, 2)]], dtype=object)
    >>> structure = reduce_game(*as_integers(matrix))
    >>> [(part.integers.tolist(), part.scale) for part in structure.components]
    [([[1]], Fraction(9, 1)), ([[1]], Fraction(1, 2))]
    >>> structure.strategy([np.array([1]), np.array([1])]).to_dict()
    {'a': [0, 1, 0], 'b': [0, 0, 0]}
    """
    sides = [_untouched(size) for size in integers.shape]
    turn = settled = 0
    # Settled: neither side has anything to merge since the other one last changed. Each merging
    # leaves fewer rows or columns, so that this ends.
    while settled < 2 and not (watch is not None and watch.stopped):
        merging = _merging(integers)
        settled += 1
        if merging is not None:
            integers, sides[turn] = merging.merged(integers), sides[turn].then(merging)
            settled = 1
        integers, turn = integers.T, 1 - turn
    if turn:
        integers = integers.T
    components = tuple(
        _component(integers, rows, columns, denominator) for rows, columns in _connected(integers)
    )
    return Structure(alice=sides[0], bob=sides[1], components=components)


@lru_cache(maxsize=32)
def _untouched(size: int) -> Side:
    return Side(group=np.arange(size), sign=np.ones(size, dtype=np.int64))


def _merging(integers: IntegerMatrix) -> Side | None:
    """Say how to drop rows of zeros and add up proportional ones; None where there are none."""
    if integers.dtype == object or len(integers) > _MOST_PRODUCTS:
        return _merging_by_direction(integers)
    doubles = integers.astype(np.float64)
    gram = doubles @ doubles.T
    squares = gram.diagonal()
    if squares.max(initial=0.0) >= _EXACT_SQUARES:
        return _merging_by_direction(integers)
    same = gram * gram == squares[:, None] * squares
    if np.count_nonzero(same) == len(same) == np.count_nonzero(squares):
        return None
    asked = squares > 0
    first = (same & asked).argmax(axis=1)
    sign = np.sign(gram[np.arange(len(gram)), first]).astype(np.int64)
    leader = np.zeros(len(gram), dtype=np.int64)
    leader[first[asked]] = 1
    return Side(group=np.maximum(np.cumsum(leader) - 1, 0)[first], sign=sign)


def _merging_by_direction(integers: IntegerMatrix) -> Side | None:
    group = np.zeros(len(integers), dtype=np.int64)
    sign = np.zeros(len(integers), dtype=np.int64)
    seen: dict[tuple[int, ...], tuple[int, int]] = {}
    for x, row in enumerate(integers.tolist()):
        divisor = math.gcd(*row)
        if divisor == 0:
            continue
        if next(entry for entry in row if entry) < 0:
            divisor = -divisor
        direction = tuple(entry // divisor for entry in row)
        way = 1 if divisor > 0 else -1
        group[x], first_way = seen.setdefault(direction, (len(seen), way))
        sign[x] = way * first_way
    return None if len(seen) == len(integers) else Side(group=group, sign=sign)


def _connected(integers: IntegerMatrix) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the rows and columns of each connected part of the support."""
    if integers.size and np.count_nonzero(integers) == integers.size:
        yield np.arange(len(integers)), np.arange(integers.shape[1])
        return
    support = integers.astype(bool)
    left = np.asarray(support.any(axis=1))
    while left.any():
        rows = np.zeros_like(left)
        rows[np.argmax(left)] = True
        grown = 0
        while grown < rows.sum():
            grown = rows.sum()
            columns = support[rows].any(axis=0)
            rows[:] = support[:, columns].any(axis=1)
        yield np.flatnonzero(rows), np.flatnonzero(columns)
        left[rows] = False


def _component(
    integers: IntegerMatrix, rows: IntArray, columns: IntArray, denominator: int
) -> Component:
    if integers.shape != (len(rows), len(columns)):
        integers = integers[np.ix_(rows, columns)]
    transposed = len(rows) > len(columns)
    if transposed:
        integers, rows, columns = integers.T, columns, rows
    # Of a single number the reduction is the number itself, with its sign.
    divisor = abs(int(np.gcd.reduce(integers, axis=None)))
    return Component(
        integers=integers if divisor == 1 else integers // divisor,
        scale=Fraction(divisor, denominator),
        transposed=transposed,
        rows=rows,
        columns=columns,
    )
