"""Problem files for free-form games: what is given, what may be chosen, and within which limits.

A file fixes one of the two ingredients of a game and leaves the other free:

- `choose = "distribution"`: the predicate `win` (or `payoff`) is given, the distribution of the
  inputs is free. It may be limited: `probability`, [lower, upper] for every pair of inputs;
  `marginals`, for `alice` and `bob` a number or [lower, upper] for each input; `covariance` of the
  numbers of the inputs, a number or [lower, upper], for fixed marginals of both.
- `choose = "payoff"`: the `distribution` is given, every payoff is free within `payoff_limits`.
  The sum of the payoffs for both parities is then kept, since it does not touch the advantage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from xorgames.design.free_schema import structure_problems
from xorgames.design.linear_games import LinearGames
from xorgames.errors import InputError, Problem, reject
from xorgames.exact import FractionArray, cell, exact_array, exact_number
from xorgames.game import XORGame
from xorgames.rules import SUM_TOLERANCE, check_distribution, check_payoff, check_predicate
from xorgames.textfile import read_table


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
        Its numbers are the probabilities, or the differences u(0) - u(1), row by row.
    start : ndarray of Fraction, shape (m, n), or None
        Numbers of the file to start from.
    """

    name: str
    source: str
    choose: str
    given: FractionArray
    limits: tuple[Fraction, Fraction]
    games: LinearGames
    start: FractionArray | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs (m, n)."""
        return self.games.shape

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
    table = read_table(path)
    try:
        return problem_from_table(table, name=Path(path).stem)
    except InputError as error:
        raise error.in_file(str(path)) from None


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
    problems = structure_problems(table)
    if problems:
        raise InputError(problems)
    about = {"name": table.get("name") or name, "source": table.get("source", "")}
    if table["choose"] == "distribution":
        return _free_distribution(table, about)
    return _free_payoff(table, about)


def _pair(key: str, written: Any) -> tuple[Fraction, Fraction]:
    """Read [lower, upper]."""
    if not isinstance(written, list) or len(written) != 2:
        reject(key, "must be [lower, upper]", received=repr(written))
    low, high = (exact_number(end, key=cell(key, (i,))) for i, end in enumerate(written))
    if low > high:
        reject(key, "must have lower <= upper", received=f"[{low}, {high}]")
    return low, high


def _limits(key: str, written: Any) -> tuple[Fraction, Fraction]:
    """Read a number, or [lower, upper]."""
    if isinstance(written, list):
        return _pair(key, written)
    number = exact_number(written, key=key)
    return number, number


def _free_payoff(table: Mapping[str, Any], about: dict[str, str]) -> FreeProblem:
    problems: list[Problem] = []
    given = exact_array(table["distribution"], key="distribution", problems=problems)
    if given is not None:
        check_distribution(given, problems)
    payoff = None
    if "payoff" in table:
        payoff = exact_array(table["payoff"], key="payoff", problems=problems)
        payoff = None if payoff is None else check_payoff(payoff, given, problems)
    if problems or given is None:
        raise InputError(problems)
    low, high = _pair("payoff_limits", table["payoff_limits"])
    if low == high:
        reject("payoff_limits", "must have lower < upper", received=f"[{low}, {high}]")
    if payoff is not None and not all(low <= u <= high for u in payoff.ravel()):
        reject("payoff", f"must lie within payoff_limits, [{low}, {high}]")
    size = given.size
    span = np.full(size, float(high - low))
    games = LinearGames(
        shape=(given.shape[0], given.shape[1]),
        cells=np.arange(size),
        weights=given.astype(np.float64).ravel(),
        lower=-span,
        upper=span,
        **_no_conditions(size),
    )
    start = None if payoff is None else payoff[..., 0] - payoff[..., 1]
    return FreeProblem(
        choose="payoff", given=given, limits=(low, high), games=games, start=start, **about
    )


def _no_conditions(size: int) -> dict[str, Any]:
    return {
        "equal": np.zeros((0, size)),
        "equal_to": np.zeros(0),
        "rows": np.zeros((0, size)),
        "most": np.zeros(0),
    }


def _free_distribution(table: Mapping[str, Any], about: dict[str, str]) -> FreeProblem:
    key = "win" if "win" in table else "payoff"
    given, start = _given_payoff(table, key)
    m, n = given.shape[:2]
    low, high = _pair("probability", table.get("probability", [0, 1]))
    if low < 0:
        reject("probability", "must not be negative", received=f"[{low}, {high}]")
    conditions = _Conditions(m, n)
    for party in ("alice", "bob"):
        conditions.marginals(party, table.get("marginals", {}).get(party))
    if "covariance" in table:
        conditions.covariance(_limits("covariance", table["covariance"]))
    difference = given[..., 0] - given[..., 1]
    if not difference.any():
        reject(key, "must depend on the parity for some pair of inputs")
    games = LinearGames(
        shape=(m, n),
        cells=np.arange(m * n),
        weights=difference.astype(np.float64).ravel(),
        lower=np.full(m * n, float(low)),
        upper=np.full(m * n, float(min(high, Fraction(1)))),
        **conditions.arrays,
    )
    return FreeProblem(
        choose="distribution", given=given, limits=(low, high), games=games, start=start, **about
    )


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
        start = exact_array(table["distribution"], key="distribution", problems=problems)
        if start is not None:
            check_distribution(start, problems)
    if problems or given is None:
        raise InputError(problems)
    if start is not None and start.shape != given.shape[:2]:
        m, n = given.shape[:2]
        received = " x ".join(map(str, start.shape))
        reject("distribution", f"must have the shape {m} x {n} of `{key}`", received=received)
    return given, start


class _Conditions:
    """Collects the linear conditions on a distribution."""

    def __init__(self, m: int, n: int) -> None:
        self.shape = m, n
        self.equal = [(np.ones(m * n), Fraction(1))]
        self.most: list[tuple[NDArrayFloat, Fraction]] = []
        self.fixed: dict[str, list[Fraction]] = {}

    def add(self, row: "NDArrayFloat", limits: tuple[Fraction, Fraction]) -> None:
        """Ask for a sum within limits."""
        low, high = limits
        if low == high:
            self.equal.append((row, low))
        else:
            self.most += [(row, high), (-row, -low)]

    def marginals(self, party: str, written: Any) -> None:
        """Ask for the probability of each input of a party."""
        if written is None:
            return
        m, n = self.shape
        key, count = f"marginals.{party}", m if party == "alice" else n
        if not isinstance(written, list) or len(written) != count:
            rule = f"must have {count} entries, one for each input"
            reject(key, rule, received=repr(written))
        limits = [_limits(cell(key, (i,)), entry) for i, entry in enumerate(written)]
        fixed = all(low == high for low, high in limits)
        if fixed and abs(sum((low for low, _ in limits), Fraction(0)) - 1) > SUM_TOLERANCE:
            reject(key, "must sum to 1", received=str(float(sum(low for low, _ in limits))))
        if fixed:
            self.fixed[party] = [low for low, _ in limits]
        for i, ends in enumerate(limits):
            row = np.zeros((m, n))
            row[(i, slice(None)) if party == "alice" else (slice(None), i)] = 1.0
            # With all of them fixed the last follows from the others.
            if not (fixed and i == count - 1):
                self.add(row.ravel(), ends)

    def covariance(self, limits: tuple[Fraction, Fraction]) -> None:
        """Ask for E[x y] - E[x] E[y], linear where both means are fixed."""
        if set(self.fixed) != {"alice", "bob"}:
            cure = "give both parties' marginals as numbers"
            reject("covariance", "needs fixed marginals", received="free ones", cure=cure)
        means = [sum((i * p for i, p in enumerate(each)), Fraction(0)) for each in
                 (self.fixed["alice"], self.fixed["bob"])]  # fmt: skip
        product = means[0] * means[1]
        m, n = self.shape
        row = np.multiply.outer(np.arange(m), np.arange(n)).ravel().astype(np.float64)
        self.add(row, (limits[0] + product, limits[1] + product))

    @property
    def arrays(self) -> dict[str, Any]:
        """Return the conditions as `LinearGames` takes them."""
        size = self.shape[0] * self.shape[1]
        return {
            "equal": np.stack([row for row, _ in self.equal]),
            "equal_to": np.array([float(to) for _, to in self.equal]),
            "rows": np.array([row for row, _ in self.most]).reshape(-1, size),
            "most": np.array([float(to) for _, to in self.most]),
        }


NDArrayFloat = np.ndarray[Any, np.dtype[np.float64]]
