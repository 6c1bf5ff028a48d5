"""Two photons, one from each node, meet at a station: how often they herald a pair, and how well.

Each photon is in the early or the late time bin, entangled with its atom. One click in each bin
heralds: half of the cases in which both photons arrive,

    p = 1/2 eta_A eta_B,    eta = p_e eta_att(to the station) eta_det eta_misc.

Loss costs rate, not fidelity. Clicks at t1 and t2 leave the atoms in (|01> +- |10>)/sqrt(2), the
coherence multiplied by V = |<f_A|f_B>|^2 for photon envelopes f: fidelity (1 + V)/2, a dephasing of
probability (1 - V)/2. Photons that differ in frequency by delta have V = <cos(delta (t1 - t2))>,
for exponential photons of lifetime tau 1/(1 + delta^2 tau^2). Keeping only |t1 - t2| < T (times
within the bins) raises V and costs rate: 1 - exp(-T/tau) of those events are kept.
Textbook quantum optics.
"""

import cmath
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.parameters import NOT_NEGATIVE, POSITIVE, PROBABILITY, check_numbers
from xorgames.hardware.physics import quadrature
from xorgames.hardware.physics.emission import Terms

#: Nodes of the Gauss-Legendre rule, and how many lifetimes it reaches: exp(-40) is nothing.
_NODES, _LIFETIMES = 240, 40.0
#: A time bin that holds less than this much of the fastest decay sees little but the photon's rise,
#: and the sums cancel: the law of a bin that holds as much is scaled. Delays are right to 5 %.
_SHORT = 0.5


def arm_efficiency(emission: float, transmission: float, detector: float, other: float) -> float:
    """Return eta, the probability that a node's attempt gives a click at the station."""
    return emission * transmission * detector * other


def herald_probability(eta_a: float, eta_b: float) -> float:
    """Return the probability p that an attempt is heralded."""
    return eta_a * eta_b / 2


def pauli_frame(*, same_detector: bool) -> str:
    """Return the Pauli operators that turn Bob's qubit so that the heralded pair is Phi+.

    Clicks of one detector in both bins announce Psi+ = (|01> + |10>)/sqrt(2), clicks of both
    detectors Psi- = (|01> - |10>)/sqrt(2). The news travels with the herald; nobody applies it: the
    outcomes that it changes are relabelled. Every error of this package is stated after that.

    Examples
    --------
    >>> pauli_frame(same_detector=True), pauli_frame(same_detector=False)
    ('X', 'ZX')
    """
    return "X" if same_detector else "ZX"


@dataclass(frozen=True, kw_only=True)
class Delays:
    """How far apart two photons of the same shape click: the law of d = |t1 - t2|.

    Attributes
    ----------
    weights, rates_per_s : tuples of complex
        The density of d is sum_k w_k exp(-r_k d), its integral 1, for whole photons.
    end_weights : tuple of complex
        In a time bin of length W the density is less by sum_k v_k exp(-r_k (W - d)); d < W.
    end_s : float
        W; infinite for whole photons.

    Examples
    --------
    >>> delays = Delays.of_exponential(51.4e-9)
    >>> [round(delays.mean_square_s2(n * 51.4e-9) / 51.4e-9**2, 2) for n in (3, 2, 1)]
    [1.21, 0.75, 0.25]
    >>> round(delays.kept(3 * 51.4e-9), 4)
    0.9502
    """

    weights: tuple[complex, ...]
    rates_per_s: tuple[complex, ...]
    end_weights: tuple[complex, ...] = ()
    end_s: float = math.inf

    @classmethod
    def of_exponential(cls, lifetime_s: float) -> "Delays":
        """Return the law for photons that are emitted at a constant rate."""
        check_numbers(POSITIVE, lifetime_s=lifetime_s)
        return cls(weights=(1 / lifetime_s,), rates_per_s=(1 / lifetime_s,))

    @classmethod
    def of_envelope(cls, terms: Terms, window_s: float | None = None) -> "Delays":
        """Return the law for photons whose field is a sum of exponentials (`envelope_terms`).

        Parameters
        ----------
        terms : Terms
        window_s : float, optional
            The time bin, from the start of the photon: what comes later heralds nothing.

        Examples
        --------
        >>> exponential = ((1.0 + 0j,), (-0.5 + 0j,))  # lifetime 1 s
        >>> [round(Delays.of_envelope(exponential, w).mean_s, 3) for w in (None, 5.0, 1.0)]
        [1.0, 0.945, 0.323]
        """
        sizes, rates = _intensity(terms)
        if window_s is not None:
            check_numbers(POSITIVE, window_s=window_s)
        if window_s is None or window_s >= _LIFETIMES / min(rate.real for rate in rates):
            total = sum(a / r for a, r in zip(sizes, rates, strict=True))
            return cls(weights=_tails(sizes, sizes, rates, total), rates_per_s=tuple(rates))
        longer_s = max(window_s, _SHORT / max(abs(rate) for rate in rates))
        shrink = longer_s / window_s
        left = [cmath.exp(-rate * longer_s) for rate in rates]
        cut = [a * e for a, e in zip(sizes, left, strict=True)]
        total = sum((a - c) / r for a, c, r in zip(sizes, cut, rates, strict=True))
        return cls(
            weights=tuple(shrink * w for w in _tails(sizes, sizes, rates, total)),
            rates_per_s=tuple(shrink * rate for rate in rates),
            end_weights=tuple(shrink * w for w in _tails(sizes, cut, rates, total)),
            end_s=window_s,
        )

    def kept(self, coincidence_s: float | None) -> float:
        """Return the part of the events with d below the limit; None: all of them."""
        if coincidence_s is None:
            return 1.0
        check_numbers(POSITIVE, coincidence_s=coincidence_s)
        return min(1.0, self._transform(0.0, coincidence_s))

    def mean_cosine(self, detuning_per_s: float, coincidence_s: float | None = None) -> float:
        """Return V of a detuning in radians a second, for the events kept.

        Examples
        --------
        >>> Delays.of_exponential(2.0).mean_cosine(0.5), 1 / (1 + 0.5**2 * 2.0**2)
        (0.5, 0.5)
        """
        check_numbers(NOT_NEGATIVE, detuning_per_s=detuning_per_s)
        return self._transform(detuning_per_s, coincidence_s) / self.kept(coincidence_s)

    @property
    def mean_s(self) -> float:
        """The mean of d: the lifetime of exponential photons.

        Examples
        --------
        >>> round(Delays.of_exponential(51.4e-9).mean_s * 1e9, 9)
        51.4
        """
        if self.end_s < math.inf:
            return self.mean(lambda delays_s: delays_s)
        return sum(w / r**2 for w, r in zip(self.weights, self.rates_per_s, strict=True)).real

    def mean_square_s2(self, coincidence_s: float | None = None) -> float:
        """Return the mean of d^2 over the events kept."""
        return self.mean(np.square, coincidence_s)

    def mean(
        self,
        of: Callable[[NDArray[np.float64]], NDArray[np.float64]],
        coincidence_s: float | None = None,
    ) -> float:
        """Return the mean of a smooth function of d over the events kept, by Gauss-Legendre."""
        longest = _LIFETIMES / min(rate.real for rate in self.rates_per_s)
        end = min(longest, self.end_s, math.inf if coincidence_s is None else coincidence_s)
        nodes, weights = quadrature.legendre(_NODES)
        delays = end * nodes
        density = sum(
            w * np.exp(-r * delays) for w, r in zip(self.weights, self.rates_per_s, strict=True)
        )
        for weight, rate in zip(self.end_weights, self.rates_per_s, strict=False):
            density = density - weight * np.exp(-rate * (self.end_s - delays))
        mass = weights * np.real(density)
        return float(mass @ of(delays) / mass.sum())

    def _transform(self, frequency_per_s: float, end_s: float | None) -> float:
        """Return the integral of the density times cos(frequency d) from 0 to the end."""
        end = min(self.end_s, math.inf if end_s is None else end_s)
        turn = cmath.exp(1j * frequency_per_s * end) if end < math.inf else 0.0
        total = 0j
        for weight, rate in zip(self.weights, self.rates_per_s, strict=True):
            decay = cmath.exp(-rate * end) if end < math.inf else 0.0
            total += weight * (1 - decay * turn) / (rate - 1j * frequency_per_s)
        for weight, rate in zip(self.end_weights, self.rates_per_s, strict=False):
            rise = cmath.exp(-rate * (self.end_s - end)) * turn - cmath.exp(-rate * self.end_s)
            total -= weight * rise / (rate + 1j * frequency_per_s)
        return float(total.real)


def jitter_visibility(terms: Terms, spread_s: float) -> float:
    """Return the mean V of photons of the same shape that start at different times.

    Parameters
    ----------
    terms : Terms
        The envelope.
    spread_s : float
        The standard deviation of the (Gaussian) difference of their starts.

    Examples
    --------
    >>> exponential = ((1.0 + 0j,), (-0.5 + 0j,))  # lifetime 1 s
    >>> round(jitter_visibility(exponential, 0.1), 4)
    0.925
    """
    from scipy.special import wofz

    check_numbers(NOT_NEGATIVE, spread_s=spread_s)
    coefficients, exponents = terms
    # The overlap of f(t) and f(t - x) is a sum of exponentials in |x| too.
    inner = [
        -c * sum(d.conjugate() / (a + b.conjugate()) for d, b in zip(*terms, strict=True))
        for c, a in zip(coefficients, exponents, strict=True)
    ]
    norm = sum(inner).real
    total = 0j
    for c, a in zip(inner, exponents, strict=True):
        for d, b in zip(inner, exponents, strict=True):
            rate = -(a + b.conjugate())
            # <exp(-r |x|)> of a Gaussian x is erfcx(r spread/sqrt(2)), and erfcx(z) = wofz(i z).
            total += c * d.conjugate() * complex(wofz(1j * rate * spread_s / math.sqrt(2)))
    return float(total.real / norm**2)


def detuned_overlap(lifetime_a_s: float, lifetime_b_s: float, detuning_per_s: float) -> float:
    """Return V of two exponential photons of different lifetimes and frequencies.

    Examples
    --------
    >>> round(detuned_overlap(51.4e-9, 51.4e-9, 2 * math.pi * 200e3), 5)
    0.99585
    """
    check_numbers(POSITIVE, lifetime_a_s=lifetime_a_s, lifetime_b_s=lifetime_b_s)
    check_numbers(NOT_NEGATIVE, detuning_per_s=detuning_per_s)
    a, b = 1 / (2 * lifetime_a_s), 1 / (2 * lifetime_b_s)
    return 4 * a * b / ((a + b) ** 2 + detuning_per_s**2)


def dephasing(visibility: float) -> float:
    """Return the probability (1 - V)/2 of a phase flip that leaves the coherence V.

    Examples
    --------
    >>> dephasing(0.96)
    0.020000000000000018
    """
    check_numbers(PROBABILITY, smallest=0.0, visibility=visibility)
    return (1 - visibility) / 2


def _intensity(terms: Terms) -> tuple[list[complex], list[complex]]:
    """Return |f(t)|^2 as sum_k a_k exp(-r_k t)."""
    pairs = [
        (c * d.conjugate(), -(a + b.conjugate()))
        for c, a in zip(*terms, strict=True)
        for d, b in zip(*terms, strict=True)
    ]
    return [size for size, _ in pairs], [rate for _, rate in pairs]


def _tails(
    sizes: Sequence[complex], others: Sequence[complex], rates: Sequence[complex], total: complex
) -> tuple[complex, ...]:
    """Return 2 a_k sum_j b_j/(r_j + r_k)/total^2 for each k."""
    return tuple(
        2 * size * sum(b / (r + rate) for b, r in zip(others, rates, strict=True)) / total**2
        for size, rate in zip(sizes, rates, strict=True)
    )
