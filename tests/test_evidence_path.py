"""The running evidence: against a slow reference, coverage under drift, widths."""

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.recorded_rounds import ASYMMETRIC, CHSH, HFT, batch, judge, play, solved
from xorgames.hardware import evidence_path
from xorgames.hardware.evidence_path import BETS, ln_mixture


def slow_path(null_value, low, high, received):
    """The e-value after every round, by the definition."""
    beta = (null_value - low) / (high - low)
    weights = np.sqrt(BETS * (1 - BETS))
    capital, path = weights / weights.sum(), []
    for u in received:
        capital = capital * (1 + BETS * ((u - low) / (high - low) / beta - 1))
        path.append(capital.sum())
    return np.log(path)


@pytest.mark.parametrize("game", [CHSH, HFT, ASYMMETRIC], ids=lambda game: game.name)
def test_the_path_against_a_slow_reference(game):
    rounds = play(game, 700, np.random.default_rng(5), visibility=0.95)
    received = game.payoff[rounds.x, rounds.y, rounds.a ^ rounds.b]
    low, high = map(float, game.payoff_range)
    null = solved(game).classical.value.upper
    reference = slow_path(null, low, high, received)
    found = judge(game, rounds)
    path = found.path
    assert path.rounds[:200].tolist() == list(range(1, 201))
    assert path.rounds[-1] == 700
    assert path.ln_e_value == pytest.approx(reference[path.rounds - 1], abs=1e-9)
    means = np.cumsum(received) / np.arange(1, 701)
    assert path.mean == pytest.approx(means[path.rounds - 1], abs=1e-12)
    assert (path.lower <= path.mean).all()
    assert (path.mean <= path.upper).all()
    assert found.ln_e_value_max == path.ln_e_value.max()
    assert found.mean == pytest.approx(means[-1], abs=1e-12)


def test_the_confidence_sequence_covers_a_drifting_mean():
    """The average of the conditional means stays inside at all times in 1 - alpha of the runs."""
    rng, missed, runs = np.random.default_rng(8), 0, 200
    p = 0.7 + 0.25 * np.sin(np.arange(1, 401) / 60)
    average = np.cumsum(p) / np.arange(1, 401)
    for _ in range(runs):
        wins = rng.random(400) < p
        zero = np.zeros(400, dtype=np.int64)
        path = judge(CHSH, batch(zero, zero, zero, np.where(wins, 0, 1)), alpha=0.1).path
        truth = average[path.rounds - 1]
        missed += bool(((truth < path.lower) | (truth > path.upper)).any())
    assert binomtest(missed, runs, 0.1, alternative="greater").pvalue > 1e-3
    assert path.upper[-1] - path.lower[-1] < 0.2


def test_the_confidence_sequence_shrinks_like_the_root():
    rng = np.random.default_rng(9)
    widths = [
        judge(HFT, play(HFT, rounds, rng, visibility=0.9)).interval.width
        for rounds in (10**4, 10**6)
    ]
    assert 8 < widths[0] / widths[1] < 11


@pytest.mark.parametrize("alpha", [0.3, 0.05, 1e-12])
def test_the_radius_is_where_the_mixture_reaches_its_target(alpha):
    spread = np.array([0.0, 1e-9, 0.25, 50.0, 1e4, 1e8])
    radius = evidence_path._radius(spread, alpha)

    def height(d):
        costs = np.multiply.outer(spread, -np.log1p(-BETS) - BETS)
        return ln_mixture(np.multiply.outer(d, BETS) - costs) - np.log(2 / alpha)

    assert (height(radius * (1 + 1e-13)) > 0).all()
    assert (height(radius * (1 - 1e-13)) < 0).all()


def test_many_scores_are_followed_like_few(monkeypatch):
    rounds = play(ASYMMETRIC, 300, np.random.default_rng(6), visibility=0.95)
    kept = judge(ASYMMETRIC, rounds).to_dict()
    monkeypatch.setattr(evidence_path, "_KEPT", 0)
    assert judge(ASYMMETRIC, rounds).to_dict() == kept
