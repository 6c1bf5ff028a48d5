"""A Newton step for the Tsirelson programme: by a direct solve, or by conjugate gradients.

At unit vectors y_i (Alice's and Bob's) with multipliers l_i = y_i . (K y)_i, K = [[0, M], [M^T, 0]]
and S = diag(l) - K, an optimum has S y = 0. Steps d_i orthogonal to y_i solve, with P the
projection that removes from row i its part along y_i,

    P S d = P K y,

a system of (m + n)(r - 1) equations. In a basis of the directions that P leaves, Alice's block of S
is diagonal: her steps are eliminated, and n (r - 1) equations for Bob's are left,

    P (diag(k) - M^T P diag(1/l) M) d = P (M^T u + M^T P diag(1/l) M v),    k Bob's multipliers.

Rotations of all vectors together leave them singular: in the direct solve a shift too small to
matter settles that; conjugate gradients need none, and ask for two products with M a step, as a
sweep of the alternation does. They end when the residual has shrunk by the square root of its size
on the scale of the bias (within limits), as the next step of Newton corrects the rest; or where a
direction is nearly flat, as rotations are, and those that a rank too high leaves.

Reference: Absil, Mahony, Sepulchre, Optimization Algorithms on Matrix Manifolds (2008), sections 6
and 7.
"""

import math
import time

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_SHIFT = 1e-9
_TINY = 1e-12
#: With curvatures below this, relative to the multipliers, conjugate gradients would need more than
#: so many steps.
_FLAT = 1e-3
_MOST_STEPS = 100
#: The squares of the factors by which a residual has to shrink.
_LEAST, _MOST = 1e-2, 1e-6


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


def newton_cg_step(
    matrix: FloatArray, alice: FloatArray, bob: FloatArray, *, deadline: float = math.inf
) -> FloatArray:
    """Return better vectors for Bob, of any lengths, in memory no larger than theirs.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
    alice, bob : ndarray of float, shapes (m, r) and (n, r)
        Unit rows near an optimum.
    deadline : float
        When to stop with what there is, on the clock of `time.perf_counter`.
    """
    pushed, pulled = matrix @ bob, matrix.T @ alice
    # Kept away from zero so that they can divide.
    hers, his = (
        np.maximum(each, _TINY * each.max())
        for each in (_along(alice, pushed), _along(bob, pulled))
    )

    def answered(pulls: FloatArray) -> FloatArray:
        """Return what her best answer brings back to Bob: P M^T P diag(1/l)."""
        return _off(bob, matrix.T @ (_off(alice, pulls) / hers))

    residual = _off(bob, pulled) + answered(pushed)
    scaled = residual / his
    size = float(np.vdot(residual, scaled))
    goal = size * min(_LEAST, max(_MOST, math.sqrt(size / float(his.sum()))))
    step, direction = np.zeros_like(bob), scaled
    for _ in range(_MOST_STEPS):
        weighted = his * direction
        image = weighted - answered(matrix @ direction)
        curvature = float(np.vdot(direction, image))
        if curvature <= _FLAT * float(np.vdot(direction, weighted)):
            break
        length = size / curvature
        step = step + length * direction
        residual = residual - length * image
        scaled = residual / his
        last, size = size, float(np.vdot(residual, scaled))
        if size <= goal or time.perf_counter() > deadline:
            break
        direction = scaled + size / last * direction
    better: FloatArray = bob + step
    return better


def _along(rows: FloatArray, vectors: FloatArray) -> FloatArray:
    """Return the inner products of unit rows with vectors, as a column."""
    products: FloatArray = np.einsum("ij,ij->i", rows, vectors)[:, None]
    return products


def _off(rows: FloatArray, vectors: FloatArray) -> FloatArray:
    """Remove from each vector its part along the unit row."""
    return vectors - _along(rows, vectors) * rows


def _tangents(rows: FloatArray) -> FloatArray:
    """Return, for each unit row, r - 1 orthonormal vectors orthogonal to it (Householder)."""
    normal = rows.copy()
    normal[:, 0] += np.where(rows[:, 0] < 0, -1.0, 1.0)
    # |normal|^2 = 2 |normal_0|
    scaled = normal[:, 1:] / np.abs(normal[:, :1])
    result: FloatArray = np.eye(rows.shape[1])[1:] - scaled[:, :, None] * normal[:, None, :]
    return result
