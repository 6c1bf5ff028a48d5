"""What a continuous threshold game is worth: brackets on its classical and its Tsirelson value.

Players see real numbers a and b, uniform on [0, 1), and should answer alike inside a region that
reaches down and left. K(a, b) = +1 inside and -1 outside; a value is 1/2 + bias/2, and the biases
are maxima of  integral K u(a) . v(b)  over answers +-1, or over unit vectors. Cut both intervals
into N equal cells. In cell (i, j) let K have the mean k, and let M = k / N^2.

Lower ends. Strategies that are constant on cells reach the bias of M.

Upper end, classical. In a cell that the boundary crosses, for answers s, t between -1 and 1,
integral K s t <= (sign(k) mean(s) mean(t) + (1 - |k|)) / N^2: replacing K by sign(k) changes the
integral by no more than that. So the bias is at most that of the matrix of signs, plus the sum of
(1 - |k|) / N^2. The signs are a threshold game again, which a dynamic programme solves exactly.

Upper end, quantum. Let l, m be dual variables of M: sum l x^2 + sum m y^2 >= 2 sum M x y for all x,
y. As densities N l, N m on the cells, raised by d, they are dual variables of the continuous game
if for all functions, split into means on cells x, y and rests of mean zero f, g,

    d (|x|^2 + |y|^2) + (c + d)(|f|^2 + |g|^2) >= 2 <x, R g> + 2 <f, R y> + 2 <f, R g>,

where c is the smallest density and R = K - k, whose integral over every cell is zero. With r an
upper bound on the norm of R this holds if  d (c + d - r) >= r^2, so that the bias is at most
(sum l + sum m)/2 + d. R vanishes off the crossed cells and has there the Hilbert-Schmidt norm
sqrt(1 - k^2) / N: r is at most the norm of the matrix of these numbers. As r falls like 1/N, the
bracket closes like 1/N^2.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import reject
from xorgames.regions import Region, whole_number
from xorgames.solvers.certificate import dual_bias, dual_factors, strategy_bias
from xorgames.solvers.threshold_programme import recognise, solve_threshold
from xorgames.solvers.tsirelson import propose
from xorgames.solvers.workers import Watch

FloatArray = NDArray[np.float64]

#: Cells of each party: enough for four digits of the Tsirelson value, and three of the classical.
CELLS, CLASSICAL_CELLS = 128, 600
#: Means of cells are doubles off by little; this is far more than their sum can be off.
_ROUNDING = 2.0**-40
#: By how much roots of 1 - k^2 are off where k is rounded, and with them the norm of the matrix of
#: them: 1 - k^2 is off by less than 2^-51, which matters where a cell is nearly all on one side.
_ROOTS = 2.0**-25
_ITERATIONS = 100


@dataclass(frozen=True, kw_only=True)
class Continuum:
    """A continuous threshold game's values, for payoffs 1 and 0.

    Attributes
    ----------
    classical, quantum, gap : Bound
        Proven for the continuous game.
    cells, classical_cells : int
        How fine the grids were.
    """

    classical: Bound
    quantum: Bound
    gap: Bound
    cells: int
    classical_cells: int

    def to_dict(self) -> dict[str, Any]:
        """Return the brackets as plain data."""
        return {
            "classical": self.classical.to_dict(),
            "quantum": self.quantum.to_dict(),
            "gap": self.gap.to_dict(),
            "cells": self.cells,
            "classical_cells": self.classical_cells,
        }


def continuum_values(
    region: Region, *, cells: int = CELLS, classical_cells: int = CLASSICAL_CELLS
) -> Continuum:
    """Return brackets on the values of a continuous threshold game.

    Parameters
    ----------
    region : Region
        Where the outputs should be equal.
    cells, classical_cells : int
        Equal cells of each party on the grids for the Tsirelson and for the classical value.

    Raises
    ------
    InputError
        If the region is none, or a number of cells is not a whole number from 2.

    Examples
    --------
    >>> from xorgames.regions import SumRegion
    >>> found = continuum_values(SumRegion(1), cells=32, classical_cells=64)
    >>> 0.5 + 1 / np.pi in found.quantum, found.quantum.width < 0.005, 0.75 in found.classical
    (True, True, True)
    """
    if not isinstance(region, Region):
        reject("region", "must be a region", received=repr(region), cure="use SumRegion(1)")
    for key, number in (("cells", cells), ("classical_cells", classical_cells)):
        whole_number(key, number, 2)
    quantum = (_quantum(cell_means(region, cells)) / 2 + Fraction(1, 2)).clip(0.5, 1.0)
    classical = continuum_classical(region, classical_cells)
    classical = Bound(classical.lower, min(classical.upper, quantum.upper))
    quantum = Bound(max(quantum.lower, classical.lower), quantum.upper)
    gap = quantum - classical
    return Continuum(
        classical=classical,
        quantum=quantum,
        gap=Bound(max(gap.lower, 0.0), gap.upper),
        cells=cells,
        classical_cells=classical_cells,
    )


def continuum_classical(region: Region, cells: int) -> Bound:
    """Return the bracket on the classical value alone.

    Examples
    --------
    >>> from xorgames.regions import SumRegion
    >>> continuum_classical(SumRegion(1), 100).display(3)
    '0.749 … 0.756'
    """
    return (_classical(cell_means(region, cells)) / 2 + Fraction(1, 2)).clip(0.5, 1.0)


def cell_means(region: Region, cells: int) -> FloatArray:
    """Return the mean of K on each of cells x cells equal cells, to the nearest double.

    Examples
    --------
    >>> from xorgames.regions import SumRegion
    >>> cell_means(SumRegion(1), 2).tolist()
    [[1.0, 0.0], [0.0, -1.0]]
    """
    edges = [Fraction(i, cells) for i in range(cells + 1)]
    means = np.full((cells, cells), -1.0)
    inside = touched = cells
    for i in range(cells):
        # The boundary falls: in each row both ends lie no further right than in the one before.
        while inside and not region.contains(edges[i + 1], edges[inside]):
            inside -= 1
        while touched and not region.contains(edges[i], edges[touched - 1]):
            touched -= 1
        means[i, :inside] = 1.0
        for j in range(inside, touched):
            share = region.share(edges[i], edges[i + 1], edges[j], edges[j + 1])
            means[i, j] = float(2 * share - 1)
    return means


def _classical(means: FloatArray) -> Bound:
    """Return the bracket on the classical bias."""
    cells = len(means)
    signs = np.where(means >= 0, 1, -1)
    game = recognise(signs)
    assert game is not None
    watch = Watch()
    found = solve_threshold(signs, game, watch=watch)
    if found.interrupted:
        raise KeyboardInterrupt
    area = cells**2
    loose = float((1 - np.abs(means)).sum()) / area
    # The same strategy on the means, or a better one near it.
    alice = _best_reply(means, found.signs)
    reached = float(np.abs(alice @ means).sum()) / area
    upper = found.upper / area + loose
    return Bound(reached - _ROUNDING, max(reached, upper) + _ROUNDING)


def _best_reply(means: FloatArray, signs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return better signs of the rows: best replies in turn, until nothing moves."""
    alice = signs
    for _ in range(_ITERATIONS):
        bob = np.where(alice @ means < 0, -1, 1)
        new = np.where(means @ bob < 0, -1, 1)
        if np.array_equal(new, alice):
            break
        alice = new
    return alice


def _quantum(means: FloatArray) -> Bound:
    """Return the bracket on the Tsirelson bias."""
    cells = len(means)
    matrix = means / cells**2
    proposal = propose(matrix)
    multipliers = np.concatenate([proposal.alice_multipliers, proposal.bob_multipliers])
    reached = strategy_bias(matrix, proposal.strategy)
    crossed = np.sqrt(np.maximum(0.0, 1 - np.square(means))) / cells
    norm = _norm(crossed) + _ROOTS
    least = _least_density(matrix, multipliers) * cells
    room = least - norm
    raised = (-room + np.sqrt(room * room + 4 * norm * norm)) / 2
    upper = dual_bias(matrix, multipliers) + float(raised) * (1 + _ROUNDING)
    return Bound(max(0.0, reached - _ROUNDING), min(1.0, upper + _ROUNDING))


def _least_density(matrix: FloatArray, multipliers: FloatArray) -> float:
    """Return what no dual variable of the certificate is below: those are a^2 and diag(G).

    Where the sum of |M| is the better bound they are the sums of rows and columns of |M|.
    """
    _, a, b, w = dual_factors(matrix, multipliers)
    diagonal = np.square(b).sum(axis=0) + np.square(w).sum(axis=1)
    sums = [np.abs(matrix).sum(axis=axis).min() for axis in (0, 1)]
    return float(min(np.square(a).min(), diagonal.min(), *sums)) * (1 - 1e-9)


def _norm(sizes: FloatArray) -> float:
    """Return an upper bound on the norm of a matrix H >= 0 (Collatz and Wielandt).

    For any x > 0 the largest eigenvalue of H^T H is at most the largest (H^T H x)_i / x_i.
    """
    kept = sizes[:, sizes.any(axis=0)]
    if not kept.size:
        return 0.0
    x = np.ones(kept.shape[1])
    best = np.inf
    for _ in range(_ITERATIONS):
        y = kept.T @ (kept @ x)
        best = min(best, float((y / x).max()))
        x = np.maximum(y / y.max(), 1e-6)
    return float(np.sqrt(best)) * (1 + 1e-9)
