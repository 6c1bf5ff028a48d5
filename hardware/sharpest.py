"""Which test needs the fewest rounds, among those that are quickly computed."""

import math

import numpy as np

from xorgames.bound import Finding
from xorgames.hardware.betting import MOST_ANYTIME
from xorgames.hardware.odds import LIMITS, Count, Odds

#: What "auto" spends on one test: elementary operations, about a second, and cells of a game.
_AUTO_WORK = 1e9
_AUTO_CELLS = 4096
#: A growth larger by less than this is the same.
_SAME = 1e-6


def sharpest(odds: Odds) -> tuple[str, Count]:
    """Return the test with the fewest rounds among those that are quickly computed.

    With equal numbers the first in the order binomial or bernoulli, adaptive, betting,
    convex-order. For wins and losses on which the best bet is no better than one on the wins
    alone, as for CHSH, only the binomial test is computed: then it is the most powerful test.
    """
    best = "binomial" if odds.is_win_lose else "bernoulli"
    fewest = odds.count(best)
    small = odds.solution.game.matrix.size <= _AUTO_CELLS
    if odds.certifiable is not Finding.PROVEN or not small or _wins_are_all(odds):
        return best, fewest
    for test in ("adaptive", "betting"):
        if _quick(odds, test):
            count = odds.count(test)
            if _sharper(count, fewest):
                best, fewest = test, count
    if not odds.is_win_lose:
        most = (fewest.first or MOST_ANYTIME + 1) - 1
        count = Count(*(odds.by_score("convex-order", most=most) or (None, None)))
        if _sharper(count, fewest):
            best, fewest = "convex-order", count
    return best, fewest


def _wins_are_all(odds: Odds) -> bool:
    """Whether no bet grows faster than that on wins alone."""
    if not odds.is_win_lose or not odds.null_is_small or not odds.laws.known:
        return False
    w, beta = odds.alternative.lower, odds.null.upper
    of_wins = w * math.log(w / beta)
    of_wins += (1 - w) * math.log((1 - w) / (1 - beta)) if w < 1 else 0.0
    weights = odds.laws.distribution[..., None] * odds.behaviour
    shown = weights > 0
    ratios = odds.behaviour[shown] / odds.nearest[shown]
    return float(weights[shown] @ np.log(ratios)) <= of_wins * (1 + _SAME)


def _quick(odds: Odds, test: str) -> bool:
    """Whether a test is computed in about a second, by its number of operations."""
    if not odds.null_is_small or (test == "adaptive" and not odds.laws.known):
        return False
    m, n = odds.solution.game.shape
    if odds.rounds_about > LIMITS[test]:
        return False
    if test == "betting":
        return True
    answers = 4 * 2 ** min(m, n) if odds.claim == "nonclassical" else 20 * m * n
    window = 16 * odds.steps.spread * math.sqrt(odds.rounds_about) + odds.steps.top
    return odds.rounds_about * window * answers * m * n <= _AUTO_WORK


def _sharper(count: Count, than: Count) -> bool:
    return count.first is not None and (than.first is None or count.first < than.first)
