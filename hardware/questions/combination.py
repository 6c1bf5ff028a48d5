"""The cheapest change of several numbers together with which a machine passes.

With u_i = ln(new_i/present_i): the least cost sum w_i |u_i| or sum w_i u_i^2 for which every margin
factor is at least 1, by sequential quadratic programming (SciPy's SLSQP) from several starts: the
machine as it is, every change of one number that passes, and the point at which the least margin is
largest. For the optimiser alone, the number of rounds is the smooth `RoundsLaw`, made to go through
the count at what was found and optimised again; and a whole number that falls between two whole
ones has the mean of their margins. The numbers found are rounded both ways, the others optimised
again, and moved along the straight line from the machine as it is until `check` just passes. The
result is the cheapest that was found: it passes, but that no cheaper one exists is not proven.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.limits import confirmed
from xorgames.hardware.questions.optimiser import (
    Costs,
    cost_at,
    highest,
    least,
    pulled_back,
    rounded,
)
from xorgames.hardware.questions.rounds_law import RoundsLaw, rounds_law
from xorgames.hardware.questions.space import NO_CHANGE, FloatArray, Space, missed
from xorgames.hardware.questions.trials import Numbers, Trials
from xorgames.hardware.verdict import Verdict
from xorgames.units import name_of

#: How many of the changes of one number are starts, and how many of the best ends are rounded.
_STARTS, _ROUNDED = 3, 2


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Several numbers changed together.

    Attributes
    ----------
    changes : tuple of (Axis, float)
        Each number with its new value, the largest share of the cost first.
    cost : float
    costs : Costs
    verdict : Verdict
        Of the changed design.
    """

    changes: tuple[tuple[Axis, float], ...]
    cost: float
    costs: Costs
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the changes by name."""
        return {
            "cost": self.cost,
            "cost_kind": self.costs.kind,
            "weights": dict(self.costs.weights),
            "changes": [
                {"parameter": axis.name, "unit": axis.unit, "value": axis.value, "new": new}
                for axis, new in self.changes
            ],
            "verdict": self.verdict.verdict,
        }


def cheapest(
    trials: Trials, axes: Sequence[Axis], costs: Costs, singles: Sequence[Numbers]
) -> tuple[Combination | None, str]:
    """Return the cheapest combination found and "", or None and why there is none.

    Parameters
    ----------
    trials : Trials
    axes : sequence of Axis
        The numbers that may change.
    costs : Costs
    singles : sequence of mappings
        Changes of one number that pass, the smallest first.
    """
    law = _law(trials)
    if law is None:
        needs = trials.requirements
        return None, f"infeasible: {needs.statement or needs.rounds.reason}"
    space = Space(trials, axes, law)
    stuck = space.stuck()
    if stuck:
        return None, f"infeasible, because no number that may change moves {stuck}"
    top = highest(space)
    starts = [np.zeros(len(space.axes)), *map(space.sizes, singles[:_STARTS]), top]
    ends = [least(space, start, costs) for start in starts]
    ends.sort(key=lambda sizes: cost_at(space, sizes, costs))
    points: list[FloatArray] = []
    for sizes in (*ends[:_ROUNDED], top):
        space.fit_rounds(sizes)
        points += rounded(space, least(space, sizes, costs), costs)
    numbers = _cheapest(space, costs, singles, points)
    if numbers is None:
        return None, f"no passing design was found: {_binding(space, top)}"
    return _combination(trials, axes, costs, numbers), ""


def _cheapest(
    space: Space, costs: Costs, singles: Sequence[Numbers], points: Sequence[FloatArray]
) -> Numbers | None:
    """Return the cheapest numbers that pass: a change of one, or on the way to one of the points.

    Where rounds are only estimated, what is the cheapest by the estimates is settled by counting.
    """

    def cost(numbers: Numbers) -> float:
        return _cost(space.trials, costs, numbers)

    found = [(n, point) for point in points if (n := pulled_back(space, point)) is not None]
    found.sort(key=lambda each: cost(each[0]))
    settled = (_settled(space, point, numbers) for numbers, point in found)
    several = next((numbers for numbers in settled if numbers is not None), None)
    return min([*singles, *([] if several is None else [several])], key=cost, default=None)


def _settled(space: Space, point: FloatArray, numbers: Numbers) -> Numbers | None:
    """Return where the way to a point begins to pass with the rounds counted there."""
    while space.trials.count(numbers):
        again = pulled_back(space, point)
        if again is None or (_same(numbers, again) and space.trials.passes(numbers)):
            return None if again is None else numbers
        numbers = again
    return numbers


def _same(one: Numbers, other: Numbers) -> bool:
    return one.keys() == other.keys() and all(
        abs(math.log(one[name] / other[name])) <= NO_CHANGE for name in one
    )


def _cost(trials: Trials, costs: Costs, numbers: Numbers) -> float:
    return costs.of({name: math.log(new / trials.value(name)) for name, new in numbers.items()})


def _binding(space: Space, sizes: FloatArray) -> str:
    """Say what is missed at a point, and which numbers are at the end of their range there."""
    verdict = space.trials.verdict(space.numbers(sizes))
    open_ones = missed([c for c in verdict.criteria if c.passed is not True])
    ends = [
        name_of(axis.name)
        for axis, size in zip(space.axes, sizes.tolist(), strict=True)
        if min(abs(size - math.log(end / axis.value)) for end in (axis.lower, axis.upper))
        < NO_CHANGE
    ]
    text = f"where the least margin is largest, there is still {open_ones}"
    return f"{text}, with {', '.join(ends)} at the end of what was searched" if ends else text


def _law(trials: Trials) -> RoundsLaw | None:
    """Return the law of the rounds from no infidelity to near its limit."""
    limit = trials.requirements.combined_infidelity_max
    if limit is None or limit.lower <= 0:
        return None
    return rounds_law(trials, [limit.lower * 2 ** (-k / 2) for k in range(9)])


def _combination(
    trials: Trials, axes: Sequence[Axis], costs: Costs, numbers: Numbers
) -> Combination:
    """Return changes that pass, checked once more."""
    changes = [(axis, numbers[axis.name]) for axis in axes if axis.name in numbers]
    changes.sort(key=lambda change: -_cost(trials, costs, {change[0].name: change[1]}))
    return Combination(
        changes=tuple(changes),
        cost=_cost(trials, costs, numbers),
        costs=costs,
        verdict=confirmed(trials, numbers),
    )
