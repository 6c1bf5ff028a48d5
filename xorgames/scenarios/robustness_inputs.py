"""Inputs by another law than stated, and a law that drifts.

- input law: within a bias tau of the stated law, classical players meet the law that is best for
  them and the machine the one that is worst for it, both played. The excess is the machine's mean
  payoff minus theirs; `require` can state a number of rounds as long as it is positive.
- drift: within the window the law moves in equal steps from the stated one to the best one for
  classical players within tau, and these know the law of each moment. `require` says "no drift";
  the interval of laws covers any drift inside it, so its limit is a safe one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Finding
from xorgames.draws import generator
from xorgames.errors import expect, reject
from xorgames.hardware.input_law import MOST_INPUTS, InputLaw, LawSet, all_answers
from xorgames.hardware.requirements import require
from xorgames.noisy import SharedRandomStrategy
from xorgames.regions import whole_number
from xorgames.scenarios.engine import play
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.game_scenario import GameScenario, best_law
from xorgames.scenarios.players import Apart, Player
from xorgames.scenarios.robustness_points import (
    Point,
    Sweep,
    checked_values,
    find_bracket,
    measure_each,
    part_of,
)
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress
from xorgames.strategy import DeterministicStrategy, Playable

FloatArray = NDArray[np.float64]

_BIASES = np.array([0.0, 0.5, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.5])
_DRIFTS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0])
_SLICES = 8
_HALVINGS = 24


class _Played(NamedTuple):
    """The mean payoff measured, and the one expected."""

    mean: Estimate
    expected: float


def input_law_sweep(
    solution: Solution,
    *,
    drift: bool = False,
    biases: Sequence[float] | None = None,
    rounds: int = 10**6,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Play a game under laws of the inputs that differ from the stated one, or drift away from it.

    Parameters
    ----------
    solution : Solution
        Of a game with at most 16 inputs on both sides together.
    drift : bool
        Whether the law drifts within the window, rather than being another one throughout.
    biases : sequence of float, optional
        Values of tau; by default on both sides of the requirement.
    rounds : int
        For each value.
    rng, progress
        As in `sweep`.

    Examples
    --------
    >>> import xorgames as xg
    >>> found = input_law_sweep(xg.solve(xg.catalog.chsh()), rounds=50_000)
    >>> round(found.required, 4), found.agrees  # tau - tau^2 = 1/sqrt(8) - 1/4
    (0.1173, True)
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    count = whole_number("rounds", rounds, 1000, 10**12)
    limit = _largest_bias(solution)
    usual = np.clip(limit * (_DRIFTS if drift else _BIASES), 0.0, 1.0)
    chosen = np.unique(usual if biases is None else checked_values(biases))
    random = generator(rng)
    points = measure_each(
        chosen.tolist(),
        lambda bias, told: (_drifting if drift else _elsewhere)(
            solution, bias, count, random, told
        ),
        progress,
    )
    moved = "drift of the law of the inputs" if drift else "bias of the law of the inputs"
    return Sweep(
        axis="drift" if drift else "input_bias",
        unit="",
        about=moved + " within the window" * drift,
        points=points,
        bracket=find_bracket(points),
        end=None,
        required=limit,
        safe=drift,
    )


@lru_cache(maxsize=1)
def _largest_bias(solution: Solution) -> float:
    """Return up to which bias `require` can state a number of rounds, by bisection."""

    def possible(bias: float) -> bool:
        rounds = require(solution, inputs=InputLaw(bias=bias), test="hoeffding").rounds
        return rounds.certifiable is Finding.PROVEN

    if not possible(0.0):
        reject("solution", "must have an advantage that can end", received="none")
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if possible(middle) else (low, middle)
    return low


def _elsewhere(
    solution: Solution,
    bias: float,
    rounds: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> Point:
    """Play the machine under its worst law, and classical players under the best for them."""
    distribution, quantum = solution.game.distribution, solution.one_pair.strategy
    worst = best_law(distribution, -_payoff(solution, quantum.correlators), bias=bias)
    best, rule = _best_classical(solution, bias)
    ours = _play(solution, quantum, worst, rounds, rng, part_of(progress, 0, 2))
    theirs = _play(solution, rule, best, rounds, rng, part_of(progress, 1, 2))
    return _point(bias, [(ours, theirs)])


def _drifting(
    solution: Solution,
    bias: float,
    rounds: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> Point:
    """Play all steps of the drift, the classical players with the best rule for each."""
    end, _ = _best_classical(solution, bias)
    steps = []
    for step, share in enumerate(np.linspace(0, 1, _SLICES)):
        law = (1 - share) * solution.game.distribution + share * end
        _, rule = _best_classical(solution, 0.0, law)
        told = part_of(progress, step, _SLICES)
        steps.append(
            tuple(
                _play(solution, strategy, law, rounds // _SLICES, rng, part_of(told, each, 2))
                for each, strategy in enumerate((solution.one_pair.strategy, rule))
            )
        )
    return _point(bias, steps)


def _point(bias: float, steps: Sequence[tuple[_Played, ...]]) -> Point:
    """Return the mean excess over steps of equal length."""
    count = len(steps)
    excess = sum(ours.mean.value - theirs.mean.value for ours, theirs in steps) / count
    squares = sum(each.mean.standard_error**2 for pair in steps for each in pair)
    predicted = sum(ours.expected - theirs.expected for ours, theirs in steps) / count
    total = Estimate(value=excess, standard_error=float(np.sqrt(squares)) / count)
    return Point(value=bias, excess=total, predicted=Estimate(value=predicted, standard_error=0.0))


def _play(
    solution: Solution,
    strategy: Playable,
    law: FloatArray,
    rounds: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> _Played:
    """Play a strategy in rounds of their own with inputs from a law."""
    deciders = Apart(strategy=strategy)
    player = Player(deciders=deciders, about="")
    scenario = GameScenario(game=solution.game, law=law)
    tally = play(scenario, {"": player}, rounds=rounds, rng=rng, progress=progress)[""]
    expected = float((law * _payoff(solution, deciders.correlators)).sum())
    return _Played(mean=tally.estimate(lambda means: means["payoff"]), expected=expected)


def _payoff(solution: Solution, correlators: FloatArray) -> FloatArray:
    """Return the mean payoff of a strategy at each pair of inputs."""
    payoff = solution.game.payoff
    return np.asarray(payoff.mean(axis=-1) + correlators * (payoff @ [0.5, -0.5]))


def _best_classical(
    solution: Solution, bias: float, centre: FloatArray | None = None
) -> tuple[FloatArray, SharedRandomStrategy]:
    """Return the law within a bias of another, and the rule, with the largest mean payoff."""
    m, n = solution.game.shape
    if m + n > MOST_INPUTS:
        limit = f"must have at most {MOST_INPUTS} inputs on both sides together"
        reject("game", limit, received=f"{m} x {n}")
    laws = LawSet(solution.game.distribution if centre is None else centre, bias)
    alices, bobs = all_answers(m, first_is_zero=True), all_answers(n)
    most, chosen = -np.inf, (alices[0], bobs[0])
    for a in alices:
        signs = 1 - 2.0 * (a[:, None] ^ bobs[:, None, :])
        means = laws.largest_mean(_payoff(solution, signs))
        if means.max() > most:
            most, chosen = float(means.max()), (a, bobs[means.argmax()])
    rule = DeterministicStrategy(a=chosen[0], b=chosen[1])
    best = best_law(laws.distribution, _payoff(solution, rule.correlators), bias=bias)
    return best, SharedRandomStrategy.symmetrised(rule)
