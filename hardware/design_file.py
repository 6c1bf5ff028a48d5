"""What a design file must say: its table in, checked numbers with their sources out."""

from collections.abc import Mapping
from typing import Any

from xorgames.errors import InputError, Problem
from xorgames.hardware import keys, link
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.parameters import Parameter, Rule, check_keys, read_numbers, uncertainty_of
from xorgames.rules import check_text
from xorgames.units import unit_of

LAW = "law"
_THINGS = {
    keys.READOUT: "the readout",
    keys.COUPLING: "the coupling",
    keys.CAVITY_LOSS: "the cavity's loss",
    keys.FIBRE_LOSS: "the fibre's loss",
    keys.READOUT_TIME: "the time of the readout",
}


def read_design(table: Mapping[str, Any], *, default_name: str) -> dict[str, Any]:
    """Return the attributes of the `Design` that a file's table describes.

    Raises
    ------
    InputError
        With every rule that is broken.
    """
    problems: list[Problem] = []
    model = _check_header(table, problems)
    if model is None:
        raise InputError(problems)
    rules = keys.MODELS[model]
    tables = ("profiles", "reported") if model in keys.WITH_PROFILES else ("reported",)
    check_keys(table, [*keys.HEADER, *rules, *tables], where="", problems=problems)
    written = {key: table[key] for key in table if key in rules}
    numbers = read_numbers(written, rules, where="", problems=problems)
    _check_choices(model, written, problems)
    link.check_quality(numbers, problems)
    _check_storage(model, written, problems)
    check_latency(numbers, where="", problems=problems)
    profiles = _read_profiles(table, problems) if model in keys.WITH_PROFILES else {}
    stated = _subtable(table, "reported", problems)
    reported = read_numbers(stated, keys.REPORTED, where="reported.", problems=problems)
    if problems:
        raise InputError(problems)
    source = table.get("source", "")
    return {
        "name": table.get("name", default_name),
        "model": model,
        "source": source,
        "parameters": _parameters(numbers, written, rules, source),
        "profiles": profiles,
        "reported": _parameters(reported, stated, keys.REPORTED, source),
        "unknown": tuple(table.get("unknown", ())),
    }


def _check_header(table: Mapping[str, Any], problems: list[Problem]) -> str | None:
    """Return the model, if there is one."""
    version = table.get("schema")
    if version != 1 or isinstance(version, bool):
        received = "" if version is None else repr(version)
        rule, cure = "must be 1, the version of design files", "write schema = 1"
        problems.append(Problem(key="schema", rule=rule, received=received, cure=cure))
    for key in ("name", "source"):
        if key in table:
            check_text(table[key], key=key, problems=problems)
    unknown = table.get("unknown", [])
    if not isinstance(unknown, list):
        problems.append(Problem(key="unknown", rule="must be a list", received=repr(unknown)))
        unknown = []
    for i, text in enumerate(unknown):
        check_text(text, key=f"unknown[{i}]", problems=problems)
    model = table.get("model")
    if isinstance(model, str) and model in keys.MODELS:
        return model
    rule = f"must be one of {', '.join(keys.MODELS)}"
    cure = 'write model = "specified" to state the figures of a machine'
    received = "" if model is None else repr(model)
    problems.append(Problem(key="model", rule=rule, received=received, cure=cure))
    return None


def _check_choices(model: str, written: Mapping[str, Any], problems: list[Problem]) -> None:
    """Ask for the quality of a stated pair, and for whatever has more than one way to state it."""
    if keys.STATE[0] in keys.MODELS[model] and not any(key in written for key in keys.STATE):
        cure = "add state_infidelity or state_fidelity"
        problems.append(Problem(key="state_infidelity", rule="must be given", cure=cure))
    for choice in keys.CHOICES[model]:
        problem = _problem_of_choice(choice, written)
        if problem is not None:
            problems.append(problem)


def _problem_of_choice(choice: keys.Choice, written: Mapping[str, Any]) -> Problem | None:
    """Return what is wrong unless exactly one way is given, in full."""
    given = [(way, [key for key in way if key in written]) for way in choice]
    given = [(way, found) for way, found in given if found]
    if not given:
        ways = [("all of " if len(way) > 1 else "") + ", ".join(way) for way in choice]
        return Problem(key=choice[0][0], rule="must be given", cure="add " + ", or ".join(ways))
    way, found = given[0]
    if len(given) > 1:
        rule = f"must not stand beside {', '.join(given[1][1])}"
        return Problem(key=found[0], rule=rule, cure=f"keep one way to state {_THINGS[choice]}")
    if len(found) < len(way):
        missing = ", ".join(key for key in way if key not in written)
        return Problem(key=found[0], rule="must come with the others", cure=f"add {missing}")
    return None


def _check_storage(model: str, written: Mapping[str, Any], problems: list[Problem]) -> None:
    """Ask a specified machine for both the lifetime of its memory and how long it stores."""
    pair = ("memory_lifetime_s", "occupancy_time_s")
    for key, other in (pair, pair[::-1]):
        if model == "specified" and key in written and other not in written:
            cure = "leave out both if the state's infidelity is that of a pair when measured"
            problems.append(Problem(key=key, rule=f"must come with {other}", cure=cure))


def _read_profiles(
    table: Mapping[str, Any], problems: list[Problem]
) -> dict[str, dict[str, float]]:
    """Return the numbers of each profile."""
    profiles: dict[str, dict[str, float]] = {}
    tables = _subtable(table, "profiles", problems)
    for name, stated in tables.items():
        where = f"profiles.{name}"
        if name == LAW:
            problems.append(Problem(key=where, rule="must not be given: law means the formulas"))
        elif not isinstance(stated, Mapping):
            problems.append(Problem(key=where, rule="must be a table", received=repr(stated)))
        else:
            numbers = read_numbers(stated, keys.PROFILE, where=f"{where}.", problems=problems)
            check_latency(numbers, where=f"{where}.", problems=problems)
            profiles[name] = numbers
    return profiles


def check_latency(numbers: Mapping[str, float], *, where: str, problems: list[Problem]) -> None:
    """Add a problem for a link that is faster than light over the distance."""
    distance_m, link_time_s = numbers.get("distance_m"), numbers.get("link_time_s")
    if distance_m is None or link_time_s is None:
        return
    light_s = distance_m / LIGHT_SPEED_M_PER_S
    if link_time_s < light_s:
        rule = f"must not be below the light time of {distance_m:g} m, {light_s:.4g} s"
        problems.append(
            Problem(
                key=f"{where}link_time_s",
                rule=rule,
                received=f"{link_time_s:g} s",
                cure="give the time from emission to the herald's arrival",
            )
        )


def _subtable(table: Mapping[str, Any], key: str, problems: list[Problem]) -> Mapping[str, Any]:
    """Return a table within a table; an empty one if it is not there."""
    inner = table.get(key, {})
    if isinstance(inner, Mapping):
        return inner
    problems.append(Problem(key=key, rule="must be a table", received=repr(inner)))
    return {}


def _parameters(
    numbers: Mapping[str, float],
    written: Mapping[str, Any],
    rules: Mapping[str, Rule],
    source: str,
) -> tuple[Parameter, ...]:
    """Put each number together with its unit, its source and its meaning."""
    parameters = []
    for key, entry in written.items():
        own = entry.get("source", source) if isinstance(entry, Mapping) else source
        parameters.append(
            Parameter(
                name=key,
                value=numbers[key],
                unit=unit_of(key),
                source=own,
                about=rules[key].about,
                uncertainty=uncertainty_of(entry, key=key, rule=rules[key]),
            )
        )
    return tuple(parameters)
