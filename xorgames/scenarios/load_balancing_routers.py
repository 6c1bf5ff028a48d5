"""The routers: how each kind decides, how good it is by formula, and how it is played.

Every local strategy here is a pair of functions from a service time to a unit vector, f for Alice
and h for Bob, with E[S | x1, x2] = f(x1) . h(x2): signs for classical routers, directions in the
plane for those with a Bell pair. A shared coin, or the pair itself, makes both servers equally
likely. The formulas need the moments of S: with 1, x1, x2, x1 x2, and where bunching is right.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.answers import Bits, Heralded, Measurement, Rule
from xorgames.draws import Draws
from xorgames.pair_source import PairSource
from xorgames.scenarios.load_balancing_goals import (
    Goal,
    cell_means_s,
    mean_where_right,
    on_grid,
)
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.load_balancing_rules import Exchanging, Setting, Signs
from xorgames.solvers.lowrank import unit_rows
from xorgames.solvers.one_pair import best_of_rank

FloatArray = NDArray[np.float64]

#: Cells of u over which means are taken: a threshold is off by 1e-5 at most.
_NODES = 2**16

_COARSE = 64
_FINE = 2**13
_STARTS = 8
_SWEEPS = 2000
_REST = 1e-9
_TURN = 0.1


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What the formulas say about routers, by quadrature (to about 1e-5).

    Attributes
    ----------
    win_probability : float
        How often the goal's own decision is taken.
    bunch_probability : float
    wait_s : float
        The mean wait of a job.
    output_rate : float
        The baseline output of one server per second.
    """

    win_probability: float
    bunch_probability: float
    wait_s: float
    output_rate: float

    def to_dict(self) -> dict[str, float]:
        """Return the numbers by name."""
        return asdict(self)


class Player(Protocol):
    """Who decides where the jobs go."""

    @property
    def goal(self) -> Goal:
        """What they play for."""

    def servers(self, x1: FloatArray, x2: FloatArray, seeds: list[int]) -> tuple[Bits, Bits]:
        """Return the servers of both jobs of each pair, given five seeds for all coins."""

    def predict(self) -> Prediction:
        """Return what the formulas say."""


@dataclass(frozen=True, kw_only=True)
class Routers:
    """Two routers that do not talk.

    Attributes
    ----------
    goal : ShortPairs or Weighted
        What they play for.
    alice, bob : callable
        From service times to unit vectors: of 1 coordinate (signs), or of 2 (directions).
    fallback : Routers, optional
        For routers with pairs: the classical ones that take over where there is no pair.
    noise : Noise
        Of the pairs.
    """

    goal: Goal
    alice: Setting
    bob: Setting
    fallback: "Routers | None" = None
    noise: Noise = field(default_factory=Noise)

    def servers(self, x1: FloatArray, x2: FloatArray, seeds: list[int]) -> tuple[Bits, Bits]:
        """Return the servers: each router is asked with its own service times alone."""
        alice, bob = self.rules(seeds)
        pairs = np.arange(len(x1))
        return alice.answer(x1, pairs), bob.answer(x2, pairs)

    def rules(self, seeds: list[int]) -> tuple[Rule, Rule]:
        """Return how Alice and how Bob decides; with the same seeds routers meet the same coins."""
        coin, second, private_a, private_b, heralds = seeds
        if self.fallback is None:
            return Signs(self.alice, Draws(coin)), Signs(self.bob, Draws(coin))
        source = PairSource(np.full(2, self.noise.visibility), Draws(coin), Draws(second))
        shares, errors = source.shares(), self.noise.readout
        measured = Measurement if errors[0] == errors[1] else Exchanging
        alice: Rule = measured(self.alice, shares[0], errors, Draws(private_a))
        bob: Rule = measured(self.bob, shares[1], errors, Draws(private_b))
        available = self.noise.availability
        if available < 1:
            without = self.fallback.rules(seeds)
            alice = Heralded(alice, without[0], available, Draws(heralds))
            bob = Heralded(bob, without[1], available, Draws(heralds))
        return alice, bob

    def predict(self) -> Prediction:
        """Return what the formulas say."""
        return _prediction(self.goal, self.moments())

    def moments(self) -> FloatArray:
        """Return the means of S, x1 S, x2 S, x1 x2 S, and of S where bunching is right."""
        x = _nodes(self.goal)
        moments = _moments(self.goal, self.alice(x), self.bob(x))
        if self.fallback is None:
            return moments
        available = self.noise.availability
        return available * self.noise.factor * moments + (1 - available) * self.fallback.moments()


@dataclass(frozen=True, kw_only=True)
class Omniscient:
    """Routers who know both service times take the goal's own decision: nobody does better."""

    goal: Goal

    def servers(self, x1: FloatArray, x2: FloatArray, seeds: list[int]) -> tuple[Bits, Bits]:
        """Return the servers of both jobs."""
        heads = Draws(seeds[0]).uniform(np.arange(len(x1))) < 0.5
        bunched = x2 <= self.goal.limit_s(x1)
        a, b = (np.where(each, np.int8(0), np.int8(1)) for each in (heads, heads == bunched))
        return a, b

    def predict(self) -> Prediction:
        """Return what the formulas say."""
        goal = self.goal
        x = _nodes(goal)
        ones = np.ones((len(x), 1))
        right = mean_where_right(goal, np.stack([ones[:, 0], x], axis=1))
        inside = [right[:, 0], x * right[:, 0], right[:, 1], x * right[:, 1], right[:, 0]]
        return _prediction(goal, 2 * np.mean(inside, axis=1) - _moments(goal, ones, ones))


def classical(goal: Goal, *, cells: int | None = None) -> Routers:
    """Return the best classical routers.

    Parameters
    ----------
    goal : ShortPairs or Weighted
    cells : int, optional
        Each router knows its service time to one of so many equal cells of u = exp(-mu x) only;
        by default exactly.
    """
    limits = goal.thresholds if cells is None else on_grid(goal, cells)
    return Routers(
        goal=goal,
        alice=partial(_signs, limit_s=limits.alice_s, flips=False),
        bob=partial(_signs, limit_s=limits.bob_s, flips=limits.bob_flips),
    )


def quantum(goal: Goal, *, cells: int | None = None, noise: Noise | None = None) -> Routers:
    """Return routers with a Bell pair each time: the best angles in one plane.

    Parameters
    ----------
    goal : ShortPairs or Weighted
    cells : int, optional
        As for classical routers; by default the angles of 8192 cells, interpolated between their
        middles.
    noise : Noise, optional
        Of the pairs; the angles are those for perfect ones, which are the best for Werner pairs.
    """
    plane = best_of_rank(
        goal.matrix(cells or _COARSE), 2, known=[], rng=np.random.default_rng(0), starts=_STARTS
    )
    fallback = classical(goal, cells=cells)
    vectors = (plane.alice, plane.bob) if cells else _refined(goal, plane.bob, fallback)
    alice, bob = (
        partial(
            _directions,
            angles=np.unwrap(np.arctan2(each[:, 1], each[:, 0])),
            service_rate_hz=goal.model.service_rate_hz,
            continuous=cells is None,
        )
        for each in vectors
    )
    return Routers(goal=goal, alice=alice, bob=bob, fallback=fallback, noise=noise or Noise())


def _refined(goal: Goal, coarse: FloatArray, fallback: Routers) -> tuple[FloatArray, FloatArray]:
    """Return the best of two starts, both sides answering each other in turn on the fine grid.

    One start is the coarse grid's optimum, the other the classical strategy, a little turned, as
    nothing leads out of the line itself.
    """
    signs = fallback.bob(cell_means_s(_FINE, goal.model.service_rate_hz))
    turn = np.linspace(0, _TURN, _FINE)[:, None]
    turned = signs * np.concatenate([np.cos(turn), np.sin(turn)], axis=1)
    ends = [_settled(goal, bob) for bob in (np.repeat(coarse, _FINE // _COARSE, axis=0), turned)]
    return max(ends, key=lambda pair: float(np.einsum("ij,ij->", goal.pull(pair[1]), pair[0])))


def _settled(goal: Goal, bob: FloatArray) -> tuple[FloatArray, FloatArray]:
    for _ in range(_SWEEPS):
        alice = unit_rows(goal.pull(bob))
        before, bob = bob, unit_rows(goal.pull(alice))
        if np.abs(bob - before).max() < _REST:
            break
    return alice, bob


def _signs(x: FloatArray, *, limit_s: float, flips: bool) -> FloatArray:
    return np.where((x <= limit_s) ^ flips, 1.0, -1.0)[:, None]


def _directions(
    x: FloatArray, *, angles: FloatArray, service_rate_hz: float, continuous: bool
) -> FloatArray:
    place = np.exp(-service_rate_hz * x) * len(angles)
    if continuous:
        angle = np.interp(place, np.arange(len(angles)) + 0.5, angles)
    else:
        angle = angles[np.minimum(place.astype(np.int64), len(angles) - 1)]
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _nodes(goal: Goal) -> FloatArray:
    return cell_means_s(_NODES, goal.model.service_rate_hz)


def _moments(goal: Goal, f: FloatArray, h: FloatArray) -> FloatArray:
    """Return the means of S, x1 S, x2 S, x1 x2 S, and of S where bunching is right."""
    x = _nodes(goal)
    means = [(each.mean(axis=0), (x @ each) / len(x)) for each in (f, h)]
    (f0, f1), (h0, h1) = means
    right = float(np.einsum("ij,ij->", f, mean_where_right(goal, h))) / len(x)
    return np.array([f0 @ h0, f1 @ h0, f0 @ h1, f1 @ h1, right])


def _prediction(goal: Goal, moments: FloatArray) -> Prediction:
    model = goal.model
    mean = 1 / model.service_rate_hz
    total = moments[:4] + np.array([1.0, mean, mean, mean**2])
    bunching_s = (model.cross * total[3] + (total[1] + total[2]) / 4) / 2
    bunch = float(total[0]) / 2
    return Prediction(
        win_probability=float((1 + 2 * moments[4] - moments[0]) / 2),
        bunch_probability=bunch,
        wait_s=model.wait_s(float(bunching_s)),
        output_rate=model.output_rate(bunch),
    )
