"""How the command line writes values to try, ranges and numbers by name."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xorgames.errors import reject
from xorgames.units import unit_of

if TYPE_CHECKING:
    from xorgames.hardware.design import Design

_PLAIN = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
_VARY = "--vary attenuation_db_per_km=0.15:0.35:21 or --vary atoms=100,250,500"


def read_sweeps(written: Sequence[str], design: "Design") -> dict[str, list[float]]:
    """Read each NAME=FROM:TO:COUNT or NAME=A,B,...

    Raises
    ------
    InputError
        If one is written otherwise, or a name comes twice.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> read_sweeps(["distance_m=10km:30km:3", "atoms=5,6"], load_design("yb_cavity"))
    {'distance_m': [10000.0, 20000.0, 30000.0], 'atoms': [5.0, 6.0]}
    """
    sweeps: dict[str, list[float]] = {}
    for text in written:
        name, values = _split(text, "--vary", cure=_VARY)
        if name in sweeps:
            reject("--vary", "must name each number once", received=repr(name))
        sweeps[name] = _values(name, values, design)
    return sweeps


def read_numbers_by_name(written: Sequence[str], option: str) -> dict[str, float]:
    """Read each NAME=NUMBER, the number with a unit or in that of the name.

    Examples
    --------
    >>> read_numbers_by_name(["state_infidelity=0.005", "distance_m=1km"], "--uncertain")
    {'state_infidelity': 0.005, 'distance_m': 1000.0}
    """
    numbers = {}
    for text in written:
        name, value = _split(text, option, cure=f"{option} state_infidelity=0.005")
        numbers[name] = number_of(value, name)
    return numbers


def read_bounds(written: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Read each NAME=FROM:TO.

    Examples
    --------
    >>> read_bounds(["atoms=100:400"])
    {'atoms': (100.0, 400.0)}
    """
    bounds = {}
    for text in written:
        name, values = _split(text, "--bound", cure="--bound atoms=100:400")
        ends = values.split(":")
        if len(ends) != 2:
            cure = "--bound atoms=100:400"
            reject("--bound", "must be NAME=FROM:TO", received=repr(text), cure=cure)
        bounds[name] = (number_of(ends[0], name), number_of(ends[1], name))
    return bounds


def read_pair(written: str) -> tuple[str, str]:
    """Read NAME,NAME.

    Examples
    --------
    >>> read_pair("atoms, channels")
    ('atoms', 'channels')
    """
    names = [name.strip() for name in written.split(",")]
    if len(names) != 2 or not all(names):
        cure = "--front emission_probability,atoms"
        reject("--front", "must be NAME,NAME", received=repr(written), cure=cure)
    return names[0], names[1]


def number_of(text: str, name: str) -> float:
    """Read a number, with a unit or in that of the name."""
    from xorgames.hardware.parameters import read_number

    if _PLAIN.fullmatch(text):
        from xorgames.exact import exact_number

        return float(exact_number(text.strip(), key=name))
    return float(read_number(text, key=name, unit=unit_of(name)))


def _split(text: str, option: str, *, cure: str) -> tuple[str, str]:
    name, equals, rest = text.partition("=")
    if not equals or not name.strip() or not rest.strip():
        reject(option, "must be NAME=...", received=repr(text), cure=cure)
    return name.strip(), rest


def _values(name: str, text: str, design: "Design") -> list[float]:
    """Return the values of FROM:TO:COUNT, in equal steps, or of A,B,..."""
    import numpy as np

    from xorgames.hardware.keys import MODELS
    from xorgames.hardware.questions.vary import MOST_POINTS

    if ":" not in text:
        return [number_of(part, name) for part in text.split(",")]
    parts = text.split(":")
    if len(parts) != 3:
        rule = "must be NAME=FROM:TO:COUNT"
        reject("--vary", rule, received=repr(f"{name}={text}"), cure=_VARY)
    ends = [number_of(part, name) for part in parts[:2]]
    written = parts[2].strip()
    count = int(written) if written.isdecimal() and len(written) < 9 else 0
    if not 2 <= count <= MOST_POINTS:
        rule = f"must have a whole COUNT from 2 to {MOST_POINTS}"
        reject("--vary", rule, received=repr(written), cure=_VARY)
    values: list[float] = np.linspace(ends[0], ends[1], count).tolist()
    rule_of = MODELS[design.model].get(name)
    if rule_of is not None and "multipleOf" in rule_of.limits:
        return list(dict.fromkeys(float(round(value)) for value in values))
    return values
