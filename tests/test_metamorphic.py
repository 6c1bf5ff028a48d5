"""What must hold between the values of related games, for the classical and the quantum bias."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import fractions_of, random_matrix
from xorgames.solvers.certificate import certify
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.tsirelson import propose, tsirelson_bias

KRIVINE = math.pi / (2 * math.log(1 + math.sqrt(2)))  # 1.7822..., arXiv:1103.6161
SEEDS = st.integers(0, 2**32)


def biases(matrix) -> np.ndarray:
    """Classical and Tsirelson bias; the classical one is exact, the other certified to 1e-10."""
    classical = classical_bias(fractions_of(matrix))
    quantum = tsirelson_bias(np.asarray(matrix, dtype=float))[0]
    assert quantum.width <= 1e-10 * quantum.upper
    assert float(classical.lower) <= quantum.upper * (1 + 1e-14)
    return np.array([float(classical.lower), quantum.midpoint])


def check_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, other = random_matrix(rng), random_matrix(rng, largest=3)
    m, n = matrix.shape
    values, others = biases(matrix), biases(other)
    total = np.abs(matrix).sum()
    for changed, expected in _images(rng, matrix):
        np.testing.assert_allclose(biases(changed), expected * values, rtol=1e-9)
    direct_sum = np.zeros((m + other.shape[0], n + other.shape[1]))
    direct_sum[:m, :n], direct_sum[m:, n:] = matrix, other
    np.testing.assert_allclose(biases(direct_sum), values + others, rtol=1e-9)
    product = biases(np.kron(matrix, other))
    assert product[0] >= values[0] * others[0] * (1 - 1e-12)
    assert product[1] == pytest.approx(values[1] * others[1], rel=1e-9)
    signs = np.multiply.outer(rng.choice([-1.0, 1.0], m), rng.choice([-1.0, 1.0], n))
    np.testing.assert_allclose(biases(np.abs(matrix) * signs), [total, total], rtol=1e-12)
    assert (biases(matrix[1:] if m > 1 else matrix) <= values * (1 + 1e-9)).all()
    assert values[0] <= values[1] * (1 + 1e-9) <= total * (1 + 2e-9)
    assert values[1] <= KRIVINE * values[0] * (1 + 1e-9)
    if min(m, n) <= 2:
        assert values[1] <= math.sqrt(2) * values[0] * (1 + 1e-9)
    if min(m, n) == 1:
        np.testing.assert_allclose(values, [total, total], rtol=1e-12)
    assert values[1] <= math.sqrt(m * n) * np.linalg.norm(matrix, 2) * (1 + 1e-9)
    _check_distances(rng, matrix, values, total)


def _images(rng: np.random.Generator, matrix: np.ndarray):
    """Other ways to write the same game, and by what factor their biases differ."""
    m, n = matrix.shape
    yield matrix[rng.permutation(m)][:, rng.permutation(n)], 1.0
    yield matrix.T, 1.0
    yield matrix * rng.choice([-1.0, 1.0], (m, 1)) * rng.choice([-1.0, 1.0], (1, n)), 1.0
    yield -matrix, 1.0
    yield 2.0**70 * matrix, 2.0**70
    split = np.vstack([matrix, 0.25 * matrix[:1]])
    split[0] *= 0.75
    yield split, 1.0
    yield np.hstack([matrix, matrix[:, :1]]) * ([0.5] + [1.0] * (n - 1) + [0.5]), 1.0
    yield np.pad(matrix, ((1, 0), (2, 1))), 1.0


def _check_distances(rng, matrix, values, total) -> None:
    """Both biases are norms: convex, and no further apart than the sum of differences."""
    near = matrix + 0.1 * rng.standard_normal(matrix.shape)
    close = biases(near)
    assert (np.abs(close - values) <= np.abs(near - matrix).sum() + 1e-9 * total).all()
    middle = biases((matrix + near) / 2)
    assert (middle <= (values + close) / 2 + 1e-9 * total).all()


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_related_games(seed):
    check_all(seed)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(seed=SEEDS)
def test_related_games_by_the_hundred(seed):
    check_all(seed)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_multipliers_of_both_sides_sum_to_the_bias(seed):
    matrix = random_matrix(np.random.default_rng(seed))
    proposal = propose(matrix)
    bias = certify(matrix, proposal).midpoint
    for multipliers in (proposal.alice_multipliers, proposal.bob_multipliers):
        assert multipliers.sum() == pytest.approx(bias, rel=1e-5)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_brackets_are_nested_as_less_is_trusted(seed):
    matrix = random_matrix(np.random.default_rng(seed))
    proposal = propose(matrix)
    exact, verified = (certify(matrix, proposal, level=level) for level in ("exact", "verified"))
    assert verified.lower <= exact.lower <= exact.upper <= verified.upper


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_digits_do_not_depend_on_seeds_workers_types_or_methods(seed):
    check_digits(seed)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(seed=SEEDS)
def test_digits_by_the_hundred(seed):
    check_digits(seed)


def check_digits(seed: int) -> None:
    matrix = random_matrix(np.random.default_rng(seed))
    brackets = [tsirelson_bias(matrix, rng=rng)[0] for rng in (0, 1)]
    brackets += [tsirelson_bias(matrix, method=name)[0] for name in ("lowrank", "interior-point")]
    middle = [bracket.midpoint for bracket in brackets]
    assert max(middle) - min(middle) <= 1e-10 * max(middle)
    exact = fractions_of(matrix)
    assert tsirelson_bias(exact)[0] == brackets[0]
    if (matrix == matrix.astype(np.int8)).all():
        for kind in (np.int8, np.float32):
            assert tsirelson_bias(matrix.astype(kind))[0] == brackets[0]
    results = [classical_bias(exact, workers=workers) for workers in (1, 2)]
    names = ("enumeration", "branch-and-bound", "elimination")
    results += [classical_bias(exact, method=name) for name in names]
    assert len({result.lower for result in results}) == 1
    assert all(result.exact for result in results)
