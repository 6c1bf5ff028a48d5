"""Whether conditions on a distribution leave room for any, and if not, which of them conflict.

Programmes in doubles propose, exact numbers decide. There is room where exact numbers meet all
conditions. There is none where multipliers y, of any sign for equations c z = b and not negative
for c z <= b, prove it: every z that meets all has  sum y (c z - b) <= 0,  while

    min over low <= z <= high of  sum y (c z - b)  >  0.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from xorgames.design.free_conditions import Conditions
from xorgames.design.free_numbers import DENSE, exact_numbers
from xorgames.design.polytope import CLOSE, LinearGames, extreme
from xorgames.errors import SolverError, reject

if TYPE_CHECKING:
    from xorgames.design.free_problem import FreeProblem

FloatArray = NDArray[np.float64]

#: Multipliers are fractions of small whole numbers, for conditions like these.
_SIMPLE = 10**4


def check_room(problem: "FreeProblem", conditions: Conditions, *, bounded: bool) -> None:
    """Refuse conditions that no distribution meets, or none that is found.

    Parameters
    ----------
    problem : FreeProblem
    conditions : Conditions
        Those of the problem.
    bounded : bool
        Whether limits of each probability were given.

    Raises
    ------
    InputError
        Naming the keys that conflict: with any of them gone there is room.
    """
    if not _has_room(problem):
        _refuse(problem, conditions, bounded=bounded)


def _refuse(problem: "FreeProblem", conditions: Conditions, *, bounded: bool) -> NoReturn:
    kept = [*(["probability"] if bounded else []), *conditions.keys]
    least = problem
    for key in tuple(kept):
        fewer = [other for other in kept if other != key]
        without = _with_keys(problem, conditions, fewer)
        if not _has_room(without):
            kept, least = fewer, without
    rule = "must be met by some distribution: none does"
    if not _proven_empty(least):
        rule = "must leave room for a distribution: none was found that meets them exactly"
    *first, last = kept
    key = f"{', '.join(first)} and {last}" if first else last
    reject(key, rule, cure="relax one of them" if first else "relax it")


def _with_keys(
    problem: "FreeProblem", conditions: Conditions, keys: Sequence[str]
) -> "FreeProblem":
    """Return a problem with some of its conditions only."""
    fewer = conditions.only(keys)
    low, high = problem.limits if "probability" in keys else (Fraction(0), Fraction(1))
    size = len(problem.games.lower)
    lower, upper = np.full(size, float(low)), np.full(size, float(high))
    games = replace(problem.games, lower=lower, upper=upper, **fewer.arrays)
    return replace(problem, games=games, conditions=fewer.exact, limits=(low, high))


def _has_room(problem: "FreeProblem") -> bool:
    """Whether exact numbers that meet all conditions are found."""
    z = _corner(problem.games)
    if z is None:
        return False
    if _is_near_some(problem, z):
        return True
    middle = _middle(problem.games) if len(z) <= DENSE else None
    return middle is not None and _is_near_some(problem, middle)


def _is_near_some(problem: "FreeProblem", z: FloatArray) -> bool:
    """Whether exact numbers near z meet all conditions."""
    try:
        next(exact_numbers(problem, z))
    except SolverError:
        return False
    return True


def _corner(games: LinearGames) -> FloatArray | None:
    return extreme(games, np.zeros(len(games.lower)))


def _middle(games: LinearGames) -> FloatArray | None:
    """Return a point as far as can be from all bounds and limits, where rounding does no harm."""
    k = len(games.lower)
    slack = np.vstack([np.eye(k), -np.eye(k), games.rows])
    inside = replace(
        games,
        lower=np.append(games.lower, 0.0),
        upper=np.append(games.upper, 1.0),
        equal=np.column_stack([games.equal, np.zeros(len(games.equal))]),
        rows=np.column_stack([slack, np.ones(len(slack))]),
        most=np.concatenate([games.upper, -games.lower, games.most]),
    )
    z = extreme(inside, np.append(np.zeros(k), 1.0))
    return None if z is None else z[:k]


def _proven_empty(problem: "FreeProblem") -> bool:
    """Whether multipliers prove, in exact arithmetic, that no numbers meet all conditions."""
    low, high = problem.ends
    multipliers = _multipliers(problem.games)
    if multipliers is None:
        return False
    # In the order of the exact conditions: equations first.
    exact = [Fraction(y).limit_denominator(_SIMPLE) for y in multipliers.tolist()]
    total, least = [Fraction(0)] * len(problem.games.lower), Fraction(0)
    for y, (row, to, most) in zip(exact, problem.conditions, strict=True):
        fair = max(y, Fraction(0)) if most else y
        least -= fair * to
        for i, c in row.items():
            total[i] += fair * c
    return least + sum(min(t * low, t * high) for t in total) > 0


def _multipliers(games: LinearGames) -> FloatArray | None:
    """Return those of the programme that misses the worst condition by as little as can be."""
    from scipy.optimize import linprog

    count, k = len(games.equal), len(games.lower)
    rows = np.vstack([games.equal, -games.equal, games.rows])
    found = linprog(
        np.append(np.zeros(k), 1.0),
        A_ub=np.column_stack([rows, -np.ones(len(rows))]),
        b_ub=np.concatenate([games.equal_to, -games.equal_to, games.most]),
        bounds=[*zip(games.lower, games.upper, strict=True), (0.0, None)],
        method="highs",
        options=CLOSE,
    )
    if found.status != 0:
        return None
    y = -np.asarray(found.ineqlin.marginals, dtype=np.float64)
    return np.concatenate([y[:count] - y[count : 2 * count], y[2 * count :]])
