"""Cavity-assisted photon scattering: one photon is reflected from both nodes and tells of neither.

A photon resonant with the cavity is reflected with the amplitude r_0 from a node whose atom does
not couple, r_1 from one whose atom does; at a detuning D, half rates,

    r_0(D) = 1 - 2 kappa_ex/(kappa - i D)
    r_1(D) = 1 - 2 kappa_ex/(kappa - i D + g^2/(gamma - i D))

On resonance r_0 = 1 - 2 kappa_ex/kappa and r_1 = 1 - (2 kappa_ex/kappa)/(1 + 2C). At kappa_ex =
s kappa_in the two are equal and opposite, r_1 = -r_0 = (s - 1)/(s + 1): a controlled-Z between atom
and photon, the same loss for both states. Two nodes herald with p = p_src |r|^4 eta_link eta_det,
without the factor 1/2 of interference. A photon of finite length sees r_0 and r_1 vary over its
spectrum and leaves the atom with the coherence

    V = |<r_1, -r_0>|/((<r_1, r_1> + <r_0, r_0>)/2),    the mean over the spectrum.

Both reflections delay it alike, and short photons do best, at kappa_in = gamma (1 + 1/C_in): there
the derivatives of r_1 and -r_0 agree on resonance (with kappa_ex = s kappa_in; derived here).

Reference: arXiv:2507.01229 (abstract); the protocol's latency there was not available.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.parameters import POSITIVE, check_numbers
from xorgames.hardware.physics.cavity import Cavity

#: Half the range of frequencies in standard deviations, and half the most points on it.
_REACH, _MOST_POINTS = 8.0, 20_000


def reflection(
    cavity: Cavity, detuning_per_s: NDArray[np.float64] | float = 0.0, *, coupled: bool
) -> NDArray[np.complex128]:
    """Return the amplitude r_1 (coupled) or r_0 at one or more detunings.

    Examples
    --------
    >>> cavity = Cavity.of_cooperativity(100, 1e7, 1.5e6)
    >>> r_0, r_1 = (reflection(cavity, coupled=coupled).real for coupled in (False, True))
    >>> f"{r_0:.3f}, {r_1:.3f}, {r_1**4:.3f}"
    '-0.868, 0.868, 0.568'
    """
    turn = -1j * np.asarray(detuning_per_s, dtype=float)
    inside = cavity.half_rate_per_s + turn
    if coupled:
        inside = inside + cavity.coupling_per_s**2 / (cavity.atom_half_rate_per_s + turn)
    return np.asarray(1 - 2 * cavity.output_half_rate_per_s / inside)


@dataclass(frozen=True, kw_only=True)
class Scattering:
    """What one reflection does to a photon and an atom.

    Attributes
    ----------
    survival : float
        Probability that the photon is reflected, the mean over the atom's states.
    visibility : float
        The coherence V that the atom keeps.
    """

    survival: float
    visibility: float


def scatter(cavity: Cavity, duration_s: float) -> Scattering:
    """Return what a Gaussian photon does, its intensity `duration_s` wide at half maximum.

    Examples
    --------
    >>> slow = scatter(Cavity.of_cooperativity(100, 1e7, 1.5e6), 1e-3)
    >>> round(slow.survival**2, 3), round(slow.visibility, 6)
    (0.568, 1.0)
    """
    check_numbers(POSITIVE, duration_s=duration_s)
    # Gaussian intensities of deviation sigma in time have 1/(2 sigma) in frequency.
    spread_per_s = math.sqrt(8 * math.log(2)) / (2 * duration_s)
    narrowest_per_s = min(cavity.atom_half_rate_per_s, cavity.half_rate_per_s)
    # The trapezoidal rule is exact to rounding once it resolves the narrowest Lorentzian; far
    # narrower ones than the spectrum carry so little of it that the cap does no harm.
    step_per_s = min(spread_per_s, narrowest_per_s) / 4
    points = min(_MOST_POINTS, math.ceil(_REACH * spread_per_s / step_per_s))
    detunings = np.linspace(-_REACH, _REACH, 2 * points + 1) * spread_per_s
    weights = np.exp(-((detunings / spread_per_s) ** 2) / 2)
    weights = weights / weights.sum()
    empty = reflection(cavity, detunings, coupled=False)
    coupled = reflection(cavity, detunings, coupled=True)
    both = float(weights @ (np.abs(empty) ** 2 + np.abs(coupled) ** 2)) / 2
    inner = abs(complex(weights @ (coupled.conj() * empty)))
    return Scattering(survival=both, visibility=min(1.0, inner / both))
