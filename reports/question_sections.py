"""What a report says about a design's sweeps, sensitivity, chances, limits and fronts."""

import math
from collections.abc import Sequence

from xorgames.hardware.questions.front import Front
from xorgames.hardware.questions.limits import Interval, Limits
from xorgames.hardware.questions.sensitivity import Answer, Elasticity, Sensitivity
from xorgames.hardware.questions.trials import kept
from xorgames.hardware.questions.uncertainty import ASSUMPTION, QUANTILES, Uncertainty
from xorgames.hardware.questions.vary import Point, Sweep
from xorgames.hardware.verdict import PASS
from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, table
from xorgames.reports.numbers import factor, plain, quantity
from xorgames.units import name_of, unit_of

#: Bars of a tornado, and rows of a sweep's table; of more points only some are shown.
_BARS, _ROWS = 12, 25
#: An elasticity below this is none.
_NOTHING = 0.0005


def sweep_section(sweep: Sweep) -> Section:
    """Return the drawing of a sweep and a table of its points."""
    step = math.ceil(len(sweep.points) / _ROWS)
    shown = sweep.points[::step]
    names = list(sweep.values)
    header = [name_of(name) for name in names] + ["pair rate", "infidelity", "decision"]
    checked = sweep.points[0].verdict is not None
    header += ["tightest margin", "verdict"] if checked else []
    count = len(sweep.points)
    caption = "The points" if step == 1 else f"{len(shown)} of the {count} points"
    rows = [_point_row(point) for point in shown]
    align = "r" * (len(names) + 3) + ("ll" if checked else "")
    figure = sweep_figure(sweep)
    return Section(
        "What the numbers do",
        (*([figure] if figure else []), table(caption, header, rows, align=align)),
    )


def _point_row(point: Point) -> list[str]:
    performance = point.performance
    row = [quantity(v, unit_of(name), 5) for name, v in point.numbers.items()]
    row += [
        quantity(performance.rate_hz, "Hz", 5),
        quantity(performance.combined_infidelity, "", 5),
        quantity(performance.decision_time_s, "s", 5),
    ]
    if point.verdict is not None:
        tightest = _tightest(point)
        named = "" if tightest is None else f"{tightest[0]} × {factor(tightest[1])}"
        row += [named, point.verdict.verdict]
    return row


def _tightest(point: Point) -> tuple[str, float] | None:
    """Return the criterion with the smallest margin factor."""
    criteria = () if point.verdict is None else point.verdict.criteria
    known = [(c.name, ratio) for c in criteria if (ratio := kept(c)) is not None]
    return min(known, key=lambda pair: pair[1], default=None)


def sweep_figure(sweep: Sweep) -> Figure | None:
    """Return the drawing of a sweep; None for a single value, of which there is nothing to draw."""
    if any(len(set(values)) < 2 for values in sweep.values.values()):
        return None
    checked = sweep.points[0].verdict is not None
    passed = sum(p.verdict is not None and p.verdict.verdict == PASS for p in sweep.points)
    said = f" {passed} of {len(sweep.points)} points pass." if checked else ""
    names = [name_of(name) for name in sweep.values]
    if len(names) == 2:
        return _terrain(sweep, f"{sweep.design} over {names[0]} and {names[1]}.{said}")
    points = sorted(sweep.points, key=lambda point: tuple(point.numbers.values()))
    named = {
        "rate_hz": [p.performance.rate_hz for p in points],
        "combined_infidelity": [p.performance.combined_infidelity for p in points],
    }
    required = {
        "rate_hz": [p.verdict and p.verdict.requirements.rate_min_hz for p in points],
        "combined_infidelity": [p.verdict and _limit(p) for p in points],
    }
    low, high = min(named["rate_hz"]), max(named["rate_hz"])
    return Figure(
        name="sweep",
        title=f"{sweep.design} over {names[0]}",
        description=(
            f"The pair rate lies between {quantity(low, 'Hz')} and "
            f"{quantity(high, 'Hz')}; below it the combined infidelity"
            + ("; dashed: what is required; shaded: every criterion is met." if checked else ".")
            + said
        ),
        data={
            "name": next(iter(sweep.values)),
            "values": [next(iter(p.numbers.values())) for p in points],
            "passed": [p.verdict is not None and p.verdict.verdict == PASS for p in points]
            if checked
            else None,
            "panels": [
                {"name": n, "achieved": named[n], "required": required[n] if checked else None}
                for n in named
            ],
        },
    )


def _limit(point: Point) -> float | None:
    limit = point.verdict and point.verdict.requirements.combined_infidelity_max
    return limit.lower if limit else None


def _terrain(sweep: Sweep, about: str) -> Figure:
    checked = sweep.points[0].verdict is not None
    points = sorted(sweep.points, key=lambda point: tuple(point.numbers.values()))
    heights = [p.performance.rate_hz for p in points]
    if checked:
        heights = [pair[1] if (pair := _tightest(p)) else 0.0 for p in points]
    return Figure(
        name="terrain",
        title=f"{sweep.design}: " + ("the tightest margin" if checked else "the pair rate"),
        description=about + (" On the line a machine just passes." if checked else ""),
        data={
            "names": list(sweep.values),
            "values": [sorted(set(values)) for values in sweep.values.values()],
            "quantity": "margin" if checked else "rate",
            "height": heights,
        },
    )


def sensitivity_section(found: Sensitivity) -> Section:
    """Return the tornado of the tightest criterion, and all elasticities."""
    criteria = list(found.margins)
    moving = [a for a in found.answers if any(map(_matters, a.elasticities.values()))]
    still = [name_of(a.axis.name) for a in found.answers if a not in moving]
    rows = [
        [
            name_of(answer.axis.name),
            quantity(answer.axis.value, answer.axis.unit, 5),
            *(_elasticity(answer, name) for name in criteria),
        ]
        for answer in moving
    ]
    caption = "By how many per cent each margin grows for 1 % more of a number"
    blocks: list[Block] = [*([figure] if (figure := _tornado(found)) else [])]
    if rows:
        header = ("number", "now", *criteria)
        blocks.append(table(caption, header, rows, align="lr" + "r" * len(criteria)))
    notes = [
        "Estimates by differences with two steps; where the error exceeds 1 % it is shown, and ~ "
        "marks a kink nearby. A whole number was moved by one."
    ]
    if found.rounds is not None:
        law = found.rounds
        notes.append(
            f"The rounds needed grow as (limit - infidelity)^-{law.exponent:.3g} about here "
            f"(standard error {plain(law.exponent_error, 1)}, from {len(law.counts)} counts)."
        )
    notes += [f"Without effect: {', '.join(still)}."] if still else []
    return Section("What the margins depend on", (*blocks, Items(tuple(notes))))


def _matters(found: Elasticity) -> bool:
    return abs(found.value) >= _NOTHING


def _elasticity(answer: Answer, criterion: str) -> str:
    found = answer.elasticities.get(criterion)
    if found is None or not _matters(found):
        return ""
    error = f" ± {plain(found.error, 1)}" if found.error > 0.01 * abs(found.value) else ""
    return f"{plain(found.value, 3, signed=True)}{error}" + ("" if found.smooth else " ~")


def _tornado(found: Sensitivity) -> Figure | None:
    criterion = found.tightest or ""
    rows = [
        (answer.axis.name, answer.elasticities[criterion].value)
        for answer in found.answers
        if criterion in answer.elasticities and _matters(answer.elasticities[criterion])
    ]
    if not rows:
        return None
    name, value = rows[0]
    return Figure(
        name="tornado",
        title=f"What the margin of {criterion} depends on",
        description=(
            f"1 % more {name_of(name)} changes the margin of {criterion}, the tightest criterion, "
            f"by {plain(value, 3, signed=True)} %, more than any other number. Estimates. Full "
            "bars, to the right: more helps; hatched ones, to the left: less does."
        ),
        data={
            "criterion": criterion,
            "rows": [{"parameter": key, "value": number} for key, number in rows[:_BARS]],
        },
    )


def uncertainty_section(found: Uncertainty) -> Section:
    """Return the probability that each criterion holds, and the quantiles."""
    chances = {**found.criteria, "all together": found.passes}
    rows = [
        (name, plain(chance.estimate), f"{plain(chance.lower)} … {plain(chance.upper)}")
        for name, chance in chances.items()
    ]
    header = ("number", *(f"{100 * q:g} %" for q in QUANTILES))
    quantiles = [
        (name_of(name), *(quantity(value, unit_of(name)) for value in values))
        for name, values in found.quantiles.items()
    ]
    uncertain = ", ".join(
        f"{name_of(name)} ± {quantity(spread, unit_of(name))}"
        for name, spread in found.uncertainties.items()
    )
    drawn = f"{found.samples:,} draws of {uncertain}."
    if found.refused:
        drawn += f" {found.refused:,} draws more were not allowed by the design and drawn again."
    figure = Figure(
        name="chances",
        title="How probable each criterion is",
        description=f"All together hold with probability {plain(found.passes.estimate, 3)}.",
        data={
            "rows": [
                {"name": n, "estimate": c.estimate, "lower": c.lower, "upper": c.upper}
                for n, c in chances.items()
            ]
        },
    )
    return Section(
        "With uncertain numbers",
        (
            Paragraph(f"{drawn} {ASSUMPTION}"),
            figure,
            table(
                "Probability that a criterion is proven to hold",
                ("criterion", "estimate", "95 % interval"),
                rows,
                align="lrr",
            ),
            table("Quantiles of the draws", header, quantiles, align="lrrr"),
        ),
    )


def limits_section(found: Sequence[Limits]) -> Section:
    """Return how far each of several numbers can go."""
    rows = []
    for limits in found:
        unit = limits.axis.unit
        head = [name_of(limits.axis.name), quantity(limits.axis.value, unit, 5)]
        if not limits.intervals:
            never = " and ".join(limits.never) or "all criteria at once"
            rows.append([*head, "nowhere", "", f"never {never}"])
        for interval in limits.intervals:
            ends = [quantity(x, unit, 5) for x in (interval.lower, interval.upper)]
            rows.append([*head, *ends, _ended(interval)])
    note = (
        "All other numbers stay as they are. Both ends of every interval were checked; an interval "
        "narrower than a step of the search can be missed."
    )
    header = ("number", "now", "passes from", "to", "ended by")
    return Section(
        "How far one number can go",
        (table("Limits", header, rows, align="lrrrl"), Paragraph(note)),
    )


def _ended(interval: Interval) -> str:
    below = " and ".join(interval.below) or "end of the search"
    above = " and ".join(interval.above) or "end of the search"
    return f"{below} below, {above} above"


def front_section(found: Front) -> Section:
    """Return the pairs of two numbers that just pass."""
    names = [name_of(axis.name) for axis in found.axes]
    heading = f"{names[0].capitalize()} against {names[1]}"
    if not found.pairs:
        return Section(heading, (Paragraph("No pair of values in the ranges searched passes."),))
    rows = [
        [quantity(v, axis.unit, 5) for v, axis in zip(pair, found.axes, strict=True)]
        for pair in found.pairs
    ]
    figure = Figure(
        name="front",
        title=f"{heading}: the pairs that just pass",
        description=f"From {rows[0][0]} with {rows[0][1]} to {rows[-1][0]} with {rows[-1][1]}.",
        data={
            "names": [axis.name for axis in found.axes],
            "present": [axis.value for axis in found.axes],
            "pairs": [list(pair) for pair in found.pairs],
        },
    )
    return Section(heading, (figure, table("Pairs that just pass", names, rows, align="rr")))
