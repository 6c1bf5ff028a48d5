"""How long the advantage of a scenario lasts: all axes that have a meaning for it, one by one.

Axes of the scenario play its own rounds (`robustness`, `load_balancing_robustness`, `hft_news`);
axes of what can be claimed play its game (`robustness_claims`, `robustness_inputs`).
"""

import csv
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from xorgames.bound import Finding
from xorgames.scenarios.engine import Prepared
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.hft_news import news_matter, news_sweep
from xorgames.scenarios.load_balancing_axes import QUEUE_AXES
from xorgames.scenarios.load_balancing_robustness import CELLS, queue_sweep
from xorgames.scenarios.players import Machine
from xorgames.scenarios.result import COLUMNS, INTERVAL, ScenarioResult
from xorgames.scenarios.robustness import sweep
from xorgames.scenarios.robustness_axes import AXES, Setting, cast_of
from xorgames.scenarios.robustness_claims import needs_of, rate_sweep, rounds_of
from xorgames.scenarios.robustness_inputs import input_law_sweep
from xorgames.scenarios.robustness_points import Point, Sweep, part_of
from xorgames.scenarios.weighted_pairs import Weighted
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.workers import Progress

#: One axis, given who wants to know how far it is.
Part = Callable[[Progress | None], Sweep]

#: How the advantage lasts: what was measured, and what was left out and why.
Lasting = tuple[list[Sweep], tuple[str, ...]]

#: Cells of the game of load balancing whose law is swept: all 2^11 classical strategies are tried.
_FEW_CELLS = 6
#: Rounds that are enough for axes of the game alone.
_ROUNDS = 10**5
#: Windows of the rate, as many as so many rounds allow: a multiple of those of other axes.
_WINDOWS = (100, 4000)
_WINDOW_ROUNDS = 300
_MOST_WINDOW_ROUNDS = 3 * 10**8

_NO_ADVANTAGE = "How long the advantage lasts is left out: the game has none that could end."
_QUEUE_NOTE = (
    "How long the advantage lasts is in seconds of mean wait, each bunched pair worth kappa_s, for "
    f"routers that know a service time to one of {CELLS} cells; of {_FEW_CELLS} where the law of "
    "the inputs or a claim is at stake."
)

_ON_MACHINE = (
    "How long the advantage lasts is measured on {}: all but what varies is as it is there; other "
    "laws of the inputs and old news are met with perfect pairs."
)
_ON_PERFECT = (
    "How long the advantage lasts is measured on a perfect machine: {} leaves {:.4g} of the "
    "correlators, of which {:.4g} are needed."
)

SWEEP_COLUMNS = (
    "axis",
    "axis_unit",
    "value",
    "required",
    "ends_from",
    "ends_to",
    "agrees",
)


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How hard it is tried.

    Attributes
    ----------
    setting : Setting
    rounds : int
        For each value of an axis of the scenario.
    rng : int
    progress : callable or None
    """

    setting: Setting
    rounds: int
    rng: int
    progress: Progress | None


def scenario_lasting(known: Prepared, effort: Effort) -> Lasting:
    """Measure all axes of a scenario with strategies of its estimated game.

    Parameters
    ----------
    known : Prepared
    effort : Effort
    """
    scenario = known.scenario
    if known.solution.advantage.verdict is not Finding.PROVEN:
        return [], (_NO_ADVANTAGE,)
    effort, standing = _standing(known.solution, effort)
    parts: list[Part] = [partial(_own, known, axis, effort) for axis in AXES]
    claims, left_out = _claims(known.solution, effort)
    parts += claims
    if isinstance(scenario, HFT) and news_matter(scenario):
        parts.append(
            lambda told: news_sweep(
                scenario, rounds=min(effort.rounds, _ROUNDS), rng=effort.rng, progress=told
            )
        )
    return _all(parts, effort), (*left_out, *standing)


def queue_lasting(goal: Weighted, effort: Effort) -> Lasting:
    """Measure all axes of load balancing.

    Parameters
    ----------
    goal : Weighted
    effort : Effort
    """
    solution = solve(goal.game(CELLS))
    if solution.advantage.verdict is not Finding.PROVEN:
        return [], (_NO_ADVANTAGE,)
    effort, standing = _standing(solution, effort)
    parts: list[Part] = [partial(_queues, goal, solution, axis, effort) for axis in QUEUE_AXES]
    few = solve(goal.game(_FEW_CELLS))
    if few.advantage.verdict is not Finding.PROVEN:
        left = f"The claims are left out: the game of {_FEW_CELLS} cells has no advantage."
        return _all(parts, effort), (_QUEUE_NOTE, left, *standing)
    claims, left_out = _claims(few, effort)
    return _all(parts + claims, effort), (_QUEUE_NOTE, *left_out, *standing)


def _standing(solution: Solution, effort: Effort) -> tuple[Effort, tuple[str, ...]]:
    """Return the effort on a machine that leaves an advantage, and what to say of it."""
    machine = effort.setting.machine
    if machine == Machine():
        return effort, ()
    needed, found = cast_of(solution).left, machine.noise.factor
    if found > needed:
        return effort, (_ON_MACHINE.format(machine.name),)
    perfect = replace(effort, setting=replace(effort.setting, machine=Machine()))
    return perfect, (_ON_PERFECT.format(machine.name, found, needed),)


def _all(parts: Sequence[Part], effort: Effort) -> list[Sweep]:
    return [part(part_of(effort.progress, done, len(parts))) for done, part in enumerate(parts)]


def _own(known: Prepared, axis: str, effort: Effort, progress: Progress | None) -> Sweep:
    return sweep(
        known.scenario,
        known,
        axis,
        setting=effort.setting,
        rounds=effort.rounds,
        rng=effort.rng,
        progress=progress,
    )


def _queues(
    goal: Weighted, solution: Solution, axis: str, effort: Effort, progress: Progress | None
) -> Sweep:
    return queue_sweep(
        goal,
        solution,
        axis,
        setting=effort.setting,
        pairs=effort.rounds,
        rng=effort.rng,
        progress=progress,
    )


def _claims(solution: Solution, effort: Effort) -> tuple[list[Part], tuple[str, ...]]:
    """Return the axes of what can be claimed of a game, and what is left out as too long."""
    conditions, machine = effort.setting.conditions, effort.setting.machine
    rounds = min(effort.rounds, _ROUNDS)
    parts: list[Part] = [
        partial(_law, solution, drift, rounds, effort.rng) for drift in (False, True)
    ]
    needed = rounds_of(solution, conditions, machine)
    least, most = _WINDOWS
    if needed is None:
        return parts, ("The rate is not swept: no number of rounds is enough.",)
    if least * needed > _MOST_WINDOW_ROUNDS:
        first = needs_of(solution, conditions, machine).rounds.first
        said = f"{first:,} rounds a window would have to be played"
        return parts, (f"The rate is not swept: {said}.",)
    windows = min(max(_WINDOW_ROUNDS * rounds // needed, least), most)
    parts.append(
        lambda told: rate_sweep(
            solution,
            machine=machine,
            conditions=conditions,
            windows=windows,
            rng=effort.rng,
            progress=told,
        )
    )
    return parts, ()


def _law(
    solution: Solution, drift: bool, rounds: int, rng: int, progress: Progress | None
) -> Sweep:
    return input_law_sweep(solution, drift=drift, rounds=rounds, rng=rng, progress=progress)


def lasting_csv(result: ScenarioResult, sweeps: Sequence[Sweep]) -> str:
    """Return players and axes as one table: rows of axes have an axis, and no player.

    Each value of an axis has a row for the metric "excess", and one for each change in the
    application's own units.
    """
    buffer = io.StringIO()
    columns = (*COLUMNS, *SWEEP_COLUMNS)
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(result.rows())
    units = {each.name: each.unit for each in result.measures}
    for each in sweeps:
        for point in each.points:
            writer.writerows(_rows(each, point, units))
    return buffer.getvalue()


def _rows(each: Sweep, point: Point, units: dict[str, str]) -> Iterator[dict[str, str]]:
    low, high = each.bracket or (None, None)
    where = {
        "axis": each.axis,
        "axis_unit": each.unit,
        "value": _cell(point.value),
        "required": _cell(each.required),
        "ends_from": _cell(low),
        "ends_to": _cell(high),
        "agrees": "" if each.agrees is None else str(each.agrees).lower(),
    }
    yield where | {"metric": "excess"} | _estimate(point)
    for name, change in point.changes.items():
        found = change.to_dict()
        yield where | {
            "metric": name,
            "unit": units.get(name, ""),
            "difference": _cell(change.difference.value),
            "difference_standard_error": _cell(change.difference.standard_error),
            "percent": _cell(change.percent.value),
            "percent_standard_error": _cell(change.percent.standard_error),
            "sigmas": _cell(found["sigmas"]),
            "sample_beyond_doubt": _cell(found["sample_beyond_doubt"]),
        }


def _estimate(point: Point) -> dict[str, str]:
    excess: Estimate = point.excess
    reach = INTERVAL * excess.standard_error
    return {
        "estimate": _cell(excess.value),
        "standard_error": _cell(excess.standard_error),
        "lower_95": _cell(excess.value - reach),
        "upper_95": _cell(excess.value + reach),
        "predicted": _cell(None if point.predicted is None else point.predicted.value),
    }


def _cell(number: float | None) -> str:
    """Write a number so that it reads back the same; nothing for none, or for one not finite."""
    return repr(number) if number is not None and math.isfinite(number) else ""
