"""The report on a game that was designed: the game, its certificate, what was gained, its demands.

The objective along each parameter, the others at their best, comes from a map of one dimension.
"""

from collections.abc import Iterator
from fractions import Fraction

from xorgames.bound import Bound
from xorgames.design.designed import Designed
from xorgames.design.free_designed import FreeDesigned
from xorgames.design.grid import make_axis
from xorgames.design.map import Map, compute_map
from xorgames.reports.blocks import (
    Block,
    Figure,
    Items,
    Paragraph,
    Section,
    clean,
    digits,
    table,
)
from xorgames.reports.game_sections import (
    advantage_sentence,
    game_section,
    play_section,
    values_section,
)
from xorgames.reports.hardware_sections import (
    criteria_section,
    requirements_section,
)
from xorgames.reports.model import Report, made_section

#: Points along each parameter in the figure; the table shows every fourth.
_POINTS, _SHOWN = 21, 4


def design_report(found: Designed | FreeDesigned, *, command: str | None = None) -> Report:
    """Return the report on a designed game.

    Parameters
    ----------
    found : Designed or FreeDesigned
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.design.optimise import optimise
    >>> report = design_report(optimise("hft", maximise="gap", vary=["p=0.2:0.4", "beta=0:0.4"]))
    >>> report.title, [section.heading for section in report.sections][:2]
    ('HFT: the best game found', ['The best game', 'Along each parameter'])
    """
    verdict, solution = found.verdict, found.solution
    name = clean(found.family if isinstance(found, Designed) else found.problem.name)
    sections = [best_section(found)]
    if isinstance(found, Designed) and found.objective.is_fast:
        sections.append(slices_section(found))
    if verdict is not None:
        sections.append(criteria_section(verdict))
    sections += [
        game_section(solution.game),
        values_section(solution),
        play_section(solution),
        requirements_section(found.requirements, windows=False),
        Section("Assumptions", (Items(found.requirements.assumptions),)),
        made_section(command),
    ]
    return Report(
        title=f"{name}: the best game found",
        question=f"Which game of {name} has the best {found.objective.quantity}?",
        verdict=verdict.verdict if verdict else str(solution.advantage.verdict),
        answer=f"{_answer(found)} {advantage_sentence(solution)}",
        sections=tuple(sections),
        data={"design": found.to_dict()},
    )


def best_section(found: Designed | FreeDesigned) -> Section:
    """Say which game was found, and how much better it is."""
    quantity = found.objective.quantity
    blocks: list[Block] = []
    if isinstance(found, Designed):
        rows = [
            [name, _text(number), _text(found.default[name])]
            for name, number in found.parameters.items()
        ]
        rows.append([quantity, _bound(found.value), _bound(found.default_value)])
        header = ("", "best found", "default")
        blocks.append(table("The best game and the default", header, rows, align="lrr"))
    else:
        rows = [[quantity, _bound(found.value), _bound(found.default_value)]]
        header = ("", "best found", "default")
        blocks.append(table("The best game and the default", header, rows, align="lrr"))
    if found.default_note:
        blocks.append(Paragraph(f"At the default: {found.default_note}."))
    blocks.append(Items(tuple(_facts(found))))
    return Section("The best game", tuple(blocks))


def _facts(found: Designed | FreeDesigned) -> Iterator[str]:
    better = found.improvement
    if better is not None and better.lower <= 0:
        yield "Not proven to be better than the default."
    elif better is not None:
        yield f"Better than the default by {digits(better)}, proven."
    for subject in found.subjects:
        yield f"Provably met: {subject.text}."
    limit = found.limit if isinstance(found, Designed) else None
    if limit is not None:
        boxes = f"proven on {limit.boxes} boxes that cover all parameters"
        yield (
            "No game in these ranges that meets all conditions has more than "
            f"{limit.text}, {boxes}."
        )
    else:
        yield "It is the best that was found; that there is none better is not proven."
    yield f"{found.evaluations} games were looked at."
    yield (
        "Digits were dropped as long as the proven objective fell by less than a millionth of "
        "itself."
    )


def slices_section(found: Designed) -> Section:
    """Show the objective along each parameter, the others at their best."""
    maps, quantity = slices(found), found.objective.quantity
    blocks: list[Block] = [_figure(found, maps)]
    for name, each in maps.items():
        rows = [
            [f"{float(at[0]):.6g}", clean(note) or digits(Bound(float(lower), float(upper)), 6)]
            for at, lower, upper, note in (each.rows()[i] for i in range(0, _POINTS, _SHOWN))
        ]
        blocks.append(table(f"{quantity} along {name}", (name, quantity), rows, align="rr"))
    return Section("Along each parameter", tuple(blocks))


def _figure(found: Designed, maps: dict[str, Map]) -> Figure:
    quantity = found.objective.quantity
    where = ", ".join(f"{name} = {_text(number)}" for name, number in found.parameters.items())
    lines = []
    for name, each in maps.items():
        content = each.to_dict()
        lines.append(
            {
                "name": name,
                "values": [float(value) for value in each.grid.axes[0].values],
                "lower": content["lower"],
                "upper": content["upper"],
                "best": float(found.parameters[name]),
            }
        )
    return Figure(
        name="slices",
        title=f"{quantity} along each parameter",
        description=f"One parameter varies, the others stay at the best game found, {where}, "
        "which a dashed line marks.",
        data={"quantity": quantity, "slices": lines},
    )


def slices(found: Designed) -> dict[str, Map]:
    """Return a map of one dimension for each parameter, through the best game."""
    maps = {}
    for name in found.parameters:
        low, high = found.ranges[name]
        others = {n: v for n, v in found.parameters.items() if n != name}
        axis = make_axis(name, low, high, _POINTS)
        quantity = found.objective.quantity
        maps[name] = compute_map(found.games, axis, quantity=quantity, at=others)
    return maps


def _answer(found: Designed | FreeDesigned) -> str:
    quantity, value = found.objective.quantity, digits(found.value, 6)
    if not isinstance(found, Designed):
        return f"The best game found has a {quantity} of {value}."
    where = ", ".join(f"{name} = {_text(number)}" for name, number in found.parameters.items())
    return f"The best game found has a {quantity} of {value}, at {where}."


def _text(number: Fraction) -> str:
    return f"{float(number):.9g}"


def _bound(bound: Bound | None) -> str:
    return "none" if bound is None else digits(bound)
