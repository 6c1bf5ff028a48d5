"""The other protocols: cavity-assisted photon scattering, and the models of Ding and Jiang."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.physics import caps, ding_jiang, emission
from xorgames.hardware.physics.cavity import Cavity, angular

GAMMA = 1 / (2 * 329e-9)


def cavity(inside, internal_mhz, output_mhz=None):
    output = None if output_mhz is None else angular(output_mhz * 1e6)
    return Cavity.of_cooperativity(inside, angular(internal_mhz * 1e6), GAMMA, output)


cavities = st.builds(
    cavity, st.floats(0.5, 500), st.floats(0.02, 20), st.none() | st.floats(0.05, 50)
)


@pytest.mark.parametrize("inside", [5, 20, 100])
def test_at_the_best_output_the_reflections_are_equal_and_opposite(inside):
    """[D] r_1 = -r_0 = (s - 1)/(s + 1), as much as is emitted at best."""
    r_0, r_1 = (caps.reflection(cavity(inside, 1.0), coupled=c) for c in (False, True))
    assert r_1 == pytest.approx(-r_0)
    assert r_1.real == pytest.approx(emission.largest(inside))
    assert r_0.imag == r_1.imag == 0


def test_scattering_against_interference():
    """[D] C_in = 100: |r|^4 = .568 against 1/2 p^2 = .377."""
    r = emission.largest(100)
    slow = caps.scatter(cavity(100, 1.0), 1e-3)
    assert round(slow.survival**2, 3) == round(r**4, 3) == 0.568
    assert round(r**2 / 2, 3) == 0.377


@given(cavities, st.floats(-3, 3))
def test_reflection_solves_the_driven_equations(found, turn):
    """The amplitudes in steady state by a linear solver, the output by input minus what leaks."""
    detuning = turn * found.half_rate_per_s
    for coupled in (False, True):
        g = found.coupling_per_s if coupled else 0.0
        matrix = np.array(
            [
                [found.atom_half_rate_per_s - 1j * detuning, 1j * g],
                [1j * g, found.half_rate_per_s - 1j * detuning],
            ]
        )
        drive = np.array([0, math.sqrt(2 * found.output_half_rate_per_s)])
        inside = np.linalg.solve(matrix, drive)[1]
        expected = 1 - math.sqrt(2 * found.output_half_rate_per_s) * inside
        r = caps.reflection(found, detuning, coupled=coupled)
        assert complex(r) == pytest.approx(complex(expected), abs=1e-9)
        assert abs(r) <= 1 + 1e-12


@given(st.floats(1, 500))
def test_both_reflections_delay_alike_at_a_matched_cavity(inside):
    """[D] kappa_in = gamma (1 + 1/C_in): a short photon then loses least coherence."""
    matched = Cavity.of_cooperativity(inside, GAMMA * (1 + 1 / inside), GAMMA)
    step = 1e-4 * GAMMA
    slopes = [
        (caps.reflection(matched, step, coupled=c) - caps.reflection(matched, -step, coupled=c))
        / (2 * step)
        / caps.reflection(matched, coupled=c)
        for c in (False, True)
    ]
    assert complex(slopes[0]) == pytest.approx(complex(slopes[1]), rel=1e-4)
    for by in (0.5, 2):
        other = Cavity.of_cooperativity(inside, by * GAMMA * (1 + 1 / inside), GAMMA)
        lost = [1 - caps.scatter(c, 20 / GAMMA).visibility for c in (matched, other)]
        assert lost[0] < lost[1]


@settings(max_examples=25, deadline=None)
@given(cavities, st.floats(2e-8, 1e-5))
def test_the_spectrum_against_a_sum_over_frequencies(found, duration_s):
    """A Gaussian field sampled in time, Fourier transformed, reflected."""
    deviation = duration_s / math.sqrt(8 * math.log(2))
    times = np.linspace(-2000, 2000, 2**17, endpoint=False) * deviation
    intensity = np.exp(-(times**2) / (2 * deviation**2))
    half = times[intensity >= 0.5]
    assert half[-1] - half[0] == pytest.approx(duration_s, rel=0.05)
    spectrum = abs(np.fft.fft(np.sqrt(intensity))) ** 2
    frequencies = angular(1.0) * np.fft.fftfreq(2**17, times[1] - times[0])
    spectrum /= spectrum.sum()
    r = [caps.reflection(found, frequencies, coupled=c) for c in (False, True)]
    both = spectrum @ (abs(r[0]) ** 2 + abs(r[1]) ** 2) / 2
    found_once = caps.scatter(found, duration_s)
    assert found_once.survival == pytest.approx(both, abs=1e-6)
    overlap = abs(spectrum @ (r[1].conj() * r[0])) / both
    assert found_once.visibility == pytest.approx(overlap, abs=1e-6)


# Ding and Jiang.

STATED = {"p_p": 0.5, "p_c": 0.5, "p_d": 0.9}


def test_the_numbers_of_ding_and_jiang():
    """arXiv:2407.21723v3: 234.583 us, .02483605, 105.873 Hz per memory."""
    attempt_s = ding_jiang.attempt_time(56.3e3, 2e8, 3e8)
    success = ding_jiang.success(56.3e3, 0.17, **STATED)
    assert attempt_s * 1e6 == pytest.approx(234.583, abs=5e-4)
    assert success == pytest.approx(0.02483605, abs=5e-9)
    assert success / attempt_s == pytest.approx(105.873, abs=5e-4)


def test_direct_photons():
    """Both photons of a pair pass half of the fibre each: the product is the memories' p_s / p_p
    with one more detector and coupling."""
    eta = ding_jiang.direct_efficiency(56.3e3, 0.17, 0.5, 0.9)
    assert eta == pytest.approx(0.45 * 10 ** (-0.17 * 56.3 / 20))
    assert eta**2 == pytest.approx(ding_jiang.success(56.3e3, 0.17, **STATED) / 0.5 * 0.45)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: caps.scatter(cavity(20, 1), 0.0),
            "`duration_s` must be positive; received 0.",
        ),
        (
            lambda: ding_jiang.attempt_time(1e3, 0.0, 3e8),
            "`fibre_speed_m_per_s` must be positive; received 0.",
        ),
        (
            lambda: ding_jiang.success(1e3, 0.17, **STATED | {"p_p": 1.5}),
            "`p_p` must lie in (0, 1]; received 1.5.",
        ),
        (
            lambda: ding_jiang.direct_efficiency(1e3, -0.1, 0.5, 0.5),
            "`attenuation_db_per_km` must not be negative; received -0.1.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
