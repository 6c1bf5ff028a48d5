"""The subcommands about machines: require, check, report."""

import json
import shlex
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.machine_text import requirements_text, verdict_line, verdict_text
from xorgames.cli.options import (
    CONDITIONS,
    Invocation,
    conditions_options,
    format_option,
    read_conditions,
    read_design,
    read_game,
    solve_game,
    solver_options,
)
from xorgames.cli.screen import show

if TYPE_CHECKING:
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict

_design_option = click.option(
    "--design",
    default="yb_cavity",
    show_default=True,
    help="A packaged design, or a design file such as machine.toml.",
)
_profile_option = click.option(
    "--profile", help="How the design is computed: yb_cavity has the profiles law and displayed."
)


@click.command("require")
@click.argument("game", metavar="GAME")
@conditions_options
@click.option(
    "--infidelity",
    type=float,
    default=0.0,
    show_default=True,
    help="Combined infidelity of the rounds, such as 0.061.",
)
@solver_options
@format_option("json")
def require_command(game: str, infidelity: float, form: str, **options: Any) -> None:
    """State what a machine must do: fidelity, rate, decision time.

    Exit code 1: no number of rounds is known to suffice.
    """
    requirements = read_requirements(game, infidelity=infidelity, **options)
    if form == "json":
        show(json.dumps(requirements.to_dict(), indent=2, allow_nan=False))
    else:
        show(requirements_text(requirements))
    if requirements.rounds.first is None:
        click.get_current_context().exit(1)


@click.command("check")
@click.argument("game", metavar="GAME")
@_design_option
@_profile_option
@conditions_options
@solver_options
@format_option("json")
def check_command(game: str, design: str, profile: str | None, form: str, **options: Any) -> None:
    """Check a hardware design against the requirements of a game.

    Exit code 1: the verdict is not PASS.
    """
    verdict = _verdict(game, design, profile, **options)
    if form == "json":
        show(json.dumps(verdict.to_dict(), indent=2, allow_nan=False))
    else:
        show(verdict_text(verdict))
        if verdict.verdict != "PASS":
            from xorgames.cli.question_text import section_text
            from xorgames.hardware.questions.improve import improve
            from xorgames.reports.fixes_section import fixes_section

            show("\n" + section_text(fixes_section(improve(verdict))))
    _exit_by(verdict)


@click.command("report")
@click.argument("game", metavar="GAME")
@_design_option
@_profile_option
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Where to write it: .html, .pdf, .md or .json by suffix.",
)
@click.option("--force", is_flag=True, help="Overwrite the output file if it exists.")
@conditions_options
@solver_options
def report_command(
    game: str,
    design: str,
    profile: str | None,
    output: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Print the whole report; with --output write it to a file and print the verdict alone.

    Exit code 1: the verdict is not PASS.
    """
    from xorgames.reports.markdown import to_markdown
    from xorgames.reports.model import build_report
    from xorgames.reports.write import check_target, save_report

    if output is not None:
        check_target(output, overwrite=force)
    verdict = _verdict(game, design, profile, **options)
    invocation: Invocation = click.get_current_context().find_root().obj
    command = shlex.join(["xorgames", *invocation.words])
    report = build_report(verdict, command=command)
    if output is None:
        show(to_markdown(report))
    else:
        # Last, so that whatever stops the command before leaves no file behind.
        show(verdict_line(verdict))
        save_report(report, output, overwrite=force)
        invocation.written = output
        show(f"Written to {output}", err=True)
    _exit_by(verdict)


def read_requirements(
    game: str,
    *,
    claim: str,
    test: str,
    protocol: str,
    bias: float | None,
    samples: int | None,
    infidelity: float = 0.0,
    **options: Any,
) -> "Requirements":
    """Return what the command line asks for: a game's requirements under its conditions."""
    from xorgames.hardware.input_law import InputLaw
    from xorgames.hardware.requirements import require

    inputs = InputLaw(bias=bias or 0.0, samples=samples)
    game_file = read_game(game)
    given = {key: options.pop(key) for key in CONDITIONS}
    conditions = read_conditions(game_file, game, given)
    solution = solve_game(game_file, **options)
    if solution.classical.interrupted and options["time_limit_s"] is None:
        raise click.Abort
    return require(
        solution,
        conditions,
        infidelity=infidelity,
        claim=claim,
        test=test,
        inputs=inputs,
        protocol=protocol,
    )


def _verdict(game: str, design: str, profile: str | None, **options: Any) -> "Verdict":
    from xorgames.hardware.verdict import check

    loaded = read_design(design)
    return check(read_requirements(game, **options), loaded, profile=profile)


def _exit_by(verdict: "Verdict") -> None:
    if verdict.verdict != "PASS":
        click.get_current_context().exit(1)
