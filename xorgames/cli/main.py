"""The command `xorgames`: its subcommands, and how errors leave it.

Exit codes: 0 done and met; 1 a requirement is not met or not decided; 2 bad input or usage, with
one message on stderr and nothing written; 130 interrupted.
"""

import io
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click

from xorgames import __version__
from xorgames.cli import design, evidence, games, hardware, machines, maps, simulate, sweeps
from xorgames.cli.flags import in_flags
from xorgames.cli.options import Invocation
from xorgames.cli.screen import show
from xorgames.errors import InputError, XorgamesError


class _Group(click.Group):
    """A group that reports the errors of the package in the format that was asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand; an expected error becomes one message and exit code 2."""
        try:
            return super().invoke(ctx)
        except XorgamesError as error:
            command = self.commands.get(ctx.invoked_subcommand or "")
            if isinstance(error, InputError) and command is not None:
                error = in_flags(error, command, ctx.obj)
            as_json = ctx.obj.form == "json"
            show(json.dumps(error.to_dict()) if as_json else f"Error: {error}", err=True)
            ctx.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xorgames")
def cli() -> None:
    """Is entanglement worth it for a coordination problem, and what must the machine do?

    GAME is a game file (TOML or JSON), a name of the catalogue, or a name with parameters:
    chsh, hft:p=0.3,beta=0.3. Quantities carry units: --window 10ms --distance 50km.

    Exit codes: 0 done and met; 1 a requirement is not met or not decided; 2 bad input or usage,
    with one message on stderr and nothing written; 130 interrupted.
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
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        _say(f"Interrupted: {_left_behind(invocation)}.")
        code = 130
    except BrokenPipeError:
        # The reader of stdout (a pager, head) has gone: not an error of ours.
        if sys.stderr is not None:
            sys.stderr.close()
        code = 0
    except OSError as error:
        _say(f"Error: the output could not be written: {error.strerror}")
        code = 2
    sys.exit(code or 0)


def _say(text: str) -> None:
    """Write to stderr, if anything can be written there: the exit code stands in any case."""
    with suppress(OSError):
        show(text, err=True)


def _left_behind(invocation: Invocation) -> str:
    """Say which files an interrupted run leaves."""
    if invocation.written:
        return f"{invocation.written} is complete"
    if invocation.resumable:
        return f"the rows so far are in {invocation.resumable}; the same command goes on"
    if invocation.shown:
        return "what was known by then is shown, nothing was written"
    return "nothing was written"
