"""Exact numbers near those of a search, as short as can be, that meet every condition exactly.

Numbers next to a bound become the bound, the others are rounded. Conditions that hold with equality
then say what is left for a few of them: those farthest from their bounds are solved for, in
fractions.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.design.free_problem import FreeProblem
from xorgames.errors import SolverError
from xorgames.exact import FractionArray

FloatArray = NDArray[np.float64]
Numbers = list[Fraction]

_LARGEST_DENOMINATOR = 240
_CLOSE = 1e-6
_DIGITS = (3, 4, 6, 8, 10, 12, 15)
#: Nearer to a bound or a limit than this is at it.
_AT = 1e-9


def exact_numbers(problem: FreeProblem, z: FloatArray) -> Iterator[FractionArray]:
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
        numbers = [Fraction(int(number), denominator) for number in near]
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
    if not found:
        raise SolverError("no exact numbers near the game that was found meet all conditions")


def _table_of(problem: FreeProblem, numbers: Numbers) -> FractionArray:
    table = np.empty(len(numbers), dtype=object)
    table[:] = numbers
    return table.reshape(problem.shape)


def _repaired(problem: FreeProblem, z: FloatArray, unit: Fraction) -> Numbers | None:
    """Round numbers to a unit, and meet the conditions that hold with equality."""
    low, high = problem.ends
    numbers, free = [], []
    for i, number in enumerate(z.tolist()):
        if number - float(low) <= _AT:
            numbers.append(low)
        elif float(high) - number <= _AT:
            numbers.append(high)
        else:
            numbers.append(min(max(round(Fraction(number) / unit) * unit, low), high))
            free.append(i)
    room = np.minimum(z - float(low), float(high) - z)
    order = sorted(free, key=lambda i: -room[i])
    tight = [
        (row, to)
        for row, to, most in problem.conditions
        if not most or float(to) - sum(float(c) * z[i] for i, c in row.items()) <= _AT
    ]
    moves = _solution(tight, numbers, order)
    if moves is None:
        return None
    for i, move in moves.items():
        numbers[i] += move
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
