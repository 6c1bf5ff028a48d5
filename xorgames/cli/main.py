"""The command `xorgames`: its subcommands, and how errors leave it.

Exit codes: 0 done and met; 1 a requirement is not met or not decided; 2 bad input or usage, with
one message on stderr and nothing written; 130 interrupted.
"""

import io
import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from xorgames import __version__
from xorgames.cli import design, evidence, games, hardware, machines, maps, simulate, sweeps
from xorgames.cli.options import Invocation
from xorgames.errors import XorgamesError


class _Group(click.Group):
    """A group that reports the errors of the package in the format that was asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; an expected error becomes one message and exit code 2."""
        try:
            return super().invoke(ctx)
        except XorgamesError as error:
            as_json = ctx.obj.form == "json"
            click.echo(json.dumps(error.to_dict()) if as_json else f"Error: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xorgames")
def cli() -> None:
    """Is entanglement worth it for a coordination problem, and what must the machine do?

    GAME is a game file (TOML or JSON), a name of the catalogue, or a name with parameters:
    chsh, hft:p=0.3,beta=0.3. Quantities carry units: --window 10ms --distance 50km.
    """


for command in (
    games.catalog_command,
    games.solve_command,
    games.angles_command,
    machines.require_command,
    machines.check_command,
    machines.report_command,
    hardware.hardware_command,
    evidence.evidence_command,
    maps.map_command,
    design.design_command,
    simulate.simulate_command,
    sweeps.sweep_command,
    sweeps.combine_command,
    games.schema_command,
):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a sign gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    invocation = Invocation(words=list(sys.argv[1:] if arguments is None else arguments))
    try:
        code = cli.main(
            invocation.words, prog_name="xorgames", standalone_mode=False, obj=invocation
        )
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo(f"Interrupted: {_left_behind(invocation)}.", err=True)
        code = 130
    except BrokenPipeError:
        # The reader of stdout (a pager, head) has gone: not an error of ours.
        sys.stderr.close()
        code = 0
    except OSError as error:
        click.echo(f"Error: the output could not be written: {error.strerror}", err=True)
        code = 2
    sys.exit(code or 0)


def _left_behind(invocation: Invocation) -> str:
    """Say which files an interrupted run leaves."""
    if invocation.written:
        return f"{invocation.written} is complete"
    if invocation.resumable:
        return f"the rows so far are in {invocation.resumable}; the same command goes on"
    return "nothing was written"
