"""From a game to its solution: classical, one pair, quantum, no-signalling, and the verdict.

Classical <= one pair <= quantum <= no-signalling holds for the numbers returned as it holds for the
games: each bracket is narrowed by its neighbours, and a contradiction is an error.
"""

import math
import time
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.draws import generator
from xorgames.errors import InconsistencyError, expect, reject
from xorgames.game import XORGame
from xorgames.solvers.certificate import certify, deterministic_bias, strategy_bias
from xorgames.solvers.classical import MAX_STRATEGIES, classical_bias
from xorgames.solvers.exact import is_tsirelson_optimal
from xorgames.solvers.one_pair import REACHED, best_of_rank, dial, dialled_bias, smallest_rank
from xorgames.solvers.solution import (
    Advantage,
    Classical,
    NoSignalling,
    OnePair,
    Quantum,
    Solution,
)
from xorgames.solvers.tsirelson import propose
from xorgames.solvers.workers import Progress


def solve(
    game: XORGame,
    *,
    method: str = "auto",
    classical_method: str = "auto",
    level: str = "verified",
    max_strategies: int = MAX_STRATEGIES,
    time_limit_s: float | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Solution:
    """Return what the game is worth without and with entanglement, and how to play it.

    Parameters
    ----------
    game : XORGame
    method : str
        How the Tsirelson value is proposed, see `tsirelson.propose`; it is certified in any case.
    classical_method : {"auto", "enumeration", "branch-and-bound", "threshold", "elimination"}
    level : {"verified", "exact"}
        What the proof of the Tsirelson value trusts: IEEE arithmetic, or integers alone.
    max_strategies : int
        Without a time limit, refuse a classical value estimated to compare more strategies.
    time_limit_s : float, optional
        For each of the two values: the bracket reached by then is returned.
    rng : int or numpy.random.Generator
        For starting points; the brackets hold for every choice.
    progress : callable, optional
        Called with (done, total) while the classical value is computed.

    Raises
    ------
    InputError
        If an option does not exist or does not apply.
    TooLargeError
        If the classical value would need more than `max_strategies`.
    SolverError
        If the method fails.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> chsh = XORGame.from_predicate([["1/4", "1/4"]] * 2, [[0, 0], [0, 1]])
    >>> solution = solve(chsh)
    >>> print(solution.classical.value, solution.advantage.verdict)
    0.75 PROVEN
    >>> solution.one_pair.strategy.angles_deg
    {'a': [0.0, 90.0], 'b': [45.0, -45.0]}
    """
    started = time.perf_counter()
    expect(game, XORGame, key="game", cure="load_game reads a file, catalog.parse a name")
    random = generator(rng)
    if level not in ("verified", "exact"):
        reject("level", 'must be "verified" or "exact"', received=repr(level))
    no_signalling = _no_signalling(game)
    matrix = game.exact_matrix if level == "exact" else game.matrix
    proposal = propose(game.matrix, method=method, time_limit_s=time_limit_s, rng=random)
    found = certify(matrix, proposal, level=level)
    classical = _classical(
        game,
        method=classical_method,
        max_strategies=max_strategies,
        time_limit_s=time_limit_s,
        upper_cap=Fraction(found.upper),
        progress=progress,
    )
    quantum_bias = _narrow(found, classical.bias, no_signalling.bias)
    separated = classical.bias.is_below(quantum_bias)
    equal = False if separated else is_tsirelson_optimal(game.exact_matrix, classical.strategy)
    if equal:
        classical, quantum, one_pair = _all_equal(game, classical)
        advantage = Advantage(bound=Bound.exact(0), verdict=Finding.REFUTED)
    else:
        value = _narrow(game.value_of_bias(quantum_bias), classical.value, no_signalling.value)
        classical = _capped(classical, value, quantum_bias)
        quantum = Quantum(
            value=value, bias=quantum_bias, method=proposal.method, strategy=proposal.strategy
        )
        quantum, one_pair = _small_strategies(game, classical, quantum, random)
        # Not optimal for the semidefinite programme, so strictly below it: that needs no gap.
        proven = separated or (classical.exact and equal is False)
        gap = (value - classical.value).clip(0.0, math.inf)
        advantage = Advantage(bound=gap, verdict=Finding.of(True if proven else None))
    return Solution(
        game=game,
        classical=classical,
        quantum=quantum,
        one_pair=one_pair,
        no_signalling=no_signalling,
        advantage=advantage,
        seconds=time.perf_counter() - started,
    )


def _no_signalling(game: XORGame) -> NoSignalling:
    """Correlators may all be +-1 as the payoff likes best: the bias is the sum of |M|."""
    bias = sum(abs(game.exact_matrix).ravel(), Fraction(0))
    return NoSignalling(value=game.value_of_bias(bias), bias=Bound.exact(bias))


def _classical(game: XORGame, **options: Any) -> Classical:
    found = classical_bias(game.exact_matrix, **options)
    value, bias = game.value_of_bias(found.lower), Bound.exact(found.lower)
    if not found.exact:
        value = Bound(value.lower, game.value_of_bias(found.upper).upper)
        bias = Bound(bias.lower, Bound.exact(found.upper).upper)
    return Classical(
        value=value,
        bias=bias,
        exact=found.exact,
        method=found.method,
        strategy=found.strategy,
        estimate=found.estimate,
        interrupted=found.interrupted,
    )


def _narrow(bound: Bound, below: Bound, above: Bound) -> Bound:
    """Use that the value is at least what `below` holds and at most what `above` holds."""
    lower, upper = max(bound.lower, below.lower), min(bound.upper, above.upper)
    if lower > upper:
        raise InconsistencyError(f"{bound} contradicts the order {below} <= value <= {above}")
    return Bound(lower, upper)


def _capped(classical: Classical, value: Bound, bias: Bound) -> Classical:
    """Use that the classical value is at most the quantum one, where it is not exact."""
    if classical.exact:
        return classical
    return replace(
        classical,
        value=Bound(classical.value.lower, min(classical.value.upper, value.upper)),
        bias=Bound(classical.bias.lower, min(classical.bias.upper, bias.upper)),
    )


def _all_equal(game: XORGame, classical: Classical) -> tuple[Classical, Quantum, OnePair]:
    """Return the three results where entanglement is proven to be of no use."""
    exact_bias = deterministic_bias(game.exact_matrix, classical.strategy)
    value, bias = game.value_of_bias(exact_bias), Bound.exact(exact_bias)
    vectors = classical.strategy.vectors
    method = "classical strategy, proven optimal"
    return (
        replace(classical, value=value, bias=bias, exact=True),
        Quantum(value=value, bias=bias, method=method, strategy=vectors),
        OnePair(value=value, bias=bias, shortfall=Bound.exact(0), strategy=dial(vectors)),
    )


def _small_strategies(
    game: XORGame, classical: Classical, quantum: Quantum, rng: np.random.Generator
) -> tuple[Quantum, OnePair]:
    """Find the best strategies in a plane and with one pair, and the smallest rank."""
    matrix, upper = game.matrix, quantum.bias.upper
    enough = quantum.bias.lower * (1 - REACHED)
    known = [quantum.strategy.bob, classical.strategy.vectors.bob]
    plane = best_of_rank(matrix, 2, known=known, rng=rng)
    best, angles = plane, dial(plane)
    if dialled_bias(matrix, angles) < enough:
        sphere = best_of_rank(matrix, 3, known=[*known, plane.bob], rng=rng)
        if strategy_bias(matrix, sphere) > strategy_bias(matrix, plane) * (1 + REACHED):
            best, angles = sphere, dial(sphere)
    reached = dialled_bias(matrix, angles)
    bias = Bound(min(max(reached, classical.bias.lower), upper), upper)
    value = _narrow(game.value_of_bias(bias), classical.value, quantum.value)
    quantum = replace(
        quantum,
        bias=Bound(max(quantum.bias.lower, bias.lower), upper),
        value=Bound(max(quantum.value.lower, value.lower), quantum.value.upper),
    )
    if reached < enough:
        best = smallest_rank(matrix, quantum.strategy, enough=enough, rng=rng)
    return replace(quantum, strategy=best), OnePair(
        value=value,
        bias=bias,
        shortfall=Bound(0.0, (quantum.value - value.lower).upper),
        strategy=angles,
    )
