"""What makes numbers a game: the rules of distribution, payoff, predicate and labels.

Each check adds every problem it finds to a list, so that a user sees them all at once.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.errors import Problem
from xorgames.exact import FractionArray, cell

#: How far from 1 a distribution may sum; a float32 table is about 1e-7 off.
SUM_TOLERANCE = Fraction(1, 10**9)

#: The most inputs of a party: a game of 1024 x 1024 takes a minute to make and 0.7 GB.
MAX_INPUTS = 1024

_LONGEST_NAME = 200


def check_distribution(exact: FractionArray, problems: list[Problem]) -> None:
    """Two dimensions, no negative entry, sum 1."""
    if exact.ndim != 2:
        rule = "must have 2 dimensions: one row for each input of Alice, one column for Bob's"
        problems.append(Problem(key="distribution", rule=rule, received=f"{exact.ndim} dimensions"))
        return
    negative = [
        Problem(
            key=cell("distribution", index), rule="must not be negative", received=str(float(p))
        )
        for index, p in np.ndenumerate(exact)
        if p < 0
    ]
    problems.extend(negative)
    total = sum(exact.ravel(), Fraction(0))
    if abs(total - 1) > SUM_TOLERANCE and not negative:
        problems.append(
            Problem(
                key="distribution",
                rule="must sum to 1",
                received=f"a sum of {float(total):.12g}",
                cure=_cure_of_sum(exact, total),
            )
        )


def _cure_of_sum(exact: FractionArray, total: Fraction) -> str:
    """Guess why a distribution does not sum to 1."""
    if total == 0:
        return "at least one pair of inputs must be able to occur"
    if abs(total - 100) < Fraction(1, 100):
        return "these look like percentages: divide each by 100"
    if total > 1 and all(p.denominator == 1 for p in exact.ravel()):
        return f'these look like counts: divide each by {total} (such as "1/{total}")'
    if abs(total - 1) < Fraction(1, 1000):
        return 'the entries were rounded: give more digits, or fractions such as "1/3"'
    return "check for a missing or doubled entry; nothing is normalised silently"


def check_payoff(
    exact: FractionArray, distribution: FractionArray | None, problems: list[Problem]
) -> FractionArray | None:
    """Return the payoff by parity, shape (m, n, 2), or None where it is not one."""
    before = len(problems)
    if exact.ndim == 4 and exact.shape[2:] == (2, 2):
        exact = _by_parity(exact, problems)
    elif exact.ndim != 3:
        problems.append(
            Problem(
                key="payoff",
                rule="must have 3 dimensions, payoff[x][y][parity]",
                received=f"{exact.ndim} dimensions",
                cure="for a win/lose game give `win`, a matrix of 0 and 1, instead",
            )
        )
    elif exact.shape[2] != 2:
        problems.append(
            Problem(
                key="payoff",
                rule="must give 2 numbers for each pair of inputs, one for each parity",
                received=f"{exact.shape[2]}",
                cure="an XOR game has two outputs for each party, and only their parity counts",
            )
        )
    if len(problems) == before:
        _check_shape("payoff", exact, distribution, problems)
    return exact if len(problems) == before else None


def _check_shape(
    key: str, exact: FractionArray, distribution: FractionArray | None, problems: list[Problem]
) -> None:
    """As many rows and columns as the distribution, where that is one."""
    if distribution is None or distribution.ndim != 2 or exact.shape[:2] == distribution.shape:
        return
    m, n = distribution.shape
    rule = f"must have as many rows and columns as `distribution`, {m} x {n}"
    problems.append(Problem(key=key, rule=rule, received=" x ".join(map(str, exact.shape[:2]))))


def _by_parity(exact: FractionArray, problems: list[Problem]) -> FractionArray:
    """Turn payoff[x][y][a][b] into payoff[x][y][parity], naming the cells where it is not one."""
    even = exact[..., 0, 0] == exact[..., 1, 1]
    odd = exact[..., 0, 1] == exact[..., 1, 0]
    for index in np.argwhere(~(even & odd)):
        block = [[float(u) for u in row] for row in exact[tuple(index)]]
        problems.append(
            Problem(
                key=cell("payoff", tuple(int(i) for i in index)),
                rule="must depend on the parity a xor b alone, or the game is not an XOR game",
                received=str(block),
                cure="payoffs that depend on a or b separately are outside this package",
            )
        )
    return np.stack([exact[..., 0, 0], exact[..., 0, 1]], axis=-1)


def check_predicate(
    exact: FractionArray, distribution: FractionArray | None, problems: list[Problem]
) -> None:
    """Two dimensions, the shape of the distribution, entries 0 and 1."""
    if exact.ndim != 2:
        rule = "must have 2 dimensions, win[x][y]"
        problems.append(Problem(key="win", rule=rule, received=f"{exact.ndim} dimensions"))
        return
    _check_shape("win", exact, distribution, problems)
    signs = all(entry in (-1, 1) for entry in exact.ravel())
    cure = "0 where the outputs must agree, 1 where they must differ"
    if signs:
        cure += "; these are signs: write 0 for +1 and 1 for -1"
    problems.extend(
        Problem(
            key=cell("win", index), rule="must be 0 or 1", received=f"{float(entry):g}", cure=cure
        )
        for index, entry in np.ndenumerate(exact)
        if entry not in (0, 1)
    )


def check_text(text: Any, *, key: str, problems: list[Problem]) -> None:
    """Refuse a name that is not one short line of characters that a terminal can show."""
    if not isinstance(text, str):
        problems.append(Problem(key=key, rule="must be text", received=repr(text)))
    elif not (text.isprintable() and text.strip() and len(text) <= _LONGEST_NAME):
        rule = f"must be 1 to {_LONGEST_NAME} printable characters"
        received = ascii(text if len(text) <= 60 else text[:60] + "...")
        problems.append(Problem(key=key, rule=rule, received=received))


def check_labels(
    labels: Mapping[str, Sequence[Any]], distribution: FractionArray | None, problems: list[Problem]
) -> dict[str, tuple[str, ...]]:
    """Return the labels as tuples: two for each party's outputs, one for each input."""
    counts = {"a": 2, "b": 2}
    if distribution is not None and distribution.ndim == 2:
        counts |= dict(zip("xy", distribution.shape, strict=True))
    checked: dict[str, tuple[str, ...]] = {}
    for key, names in labels.items():
        if key not in ("a", "b", "x", "y"):
            rule = "is not a kind of label"
            cure = "use a and b for outputs, x and y for inputs"
            problems.append(Problem(key=f"labels.{key}", rule=rule, cure=cure))
        elif problem := _label_problem(key, names, counts.get(key)):
            problems.append(problem)
        else:
            checked[key] = tuple(names)
    return dict(sorted(checked.items()))


def _label_problem(key: str, names: Sequence[Any], count: int | None) -> Problem | None:
    what = f"output of {'Alice' if key == 'a' else 'Bob'}" if key in "ab" else f"input {key}"
    listed = isinstance(names, Sequence) and not isinstance(names, str)
    if not (listed and all(isinstance(name, str) for name in names)):
        return Problem(key=f"labels.{key}", rule="must be a list of strings", received=repr(names))
    if count is not None and len(names) != count:
        return Problem(
            key=f"labels.{key}",
            rule=f"must have {count} entries, one for each {what}",
            received=f"{len(names)}",
        )
    if len(set(names)) != len(names):
        return Problem(key=f"labels.{key}", rule="must be different", received=repr(list(names)))
    unreadable: list[Problem] = []
    for i, name in enumerate(names):
        check_text(name, key=f"labels.{key}[{i}]", problems=unreadable)
    return unreadable[0] if unreadable else None
