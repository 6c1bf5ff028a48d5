"""Critical scores: against the tails they stand for, and against each other."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from xorgames.hardware.binomial import binomial_rounds
from xorgames.hardware.evidence_tail import ln_convex_order
from xorgames.hardware.score_tests import TESTS, critical_score, score_lattice
from xorgames.hardware.sums import SumLaw, first_and_safe


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 3000), st.floats(0.1, 0.9), st.sampled_from([0.05, 1e-3, 1e-6]))
def test_the_convex_order_bound_is_alpha_at_the_critical_score(rounds, null, alpha):
    """One bound, two computations: by logarithms of one score, and by the incomplete beta."""
    score = float(critical_score("convex-order", np.array([rounds]), null, alpha)[0])
    if math.isinf(score):
        ln_p = ln_convex_order(rounds, Fraction(rounds), Fraction(null))
        assert ln_p >= math.log(alpha) - 1e-6
        return
    below, above = (
        ln_convex_order(rounds, min(Fraction(score + d), Fraction(rounds)), Fraction(null))
        for d in (-1e-5, 1e-5)
    )
    assert above <= math.log(alpha) + 1e-6
    assert below >= math.log(alpha) - 1e-6


def test_bentkus_and_chernoff_by_their_formulas():
    rounds, null, alpha = 200, 0.6, 0.01
    score = float(critical_score("bentkus", np.array([rounds]), null, alpha)[0])
    k, part = math.floor(score), score - math.floor(score)
    tails = [binom.sf(k + i - 1, rounds, null) for i in (0, 1)]
    assert math.e * tails[0] ** (1 - part) * tails[1] ** part == pytest.approx(alpha, rel=1e-4)
    share = float(critical_score("chernoff", np.array([rounds]), null, alpha)[0]) / rounds
    kl = share * math.log(share / null) + (1 - share) * math.log((1 - share) / (1 - null))
    assert math.exp(-rounds * kl) == pytest.approx(alpha, rel=1e-4)


@pytest.mark.parametrize("alpha", [0.05, 1e-3, 1e-9])
def test_convex_order_is_never_above_the_others(alpha):
    rounds = np.arange(1, 2000, 37)
    scores = {test: critical_score(test, rounds, 0.75, alpha) for test in TESTS}
    assert (scores["convex-order"] <= scores["bentkus"]).all()
    assert (scores["convex-order"] <= scores["chernoff"]).all()


@pytest.mark.parametrize("test", TESTS)
def test_too_few_rounds_are_never_significant(test):
    """.75^10 = .056."""
    few = critical_score(test, np.arange(1, 11), 0.75, 0.05)
    assert np.isinf(few).all()


@pytest.mark.parametrize("win", [0.83, 0.9, 1.0])
def test_of_wins_bentkus_is_the_exact_test_at_alpha_over_e(win):
    found = first_and_safe(
        SumLaw(np.array([1 - win, win])),
        lambda rounds: critical_score("bentkus", rounds, 0.75, 0.05),
        power=0.9,
        most=10**5,
    )
    assert found == binomial_rounds(0.75, win, alpha=0.05 / math.e, power=0.9)


def test_the_size_is_kept_by_many_scores():
    """Independent scores of any kind with the null's mean, exactly: their tail at the critical."""
    rng = np.random.default_rng(7)
    rounds = 60
    for _ in range(30):
        levels = np.sort(rng.choice(21, size=4, replace=False))
        law = np.zeros(21)
        law[levels] = rng.dirichlet(np.ones(4))
        null = float(law @ np.arange(21)) / 20
        for test in TESTS:
            score = float(critical_score(test, np.array([rounds]), null, 0.05)[0])
            if math.isfinite(score):
                assert SumLaw(law).tail(rounds, math.ceil(20 * score)) <= 0.05


@pytest.mark.parametrize(
    ("scores", "steps"),
    [([0, 1], 1), ([0, 0.3, 0.7, 1], 10), ([0, 2 / 3, 1], 3), ([0, 0.25, 1], 4)],
)
def test_payoffs_with_a_small_denominator_are_on_the_lattice(scores, steps):
    scores = np.array(scores, dtype=float)
    found = score_lattice(scores, np.full(scores.size, 1 / scores.size), most_lost=1e-4)
    assert found.steps == steps
    np.testing.assert_allclose(found.levels / steps, scores, atol=1e-15)
    assert found.raised < 1e-14


def test_other_payoffs_cost_no_more_than_stated():
    rng = np.random.default_rng(0)
    scores, weights = np.append(rng.random(6), [0, 1]), rng.dirichlet(np.ones(8))
    for most in (1e-2, 1e-3):
        levels, steps, raised = score_lattice(scores, weights, most_lost=most)
        moved = levels / steps - scores
        assert moved.max() <= raised
        assert raised - (weights * moved).sum() <= most
