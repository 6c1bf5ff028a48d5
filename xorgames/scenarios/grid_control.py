"""A grid controller reacting to faults: an example of a scenario that is not one of the sources'.

Two substations 300 km apart are joined by two corridors, north and south. When a fault strikes,
each has to send a surge of power round it within half a millisecond, through one corridor or the
other; light needs a whole one. Each measures its own surge, in one of three levels. A fault between
them strikes both alike, any other one strikes them independently. What their choices cost:

- the same corridor: what the surges exceed its capacity by, at a price per MW. The capacity depends
  on the weather and is known to nobody;
- different corridors: the fixed price of having no corridor in reserve.

So small surges should go together and large ones apart. Which corridor is which does not matter:
the cost depends on the parity of the choices alone. Who is too late has both surges cut off.
The numbers are illustrations. `docs/your_own_problem.md` goes through this file step by step.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.conditions import Conditions
from xorgames.hardware.parameters import (
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    Rule,
    check_fields,
)
from xorgames.scenarios.result import Measure
from xorgames.scenarios.scenario import Rounds, Scenario

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: How far apart the substations are and how long they may take.
CONDITIONS = Conditions(distance_m=300e3, local_time_s=0.5e-3)

_RULES = {
    "common_fault": Rule(about="share of the faults between the two", limits=PROBABILITY),
    "capacity_mw": Rule(about="mean capacity of a corridor", limits=POSITIVE),
    "weather_mw": Rule(about="its standard deviation", limits=NOT_NEGATIVE),
    "overload_price_per_mw": Rule(about="of surges beyond the capacity", limits=NOT_NEGATIVE),
    "reserve_price": Rule(about="of a round without a reserve", limits=NOT_NEGATIVE),
    "outage_price_per_mw": Rule(about="of surges that are cut off", limits=NOT_NEGATIVE),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Faults(Rounds):
    """Faults: the levels of both surges, and the capacity of a corridor at that time in MW."""

    capacity_mw: FloatArray


@dataclass(frozen=True, kw_only=True)
class GridControl(Scenario):
    """Two substations that send surges of power through two corridors.

    Parameters
    ----------
    common_fault : float
        The share of the faults that strike both alike.
    capacity_mw, weather_mw : float
        Mean and standard deviation of a corridor's capacity.
    overload_price_per_mw, reserve_price, outage_price_per_mw : float
        In one currency, per fault.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> from xorgames.scenarios.engine import prepare
    >>> prepare(GridControl(), rounds=100_000).solution.advantage.verdict
    <Finding.PROVEN: 'PROVEN'>
    """

    common_fault: float = 0.25
    capacity_mw: float = 120.0
    weather_mw: float = 10.0
    overload_price_per_mw: float = 1.0
    reserve_price: float = 20.0
    outage_price_per_mw: float = 10.0

    name = "grid control"
    shape = (3, 3)
    #: The surge of each level, in MW.
    surges_mw = (20.0, 60.0, 100.0)

    def __post_init__(self) -> None:
        """Check every number."""
        check_fields(self, _RULES)

    def draw(self, rounds: int, rng: np.random.Generator) -> Faults:
        """Return what happens: levels seen by both substations, and the weather."""
        x, y = rng.integers(0, 3, (2, rounds))
        y = np.where(rng.random(rounds) < self.common_fault, x, y)
        weather = rng.normal(self.capacity_mw, self.weather_mw, rounds)
        return Faults(x=x, y=y, capacity_mw=weather)

    def cost(self, seen: Faults, a: IntArray, b: IntArray) -> FloatArray:
        """Return what each round costs: an overload, or a reserve that is missing."""
        overload = self.overload_price_per_mw * self._overload_mw(seen)
        return np.where(a == b, overload, self.reserve_price)

    def _overload_mw(self, seen: Faults) -> FloatArray:
        """Return by how much both surges together exceed one corridor."""
        return np.maximum(self._total_mw(seen) - seen.capacity_mw, 0.0)

    def _total_mw(self, seen: Faults) -> FloatArray:
        surges = np.array(self.surges_mw)
        return np.asarray(surges[seen.x] + surges[seen.y])

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the operator of the grid looks at, per fault."""
        return (
            Measure(name="cost", about="mean cost of a fault", better="less"),
            Measure(name="overload_mw", about="overload", unit="MW", better="less"),
            Measure(name="reserve", about="share of faults with a reserve left"),
        )

    def quantities(self, seen: Faults, a: IntArray, b: IntArray) -> Mapping[str, FloatArray]:
        """Return what is added up."""
        together = (a == b).astype(np.float64)
        return {
            "cost": self.cost(seen, a, b),
            "overload_mw": together * self._overload_mw(seen),
            "reserve": together,
        }

    def missed(self, seen: Faults) -> Mapping[str, FloatArray]:
        """Return what comes of being late: both surges are cut off, both corridors stay empty."""
        total = self._total_mw(seen)
        zeros = np.zeros(len(total))
        return {
            "cost": self.outage_price_per_mw * total,
            "overload_mw": zeros,
            "reserve": zeros + 1,
        }

    def labels(self) -> Mapping[str, list[str]]:
        """Return what inputs and outputs mean."""
        surges = [f"{surge:g} MW" for surge in self.surges_mw]
        return {"a": ["north", "south"], "b": ["north", "south"], "x": surges, "y": surges}

    def facts(self) -> Mapping[str, Any]:
        """Return the parameters."""
        return asdict(self)

    def notes(self, conditions: Conditions) -> tuple[str, ...]:
        """Return what a reader must know."""
        del conditions
        return ("The parameters are illustrations, not measurements.",)
