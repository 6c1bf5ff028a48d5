"""Enumeration against brute force, in exact integers and in doubles, in both orientations."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brute import classical_bias, fractions_of, random_matrix
from xorgames.errors import TooLargeError
from xorgames.solvers import enumeration
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.enumeration import enumerate_strategies


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_small_integers_are_exact(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 7, size=2)
    matrix = fractions_of(rng.integers(-9, 10, (m, n))) / int(rng.integers(1, 30))
    found = enumerate_strategies(matrix)
    assert found.upper == classical_bias(matrix)
    assert deterministic_bias(matrix, found.strategy) == found.upper


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), spread=st.sampled_from([0, 3, 150]))
def test_reals_are_bracketed(seed, spread):
    rng = np.random.default_rng(seed)
    matrix = fractions_of(random_matrix(rng) * 10.0 ** int(rng.integers(-spread, spread + 1)))
    found = enumerate_strategies(matrix)
    reached = deterministic_bias(matrix, found.strategy)
    assert reached <= classical_bias(matrix) <= found.upper
    assert found.upper - reached <= found.upper * Fraction(1, 10**12)


def test_wildly_different_entries_are_bracketed():
    rng = np.random.default_rng(3)
    for _ in range(30):
        exponents = rng.integers(-140, 141, (4, 5))
        matrix = fractions_of(rng.standard_normal((4, 5)) * 10.0**exponents)
        found = enumerate_strategies(matrix)
        assert deterministic_bias(matrix, found.strategy) <= classical_bias(matrix) <= found.upper


@pytest.mark.parametrize("largest", [2**28, 2**29, 2**31, 2**60, 2**62, 2**63, 2**80])
def test_sums_across_every_width_of_integer(largest):
    """The widest sum is the sum of all entries; at each border nothing may wrap around."""
    for offset in (-1, 0, 1):
        row = [Fraction(largest // 8 + offset)] * 4
        matrix = np.array([row, row], dtype=object)
        found = enumerate_strategies(matrix)
        exact = sum(row) * 2
        assert deterministic_bias(matrix, found.strategy) == exact
        assert exact <= found.upper <= exact * (1 + Fraction(1, 10**12))


def test_rows_against_columns():
    rng = np.random.default_rng(5)
    for _ in range(20):
        matrix = fractions_of(rng.integers(-5, 6, (9, 13)))
        assert enumerate_strategies(matrix).upper == enumerate_strategies(matrix.T).upper


def test_many_blocks_of_the_gray_code(monkeypatch):
    """With a table of two rows, nearly all the work is in the Gray code."""
    rng = np.random.default_rng(6)
    matrices = [fractions_of(rng.integers(-5, 6, (11, 12))) for _ in range(3)]
    reals = [fractions_of(rng.standard_normal((11, 12))) for _ in range(3)]
    expected = [enumerate_strategies(matrix) for matrix in matrices + reals]
    monkeypatch.setattr(enumeration, "_TABLE_ENTRIES", 48)
    calls = []
    for matrix, known in zip(matrices + reals, expected, strict=True):
        found = enumerate_strategies(
            matrix, progress=lambda done, total: calls.append((done, total))
        )
        assert deterministic_bias(matrix, found.strategy) == deterministic_bias(
            matrix, known.strategy
        )
    assert all(0 <= done < total == 2**10 for done, total in calls)
    assert len(calls) >= 12


def test_inputs_that_are_never_asked_cost_nothing():
    matrix = fractions_of(np.zeros((60, 60)))
    matrix[5, 7] = Fraction(-1, 3)
    found = enumerate_strategies(matrix)
    assert (found.upper, found.strategies) == (Fraction(1, 3), 1)
    assert enumerate_strategies(matrix * 0).upper == 0


def test_the_first_output_of_the_smaller_side_is_zero():
    strategy = enumerate_strategies(fractions_of([[-1, 2, 3], [4, 5, -6]])).strategy
    assert strategy.a[0] == 0


def test_refusal_names_strategies_time_and_cure():
    matrix = fractions_of(np.ones((40, 50)))
    with pytest.raises(TooLargeError) as caught:
        enumerate_strategies(matrix)
    assert str(caught.value) == (
        "the classical value of a 40 x 50 game needs 2^39 = 5.5e+11 strategies, about 1.9 hours;"
        " the limit is 1.1e+09. Cure: raise max_strategies (--max-strategies), or merge inputs"
    )
    with pytest.raises(TooLargeError, match="about 54 s"):
        enumerate_strategies(fractions_of(np.ones((33, 33))))
    with pytest.raises(TooLargeError, match=r"about 4\.3e\+24 years"):
        enumerate_strategies(fractions_of(np.ones((134, 134))))
    with pytest.raises(TooLargeError, match="the limit is 7"):
        enumerate_strategies(fractions_of(np.ones((4, 4))), max_strategies=7)


@pytest.mark.slow
def test_memory_stays_flat():
    """2^24 strategies in less than 20 MB beyond what is there before."""
    import tracemalloc

    matrix = fractions_of(np.random.default_rng(0).choice([-1, 1], (25, 25)))
    tracemalloc.start()
    enumerate_strategies(matrix)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
