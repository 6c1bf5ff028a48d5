"""An atom in a cavity: its coupling and its losses, each said to be a half rate or a full rate.

An amplitude decays at a half rate, a population at the full rate, twice as fast. With the half
rates kappa = kappa_in + kappa_ex of the cavity and gamma of the excited state,

    C    = g^2/(2 kappa gamma)           C_in = g^2/(2 kappa_in gamma)
    FSR  = c/(2 L),  2 kappa_in = loss x FSR,  F_int = 2 pi/loss
    C_in = b (3 lambda^2/(2 pi A)) F_int/(2 pi)

for optical length L, internal loss per round trip, mode area A (mode volume over length) and the
fraction b of the decays that the cavity's line has. Most light leaves, and reflection is best
balanced, at kappa_ex = s kappa_in with s = sqrt(1 + 2 C_in).
This is the one place where the two kinds of rate are converted. Textbook cavity QED.
"""

import math
from dataclasses import dataclass

from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.parameters import EFFICIENCY, NOT_NEGATIVE, POSITIVE, check_numbers


def half_rate(full_rate_per_s: float) -> float:
    """Return the rate at which an amplitude decays whose population decays at the full rate."""
    return full_rate_per_s / 2


def full_rate(half_rate_per_s: float) -> float:
    """Return the rate at which a population decays whose amplitude decays at the half rate."""
    return 2 * half_rate_per_s


def angular(frequency_hz: float) -> float:
    """Return a rate or frequency stated as "2 pi x ..." in radians a second."""
    return 2 * math.pi * frequency_hz


def finesse_of_loss(loss: float) -> float:
    """Return F = 2 pi/loss for the loss of one round trip; the inverse is the same formula.

    Examples
    --------
    >>> round(finesse_of_loss(0.002), 1), round(finesse_of_loss(finesse_of_loss(0.002)), 6)
    (3141.6, 0.002)
    """
    check_numbers(POSITIVE, loss=loss)
    return 2 * math.pi / loss


def internal_half_rate(finesse: float, length_m: float) -> float:
    """Return kappa_in in 1/s from the internal finesse and the optical length.

    Examples
    --------
    >>> round(internal_half_rate(5000, 0.015) / angular(1e6), 4)
    0.9993
    """
    check_numbers(POSITIVE, finesse=finesse, length_m=length_m)
    spectral_range_hz = LIGHT_SPEED_M_PER_S / (2 * length_m)
    return half_rate(finesse_of_loss(finesse) * spectral_range_hz)


def cooperativity(
    coupling_per_s: float, cavity_half_rate_per_s: float, atom_half_rate_per_s: float
) -> float:
    """Return g^2/(2 kappa gamma), half rates: C for kappa, C_in for kappa_in.

    Examples
    --------
    >>> cooperativity(40.0, 10.0, 4.0)
    20.0
    """
    return coupling_per_s**2 / (2 * cavity_half_rate_per_s * atom_half_rate_per_s)


def cooperativity_of_mode(
    mode_area_m2: float, wavelength_m: float, finesse: float, branching: float
) -> float:
    """Return the internal cooperativity from the geometry; it does not depend on the length.

    Examples
    --------
    >>> round(cooperativity_of_mode(20e-12, 1389e-9, 4270.0, 0.64), 1)
    20.0
    """
    check_numbers(POSITIVE, mode_area_m2=mode_area_m2, wavelength_m=wavelength_m, finesse=finesse)
    check_numbers(EFFICIENCY, branching=branching)
    cross_section_m2 = 3 * wavelength_m**2 / (2 * math.pi)
    return branching * cross_section_m2 / mode_area_m2 * finesse / (2 * math.pi)


def outcoupling(internal_cooperativity: float) -> float:
    """Return s = sqrt(1 + 2 C_in), the best kappa_ex/kappa_in."""
    check_numbers(NOT_NEGATIVE, internal_cooperativity=internal_cooperativity)
    return math.sqrt(1 + 2 * internal_cooperativity)


@dataclass(frozen=True, kw_only=True)
class Cavity:
    """An atom coupled to a cavity with one output; every rate in 1/s (radians a second).

    Attributes
    ----------
    coupling_per_s : float
        g, half the vacuum Rabi frequency.
    internal_half_rate_per_s, output_half_rate_per_s : float
        kappa_in (absorbed, scattered) and kappa_ex (into the output): half rates.
    atom_half_rate_per_s : float
        gamma of the excited state, all its decays together: a half rate.

    Examples
    --------
    >>> cavity = Cavity.of_cooperativity(20, angular(1e6), half_rate(1 / 329e-9))
    >>> round(cavity.internal_cooperativity, 9), round(cavity.escape_efficiency, 4)
    (20.0, 0.8649)
    """

    coupling_per_s: float
    internal_half_rate_per_s: float
    output_half_rate_per_s: float
    atom_half_rate_per_s: float

    def __post_init__(self) -> None:
        """Refuse what is not a rate."""
        check_numbers(
            POSITIVE,
            internal_half_rate_per_s=self.internal_half_rate_per_s,
            output_half_rate_per_s=self.output_half_rate_per_s,
            atom_half_rate_per_s=self.atom_half_rate_per_s,
        )
        check_numbers(NOT_NEGATIVE, coupling_per_s=self.coupling_per_s)

    @classmethod
    def of_cooperativity(
        cls,
        internal_cooperativity: float,
        internal_half_rate_per_s: float,
        atom_half_rate_per_s: float,
        output_half_rate_per_s: float | None = None,
    ) -> "Cavity":
        """Return the cavity of that C_in; its output is the best one if none is given."""
        check_numbers(
            POSITIVE,
            internal_half_rate_per_s=internal_half_rate_per_s,
            atom_half_rate_per_s=atom_half_rate_per_s,
        )
        best = outcoupling(internal_cooperativity) * internal_half_rate_per_s
        g_squared = 2 * internal_cooperativity * internal_half_rate_per_s * atom_half_rate_per_s
        return cls(
            coupling_per_s=math.sqrt(g_squared),
            internal_half_rate_per_s=internal_half_rate_per_s,
            output_half_rate_per_s=best
            if output_half_rate_per_s is None
            else output_half_rate_per_s,
            atom_half_rate_per_s=atom_half_rate_per_s,
        )

    @property
    def half_rate_per_s(self) -> float:
        """The half rate kappa = kappa_in + kappa_ex."""
        return self.internal_half_rate_per_s + self.output_half_rate_per_s

    @property
    def cooperativity(self) -> float:
        """C = g^2/(2 kappa gamma)."""
        return cooperativity(self.coupling_per_s, self.half_rate_per_s, self.atom_half_rate_per_s)

    @property
    def internal_cooperativity(self) -> float:
        """C_in = g^2/(2 kappa_in gamma)."""
        return cooperativity(
            self.coupling_per_s, self.internal_half_rate_per_s, self.atom_half_rate_per_s
        )

    @property
    def escape_efficiency(self) -> float:
        """kappa_ex/kappa: the part of the light in the cavity that reaches the output."""
        return self.output_half_rate_per_s / self.half_rate_per_s
