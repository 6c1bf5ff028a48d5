"""Integer relations and minimal polynomials of numbers known to many digits."""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.solvers.high_precision import BITS
from xorgames.solvers.integer_relation import evaluate, integer_relation, minimal_polynomial

ONE = 1 << BITS


def square_root(number):
    return Fraction(isqrt(int(number * ONE) * ONE), ONE)


@pytest.mark.parametrize(
    ("root", "polynomial"),
    [
        (Fraction(0), (1, 0)),
        (Fraction(-7, 3), (3, 7)),
        (square_root(27), (1, 0, -27)),
        ((1 + square_root(5)) / 2, (1, -1, -1)),
        (square_root(2) + square_root(3), (1, 0, -10, 0, 1)),
        (square_root(2 + square_root(2 + square_root(2))), (1, 0, -8, 0, 20, 0, -16, 0, 2)),
    ],
)
def test_minimal_polynomials(root, polynomial):
    found = minimal_polynomial(root)
    sign = 1 if found[0] > 0 else -1
    assert tuple(sign * entry for entry in found) == polynomial


def test_an_even_polynomial_of_degree_sixteen():
    number = Fraction(2)
    for _ in range(3):
        number = 2 + square_root(number)
    found = minimal_polynomial(square_root(number))
    assert len(found) == 17
    assert abs(evaluate(found, square_root(number))) < Fraction(1, 1 << 560)


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_random_numbers_are_not_recognised(seed):
    digits = np.random.default_rng(seed).integers(0, 2**32, BITS // 32)
    number = Fraction(sum(int(digit) << (32 * i) for i, digit in enumerate(digits)), ONE)
    assert minimal_polynomial(1 + number) is None


@given(a=st.integers(-(10**6), 10**6), b=st.integers(-(10**6), 10**6), c=st.integers(1, 10**6))
def test_relations(a, b, c):
    root = square_root(2)
    combined = (a + b * root) / c
    relation = integer_relation([combined, root, Fraction(1)])
    assert relation[0] != 0
    assert Fraction(-relation[1], relation[0]) == Fraction(b, c)
    assert Fraction(-relation[2], relation[0]) == Fraction(a, c)
