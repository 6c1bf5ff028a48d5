"""What rate fills a window: the number of pairs that arrive in it is random.

Pairs arrive as a Poisson process, on average T R in a window of T seconds at R per second. Four
protocols are valid for the claim that the win probability exceeds beta:

- preset: N rounds are fixed in advance, and with fewer nothing is claimed: the test of N rounds is
  made when there are N. The power is P[n >= N] power(N);
- curtailed: the same N and the same number k(N) of wins, but the claim is made as soon as the wins
  are there: then no missing round could have changed it. A missing round counts as lost, and the
  power is the sum over the arrivals n of P[n] P[at least k(N) wins in min(n, N) rounds];
- observed: the exact test of as many rounds as there were, sum of P[n] power(n). Valid only if
  heralding cannot depend on earlier outcomes;
- anytime: the bet of `betting`, sum of P[n] P[passed within n rounds].

Preset and curtailed are valid whatever decides how many pairs arrive, even earlier outcomes: both
reject only where N rounds, the missing ones added in any way, would. Curtailed rejects wherever
preset does and more, so that it is never worse and nothing has to be given for it; preset is what
the words "N rounds, fixed in advance" say, and what a p-value of N rounds stands for. For both, N
is the best for the rate. The least rate of each is where its power reaches the one asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.betting import FloatArray, passage, win_lose_bet
from xorgames.hardware.binomial import allowed_losses, binomial_rounds, powers, upper_tail

#: With more rounds than this in a window their number is as good as fixed.
MOST_ARRIVALS = 2000


@dataclass(frozen=True, kw_only=True)
class LeastRates:
    """The least rate of each protocol, in rounds per second."""

    preset_hz: float
    curtailed_hz: float
    observed_hz: float
    anytime_hz: float

    def to_dict(self) -> dict[str, float]:
        """Return the rates by protocol."""
        return {
            "preset": self.preset_hz,
            "curtailed": self.curtailed_hz,
            "observed": self.observed_hz,
            "anytime": self.anytime_hz,
        }


def least_rate_hz(
    null: float, alternative: float, *, window_s: float, alpha: float, power: float
) -> LeastRates | None:
    """Return the rates at which the protocols reach the power in one window.

    Parameters
    ----------
    null, alternative : float
        Win probabilities of the best classical strategy and of the machine.
    window_s, alpha, power : float

    Returns
    -------
    LeastRates, or None if more than `MOST_ARRIVALS` rounds are needed.

    Examples
    --------
    >>> rates = least_rate_hz(0.75, 0.83, window_s=0.01, alpha=0.05, power=0.9)
    >>> {name: round(rate / 1000, 1) for name, rate in rates.to_dict().items()}
    {'preset': 26.8, 'curtailed': 25.9, 'observed': 23.5, 'anytime': 31.9}
    """
    fixed = binomial_rounds(null, alternative, alpha=alpha, power=power)
    if fixed is None or fixed[1] > MOST_ARRIVALS:
        return None
    law = np.array([1 - alternative, alternative])
    walk = passage(*win_lose_bet(alternative, null), law, alpha=alpha, power=power)
    if walk.first is None:
        return None
    most = 2 * max(fixed[1], walk.first) + 200
    observed = powers(most, null, alternative, alpha=alpha)
    passed = np.concatenate([walk.passed, np.full(most, walk.passed[-1])])[: most + 1]
    allowed = allowed_losses(most, null, alpha=alpha)
    preset, curtailed = (
        _least_preset(observed, allowed, alternative, power, early) for early in (False, True)
    )
    rates = [_least(curve, power, most) / window_s for curve in (observed, passed)]
    return LeastRates(
        preset_hz=preset / window_s,
        curtailed_hz=curtailed / window_s,
        observed_hz=rates[0],
        anytime_hz=rates[1],
    )


def observed_power(null: float, alternative: float, mean: float, *, alpha: float) -> float:
    """Return the power of the protocol "observed" where so many rounds arrive on average.

    Examples
    --------
    >>> round(observed_power(0.75, 0.83, 235.0, alpha=0.05), 2)
    0.9
    """
    most = int(mean + 12 * mean**0.5) + 40
    return float(_arrivals(mean, most) @ powers(most, null, alternative, alpha=alpha))


def _arrivals(mean: float, most: int) -> FloatArray:
    """Return P[0], ..., P[most] of a Poisson law, the rest added to the last."""
    from scipy.special import pdtrc

    chances = _poisson(np.arange(most + 1), mean)
    chances[-1] += pdtrc(most, mean)
    return np.asarray(chances)


def _least(curve: FloatArray, power: float, most: int) -> float:
    """Return the mean number of arrivals at which the mean of the curve is the power."""
    return _crossing(lambda mean: float(_arrivals(mean, most) @ curve) - power, most)


def _least_preset(
    observed: FloatArray, allowed: NDArray[np.int64], alternative: float, power: float, early: bool
) -> float:
    """Return the least mean number of arrivals over all preset numbers of rounds.

    Beyond the first number with the power, more rounds help only while they make up for arrivals
    that are missing, a few spreads of the Poisson law.
    """
    from scipy.special import pdtrc

    most = observed.size - 1
    first = int((observed >= power).argmax())
    best = float(most)
    for rounds in range(first, min(most, first + int(6 * first**0.5) + 20)):
        few = np.arange(rounds - allowed[rounds], rounds)
        lost = few - (rounds - allowed[rounds])
        chances = upper_tail(few, lost, alternative) if early else np.zeros(few.size)

        def reached(
            mean: float,
            rounds: int = rounds,
            few: NDArray[np.int64] = few,
            chances: FloatArray = chances,
        ) -> float:
            full = float(pdtrc(rounds - 1, mean)) * float(observed[rounds])
            return full + float(_poisson(few, mean) @ chances) - power

        if reached(best) > 0:
            best = _crossing(reached, best)
    return best


def _poisson(number: NDArray[np.int64], mean: float) -> FloatArray:
    from scipy.special import gammaln

    return np.asarray(np.exp(number * np.log(mean) - mean - gammaln(number + 1.0)))


def _crossing(excess: Callable[[float], float], high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(excess, 1e-3, high, xtol=1e-6))
