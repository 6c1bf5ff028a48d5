"""The Tsirelson value as a semidefinite programme, by cvxpy and any solver that it knows.

Maximise  <K, X> / 2  over positive semidefinite X with ones on the diagonal, where
K = [[0, M], [M^T, 0]]. The vectors are a square root of X; the multipliers are the dual variables
of the diagonal. An independent witness: neither a solver's status nor its value is believed.
Reference: Wehner, arXiv:quant-ph/0510076.

A solver that knows no time limit runs in a process of its own, which is ended in time.
"""

import math
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
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
_MATRIX, _FOUND = "matrix.npy", "found.npz"

#: What makes each solver accurate, and the name of its time limit. A solver that is not listed runs
#: with its own defaults.
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
        own time limit.
    solver : str
        As cvxpy calls it: one of `cvxpy.installed_solvers()` that takes semidefinite programmes.

    Raises
    ------
    InputError
        If the solver is not installed.
    SolverError
        If the solver raises, gives no solution or gives numbers that are not finite.
    TimeoutError
        If another solver has found nothing by the deadline.
    """
    import cvxpy as cp

    installed = cp.installed_solvers()
    if solver not in installed:
        reject("method", "must name a solver that cvxpy finds", received=repr(f"cvxpy:{solver}"),
               cure=near_name(solver, installed))  # fmt: skip
    if deadline == math.inf or solver in _TIME_LIMITS:
        solution, multipliers = _solve(matrix, solver, deadline)
    else:
        solution, multipliers = _solve_in_a_process(matrix, solver, deadline)
    vectors, m = square_root(solution), len(matrix)
    return Proposal(
        strategy=VectorStrategy(alice=vectors[:m], bob=vectors[m:]),
        alice_multipliers=multipliers[:m],
        bob_multipliers=multipliers[m:],
    )


def _solve(
    matrix: FloatArray, solver: str, deadline: float = math.inf
) -> tuple[FloatArray, FloatArray]:
    """Return X and the multipliers that the solver finds."""
    import cvxpy as cp

    m, n = matrix.shape
    kernel = np.block([[np.zeros((m, m)), matrix], [matrix.T, np.zeros((n, n))]])
    gram = cp.Variable((m + n, m + n), PSD=True)
    diagonal = cp.diag(gram) == 1
    problem = cp.Problem(cp.Maximize(cp.sum(cp.multiply(kernel, gram)) / 2), [diagonal])
    options = dict(_OPTIONS.get(solver, {}))
    if deadline < math.inf:
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
    return solution, multipliers


def _solve_in_a_process(
    matrix: FloatArray, solver: str, deadline: float
) -> tuple[FloatArray, FloatArray]:
    """Return the same from a fresh interpreter; on the way out, by Ctrl-C too, it is ended.

    A forked process could hang on locks of threads, and multiprocessing would run the user's script
    again: this one reads the matrix from a file and writes what it finds to another.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            np.save(Path(folder, _MATRIX), matrix)
            ended = subprocess.run(
                [sys.executable, "-P", "-m", "xorgames.solvers.conic", solver, folder],
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
                timeout=max(0.0, deadline - time.perf_counter()),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{solver} found nothing in time") from error
        except OSError as error:
            raise SolverError(f"{solver} failed: {error}") from error
        if ended.returncode:
            code = ended.returncode
            raise SolverError(f"{solver} failed: its process ended with the code {code}")
        with np.load(Path(folder, _FOUND)) as found:
            if "trouble" in found:
                raise SolverError(str(found["trouble"]))
            return found["solution"], found["multipliers"]


def _answer(solver: str, folder: str) -> None:
    """Do what the process of `_solve_in_a_process` is for."""
    try:
        solution, multipliers = _solve(np.load(Path(folder, _MATRIX)), solver)
        found: dict[str, Any] = {"solution": solution, "multipliers": multipliers}
    except SolverError as error:
        found = {"trouble": str(error)}
    np.savez(Path(folder, _FOUND), **found)


def square_root(gram: FloatArray) -> FloatArray:
    """Return unit vectors whose Gram matrix is nearly `gram`, of its numerical rank."""
    eigenvalues, eigenvectors = np.linalg.eigh((gram + gram.T) / 2)
    kept = eigenvalues > math.sqrt(_EPS) * max(eigenvalues[-1], 1.0)
    vectors: FloatArray = eigenvectors[:, kept] * np.sqrt(eigenvalues[kept])
    return unit_rows(vectors)


if __name__ == "__main__":
    _answer(*sys.argv[1:])
