"""What a simulation has counted, each mean with its standard error, and what follows from it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect, reject
from xorgames.hardware.estimate import Estimate, FloatArray, ratio
from xorgames.hardware.pair_store import PairStore, value_with_fallback
from xorgames.hardware.parameters import checked_number
from xorgames.hardware.schedule import Node
from xorgames.hardware.simulation_model import BINS_PER_OCTAVE, COLUMNS, Demand, Faults
from xorgames.solvers.solution import Solution

#: The means among the properties of `Simulated`, in the order of a report.
MEANS = (
    "rate_hz",
    "used_rate_hz",
    "attempt_rate_hz",
    "channel_use",
    "atom_use",
    "no_pair",
    "stored_mean",
    "age_mean_s",
    "combined_infidelity",
)
#: A window that holds so many memories makes a standard error right to about a twentieth.
_MEMORIES = 10
_QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """The counts of a simulation, and what follows from them. Results of different seeds add up.

    Attributes
    ----------
    node : Node
    demand : Demand or None
        None: every pair is used as soon as it is heralded.
    faults : Faults
    hold : {"always", "as-needed"}
    windows : ndarray, shape (n, 12)
        What was counted in each window; columns as in `simulation_model.COLUMNS`.
    age_counts : ndarray of int
        How many pairs were used at which age, in bins of 1.1 %.
    interrupted : bool
        Whether the run was ended early; the windows are complete all the same.
    """

    node: Node
    demand: Demand | None
    faults: Faults
    hold: str
    windows: FloatArray
    age_counts: NDArray[np.int64]
    interrupted: bool = False

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        self.windows.setflags(write=False)
        self.age_counts.setflags(write=False)

    def __add__(self, other: "Simulated") -> "Simulated":
        expect(other, Simulated, key="other")
        for key in ("node", "demand", "faults", "hold"):
            if getattr(self, key) != getattr(other, key):
                rule = "must be the same in both simulations that are added"
                reject(key, rule, received=f"{getattr(self, key)} and {getattr(other, key)}")
        return Simulated(
            node=self.node,
            demand=self.demand,
            faults=self.faults,
            hold=self.hold,
            windows=np.concatenate([self.windows, other.windows]),
            age_counts=self.age_counts + other.age_counts,
            interrupted=self.interrupted or other.interrupted,
        )

    def count(self, column: str) -> float:
        """Return the sum of a column over all windows; see `simulation_model.COLUMNS`."""
        return float(self._column(column).sum())

    @property
    def duration_s(self) -> float:
        """The time simulated, without the warm-up."""
        return self.count("duration_s")

    @property
    def attempts(self) -> int:
        """Attempts on all channels."""
        return int(self.count("attempts"))

    @property
    def heralded(self) -> int:
        """Pairs heralded: used + lost + by how much the store has grown."""
        return int(self.count("heralded"))

    @property
    def used(self) -> int:
        """Pairs that a decision used."""
        return int(self._used.sum())

    @property
    def lost(self) -> int:
        """Pairs that a full store lost."""
        return int(self.count("lost"))

    @property
    def store_growth(self) -> int:
        """By how many pairs the store has grown from the beginning of the windows to the end."""
        return int(self.count("store_change"))

    @property
    def rate_hz(self) -> Estimate:
        """Heralded pairs a second."""
        return ratio(self._column("heralded"), self._column("duration_s"), least=1)

    @property
    def used_rate_hz(self) -> Estimate:
        """Decisions with a pair, a second."""
        return ratio(self._used, self._column("duration_s"), least=1)

    @property
    def attempt_rate_hz(self) -> Estimate:
        """Attempts a second and channel."""
        channels = self._column("duration_s") * self.node.channels
        return ratio(self._column("attempts"), channels, least=1)

    @property
    def channel_use(self) -> Estimate:
        """The fraction of the possible attempts that are made."""
        rate, trial_s = self.attempt_rate_hz, self.node.trial_time_s
        return Estimate(value=rate.value * trial_s, standard_error=rate.standard_error * trial_s)

    @property
    def atom_use(self) -> Estimate:
        """The fraction of the atoms that are not free, on average over time."""
        atoms = self._column("duration_s") * (self.node.atoms * self.node.channels)
        return ratio(atoms - self._column("atoms_idle_s"), atoms)

    @property
    def no_pair(self) -> Estimate | None:
        """The probability that a decision finds no pair; None without decisions."""
        decisions = self._column("decisions")
        return ratio(self._column("missed"), decisions, least=1) if decisions.any() else None

    @property
    def stored_mean(self) -> Estimate:
        """The number of pairs in store, on average over time."""
        return ratio(self._column("stored_s"), self._column("duration_s"))

    @property
    def age_mean_s(self) -> Estimate | None:
        """The age of the pairs that are used, from herald to decision; None if there are none."""
        return ratio(self._column("ages_s"), self._used) if self.used else None

    @property
    def combined_infidelity(self) -> Estimate | None:
        """The combined infidelity of the pairs that are used, on average; None if there are none.

        The standard error is that of the ages; the node's own infidelities are taken as exact.
        """
        if not self.used:
            return None
        decay = ratio(self._column("decays"), self._used)
        value = self.node.combined_infidelity(decay.value)
        low = max(0.0, decay.value - decay.standard_error)
        return Estimate(value=value, standard_error=self.node.combined_infidelity(low) - value)

    @property
    def longest_starvation_s(self) -> float:
        """The longest time for which no pair was ready, or, without a store, between two pairs."""
        return float(self._column("longest_empty_s").max())

    def age_quantile_s(self, fraction: float) -> float | None:
        """Return an age that the fraction of the used pairs does not exceed; None without pairs.

        It is at most 1.1 % above the least such age, or 1 ns.

        Raises
        ------
        InputError
            If the fraction is not in (0, 1].
        """
        fraction = checked_number("fraction", fraction, {"exclusiveMinimum": 0, "maximum": 1})
        total = int(self.age_counts.sum())
        if not total:
            return None
        place = int(np.searchsorted(self.age_counts.cumsum(), fraction * total))
        return 0.0 if self.demand is None else float(1e-9 * 2 ** (place / BINS_PER_OCTAVE))

    @property
    def memory_s(self) -> float:
        """The longest of the times in which atoms, store and link forget their past.

        That of the store is the formula's, for single decisions at random.
        """
        store = 0.0 if self.demand is None else self._store(self.demand).memory_s
        return max(self.node.occupancy_time_s, self.faults.memory_s, store)

    @property
    def errors_hold(self) -> bool:
        """Whether a window holds ten memories; if not, standard errors come out too small."""
        return bool(self._column("duration_s").min() >= _MEMORIES * self.memory_s)

    def value(self, solution: Solution) -> Estimate | None:
        """Return the mean payoff of a game: one-pair strategy with a pair, else the classical one.

        The strategies are those found; the standard error is an upper end, whatever the correlation
        of ages and shortages. None without decisions or without pairs.

        Raises
        ------
        InputError
            If it is not a `Solution`.
        """
        infidelity, no_pair = self.combined_infidelity, self.no_pair
        if infidelity is None or no_pair is None:
            return None

        def reached(missing: float, infidelity: float) -> float:
            return value_with_fallback(
                solution, no_pair=missing, combined_infidelity=infidelity
            ).lower

        value = reached(no_pair.value, infidelity.value)
        more_missing = min(1.0, no_pair.value + no_pair.standard_error)
        worse = min(1.0, infidelity.value + infidelity.standard_error)
        error = abs(reached(more_missing, infidelity.value) - value)
        error += abs(reached(no_pair.value, worse) - value)
        return Estimate(value=value, standard_error=error)

    @property
    def formulas(self) -> dict[str, float]:
        """What the formulas say, by the name of the result, where there are any.

        They hold for atoms that are always held and heralds that are not late; those about the
        store besides for a link that never drops, decisions that come singly and at random, and
        pairs that come as a Poisson process: one attempt at a time, pairs come a little more
        regularly, which changes them by a part of about p/2.
        """
        node, demand, faults = self.node, self.demand, self.faults
        if faults.herald_jitter_s or self.hold != "always":
            return {}
        known = {
            "rate_hz": node.rate_hz * faults.mean_success,
            "attempt_rate_hz": node.attempt_rate_hz,
            "channel_use": node.channel_use,
            "atom_use": node.attempt_rate_hz * node.occupancy_time_s / node.atoms,
        }
        if demand is None:
            return known | {"combined_infidelity": node.combined_infidelity()}
        if demand.burst_size > 1 or demand.pattern != "poisson" or faults.mean_success < 1:
            return known
        store = self._store(demand)
        return known | {
            "used_rate_hz": store.used_rate_hz,
            "no_pair": store.no_pair,
            "stored_mean": store.stored_mean,
            "age_mean_s": store.age_mean_s,
            "combined_infidelity": store.combined_infidelity(node),
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what was simulated, the results, and what the formulas say."""
        means = {name: getattr(self, name) for name in MEANS}
        return {
            "node": self.node.to_dict(),
            "demand": self.demand and self.demand.to_dict(),
            "faults": self.faults.to_dict(),
            "hold": self.hold,
            "duration_s": self.duration_s,
            "windows": len(self.windows),
            "interrupted": self.interrupted,
            "memory_s": self.memory_s,
            "errors_hold": self.errors_hold,
            "attempts": self.attempts,
            "heralded": self.heralded,
            "used": self.used,
            "lost": self.lost,
            "store_growth": self.store_growth,
            **{name: mean and mean.to_dict() for name, mean in means.items()},
            "age_quantiles_s": {f"{part:g}": self.age_quantile_s(part) for part in _QUANTILES},
            "longest_starvation_s": self.longest_starvation_s,
            "formulas": self.formulas,
        }

    def _store(self, demand: Demand) -> PairStore:
        return PairStore(
            pair_rate_hz=self.node.rate_hz,
            decision_rate_hz=demand.rate_hz,
            places=demand.places,
            order=demand.order,
        )

    @property
    def _used(self) -> FloatArray:
        if self.demand is None:
            return self._column("heralded")
        return self._column("decisions") - self._column("missed")

    def _column(self, name: str) -> FloatArray:
        return np.asarray(self.windows[:, COLUMNS.index(name)])
