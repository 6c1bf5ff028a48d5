"""Half rates and full rates, finesse, cooperativity: definitions, and 171Yb's figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.physics import atom, cavity
from xorgames.hardware.physics.cavity import Cavity

rates = st.floats(1e3, 1e10)


@given(rates)
def test_half_and_full_rates_are_each_others_inverse(rate):
    assert cavity.full_rate(cavity.half_rate(rate)) == rate
    # An amplitude exp(-half t) squared is a population exp(-full t).
    time_s = 0.3 / rate
    amplitude = math.exp(-cavity.half_rate(rate) * time_s)
    assert amplitude**2 == pytest.approx(math.exp(-rate * time_s), rel=1e-12)


@given(st.floats(1, 1e6), st.floats(1e-6, 1))
def test_internal_loss_finesse_and_rate(finesse, length_m):
    """[D] 2 kappa_in = loss x FSR and F_int = 2 pi/loss, the round trip's loss by hand."""
    loss = 2 * math.pi / finesse
    round_trip_s = 2 * length_m / LIGHT_SPEED_M_PER_S
    assert cavity.finesse_of_loss(loss) == pytest.approx(finesse)
    full = cavity.full_rate(cavity.internal_half_rate(finesse, length_m))
    assert full == pytest.approx(loss / round_trip_s)


@given(st.floats(1e-3, 1e4), rates, rates)
def test_a_cavity_of_a_cooperativity_has_it(inside, internal, gamma):
    found = Cavity.of_cooperativity(inside, internal, gamma)
    assert found.internal_cooperativity == pytest.approx(inside)
    assert found.internal_cooperativity == pytest.approx(
        cavity.cooperativity(found.coupling_per_s, internal, gamma)
    )
    # At the best output 1 + 2C = s.
    s = math.sqrt(1 + 2 * inside)
    assert 1 + 2 * found.cooperativity == pytest.approx(s)
    assert found.output_half_rate_per_s == pytest.approx(s * internal)
    assert found.half_rate_per_s == pytest.approx((1 + s) * internal)
    other = Cavity.of_cooperativity(inside, internal, gamma, 3 * internal)
    assert (other.escape_efficiency, other.coupling_per_s) == (
        pytest.approx(0.75),
        found.coupling_per_s,
    )


def test_the_cooperativity_of_a_mode_follows_from_the_coupling():
    """g^2 = 3 Gamma_line c lambda^2/(8 pi V) and kappa_in from the loss give the same C_in."""
    length_m, area_m2, finesse, line = 0.015, 20e-12, 4000.0, atom.TELECOM
    width = line.branching * line.full_rate_per_s
    volume = area_m2 * length_m
    g = math.sqrt(3 * width * LIGHT_SPEED_M_PER_S * line.wavelength_m**2 / (8 * math.pi * volume))
    inside = cavity.cooperativity(
        g, cavity.internal_half_rate(finesse, length_m), line.half_rate_per_s
    )
    direct = cavity.cooperativity_of_mode(area_m2, line.wavelength_m, finesse, line.branching)
    assert direct == pytest.approx(inside, rel=1e-12)


def test_the_lines_of_ytterbium():
    """Lifetime 329 ns [U]; .64/.35/.01 [U]; 2 pi x .308 MHz [D]; 2 pi x 182 kHz [D]."""
    assert atom.TELECOM.full_rate_per_s == pytest.approx(1 / 329e-9)
    assert atom.TELECOM.half_rate_per_s == pytest.approx(0.5 / 329e-9)
    assert dict(atom.BRANCHING_3D1) == {"3P0": 0.64, "3P1": 0.35, "3P2": 0.01}
    assert sum(atom.BRANCHING_3D1.values()) == pytest.approx(1)
    # "About .64" gives .3096 MHz; .308 goes with .637, which rounds to .64.
    assert atom.TELECOM.partial_width_hz == pytest.approx(0.308e6, rel=6e-3)
    assert round(0.308e6 * 2 * math.pi * 329e-9, 2) == atom.TELECOM.branching
    assert atom.VISIBLE.full_rate_per_s == pytest.approx(2 * math.pi * 182e3)
    assert (atom.TELECOM.wavelength_m, atom.VISIBLE.wavelength_m) == (1389e-9, 556e-9)
    for line in (atom.TELECOM, atom.VISIBLE):
        assert "[" in line.source


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cavity.finesse_of_loss(0.0), "`loss` must be positive; received 0."),
        (
            lambda: cavity.internal_half_rate(-1.0, math.nan),
            "`finesse` must be positive; received -1.\n`length_m` must be finite; received nan.",
        ),
        (
            lambda: cavity.outcoupling(True),
            "`internal_cooperativity` must be a number; received True. "
            "Cure: true and false are not numbers.",
        ),
        (
            lambda: cavity.outcoupling("20"),
            "`internal_cooperativity` must be a real number; received '20'.",
        ),
        (
            lambda: cavity.cooperativity_of_mode(1e-12, 1e-6, 1e3, 1.5),
            "`branching` must lie in (0, 1]; received 1.5.",
        ),
        (
            lambda: Cavity.of_cooperativity(20, 1e40, 1.0),
            "`internal_half_rate_per_s` must not exceed 1e+30 in size; received 1e+40.",
        ),
        (
            lambda: Cavity.of_cooperativity(20, "1 MHz", 0.0),
            "`internal_half_rate_per_s` must be a real number; received '1 MHz'.\n"
            "`atom_half_rate_per_s` must be positive; received 0.",
        ),
        (
            lambda: Cavity.of_cooperativity(20, 1e6, 1e6, 0.0),
            "`output_half_rate_per_s` must be positive; received 0.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).startswith(message)
