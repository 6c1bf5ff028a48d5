"""The best game of a polytope for correlators that are given, by a linear programme.

Games whose matrix M(z) is linear in numbers z of a polytope: a distribution to be chosen, payoffs
to be chosen, or any matrix of a given size. For fixed correlators E the advantage

    <M(z), E> - L(M(z)),   L(M) = max over deterministic strategies S of <M, S>,

is concave in z, and its maximum a linear programme with one constraint for each strategy. Those
that matter are generated on demand: solve with a few, let the exact classical solver name the
strategy that the result violates most, add it, until there is none. For <M(z), E> / L(M(z)) the
programme is made linear by a common factor (Charnes and Cooper, doi:10.1002/nav.3800090303).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError
from xorgames.solvers.classical import classical_bias

FloatArray = NDArray[np.float64]

_MOST_CUTS = 4000
#: Strategies guessed at a time, and rounds of best replies for each.
_GUESSES, _REPLIES = 32, 4
#: A strategy that is better by less than this share of the largest entry's weight is no news.
_NEW = 1e-9
_LARGEST_FACTOR, _SMALLEST_FACTOR = 1e6, 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearGames:
    """The games of a polytope.

    Attributes
    ----------
    shape : (m, n)
    cells, weights : ndarray, shape (k,)
        Variable i adds weights[i] z[i] to the matrix entry with the number cells[i].
    lower, upper : ndarray, shape (k,)
        Bounds of the variables.
    equal, equal_to : ndarray, shapes (e, k) and (e,)
        equal z = equal_to.
    rows, most : ndarray, shapes (r, k) and (r,)
        rows z <= most.
    """

    shape: tuple[int, int]
    cells: NDArray[np.int64]
    weights: FloatArray
    lower: FloatArray
    upper: FloatArray
    equal: FloatArray
    equal_to: FloatArray
    rows: FloatArray
    most: FloatArray

    def matrix(self, z: FloatArray) -> FloatArray:
        """Return M(z)."""
        matrix = np.zeros(self.shape[0] * self.shape[1])
        np.add.at(matrix, self.cells, self.weights * z)
        return matrix.reshape(self.shape)

    def gains(self, correlators: FloatArray) -> FloatArray:
        """Return the vector g with <M(z), E> = g z."""
        return np.asarray(self.weights * correlators.ravel()[self.cells])


def all_matrices(shape: tuple[int, int]) -> LinearGames:
    """Return all matrices with sum |M| = 1: any distribution, any predicate.

    Examples
    --------
    >>> games = all_matrices((1, 2))
    >>> games.matrix(np.array([0.25, 0.0, 0.0, 0.75])).tolist()
    [[0.25, -0.75]]
    """
    size = shape[0] * shape[1]
    return LinearGames(
        shape=shape,
        cells=np.tile(np.arange(size), 2),
        weights=np.repeat([1.0, -1.0], size),
        lower=np.zeros(2 * size),
        upper=np.ones(2 * size),
        equal=np.ones((1, 2 * size)),
        equal_to=np.ones(1),
        rows=np.zeros((0, 2 * size)),
        most=np.zeros(0),
    )


@dataclass(eq=False)
class Cuts:
    """Deterministic strategies that matter, as their correlators; shared by many programmes.

    Attributes
    ----------
    signs : list of ndarray, shape (m, n)
    strategies : list of (ndarray, ndarray)
        The bits a and b of each.
    """

    signs: list[FloatArray] = field(default_factory=list)
    strategies: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)
    _known: set[bytes] = field(default_factory=set)

    _random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def known(self, matrix: FloatArray) -> float:
        """Return the largest bias of a strategy that is known."""
        return max((float((matrix * signs).sum()) for signs in self.signs), default=-np.inf)

    def guess(self, matrix: FloatArray, above: float) -> bool:
        """Add strategies better than that, found by best replies in turn; say whether any was."""
        alice = self._random.choice([-1.0, 1.0], size=(_GUESSES, len(matrix)))
        for _ in range(_REPLIES):
            bob = np.where(alice @ matrix < 0, -1.0, 1.0)
            alice = np.where(bob @ matrix.T < 0, -1.0, 1.0)
        values = np.abs(alice @ matrix).sum(axis=1)
        bob = np.where(alice @ matrix < 0, -1.0, 1.0)
        good = np.flatnonzero(values > above)
        fresh = [self._add((1 - alice[i]) / 2, (1 - bob[i]) / 2) for i in good.tolist()]
        return any(fresh)

    def best(self, matrix: FloatArray) -> tuple[float, bool]:
        """Return L(M), and whether its strategy was not known yet."""
        found = classical_bias(matrix.astype(object))
        if found.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
        return float(found.lower), self._add(found.strategy.a, found.strategy.b)

    def _add(self, a: NDArray[Any], b: NDArray[Any]) -> bool:
        """Keep a strategy unless it is known."""
        signs = np.outer(1.0 - 2 * a, 1.0 - 2 * b)
        key = np.packbits(signs.ravel() > 0).tobytes()
        if key in self._known:
            return False
        self._known.add(key)
        self.signs.append(signs)
        self.strategies.append((a.astype(np.int64), b.astype(np.int64)))
        return True


@dataclass(frozen=True, kw_only=True, eq=False)
class Best:
    """The solution of a programme, in plain doubles.

    Attributes
    ----------
    z : ndarray
    worth : float
        <M, E> - L(M), or <M, E> / L(M).
    weights : ndarray
        For each strategy of the cuts its multiplier: those of the local behaviour that is nearest
        to E in the sense of the programme.
    """

    z: FloatArray
    worth: float
    weights: FloatArray


def best_game_for(
    correlators: FloatArray, games: LinearGames, cuts: Cuts, *, ratio: bool = False
) -> Best:
    """Return the game of a polytope with the largest advantage for given correlators.

    Parameters
    ----------
    correlators : ndarray, shape (m, n)
    games : LinearGames
    cuts : Cuts
        Grows.
    ratio : bool
        Whether the quotient counts instead of the difference.

    Raises
    ------
    SolverError
        If the polytope is empty, or the programme is not solved.

    Examples
    --------
    >>> best = best_game_for(np.array([[1, 1], [1, -1]]) / 2**0.5, all_matrices((2, 2)), Cuts())
    >>> round(best.worth, 9), best.z.round(6).tolist()
    (0.207106781, [0.25, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.25])
    """
    size = _size(games, cuts)
    best = _solve(correlators, games, cuts, ratio)
    for _ in range(_MOST_CUTS):
        matrix = games.matrix(best.z)
        above = cuts.known(matrix) + _NEW * size
        if not cuts.guess(matrix, above):
            # Only the exact solver can say that there is none.
            limit, fresh = cuts.best(matrix)
            if not fresh or limit <= above:
                break
        best = _solve(correlators, games, cuts, ratio)
    return best


def _size(games: LinearGames, cuts: Cuts) -> float:
    """Give the cuts a first strategy; return the size of the matrices."""
    largest = np.maximum(np.abs(games.lower), np.abs(games.upper))
    if not cuts.signs:
        cuts.best(np.ones(games.shape))
    return float((np.abs(games.weights) * np.minimum(largest, 1e6)).max())


def _solve(correlators: FloatArray, games: LinearGames, cuts: Cuts, ratio: bool) -> Best:
    from scipy.optimize import linprog

    k, count = len(games.cells), len(cuts.signs)
    gains = games.gains(correlators)
    against = np.stack([games.gains(signs) for signs in cuts.signs])
    if ratio:
        # Variables tau z and tau; the classical bias is at most 1.
        rows = [np.column_stack([against, np.zeros(count)])]
        most = [np.ones(count)]
        rows.append(np.column_stack([games.rows, -games.most]))
        eye, ends = np.eye(k), np.zeros(k)
        rows += [np.column_stack([eye, -games.upper]), np.column_stack([-eye, games.lower])]
        most += [np.zeros(len(games.most)), ends, ends]
        equal, to = np.column_stack([games.equal, -games.equal_to]), np.zeros(len(games.equal_to))
        bounds: list[Any] = [(None, None)] * k + [(0.0, _LARGEST_FACTOR)]
        cost = np.append(-gains, 0.0)
    else:
        rows = [np.column_stack([against, -np.ones(count)])]
        rows.append(np.column_stack([games.rows, np.zeros(len(games.most))]))
        most = [np.zeros(count), games.most]
        equal, to = np.column_stack([games.equal, np.zeros(len(games.equal_to))]), games.equal_to
        bounds = [*zip(games.lower, games.upper, strict=True), (None, None)]
        cost = np.append(-gains, 1.0)
    found = linprog(
        cost,
        A_ub=np.concatenate(rows),
        b_ub=np.concatenate(most),
        A_eq=equal if len(to) else None,
        b_eq=to if len(to) else None,
        bounds=bounds,
        method="highs",
    )
    if found.status != 0 or found.x is None or found.fun is None:
        raise SolverError(f"the linear programme was not solved: {found.message}")
    if ratio and found.x[-1] <= _SMALLEST_FACTOR:
        # These correlators lose with every game: any is as good, the least bad one is taken.
        return _solve(correlators, games, cuts, ratio=False)
    z = found.x[:-1] / found.x[-1] if ratio else found.x[:-1]
    return Best(z=z, worth=-float(found.fun), weights=-found.ineqlin.marginals[:count])


def admits(games: LinearGames, z: Sequence[float], tolerance: float) -> bool:
    """Whether numbers lie in the polytope, to within a tolerance."""
    point = np.asarray(z, dtype=np.float64)
    inside = (point >= games.lower - tolerance).all() and (point <= games.upper + tolerance).all()
    even = (np.abs(games.equal @ point - games.equal_to) <= tolerance).all()
    return bool(inside and even and (games.rows @ point <= games.most + tolerance).all())
