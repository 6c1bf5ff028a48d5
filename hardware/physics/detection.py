"""False heralds: clicks of a detector in the dark that pass for photons.

A herald asks for a click in each of two bins of length tau_p, seen by two detectors with D dark
counts a second each.

    conservative   p_false = 4 tau_p D/p            any dark count in 2 bins x 2 detectors
    sharp          2 tau_p D [eta_A (1 - eta_B) + eta_B (1 - eta_A)]/p
                   one real photon, its partner lost, and a dark count in the other bin; with equal
                   arms 8 tau_p D (1 - eta)/eta

The sharp form leaves out two dark counts, (2 tau_p D)^2/p, and a dark count beside two photons in
one bin, 2 tau_p D. A false herald leaves a fully mixed pair, infidelity 3/4.
"""

from xorgames.hardware.parameters import EFFICIENCY, NOT_NEGATIVE, POSITIVE, check_numbers
from xorgames.hardware.physics.interference import herald_probability

#: Infidelity of a fully mixed pair.
MIXED_INFIDELITY = 0.75
#: A herald must be at least so likely: this keeps well clear of underflow.
LEAST_CHANCE = 1e-250


def false_heralds(window_s: float, dark_rate_hz: float, success: float) -> float:
    """Return the conservative part of the heralds that are false, at most 1.

    Parameters
    ----------
    window_s : float
        Length of a bin.
    dark_rate_hz : float
        Of each detector.
    success : float
        Probability that an attempt is heralded.

    Examples
    --------
    >>> round(false_heralds(240e-9, 10.0, 0.00762048), 5)
    0.00126
    """
    check_numbers(POSITIVE, window_s=window_s)
    check_numbers(NOT_NEGATIVE, dark_rate_hz=dark_rate_hz)
    check_numbers(EFFICIENCY, smallest=LEAST_CHANCE, success=success)
    return min(1.0, 4 * window_s * dark_rate_hz / success)


def false_heralds_sharp(window_s: float, dark_rate_hz: float, eta_a: float, eta_b: float) -> float:
    """Return the sharp part of the heralds that are false, at most 1.

    Examples
    --------
    >>> eta = 0.7 * 0.06**0.5 * 0.9 * 0.8
    >>> f"{false_heralds_sharp(240e-9, 10.0, eta, eta):.3%}"
    '0.014%'
    """
    check_numbers(POSITIVE, window_s=window_s)
    check_numbers(NOT_NEGATIVE, dark_rate_hz=dark_rate_hz)
    check_numbers(EFFICIENCY, smallest=LEAST_CHANCE, eta_a=eta_a, eta_b=eta_b)
    alone = eta_a * (1 - eta_b) + eta_b * (1 - eta_a)
    return min(1.0, 2 * window_s * dark_rate_hz * alone / herald_probability(eta_a, eta_b))
