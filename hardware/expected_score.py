"""The paper's count of rounds: where the expected score itself would be significant.

arXiv:2604.07451, as reported: the smallest m whose expected score, rounded up to a whole number,
c = ceil(m omega_Q), has a p-value below alpha (strictly). For win/lose games the p-value is
B(c) = P[Bin(m, omega_C) >= c]. For payoffs in [u_min, u_max] it is the interpolated bound

    e B(floor mu)^(1-f) B(ceil mu)^f,    mu = (c - m u_min)/(u_max - u_min),  f = mu - floor mu,

with the win probability xi = (omega_C - u_min)/(u_max - u_min), and at most 1.

No power is stated: an actual score exceeds its expectation about half of the time. The p-value is a
saw-tooth in m, so that larger m can fail again. A score that no m rounds can reach (c > m u_max)
proves nothing and counts as p = 1. For payoffs other than 0 and 1 the rounding of c makes the count
depend on the unit in which payoffs are written; that is part of the definition.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.binomial import MOST_ROUNDS, upper_tail

_DIRECT = 4096
_CHUNK = 8192
#: More p-values than this are not computed in the search for the saw-tooth's first dip.
_MOST_WORK = 2**22


@dataclass(frozen=True, kw_only=True)
class ExpectedScore:
    """The p-value of the expected score, by number of rounds.

    Attributes
    ----------
    null : float
        xi, the classical value mapped from [u_min, u_max] to [0, 1].
    expected : float
        omega_Q, the expected payoff of a round.
    payoff_range : (Fraction, Fraction)
        u_min and u_max.
    win_lose : bool
    """

    null: float
    expected: float
    payoff_range: tuple[Fraction, Fraction]
    win_lose: bool

    def p_value(self, rounds: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the p-value of the expected score of each number of rounds.

        Examples
        --------
        >>> chsh = ExpectedScore(null=0.75, expected=0.8535533905932737,
        ...                      payoff_range=(Fraction(0), Fraction(1)), win_lose=True)
        >>> chsh.p_value(np.array([33, 34])).round(4).tolist()
        [0.0586, 0.0491]
        """
        low, high = (float(end) for end in self.payoff_range)
        score = np.ceil(rounds * self.expected)
        if self.win_lose:
            return upper_tail(rounds, rounds - score, self.null)
        mu = (score - rounds * low) / (high - low)
        floor = np.floor(mu)
        part = mu - floor
        tails = [self._tail(rounds, floor), self._tail(rounds, floor + 1)]
        bound = np.e * tails[0] ** (1 - part) * tails[1] ** part
        return np.where(mu > rounds, 1.0, np.minimum(bound, 1.0))

    def first(self, alpha: float) -> int | None:
        """Return the smallest number of rounds with a p-value below alpha.

        None if it exceeds `MOST_ROUNDS`, or if the search would take too long.
        """
        direct = np.arange(1, _DIRECT + 1)
        found = self.p_value(direct) < alpha
        if found.any():
            return int(direct[found.argmax()])
        start = _last(lambda m: self._least(m) >= alpha)
        if start is None:
            return None
        for low in range(start, start + _MOST_WORK, _CHUNK):
            rounds = np.arange(low, low + _CHUNK)
            found = self.p_value(rounds) < alpha
            if found.any():
                first = int(rounds[found.argmax()])
                return first if first <= MOST_ROUNDS else None
        return None

    def safe(self, alpha: float) -> int | None:
        """Return the number of rounds from which all larger ones have a p-value below alpha."""
        stop = _last(lambda m: self._most(m) >= alpha)
        if stop is None:
            return None
        for high in range(stop, max(0, stop - _MOST_WORK), -_CHUNK):
            rounds = np.arange(max(1, high - _CHUNK + 1), high + 1)
            failed = self.p_value(rounds) >= alpha
            if failed.any():
                return int(rounds[failed.nonzero()[0][-1]]) + 1
        return 1 if stop < _MOST_WORK else None

    def _tail(self, rounds: Any, wins: Any) -> NDArray[np.float64]:
        """P[at least `wins`]; 1 for none or fewer, 0 for more than all."""
        within = np.clip(wins, 0, rounds)
        return np.where(wins > rounds, 0.0, upper_tail(rounds, rounds - within, self.null))

    def _least(self, rounds: int) -> float:
        """Return a smooth lower bound on the p-value: the highest score it can stand for."""
        return self._smooth(rounds, 1 / self._width + (0 if self.win_lose else 1))

    def _most(self, rounds: int) -> float:
        """Return a smooth upper bound on the p-value: the lowest score it can stand for."""
        return self._smooth(rounds, 0 if self.win_lose else -1)

    def _smooth(self, rounds: int, shift: float) -> float:
        share = (self.expected - float(self.payoff_range[0])) / self._width
        tail = float(self._tail(rounds, rounds * share + shift))
        return tail if self.win_lose else min(1.0, math.e * tail)

    @property
    def _width(self) -> float:
        low, high = self.payoff_range
        return float(high - low)


def _last(holds: Callable[[int], bool]) -> int | None:
    """Return the last m, from `_DIRECT` on, at which `holds`; None if beyond `MOST_ROUNDS`."""
    low, high = _DIRECT, 2 * _DIRECT
    while holds(high):
        if high > MOST_ROUNDS:
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
