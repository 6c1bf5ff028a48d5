"""The paper's expected-score count, against its definition for every m."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom

from xorgames.hardware.expected_score import ExpectedScore

UNIT = (Fraction(0), Fraction(1))


def chsh(infidelity):
    """CHSH: omega = 1/2 + (1 - eps)/(2 sqrt2)."""
    expected = 0.5 + (1 - infidelity) * 8**-0.5
    return ExpectedScore(null=0.75, expected=expected, payoff_range=UNIT, win_lose=True)


def hft(infidelity):
    """HFT at p = beta = .3: omega_c = .79, bias 2 x .3123395588."""
    expected = 0.5 + (1 - infidelity) * 0.29 * math.sqrt(1.16)
    return ExpectedScore(null=0.79, expected=expected, payoff_range=UNIT, win_lose=False)


def by_definition(score, most):
    """Return the p-value of every m up to `most`, from scipy.stats."""
    low, high = map(float, score.payoff_range)
    m = np.arange(1, most + 1)
    c = np.ceil(m * score.expected)
    if score.win_lose:
        return binom.sf(c - 1, m, score.null)
    mu = (c - m * low) / (high - low)
    k, f = np.floor(mu), mu - np.floor(mu)
    tails = [binom.sf(j - 1, m, score.null) for j in (k, k + 1)]
    bound = math.e * tails[0] ** (1 - f) * tails[1] ** f
    return np.where(mu > m, 1.0, np.minimum(1.0, bound))


@pytest.mark.parametrize(
    ("infidelity", "alpha", "first", "safe"),
    [(0, 0.05, 34, None), (0, 1e-3, 143, None), (0.061, 0.05, 65, 79), (0.061, 1e-3, 238, 257)],
)
def test_chsh_as_reported(infidelity, alpha, first, safe):
    """arXiv:2604.07451, as reported; from `safe` on every larger number passes too."""
    score = chsh(infidelity)
    assert score.first(alpha) == first
    passed = by_definition(score, 1000) < alpha
    assert passed.argmax() + 1 == first
    assert score.safe(alpha) == np.flatnonzero(~passed)[-1] + 2
    assert safe is None or score.safe(alpha) == safe


def test_hft_as_reported_and_what_the_plain_tail_would_give():
    """66 133 rounds; without the factor e, with a Bernoulli coin for each score, 40 952."""
    score = hft(0.0609727)
    assert score.first(0.05) == 66133
    m = np.arange(1, 50000)
    plain = binom.sf(np.ceil(m * score.expected) - 1, m, 0.79) < 0.05
    assert plain.argmax() + 1 == 40952


@pytest.mark.parametrize("seed", range(16))
def test_random_games_against_the_definition(seed):
    rng = np.random.default_rng(seed)
    low = Fraction(int(rng.integers(-8, 4)), 4)
    high = low + Fraction(int(rng.integers(1, 16)), 4)
    null = rng.uniform(0.1, 0.9)
    share = null + (1 - null) * rng.uniform(0.05, 0.6)
    win_lose = seed % 2 == 0
    payoff_range = UNIT if win_lose else (low, high)
    expected = share if win_lose else float(low) + float(high - low) * share
    score = ExpectedScore(
        null=null, expected=expected, payoff_range=payoff_range, win_lose=win_lose
    )
    reference = by_definition(score, 3000)
    np.testing.assert_allclose(score.p_value(np.arange(1, 3001)), reference, rtol=1e-9, atol=1e-300)
    alpha = 10 ** rng.uniform(-5, -1)
    passed = reference < alpha
    if passed[-1000:].all():
        assert score.first(alpha) == passed.argmax() + 1
        failed = np.flatnonzero(~passed)
        assert score.safe(alpha) == (failed[-1] + 2 if failed.size else 1)


@pytest.mark.parametrize("score", [chsh(0.285), hft(0.06)], ids=["chsh", "hft"])
def test_beyond_the_direct_search_against_the_definition(score):
    first, safe = score.first(0.05), score.safe(0.05)
    assert first > 20000
    rounds = np.arange(1, 2 * safe)
    passed = score.p_value(rounds) < 0.05
    assert passed.argmax() + 1 == first
    assert np.flatnonzero(~passed)[-1] + 2 == safe


def test_the_p_value_is_strict_and_at_most_one():
    """P[Bin(1, 1/4) >= 1] = 1/4 is not below 1/4."""
    score = ExpectedScore(null=0.25, expected=0.9, payoff_range=UNIT, win_lose=True)
    assert score.p_value(np.array([1]))[0] == pytest.approx(0.25, rel=1e-15)
    assert score.first(0.25) == 2
    assert score.first(math.nextafter(0.25, 1)) == 1
    assert hft(0.06).p_value(np.arange(1, 100)).max() == 1


def test_a_score_beyond_reach_proves_nothing():
    """Payoffs up to 1/10: one round cannot score ceil(0.09) = 1."""
    tenth = (Fraction(0), Fraction(1, 10))
    score = ExpectedScore(null=0.5, expected=0.09, payoff_range=tenth, win_lose=False)
    assert score.p_value(np.arange(1, 10)).tolist() == [1.0] * 9


def test_no_count_beyond_the_limit():
    assert chsh(0.2928932).first(0.05) is None
    assert chsh(0.2928932).safe(0.05) is None
