"""Tails of total scores: against exact sums, fractions, scipy and weaker bounds."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from xorgames.hardware.evidence_tail import decimal_of_ln, ln_binomial_tail, ln_convex_order

QUARTER = Fraction(3, 4)


def exact_ln_tail(rounds, wins, null):
    """Sum the tail in 50 digits."""
    with mpmath.workdps(50):
        p = mpmath.mpf(null.numerator) / null.denominator
        term = mpmath.binomial(rounds, wins) * p**wins * (1 - p) ** (rounds - wins)
        total = mpmath.mpf(0)
        while wins <= rounds and term > total * mpmath.mpf(10) ** -40:
            total += term
            term *= mpmath.mpf(rounds - wins) / (wins + 1) * p / (1 - p)
            wins += 1
        return float(mpmath.log(total))


def test_the_first_loophole_free_test():
    """245 rounds, 196 wins."""
    found = math.exp(ln_binomial_tail(245, 196, QUARTER))
    assert found == pytest.approx(0.0390776713896572, rel=1e-14)


@pytest.mark.parametrize("rounds", [1, 2, 15, 16, 17, 100, 3000])
@pytest.mark.parametrize("null", [Fraction(1, 1000), Fraction(1, 3), QUARTER, Fraction(999, 1000)])
def test_the_tail_against_scipy(rounds, null):
    wins = np.unique(np.linspace(0, rounds, 30).astype(int))
    expected = binom.logsf(wins - 1, rounds, float(null))
    for k, ln_p in zip(wins.tolist(), expected, strict=True):
        if ln_p > -600:
            assert ln_binomial_tail(rounds, k, null) == pytest.approx(ln_p, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("rounds", "wins", "null"),
    [
        (10_000, 9_900, QUARTER),
        (10**5, 99_000, Fraction(79, 100)),
        (10**6, 800_000, QUARTER),
        (10**7, 7_510_000, QUARTER),
        (10**7, 8_535_534, QUARTER),
        (10**6, 30, Fraction(1, 10**6)),
        (3000, 3000, QUARTER),
    ],
)
def test_the_far_tail_against_50_digits(rounds, wins, null):
    expected = exact_ln_tail(rounds, wins, null)
    assert ln_binomial_tail(rounds, wins, null) == pytest.approx(expected, rel=1e-13)


def test_extreme_decimals():
    ln_p = exact_ln_tail(30_000, 29_000, QUARTER)
    assert decimal_of_ln(ln_p) == mpmath.nstr(mpmath.exp(ln_p), 3)
    assert ln_p < -1e3 * math.log(10)
    assert decimal_of_ln(math.log(1.69) - 2911 * math.log(10)) == "1.69e-2911"
    assert decimal_of_ln(math.log(9.999) - 50 * math.log(10)) == "1e-49"
    assert decimal_of_ln(math.log(9.999) + 400 * math.log(10)) == "1e+401"
    assert [decimal_of_ln(ln) for ln in (0.0, math.log(0.05))] == ["1", "0.05"]


def brute_convex_order(rounds, score, null):
    """The minimum over every whole t, in fractions."""
    pmf = [math.comb(rounds, k) * null**k * (1 - null) ** (rounds - k) for k in range(rounds + 1)]
    bounds = [Fraction(1)]
    for t in range(math.ceil(score)):
        excess = sum((k - t) * pmf[k] for k in range(t + 1, rounds + 1))
        bounds.append(excess / (score - t))
    return float(min(bounds))


@pytest.mark.parametrize("null", [Fraction(1, 50), Fraction(2, 3), Fraction(9, 10)])
@pytest.mark.parametrize("rounds", [1, 7, 40])
def test_convex_order_against_every_knot(rounds, null):
    for numerator in range(3 * rounds + 1):
        score = Fraction(numerator, 3)
        found = math.exp(ln_convex_order(rounds, score, null))
        assert found == pytest.approx(brute_convex_order(rounds, score, null), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 10**6), st.floats(0.01, 0.99), st.floats(0.001, 1))
def test_convex_order_beats_chernoff_and_bentkus_and_not_the_truth(rounds, null, share):
    """It lies between the tail of two-valued scores and the weaker bounds."""
    null = Fraction(null)
    score = rounds * (null + Fraction(share) * (1 - null))
    whole, mean = math.floor(score), float(score / rounds)
    part = float(score - whole)
    found = ln_convex_order(rounds, score, null)
    lost = (1 - mean) * math.log((1 - mean) / float(1 - null)) if mean < 1 else 0.0
    chernoff = -rounds * (mean * math.log(mean / float(null)) + lost)
    tails = [ln_binomial_tail(rounds, min(k, rounds), null) for k in (whole, whole + 1)]
    bentkus = 1 + (1 - part) * tails[0] + part * tails[1]
    slack = 1e-9 * (1 + abs(found))
    assert tails[1] - slack <= found <= min(chernoff, bentkus, 0.0) + slack
