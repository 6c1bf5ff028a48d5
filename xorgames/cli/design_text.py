"""What the subcommand design says of what it found."""

from typing import TYPE_CHECKING, Any

from xorgames.cli.games import solution_text
from xorgames.cli.text import aligned

if TYPE_CHECKING:
    from xorgames.bound import Bound
    from xorgames.design.designed import Designed
    from xorgames.design.equivalent import Equivalent
    from xorgames.design.free_designed import FreeDesigned
    from xorgames.design.mixture import Mixture
    from xorgames.design.separation import Separation
    from xorgames.design.threshold_design import ThresholdDesigned
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict
    from xorgames.solvers.solution import Solution


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
                     f" {found.limit.text}")  # fmt: skip
    lines.append(f"{found.evaluations} games looked at; digits dropped where the proven value falls"
                 " by less than a millionth")  # fmt: skip
    return "\n".join([*lines, "", *_game_lines(found.solution, found.requirements, found.verdict)])


def free_text(found: "FreeDesigned") -> str:
    """Return what was found without a family."""
    quantity, chosen = found.objective.quantity, found.problem.choose
    rows = [["", quantity + (f"/{found.unit}" if found.unit else "")]]
    rows.append(["best found", str(found.value)])
    if found.default_value is not None:
        rows.append(["default", str(found.default_value)])
    lines = [f"{found.problem.name}: {found.objective.verb} {quantity}, {chosen} free", ""]
    lines += [aligned(rows), "", *_improvement(found.improvement)]
    if found.default_note:
        lines.append(f"at the default: {found.default_note}")
    lines += [f"met: {subject.text}" for subject in found.subjects]
    table = found.game.to_dict()[chosen]
    lines.append(f"{chosen}:")
    lines += ["  " + "  ".join(_cell(entry) for entry in row) for row in table]
    if found.interrupted:
        lines.append("interrupted: the best so far")
    lines.append("the best that was found; that there is none better is not proven")
    lines.append(f"{found.evaluations} games looked at")
    return "\n".join([*lines, "", *_game_lines(found.solution, found.requirements, found.verdict)])


def threshold_text(found: "ThresholdDesigned") -> str:
    """Return the cells that were chosen."""
    edges = ", ".join(f"{float(edge):.6g}" for edge in found.edges)
    against = {"everyone": "who see everything", "cells": "who see the cells"}[found.against]
    rows = [["cells", "advantage"]]
    rows += [[str(count), str(value)] for count, value in found.by_cells.items()]
    whole, limit = found.continuum, found.critical_infidelity
    time = "" if found.scaled_time is None else f" (mu t* = {found.scaled_time:.6g})"
    return "\n".join(
        [
            f"{found.region} threshold game: best cells against classical players {against}",
            "",
            aligned(rows),
            "",
            f"threshold {_number(found.threshold)}{time}, cells end at {edges}",
            f"with equal cells {found.default_value}",
            *_improvement(found.improvement),
            "the advantage is not proven"
            if limit is None
            else f"the advantage is gone at a combined infidelity of {limit.display(6)}",
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
    return "\n".join([*lines, _explained(found.scaled)])


def _explained(mixture: "Mixture") -> str:
    """Return how much of the correlators classical players can have."""
    from xorgames.design.intervals import digits_down

    if not mixture.total:
        return "no correlation to explain"
    share = "all" if mixture.total <= 1 else digits_down(1 / mixture.total)
    return f"{len(mixture.weights)} deterministic strategies explain {share} of the correlators"


def equivalent_text(found: "Equivalent", needs: "Requirements", verdict: "Verdict | None") -> str:
    """Return the game that asks the same question with the largest gap."""
    header = ["", "gap over the range of payoffs"]
    rows = [header, ["equivalent game", str(found.gap)], ["as given", str(found.gap_before)]]
    better = found.gap - found.gap_before
    return "\n".join(
        [
            f"{found.game.name}: win or lose, the odds in proportion to the matrix",
            "",
            aligned(rows),
            "",
            *([f"better than as given by {better.display(9)}"] if better.lower > 0 else []),
            "proven: no game that asks the same question has more",
            "",
            *_game_lines(found.solution, needs, verdict),
        ]
    )


def _number(number: Any) -> str:
    return f"{float(number):.9g}"


def _cell(entry: Any) -> str:
    return str(entry) if isinstance(entry, str) else "[" + ", ".join(entry) + "]"


def _improvement(better: "Bound | None") -> list[str]:
    if better is None:
        return []
    if better.lower <= 0:
        return ["not proven to be better than the default"]
    return [f"better than the default by {better.display(9)}"]


def _game_lines(
    solution: "Solution", needs: "Requirements", verdict: "Verdict | None"
) -> list[str]:
    """Return the values of the game, and what it asks of the hardware."""
    lines = [solution_text(solution), "", "what it asks of the hardware:"]
    limit = needs.combined_infidelity_max
    if limit is None or limit.lower <= 0:
        return [*lines, "  nothing can show an advantage: there is none"]
    rows = [["combined infidelity below", limit.display(6)]]
    if needs.rounds.first is None:
        rows.append(["rounds", needs.rounds.reason])
    else:
        window_s = needs.conditions.window_s
        rows.append(["rounds", f"{needs.rounds.first} in {window_s:g} s"])
        rows.append(["pair rate", f"{needs.rounds.first / window_s:.6g} Hz"])
    lines.append(aligned(rows, indent="  "))
    if verdict is not None:
        lines.append(f"  {verdict.performance.design}: {verdict.verdict}")
    return lines
