"""The subcommand about families of games: map."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.options import (
    CONDITIONS,
    Invocation,
    conditions_options,
    format_option,
    read_design,
)
from xorgames.cli.screen import show, step_progress
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.design.demands import Setting
    from xorgames.design.map import Map


@click.command("map")
@click.argument("family", metavar="FAMILY")
@click.option("--x", required=True, help="A parameter: p=0:1:101, p=0:1 or p.")
@click.option("--y", help="A second one, such as beta=0:1:101; without it the map is a curve.")
@click.option(
    "--quantity",
    default="gap",
    show_default=True,
    help="gap, ratio, classical, quantum, critical-infidelity, rounds, rate or margin.",
)
@click.option(
    "--at", multiple=True, metavar="NAME=VALUE", help="A parameter without an axis: beta=0.3."
)
@click.option("--level", "levels", multiple=True, help="Draw a level of the quantity: 0.01.")
@click.option(
    "--design", help="A packaged design, or a file such as machine.toml, to draw its limits."
)
@click.option("--profile", help="How the design is computed.")
@click.option(
    "--infidelity", type=float, default=0.0, help="For rounds and rate without a design: 0.061."
)
@conditions_options
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(),
    help="Where to write it: .csv, .json, .svg, .png or .html by suffix. If only data is asked"
    " for, the figure is written beside it as .svg.",
)
@click.option("--force", is_flag=True, help="Overwrite output files that exist.")
@format_option("json")
def map_command(family: str, x: str, y: str | None, outputs: tuple[str, ...], **more: Any) -> None:
    """Map what the games of a family are worth, or what they ask of a machine.

    FAMILY is a family file, or a name of the catalogue with parameters left open: hft,
    load_balancing:cells=8. Every number is a proven bracket; the boundary of the region of
    advantage is traced where it crosses the lines of the grid. Rounds, rate and margin are worked
    out game by game, which takes up to seconds each; --test bernoulli is quicker than auto, which
    seeks the sharpest test.
    """
    from xorgames.design.family_file import load_family
    from xorgames.design.grid import parse_values
    from xorgames.design.map import compute_map
    from xorgames.design.write import check_map_target, write_map
    from xorgames.textfile_kind import expect_file

    form, force = more.pop("form"), more.pop("force")
    targets = _with_figure(outputs)
    for target in targets:
        check_map_target(target, overwrite=force)
    expect_file(family, "family")
    found = compute_map(
        load_family(family),
        [x] if y is None else [x, y],
        quantity=more.pop("quantity"),
        at=parse_values(more.pop("at"), key="--at"),
        levels=more.pop("levels"),
        setting=read_setting(**more),
        progress=step_progress(),
    )
    if form == "json":
        show(json.dumps(found.to_dict(), indent=2, allow_nan=False))
    else:
        show(map_text(found))
    invocation: Invocation = click.get_current_context().find_root().obj
    for target in targets:
        # Last, so that whatever stops the command before leaves no file behind.
        write_map(found, target, overwrite=force)
        invocation.written = target
        show(f"Written to {target}", err=True)


def hide_protocol(command: click.Command) -> None:
    """Leave --protocol out of the help: it is refused with the reason why."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name == "protocol":
            option.hidden = True


hide_protocol(map_command)


def map_text(found: "Map") -> str:
    """Return what a map says, in a few lines."""
    axes = found.grid.axes
    points = " x ".join(str(len(axis.values)) for axis in axes)
    lines = [
        f"{', '.join([found.family, *(f'{k} = {v}' for k, v in found.fixed.items())])}: "
        f"{found.quantity} over {' and '.join(axis.name for axis in axes)}, {points} points",
        "",
    ]
    rows = [["point", *(axis.name for axis in axes), found.quantity + _unit(found)]]
    for label, index in (("smallest", _smallest(found)), ("largest", found.largest)):
        if index is not None:
            place = [f"{float(number):g}" for number in found.grid.points[index]]
            rows.append([label, *place, _bracket(found, index)])
    lines += [aligned(rows), ""]
    count = int((found.helps > 0).sum())
    lines.append(f"entanglement helps at {count} of {found.grid.size} points")
    for contour in (found.boundary, *found.contours):
        curves = len(contour.curves)
        text = f"{contour.label}: {curves} " + ("curve" if curves == 1 else "curves")
        if len(axes) == 1:
            places = sorted(point[0] for (point,) in contour.curves)
            text = f"{contour.label}: " + (", ".join(f"{p:.6g}" for p in places) or "none")
        lines.append(text)
    if found.notes:
        lines.append(f"no value at {len(found.notes)} of {found.grid.size} points:")
        lines += [f"  {count}: {why}" for why, count in found.reasons.items()]
    return "\n".join(lines)


def _unit(found: "Map") -> str:
    return f"/{found.unit}" if found.unit else ""


def _smallest(found: "Map") -> int | None:
    """Return the number of the point with the smallest upper end."""
    import numpy as np

    if not found.defined.any():
        return None
    return int(np.where(found.defined, found.upper, np.inf).argmin())


def _bracket(found: "Map", index: int) -> str:
    from xorgames.bound import Bound

    ends = found.lower.ravel()[index], found.upper.ravel()[index]
    return str(Bound(float(ends[0]), float(ends[1])))


def _with_figure(outputs: tuple[str, ...]) -> list[str]:
    """Add a figure beside the first file where no figure is asked for."""
    from xorgames.design.write import DATA

    targets = list(outputs)
    if targets and all(Path(target).suffix.lower() in DATA for target in targets):
        targets.append(str(Path(targets[0]).with_suffix(".svg")))
    return targets


def read_setting(
    *,
    design: str | None,
    profile: str | None,
    infidelity: float,
    claim: str,
    test: str,
    protocol: str,
    bias: float | None,
    samples: int | None,
    **given: Any,
) -> "Setting":
    """Return what requirements depend on besides the game, as the command line gives it."""
    from xorgames.design.demands import Setting
    from xorgames.hardware.conditions import Conditions
    from xorgames.hardware.input_law import InputLaw

    if protocol != "average":
        name = click.get_current_context().info_name
        rule = f"must be average for a {name}, where every rate is a proven bracket"
        cure = "leave it out; xorgames require gives the rates of one game"
        reject("protocol", rule, received=protocol, cure=cure)
    chosen = {key: given[key] for key in CONDITIONS if given[key] is not None}
    return Setting(
        conditions=Conditions(**chosen),
        design=None if design is None else read_design(design),
        profile=profile,
        infidelity=infidelity,
        claim=claim,
        test=test,
        inputs=InputLaw(bias=bias or 0.0, samples=samples),
    )
