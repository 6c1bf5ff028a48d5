"""The subcommand about designs: what they achieve, and the questions that a hardware team asks."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.machine_text import performance_text
from xorgames.cli.machines import read_requirements
from xorgames.cli.node_simulation import (
    KEYS,
    check_simulation,
    show_simulation,
    simulation_options,
)
from xorgames.cli.options import (
    Invocation,
    conditions_options,
    flags_given,
    format_option,
    read_design,
    solver_options,
)
from xorgames.cli.question_options import check_questions
from xorgames.cli.question_text import comparison_text
from xorgames.cli.questions import Answer, Options, sweep_answer, verdict_answer
from xorgames.cli.screen import show
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.hardware.design import Design
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict

#: The options of this command alone; all others make the requirements.
_OWN = (
    "profile",
    "compare",
    "varied",
    "limited",
    "uncertain",
    "draws",
    "seed",
    "front",
    "cost",
    "weight",
    "bound",
    "output",
    "force",
    *KEYS,
)
#: Options that say nothing without a game; those of the conditions also go with --compare.
_OF_GAME = {
    "window_s": "--window",
    "alpha": "--alpha",
    "power": "--power",
    "local_time_s": "--local-time",
}
_ALSO_OF_GAME = (
    *("claim", "test", "protocol", "bias", "samples", "draws", "cost"),
    *("method", "classical_method", "level", "max_strategies", "time_limit_s"),
)
_OF_QUESTIONS = {
    "limited": "--limit",
    "uncertain": "--uncertain",
    "front": "--front",
    "weight": "--weight",
    "bound": "--bound",
}
_SWEEP_FILES = (".csv", ".svg")


@click.command("hardware")
@click.argument("designs", metavar="[DESIGN]...", nargs=-1)
@click.option("--profile", help="How the design is computed: yb_cavity has law and displayed.")
@click.option("--compare", is_flag=True, help="Show several designs side by side; all by default.")
@click.option(
    "--vary",
    "varied",
    multiple=True,
    metavar="NAME=FROM:TO:COUNT",
    help="Let a number vary, such as atoms=100:400:13 or atoms=100,250; once or twice.",
)
@click.option("--game", help="Check it against a game, such as chsh, and say what that depends on.")
@click.option("--limit", "limited", multiple=True, metavar="NAME", help="How far it can go: atoms.")
@click.option(
    "--uncertain",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A standard deviation, such as emission_probability=0.05, besides those that the design"
    " states.",
)
@click.option("--draws", type=int, default=2000, show_default=True, help="How many, if uncertain.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of draws and simulation.",
)
@click.option("--front", metavar="NAME,NAME", help="Pairs that just pass: atoms,channels.")
@click.option("--cost", default="sum", show_default=True, help="Of a fix: sum or squares.")
@click.option(
    "--weight", multiple=True, metavar="NAME=NUMBER", help="Cost of a change: atoms=2; else 1."
)
@click.option(
    "--bound", multiple=True, metavar="NAME=FROM:TO", help="Range of a fix: atoms=100:400."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Where to write it: .html, .pdf, .md or .json by suffix; a sweep also .csv or .svg.",
)
@click.option("--force", is_flag=True, help="Overwrite the output file if it exists.")
@simulation_options
@conditions_options
@solver_options
@format_option("json")
def hardware_command(designs: tuple[str, ...], form: str, **options: Any) -> None:
    """List the packaged designs, or say what one achieves and what that depends on.

    With --game, also what would make it pass, how sensitive the margins are and how far the
    numbers can go. Exit code 1: with --game, a verdict is not PASS; of a sweep or a comparison,
    any of them.
    """
    from xorgames.hardware.design import design_names

    _check_usage(designs, options)
    if not designs and not options["compare"]:
        _list(form)
        return
    loaded = [read_design(name) for name in designs or design_names()]
    if options["simulate_s"] is not None:
        show_simulation(loaded[0], options, form)
        return
    if not (options["compare"] or options["game"] or options["varied"]):
        _performance(loaded[0], options, form)
        return
    _check_output(options)
    check_questions(options, loaded[0])
    requirements = _required(options)
    if options["compare"]:
        _compare(loaded, requirements, options, form)
    elif options["varied"]:
        _give(sweep_answer(loaded[0], requirements, options), options, form)
    elif requirements is not None:
        _give(verdict_answer(loaded[0], requirements, options), options, form)


def _check_usage(designs: Sequence[str], options: Options) -> None:
    """Refuse options that have nothing to act on, before any work is done."""
    of_game, of_questions = (
        [flag for key, flag in flags.items() if options[key] not in (None, ())]
        for flags in (_OF_GAME, _OF_QUESTIONS)
    )
    to_one = [*of_questions, *(["--vary"] if options["varied"] else [])]
    to_one += ["--output"] if options["output"] else []
    to_one += check_simulation(options, [*to_one, *(["--game"] if options["game"] else [])])
    if options["compare"] and to_one:
        cure = "name one design, without --compare"
        reject(to_one[0], "must not stand with --compare", cure=cure)
    if len(designs) > 1 and not options["compare"]:
        reject("DESIGN", "must be one", received=" ".join(designs), cure="add --compare")
    if not designs and not options["compare"]:
        others = [*to_one, *of_game, *(["--game"] if options["game"] else [])]
        if options["distance_m"] is not None or options["profile"]:
            reject("DESIGN", "must be named with --distance or --profile", cure="yb_cavity")
        if others:
            reject("DESIGN", f"must be named with {others[0]}", cure="yb_cavity")
    lonely = [] if options["game"] else [*of_game, *of_questions, *flags_given(*_ALSO_OF_GAME)]
    if lonely:
        reject(lonely[0], "must come with --game", cure="--game chsh")
    if of_questions and options["varied"]:
        reject(of_questions[0], "must not stand with --vary", cure="ask one after the other")
    if options["output"] and not (options["game"] or options["varied"]):
        reject("--output", "must come with --vary or --game", cure="--vary atoms=100:400:13")


def _check_output(options: Options) -> None:
    """Refuse a file that could not be written in the end."""
    from xorgames import output
    from xorgames.reports import write

    target = options["output"]
    if target is None:
        return
    if options["varied"] and Path(target).suffix.lower() in _SWEEP_FILES:
        output.check_target(target, overwrite=options["force"])
    else:
        write.check_target(target, overwrite=options["force"])


def _list(form: str) -> None:
    from xorgames.hardware.design import design_names, load_design

    names = design_names()
    designs = [load_design(name) for name in names]
    if form == "json":
        show(json.dumps([design.to_dict() for design in designs], indent=2))
    else:
        rows = [[n, d.model, d.source] for n, d in zip(names, designs, strict=True)]
        show(aligned([["design", "model", "source"], *rows]))


def _performance(design: "Design", options: Options, form: str) -> None:
    performance = design.evaluate(distance_m=options["distance_m"], profile=options["profile"])
    if form == "json":
        show(json.dumps(performance.to_dict(), indent=2, allow_nan=False))
    else:
        show(performance_text(performance))


def _required(options: Options) -> "Requirements | None":
    """Return the requirements of the game that is asked for."""
    if not options["game"]:
        return None
    return read_requirements(**{key: options[key] for key in options if key not in _OWN})


def _compare(
    designs: Sequence["Design"], requirements: "Requirements | None", options: Options, form: str
) -> None:
    """Show designs side by side, each checked if there is a game."""
    from xorgames.hardware.verdict import check

    profile, distance_m = options["profile"], options["distance_m"]
    verdicts: list[Verdict] = []
    if requirements is None:
        performances = [d.evaluate(distance_m=distance_m, profile=profile) for d in designs]
    else:
        verdicts = [check(requirements, design, profile=profile) for design in designs]
        performances = [verdict.performance for verdict in verdicts]
    if form == "json":
        subjects: Sequence[Any] = verdicts or performances
        show(json.dumps([each.to_dict() for each in subjects], indent=2, allow_nan=False))
    else:
        show(comparison_text(performances, [verdict.verdict for verdict in verdicts]))
    if any(verdict.verdict != "PASS" for verdict in verdicts):
        click.get_current_context().exit(1)


def _give(answer: Answer, options: Options, form: str) -> None:
    """Print an answer, write it if asked to, and leave with its exit code."""
    from xorgames.output import write_whole

    target = options["output"]
    content = None if target is None else _content(answer, target)
    if form == "json":
        show(json.dumps(answer.data, indent=2, allow_nan=False))
    else:
        show(answer.text)
    if content is not None:
        # Last, so that whatever stops the command before leaves no file behind.
        write_whole(target, content, overwrite=options["force"])
        _invocation().written = target
        show(f"Written to {target}", err=True)
    if not answer.passed:
        click.get_current_context().exit(1)


def _content(answer: Answer, target: str) -> str | bytes:
    """Return what is to be written to a file."""
    from xorgames.reports.write import in_format_of

    make = answer.files.get(Path(target).suffix.lower())
    if make is not None:
        return make()
    command = shlex.join(["xorgames", *_invocation().words])
    return in_format_of(target, answer.report(command))


def _invocation() -> Invocation:
    invocation: Invocation = click.get_current_context().find_root().obj
    return invocation
