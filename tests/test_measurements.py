"""Coordinates and noise factors against explicit matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.played import density, random_k_pairs, random_one_pair
from xorgames.clifford import generators, pauli_matrix
from xorgames.measurements import on_generators, shrinks, werner_weights
from xorgames.strategy import VectorStrategy

SEEDS = st.integers(0, 2**32 - 1)


@given(seed=SEEDS, planar=st.booleans())
def test_one_pair_as_coordinates_measures_the_same(seed, planar):
    strategy = random_one_pair(seed, planar=planar)
    for ours, theirs in zip(on_generators(strategy).observables, strategy.observables, strict=True):
        assert np.allclose(ours, theirs, atol=1e-12)
    assert np.allclose(on_generators(strategy).correlators, strategy.correlators, atol=1e-12)


def test_vectors_and_k_pairs_stay_what_they_are():
    strategy = random_k_pairs(1, 5)
    assert on_generators(strategy) is strategy
    vectors = VectorStrategy(alice=strategy.alice, bob=strategy.bob)
    assert np.array_equal(on_generators(vectors).alice, strategy.alice)


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
@pytest.mark.parametrize("seed", range(3))
def test_factors_are_expectations_on_the_noisy_pairs(rank, seed):
    weights = np.random.default_rng(seed).dirichlet([1] * 4, rank // 2)
    state = density(weights)
    strings = generators(rank)
    expected = [
        np.trace(state @ np.kron(pauli_matrix(text), pauli_matrix(text).T)).real for text in strings
    ]
    assert np.allclose(shrinks(strings, weights), expected, atol=1e-12)


@given(visibility=st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_werner_pairs_shrink_all_alike(visibility):
    strategy = random_k_pairs(3, 5)
    factors = shrinks(strategy.paulis, werner_weights(np.array(visibility)))
    correlators = (strategy.alice * factors) @ strategy.bob.T
    assert np.allclose(correlators, strategy.correlators_at(visibility), atol=1e-12)
