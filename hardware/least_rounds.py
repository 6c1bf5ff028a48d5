"""How few rounds any test can do with: the lemma of Neyman and Pearson.

Whatever a test does with the rounds, and whenever it stops, it must tell N independent rounds of
the machine's behaviour Q from N independent rounds of any one behaviour P of the null. So with
L = sum ln(Q/P), and for every t, its power is at most

    alpha e^t + E_Q (1 - e^(t - L))_+,

and at the best t no more can be said: that is the most powerful test of Q against P, randomised if
need be. P is the behaviour nearest to Q.

For L to live on a lattice each outcome with the ratio r = Q/P is split in two, with the ratios of
the two neighbouring points and the same total probability under Q and under P. To tell which of the
two came would only help a test: the bound stays a bound. It is loosened by a part of about
(step/spread)^2/4 of the growth; with the step a tenth of the spread of ln r, by 0.25 %.

More rounds never have less power: the answer is the N that has the power asked for while N - 1 has
it not. The normal deviate of the power is nearly a straight line in sqrt(N); the next N to try is
where the line through the last two reaches what is asked for.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from xorgames.hardware.sums import FloatArray, SumLaw, second_order_rounds

#: Runs beyond this are not looked at.
MOST_ROUNDS = 10**7
_PARTS = 10
_RANGE = 60.0
_RARE = 1e-12
#: So many lines are tried before the search goes on by bisection, and powers nearer to 0 or 1 than
#: this have no deviate.
_LINES = 12
_SURE = 1e-12


def fewest_rounds(
    weights: FloatArray, null_weights: FloatArray, *, alpha: float, power: float
) -> int | None:
    """Return a number such that no test has the power asked for with fewer rounds.

    Parameters
    ----------
    weights, null_weights : ndarray
        The probabilities of each input and outcome, for the machine and for one process of the
        null.
    alpha, power : float

    Returns
    -------
    int, or None beyond 10^7 rounds

    Examples
    --------
    >>> win = (2 + 2**0.5) / 4
    >>> fewest_rounds(np.array([win, 1 - win]), np.array([0.75, 0.25]), alpha=0.05, power=0.9)
    126
    """
    # What comes still less often may be the rounding of a zero.
    shown = weights.ravel() > _RARE
    q, p = weights.ravel()[shown], null_weights.ravel()[shown]
    low, step, law = _lattice(q / q.sum(), p)
    sums = SumLaw(law)
    if step == 0.0:
        return None

    def power_of(rounds: int) -> float:
        start, chances = sums.window(rounds)
        heights = rounds * low + step * (start + np.arange(chances.size, dtype=np.float64))
        return _most_power(heights, chances, alpha)

    growth = low + step * sums.mean
    about = float(MOST_ROUNDS)
    if growth > 0:
        about = second_order_rounds(growth, step * sums.spread, alpha=alpha, power=power)
    return _first(power_of, about, alpha=alpha, power=power)


def _first(
    power_of: Callable[[int], float], guess: float, *, alpha: float, power: float
) -> int | None:
    """Return the first number of rounds with the power, which is alpha for none and rises."""
    deviate = NormalDist().inv_cdf
    below, first, tried = 0, MOST_ROUNDS + 1, 0
    root, height = 0.0, deviate(alpha)
    while first - below > 1:
        rounds = math.ceil(min(max(guess, below + 1), first - 1))
        found = power_of(rounds)
        below, first = (below, rounds) if found >= power else (rounds, first)
        last_root, last_height = root, height
        root, height = math.sqrt(rounds), deviate(min(max(found, _SURE), 1 - _SURE))
        rise, tried = (height - last_height) * (root - last_root), tried + 1
        guess = (below + first) // 2
        if rise > 0 and tried < _LINES:
            run = (root - last_root) / (height - last_height)
            guess = max(root + (deviate(power) - height) * run, 0.0) ** 2
    return first if first <= MOST_ROUNDS else None


def _lattice(q: FloatArray, p: FloatArray) -> tuple[float, float, FloatArray]:
    """Return (low, step, law) of ln(q/p), split between the neighbouring points of a lattice."""
    logs = np.log(q / p)
    mean = float(q @ logs)
    spread = math.sqrt(float(q @ (logs - mean) ** 2))
    low, span = float(logs.min()), float(np.ptp(logs))
    if span < 1e-9:
        return low, 0.0, np.ones(1)
    # Two values span a lattice by themselves.
    middle = np.minimum(logs - low, low + span - logs) > 1e-5 * span
    parts = math.ceil(_PARTS * span / spread) if middle.any() else 1
    step = span / parts
    places = np.clip(np.floor((logs - low) / step), 0, parts - 1).astype(np.int64)
    # Of the share s that goes up:  s e^(-step) + (1 - s) = e^(place step - (ln r - low)).
    share = np.clip(np.expm1(places * step - (logs - low)) / math.expm1(-step), 0.0, 1.0)
    law = np.zeros(parts + 1)
    np.add.at(law, places, q * (1 - share))
    np.add.at(law, places + 1, q * share)
    return low, step, law


def _most_power(heights: FloatArray, chances: FloatArray, alpha: float) -> float:
    """Return the least of  alpha e^t + E (1 - e^(t - L))_+  over the lattice's useful points t.

    Above ln(1/alpha) the first term exceeds 1; where it is below e^-60, a lower t gains nothing.
    """
    most = -math.log(alpha)
    useful = heights > most - _RANGE
    heights, chances = heights[useful], chances[useful]
    if not heights.size:
        return 0.0
    scaled = chances * np.exp(heights[0] - heights)
    above, above_scaled = (np.cumsum(part[::-1])[::-1] - part for part in (chances, scaled))
    t = heights[heights <= most]
    bounds = alpha * np.exp(t) + above[: t.size] - np.exp(t - heights[0]) * above_scaled[: t.size]
    return float(min(bounds.min(initial=1.0), 1.0))
