"""The Tsirelson value by alternation of low rank, with Nesterov's momentum and restarts.

Maximise  sum M_xy u_x . v_y  over unit vectors of dimension r. The constraint graph is bipartite,
so an exact step is two matrix products:  U = rows of M V made unit,  V = rows of M^T U made unit.
At a fixed point the row lengths  l_x = |(M V)_x|,  k_y = |(M^T U)_y|  are dual variables, and with
s the largest singular value of  D_l^(-1/2) M D_k^(-1/2)  the Tsirelson bias is at most
s (sum l + sum k) / 2: the relative gap is s - 1. Where s > 1 at a standstill, the singular vectors
are a direction of ascent in one more dimension (rank escape).

Above rank sqrt(2 (m + n)) spurious fixed points are not generic (Boumal, Voroninski, Bandeira,
arXiv:1606.04970); the alternation is the mixing method (Wang, Chang, Kolter, arXiv:1706.00476).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.certificate import Proposal
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]

_GAP = 1e-13
_FIRST_SWEEPS = 30
_MAX_CHECKS = 24


def propose(matrix: FloatArray, *, rng: np.random.Generator, rank: int | None = None) -> Proposal:
    """Propose vectors and multipliers for the Tsirelson value.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Without rows or columns of zeros, and scaled so that the largest entry is about 1.
    rng : numpy.random.Generator
        For the starting point.
    rank : int, optional
        Of the starting point; by default high enough that spurious fixed points are not generic.

    Returns
    -------
    Proposal
        The best found; `certificate.certify` says how good it is.
    """
    m, n = matrix.shape
    bob = unit_rows(rng.standard_normal((n, rank or math.ceil(math.sqrt(2 * (m + n))) + 1)))
    best = _dual(matrix, bob)
    sweeps = _FIRST_SWEEPS
    for _ in range(_MAX_CHECKS):
        start, bob = bob, ascend(matrix, bob, sweeps=sweeps)
        dual = _dual(matrix, bob)
        if dual.gap < best.gap:
            best = dual
        if best.gap < _GAP:
            break
        # At rest although the dual bound is far away: a spurious fixed point.
        at_rest = np.abs(bob - start).max() < 1e-3 * dual.gap
        bob = _escape(dual) if at_rest else dual.bob
        sweeps += sweeps // 3
    return Proposal(
        strategy=VectorStrategy(alice=best.alice, bob=best.bob),
        alice_multipliers=best.scale * best.alice_lengths,
        bob_multipliers=best.scale * best.bob_lengths,
    )


def ascend(matrix: FloatArray, bob: FloatArray, *, sweeps: int) -> FloatArray:
    """Improve Bob's vectors by accelerated alternation; each start of a batch on its own.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
    bob : ndarray of float, shape (..., n, r)
        Unit rows; leading axes are independent starts.
    sweeps : int

    Returns
    -------
    ndarray of float, shape (..., n, r)
        Restarted where the momentum points downhill (O'Donoghue and Candes, arXiv:1204.3982): a
        test on vectors, because differences of values drown in rounding long before.
    """
    previous = bob
    age = np.zeros((*bob.shape[:-2], 1, 1))
    for _ in range(sweeps):
        point = bob + age / (age + 3) * (bob - previous)
        moved = unit_rows(matrix.T @ unit_rows(matrix @ point))
        uphill = np.einsum("...ij,...ij->...", moved - point, moved - bob)
        age = np.where(uphill[..., None, None] < 0, 0.0, age + 1)
        previous, bob = bob, moved
    return bob


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Return the rows made unit; a row of zeros becomes the first unit vector."""
    lengths = np.sqrt(np.einsum("...ij,...ij->...i", vectors, vectors))[..., None]
    safe = np.where(lengths > 0, lengths, 1.0)
    result = vectors / safe
    result[..., :1] += lengths == 0
    return result


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dual:
    alice: FloatArray
    bob: FloatArray
    alice_lengths: FloatArray
    bob_lengths: FloatArray
    bob_direction: FloatArray
    scale: float
    primal: float

    @property
    def gap(self) -> float:
        """Relative distance of the dual bound from the value of the vectors."""
        dual = self.scale * (self.alice_lengths.sum() + self.bob_lengths.sum()) / 2
        return float(dual / self.primal - 1)


def _dual(matrix: FloatArray, bob: FloatArray) -> _Dual:
    """Finish with a plain sweep and return the dual bound that its lengths give."""
    pushed = matrix @ bob
    alice = unit_rows(pushed)
    pulled = matrix.T @ alice
    alice_lengths = _lengths(pushed)
    bob_lengths = _lengths(pulled)
    balanced = matrix / np.sqrt(np.outer(alice_lengths, bob_lengths))
    eigenvalues, eigenvectors = np.linalg.eigh(balanced.T @ balanced)
    return _Dual(
        alice=alice,
        bob=unit_rows(pulled),
        alice_lengths=alice_lengths,
        bob_lengths=bob_lengths,
        bob_direction=eigenvectors[:, -1] / np.sqrt(bob_lengths),
        scale=math.sqrt(max(float(eigenvalues[-1]), 1.0)),
        primal=float(bob_lengths.sum()),
    )


def _lengths(vectors: FloatArray) -> FloatArray:
    """Return the row lengths, kept away from zero so that they can divide."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    result: FloatArray = np.maximum(lengths, 1e-12 * lengths.max())
    return result


def _escape(dual: _Dual) -> FloatArray:
    """Add the direction of ascent as one more column."""
    step = 0.3 / np.abs(dual.bob_direction).max()
    return unit_rows(np.column_stack([dual.bob, step * dual.bob_direction]))
