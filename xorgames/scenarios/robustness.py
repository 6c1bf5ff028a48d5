"""Until when the advantage lasts: one imperfection grows, all else stays as it is.

Each axis plays the scenario with players that differ in one number only, in the same rounds, and
measures the excess: the mean payoff of the one who should be better minus that of the other.

- visibility, readout_error, one_sided_error: the machine against the classical strategy;
- pair_rate_hz: the same, where a decision that finds the store empty is made classically;
- decision_time_s: the same; whoever decides too slowly is late;
- distance_m: perfect pairs against two who tell each other their inputs, late or not.

Beside the end of the advantage stands what `require` says of the game: its limit of the combined
infidelity, of the time for a decision, of the distance. See `robustness_points` for when they
agree, `robustness_claims` for the rate and the law of the inputs, `load_balancing_robustness` for
the queues.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import generator
from xorgames.errors import expect, near_name, reject
from xorgames.regions import whole_number
from xorgames.scenarios.engine import Prepared, play
from xorgames.scenarios.estimates import Change, Estimate
from xorgames.scenarios.estimation import EstimatedGame
from xorgames.scenarios.players import Player
from xorgames.scenarios.robustness_axes import AXES, Setting
from xorgames.scenarios.robustness_points import (
    Point,
    Sweep,
    checked_values,
    find_bracket,
    line_end,
)
from xorgames.scenarios.scenario import Scenario
from xorgames.scenarios.tally import Formula, Tally, jackknife
from xorgames.solvers.solution import Solution
from xorgames.solvers.workers import Progress

FloatArray = NDArray[np.float64]


def sweep(
    scenario: Scenario,
    known: Solution | Prepared,
    axis: str,
    *,
    setting: Setting | None = None,
    values: Sequence[float] | None = None,
    rounds: int = 10**6,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Measure how long the advantage of a scenario lasts along one axis.

    Parameters
    ----------
    scenario : Scenario
    known : Solution or Prepared
        Of its game: the strategies that are played. Of an estimated game what is predicted has its
        error too.
    axis : str
        One of `AXES`.
    setting : Setting, optional
    values : sequence of float, optional
        At least 2; by default on both sides of the requirement.
    rounds : int
        At least 1000.
    rng : int or numpy.random.Generator
        A seed or a generator.
    progress : callable, optional
        Called with (rounds done, rounds in all).

    Raises
    ------
    InputError
        If there is no such axis, the scenario does not say what lateness costs, or the game has no
        advantage that could end.

    Examples
    --------
    >>> from xorgames import solve
    >>> from xorgames.scenarios.hft import HFT
    >>> found = sweep(HFT(), solve(HFT().exact_game()), "visibility", rounds=100_000)
    >>> found.bracket[0] < found.required < found.bracket[1], found.agrees
    (True, True)
    """
    expect(scenario, Scenario, key="scenario")
    expect(known, (Solution, Prepared), key="known", cure="solve or prepare makes one")
    if axis not in AXES:
        cure = near_name(str(axis), list(AXES))
        reject("axis", "is not offered", received=repr(axis), cure=cure)
    count = whole_number("rounds", rounds, 1000, 10**12)
    solution = known if isinstance(known, Solution) else known.solution
    estimated = None if isinstance(known, Solution) else known.estimated
    made = AXES[axis](solution, setting or Setting())
    chosen = made.values if values is None else checked_values(values)
    pairs = [(made.ours(value), made.theirs(value)) for value in chosen.tolist()]
    # Whoever does not depend on the value is one player, and plays once.
    players = {str(id(each)): each for pair in pairs for each in pair}
    tallies = play(scenario, players, rounds=count, rng=generator(rng), progress=progress)
    if len(tallies) < len(players):
        reject("scenario", "must say what lateness costs", cure="give it a method `missed`")
    excess = np.stack(
        [
            tallies[str(id(ours))].values(_payoff) - tallies[str(id(theirs))].values(_payoff)
            for ours, theirs in pairs
        ]
    )
    points = tuple(
        Point(
            value=value,
            excess=jackknife(each),
            predicted=_predicted(solution, estimated, *pair),
            changes=_changes(scenario, *(tallies[str(id(player))] for player in pair)),
        )
        for value, each, pair in zip(chosen.tolist(), excess, pairs, strict=True)
    )
    bracket = find_bracket(points)
    return Sweep(
        axis=axis,
        unit=made.unit,
        about=made.about,
        points=points,
        bracket=bracket,
        end=None if made.step or bracket is None else line_end(chosen, excess, bracket),
        required=made.required,
        safe=made.safe,
    )


def _changes(scenario: Scenario, ours: Tally, theirs: Tally) -> dict[str, Change]:
    """Return what differs in the scenario's own units."""
    formulas: dict[str, Formula] = {
        each.name: partial(_mean, name=each.name) for each in scenario.measures
    }
    formulas |= dict(scenario.formulas)
    return {name: ours.change(formula, theirs) for name, formula in formulas.items()}


def _mean(means: Mapping[str, FloatArray], *, name: str) -> FloatArray:
    if name not in means:
        reject(
            "quantities", f"must hold the measure {name}", cure="add it, or a formula of that name"
        )
    return means[name]


def _payoff(means: Mapping[str, FloatArray]) -> FloatArray:
    if "payoff" in means:
        return means["payoff"]
    if "cost" not in means:
        reject("quantities", "must hold the cost", cure='add "cost"')
    return -means["cost"]


def _predicted(
    solution: Solution, estimated: EstimatedGame | None, ours: Player, theirs: Player
) -> Estimate | None:
    if ours.late or theirs.late:
        return None
    first, second = ours.deciders.correlators, theirs.deciders.correlators
    if estimated is not None:
        return estimated.gap(first, second)
    gain = float((solution.game.matrix * (first - second)).sum()) / 2
    return Estimate(value=gain, standard_error=0.0)
