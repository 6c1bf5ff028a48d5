"""Sums of independent whole numbers: the exact law of a total score, and the rounds that it takes.

The law of a sum of N draws is the N-th power of its Fourier transform, on a window of twelve
standard deviations and ten largest steps to either side, or on all values where those are fewer.
What lies outside the window is far below 1e-13; the rounding is about N times 1e-16.

A test of a fixed number N of rounds rejects when the total reaches a critical number c(N). Its
power is a smooth function of N but for the rounding of c to whole numbers, which makes it a
saw-tooth. The distance of the mean total from c grows by some d per round; a tooth, one unit high,
lasts 1/d rounds. `first_and_safe` looks at every N within eight such teeth (and 16 rounds) of a
crossing of the power: farther away the distance from c differs by eight units from the one at which
the power is reached, where the rounding changes it by one. That the power does not cross again
beyond is not proven, but holds wherever the smooth function rises.
"""

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SPREADS, _STEPS = 24, 20
#: The power of a wave that is left out: all of them together change no probability by more.
_FADED = 1e-22
_TEETH, _MARGIN = 8, 16


class SumLaw:
    """The law of sums of independent draws.

    Parameters
    ----------
    law : ndarray, shape (k + 1,)
        The probabilities of 0, 1, ..., k in one draw.

    Examples
    --------
    >>> f"{SumLaw(np.array([0.25, 0.75])).tail(245, 196):.14f}"
    '0.03907767138966'
    """

    def __init__(self, law: FloatArray) -> None:
        self.law = law
        self.top = law.size - 1
        values = np.arange(law.size)
        self.mean = float(law @ values)
        self.spread = math.sqrt(float(law @ (values - self.mean) ** 2))

    def window(self, draws: int) -> tuple[int, FloatArray]:
        """Return the lowest total of the window, and the probabilities from there on."""
        from scipy.fft import next_fast_len

        width = int(_SPREADS * self.spread * math.sqrt(draws)) + _STEPS * self.top + 64
        full = draws * self.top + 1
        size = next_fast_len(min(width, full), real=True)
        low = 0 if size >= full else int(self.mean * draws) - size // 2
        waves = np.fft.rfft(self.law, size)
        kept = np.flatnonzero(waves.real**2 + waves.imag**2 > _FADED ** (2 / max(draws, 1)))
        powers = np.zeros_like(waves)
        powers[kept] = waves[kept] ** draws
        power = np.fft.irfft(powers, size)
        return low, np.maximum(np.roll(power, -(low % size)), 0.0)

    def tail(self, draws: int, total: int) -> float:
        """Return P[sum of `draws` draws >= total]."""
        if total <= 0:
            return 1.0
        if total > draws * self.top:
            return 0.0
        low, chances = self.window(draws)
        if total <= low:
            return 1.0
        return float(chances[total - low :].sum())


def second_order_rounds(growth: float, spread: float, *, alpha: float, power: float) -> float:
    """Return the second-order estimate of the rounds that a test of this growth needs.

    N = [(z s + sqrt(z^2 s^2 + 4 D L))/(2 D)]^2 with D the growth, s the spread of ln R, z the
    power's quantile and L = ln(1/alpha).
    """
    pull = NormalDist().inv_cdf(power) * spread
    return float(((pull + math.sqrt(pull**2 - 4 * growth * math.log(alpha))) / (2 * growth)) ** 2)


def first_and_safe(
    sums: SumLaw, critical: Callable[[IntArray], FloatArray], *, power: float, most: int
) -> tuple[int, int] | None:
    """Return the first N with the power asked for, and the one from which all larger have it.

    Both within the teeth around the crossing, see above.

    Parameters
    ----------
    sums : SumLaw
        The machine's score in one round.
    critical : callable
        The total that is significant, by numbers of rounds; it may be infinite.
    power : float
    most : int
        No more rounds than this.

    Returns
    -------
    (first, safe), or None.
    """

    def enough(rounds: int) -> bool:
        needed = float(critical(np.array([rounds]))[0])
        return math.isfinite(needed) and sums.tail(rounds, math.ceil(needed)) >= power

    low, high = 0, min(1, most)
    while not enough(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    reach = tooth_reach(sums, critical, high)
    near = np.arange(max(1, high - reach), high + reach + 1)
    reached = np.array(
        [
            math.isfinite(needed) and sums.tail(int(rounds), math.ceil(needed)) >= power
            for rounds, needed in zip(near, critical(near).tolist(), strict=True)
        ]
    )
    failed = np.flatnonzero(~reached)
    return int(near[reached.argmax()]), int(near[failed[-1]]) + 1 if failed.size else int(near[0])


def tooth_reach(sums: SumLaw, critical: Callable[[IntArray], FloatArray], rounds: int) -> int:
    """Return how many rounds eight teeth are, and 16."""
    ends = np.array([rounds, 2 * rounds])
    one, two = critical(ends).tolist()
    drift = sums.mean - (two - one) / rounds
    return _MARGIN + (math.ceil(_TEETH / drift) if drift > 0 else rounds)
