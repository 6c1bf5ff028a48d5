"""Slow and obvious computations that the tests compare with, and matrices to try them on.

Nothing here uses the package: all signs of one party, and cvxpy with SCS.
"""

import itertools
from fractions import Fraction

import numpy as np
import scipy.linalg


def fractions_of(matrix) -> np.ndarray:
    """An object array of exact fractions; a float counts as its binary value."""
    array = np.asarray(matrix)
    result = np.empty(array.size, dtype=object)
    result[:] = [Fraction(entry) for entry in array.ravel().tolist()]
    return result.reshape(array.shape)


def classical_bias(matrix: np.ndarray):
    """The classical bias by trying all signs of the smaller side, in the matrix's own numbers."""
    rows = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    signs = itertools.product((1, -1), repeat=len(rows) - 1)
    return max(abs(np.array((1, *rest), dtype=rows.dtype) @ rows).sum() for rest in signs)


def best_value(rows) -> int:
    """The classical bias of integers of any size."""
    return int(classical_bias(np.asarray(rows).astype(object)))


def tsirelson_bias(matrix: np.ndarray) -> float:
    """The Tsirelson bias to about 1e-8, scaled as SCS likes it."""
    import cvxpy as cp

    m, n = matrix.shape
    scale = np.abs(matrix).max()
    gram = cp.Variable((m + n, m + n), PSD=True)
    bias = cp.sum(cp.multiply(matrix / scale, gram[:m, m:]))
    problem = cp.Problem(cp.Maximize(bias), [cp.diag(gram) == 1])
    problem.solve(solver=cp.SCS, eps=1e-9, max_iters=100_000)
    assert problem.status == cp.OPTIMAL
    return float(problem.value) * scale


def random_matrix(rng: np.random.Generator, *, largest: int = 6) -> np.ndarray:
    """A random matrix with zeros, repetitions, small integers or reals, at least one entry."""
    m, n = rng.integers(1, largest + 1, size=2)
    kind = rng.integers(4)
    if kind == 0:
        matrix = rng.integers(-3, 4, (m, n)).astype(float)
    elif kind == 1:
        matrix = rng.choice([-1.0, 1.0], (m, n))
    else:
        matrix = rng.standard_normal((m, n)) * (rng.random((m, n)) < rng.uniform(0.3, 1.0))
    if rng.random() < 0.3 and m > 1:
        matrix[-1] = rng.choice([-2.0, 0.5, 1.0]) * matrix[0]
    if not matrix.any():
        matrix[0, 0] = 1.0
    return matrix


def sign_matrix(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).choice([-1, 1], (n, n))


def random_rows(rng: np.random.Generator, *, most: int = 9) -> np.ndarray:
    """Small or large integers, some of them zero, no row or column missing."""
    k, l = sorted(rng.integers(1, most + 1, 2))  # noqa: E741
    size = int(10 ** rng.choice([0, 0, 1, 3, 8, 14]))
    rows = rng.integers(-3, 4, (k, l)) * size + rng.integers(0, 2, (k, l))
    rows[0, 0] += not rows.any()
    return rows


def staircase(rng: np.random.Generator, *, most: int = 8, weight: int = 4) -> np.ndarray:
    """A threshold game with weights, out of order and flipped."""
    k, columns = rng.integers(1, most + 1, 2)
    signs = np.where(np.arange(columns) < rng.integers(0, columns + 1, k)[:, None], 1, -1)
    rows = signs * rng.integers(1, weight, (k, 1)) * rng.integers(1, weight, columns)
    rows = rows * rng.choice([-1, 1], (k, 1)) * rng.choice([-1, 1], columns)
    return rows[rng.permutation(k)][:, rng.permutation(columns)]


def band(rng: np.random.Generator, n: int, reach: int) -> np.ndarray:
    """Signs near the diagonal."""
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= reach
    return rng.choice([-1, 1], (n, n)) * near


def fishburn_reeds(k: int) -> np.ndarray:
    """Six times the Gram matrix of (e_i +- e_j)/sqrt2, minus four times the identity."""
    vectors = np.array(
        [np.eye(k, dtype=int)[i] + sign * np.eye(k, dtype=int)[j]
         for i in range(k) for j in range(i + 1, k) for sign in (1, -1)]
    )  # fmt: skip
    return 3 * vectors @ vectors.T - 4 * np.eye(len(vectors), dtype=int)


def hadamard(n: int) -> np.ndarray:
    return scipy.linalg.hadamard(n)
