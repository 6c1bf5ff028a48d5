"""Mixtures and noisy strategies: correlators by Born's rule, every refusal."""

import numpy as np
import pytest

from tests.played import born, perfect, random_k_pairs, random_one_pair
from xorgames.errors import InputError
from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
from xorgames.strategy import DeterministicStrategy, VectorStrategy

PARITY = np.array([[1.0, -1.0], [-1.0, 1.0]])


def bits(a, b):
    return DeterministicStrategy(a=np.array(a), b=np.array(b))


FALLBACK = bits([0, 1], [0, 1, 1])


@pytest.mark.parametrize(
    "ideal",
    [random_one_pair(1, planar=True), random_one_pair(2, planar=False), random_k_pairs(3, 5)],
)
@pytest.mark.parametrize("seed", range(2))
def test_correlators_by_borns_rule(ideal, seed):
    rng = np.random.default_rng(seed)
    pairs = getattr(ideal, "pairs", 1)
    weights = rng.dirichlet([1] * 4, pairs)
    errors = tuple(map(tuple, rng.uniform(0, 0.3, (2, 2))))
    strategy = NoisyStrategy(
        strategy=ideal,
        bell_weights=weights if pairs > 1 else weights[0],
        alice_readout=errors[0],
        bob_readout=errors[1],
        availability=0.7,
        fallback=FALLBACK,
    )
    with_pair = np.einsum("xyab,ab->xy", born(ideal, weights, errors), PARITY)
    expected = 0.7 * with_pair + 0.3 * FALLBACK.correlators
    assert np.allclose(strategy.correlators, expected, atol=1e-12)


def test_without_noise_nothing_changes():
    ideal = random_k_pairs(1, 4)
    assert np.allclose(NoisyStrategy(strategy=ideal).correlators, ideal.correlators)
    vectors = VectorStrategy(alice=ideal.alice, bob=ideal.bob)
    assert np.allclose(NoisyStrategy(strategy=vectors).correlators, ideal.correlators)


def test_visibility_pair_by_pair():
    ideal = random_k_pairs(1, 5)
    noisy = NoisyStrategy(strategy=ideal, visibility=[0.9, 0.8])
    assert np.allclose(noisy.correlators, ideal.correlators_at([0.9, 0.8]))
    assert np.allclose(born(ideal, perfect(2)).sum(axis=(2, 3)), 1)


def test_a_mixture_and_its_symmetrised_form():
    one, other = bits([0, 1], [0]), bits([1, 1], [0])
    mixture = SharedRandomStrategy(strategies=(one, other), weights=(0.25, 0.75))
    assert mixture.correlators.tolist() == [[-0.5], [-1.0]]
    assert mixture.to_dict() == {
        "strategies": [{"a": [0, 1], "b": [0]}, {"a": [1, 1], "b": [0]}],
        "weights": [0.25, 0.75],
    }
    fair = SharedRandomStrategy.symmetrised(one)
    assert np.array_equal(fair.correlators, one.correlators)
    assert fair.strategies[1].to_dict() == {"a": [1, 0], "b": [1]}


IDEAL = random_one_pair(1, planar=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visibility": 1.1}, "`visibility` must lie in [0, 1]; received 1.1."),
        (
            {"bell_weights": [1, 0, 0, 0], "visibility": [[1], [1, 2]]},
            "`visibility` must not be given together with bell_weights. Cure: keep one of them.",
        ),
        ({"visibility": np.nan}, "`visibility` must be finite; received nan."),
        (
            {"visibility": True},
            "`visibility` must be a number; received True. Cure: true and false are not numbers.",
        ),
        (
            {"visibility": [0.9, 0.8]},
            "`visibility` must have the shape () or (1,); received (2,).",
        ),
        (
            {"bell_weights": [[1, 0], [0]]},
            "`bell_weights[1]` must have the shape of bell_weights[0] (2 entries): the array is"
            " ragged; received 1 entries. Cure: give every row the same length; a decimal comma"
            " splits a number in two.",
        ),
        ({"bell_weights": [0.5, 0, 0, 0]}, "`bell_weights` must sum to 1; received 0.5."),
        (
            {"bell_weights": [1, 0, 0, 0], "visibility": 0.9},
            "`visibility` must not be given together with bell_weights. Cure: keep one of them.",
        ),
        (
            {"alice_readout": (0.6, 0.5)},
            "`alice_readout` must sum to at most 1; received 0.6 + 0.5. Cure: exchange the names of"
            " the two outcomes.",
        ),
        ({"bob_readout": 0.1}, "`bob_readout` must have the shape (2,); received ()."),
        (
            {"availability": 0.5},
            "`fallback` must be given where availability is below 1. Cure: give the classical"
            " strategy to play in a round without a pair.",
        ),
        ({"availability": -1}, "`availability` must lie in [0, 1]; received -1."),
        (
            {"fallback": bits([0], [0])},
            "`fallback` must have as many inputs as `strategy`, 2 x 3; received 1 x 1.",
        ),
        (
            {"fallback": IDEAL},
            "`fallback` must be of type DeterministicStrategy or SharedRandomStrategy; received"
            " OnePairStrategy.",
        ),
        (
            {"strategy": FALLBACK},
            "`strategy` must be of type OnePairStrategy or KPairStrategy or VectorStrategy;"
            " received DeterministicStrategy.",
        ),
        (
            {"visibility": -1, "bob_readout": (2, 0)},
            "`bob_readout` must lie in [0, 1]; received (2, 0).\n"
            "`visibility` must lie in [0, 1]; received -1.",
        ),
    ],
)
def test_refusals(change, message):
    with pytest.raises(InputError) as caught:
        NoisyStrategy(**({"strategy": IDEAL} | change))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("strategies", "weights", "message"),
    [
        (
            [],
            [],
            "`strategies` must be at least one, all with as many inputs; received none.\n"
            "`weights` must not be empty; received [].",
        ),
        (
            [bits([0], [0]), bits([0, 1], [0])],
            [0.5, 0.5],
            "`strategies` must be at least one, all with as many inputs; received 1 x 1, 2 x 1.",
        ),
        ([bits([0], [0])], [0.5], "`weights` must sum to 1; received a sum of 0.5."),
        ([bits([0], [0])], [0.5, 0.5], "`weights` must have the shape (1,); received (2,)."),
        ([bits([0], [0])], [np.inf], "`weights[0]` must be finite; received inf."),
        (
            FALLBACK,
            [1],
            "`strategies` must be of type list or tuple; received DeterministicStrategy.",
        ),
        (
            [IDEAL],
            [1],
            "`strategies` must be of type DeterministicStrategy; received OnePairStrategy.",
        ),
    ],
)
def test_refusals_of_mixtures(strategies, weights, message):
    with pytest.raises(InputError) as caught:
        SharedRandomStrategy(strategies=strategies, weights=weights)
    assert str(caught.value) == message
