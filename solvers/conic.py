"""The Tsirelson value as a semidefinite programme, by cvxpy and SCS: an independent witness.

Maximise  <K, X> / 2  over positive semidefinite X with ones on the diagonal, where
K = [[0, M], [M^T, 0]]. The vectors are a square root of X; the multipliers are the dual variables
of the diagonal, scaled up until diag(multipliers) - K is positive semidefinite.
Reference: Wehner, arXiv:quant-ph/0510076.
"""

import math
import warnings

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError
from xorgames.solvers.certificate import Proposal
from xorgames.solvers.lowrank import unit_rows
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]

_EPS = 1e-10
_MAX_ITERATIONS = 200_000


def propose(matrix: FloatArray, *, rng: np.random.Generator) -> Proposal:  # noqa: ARG001
    """Propose vectors and multipliers from the conic solver's primal and dual solutions.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Scaled so that the largest entry is about 1: SCS needs it.
    rng : numpy.random.Generator
        Not used: the solver is deterministic.

    Raises
    ------
    SolverError
        If the solver raises, gives no solution or gives numbers that are not finite.
    """
    import cvxpy as cp

    m, n = matrix.shape
    kernel = np.block([[np.zeros((m, m)), matrix], [matrix.T, np.zeros((n, n))]])
    gram = cp.Variable((m + n, m + n), PSD=True)
    diagonal = cp.diag(gram) == 1
    problem = cp.Problem(cp.Maximize(cp.sum(cp.multiply(kernel, gram)) / 2), [diagonal])
    try:
        with warnings.catch_warnings():
            # An inaccurate solution is no reason to warn: the certificate measures it.
            warnings.simplefilter("ignore")
            problem.solve(
                solver=cp.SCS, eps_abs=_EPS, eps_rel=_EPS, max_iters=_MAX_ITERATIONS, verbose=False
            )
    except Exception as error:
        raise SolverError(f"SCS failed: {error}") from error
    if gram.value is None or diagonal.dual_value is None:
        raise SolverError(f"SCS returned no solution; its status is {problem.status!r}")
    solution, dual = np.asarray(gram.value), 2 * np.asarray(diagonal.dual_value)
    if not (np.isfinite(solution).all() and np.isfinite(dual).all()):
        raise SolverError("SCS returned numbers that are not finite")
    vectors, multipliers = _square_root(solution), _feasible(dual, kernel)
    return Proposal(
        strategy=VectorStrategy(alice=vectors[:m], bob=vectors[m:]),
        alice_multipliers=multipliers[:m],
        bob_multipliers=multipliers[m:],
    )


def _square_root(gram: FloatArray) -> FloatArray:
    """Return unit vectors whose Gram matrix is nearly `gram`, of its numerical rank."""
    eigenvalues, eigenvectors = np.linalg.eigh((gram + gram.T) / 2)
    kept = eigenvalues > math.sqrt(_EPS) * max(eigenvalues[-1], 1.0)
    vectors: FloatArray = eigenvectors[:, kept] * np.sqrt(eigenvalues[kept])
    return unit_rows(vectors)


def _feasible(multipliers: FloatArray, kernel: FloatArray) -> FloatArray:
    """Scale the multipliers up until diag(multipliers) - kernel is positive semidefinite."""
    positive = np.maximum(multipliers, 1e-12)
    balanced = kernel / np.sqrt(np.outer(positive, positive))
    scale = max(float(np.linalg.eigvalsh(balanced)[-1]), 1.0)
    feasible: FloatArray = positive * scale
    return feasible
