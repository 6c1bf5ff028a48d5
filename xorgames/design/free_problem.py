"""Problem files for free-form games: what is given, what may be chosen, and within which limits.

A file fixes one of the two ingredients of a game and leaves the other free:

- `choose = "distribution"`: the predicate `win` (or `payoff`) is given, the distribution of the
  inputs is free. It may be limited: `probability`, [lower, upper] for every pair of inputs;
  `marginals`, for `alice` and `bob` a number or [lower, upper] for each input; `covariance` of the
  numbers of the inputs, a number or [lower, upper], for fixed marginals of both.
- `choose = "payoff"`: the `distribution` is given, every payoff is free within `payoff_limits`.
  The mean of the payoffs for both parities is then the middle of the limits: it does not touch the
  advantage.

A search counts payoffs in a `unit` of their own size and from an `origin` among them: programmes in
doubles have tolerances that are absolute.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from xorgames.design.free_conditions import Condition, Conditions, limits_of, pair_of
from xorgames.design.free_room import check_room
from xorgames.design.free_schema import structure_problems
from xorgames.design.polytope import LinearGames
from xorgames.errors import InputError, Problem, expect, reject
from xorgames.exact import FractionArray, exact_array
from xorgames.game import XORGame
from xorgames.rules import check_distribution, check_payoff, check_predicate
from xorgames.textfile import read_as


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeProblem:
    """A problem: a polytope of games, and how its numbers become one.

    Attributes
    ----------
    name, source : str
    choose : {"distribution", "payoff"}
    given : ndarray of Fraction
        The payoffs, shape (m, n, 2), or the distribution, shape (m, n).
    limits : (Fraction, Fraction)
        Of every probability, or of every payoff.
    games : LinearGames
        Its numbers are the probabilities, or the differences u(0) - u(1) in units, row by row. Its
        payoffs are (u - origin) / unit.
    unit, origin : Fraction
        Of payoffs; the unit is a power of ten.
    conditions : tuple of Condition
        Those of `games` beside the bounds, exactly.
    start : ndarray of Fraction or None
        The distribution or the payoffs that one came with.
    """

    name: str
    source: str
    choose: str
    given: FractionArray
    limits: tuple[Fraction, Fraction]
    games: LinearGames
    unit: Fraction
    origin: Fraction
    conditions: tuple[Condition, ...] = ()
    start: FractionArray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs (m, n)."""
        return self.games.shape

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The least and the largest that each number may be."""
        low, high = self.limits
        return (low, high) if self.choose == "distribution" else (low - high, high - low)

    @property
    def scale(self) -> Fraction:
        """What a number of `games` is multiplied by to become a probability or a difference."""
        return Fraction(1) if self.choose == "distribution" else self.unit

    def admits(self, numbers: Sequence[Fraction]) -> bool:
        """Whether numbers meet all conditions exactly."""
        low, high = self.ends
        if not all(low <= number <= high for number in numbers):
            return False
        for row, to, most in self.conditions:
            total = sum((c * numbers[i] for i, c in row.items()), Fraction(0))
            if total > to or (total < to and not most):
                return False
        return True

    @property
    def came_with(self) -> FractionArray | None:
        """The numbers that one came with: of the file, or all probabilities alike."""
        if self.start is not None:
            odds = self.choose == "distribution"
            return self.start if odds else self.start[..., 0] - self.start[..., 1]
        if self.choose == "payoff":
            return None
        m, n = self.shape
        alike = np.full((m, n), Fraction(1, m * n), dtype=object)
        return alike if self.admits(alike.ravel().tolist()) else None

    def came(self) -> XORGame | None:
        """Return the game that one came with, as it was."""
        if self.choose == "payoff" and self.start is not None:
            return XORGame(self.given, self.start, name=self.name, source=self.source)
        return None if self.came_with is None else self.game(self.came_with)

    def game(self, numbers: FractionArray) -> XORGame:
        """Return the game that exact numbers stand for, shape (m, n)."""
        about: dict[str, Any] = {"name": self.name, "source": self.source}
        if self.choose == "distribution":
            return XORGame(numbers, self.given, **about)
        middle = (self.limits[0] + self.limits[1]) / 2
        payoff = np.stack([middle + numbers / 2, middle - numbers / 2], axis=-1)
        return XORGame(self.given, payoff, **about)


def load_problem(path: str | Path) -> FreeProblem:
    """Return the problem of a file.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    return read_as(path, lambda table: problem_from_table(table, name=Path(path).stem))


def problem_from_table(table: Mapping[str, Any], *, name: str = "free-form game") -> FreeProblem:
    """Return the problem that a table describes.

    Raises
    ------
    InputError
        With every problem found.

    Examples
    --------
    >>> problem = problem_from_table(
    ...     {"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]}
    ... )
    >>> problem.shape, problem.games.equal.tolist()
    ((2, 2), [[1.0, 1.0, 1.0, 1.0]])
    """
    expect(table, Mapping, key="problem")
    problems = structure_problems(table)
    if problems:
        raise InputError(problems)
    about = {"name": table.get("name") or name, "source": table.get("source", "")}
    if table["choose"] == "distribution":
        return _free_distribution(table, about)
    return _free_payoff(table, about)


def _free_payoff(table: Mapping[str, Any], about: dict[str, Any]) -> FreeProblem:
    problems: list[Problem] = []
    law = _uniform(table, "payoff") if table["distribution"] == "uniform" else table["distribution"]
    given = exact_array(law, key="distribution", problems=problems)
    if given is not None:
        check_distribution(given, problems)
    payoff = None
    if "payoff" in table:
        payoff = exact_array(table["payoff"], key="payoff", problems=problems)
        payoff = None if payoff is None else check_payoff(payoff, given, problems)
    if problems or given is None:
        raise InputError(problems)
    low, high = pair_of("payoff_limits", table["payoff_limits"])
    if low == high:
        reject("payoff_limits", "must have lower < upper", received=f"[{low}, {high}]")
    if payoff is not None and not all(low <= u <= high for u in payoff.ravel()):
        reject("payoff", f"must lie within payoff_limits, [{low}, {high}]")
    size, unit = given.size, _power_of_ten(high - low)
    span = np.full(size, float((high - low) / unit))
    games = LinearGames(
        shape=(given.shape[0], given.shape[1]),
        cells=np.arange(size),
        weights=given.astype(np.float64).ravel(),
        variables=np.arange(size),
        lower=-span,
        upper=span,
        middle=0.0,
        middles=np.zeros(size),
        **_no_conditions(size),
    )
    return FreeProblem(
        choose="payoff", given=given, limits=(low, high), games=games, start=payoff, unit=unit,
        origin=(low + high) / 2, **about,
    )  # fmt: skip


def _power_of_ten(number: Fraction) -> Fraction:
    """Return a power of ten that is about as large as a positive number."""
    digits = math.log10(number.numerator) - math.log10(number.denominator)
    return Fraction(10) ** math.floor(digits)


def _uniform(table: Mapping[str, Any], key: str) -> list[list[Fraction]]:
    """Return the uniform distribution in the shape of the payoffs or the predicate."""
    rows = table.get(key)
    m = len(rows) if isinstance(rows, list) else 0
    n = len(rows[0]) if isinstance(rows, list) and m and isinstance(rows[0], list) else 0
    if key not in table:
        rule = 'must be an array of numbers: "uniform" takes its shape from `payoff`'
        reject("distribution", rule, received="no payoff to start from")
    # Where there is no shape, what should give it has a problem of its own.
    return [[Fraction(1, m * n)] * n] * m if m * n else [[Fraction(1)]]


def _no_conditions(size: int) -> dict[str, Any]:
    return {
        "equal": np.zeros((0, size)),
        "equal_to": np.zeros(0),
        "rows": np.zeros((0, size)),
        "most": np.zeros(0),
    }


def _free_distribution(table: Mapping[str, Any], about: dict[str, Any]) -> FreeProblem:
    key = "win" if "win" in table else "payoff"
    given, start = _given_payoff(table, key)
    m, n = given.shape[:2]
    low, high = pair_of("probability", table.get("probability", [0, 1]))
    if low < 0:
        reject("probability", "must not be negative", received=f"[{low}, {high}]")
    high = max(low, min(high, Fraction(1)))
    conditions = Conditions(m, n)
    for party in ("alice", "bob"):
        conditions.marginals(party, table.get("marginals", {}).get(party))
    if "covariance" in table:
        conditions.covariance(limits_of("covariance", table["covariance"]))
    difference = given[..., 0] - given[..., 1]
    if not difference.any():
        reject(key, "must depend on the parity for some pair of inputs")
    middles = given.sum(axis=-1) / 2
    unit, origin = _power_of_ten(abs(difference).max()), (middles.min() + middles.max()) / 2
    games = LinearGames(
        shape=(m, n),
        cells=np.arange(m * n),
        weights=(difference / unit).astype(np.float64).ravel(),
        variables=np.arange(m * n),
        middle=0.0,
        middles=((middles - origin) / unit).astype(np.float64).ravel(),
        lower=np.full(m * n, float(low)),
        upper=np.full(m * n, float(high)),
        **conditions.arrays,
    )
    problem = FreeProblem(
        choose="distribution", given=given, limits=(low, high), games=games, start=start,
        conditions=conditions.exact, unit=unit, origin=origin, **about,
    )  # fmt: skip
    check_room(problem, conditions, bounded="probability" in table)
    return problem


def _given_payoff(table: Mapping[str, Any], key: str) -> tuple[FractionArray, FractionArray | None]:
    """Return the payoffs, and the distribution to start from."""
    problems: list[Problem] = []
    given = exact_array(table[key], key=key, problems=problems)
    if given is not None and key == "win":
        check_predicate(given, None, problems)
        given = np.stack([1 - given, given], axis=-1)
    elif given is not None:
        given = check_payoff(given, None, problems)
    start = None
    if "distribution" in table:
        law = table["distribution"]
        law = _uniform(table, key) if law == "uniform" else law
        start = exact_array(law, key="distribution", problems=problems)
        if start is not None:
            check_distribution(start, problems)
    if problems or given is None:
        raise InputError(problems)
    if start is not None and start.shape != given.shape[:2]:
        m, n = given.shape[:2]
        received = " x ".join(map(str, start.shape))
        reject("distribution", f"must have the shape {m} x {n} of `{key}`", received=received)
    return given, start
