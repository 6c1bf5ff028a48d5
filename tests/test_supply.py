"""Rates from Poisson arrivals: known values, the definition, validity."""

import numpy as np
import pytest
from scipy.stats import binom, poisson

from xorgames.hardware.binomial import allowed_losses, binomial_rounds, powers
from xorgames.hardware.supply import least_rate_hz


@pytest.mark.parametrize("window_s", [0.01, 0.1])
def test_the_protocols_of_chsh(window_s):
    """26.8, 23.5 and 31.9 kHz for w = .83 in 10 ms, a tenth in 100 ms."""
    rates = least_rate_hz(0.75, 0.83, window_s=window_s, alpha=0.05, power=0.9).to_dict()
    expected = {"preset": 268, "curtailed": 259, "observed": 235, "anytime": 319}
    assert {name: round(rate * window_s) for name, rate in rates.items()} == expected


def test_observed_and_curtailed_by_their_definitions():
    rates = least_rate_hz(0.75, 0.83, window_s=1.0, alpha=0.05, power=0.9)
    curve = powers(700, 0.75, 0.83, alpha=0.05)
    chance = poisson.pmf(range(701), rates.observed_hz) @ curve
    assert chance == pytest.approx(0.9, abs=1e-6)
    allowed = allowed_losses(700, 0.75, alpha=0.05)

    def curtailed(rounds):
        need = rounds - allowed[rounds] - 1
        arrived = range(701)
        wins = [binom.sf(need, min(n, rounds), 0.83) for n in arrived]
        return poisson.pmf(arrived, rates.curtailed_hz) @ wins

    assert max(curtailed(n) for n in range(225, 250)) == pytest.approx(0.9, abs=1e-6)


def test_the_allowed_losses_are_those_of_the_exact_test():
    allowed = allowed_losses(300, 0.75, alpha=0.05)
    for rounds in (0, 1, 10, 11, 130, 300):
        lost = [k for k in range(rounds) if binom.cdf(k, rounds, 0.25) <= 0.05]
        assert allowed[rounds] == (lost[-1] if lost else -1)
    first, safe = binomial_rounds(0.75, 0.9, alpha=0.05, power=0.9)
    curve = powers(300, 0.75, 0.9, alpha=0.05)
    assert (curve >= 0.9).argmax() == first
    assert (curve[safe:] >= 0.9).all()


def test_no_rates_for_very_many_rounds():
    assert least_rate_hz(0.75, 0.7501, window_s=1.0, alpha=0.05, power=0.9) is None
    assert least_rate_hz(0.75, 0.765, window_s=1.0, alpha=0.05, power=0.9) is None


def test_observed_is_not_valid_where_heralding_may_stop_when_ahead():
    """True size .24 at nominal .05: up to 268 rounds, heralding stops once the test is passed."""
    allowed = allowed_losses(268, 0.75, alpha=0.05)
    lost, claimed = np.eye(1, 269)[0], 0.0
    for rounds in range(1, 269):
        lost = 0.75 * lost + 0.25 * np.concatenate([[0.0], lost[:-1]])
        if allowed[rounds] >= 0:
            claimed += lost[: allowed[rounds] + 1].sum()
            lost[: allowed[rounds] + 1] = 0.0
    assert claimed == pytest.approx(0.24, abs=0.005)
