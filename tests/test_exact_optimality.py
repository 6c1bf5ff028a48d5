"""The exact decision on a deterministic strategy, against the closed form and brackets."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import fractions_of, random_matrix
from xorgames.solvers import exact
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.exact import is_tsirelson_optimal
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.strategy import DeterministicStrategy


@settings(max_examples=300, deadline=None)
@given(entries=st.lists(st.integers(-6, 6), min_size=4, max_size=4).filter(any))
def test_two_by_two_against_the_closed_form(entries):
    matrix = fractions_of(np.array(entries).reshape(2, 2))
    best = classical_bias(matrix).strategy
    assert is_tsirelson_optimal(matrix, best) is not two_by_two(matrix).advantage


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_agrees_with_the_brackets(seed):
    matrix = random_matrix(np.random.default_rng(seed))
    rational = fractions_of(matrix)
    best = classical_bias(rational)
    bound, _ = tsirelson_bias(matrix)
    if is_tsirelson_optimal(rational, best.strategy):
        assert float(best.upper) == pytest.approx(bound.midpoint, rel=1e-9)
    else:
        assert bound.upper > float(best.upper)


def test_an_advantage_far_below_the_resolution_of_doubles():
    """Biased CHSH a hair inside the border p = 1/(2q): the values differ by about 1e-60."""
    p, q = Fraction(5, 8) - Fraction(1, 10**30), Fraction(4, 5)
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    assert not is_tsirelson_optimal(matrix, classical_bias(matrix).strategy)
    p = Fraction(5, 8)
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    assert is_tsirelson_optimal(matrix, classical_bias(matrix).strategy)


def test_sixty_four_inputs():
    """A matrix of rank one has no advantage, whatever its size; a worse strategy is not optimal."""
    signs = np.random.default_rng(0).choice([-1, 1], 64)
    matrix = fractions_of(np.multiply.outer(signs, signs))
    bits = ((1 - signs) // 2).astype(np.int64)
    assert is_tsirelson_optimal(matrix, DeterministicStrategy(a=bits, b=bits.copy()))
    other = bits.copy()
    other[0] ^= 1
    assert not is_tsirelson_optimal(matrix, DeterministicStrategy(a=bits, b=other))


DENOMINATORS = np.random.default_rng(4)


@pytest.mark.parametrize("size", [12, 16])
def test_unrelated_denominators_are_no_obstacle(size):
    """Elimination alone would take minutes: the integers have thousands of digits."""
    entries = [
        Fraction(int(DENOMINATORS.integers(1, 10**6)), int(DENOMINATORS.integers(10**6, 10**7)))
        for _ in range(size * size)
    ]
    matrix = np.array(entries, dtype=object).reshape(size, size)
    constant = DeterministicStrategy(a=np.zeros(size, int), b=np.zeros(size, int))
    assert is_tsirelson_optimal(matrix, constant) is True
    matrix[0, 0] *= -1
    assert is_tsirelson_optimal(matrix, constant) is True
    matrix[0] *= -1
    assert is_tsirelson_optimal(matrix, constant) is False


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_four_ways_agree(seed):
    """What the cheap ways answer is what elimination answers."""
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng, largest=5)
    if rng.random() < 0.5:
        matrix = np.abs(matrix) - rng.uniform(0, 0.3)
    exact_matrix = fractions_of(np.round(matrix * 64))
    if not exact_matrix.any():
        return
    best = classical_bias(exact_matrix).strategy
    signs = np.multiply.outer(1 - 2 * best.a, 1 - 2 * best.b).astype(object)
    slack = exact._slack(np.vectorize(int, otypes=[object])(exact_matrix * signs))
    assert is_tsirelson_optimal(exact_matrix, best) is exact._is_positive_semidefinite(slack)


def test_too_much_elimination_is_left_undecided(monkeypatch):
    """The Hadamard game of order 16 is degenerate: only elimination decides it."""
    matrix = fractions_of(np.ones((1, 1)))
    for _ in range(4):
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    best = classical_bias(matrix).strategy
    assert is_tsirelson_optimal(matrix, best) is True
    monkeypatch.setattr(exact, "_MOST_WORK", 0.0)
    assert is_tsirelson_optimal(matrix, best) is None


def test_entries_that_vanish_as_doubles_still_count():
    """Two parts joined by entries 585 orders of magnitude smaller: an advantage all the same."""
    large, tiny = Fraction(10**290), Fraction(1, 10**295)
    matrix = np.array([[large, tiny], [-tiny, large]], dtype=object)
    constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    assert two_by_two(matrix).advantage
    assert is_tsirelson_optimal(matrix, constant) is False
