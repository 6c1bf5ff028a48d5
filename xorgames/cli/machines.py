"""The subcommands about machines: require, check, report, hardware."""

import json
import shlex
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.machine_text import performance_text, requirements_text, verdict_text
from xorgames.cli.options import (
    CONDITIONS,
    Invocation,
    Quantity,
    conditions_options,
    format_option,
    read_conditions,
    read_game,
    solve_game,
    solver_options,
)
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict

_design_option = click.option(
    "--design", default="yb_cavity", show_default=True, help="A packaged design or a design file."
)
_profile_option = click.option(
    "--profile", help="How the design is computed: yb_cavity has the profiles law and displayed."
)


@click.command("require")
@click.argument("game", metavar="GAME")
@conditions_options
@click.option("--infidelity", type=float, default=0.0, help="Combined infidelity of the rounds.")
@solver_options
@format_option("json")
def require_command(game: str, infidelity: float, form: str, **options: Any) -> None:
    """State what a machine must do: fidelity, rate, decision time."""
    requirements = _requirements(game, infidelity=infidelity, **options)
    if form == "json":
        click.echo(json.dumps(requirements.to_dict(), indent=2, allow_nan=False))
    else:
        click.echo(requirements_text(requirements))
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
    """Check a hardware design against the requirements of a game."""
    verdict = _verdict(game, design, profile, **options)
    if form == "json":
        click.echo(json.dumps(verdict.to_dict(), indent=2, allow_nan=False))
    else:
        click.echo(verdict_text(verdict))
    _exit_by(verdict)


@click.command("report")
@click.argument("game", metavar="GAME")
@_design_option
@_profile_option
@click.option(
    "-o", "--output", type=click.Path(), help="Where to write it: .html, .md or .json by suffix."
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
    """Print the whole report, and write it to a file."""
    from xorgames.reports.write import check_target, render, write_report

    if output is not None:
        check_target(output, overwrite=force)
    verdict = _verdict(game, design, profile, **options)
    invocation: Invocation = click.get_current_context().find_root().obj
    command = shlex.join(["xorgames", *invocation.words])
    click.echo(render(verdict, "md", command=command))
    if output is not None:
        # Last, so that whatever stops the command before leaves no file behind.
        write_report(verdict, output, overwrite=force, command=command)
        invocation.written = output
        click.echo(f"Written to {output}", err=True)
    _exit_by(verdict)


@click.command("hardware")
@click.argument("design", metavar="[DESIGN]", required=False)
@click.option(
    "--distance",
    "distance_m",
    type=Quantity("m", "LENGTH"),
    help="Between the parties; the design's own if not given.",
)
@_profile_option
@format_option("json")
def hardware_command(
    design: str | None, distance_m: float | None, profile: str | None, form: str
) -> None:
    """List the packaged designs, or say what one of them achieves."""
    from xorgames.hardware.design import design_names, load_design

    if design is None:
        if distance_m is not None or profile is not None:
            reject("DESIGN", "must be named with --distance or --profile", cure="yb_cavity")
        designs = [load_design(name) for name in design_names()]
        if form == "json":
            click.echo(json.dumps([d.to_dict() for d in designs], indent=2))
        else:
            names = design_names()
            rows = [[n, d.model, d.source] for n, d in zip(names, designs, strict=True)]
            click.echo(aligned([["design", "model", "source"], *rows]))
        return
    performance = load_design(design).evaluate(distance_m=distance_m, profile=profile)
    if form == "json":
        click.echo(json.dumps(performance.to_dict(), indent=2, allow_nan=False))
    else:
        click.echo(performance_text(performance))


def _requirements(
    game: str, *, claim: str, test: str, infidelity: float = 0.0, **options: Any
) -> "Requirements":
    from xorgames.hardware.requirements import require

    game_file = read_game(game)
    given = {key: options.pop(key) for key in CONDITIONS}
    conditions = read_conditions(game_file, game, given)
    solution = solve_game(game_file, **options)
    if solution.classical.interrupted and options["time_limit_s"] is None:
        raise click.Abort
    return require(solution, conditions, infidelity=infidelity, claim=claim, test=test)


def _verdict(game: str, design: str, profile: str | None, **options: Any) -> "Verdict":
    from xorgames.hardware.design import load_design
    from xorgames.hardware.verdict import check

    loaded = load_design(design)
    return check(_requirements(game, **options), loaded, profile=profile)


def _exit_by(verdict: "Verdict") -> None:
    if verdict.verdict != "PASS":
        click.get_current_context().exit(1)
