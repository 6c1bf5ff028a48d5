"""What a machine achieves: the figures that a requirement is compared with."""

from dataclasses import asdict, dataclass
from typing import Any

from xorgames.hardware.noise import dephasing_lifetime_threshold_s, lifetime_threshold_s


@dataclass(frozen=True, kw_only=True)
class Performance:
    """The figures of one design at one distance. None: the design does not say.

    Attributes
    ----------
    design, profile : str
        The design's name, and how its figures were obtained.
    distance_m : float or None
    rate_hz : float
        Heralded pairs a second.
    state_infidelity : float
        Of a pair when it is measured: as heralded, plus storage.
    measurement_infidelity : float
        The symmetric readout error of each side that shrinks the correlators as the real one does.
    combined_infidelity : float
        By how much all errors together reduce every correlator.
    decision_time_s : float
        From the question to the answer.
    heralded_infidelity : float
        Of a pair before storage: as stated for the design's own distance, false heralds there
        included, plus 3/4 of the false heralds by which another distance exceeds them.
    pairs_per_round : int
        Bell pairs available in each round of the game.
    error_budget : tuple of (str, float)
        What each cause contributes to the combined infidelity; the sum is exact to 1e-12.
    state_budget : tuple of (str, float)
        What each cause takes of the pair's fidelity, in the order in which it acts; the sum is
        `state_infidelity`, exact to 1e-12.
    success_probability : float or None
        Of one attempt to herald a pair.
    attempt_rate_hz : float or None
        Attempts a second and channel.
    occupancy_time_s : float or None
        How long one pair occupies its memory.
    saturation_atoms : int or None
        Atoms that keep one channel busy all the time.
    channel_use : float or None
        The fraction of the possible attempts that are made.
    false_herald_fraction : float or None
        Heralds that dark counts may have caused, by the conservative count.
    link_time_s : float or None
        From emission to the herald's arrival.
    fibre_transmission : float or None
    lossless_rate_hz : float or None
        One channel, one atom, no loss and no latency.
    single_memory_rate_hz : float or None
        One atom on the same link.
    memory_lifetime_s : float or None
    false_herald_fraction_sharp : float or None
        By the sharp count: one real photon and one dark count.
    emission_probability : float or None
        Of a photon into the output within its window.
    photon_lifetime_s : float or None
        The mean distance of two photons' clicks: the lifetime, if photons were exponential.
    visibility : float or None
        The coherence that all dephasing before storage leaves.
    coincidence_kept : float or None
        The part of the heralds that the filter on detection times keeps.
    cooperativity, coupling_hz, output_half_rate_hz : float or None
        C with the output, g/2pi, and kappa_ex/2pi (half rate).
    readout_threshold : int or None
        The fewest counts that are read as bright.
    measurement_time_s : float or None
        The integration time of the readout.
    pair_state : 4 rows of 4 float, or None
        The density matrix of a pair when it is measured, after the herald's Pauli frame, in the
        order 00, 01, 10, 11; it should be Phi+. None: only its infidelity is known.
    """

    design: str
    profile: str
    distance_m: float | None
    rate_hz: float
    state_infidelity: float
    measurement_infidelity: float
    combined_infidelity: float
    decision_time_s: float
    heralded_infidelity: float
    pairs_per_round: int
    error_budget: tuple[tuple[str, float], ...]
    success_probability: float | None = None
    attempt_rate_hz: float | None = None
    occupancy_time_s: float | None = None
    saturation_atoms: int | None = None
    channel_use: float | None = None
    false_herald_fraction: float | None = None
    link_time_s: float | None = None
    fibre_transmission: float | None = None
    lossless_rate_hz: float | None = None
    single_memory_rate_hz: float | None = None
    memory_lifetime_s: float | None = None
    false_herald_fraction_sharp: float | None = None
    emission_probability: float | None = None
    photon_lifetime_s: float | None = None
    visibility: float | None = None
    coincidence_kept: float | None = None
    cooperativity: float | None = None
    coupling_hz: float | None = None
    output_half_rate_hz: float | None = None
    readout_threshold: int | None = None
    measurement_time_s: float | None = None
    state_budget: tuple[tuple[str, float], ...] = ()
    pair_state: tuple[tuple[float, ...], ...] | None = None

    def memory_lifetime_threshold_s(self, infidelity_max: float) -> float | None:
        """Return the memory lifetime at which the combined infidelity reaches `infidelity_max`.

        None if the errors other than storage exceed it already, or if the design states no
        occupancy time. With a known state, storage dephases both qubits; without one, it costs
        2 (1 - exp(-t/T)). Reference: arXiv:2604.07451, as reported.
        """
        if self.occupancy_time_s is None:
            return None
        readout = (1 - 2 * self.measurement_infidelity) ** 2
        if self.pair_state is None or readout <= 0:
            return lifetime_threshold_s(
                self.occupancy_time_s, self.heralded_infidelity, readout, infidelity_max
            )
        # Phi+ and Phi- keep the sum of their weights: that of |00> and |11>.
        fidelity = 1 - self.heralded_infidelity
        partner = self.pair_state[0][0] + self.pair_state[3][3] - fidelity
        fidelity_min = (1 + 3 * (1 - infidelity_max) / readout) / 4
        return dephasing_lifetime_threshold_s(
            self.occupancy_time_s, fidelity, partner, fidelity_min
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the figures by name."""
        return asdict(self) | {
            "error_budget": _causes(self.error_budget),
            "state_budget": _causes(self.state_budget),
            "pair_state": None if self.pair_state is None else [list(r) for r in self.pair_state],
        }


def _causes(budget: tuple[tuple[str, float], ...]) -> list[dict[str, Any]]:
    return [{"cause": cause, "infidelity": part} for cause, part in budget]
