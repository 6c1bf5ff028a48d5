"""Threshold problems: what may be asked of a continuous threshold game, from a file or a caller."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from xorgames.design.cell_space import REGIONS
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number
from xorgames.regions import whole_number
from xorgames.textfile import check_keys, read_as

RIVALS = ("everyone", "cells")
_MOST_CELLS = 24
_KEYS = ("schema", "name", "source", "region", "threshold", "cells", "edges", "against")


def load_threshold(path: str | Path) -> dict[str, Any]:
    """Return the problem of a file, as `design_threshold` takes it.

    A file has `schema = 1` and `region`, and may have `threshold` (a number, or [from, to]),
    `cells` (a number or several), `edges`, `against`, `name` and `source`.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    return read_as(path, threshold_problem)


def threshold_problem(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the problem of a table, as `design_threshold` takes it.

    Examples
    --------
    >>> threshold_problem({"schema": 1, "region": "sum", "cells": [2, 4]})
    {'region': 'sum', 'cells': [2, 4]}
    """
    check_keys(table, known=_KEYS, about="a threshold problem")
    return {key: table[key] for key in _KEYS[3:] if key in table}


@dataclass(frozen=True, kw_only=True)
class ThresholdProblem:
    """A problem that has been checked.

    Attributes
    ----------
    region : str
    threshold : (Fraction, Fraction)
        From where to where; both the same where it is given.
    cells : tuple of int
    free : bool
        Whether the edges may be chosen.
    against : {"everyone", "cells"}
    """

    region: str
    threshold: tuple[Fraction, Fraction]
    cells: tuple[int, ...]
    free: bool
    against: str


def checked_problem(
    region: Any, threshold: Any, cells: Any, edges: Any, against: Any
) -> ThresholdProblem:
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
        if isinstance(region, str) and region in REGIONS:
            ends = _threshold(threshold, Fraction(REGIONS[region][1]))
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return ThresholdProblem(
        region=region, threshold=ends, cells=tuple(counts), free=edges == "free", against=against
    )


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
