"""The subcommand that searches for a game: design."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.maps import read_setting, step_progress
from xorgames.cli.options import Invocation, conditions_options, format_option
from xorgames.cli.text import aligned
from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.bound import Bound
    from xorgames.design.demands import Setting
    from xorgames.design.designed import Designed
    from xorgames.design.free_form import FreeDesigned
    from xorgames.design.separation import Separation
    from xorgames.design.threshold_design import ThresholdDesigned

#: By a key that no other kind of file has.
_KINDS = {"choose": "free", "region": "threshold", "correlators": "measured", "counts": "measured"}


@click.command("design")
@click.argument("family", metavar="FAMILY")
@click.option("--maximise", help="gap, ratio, critical-infidelity or margin; default gap.")
@click.option("--minimise", help="rounds or rate.")
@click.option(
    "--vary",
    multiple=True,
    metavar="NAME=FROM:TO",
    help="A parameter to choose, and its range; by default all that are open.",
)
@click.option("--at", multiple=True, metavar="NAME=VALUE", help="A parameter that is settled.")
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="CONDITION",
    help='"classical>=0.75" (any quantity, >= or <=), one-pair, one-plane or pass.',
)
@click.option("--design", help="A packaged design or a design file: the machine.")
@click.option("--profile", help="How the design is computed.")
@click.option("--infidelity", type=float, default=0.0, help="For rounds and rate without a design.")
@conditions_options
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("-o", "--output", type=click.Path(), help="Where to write the game: .toml or .json.")
@click.option("--report", type=click.Path(), help="Where to write a report: .html, .md or .json.")
@click.option("--force", is_flag=True, help="Overwrite output files that exist.")
@format_option("json")
def design_command(family: str, output: str | None, **more: Any) -> None:
    """Search for a better game, certify it, and say what it asks of the hardware.

    FAMILY is a family file, or a name of the catalogue with parameters left open: hft,
    load_balancing:cells=8. A file may also hold a free-form problem (choose = "distribution" or
    "payoff"), a threshold game whose cells are to be chosen (region = ...), or measured data
    (correlators or counts), for which a separating game or a classical explanation is found.
    """
    from xorgames.output import check_target
    from xorgames.reports.write import check_target as check_report
    from xorgames.spec import save_game
    from xorgames.textfile import suffix_of

    form, force, report = more.pop("form"), more.pop("force"), more.pop("report")
    if output is not None:
        suffix_of(Path(output))
        check_target(output, overwrite=force)
    kind = _kind(family)
    if report is not None:
        if kind not in ("family", "free"):
            reject("--report", "is for families and free-form problems", received=kind)
        check_report(report, overwrite=force)
    found = _SEARCHES[kind](family, more)
    click.echo(json.dumps(found.to_dict(), indent=2) if form == "json" else _TEXTS[kind](found))
    invocation: Invocation = click.get_current_context().find_root().obj
    if output is not None:
        # Last, so that whatever stops the command before leaves no file behind.
        save_game(found.game, output, overwrite=force)
        _written(invocation, output)
    if report is not None:
        from xorgames.reports.design_report import design_report
        from xorgames.reports.write import save_report

        command = " ".join(["xorgames", *invocation.words])
        save_report(design_report(found, command=command), report, overwrite=force)
        _written(invocation, report)


def _written(invocation: Invocation, target: str) -> None:
    invocation.written = target
    click.echo(f"Written to {target}", err=True)


def _kind(family: str) -> str:
    """Tell the kinds of problem files apart by their keys; names are families."""
    from xorgames.textfile import SUFFIXES, read_table

    if Path(family).suffix.lower() not in SUFFIXES:
        return "family"
    table = read_table(family)
    kinds = [kind for key, kind in _KINDS.items() if key in table and "parameters" not in table]
    return kinds[0] if kinds else "family"


def _family(family: str, more: dict[str, Any]) -> "Designed":
    from xorgames.design.family_file import load_family
    from xorgames.design.grid import parse_values
    from xorgames.design.optimise import optimise

    settled = load_family(family).fix(**parse_values(more.pop("at"), key="--at"))
    maximise, minimise = more.pop("maximise"), more.pop("minimise")
    if maximise is None and minimise is None:
        maximise = "gap"
    return optimise(
        settled,
        maximise=maximise,
        minimise=minimise,
        vary=more.pop("vary") or None,
        subject=more.pop("subjects"),
        rng=more.pop("seed"),
        setting=read_setting(**more),
        progress=step_progress(),
    )


def _without(more: dict[str, Any], kind: str, *names: str) -> None:
    """Refuse options that have no meaning for a kind of problem."""
    for name in names:
        if more.pop(name):
            option = "--" + name.removesuffix("s")
            reject(option, f"has no meaning for {kind}")


def _free(family: str, more: dict[str, Any]) -> "FreeDesigned":
    from xorgames.design.free_form import design_free

    _without(more, "a free-form problem", "minimise", "vary", "at", "subjects")
    return design_free(
        family,
        maximise=more.pop("maximise") or "gap",
        rng=more.pop("seed"),
        setting=read_setting(**more),
        progress=step_progress(),
    )


def _threshold(family: str, more: dict[str, Any]) -> "ThresholdDesigned":
    from xorgames.design.threshold_design import design_threshold, load_threshold

    _without(more, "threshold games", "maximise", "minimise", "vary", "at", "subjects", "design")
    return design_threshold(**load_threshold(family), progress=step_progress())


def _measured(family: str, more: dict[str, Any]) -> "Separation":
    from xorgames.design.measured import load_measured
    from xorgames.design.separation import separate

    _without(more, "measured data", "maximise", "minimise", "vary", "at", "subjects", "design")
    return separate(**load_measured(family))


_SEARCHES: dict[str, Callable[[str, dict[str, Any]], Any]] = {
    "family": _family,
    "free": _free,
    "threshold": _threshold,
    "measured": _measured,
}


def designed_text(found: "Designed") -> str:
    """Return what was found in a family."""
    name, quantity = found.family, found.objective.quantity
    fixed = [name, *(f"{k} = {v}" for k, v in found.fixed.items())]
    lines = [f"{', '.join(fixed)}: {found.objective.verb} {quantity}", ""]
    header = ["", *found.parameters, quantity + (f"/{found.unit}" if found.unit else "")]
    rows = [header, ["best found", *map(_number, found.parameters.values()), str(found.value)]]
    value = "none" if found.default_value is None else str(found.default_value)
    rows.append(["default", *map(_number, found.default.values()), value])
    lines += [aligned(rows), ""]
    lines += _improvement(found.improvement)
    bare = [name for name in found.parameters if found.games.parameter(name).default is None]
    if bare:
        names = ", ".join(bare)
        lines.append(f"no default is given for {names}: the middle of the range stands for it")
    if found.default_note:
        lines.append(f"at the default: {found.default_note}")
    lines += [f"met: {subject.text}" for subject in found.subjects]
    if found.limit is None:
        lines.append("the best that was found; that there is none better is not proven")
    else:
        lines.append(f"proven: no game in these ranges that meets all conditions has more than"
                     f" {found.limit.upper:.6g}")  # fmt: skip
    lines.append(f"{found.evaluations} games looked at; digits dropped where the proven value falls"
                 " by less than a millionth")  # fmt: skip
    return "\n".join([*lines, "", *_game_lines(found)])


def free_text(found: "FreeDesigned") -> str:
    """Return what was found without a family."""
    quantity = found.objective.quantity
    chosen = found.problem.choose
    rows = [["", quantity], ["best found", str(found.value)]]
    if found.default_value is not None:
        rows.append(["default", str(found.default_value)])
    lines = [f"{found.problem.name}: {found.objective.verb} {quantity}, {chosen} free", ""]
    lines += [aligned(rows), "", *_improvement(found.improvement)]
    table = found.game.to_dict()[chosen]
    lines.append(f"{chosen}:")
    lines += ["  " + "  ".join(_cell(entry) for entry in row) for row in table]
    lines.append("the best that was found; that there is none better is not proven")
    lines.append(f"{found.evaluations} games looked at")
    return "\n".join([*lines, "", *_game_lines(found)])


def threshold_text(found: "ThresholdDesigned") -> str:
    """Return the cells that were chosen."""
    edges = ", ".join(f"{float(edge):.6g}" for edge in found.edges)
    against = {"everyone": "who see everything", "cells": "who see the cells"}[found.against]
    rows = [["cells", "advantage"]]
    rows += [[str(count), str(value)] for count, value in found.by_cells.items()]
    whole = found.continuum
    return "\n".join(
        [
            f"{found.region} threshold game: best cells against classical players {against}",
            "",
            aligned(rows),
            "",
            f"threshold {_number(found.threshold)}, cells end at {edges}",
            f"with equal cells {found.default_value}",
            "",
            "the continuous game, proven:",
            aligned(
                [
                    ["classical", whole.classical.display(6)],
                    ["quantum", whole.quantum.display(6)],
                    ["gap", whole.gap.display(6)],
                ],
                indent="  ",
            ),
        ]
    )


def measured_text(found: "Separation") -> str:
    """Return how data stand to the classical polytope."""
    rows = [["distance", str(found.distance)]]
    if found.visibility is not None:
        rows.append(["visibility", str(found.visibility)])
    lines = [f"{found.verdict}: {found.statement}", "", aligned(rows), ""]
    lines.append("inequality (sum |M| = 1):")
    lines += ["  " + "  ".join(str(entry) for entry in row) for row in found.inequality]
    mixture = found.scaled
    lines.append(
        f"{len(mixture.weights)} deterministic strategies explain {1 / float(mixture.total):.6g}"
        " of the correlators" if mixture.total else "no correlation to explain"
    )  # fmt: skip
    return "\n".join(lines)


_TEXTS: dict[str, Callable[[Any], str]] = {
    "family": designed_text,
    "free": free_text,
    "threshold": threshold_text,
    "measured": measured_text,
}


def _number(number: Any) -> str:
    return f"{float(number):.9g}"


def _cell(entry: Any) -> str:
    return str(entry) if isinstance(entry, str) else "[" + ", ".join(entry) + "]"


def _improvement(better: "Bound | None") -> list[str]:
    return [] if better is None else [f"better than the default by {better.display(9)}"]


def _game_lines(found: Any) -> list[str]:
    """Return the values of the game, and what it asks of the hardware."""
    from xorgames.cli.games import solution_text

    solution = found.solution
    lines = [solution_text(solution), "", "what it asks of the hardware:"]
    return [*lines, *_demand_lines(found, found.setting)]


def _demand_lines(found: Any, setting: "Setting") -> list[str]:
    needs = found.requirements
    limit = needs.combined_infidelity_max
    if limit is None or limit.lower <= 0:
        return ["  nothing can show an advantage: there is none"]
    rows = [["combined infidelity below", limit.display(6)]]
    if needs.rounds.first is None:
        rows.append(["rounds", needs.rounds.reason])
    else:
        window_s = setting.conditions.window_s
        rows.append(["rounds", f"{needs.rounds.first} in {window_s:g} s"])
        rows.append(["pair rate", f"{needs.rounds.first / window_s:.6g} Hz"])
    lines = [aligned(rows, indent="  ")]
    if found.verdict is not None:
        lines.append(f"  {found.verdict.performance.design}: {found.verdict.verdict}")
    return lines
