"""Emission through a cavity: the figures, and closed forms against the integrated equations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from xorgames.errors import InputError, SolverError
from xorgames.hardware.physics import emission
from xorgames.hardware.physics.cavity import Cavity, angular

GAMMA = 1 / (2 * 329e-9)


def cavity(inside=20.0, internal_mhz=1.0, output_mhz=None):
    output = None if output_mhz is None else angular(output_mhz * 1e6)
    return Cavity.of_cooperativity(inside, angular(internal_mhz * 1e6), GAMMA, output)


@pytest.mark.parametrize(
    ("inside", "largest", "digits"),
    [
        *((5, 0.537, 3), (10, 0.642, 3), (20, 0.7298, 4)),
        *((50, 0.819, 3), (100, 0.868, 3), (200, 0.905, 3)),
    ],
)
def test_the_largest_emission(inside, largest, digits):
    """[D] p_max = (s - 1)/(s + 1), to the digits given."""
    assert round(emission.largest(inside), digits) == largest
    # Reached at kappa_ex = s kappa_in, and nowhere exceeded.
    outputs = np.geomspace(0.1, 1000, 400)
    found = [emission.closed_form(cavity(inside, 1.0, output)) for output in outputs]
    assert max(found) <= emission.largest(inside) + 1e-12
    assert emission.closed_form(cavity(inside)) == pytest.approx(emission.largest(inside))


def test_the_full_rate_reading_would_fall_short():
    """[D] Read with full rates, C_in = 20 would mean 10 here: .642, below the .70 reported [P]."""
    assert emission.largest(20) > 0.70 > emission.largest(10)


def test_the_bad_cavity():
    """[D] The photon is 51.4 ns long; p(240 ns) = .7230."""
    assert emission.photon_lifetime(cavity()) == pytest.approx(51.4e-9, abs=5e-11)
    assert emission.bad_cavity(cavity(), 240e-9) == pytest.approx(0.7230, abs=5e-5)
    s = math.sqrt(41)
    by_hand = emission.largest(20) * (1 - math.exp(-s * 240 / 329))
    assert emission.bad_cavity(cavity(), 240e-9) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("internal_mhz", "emitted"), [(1, 0.7018), (3, 0.7157), (10, 0.7208), (50, 0.7226)]
)
def test_the_two_amplitudes(internal_mhz, emitted):
    """[D] C_in = 20 within 240 ns, by the closed sum and by the integrated equations."""
    assert round(emission.emitted(cavity(20, internal_mhz), 240e-9), 4) == emitted
    assert round(emission.driven(cavity(20, internal_mhz), 240e-9).probability, 4) == emitted


cavities = st.builds(
    cavity, st.floats(0.1, 500), st.floats(0.05, 50), st.none() | st.floats(0.05, 50)
)


@settings(max_examples=30, deadline=None)
@given(cavities, st.floats(5e-9, 1e-6))
def test_the_sum_of_exponentials_solves_the_equations(found, window_s):
    """Against matrix exponentials: of the amplitudes, and of their products with an integral."""
    g = found.coupling_per_s
    matrix = np.array([[-found.atom_half_rate_per_s, -1j * g], [-1j * g, -found.half_rate_per_s]])
    at_end = expm(matrix * window_s)[1, 0]
    terms = emission.envelope_terms(found)
    field = sum(c * np.exp(a * window_s) for c, a in zip(*terms, strict=True))
    output = 2 * found.output_half_rate_per_s
    assert abs(field - math.sqrt(output) * at_end) < 1e-4 * math.sqrt(output)
    products = np.kron(matrix, np.eye(2)) + np.kron(np.eye(2), matrix.conj())
    with_integral = np.zeros((5, 5), dtype=complex)
    with_integral[:4, :4] = products
    with_integral[4, 3] = output
    total = expm(with_integral * window_s)[4, 0].real
    assert emission.emitted(found, window_s) == pytest.approx(total, abs=1e-5)


def critical_cavity(by):
    """Where the two exponents meet: (kappa - gamma)/2 = g, here by a factor."""
    root = (12.649110640673518 + math.sqrt(160 + 4 * (1 + math.sqrt(41)))) / (
        2 * (1 + math.sqrt(41))
    )
    return Cavity.of_cooperativity(20, by * GAMMA * root**2, GAMMA)


@pytest.mark.parametrize("by", [1 - 1e-3, 1 - 1e-6, 1.0, 1 + 1e-9, 1 + 1e-3])
def test_nothing_happens_where_the_two_exponents_meet(by):
    found = critical_cavity(by)
    slow, fast = emission.envelope_terms(found)[1]
    assert abs(slow - fast) < 0.1 * abs(slow + fast)
    integrated = emission.driven(found, 240e-9).probability
    assert emission.emitted(found, 240e-9) == pytest.approx(integrated, abs=1e-5)


@given(cavities, st.floats(1e-13, 1e-5))
def test_probabilities_and_limits(found, window_s):
    within, later = (emission.emitted(found, f * window_s) for f in (1, 2))
    assert 0 <= within <= later + 1e-12
    # What the atom loses before the cavity takes over is lost: a finite kappa emits less.
    share = found.half_rate_per_s / (found.half_rate_per_s + found.atom_half_rate_per_s)
    whole = emission.closed_form(found) * share
    assert later <= whole + 1e-5
    assert emission.emitted(found, 1.0) == pytest.approx(whole, abs=1e-5)


def test_early_on_the_photon_grows_with_the_cube_of_time():
    found = cavity()
    rate = 2 * found.output_half_rate_per_s * found.coupling_per_s**2
    for window_s in (1e-13, 1e-12, 1e-11):
        expected = rate * window_s**3 / 3
        assert emission.emitted(found, window_s) == pytest.approx(expected, rel=2e-3)


def test_a_half_turn_excites_and_a_slow_drive_loses_less():
    """Driven slowly, the atom is never much excited: the cavity's finite kappa costs nothing."""
    found = cavity()
    pulse_s = 0.2e-9
    fast = emission.driven(
        found, 240e-9, drive=lambda t: math.pi / pulse_s if t < pulse_s else 0, points=2401
    )
    start = emission.driven(found, 240e-9, points=2401)
    assert fast.probability == pytest.approx(start.probability, abs=2e-3)
    assert fast.overlap(start) == pytest.approx(1, abs=1e-3)
    assert start.overlap(start) == pytest.approx(1, abs=1e-12)
    slow = emission.driven(found, 40e-6, drive=lambda _: 3e6)
    assert slow.probability == pytest.approx(emission.closed_form(found), abs=2e-3)
    assert slow.probability > emission.emitted(found, 40e-6) + 0.02


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: emission.emitted(cavity(), 0.0), "`window_s` must be positive; received 0."),
        (lambda: emission.bad_cavity(cavity(), -1.0), "`window_s` must be positive; received -1."),
        (
            lambda: emission.driven(cavity(), 1e-7, points=1),
            "`points` must be a whole number, 2 or more; received 1.",
        ),
        (
            lambda: emission.driven(cavity(), 1e-7, drive=3.0),
            "`drive` must be a function of the time; received 3.0.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_a_drive_that_is_no_number():
    with pytest.raises(SolverError, match="the photon's equations could not be integrated: "):
        emission.driven(cavity(), 1e-7, drive=lambda t: math.nan if t > 1e-8 else 1e6)
