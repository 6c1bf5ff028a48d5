"""The keys of a design file: what each means, and what range it has. Defined here and only here."""

from collections.abc import Mapping
from typing import Any

from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.parameters import (
    COUNT,
    EFFICIENCY,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    Limits,
    Rule,
    number_schema,
)

_FIDELITY: Limits = {"minimum": 0.25, "maximum": 1}
_INFIDELITY: Limits = {"minimum": 0, "maximum": 0.75}
_FLIP: Limits = {"minimum": 0, "maximum": 0.5}
_SPEED: Limits = {"exclusiveMinimum": 0, "maximum": LIGHT_SPEED_M_PER_S}


def _optional(about: str, limits: Limits) -> Rule:
    return Rule(about=about, limits=limits, required=False)


#: Of these groups exactly one must be given in full.
READOUT = (("measurement_infidelity",), ("alice_e0", "alice_e1", "bob_e0", "bob_e1"))
STATE = ("state_infidelity", "state_fidelity")

_QUALITY = {
    "state_infidelity": _optional(
        "infidelity of a pair when heralded, before storage", _INFIDELITY
    ),
    "state_fidelity": _optional("1 - state_infidelity", _FIDELITY),
    "measurement_infidelity": _optional("probability of a wrong readout, each side", _FLIP),
    "alice_e0": _optional("probability that Alice reads 1 for 0", PROBABILITY),
    "alice_e1": _optional("probability that Alice reads 0 for 1", PROBABILITY),
    "bob_e0": _optional("probability that Bob reads 1 for 0", PROBABILITY),
    "bob_e1": _optional("probability that Bob reads 0 for 1", PROBABILITY),
}

TWO_PHOTON = {
    **_QUALITY,
    "memory_lifetime_s": _optional(
        "coherence time of the memory; none: no storage error", POSITIVE
    ),
    "internal_cooperativity": _optional("for the record: what emission relies on", POSITIVE),
    "emission_probability": Rule(about="photon emitted into the output", limits=EFFICIENCY),
    "photon_window_s": Rule(about="length of one time bin", limits=POSITIVE),
    "spin_swap_time_s": Rule(about="spin swap between the time bins", limits=NOT_NEGATIVE),
    "rotation_time_s": Rule(about="rotation to the measurement basis", limits=NOT_NEGATIVE),
    "measurement_time_s": Rule(about="readout", limits=POSITIVE),
    "processing_time_s": _optional("classical processing within a decision", NOT_NEGATIVE),
    "reset_time_s": Rule(about="reset of an atom", limits=NOT_NEGATIVE),
    "atoms": Rule(about="atoms that take turns on a channel", limits=COUNT),
    "channels": Rule(about="channels in parallel", limits=COUNT),
    "distance_m": Rule(about="length of the fibre between the parties", limits=POSITIVE),
    "attenuation_db_per_km": Rule(about="fibre loss", limits=NOT_NEGATIVE),
    "group_velocity_m_per_s": Rule(about="speed of light in the fibre", limits=_SPEED),
    "detector_efficiency": Rule(about="of each detector", limits=EFFICIENCY),
    "miscellaneous_efficiency": Rule(about="all other optics, each side", limits=EFFICIENCY),
    "dark_count_rate_hz": Rule(about="dark counts of each detector", limits=NOT_NEGATIVE),
}

SPECIFIED = {
    "rate_hz": Rule(about="heralded pairs a second", limits=POSITIVE),
    **_QUALITY,
    "decision_time_s": Rule(about="from the question to the answer", limits=POSITIVE),
    "pairs_per_round": _optional("Bell pairs available in each round; 1 if not given", COUNT),
    "atoms": _optional("for the record: atoms or other memories", COUNT),
    "memory_lifetime_s": _optional("coherence time of the memory", POSITIVE),
    "occupancy_time_s": _optional("how long a pair is stored", POSITIVE),
    "link_time_s": _optional("from emission to the herald's arrival", POSITIVE),
    "distance_m": _optional("the distance that the figures hold for; none: any", POSITIVE),
}

MODELS: Mapping[str, Mapping[str, Rule]] = {"two-photon": TWO_PHOTON, "specified": SPECIFIED}

PROFILE = {
    "distance_m": Rule(about="the only distance it holds for", limits=POSITIVE),
    "fibre_transmission": Rule(about="of the whole fibre", limits=EFFICIENCY),
    "link_time_s": Rule(about="from emission to the herald's arrival", limits=POSITIVE),
}

#: Results that a source states, to be shown beside those computed; names of `Performance`.
REPORTED = {
    "rate_hz": _optional("heralded pairs a second", POSITIVE),
    "success_probability": _optional("of one attempt to herald a pair", PROBABILITY),
    "lossless_rate_hz": _optional("without loss and latency", POSITIVE),
    "occupancy_time_s": _optional("how long a pair is stored", POSITIVE),
    "false_herald_fraction": _optional("heralds from dark counts", PROBABILITY),
    "combined_infidelity": _optional("of all errors together", PROBABILITY),
    "decision_time_s": _optional("from the question to the answer", POSITIVE),
}

HEADER = ("schema", "model", "name", "source")


def design_schema() -> dict[str, Any]:
    """Return the JSON Schema of a design file.

    Examples
    --------
    >>> sorted(branch["title"] for branch in design_schema()["oneOf"])
    ['specified', 'two-photon']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "xorgames design file",
        "oneOf": [_model_schema(model) for model in MODELS],
    }


def _model_schema(model: str) -> dict[str, Any]:
    tables: dict[str, Any] = {"reported": _table_schema(REPORTED)}
    if model == "two-photon":
        tables["profiles"] = {
            "type": "object",
            "properties": {"law": False},
            "additionalProperties": _table_schema(PROFILE),
        }
    numbers = _table_schema(MODELS[model])
    header = {
        "schema": {"const": 1},
        "model": {"const": model},
        "name": {"type": "string"},
        "source": {"type": "string"},
    }
    return numbers | {
        "title": model,
        "properties": header | numbers["properties"] | tables,
        "required": ["schema", "model", *numbers["required"]],
        "allOf": [
            {"anyOf": [{"required": [key]} for key in STATE]},
            {
                "oneOf": [
                    {"required": list(group), "properties": dict.fromkeys(other, False)}
                    for group, other in (READOUT, READOUT[::-1])
                ]
            },
        ],
    }


def _table_schema(rules: Mapping[str, Rule]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: number_schema(key, rule) for key, rule in rules.items()},
        "required": [key for key, rule in rules.items() if rule.required],
        "additionalProperties": False,
    }
