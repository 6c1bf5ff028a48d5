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
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xorgames.bound import Bound
from xorgames.design.cell_space import CellSpace
from xorgames.design.continuum import Continuum
from xorgames.design.search import Progress
from xorgames.design.threshold_problem import checked_problem
from xorgames.design.threshold_search import Rated, best_cells, rated
from xorgames.game import XORGame
from xorgames.solvers.solution import Solution


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
    improvement : Bound
        By how much the advantage is larger than that, proven.
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
    improvement: Bound
    by_cells: dict[int, Bound]
    continuum: Continuum
    evaluations: int
    solution: Solution

    @property
    def game(self) -> XORGame:
        """The game."""
        return self.solution.game

    @property
    def critical_infidelity(self) -> Bound | None:
        """The combined infidelity at which the advantage is gone; None where there is none."""
        classical = self.solution.classical.value
        if self.against == "everyone":
            classical = self.continuum.classical
        quantum = self.solution.quantum.value - Fraction(1, 2)
        if self.value.lower <= 0:
            return None
        return (1 - (classical - Fraction(1, 2)) / quantum).clip(0.0, 1.0)

    @property
    def scaled_time(self) -> float | None:
        """The time limit mu t* = -log C_t of the product region; None for others."""
        return -math.log(self.threshold) if self.region == "product" else None

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        m, n = self.game.shape
        limit = self.critical_infidelity
        about = {"name": self.game.name, "shape": [m, n], "id": self.game.id}
        return {
            "region": self.region,
            "parameters": {"threshold": float(self.threshold)},
            "exact_parameters": {"threshold": str(self.threshold)},
            "scaled_time": self.scaled_time,
            "edges": [str(edge) for edge in self.edges],
            "against": self.against,
            "quantity": "gap",
            "goal": "maximise",
            "objective": self.value.to_dict(),
            "default_objective": self.default_value.to_dict(),
            "improvement": self.improvement.to_dict(),
            "by_cells": {str(count): value.to_dict() for count, value in self.by_cells.items()},
            "critical_infidelity": None if limit is None else limit.to_dict(),
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
    problem = checked_problem(region, threshold, cells, edges, against)
    tell = progress or (lambda _what, _done, _total: None)
    found: dict[int, tuple[CellSpace, Rated]] = {}
    evaluations = 0
    for i, count in enumerate(problem.cells):
        tell("choosing cells", i, len(problem.cells))
        space = CellSpace(region, count, problem.threshold, free=problem.free)
        one, looked = best_cells(space, against)
        found[count] = space, one
        evaluations += looked
    space, best = max(found.values(), key=lambda each: each[1].value.lower)
    chosen, where = space.parts(best.point)
    middle = space.equal()
    here = space.parts(middle)[0] == chosen
    default = rated(space, middle, against, best.continuum if here else None)
    better = best.value - default.value
    if here and against == "everyone":
        # The rivals are the same: how well they do drops out.
        better = best.solution.quantum.value - default.solution.quantum.value
    return ThresholdDesigned(
        region=region,
        threshold=chosen,
        edges=where,
        against=against,
        value=best.value,
        default_value=default.value,
        improvement=better,
        by_cells={count: one.value for count, (_, one) in found.items()},
        continuum=best.continuum,
        evaluations=evaluations + 1,
        solution=best.solution,
    )
