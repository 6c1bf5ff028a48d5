"""Until when a claim can be made: fewer rounds, inputs by another law, a law that drifts.

- rate: windows of N rounds are played, each score is turned into a win by a coin, and the exact
  binomial test is applied. The excess is the share of the windows that pass minus the power asked
  for; `require` states the first N with that power ("average" protocol, test "bernoulli").
- input law: within a bias tau of the stated law, classical players meet the law that is best for
  them and the machine the one that is worst for it, both played. The excess is the machine's mean
  payoff minus theirs; `require` can state a number of rounds as long as it is positive.
- drift: within the window the law moves in equal steps from the stated one to the best one for
  classical players within tau, and these know the law of each moment. `require` says "no drift";
  the interval of laws covers any drift inside it, so its limit is a safe one.
"""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Finding
from xorgames.draws import generator, seeds
from xorgames.errors import expect, reject
from xorgames.hardware.binomial import allowed_losses, powers
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.input_law import MOST_INPUTS, InputLaw, all_answers
from xorgames.hardware.requirements import require
from xorgames.noisy import SharedRandomStrategy
from xorgames.regions import whole_number
from xorgames.scenarios.engine import play
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.game_scenario import GameScenario, best_law
from xorgames.scenarios.players import Apart, Machine, Player
from xorgames.scenarios.robustness import Point, Sweep, checked_values, find_bracket
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress
from xorgames.strategy import DeterministicStrategy, Playable

FloatArray = NDArray[np.float64]

_ROUNDS = np.array([0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0])
_BIASES = np.array([0.0, 0.5, 0.8, 0.9, 0.95, 1.05, 1.1, 1.2, 1.5])
_DRIFTS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0])
#: Rounds that are played at a time.
_CHUNK = 2**15
_SLICES = 8
_HALVINGS = 40


class _Played(NamedTuple):
    """The mean payoff measured, and the one expected."""

    mean: Estimate
    expected: float


def rate_sweep(
    solution: Solution,
    *,
    machine: Machine | None = None,
    conditions: Conditions | None = None,
    windows: int = 4000,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Play windows with fewer and with more rounds than required, and count the claims made.

    Parameters
    ----------
    solution : Solution
    machine : Machine, optional
        Perfect by default.
    conditions : Conditions, optional
        Window, significance and power.
    windows : int
        How many are played for each rate; at least 100.
    rng, progress
        As in `sweep`.

    Raises
    ------
    InputError
        If no number of rounds is enough.

    Examples
    --------
    >>> import xorgames as xg
    >>> found = rate_sweep(xg.solve(xg.catalog.chsh()), windows=500)
    >>> found.bracket[0] <= found.required <= found.bracket[1], found.agrees
    (True, True)
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    machine, conditions = machine or Machine(), conditions or Conditions()
    count = whole_number("windows", windows, 100, 10**6)
    infidelity = 1 - machine.noise.factor * machine.noise.availability
    needs = require(solution, conditions, infidelity=infidelity, test="bernoulli")
    required = needs.rounds.first
    if required is None:
        reject("machine", "must be good enough to show an advantage", received=needs.rounds.reason)
    random, points = generator(rng), []
    sizes = np.unique(np.ceil(required * _ROUNDS).astype(np.int64)).tolist()
    allowed = allowed_losses(sizes[-1], needs.rounds.null, alpha=conditions.alpha)
    expected = powers(
        sizes[-1], needs.rounds.null, needs.rounds.alternative, alpha=conditions.alpha
    )
    for done, size in enumerate(sizes):
        lost = _losses(solution, machine, size, count, random)
        passed = float((lost <= allowed[size]).mean())
        # Of the power predicted: that of the share seen is 0 where all windows agree.
        error = float(np.sqrt(max(expected[size] * (1 - expected[size]), 0.25 / count) / count))
        excess = Estimate(value=passed - conditions.power, standard_error=error)
        points.append(
            Point(
                value=size / conditions.window_s,
                excess=excess,
                predicted=_exact(float(expected[size]) - conditions.power),
            )
        )
        if progress:
            progress(done + 1, len(sizes))
    return Sweep(
        axis="rate_hz",
        unit="Hz",
        about="rounds a second; share of the windows with a claim",
        points=tuple(points),
        bracket=find_bracket(points),
        end=None,
        required=needs.rate_min_hz,
    )


def _exact(value: float) -> Estimate:
    return Estimate(value=value, standard_error=0.0)


def _losses(
    solution: Solution, machine: Machine, size: int, windows: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the rounds lost in each window, scores turned into wins by a coin."""
    game = solution.game
    scenario, strategy = GameScenario(game=game), machine.strategy(solution)
    least, most = (float(end) for end in game.payoff_range)
    lost = np.zeros(windows, dtype=np.int64)
    for start in range(0, windows * size, _CHUNK):
        number = np.arange(start, min(start + _CHUNK, windows * size))
        seen = scenario.draw(len(number), rng)
        (seed,) = seeds(rng, 1)
        a, b = strategy.sample(seen.x, seen.y, rng=seed)
        score = (game.payoff[seen.x, seen.y, a ^ b] - least) / (most - least)
        losses = rng.random(len(number)) >= score
        lost += np.bincount(number[losses] // size, minlength=windows)
    return lost


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
    random, points = generator(rng), []
    measure = _drifting if drift else _elsewhere
    for done, bias in enumerate(chosen.tolist()):
        points.append(measure(solution, bias, count, random))
        if progress:
            progress(done + 1, len(chosen))
    moved = "drift of the law of the inputs" if drift else "bias of the law of the inputs"
    return Sweep(
        axis="drift" if drift else "input_bias",
        unit="",
        about=moved + " within the window" * drift,
        points=tuple(points),
        bracket=find_bracket(points),
        end=None,
        required=limit,
        safe=drift,
    )


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


def _elsewhere(solution: Solution, bias: float, rounds: int, rng: np.random.Generator) -> Point:
    """Play the machine under its worst law, and classical players under the best for them."""
    distribution, quantum = solution.game.distribution, solution.one_pair.strategy
    worst = best_law(distribution, -_payoff(solution, quantum.correlators), bias=bias)
    best, rule = _best_classical(solution, bias)
    ours = _play(solution, quantum, worst, rounds, rng)
    theirs = _play(solution, rule, best, rounds, rng)
    return _point(bias, [(ours, theirs)])


def _drifting(solution: Solution, bias: float, rounds: int, rng: np.random.Generator) -> Point:
    """Play all steps of the drift, the classical players with the best rule for each."""
    end, _ = _best_classical(solution, bias)
    steps = []
    for share in np.linspace(0, 1, _SLICES):
        law = (1 - share) * solution.game.distribution + share * end
        _, rule = _best_classical(solution, 0.0, law)
        steps.append(
            tuple(
                _play(solution, strategy, law, rounds // _SLICES, rng)
                for strategy in (solution.one_pair.strategy, rule)
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
    return Point(value=bias, excess=total, predicted=_exact(predicted))


def _play(
    solution: Solution,
    strategy: Playable,
    law: FloatArray,
    rounds: int,
    rng: np.random.Generator,
) -> _Played:
    """Play a strategy in rounds of their own with inputs from a law."""
    deciders = Apart(strategy=strategy)
    player = Player(deciders=deciders, about="")
    scenario = GameScenario(game=solution.game, law=law)
    tally = play(scenario, {"": player}, rounds=rounds, rng=rng)[""]
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
    law = solution.game.distribution if centre is None else centre
    found = []
    for a, b in product(all_answers(m, first_is_zero=True), all_answers(n)):
        rule = DeterministicStrategy(a=a, b=b)
        payoff = _payoff(solution, rule.correlators)
        best = best_law(law, payoff, bias=bias)
        found.append((float((best * payoff).sum()), best, rule))
    _, best, rule = max(found, key=lambda each: each[0])
    return best, SharedRandomStrategy.symmetrised(rule)
