"""Load balancing in the shape that all scenarios are reported in."""

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.scenarios.estimates import Estimate, change, ratio
from xorgames.scenarios.load_balancing import LoadBalancingResult, Weighted, simulate
from xorgames.scenarios.load_balancing_model import LoadBalancing, square
from xorgames.scenarios.players import STORE_NOTE, Machine
from xorgames.scenarios.result import ERROR_NOTE, Achieved, Measure, ScenarioResult
from xorgames.solvers.workers import Progress
from xorgames.units import format_quantity

MEASURES = (
    Measure(name="net_s", about="worth of bunching less mean wait, in seconds", unit="s"),
    Measure(name="wait_s", about="mean wait of a job", unit="s", better="less"),
    Measure(name="output_rate", about="baseline output of a server", unit="/s"),
    Measure(name="bunch_probability", about="pairs sent to one server", better=""),
    Measure(name="win_probability", about="the right decision"),
)
FloatArray = NDArray[np.float64]

#: Servers half busy, with jobs of a second, and bunching worth a second: arXiv:2602.04588's model.
DEFAULTS: Mapping[str, float] = {"arrival_rate_hz": 0.5, "service_rate_hz": 1.0, "kappa_s": 1.0}
ABOUT = {
    "classical": "the best thresholds without entanglement",
    "quantum": "a perfect Bell pair for every pair of jobs",
    "noisy quantum": "Bell pairs of the machine; without one, classical",
    "omniscient": "one router that knows both service times",
}


def load_balancing_goal(given: Mapping[str, Any]) -> Weighted:
    """Return the game that parameters name.

    Parameters
    ----------
    given : mapping
        Any of arrival_rate_hz, service_rate_hz and kappa_s.

    Examples
    --------
    >>> load_balancing_goal({"kappa_s": 2}).name
    'weighted, kappa = 2 s'
    """
    numbers = {**DEFAULTS, **given}
    kappa_s = numbers.pop("kappa_s")
    return Weighted(model=LoadBalancing(**numbers), kappa_s=kappa_s)


def simulate_load_balancing(
    goal: Weighted | Mapping[str, Any],
    *,
    pairs: int | None = None,
    machine: Machine | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> ScenarioResult:
    """Play load balancing and return what every scenario returns.

    Parameters
    ----------
    goal : Weighted, or mapping
        The game, or its parameters as in `load_balancing_goal`.
    pairs : int, optional
        How many pairs of jobs arrive; a million by default.
    machine : Machine, optional
    rng, progress
        As in `load_balancing.simulate`.

    Raises
    ------
    InputError
        As `load_balancing.simulate` does.

    Examples
    --------
    >>> simulate_load_balancing({}, pairs=20_000).baseline
    'classical'
    """
    started = time.perf_counter()
    weighted = goal if isinstance(goal, Weighted) else load_balancing_goal(goal)
    found = simulate(
        weighted,
        pairs=10**6 if pairs is None else pairs,
        noise=None if machine is None else machine.noise,
        rng=rng,
        progress=progress,
    )
    players = {name: _achieved(found, name, weighted.kappa_s) for name in found.players}
    return ScenarioResult(
        scenario="load balancing",
        rounds=found.pairs,
        counted="pairs of jobs",
        measures=MEASURES,
        players=players,
        about={name: ABOUT[name] for name in players},
        facts={
            "parameters": found.model.to_dict() | {"goal": found.goal.to_dict()},
            "machine": machine and machine.to_dict(),
        },
        notes=(
            ERROR_NOTE,
            "Waiting and output are a trade-off: who bunches more gets more output, and waits "
            "longer for decisions of the same quality. The weight kappa_s says which counts more: "
            "net_s is kappa_s for each bunched pair less the mean wait of a job.",
            _output_note(found.model),
            *(() if machine is None else (STORE_NOTE, _held_note(machine))),
        ),
        seconds=time.perf_counter() - started,
    )


def _achieved(found: LoadBalancingResult, name: str, kappa_s: float) -> Achieved:
    """Return what a player achieved, and what it played for: kappa P(bunched) - W.

    Of that no percentage is given, as its zero means nothing.
    """
    played, pairs = found.players[name], found.batches.counts["bunch_probability"]
    predicted, changes = played.predicted.to_dict(), dict(played.changes)
    predicted["net_s"] = kappa_s * predicted["bunch_probability"] - predicted["wait_s"]
    ours, theirs = (_net_sums(found, each, kappa_s) for each in (name, "classical"))
    if changes:
        against = change(ours, theirs, pairs, sample=found.pairs)
        nothing = Estimate(value=math.inf, standard_error=math.inf)
        changes["net_s"] = replace(against, percent=nothing)
    metrics = {**played.metrics, "net_s": ratio(ours, pairs)}
    return Achieved(metrics=metrics, changes=changes, predicted=predicted)


def _net_sums(found: LoadBalancingResult, name: str, kappa_s: float) -> FloatArray:
    """Return the sums by batch; each pair has two jobs that wait."""
    sums = found.batches.sums[name]
    return np.asarray(kappa_s * sums["bunch_probability"] - sums["wait_s"] / 2)


def _output_note(model: LoadBalancing) -> str:
    """Say what the unit of the baseline output is."""
    name = getattr(model.output, "__name__", "given")
    yields = "t^2" if model.output is square else f'what the function "{name}" says'
    return (
        "Baseline output, per second of a server: t seconds without interruption by jobs yield "
        f"{yields}."
    )


def _held_note(machine: Machine) -> str:
    time_text = format_quantity(machine.decision_time_s, "s")
    return (
        f"While the machine decides, {time_text}, jobs are held at their routers; add it to the "
        "wait of the noisy quantum player."
    )
