"""Until when a claim can be made: with fewer rounds in a window.

Windows of N rounds are played, each score is turned into a win by a coin, and the exact binomial
test is applied. The excess is the share of the windows that pass minus the power asked for;
`require` states the first N with that power ("average" protocol, test "bernoulli").
"""

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import generator, seeds
from xorgames.errors import expect, reject
from xorgames.hardware.binomial import allowed_losses, powers
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.requirements import Requirements, require
from xorgames.regions import whole_number
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.game_scenario import GameScenario
from xorgames.scenarios.players import Machine
from xorgames.scenarios.robustness_points import (
    Point,
    Sweep,
    find_bracket,
    measure_each,
)
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress

FloatArray = NDArray[np.float64]

_ROUNDS = np.array([0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.5, 2.0])
#: Rounds that are played at a time.
_CHUNK = 2**15


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
    needs = needs_of(solution, conditions, machine)
    required = needs.rounds.first
    if required is None:
        reject("machine", "must be good enough to show an advantage", received=needs.rounds.reason)
    sizes = _sizes(required)
    random, null = generator(rng), needs.rounds.null
    allowed = allowed_losses(sizes[-1], null, alpha=conditions.alpha)
    expected = powers(sizes[-1], null, needs.rounds.alternative, alpha=conditions.alpha)

    def measure(size: int, told: Progress | None) -> Point:
        lost = _losses(solution, machine, size, count, random, told)
        passed = float((lost <= allowed[size]).mean())
        # Of the power predicted: that of the share seen is 0 where all windows agree.
        error = float(np.sqrt(max(expected[size] * (1 - expected[size]), 0.25 / count) / count))
        return Point(
            value=size / conditions.window_s,
            excess=Estimate(value=passed - conditions.power, standard_error=error),
            predicted=Estimate(value=float(expected[size]) - conditions.power, standard_error=0.0),
        )

    points = measure_each(sizes, measure, progress)
    return Sweep(
        axis="rate_hz",
        unit="Hz",
        about="rounds a second; share of the windows with a claim",
        points=points,
        bracket=find_bracket(points),
        end=None,
        required=needs.rate_min_hz,
    )


def needs_of(solution: Solution, conditions: Conditions, machine: Machine) -> Requirements:
    """Return what `require` says of a machine that may have no pair in some rounds.

    Such a round is a classical one, and worth more than a coin. So the infidelity that counts is
    the one that would leave the same mean payoff with a pair in every round.

    Examples
    --------
    >>> import xorgames as xg
    >>> from xorgames.scenarios.load_balancing_model import Noise
    >>> half = Machine(noise=Noise(availability=0.5))
    >>> needs_of(xg.solve(xg.catalog.chsh()), Conditions(), half).rounds.first
    561
    """
    ideal, played = (
        float((solution.game.matrix * strategy.correlators).sum())
        for strategy in (solution.one_pair.strategy, machine.strategy(solution))
    )
    lost = min(max(1 - played / ideal, 0.0), 1.0) if ideal > 0 else 0.0
    return require(solution, conditions, infidelity=lost, test="bernoulli")


def rounds_of(
    solution: Solution, conditions: Conditions, machine: Machine | None = None
) -> int | None:
    """Return how many rounds `rate_sweep` plays for each window that it counts.

    None if no number of rounds is enough.

    Examples
    --------
    >>> import xorgames as xg
    >>> rounds_of(xg.solve(xg.catalog.chsh()), Conditions())  # 130 are required
    1041
    """
    required = needs_of(solution, conditions, machine or Machine()).rounds.first
    return None if required is None else sum(_sizes(required))


def _sizes(required: int) -> list[int]:
    """Return numbers of rounds on both sides of the required one."""
    sizes: list[int] = np.unique(np.ceil(required * _ROUNDS).astype(np.int64)).tolist()
    return sizes


def _losses(
    solution: Solution,
    machine: Machine,
    size: int,
    windows: int,
    rng: np.random.Generator,
    progress: Progress | None,
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
        if progress:
            progress(int(number[-1]) + 1, windows * size)
    return lost
