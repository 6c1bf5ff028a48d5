"""How the command line writes values to try, ranges and numbers by name."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xorgames.errors import near_name, reject
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
    pairs = _by_name(written, "--vary", design, cure=_VARY)
    return {name: _values(name, values, design) for name, values in pairs}


def read_numbers_by_name(written: Sequence[str], option: str, design: "Design") -> dict[str, float]:
    """Read each NAME=NUMBER, the number with a unit or in that of the name.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> written = ["state_infidelity=0.005", "distance_m=1km"]
    >>> read_numbers_by_name(written, "--uncertain", load_design("yb_cavity"))
    {'state_infidelity': 0.005, 'distance_m': 1000.0}
    """
    cure = f"{option} state_infidelity=0.005"
    return {
        name: number_of(value, name) for name, value in _by_name(written, option, design, cure=cure)
    }


def read_bounds(written: Sequence[str], design: "Design") -> dict[str, tuple[float, float]]:
    """Read each NAME=FROM:TO.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> read_bounds(["atoms=100:400"], load_design("yb_cavity"))
    {'atoms': (100.0, 400.0)}
    """
    bounds = {}
    for name, values in _by_name(written, "--bound", design, cure="--bound atoms=100:400"):
        text = f"{name}={values}"
        ends = values.split(":")
        if len(ends) != 2:
            cure = "--bound atoms=100:400"
            reject("--bound", "must be NAME=FROM:TO", received=repr(text), cure=cure)
        bounds[name] = (number_of(ends[0], name), number_of(ends[1], name))
    return bounds


def read_pair(written: str, design: "Design") -> tuple[str, str]:
    """Read NAME,NAME.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> read_pair("atoms, channels", load_design("yb_cavity"))
    ('atoms', 'channels')
    """
    names = [name.strip() for name in written.split(",")]
    if len(names) != 2 or not all(names):
        cure = "--front emission_probability,atoms"
        reject("--front", "must be NAME,NAME", received=repr(written), cure=cure)
    for name in names:
        check_name(name, "--front", design)
    return names[0], names[1]


def check_questions(options: Mapping[str, Any], design: "Design") -> None:
    """Refuse, before any work is done, what is written in a wrong way or names no number.

    Raises
    ------
    InputError
        If there is anything to refuse.
    """
    read_sweeps(options["varied"], design)
    read_bounds(options["bound"], design)
    for key in ("weight", "uncertain"):
        read_numbers_by_name(options[key], f"--{key}", design)
    if options["front"]:
        read_pair(options["front"], design)
    for name in options["limited"]:
        check_name(name, "--limit", design)


def check_name(name: str, option: str, design: "Design") -> None:
    """Refuse a name that neither a design of this model nor the conditions can have.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> check_name("distance", "--vary", load_design("yb_cavity"))
    Traceback (most recent call last):
    xorgames.errors.InputError: `--vary` must name a number of yb_cavity or of the conditions; \
received 'distance'. Cure: did you mean `distance_m`?
    """
    from xorgames.hardware.keys import MODELS
    from xorgames.hardware.questions.trials import CIRCUMSTANCES

    known = list(dict.fromkeys([*CIRCUMSTANCES, *MODELS[design.model]]))
    if name not in known:
        rule = f"must name a number of {design.name} or of the conditions"
        reject(option, rule, received=repr(name), cure=near_name(name, known))


def number_of(text: str, name: str) -> float:
    """Read a number, with a unit or in that of the name."""
    from xorgames.hardware.parameters import read_number

    if _PLAIN.fullmatch(text):
        from xorgames.exact import exact_number

        return float(exact_number(text.strip(), key=name))
    return float(read_number(text, key=name, unit=unit_of(name)))


def _by_name(
    written: Sequence[str], option: str, design: "Design", *, cure: str
) -> list[tuple[str, str]]:
    """Return each name with what is written for it; each may come once."""
    pairs = [_split(text, option, cure=cure) for text in written]
    names = [name for name, _ in pairs]
    for name in names:
        check_name(name, option, design)
        if names.count(name) > 1:
            reject(option, "must name each number once", received=repr(name))
    return pairs


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
