"""Tests that may stop at any time: the wealth of a gambler whose bets no process of the null beats.

Each round multiplies the wealth, 1 at first, by a factor R >= 0 whose mean is at most 1 under the
null, given all that went before (`e_variable`). By Ville's inequality the wealth ever reaches
1/alpha with probability at most alpha, with memory and whenever the run is stopped. For wins and
losses the best R is w/beta or (1-w)/(1-beta).

The first passage of ln(wealth) to ln(1/alpha) is computed as it is defined: the law of the walk
that has not yet passed, round by round, on the lattice of ln R. Where that would be slow, the
wealth is looked at only every so many rounds, and at each look ln R of the rounds since the last
one is rounded down to a coarser lattice: again a valid test, and the true wealth passes no later
than the one followed. The lattice costs at most a hundredth of the growth. k looks in the expected
run cost about .4/sqrt(k) of the rounds; there are 60 or more of them.
References: arXiv:2010.09686, arXiv:1108.2468.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.sums import SumLaw, second_order_rounds

FloatArray = NDArray[np.float64]

#: No longer run than this is followed.
MOST_ANYTIME = 10**6
#: Elementary operations of a walk that is looked at after every round, some tenths of a second.
_DENSE_WORK = 6e8
#: Looks at a walk times cells of its window, otherwise.
_LOOK_WORK = 2e6
_MOST_LOOKS = 1024
#: The part of the growth between two looks that the coarser lattice may cost.
_LOST = 0.01
_SPARSE = 32
#: A probability that no longer counts, above the noise of fast convolutions; what is dropped counts
#: as never passing.
_NOTHING = 1e-15
#: The part of the runs that are not followed to their end.
_ALIVE = 1e-5
_END = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Passage:
    """When the wealth first reaches 1/alpha.

    Attributes
    ----------
    growth : float
        The mean of ln R; the bet loses in the long run if it is not positive.
    first : int or None
        The smallest number of rounds by which it has passed with the power asked for; None if it
        never does, or beyond `MOST_ANYTIME` rounds.
    mean : float or None
        The mean number of rounds until it passes.
    passed : ndarray
        The probability of having passed after 0, `stride`, 2 `stride`, ... rounds.
    stride : int
        The rounds from one look at the wealth to the next.
    """

    growth: float
    first: int | None
    mean: float | None
    passed: FloatArray
    stride: int

    @property
    def statement(self) -> str:
        """What to say of a bet that does not grow; empty if it does."""
        if self.growth > 0:
            return ""
        return (
            f"the bet loses: its growth is {self.growth:.2g} per round. "
            "Design it for a lower visibility than the machine has"
        )


def win_lose_bet(bet_for: float, null: float) -> tuple[float, float]:
    """Return (low, step): ln R of a loss, and by how much that of a win is larger.

    Parameters
    ----------
    bet_for : float
        The win probability for which the bet is the best.
    null : float
        The largest win probability of the null.

    Examples
    --------
    >>> low, step = win_lose_bet(0.8, 0.75)
    >>> round(math.exp(low), 9), round(math.exp(low + step), 9)
    (0.8, 1.066666667)
    """
    # A bet on a sure win loses all; a very small rest is as good.
    low = math.log(max(1 - bet_for, 1e-300) / (1 - null))
    return low, math.log(bet_for / null) - low


def passage(low: float, step: float, law: FloatArray, *, alpha: float, power: float) -> Passage:
    """Follow the wealth until it has passed 1/alpha almost surely.

    Parameters
    ----------
    low, step : float
        ln R = low + step j.
    law : ndarray
        The probability of each j = 0, 1, ... in truth.
    alpha, power : float

    Examples
    --------
    >>> low, step = win_lose_bet(0.83, 0.75)
    >>> found = passage(low, step, np.array([0.17, 0.83]), alpha=0.05, power=0.9)
    >>> found.first, round(found.mean)
    (318, 164)
    """
    sums = SumLaw(law)
    growth = low + step * sums.mean
    nothing = Passage(growth=growth, first=None, mean=None, passed=np.zeros(1), stride=1)
    if growth <= 0:
        return nothing
    expected = second_order_rounds(growth, step * sums.spread, alpha=alpha, power=power)
    if expected > MOST_ANYTIME:
        return nothing
    stride = _stride(sums, expected, growth / step)
    walk = (low, step, law) if stride == 1 else _strided(sums, low, step, stride)
    passed = _follow(*walk, -math.log(alpha), _END * expected / stride)
    reached = passed >= power
    first = int(reached.argmax()) * stride if reached.any() else None
    mean = float((1 - passed).sum()) * stride
    return Passage(growth=growth, first=first, mean=mean, passed=passed, stride=stride)


def _stride(sums: SumLaw, expected: float, growth: float) -> int:
    """Return every how many rounds the wealth is looked at; the growth is in lattice steps."""
    window = 16 * sums.spread * math.sqrt(expected) + sums.top
    if expected * window * np.count_nonzero(sums.law) <= _DENSE_WORK:
        return 1
    # With k looks the coarser lattice has this many times k cells.
    coarse = window / (2 * _LOST * growth * expected)
    looks = max(_LOOK_WORK / window, math.sqrt(_LOOK_WORK / coarse))
    return max(1, round(expected / min(looks, _MOST_LOOKS)))


def _strided(sums: SumLaw, low: float, step: float, stride: int) -> tuple[float, float, FloatArray]:
    """Return (low, step, law) of ln R of `stride` rounds, on a lattice that is coarse enough."""
    base, law = sums.window(stride)
    low = stride * low + base * step
    mean = low + step * float(law @ np.arange(law.size))
    # Rounding down costs half a step in the mean.
    coarse = 2 * _LOST * mean
    if coarse <= step:
        return low, step, law
    places = np.floor((low + step * np.arange(law.size)) / coarse).astype(np.int64)
    rounded = np.bincount(places - places[0], weights=law)
    return float(places[0]) * coarse, coarse, rounded.astype(np.float64)


def _follow(start: float, step: float, law: FloatArray, target: float, most: float) -> FloatArray:
    """Return the probability of having passed after 0, 1, 2, ... looks, until nearly certain."""
    support = np.flatnonzero(law > _NOTHING)
    base = int(support[0])
    law = law[base : support[-1] + 1]
    sparse = np.flatnonzero(law > _NOTHING) if support.size <= _SPARSE else None
    convolved = _Convolution(law)
    alive, lowest = np.ones(1), 0
    passed, looks = [0.0], 0
    while passed[-1] < 1 - _ALIVE and looks < most:
        looks += 1
        if sparse is None:
            following = np.maximum(convolved(alive), 0.0)
        else:
            following = np.zeros(alive.size + law.size - 1)
            for place in sparse:
                following[place : place + alive.size] += law[place] * alive
        lowest += base
        # The walk stands at looks * start + step * (lowest + index).
        barrier = math.ceil((target - looks * start) / step - 1e-9) - lowest
        barrier = min(max(barrier, 0), following.size)
        passed.append(passed[-1] + float(following[barrier:].sum()))
        following = following[:barrier]
        some = np.flatnonzero(following > _NOTHING)
        if not some.size:
            break
        alive = following[some[0] : some[-1] + 1]
        lowest += int(some[0])
    return np.array(passed)


class _Convolution:
    """Fast convolution with one law, whose transform is kept while the size stays the same."""

    def __init__(self, law: FloatArray) -> None:
        self.law = law
        self.size, self.waves = 0, np.zeros(0, dtype=np.complex128)

    def __call__(self, other: FloatArray) -> FloatArray:
        from scipy.fft import irfft, next_fast_len, rfft

        full = self.law.size + other.size - 1
        size = next_fast_len(full, real=True)
        if size != self.size:
            self.size, self.waves = size, rfft(self.law, size)
        found: FloatArray = irfft(rfft(other, size) * self.waves, size)[:full]
        return found
