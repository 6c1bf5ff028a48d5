"""Symmetries of a game, and a programme over orbits instead of single numbers.

A symmetry permutes the inputs of each party and flips some of their outputs so that the matrix M,
the correlators E and the polytope of games stay what they are. It maps strategies to strategies, so
that L(M') = L(M) for every M and its image M'. For invariant E the advantage  <M, E> - L(M)  is
concave and invariant: the mean of a game over the symmetries is no worse than the game. The best
game for E is thus found among the invariant ones, whose numbers are alike on every orbit: a few
numbers in place of hundreds, and a few strategies that matter in place of thousands. For any E the
programme over orbits is that for the mean of E over the symmetries: <M, E> is the same for every
invariant M.

Subjects are conditions on a game's offset, Q and L. All three are invariant: Q and L because what
is permuted and flipped are strategies too, the offset because a symmetry must keep it (`middles`).

Any group of symmetries will do, so that the search for them may end early (`automorphisms`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xorgames.design.automorphisms import Automorphisms
from xorgames.design.polytope import LinearGames, extreme

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Numbers that differ by less than this share of the largest count as one.
_ALIKE = 1e-7


@dataclass(frozen=True, eq=False)
class Symmetry:
    """A symmetry: M[x, y] = alice_signs[x] bob_signs[y] M[alice[x], bob[y]].

    Attributes
    ----------
    alice, bob : ndarray of int
        Permutations of the inputs.
    alice_signs, bob_signs : ndarray of float
        -1 where outputs are flipped.
    """

    alice: IntArray
    bob: IntArray
    alice_signs: FloatArray
    bob_signs: FloatArray

    def of(self, table: FloatArray) -> FloatArray:
        """Return the image of a matrix."""
        signs = np.outer(self.alice_signs, self.bob_signs)
        return signs * table[np.ix_(self.alice, self.bob)]


@dataclass(frozen=True, eq=False)
class Orbits:
    """Games of a polytope that some symmetries leave as they are.

    Attributes
    ----------
    games : LinearGames
        One number for each orbit.
    basis : ndarray, shape (numbers before, numbers)
        Numbers before = basis @ numbers.
    whole : bool
        Whether no number is held at 0.
    """

    games: LinearGames
    basis: FloatArray
    whole: bool


def orbits_of(games: LinearGames, matrix: FloatArray) -> Orbits | None:
    """Return the games with the symmetries of a game, None where it has none or no game has them.

    The game need not be of the polytope: then none of the polytope may have its symmetries and its
    zeros. Numbers that cannot change their sign stay 0 where they are 0 in that game.

    Parameters
    ----------
    games : LinearGames
        With one number for each entry of the matrix.
    matrix : ndarray, shape (m, n)

    Examples
    --------
    >>> from xorgames.catalog import fishburn_reeds
    >>> from xorgames.design.free_problem import problem_from_table
    >>> game = fishburn_reeds(5)
    >>> table = {"schema": 1, "choose": "distribution", "payoff": game.to_dict()["payoff"]}
    >>> orbits_of(problem_from_table(table).games, game.matrix).basis.shape
    (400, 2)
    """
    rest = (matrix.ravel() == 0) & (games.weights != 0) & (games.lower == 0)
    held = replace(
        games,
        weights=np.where(rest, 0.0, games.weights),
        middles=np.where(rest, 0.0, games.middles),
        upper=np.where(rest, 0.0, games.upper),
    )
    symmetries = [g for g in _symmetries(held, matrix) if _is_symmetry(g, held, matrix)]
    basis = _basis(len(games.lower), [_image(g, held) for g in symmetries])
    basis = basis[:, ~rest[np.abs(basis).argmax(axis=0)]]
    if basis.shape[1] == np.count_nonzero(~rest):
        return None
    first = np.abs(basis).argmax(axis=0)
    variables = np.zeros(len(games.lower), dtype=np.int64)
    weights = np.zeros(len(games.lower))
    kept = np.abs(basis).any(axis=1)
    variables[kept] = np.abs(basis).argmax(axis=1)[kept]
    weights[kept] = basis[kept, variables[kept]]
    reduced = replace(
        games,
        weights=games.weights * weights[games.variables],
        variables=variables[games.variables],
        lower=games.lower[first],
        upper=games.upper[first],
        equal=games.equal @ basis,
        rows=games.rows @ basis,
        middles=games.middles @ basis,
    )
    if extreme(reduced, np.zeros(len(reduced.lower))) is None:
        return None
    return Orbits(reduced, basis, not rest.any())


def _image(symmetry: Symmetry, games: LinearGames) -> tuple[IntArray, FloatArray]:
    """Return where a symmetry takes each number from, and with which sign."""
    numbers = np.arange(1, len(games.lower) + 1, dtype=np.float64)
    signed = symmetry.of(numbers.reshape(games.shape)).ravel()
    places = np.abs(signed).astype(np.int64) - 1
    weights = games.weights
    with np.errstate(all="ignore"):
        signs = np.sign(signed) * np.sign(weights[places]) * np.sign(weights)
    return places, np.where(signs == 0, 1.0, signs)


def _is_symmetry(symmetry: Symmetry, games: LinearGames, matrix: FloatArray) -> bool:
    """Whether the game and the polytope stay what they are."""
    places, signs = _image(symmetry, games)
    low, high = games.lower[places], games.upper[places]
    low, high = np.where(signs > 0, low, -high), np.where(signs > 0, high, -low)
    size = _ALIKE * np.abs(matrix).max()
    return bool(
        np.abs(symmetry.of(matrix) - matrix).max() <= size
        and np.allclose(np.abs(games.weights[places]), np.abs(games.weights), rtol=1e-12, atol=0)
        and (low == games.lower).all()
        and (high == games.upper).all()
        and np.allclose(games.middles[places] * signs, games.middles, rtol=0, atol=1e-12)
        and _same_rows(games.equal, games.equal_to, places, signs)
        and _same_rows(games.rows, games.most, places, signs)
    )


def _same_rows(rows: FloatArray, ends: FloatArray, places: IntArray, signs: FloatArray) -> bool:
    """Whether conditions are only exchanged with each other."""
    before = np.column_stack([rows, ends])
    after = np.column_stack([rows[:, places] * signs, ends])
    return {row.tobytes() for row in before + 0.0} == {row.tobytes() for row in after + 0.0}


def _basis(count: int, images: list[tuple[IntArray, FloatArray]]) -> FloatArray:
    """Return a column of signs for each orbit of signed numbers; one that is its negative is 0."""
    orbit, sign = np.full(count, -1), np.ones(count)
    zero: set[int] = set()
    names = 0
    for start in range(count):
        if orbit[start] >= 0:
            continue
        orbit[start], waiting = names, [start]
        while waiting:
            i = waiting.pop()
            for places, signs in images:
                j, s = int(places[i]), sign[i] * signs[i]
                if orbit[j] < 0:
                    orbit[j], sign[j] = names, s
                    waiting.append(j)
                elif sign[j] != s:
                    zero.add(names)
        names += 1
    basis = np.zeros((count, names))
    basis[np.arange(count), orbit] = sign
    alive = [name for name in range(names) if name not in zero]
    return basis[:, alive]


def _symmetries(games: LinearGames, matrix: FloatArray) -> Iterator[Symmetry]:
    """Yield symmetries of a table of colours: enough to generate all, if the search is complete."""
    m, n = matrix.shape
    for images in Automorphisms(_colours(games, matrix)).generators():
        rows, columns = images[: 2 * m], images[2 * m :] - 2 * m
        yield Symmetry(
            alice=rows[:m] % m,
            bob=columns[:n] % n,
            alice_signs=np.where(rows[:m] < m, 1.0, -1.0),
            bob_signs=np.where(columns[:n] < n, 1.0, -1.0),
        )


def _colours(games: LinearGames, matrix: FloatArray) -> IntArray:
    """Return a number for each pair of signed inputs, alike where a symmetry may exchange them."""
    weights = games.weights.reshape(games.shape)
    tables = [(_classes(matrix), True), (_classes(np.abs(weights)), False)]
    if not np.array_equal(games.lower, -games.upper):
        # Numbers that must not change sign: the weights change theirs with the matrix.
        tables.append((_classes(weights), True))
    tables += [
        (_classes(each.reshape(games.shape)), False)
        for each in (games.lower, games.upper, games.middles)
    ]
    total = np.zeros((2 * games.shape[0], 2 * games.shape[1]), dtype=np.int64)
    for table, odd in tables:
        other = -table if odd else table
        whole = np.block([[table, other], [other, table]])
        names = np.unique(total * (4 * whole.size) + whole, return_inverse=True)[1]
        total = np.reshape(names, total.shape)
    return total


def _classes(table: FloatArray) -> IntArray:
    """Return whole numbers for sizes that are alike, with the signs of the entries."""
    sizes = np.sort(np.unique(np.abs(table)))
    steps = np.diff(sizes) > _ALIKE * max(float(sizes[-1]), 1e-300)
    names = np.concatenate([[0], np.cumsum(steps)]) + (sizes[0] > _ALIKE * sizes[-1])
    found = names[np.searchsorted(sizes, np.abs(table))]
    return np.asarray(np.sign(table).astype(np.int64) * found)
