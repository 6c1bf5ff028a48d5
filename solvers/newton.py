"""A Newton step for the Tsirelson programme, where the linear system is small.

At unit vectors y_i (Alice's and Bob's) with multipliers l_i = y_i . (K y)_i, K = [[0, M], [M^T, 0]]
and S = diag(l) - K, an optimum has S y = 0. Steps d_i orthogonal to y_i solve, with P the
projection that removes from row i its part along y_i,

    P S d = P K y,

a system of (m + n)(r - 1) equations. Rotations of all vectors together leave it singular; a shift
too small to matter settles that. Reference: Absil, Mahony, Sepulchre, Optimization Algorithms on
Matrix Manifolds (2008), section 6.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SHIFT = 1e-9


def newton_step(matrix: FloatArray, alice: FloatArray, bob: FloatArray) -> FloatArray:
    """Return better vectors for Bob, of any lengths.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
    alice, bob : ndarray of float, shapes (m, r) and (n, r)
        Unit rows near an optimum, r > 1.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the system is singular.
    """
    m = len(matrix)
    rows = np.concatenate([alice, bob])
    pull = np.concatenate([matrix @ bob, matrix.T @ alice])
    multipliers = (pull * rows).sum(axis=1)
    slack = np.diag(multipliers + _SHIFT * multipliers.max())
    slack[:m, m:] = -matrix
    slack[m:, :m] = -matrix.T
    tangents = _tangents(rows)
    size, free, rank = tangents.shape
    flat = tangents.reshape(size * free, rank)
    system = (flat @ flat.T) * np.repeat(np.repeat(slack, free, axis=0), free, axis=1)
    solved = np.linalg.solve(system, (tangents @ pull[:, :, None]).ravel())
    better: FloatArray = bob + (solved.reshape(size, 1, free) @ tangents)[m:, 0]
    return better


def _tangents(rows: FloatArray) -> FloatArray:
    """Return, for each unit row, r - 1 orthonormal vectors orthogonal to it (Householder)."""
    normal = rows.copy()
    normal[:, 0] += np.where(rows[:, 0] < 0, -1.0, 1.0)
    weights = 2 / (normal * normal).sum(axis=1)
    reflected = np.eye(rows.shape[1])[1:] - weights[:, None, None] * (
        normal[:, 1:, None] * normal[:, None, :]
    )
    result: FloatArray = reflected
    return result
