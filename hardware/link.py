"""The time-multiplexed heralded link, and the machine whose figures are simply stated.

Two photons, one from each node, interfere at a midpoint station; two clicks herald a pair. With the
trial time tau_e = 2 tau_p + tau_swap (two time bins and a spin swap) and N_a atoms that take turns,

    p_ent    = 1/2 p_e^2 eta_att eta_det^2 eta_misc^2,      eta_att = 10^(-a L/10)
    tau_link = L/v_g                     half the way as a photon, half of it as the herald
    tau_dec  = tau_rot + tau_meas + processing
    tau_occ  = tau_e + tau_link + tau_dec + tau_res         one pair occupies its memory
    attempts = min(1/tau_e, N_a/tau_occ)                    saturated from N_a = tau_occ/tau_e
    rate     = N_ch p_ent attempts
    p_false  = 4 tau_p D/p_ent           any dark count in 2 bins x 2 detectors: conservative

Reference: arXiv:2604.07451, as reported for it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xorgames.errors import Problem, reject
from xorgames.hardware import noise

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
    def by_law(cls, numbers: Mapping[str, float], distance_m: float) -> "Fibre":
        """Return a fibre of a given length by the formulas above.

        Raises
        ------
        InputError
            If the fibre is so long that no light arrives.
        """
        loss_db = numbers["attenuation_db_per_km"] * distance_m / 1e3
        if loss_db > 1000:
            cure = f"{loss_db:.4g} dB of fibre loss; choose a shorter distance"
            reject("distance_m", _DARK, received=f"{distance_m:g} m", cure=cure)
        return cls(
            distance_m=distance_m,
            fibre_transmission=10 ** (-loss_db / 10),
            link_time_s=distance_m / numbers["group_velocity_m_per_s"],
        )


def two_photon(numbers: Mapping[str, float], fibre: Fibre) -> dict[str, Any]:
    """Return the figures of the heralded link, by the names of `Performance`."""
    trial_s = 2 * numbers["photon_window_s"] + numbers["spin_swap_time_s"]
    decision_s = sum(
        numbers.get(key, 0.0)
        for key in ("rotation_time_s", "measurement_time_s", "processing_time_s")
    )
    occupancy_s = trial_s + fibre.link_time_s + decision_s + numbers["reset_time_s"]
    detected = numbers["detector_efficiency"] * numbers["miscellaneous_efficiency"]
    lossless = numbers["emission_probability"] ** 2 / 2
    success = lossless * fibre.fibre_transmission * detected**2
    attempts = min(1 / trial_s, numbers["atoms"] / occupancy_s)
    return {
        "rate_hz": numbers["channels"] * success * attempts,
        "success_probability": success,
        "attempt_rate_hz": attempts,
        "decision_time_s": decision_s,
        "occupancy_time_s": occupancy_s,
        "saturation_atoms": math.ceil(occupancy_s / trial_s),
        "channel_use": attempts * trial_s,
        "false_herald_fraction": min(
            1.0, 4 * numbers["photon_window_s"] * numbers["dark_count_rate_hz"] / success
        ),
        "link_time_s": fibre.link_time_s,
        "fibre_transmission": fibre.fibre_transmission,
        "lossless_rate_hz": lossless / trial_s,
        "single_memory_rate_hz": success / occupancy_s,
        "pairs_per_round": 1,
    }


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
    """Return the infidelities and the error budget, by the names of `Performance`.

    A false herald announces a pair that is not there: two random bits, infidelity 3/4.
    """
    stated = numbers.get("state_infidelity", 1 - numbers.get("state_fidelity", 1.0))
    dark = min(0.75 * false_heralds, 0.75 - stated)
    heralded = stated + dark
    lifetime_s = numbers.get("memory_lifetime_s")
    memory = 0.0
    if lifetime_s is not None and storage_s is not None:
        memory = noise.memory_infidelity(storage_s, lifetime_s)
    # A pair cannot be worse than one that is fully mixed.
    memory = min(memory, 0.75 - heralded)
    factors = [readout_of(numbers, party) for party in ("alice", "bob")]
    readout = factors[0] * factors[1]
    return {
        "heralded_infidelity": heralded,
        "state_infidelity": heralded + memory,
        "measurement_infidelity": numbers.get(
            "measurement_infidelity", (1 - math.sqrt(readout)) / 2
        ),
        "combined_infidelity": noise.combined_infidelity(heralded + memory, readout),
        "error_budget": noise.error_budget(stated, dark, memory, *factors),
        "memory_lifetime_s": lifetime_s,
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
