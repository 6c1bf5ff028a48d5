"""Threshold games with the best cells: the threshold, how many cells, and where they end.

Players who see only their cell of a continuous threshold game (see `xorgames.threshold`) play a
game of finitely many inputs. Here the edges of the cells are chosen, and if asked for the
threshold, so that the advantage is largest. Over whom?

- against = "everyone": quantum players who use the cells against classical ones who see the whole
  continuous inputs: Tsirelson value of the cells minus classical value of the continuous game. It
  is guaranteed there, and grows with the number of cells.
- against = "cells": classical players are told no more than the cell either. Then few cells are
  best, for they take away from the classical players too.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.cell_space import REGIONS, CellSpace
from xorgames.design.climb import Climber
from xorgames.design.continuum import Continuum, continuum_classical, continuum_values
from xorgames.design.judge import TOLERANCE, Point, exact_point
from xorgames.design.search import Progress
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number
from xorgames.game import XORGame
from xorgames.regions import Region, whole_number
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.textfile import read_table

FloatArray = NDArray[np.float64]

RIVALS = ("everyone", "cells")
_MOST_CELLS = 24
#: Thresholds tried before the search for the best one, and cells for a rough classical value.
_GRID, _ROUGH = 9, 200
_KEYS = ("schema", "name", "source", "region", "threshold", "cells", "edges", "against")


@dataclass(frozen=True, kw_only=True, eq=False)
class ThresholdDesigned:
    """A threshold game that was designed.

    Attributes
    ----------
    region : str
    threshold : Fraction
    edges : tuple of Fraction
        Where the cells of both parties end, from 0 to 1.
    against : {"everyone", "cells"}
    value : Bound
        The advantage, proven.
    default_value : Bound
        With as many equal cells, at the threshold given or in the middle of its range.
    by_cells : dict of int to Bound
        The best found for each number of cells.
    continuum : Continuum
        Of the continuous game with this threshold.
    evaluations : int
    solution : Solution
    """

    region: str
    threshold: Fraction
    edges: tuple[Fraction, ...]
    against: str
    value: Bound
    default_value: Bound
    by_cells: dict[int, Bound]
    continuum: Continuum
    evaluations: int
    solution: Solution

    @property
    def game(self) -> XORGame:
        """The game."""
        return self.solution.game

    @property
    def improvement(self) -> Bound:
        """By how much the advantage is larger than with equal cells, proven."""
        return self.value - self.default_value

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        m, n = self.game.shape
        about = {"name": self.game.name, "shape": [m, n], "id": self.game.id}
        return {
            "region": self.region,
            "parameters": {"threshold": float(self.threshold)},
            "exact_parameters": {"threshold": str(self.threshold)},
            "edges": [str(edge) for edge in self.edges],
            "against": self.against,
            "quantity": "gap",
            "goal": "maximise",
            "objective": self.value.to_dict(),
            "default_objective": self.default_value.to_dict(),
            "improvement": self.improvement.to_dict(),
            "by_cells": {str(count): value.to_dict() for count, value in self.by_cells.items()},
            "continuum": self.continuum.to_dict(),
            "game": about | self.game.to_dict(),
            "evaluations": self.evaluations,
        }

    def to_json(self) -> str:
        """Return the result as JSON."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=2) + "\n"


def design_threshold(
    region: str = "product",
    *,
    threshold: Any = None,
    cells: int | Sequence[int] = 8,
    edges: str = "free",
    against: str = "everyone",
    progress: Progress | None = None,
) -> ThresholdDesigned:
    """Return the threshold game with the best cells that are found, certified.

    Parameters
    ----------
    region : {"product", "sum"}
        (1 - a)(1 - b) >= C_t = exp(-mu t*), or a + b <= threshold.
    threshold : number, or (from, to), optional
        Given, or to be chosen; by default chosen from the whole range.
    cells : int, or several
        How many for each party, 2 to 24; of several the best is returned.
    edges : {"free", "equal"}
        Whether cells may have different widths; both parties' are the same.
    against : {"everyone", "cells"}
        What the classical players see.
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> found = design_threshold("product", threshold="0.330032", cells=3)
    >>> found.value.is_below(found.default_value), len(found.edges)
    (False, 4)
    """
    counts, ends, free = _arguments(region, threshold, cells, edges, against)
    tell = progress or (lambda _what, _done, _total: None)
    best: tuple[CellSpace, Point, Bound, Continuum] | None = None
    by_cells: dict[int, Bound] = {}
    evaluations = 0
    for i, count in enumerate(counts):
        tell("choosing cells", i, len(counts))
        space = CellSpace(region, count, ends, free=free)
        x, looked = _climbed(space, against)
        evaluations += looked
        point, value, whole = _certified(space, x, against)
        by_cells[count] = value
        if best is None or value.lower > best[2].lower:
            best = space, point, value, whole
    assert best is not None
    space, point, value, whole = best
    chosen, where = space.parts(point)
    return ThresholdDesigned(
        region=region,
        threshold=chosen,
        edges=where,
        against=against,
        value=value,
        default_value=_advantage(space, space.equal(), against)[0],
        by_cells=by_cells,
        continuum=whole,
        evaluations=evaluations + 1,
        solution=_solved(space, point),
    )


def _climbed(space: CellSpace, against: str) -> tuple[FloatArray, int]:
    """Return the best point found, and how many games were looked at."""
    low, high = (float(end) for end in space.threshold)
    equal = np.array([float(number) for number in space.equal()])
    if not len(equal):
        return equal, 0
    if against == "cells" or low == high:
        climber = Climber(space, "gap" if against == "cells" else "quantum")
        parts = (0.25, 0.5, 0.75) if low < high else (None,)
        starts = [
            equal if part is None else np.append(low + (high - low) * part, equal[1:])
            for part in parts
        ]
        ends = [climber.climb(start) for start in starts]
        return max(ends, key=lambda each: each[0])[1], climber.evaluations
    return _best_threshold(space)


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
    return np.append(best, inner if free else []), looked


def _bias(space: CellSpace) -> float:
    game = space.game(space.equal())
    assert isinstance(game, XORGame)
    return tsirelson_bias(game.matrix)[0].midpoint


def _rough_classical(region: Region) -> float:
    """Return nearly the classical value of the continuous game."""
    return continuum_classical(region, _ROUGH).lower


def _certified(space: CellSpace, x: FloatArray, against: str) -> tuple[Point, Bound, Continuum]:
    """Return a point of few digits near x, and what it is worth for certain."""
    exact = exact_point(space, x, 12)
    if len(space.names) and space.names[0] == "threshold":
        exact = (round(exact[0], 6), *exact[1:])
    best, whole = _advantage(space, exact, against)
    for digits in (2, 3, 4, 6):
        short = exact_point(space, np.array([float(number) for number in exact]), digits)
        if space.names[:1] == ("threshold",):
            short = (exact[0], *short[1:])
        if isinstance(space.game(short), str):
            continue
        found, _ = _advantage(space, short, against, whole)
        if found.lower >= best.lower * (1 - float(TOLERANCE) * np.sign(best.lower)):
            return short, found, whole
    return exact, best, whole


def _advantage(
    space: CellSpace, point: Point, against: str, whole: Continuum | None = None
) -> tuple[Bound, Continuum]:
    """Return the proven advantage of a point, and the continuous game's values."""
    solution = _solved(space, point)
    if whole is None:
        whole = continuum_values(space.at(space.parts(point)[0]))
    if against == "cells":
        return solution.advantage.bound, whole
    return solution.quantum.value - whole.classical, whole


def _solved(space: CellSpace, point: Point) -> Solution:
    game = space.game(point)
    assert isinstance(game, XORGame)
    return solve(game)


def _arguments(
    region: Any, threshold: Any, cells: Any, edges: Any, against: Any
) -> tuple[list[int], tuple[Fraction, Fraction], bool]:
    """Check everything, and raise one error with all that is wrong."""
    problems: list[Problem] = []
    for key, value, known in (
        ("region", region, tuple(REGIONS)),
        ("edges", edges, ("free", "equal")),
        ("against", against, RIVALS),
    ):
        if value not in known:
            rule = f"must be one of {', '.join(known)}"
            cure = near_name(str(value), known)
            problems.append(Problem(key=key, rule=rule, received=repr(value), cure=cure))
    counts: list[int] = []
    ends = Fraction(0), Fraction(1)
    try:
        given = list(cells) if isinstance(cells, list | tuple) else [cells]
        counts = sorted({whole_number("cells", count, 2, _MOST_CELLS) for count in given})
        if not counts:
            reject("cells", "must not be empty", received="[]")
    except InputError as error:
        problems.extend(error.problems)
    try:
        if region in REGIONS:
            ends = _threshold(threshold, Fraction(REGIONS[region][1]))
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return counts, ends, edges == "free"


def _threshold(written: Any, most: Fraction) -> tuple[Fraction, Fraction]:
    """Read a threshold or its range."""
    if written is None:
        return most / 100, most * 99 / 100
    pair = list(written) if isinstance(written, list | tuple) else [written, written]
    if len(pair) != 2:
        rule = "must be a number or [from, to]"
        reject("threshold", rule, received=repr(written), cure="write threshold = [0.1, 0.6]")
    low, high = (exact_number(end, key="threshold") for end in pair)
    if not 0 < low <= high < most:
        rule = f"must lie between 0 and {most}, from below to above"
        reject("threshold", rule, received=f"{low}:{high}")
    return low, high


def load_threshold(path: str | Path) -> dict[str, Any]:
    """Return the problem of a file, as `design_threshold` takes it.

    A file has `schema = 1` and `region`, and may have `threshold` (a number, or [from, to]),
    `cells` (a number or several), `edges`, `against`, `name` and `source`.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    table = read_table(path)
    try:
        return threshold_problem(table)
    except InputError as error:
        raise error.in_file(str(path)) from None


def threshold_problem(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the problem of a table, as `design_threshold` takes it.

    Examples
    --------
    >>> threshold_problem({"schema": 1, "region": "sum", "cells": [2, 4]})
    {'region': 'sum', 'cells': [2, 4]}
    """
    problems = [
        Problem(key=key, rule="is not a key of a threshold problem", cure=near_name(key, _KEYS))
        for key in table
        if key not in _KEYS
    ]
    if table.get("schema") != 1:
        received = repr(table.get("schema", "nothing"))
        rule, cure = "must be 1, the version read here", "write schema = 1"
        problems.append(Problem(key="schema", rule=rule, received=received, cure=cure))
    if problems:
        raise InputError(problems)
    return {key: table[key] for key in _KEYS[3:] if key in table}
