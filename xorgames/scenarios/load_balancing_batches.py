"""The run itself: arrivals drawn once for all players, each player's queues, sums by batch.

Everything a batch needs is drawn in pieces of fixed size, so that memory stays flat, and a seed
gives the same numbers whatever the progress callback does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import seeds
from xorgames.scenarios.load_balancing_goals import Goal
from xorgames.scenarios.load_balancing_model import LoadBalancing
from xorgames.scenarios.load_balancing_routers import Player
from xorgames.solvers.workers import Progress, load_undisturbed

FloatArray = NDArray[np.float64]

METRICS = ("win_probability", "bunch_probability", "wait_s", "output_rate")
BATCHES = 100

_CHUNK = 2**16
_KERNEL = "xorgames.scenarios.queue_kernel"


@dataclass(frozen=True, kw_only=True, eq=False)
class Batches:
    """What the batches added up.

    Attributes
    ----------
    sums : mapping of mapping of ndarray, shape (BATCHES,)
        By player and metric.
    counts : mapping of ndarray, shape (BATCHES,)
        What each metric is counted by: pairs, jobs, or the time of both servers.
    """

    sums: Mapping[str, Mapping[str, FloatArray]]
    counts: Mapping[str, FloatArray]


def run(
    goal: Goal,
    players: Mapping[str, Player],
    *,
    pairs: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> Batches:
    """Let every player route the same pairs."""
    ends = np.arange(1, BATCHES + 1) * pairs // BATCHES
    sizes = np.diff(ends, prepend=0)
    queues = {name: _Queues(goal=goal, player=player) for name, player in players.items()}
    seconds = np.zeros(BATCHES)
    for batch, size in enumerate(sizes):
        for start in range(0, size, _CHUNK):
            arrivals = _Arrivals.draw(goal.model, min(_CHUNK, size - start), rng)
            seconds[batch] += arrivals.gaps.sum()
            for each in queues.values():
                each.serve(arrivals, batch)
        if progress:
            progress(int(ends[batch]), pairs)
    each_pair = sizes.astype(np.float64)
    counts = (each_pair, each_pair, 2 * each_pair, 2 * seconds)
    return Batches(
        sums={name: dict(zip(METRICS, each.sums, strict=True)) for name, each in queues.items()},
        counts=dict(zip(METRICS, counts, strict=True)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Arrivals:
    """Pairs that arrive: gaps (k,), service times (2, k), who is first in a bunched pair, coins."""

    gaps: FloatArray
    services: FloatArray
    first: NDArray[np.int8]
    seeds: list[int]

    @classmethod
    def draw(cls, model: LoadBalancing, count: int, rng: np.random.Generator) -> Self:
        return cls(
            gaps=rng.standard_exponential(count) / model.arrival_rate_hz,
            services=rng.standard_exponential((2, count)) / model.service_rate_hz,
            first=rng.integers(0, 2, count, dtype=np.int8),
            seeds=seeds(rng, 5),
        )


@dataclass(kw_only=True, eq=False)
class _Queues:
    """One player's two servers."""

    goal: Goal
    player: Player
    sums: FloatArray = field(default_factory=lambda: np.zeros((len(METRICS), BATCHES)))
    state: FloatArray = field(default_factory=lambda: np.zeros((2, 2)))

    def serve(self, arrivals: _Arrivals, batch: int) -> None:
        """Route and serve these pairs, and add what they yield to the batch."""
        kernel = load_undisturbed(_KERNEL).serve
        x1, x2 = arrivals.services
        servers = np.stack(self.player.servers(x1, x2, arrivals.seeds))
        idle = np.empty(2 * len(x1))
        wait, bunched, periods = kernel(
            arrivals.gaps, arrivals.services, servers, arrivals.first, self.state, idle
        )
        right = x2 <= self.goal.limit_s(x1)
        won = int(((servers[0] == servers[1]) == right).sum())
        output = float(np.sum(self.goal.model.output(idle[:periods])))
        self.sums[:, batch] += won, bunched, wait, output
