"""The payoff null: linear programming as an independent witness of every maximum."""

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from tests.nulls import ASYMMETRIC, HFT, behaviour, null_of, random_game
from xorgames.errors import InputError
from xorgames.hardware.input_law import LawSet
from xorgames.hardware.payoff_null import PayoffNull

GAMES = [ASYMMETRIC, HFT, random_game(2, (3, 2))]


def best_mean(null, values):
    """The largest mean of values over the null, by a linear programme in P(o | x, y)."""
    pi = null.laws.distribution
    m, n = pi.shape
    cells = np.kron(np.eye(m * n), np.ones(2))
    found = linprog(
        -(pi[..., None] * values).ravel(),
        A_ub=(pi[..., None] * null.payoff).reshape(1, -1),
        b_ub=[null.value],
        A_eq=cells,
        b_eq=np.ones(m * n),
        bounds=(0, 1),
    )
    return -found.fun


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
@pytest.mark.parametrize("seed", range(5))
def test_the_largest_mean(game, seed):
    null = null_of(game, "payoff")
    factors = np.random.default_rng(seed).random((*game.shape, 2))
    exact = best_mean(null, factors)
    assert null.largest_mean(factors) >= exact - 1e-12
    assert null.largest_mean(factors) == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_the_best_step(game):
    null = null_of(game, "payoff")
    gains = np.random.default_rng(2).random((*game.shape, 2, 4))
    for column, best in enumerate(null.best_step(gains)):
        exact = best_mean(null, gains[..., column])
        assert exact - 1e-12 <= best <= exact + 1e-9


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.name)
def test_the_nearest_behaviour_by_a_general_optimiser(game):
    null, odds = null_of(game, "payoff"), behaviour(game, 0.98)
    pi = game.distribution[..., None]
    nearest = null.nearest(odds)
    assert (pi * nearest * game.payoff).sum() == pytest.approx(null.value, abs=1e-9)
    entropy = (pi * odds * np.log(odds / nearest)).sum()

    def of(p):
        both = np.stack([p, 1 - p], axis=-1).reshape(odds.shape)
        return (pi * odds * np.log(odds / both)).sum()

    def spare(p):
        both = np.stack([p, 1 - p], axis=-1).reshape(odds.shape)
        return null.value - (pi * both * game.payoff).sum()

    free = minimize(
        of,
        np.full(pi.size, 0.5),
        bounds=[(1e-6, 1 - 1e-6)] * pi.size,
        constraints={"type": "ineq", "fun": spare},
        options={"maxiter": 500, "ftol": 1e-14},
    )
    assert entropy == pytest.approx(free.fun, rel=1e-4)
    assert null.largest_mean(odds / nearest) == pytest.approx(1, abs=1e-9)


def test_the_best_bet_is_on_the_payoff_and_on_the_inputs():
    """Q/P = h(x, y) + mu u(x, y, o), with one mu for all inputs."""
    ratio = behaviour(ASYMMETRIC) / null_of(ASYMMETRIC, "payoff").nearest(behaviour(ASYMMETRIC))
    slopes = (ratio[..., 0] - ratio[..., 1]) / (
        ASYMMETRIC.payoff[..., 0] - ASYMMETRIC.payoff[..., 1]
    )
    np.testing.assert_allclose(slopes, slopes[0, 0], rtol=1e-9)


def test_what_pays_too_little_is_its_own_nearest():
    null, odds = null_of(ASYMMETRIC, "payoff"), behaviour(ASYMMETRIC, 0.5)
    np.testing.assert_allclose(null.nearest(odds), odds)


def test_sure_outcomes():
    """Q of 0 and 1: the better-paid outcome first."""
    sure = np.array([[[1.0, 0.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    null = PayoffNull(LawSet(np.full((2, 2), 0.25)), sure, 0.75)
    nearest = null.nearest(sure)
    np.testing.assert_allclose(nearest, np.where(sure == 1, 0.75, 0.25), atol=1e-9)


def test_a_wider_set_of_laws_can_only_raise_the_mean():
    factors = np.random.default_rng(3).random((2, 2, 2))
    plain = null_of(ASYMMETRIC, "payoff").largest_mean(factors)
    assert null_of(ASYMMETRIC, "payoff", bias=0.05).largest_mean(factors) > plain


def test_both_answers_are_for_the_other_claim():
    with pytest.raises(InputError) as error:
        null_of(ASYMMETRIC, "payoff").nearest(np.full((2, 2, 4), 0.25))
    assert str(error.value) == (
        "`behaviour` must be that of the parity for the claim payoff. "
        "Cure: use the claim nonclassical."
    )
