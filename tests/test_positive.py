"""The deficit of a matrix is at least what the exact eigenvalues ask for, and hardly more."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import SolverError
from xorgames.solvers.positive import deficit


def exactly_positive(matrix, shift):
    """Decide positive definiteness of matrix + shift 1 in rational arithmetic (Gauss)."""
    rows = [[Fraction(float(entry)) for entry in row] for row in matrix]
    for i, row in enumerate(rows):
        row[i] += Fraction(shift)
    for i in range(len(rows)):
        if rows[i][i] <= 0:
            return False
        for j in range(i + 1, len(rows)):
            factor = rows[j][i] / rows[i][i]
            rows[j] = [a - factor * b for a, b in zip(rows[j], rows[i], strict=True)]
    return True


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(0, 3))
def test_the_shifted_matrix_is_positive_in_exact_arithmetic(seed, size, rank):
    """Also for matrices of low rank, whose eigenvalues are zero up to rounding."""
    root = np.random.default_rng(seed).standard_normal((size, rank))
    matrix = root @ root.T
    assert exactly_positive(matrix, deficit(matrix))


@pytest.mark.parametrize("size", [2, 5, 20])
def test_it_is_hardly_more_than_the_negative_eigenvalue(size):
    rng = np.random.default_rng(size)
    matrix = rng.standard_normal((size, size))
    matrix = matrix + matrix.T
    lowest = np.linalg.eigvalsh(matrix)[0]
    # The row sums of a matrix of rank k may exceed its norm by sqrt(size).
    assert -lowest - 1e-12 <= deficit(matrix) <= -lowest * np.sqrt(size) + 1e-12


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.nan, "the solver's multipliers hold numbers that are not finite"),
        (-np.inf, "the solver's multipliers hold numbers that are not finite"),
        (-1e151, "the solver's multipliers are too large to be corrected"),
    ],
)
def test_numbers_that_are_refused(bad, message):
    with pytest.raises(SolverError) as error:
        deficit(np.array([[1.0, bad], [bad, 1.0]]))
    assert str(error.value) == message
