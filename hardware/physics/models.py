"""From a design's numbers to its figures, for each model: what `Design.evaluate` calls.

two-photon           the heralded link of stated figures (`link`)
two-photon-physics   the same link, its figures derived from the node's physics (`node`)
caps                 one photon, reflected from both nodes and detected at Bob's
memory               the memories of Ding and Jiang (`ding_jiang`)
specified            a machine whose figures are simply stated
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from xorgames.hardware import link
from xorgames.hardware.noise import readout_factor
from xorgames.hardware.physics import detection, ding_jiang, memory
from xorgames.hardware.physics.node import Numbers, PhysicalNode, interfering, scattering
from xorgames.hardware.physics.state import Channel, compose, density_matrix

#: Models whose node is derived from physics.
NODES: Mapping[str, Callable[[Numbers], PhysicalNode]] = MappingProxyType(
    {"two-photon-physics": interfering, "caps": scattering}
)


def fibre_of(model: str, numbers: Numbers, distance_m: float) -> link.Fibre:
    """Return the fibre by the formulas, with the time that the farther node waits.

    By scattering the photon passes Alice's node first and is detected at Bob's, so that she waits
    for its way there and for the herald's way back.
    """
    station = 1.0 if model == "caps" else numbers.get("station_position", 0.5)
    return link.Fibre.by_law(numbers, distance_m, station)


def stated(numbers: Numbers) -> dict[str, Any]:
    """Return the figures of a machine that states them."""
    figures = link.specified(numbers)
    return figures | link.quality(numbers, storage_s=figures["occupancy_time_s"], false_heralds=0.0)


def reported_link(numbers: Numbers, span: link.Fibre) -> dict[str, Any]:
    """Return the figures of the link by two-photon interference, its pair and readout stated."""
    figures = link.two_photon(numbers, span)
    return figures | link.quality(
        numbers,
        storage_s=figures["occupancy_time_s"],
        false_heralds=link.further_false_heralds(numbers, figures),
    )


def memories(numbers: Numbers, distance_m: float) -> dict[str, Any]:
    """Return the figures of Ding and Jiang's memories, r_e = M p_s/t_a."""
    attempt_s = ding_jiang.attempt_time(
        distance_m, numbers["group_velocity_m_per_s"], numbers["signal_velocity_m_per_s"]
    )
    transmission = link.fibre_transmission(numbers, distance_m)
    success = ding_jiang.success(
        distance_m,
        numbers["attenuation_db_per_km"],
        p_p=numbers["preparation_probability"],
        p_c=numbers["coupling_probability"],
        p_d=numbers["detector_efficiency"],
    )
    return {
        "rate_hz": numbers["atoms"] * success / attempt_s,
        "success_probability": success,
        "attempt_rate_hz": numbers["atoms"] / attempt_s,
        "single_memory_rate_hz": success / attempt_s,
        "occupancy_time_s": attempt_s,
        "link_time_s": attempt_s,
        "fibre_transmission": transmission,
        "decision_time_s": link.decision_time(numbers),
        "pairs_per_round": 1,
        **link.quality(numbers, storage_s=attempt_s, false_heralds=0.0),
    }


def physical_link(
    model: str, numbers: Numbers, node: PhysicalNode, span: link.Fibre
) -> dict[str, Any]:
    """Return the figures of a link whose nodes are derived from their physics."""
    known = {**numbers, **node.numbers}
    if model == "caps":
        figures = _scattered(known, span)
    else:
        figures = link.two_photon(known, span)
        figures["false_herald_fraction_sharp"] = detection.false_heralds_sharp(
            known["photon_window_s"], known["dark_count_rate_hz"], *link.arms(known, span)
        )
    return {**figures, **node.figures, **_quality(known, node, figures)}


def _scattered(known: Numbers, span: link.Fibre) -> dict[str, Any]:
    """Return p = p_src |r|^4 eta_link eta_det and what follows; one photon, no factor 1/2."""
    lossless = known["source_probability"] * known["reflected"] ** 2
    # The optics of both nodes, as in the other protocol, and one detector.
    optics = known["miscellaneous_efficiency"] ** 2 * known["detector_efficiency"]
    success = lossless * span.fibre_transmission * optics
    return link.multiplexed(known, span, success=success, lossless=lossless)


def _quality(known: Numbers, node: PhysicalNode, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the pair's state, its budget and the readout's errors."""
    lifetime_s, flips = known.get("memory_lifetime_s"), 0.0
    if lifetime_s is not None:
        flips = memory.exponential(figures["occupancy_time_s"], lifetime_s)
    false = detection.MIXED_INFIDELITY * figures["false_herald_fraction"]
    weights, budget = compose(
        [
            *node.channels,
            Channel(cause="false heralds", kind="depolarising", infidelity=false),
            Channel(cause="storage", kind="dephasing", infidelity=flips),
        ]
    )
    factor = readout_factor(node.readout.false_bright, node.readout.false_dark)
    matrix = density_matrix(weights)
    return link.pair_quality(budget, (factor, factor)) | {
        "memory_lifetime_s": lifetime_s,
        "pair_state": tuple(tuple(float(entry) for entry in row) for row in matrix),
    }
