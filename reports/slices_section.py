"""What a report on a designed game says about its surroundings: the objective along each parameter.

A slice goes through the best game found: one parameter varies over the range that was searched, the
others stay. The best game itself is one of the points, whether it lies on the grid or not. Every
point is a proven bracket; between the points nothing is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xorgames.bound import Bound
from xorgames.design.designed import Designed
from xorgames.design.grid import make_axis
from xorgames.design.objectives import Objective
from xorgames.design.quantities import UNITS, Evaluator
from xorgames.reports.blocks import Block, Figure, Paragraph, Section, Table, clean, table
from xorgames.reports.numbers import between, digits, margin, plain

#: Points along a parameter where games are worked out together, and every which of them a table
#: shows; where rounds are counted game by game, at most so many along one, and in all.
_POINTS, _SHOWN = 21, 4
_COUNTED, _ALL_COUNTED, _FEWEST = 11, 44, 5
#: What stands on the figure's axis.
AXES = {
    "gap": "gap (payoff per round)",
    "ratio": "ratio Q/C of the biases",
    "critical-infidelity": "critical infidelity, 1 − C/Q",
    "margin": "least margin",
    "rounds": "rounds needed",
    "rate": "pair rate needed",
}


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The objective along one parameter.

    Attributes
    ----------
    name : str
        Of the parameter.
    values : tuple of Fraction
        Its values, in increasing order.
    best : int
        The number of the value at which the best game found lies.
    bounds : tuple of Bound or str
        The objective there, or why there is none.
    """

    name: str
    values: tuple[Fraction, ...]
    best: int
    bounds: tuple[Bound | str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the slice as plain data."""
        known = [bound if isinstance(bound, Bound) else None for bound in self.bounds]
        return {
            "name": self.name,
            "values": [float(value) for value in self.values],
            "lower": [bound and bound.lower for bound in known],
            "upper": [bound and bound.upper for bound in known],
            "best": float(self.values[self.best]),
            "at_best": self.best,
        }


def slices(found: Designed) -> list[Slice]:
    """Return the objective along each parameter, through the best game found.

    Examples
    --------
    >>> from xorgames.design.optimise import optimise
    >>> (each,) = slices(optimise("hft:p=1/2", maximise="gap", vary=["beta=0.01:0.3"]))
    >>> each.name, len(each.values), each.best, round(each.bounds[0].lower, 6)
    ('beta', 21, 0, 0.100036)
    """
    count = _POINTS
    if not found.objective.is_fast:
        count = max(_FEWEST, min(_COUNTED, _ALL_COUNTED // len(found.parameters)))
    return [_slice(found, name, count) for name in found.parameters]


def _slice(found: Designed, name: str, count: int) -> Slice:
    best, others = found.parameters[name], dict(found.parameters)
    del others[name]
    axis = make_axis(name, *found.ranges[name], count)
    values = tuple(sorted({*axis.values, best}))
    evaluator = Evaluator(found.games.fix(**others), [name], found.setting)
    quantity = found.objective.quantity
    known = evaluator.many([(value,) for value in values], [quantity])[quantity]
    bounds = [
        known.notes.get(i) or Bound(float(lower), float(upper))
        for i, (lower, upper) in enumerate(zip(known.lower, known.upper, strict=True))
    ]
    # What was certified for the game itself is at least as good.
    bounds[values.index(best)] = found.value
    return Slice(name=name, values=values, best=values.index(best), bounds=tuple(bounds))


def objective_text(bound: Bound, objective: Objective, figures: int = 6) -> str:
    """Write a value of the objective: a count, a rate with its unit, a margin in per cent.

    Examples
    --------
    >>> objective_text(Bound(12380, 12380), Objective(quantity="rounds", maximised=False))
    '12,380'
    >>> objective_text(Bound(0.722, 0.722), Objective(quantity="margin", maximised=True))
    '+72.2 %'
    """
    if objective.quantity == "rounds":
        ends = [f"{round(end):,}" for end in (bound.lower, bound.upper)]
        return " … ".join(dict.fromkeys(ends))
    if objective.quantity == "rate":
        return between(bound, "Hz")
    if objective.quantity == "margin":
        return " … ".join(dict.fromkeys(margin(end) for end in (bound.lower, bound.upper)))
    return digits(bound, figures)


def slices_section(found: Designed) -> Section:
    """Show the objective along each parameter, the others at their best."""
    found_slices = slices(found)
    blocks: list[Block] = [_figure(found, found_slices)]
    blocks += [_table(found, each) for each in found_slices]
    if better := _better(found, found_slices):
        blocks.append(Paragraph(better))
    return Section("Along each parameter", tuple(blocks))


def _better(found: Designed, each: Sequence[Slice]) -> str | None:
    """Say so where a point is better than the best game found, None where none is."""
    objective = found.objective
    points = [
        (objective.sure(bound), one.name, value, bound)
        for one in each
        for value, bound in zip(one.values, one.bounds, strict=True)
        if isinstance(bound, Bound)
    ]
    sure, name, value, bound = max(points, key=lambda point: point[0])
    if sure <= objective.sure(found.value):
        return None
    said = f"{name} = {plain(float(value), 9)}: {objective_text(bound, objective)}"
    if found.subjects:
        return f"Points that are better need not meet the conditions, such as {said}."
    return f"A better game stands among these points, at {said}. A narrower search would find it."


def _table(found: Designed, each: Slice) -> Table:
    """Return some of the points, the best game among them."""
    step = _SHOWN if found.objective.is_fast else 1
    regular = [i for i in range(len(each.values)) if i != each.best]
    shown = sorted({each.best, *regular[::step], regular[-1]})
    quantity = found.objective.quantity
    rows = []
    for i in shown:
        bound = each.bounds[i]
        text = clean(bound) if isinstance(bound, str) else objective_text(bound, found.objective)
        rows.append((plain(float(each.values[i]), 6) + (" (best)" if i == each.best else ""), text))
    caption = f"{quantity.capitalize()} along {each.name}, proven"
    return table(caption, (each.name, quantity), rows, align="rr")


def _figure(found: Designed, each: Sequence[Slice]) -> Figure:
    objective = found.objective
    where = ", ".join(f"{name} = {plain(float(v), 9)}" for name, v in found.parameters.items())
    return Figure(
        name="slices",
        title=f"{objective.quantity.capitalize()} along each parameter",
        description="One parameter varies, the others stay at the best game found, "
        f"{where}, which a diamond on a dashed line marks: "
        f"{objective_text(found.value, objective)}. Each dot is proven; the line between dots only "
        "leads the eye, and is broken where a game has no value.",
        data={
            "quantity": objective.quantity,
            "axis": AXES[objective.quantity],
            "unit": UNITS.get(objective.quantity, ""),
            "slices": [one.to_dict() for one in each],
        },
    )
