"""Load balancing played out: waiting time and baseline output with and without entanglement.

Two routers, each with one job of a pair and knowing its service time only, choose between two
servers; see `load_balancing_model` for the queues, `load_balancing_goals` for the two games, and
`load_balancing_routers` for the players. All players meet the same arrivals, service times and
coins, so that their differences have small errors.

"0.76 classical, 0.81 quantum" is not a pair of optima: at C = 0.3300, where the classical one is
lowest, they are 0.7616 and 0.8276. Nor is such a gap what an operator gets; at lambda = 1/2,
mu = 1, kappa = 1 it becomes about one per cent of the mean wait and of the baseline output each.
See `docs/load_balancing.md`.
"""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xorgames.draws import generator
from xorgames.errors import expect, reject
from xorgames.regions import whole_number
from xorgames.scenarios.estimates import Change, Estimate, change, ratio
from xorgames.scenarios.load_balancing_batches import BATCHES, METRICS, Batches, run
from xorgames.scenarios.load_balancing_goals import Goal
from xorgames.scenarios.load_balancing_model import LoadBalancing, Noise
from xorgames.scenarios.load_balancing_routers import (
    Omniscient,
    Player,
    Prediction,
    classical,
    quantum,
)
from xorgames.scenarios.short_pairs import ShortPairs
from xorgames.scenarios.weighted_pairs import Weighted
from xorgames.solvers.workers import Progress

__all__ = [
    "LoadBalancing",
    "LoadBalancingResult",
    "Noise",
    "ParetoPoint",
    "Played",
    "ShortPairs",
    "Weighted",
    "pareto",
    "players_of",
    "simulate",
]

#: Batches this many times as long as a queue remembers are nearly independent.
_LONG = 10
_MOST = 10**12


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one player achieved.

    Attributes
    ----------
    metrics : mapping of Estimate
        By the names in `METRICS`; wait_s is the mean over jobs, without service; output_rate the
        baseline output of one server per second.
    predicted : Prediction
        What the formulas say.
    changes : mapping of Change
        Against the classical player, metric by metric; empty for that player itself.
    """

    metrics: Mapping[str, Estimate]
    predicted: Prediction
    changes: Mapping[str, Change]

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "metrics": {name: each.to_dict() for name, each in self.metrics.items()},
            "predicted": self.predicted.to_dict(),
            "changes": {name: each.to_dict() for name, each in self.changes.items()},
        }


@dataclass(frozen=True, kw_only=True)
class LoadBalancingResult:
    """A simulation of load balancing.

    Attributes
    ----------
    model : LoadBalancing
    goal : ShortPairs or Weighted
    pairs : int
        How many pairs of jobs arrived.
    players : mapping of Played
        "classical" first.
    seconds : float
        How long it took.
    batches : Batches
        What everything was added up from.
    """

    model: LoadBalancing
    goal: Goal
    pairs: int
    players: Mapping[str, Played]
    seconds: float
    batches: Batches = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "model": self.model.to_dict(),
            "goal": self.goal.to_dict(),
            "pairs": self.pairs,
            "players": {name: each.to_dict() for name, each in self.players.items()},
            "seconds": self.seconds,
        }


def players_of(
    goal: Goal, *, cells: int | None = None, noise: Noise | None = None
) -> dict[str, Player]:
    """Return who is compared: classical, quantum, quantum on a noisy machine, omniscient.

    Parameters
    ----------
    goal : ShortPairs or Weighted
    cells : int, optional
        Routers know their service time to one of so many equal cells of exp(-mu x) only; by
        default exactly, with angles interpolated from 8192 cells.
    noise : Noise, optional
        The machine of the player "noisy quantum", who is left out without it.
    """
    expect(noise, (Noise, type(None)), key="noise")
    known = None if cells is None else whole_number("cells", cells, 2)
    found: dict[str, Player] = {"classical": classical(goal, cells=known)}
    found["quantum"] = quantum(goal, cells=known)
    if noise is not None:
        found["noisy quantum"] = quantum(goal, cells=known, noise=noise)
    found["omniscient"] = Omniscient(goal=goal)
    return found


def simulate(
    goal: Goal,
    *,
    pairs: int = 10**6,
    cells: int | None = None,
    noise: Noise | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> LoadBalancingResult:
    """Play load balancing with every kind of player and compare them.

    Parameters
    ----------
    goal : ShortPairs or Weighted
        The game, which knows the queueing model.
    pairs : int
        How many pairs of jobs arrive; at least 1000 times as many as a queue remembers, so that
        the standard errors, from 100 batches, can be trusted. Memory does not grow with it.
    cells, noise
        As in `players_of`.
    rng : int or numpy.random.Generator
        A seed or a generator.
    progress : callable, optional
        Called with (pairs done, pairs in all).

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    >>> result = simulate(Weighted(model=model, kappa_s=1), pairs=20_000)
    >>> result.players["quantum"].changes["bunch_probability"].difference.value > 0
    True
    """
    started = time.perf_counter()
    pairs = checked_pairs(goal, pairs)
    random = generator(rng)
    players = players_of(goal, cells=cells, noise=noise)
    batches = run(goal, players, pairs=pairs, rng=random, progress=progress)
    base = batches.sums["classical"]
    played = {
        name: Played(
            metrics={metric: ratio(sums[metric], batches.counts[metric]) for metric in METRICS},
            predicted=players[name].predict(),
            changes={
                metric: change(sums[metric], base[metric], batches.counts[metric], sample=pairs)
                for metric in METRICS
                if name != "classical"
            },
        )
        for name, sums in batches.sums.items()
    }
    return LoadBalancingResult(
        model=goal.model,
        goal=goal,
        pairs=pairs,
        players=played,
        seconds=time.perf_counter() - started,
        batches=batches,
    )


@dataclass(frozen=True, kw_only=True)
class ParetoPoint:
    """The best of each kind of player at one weight of bunching, by formula.

    Attributes
    ----------
    kappa_s : float
    players : mapping of Prediction
        By the names of `players_of`.
    """

    kappa_s: float
    players: Mapping[str, Prediction]

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "kappa_s": self.kappa_s,
            "players": {name: each.to_dict() for name, each in self.players.items()},
        }


def pareto(
    model: LoadBalancing,
    *,
    kappas_s: Sequence[float],
    cells: int | None = None,
    noise: Noise | None = None,
    progress: Progress | None = None,
) -> list[ParetoPoint]:
    """Return the curve of waiting time against baseline output, by sweeping the weight kappa.

    Parameters
    ----------
    model : LoadBalancing
    kappas_s : sequence of float
        Each positive; the larger, the more is bunched.
    cells, noise
        As in `players_of`.
    progress : callable, optional
        Called with (points done, points in all).

    Raises
    ------
    InputError
        If a weight is not positive.

    Examples
    --------
    >>> model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    >>> (point,) = pareto(model, kappas_s=[1.0], cells=60)
    >>> {name: round(each.wait_s, 5) for name, each in point.players.items()}
    {'classical': 1.35742, 'quantum': 1.34369, 'omniscient': 1.30013}
    """
    expect(kappas_s, (list, tuple, np.ndarray), key="kappas_s")
    points = []
    listed = np.ravel(kappas_s).tolist() if isinstance(kappas_s, np.ndarray) else kappas_s
    goals = [Weighted(model=model, kappa_s=kappa_s) for kappa_s in listed]
    for done, goal in enumerate(goals):
        players = players_of(goal, cells=cells, noise=noise)
        predictions = {name: player.predict() for name, player in players.items()}
        points.append(ParetoPoint(kappa_s=goal.kappa_s, players=predictions))
        if progress:
            progress(done + 1, len(goals))
    return points


def checked_pairs(goal: Goal, pairs: int) -> int:
    """Check both, and return how many pairs are to arrive.

    Raises
    ------
    InputError
        If the goal is none, or so few pairs would make the standard errors wrong.
    """
    if not isinstance(goal, ShortPairs | Weighted):
        cure = "use Weighted(model=..., kappa_s=1)"
        received = type(goal).__name__
        reject("goal", "must be ShortPairs or Weighted", received=received, cure=cure)
    count = whole_number("pairs", pairs, 1, _MOST)
    least = least_pairs(goal.model)
    if least > _MOST:
        rule = "must leave the servers idle more often: a queue would remember too many pairs"
        received = f"a load of {goal.model.load:.9g}"
        reject("arrival_rate_hz", rule, received=received, cure="choose a smaller one")
    if count < least:
        rule = f"must be at least {least} at this load, or the standard errors would be wrong"
        reject("pairs", rule, received=pairs)
    return count


def least_pairs(model: LoadBalancing) -> int:
    """Return how many pairs make batches that are nearly independent.

    Examples
    --------
    >>> least_pairs(LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1))
    11657
    """
    return max(2 * BATCHES, math.ceil(BATCHES * _LONG * model.relaxation_pairs))
