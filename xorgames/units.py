"""Quantities with units: "10 ms" in, SI floats out, and back again for people to read.

The package computes with plain SI floats whose names carry the unit (`window_s`, `distance_m`);
this module is the one place where the unit is written out or read in.
"""

import math
import re
from functools import cache

from xorgames.errors import reject

_FACTORS = {
    "s": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9, "min": 60.0},
    "m": {"m": 1.0, "km": 1e3, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "μm": 1e-6, "nm": 1e-9},
    "Hz": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6, "/s": 1.0},
}
_PREFIXES = {
    "s": [(1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")],
    "m": [(1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")],
    "Hz": [(1e6, "M"), (1e3, "k"), (1.0, "")],
}
_EXAMPLES = {"s": "10ms or 2.5us", "m": "50km or 800m", "Hz": "8kHz"}
_SUFFIX_UNIT = {"s": "s", "m": "m", "hz": "Hz", "db_per_km": "dB/km", "m_per_s": "m/s"}
_QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*")


@cache
def unit_of(name: str) -> str:
    """Return the unit that a name's suffix states, or "" for a plain number.

    Examples
    --------
    >>> unit_of("window_s"), unit_of("attenuation_db_per_km"), unit_of("atoms")
    ('s', 'dB/km', '')
    >>> unit_of("group_velocity_m_per_s")
    'm/s'
    """
    parts = name.split("_")
    for length in (3, 2, 1):
        unit = _SUFFIX_UNIT.get("_".join(parts[-length:]))
        if unit and len(parts) > length:
            return unit
    return ""


def name_of(key: str) -> str:
    """Return a key as words, without the unit that its suffix states.

    Examples
    --------
    >>> name_of("attenuation_db_per_km"), name_of("window_s"), name_of("atoms")
    ('attenuation', 'window', 'atoms')
    """
    suffix = next((s for s, unit in _SUFFIX_UNIT.items() if unit == unit_of(key)), "")
    return key.removesuffix("_" + suffix).replace("_", " ")


def parse_quantity(text: str, unit: str, *, key: str) -> float:
    """Read a number with its unit and return it in SI.

    Parameters
    ----------
    text : str
        Such as "10ms", "50 km", "2 kHz".
    unit : {"s", "m", "Hz"}
        The SI unit expected.
    key : str
        What the quantity is called where it was given; used in the error.

    Raises
    ------
    InputError
        If the number or the unit is missing, unknown, or of another kind.

    Examples
    --------
    >>> parse_quantity("10ms", "s", key="--window")
    0.01
    >>> parse_quantity("56.3 km", "m", key="--distance")
    56300.0
    """
    examples = _EXAMPLES[unit]
    match = _QUANTITY.fullmatch(text)
    if match is None:
        reject(key, "must be a number with a unit", received=repr(text), cure=f"write {examples}")
    number, written = match.groups()
    if written is None:
        reject(key, "must carry a unit", received=repr(text), cure=f"write {examples}")
    factor = _FACTORS[unit].get(written)
    if factor is None:
        known = ", ".join(_FACTORS[unit])
        reject(key, f"must carry one of the units {known}", received=repr(text))
    # Dividing by the inverse rounds once: 10 ms is the double nearest to 0.01.
    value = float(number) * factor if factor >= 1 else float(number) / round(1 / factor)
    if not math.isfinite(value):
        reject(key, "must be finite", received=repr(text))
    return value


def format_quantity(value: float, unit: str, *, digits: int = 4) -> str:
    """Write an SI number with a unit and prefix that people read easily.

    Examples
    --------
    >>> format_quantity(0.00024255, "s"), format_quantity(7854.5, "Hz"), format_quantity(5e4, "m")
    ('242.6 µs', '7.854 kHz', '50 km')
    >>> format_quantity(1389e-9, "m"), format_quantity(0.015, "m")
    ('1.389 µm', '15 mm')
    >>> format_quantity(0.0609727, "")
    '0.06097'
    """
    if unit not in _PREFIXES or value == 0 or not math.isfinite(value):
        return f"{value:.{digits}g} {unit}".rstrip()
    prefixes = _PREFIXES[unit]
    factor, prefix = next((p for p in prefixes if abs(value) >= p[0] * 0.99999), prefixes[-1])
    number = value / factor
    text = f"{number:.{digits}g}" if abs(number) < 10**digits - 0.5 else f"{number:.0f}"
    return f"{text} {prefix}{unit}"
