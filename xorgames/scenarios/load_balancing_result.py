"""Load balancing in the shape that all scenarios are reported in."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from xorgames.scenarios.load_balancing import Weighted, simulate
from xorgames.scenarios.load_balancing_model import LoadBalancing
from xorgames.scenarios.players import STORE_NOTE, Machine
from xorgames.scenarios.result import Achieved, Measure, ScenarioResult
from xorgames.solvers.workers import Progress
from xorgames.units import format_quantity

MEASURES = (
    Measure(name="wait_s", about="mean wait of a job", unit="s", better="less"),
    Measure(name="output_rate", about="baseline output of a server", unit="/s"),
    Measure(name="bunch_probability", about="pairs sent to one server", better=""),
    Measure(name="win_probability", about="the right decision"),
)
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
    found = simulate(
        goal if isinstance(goal, Weighted) else load_balancing_goal(goal),
        pairs=10**6 if pairs is None else pairs,
        noise=None if machine is None else machine.noise,
        rng=rng,
        progress=progress,
    )
    players = {
        name: Achieved(
            metrics=each.metrics, changes=each.changes, predicted=each.predicted.to_dict()
        )
        for name, each in found.players.items()
    }
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
            "Waiting and output are a trade-off: who bunches more gets more output, and waits "
            "longer for decisions of the same quality. The weight kappa_s says which counts more.",
            *(() if machine is None else (STORE_NOTE, _held_note(machine))),
        ),
        seconds=time.perf_counter() - started,
    )


def _held_note(machine: Machine) -> str:
    time_text = format_quantity(machine.decision_time_s, "s")
    return (
        f"While the machine decides, {time_text}, jobs are held at their routers; add it to the "
        "wait of the noisy quantum player."
    )
