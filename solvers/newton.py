"""A Newton step for the Tsirelson programme, where the linear system is small.

At unit vectors y_i (Alice's and Bob's) with multipliers l_i = y_i . (K y)_i, K = [[0, M], [M^T, 0]]
and S = diag(l) - K, an optimum has S y = 0. Steps d_i orthogonal to y_i solve, with P the
projection that removes from row i its part along y_i,

    P S d = P K y,

a system of (m + n)(r - 1) equations. In a basis of the directions that P leaves, Alice's block of S
is diagonal: her steps are eliminated, and n (r - 1) equations for Bob's are left. Rotations of all
vectors together leave it singular; a shift too small to matter settles that. Reference: Absil,
Mahony, Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), section 6.
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
    pushed, pulled = matrix @ bob, matrix.T @ alice
    (m, n), rank = matrix.shape, bob.shape[1]
    vectors, pulls = np.concatenate([alice, bob]), np.concatenate([pushed, pulled])
    multipliers = np.einsum("ij,ij->i", vectors, pulls)
    multipliers += _SHIFT * multipliers.max()
    tangents, free = _tangents(vectors), rank - 1
    hers, his = tangents[:m], tangents[m:]
    gradient = (tangents @ pulls[:, :, None]).ravel()
    scales = np.repeat(multipliers, free)
    angles = (hers.reshape(-1, rank) @ his.reshape(-1, rank).T).reshape(m, free, n, free)
    coupling = (angles * matrix[:, None, :, None]).reshape(m * free, n * free)
    answers = coupling / scales[: m * free, None]
    system = np.diag(scales[m * free :]) - coupling.T @ answers
    wanted = gradient[m * free :] + gradient[: m * free] @ answers
    steps = np.linalg.solve(system, wanted).reshape(n, 1, free)
    better: FloatArray = bob + (steps @ his)[:, 0]
    return better


def _tangents(rows: FloatArray) -> FloatArray:
    """Return, for each unit row, r - 1 orthonormal vectors orthogonal to it (Householder)."""
    normal = rows.copy()
    normal[:, 0] += np.where(rows[:, 0] < 0, -1.0, 1.0)
    # |normal|^2 = 2 |normal_0|
    scaled = normal[:, 1:] / np.abs(normal[:, :1])
    result: FloatArray = np.eye(rows.shape[1])[1:] - scaled[:, :, None] * normal[:, None, :]
    return result
