"""Sums of whole numbers: the exact law against convolution, and the search for the first N."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from xorgames.hardware.binomial import allowed_losses, binomial_rounds
from xorgames.hardware.sums import SumLaw, first_and_safe, second_order_rounds, tooth_reach


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=9), st.integers(1, 60))
def test_against_convolution(weights, draws):
    law = np.array(weights) / sum(weights)
    exact = np.ones(1)
    for _ in range(draws):
        exact = np.convolve(exact, law)
    sums = SumLaw(law)
    for total in (0, 1, exact.size // 2, exact.size - 1, exact.size):
        assert sums.tail(draws, total) == pytest.approx(exact[total:].sum(), abs=1e-13)


@pytest.mark.parametrize("draws", [10**4, 10**6])
def test_a_window_of_a_long_sum(draws):
    sums = SumLaw(np.array([0.2, 0.8]))
    for deviation in (-5, -1, 0, 2, 5):
        total = int(0.8 * draws + deviation * 0.4 * draws**0.5)
        exact = binom.sf(total - 1, draws, 0.8)
        assert sums.tail(draws, total) == pytest.approx(exact, abs=1e-16 * draws + 1e-13)
    assert sums.tail(draws, draws // 10) == 1
    assert sums.tail(draws, draws) == pytest.approx(0, abs=1e-16 * draws + 1e-13)


@pytest.mark.parametrize("draws", [1, 7, 1000, 10**6])
@pytest.mark.parametrize("law", [[0.5, 0, 0, 0.5], [0.2, 0.5, 0.3], [0.999, *[0] * 60, 0.001]])
def test_waves_that_are_left_out_do_not_count(law, draws):
    low, chances = SumLaw(np.array(law)).window(draws)
    all_waves = np.fft.irfft(np.fft.rfft(law, chances.size) ** draws, chances.size)
    expected = np.maximum(np.roll(all_waves, -(low % chances.size)), 0.0)
    assert np.abs(chances - expected).max() <= 1e-21


def test_rare_large_steps():
    """One step in a thousand is a hundred units: Poisson-like, far from normal."""
    law = np.zeros(101)
    law[[0, 100]] = 0.999, 0.001
    assert SumLaw(law).tail(500, 300) == pytest.approx(binom.sf(2, 500, 0.001), rel=1e-9)


def test_the_second_order_estimate():
    assert second_order_rounds(0.02, 0.2, alpha=0.05, power=0.5) == pytest.approx(np.log(20) / 0.02)


@pytest.mark.parametrize(("null", "win"), [(0.75, 0.83), (0.75, 0.9), (0.3, 0.33)])
def test_first_and_safe_of_the_binomial_test(null, win):
    """An independent search, over losses, gives the same numbers."""

    def critical(rounds):
        allowed = allowed_losses(int(rounds.max()), null, alpha=0.05)[rounds]
        return np.where(allowed < 0, np.inf, rounds - allowed)

    found = first_and_safe(SumLaw(np.array([1 - win, win])), critical, power=0.9, most=10**5)
    assert found == binomial_rounds(null, win, alpha=0.05, power=0.9)


def test_nothing_beyond_the_limit():
    def critical(rounds):
        return 0.9 * rounds

    sums = SumLaw(np.array([0.5, 0.5]))
    assert first_and_safe(sums, critical, power=0.9, most=1000) is None
    # The score falls behind: no tooth tells how far to look.
    assert tooth_reach(sums, critical, 50) == 66
