"""Slow and obvious computations that the tests compare with."""

import itertools
from fractions import Fraction

import numpy as np


def fractions_of(matrix) -> np.ndarray:
    """An object array of exact fractions."""
    array = np.asarray(matrix)
    flat = [Fraction(entry) if isinstance(entry, Fraction) else Fraction(float(entry))
            for entry in array.ravel()]  # fmt: skip
    result = np.empty(len(flat), dtype=object)
    result[:] = flat
    return result.reshape(array.shape)


def classical_bias(exact_matrix: np.ndarray) -> Fraction:
    """The classical bias by trying all signs of the smaller side, with no cleverness."""
    m, n = exact_matrix.shape
    rows = exact_matrix if m <= n else exact_matrix.T
    signs = itertools.product((1, -1), repeat=len(rows))
    return max(sum(abs(np.array(choice, dtype=object) @ rows)) for choice in signs)


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
