"""Certificates in whole numbers: exact products, known irrational values, large denominators."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import fractions_of
from xorgames.catalog import parse
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.exact_certificate import exact_certificate, exact_product
from xorgames.solvers.tsirelson import propose


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), bits=st.integers(1, 61), inner=st.integers(1, 300))
def test_the_product_is_exact(seed, bits, inner):
    rng = np.random.default_rng(seed)
    left = rng.integers(-(2**bits), 2**bits, (2, inner))
    right = rng.integers(-(2**bits), 2**bits, (inner, 3))
    left[0], right[:, 0] = 2**bits, 2**bits
    left[1, ::2] = -(2**bits)
    expected = left.astype(object) @ right.astype(object)
    assert (exact_product(left, right) == expected).all()


@settings(max_examples=100, deadline=None)
@given(
    entries=st.lists(st.fractions(-5, 5, max_denominator=99), min_size=4, max_size=4).filter(any)
)
def test_two_by_two_games_against_the_closed_form(entries):
    matrix = np.array(entries, dtype=object).reshape(2, 2)
    certificate = exact_certificate(matrix, propose(matrix))
    squared = two_by_two(matrix).quantum_squared
    assert certificate.lower**2 <= squared <= certificate.upper**2
    assert certificate.upper - certificate.lower <= Fraction(1, 10**10) * certificate.upper


#: Tsirelson biases whose squares are rational (families of the catalogue).
SQUARES = {
    "random_access_code:n=4": Fraction(1, 4),
    "hadamard:n=16": Fraction(1, 16),
    "chained:n=3": Fraction(3, 4),
}


@pytest.mark.parametrize("spec", SQUARES)
def test_known_squares(spec):
    game = parse(spec)
    certificate = exact_certificate(game.exact_matrix, propose(game.matrix))
    assert certificate.lower**2 <= SQUARES[spec] <= certificate.upper**2
    assert float(certificate.upper / certificate.lower - 1) < 1e-13


def test_entries_far_from_any_double():
    """Thirds with a perturbation that doubles cannot hold: the exact matrix is what counts."""
    tiny = Fraction(1, 3 * 10**40)
    matrix = fractions_of([[1, 1], [1, -1]]) / 3 + tiny
    certificate = exact_certificate(matrix, propose(matrix))
    squared = two_by_two(matrix).quantum_squared
    assert certificate.lower**2 <= squared <= certificate.upper**2


def test_the_bound_rounds_outward():
    certificate = exact_certificate(
        fractions_of([[1, 1], [1, -1]]), propose(np.array([[1.0, 1.0], [1.0, -1.0]]))
    )
    bound = certificate.bound
    assert Fraction(bound.lower) <= certificate.lower < certificate.upper <= Fraction(bound.upper)
    assert bound.width < 2e-15
