"""The report on a threshold game whose cells were chosen: the cells, what they leave, the proof."""

from collections.abc import Iterator

from xorgames.bound import Bound
from xorgames.design.threshold_design import ThresholdDesigned
from xorgames.reports.blocks import Block, Figure, Items, Paragraph, Section, table
from xorgames.reports.game_sections import game_section, play_section, values_section
from xorgames.reports.model import Report, made_section
from xorgames.reports.numbers import digits

_POINTS = 101
_ROUNDED = 6
_RIVALS = {
    "everyone": "classical players who see the numbers themselves",
    "cells": "classical players who see no more than the cells",
}
_REGIONS = {"product": "(1 − a)(1 − b) ≥ {}", "sum": "a + b ≤ {}"}


def threshold_report(found: ThresholdDesigned, *, command: str | None = None) -> Report:
    """Return the report on a threshold game that was designed.

    Parameters
    ----------
    found : ThresholdDesigned
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.design.threshold_design import design_threshold
    >>> report = threshold_report(design_threshold("product", threshold="1/3", cells=2))
    >>> report.verdict, [section.heading for section in report.sections][:2]
    ('PROVEN', ['The best cells', 'The continuous game'])
    """
    value, rivals = found.value, _RIVALS[found.against]
    verdict = "PROVEN" if value.lower > 0 else "REFUTED" if value.upper <= 0 else "UNDECIDED"
    return Report(
        title=f"{found.game.name}: the best cells found",
        question=f"Which cells leave quantum players the largest advantage over {rivals}?",
        verdict=verdict,
        answer=f"With {len(found.edges) - 1} cells for each party, quantum players who see only "
        f"their cell have an advantage of {digits(value, _ROUNDED)} over {rivals}.",
        sections=(
            _cells_section(found),
            _continuum_section(found),
            game_section(found.game),
            values_section(found.solution),
            play_section(found.solution),
            made_section(command),
        ),
        data={"design": found.to_dict()},
    )


def _cells_section(found: ThresholdDesigned) -> Section:
    rows = [(str(count), digits(value, 9)) for count, value in found.by_cells.items()]
    edges = [
        (str(i + 1), f"{float(start):.6g}", f"{float(end):.6g}", f"{float(end - start):.6g}")
        for i, (start, end) in enumerate(zip(found.edges, found.edges[1:], strict=False))
    ]
    blocks: list[Block] = [
        Items(tuple(_facts(found))),
        _figure(found),
        table("The best found for each number of cells", ("cells", "advantage"), rows, align="rr"),
        table("Where the cells end", ("cell", "from", "to", "width"), edges, align="rrrr"),
    ]
    return Section("The best cells", tuple(blocks))


def _facts(found: ThresholdDesigned) -> Iterator[str]:
    inside = _REGIONS[found.region].format(f"{float(found.threshold):.6g}")
    yield f"Equal answers win where {inside}, different ones elsewhere; a and b are uniform."
    if found.scaled_time is not None:
        yield f"The threshold is the time limit μ t* = {found.scaled_time:.6g}."
    yield f"The advantage over {_RIVALS[found.against]} is {digits(found.value)}, proven."
    yield f"With as many equal cells it is {digits(found.default_value)}."
    better = found.improvement
    if better.lower > 0:
        yield f"Better than that by {digits(better)}, proven."
    if found.critical_infidelity is not None:
        limit = found.critical_infidelity
        yield f"It is gone at a combined infidelity of {digits(limit, _ROUNDED)}."
    yield "That no other cells are better is not proven."
    yield f"{found.evaluations:,} games were looked at."


def _continuum_section(found: ThresholdDesigned) -> Section:
    whole = found.continuum
    brackets: dict[str, Bound] = {
        "classical": whole.classical, "quantum": whole.quantum, "gap": whole.gap,
    }  # fmt: skip
    rows = [(name, digits(bound, _ROUNDED)) for name, bound in brackets.items()]
    text = (
        "Players who see the numbers themselves play a game of infinitely many inputs. Its values "
        f"are proven by grids of {whole.cells} cells for the quantum value and of "
        f"{whole.classical_cells} for the classical one. In the sections below the classical "
        "players see no more than the cells."
    )
    values = table("Values of the continuous game", ("value", "proven"), rows, align="lr")
    return Section("The continuous game", (Paragraph(text), values))


def _figure(found: ThresholdDesigned) -> Figure:
    threshold = float(found.threshold)
    places = [i / (_POINTS - 1) for i in range(_POINTS)]
    if found.region == "product":
        boundary = [1 - threshold / (1 - a) if a < 1 else 0.0 for a in places]
    else:
        boundary = [threshold - a for a in places]
    shares = [[float(share) for share, _ in row] for row in found.game.exact_payoff.tolist()]
    return Figure(
        name="cells",
        title="The cells and the region",
        description=f"The unit square cut into {len(shares)} x {len(shares)} cells, each as dark "
        "as the share of it where equal answers win; the curve is where that region ends.",
        data={
            "edges": [float(edge) for edge in found.edges],
            "shares": shares,
            "a": places,
            "b": [min(max(b, 0.0), 1.0) for b in boundary],
        },
    )
