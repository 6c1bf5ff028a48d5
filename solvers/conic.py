"""The Tsirelson value as a semidefinite programme, by cvxpy and any solver that it knows.

Maximise  <K, X> / 2  over positive semidefinite X with ones on the diagonal, where
K = [[0, M], [M^T, 0]]. The vectors are a square root of X; the multipliers are the dual variables
of the diagonal. An independent witness: neither a solver's status nor its value is believed.
Reference: Wehner, arXiv:quant-ph/0510076.
"""

import math
import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError, near_name, reject
from xorgames.solvers.certificate import Proposal
from xorgames.solvers.lowrank import unit_rows
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]

_EPS = 1e-10
_SHORTEST_S = 1e-3

#: What makes each solver accurate, and the name of its time limit. A solver that is not listed runs
#: with its own defaults, and nothing can stop it.
_OPTIONS: dict[str, dict[str, Any]] = {
    "SCS": {"eps_abs": _EPS, "eps_rel": _EPS, "max_iters": 200_000},
    "CLARABEL": {"tol_gap_abs": _EPS, "tol_gap_rel": _EPS, "tol_feas": _EPS},
}
_TIME_LIMITS = {"SCS": "time_limit_secs", "CLARABEL": "time_limit"}


def propose(
    matrix: FloatArray,
    *,
    rng: np.random.Generator,  # noqa: ARG001
    deadline: float = math.inf,
    solver: str = "SCS",
) -> Proposal:
    """Propose vectors and multipliers from the conic solver's primal and dual solutions.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Scaled so that the largest entry is about 1: SCS needs it.
    rng : numpy.random.Generator
        Not used: the solver is deterministic.
    deadline : float
        When to stop, on the clock of `time.perf_counter`; passed on to SCS and Clarabel as their
        own time limit. Other solvers cannot be stopped.
    solver : str
        As cvxpy calls it: one of `cvxpy.installed_solvers()` that takes semidefinite programmes.

    Raises
    ------
    InputError
        If the solver is not installed.
    SolverError
        If the solver raises, gives no solution or gives numbers that are not finite.
    """
    import cvxpy as cp

    installed = cp.installed_solvers()
    if solver not in installed:
        reject("method", "must name a solver that cvxpy finds", received=repr(f"cvxpy:{solver}"),
               cure=near_name(solver, installed))  # fmt: skip
    m, n = matrix.shape
    kernel = np.block([[np.zeros((m, m)), matrix], [matrix.T, np.zeros((n, n))]])
    gram = cp.Variable((m + n, m + n), PSD=True)
    diagonal = cp.diag(gram) == 1
    problem = cp.Problem(cp.Maximize(cp.sum(cp.multiply(kernel, gram)) / 2), [diagonal])
    options = dict(_OPTIONS.get(solver, {}))
    if deadline < math.inf and solver in _TIME_LIMITS:
        options[_TIME_LIMITS[solver]] = max(_SHORTEST_S, deadline - time.perf_counter())
    try:
        with warnings.catch_warnings():
            # An inaccurate solution is no reason to warn: the certificate measures it.
            warnings.simplefilter("ignore")
            problem.solve(solver=solver, verbose=False, **options)
    except Exception as error:
        raise SolverError(f"{solver} failed: {error}") from error
    if gram.value is None or diagonal.dual_value is None:
        raise SolverError(f"{solver} returned no solution; its status is {problem.status!r}")
    solution, multipliers = np.asarray(gram.value), 2 * np.asarray(diagonal.dual_value)
    if not (np.isfinite(solution).all() and np.isfinite(multipliers).all()):
        raise SolverError(f"{solver} returned numbers that are not finite")
    vectors = square_root(solution)
    return Proposal(
        strategy=VectorStrategy(alice=vectors[:m], bob=vectors[m:]),
        alice_multipliers=multipliers[:m],
        bob_multipliers=multipliers[m:],
    )


def square_root(gram: FloatArray) -> FloatArray:
    """Return unit vectors whose Gram matrix is nearly `gram`, of its numerical rank."""
    eigenvalues, eigenvectors = np.linalg.eigh((gram + gram.T) / 2)
    kept = eigenvalues > math.sqrt(_EPS) * max(eigenvalues[-1], 1.0)
    vectors: FloatArray = eigenvectors[:, kept] * np.sqrt(eigenvalues[kept])
    return unit_rows(vectors)
