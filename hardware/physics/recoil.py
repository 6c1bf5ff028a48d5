"""What the recoil of the atoms tells about which of them emitted, and when.

An atom in a trap of frequency omega that emits at two different times is kicked in different
directions of phase space, and the two histories no longer interfere fully:

    V = < exp[-4 eta^2 (2 n + 1) sin^2(omega dt/2)] >,    eta^2 = omega_rec/omega

with n phonons on average, omega_rec = hbar k^2/(2 m), and dt the time between the clicks, the
distance of the bins included: dt = bins + (t1 - t2). Infidelity (1 - V)/2. The way out is a bad
cavity, cold atoms and a filter on detection times. Reference: arXiv:2502.14859 (abstract).
"""

import math

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.parameters import NOT_NEGATIVE, POSITIVE, check_numbers
from xorgames.hardware.physics.atom import YB171_MASS_KG
from xorgames.hardware.physics.interference import Delays

_PLANCK_J_S = 6.62607015e-34


def recoil_frequency(wavelength_m: float, mass_kg: float = YB171_MASS_KG) -> float:
    """Return the recoil frequency h/(2 m lambda^2) in Hz, omega_rec over 2 pi.

    Examples
    --------
    >>> round(recoil_frequency(1389e-9))
    605
    """
    check_numbers(POSITIVE, wavelength_m=wavelength_m, mass_kg=mass_kg)
    return _PLANCK_J_S / (2 * mass_kg * wavelength_m**2)


def visibility(
    delays: Delays,
    *,
    recoil_hz: float,
    trap_hz: float,
    phonons: float,
    bins_apart_s: float,
    coincidence_s: float | None = None,
) -> float:
    """Return V, averaged over when the photons click.

    Parameters
    ----------
    delays : Delays
        The law of |t1 - t2| within the bins; either sign is as likely.
    recoil_hz, trap_hz : float
        Over 2 pi.
    phonons : float
        Their mean number n.
    bins_apart_s : float
        From the start of one time bin to that of the other.
    coincidence_s : float, optional
        The largest |t1 - t2| kept.

    Examples
    --------
    >>> trap = {"recoil_hz": 605.0, "trap_hz": 1e5, "bins_apart_s": 340e-9}
    >>> delays = Delays.of_exponential(51e-9)
    >>> [f"{(1 - visibility(delays, phonons=n, **trap)) / 2:.1e}" for n in (0.5, 5, 20)]
    ['2.9e-04', '1.6e-03', '5.8e-03']
    """
    check_numbers(POSITIVE, recoil_hz=recoil_hz, trap_hz=trap_hz)
    check_numbers(NOT_NEGATIVE, phonons=phonons, bins_apart_s=bins_apart_s)
    size = 4 * recoil_hz / trap_hz * (2 * phonons + 1)

    def coherence(delay_s: NDArray[np.float64]) -> NDArray[np.float64]:
        halves = [
            np.exp(-size * np.sin(math.pi * trap_hz * (bins_apart_s + sign * delay_s)) ** 2)
            for sign in (1, -1)
        ]
        return (halves[0] + halves[1]) / 2

    return delays.mean(coherence, coincidence_s)
