"""Reading an atom by counting its photons: bright above a threshold, dark below it.

In the bright state photons are detected at the rate r_B, in the dark one at r_D (background and
dark counts). The bright state is lost to a dark one at the rate Gamma_l. With the threshold k and
the time tau, F the Poisson distribution function,

    FP = P[Poisson(r_D tau) >= k]                                a dark atom reads bright
    FN = exp(-Gamma_l tau) F_{k-1}(r_B tau)
         + int_0^tau Gamma_l exp(-Gamma_l t) F_{k-1}(r_B t + r_D (tau - t)) dt
    eps_m = (FN + FP)/2

The best threshold of a given time calls bright what is likelier from a bright atom: the ratio of
the chances of n counts, bright to dark, grows with n, and with b = r_B tau, d = r_D tau it exceeds
1 from n = (b - d)/ln(b/d) on at the latest, where it does so without loss.

A cavity line of full rate Gamma driven to saturation sends (Gamma/4) C_in photons a second into its
output at kappa_ex = kappa_in; free space scatters Gamma/2 in all directions.
Textbook photon counting.
"""

import math
from bisect import bisect, bisect_left
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.parameters import COUNT, EFFICIENCY, NOT_NEGATIVE, POSITIVE, check_numbers
from xorgames.hardware.physics import quadrature

FloatArray = NDArray[np.float64]

#: Nodes of each Gauss-Legendre rule, and how many lifetimes of the bright state they reach.
_NODES, _LIFETIMES = 64, 40.0
#: How far from its mean a Poisson number is looked for, in standard deviations (and at least 10).
_DEVIATIONS = 10.0
#: Times among which the best one is looked for, and how many thresholds to both sides of the best
#: one: dips that are narrower than the grid lie there.
_GRID = 60
_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class Counting:
    """The rates of a readout, in 1/s.

    Attributes
    ----------
    bright_hz, dark_hz : float
        Detected counts a second from a bright and from a dark atom.
    loss_hz : float
        At which the bright state turns dark.
    """

    bright_hz: float
    dark_hz: float
    loss_hz: float

    def __post_init__(self) -> None:
        """Refuse what is not a rate."""
        check_numbers(POSITIVE, bright_hz=self.bright_hz)
        check_numbers(NOT_NEGATIVE, dark_hz=self.dark_hz, loss_hz=self.loss_hz)
        if self.bright_hz <= self.dark_hz:
            rule = f"must exceed dark_hz = {self.dark_hz:g}"
            reject("bright_hz", rule, received=f"{self.bright_hz:g}", cure="exchange the two")

    def errors(self, time_s: float, threshold: int) -> tuple[float, float]:
        """Return (FN, FP): a bright atom read dark, a dark one read bright.

        Parameters
        ----------
        time_s : float
        threshold : int
            The fewest counts that are called bright, 1 or more.

        Examples
        --------
        >>> counting = Counting(bright_hz=7.5e6, dark_hz=2.5e3, loss_hz=2e3)
        >>> [round(error, 4) for error in counting.errors(870e-9, 1)]
        [0.0017, 0.0022]
        """
        from scipy.special import gammainc, gammaincc

        check_numbers(POSITIVE, time_s=time_s)
        check_numbers(COUNT, threshold=threshold)
        # F_{k-1}(m) is the regularised upper incomplete gamma function Q(k, m).
        counts, chances = self._counts(time_s, threshold)
        negative = float(chances @ gammaincc(threshold, counts))
        return min(1.0, negative), float(gammainc(threshold, self.dark_hz * time_s))

    def best_threshold(self, time_s: float) -> int:
        """Return the threshold at which FN + FP is least: the fewest counts likelier from bright.

        Examples
        --------
        >>> Counting(bright_hz=100.0, dark_hz=50.0, loss_hz=0.0).best_threshold(1.0)
        73
        """
        check_numbers(POSITIVE, time_s=time_s)
        dark = self.dark_hz * time_s
        if dark == 0:
            return 1

        def is_bright(number: int) -> bool:
            counts, chances = self._counts(time_s, number)
            counts, chances = counts[chances > 0], chances[chances > 0]
            ratios = np.log(chances) + number * np.log(counts / dark) - (counts - dark)
            return float(np.logaddexp.reduce(ratios)) >= 0

        lossless = (self.bright_hz * time_s - dark) / math.log(self.bright_hz / self.dark_hz)
        lowest, highest = 1, max(1, math.ceil(lossless))
        while lowest < highest:
            middle = (lowest + highest) // 2
            lowest, highest = (lowest, middle) if is_bright(middle) else (middle + 1, highest)
        return lowest

    def _counts(self, time_s: float, number: int) -> tuple[FloatArray, FloatArray]:
        """Return the mean counts of a bright atom, lost early or late or not at all, and chances.

        They are for integrals of what changes where the mean count is about the number.
        """
        # A loss is next to certain within 40 lifetimes: later times need no nodes.
        longest_s = min(time_s, _LIFETIMES / self.loss_hz) if self.loss_hz else time_s
        middle, reach = number - self.dark_hz * time_s, _DEVIATIONS * (math.sqrt(number) + 1)
        borders_s = np.array([middle - reach, middle + reach]) / (self.bright_hz - self.dark_hz)
        ends_s = np.concatenate([[0.0], np.clip(borders_s, 0.0, longest_s), [longest_s]])
        nodes, weights = quadrature.legendre(_NODES)
        lost_s = (ends_s[:-1, None] + np.diff(ends_s)[:, None] * nodes).ravel()
        lost = (np.diff(ends_s)[:, None] * weights).ravel() * np.exp(-self.loss_hz * lost_s)
        # Held to their sum, so that no rule's error is taken for light.
        lost *= -math.expm1(-self.loss_hz * time_s) / lost.sum()
        bright_s = np.append(lost_s, time_s)
        counts = self.bright_hz * bright_s + self.dark_hz * (time_s - bright_s)
        return counts, np.append(lost, math.exp(-self.loss_hz * time_s))

    def infidelity(self, time_s: float, threshold: int) -> float:
        """Return eps_m = (FN + FP)/2."""
        return sum(self.errors(time_s, threshold)) / 2


@dataclass(frozen=True, kw_only=True)
class Readout:
    """A readout with its threshold and time.

    Attributes
    ----------
    time_s : float
    threshold : int
        The fewest counts that are called bright.
    false_dark, false_bright : float
        FN and FP.
    """

    time_s: float
    threshold: int
    false_dark: float
    false_bright: float

    @property
    def infidelity(self) -> float:
        """eps_m = (FN + FP)/2."""
        return (self.false_dark + self.false_bright) / 2


def readout_in(counting: Counting, time_s: float) -> Readout:
    """Return the readout of a given time with its best threshold.

    Examples
    --------
    >>> counting = Counting(bright_hz=7.5e6, dark_hz=2.5e3, loss_hz=2e3)
    >>> readout = readout_in(counting, 870e-9)
    >>> readout.threshold, round(readout.infidelity, 4)
    (1, 0.002)
    """
    return _readout(counting, time_s, counting.best_threshold(time_s))


def best_readout(counting: Counting, longest_s: float) -> Readout:
    """Return the threshold and the time, up to the longest allowed, that err least together.

    Examples
    --------
    >>> counting = Counting(bright_hz=7.5e6, dark_hz=2.5e3, loss_hz=2e3)
    >>> readout = best_readout(counting, 1e-6)
    >>> readout.threshold, round(readout.time_s * 1e9), round(readout.infidelity, 4)
    (1, 1000, 0.0017)
    >>> readout = best_readout(counting, 10e-6)
    >>> readout.threshold, round(readout.time_s * 1e9), round(readout.infidelity, 5)
    (2, 2142, 0.00027)
    """
    check_numbers(POSITIVE, longest_s=longest_s)
    # A photon or a loss takes so long; a readout much shorter than both sees nothing.
    shortest_s = min(longest_s / 10, 0.1 / (counting.bright_hz + counting.loss_hz))
    times_s = np.geomspace(shortest_s, longest_s, _GRID).tolist()
    readouts = [readout_in(counting, time_s) for time_s in times_s]
    thresholds = [readout.threshold for readout in readouts]
    best = min(readouts, key=_infidelity)
    # Each threshold has a best time of its own, among the times at which no other does better.
    known: dict[int, Readout] = {}
    centre = 0
    while best.threshold != centre:
        centre = best.threshold
        for threshold in range(max(1, centre - _NEAR), centre + _NEAR + 1):
            if threshold not in known:
                first, last = bisect_left(thresholds, threshold), bisect(thresholds, threshold)
                ends = times_s[max(first - 1, 0)], times_s[min(last, _GRID - 1)]
                known[threshold] = _at_best_time(counting, ends, threshold)
        best = min(best, *known.values(), key=_infidelity)
    return best


def _infidelity(readout: Readout) -> float:
    return readout.infidelity


def _readout(counting: Counting, time_s: float, threshold: int) -> Readout:
    negative, positive = counting.errors(time_s, threshold)
    return Readout(time_s=time_s, threshold=threshold, false_dark=negative, false_bright=positive)


def _at_best_time(counting: Counting, ends: tuple[float, float], threshold: int) -> Readout:
    """Return the readout of a given threshold at the best time between two."""
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        counting.infidelity,
        bounds=ends,
        args=(threshold,),
        method="bounded",
        options={"xatol": ends[1] * 1e-9},
    )
    return _readout(counting, float(found.x), threshold)


def cavity_counts(full_rate_per_s: float, internal_cooperativity: float, detection: float) -> float:
    """Return r_B of a saturated atom whose cavity has kappa_ex = kappa_in.

    Examples
    --------
    >>> round(cavity_counts(2 * np.pi * 182e3, 36.4, 0.72) / 1e6, 1)
    7.5
    """
    check_numbers(POSITIVE, full_rate_per_s=full_rate_per_s)
    check_numbers(POSITIVE, internal_cooperativity=internal_cooperativity)
    check_numbers(EFFICIENCY, detection=detection)
    return full_rate_per_s / 4 * internal_cooperativity * detection


def free_space_photons(full_rate_per_s: float, time_s: float) -> float:
    """Return how many photons a saturated atom scatters without a cavity, in all directions.

    Examples
    --------
    >>> round(free_space_photons(2 * np.pi * 182e3, 870e-9), 2)
    0.5
    """
    check_numbers(POSITIVE, full_rate_per_s=full_rate_per_s, time_s=time_s)
    return full_rate_per_s / 2 * time_s
