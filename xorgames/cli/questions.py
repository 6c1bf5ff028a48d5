"""The questions of `xorgames hardware`: asked of the library, answered as data, text and report."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from xorgames.cli.machine_text import verdict_text
from xorgames.cli.question_options import (
    read_bounds,
    read_numbers_by_name,
    read_pair,
    read_sweeps,
)
from xorgames.cli.question_text import section_text
from xorgames.cli.screen import terminal_progress
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.hardware.design import Design
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict
    from xorgames.reports.blocks import Section
    from xorgames.reports.model import Report

Options = dict[str, Any]

#: What is asked for how far it can go, where nothing else is named.
_LIMITS = ("distance_m", "atoms", "internal_cooperativity")


class Answer(NamedTuple):
    """An answer in every form.

    Attributes
    ----------
    data : dict
        For --format json.
    text : str
        For the terminal.
    report : callable
        Makes the report, given the command that asked.
    passed : bool
        Whether every verdict is PASS.
    files : mapping
        Makers of other files by suffix.
    """

    data: dict[str, Any]
    text: str
    report: "Callable[[str], Report]"
    passed: bool = True
    files: Mapping[str, Callable[[], str]] = MappingProxyType({})


def sweep_answer(design: "Design", requirements: "Requirements | None", options: Options) -> Answer:
    """Let one or two numbers vary."""
    from xorgames.hardware.questions.vary import vary
    from xorgames.reports.figures import draw
    from xorgames.reports.question_report import design_questions
    from xorgames.reports.question_sections import sweep_figure, sweep_section

    place = {"distance_m": options["distance_m"], "profile": options["profile"]}
    sweep = vary(
        design,
        read_sweeps(options["varied"], design),
        requirements=requirements,
        progress=terminal_progress("sweep"),
        **place,
    )
    section, data = sweep_section(sweep), sweep.to_dict()

    def svg() -> str:
        figure = sweep_figure(sweep)
        if figure is None:
            cure = "give at least two values of each"
            reject("--output", "must be .csv where a number has one value only", cure=cure)
        return draw(figure)

    def report(command: str) -> "Report":
        return design_questions(
            design, design.evaluate(**place), [section], data={"sweep": data}, command=command
        )

    return Answer(
        data=data,
        text=section_text(section),
        report=report,
        passed=all(p.verdict is None or p.verdict.verdict == "PASS" for p in sweep.points),
        files={".csv": sweep.to_csv, ".svg": svg},
    )


def verdict_answer(design: "Design", requirements: "Requirements", options: Options) -> Answer:
    """Check the design against a game, and say what the answer depends on."""
    from xorgames.hardware.verdict import check
    from xorgames.reports.question_report import verdict_questions

    verdict = check(requirements, design, profile=options["profile"])
    answers = _asked(verdict, design, options)
    data = {name: found for name, (found, _) in answers.items()}
    sections = [section for _, section in answers.values()]

    def report(command: str) -> "Report":
        return verdict_questions(verdict, sections, data=data, command=command)

    return Answer(
        data={"verdict": verdict.to_dict(), **data},
        text="\n\n".join([verdict_text(verdict), *map(section_text, sections)]),
        report=report,
        passed=verdict.verdict == "PASS",
    )


def _asked(
    verdict: "Verdict", design: "Design", options: Options
) -> "dict[str, tuple[dict[str, Any], Section]]":
    """Return each answer as data and as a section, by name."""
    from xorgames.hardware.questions.improve import improve
    from xorgames.hardware.questions.limits import limits
    from xorgames.hardware.questions.sensitivity import sensitivity
    from xorgames.hardware.questions.trials import Trials
    from xorgames.reports import question_sections as sections
    from xorgames.reports.fixes_section import fixes_section

    bounds = read_bounds(options["bound"], design)
    names = Trials.of(verdict).parameters
    pairs = _front(verdict, design, options, bounds)
    fixes = improve(
        verdict,
        cost=options["cost"],
        weights=read_numbers_by_name(options["weight"], "--weight", design),
        bounds={name: ends for name, ends in bounds.items() if name in names or not pairs},
        progress=terminal_progress("fixes"),
    )
    found = sensitivity(verdict)
    wanted = options["limited"] or [n for n in _LIMITS if n in ("distance_m", *names)]
    ranges = [limits(verdict, name) for name in wanted]
    return {
        "improve": (fixes.to_dict(), fixes_section(fixes)),
        **pairs,
        "sensitivity": (found.to_dict(), sections.sensitivity_section(found)),
        "limits": (
            {each.axis.name: each.to_dict() for each in ranges},
            sections.limits_section(ranges),
        ),
        **_uncertain(verdict, design, options),
    }


def _front(
    verdict: "Verdict",
    design: "Design",
    options: Options,
    bounds: dict[str, tuple[float, float]],
) -> "dict[str, tuple[dict[str, Any], Section]]":
    """Return the pairs that just pass, if they are asked for."""
    from xorgames.hardware.questions.front import front
    from xorgames.reports.question_sections import front_section

    if not options["front"]:
        return {}
    names = read_pair(options["front"], design)
    ranges = {name: ends for name, ends in bounds.items() if name in names}
    found = front(verdict, *names, bounds=ranges, progress=terminal_progress("front"))
    return {"front": (found.to_dict(), front_section(found))}


def _uncertain(
    verdict: "Verdict", design: "Design", options: Options
) -> "dict[str, tuple[dict[str, Any], Section]]":
    """Return the probabilities, if anything is uncertain."""
    from xorgames.hardware.questions.uncertainty import uncertainty
    from xorgames.reports.question_sections import uncertainty_section

    given = read_numbers_by_name(options["uncertain"], "--uncertain", design)
    if not given and not any(part.uncertainty for part in design.parameters):
        return {}
    found = uncertainty(
        verdict,
        rng=options["seed"],
        uncertainties=given,
        samples=options["draws"],
        progress=terminal_progress("draws"),
    )
    return {"uncertainty": (found.to_dict(), uncertainty_section(found))}
