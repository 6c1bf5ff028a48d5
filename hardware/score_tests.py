"""The total scores that are significant by closed tests of the mean, which hold for any payoffs.

Each of N rounds scores between 0 and 1; the null is every process, with memory or without, whose
conditional mean score is at most beta. The number of rounds is fixed in advance. With S the total,
kl(p, q) = p ln(p/q) + (1-p) ln((1-p)/(1-q)) and B binomial with N rounds and win probability beta,
bounds on the p-value are

- chernoff:      exp(-N kl(S/N, beta))  for S/N > beta, else 1;
- bentkus:       e P[B >= S], interpolated in the logarithm between whole numbers;
- convex-order:  min over t < S of  E(B - t)_+ / (S - t),  see `evidence_tail`; never above these.

S is significant from a critical score on, which for the last is

    min over t of  t + E(B - t)_+ / alpha,

the mean of the worst alpha of the binomial law, at the t with P[B > t] <= alpha < P[B >= t].
References: arXiv:2010.09686, arXiv:1510.07233, doi:10.1214/009117904000000360.
"""

import math
from typing import NamedTuple

import numpy as np

from xorgames.hardware.binomial import upper_tail
from xorgames.hardware.sums import FloatArray, IntArray

TESTS = ("convex-order", "bentkus", "chernoff")
#: No finer lattice is used.
MOST_STEPS = 10_000
_FINE = 200
_ROUNDING = 1e-15
#: More than the rounding of the critical scores up to 1e6 rounds.
_SLACK = 1e-7
_BISECTIONS = 60


def critical_score(test: str, rounds: IntArray, null: float, alpha: float) -> FloatArray:
    """Return the total score that is significant, by number of rounds; infinite if none is.

    Parameters
    ----------
    test : {"convex-order", "bentkus", "chernoff"}
    rounds : ndarray of int
    null, alpha : float

    Examples
    --------
    >>> rounds = np.array([245])
    >>> [round(float(critical_score(test, rounds, 0.75, 0.05)[0]), 3) for test in TESTS]
    [197.419, 198.096, 199.798]
    """
    number = rounds.astype(np.float64)
    score = {"convex-order": _convex_order, "bentkus": _bentkus, "chernoff": _chernoff}[test](
        number, null, alpha
    )
    return np.where(score <= number, score + _SLACK, np.inf)


def _convex_order(number: FloatArray, null: float, alpha: float) -> FloatArray:
    t = _quantile(number, null, alpha)
    fewer = np.maximum(number - 1, 0)
    mean = number * null * np.where(number > 1, upper_tail(fewer, fewer - t, null), t <= 0)
    score = t + (mean - t * _more(number, t, null)) / alpha
    # Where even N wins out of N are too likely, no score below t is left.
    return np.where(t < number, score, np.inf)


def _bentkus(number: FloatArray, null: float, alpha: float) -> FloatArray:
    level = alpha / math.e
    t = _quantile(number, null, level)
    with np.errstate(divide="ignore"):
        at, above = (np.log(_more(number, t - less, null)) for less in (1, 0))
    part = (at - math.log(level)) / (at - above)
    return np.where(t < number, t + part, np.inf)


def _chernoff(number: FloatArray, null: float, alpha: float) -> FloatArray:
    from scipy.special import rel_entr

    low, high = np.full(number.shape, null), np.ones(number.shape)
    for _ in range(_BISECTIONS):
        share = (low + high) / 2
        enough = number * (rel_entr(share, null) + rel_entr(1 - share, 1 - null)) >= -math.log(
            alpha
        )
        low, high = np.where(enough, low, share), np.where(enough, share, high)
    return np.where(-number * math.log(null) >= -math.log(alpha), number * high, np.inf)


def _quantile(number: FloatArray, null: float, level: float) -> FloatArray:
    """Return the smallest whole t with P[B > t] <= level."""
    low, high = np.full(number.shape, -1.0), number.copy()
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        small = _more(number, middle, null) <= level
        low, high = np.where(small, low, middle), np.where(small, middle, high)
    return high


def _more(number: FloatArray, t: FloatArray, null: float) -> FloatArray:
    """Return P[B > t]."""
    losses = np.maximum(number - t - 1, 0)
    return np.where(t < number, upper_tail(number, losses, null), 0.0)


class Lattice(NamedTuple):
    """Scores as multiples of 1/steps, and by how much the null's mean score is raised by that."""

    levels: IntArray
    steps: int
    raised: float


def score_lattice(scores: FloatArray, weights: FloatArray, *, most_lost: float) -> Lattice:
    """Return the coarsest lattice that costs no more than stated.

    Scores are rounded to the nearest multiple of 1/k. If none is rounded up by more than r, the
    null's mean rises by at most r, and every test with beta + r for beta stays valid. It costs r
    and what the machine's mean falls by; k = 1, 2, 3, ... (from 200 on, half a percent more each
    time) is the first for which that is little enough. Payoffs with a small common denominator are
    on the lattice exactly.

    Parameters
    ----------
    scores : ndarray
        In [0, 1].
    weights : ndarray of the same shape
        How often the machine has each.
    most_lost : float

    Examples
    --------
    >>> found = score_lattice(np.array([0.0, 0.3, 1.0]), np.array([0.2, 0.3, 0.5]), most_lost=1e-3)
    >>> found.levels.tolist(), found.steps
    ([0, 3, 10], 10)
    """
    k = 0
    while True:
        k += 1 if k < _FINE else k // _FINE
        levels = np.rint(scores * k)
        moved = levels / k - scores
        raised = max(float(moved.max()), 0.0)
        if raised - float((weights * moved).sum()) <= most_lost or k > MOST_STEPS:
            return Lattice(levels.astype(np.int64), k, raised + _ROUNDING)
