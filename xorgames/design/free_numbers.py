"""Exact numbers near those of a search, as short as can be, that meet every condition exactly.

Numbers next to a bound become the bound, the others are rounded. Conditions that hold with equality
then say what is left for a few of them: those farthest from their bounds are solved for, in
fractions.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xorgames.design.polytope import nearest
from xorgames.errors import SolverError
from xorgames.exact import FractionArray

if TYPE_CHECKING:
    from xorgames.design.free_problem import FreeProblem

FloatArray = NDArray[np.float64]
Numbers = list[Fraction]

_LARGEST_DENOMINATOR = 240
_CLOSE = 1e-6
_DIGITS = (3, 4, 6, 8, 10, 12, 15)
#: Programmes with a row for each number are for so many at most: tables of 32 MB.
DENSE = 1024
#: Nearer to a bound or a limit than this is at it; less near where that leads nowhere.
_AT, _CLOSER = 1e-9, (1e-12, 1e-15)


def exact_numbers(problem: "FreeProblem", z: FloatArray) -> Iterator[FractionArray]:
    """Yield exact numbers near z that meet all conditions: small denominators, then decimals.

    Raises
    ------
    SolverError
        If there are none.

    Examples
    --------
    >>> from xorgames.design.free_problem import problem_from_table
    >>> problem = problem_from_table(
    ...     {"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]}
    ... )
    >>> next(exact_numbers(problem, np.array([0.333333333, 0.333333333, 0.333333334, 0]))).tolist()
    [[Fraction(1, 3), Fraction(1, 3)], [Fraction(1, 3), Fraction(0, 1)]]
    """
    found = 0
    for denominator in range(1, _LARGEST_DENOMINATOR + 1):
        near = np.round(z * denominator)
        if np.abs(near / denominator - z).max() > _CLOSE:
            continue
        numbers = [problem.scale * Fraction(int(number), denominator) for number in near]
        if problem.admits(numbers):
            yield _table_of(problem, numbers)
            found += 1
        if found == 2:
            break
    for digits in _DIGITS:
        repaired = _repaired(problem, z, Fraction(1, 10**digits))
        if repaired is not None:
            yield _table_of(problem, repaired)
            found += 1
    for repaired in () if found else _closer(problem, z):
        yield _table_of(problem, repaired)
        found += 1
    if not found:
        raise SolverError("no exact numbers near the game that was found meet all conditions")


def _closer(problem: "FreeProblem", z: FloatArray) -> Iterator[Numbers]:
    """Yield numbers from where the conditions hold more closely, next to z.

    A programme's tolerance may be more than small numbers are.
    """
    few = problem.conditions and len(z) <= DENSE
    place = nearest(problem.games, z) if few else None
    if place is None or np.abs(place - z).max() > _CLOSE:
        return
    for at in _CLOSER:
        repaired = _repaired(problem, place, Fraction(1, 10 ** (_DIGITS[-1] + 3)), at)
        if repaired is not None:
            yield repaired


def _table_of(problem: "FreeProblem", numbers: Numbers) -> FractionArray:
    table = np.empty(len(numbers), dtype=object)
    table[:] = numbers
    return table.reshape(problem.shape)


def _repaired(
    problem: "FreeProblem", z: FloatArray, unit: Fraction, at: float = _AT
) -> Numbers | None:
    """Round numbers to a unit, and meet the conditions that hold with equality."""
    low, high = (end / problem.scale for end in problem.ends)
    numbers, free = [], []
    for i, number in enumerate(z.tolist()):
        if number - float(low) <= at:
            numbers.append(low)
        elif float(high) - number <= at:
            numbers.append(high)
        else:
            numbers.append(min(max(round(Fraction(number) / unit) * unit, low), high))
            free.append(i)
    room = np.minimum(z - float(low), float(high) - z)
    order = sorted(free, key=lambda i: -room[i])
    tight = [
        (row, to)
        for row, to, most in problem.conditions
        if not most or float(to) - sum(float(c) * z[i] for i, c in row.items()) <= at
    ]
    moves = _solution(tight, numbers, order)
    if moves is None:
        return None
    for i, move in moves.items():
        numbers[i] += move
    numbers = [problem.scale * number for number in numbers]
    return numbers if problem.admits(numbers) else None


def _solution(
    tight: list[tuple[dict[int, Fraction], Fraction]], numbers: Numbers, order: list[int]
) -> dict[int, Fraction] | None:
    """Return by how much to move some of the numbers so that equations hold, None if none can."""
    place = {i: rank for rank, i in enumerate(order)}
    solved: list[tuple[int, dict[int, Fraction], Fraction]] = []
    for row, to in tight:
        left = to - sum((c * numbers[i] for i, c in row.items()), Fraction(0))
        entries = {i: c for i, c in row.items() if i in place}
        for pivot, known, rest in solved:
            if factor := entries.get(pivot, Fraction(0)):
                left -= factor * rest
                for i, c in known.items():
                    entries[i] = entries.get(i, Fraction(0)) - factor * c
        entries = {i: c for i, c in entries.items() if c}
        if not entries:
            if left:
                return None
            continue
        pivot = min(entries, key=place.__getitem__)
        scale = entries[pivot]
        solved.append((pivot, {i: c / scale for i, c in entries.items()}, left / scale))
    moves: dict[int, Fraction] = {}
    for pivot, known, rest in reversed(solved):
        others = (c * moves.get(i, Fraction(0)) for i, c in known.items() if i != pivot)
        moves[pivot] = rest - sum(others, Fraction(0))
    return moves
