"""What the catalogue's functions share: checked parameters, and games given by signs."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.errors import InputError, Problem
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.regions import Number, number_in

SERVERS = {"a": ("server 1", "server 2"), "b": ("server 1", "server 2")}


def in_unit_interval(**numbers: Number) -> list[Fraction]:
    """Return the named numbers exactly, or say which of them do not lie in [0, 1].

    Examples
    --------
    >>> in_unit_interval(p="1/3", q=0.5)
    [Fraction(1, 3), Fraction(1, 2)]
    """
    problems: list[Problem] = []
    exact = []
    for key, number in numbers.items():
        try:
            exact.append(number_in(key, number, 0, 1))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return exact


def split_text(data: Any, separator: str | None = None) -> Any:
    """Split a text at `separator` (None: at blanks); leave anything else as it is."""
    return data.split(separator) if isinstance(data, str) else data


def from_signs(matrix: Sequence[Sequence[Any]] | FractionArray, **about: Any) -> XORGame:
    """Return the win/lose game with a matrix proportional to `matrix`.

    The distribution is |matrix| / sum |matrix|; outputs must differ where an entry is negative.

    Examples
    --------
    >>> from_signs([[1, 1], [1, -1]]).matrix.tolist()
    [[0.25, 0.25], [0.25, -0.25]]
    """
    exact = np.array(matrix, dtype=object) * Fraction(1)
    distribution = abs(exact) / sum(abs(exact).ravel())
    return XORGame.from_predicate(distribution, (exact < 0).astype(int), **about)
