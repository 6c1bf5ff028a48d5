"""One pair: angles in canonical form, verified with 4 x 4 matrices, and honest shortfalls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import random_matrix
from xorgames.solvers.certificate import strategy_bias
from xorgames.solvers.one_pair import best_of_rank, dial, dialled_bias, smallest_rank
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.strategy import VectorStrategy

PHI_PLUS = np.array([1.0, 0.0, 0.0, 1.0]) / 2**0.5


def random_vectors(rng: np.random.Generator, rank: int) -> VectorStrategy:
    m, n = rng.integers(1, 6, size=2)
    vectors = rng.standard_normal((m + n, rank))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return VectorStrategy(alice=vectors[:m], bob=vectors[m:])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rank=st.sampled_from([1, 2, 3]))
def test_dialled_measurements_give_the_correlators_of_the_vectors(seed, rank):
    rng = np.random.default_rng(seed)
    vectors = random_vectors(rng, rank)
    if rank == 1:
        vectors = VectorStrategy(alice=np.sign(vectors.alice), bob=np.sign(vectors.bob))
    strategy = dial(vectors)
    alice, bob = strategy.observables
    density = np.outer(PHI_PLUS, PHI_PLUS)
    for x, a in enumerate(alice):
        np.testing.assert_allclose(a @ a, np.eye(2), atol=1e-12)
        assert abs(np.trace(density @ np.kron(a, np.eye(2)))) < 1e-12
        for y, b in enumerate(bob):
            expected = np.trace(density @ np.kron(a, b)).real
            assert expected == pytest.approx(vectors.correlators[x, y], abs=1e-10)
            assert strategy.correlators[x, y] == pytest.approx(expected, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), rank=st.sampled_from([2, 3]))
def test_the_canonical_form_does_not_depend_on_the_frame(seed, rank):
    rng = np.random.default_rng(seed)
    vectors = random_vectors(rng, rank)
    rotation = np.linalg.qr(rng.standard_normal((rank, rank)))[0]
    turned = VectorStrategy(alice=vectors.alice @ rotation, bob=vectors.bob @ rotation)
    first, second = dial(vectors), dial(turned)
    np.testing.assert_allclose(first.alice, second.alice, atol=1e-6)
    np.testing.assert_allclose(first.bob, second.bob, atol=1e-6)
    assert first.alice[0].tolist() == [0.0, 0.0]
    if rank == 2:
        np.testing.assert_allclose(
            np.cos(np.radians(np.subtract.outer(first.alice[:, 0], first.bob[:, 0]))),
            vectors.correlators,
            atol=1e-10,
        )


def test_chsh_angles():
    matrix = np.array([[1.0, 1.0], [1.0, -1.0]])
    found = best_of_rank(matrix, 2, known=[], rng=np.random.default_rng(0))
    assert dial(found).angles_deg == {"a": [0.0, 90.0], "b": [45.0, -45.0]}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_small_ranks_never_exceed_the_tsirelson_bound(seed):
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng)
    bound, vectors = tsirelson_bias(matrix)
    plane = best_of_rank(matrix, 2, known=[vectors.bob], rng=rng)
    sphere = best_of_rank(matrix, 3, known=[vectors.bob, plane.bob], rng=rng)
    low, high = dialled_bias(matrix, dial(plane)), dialled_bias(matrix, dial(sphere))
    assert low <= high * (1 + 1e-9)
    assert high <= bound.upper
    assert low == pytest.approx(strategy_bias(matrix, plane), rel=1e-9, abs=1e-12)
    if min(matrix.shape) <= 2:
        assert low >= bound.lower * (1 - 1e-9)


@pytest.mark.parametrize("dimension", [4, 5])
def test_smallest_rank_of_random_access_codes(dimension):
    """All sign rows: the optimum is an isotropic frame and needs every dimension."""
    count = 2 ** (dimension - 1)
    rows = [[1 - 2 * ((i >> j) & 1) for j in range(dimension)] for i in range(count)]
    matrix = np.array(rows, dtype=float) / (count * dimension)
    bound, vectors = tsirelson_bias(matrix)
    enough = bound.lower * (1 - 1e-9)
    found = smallest_rank(matrix, vectors, enough=enough, rng=np.random.default_rng(0))
    assert found.rank == dimension
    assert strategy_bias(matrix, found) == pytest.approx(dimension**-0.5, rel=1e-9)
