"""Atoms that take turns: attempts, rate, occupancy, and how pairs age.

Time multiplexing. N_a atoms take turns on each of N_ch channels; an attempt takes tau_e and
heralds a pair with probability p, tau_link later. The formulas count every attempt, failed or not,
as holding its atom for the whole time that a pair needs:

    tau_occ  = tau_e + tau_link + tau_dec + tau_res
    attempts = min(1/tau_e, N_a/tau_occ)         saturated from N_a = tau_occ/tau_e
    rate     = N_ch p attempts

Ageing. A pair that waits for a time t between its herald and the decision has the infidelity

    eps(t) = eps(0) + d (1 - exp(-t/t_d)),

eps(0) that of a pair used at once. With the conservative memory of a stated design, which adds
2 (1 - exp(-t/tau_mem)) in tau_occ + t, t_d is tau_mem and d = 2 exp(-tau_occ/tau_mem); where the
state of the pair is known both qubits dephase: t_d = T2/2, and d is half the difference of the
weights of Phi+ and Phi-.

Reference: arXiv:2604.07451 (time multiplexing and the conservative memory, as reported for it).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from xorgames.errors import expect, near_name, reject
from xorgames.hardware import noise
from xorgames.hardware.parameters import (
    COUNT,
    EFFICIENCY,
    NOT_NEGATIVE,
    POSITIVE,
    Rule,
    check_fields,
)

if TYPE_CHECKING:
    from xorgames.hardware.design import Design
    from xorgames.hardware.performance import Performance

NODE_RULES = {
    "trial_time_s": Rule(about="one attempt on a channel", limits=POSITIVE),
    "link_time_s": Rule(about="from emission to the herald's arrival", limits=NOT_NEGATIVE),
    "decision_time_s": Rule(about="from the question to the answer", limits=NOT_NEGATIVE),
    "reset_time_s": Rule(about="reset of an atom", limits=NOT_NEGATIVE),
    "success_probability": Rule(about="of one attempt to herald a pair", limits=EFFICIENCY),
    "atoms": Rule(about="atoms that take turns on a channel", limits=COUNT),
    "channels": Rule(about="channels in parallel", limits=COUNT),
    "state_infidelity": Rule(
        about="of a pair used at once", limits={"minimum": 0, "maximum": 0.75}
    ),
    "measurement_infidelity": Rule(
        about="probability of a wrong readout, each side", limits={"minimum": 0, "maximum": 0.5}
    ),
    "ageing_infidelity": Rule(about="what long storage adds", limits={"minimum": 0, "maximum": 2}),
    "ageing_time_s": Rule(about="time constant of storage", limits=POSITIVE, required=False),
}


def occupancy_time(
    trial_time_s: float, link_time_s: float, decision_time_s: float, reset_time_s: float
) -> float:
    """Return tau_occ.

    Examples
    --------
    >>> round(occupancy_time(580e-9, 240e-6, 970e-9, 1e-6) * 1e6, 2)
    242.55
    """
    return trial_time_s + link_time_s + decision_time_s + reset_time_s


def attempt_rate(trial_time_s: float, occupancy_time_s: float, atoms: float) -> float:
    """Return the attempts a second and channel, each holding its atom for the whole occupancy."""
    return min(1 / trial_time_s, atoms / occupancy_time_s)


def atoms_to_saturate(trial_time_s: float, occupancy_time_s: float) -> int:
    """Return how many atoms keep one channel busy all the time.

    Examples
    --------
    >>> atoms_to_saturate(580e-9, 242.55e-6)
    419
    """
    return math.ceil(occupancy_time_s / trial_time_s)


@dataclass(frozen=True, kw_only=True)
class Node:
    """Two equal nodes and the link between them, as far as the schedule is concerned.

    Parameters
    ----------
    trial_time_s, link_time_s, decision_time_s, reset_time_s : float
        Of one attempt; from emission to the herald's arrival; from question to answer; of an atom.
    success_probability : float
        Of one attempt to herald a pair, in (0, 1].
    atoms, channels : int
        Atoms that take turns on each channel, and channels in parallel.
    state_infidelity, measurement_infidelity : float
        Of a pair that is used at once; of the readout on each side.
    ageing_infidelity : float
        d of the formula above.
    ageing_time_s : float, optional
        t_d; None: waiting does no harm.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> node = Node(trial_time_s="580 ns", link_time_s="240 us", decision_time_s="970 ns",
    ...             reset_time_s="1 us", success_probability=0.00762048, atoms=250)
    >>> round(node.rate_hz, 1), node.saturation_atoms, round(node.channel_use, 3)
    (7854.5, 419, 0.598)
    """

    trial_time_s: float
    link_time_s: float
    decision_time_s: float
    reset_time_s: float
    success_probability: float
    atoms: int
    channels: int = 1
    state_infidelity: float = 0.0
    measurement_infidelity: float = 0.0
    ageing_infidelity: float = 0.0
    ageing_time_s: float | None = None

    def __post_init__(self) -> None:
        """Check every number."""
        check_fields(self, NODE_RULES)

    @classmethod
    def of(
        cls, design: "Design", *, distance_m: float | None = None, profile: str | None = None
    ) -> Self:
        """Return the node that a design describes, at a distance and in a profile.

        Raises
        ------
        InputError
            If the design states a rate without saying how it comes about.

        Examples
        --------
        >>> from xorgames.hardware.design import load_design
        >>> round(Node.of(load_design("yb_cavity"), profile="displayed").rate_hz, 1)
        7854.5
        """
        from xorgames.hardware.design import Design

        expect(design, Design, key="design", cure="load_design makes one")
        figures = design.evaluate(distance_m=distance_m, profile=profile)
        numbers, attempts = design.numbers, figures.attempt_rate_hz
        if attempts is None or figures.channel_use is None or figures.success_probability is None:
            rule = "must have a schedule of attempts: atoms, trial time, success probability"
            cure = "choose a design of another model, or make a Node of your numbers"
            reject("design", rule, received=f"{design.name} of model {design.model}", cure=cure)
        return cls(
            trial_time_s=figures.channel_use / attempts,
            link_time_s=figures.link_time_s or 0.0,
            decision_time_s=figures.decision_time_s,
            reset_time_s=numbers["reset_time_s"],
            success_probability=figures.success_probability,
            atoms=int(numbers["atoms"]),
            channels=int(numbers["channels"]),
            state_infidelity=figures.state_infidelity,
            measurement_infidelity=figures.measurement_infidelity,
            **_ageing(figures),
        )

    @property
    def occupancy_time_s(self) -> float:
        """How long a pair that is used at once holds its atom."""
        return occupancy_time(
            self.trial_time_s, self.link_time_s, self.decision_time_s, self.reset_time_s
        )

    @property
    def saturation_atoms(self) -> int:
        """Atoms that keep one channel busy all the time."""
        return atoms_to_saturate(self.trial_time_s, self.occupancy_time_s)

    @property
    def attempt_rate_hz(self) -> float:
        """Attempts a second and channel, each holding its atom for the whole occupancy."""
        return attempt_rate(self.trial_time_s, self.occupancy_time_s, self.atoms)

    @property
    def channel_use(self) -> float:
        """The fraction of the possible attempts that are made."""
        return self.attempt_rate_hz * self.trial_time_s

    @property
    def rate_hz(self) -> float:
        """Heralded pairs a second."""
        return self.channels * self.success_probability * self.attempt_rate_hz

    @property
    def failed_time_s(self) -> float:
        """How long a failed attempt needs its atom: tau_e + tau_link + tau_res, no decision."""
        return self.trial_time_s + self.link_time_s + self.reset_time_s

    @property
    def most_attempts_hz(self) -> float:
        """No fewer attempts a second and channel than if failed ones free their atom at once.

        Atoms that come free at the same moment wait for the channel, and pairs may wait in theirs
        for a decision: only a simulation counts that.
        """
        held = self.failed_time_s + self.success_probability * self.decision_time_s
        return attempt_rate(self.trial_time_s, held, self.atoms)

    def combined_infidelity(self, decay: float = 1.0) -> float:
        """Return the combined infidelity, on average over pairs of different ages.

        Parameters
        ----------
        decay : float
            The mean of exp(-age/t_d), in [0, 1]; 1 if all pairs are used at once.
        """
        aged = self.state_infidelity + self.ageing_infidelity * (1 - decay)
        return noise.combined_infidelity(
            min(aged, 0.75), (1 - 2 * self.measurement_infidelity) ** 2
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


def _ageing(figures: "Performance") -> dict[str, float]:
    """Return what further storage does to a pair that has been stored for tau_occ."""
    lifetime_s = figures.memory_lifetime_s
    if lifetime_s is None:
        return {}
    if figures.pair_state is None:
        stored = figures.state_infidelity - figures.heralded_infidelity
        left = noise.memory_infidelity(math.inf, lifetime_s) - stored
        return {"ageing_infidelity": left, "ageing_time_s": lifetime_s}
    fidelity = 1 - figures.state_infidelity
    partner = figures.pair_state[0][0] + figures.pair_state[3][3] - fidelity
    # Rounding must not make a pair that is dephased already gain by waiting.
    return {"ageing_infidelity": max(0.0, fidelity - partner) / 2, "ageing_time_s": lifetime_s / 2}


def check_choice(choice: Any, known: Mapping[str, str], key: str) -> None:
    """Refuse what is not one of the known words."""
    if not isinstance(choice, str) or choice not in known:
        rule = "must be " + " or ".join(f'"{word}"' for word in known)
        reject(key, rule, received=repr(choice), cure=near_name(str(choice), list(known)))
