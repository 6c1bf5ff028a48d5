"""Until when routers with a pair wait less: one imperfection grows, and the queues are played.

The excess is in seconds of mean wait: by how much kappa P(bunched) - W, which the weighted game is
about, is larger for the routers that should be better. Both kinds meet the same pairs of jobs.
Beside it stand the changes in mean wait, baseline output and decisions themselves. See
`load_balancing_axes` for the axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import generator, seeds
from xorgames.errors import expect, near_name, reject
from xorgames.scenarios.estimates import Change, Estimate, change
from xorgames.scenarios.load_balancing import checked_pairs, least_pairs
from xorgames.scenarios.load_balancing_axes import QUEUE_AXES, Company, Stages
from xorgames.scenarios.load_balancing_batches import Batches, run
from xorgames.scenarios.load_balancing_routers import Player, quantum
from xorgames.scenarios.robustness_axes import Setting
from xorgames.scenarios.robustness_points import (
    Point,
    Sweep,
    checked_values,
    find_bracket,
    line_end,
    measure_each,
    part_of,
)
from xorgames.scenarios.tally import jackknife
from xorgames.scenarios.weighted_pairs import Weighted
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress

FloatArray = NDArray[np.float64]

#: Into how many equal cells of exp(-mu x) the routers sort service times.
CELLS = 60
#: Of a metric: sums of many numbers are no better than that.
_ROUNDING = 1e-12


@dataclass(kw_only=True, eq=False)
class _Run:
    """Pairs of jobs that are the same for everybody; who has routed them need not do so again."""

    pairs: int
    seed: int
    known: dict[tuple[int, int, Player], Batches] = field(default_factory=dict)

    def sums(self, stages: Stages, progress: Progress | None) -> "_Sums":
        """Return what each batch added up; batch i has a part of each stage."""
        # Stages are equally long, or a mean over them would not be that of the formulas.
        least = max(least_pairs(stage.goal.model) for stage in stages)
        pairs = max(self.pairs // len(stages), least)
        totals = _Sums()
        for number, stage in enumerate(stages):
            told = part_of(progress, number, len(stages))
            totals.add(self._batches(stage.player, number, pairs, told), stage.held_s)
        return totals

    def _batches(
        self, player: Player, number: int, pairs: int, progress: Progress | None
    ) -> Batches:
        key = number, pairs, player
        if key not in self.known:
            self.known[key] = run(
                player.goal,
                {"": player},
                pairs=pairs,
                rng=np.random.default_rng([self.seed, number]),
                progress=progress,
            )
        return self.known[key]


@dataclass(kw_only=True, eq=False)
class _Sums:
    """What each batch added up by metric, and what that is counted by."""

    sums: dict[str, FloatArray] = field(default_factory=dict)
    counts: dict[str, FloatArray] = field(default_factory=dict)

    def add(self, batches: Batches, held_s: float) -> None:
        """Add a stage, in which each job was held for a time before it was sent."""
        for name, counts in batches.counts.items():
            held = held_s * counts if name == "wait_s" else 0.0
            self.sums[name] = self.sums.get(name, 0.0) + batches.sums[""][name] + held
            self.counts[name] = self.counts.get(name, 0.0) + counts

    def net_s(self, kappa_s: float) -> FloatArray:
        """Return kappa P(bunched) - W of all pairs, and then with each batch left out."""
        bunched, wait_s = (
            _left_out(self.sums[name]) / _left_out(self.counts[name])
            for name in ("bunch_probability", "wait_s")
        )
        return np.asarray(kappa_s * bunched - wait_s)

    def changes(self, others: "_Sums") -> dict[str, Change]:
        """Return by how much each metric differs from that of others."""
        found, sample = {}, int(self.counts["bunch_probability"].sum())
        for name, counts in self.counts.items():
            each = change(self.sums[name], others.sums[name], counts, sample=sample)
            scale = float(others.sums[name].sum() / counts.sum())
            difference, percent = _rounded(each.difference, scale), _rounded(each.percent, 100)
            found[name] = replace(each, difference=difference, percent=percent)
        return found


def queue_sweep(
    goal: Weighted,
    known: Solution,
    axis: str,
    *,
    setting: Setting | None = None,
    values: Sequence[float] | None = None,
    pairs: int = 10**6,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Measure how long the advantage of routers with a pair lasts along one axis.

    Parameters
    ----------
    goal : Weighted
    known : Solution
        Of `goal.game(cells)`: routers know their service time to one of so many cells.
    axis : str
        One of `QUEUE_AXES`.
    setting : Setting, optional
    values : sequence of float, optional
        At least 2; by default on both sides of the requirement.
    pairs : int
        For each value, as in `load_balancing.simulate`; of a drift each step gets its share, and
        at least as many as its queues need.
    rng, progress
        As in `load_balancing.simulate`.

    Raises
    ------
    InputError
        If there is no such axis, the solution is of another game, or the game has no advantage
        that could end.

    Examples
    --------
    >>> from xorgames import solve
    >>> from xorgames.scenarios.load_balancing_model import LoadBalancing
    >>> goal = Weighted(model=LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1), kappa_s=1)
    >>> found = queue_sweep(goal, solve(goal.game(8)), "visibility", values=[0.8, 1])
    >>> found.bracket[0] < found.required < found.bracket[1], found.agrees
    (True, True)
    """
    company = _company(goal, known)
    if axis not in QUEUE_AXES:
        cure = near_name(str(axis), list(QUEUE_AXES))
        reject("axis", "is not offered", received=repr(axis), cure=cure)
    count = checked_pairs(goal, pairs)
    made = QUEUE_AXES[axis](company, setting or Setting())
    chosen = made.values if values is None else checked_values(values)
    (seed,) = seeds(generator(rng), 1)
    jobs, excess = _Run(pairs=count, seed=seed), []

    def measure(value: float, told: Progress | None) -> Point:
        stages = made.ours(value), made.theirs(value)
        ours, theirs = (jobs.sums(each, part_of(told, part, 2)) for part, each in enumerate(stages))
        excess.append(ours.net_s(goal.kappa_s) - theirs.net_s(goal.kappa_s))
        predicted = _net_s(stages[0]) - _net_s(stages[1])
        return Point(
            value=value,
            excess=_rounded(jackknife(excess[-1]), goal.kappa_s),
            predicted=Estimate(value=predicted, standard_error=0.0),
            changes=ours.changes(theirs),
        )

    points = measure_each(chosen.tolist(), measure, progress)
    bracket = find_bracket(points)
    return Sweep(
        axis=axis,
        unit=made.unit,
        about=made.about,
        points=points,
        bracket=bracket,
        end=None if made.step or bracket is None else line_end(chosen, np.stack(excess), bracket),
        required=made.required,
        safe=made.safe,
    )


def _company(goal: Weighted, known: Solution) -> Company:
    """Return the routers, after checking that the solution is of their game."""
    expect(goal, Weighted, key="goal")
    expect(known, Solution, key="known", cure="solve(goal.game(60)) makes one")
    cells, others = known.game.shape
    if cells != others or not np.allclose(known.game.matrix, goal.matrix(cells), atol=1e-12):
        received = known.game.name or "another"
        cure = "solve(goal.game(60)) makes one"
        reject("known", "must be of the goal's game", received=received, cure=cure)
    return Company(goal=goal, solution=known, quantum=quantum(goal, cells=cells))


def _net_s(stages: Stages) -> float:
    return float(np.mean([stage.net_s for stage in stages]))


def _left_out(sums: FloatArray) -> FloatArray:
    """Return the sum of all batches, and then with each left out."""
    return np.concatenate([[sums.sum()], sums.sum() - sums])


def _rounded(found: Estimate, scale: float) -> Estimate:
    """Return an estimate without an error that is but the rounding of sums of such a scale."""
    grid = _ROUNDING * abs(scale)
    if not found.standard_error <= grid:
        return found
    return Estimate(value=round(found.value / grid) * grid, standard_error=0.0)
