"""Values computed without the package's solvers: all signs of one party, and cvxpy with SCS."""

import itertools

import cvxpy as cp
import numpy as np


def classical_bias(matrix: np.ndarray) -> float:
    """The best bias of deterministic answers, by trying all answers of the smaller side."""
    smaller = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    return max(
        np.abs(np.array([1, *signs]) @ smaller).sum()
        for signs in itertools.product((1, -1), repeat=len(smaller) - 1)
    )


def tsirelson_bias(matrix: np.ndarray) -> float:
    """The Tsirelson bias to about 1e-8, scaled as SCS likes it."""
    m, n = matrix.shape
    scale = np.abs(matrix).max()
    gram = cp.Variable((m + n, m + n), PSD=True)
    bias = cp.sum(cp.multiply(matrix / scale, gram[:m, m:]))
    problem = cp.Problem(cp.Maximize(bias), [cp.diag(gram) == 1])
    problem.solve(solver=cp.SCS, eps=1e-9, max_iters=100_000)
    assert problem.status == cp.OPTIMAL
    return float(problem.value) * scale
