"""Recoil, false heralds and fibre: the figures, and each formula by another way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from xorgames.errors import InputError
from xorgames.hardware.physics import detection, fibre, recoil
from xorgames.hardware.physics.interference import Delays

TRAP = {"recoil_hz": 605.0, "trap_hz": 1e5, "bins_apart_s": 340e-9}


# Recoil.


def test_the_recoil_frequency():
    """[D] 605 Hz at 1389 nm."""
    assert round(recoil.recoil_frequency(1389e-9)) == 605


@pytest.mark.parametrize(
    ("phonons", "infidelity", "tolerance"),
    # [D] The table's last digit at 20 phonons, 5.9e-3, is that of 1 - <1 - ...>, linear in the
    # exponent: 5.89e-3. The formula as it stands gives 5.85e-3.
    [(0.5, 2.9e-4, 5e-6), (5, 1.6e-3, 5e-5), (20, 5.9e-3, 6e-5)],
)
def test_the_recoil_table(phonons, infidelity, tolerance):
    delays = Delays.of_exponential(51e-9)
    found = (1 - recoil.visibility(delays, phonons=phonons, **TRAP)) / 2
    assert found == pytest.approx(infidelity, abs=tolerance)


@given(st.floats(1e-3, 30), st.floats(1e4, 1e6), st.floats(1e-8, 1e-7))
def test_recoil_is_the_average_over_both_signs_of_the_delay(phonons, trap_hz, tau):
    size = 4 * 605 / trap_hz * (2 * phonons + 1)

    def density(delay):
        phase = math.pi * trap_hz * (340e-9 + delay)
        return math.exp(-abs(delay) / tau - size * math.sin(phase) ** 2) / (2 * tau)

    expected = quad(density, -40 * tau, 0, limit=300)[0] + quad(density, 0, 40 * tau, limit=300)[0]
    found = recoil.visibility(
        Delays.of_exponential(tau),
        recoil_hz=605.0,
        trap_hz=trap_hz,
        phonons=phonons,
        bins_apart_s=340e-9,
    )
    assert found == pytest.approx(expected, abs=1e-7)


def test_bins_a_whole_period_apart_leave_only_the_delay():
    delays = Delays.of_exponential(51e-9)
    trap = TRAP | {"bins_apart_s": 1e-5, "phonons": 5.0}
    near, far = recoil.visibility(delays, **trap), recoil.visibility(delays, phonons=5.0, **TRAP)
    assert far < near < 1
    filtered = recoil.visibility(delays, coincidence_s=20e-9, **trap)
    assert near < filtered < 1


# False heralds.


def test_the_dark_count_forms():
    """[P] .126 % conservative and [D] .0136 % sharp, at the displayed profile."""
    assert detection.false_heralds(240e-9, 10.0, 0.00762048) == pytest.approx(1.26e-3, abs=5e-6)
    eta = 0.7 * 0.06**0.5 * 0.9 * 0.8
    sharp = detection.false_heralds_sharp(240e-9, 10.0, eta, eta)
    assert sharp == pytest.approx(1.36e-4, abs=5e-7)
    assert sharp == pytest.approx(8 * 240e-9 * 10 * (1 - eta) / eta)


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(1e-6, 1e-3))
def test_false_heralds_counted_case_by_case(eta_a, eta_b, dark):
    """Every case of arrivals, bins and ports, to first order in the dark counts of a bin."""
    false = 0.0
    for arrived_a, arrived_b in np.ndindex(2, 2):
        chance = (eta_a if arrived_a else 1 - eta_a) * (eta_b if arrived_b else 1 - eta_b)
        if arrived_a and arrived_b:
            # In the same bin half of the time, together at one port; a dark count in the other
            # bin at either detector.
            false += chance / 2 * 2 * dark
        elif arrived_a or arrived_b:
            false += chance * 2 * dark
    exact = false / (eta_a * eta_b / 2)
    sharp = detection.false_heralds_sharp(1e-6, dark / 1e-6, eta_a, eta_b)
    assert sharp == pytest.approx(min(1, exact - 2 * dark), abs=1e-9)
    conservative = detection.false_heralds(1e-6, dark / 1e-6, eta_a * eta_b / 2)
    # Any dark count beside at most one photon is fewer than any dark count at all.
    assert sharp <= conservative + 1e-12


def test_false_heralds_leave_a_mixed_pair():
    """[D] One photon seen, its partner lost: 1/2 in either bin, the other atom unknown."""
    lost = np.eye(2) / 2
    seen = [np.diag([1.0, 0.0]), np.diag([0.0, 1.0])]
    rho = sum(np.kron(atom, lost) for atom in seen) / 2
    psi = np.array([0, 1, 1, 0]) / math.sqrt(2)
    assert 1 - psi @ rho @ psi == detection.MIXED_INFIDELITY == 0.75


def test_many_dark_counts_make_every_herald_false():
    assert detection.false_heralds(1e-6, 1e9, 1e-3) == 1
    assert detection.false_heralds_sharp(1e-6, 1e9, 0.1, 0.2) == 1


# Fibre.


def test_attenuation_by_wavelength():
    """[D] .25 dB/km at 1389 nm lies between dry fibre and fibre at the limit for 1383 nm, .32."""
    assert 0.17 <= fibre.attenuation_db_per_km(1550e-9) <= 0.18
    peak = 0.32 - fibre.attenuation_db_per_km(1383e-9)
    assert fibre.attenuation_db_per_km(1383e-9, peak) == pytest.approx(0.32)
    dry, wet = (fibre.attenuation_db_per_km(1389e-9, water) for water in (0.0, peak))
    assert dry < 0.25 < wet < 0.32
    assert fibre.attenuation_db_per_km(556e-9) > 20 * dry


def test_the_way_to_the_station():
    """[P] 240 us at the displayed 2.083e8 m/s and midway; [D] the farther node waits longest."""
    assert fibre.link_time(50e3, 50e3 / 240e-6) == pytest.approx(240e-6)
    times = [fibre.link_time(50e3, 2.1e8, station) for station in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert times == pytest.approx([t * 50e3 / 2.1e8 for t in (2, 1.5, 1, 1.5, 2)])
    assert fibre.transmission(12.5) == pytest.approx(0.05623, abs=5e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: recoil.recoil_frequency(1389e-9, 0.0),
            "`mass_kg` must be positive; received 0.",
        ),
        (
            lambda: recoil.visibility(
                Delays.of_exponential(1.0), phonons=-1.0, **TRAP | {"trap_hz": 0.0}
            ),
            "`trap_hz` must be positive; received 0.",
        ),
        (
            lambda: recoil.visibility(Delays.of_exponential(1.0), phonons=-1.0, **TRAP),
            "`phonons` must not be negative; received -1.",
        ),
        (
            lambda: detection.false_heralds(1e-9, 1.0, 2.0),
            "`success` must lie in (0, 1]; received 2. Cure: write 0.02 for 2 %.",
        ),
        (
            lambda: detection.false_heralds_sharp(1e-9, -1.0, 0.5, 0.5),
            "`dark_rate_hz` must not be negative; received -1.",
        ),
        (
            lambda: fibre.attenuation_db_per_km(1389.0),
            "`wavelength_m` must lie in [4e-07, 2e-06]; received 1389.",
        ),
        (
            lambda: fibre.link_time(1e3, 2e8, 1.5),
            "`station` must lie in [0, 1]; received 1.5.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
