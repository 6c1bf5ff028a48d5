"""The fewest rounds of any test: known brackets, the binomial lemma, and no test below it."""

import numpy as np
import pytest
from scipy.stats import binom

from tests.nulls import ASYMMETRIC, behaviour, null_of
from xorgames.hardware import least_rounds
from xorgames.hardware.binomial import binomial_rounds
from xorgames.hardware.least_rounds import MOST_ROUNDS, fewest_rounds


def of(claim, visibility=1.0, **levels):
    null, odds = null_of(ASYMMETRIC, claim), behaviour(ASYMMETRIC, visibility)
    pi = ASYMMETRIC.distribution[..., None]
    return fewest_rounds(
        pi * odds, pi * null.nearest(odds), **{"alpha": 0.05, "power": 0.9} | levels
    )


def test_known_brackets():
    """CHSH 126 to 130, the asymmetric game 243 to 283."""
    win = (2 + 2**0.5) / 4
    chsh = fewest_rounds(np.array([win, 1 - win]), np.array([0.75, 0.25]), alpha=0.05, power=0.9)
    assert chsh == 126
    assert of("nonclassical") == 243
    assert of("nonclassical") < of("payoff") < 1340


@pytest.mark.parametrize(("win", "alpha"), [(0.83, 0.05), (0.8, 1e-3), (0.9, 1e-6)])
def test_wins_and_losses_by_the_lemma(win, alpha):
    """The randomised most powerful test of a coin, written out."""
    found = fewest_rounds(np.array([win, 1 - win]), np.array([0.75, 0.25]), alpha=alpha, power=0.9)

    def power(rounds):
        k = int(np.argmax(binom.sf(np.arange(rounds + 1), rounds, 0.75) <= alpha))
        spare = (alpha - binom.sf(k, rounds, 0.75)) / binom.pmf(k, rounds, 0.75)
        return binom.sf(k, rounds, win) + spare * binom.pmf(k, rounds, win)

    assert power(found) >= 0.9 > power(found - 1)
    assert found <= binomial_rounds(0.75, win, alpha=alpha, power=0.9)[0]


def test_splitting_of_ratios_hardly_loosens_the_bound(monkeypatch):
    rough = of("nonclassical")
    monkeypatch.setattr("xorgames.hardware.least_rounds._PARTS", 80)
    assert rough <= of("nonclassical") <= rough * 1.005


def test_more_power_takes_more():
    counts = [of("nonclassical", power=power) for power in (0.5, 0.9, 0.99)]
    assert counts == sorted(counts)
    assert of("nonclassical", alpha=1e-6) > counts[1]


def test_nothing_to_tell_apart():
    same = np.array([0.5, 0.5])
    assert fewest_rounds(same, same, alpha=0.05, power=0.9) is None
    near = np.array([0.5 + 1e-5, 0.5 - 1e-5])
    assert fewest_rounds(near, same, alpha=0.05, power=0.9) is None


def test_few_powers_are_computed(monkeypatch):
    computed, most_power = [], least_rounds._most_power
    monkeypatch.setattr(
        least_rounds, "_most_power", lambda *of: computed.append(of) or most_power(*of)
    )
    assert of("nonclassical") == 243
    assert len(computed) <= 8


@pytest.mark.parametrize("guess", [0.0, 1.0, 1e3, 1e12])
@pytest.mark.parametrize("first", [1, 2, 777, MOST_ROUNDS, MOST_ROUNDS + 1])
def test_a_power_that_jumps_is_found_too(first, guess):
    found = least_rounds._first(
        lambda rounds: 0.95 if rounds >= first else 0.05, guess, alpha=0.05, power=0.9
    )
    assert found == (first if first <= MOST_ROUNDS else None)


@pytest.mark.parametrize("power", [0.06, 0.5, 0.9, 1 - 1e-9])
def test_the_first_of_a_power_that_rises_slowly(power):
    def rising(rounds):
        return 1 - 0.95 / (1 + rounds / 50) ** 4

    found = least_rounds._first(rising, 1e3, alpha=0.05, power=power)
    assert rising(found) >= power > rising(found - 1)
