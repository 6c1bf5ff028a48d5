"""What is left of a classical bias problem when its structure has been used up.

The classical bias is the largest  sum_xy s_x M_xy t_y  over signs s, t. It does not change when
- a row of zeros is dropped,
- proportional rows are merged: for rows g_1 v, g_2 v, ... the best signs are those of the g_i up to
  a common one, so that they play as the single row (|g_1| + |g_2| + ...) v;
the same holds for columns, and each step may make the next one possible. The bias of a game that
falls apart into parts with no input in common is the sum of the biases of the parts. Each part is
left as a matrix of integers without a common divisor, its rows the smaller side.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy

IntArray = NDArray[np.int64]
IntegerMatrix = NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Side:
    """How the inputs of one party were merged.

    Attributes
    ----------
    group : ndarray of int
        The merged input that each input belongs to; -1 where it is never asked.
    sign : ndarray of int
        +1 or -1: what the input plays, relative to the merged one.
    """

    group: IntArray
    sign: IntArray

    def then(self, later: "Side") -> "Side":
        """Return this merging followed by another one."""
        asked = self.group >= 0
        group, sign = self.group.copy(), self.sign.copy()
        group[asked] = later.group[self.group[asked]]
        sign[asked] *= later.sign[self.group[asked]]
        return Side(group=group, sign=sign)

    def outputs(self, merged: IntArray) -> IntArray:
        """Return the bit for each input, given the sign of each merged one."""
        bits = np.zeros(len(self.group), dtype=np.int64)
        asked = self.group >= 0
        bits[asked] = (1 - self.sign[asked] * merged[self.group[asked]]) // 2
        return bits


@dataclass(frozen=True, kw_only=True, eq=False)
class Component:
    """A part of the game that has no input in common with the rest.

    Attributes
    ----------
    integers : ndarray of Python int, shape (k, l), k <= l
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
        pulls = signs.astype(object) @ self.integers
        return np.array([-1 if pull < 0 else 1 for pull in pulls], dtype=np.int64)

    def bias_of(self, signs: IntArray) -> Fraction:
        """Return the part's share of the bias for given signs of the rows."""
        sizes: list[int] = abs(signs.astype(object) @ self.integers).tolist()
        return self.scale * sum(sizes)


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
        alice = np.ones(int(self.alice.group.max(initial=-1)) + 1, dtype=np.int64)
        bob = np.ones(int(self.bob.group.max(initial=-1)) + 1, dtype=np.int64)
        for part, chosen in zip(self.components, signs, strict=True):
            small, large = chosen, part.replies(chosen)
            if part.transposed:
                alice[part.columns], bob[part.rows] = large, small
            else:
                alice[part.rows], bob[part.columns] = small, large
            # Merged inputs are numbered as they first occur.
            hers, his = (part.columns, part.rows)[:: 1 if part.transposed else -1]
            first = int((self.alice.group == hers[0]).argmax())
            flip = self.alice.sign[first] * alice[hers[0]]
            alice[hers] *= flip
            bob[his] *= flip
        return DeterministicStrategy(a=self.alice.outputs(alice), b=self.bob.outputs(bob))


def reduce_game(exact_matrix: FractionArray) -> Structure:
    """Return the components of a game matrix after dropping and merging inputs.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)

    Examples
    --------
    >>> matrix = np.array([[1, 2, 0], [-2, -4, 0], [0, 0, Fraction(1, 2)]], dtype=object)
    >>> structure = reduce_game(matrix)
    >>> [(part.integers.tolist(), part.scale) for part in structure.components]
    [([[1]], Fraction(9, 1)), ([[1]], Fraction(1, 2))]
    >>> structure.strategy([np.array([1]), np.array([1])]).to_dict()
    {'a': [0, 1, 0], 'b': [0, 0, 0]}
    """
    ratios = [[entry.as_integer_ratio() for entry in row] for row in exact_matrix.tolist()]
    denominator = math.lcm(*{below for row in ratios for _, below in row})
    rows = [[above * (denominator // below) for above, below in row] for row in ratios]
    integers = _as_array(rows, exact_matrix.shape[1])
    alice, bob = (_untouched(size) for size in integers.shape)
    settled = False
    while not settled:
        before = integers.shape
        integers, merged = _merge(integers)
        alice = alice.then(merged)
        columns, merged = _merge(integers.T)
        bob = bob.then(merged)
        integers = columns.T
        settled = integers.shape == before
    unit = Fraction(1, denominator)
    components = tuple(
        _component(integers[np.ix_(rows, columns)], rows, columns, unit)
        for rows, columns in _connected(integers)
    )
    return Structure(alice=alice, bob=bob, components=components)


def _as_array(rows: list[list[int]], width: int) -> IntegerMatrix:
    array = np.empty((len(rows), width), dtype=object)
    if rows:
        array[:] = rows
    return array


def _untouched(size: int) -> Side:
    return Side(group=np.arange(size), sign=np.ones(size, dtype=np.int64))


def _merge(integers: IntegerMatrix) -> tuple[IntegerMatrix, Side]:
    """Drop rows of zeros and add up proportional ones."""
    count, width = integers.shape
    group = np.full(count, -1, dtype=np.int64)
    sign = np.ones(count, dtype=np.int64)
    index_of: dict[tuple[int, ...], int] = {}
    weights: list[int] = []
    for x, row in enumerate(integers.tolist()):
        divisor = math.gcd(*row)
        if divisor == 0:
            continue
        if (row[0] or next(entry for entry in row if entry)) < 0:
            divisor, sign[x] = -divisor, -1
        direction = tuple(row) if divisor == 1 else tuple(entry // divisor for entry in row)
        group[x] = index_of.setdefault(direction, len(index_of))
        if group[x] == len(weights):
            weights.append(0)
        weights[group[x]] += abs(divisor)
    merged = [
        [weight * entry for entry in direction]
        for direction, weight in zip(index_of, weights, strict=True)
    ]
    return _as_array(merged, width), Side(group=group, sign=sign)


def _connected(integers: IntegerMatrix) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the rows and columns of each connected part of the support."""
    support = integers.astype(bool)
    left = np.ones(len(support), dtype=bool)
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
    integers: IntegerMatrix, rows: IntArray, columns: IntArray, unit: Fraction
) -> Component:
    transposed = len(rows) > len(columns)
    if transposed:
        integers, rows, columns = integers.T, columns, rows
    divisor = math.gcd(*integers.ravel().tolist())
    return Component(
        integers=integers // divisor,
        scale=unit * divisor,
        transposed=transposed,
        rows=rows,
        columns=columns,
    )
