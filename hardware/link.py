"""The time-multiplexed heralded link, and machines whose figures are simply stated.

Two photons, one from each node, interfere at a station; two clicks herald a pair. With the trial
time tau_e = 2 tau_p + tau_swap (two time bins and a spin swap), and attempts and rate as in
`schedule`,

    p_ent    = 1/2 p_e^2 eta_att eta_det^2 eta_misc^2,      eta_att = 10^(-a L/10)
    tau_link = L/v_g                     half the way as a photon, half of it as the herald
    tau_dec  = tau_rot + tau_meas + processing
    p_false  = 4 tau_p D/p_ent           any dark count in 2 bins x 2 detectors: conservative

Reference: arXiv:2604.07451, as reported for it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xorgames.errors import Problem, reject
from xorgames.hardware import noise, schedule
from xorgames.hardware.physics import detection, fibre, interference

_DARK = "must let light through: no pair would ever be heralded"


@dataclass(frozen=True, kw_only=True)
class Fibre:
    """The fibre between the nodes.

    Attributes
    ----------
    distance_m : float
    fibre_transmission : float
        eta_att, in (0, 1].
    link_time_s : float
        tau_link, from emission to the herald's arrival.
    """

    distance_m: float
    fibre_transmission: float
    link_time_s: float

    @classmethod
    def by_law(cls, numbers: Mapping[str, float], distance_m: float, station: float) -> "Fibre":
        """Return a fibre of a given length by the formulas above.

        Parameters
        ----------
        numbers : mapping
        distance_m : float
        station : float
            Where the photons are detected: 0 at Alice's node, 1/2 midway, 1 at Bob's.

        Raises
        ------
        InputError
            If the fibre is so long that no light arrives.
        """
        return cls(
            distance_m=distance_m,
            fibre_transmission=fibre_transmission(numbers, distance_m),
            link_time_s=fibre.link_time(distance_m, numbers["group_velocity_m_per_s"], station),
        )


def fibre_transmission(numbers: Mapping[str, float], distance_m: float) -> float:
    """Return eta_att of the whole fibre, by the attenuation stated or that of the wavelength.

    Raises
    ------
    InputError
        If the fibre is so long that no light arrives.
    """
    attenuation = numbers.get("attenuation_db_per_km")
    if attenuation is None:
        attenuation = fibre.attenuation_db_per_km(
            numbers["emission_wavelength_m"], numbers["water_peak_db_per_km"]
        )
    loss_db = attenuation * distance_m / 1e3
    if loss_db > 1000:
        cure = f"{loss_db:.4g} dB of fibre loss; choose a shorter distance"
        reject("distance_m", _DARK, received=f"{distance_m:g} m", cure=cure)
    return fibre.transmission(loss_db)


def two_photon(numbers: Mapping[str, float], span: Fibre) -> dict[str, Any]:
    """Return the figures of the link by two-photon interference, by the names of `Performance`."""
    eta_a, eta_b = arms(numbers, span)
    kept = numbers.get("coincidence_kept", 1.0)
    success = interference.herald_probability(eta_a, eta_b) * kept
    lossless = interference.herald_probability(*[numbers["emission_probability"]] * 2) * kept
    return multiplexed(numbers, span, success=success, lossless=lossless)


def arms(numbers: Mapping[str, float], span: Fibre) -> tuple[float, float]:
    """Return eta of both nodes: the probability that an attempt gives a click at the station."""
    shares = numbers.get("station_position", 0.5), 1 - numbers.get("station_position", 0.5)
    eta_a, eta_b = (
        interference.arm_efficiency(
            numbers["emission_probability"],
            span.fibre_transmission**share,
            numbers["detector_efficiency"],
            numbers["miscellaneous_efficiency"],
        )
        for share in shares
    )
    return eta_a, eta_b


def multiplexed(
    numbers: Mapping[str, float], span: Fibre, *, success: float, lossless: float
) -> dict[str, Any]:
    """Return the figures of atoms that take turns, by the names of `Performance`.

    Parameters
    ----------
    numbers : mapping
    span : Fibre
    success, lossless : float
        Probability of a herald in one attempt, and what it were without loss in the link.

    Raises
    ------
    InputError
        If an attempt is so rarely heralded that it cannot be computed with.
    """
    if success < detection.LEAST_CHANCE:
        cure = "choose a shorter distance, or less loss"
        reject("success_probability", _DARK, received=f"{success:.3g}", cure=cure)
    trial_s = 2 * numbers["photon_window_s"] + numbers["spin_swap_time_s"]
    decision_s = decision_time(numbers)
    occupancy_s = schedule.occupancy_time(
        trial_s, span.link_time_s, decision_s, numbers["reset_time_s"]
    )
    attempts = schedule.attempt_rate(trial_s, occupancy_s, numbers["atoms"])
    return {
        "rate_hz": numbers["channels"] * success * attempts,
        "success_probability": success,
        "attempt_rate_hz": attempts,
        "decision_time_s": decision_s,
        "occupancy_time_s": occupancy_s,
        "saturation_atoms": schedule.atoms_to_saturate(trial_s, occupancy_s),
        "channel_use": attempts * trial_s,
        "false_herald_fraction": detection.false_heralds(
            numbers["photon_window_s"], numbers["dark_count_rate_hz"], success
        ),
        "link_time_s": span.link_time_s,
        "fibre_transmission": span.fibre_transmission,
        "lossless_rate_hz": lossless / trial_s,
        "single_memory_rate_hz": success / occupancy_s,
        "pairs_per_round": 1,
    }


def decision_time(numbers: Mapping[str, float]) -> float:
    """Return tau_dec: rotation, readout and classical processing."""
    keys = ("rotation_time_s", "measurement_time_s", "processing_time_s")
    return sum(numbers.get(key, 0.0) for key in keys)


def further_false_heralds(numbers: Mapping[str, float], figures: Mapping[str, Any]) -> float:
    """Return the false heralds beyond those at the design's own distance.

    The stated infidelity of a pair holds there, with the false heralds that there are.
    """
    own = fibre_transmission(numbers, numbers["distance_m"]) / figures["fibre_transmission"]
    there = detection.false_heralds(
        numbers["photon_window_s"],
        numbers["dark_count_rate_hz"],
        min(1.0, figures["success_probability"] * own),
    )
    return max(0.0, float(figures["false_herald_fraction"]) - there)


def specified(numbers: Mapping[str, float]) -> dict[str, Any]:
    """Return the figures of a machine as they are stated, by the names of `Performance`."""
    return {
        "rate_hz": numbers["rate_hz"],
        "decision_time_s": numbers["decision_time_s"],
        "pairs_per_round": int(numbers.get("pairs_per_round", 1)),
        "occupancy_time_s": numbers.get("occupancy_time_s"),
        "link_time_s": numbers.get("link_time_s"),
    }


def quality(
    numbers: Mapping[str, float], *, storage_s: float | None, false_heralds: float
) -> dict[str, Any]:
    """Return the infidelities and the budgets of a stated pair, by the names of `Performance`.

    A false herald announces a pair that is not there: two random bits, infidelity 3/4.
    """
    stated = numbers.get("state_infidelity", 1 - numbers.get("state_fidelity", 1.0))
    mixed = detection.MIXED_INFIDELITY
    dark = min(mixed * false_heralds, mixed - stated)
    lifetime_s = numbers.get("memory_lifetime_s")
    memory = 0.0
    if lifetime_s is not None and storage_s is not None:
        memory = noise.memory_infidelity(storage_s, lifetime_s)
    # A pair cannot be worse than one that is fully mixed.
    memory = min(memory, mixed - stated - dark)
    budget = (("pair generation", stated), ("further false heralds", dark), ("storage", memory))
    factors = [readout_of(numbers, party) for party in ("alice", "bob")]
    return pair_quality(budget, factors, numbers.get("measurement_infidelity")) | {
        "memory_lifetime_s": lifetime_s
    }


def pair_quality(
    budget: tuple[tuple[str, float], ...],
    factors: Sequence[float],
    measurement_infidelity: float | None = None,
) -> dict[str, Any]:
    """Return the infidelities and the budgets, by the names of `Performance`.

    Parameters
    ----------
    budget : tuple of (str, float)
        What each cause takes of the pair's fidelity; the last one is storage.
    factors : sequence of 2 float
        The parties' readout factors.
    measurement_infidelity : float, optional
        Of both sides, where it is stated so.
    """
    readout = factors[0] * factors[1]
    parts = [part for _, part in budget]
    heralded = sum(parts[:-1])
    symmetric = (1 - math.sqrt(readout)) / 2
    return {
        "heralded_infidelity": heralded,
        "state_infidelity": heralded + parts[-1],
        "measurement_infidelity": symmetric
        if measurement_infidelity is None
        else measurement_infidelity,
        "combined_infidelity": noise.combined_infidelity(heralded + parts[-1], readout),
        "error_budget": noise.error_budget(budget, factors[0], factors[1]),
        "state_budget": budget,
    }


def readout_of(numbers: Mapping[str, float], party: str) -> float:
    """Return the factor 1 - e0 - e1 by which a party's readout shrinks an observable."""
    symmetric = numbers.get("measurement_infidelity", 0.0)
    return noise.readout_factor(
        numbers.get(f"{party}_e0", symmetric), numbers.get(f"{party}_e1", symmetric)
    )


def check_quality(numbers: Mapping[str, float], problems: list[Problem]) -> None:
    """Fidelity and infidelity must agree; a readout must not err more often than not."""
    if "state_fidelity" in numbers and "state_infidelity" in numbers:
        fidelity, infidelity = numbers["state_fidelity"], numbers["state_infidelity"]
        if abs(fidelity + infidelity - 1) > 1e-9:
            rule = "must be 1 - state_fidelity where both are given"
            received = f"{infidelity:.9g} beside state_fidelity = {fidelity:.9g}"
            cure = "keep one of them"
            problems.append(
                Problem(key="state_infidelity", rule=rule, received=received, cure=cure)
            )
    for party in ("alice", "bob"):
        errors = [numbers.get(f"{party}_e{bit}", 0.0) for bit in (0, 1)]
        if sum(errors) > 1:
            rule = f"must not exceed 1 together with {party}_e0"
            cure = "exchange the names of the two outcomes"
            received = f"{errors[0]:g} + {errors[1]:g}"
            problems.append(Problem(key=f"{party}_e1", rule=rule, received=received, cure=cure))
