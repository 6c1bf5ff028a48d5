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
_WAVELENGTH: Limits = {"minimum": 0.4e-6, "maximum": 2e-6}
_COOPERATIVITY: Limits = {"minimum": 1e-6, "maximum": 1e9}
_OPTICAL_RATE: Limits = {"minimum": 1, "maximum": 1e14}
_FINESSE: Limits = {"minimum": 1, "maximum": 1e9}
_CAVITY_LENGTH: Limits = {"minimum": 1e-7, "maximum": 1e3}
_LIFETIME: Limits = {"minimum": 1e-12, "maximum": 10}
_COUNT_RATE: Limits = {"minimum": 0, "maximum": 1e15}
_DETUNING: Limits = {"minimum": 0, "maximum": 1e14}
_JITTER: Limits = {"minimum": 0, "maximum": 10}
_TRAP: Limits = {"minimum": 1, "maximum": 1e9}
_PHONONS: Limits = {"minimum": 0, "maximum": 1e6}
_SPEED: Limits = {"exclusiveMinimum": 0, "maximum": LIGHT_SPEED_M_PER_S}


def _optional(about: str, limits: Limits) -> Rule:
    return Rule(about=about, limits=limits, required=False)


#: Ways to state one thing: exactly one of them must be given, in full.
Choice = tuple[tuple[str, ...], ...]

READOUT: Choice = (("measurement_infidelity",), ("alice_e0", "alice_e1", "bob_e0", "bob_e1"))
COUPLING: Choice = (("internal_cooperativity",), ("coupling_hz",))
CAVITY_LOSS: Choice = (("internal_half_rate_hz",), ("internal_finesse", "cavity_length_m"))
FIBRE_LOSS: Choice = (("attenuation_db_per_km",), ("water_peak_db_per_km",))
#: Of these one or both, if they agree.
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

_DECISION = {
    "rotation_time_s": Rule(about="rotation to the measurement basis", limits=NOT_NEGATIVE),
    "measurement_time_s": Rule(about="readout", limits=POSITIVE),
    "processing_time_s": _optional("classical processing within a decision", NOT_NEGATIVE),
}

_LINK = {
    "memory_lifetime_s": _optional(
        "coherence time of the memory; none: no storage error", POSITIVE
    ),
    "photon_window_s": Rule(about="length of one time bin", limits=POSITIVE),
    "spin_swap_time_s": Rule(about="spin swap between the time bins", limits=NOT_NEGATIVE),
    **_DECISION,
    "reset_time_s": Rule(about="reset of an atom", limits=NOT_NEGATIVE),
    "atoms": Rule(about="atoms that take turns on a channel", limits=COUNT),
    "channels": Rule(about="channels in parallel", limits=COUNT),
    "distance_m": Rule(about="length of the fibre between the parties", limits=POSITIVE),
    "group_velocity_m_per_s": Rule(about="speed of light in the fibre", limits=_SPEED),
    "detector_efficiency": Rule(about="of each detector", limits=EFFICIENCY),
    "miscellaneous_efficiency": Rule(about="all other optics, each side", limits=EFFICIENCY),
    "dark_count_rate_hz": Rule(about="dark counts of each detector", limits=NOT_NEGATIVE),
}

TWO_PHOTON = {
    **_QUALITY,
    **_LINK,
    "internal_cooperativity": _optional("for the record: what emission relies on", POSITIVE),
    "emission_probability": Rule(about="photon emitted into the output", limits=EFFICIENCY),
    "attenuation_db_per_km": Rule(about="fibre loss", limits=NOT_NEGATIVE),
}

#: A node from its physics: atom, cavity, fibre, readout and the errors that stay parameters. The
#: ranges are generous for optics and keep the formulas clear of underflow.
_NODE = {
    **_LINK,
    "internal_cooperativity": _optional("C_in of the photon's line, half rates", _COOPERATIVITY),
    "coupling_hz": _optional("g/2pi of the photon's line", _OPTICAL_RATE),
    "internal_half_rate_hz": _optional("kappa_in/2pi, a half rate", _OPTICAL_RATE),
    "internal_finesse": _optional("2 pi over the internal loss of a round trip", _FINESSE),
    "cavity_length_m": _optional("optical length of the cavity", _CAVITY_LENGTH),
    "output_half_rate_hz": _optional("kappa_ex/2pi, a half rate; none: the best", _OPTICAL_RATE),
    "excited_lifetime_s": Rule(about="of the state that emits, all decays", limits=_LIFETIME),
    "emission_wavelength_m": Rule(about="of the photon", limits=_WAVELENGTH),
    "photon_window_s": Rule(about="length of one time bin", limits=_LIFETIME),
    "attenuation_db_per_km": _optional("fibre loss", NOT_NEGATIVE),
    "water_peak_db_per_km": _optional("fibre loss by wavelength, this much water", NOT_NEGATIVE),
    "gate_infidelity": Rule(about="excitation and one-qubit gates, a pair", limits=_INFIDELITY),
    "crosstalk_infidelity": Rule(about="light on other atoms, a pair", limits=_INFIDELITY),
    "phase_visibility": Rule(about="coherence left by phase drifts", limits=EFFICIENCY),
    "readout_linewidth_hz": Rule(
        about="full rate of the readout line over 2pi", limits=_OPTICAL_RATE
    ),
    "readout_cooperativity": Rule(
        about="C_in of the readout line, half rates", limits=_COOPERATIVITY
    ),
    "readout_efficiency": Rule(about="cavity output to detector click", limits=EFFICIENCY),
    "readout_dark_rate_hz": Rule(about="counts from a dark atom", limits=_COUNT_RATE),
    "bright_loss_rate_hz": Rule(about="the bright state turns dark", limits=_COUNT_RATE),
    "measurement_time_s": _optional("readout; none: the best up to the longest", _LIFETIME),
    "measurement_time_max_s": _optional("the longest readout, if the best is sought", _LIFETIME),
}

READOUT_TIME: Choice = (("measurement_time_s",), ("measurement_time_max_s",))

TWO_PHOTON_PHYSICS = {
    **_NODE,
    "mode_overlap": Rule(about="of both nodes' photons, causes not listed", limits=EFFICIENCY),
    "detuning_hz": Rule(about="of the two photons, root mean square", limits=_DETUNING),
    "timing_jitter_s": Rule(about="of one photon against the other", limits=_JITTER),
    "trap_frequency_hz": Rule(about="of the atoms along the cavity", limits=_TRAP),
    "mean_phonons": Rule(about="of an atom in its trap", limits=_PHONONS),
    "coincidence_window_s": _optional("longest |t1 - t2| kept; none: all", _LIFETIME),
    "station_position": _optional("0 at Alice, 1 at Bob; none: midway", PROBABILITY),
}

CAPS = {
    **_NODE,
    "source_probability": Rule(about="that the source sends its photon", limits=EFFICIENCY),
    "photon_duration_s": Rule(about="of the photon, full width at half maximum", limits=_LIFETIME),
}

#: The memory model of Ding and Jiang, arXiv:2407.21723v3.
MEMORY = {
    **_QUALITY,
    **_DECISION,
    "memory_lifetime_s": _LINK["memory_lifetime_s"],
    "atoms": Rule(about="M, memories that work in parallel", limits=COUNT),
    "distance_m": Rule(about="d, of the parties; the source is midway", limits=POSITIVE),
    "attenuation_db_per_km": Rule(about="alpha, fibre loss", limits=NOT_NEGATIVE),
    "group_velocity_m_per_s": Rule(about="v_f, light in the fibre", limits=_SPEED),
    # Light in vacuum is commonly rounded to 3e8 m/s.
    "signal_velocity_m_per_s": Rule(
        about="v_s, the news of success", limits={"exclusiveMinimum": 0, "maximum": 3e8}
    ),
    "preparation_probability": Rule(about="p_p of the model", limits=EFFICIENCY),
    "coupling_probability": Rule(about="p_c of the model", limits=EFFICIENCY),
    "detector_efficiency": Rule(about="p_d of the model", limits=EFFICIENCY),
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

MODELS: Mapping[str, Mapping[str, Rule]] = {
    "two-photon": TWO_PHOTON,
    "two-photon-physics": TWO_PHOTON_PHYSICS,
    "caps": CAPS,
    "memory": MEMORY,
    "specified": SPECIFIED,
}

_PHYSICAL = (COUPLING, CAVITY_LOSS, FIBRE_LOSS, READOUT_TIME)
CHOICES: Mapping[str, tuple[Choice, ...]] = {
    "two-photon": (READOUT,),
    "two-photon-physics": _PHYSICAL,
    "caps": _PHYSICAL,
    "memory": (READOUT,),
    "specified": (READOUT,),
}
#: Models whose link is a fibre that a profile may replace.
WITH_PROFILES = ("two-photon", "two-photon-physics", "caps")

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

HEADER = ("schema", "model", "name", "source", "unknown")


def design_schema() -> dict[str, Any]:
    """Return the JSON Schema of a design file.

    Examples
    --------
    >>> sorted(branch["title"] for branch in design_schema()["oneOf"])
    ['caps', 'memory', 'specified', 'two-photon', 'two-photon-physics']
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "xorgames design file",
        "oneOf": [_model_schema(model) for model in MODELS],
    }


def _model_schema(model: str) -> dict[str, Any]:
    tables: dict[str, Any] = {"reported": _table_schema(REPORTED)}
    if model in WITH_PROFILES:
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
        "unknown": {"type": "array", "items": {"type": "string"}},
    }
    state = [{"anyOf": [{"required": [key]} for key in STATE]}] if STATE[0] in MODELS[model] else []
    return numbers | {
        "title": model,
        "properties": header | numbers["properties"] | tables,
        "required": ["schema", "model", *numbers["required"]],
        "allOf": state + [_choice_schema(choice) for choice in CHOICES[model]],
    }


def _choice_schema(choice: Choice) -> dict[str, Any]:
    """Return the schema that lets one way to state a thing stand, in full and alone."""
    return {
        "oneOf": [
            {
                "required": list(way),
                "properties": {key: False for other in choice if other != way for key in other},
            }
            for way in choice
        ]
    }


def _table_schema(rules: Mapping[str, Rule]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: number_schema(key, rule) for key, rule in rules.items()},
        "required": [key for key, rule in rules.items() if rule.required],
        "additionalProperties": False,
    }
