"""From a scenario to what it is worth: estimate the game, solve it, play it, compare.

Training rounds -> XORGame -> solution -> players -> test rounds -> metrics. All players meet the
same test rounds, the same coins and, as far as they measure alike, the same outcomes: differences
have small errors. Rounds are made in pieces, so that memory stays flat; a seed gives the same
numbers whatever the progress callback does.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xorgames.draws import generator, seeds
from xorgames.errors import expect, reject
from xorgames.hardware.conditions import Conditions
from xorgames.regions import whole_number
from xorgames.scenarios.checks import check_scenario, checked_cells, checked_quantities
from xorgames.scenarios.estimates import SIGMAS
from xorgames.scenarios.estimation import CellSums, EstimatedGame
from xorgames.scenarios.players import STORE_NOTE, Machine, Player, players_of
from xorgames.scenarios.result import ERROR_NOTE, Achieved, ScenarioResult
from xorgames.scenarios.scenario import Part, Scenario
from xorgames.scenarios.tally import BATCHES, FloatArray, Formula, Tally, resemblance
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.workers import Progress

_CHUNK = 2**15
#: Batches are to hold so many rounds, or their spread is no standard error.
_LEAST = 10 * BATCHES
_MOST = 10**12
_USUAL = 10**6


@dataclass(frozen=True, kw_only=True, eq=False)
class Prepared:
    """A scenario whose game is known and solved."""

    scenario: Scenario
    estimated: EstimatedGame
    solution: Solution


def prepare(
    scenario: Scenario,
    *,
    rounds: int | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Prepared:
    """Estimate a scenario's game from training rounds, and solve it.

    Parameters
    ----------
    scenario : Scenario
    rounds : int, optional
        How many training rounds, at least 1000; by default a million, or all that there are.
    rng : int or numpy.random.Generator
        A seed or a generator.
    progress : callable, optional
        Called with (rounds done, rounds in all).

    Raises
    ------
    InputError
        If the scenario is none, has fewer rounds, or its costs are no XOR game's.

    Examples
    --------
    >>> from xorgames.scenarios.hft import HFT
    >>> found = prepare(HFT(), rounds=100_000)
    >>> found.solution.advantage.verdict, found.estimated.game.shape
    (<Finding.PROVEN: 'PROVEN'>, (2, 2))
    """
    count = _checked_rounds(scenario, "training", rounds)
    take = scenario.source("training", generator(rng))
    sums = CellSums(scenario, count)
    for done in range(0, count, _CHUNK):
        size = min(_CHUNK, count - done)
        sums.add(take(size), size)
        if progress:
            progress(min(done + _CHUNK, count), count)
    estimated = sums.estimate()
    return Prepared(scenario=scenario, estimated=estimated, solution=solve(estimated.game))


def simulate(
    scenario: Scenario,
    *,
    rounds: int | None = None,
    training: int | None = None,
    machine: Machine | None = None,
    conditions: Conditions | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> ScenarioResult:
    """Play a scenario out with every kind of player and compare them.

    Parameters
    ----------
    scenario : Scenario
    rounds, training : int, optional
        How many rounds are played, and from how many others the game is estimated; at least 1000
        each. By default a million each, or all that there are.
    machine : Machine, optional
        Of the player "machine", who is left out without it.
    conditions : Conditions, optional
        The distance and the time for a decision; `Conditions()` by default.
    rng : int or numpy.random.Generator
        A seed or a generator.
    progress : callable, optional
        Called with (rounds done, rounds in all), training included.

    Raises
    ------
    InputError
        With what is wrong with the arguments or the scenario.

    Examples
    --------
    >>> from xorgames.scenarios.hft import HFT
    >>> result = simulate(HFT(), rounds=20_000, training=20_000)
    >>> result.players["quantum"].changes["payoff"].difference.value > 0
    True
    """
    started = time.perf_counter()
    conditions = Conditions() if conditions is None else conditions
    expect(conditions, Conditions, key="conditions")
    if machine is not None:
        expect(machine, Machine, key="machine")
    learnt = _checked_rounds(scenario, "training", training)
    played = _checked_rounds(scenario, "test", rounds)

    def after(before: int) -> Progress | None:
        return progress and (lambda done, _: progress(before + done, learnt + played))

    first, second = generator(rng).spawn(2)
    prepared = prepare(scenario, rounds=learnt, rng=first, progress=after(0))
    players = players_of(scenario, prepared.solution, conditions, machine)
    tallies = play(scenario, players, rounds=played, rng=second, progress=after(learnt))
    facts: dict[str, Any] = {
        "parameters": dict(scenario.facts()),
        "conditions": conditions.to_dict() | {"light_time_s": conditions.light_time_s},
        "machine": machine and machine.to_dict(),
        "game": prepared.estimated.to_dict(prepared.solution),
    }
    about = {name: _about(each) for name, each in players.items() if name in tallies}
    return ScenarioResult(
        scenario=scenario.name,
        rounds=played,
        counted="decisions",
        measures=scenario.measures,
        players=_achieved(scenario, prepared, players, tallies),
        about=about,
        facts=facts,
        notes=(
            ERROR_NOTE,
            *scenario.notes(conditions),
            *(() if machine is None else (STORE_NOTE,)),
            *prepared.estimated.doubts(prepared.solution),
            *_left_out(players, tallies),
            *_dependent(scenario, tallies),
        ),
        seconds=time.perf_counter() - started,
    )


def play(
    scenario: Scenario,
    players: Mapping[str, Player],
    *,
    rounds: int,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> dict[str, Tally]:
    """Let every player decide in the same rounds, and add up what comes of it.

    A late player is left out where the scenario does not say what lateness costs.
    """
    worlds, coins = rng.spawn(2)
    take = scenario.source("test", worlds)
    tallies = {name: Tally() for name in players}
    ends = np.arange(1, BATCHES + 1) * rounds // BATCHES
    for batch, size in enumerate(np.diff(ends, prepend=0)):
        for start in range(0, size, _CHUNK):
            count = int(min(_CHUNK, size - start))
            seen = take(count)
            checked_cells(seen, scenario.shape, count)
            (seed,) = seeds(coins, 1)
            for name, player in players.items():
                quantities = _quantities(scenario, player, seen, seed)
                if quantities is not None:
                    tallies[name].add(batch, quantities)
        if progress:
            progress(int(ends[batch]), rounds)
    return {name: tally for name, tally in tallies.items() if tally.rounds}


def _quantities(
    scenario: Scenario, player: Player, seen: Any, seed: int
) -> Mapping[str, FloatArray] | None:
    rounds = len(seen.x)
    if player.late:
        found = scenario.missed(seen)
        return None if found is None else checked_quantities(found, rounds)
    # Bits as wide as any number: with those of 8 bits, 100 * a + 100 * b would overflow in silence.
    a, b = (bits.astype(np.int64) for bits in player.deciders.decide(seen, seed))
    for bits in (a, b):
        bits.setflags(write=False)
    return checked_quantities(scenario.quantities(seen, a, b), rounds)


def _achieved(
    scenario: Scenario,
    prepared: Prepared,
    players: Mapping[str, Player],
    tallies: Mapping[str, Tally],
) -> dict[str, Achieved]:
    formulas = _formulas(scenario)
    baseline = tallies["classical"]
    achieved = {}
    for name, tally in tallies.items():
        others = name != "classical"
        achieved[name] = Achieved(
            metrics={key: tally.estimate(each) for key, each in formulas.items()},
            changes={key: tally.change(each, baseline) for key, each in formulas.items() if others},
            predicted=_predicted(prepared, players[name], set(formulas)),
        )
    return achieved


def _formulas(scenario: Scenario) -> dict[str, Formula]:
    means = {each.name: _mean_of(each.name) for each in scenario.measures}
    return means | dict(scenario.formulas)


def _mean_of(name: str) -> Formula:
    def mean(means: Mapping[str, FloatArray]) -> FloatArray:
        if name not in means:
            cure = "add it, or a formula of that name"
            reject("quantities", f"must hold the measure {name}", cure=cure)
        return means[name]

    return mean


def _predicted(prepared: Prepared, player: Player, known: set[str]) -> dict[str, float]:
    """Return what the estimated game says of the payoff: a strategy's value."""
    if player.late:
        return {}
    game = prepared.solution.game
    value = game.offset + float((game.matrix * player.deciders.correlators).sum()) / 2
    return {key: number for key, number in (("payoff", value), ("cost", -value)) if key in known}


def _left_out(players: Mapping[str, Player], tallies: Mapping[str, Tally]) -> tuple[str, ...]:
    """Name those who are too late where the scenario does not say what that costs."""
    names = ", ".join(name for name in players if name not in tallies)
    return (f"Too late, at a cost that the scenario does not state: {names}.",) if names else ()


def _dependent(scenario: Scenario, tallies: Mapping[str, Tally]) -> tuple[str, ...]:
    """Say if batches are not independent, beyond five standard errors of a correlation."""
    formulas = _formulas(scenario).values()
    largest = max(
        resemblance(tally.values(each)) for tally in tallies.values() for each in formulas
    )
    if largest * BATCHES**0.5 < SIGMAS:
        return ()
    return (
        f"Something lasts longer than a batch, 1/{BATCHES} of the run: neighbouring ones have "
        f"correlations up to {largest:.2f}, so that standard errors are too small.",
    )


def _about(player: Player) -> str:
    return player.about + ("; too late" if player.late else "")


def _checked_rounds(scenario: Scenario, part: Part, rounds: int | None) -> int:
    """Return how many rounds a part is to have, after checking that it can."""
    check_scenario(scenario)
    key = "training" if part == "training" else "rounds"
    limit = scenario.limit(part)
    if rounds is None:
        rounds = _USUAL if limit is None else min(_USUAL, limit)
    count = whole_number(key, rounds, _LEAST, _MOST)
    if limit is not None and count > limit:
        reject(key, f"must not exceed the {limit} that there are", received=count)
    return count
