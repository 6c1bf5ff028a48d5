"""The classical bias: the structure of the game first, then the cheapest method for each part.

Structure comes first unless all strategies of the game as it stands are compared in less time than
a look at its structure takes: that look could save nothing. The result says so in its estimate.

- enumeration: all 2^(k-1) sign vectors of the smaller side, k inputs after merging;
- branch-and-bound: most of them excluded by bounds; what it costs depends on the game;
- threshold: a dynamic programme for threshold games, about k^3 steps;
- elimination: a dynamic programme for games whose inputs hang together loosely.

All four are exact. A method stopped early leaves a bracket: the exact bias of the best strategy it
found, and a proven upper bound.
"""

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cache
from numbers import Real
from typing import Any

import numpy as np

from xorgames.errors import InconsistencyError, TooLargeError, near_name, reject
from xorgames.exact import FractionArray, exact_number
from xorgames.solvers.enumeration import strategies_of
from xorgames.solvers.integers import IntegerMatrix, as_integers, is_matrix, kind_of
from xorgames.solvers.plan import METHODS, Estimate, Part, Plan, make_plan
from xorgames.solvers.signs import at_least_plain, compare_all, is_small
from xorgames.solvers.structure import Structure, reduce_game
from xorgames.solvers.workers import Progress, Watch
from xorgames.strategy import DeterministicStrategy

__all__ = ["MAX_STRATEGIES", "METHODS", "ClassicalResult", "Estimate", "classical_bias"]

#: Above this many strategies the work is refused unless the caller raises the limit.
MAX_STRATEGIES = 2**36

#: To compare all strategies at once takes so long, and so much longer for each column sum, about.
_AT_ONCE_S = 1e-5
_SUM_S = 1e-9
_NOTHING = Estimate(strategies=0.0, seconds=0.0, reason="nothing is asked")


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassicalResult:
    """The best deterministic strategy found, and what no deterministic strategy exceeds.

    Attributes
    ----------
    strategy : DeterministicStrategy
    lower, upper : Fraction
        The exact bias of `strategy`, and a proven upper bound on that of any.
    method : str
        With several parts solved by different methods, their names joined by " + "; "none" where
        Ctrl-C came before any of them.
    estimate : Estimate
        Made before the work began.
    strategies : int
        How many strategies were compared.
    interrupted : bool
        Whether a time limit or Ctrl-C ended the work.
    """

    strategy: DeterministicStrategy
    lower: Fraction
    upper: Fraction
    method: str
    estimate: Estimate
    strategies: int
    interrupted: bool

    @property
    def exact(self) -> bool:
        """Whether the strategy is proven to be the best one."""
        return self.lower == self.upper

    def to_dict(self) -> dict[str, Any]:
        """Return the result with the bias as text, exactly."""
        return {
            "bias": {"lower": str(self.lower), "upper": str(self.upper)},
            "exact": self.exact,
            "method": self.method,
            "estimate": asdict(self.estimate),
            "strategies": self.strategies,
            "interrupted": self.interrupted,
            "strategy": self.strategy.to_dict(),
        }


def classical_bias(
    exact_matrix: FractionArray,
    *,
    method: str = "auto",
    max_strategies: int = MAX_STRATEGIES,
    time_limit_s: float | None = None,
    workers: int | None = None,
    upper_cap: Fraction | float | None = None,
    progress: Progress | None = None,
) -> ClassicalResult:
    """Return the classical bias of a game matrix, with a strategy and a proof.

    A method by name always works on what the structure of the game leaves; "auto" skips that look
    where comparing all strategies takes less time.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, int or float, shape (m, n)
        A float counts as its exact binary value.
    method : {"auto", "enumeration", "branch-and-bound", "threshold", "elimination"}
    max_strategies : int
        Without a time limit, refuse what is estimated to compare more strategies than this.
    time_limit_s : float, optional
        After this the bracket reached is returned.
    workers : int, optional
        Threads; by default one for each core.
    upper_cap : Fraction or float, optional
        An upper bound on the bias known from elsewhere, such as the Tsirelson bound.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    InputError
        If an argument is out of range, or `method` does not apply to the game.
    TooLargeError
        With the number of strategies and an estimate of the time.
    InconsistencyError
        If a strategy exceeds `upper_cap`.

    Examples
    --------
    >>> from xorgames.catalog import staircase
    >>> found = classical_bias(staircase(9).exact_matrix)
    >>> found.upper, found.exact, found.method
    (Fraction(41, 81), True, 'enumeration')
    >>> found.estimate.reason
    'comparing all takes less time than looking for structure'
    """
    _check(exact_matrix, method, max_strategies)
    watch = Watch(workers=workers, time_limit_s=time_limit_s, progress=progress)
    cap = None if upper_cap is None else exact_number(upper_cap, key="upper_cap")
    try:
        integers, denominator = as_integers(exact_matrix)
        transposed = len(integers) > integers.shape[1]
        rows = integers.T if transposed else integers
        if method == "auto" and is_small(rows) and strategies_of(rows) <= max_strategies:
            found = _at_once(rows, denominator, transposed, watch)
        else:
            structure = reduce_game(integers, denominator, watch=watch)
            plans = _plans(structure, method, cap, watch)
            estimate = _total([plan.estimate for plan in plans])
            if time_limit_s is None:
                _refuse(exact_matrix.shape, estimate, max_strategies)
            found = _by_parts(structure, plans, estimate)
    except KeyboardInterrupt:
        # The searches turn an interrupt into the best bracket that they have; this one came before.
        found = _plainest(exact_matrix)
    return found if cap is None else _capped(found, cap)


def _at_once(
    rows: IntegerMatrix, denominator: int, transposed: bool, watch: Watch
) -> ClassicalResult:
    """Compare all strategies of the game as it is."""
    bits, replies, value = compare_all(rows)
    strategies = 2 ** (len(rows) - 1)
    watch.report(strategies, strategies)
    if transposed and replies[0]:
        # A common flip changes nothing: Alice's first answer is 0.
        bits, replies = 1 - bits, 1 - replies
    bias = Fraction(value, denominator)
    return ClassicalResult(
        strategy=DeterministicStrategy(
            a=replies if transposed else bits, b=bits if transposed else replies
        ),
        lower=bias,
        upper=bias,
        method="enumeration",
        estimate=_few(*rows.shape),
        strategies=strategies,
        interrupted=False,
    )


@cache
def _few(rows: int, columns: int) -> Estimate:
    strategies = 2.0 ** (rows - 1)
    return Estimate(
        strategies=strategies,
        seconds=_AT_ONCE_S + _SUM_S * strategies * columns,
        reason="comparing all takes less time than looking for structure",
    )


def _plans(structure: Structure, method: str, cap: Fraction | None, watch: Watch) -> list[Plan]:
    parts = [Part.of(component) for component in structure.components]
    return [make_plan(part, method, cap if len(parts) == 1 else None, watch) for part in parts]


def _by_parts(structure: Structure, plans: list[Plan], estimate: Estimate) -> ClassicalResult:
    """Call the methods, and put the strategy together."""
    results = [at_least_plain(plan.part.rows, plan.call()) for plan in plans]
    pairs = zip(plans, results, strict=True)
    settled = [plan.part.settle(found, plan.cap) for plan, found in pairs]
    shares = [reached for _, reached, _ in settled] or [Fraction(0)]
    lower = sum(shares[1:], shares[0])
    upper = sum((most - reached for _, reached, most in settled if most is not reached), lower)
    return ClassicalResult(
        strategy=structure.strategy([signs for signs, _, _ in settled]),
        lower=lower,
        upper=upper,
        method=" + ".join(dict.fromkeys(plan.method for plan in plans)) or "enumeration",
        estimate=estimate,
        strategies=sum(found.strategies for found in results),
        interrupted=any(found.interrupted for found in results),
    )


def _plainest(exact_matrix: FractionArray) -> ClassicalResult:
    """Return what needs no search: Alice answers 0, and no bias exceeds the sum of all sizes."""
    integers, denominator = as_integers(exact_matrix)
    pulls = integers.sum(axis=0)
    return ClassicalResult(
        strategy=DeterministicStrategy(
            a=np.zeros(len(integers), dtype=np.int64), b=(pulls < 0).astype(np.int64)
        ),
        lower=Fraction(int(abs(pulls).sum()), denominator),
        upper=Fraction(int(abs(integers).sum()), denominator),
        method="none",
        estimate=_NOTHING,
        strategies=0,
        interrupted=True,
    )


def _capped(found: ClassicalResult, cap: Fraction) -> ClassicalResult:
    """Return the better upper bound, where the cap does not contradict the strategy."""
    if cap < found.lower:
        raise InconsistencyError(f"a strategy reaches {found.lower}, more than the cap of {cap}")
    return replace(found, upper=cap) if cap < found.upper else found


def _total(estimates: list[Estimate]) -> Estimate:
    if len(estimates) == 1:
        return estimates[0]
    hardest = max(estimates, key=lambda each: each.seconds, default=_NOTHING)
    return Estimate(
        strategies=sum(each.strategies for each in estimates),
        seconds=sum(each.seconds for each in estimates),
        reason=hardest.reason,
    )


def _check(exact_matrix: FractionArray, method: str, max_strategies: float) -> None:
    if not is_matrix(exact_matrix):
        cure = "xorgames.exact.exact_array makes it from lists"
        rule = "must be an array of exact numbers, with at least one row and one column"
        reject("exact_matrix", rule, received=kind_of(exact_matrix), cure=cure)
    if method not in METHODS:
        rule = "must name a method for the classical value"
        reject("method", rule, received=repr(method), cure=near_name(str(method), METHODS))
    number = isinstance(max_strategies, Real) and not isinstance(max_strategies, bool)
    if not (number and max_strategies >= 1):
        reject("max_strategies", "must be a number from 1", received=repr(max_strategies))


def _refuse(shape: tuple[int, ...], estimate: Estimate, limit: float) -> None:
    if estimate.strategies > limit:
        raise TooLargeError(
            f"the classical value of a {shape[0]} x {shape[1]} game needs about"
            f" {estimate.strategies:.2g} strategies, about {_duration(estimate.seconds)};"
            f" the limit is {limit:.2g}."
            " Cure: raise max_strategies (--max-strategies), give a time limit, or merge inputs"
        )


def _duration(seconds: float) -> str:
    for size, name in ((31557600.0, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.2g} {name}"
    return f"{seconds:.2g} s"
