"""Options that several subcommands share, and how a command gets from GAME to what it needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from xorgames.cli.screen import terminal_progress
from xorgames.errors import InputError
from xorgames.units import parse_quantity

if TYPE_CHECKING:
    from xorgames.hardware.conditions import Conditions
    from xorgames.hardware.design import Design
    from xorgames.solvers.solution import Solution
    from xorgames.spec import GameFile

#: The operating conditions, as the options give them.
CONDITIONS = ("window_s", "alpha", "power", "local_time_s", "distance_m")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass
class Invocation:
    """What is known of one run.

    Attributes
    ----------
    words : list of str
        The command line.
    form : str
        The format asked for.
    written, resumable : str or None
        A file that is complete, and one that the same command goes on with.
    shown : bool
        Whether what is known so far is printed.
    """

    words: list[str]
    form: str = "table"
    written: str | None = None
    resumable: str | None = None
    shown: bool = False

    def has(self, option: click.Parameter) -> bool:
        """Say whether the command line gives an option."""
        return any(word.partition("=")[0] in option.opts for word in self.words)


class Quantity(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions only
    """A number with a unit, read as SI."""

    def __init__(self, unit: str, name: str) -> None:
        self.unit = unit
        self.name = name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read "10ms" as 0.01."""
        if isinstance(value, float):
            return value
        key = param.opts[0] if param else self.name
        try:
            return parse_quantity(value, self.unit, key=key)
        except InputError as error:
            self.fail(str(error), param, ctx)


def _remember_format(ctx: click.Context, _: click.Parameter, value: str) -> str:
    """Tell the group in which format an error is to be reported."""
    ctx.find_root().obj.form = value
    return value


def format_option(*formats: str) -> Decorator:
    """Return the option --format with `table` as default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", *formats]),
        default="table",
        show_default=True,
        is_eager=True,
        callback=_remember_format,
        help="How to print the result.",
    )


def solver_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of the solvers."""
    for option in (
        click.option(
            "--time-limit",
            "time_limit_s",
            type=Quantity("s", "TIME"),
            help="For each value, such as 30s; the bracket reached by then is given.",
        ),
        click.option(
            "--max-strategies",
            type=click.IntRange(min=1),
            help="How many classical strategies may be compared, such as 1000000.",
        ),
        click.option(
            "--level",
            default="verified",
            show_default=True,
            help="What the proof trusts: verified (IEEE doubles) or exact (integers alone).",
        ),
        click.option(
            "--classical-method",
            default="auto",
            show_default=True,
            help="auto, enumeration, branch-and-bound, threshold or elimination.",
        ),
        click.option(
            "--method",
            default="auto",
            show_default=True,
            help="How the Tsirelson value is found: auto, lowrank, compiled, interior-point, scs,"
            " clarabel or cvxpy:NAME. It is certified in any case.",
        ),
    ):
        command = option(command)
    return command


alpha_option = click.option(
    "--alpha",
    type=float,
    help="Significance, the probability of a false claim; else as in the game's file, or 0.05.",
)


def conditions_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the operating conditions and the statistical test."""
    for option in (
        click.option(
            "--protocol",
            default="average",
            show_default=True,
            help="How the rate accounts for random arrivals: average, preset, curtailed, observed"
            " or anytime.",
        ),
        click.option(
            "--input-samples",
            "samples",
            type=int,
            help="The game's distribution was estimated from so many rounds, such as 100000.",
        ),
        click.option(
            "--input-bias",
            "bias",
            type=float,
            help="How far each input's probability may be from the game's, such as 0.01.",
        ),
        click.option(
            "--claim",
            default="payoff",
            show_default=True,
            help="What is to be shown: payoff (mean above classical) or nonclassical.",
        ),
        click.option(
            "--test",
            default="auto",
            show_default=True,
            help="auto (the sharpest of those counted in about a second), binomial, bernoulli,"
            " convex-order, bentkus, chernoff, hoeffding, betting, pbr, adaptive, expected-score.",
        ),
        click.option(
            "--distance",
            "distance_m",
            type=Quantity("m", "LENGTH"),
            help="Between the parties, such as 50km.",
        ),
        click.option(
            "--local-time",
            "local_time_s",
            type=Quantity("s", "TIME"),
            help="For each local decision, such as 5us; else as in the game's file, or 10us.",
        ),
        click.option(
            "--power",
            type=float,
            help="Probability that a true claim succeeds; else as in the game's file, or 0.9.",
        ),
        alpha_option,
        click.option(
            "--window",
            "window_s",
            type=Quantity("s", "TIME"),
            help="The stationary window, such as 10ms; else that of the game's file, or 100ms.",
        ),
    ):
        command = option(command)
    return command


def read_game(spec: str) -> "GameFile":
    """Return the game that GAME names, its conditions checked though they may not be needed."""
    from xorgames.spec import parse_game

    game_file = parse_game(spec)
    read_conditions(game_file, spec, {})
    return game_file


def solve_game(game_file: "GameFile", *, max_strategies: int | None, **options: Any) -> "Solution":
    """Solve a game, with progress on stderr if that is a terminal."""
    from xorgames.solvers.solve import solve

    if max_strategies is not None:
        options["max_strategies"] = max_strategies
    return solve(game_file.game, progress=terminal_progress(), **options)


def read_design(name: str) -> "Design":
    """Return a packaged design, or that of a file; a file of another kind says what it is."""
    from xorgames.hardware.design import load_design
    from xorgames.textfile_kind import expect_file

    expect_file(name, "design")
    return load_design(name)


def read_conditions(game_file: "GameFile", spec: str, given: dict[str, Any]) -> "Conditions":
    """Return the file's conditions, with what the command line gave in their place."""
    from xorgames.hardware.conditions import Conditions

    try:
        conditions = Conditions.from_table(game_file.conditions)
    except InputError as error:
        raise error.in_file(spec) from None
    return replace(conditions, **{key: value for key, value in given.items() if value is not None})


def flags_given(*names: str) -> list[str]:
    """Return the flags, of those options, that stand on the command line."""
    context = click.get_current_context()
    return [
        max(option.opts, key=len)
        for option in context.command.params
        if option.name in names
        and context.get_parameter_source(option.name) is ParameterSource.COMMANDLINE
    ]


def end_early(interrupted: bool) -> None:
    """Leave as interrupted, after what is known by then has been shown and written."""
    if interrupted:
        context = click.get_current_context()
        context.find_root().obj.shown = True
        raise click.Abort
