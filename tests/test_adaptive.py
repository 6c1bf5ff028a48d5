"""The exact adversary: the binomial for CHSH, brute force, attained, the rule of the lattice."""

import itertools
import math
from functools import cache
from itertools import islice

import numpy as np
import pytest
from scipy.stats import binom

from tests.nulls import ASYMMETRIC, CHSH, behaviour, null_of
from xorgames.hardware.adaptive import adaptive_rounds, critical_totals
from xorgames.hardware.binomial import binomial_rounds
from xorgames.hardware.e_variable import best_e_variable


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
@pytest.mark.parametrize("alpha", [0.05, 1e-6])
def test_chsh_is_the_binomial(claim, alpha):
    wins = CHSH.payoff.astype(int)
    totals = critical_totals(null_of(CHSH, claim), wins, alpha=alpha)
    for rounds, critical in enumerate(islice(totals, 150)):
        # sf(k - 1) = P[at least k wins], k = 0, ..., rounds + 1.
        assert critical == np.argmax(binom.sf(np.arange(-1, rounds + 1), rounds, 0.75) <= alpha)


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_chsh_needs_the_rounds_of_the_binomial(claim):
    win = (2 + 2**0.5) / 4
    found = adaptive_rounds(
        null_of(CHSH, claim),
        CHSH.payoff.astype(int),
        np.array([1 - win, win]),
        alpha=0.05,
        power=0.9,
    )
    assert found == binomial_rounds(0.75, win, alpha=0.05, power=0.9) == (130, 139)


def value_of(scores, alpha, rounds):
    """The smallest significant total by recursion over everything an adversary can do."""
    pi = ASYMMETRIC.distribution
    strategies = [
        np.array([[scores[x, y, s[x] ^ t[y]] for y in (0, 1)] for x in (0, 1)])
        for s in itertools.product((0, 1), repeat=2)
        for t in itertools.product((0, 1), repeat=2)
    ]

    @cache
    def value(left, needed):
        if left == 0:
            return float(needed <= 0)
        return max(
            sum(pi[cell] * value(left - 1, needed - int(played[cell])) for cell in np.ndindex(2, 2))
            for played in strategies
        )

    return next(d for d in itertools.count() if value(rounds, d) <= alpha)


@pytest.mark.parametrize("seed", range(3))
def test_against_recursion(seed):
    scores = np.random.default_rng(seed).integers(0, 6, size=(2, 2, 2))
    scores.flat[0] = 0
    totals = critical_totals(null_of(ASYMMETRIC, "nonclassical"), scores, alpha=0.05)
    assert list(islice(totals, 12))[3:] == [value_of(scores, 0.05, n) for n in range(3, 12)]


def test_the_payoff_null_is_larger():
    """What every process with the classical payoff may gain, classical players gain at most."""
    scores = best_e_variable(null_of(ASYMMETRIC, "payoff"), behaviour(ASYMMETRIC), loss=0.1).levels
    smaller, larger = (
        list(islice(critical_totals(null_of(ASYMMETRIC, claim), scores, alpha=0.05), 60))
        for claim in ("nonclassical", "payoff")
    )
    assert all(a <= b for a, b in zip(smaller, larger, strict=True))
    assert smaller[-1] < larger[-1]


def rounds_at(loss, claim="nonclassical", visibility=1.0):
    null, odds = null_of(ASYMMETRIC, claim), behaviour(ASYMMETRIC, visibility)
    bet = best_e_variable(null, odds, loss=loss)
    law = null.laws.lower_law(bet.levels, odds)
    return adaptive_rounds(null, bet.levels, law, alpha=0.05, power=0.9)


def test_a_finer_lattice_saves_no_more_than_stated():
    """Refining the lattice changes the rounds by the loss stated, and never adds 3 percent."""
    counts = {loss: rounds_at(loss)[0] for loss in (0.1, 0.03, 0.01, 0.005, 0.002)}
    for coarse, fine in itertools.pairwise(counts):
        assert counts[fine] <= counts[coarse] * 1.03
        assert counts[coarse] <= counts[fine] * (1 + 1.2 * coarse) + 2
    assert counts[0.005] == pytest.approx(counts[0.002], rel=0.01)
    assert counts[0.005] == pytest.approx(283, rel=0.01)


def test_nothing_beyond_the_limit():
    null = null_of(CHSH, "nonclassical")
    law = np.array([0.24, 0.76])
    few = adaptive_rounds(null, CHSH.payoff.astype(int), law, alpha=0.05, power=0.9, most=20)
    assert few is None


def test_the_error_is_alpha_for_the_adversary_who_reaches_it():
    """Play the adversary of the recursion: the level is attained from below, not exceeded."""
    rng = np.random.default_rng(0)
    scores = best_e_variable(
        null_of(ASYMMETRIC, "nonclassical"), behaviour(ASYMMETRIC), loss=0.1
    ).levels
    pi, rounds, alpha = ASYMMETRIC.distribution, 40, 0.05
    values = [np.array([1.0])]
    top = int(scores.max())
    plays = [
        np.array([[scores[x, y, s[x] ^ t[y]] for y in (0, 1)] for x in (0, 1)])
        for s in itertools.product((0, 1), repeat=2)
        for t in itertools.product((0, 1), repeat=2)
    ]
    choices = []
    for _ in range(rounds):
        size = values[-1].size + top
        padded = np.concatenate([np.ones(top), values[-1], np.zeros(top)])
        options = np.array(
            [
                sum(pi[c] * padded[top - p[c] : top - p[c] + size] for c in np.ndindex(2, 2))
                for p in plays
            ]
        )
        choices.append(options.argmax(axis=0))
        values.append(options.max(axis=0))
    critical = next(
        islice(
            critical_totals(null_of(ASYMMETRIC, "nonclassical"), scores, alpha=alpha), rounds, None
        )
    )
    exact = values[-1][critical]
    assert exact <= alpha < values[-1][critical - 1]
    needed = np.full(20000, critical)
    for left in range(rounds, 0, -1):
        # Beyond the table nothing helps any more.
        choice = choices[left - 1][np.minimum(needed, choices[left - 1].size - 1)]
        cells = rng.choice(4, size=needed.size, p=pi.ravel())
        gained = np.array([play.ravel() for play in plays])[choice, cells]
        needed = np.maximum(needed - gained, 0)
    assert (needed == 0).mean() == pytest.approx(exact, abs=4 * math.sqrt(alpha / needed.size))
