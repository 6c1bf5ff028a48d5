"""How many rounds the exact binomial test needs for a stated power.

The test of N rounds rejects "the win probability never exceeds beta" when at most l rounds are
lost, l being the largest number with  P[at most l of N lost; beta] <= alpha.  Its power at the win
probability w is  P[at most l of N lost; w].  Both tails fall as N grows with l fixed. So with

    N_l = the smallest N with P[at most l of N lost; beta] <= alpha

the test allows l losses exactly for N_l <= N < N_(l+1), and there the power falls from N_l on: as a
function of N it is a saw-tooth. The first N with the power asked for is the first N_l that has it;
the N from which all larger ones have it is N_(l+1) for the last l whose lowest tooth
N = N_(l+1) - 1 falls short.

The search runs over l. The real solution N*(l) of "tail = alpha" is smooth, N_l is N*(l) rounded
up, and the power at N*(l) bounds the power at N_l from above, as the power at N*(l+1) bounds the
lowest tooth from below. Each of these bounds crosses the power asked for once, beyond small l: what
is to be gained grows like l, the spread like its square root. From the first crossing upward every
tooth is looked at for the first N, from the second downward for the last failure; the l below 128
are looked at in any case. So no tooth is missed, and few are tried.

Tails come from scipy's regularised incomplete beta function. Against 40-digit sums its relative
error was below 3e-14 up to N = 1e4, 2e-11 up to 1e8 and 3e-10 up to 1e10, for tails down to
1e-241. It acts like a relative change of alpha of that size.
"""

import math
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: No number of rounds above this is given.
MOST_ROUNDS = 10**12
_DIRECT = 128
_CHUNK = 2048
_NODES = 12


def upper_tail(rounds: Any, losses: Any, win_probability: float) -> FloatArray:
    """Return P[at most `losses` of `rounds` are lost]; 1 where rounds <= losses.

    Both may be real: the continuation by the incomplete beta function, which falls with `rounds`.

    Examples
    --------
    >>> f"{upper_tail(245, 49, 0.75):.16f}"
    '0.0390776713896572'
    """
    from scipy.special import betainc

    wins = np.asarray(rounds, dtype=np.float64) - losses
    tail = betainc(np.maximum(wins, 1e-300), np.asarray(losses) + 1.0, win_probability)
    return np.where(wins > 0, tail, 1.0)


def binomial_rounds(
    null: float, alternative: float, *, alpha: float, power: float
) -> tuple[int, int] | None:
    """Return the first N with the power asked for, and the N from which all larger ones have it.

    Parameters
    ----------
    null, alternative : float
        Win probabilities, 0 <= null < alternative <= 1.
    alpha, power : float
        0 < alpha < power < 1.

    Returns
    -------
    (first, safe), or None if more than `MOST_ROUNDS` rounds are needed.

    Examples
    --------
    >>> binomial_rounds(0.75, 0.80, alpha=0.05, power=0.9)
    (604, 634)
    """
    teeth = _teeth(null, alpha)

    # The near end of each bracket of N*(l), so that no tooth with the power is passed over.
    def reaches(losses: int) -> bool:
        return bool(upper_tail(teeth.ends(losses)[0], losses, alternative) >= power)

    def always_reaches(losses: int) -> bool:
        return bool(upper_tail(teeth.ends(losses + 1)[1], losses, alternative) >= power)

    def limit(losses: int) -> bool:
        return bool(teeth.ends(losses)[0] > 2 * MOST_ROUNDS)

    first = _first(teeth, alternative, power, _crossing(reaches, limit))
    if first is None or first > MOST_ROUNDS:
        return None
    return first, _safe(teeth, alternative, power, _crossing(always_reaches, limit))


def powers(most: int, null: float, alternative: float, *, alpha: float) -> FloatArray:
    """Return the power of the exact binomial test of 0, 1, ..., `most` rounds.

    Examples
    --------
    >>> powers(229, 0.75, 0.83, alpha=0.05)[[228, 229]].round(4).tolist()
    [0.8813, 0.9064]
    """
    number = np.arange(most + 1)
    allowed = allowed_losses(most, null, alpha=alpha)
    return np.where(allowed < 0, 0.0, upper_tail(number, np.maximum(allowed, 0), alternative))


def allowed_losses(most: int, null: float, *, alpha: float) -> NDArray[np.int64]:
    """Return how many losses the exact test of 0, 1, ..., `most` rounds allows; -1 for none."""
    least = _teeth(null, alpha).rounds(np.arange(most + 1))
    return np.searchsorted(least, np.arange(most + 1), side="right") - 1


def _first(teeth: "_Teeth", alternative: float, power: float, start: int | None) -> int | None:
    for losses in teeth.chunks_up(start):
        rounds = teeth.rounds(losses)
        enough = upper_tail(rounds, losses, alternative) >= power
        if enough.any():
            return int(rounds[enough.argmax()])
    return None


def _safe(teeth: "_Teeth", alternative: float, power: float, start: int | None) -> int:
    for losses in teeth.chunks_down(start):
        following = teeth.rounds(losses + 1)
        short = upper_tail(following - 1, losses, alternative) < power
        if short.any():
            return int(following[short.nonzero()[0][-1]])
    return int(teeth.rounds(np.arange(1))[0])


def _crossing(holds: Callable[[int], bool], limit: Callable[[int], bool]) -> int | None:
    """Return the first l >= _DIRECT at which `holds`, by doubling and bisection."""
    low, high = _DIRECT - 1, _DIRECT
    while not holds(high):
        if limit(high):
            return None
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@lru_cache(maxsize=16)
def _teeth(null: float, alpha: float) -> "_Teeth":
    """Return the teeth of a test, which serve for machines of any quality."""
    return _Teeth(null, alpha)


class _Teeth:
    """The N_l of one test: the smallest numbers of rounds that allow l losses."""

    def __init__(self, null: float, alpha: float) -> None:
        self.null, self.alpha = null, alpha
        self._ends: dict[int, tuple[float, float]] = {}

    @cached_property
    def _few(self) -> NDArray[np.int64]:
        """N_l of the l that are looked at in any case, and of the next."""
        return self._found(np.arange(_DIRECT + 1))

    def ends(self, losses: int) -> tuple[float, float]:
        """Return the bracket of one l, which is found once."""
        if losses not in self._ends:
            low, high = self.bracket(losses)
            self._ends[losses] = float(low), float(high)
        return self._ends[losses]

    def bracket(self, losses: Any) -> tuple[Any, Any]:
        """Return two numbers a quarter of a round apart, with N*(l) between them.

        N*(l) is where the tail, continued to real N, equals alpha: above it on the left, at most
        alpha on the right.
        """
        lost = np.asarray(losses, dtype=np.float64)
        lose = 1 - self.null
        # The normal approximation with a deviate that is too large, and with none.
        spread = math.sqrt(-2 * math.log(self.alpha) * self.null * lose)
        high = ((spread + np.sqrt(spread**2 + 4 * lose * lost)) / (2 * lose)) ** 2 + 1
        high = np.maximum(high, lost + 1)
        low = np.where(self._above(lost / lose, lost), lost / lose, lost)
        while (outside := self._above(high, lost)).any():
            low = np.where(outside, high, low)
            high = np.where(outside, 2 * high, high)
        while (high - low > np.maximum(0.25, 4e-16 * high)).any():
            middle = (low + high) / 2
            above = self._above(middle, lost)
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return low, high

    def _above(self, rounds: Any, lost: Any) -> Any:
        return upper_tail(rounds, lost, self.null) > self.alpha

    def rounds(self, losses: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return N_l for a run of consecutive l."""
        return self._few[losses] if losses[-1] <= _DIRECT else self._found(losses)

    def _found(self, losses: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return N_l: a guess near N*(l), put right by the tails."""
        if losses[0] < _DIRECT or losses.size <= _NODES:
            guess = self.bracket(losses)[1]
        else:
            domain = [float(losses[0]), float(losses[-1])]
            nodes = np.polynomial.Chebyshev.interpolate(
                lambda some: self.bracket(some)[1], _NODES, domain=domain
            )
            guess = nodes(losses.astype(np.float64))
        rounds: NDArray[np.int64] = np.ceil(guess).astype(np.int64)
        while (many := ~self._above(rounds - 1, losses)).any():
            rounds = rounds - many
        while (few := self._above(rounds, losses)).any():
            rounds = rounds + few
        return rounds

    def chunks_up(self, start: int | None) -> Iterator[NDArray[np.int64]]:
        """Yield runs of l: the small ones, then upward from `start` without end."""
        yield np.arange(_DIRECT)
        while start is not None:
            yield np.arange(start, start + _CHUNK)
            start += _CHUNK

    def chunks_down(self, start: int | None) -> Iterator[NDArray[np.int64]]:
        """Yield runs of l from below `start` downward to 0."""
        stop = start or 0
        while stop > _DIRECT:
            yield np.arange(max(_DIRECT, stop - _CHUNK), stop)
            stop -= _CHUNK
        yield np.arange(_DIRECT)
