"""The subcommand about recorded rounds: evidence."""

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.options import (
    alpha_option,
    format_option,
    read_conditions,
    read_game,
    solve_game,
    solver_options,
)
from xorgames.cli.screen import show
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.hardware.evidence import Evidence


@click.command("evidence")
@click.argument("game", metavar="GAME")
@click.argument("log", metavar="LOG.csv", type=click.Path())
@alpha_option
@click.option(
    "--stopping",
    default="fixed",
    show_default=True,
    help="As decided beforehand: fixed (number of rounds preset) or anytime.",
)
@click.option(
    "--null-value",
    help="The mean payoff to be exceeded, such as 0.75; the classical value if not given.",
)
@solver_options
@format_option("json")
def evidence_command(
    game: str,
    log: str,
    alpha: float | None,
    stopping: str,
    null_value: str | Fraction | None,
    form: str,
    **options: Any,
) -> None:
    """Say what recorded rounds prove: p-value, e-value, mean payoff, checks.

    LOG.csv has the columns round,x,y,a,b,pair and, where wanted, time_s; pair is 1 if a Bell pair
    was available, else 0. Exit code 1: the claim is not shown at alpha by the stopping rule.
    """
    from xorgames.hardware.evidence import evidence
    from xorgames.textfile import SUFFIXES

    if Path(log).suffix.lower() in SUFFIXES:
        rule, cure = "must be a table of recorded rounds", "xorgames evidence GAME LOG.csv"
        reject("LOG.csv", rule, received=f"the file {log}", cure=cure)
    game_file = read_game(game)
    conditions = read_conditions(game_file, game, {"alpha": alpha})
    if null_value is None:
        solution = solve_game(game_file, **options)
        if solution.classical.interrupted and options["time_limit_s"] is None:
            raise click.Abort
        # Rounded up to a double it could exceed the largest payoff.
        null_value = min(Fraction(solution.classical.value.upper), solution.game.payoff_range[1])
    found = evidence(
        game_file.game, log, alpha=conditions.alpha, stopping=stopping, null_value=null_value
    )
    if form == "json":
        show(json.dumps(found.to_dict(), indent=2, allow_nan=False))
    else:
        show(evidence_text(found))
    if not found.shown:
        click.get_current_context().exit(1)


def evidence_text(found: "Evidence") -> str:
    """Return what a log proves as tables."""
    from xorgames.hardware.evidence import STOPPING_RULES

    counted = "1 round" if found.counted == 1 else f"{found.counted} rounds"
    confidence = f"{100 * (1 - found.alpha):.6g} %"
    rows = [
        ["rounds", f"{found.rounds}, of which {found.counted} with a pair"],
        ["mean payoff", "none" if found.mean is None else f"{found.mean:.9g}"],
        [
            f"  at {confidence}, any time",
            f"{found.interval.lower:.6g} … {found.interval.upper:.6g}",
        ],
        ["to be exceeded", f"{found.null_value:.12g}"],
        ["p-value, number fixed", _with_ln("p", found.ln_p_value, f", {found.test}")],
        ["e-value, any time", _with_ln("e", found.ln_e_value, ", mixture of bets")],
        ["  largest on the way", _with_ln("e", found.ln_e_value_max, _when(found))],
    ]
    if found.duration_s is not None:
        rows.insert(1, ["duration", f"{found.duration_s:.9g} s"])
    checks = [["check", "p-value", "tests", "largest deviation"]]
    for check in found.checks:
        sign = "  SUSPICIOUS" if check.suspicious else ""
        p_value = f"{check.p_value:.3g}" if check.p_value else "< 1e-300"
        checks.append([check.name, p_value, str(check.tests), check.worst + sign])
    verdict = "SHOWN" if found.shown else "NOT SHOWN"
    return "\n".join(
        [
            f"{verdict}: {found.game}, mean payoff above {found.null_value:.12g} in {counted}",
            "",
            aligned(rows),
            "",
            f"claim {found.claim}, alpha {found.alpha:g}, {STOPPING_RULES[found.stopping]}",
            "",
            aligned(checks),
            "The checks are hints of a broken experiment and no part of the claim.",
            "",
            "Assumptions:",
            *(f"- {text}" for text in found.assumptions),
        ]
    )


def _with_ln(name: str, ln: float, note: str) -> str:
    from xorgames.hardware.evidence_tail import decimal_of_ln

    return f"{name} = {decimal_of_ln(ln)}, ln {name} = {ln:.6f}{note}"


def _when(found: "Evidence") -> str:
    if found.shown_at is None:
        return f"; below 1/alpha = {1 / found.alpha:g}"
    return f"; reached 1/alpha = {1 / found.alpha:g} by round {found.shown_at}"
