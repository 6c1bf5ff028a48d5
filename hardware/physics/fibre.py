"""Fibre: how much light it loses at a wavelength, and the way to a station off the centre.

Silica fibre loses by Rayleigh scattering, by the infrared edge of glass, and at the water peak:

    a(lambda) = .9/lambda^4 + 7.81e11 exp(-48.48/lambda) + w/(1 + ((lambda - 1.383)/.010)^2)  dB/km

with lambda in micrometres and w the height of the peak at 1383 nm [U: general knowledge of silica,
not checked against a source]. It gives .176 dB/km at 1550 nm, where .17 to .18 is usual, and .24 at
1389 nm for dry fibre; modern fibre is specified to at most .32 at 1383 nm, water included.
"""

import math

from xorgames.hardware.parameters import EFFICIENCY, NOT_NEGATIVE, POSITIVE, Limits, check_numbers

_PEAK_UM, _PEAK_HALF_WIDTH_UM = 1.383, 0.010
_SILICA: Limits = {"minimum": 0.4e-6, "maximum": 2e-6}


def attenuation_db_per_km(wavelength_m: float, water_peak_db_per_km: float = 0.0) -> float:
    """Return what a fibre loses, for a wavelength of 0.4 to 2 micrometres.

    Examples
    --------
    >>> round(attenuation_db_per_km(1550e-9), 3), round(attenuation_db_per_km(1389e-9), 3)
    (0.176, 0.242)
    """
    check_numbers(_SILICA, wavelength_m=wavelength_m)
    check_numbers(NOT_NEGATIVE, water_peak_db_per_km=water_peak_db_per_km)
    um = wavelength_m * 1e6
    water = water_peak_db_per_km / (1 + ((um - _PEAK_UM) / _PEAK_HALF_WIDTH_UM) ** 2)
    return 0.9 / um**4 + 7.81e11 * math.exp(-48.48 / um) + water


def transmission(loss_db: float) -> float:
    """Return 10^(-loss/10).

    Examples
    --------
    >>> round(transmission(12.5), 5)
    0.05623
    """
    return float(10 ** (-loss_db / 10))


def link_time(distance_m: float, group_velocity_m_per_s: float, station: float = 0.5) -> float:
    """Return how long the farther node waits: its photon to the station, the herald back.

    Parameters
    ----------
    distance_m : float
        Length of the fibre from node to node.
    group_velocity_m_per_s : float
    station : float
        Where on it the station stands, from 0 (at Alice's node) to 1. The nearer node emits later,
        so that the photons meet; the loss of both arms together does not depend on the place.

    Examples
    --------
    >>> round(link_time(50e3, 2.1e8) * 1e6, 1), round(link_time(50e3, 2.1e8, 0.25) * 1e6, 1)
    (238.1, 357.1)
    """
    check_numbers(POSITIVE, distance_m=distance_m, group_velocity_m_per_s=group_velocity_m_per_s)
    check_numbers({"minimum": 0, "maximum": EFFICIENCY["maximum"]}, station=station)
    return 2 * max(station, 1 - station) * distance_m / group_velocity_m_per_s
