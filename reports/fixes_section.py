"""What a report says about the cheapest fixes: what to change so that the machine passes."""

import math
from collections.abc import Iterator

from xorgames.hardware.questions.axis import FARTHEST, Axis
from xorgames.hardware.questions.combination import Combination
from xorgames.hardware.questions.improve import Improvement
from xorgames.hardware.questions.space import NO_CHANGE
from xorgames.hardware.verdict import PASS
from xorgames.reports.blocks import Block, Items, Paragraph, Section, Table, table
from xorgames.reports.numbers import change, plain, quantity
from xorgames.units import name_of

_CHECKED = (
    "Every change shown was made and checked again, by the same check and the same test as the "
    "machine itself; the numbers were searched in the range that each may have, within a factor of "
    f"{plain(FARTHEST)}. "
    "A number is rounded away from its present value."
)
_COSTS = {
    "sum": "the sum of |ln(new/now)|",
    "squares": "the sum of the squares of ln(new/now)",
}


def fixes_section(found: Improvement) -> Section:
    """Return the changes of one number, the cheapest of several, and what is in the way."""
    if found.verdict.verdict == PASS:
        return Section("The cheapest fixes", (Paragraph("Nothing has to change."),))
    blocks: list[Block] = []
    if found.fixes:
        rows = [(*_change(fix.axis, fix.new), fix.verdict.verdict) for fix in found.fixes]
        header = ("number", "now", "to", "change", "then")
        caption = "Each of these changes alone is enough, the smallest first"
        blocks.append(table(caption, header, rows, align="lrrrl"))
    if found.combination is not None and len(found.combination.changes) > 1:
        blocks.append(_together(found.combination))
    if found.reason:
        blocks.append(Paragraph(f"{found.reason[0].upper()}{found.reason[1:].rstrip('.')}."))
    if found.fixes or found.combination is not None:
        blocks.append(Paragraph(_CHECKED))
    notes = (*_at_the_end(found), *_in_the_way(found))
    return Section("The cheapest fixes", (*blocks, *([Items(notes)] if notes else [])))


def _together(found: Combination) -> Table:
    weights = set(found.costs.weights.values())
    weighed = "" if weights == {1.0} else ", each with its weight"
    caption = (
        f"The cheapest change of several numbers together that was found: {plain(found.cost)}, by "
        f"{_COSTS[found.costs.kind]}{weighed}; the verdict is then {found.verdict.verdict}"
    )
    rows = [_change(axis, new) for axis, new in found.changes]
    return table(caption, ("number", "now", "to", "change"), rows, align="lrrr")


def _change(axis: Axis, new: float) -> tuple[str, str, str, str]:
    return (
        name_of(axis.name),
        quantity(axis.value, axis.unit, 5),
        quantity(beyond(new, axis.value), axis.unit, 5),
        change(new / axis.value),
    )


def beyond(new: float, now: float) -> float:
    """Return a number with five digits, rounded away from the present one.

    Examples
    --------
    >>> beyond(0.219427853, 0.25), beyond(0.834695006, 0.7), beyond(356, 250)
    (0.21942, 0.8347, 356.0)
    """
    scale = 10.0 ** (4 - math.floor(math.log10(new)))
    steps = new * scale
    whole = round(steps)
    if abs(steps - whole) > 1e-6:
        whole = math.ceil(steps) if new > now else math.floor(steps)
    return whole / scale


def _at_the_end(found: Improvement) -> Iterator[str]:
    """Yield a sentence for the numbers that a change takes to the end of what was searched."""
    changes = [(fix.axis, fix.new) for fix in found.fixes]
    changes += found.combination.changes if found.combination else ()
    ends = [
        name_of(axis.name)
        for axis, new in changes
        if min(abs(math.log(new / end)) for end in (axis.lower, axis.upper)) <= NO_CHANGE
    ]
    if ends:
        yield (
            "Taken to the end of its range, which may be out of reach: "
            f"{', '.join(dict.fromkeys(ends))}. State a nearer bound, or what a change costs."
        )


def _in_the_way(found: Improvement) -> Iterator[str]:
    """Yield a sentence for the numbers that cannot do it alone, by what stays unmet."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for obstacle in found.obstacles:
        groups.setdefault(obstacle.never, []).append(name_of(obstacle.axis.name))
    for never, names in groups.items():
        unmet = "never all criteria at once" if not never else f"never {' and '.join(never)}"
        yield f"Not enough alone ({unmet}): {', '.join(names)}."
