"""Upper bounds on p-values of a total score, as logarithms: they never underflow.

Each of N rounds scores between 0 and 1. The null is every process, with memory or without, whose
conditional mean score is at most beta in every round. B is binomial with N rounds and the win
probability beta.

- Scores 0 and 1:  P[score >= k] <= P[B >= k], attained by independent rounds.
- Any scores: for every convex function f that does not fall, E f(score) <= E f(B), because in each
  round a score between 0 and 1 can be spread out to 0 and 1 with the same mean. By Markov's
  inequality for f(s) = (s - t)_+,

      P[score >= x] <= min over t < x of  E (B - t)_+ / (x - t).

  The minimum is at a whole t. This convex-order bound needs no coins, and is never above
  Bentkus's e P[B >= x] (interpolated) or the Chernoff bound exp(-N kl(x/N || beta)), since both
  follow from the same inequality for f with a weaker f or a weaker estimate.

The probability of k wins is taken in Loader's form, by deviances, so that its logarithm is good to
about 1e-13 of its size; the tail is a sum of ratios of neighbours.

References: Bentkus, doi:10.1214/009117904000000360; Loader, Fast and accurate computation of
binomial probabilities (2000); memory: arXiv:1510.07233.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.binomial import upper_tail

_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)


def ln_binomial_tail(rounds: int, wins: int, null: Fraction) -> float:
    """Return ln P[Bin(rounds, null) >= wins].

    Parameters
    ----------
    rounds, wins : int
        0 <= wins <= rounds.
    null : Fraction
        In (0, 1].

    Examples
    --------
    >>> f"{math.exp(ln_binomial_tail(245, 196, Fraction(3, 4))):.15f}"
    '0.039077671389657'
    >>> round(ln_binomial_tail(10**6, 800_000, Fraction(3, 4)), 6)
    -7007.630816
    """
    if wins <= 0 or null == 1:
        return 0.0
    if wins <= rounds * null:
        return math.log(upper_tail(rounds, rounds - wins, float(null)))
    return _ln_probability(rounds, wins, null) + math.log(_ratios(rounds, wins, null).sum())


def ln_convex_order(rounds: int, score: Fraction, null: Fraction) -> float:
    """Return the logarithm of the convex-order bound on P[total score >= score].

    Parameters
    ----------
    rounds : int
    score : Fraction
        The total of the rounds' scores, in [0, rounds].
    null : Fraction
        The largest conditional mean score of a round under the null, in (0, 1].

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> [round(math.exp(ln_convex_order(10, Fraction(s), half)), 6) for s in (5, 9, 10)]
    [1.0, 0.011719, 0.000977]
    """
    if score <= rounds * null:
        return 0.0

    def bound(t: int) -> float:
        return _ln_excess(rounds, t, null) - math.log(score - t)

    # A convex function over a falling line has one valley: bisect for the first step up.
    low, high = 0, math.ceil(score) - 1
    while low < high:
        middle = (low + high) // 2
        if bound(middle + 1) < bound(middle):
            low = middle + 1
        else:
            high = middle
    return min(0.0, bound(low))


def decimal_of_ln(ln: float, digits: int = 3) -> str:
    """Return exp(ln) in decimals, however small or large.

    Examples
    --------
    >>> decimal_of_ln(math.log(0.0390776)), decimal_of_ln(-6700.1)
    ('0.0391', '1.53e-2910')
    """
    if -9 < ln < 14:
        return f"{math.exp(ln):.{digits}g}"
    power = math.floor(ln / math.log(10))
    leading = f"{math.exp(ln - power * math.log(10)):.{digits - 1}f}"
    # 9.999 is rounded to 10.00: one power more.
    return f"1e{power + 1:+03d}" if leading.startswith("10") else f"{leading}e{power:+03d}"


def _ln_excess(rounds: int, t: int, null: Fraction) -> float:
    """Return ln E (B - t)_+ for 0 <= t < rounds."""
    if t + 1 > rounds * null:
        terms = _ratios(rounds, t + 1, null)
        weighted = float(terms @ np.arange(1, len(terms) + 1))
        return _ln_probability(rounds, t + 1, null) + math.log(weighted)
    # Below the mean:  (B - t)_+ = B - t + (t - B)_+,  and t - B = (lost) - (N - t).
    less = math.exp(_ln_excess(rounds, rounds - t, 1 - null)) if t > 0 and null < 1 else 0.0
    return math.log(float(rounds * null - t) + less)


def _ratios(rounds: int, wins: int, null: Fraction) -> NDArray[np.float64]:
    """Return P[B = wins + i] / P[B = wins] for i = 0, 1, ... until they no longer matter.

    For wins above the mean they fall like a normal density or faster.
    """
    most = min(rounds - wins, 100 + 12 * math.isqrt(rounds))
    i = np.arange(most, dtype=np.float64)
    odds = float(null / (1 - null)) if null < 1 else math.inf
    falls = (rounds - wins - i) / (wins + 1 + i) * odds
    return np.concatenate([[1.0], np.cumprod(falls)])


def _ln_probability(rounds: int, wins: int, null: Fraction) -> float:
    """Return ln P[B = wins] for a null below 1."""
    losses = rounds - wins
    deviances = _deviance(wins, rounds * null) + _deviance(losses, rounds * (1 - null))
    if 0 in (wins, losses):
        return -deviances
    shape = _stirling(rounds) - _stirling(wins) - _stirling(losses)
    return shape - deviances - 0.5 * math.log(2 * math.pi * wins * (losses / rounds))


def _deviance(count: int, mean: Fraction) -> float:
    """Return  count ln(count/mean) + mean - count,  which is never negative."""
    if count == 0:
        return float(mean)
    # The difference is exact, so that a count near its mean loses no digits.
    excess = float((mean - count) / count)
    return count * (excess - math.log1p(excess))


def _stirling(count: int) -> float:
    """Return  ln count! - ln(sqrt(2 pi count) (count/e)^count)."""
    if count < 16:
        exact = math.log(math.factorial(count))
        return exact - (count + 0.5) * math.log(count) + count - 0.5 * math.log(2 * math.pi)
    return math.fsum(term / count ** (2 * k + 1) for k, term in enumerate(_STIRLING))
