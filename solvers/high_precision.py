"""Tsirelson vectors and multipliers to some two hundred digits, in fixed-point integers.

For integer M the optimal unit vectors w_i (both parties') and multipliers l_i solve

    (diag(l) - K) W = 0,   |w_i| = 1,   K = [[0, M], [M^T, 0]].

Newton's method with the pseudo-inverse of the derivative, computed once in doubles, gains some
fifteen digits a step; the pseudo-inverse takes care of rotations and of whole faces of optima. The
residual is computed in integers. Nothing here is a proof; what is found is judged elsewhere.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError
from xorgames.solvers.lowrank import ascend, unit_rows

FloatArray = NDArray[np.float64]
IntegerArray = NDArray[Any]

#: Fixed-point numbers count units of 2^-BITS: 192 decimal digits.
BITS = 640

_TOLERANCE_BITS = 40
_MAX_STEPS = 80
_MAX_ASCENTS = 30
_ZERO = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Optimum:
    """A solution of the optimality conditions, in units of 2^-BITS.

    Attributes
    ----------
    vectors : ndarray of int, shape (m + n, r)
        Alice's unit vectors, then Bob's; their rank r is the largest among all optima.
    multipliers : ndarray of int, shape (m + n,)
    """

    vectors: IntegerArray
    multipliers: IntegerArray

    @property
    def gram(self) -> FloatArray:
        """The inner products of the vectors, in doubles."""
        vectors = self.vectors.astype(np.float64) * 2.0**-BITS
        result: FloatArray = vectors @ vectors.T
        return result


def optimum(integers: IntegerArray, *, rng: np.random.Generator) -> Optimum:
    """Return vectors and multipliers that solve the Tsirelson programme to the last bits.

    Parameters
    ----------
    integers : ndarray of int, shape (m, n)
        The game matrix times a number, without rows or columns of zeros.
    rng : numpy.random.Generator
        For the starting point.

    Raises
    ------
    SolverError
        If Newton's method does not converge, as happens where the optimum is degenerate.

    Examples
    --------
    >>> chsh = np.array([[1, 1], [1, -1]], dtype=object)
    >>> found = optimum(chsh, rng=np.random.default_rng(0))
    >>> abs(sum(found.multipliers) ** 2 - 2 ** (2 * BITS + 5)) < 2**(BITS + 40)
    True
    """
    m, n = integers.shape
    kernel = np.zeros((m + n, m + n), dtype=object)
    kernel[:m, m:] = integers
    kernel[m:, :m] = integers.T
    start = _start(integers, rng)
    lengths = ((kernel.astype(np.float64) @ start) * start).sum(axis=1)
    inverse = _inverse_derivative(kernel.astype(np.float64), start, lengths)
    vectors, multipliers = _fixed(start), _fixed(lengths)
    for _ in range(_MAX_STEPS):
        unbalanced = ((multipliers[:, None] * vectors) >> BITS) - kernel @ vectors
        too_long = (((vectors * vectors).sum(axis=1) >> BITS) - (1 << BITS)) >> 1
        residual = np.concatenate([unbalanced.ravel(), too_long])
        size = max(int(abs(entry)).bit_length() for entry in residual)
        if size <= _TOLERANCE_BITS:
            return Optimum(vectors=vectors, multipliers=multipliers)
        shift = max(size - 60, 0)
        step = np.rint(inverse @ (residual >> shift).astype(np.float64))
        if not np.isfinite(step).all() or size > BITS + 60:
            break
        whole = np.array([int(entry) for entry in step], dtype=object) << shift
        vectors = vectors - whole[: vectors.size].reshape(vectors.shape)
        multipliers = multipliers - whole[vectors.size :]
    raise SolverError("Newton's method does not converge to the optimal vectors")


def _start(integers: IntegerArray, rng: np.random.Generator) -> FloatArray:
    """Return optimal vectors in doubles, of the largest rank that optima have.

    From a random start of full rank the alternation ends inside the face of optima, not at its
    boundary; and there are no spurious fixed points.
    """
    matrix = integers.astype(np.float64)
    matrix /= np.abs(matrix).max()
    n = matrix.shape[1]
    bob = unit_rows(rng.standard_normal((n, n)))
    for _ in range(_MAX_ASCENTS):
        before, bob = bob, ascend(matrix, bob, sweeps=200)
        if np.abs(bob - before).max() < 1e-14:
            break
    vectors = np.concatenate([unit_rows(matrix @ bob), bob])
    left, singular, _ = np.linalg.svd(vectors, full_matrices=False)
    rank = int((singular > _ZERO * singular[0]).sum())
    return unit_rows((left * singular)[:, :rank])


def _inverse_derivative(
    kernel: FloatArray, vectors: FloatArray, multipliers: FloatArray
) -> FloatArray:
    """Return the pseudo-inverse of the derivative of the optimality conditions."""
    count, rank = vectors.shape
    lengths = np.zeros((count * rank, count))
    for i, vector in enumerate(vectors):
        lengths[i * rank : (i + 1) * rank, i] = vector
    slack = np.kron(np.diag(multipliers) - kernel, np.eye(rank))
    derivative = np.block([[slack, lengths], [lengths.T, np.zeros((count, count))]])
    eigenvalues, eigenvectors = np.linalg.eigh(derivative)
    kept = np.abs(eigenvalues) > _ZERO * np.abs(eigenvalues).max()
    basis = eigenvectors[:, kept]
    result: FloatArray = (basis / eigenvalues[kept]) @ basis.T
    return result


def _fixed(array: FloatArray) -> IntegerArray:
    """Write doubles as integers in units of 2^-BITS."""
    integers = [int(entry * 2.0**52) << (BITS - 52) for entry in array.ravel()]
    return np.array(integers, dtype=object).reshape(array.shape)
