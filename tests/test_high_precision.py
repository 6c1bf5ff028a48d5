"""Optimal vectors to 192 digits: the optimality conditions, and known values."""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.errors import SolverError
from xorgames.solvers.high_precision import BITS, optimum
from xorgames.solvers.tsirelson import tsirelson_bias

CHSH = [[1, 1], [1, -1]]
ONE = 1 << BITS


def solved(matrix):
    return optimum(np.array(matrix, dtype=object), rng=np.random.default_rng(0))


def bias(found):
    return Fraction(int(sum(found.multipliers)), 2 * ONE)


@pytest.mark.parametrize(
    ("matrix", "squared", "rank"),
    [
        (CHSH, 8, 2),
        ([[1, -1, 0], [0, 1, -1], [-1, 0, 1]], 27, 2),
        ([[1, 1, 1], [1, 1, -1], [1, -1, 1], [1, -1, -1]], 48, 3),
        # A face of optima: the largest rank is found.
        (np.kron(CHSH, CHSH).tolist(), 64, 4),
    ],
)
def test_known_values(matrix, squared, rank):
    found = solved(matrix)
    exact = Fraction(isqrt(squared << (2 * BITS)), ONE)
    assert abs(bias(found) - exact) < Fraction(1, 1 << (BITS - 60))
    assert found.vectors.shape[1] == rank


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_optimality_conditions_in_integers(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(3, 6, 2)
    matrix = rng.choice([-1, 1], (m, n)) * rng.integers(1, 4, (m, n))
    try:
        found = solved(matrix.tolist())
    except SolverError:
        return
    kernel = np.block([[np.zeros((m, m), int), matrix], [matrix.T, np.zeros((n, n), int)]])
    residual = found.multipliers[:, None] * found.vectors - ONE * (
        kernel.astype(object) @ found.vectors
    )
    lengths = (found.vectors**2).sum(axis=1) - ONE**2
    for entry in (*residual.ravel(), *lengths):
        assert abs(entry) < ONE << 45
    assert float(bias(found)) == pytest.approx(
        tsirelson_bias(matrix.astype(float))[0].upper, rel=1e-9
    )
    np.testing.assert_allclose(found.gram.diagonal(), 1, atol=1e-12)


def test_a_degenerate_optimum_is_refused():
    """Strict complementarity fails where classical and quantum value part: 1 = 1/6 + 1/3 + 1/2."""
    message = r"^Newton's method does not converge to the optimal vectors$"
    with pytest.raises(SolverError, match=message):
        solved([[6, 3], [2, -1]])
