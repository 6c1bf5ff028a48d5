"""Measured data: correlators, or counts of rounds, from a file or a caller, checked and exact."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, reject
from xorgames.exact import FractionArray, cell, exact_array
from xorgames.rules import MAX_INPUTS
from xorgames.textfile import check_keys, read_as

_KEYS = ("schema", "name", "source", "correlators", "counts")


def load_measured(path: str | Path) -> dict[str, Any]:
    """Return what a file of measured data holds, as `separate` takes it.

    A file has `schema = 1`, `correlators` or `counts`, and may have `name` and `source`.

    Raises
    ------
    InputError
        If it holds anything else.
    """
    return read_as(path, measured_from_table)


def measured_from_table(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a table, as `separate` takes them.

    Examples
    --------
    >>> measured_from_table({"schema": 1, "correlators": [[1, 0]]})
    {'correlators': [[1, 0]]}
    """
    check_keys(table, known=_KEYS, about="measured data")
    return {key: table[key] for key in ("name", "correlators", "counts") if key in table}


def correlators_of(counts: Any) -> tuple[FractionArray, NDArray[np.int64]]:
    """Return the correlators of counts, exactly, and the numbers of rounds, shapes (m, n).

    Examples
    --------
    >>> correlators_of([[[3, 1]]])
    (array([[Fraction(1, 2)]], dtype=object), array([[4]]))
    """
    problems: list[Problem] = []
    exact = exact_array(counts, key="counts", problems=problems)
    if exact is None:
        raise InputError(problems)
    if exact.ndim == 4 and exact.shape[2:] == (2, 2):
        equal, different = exact[..., 0, 0] + exact[..., 1, 1], exact[..., 0, 1] + exact[..., 1, 0]
        pairs: Any = np.stack([equal, different], axis=-1)
        pairs[(exact < 0).any(axis=(2, 3))] = Fraction(-1)
        exact = pairs
    if exact.ndim != 3 or exact.shape[2] != 2:
        rule = "must be counts[x][y][parity] or counts[x][y][a][b]"
        reject("counts", rule, received=" x ".join(map(str, exact.shape)) + " entries")
    _check_size("counts", exact)
    for index in np.ndindex(exact.shape[:2]):
        pair = exact[index]
        if any(n < 0 or n.denominator != 1 for n in map(Fraction, pair)):
            problems.append(Problem(key=cell("counts", index), rule="must be whole numbers from 0"))
        elif sum(pair) == 0:
            rule, cure = "must have at least one round", "leave the input out"
            problems.append(Problem(key=cell("counts", index), rule=rule, cure=cure))
    if problems:
        raise InputError(problems)
    total = exact.sum(axis=2)
    return (exact[..., 0] - exact[..., 1]) / total, total.astype(np.int64)


def checked_correlators(correlators: Any) -> FractionArray:
    """Return correlators exactly, all between -1 and 1."""
    problems: list[Problem] = []
    exact = exact_array(correlators, key="correlators", problems=problems)
    if exact is None:
        raise InputError(problems)
    if exact.ndim != 2:
        rule = "must have 2 dimensions, one row for each input of Alice"
        reject("correlators", rule, received=f"{exact.ndim} dimensions")
    _check_size("correlators", exact)
    problems = [
        Problem(key=cell("correlators", index), rule="must lie in [-1, 1]", received=str(float(e)))
        for index, e in np.ndenumerate(exact)
        if not -1 <= e <= 1
    ]
    if problems:
        raise InputError(problems)
    return exact


def _check_size(key: str, exact: FractionArray) -> None:
    if max(exact.shape[:2]) > MAX_INPUTS:
        reject(key, f"must have at most {MAX_INPUTS} rows and columns")
