"""A node from its physics: what its parameters give, wherever the other node is.

Two protocols share the cavity, the readout and the errors that stay parameters. By interference, an
excited atom emits into its cavity (`emission`) and two photons meet (`interference`); by scattering
(`caps`), one photon is reflected from both nodes. Every cause becomes a channel on the pair
(`state`), and the causes act in the order

    gates, photons (overlap, detuning, start, or spectrum), phase, cross-talk, recoil;
    then, at a distance, false heralds and storage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xorgames.errors import reject
from xorgames.hardware.physics import caps, emission, interference, recoil
from xorgames.hardware.physics.cavity import (
    Cavity,
    angular,
    cooperativity,
    half_rate,
    internal_half_rate,
)
from xorgames.hardware.physics.readout import (
    Counting,
    Readout,
    best_readout,
    cavity_counts,
    readout_in,
)
from xorgames.hardware.physics.state import Channel

Numbers = Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class PhysicalNode:
    """What does not depend on the distance.

    Attributes
    ----------
    numbers : mapping
        What the formulas of the link need beyond the design's numbers.
    channels : tuple of Channel
        On the pair, before false heralds and storage.
    readout : Readout
    figures : mapping
        More to show, by the names of `Performance`.
    """

    numbers: Mapping[str, float]
    channels: tuple[Channel, ...]
    readout: Readout
    figures: Mapping[str, Any]


def interfering(numbers: Numbers) -> PhysicalNode:
    """Return a node that emits photons, from a design's numbers.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> node = interfering(load_design("yb_cavity_physics").numbers)
    >>> round(node.figures["emission_probability"], 4)
    0.7018
    """
    cavity, limit_s = cavity_of(numbers), numbers.get("coincidence_window_s")
    terms = emission.envelope_terms(cavity)
    delays = interference.Delays.of_envelope(terms, numbers["photon_window_s"])
    emitted = emission.emitted(cavity, numbers["photon_window_s"])
    kept = delays.kept(limit_s)
    detuned = delays.mean_cosine(angular(numbers["detuning_hz"]), limit_s)
    jittered = interference.jitter_visibility(terms, numbers["timing_jitter_s"])
    photons = {
        "photon overlap": numbers["mode_overlap"],
        # A spread of detunings leaves no coherence at worst; a single one might even reverse it.
        "detuning": _fraction(detuned),
        "timing jitter": _fraction(jittered),
    }
    recoiling = recoil.visibility(
        delays,
        recoil_hz=recoil.recoil_frequency(numbers["emission_wavelength_m"]),
        trap_hz=numbers["trap_frequency_hz"],
        phonons=numbers["mean_phonons"],
        bins_apart_s=numbers["photon_window_s"] + numbers["spin_swap_time_s"],
        coincidence_s=limit_s,
    )
    known = {"emission_probability": emitted, "coincidence_kept": kept}
    extra = known | {"photon_lifetime_s": interference.Delays.of_envelope(terms).mean_s}
    return _node(numbers, cavity, photons, known, extra, recoiling=recoiling)


def scattering(numbers: Numbers) -> PhysicalNode:
    """Return a node that reflects photons, from a design's numbers; recoil is left out.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> node = scattering(load_design("yb_cavity_caps").numbers)
    >>> round(node.numbers["reflected"] ** 2, 3)
    0.563
    """
    cavity = cavity_of(numbers)
    once = caps.scatter(cavity, numbers["photon_duration_s"])
    photons = {"spectrum of the photon": once.visibility**2}
    return _node(numbers, cavity, photons, {"reflected": once.survival}, {})


def cavity_of(numbers: Numbers) -> Cavity:
    """Return the cavity on the photon's line, whichever way it is stated."""
    atom = half_rate(1 / numbers["excited_lifetime_s"])
    if "internal_half_rate_hz" in numbers:
        internal = angular(numbers["internal_half_rate_hz"])
    else:
        internal = internal_half_rate(numbers["internal_finesse"], numbers["cavity_length_m"])
    if "internal_cooperativity" in numbers:
        inside = numbers["internal_cooperativity"]
    else:
        inside = cooperativity(angular(numbers["coupling_hz"]), internal, atom)
    output = numbers.get("output_half_rate_hz")
    return Cavity.of_cooperativity(
        inside, internal, atom, None if output is None else angular(output)
    )


def readout_of(numbers: Numbers) -> Readout:
    """Return the readout: in the time stated, or the best one up to the longest."""
    bright_hz = cavity_counts(
        angular(numbers["readout_linewidth_hz"]),
        numbers["readout_cooperativity"],
        numbers["readout_efficiency"],
    )
    dark_hz = numbers["readout_dark_rate_hz"]
    if dark_hz >= bright_hz:
        rule = f"must be below the counts from a bright atom, {bright_hz:.4g} Hz"
        cure = "raise readout_cooperativity or readout_efficiency"
        reject("readout_dark_rate_hz", rule, received=f"{dark_hz:.4g}", cure=cure)
    counting = Counting(
        bright_hz=bright_hz,
        dark_hz=dark_hz,
        loss_hz=numbers["bright_loss_rate_hz"],
    )
    if "measurement_time_s" in numbers:
        return readout_in(counting, numbers["measurement_time_s"])
    return best_readout(counting, numbers["measurement_time_max_s"])


def _node(
    numbers: Numbers,
    cavity: Cavity,
    photons: Mapping[str, float],
    known: Mapping[str, float],
    figures: Mapping[str, Any],
    *,
    recoiling: float = 1.0,
) -> PhysicalNode:
    """Put together what both protocols share."""
    readout = readout_of(numbers)
    phases = {**photons, "phase of fibre and optics": numbers["phase_visibility"]}
    coherence = recoiling
    for visibility in phases.values():
        coherence *= visibility
    channels = [
        _depolarising("excitation and gates", numbers["gate_infidelity"]),
        *(_dephasing(cause, visibility) for cause, visibility in phases.items()),
        _depolarising("cross-talk", numbers["crosstalk_infidelity"]),
        *([_dephasing("recoil", recoiling)] if recoiling < 1 else []),
    ]
    return PhysicalNode(
        numbers={**known, "measurement_time_s": readout.time_s},
        channels=tuple(channels),
        readout=readout,
        figures={
            **figures,
            "visibility": coherence,
            "cooperativity": cavity.cooperativity,
            "coupling_hz": cavity.coupling_per_s / angular(1.0),
            "output_half_rate_hz": cavity.output_half_rate_per_s / angular(1.0),
            "readout_threshold": readout.threshold,
            "measurement_time_s": readout.time_s,
        },
    )


def _fraction(visibility: float) -> float:
    return min(1.0, max(0.0, visibility))


def _dephasing(cause: str, visibility: float) -> Channel:
    return Channel(cause=cause, kind="dephasing", infidelity=interference.dephasing(visibility))


def _depolarising(cause: str, infidelity: float) -> Channel:
    return Channel(cause=cause, kind="depolarising", infidelity=infidelity)
