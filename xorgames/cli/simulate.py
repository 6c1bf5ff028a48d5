"""The subcommand about applications: simulate."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.options import (
    Invocation,
    Quantity,
    flags_given,
    format_option,
    read_design,
)
from xorgames.cli.screen import show, terminal_progress
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.hardware.conditions import Conditions
    from xorgames.scenarios.players import Machine
    from xorgames.scenarios.price_feed import PriceFeed
    from xorgames.scenarios.result import ScenarioResult
    from xorgames.scenarios.robustness_axes import Setting
    from xorgames.scenarios.robustness_points import Sweep

_CSV = ".csv"
#: Who is compared in the closing sentences.
_ENTANGLED = ("quantum", "machine", "noisy quantum")


@click.command("simulate")
@click.argument("scenario", metavar="SCENARIO")
@click.option(
    "--decisions",
    type=int,
    help="How many are played, such as 20000; else a million, or all of a feed.",
)
@click.option(
    "--training", type=int, help="From how many others the game is estimated, such as 50000."
)
@click.option(
    "--feed",
    help="For hft: a recorded feed in place of the model, .csv or .parquet with the columns time_s,"
    " price_x and price_y.",
)
@click.option(
    "--max-gap",
    "max_gap_s",
    type=Quantity("s", "TIME"),
    default=1.0,
    show_default="1s",
    help="The longest time without a row that is accepted in a feed.",
)
@click.option(
    "--design", help="A packaged design, or a file such as machine.toml, for a player on it."
)
@click.option("--profile", help="How the design is computed.")
@click.option(
    "--decision-rate",
    "decision_rate_hz",
    type=Quantity("Hz", "RATE"),
    help="How often the machine is asked for a pair, such as 8kHz; by default as often as SCENARIO"
    " decides.",
)
@click.option("--places", type=int, default=4, show_default=True, help="Pairs kept ready.")
@click.option(
    "--distance", "distance_m", type=Quantity("m", "LENGTH"), help="Between the parties: 56.3km."
)
@click.option(
    "--local-time", "local_time_s", type=Quantity("s", "TIME"), help="For each decision: 10us."
)
@click.option(
    "--robustness", is_flag=True, help="Also measure how long it lasts, axis by axis: a minute."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the chances."
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(),
    help="Where to write it: .csv, .html, .md, .pdf or .json by suffix. May be repeated.",
)
@click.option("--force", is_flag=True, help="Overwrite output files that exist.")
@format_option("json")
def simulate_command(
    scenario: str, outputs: tuple[str, ...], force: bool, form: str, **options: Any
) -> None:
    """Play an application out with classical, quantum and omniscient players.

    SCENARIO is hft, load-balancing or grid-control, or one of them with parameters:
    hft:false_positive=0.3. The same seed gives the same numbers.
    """
    from xorgames.scenarios.registry import Run, parse_scenario

    _check_usage(scenario, options)
    _check_outputs(outputs, force=force)
    named, play = parse_scenario(scenario, feed=_feed(options))
    given = {key: options[key] for key in ("distance_m", "local_time_s")}
    conditions = replace(
        named.conditions, **{key: value for key, value in given.items() if value is not None}
    )
    if options["decision_rate_hz"] is None:
        options["decision_rate_hz"] = play.decision_rate_hz
    run = Run(
        rounds=options["decisions"],
        training=options["training"],
        machine=_machine(options, conditions),
        conditions=conditions,
        robustness=_setting(options, conditions),
        rng=options["seed"],
        progress=terminal_progress("played"),
    )
    result, sweeps = play(run)
    if form == "json":
        content = result.to_dict() | {"sweeps": [each.to_dict() for each in sweeps]}
        show(json.dumps(content, indent=2, allow_nan=False))
    else:
        show(result_text(result, sweeps))
    _write(result, sweeps, outputs, force=force)


def result_text(result: "ScenarioResult", sweeps: "Sequence[Sweep]" = ()) -> str:
    """Return what a run shows: a table of the players, and the closing sentences."""
    from xorgames.reports.scenario_report import lasting_table
    from xorgames.scenarios.result import finding

    header = [each.name + (f" ({each.unit})" if each.unit else "") for each in result.measures]
    rows = [
        [name, *(str(achieved.metrics[each.name]) for each in result.measures)]
        for name, achieved in result.players.items()
    ]
    lines = [
        f"{result.scenario}: {result.rounds:,} {result.counted}, {result.seconds:.1f} s",
        "",
        aligned([["player", *header], *rows]),
    ]
    game = result.facts.get("game")
    if game is not None:
        gap = game["gap"]
        lines += [
            "",
            f"game estimated from {game['samples']:,} rounds: advantage "
            f"{gap['value']:.4g} ± {gap['standard_error']:.2g}",
        ]
    for name in _ENTANGLED:
        if name in result.players:
            changes = result.players[name].changes
            lines += ["", f"{name} against {result.baseline}:"]
            lines += [
                f"- {each.about}: {finding(changes[each.name], result.counted)}"
                for each in result.measures
            ]
    if sweeps:
        lasting = lasting_table(sweeps)
        lines += ["", aligned([lasting.header, *lasting.rows])]
    late = [name for name, about in result.about.items() if about.endswith("too late")]
    if late:
        lines += ["", f"too late: {', '.join(late)}"]
    return "\n".join([*lines, "", *(f"Note: {note}" for note in result.notes)])


def _check_usage(scenario: str, options: dict[str, Any]) -> None:
    """Refuse a file, and options that have nothing to act on."""
    from xorgames.textfile import SUFFIXES

    if Path(scenario).suffix.lower() in SUFFIXES:
        rule, cure = "must be hft, load-balancing or grid-control", f"xorgames solve {scenario}"
        reject("SCENARIO", rule, received=f"the file {scenario}", cure=cure)
    machine = flags_given("places", "decision_rate_hz")
    if machine and options["design"] is None and not options["robustness"]:
        reject(machine[0], "must come with --design or --robustness", cure="--design yb_cavity")
    if flags_given("max_gap_s") and options["feed"] is None:
        reject("--max-gap", "must come with --feed", cure="--feed prices.csv")


def _check_outputs(outputs: tuple[str, ...], *, force: bool) -> None:
    """Refuse, before any work is done, files that could not be written in the end."""
    from xorgames import output
    from xorgames.reports import write

    for target in outputs:
        if outputs.count(target) > 1:
            reject("--output", "must name different files", received=target)
        if Path(target).suffix.lower() == _CSV:
            output.check_target(target, overwrite=force)
        else:
            write.check_target(target, overwrite=force)


def _write(
    result: "ScenarioResult", sweeps: "Sequence[Sweep]", outputs: tuple[str, ...], *, force: bool
) -> None:
    """Write the files, each whole or not at all, when all is known."""
    from xorgames.output import write_whole
    from xorgames.reports.scenario_report import scenario_report
    from xorgames.reports.write import save_report
    from xorgames.scenarios.lasting import lasting_csv

    invocation: Invocation = click.get_current_context().find_root().obj
    for target in outputs:
        if Path(target).suffix.lower() == _CSV:
            rows = lasting_csv(result, sweeps) if sweeps else result.to_csv()
            write_whole(target, rows, overwrite=force)
        else:
            command = shlex.join(["xorgames", *invocation.words])
            report = scenario_report(result, sweeps=sweeps, command=command)
            save_report(report, target, overwrite=force)
        invocation.written = target
        show(f"Written to {target}", err=True)


def _feed(options: dict[str, Any]) -> "PriceFeed | None":
    if options["feed"] is None:
        return None
    from xorgames.scenarios.price_feed import read_price_feed

    return read_price_feed(options["feed"], max_gap_s=options["max_gap_s"])


def _setting(options: dict[str, Any], conditions: "Conditions") -> "Setting | None":
    if not options["robustness"]:
        return None
    from xorgames.scenarios.robustness_axes import Setting

    rate, places = options["decision_rate_hz"], options["places"]
    return Setting(conditions=conditions, decision_rate_hz=rate, places=places)


def _machine(options: dict[str, Any], conditions: "Conditions") -> "Machine | None":
    if options["design"] is None:
        if options["profile"] is not None:
            reject("--profile", "must come with --design", received=options["profile"])
        return None
    from xorgames.scenarios.players import Machine

    # A profile of a file holds at its own distance only.
    distance_m = conditions.distance_m if options["profile"] in (None, "law") else None
    return Machine.of(
        read_design(options["design"]),
        decision_rate_hz=options["decision_rate_hz"],
        places=options["places"],
        distance_m=distance_m,
        profile=options["profile"],
    )
