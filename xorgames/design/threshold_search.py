"""The search for cells and thresholds: candidates, climbs, and what the best of them is worth.

Many points are looked at, and the best are climbed from, beside equal cells: these may be a saddle,
and against players who see the cells there is no slope where entanglement is of no use, which is
nearly everywhere for few cells. Against players who see everything only the Tsirelson value of the
cells counts, and the threshold is chosen outside.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.cell_space import CellSpace
from xorgames.design.climb import Climber
from xorgames.design.continuum import Continuum, continuum_classical, continuum_values
from xorgames.design.judge import TOLERANCE, Point, exact_point
from xorgames.game import XORGame
from xorgames.regions import Region
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.tsirelson import tsirelson_bias

FloatArray = NDArray[np.float64]

#: Thresholds tried before the search for the best one, and cells for a rough classical value.
_GRID, _ROUGH = 9, 200
#: Points looked at, and how many of them are climbed from.
_LOOKED, _CLIMBED = 64, 4
_DIGITS, _THRESHOLD_DIGITS = 12, 6


class Rated(NamedTuple):
    """A point of a space of cells, and what it is worth for certain.

    Attributes
    ----------
    point : tuple of Fraction
    solution : Solution
        Of its game.
    continuum : Continuum
        Of the continuous game with its threshold.
    value : Bound
        The advantage.
    """

    point: Point
    solution: Solution
    continuum: Continuum
    value: Bound


def rated(
    space: CellSpace, point: Point, against: str, continuum: Continuum | None = None
) -> Rated:
    """Return what a point is worth; the continuous game's values may be known."""
    game = space.game(point)
    assert isinstance(game, XORGame)
    solution = solve(game)
    if solution.classical.interrupted:
        # Ctrl-C ended one search early; it is meant for all of them.
        raise KeyboardInterrupt
    if continuum is None:
        continuum = continuum_values(space.at(space.parts(point)[0]))
    value = solution.advantage.bound
    if against == "everyone":
        value = solution.quantum.value - continuum.classical
    return Rated(point, solution, continuum, value)


def best_cells(space: CellSpace, against: str) -> tuple[Rated, int]:
    """Return the best point found, certified, and how many games were looked at."""
    x, looked = _climbed(space, against)
    return _short(space, x, against), looked


def _climbed(space: CellSpace, against: str) -> tuple[FloatArray, int]:
    """Return the best point found, in plain doubles, and how many games were looked at."""
    low, high = space.threshold
    equal = np.array([float(number) for number in space.equal()])
    if not len(equal):
        return equal, 0
    if against == "everyone" and low < high:
        return _best_threshold(space)
    return _from_many(space, "gap" if against == "cells" else "quantum", equal)


def _from_many(space: CellSpace, quantity: str, first: FloatArray) -> tuple[FloatArray, int]:
    """Climb from a point, and from the best of many others."""
    climber = Climber(space, quantity)
    points = list(_points(space))
    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    order = np.argsort([-climber.value((x - low) / (high - low)) for x in points], kind="stable")
    ends = [climber.climb(x) for x in (first, *(points[i] for i in order[:_CLIMBED]))]
    return max(ends, key=lambda each: each[0])[1], climber.evaluations


def _points(space: CellSpace) -> Iterator[FloatArray]:
    """Yield equal cells along the thresholds, then points of a Sobol sequence."""
    from scipy.stats.qmc import Sobol

    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    varied = space.names[0] == "threshold"
    if varied:
        equal = np.array([float(number) for number in space.equal()])[1:]
        for threshold in np.linspace(low[0], high[0], _GRID):
            yield np.append(threshold, equal)
    for unit in Sobol(len(low), scramble=False).random(_LOOKED)[1:]:
        point = low + unit * (high - low)
        point[int(varied) :].sort()
        yield point


def _best_threshold(space: CellSpace) -> tuple[FloatArray, int]:
    """Choose the threshold outside and the edges inside."""
    from scipy.optimize import minimize_scalar

    free = len(space.names) > 1
    looked, inner = 0, np.array([float(number) for number in space.equal()])[1:]

    def loss(threshold: float) -> float:
        nonlocal looked, inner
        exact = Fraction(float(threshold))
        part = CellSpace(space.region, space.cells, (exact, exact), free=free)
        if free:
            climber = Climber(part, "quantum")
            quantum, inner = climber.climb(inner)
            looked += climber.evaluations
        else:
            quantum, looked = _bias(part) / 2, looked + 1
        return _rough_classical(part.at(exact)) - 0.5 - quantum

    low, high = (float(end) for end in space.threshold)
    grid = np.linspace(low, high, _GRID)
    losses = [loss(threshold) for threshold in grid]
    at = int(np.argmin(losses))
    bounds = grid[max(at - 1, 0)], grid[min(at + 1, _GRID - 1)]
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-5})
    best = float(found.x) if found.fun <= losses[at] else float(grid[at])
    loss(best)
    if free:
        exact = Fraction(best)
        part = CellSpace(space.region, space.cells, (exact, exact), free=True)
        inner, more = _from_many(part, "quantum", inner)
        looked += more
    return np.append(best, inner if free else []), looked


def _bias(space: CellSpace) -> float:
    game = space.game(space.equal())
    assert isinstance(game, XORGame)
    return tsirelson_bias(game.matrix)[0].midpoint


def _rough_classical(region: Region) -> float:
    """Return nearly the classical value of the continuous game."""
    return continuum_classical(region, _ROUGH).lower


def _short(space: CellSpace, x: FloatArray, against: str) -> Rated:
    """Return a point of few digits near x, and what it is worth for certain."""
    first = int(space.names[:1] == ("threshold",))
    threshold = exact_point(space, x, _THRESHOLD_DIGITS)[:first]
    best = rated(space, (*threshold, *exact_point(space, x, _DIGITS)[first:]), against)
    least = best.value.lower * (1 - float(TOLERANCE) * np.sign(best.value.lower))
    for digits in (2, 3, 4, 6):
        short = (*threshold, *exact_point(space, x, digits)[first:])
        if isinstance(space.game(short), str):
            continue
        found = rated(space, short, against, best.continuum)
        if found.value.lower >= least:
            return found
    return best
