"""The exact binomial's rounds: against the published table, brute force and exact fractions."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from xorgames.hardware.binomial import MOST_ROUNDS, _Teeth, binomial_rounds, upper_tail


def brute_force(null, alternative, alpha, power, most):
    """Every N from 1 to `most`, with scipy.stats; None if the end is not clear."""
    rounds = np.arange(1, most + 1)
    wins = np.zeros(most, dtype=int)
    step = 1 << most.bit_length()
    while step:
        # The largest number of wins that is not significant, digit by digit.
        trial = wins + step
        wins = np.where(
            (trial <= rounds) & (binom.sf(trial - 1, rounds, null) > alpha), trial, wins
        )
        step //= 2
    enough = binom.sf(wins, rounds, alternative) >= power
    if not enough[-most // 4 :].all():
        return None
    failing = rounds[~enough]
    return int(rounds[enough.argmax()]), int(failing[-1]) + 1 if failing.size else 1


@pytest.mark.parametrize(
    ("win", "alpha", "first", "safe"),
    [
        (0.80, 0.05, 604, 634),
        (0.83, 0.05, 229, 242),
        (0.83, 1e-3, 503, 522),
        ((2 + 2**0.5) / 4, 0.05, 130, 139),
        ((2 + 2**0.5) / 4, 1e-3, 290, 300),
        (0.5 + 0.939 * 8**-0.5, 0.05, 211, 229),
        (0.5 + 0.939 * 8**-0.5, 1e-3, 476, 494),
    ],
)
def test_chsh_at_power_0_9(win, alpha, first, safe):
    assert binomial_rounds(0.75, win, alpha=alpha, power=0.9) == (first, safe)
    assert brute_force(0.75, win, alpha, 0.9, 2048) == (first, safe)


def test_random_games_against_brute_force():
    rng = np.random.default_rng(7)
    compared = 0
    while compared < 150:
        null = rng.uniform(0.02, 0.97)
        alternative = null + (1 - null) * rng.uniform(0.05, 1) ** 2
        alpha = 10 ** rng.uniform(-6, -0.31)
        power = rng.uniform(alpha, 0.999)
        expected = brute_force(null, alternative, alpha, power, 4096)
        if expected is not None:
            assert binomial_rounds(null, alternative, alpha=alpha, power=power) == expected
            compared += 1


@pytest.mark.parametrize(
    ("null", "alternative"), [(0.75, 0.752), (0.75, 0.7509), (0.031, 0.0317), (0.985, 0.9858)]
)
def test_beyond_the_direct_search_against_all_neighbours(null, alternative):
    """Some 1e4 to 1e6 rounds: every number within four teeth of the answers, and 1 in 97 others."""
    first, safe = binomial_rounds(null, alternative, alpha=0.01, power=0.8)
    assert first > 3e4
    rounds = np.unique(
        np.concatenate(
            [np.arange(first - 999, safe + 999), np.arange(1, 2 * safe, max(97, safe // 10**4))]
        )
    )
    critical = binom.isf(0.01, rounds, null).astype(int)
    critical = critical + (binom.sf(critical - 1, rounds, null) > 0.01)
    critical = critical - (binom.sf(critical - 2, rounds, null) <= 0.01)
    enough = binom.sf(critical - 1, rounds, alternative) >= 0.8
    assert not enough[rounds < first].any()
    assert enough[rounds == first].all()
    assert not enough[rounds == safe - 1].any()
    assert enough[rounds >= safe].all()


@pytest.mark.parametrize("alpha", [1e-3, 1e-30, 1e-250])
@pytest.mark.parametrize("gap", [0.05, 1e-3, 2e-5])
def test_far_tails_and_many_rounds_obey_the_definition(alpha, gap):
    """At `first` the test has the power, with one round less and before `safe` it has not."""
    null, alternative = 0.75, 0.75 + gap
    first, safe = binomial_rounds(null, alternative, alpha=alpha, power=0.9)
    for rounds, expected in ((first, True), (first - 1, False), (safe - 1, False), (safe, True)):
        losses = int(rounds * 0.25)
        step = 1 << losses.bit_length()
        losses = -1
        while step:
            if upper_tail(rounds, losses + step, null) <= alpha:
                losses += step
            step //= 2
        assert bool(upper_tail(rounds, losses, alternative) >= 0.9) is expected
    assert first <= safe < first * (1 + 10 / first**0.5)


@pytest.mark.parametrize(
    ("null", "alternative", "alpha", "power", "expected"),
    [
        (0.0, 0.5, 0.05, 0.9, (4, 4)),  # one win refutes: 1 - 1/2^4 >= 0.9
        (0.5, 1.0, 0.05, 0.9, (5, 5)),  # always won: 1/2^5 <= 0.05
        (0.0, 1.0, 0.05, 0.9, (1, 1)),
        (0.75, 0.7500001, 0.05, 0.9, None),
        (1e-9, 1e-3, 0.05, 0.9, (2302, 2302)),  # ln 10/1e-3
    ],
)
def test_extremes(null, alternative, alpha, power, expected):
    assert binomial_rounds(null, alternative, alpha=alpha, power=power) == expected


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 0.9), st.floats(0.02, 1), st.floats(1e-12, 0.3), st.floats(0.4, 0.99))
def test_a_better_machine_needs_no_more(null, share, alpha, power):
    """The order that lets an optimistic bound on the values be a lower bound on the rounds."""
    alternative = null + share * (1 - null)
    first, safe = binomial_rounds(null, alternative, alpha=alpha, power=power)
    assert 1 <= first <= safe <= MOST_ROUNDS
    better = null + min(1.0, 1.1 * share) * (1 - null)
    assert binomial_rounds(null, better, alpha=alpha, power=power)[0] <= first
    assert binomial_rounds(null * 0.99, alternative, alpha=alpha, power=power)[0] <= first


def test_the_tail_against_exact_fractions():
    for rounds, losses, win in ((245, 49, Fraction(3, 4)), (1000, 120, Fraction(79, 100))):
        exact = sum(
            comb(rounds, lost) * (1 - win) ** lost * win ** (rounds - lost)
            for lost in range(losses + 1)
        )
        assert upper_tail(rounds, losses, float(win)) == pytest.approx(float(exact), rel=3e-14)


def test_the_tail_at_its_ends():
    assert upper_tail(3, 3, 0.5) == 1
    assert upper_tail(3, 4, 0.5) == 1
    assert upper_tail(3, 0, 0.5) == pytest.approx(0.125)
    assert upper_tail(3, 0, 0.0) == 0
    assert upper_tail(3, 0, 1.0) == 1


@pytest.mark.parametrize("length", [1, 2, 12, 13, 14, 500])
@pytest.mark.parametrize("start", [0, 127, 128, 129, 5000, 10**8])
def test_a_run_of_any_length_gives_the_same_teeth(start, length):
    """Guesses by interpolation are put right: each N_l is the smallest with a tail of alpha."""
    teeth = _Teeth(0.8, 0.03)
    losses = np.arange(start, start + length)
    rounds = teeth.rounds(losses)
    assert (upper_tail(rounds, losses, 0.8) <= 0.03).all()
    assert (upper_tail(rounds - 1, losses, 0.8) > 0.03).all()
