"""A report on a scenario played out: the answer, the players, the game behind it, its limits.

The same blocks as all reports, so that HTML, Markdown, PDF and JSON come of themselves. It holds no
duration: the same seed makes the same report.
"""

import math
from collections.abc import Iterator, Sequence

from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, Table, clean, table
from xorgames.reports.model import Report, made_section
from xorgames.reports.numbers import plain, quantity
from xorgames.reports.scenario_sections import estimated_game, parameters_section
from xorgames.scenarios.estimates import SIGMAS
from xorgames.scenarios.result import INTERVAL, Measure, ScenarioResult, finding, sample, share
from xorgames.scenarios.robustness_points import Sweep

#: An axis whose values differ by a larger factor is logarithmic.
_WIDE = 30.0
#: Panels of one figure, so that it fits on a page; measures of the tables of axes.
_PANELS, _SHOWN = 4, 2

#: Whose gain is the answer, where a machine was given; else that of ideal pairs.
_MACHINES = ("machine", "noisy quantum")


def scenario_report(
    result: ScenarioResult, *, sweeps: Sequence[Sweep] = (), command: str | None = None
) -> Report:
    """Return the report on a scenario played out.

    Parameters
    ----------
    result : ScenarioResult
    sweeps : sequence of Sweep
        Axes along which it was measured how long the advantage lasts.
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.scenarios.engine import simulate
    >>> from xorgames.scenarios.hft import HFT
    >>> report = scenario_report(simulate(HFT(), rounds=60_000, training=60_000))
    >>> report.title, report.verdict
    ('High-frequency trading, played out', 'PASS')
    """
    name = clean(result.scenario)
    first = result.measures[0]
    machine = next((name for name in _MACHINES if name in result.players), None)
    better = result.players[machine or "quantum"].changes[first.name]
    known = better.sigmas >= SIGMAS
    gain = better.difference.value if first.better == "more" else -better.difference.value
    known_better, known_worse = known and gain > 0, known and gain < 0
    sections = [
        _answer_section(result),
        _players_section(result),
        *estimated_game(result.facts.get("game")),
        *([_lasting_section(result, sweeps)] if sweeps else []),
        parameters_section(result),
        Section("Assumptions", (Items(result.notes),)),
        made_section(command),
    ]
    content = result.to_dict() | {"sweeps": [each.to_dict() for each in sweeps]}
    del content["seconds"]
    return Report(
        title=f"{name[0].upper()}{name[1:]}, played out",
        question=f"Do players with {'this machine' if machine else 'entanglement'} do better than "
        f"the best without entanglement, over {result.rounds:,} {result.counted}?",
        verdict="PASS" if known_better else "FAIL" if known_worse else "UNDECIDED",
        answer=f"{first.about[:1].upper()}{first.about[1:]}: {finding(better, result.counted)}.",
        sections=tuple(sections),
        data=content,
    )


def _answer_section(result: ScenarioResult) -> Section:
    """Say what each player with entanglement changes, metric by metric."""
    blocks: list[Block] = []
    for name, achieved in result.players.items():
        if not achieved.changes or name not in ("quantum", "machine", "noisy quantum"):
            continue
        rows = [
            (
                each.about,
                each.better or "neither",
                share(achieved.changes[each.name]),
                f"{achieved.changes[each.name].sigmas:.1f}",
                sample(achieved.changes[each.name]),
            )
            for each in result.measures
        ]
        caption = f"{name} against {result.baseline}, over the same {result.counted}; simulated"
        header = ("metric", "better", "change", "standard errors", f"{result.counted} needed")
        blocks.append(table(caption, header, rows, align="llrrr"))
    blocks.append(
        Paragraph(
            f"The last column is the number of {result.counted} at which the change is {SIGMAS} "
            "standard errors, an estimate: errors fall with the square root of the sample."
        )
    )
    return Section("What entanglement changes", tuple(blocks))


def _players_section(result: ScenarioResult) -> Section:
    return Section(
        "The players",
        (
            Items(tuple(f"{name}: {about}" for name, about in result.about.items())),
            *(_metrics_table(result, *each) for each in _pairs(result)),
            players_figure(result),
        ),
    )


def _with_unit(measure: Measure) -> str:
    """Name a metric with its unit."""
    unit = measure.unit.replace("^2", "²")
    return f"{measure.about}, {unit}" if unit else measure.about


def _pairs(result: ScenarioResult) -> Iterator[tuple[int, int]]:
    for start in range(0, len(result.measures), 3):
        yield start, min(start + 3, len(result.measures))


def _metrics_table(result: ScenarioResult, start: int, stop: int) -> Table:
    measures = result.measures[start:stop]
    header = [_with_unit(each) for each in measures]
    rows = [
        (name, *(str(achieved.metrics[each.name]) for each in measures))
        for name, achieved in result.players.items()
    ]
    return table(
        "Simulated: estimates and standard errors",
        ("player", *header),
        rows,
        align="l" + "r" * len(measures),
    )


def players_figure(result: ScenarioResult) -> Figure:
    """Return the figure of all players; who is too late stands in the tables alone."""
    late = {name for name, about in result.about.items() if about.endswith("too late")}
    panels = []
    for each in result.measures:
        players = []
        for name, achieved in result.players.items():
            if name in late:
                continue
            estimate = achieved.metrics[each.name]
            reach = INTERVAL * estimate.standard_error
            players.append(
                {
                    "name": name,
                    "estimate": estimate.value,
                    "lower": estimate.value - reach,
                    "upper": estimate.value + reach,
                    "baseline": name == result.baseline,
                }
            )
        arrow = {"more": " (more is better)", "less": " (less is better)", "": ""}[each.better]
        panels.append({"title": _with_unit(each) + arrow, "players": players})
    without = f" Not shown, as they are too late: {', '.join(sorted(late))}." if late else ""
    return Figure(
        name="players",
        title="What each player achieves",
        description="Simulated: dots are estimates, bars 95 % intervals; the dashed line is the "
        f"best classical player.{without}",
        data={"panels": panels},
    )


def lasting_table(sweeps: Sequence[Sweep]) -> Table:
    """Return where the advantage ends, measured and required."""
    rows = [
        (
            each.about,
            _bracket_text(each),
            "none" if each.end is None else str(each.end),
            "no limit" if each.required is None else quantity(each.required, each.unit),
            {True: "yes", False: "NO", None: "too few rounds"}[each.agrees],
        )
        for each in sweeps
    ]
    header = ("what varies", "advantage ends between", "at (line)", "required", "agree")
    return table("Until when the advantage lasts", header, rows, align="llrrl")


def _bracket_text(each: Sweep) -> str:
    if each.bracket is None:
        low, high = (quantity(each.points[end].value, each.unit) for end in (0, -1))
        return f"nowhere from {low} to {high}"
    low, high = (quantity(value, each.unit) for value in each.bracket)
    return f"{low} and {high}"


def _lasting_section(result: ScenarioResult, sweeps: Sequence[Sweep]) -> Section:
    text = (
        "Both ends of a bracket are more than three standard errors from no advantage. The limit "
        "required is what the criteria say of the game alone, before anything was played. A safe "
        "requirement may lie below the bracket."
    )
    count = math.ceil(len(sweeps) / _PANELS)
    titles = [f", {part + 1} of {count}" if count > 1 else "" for part in range(count)]
    figures = [
        lasting_figure(sweeps[part * _PANELS :][:_PANELS], part=title)
        for part, title in enumerate(titles)
    ]
    tables = [axis_table(result, each) for each in sweeps if each.points[0].changes]
    return Section(
        "Until when it lasts", (lasting_table(sweeps), Paragraph(text), *figures, *tables)
    )


def axis_table(result: ScenarioResult, each: Sweep) -> Table:
    """Return the excess at each value of an axis, and what that is in the application's units."""
    shown = [measure for measure in result.measures if measure.name in each.points[0].changes]
    shown = shown[:_SHOWN]
    rows = [
        (
            quantity(point.value, each.unit),
            str(point.excess),
            "none" if point.predicted is None else plain(point.predicted.value),
            *(str(point.changes[measure.name].difference) for measure in shown),
        )
        for point in each.points
    ]
    units = [_with_unit(measure) for measure in shown]
    header = ("value", "excess", "predicted", *(f"change: {unit}" for unit in units))
    return table(
        f"{each.about}; simulated, with standard errors", header, rows, align="r" * len(header)
    )


def lasting_figure(sweeps: Sequence[Sweep], *, part: str = "") -> Figure:
    """Return the figure of some axes, its title with what it is a part of."""
    panels = []
    for each in sweeps:
        values = [point.value for point in each.points]
        panels.append(
            {
                "title": each.about,
                "unit": each.unit,
                "values": values,
                "excess": [point.excess.value for point in each.points],
                "errors": [point.excess.standard_error for point in each.points],
                "predicted": [
                    None if point.predicted is None else point.predicted.value
                    for point in each.points
                ],
                "required": each.required,
                "logarithmic": min(values) > 0 and max(values) > _WIDE * min(values),
            }
        )
    return Figure(
        name="lasting",
        title=f"The excess over the best other players{part}",
        description="Excess: by how much the mean payoff of a round is above the others', or the "
        "share of the windows with a claim above the power asked for. Dots are simulated, with "
        "three standard errors; the line is predicted by the game; the dashed line is the limit "
        "required.",
        data={"panels": panels},
    )
