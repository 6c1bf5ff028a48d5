"""The options of `hardware` that simulate a design event by event, and how the result is shown."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.options import Quantity, end_early
from xorgames.cli.screen import show, terminal_progress
from xorgames.cli.text import aligned
from xorgames.errors import reject
from xorgames.units import format_quantity, name_of, unit_of

if TYPE_CHECKING:
    from xorgames.hardware.design import Design
    from xorgames.hardware.simulation_result import Simulated

#: Flags that say nothing without --simulate, by the keys of their options.
FLAGS = {
    "decisions_hz": "--decisions",
    "places": "--places",
    "order": "--order",
    "burst": "--burst",
    "pattern": "--pattern",
    "hold": "--hold",
    "jitter_s": "--jitter",
    "up_s": "--up",
    "down_s": "--down",
    "while_down": "--while-down",
}
KEYS = ("simulate_s", *FLAGS)
_OF_DECISIONS = ("places", "order", "burst", "pattern")
_SHORT = (
    "The windows are short beside the memory of the system: standard errors come out too small. "
    "Simulate for longer."
)


def simulation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --simulate and what goes with it."""
    time, rate = Quantity("s", "TIME"), Quantity("Hz", "RATE")
    for option in (
        click.option("--while-down", type=float, help="Share of the success left then: 0.5."),
        click.option("--down", "down_s", type=time, help="Mean time for which it is down: 1ms."),
        click.option("--up", "up_s", type=time, help="Mean time for which the link is up: 10ms."),
        click.option("--jitter", "jitter_s", type=time, help="Mean delay of a herald: 1us."),
        click.option("--hold", help="An attempt holds its atom: always or as-needed."),
        click.option("--pattern", help="Of the decisions: poisson or periodic."),
        click.option("--burst", type=int, help="Decisions that come at once: 2."),
        click.option("--order", help="Which pair is used first: newest or oldest."),
        click.option("--places", type=int, help="Pairs that can be stored: 4."),
        click.option("--decisions", "decisions_hz", type=rate, help="Decisions a second: 8kHz."),
        click.option(
            "--simulate",
            "simulate_s",
            type=time,
            help="Simulate the nodes event by event for so long, such as 1s.",
        ),
    ):
        command = option(command)
    return command


def check_simulation(options: Mapping[str, Any], others: Sequence[str]) -> list[str]:
    """Refuse options that have nothing to act on; return ["--simulate"] if it was given."""
    given = [key for key in FLAGS if options[key] is not None]
    if given and options["simulate_s"] is None:
        reject(FLAGS[given[0]], "must come with --simulate", cure="--simulate 1s")
    if (options["up_s"] is None) is not (options["down_s"] is None):
        cure = "--up 10ms --down 1ms"
        flags = ("--up", "--down") if options["down_s"] is None else ("--down", "--up")
        reject(flags[0], f"must come with {flags[1]}", cure=cure)
    if options["while_down"] is not None and options["up_s"] is None:
        reject("--while-down", "must come with --up and --down", cure="--up 10ms --down 1ms")
    lonely = [key for key in given if key in _OF_DECISIONS]
    if lonely and options["decisions_hz"] is None:
        reject(FLAGS[lonely[0]], "must come with --decisions", cure="--decisions 8kHz")
    if options["simulate_s"] is None:
        return []
    if others:
        reject("--simulate", f"must not stand with {others[0]}", cure="ask one after the other")
    return ["--simulate"]


def show_simulation(design: "Design", options: Mapping[str, Any], form: str) -> None:
    """Simulate a design and print what came out beside the formulas."""
    run = _simulated(design, options)
    if form == "json":
        show(json.dumps(run.to_dict(), indent=2, allow_nan=False))
    else:
        show(simulation_text(design, run))
    end_early(run.interrupted)


def simulation_text(design: "Design", run: "Simulated") -> str:
    """Return the means with their standard errors, and the formulas where there are any."""
    from xorgames.hardware.simulation_result import MEANS

    rows = [["", "simulated", "formula", "deviation in errors"]]
    for name in MEANS:
        mean = getattr(run, name)
        if mean is None:
            continue
        formula, unit = run.formulas.get(name), unit_of(name)
        beside = ["", ""]
        if formula is not None:
            beside = [format_quantity(formula, unit, digits=5), f"{mean.errors_from(formula):+.1f}"]
        shown = (
            format_quantity(mean.value, unit, digits=5),
            format_quantity(mean.standard_error, unit, digits=2),
        )
        rows.append([name_of(name), " ± ".join(shown), *beside])
    ended = ", interrupted" if run.interrupted else ""
    lines = [
        f"{design.name}, {format_quantity(run.duration_s, 's')} simulated{ended}: "
        f"{run.attempts} attempts, {run.heralded} pairs, {run.used} used, {run.lost} lost",
        "",
        aligned(rows),
    ]
    return "\n".join(lines if run.errors_hold else [*lines, "", _SHORT])


def _simulated(design: "Design", options: Mapping[str, Any]) -> "Simulated":
    from xorgames.hardware.schedule import Node
    from xorgames.hardware.simulation import Demand, Faults, simulate_node

    def chosen(**keys: str) -> dict[str, Any]:
        return {name: options[key] for name, key in keys.items() if options[key] is not None}

    demand = chosen(
        rate_hz="decisions_hz",
        places="places",
        order="order",
        burst_size="burst",
        pattern="pattern",
    )
    faults = chosen(
        herald_jitter_s="jitter_s",
        mean_up_s="up_s",
        mean_down_s="down_s",
        success_while_down="while_down",
    )
    return simulate_node(
        Node.of(design, distance_m=options["distance_m"], profile=options["profile"]),
        duration_s=options["simulate_s"],
        demand=Demand(**demand) if demand else None,
        faults=Faults(**faults),
        rng=options["seed"],
        progress=terminal_progress("simulated"),
        **chosen(hold="hold"),
    )
