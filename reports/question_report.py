"""A report on questions to a design, made of the sections that answer them."""

from collections.abc import Sequence
from typing import Any

from xorgames.hardware.design import Design
from xorgames.hardware.performance import Performance
from xorgames.hardware.verdict import Verdict
from xorgames.reports.blocks import Section, clean
from xorgames.reports.design_section import design_section
from xorgames.reports.hardware_sections import criteria_section, verdict_answer
from xorgames.reports.model import Report, conditions_words, made_section
from xorgames.reports.numbers import plain, quantity


def verdict_questions(
    verdict: Verdict, sections: Sequence[Section], *, data: dict[str, Any], command: str | None
) -> Report:
    """Return the report on questions to a machine that was checked."""
    needs, performance = verdict.requirements, verdict.performance
    game, machine = clean(needs.solution.game.name), clean(performance.design)
    return Report(
        title=f"{game} on {machine}: what would change the answer?",
        question=f"Does {machine} show a quantum advantage in {game} {conditions_words(needs)}, "
        "and what does that depend on?",
        verdict=verdict.verdict,
        answer=verdict_answer(verdict),
        sections=(
            criteria_section(verdict),
            *sections,
            design_section(verdict.design, performance),
            made_section(command),
        ),
        data={"verdict": verdict.to_dict(), **data},
    )


def design_questions(
    design: Design,
    performance: Performance,
    sections: Sequence[Section],
    *,
    data: dict[str, Any],
    command: str | None,
) -> Report:
    """Return the report on questions to a design without a game."""
    rate = quantity(performance.rate_hz, "Hz")
    return Report(
        title=f"{clean(design.name)}: what it achieves",
        question=f"What does {clean(design.name)} achieve while its numbers vary?",
        verdict="COMPUTED",
        answer=f"As it is, {rate} of pairs at a combined infidelity of "
        f"{plain(performance.combined_infidelity)}.",
        sections=(*sections, design_section(design, performance), made_section(command)),
        data={"performance": performance.to_dict(), **data},
    )
