"""Polytopes of games: numbers whose game matrix is linear in them, within bounds and conditions.

The numbers may be a distribution to be chosen, payoffs to be chosen, or the entries of any matrix
of a given size; `symmetry` makes orbits of them the numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: The closest that the programme meets conditions by.
CLOSE: Any = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


@dataclass(frozen=True, kw_only=True, eq=False)
class LinearGames:
    """The games of a polytope.

    Attributes
    ----------
    shape : (m, n)
    cells, weights, variables : ndarray, shape (t,)
        Term i adds weights[i] z[variables[i]] to the matrix entry with the number cells[i].
    lower, upper : ndarray, shape (k,)
        Bounds of the numbers z.
    equal, equal_to : ndarray, shapes (e, k) and (e,)
        equal z = equal_to.
    rows, most : ndarray, shapes (r, k) and (r,)
        rows z <= most.
    middle, middles : float, and ndarray, shape (k,)
        The game's offset is middle + middles z.
    """

    shape: tuple[int, int]
    cells: NDArray[np.int64]
    weights: FloatArray
    variables: NDArray[np.int64]
    lower: FloatArray
    upper: FloatArray
    equal: FloatArray
    equal_to: FloatArray
    rows: FloatArray
    most: FloatArray
    middle: float
    middles: FloatArray

    def matrix(self, z: FloatArray) -> FloatArray:
        """Return M(z)."""
        terms = self.weights * z[self.variables]
        size = self.shape[0] * self.shape[1]
        return np.bincount(self.cells, terms, minlength=size).astype(np.float64).reshape(self.shape)

    def gains(self, correlators: FloatArray) -> FloatArray:
        """Return the vector g with <M(z), E> = g z."""
        terms = self.weights * correlators.ravel()[self.cells]
        return np.bincount(self.variables, terms, minlength=len(self.lower)).astype(np.float64)

    def all_gains(self, correlators: Sequence[FloatArray]) -> FloatArray:
        """Return the vectors of many correlators as rows."""
        terms = np.stack(correlators).reshape(len(correlators), -1)[:, self.cells] * self.weights
        sums = np.zeros((len(self.lower), len(correlators)))
        np.add.at(sums, self.variables, terms.T)
        return sums.T

    def offset(self, z: FloatArray) -> float:
        """Return the offset of the game."""
        return self.middle + float(self.middles @ z)

    @property
    def size(self) -> float:
        """Return how large entries of the matrix may be, about."""
        largest = np.maximum(np.abs(self.lower), np.abs(self.upper))[self.variables]
        return float((np.abs(self.weights) * np.minimum(largest, 1e6)).max())


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
        variables=np.arange(2 * size),
        lower=np.zeros(2 * size),
        upper=np.ones(2 * size),
        equal=np.ones((1, 2 * size)),
        equal_to=np.ones(1),
        rows=np.zeros((0, 2 * size)),
        most=np.zeros(0),
        middle=0.0,
        middles=np.zeros(2 * size),
    )


def extreme(games: LinearGames, towards: FloatArray) -> FloatArray | None:
    """Return the numbers of the polytope that are farthest in a direction, None if it is empty.

    Examples
    --------
    >>> extreme(all_matrices((1, 2)), np.array([1.0, 3.0, 0.0, 2.0])).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """
    from scipy.optimize import linprog

    found = linprog(
        -towards,
        A_ub=games.rows,
        b_ub=games.most,
        A_eq=games.equal,
        b_eq=games.equal_to,
        bounds=[*zip(games.lower, games.upper, strict=True)],
        method="highs",
        options=CLOSE,
    )
    return np.asarray(found.x, dtype=np.float64) if found.status == 0 else None


def nearest(games: LinearGames, z: FloatArray) -> FloatArray | None:
    """Return the numbers of the polytope with the least  sum |z' - z|,  None if it is empty.

    Examples
    --------
    >>> nearest(all_matrices((1, 2)), np.array([1.25, 0.0, 0.0, 0.0])).tolist()
    [1.0, 0.0, 0.0, 0.0]
    """
    k = len(z)
    one, none = np.eye(k), np.zeros((len(games.rows), k))
    # With each number how far it is.
    wider = replace(
        games,
        lower=np.concatenate([games.lower, np.zeros(k)]),
        upper=np.concatenate([games.upper, np.full(k, np.inf)]),
        equal=np.column_stack([games.equal, np.zeros((len(games.equal), k))]),
        rows=np.block([[games.rows, none], [one, -one], [-one, -one]]),
        most=np.concatenate([games.most, z, -z]),
    )
    found = extreme(wider, np.concatenate([np.zeros(k), -np.ones(k)]))
    return None if found is None else found[:k]
