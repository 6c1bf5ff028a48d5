"""Strategies on k Bell pairs: every claim against explicit matrices and states."""

import re
from functools import reduce
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import chsh, random_access_code
from xorgames.clifford import KPairStrategy, generators, on_pairs, pauli_matrix
from xorgames.errors import InputError, TooLargeError
from xorgames.solvers.lowrank import unit_rows
from xorgames.solvers.one_pair import dial
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.strategy import VectorStrategy

PHI_PLUS = np.array([1, 0, 0, 1]) / np.sqrt(2)
RANKS = range(1, 10)


def random_strategy(seed, rank, m=3, n=2):
    rng = np.random.default_rng(seed)
    alice, bob = (unit_rows(rng.standard_normal((count, rank))) for count in (m, n))
    return KPairStrategy(alice=alice, bob=bob)


def parties_first(tensor, pairs, blocks):
    """Reorder qubits a1 b1 a2 b2 ... to a1 a2 ... b1 b2 ... in every block of 2k axes."""
    order = [*range(0, 2 * pairs, 2), *range(1, 2 * pairs, 2)]
    return tensor.transpose([2 * pairs * block + i for block in range(blocks) for i in order])


def bell_pairs(pairs):
    state = reduce(np.kron, [PHI_PLUS] * pairs, np.ones(1))
    return parties_first(state.reshape([2] * (2 * pairs)), pairs, blocks=1).ravel()


def noisy_pairs(visibilities):
    pair = [p * np.outer(PHI_PLUS, PHI_PLUS) + (1 - p) * np.eye(4) / 4 for p in visibilities]
    density = reduce(np.kron, pair)
    tensor = density.reshape([2] * (4 * len(visibilities)))
    return parties_first(tensor, len(visibilities), blocks=2).reshape(density.shape)


@pytest.mark.parametrize(
    ("rank", "strings", "weights"),
    [
        (1, [""], [0]),
        (2, ["Z", "X"], [1, 1]),
        (3, ["Z", "X", "Y"], [1, 1, 1]),
        (4, ["ZI", "XI", "YZ", "YX"], [1, 1, 2, 2]),
        (7, ["ZII", "XII", "YZI", "YXI", "YYZ", "YYX", "YYY"], [1, 1, 2, 2, 3, 3, 3]),
    ],
)
def test_generators_and_their_weights(rank, strings, weights):
    strategy = random_strategy(0, rank)
    assert generators(rank) == strategy.paulis == tuple(strings)
    assert strategy.weights == tuple(weights)
    assert strategy.pairs == rank // 2


@pytest.mark.parametrize("rank", RANKS)
def test_generators_anticommute(rank):
    matrices = [pauli_matrix(string) for string in generators(rank)]
    for first, second in combinations(matrices, 2):
        assert not (first @ second + second @ first).any()


@pytest.mark.parametrize("rank", RANKS)
def test_observables_and_correlators_on_perfect_pairs(rank):
    strategy = random_strategy(rank, rank)
    alice, bob = strategy.observables
    size = 2**strategy.pairs
    assert alice.shape == (3, size, size)
    assert bob.shape == (2, size, size)
    for observable in (*alice, *bob):
        np.testing.assert_allclose(observable, observable.conj().T, atol=1e-14)
        np.testing.assert_allclose(observable @ observable, np.eye(size), atol=1e-12)
        if rank > 1:
            assert abs(np.trace(observable)) < 1e-12
    state = bell_pairs(strategy.pairs).reshape(size, size)
    for x, a in enumerate(alice):
        for y, b in enumerate(bob):
            # (A (x) B) acts on the state, written as a matrix, from both sides.
            expected = np.vdot(state, a @ state @ b.T)
            assert strategy.correlators[x, y] == pytest.approx(expected, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    rank=st.integers(2, 5),
    visibilities=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_correlators_and_marginals_on_depolarised_pairs(seed, rank, visibilities):
    strategy = random_strategy(seed, rank)
    visibilities = visibilities[: strategy.pairs]
    density = noisy_pairs(visibilities)
    alice, bob = strategy.observables
    found = strategy.correlators_at(visibilities)
    nothing = np.eye(2**strategy.pairs)
    for x, a in enumerate(alice):
        assert abs(np.trace(density @ np.kron(a, nothing))) < 1e-12
        for y, b in enumerate(bob):
            expected = np.trace(density @ np.kron(a, b)).real
            assert found[x, y] == pytest.approx(expected, abs=1e-12)
    for b in bob:
        assert abs(np.trace(density @ np.kron(nothing, b))) < 1e-12


@pytest.mark.parametrize("rank", RANKS)
def test_one_visibility_for_all_pairs(rank):
    strategy = random_strategy(rank, rank)
    shrinks = 0.9 ** np.array(strategy.weights)
    expected = np.einsum("xi,i,yi->xy", strategy.alice, shrinks, strategy.bob)
    np.testing.assert_allclose(strategy.correlators_at(0.9), expected, atol=1e-14)
    np.testing.assert_allclose(strategy.correlators_at(1), strategy.correlators, atol=1e-14)


def test_one_pair_agrees_with_the_dialled_angles():
    _, vectors = tsirelson_bias(random_access_code(3).matrix)
    bob = np.linalg.svd(vectors.bob, full_matrices=False)
    bob = unit_rows((bob[0] * bob[1])[:, :3])
    vectors = VectorStrategy(alice=unit_rows(random_access_code(3).matrix @ bob), bob=bob)
    dialled = dial(vectors)
    to_axes = [2, 0, 1]  # the coordinates on Z, X, Y of Bloch vectors (x, y, z)
    played = KPairStrategy(
        alice=dialled.directions[0][:, to_axes],
        bob=dialled.directions[1][:, to_axes] * [1, 1, -1],
    )
    for ours, theirs in zip(played.observables, dialled.observables, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rank=st.integers(2, 9), visibility=st.floats(0, 1))
def test_no_other_frame_loses_less(seed, rank, visibility):
    rng = np.random.default_rng(seed)
    matrix = rng.standard_normal((4, 3))
    bob = unit_rows(rng.standard_normal((3, rank)))
    strategy = VectorStrategy(alice=unit_rows(rng.standard_normal((4, rank))), bob=bob)
    played = on_pairs(strategy, matrix)
    np.testing.assert_allclose(played.correlators, strategy.correlators, atol=1e-12)
    best = (matrix * played.correlators_at(visibility)).sum()
    for _ in range(5):
        frame = np.linalg.qr(rng.standard_normal((rank, rank)))[0]
        other = KPairStrategy(alice=strategy.alice @ frame, bob=strategy.bob @ frame)
        assert (matrix * other.correlators_at(visibility)).sum() <= best + 1e-12


def test_random_access_code_of_five_bits_under_noise():
    """By symmetry every frame has moments 1/(5 sqrt 5) a coordinate: weights 1, 1, 2, 2, 2."""
    game = random_access_code(5)
    bound, vectors = tsirelson_bias(game.matrix)
    axes = np.linalg.svd(vectors.bob, full_matrices=False)
    bob = (axes[0] * axes[1])[:, :5]
    played = on_pairs(VectorStrategy(alice=unit_rows(game.matrix @ bob), bob=bob), game.matrix)
    noisy = (game.matrix * played.correlators_at(0.9)).sum()
    assert noisy == pytest.approx((2 * 0.9 + 3 * 0.81) / 5 * bound.lower, rel=1e-6)


def test_chsh_as_a_dictionary():
    vectors = VectorStrategy(alice=np.eye(2), bob=np.array([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5)
    played = on_pairs(vectors, chsh().matrix)
    content = played.to_dict()
    assert content["pairs"] == 1
    assert content["paulis"] == ["Z", "X"]
    np.testing.assert_array_equal(content["a"], played.alice)
    np.testing.assert_array_equal(content["b"], played.bob)


@pytest.mark.parametrize(
    ("visibility", "message"),
    [
        (1.1, "`visibility` must lie in [0, 1]; received 1.1."),
        ("a", "`visibility` must lie in [0, 1]; received a."),
        ([[1], [1, 1]], "`visibility` must lie in [0, 1]; received [[1], [1, 1]]."),
        (float("nan"), "`visibility` must lie in [0, 1]; received nan."),
        ([0.9, -0.1], "`visibility` must lie in [0, 1]; received [0.9, -0.1]."),
        (
            [0.9] * 3,
            "`visibility` must be one number, or one for each of the 2 pairs; "
            "received [0.9, 0.9, 0.9].",
        ),
    ],
)
def test_bad_visibilities(visibility, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        random_strategy(0, 4).correlators_at(visibility)


@pytest.mark.parametrize("dimension", [0, -1, 2.5, 10**9])
def test_no_dimension(dimension):
    message = f"`dimension` must be a whole number from 1 to 2048; received {dimension}."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        generators(dimension)


@pytest.mark.parametrize("string", ["AB", "ix", 5])
def test_no_pauli_string(string):
    message = f"`string` must consist of the letters I, X, Y and Z; received {string!r}."
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        pauli_matrix(string)


UNIT = "must be a unit vector: an observable has the outcomes +1 and -1; received a squared length"


@pytest.mark.parametrize(
    ("alice", "bob", "message"),
    [
        ([[1, 0], [2, 0]], [[1, 0]], f"`alice[1]` {UNIT} of 4."),
        ([[1, 0]], [[0.5, 0.5]], f"`bob[0]` {UNIT} of 0.5."),
        ([[1, np.nan]], [[1, 0]], f"`alice[0]` {UNIT} of nan."),
        ([[1j, 0]], [[1, 0]], f"`alice[0]` {UNIT} of nan."),
        ([[1, 0]], [[1, 0, 0]], "`bob` must have as many coordinates as alice; received 2 and 3."),
        (
            [1, 0],
            [[1, 0]],
            "`alice` must hold a row of coordinates for each input; received the shape (2,).",
        ),
        (
            [[1, 0]],
            [[1, 0], [1]],
            "`bob` must hold a row of coordinates for each input; received the shape ().",
        ),
    ],
)
def test_measurements_that_are_none(alice, bob, message):
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        KPairStrategy(alice=alice, bob=bob)


def test_observables_that_would_not_fit():
    vectors = unit_rows(np.ones((2, 28)))
    strategy = KPairStrategy(alice=vectors, bob=vectors)
    message = (
        "observables on 14 pairs have 1073741824 entries, more than the limit 67108864. "
        "Cure: use the coordinates on `paulis` instead."
    )
    with pytest.raises(TooLargeError, match=f"^{re.escape(message)}$"):
        _ = strategy.observables


def test_strategies_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        random_strategy(0, 3).alice[0] = 0
