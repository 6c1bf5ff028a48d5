"""Threshold games: two continuous inputs, one boundary, cut into cells.

Inputs a and b are uniform and independent on [0, 1). The outputs should be equal inside a region
(see `xorgames.regions`) and different outside it. The interval of each party is cut into N (M)
equal cells; the game's inputs are the cells and p = 1 / (N M). A cell with the share f of its area
inside the region pays

    u(o) = f u_inside(o) + (1 - f) u_outside(o).

With the exact share ("cell-average") this is the continuous game for players who see only their
cell, so each of its values is a lower bound on that of the continuous game, and never falls when
cells are divided. "midpoint" and "left-endpoint" ask for one point of the cell; they bound nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import FractionArray, cell, exact_array
from xorgames.game import XORGame
from xorgames.regions import (
    BoundaryRegion,
    Number,
    Region,
    SumRegion,
    service_region,
    shape_text,
    whole_number,
)

#: The default payoff: 1 for the right parity, which is 0 inside and 1 outside.
WIN_LOSE = ((1, 0), (0, 1))

DEFAULT_RULE = "cell-average"


def _cell_average(
    region: Region, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction
) -> Fraction:
    if region.contains(a1, b1):
        return Fraction(1)
    return region.share(a0, a1, b0, b1) if region.contains(a0, b0) else Fraction(0)


def _midpoint(region: Region, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
    return Fraction(region.contains((a0 + a1) / 2, (b0 + b1) / 2))


def _left_endpoint(
    region: Region, a0: Fraction, _a1: Fraction, b0: Fraction, _b1: Fraction
) -> Fraction:
    return Fraction(region.contains(a0, b0))


_Rule = Callable[[Region, Fraction, Fraction, Fraction, Fraction], Fraction]
_RULES: dict[str, _Rule] = {
    DEFAULT_RULE: _cell_average,
    "midpoint": _midpoint,
    "left-endpoint": _left_endpoint,
}


@dataclass(frozen=True)
class _Grid:
    """The checked choices of a discretisation."""

    shape: tuple[int, int]
    rule: _Rule
    payoff: FractionArray

    @classmethod
    def checked(cls, cells: Any, rule: Any = DEFAULT_RULE, payoff: Any = WIN_LOSE) -> "_Grid":
        """Check all three, and raise one error with everything that is wrong."""
        problems: list[Problem] = []
        shape = _checked_cells(cells, problems)
        if not (isinstance(rule, str) and rule in _RULES):
            text, cure = "must name a rule", near_name(str(rule), list(_RULES))
            problems.append(Problem(key="rule", rule=text, received=repr(rule), cure=cure))
        exact = exact_array(payoff, key="payoff", problems=problems)
        if exact is not None and exact.shape != (2, 2):
            text = "must have 2 rows, inside and outside, of 2 numbers, one for each parity"
            problems.append(Problem(key="payoff", rule=text, received=shape_text(exact)))
        if problems or exact is None:
            raise InputError(problems)
        return cls(shape, _RULES[rule], exact)


def _checked_cells(cells: Any, problems: list[Problem]) -> tuple[int, int]:
    pair = isinstance(cells, (list, tuple)) and len(cells) == 2
    counts = [1, 1]
    for i in range(2 if pair else 1):
        try:
            if pair:
                counts[i] = whole_number(cell("cells", (i,)), cells[i], 1)
            else:
                counts = [whole_number("cells", cells, 1)] * 2
        except InputError as error:
            problems.extend(error.problems)
    return counts[0], counts[1]


def threshold_game(
    region: Region,
    *,
    cells: Number | Sequence[Number],
    rule: str = DEFAULT_RULE,
    payoff: Sequence[Sequence[Number]] = WIN_LOSE,
    name: str = "",
    source: str = "",
    labels: Mapping[str, Sequence[str]] | None = None,
) -> XORGame:
    """Return a continuous threshold game cut into cells.

    Parameters
    ----------
    region : ProductRegion, SumRegion, BoundaryRegion, or any `Region`
        Where the outputs should be equal.
    cells : int or pair of int
        The number of cells of both parties, or of Alice and of Bob; 1 to 1024.
    rule : {"cell-average", "midpoint", "left-endpoint"}
        How a cell is judged; only the first bounds the continuous game.
    payoff : 2 x 2 numbers
        payoff[0] inside and payoff[1] outside the region, each by parity.
    name, source : str
        What to call the game, and where it comes from.
    labels : mapping, optional
        As in `XORGame`; inputs are named after their cells unless it says otherwise.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> game = threshold_game(SumRegion(1), cells=2)
    >>> game.matrix.tolist(), game.labels["x"]
    ([[0.25, 0.0], [0.0, -0.25]], ('[0, 1/2)', '[1/2, 1)'))
    """
    if not isinstance(region, Region):
        reject("region", "must be a region", received=repr(region), cure="use SumRegion(1)")
    grid = _Grid.checked(cells, rule, payoff)
    m, n = grid.shape
    rows = [(Fraction(i, m), Fraction(i + 1, m)) for i in range(m)]
    columns = [(Fraction(j, n), Fraction(j + 1, n)) for j in range(n)]
    share = np.empty((m, n, 1), dtype=object)
    for i, j in np.ndindex(m, n):
        share[i, j, 0] = grid.rule(region, *rows[i], *columns[j])
    return XORGame(
        np.full((m, n), Fraction(1, m * n), dtype=object),
        share * grid.payoff[0] + (1 - share) * grid.payoff[1],
        name=name or f"threshold game, {m} x {n} cells",
        source=source,
        labels={"x": _intervals(rows), "y": _intervals(columns)} | dict(labels or {}),
    )


def _intervals(edges: Sequence[tuple[Fraction, Fraction]]) -> list[str]:
    return [f"[{start}, {end})" for start, end in edges]


_Keys = tuple[str, ...]

#: For each region: how to make it, the keys that it needs, and those that it may have.
_REGIONS: dict[str, tuple[Callable[..., Region], _Keys, _Keys]] = {
    "product": (service_region, (), ("threshold", "mu", "t_star")),
    "sum": (SumRegion, ("threshold",), ()),
    "boundary": (BoundaryRegion, ("boundary",), ()),
}
_KEYS = ("region", "cells", "rule", "payoff", "threshold", "mu", "t_star", "boundary")


def threshold_from_table(table: Mapping[str, Any], **about: Any) -> XORGame:
    """Return the game that the table `[threshold]` of a game file describes.

    Parameters
    ----------
    table : mapping
        `region` ("product", "sum" or "boundary") and `cells`; `threshold` (or `mu` and `t_star`)
        for "product", `threshold` for "sum", `boundary` for "boundary"; optionally `rule` and
        `payoff`. As in `threshold_game`.
    **about
        `name`, `source`, `labels`.

    Raises
    ------
    InputError
        With every problem of the table, under the key `threshold.<key>`.

    Examples
    --------
    >>> threshold_from_table({"region": "sum", "threshold": 1, "cells": [2, 3]}).shape
    (2, 3)
    """
    problems: list[Problem] = []
    region = _region_of(table, problems)
    choices = {key: table[key] for key in ("rule", "payoff") if key in table}
    if "cells" not in table:
        problems.append(Problem(key="cells", rule="must be given", cure="write cells = 16"))
    choices["cells"] = table.get("cells", 1)
    try:
        _Grid.checked(**choices)
    except InputError as error:
        problems.extend(error.problems)
    if problems or region is None:
        raise InputError(replace(problem, key=f"threshold.{problem.key}") for problem in problems)
    return threshold_game(region, **choices, **about)


def _region_of(table: Mapping[str, Any], problems: list[Problem]) -> Region | None:
    """Check the keys and return the region, or None where there is a problem."""
    kind = table.get("region")
    name = kind if isinstance(kind, str) and kind in _REGIONS else None
    make, required, optional = _REGIONS[name or "product"]
    allowed = (*_KEYS[:4], *required, *optional) if name else _KEYS
    for key in table:
        if key not in _KEYS:
            cure = near_name(key, allowed)
            problems.append(Problem(key=key, rule="is not a key of this table", cure=cure))
        elif key not in allowed:
            problems.append(Problem(key=key, rule=f'has no meaning for region = "{name}"'))
    if name is None:
        received = repr(kind) if "region" in table else "nothing"
        cure = near_name(str(kind), list(_REGIONS))
        problems.append(
            Problem(key="region", rule="must name a region", received=received, cure=cure)
        )
        return None
    missing = [key for key in required if key not in table]
    problems.extend(Problem(key=key, rule="must be given") for key in missing)
    if missing:
        return None
    try:
        return make(**{key: table[key] for key in (*required, *optional) if key in table})
    except InputError as error:
        problems.extend(error.problems)
        return None
