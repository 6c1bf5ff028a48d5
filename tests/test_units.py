"""Quantities with units, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.units import format_quantity, parse_quantity, unit_of


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("10ms", "s", 0.01),
        (" 2.5 us ", "s", 2.5e-6),
        ("3µs", "s", 3e-6),
        ("3μs", "s", 3e-6),
        ("7ns", "s", 7e-9),
        ("1.5 min", "s", 90.0),
        ("-1e-3s", "s", -0.001),
        ("50km", "m", 5e4),
        ("800 m", "m", 800.0),
        ("15 mm", "m", 0.015),
        ("1389 nm", "m", 1389e-9),
        ("1.389um", "m", 1389e-9),
        ("1.389 µm", "m", 1389e-9),
        ("1.389 μm", "m", 1389e-9),
        ("8kHz", "Hz", 8e3),
        ("1.2 MHz", "Hz", 1.2e6),
        (".5/s", "Hz", 0.5),
        ("5. Hz", "Hz", 5.0),
    ],
)
def test_parse_quantity(text, unit, value):
    assert parse_quantity(text, unit, key="k") == value


@pytest.mark.parametrize(
    ("text", "unit", "message"),
    [
        ("ten ms", "s", "must be a number with a unit; received 'ten ms'. "
         "Cure: write 10ms or 2.5us."),
        ("", "m", "must be a number with a unit; received ''. Cure: write 50km or 800m."),
        ("0,5 s", "s", "must carry one of the units s, ms, us, µs, μs, ns, min; "
         "received '0,5 s'."),
        ("8", "Hz", "must carry a unit; received '8'. Cure: write 8kHz."),
        ("8 km", "s", "must carry one of the units s, ms, us, µs, μs, ns, min; "
         "received '8 km'."),
        ("8 ms", "m", "must carry one of the units m, km, mm, um, µm, μm, nm; "
         "received '8 ms'."),
        ("8 khz", "Hz", "must carry one of the units Hz, kHz, MHz, /s; received '8 khz'."),
        ("1e999 s", "s", "must be finite; received '1e999 s'."),
    ],
)  # fmt: skip
def test_parse_quantity_refuses(text, unit, message):
    with pytest.raises(InputError) as caught:
        parse_quantity(text, unit, key="--window")
    assert str(caught.value) == f"`--window` {message}"


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("window_s", "s"),
        ("distance_m", "m"),
        ("rate_hz", "Hz"),
        ("attenuation_db_per_km", "dB/km"),
        ("group_velocity_m_per_s", "m/s"),
        ("atoms", ""),
        ("s", ""),
        ("m_per_s", "s"),
    ],
)
def test_unit_of(name, unit):
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00024255, "s", "242.6 µs"),
        (0.1, "s", "100 ms"),
        (1e-9, "s", "1 ns"),
        (2e-12, "s", "0.002 ns"),
        (0.999999, "s", "1 s"),
        (9999.96, "s", "10000 s"),
        (86400.0, "s", "86400 s"),
        (0.0, "s", "0 s"),
        (-0.05, "s", "-50 ms"),
        (7854.5, "Hz", "7.854 kHz"),
        (2.5e6, "Hz", "2.5 MHz"),
        (5e4, "m", "50 km"),
        (1.0, "m", "1 m"),
        (0.015, "m", "15 mm"),
        (1389e-9, "m", "1.389 µm"),
        (556e-9, "m", "556 nm"),
        (-1e-9, "m", "-1 nm"),
        (1e-12, "m", "0.001 nm"),
        (0.0609727, "", "0.06097"),
        (0.2, "dB/km", "0.2 dB/km"),
        (float("inf"), "s", "inf s"),
    ],
)
def test_format_quantity(value, unit, text):
    assert format_quantity(value, unit) == text


@given(
    value=st.floats(1e-8, 1e5),
    unit=st.sampled_from(["s", "m", "Hz"]),
    digits=st.integers(3, 12),
)
def test_what_is_written_reads_back_to_its_digits(value, unit, digits):
    text = format_quantity(value, unit, digits=digits)
    assert parse_quantity(text, unit, key="k") == pytest.approx(value, rel=10.0 ** (1 - digits))
