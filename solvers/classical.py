"""The classical bias: the structure of the game first, then the cheapest method for each part.

- enumeration: all 2^(k-1) sign vectors of the smaller side, k inputs after merging;
- branch-and-bound: most of them excluded by bounds; what it costs depends on the game;
- threshold: a dynamic programme for threshold games, about k^3 steps.

All three are exact. A method stopped early leaves a bracket: the exact bias of the best strategy it
found, and a proven upper bound.
"""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.errors import InconsistencyError, TooLargeError, near_name, reject
from xorgames.exact import FractionArray
from xorgames.solvers.plan import METHODS, Estimate, Part, Plan, make_plan
from xorgames.solvers.signs import Found, value_of
from xorgames.solvers.structure import reduce_game
from xorgames.solvers.workers import Progress, Watch
from xorgames.strategy import DeterministicStrategy

__all__ = ["MAX_STRATEGIES", "METHODS", "ClassicalResult", "Estimate", "classical_bias"]

#: Above this many strategies the work is refused unless the caller raises the limit.
MAX_STRATEGIES = 2**36

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
        With several parts solved by different methods, their names joined by " + ".
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

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)
    method : {"auto", "enumeration", "branch-and-bound", "threshold"}
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
    >>> found.upper, found.exact, found.method, found.estimate.reason
    (Fraction(41, 81), True, 'enumeration', 'few strategies')
    """
    _check(method, time_limit_s, workers)
    cap = None if upper_cap is None else Fraction(upper_cap)
    structure = reduce_game(exact_matrix)
    watch = Watch(workers=workers, time_limit_s=time_limit_s, progress=progress)
    parts = [Part.of(component, method) for component in structure.components]
    plans = [make_plan(part, method, cap if len(parts) == 1 else None, watch) for part in parts]
    estimate = _total([plan.estimate for plan in plans])
    if estimate.strategies > max_strategies and time_limit_s is None:
        raise TooLargeError(_refusal(exact_matrix.shape, estimate, max_strategies))
    results = [_run(part, plan, watch) for part, plan in zip(parts, plans, strict=True)]
    pairs = list(zip(parts, results, strict=True))
    lower = sum((part.component.bias_of(found.signs) for part, found in pairs), Fraction(0))
    upper = sum((part.upper(found) for part, found in pairs), Fraction(0))
    if cap is not None and cap < lower:
        raise InconsistencyError(f"a strategy reaches {lower}, more than the cap of {cap}")
    return ClassicalResult(
        strategy=structure.strategy([found.signs for found in results]),
        lower=lower,
        upper=upper if cap is None else min(upper, cap),
        method=" + ".join(dict.fromkeys(plan.method for plan in plans)) or "enumeration",
        estimate=estimate,
        strategies=sum(found.strategies for found in results),
        interrupted=any(found.interrupted for found in results),
    )


def _total(estimates: list[Estimate]) -> Estimate:
    hardest = max(estimates, key=lambda each: each.seconds, default=_NOTHING)
    return Estimate(
        strategies=sum(each.strategies for each in estimates),
        seconds=sum(each.seconds for each in estimates),
        reason=hardest.reason,
    )


def _check(method: str, time_limit_s: float | None, workers: int | None) -> None:
    if method not in METHODS:
        rule = "must name a method for the classical value"
        reject("method", rule, received=repr(method), cure=near_name(str(method), METHODS))
    if time_limit_s is not None and not time_limit_s > 0:
        cure = "leave it out for no limit"
        reject("time_limit_s", "must be positive", received=time_limit_s, cure=cure)
    if workers is not None and not workers >= 1:
        cure = "leave it out to use all cores"
        reject("workers", "must be at least 1", received=workers, cure=cure)


def _run(part: Part, plan: Plan, watch: Watch) -> Found:
    """Call the method; an interrupt that it did not see itself leaves the plainest bracket."""
    try:
        return plan.call()
    except KeyboardInterrupt:
        watch.stop()
        signs = np.ones(len(part.rows), dtype=np.int64)
        return Found(
            signs=signs,
            value=value_of(part.rows, signs),
            upper=int(abs(part.rows).sum()),
            strategies=0,
            interrupted=True,
        )


def _refusal(shape: tuple[int, ...], estimate: Estimate, limit: int) -> str:
    return (
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
