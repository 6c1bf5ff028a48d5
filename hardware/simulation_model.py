"""What is simulated: the decisions that come, what goes wrong, and how atoms are held."""

import math
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.pair_store import ORDERS, STORE_RULES, check_places
from xorgames.hardware.parameters import (
    COUNT,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    Rule,
    check_fields,
)
from xorgames.hardware.schedule import Node, check_choice

PATTERNS = {
    "poisson": "bursts come independently of each other",
    "periodic": "bursts come at equal distances",
}
HOLDS = {
    "always": "every attempt holds its atom for tau_occ; pairs wait in places of their own",
    "as-needed": "a failed attempt frees its atom once the failure is known and the atom reset; "
    "a pair waits in its atom, which is free tau_dec + tau_res after its use",
}

#: What the simulation counts. All are sums but `longest_empty_s`, a maximum.
COLUMNS = (
    "duration_s",
    "attempts",
    "atoms_idle_s",
    "heralded",
    "lost",
    "decisions",
    "missed",
    "ages_s",
    "decays",
    "stored_s",
    "store_change",
    "longest_empty_s",
)
#: Ages are counted in bins whose upper edges are powers of 2^(1/BINS_PER_OCTAVE) nanoseconds; the
#: first one holds what is not older than one nanosecond.
BINS_PER_OCTAVE = 64
BINS = 64 * BINS_PER_OCTAVE

_LARGEST_BURST = 1_000_000
_MOST_ATOMS = 1_000_000

_DEMAND_RULES = {
    "rate_hz": STORE_RULES["decision_rate_hz"],
    "places": STORE_RULES["places"],
    "burst_size": Rule(about="decisions that come at once", limits=COUNT),
}
_FAULT_RULES = {
    "herald_jitter_s": Rule(about="mean delay of a herald", limits=NOT_NEGATIVE),
    "mean_up_s": Rule(about="how long the link stays up", limits=POSITIVE, required=False),
    "mean_down_s": Rule(about="how long it stays down", limits=POSITIVE, required=False),
    "success_while_down": Rule(about="share of the success left", limits=PROBABILITY),
}


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The decisions that come, and the store of pairs that they draw on.

    Parameters
    ----------
    rate_hz : float
        Decisions a second, on average.
    places : int
        Pairs that can be stored.
    order : {"newest", "oldest"}
        Which pair a decision takes; see `pair_store`.
    burst_size : int
        Decisions come in bursts of so many at once; 1: singly.
    pattern : {"poisson", "periodic"}
        How the bursts come.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> Demand(rate_hz="5 kHz", places=4).order
    'newest'
    """

    rate_hz: float
    places: int = 1
    order: str = "newest"
    burst_size: int = 1
    pattern: str = "poisson"

    def __post_init__(self) -> None:
        """Check everything."""
        check_fields(self, _DEMAND_RULES)
        check_places(self.places, "places")
        if self.burst_size > _LARGEST_BURST:
            rule = f"must not exceed {_LARGEST_BURST}"
            reject("burst_size", rule, received=self.burst_size)
        check_choice(self.order, ORDERS, "order")
        check_choice(self.pattern, PATTERNS, "pattern")

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What goes wrong with the link.

    Parameters
    ----------
    herald_jitter_s : float
        Every herald, of success or failure, comes late by an exponential time of this mean.
    mean_up_s, mean_down_s : float, optional
        The link is up and down for exponential times of these means; None: it never drops. The
        nodes do not know: they go on trying.
    success_while_down : float
        What is left of the success probability while the link is down: 0 for a link that drops;
        more for failures that are merely correlated.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> Faults(mean_up_s=0.9, mean_down_s=0.1).mean_success
    0.9
    """

    herald_jitter_s: float = 0.0
    mean_up_s: float | None = None
    mean_down_s: float | None = None
    success_while_down: float = 0.0

    def __post_init__(self) -> None:
        """Check every number."""
        check_fields(self, _FAULT_RULES)
        if (self.mean_up_s is None) != (self.mean_down_s is None):
            given, other = ("mean_up_s", "mean_down_s")
            if self.mean_up_s is None:
                given, other = other, given
            reject(other, f"must be given together with {given}", cure="or leave out both")

    @property
    def up(self) -> float:
        """The share of the time that the link is up."""
        if self.mean_up_s is None or self.mean_down_s is None:
            return 1.0
        return self.mean_up_s / (self.mean_up_s + self.mean_down_s)

    @property
    def memory_s(self) -> float:
        """The time in which the link forgets whether it was up; 0 if it never drops."""
        if self.mean_up_s is None or self.mean_down_s is None:
            return 0.0
        return 1 / (1 / self.mean_up_s + 1 / self.mean_down_s)

    @property
    def mean_success(self) -> float:
        """What is left of the success probability on average over time."""
        return self.up + (1 - self.up) * self.success_while_down

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


class Model(NamedTuple):
    """What is simulated; times in seconds, rates per second, 0 for a rate without events.

    Attributes
    ----------
    trial, link, decision, reset, jitter : float
        `jitter` is the mean of the exponential delay of a herald.
    success, success_down : float
        Of an attempt while the link is up, and while it is down.
    fail_rate, repair_rate : float
        From up to down and from down to up.
    burst_rate : float
        Of decisions, or of bursts of them.
    burst : int
        Decisions in a burst; 0: every pair is used as soon as it is heralded.
    periodic, newest_first, as_needed : bool
        Whether bursts come at equal distances; which pair is used; whether an atom is held only as
        long as the outcome of its attempt needs.
    ageing_rate : float
        One over the time constant of storage.
    """

    trial: float
    link: float
    decision: float
    reset: float
    jitter: float
    success: float
    success_down: float
    fail_rate: float
    repair_rate: float
    burst_rate: float
    burst: int
    periodic: bool
    newest_first: bool
    as_needed: bool
    ageing_rate: float


class State(NamedTuple):
    """Where the simulation stands; all arrays, changed in place.

    Attributes
    ----------
    free, pending : ndarray, shape (channels, atoms)
        Heaps of the times at which atoms come free, and at which heralds of success arrive.
    counts : ndarray of int, shape (2, channels)
        How many entries of each heap are filled.
    ready : ndarray, shape (channels,)
        When the channel can take the next attempt.
    stored : ndarray, shape (places,)
        When each pair in store was heralded; a ring.
    home : ndarray of int, shape (places,)
        The channel of its atom.
    ring : ndarray of int, shape (2,)
        Where the oldest pair stands, and how many there are.
    clock : ndarray, shape (4,)
        The next burst of decisions, the next change of the link, the last change of the store, and
        when the store was last left empty (or a pair was last used at once).
    up : ndarray of bool, shape (1,)
        Whether the link is up.
    """

    free: NDArray[np.float64]
    pending: NDArray[np.float64]
    counts: NDArray[np.int64]
    ready: NDArray[np.float64]
    stored: NDArray[np.float64]
    home: NDArray[np.int64]
    ring: NDArray[np.int64]
    clock: NDArray[np.float64]
    up: NDArray[np.bool_]


def model_of(node: Node, demand: Demand | None, faults: Faults, hold: str) -> Model:
    """Return the numbers that the kernel works with."""
    return Model(
        trial=node.trial_time_s,
        link=node.link_time_s,
        decision=node.decision_time_s,
        reset=node.reset_time_s,
        jitter=faults.herald_jitter_s,
        success=node.success_probability,
        success_down=node.success_probability * faults.success_while_down,
        fail_rate=1 / faults.mean_up_s if faults.mean_up_s else 0.0,
        repair_rate=1 / faults.mean_down_s if faults.mean_down_s else 0.0,
        burst_rate=demand.rate_hz / demand.burst_size if demand else 0.0,
        burst=demand.burst_size if demand else 0,
        periodic=demand is not None and demand.pattern == "periodic",
        newest_first=demand is not None and demand.order == "newest",
        as_needed=hold == "as-needed",
        ageing_rate=1 / node.ageing_time_s if node.ageing_time_s else 0.0,
    )


def first_state(
    node: Node, demand: Demand | None, faults: Faults, rng: np.random.Generator
) -> State:
    """Return the beginning: no pairs, atoms ready at equal distances, the link up or down.

    Raises
    ------
    InputError
        If there are too many atoms.
    """
    total = node.atoms * node.channels
    if total > _MOST_ATOMS:
        rule = f"must not exceed {_MOST_ATOMS} on all channels together"
        reject("atoms", rule, received=f"{total:g}")
    shape, places = (node.channels, node.atoms), demand.places if demand else 1
    free = np.empty(shape)
    free[:] = np.arange(node.atoms) * (node.occupancy_time_s / node.atoms)
    counts = np.zeros((2, node.channels), np.int64)
    counts[0] = node.atoms
    up = bool(rng.random() < faults.up)
    stays_s = faults.mean_up_s if up else faults.mean_down_s
    clock = np.array([math.inf, math.inf, 0.0, 0.0])
    if demand:
        first = rng.random() if demand.pattern == "periodic" else rng.standard_exponential()
        clock[0] = first * demand.burst_size / demand.rate_hz
    if stays_s:
        clock[1] = stays_s * rng.standard_exponential()
    return State(
        free=free,
        pending=np.zeros(shape),
        counts=counts,
        ready=np.zeros(node.channels),
        stored=np.zeros(places),
        home=np.zeros(places, np.int64),
        ring=np.zeros(2, np.int64),
        clock=clock,
        up=np.array([up]),
    )
