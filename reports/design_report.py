"""The report on a game that was designed: the game, its certificate, what was gained, its demands.

Every objective is written in its own units: rounds as a count, a rate in hertz, a margin in per
cent.
"""

from collections.abc import Iterator
from fractions import Fraction

from xorgames.bound import Bound
from xorgames.design.designed import Designed
from xorgames.design.free_designed import FreeDesigned
from xorgames.reports.blocks import Block, Items, Paragraph, Section, clean, table
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
from xorgames.reports.numbers import digits, plain
from xorgames.reports.slices_section import objective_text, slices_section
from xorgames.reports.words_section import words_section

#: What was asked, and what is said of the answer, by the objective.
_ASKS = {
    "gap": "has the largest gap, the quantum value minus the classical one",
    "ratio": "has the largest ratio of the quantum bias to the classical one",
    "critical-infidelity": "keeps an advantage at the highest combined infidelity",
    "margin": "leaves the machine the largest margin",
    "rounds": "shows its advantage in the fewest rounds",
    "rate": "shows its advantage at the lowest pair rate",
}
_SAYS = {
    "gap": "has a gap of {}",
    "ratio": "has a ratio of {}",
    "critical-infidelity": "has a critical infidelity of {}",
    "margin": "leaves a least margin of {}",
    "rounds": "needs {} rounds",
    "rate": "needs a pair rate above {}",
}


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
    if isinstance(found, Designed):
        sections.append(slices_section(found))
    if verdict is not None:
        sections.append(criteria_section(verdict))
    sections += [
        game_section(solution.game),
        values_section(solution),
        play_section(solution),
        requirements_section(found.requirements, windows=False),
        words_section(machine=True),
        Section("Assumptions", (Items(found.requirements.assumptions),)),
        made_section(command),
    ]
    return Report(
        title=f"{name}: the best game found",
        question=f"Which game of {name} {_ASKS[found.objective.quantity]}?",
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
        rows.append([quantity, _bound(found.value, found), _bound(found.default_value, found)])
        header = ("", "best found", "default")
        blocks.append(table("The best game and the default", header, rows, align="lrr"))
    else:
        rows = [[quantity, _bound(found.value, found), _bound(found.default_value, found)]]
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
        yield f"Better than the default by {_gain(better, found)}, proven."
    for subject in found.subjects:
        yield f"Provably met: {subject.text}."
    limit = found.limit if isinstance(found, Designed) else None
    if limit is not None:
        boxes = f"proven on {limit.boxes:,} boxes that cover all parameters"
        yield (
            "No game in these ranges that meets all conditions has more than "
            f"{limit.text}, {boxes}."
        )
    else:
        yield "It is the best that was found; that there is none better is not proven."
    yield f"{found.evaluations:,} games were looked at."
    yield (
        "Digits were dropped as long as the proven objective fell by less than a millionth of "
        "itself."
    )


def _answer(found: Designed | FreeDesigned) -> str:
    value = objective_text(found.value, found.objective)
    says = f"The best game found {_SAYS[found.objective.quantity].format(value)}"
    if not isinstance(found, Designed):
        return f"{says}."
    where = ", ".join(f"{name} = {_text(number)}" for name, number in found.parameters.items())
    return f"{says}, at {where}."


def _text(number: Fraction) -> str:
    return plain(float(number), 9)


def _bound(bound: Bound | None, found: Designed | FreeDesigned) -> str:
    return "none" if bound is None else objective_text(bound, found.objective, 9)


def _gain(better: Bound, found: Designed | FreeDesigned) -> str:
    """Write by how much the objective is better; a margin is in per cent already."""
    if found.objective.quantity != "margin":
        return objective_text(better, found.objective, 9)
    return f"{digits(better * 100, 4)} percentage points"
