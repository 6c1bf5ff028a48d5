"""Brute force for sign problems, and matrices to try it on."""

import itertools

import numpy as np
import scipy.linalg


def best_value(rows) -> int:
    """The largest sum of absolute column sums, in Python's integers."""
    matrix = np.asarray(rows).astype(object)
    signs = itertools.product((1, -1), repeat=len(matrix) - 1)
    return max(sum(abs(np.array((1, *rest), dtype=object) @ matrix)) for rest in signs)


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


def fishburn_reeds(k: int) -> np.ndarray:
    """Six times the Gram matrix of (e_i +- e_j)/sqrt2, minus four times the identity."""
    vectors = np.array(
        [np.eye(k, dtype=int)[i] + sign * np.eye(k, dtype=int)[j]
         for i in range(k) for j in range(i + 1, k) for sign in (1, -1)]
    )  # fmt: skip
    return 3 * vectors @ vectors.T - 4 * np.eye(len(vectors), dtype=int)


def hadamard(n: int) -> np.ndarray:
    return scipy.linalg.hadamard(n)
