"""The subcommand that searches for a game: design."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from xorgames.cli import design_text
from xorgames.cli.maps import hide_protocol, read_setting
from xorgames.cli.options import (
    CONDITIONS,
    Invocation,
    conditions_options,
    end_early,
    format_option,
)
from xorgames.cli.screen import show, step_progress
from xorgames.errors import InputError, Problem, reject

if TYPE_CHECKING:
    from xorgames.hardware.verdict import Verdict
    from xorgames.reports.model import Report

_Found = TypeVar("_Found")

_NAMES = {
    "free": "a free-form problem",
    "threshold": "threshold games",
    "measured": "measured data",
    "game": "a game without open parameters",
}
#: Options that a kind of problem has no use for.
_USELESS = {
    "family": (),
    "free": ("vary", "at"),
    "game": ("maximise", "minimise", "vary", "at", "subjects", "seed"),
}
#: The only ones that threshold games and data have a use for.
_OUTPUTS = ("family", "output", "report", "force", "form", "help")


class Answer(NamedTuple):
    """What was found, and how to say so: `report` takes the command that asked.

    The verdict is that of the machine, where there is one.
    """

    found: Any
    text: str
    report: "Callable[[str], Report]"
    verdict: str | None = None


@click.command("design")
@click.argument("family", metavar="FAMILY")
@click.option("--maximise", help="gap, ratio, critical-infidelity or margin; default gap.")
@click.option("--minimise", help="rounds or rate.")
@click.option(
    "--vary",
    multiple=True,
    metavar="NAME=FROM:TO",
    help="A parameter to choose, and its range: p=0.1:0.9; by default all that are open.",
)
@click.option(
    "--at", multiple=True, metavar="NAME=VALUE", help="A parameter that is settled: beta=0.3."
)
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="CONDITION",
    help='"classical>=0.75" (any quantity, >= or <=), one-pair, one-plane or pass.',
)
@click.option("--design", help="The machine: a packaged design, or a file such as machine.toml.")
@click.option("--profile", help="How the design is computed.")
@click.option(
    "--infidelity", type=float, default=0.0, help="For rounds and rate without a design: 0.061."
)
@conditions_options
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the search; the same gives the same result.",
)
@click.option(
    "-o", "--output", type=click.Path(), help="Where to write the game: best.toml, .json."
)
@click.option(
    "--report", type=click.Path(), help="Where to write a report: best.html, .md, .pdf, .json."
)
@click.option("--force", is_flag=True, help="Overwrite output files that exist.")
@format_option("json")
def design_command(family: str, output: str | None, **more: Any) -> None:
    """Search for a better game, certify it, and say what it asks of the hardware.

    FAMILY is a family file, or a name of the catalogue with parameters left open: hft,
    load_balancing:cells=8. A file may also hold a free-form problem (choose = "distribution" or
    "payoff"), a threshold game whose cells are to be chosen (region = ...), or measured data
    (correlators or counts), for which a separating game or a classical explanation is found. Of a
    game with nothing left open the equivalent game with the largest gap is returned. Exit code 1:
    with --design, its verdict on the game is not PASS; or no game separates the data.
    """
    from xorgames.design.separation import Separation
    from xorgames.reports.write import save_report
    from xorgames.spec import save_game

    form, force, report = more.pop("form"), more.pop("force"), more.pop("report")
    _check_targets(output, report, overwrite=force)
    kind = _kind(family)
    _refuse_useless(kind)
    answer = _SEARCHES[kind](family, more)
    found = answer.found
    if form == "json":
        verdict = {} if answer.verdict is None else {"verdict": answer.verdict}
        show(json.dumps(found.to_dict() | verdict, indent=2))
    else:
        show(answer.text)
    invocation: Invocation = click.get_current_context().find_root().obj
    made = None if report is None else answer.report(" ".join(["xorgames", *invocation.words]))
    nothing = isinstance(found, Separation) and found.violation <= 0
    # Last, so that whatever stops the command before leaves no file behind.
    if output is not None and not nothing:
        save_game(found.game, output, overwrite=force)
        _written(invocation, output)
    if report is not None and made is not None:
        save_report(made, report, overwrite=force)
        _written(invocation, report)
    if nothing and output is not None:
        why = "the search was interrupted" if found.interrupted else "none separates these data"
        show(f"No game is written to {output}: {why}.", err=True)
    end_early(getattr(found, "interrupted", False))
    if nothing or answer.verdict not in (None, "PASS"):
        click.get_current_context().exit(1)


hide_protocol(design_command)


def _check_targets(output: str | None, report: str | None, *, overwrite: bool) -> None:
    """Refuse targets that cannot be written, before any work is done."""
    from xorgames.output import check_target
    from xorgames.reports.write import check_target as check_report
    from xorgames.textfile import suffix_of

    if output is not None:
        suffix_of(Path(output))
        check_target(output, overwrite=overwrite)
    if report is not None:
        check_report(report, overwrite=overwrite)
    if output and report and os.path.realpath(output) == os.path.realpath(report):
        reject("--report", "must name another file than --output", received=report)


def _written(invocation: Invocation, target: str) -> None:
    invocation.written = target
    show(f"Written to {target}", err=True)


def _kind(family: str) -> str:
    """Tell the kinds of problems apart: files by their keys, names by what they leave open."""
    from xorgames.design.family_file import load_family
    from xorgames.textfile import SUFFIXES
    from xorgames.textfile_kind import expect_file

    kind = expect_file(family, *_SEARCHES)
    if Path(family).suffix.lower() not in SUFFIXES:
        return "family" if load_family(family).parameters else "game"
    return kind or "game"


def _refuse_useless(kind: str) -> None:
    """Refuse options that were given and have no meaning for a kind of problem."""
    context = click.get_current_context()
    problems = []
    for parameter in context.command.params:
        name = str(parameter.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        useless = name in _USELESS[kind] if kind in _USELESS else name not in _OUTPUTS
        if given and useless:
            rule = f"has no meaning for {_NAMES[kind]}"
            problems.append(Problem(key=max(parameter.opts, key=len), rule=rule))
    if problems:
        raise InputError(problems)


def _family(family: str, more: dict[str, Any]) -> Answer:
    from xorgames.design.family_file import load_family
    from xorgames.design.grid import parse_values
    from xorgames.design.optimise import optimise

    settled = load_family(family).fix(**parse_values(more.pop("at"), key="--at"))
    maximise, minimise = more.pop("maximise"), more.pop("minimise")
    if maximise is None and minimise is None:
        maximise = "gap"
    found = optimise(
        settled,
        maximise=maximise,
        minimise=minimise,
        vary=more.pop("vary") or None,
        subject=more.pop("subjects"),
        rng=more.pop("seed"),
        setting=read_setting(**more),
        progress=step_progress(),
    )
    return _designed(found, design_text.designed_text(found))


def _free(family: str, more: dict[str, Any]) -> Answer:
    from xorgames.design.free_form import design_free

    for name in _USELESS["free"]:
        more.pop(name)
    found = design_free(
        family,
        maximise=more.pop("maximise"),
        minimise=more.pop("minimise"),
        subject=more.pop("subjects"),
        rng=more.pop("seed"),
        setting=read_setting(**more),
        progress=step_progress(),
    )
    return _designed(found, design_text.free_text(found))


def _designed(found: Any, text: str) -> Answer:
    def report(command: str) -> "Report":
        from xorgames.reports.design_report import design_report

        return design_report(found, command=command)

    return Answer(found, text, report, _outcome(found.verdict))


def _outcome(verdict: "Verdict | None") -> str | None:
    return None if verdict is None else verdict.verdict


def _from_file(
    family: str, load: Callable[[str], dict[str, Any]], search: Callable[..., _Found]
) -> _Found:
    """Search with what a file says; errors name the file."""
    try:
        return search(**load(family), progress=step_progress())
    except InputError as error:
        raise error.in_file(family) from None


def _threshold(family: str, _: dict[str, Any]) -> Answer:
    from xorgames.design.threshold_design import design_threshold
    from xorgames.design.threshold_problem import load_threshold
    from xorgames.reports.threshold_report import threshold_report

    found = _from_file(family, load_threshold, design_threshold)
    text = design_text.threshold_text(found)
    return Answer(found, text, lambda command: threshold_report(found, command=command))


def _measured(family: str, _: dict[str, Any]) -> Answer:
    from xorgames.design.measured import load_measured
    from xorgames.design.separation import separate
    from xorgames.reports.measured_report import measured_report

    found = _from_file(family, load_measured, separate)
    text = design_text.measured_text(found)
    return Answer(found, text, lambda command: measured_report(found, command=command))


def _game(family: str, more: dict[str, Any]) -> Answer:
    from xorgames.cli.options import read_conditions
    from xorgames.design.demands import demands_of
    from xorgames.design.equivalent import equivalent_game
    from xorgames.design.quantities import check_quantity
    from xorgames.hardware.verdict import check
    from xorgames.reports.equivalent_report import equivalent_report
    from xorgames.spec import parse_game

    for name in _USELESS["game"]:
        more.pop(name)
    given = parse_game(family)
    conditions = read_conditions(given, family, {key: more[key] for key in CONDITIONS})
    setting = replace(read_setting(**more), conditions=conditions)
    check_quantity("gap", setting)
    found = equivalent_game(given.game)
    needs = demands_of(found.solution, setting)
    verdict = None if setting.performance is None else check(needs, setting.performance)
    text = design_text.equivalent_text(found, needs, verdict)

    def report(command: str) -> "Report":
        return equivalent_report(found, needs, verdict, command=command)

    return Answer(found, text, report, _outcome(verdict))


_SEARCHES: dict[str, Callable[[str, dict[str, Any]], Answer]] = {
    "family": _family,
    "free": _free,
    "threshold": _threshold,
    "measured": _measured,
    "game": _game,
}
