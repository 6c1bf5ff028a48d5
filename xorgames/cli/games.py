"""The subcommands about games: catalog, solve, angles, schema."""

import json
from typing import TYPE_CHECKING, Any

import click

from xorgames.cli.options import (
    end_early,
    format_option,
    read_game,
    solve_game,
    solver_options,
)
from xorgames.cli.screen import show
from xorgames.cli.text import aligned

#: More answers of a party than this are cut short in a table; JSON has them all.
_MOST_BITS = 24

if TYPE_CHECKING:
    from xorgames.hardware.photon_loss import PhotonLoss
    from xorgames.solvers.solution import Solution


@click.command("catalog")
@format_option("json")
def catalog_command(form: str) -> None:
    """List the games that come with the package."""
    from xorgames import catalog

    entries = [catalog.entry(name) for name in catalog.names()]
    if form == "json":
        show(json.dumps([entry.to_dict() for entry in entries], indent=2))
        return
    rows = [[entry.example, entry.summary, entry.source] for entry in entries]
    show(aligned([["game", "what it is", "source"], *rows]))


@click.command("solve")
@click.argument("game", metavar="GAME")
@click.option("--exact", is_flag=True, help="Look for the Tsirelson bias as an algebraic number.")
@click.option(
    "--pairs",
    type=click.IntRange(min=0),
    metavar="INTEGER",
    help="Also the value with so many Bell pairs, such as 2.",
)
@click.option(
    "--efficiency",
    type=float,
    help="Also the value on one pair with detectors that click so often, such as 0.95, with a"
    " deterministic fallback.",
)
@click.option(
    "--certificate",
    type=click.Path(),
    help="Write a proof that anyone can check to this file, such as proof.json.",
)
@click.option("--force", is_flag=True, help="Overwrite the certificate if it exists.")
@solver_options
@format_option("json")
def solve_command(game: str, certificate: str | None, **options: Any) -> None:
    """Compute the values of a game, the strategies, and whether entanglement helps."""
    from xorgames.output import check_target

    form, force = options.pop("form"), options.pop("force")
    questions = {key: options.pop(key) for key in ("pairs", "efficiency", "exact")}
    if certificate is not None:
        check_target(certificate, overwrite=force)
    solution = solve_game(read_game(game), **options)
    content, lines = solution.to_dict(), [solution_text(solution)]
    _answer(solution, content, lines, **questions)
    if certificate is not None:
        from xorgames.solvers.certificate_file import save_certificate

        best = solution.classical.strategy
        proven = save_certificate(solution.game, certificate, classical=best, overwrite=force)
        click.get_current_context().find_root().obj.written = certificate
        content["certificate"] = {"file": certificate, "bias": proven.to_dict()}
        lines.append(f"certificate of the Tsirelson bias {proven} written to {certificate}")
    if form == "json":
        show(json.dumps(content, indent=2, allow_nan=False))
    else:
        show("\n".join(lines))
    end_early(solution.classical.interrupted and options["time_limit_s"] is None)


def _answer(
    solution: "Solution",
    content: dict[str, Any],
    lines: list[str],
    *,
    pairs: int | None,
    efficiency: float | None,
    exact: bool,
) -> None:
    """Add the answers to what was asked besides."""
    if pairs is not None:
        from xorgames.solvers.dimension import value_with_pairs

        limited = value_with_pairs(solution, pairs=pairs)
        content["with_pairs"] = limited.to_dict()
        count = _plural(pairs, "pair")
        lines.append(f"with {count}: {limited.value}, upper end by the {limited.proof}")
    if efficiency is not None:
        from xorgames.hardware.photon_loss import photon_loss

        loss = photon_loss(solution, efficiency=efficiency)
        content["photon_loss"] = loss.to_dict()
        lines.append(_loss_text(loss))
    if exact:
        from xorgames.solvers.algebraic import exact_value

        found = exact_value(solution.game, solution.quantum.bias)
        content["exact"] = found.to_dict()
        lines.append(f"exact Tsirelson bias, {found.grade}: {found.expression}")


def _loss_text(loss: "PhotonLoss") -> str:
    """Return the value with lossy detectors, and how it is reached."""
    clicks = " and ".join(f"{number:.6g}" for number in dict.fromkeys(loss.efficiency))
    dial = "; ".join(
        f"{name}: "
        + ", ".join(
            f"always {angle}" if isinstance(angle, int) else f"{angle[0]:.4f}/{angle[1]:.4f}"
            for angle in loss.angles_deg[key]
        )
        + f" (no click: {''.join(map(str, loss.fallback[key]))})"
        for name, key in (("Alice", "a"), ("Bob", "b"))
    )
    return (
        f"with efficiency {clicks}: {loss.value}, advantage {loss.advantage}; "
        f"upper end: {loss.proof}\n"
        f"reached on cos t |00> + sin t |11>, t = {loss.schmidt_angle_deg:.4f} degrees, at the "
        f"polar/azimuth angles in degrees\n{dial}"
    )


@click.command("angles")
@click.argument("game", metavar="GAME")
@solver_options
@format_option("json", "qasm", "netqasm")
def angles_command(game: str, form: str, **options: Any) -> None:
    """Print the measurement angles for one Bell pair, ready to dial."""
    solution = solve_game(read_game(game), **options)
    if form == "json":
        show(json.dumps(_angles_dict(solution), indent=2, allow_nan=False))
    elif form == "table":
        show(angles_text(solution))
    else:
        from xorgames.cli.circuits_text import netqasm_text, qasm_text

        show((qasm_text if form == "qasm" else netqasm_text)(solution))
    end_early(solution.classical.interrupted and options["time_limit_s"] is None)


@click.command("schema")
@click.argument("what", type=click.Choice(["game", "design", "family", "free", "sweep"]))
def schema_command(what: str) -> None:
    """Print the JSON Schema of a file: game, machine design, family, free-form problem, sweep."""
    if what == "game":
        from xorgames.spec import game_schema as schema
    elif what == "design":
        from xorgames.hardware.design import design_schema as schema
    elif what == "family":
        from xorgames.design.family_schema import family_schema as schema
    elif what == "free":
        from xorgames.design.free_schema import free_schema as schema
    else:
        from xorgames.sweep.sweep_file import sweep_schema as schema
    show(json.dumps(schema(), indent=2))


def solution_text(solution: "Solution") -> str:
    """Return the values of a game as a table."""
    game, classical, quantum = solution.game, solution.classical, solution.quantum
    one_pair, rank = solution.one_pair, quantum.rank
    bits = [_bits(answers) for answers in (classical.strategy.a, classical.strategy.b)]
    plane = "one plane suffices" if one_pair.planar else "not in one plane"
    short = one_pair.shortfall.upper
    if short > 1e-9:
        plane = f"best found, at most {short:.3g} short of quantum; {plane}"
    stopped = ", stopped early" if classical.interrupted else ""
    rows = [
        ["", "value", "bias", "how"],
        ["classical", "", "", f"{classical.method}{stopped}; a = {bits[0]}, b = {bits[1]}"],
        ["one pair", "", "", plane],
        ["quantum", "", "", f"{quantum.method}; rank {rank}, {_plural(quantum.pairs, 'pair')}"],
        ["no-signalling", "", "", "sum of |M|"],
    ]
    parts: tuple[Any, ...] = (classical, one_pair, quantum, solution.no_signalling)
    for row, part in zip(rows[1:], parts, strict=True):
        row[1:3] = str(part.value), str(part.bias)
    m, n = game.shape
    return "\n".join(
        [
            f"{game.name}: {m} x {n} inputs, id {game.id[:12]}",
            "",
            aligned(rows),
            "",
            f"advantage {solution.advantage.verdict}: {solution.advantage.bound}",
        ]
    )


def angles_text(solution: "Solution") -> str:
    """Return the one-pair strategy as a table."""
    one_pair, labels = solution.one_pair, solution.game.labels
    strategy = one_pair.strategy
    formula = "cos(angle) Z + sin(angle) X; E = cos(a - b)"
    header = ["", "input", "angle/deg"]
    if not strategy.planar:
        formula = (
            "cos(polar) Z + sin(polar) (cos(azimuth) X + sin(azimuth) Y);"
            " E = cos cos + sin sin cos(azimuth_A + azimuth_B)"
        )
        header = ["", "input", "polar/deg", "azimuth/deg"]
    rows = [header]
    for party, key, angles in (("Alice", "x", strategy.alice), ("Bob", "y", strategy.bob)):
        names = labels.get(key) or [f"{key} = {i}" for i in range(len(angles))]
        for i, (name, angle) in enumerate(zip(names, angles, strict=True)):
            shown = [f"{number:.6f}" for number in angle[: len(header) - 2]]
            rows.append([party if i == 0 else "", name, *shown])
    lines = [
        f"{solution.game.name}: one pair |Phi+> = (|00> + |11>)/sqrt2",
        f"measure {formula}",
        _outputs_text(labels),
        "",
        aligned(rows),
        "",
        f"value {one_pair.value}",
    ]
    if one_pair.shortfall.upper > 1e-9:
        short = one_pair.shortfall.upper
        lines.append(f"best found with one pair; at most {short:.3g} short of the quantum value")
    return "\n".join(lines)


def _bits(answers: Any) -> str:
    text = "".join(map(str, answers))
    return text if len(text) <= _MOST_BITS else text[:_MOST_BITS] + "…"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _outputs_text(labels: Any) -> str:
    meanings = []
    for party, key in (("Alice", "a"), ("Bob", "b")):
        if key in labels:
            zero, one = labels[key]
            meanings.append(f"{party}: 0 is {zero!r}, 1 is {one!r}")
    return "outcome +1 is output 0, -1 is output 1" + "".join(f"; {text}" for text in meanings)


def _angles_dict(solution: "Solution") -> dict[str, Any]:
    content = solution.to_dict()
    return {
        "game": content["game"],
        "one_pair": content["one_pair"],
        "convention": {
            "state": "|Phi+> = (|00> + |11>)/sqrt2",
            "angles": "Bloch angles in degrees; (polar, azimuth) where one plane is not enough",
            "correlator": "cos(polar_A) cos(polar_B) + sin(polar_A) sin(polar_B)"
            " cos(azimuth_A + azimuth_B); in the X-Z plane cos(a - b)",
            "outputs": "outcome +1 is output 0, outcome -1 is output 1; parity 0 means equal",
        },
        "correlators": solution.one_pair.strategy.correlators.tolist(),
    }
