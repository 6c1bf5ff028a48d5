"""The report as data: what every format shows, in the order in which a reader asks.

question and answer -> game -> values -> how to play -> requirements -> design -> plain words ->
references -> how it was made. A report on a solution alone, or on requirements alone, leaves out
what it knows nothing about. It holds no date and no duration: the same subject makes the same
report.
"""

import platform
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from xorgames import __version__
from xorgames.errors import expect
from xorgames.hardware.performance import Performance
from xorgames.hardware.questions.improve import improve
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.verdict import PASS, Verdict
from xorgames.reports.blocks import Block, Command, Items, Paragraph, Section, block_to_dict, clean
from xorgames.reports.design_section import design_section
from xorgames.reports.fixes_section import fixes_section
from xorgames.reports.game_sections import (
    advantage_sentence,
    game_section,
    play_section,
    values_section,
)
from xorgames.reports.hardware_sections import (
    criteria_section,
    plain_section,
    requirements_answer,
    requirements_section,
    verdict_answer,
)
from xorgames.reports.noise_section import noise_section
from xorgames.reports.numbers import plain, quantity
from xorgames.reports.words_section import words_section
from xorgames.solvers.solution import Solution

Subject = Verdict | Requirements | Solution

_LIBRARIES = ("numpy", "scipy", "cvxpy", "scs", "matplotlib")
_XOR_GAMES = "XOR games and Tsirelson's construction: arXiv:quant-ph/0404076."
_CRITERIA = (
    "The criteria: Li, Kikura, Goban, Yamasaki, Sunami, Operational criteria for quantum advantage "
    "in latency-constrained nonlocal games, arXiv:2604.07451, as reported for it.",
    "Tests that hold against memory: Elkouss and Wehner, arXiv:1510.07233.",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """A report, free of any format.

    Attributes
    ----------
    title, question, answer : str
    verdict : str
        One of `blocks.VERDICTS`.
    sections : tuple of Section
    data : dict
        What the report was made of, as JSON data.
    """

    title: str
    question: str
    verdict: str
    answer: str
    sections: tuple[Section, ...]
    data: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON data."""
        return {
            "title": self.title,
            "question": self.question,
            "verdict": self.verdict,
            "answer": self.answer,
            "sections": [
                {
                    "heading": section.heading,
                    "blocks": [block_to_dict(block) for block in section.blocks],
                }
                for section in self.sections
            ],
            "data": self.data,
        }


def build_report(subject: Subject, *, command: str | None = None) -> Report:
    """Return the report on a solution, on requirements or on a verdict.

    Parameters
    ----------
    subject : Verdict, Requirements or Solution
    command : str, optional
        The command that made it, for the reader to repeat.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.solvers.solve import solve
    >>> report = build_report(solve(XORGame.from_matrix([[1, 1], [1, -1]], name="CHSH")))
    >>> report.title, report.verdict
    ('CHSH: is entanglement worth it?', 'PROVEN')
    """
    expect(subject, (Solution, Requirements, Verdict), key="subject")
    if isinstance(subject, Verdict):
        return _on_verdict(subject, command)
    if isinstance(subject, Requirements):
        return _on_requirements(subject, command)
    return Report(
        title=f"{clean(subject.game.name)}: is entanglement worth it?",
        question="Do two parties that share entanglement score more than any without it?",
        verdict=str(subject.advantage.verdict),
        answer=advantage_sentence(subject),
        sections=(
            *_game_sections(subject),
            words_section(machine=False),
            _references_section(subject),
            made_section(command),
        ),
        data=_data(subject),
    )


def _on_requirements(needs: Requirements, command: str | None) -> Report:
    name = clean(needs.solution.game.name)
    return Report(
        title=f"{name}: what must the machine do?",
        question=(
            f"What must a machine do to show a quantum advantage in {name} "
            f"{conditions_words(needs)}?"
        ),
        verdict=str(needs.advantage),
        answer=requirements_answer(needs),
        sections=(
            requirements_section(needs, windows=True),
            *_noise(needs.solution),
            *_game_sections(needs.solution),
            words_section(machine=True),
            Section("Assumptions", (Items(needs.assumptions),)),
            _references_section(needs.solution, *_CRITERIA),
            made_section(command),
        ),
        data=_data(needs.solution) | {"requirements": needs.to_dict()},
    )


def _on_verdict(verdict: Verdict, command: str | None) -> Report:
    needs, performance = verdict.requirements, verdict.performance
    game, machine = clean(needs.solution.game.name), clean(performance.design)
    design = verdict.design
    source = clean(design.source, 200) if design else ""
    machine_source = [f"The machine: {source}."] if source else []
    return Report(
        title=f"{game} on {machine}",
        question=f"Does {machine} show a quantum advantage in {game} {conditions_words(needs)}?",
        verdict=verdict.verdict,
        answer=verdict_answer(verdict),
        sections=(
            criteria_section(verdict),
            *_fixes(verdict),
            plain_section(verdict),
            *_game_sections(needs.solution),
            requirements_section(needs, windows=False),
            *_noise(needs.solution, performance),
            design_section(design, performance),
            words_section(machine=True),
            Section("Assumptions", (Items(needs.assumptions),)),
            _references_section(needs.solution, *_CRITERIA, *machine_source),
            made_section(command),
        ),
        data=_data(needs.solution)
        | {"verdict": verdict.to_dict(), "design": design and design.to_dict()},
    )


def _fixes(verdict: Verdict) -> tuple[Section, ...]:
    """Return what would make a design pass that does not."""
    if verdict.design is None or verdict.verdict == PASS:
        return ()
    return (fixes_section(improve(verdict)),)


def _noise(solution: Solution, performance: Performance | None = None) -> tuple[Section, ...]:
    """Return how much noise the game forgives, where there is an advantage to lose."""
    section = noise_section(solution, performance)
    return () if section is None else (section,)


def _game_sections(solution: Solution) -> tuple[Section, ...]:
    return game_section(solution.game), values_section(solution), play_section(solution)


def _references_section(solution: Solution, *more: str) -> Section:
    source = clean(solution.game.source, 200)
    game = [f"The game: {source}."] if source else []
    return Section("References", (Items((*game, _XOR_GAMES, *more)),))


def conditions_words(needs: Requirements) -> str:
    """Write the operating conditions as the end of a question."""
    conditions = needs.conditions
    power = "" if needs.rounds.power is None else f" and power {plain(conditions.power)}"
    return (
        f"within {quantity(conditions.window_s, 's')}, "
        f"{quantity(conditions.distance_m, 'm')} apart, "
        f"at significance {plain(conditions.alpha)}{power}"
    )


def _data(solution: Solution) -> dict[str, Any]:
    """Return the game and its solution, without times: they are never twice the same."""
    known = solution.to_dict()
    del known["seconds"], known["classical"]["estimate"]
    return {"game": solution.game.to_dict(), "solution": known}


def made_section(command: str | None) -> Section:
    """Return which versions made a report, and the command."""
    versions = [f"{library} {metadata.version(library)}" for library in _LIBRARIES]
    made = f"xorgames {__version__}, Python {platform.python_version()}, " + ", ".join(versions)
    blocks: list[Block] = [Paragraph(made + ".")]
    if command is not None:
        blocks.append(Command(clean(command, 1000)))
    return Section("How this report was made", tuple(blocks))
