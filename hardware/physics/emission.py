"""How a photon leaves an excited atom through a cavity: how surely, how fast, in what shape.

While the excitation is in the atom (amplitude c_e) or in the cavity (c_c), with half rates,

    dc_e/dt = -gamma c_e - i g c_c
    dc_c/dt = -kappa c_c - i g c_e            p(t) = 2 kappa_ex int_0^t |c_c|^2

From c_e = 1 this is a sum of two exponentials and is solved so. A drive of Rabi frequency W(t) from
a state u adds -i (W/2) c_u to the first line, and the equations are integrated numerically. An atom
that has decayed past the cavity is lost; that a drive may excite it again is left out. Limits:

    long window, bad cavity    p = (kappa_ex/kappa) 2C/(1 + 2C);   at best (s - 1)/(s + 1)
    bad cavity                 p(t) = p (1 - exp(-Gamma (1 + 2C) t)),  Gamma = 2 gamma

Textbook cavity QED; s and C as in `cavity`.
"""

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError, reject
from xorgames.hardware.parameters import POSITIVE, check_numbers
from xorgames.hardware.physics import quadrature
from xorgames.hardware.physics.cavity import Cavity, full_rate, outcoupling

Terms = tuple[tuple[complex, ...], tuple[complex, ...]]

#: Where the two exponents meet they are held this far apart, relative to their sum. The mistake is
#: of second order, 4e-6; rounding, which grows with the fourth power of closeness, stays below it.
_APART = 4e-3
#: Windows that hold so little of the fast decay are integrated by quadrature.
_SHORT = 0.1


def closed_form(cavity: Cavity) -> float:
    """Return the probability that the photon leaves through the output: long window, bad cavity.

    Examples
    --------
    >>> round(closed_form(Cavity.of_cooperativity(20, 1e9, 1.52e6)), 4)
    0.7298
    """
    twice = 2 * cavity.cooperativity
    return cavity.escape_efficiency * twice / (1 + twice)


def largest(internal_cooperativity: float) -> float:
    """Return the closed form at the best output, (s - 1)/(s + 1).

    Examples
    --------
    >>> [round(largest(c), 3) for c in (5, 10, 50, 100, 200)]
    [0.537, 0.642, 0.819, 0.868, 0.905]
    """
    s = outcoupling(internal_cooperativity)
    return (s - 1) / (s + 1)


def photon_lifetime(cavity: Cavity) -> float:
    """Return how long the photon of a bad cavity is, in s: 1/(Gamma (1 + 2C))."""
    return 1 / (full_rate(cavity.atom_half_rate_per_s) * (1 + 2 * cavity.cooperativity))


def bad_cavity(cavity: Cavity, window_s: float) -> float:
    """Return the probability that the photon leaves within the window, for a bad cavity.

    Examples
    --------
    >>> cavity = Cavity.of_cooperativity(20, 1e9, 1 / (2 * 329e-9))
    >>> round(photon_lifetime(cavity) * 1e9, 1), round(bad_cavity(cavity, 240e-9), 4)
    (51.4, 0.723)
    """
    check_numbers(POSITIVE, window_s=window_s)
    return -closed_form(cavity) * math.expm1(-window_s / photon_lifetime(cavity))


def envelope_terms(cavity: Cavity) -> Terms:
    """Return the output field of an atom excited at time 0 as a sum of exponentials.

    Returns
    -------
    coefficients, exponents : tuples of complex
        Field sum_k c_k exp(l_k t) in 1/sqrt(s), so that its square is the rate of photons.
    """
    gamma, kappa, g = (
        cavity.atom_half_rate_per_s,
        cavity.half_rate_per_s,
        cavity.coupling_per_s,
    )
    mean = -(gamma + kappa) / 2
    apart = cmath.sqrt(((kappa - gamma) / 2) ** 2 - g**2)
    if abs(apart) < _APART * abs(mean):
        apart = complex(_APART * abs(mean))
    fast = mean - apart
    # The product of the exponents gives the slow one without cancellation.
    slow = (kappa * gamma + g**2) / fast if apart.real > 0 else mean + apart
    front = -1j * g * math.sqrt(2 * cavity.output_half_rate_per_s) / (slow - fast)
    return (front, -front), (slow, fast)


def emitted(cavity: Cavity, window_s: float) -> float:
    """Return the probability that the photon of an atom excited at time 0 leaves in the window.

    Examples
    --------
    >>> rates = [2e6 * math.pi * mhz for mhz in (1, 3, 10, 50)]
    >>> cavities = [Cavity.of_cooperativity(20, rate, 1 / (2 * 329e-9)) for rate in rates]
    >>> [round(emitted(cavity, 240e-9), 4) for cavity in cavities]
    [0.7018, 0.7157, 0.7208, 0.7226]
    """
    check_numbers(POSITIVE, window_s=window_s)
    coefficients, exponents = envelope_terms(cavity)
    if abs(exponents[1]) * window_s < _SHORT:
        # So early the sum below cancels; the field is smooth, and a short rule integrates it.
        nodes, weights = quadrature.legendre(16)
        field = sum(
            c * np.exp(a * window_s * nodes) for c, a in zip(coefficients, exponents, strict=True)
        )
        return float(window_s * (weights @ np.abs(field) ** 2))
    total = 0j
    for c, a in zip(coefficients, exponents, strict=True):
        for d, b in zip(coefficients, exponents, strict=True):
            rate = a + b.conjugate()
            total += c * d.conjugate() * (cmath.exp(rate * window_s) - 1) / rate
    # Rounding must not leave the range of a probability.
    return min(1.0, max(0.0, total.real))


@dataclass(frozen=True, kw_only=True, eq=False)
class Photon:
    """A photon's envelope on a grid of times.

    Attributes
    ----------
    times_s : (n,) array
    field : (n,) complex array
        In 1/sqrt(s): its square is the rate at which the photon arrives.
    probability : float
        That it is emitted within the window.
    """

    times_s: NDArray[np.float64]
    field: NDArray[np.complex128]
    probability: float

    def overlap(self, other: "Photon") -> float:
        """Return |<f|g>|^2 of two envelopes on the same grid, each normalised: mode overlap V."""
        from scipy.integrate import trapezoid

        inner = trapezoid(self.field.conj() * other.field, self.times_s)
        norms = [trapezoid(np.abs(p.field) ** 2, p.times_s) for p in (self, other)]
        return float(abs(inner) ** 2 / (norms[0] * norms[1]))


def driven(
    cavity: Cavity,
    window_s: float,
    *,
    drive: Callable[[float], complex] | None = None,
    points: int = 1001,
) -> Photon:
    """Integrate the equations, with a drive or from an excited atom.

    Parameters
    ----------
    cavity : Cavity
    window_s : float
    drive : callable, optional
        The Rabi frequency in radians a second at a time in s; the atom then starts in the state
        that it couples to the excited one. Without a drive, the atom starts excited.
    points : int
        Of the grid that the envelope is returned on; a step is never longer than its spacing.

    Raises
    ------
    InputError
        If an argument is not what it should be.
    SolverError
        If the integration fails.

    Examples
    --------
    >>> cavity = Cavity.of_cooperativity(20, 2e6 * math.pi, 1 / (2 * 329e-9))
    >>> pulse_s = 1e-9
    >>> def half_turn(time_s):
    ...     return math.pi / pulse_s if time_s < pulse_s else 0
    >>> photon = driven(cavity, 240e-9, drive=half_turn)
    >>> round(photon.probability, 3), round(photon.overlap(driven(cavity, 240e-9)), 3)
    (0.702, 1.0)
    """
    from scipy.integrate import solve_ivp

    check_numbers(POSITIVE, window_s=window_s)
    check_numbers({"minimum": 2, "multipleOf": 1}, points=points)
    if drive is not None and not callable(drive):
        reject("drive", "must be a function of the time", received=repr(drive))
    gamma, kappa, g = (
        cavity.atom_half_rate_per_s,
        cavity.half_rate_per_s,
        cavity.coupling_per_s,
    )
    output = full_rate(cavity.output_half_rate_per_s)

    def equations(time_s: float, y: NDArray[np.complex128]) -> list[complex]:
        half = 0.0 if drive is None else drive(time_s) / 2
        return [
            -1j * np.conj(half) * y[1],
            -gamma * y[1] - 1j * g * y[2] - 1j * half * y[0],
            -kappa * y[2] - 1j * g * y[1],
            output * abs(y[2]) ** 2,
        ]

    times_s = np.linspace(0, window_s, points)
    start = np.zeros(4, dtype=complex)
    start[1 if drive is None else 0] = 1
    done = solve_ivp(
        equations,
        (0, window_s),
        start,
        method="DOP853",
        t_eval=times_s,
        max_step=window_s / (points - 1),
        rtol=1e-9,
        atol=1e-12,
    )
    if not done.success:
        raise SolverError(f"the photon's equations could not be integrated: {done.message}")
    return Photon(
        times_s=times_s, field=math.sqrt(output) * done.y[2], probability=float(done.y[3, -1].real)
    )
