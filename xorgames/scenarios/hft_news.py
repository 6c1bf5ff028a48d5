"""Trading with old news: both servers know what both indicators said some time ago.

`require` takes inputs to be independent from round to round. In a market they are if the regime is
forgotten before news of it can arrive. Here two classical servers tell each other their indicators;
z = (x', y') of one delay ago is known to both when they decide. With k the correlation of the
regime with that of then and pi the odds of the regimes,

    P(then, now) = pi(then) (k [then = now] + (1 - k) pi(now)),
    M_z(x, y)    = sum P(then, now) P(x' | then) P(y' | then) P(x | now) P(y | now) u(now),

u(now) being by how much equal bits are worth more in a regime. For each z they play the best rule
of the game M_z. Two servers with a pair do not use the news. Up to some delay the news is worth
more than the pair: that is how fast regimes must turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.answers import Bits
from xorgames.bound import Finding
from xorgames.draws import generator, seeds
from xorgames.errors import expect, reject
from xorgames.hardware.input_law import all_answers
from xorgames.noisy import SharedRandomStrategy
from xorgames.regions import whole_number
from xorgames.scenarios.engine import play
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.hft_market import Trades
from xorgames.scenarios.players import Apart, Player
from xorgames.scenarios.robustness_points import (
    Point,
    Sweep,
    checked_values,
    find_bracket,
    measure_each,
)
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.solvers.workers import Progress
from xorgames.strategy import DeterministicStrategy

FloatArray = NDArray[np.float64]

_FACTORS = np.array([0.25, 0.5, 0.8, 0.9, 1.1, 1.25, 2.0, 4.0])
#: Delays are looked for up to so many memories of the regime.
_LONGEST = 50.0


@dataclass(frozen=True, kw_only=True, eq=False)
class _Told(Trades):
    """Decisions, and the number 2 x' + y' of what both indicators said before."""

    news: NDArray[np.int64]


class _Telling(HFT):
    """The model, each decision with the news of the one before."""

    def _trades(self, rounds: int, rng: np.random.Generator, before: bool | None) -> _Told:
        """Return decisions; the first that is drawn is news alone."""
        drawn = super()._trades(rounds + 1, rng, before)
        now = {each.name: getattr(drawn, each.name)[..., 1:] for each in fields(drawn)}
        return _Told(**now, news=2 * drawn.x[:-1] + drawn.y[:-1])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Informed:
    """Two who play one of four rules, as the news says."""

    rules: tuple[DeterministicStrategy, ...]

    @property
    def correlators(self) -> FloatArray:
        """E(x, y) of each rule, shape (4, 2, 2)."""
        return np.stack([rule.correlators for rule in self.rules])

    def decide(self, seen: Any, seed: int) -> tuple[Bits, Bits]:
        """Return the decisions."""
        a, b = np.empty((2, len(seen.x)), dtype=np.int8)
        rng = np.random.default_rng(seed)
        for news, rule in enumerate(self.rules):
            here = seen.news == news
            (coin,) = seeds(rng, 1)
            strategy = SharedRandomStrategy.symmetrised(rule)
            a[here], b[here] = strategy.sample(seen.x[here], seen.y[here], rng=coin)
        return a, b


def news_sweep(
    hft: HFT,
    *,
    delays_s: Sequence[float] | None = None,
    rounds: int = 10**6,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Sweep:
    """Measure from which age on news of the indicators is worth less than a perfect pair.

    Parameters
    ----------
    hft : HFT
        Its interval does not matter.
    delays_s : sequence of float, optional
        By default on both sides of the delay that the model predicts.
    rounds : int
        For each delay.
    rng, progress
        As in `robustness.sweep`.

    Raises
    ------
    InputError
        If entanglement has no advantage even when there is no news.

    Examples
    --------
    >>> found = news_sweep(HFT(), rounds=50_000)
    >>> f"{found.required:.3g}", found.agrees
    ('2.21e-05', True)
    """
    expect(hft, HFT, key="hft")
    count = whole_number("rounds", rounds, 1000, 10**12)
    solution = solve(hft.exact_game())
    limit = _delay(hft, solution)
    chosen = limit * _FACTORS if delays_s is None else checked_values(delays_s)
    random = generator(rng)
    points = measure_each(
        chosen.tolist(),
        lambda delay, told: _point(hft, solution, delay, count, random, told),
        progress,
    )
    return Sweep(
        axis="news_age_s",
        unit="s",
        about="age of the news that classical servers have of each other",
        points=points,
        bracket=find_bracket(points),
        end=None,
        required=limit,
    )


def _point(
    hft: HFT,
    solution: Solution,
    delay: float,
    rounds: int,
    rng: np.random.Generator,
    progress: Progress | None,
) -> Point:
    informed = _Informed(rules=tuple(_rule(matrix) for matrix in _matrices(hft, delay)))
    players = {
        "quantum": Player(deciders=Apart(strategy=solution.one_pair.strategy), about=""),
        "informed": Player(deciders=informed, about=""),
    }
    market = {each.name: getattr(hft, each.name) for each in fields(hft)}
    telling = _Telling(**(market | {"interval_s": delay}))
    tallies = play(telling, players, rounds=rounds, rng=rng, progress=progress)
    change = tallies["quantum"].change(lambda means: means["payoff"], tallies["informed"])
    predicted = Estimate(value=_excess(hft, solution, delay), standard_error=0.0)
    return Point(value=delay, excess=change.difference, predicted=predicted)


def news_matter(hft: HFT) -> bool:
    """Say whether there is an age at which news is worth as much as a pair.

    Examples
    --------
    >>> news_matter(HFT()), news_matter(HFT(false_positive=0.0, false_negative=0.0))
    (True, False)
    """
    return _ends_differ(hft, solve(hft.exact_game()))


def _memory_s(hft: HFT) -> float:
    return 1 / (1 / hft.normal_time_s + 1 / hft.broken_time_s)


def _ends_differ(hft: HFT, solution: Solution) -> bool:
    low, high = (_excess(hft, solution, age * _memory_s(hft)) for age in (0.0, _LONGEST))
    return solution.advantage.verdict is not Finding.REFUTED and low < 0 < high


def _delay(hft: HFT, solution: Solution) -> float:
    """Return the age at which news is worth as much as a pair, by the formula."""
    from scipy.optimize import brentq

    memory = _memory_s(hft)
    if not _ends_differ(hft, solution):
        rule = "must have an advantage without news, and none with news at once"
        reject("hft", rule, cure="choose other errors of the indicators")
    found = brentq(lambda age: _excess(hft, solution, age * memory), 0.0, _LONGEST)
    return float(found) * memory


def _excess(hft: HFT, solution: Solution, delay: float) -> float:
    """Return the value of a pair minus that of news so old."""
    matrices = _matrices(hft, delay)
    informed = sum(float((each * _rule(each).correlators).sum()) for each in matrices)
    quantum = float((solution.game.matrix * solution.one_pair.strategy.correlators).sum())
    return (quantum - informed) / 2


def _matrices(hft: HFT, delay: float) -> FloatArray:
    """Return M_z for the four news, shape (4, 2, 2)."""
    odds = np.array([1 - hft.broken_share, hft.broken_share])
    kept = hft.known_after(delay)
    both = odds[:, None] * (kept * np.eye(2) + (1 - kept) * odds)
    fires = np.array([hft.false_positive, 1 - hft.false_negative])
    seen = np.stack([1 - fires, fires], axis=1)
    cross = np.array([hft.normal_correlation, -hft.broken_correlation]) * hft.volatility_ticks**2
    market = hft.market
    worth = market.risk_aversion_per_tick * cross + market.unwind_ticks * np.array([1.0, -1.0])
    worth = 2 * market.bias**2 * worth
    found = np.einsum("tn,tu,tv,nx,ny,n->uvxy", both, seen, seen, seen, seen, worth)
    return np.asarray(found.reshape(4, 2, 2))


def _rule(matrix: FloatArray) -> DeterministicStrategy:
    """Return the best deterministic strategy of a game of two inputs each."""
    best = max(
        all_answers(2, first_is_zero=True),
        key=lambda a: float(np.abs((1 - 2 * a) @ matrix).sum()),
    )
    return DeterministicStrategy(a=best, b=((1 - 2 * best) @ matrix < 0).astype(np.int64))
