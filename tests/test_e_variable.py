"""The optimal e-variable: valid in exact arithmetic, optimal by duality, on a lattice by rule."""

import math
from fractions import Fraction

import numpy as np
import pytest

import xorgames as xg
from tests.nulls import (
    ASYMMETRIC,
    CHSH,
    HFT,
    behaviour,
    best_classical,
    null_of,
    random_game,
)
from xorgames.hardware.e_variable import LOSS, best_e_variable
from xorgames.hardware.input_law import largest_classical_mean
from xorgames.hardware.payoff_null import PayoffNull


def exact_payoff_bound(game, factors, value):
    """The left-hand side of the payoff null's condition, in fractions, at its best lambda."""
    half = Fraction(1, 2)
    exact = [[[Fraction(float(r)) for r in pair] for pair in row] for row in factors]
    pi, u = game.exact_distribution, game.exact_payoff
    cells = [
        (pi[x, y], (r[0] + r[1]) * half, (r[0] - r[1]) * half, (u[x, y, 0] - u[x, y, 1]) * half)
        for x, row in enumerate(exact)
        for y, r in enumerate(row)
    ]
    left = Fraction(value) - game.exact_offset
    return min(
        sum(p * h for p, h, _, _ in cells)
        + lam * left
        + sum(p * abs(d - lam * g) for p, _, d, g in cells)
        for lam in [Fraction(0), *(d / g for _, _, d, g in cells if g and d / g > 0)]
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", [(2, 2), (3, 4), (4, 3)])
def test_valid_against_classical_players(seed, shape):
    game = random_game(seed, shape)
    odds = behaviour(game, 0.999)
    found = best_e_variable(null_of(game, "nonclassical"), odds)
    assert best_classical(game, found.factors) <= 1
    weights = game.distribution[..., None] * odds
    assert found.growth == pytest.approx((weights * np.log(found.factors)).sum(), abs=1e-12)
    assert found.growth <= found.limit + 1e-12
    np.testing.assert_allclose(found.factors, np.exp(found.low + found.step * found.levels))


@pytest.mark.parametrize("game", [CHSH, ASYMMETRIC, HFT, random_game(1, (3, 3))])
def test_valid_against_every_process_with_the_classical_payoff(game):
    null = null_of(game, "payoff")
    found = best_e_variable(null, behaviour(game, 0.999))
    assert exact_payoff_bound(game, found.factors, null.value) <= 1


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_chsh_is_the_bet_on_wins(claim):
    found = best_e_variable(null_of(CHSH, claim), behaviour(CHSH))
    win = (2 + 2**0.5) / 4
    kl = win * math.log(win / 0.75) + (1 - win) * math.log((1 - win) / 0.25)
    assert found.growth == pytest.approx(kl, rel=1e-9)
    np.testing.assert_array_equal(found.levels, CHSH.payoff)


@pytest.mark.parametrize(
    ("game", "claim", "visibility", "growth"),
    [
        # By an independent convex solver.
        (ASYMMETRIC, "nonclassical", 1.0, 0.0171063),
        (ASYMMETRIC, "payoff", 1.0, 0.0043386),
        (HFT, "payoff", 0.98, 0.0032138),
    ],
)
def test_known_growth(game, claim, visibility, growth):
    found = best_e_variable(null_of(game, claim), behaviour(game, visibility))
    assert found.limit == pytest.approx(growth, rel=1e-4)
    assert (1 - LOSS) * found.limit - 1e-6 <= found.growth <= found.limit


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
@pytest.mark.parametrize("loss", [0.1, 0.02, 0.001])
def test_the_lattice_is_the_coarsest_that_keeps_the_growth(claim, loss):
    null, odds = null_of(ASYMMETRIC, claim), behaviour(ASYMMETRIC)
    found = best_e_variable(null, odds, loss=loss)
    assert found.growth >= (1 - loss) * found.limit * (1 - 1e-6)
    logs = np.log(odds / null.nearest(odds))
    for steps in range(1, min(int(found.levels.max()), 20)):
        coarse = np.exp(np.rint((logs - logs.min()) / np.ptp(logs) * steps) * np.ptp(logs) / steps)
        weights = ASYMMETRIC.distribution[..., None] * odds
        growth = (weights * np.log(coarse / null.largest_mean(coarse))).sum()
        assert growth < (1 - loss) * found.limit


def test_without_advantage_nothing_grows():
    found = best_e_variable(null_of(CHSH, "nonclassical"), behaviour(CHSH, 0.6))
    assert found.growth <= 0
    assert found.levels.max() == 0
    assert found.factors.max() <= 1


def test_outcomes_that_the_machine_never_shows():
    sure = CHSH.payoff
    found = best_e_variable(null_of(CHSH, "payoff"), sure)
    assert found.growth == pytest.approx(math.log(4 / 3), rel=LOSS)
    assert exact_payoff_bound(CHSH, found.factors, 0.75) <= 1
    assert found.factors.min() > 0


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_divided_by_the_largest_mean_over_the_input_laws(claim):
    biased, plain = null_of(ASYMMETRIC, claim, bias=0.01), null_of(ASYMMETRIC, claim)
    if claim == "payoff":
        value = largest_classical_mean(biased.laws, ASYMMETRIC.payoff)
        biased = PayoffNull(biased.laws, ASYMMETRIC.payoff, value)
    found = best_e_variable(biased, behaviour(ASYMMETRIC))
    assert biased.largest_mean(found.factors) <= 1
    assert plain.largest_mean(found.factors) < 0.999
    assert found.growth < best_e_variable(plain, behaviour(ASYMMETRIC)).growth


def test_full_outcomes():
    odds = behaviour(CHSH)[:, :, [0, 1, 1, 0]] / 2
    found = best_e_variable(null_of(CHSH, "nonclassical"), odds)
    assert best_classical(CHSH, found.factors) <= 1
    parity = best_e_variable(null_of(CHSH, "nonclassical"), behaviour(CHSH))
    assert found.growth == pytest.approx(parity.growth, rel=1e-6)


def test_eight_inputs_a_side():
    signs = np.random.default_rng(0).choice([-1, 1], size=(8, 8))
    game = xg.XORGame.from_matrix(signs.tolist())
    null = null_of(game, "nonclassical")
    found = best_e_variable(null, behaviour(game))
    assert null.largest_mean(found.factors) <= 1
    assert found.growth == pytest.approx(0.02034, rel=1e-2)
    assert (1 - LOSS) * found.limit - 1e-6 <= found.growth <= found.limit


@pytest.mark.parametrize("size", [4, 6])
def test_the_gain_over_win_and_lose(size):
    """Of random sign games with an advantage: 1 where the game is as CHSH, else 2.6 to 10."""
    gains = []
    for seed in range(8):
        signs = np.random.default_rng(seed).choice([-1, 1], size=(size, size))
        game = xg.XORGame.from_matrix(signs.tolist())
        odds = behaviour(game)
        win = ((game.distribution[..., None] * odds * game.payoff).sum() / size**2 * 2 + 1) / 2
        beta = (null_of(game, "payoff").value / size**2 * 2 + 1) / 2
        if win < beta + 0.01:
            continue
        kl = win * math.log(win / beta) + (1 - win) * math.log((1 - win) / (1 - beta))
        gains.append(best_e_variable(null_of(game, "nonclassical"), odds).limit / kl)
    assert all(gain >= 1 - 1e-6 for gain in gains)
    assert 2.6 <= np.median(gains) <= 10


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_inputs_that_never_occur(claim):
    """The asymmetric game with a third input of Bob that never comes: nothing changes."""
    payoff = [[[1, -1], [1, -1], [0, 9]], [[1, -1], [-5, 1], [9, 0]]]
    game = xg.XORGame([["2/5", "1/5", 0], ["1/5", "1/5", 0]], payoff, name="with a spare input")
    odds = behaviour(game)
    found = best_e_variable(null_of(game, claim), odds)
    plain = best_e_variable(null_of(ASYMMETRIC, claim), behaviour(ASYMMETRIC))
    assert found.growth == pytest.approx(plain.growth, rel=1e-6)
    np.testing.assert_allclose(found.factors[:, :2], plain.factors, rtol=1e-6)
