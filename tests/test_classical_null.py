"""The classical null: bounds against brute force, the nearest behaviour by its conditions."""

import numpy as np
import pytest

import xorgames as xg
from tests.nulls import behaviour, best_classical, null_of, random_game
from xorgames.errors import InputError
from xorgames.hardware.classical_null import ClassicalNull, full_outcomes
from xorgames.hardware.input_law import LawSet, largest_classical_mean


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (4, 3)])
@pytest.mark.parametrize("outcomes", [2, 4])
def test_the_bound_is_that_of_the_best_strategy(seed, shape, outcomes):
    game = random_game(seed, shape)
    factors = np.random.default_rng(seed).random((*shape, outcomes))
    exact = best_classical(game, factors)
    found = null_of(game, "nonclassical").largest_mean(factors)
    assert exact <= found
    assert found == pytest.approx(float(exact), rel=1e-12)


def test_all_input_laws_of_a_set():
    null = null_of(xg.catalog.chsh(), "nonclassical", bias=0.1)
    factors = np.random.default_rng(0).random((2, 2, 4))
    brute = largest_classical_mean(null.laws, factors.reshape(2, 2, 2, 2))
    assert null.largest_mean(factors) == brute
    assert null.largest_mean(factors) > null_of(xg.catalog.chsh(), "nonclassical").largest_mean(
        factors
    )


@pytest.mark.parametrize(("seed", "shape"), [(0, (2, 2)), (1, (3, 3)), (2, (4, 3))])
@pytest.mark.parametrize("outcomes", [2, 4])
def test_the_nearest_behaviour(seed, shape, outcomes):
    """P is classical (its mean never exceeds the maximum), and Q/P breaks no constraint."""
    game = random_game(seed, shape)
    odds = behaviour(game, 0.99)
    if outcomes == 4:
        odds = odds[:, :, [0, 1, 1, 0]] / 2
    null = null_of(game, "nonclassical")
    nearest = null.nearest(odds)
    np.testing.assert_allclose(nearest.sum(axis=-1), 1, atol=1e-9)
    assert null.largest_mean(odds / nearest) <= 1 + 2e-7
    rng = np.random.default_rng(seed)
    weights = game.distribution[..., None]
    for _ in range(20):
        test = rng.random(odds.shape)
        assert (weights * nearest * test).sum() <= null.largest_mean(test) + 1e-9


def test_what_is_classical_is_its_own_nearest():
    game = random_game(3, (3, 3))
    noise = np.full((3, 3, 2), 0.5)
    np.testing.assert_allclose(null_of(game, "nonclassical").nearest(noise), noise, atol=1e-9)


def test_parities_are_enough_where_marginals_are_uniform_and_not_elsewhere():
    """Asymmetric readout: 1 read as 0 with probability .1: the marginals tell more."""
    game = xg.catalog.chsh()
    null = null_of(game, "nonclassical")
    ideal = full_outcomes(behaviour(game)[:, :, [[0, 1], [1, 0]]] / 2)
    reads = np.array([[1.0, 0.0], [0.1, 0.9]])
    both = np.einsum("xyab,ac,bd->xycd", ideal.reshape(2, 2, 2, 2), reads, reads)
    growth = {}
    for name, odds in (("ideal", ideal), ("asymmetric", full_outcomes(both))):
        by_parity = np.stack([odds[..., 0] + odds[..., 3], odds[..., 1] + odds[..., 2]], axis=-1)
        growth[name] = [(0.25 * q * np.log(q / null.nearest(q))).sum() for q in (by_parity, odds)]
    assert growth["ideal"][1] == pytest.approx(growth["ideal"][0], rel=1e-5)
    assert growth["asymmetric"][1] > 1.02 * growth["asymmetric"][0]


def test_the_best_step_is_the_largest_mean_of_each_column():
    game = random_game(1, (3, 2))
    gains = np.random.default_rng(1).random((3, 2, 2, 5))
    null = null_of(game, "nonclassical")
    for column, best in enumerate(null.best_step(gains)):
        exact = best_classical(game, gains[..., column])
        assert exact <= best <= float(exact) * (1 + 1e-12)


def test_too_many_inputs():
    with pytest.raises(InputError) as error:
        ClassicalNull(LawSet(np.full((13, 14), 1 / 182)))
    assert str(error.value) == (
        "`game` must leave one side at most 12 inputs for this test; received 13 x 14. "
        "Cure: use another test, or the claim payoff."
    )
