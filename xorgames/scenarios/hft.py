"""High-frequency trading from a stated model: prices whose correlation turns, and indicators of it.

The market is in one of two regimes, normal and broken, a Markov chain in continuous time. At each
decision the prices of X and Y then move by sigma (U, V) while positions are held, U and V normal
with the correlation of the regime at that moment: positive in the normal one, negative in the
broken one. Each server has an indicator of its own: silent, or "the correlation may turn"; it fires
in the normal regime with the probability of a false positive, and is silent in the broken one with
that of a false negative, independently of the other server's. Nothing else is known in time.

Regimes last less than light needs between the exchanges: otherwise two servers that exchange news
would know the regime, and a pair of today's decisions would not be all there is to a strategy
(`hft_news` says from which age on news is worth less than entanglement).
See `hft_market` for orders, profit and risk. The numbers are illustrations, not measurements:
indicators are keen (few misses) and jumpy (many false alarms), so that one alone settles nothing
and both together nearly all. That is where entanglement helps; `HFT.exact_game` says how much.

Up to a factor its matrix M is that of the source's game, `catalog.hft(p, beta)`
(arXiv:2407.21723), with  p/(1 - p) = sqrt(-M11/M00)  and  1 - 2 beta = M01/sqrt(-M00 M11):
p = 0.474 and beta = 0.165 here. Nobody puts these utilities in; they follow from prices.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect
from xorgames.game import XORGame
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.parameters import POSITIVE, PROBABILITY, Rule, check_fields
from xorgames.scenarios.hft_market import LABELS, NOTES, Market, Trades, Trading
from xorgames.scenarios.scenario import Part

FloatArray = NDArray[np.float64]

_CORRELATION: Mapping[str, float] = {"minimum": 0, "maximum": 1}
_RULES = {
    "interval_s": Rule(about="from one decision to the next", limits=POSITIVE),
    "normal_time_s": Rule(about="mean duration of a normal regime", limits=POSITIVE),
    "broken_time_s": Rule(about="mean duration of a broken regime", limits=POSITIVE),
    "volatility_ticks": Rule(about="spread of a price change while it is held", limits=POSITIVE),
    "normal_correlation": Rule(about="of price changes, positive", limits=_CORRELATION),
    "broken_correlation": Rule(about="of price changes, negative: its size", limits=_CORRELATION),
    "false_positive": Rule(about="an alarm in the normal regime", limits=PROBABILITY),
    "false_negative": Rule(about="no alarm in the broken regime", limits=PROBABILITY),
}
INPUT_LABELS = ["no indicator", "indicator of negative correlation"]
#: How much of a regime may be known from news as old as light before a note says so.
_STALE = 0.01


@dataclass(frozen=True, kw_only=True)
class HFT(Trading):
    """Two servers that trade correlated stocks, each with an indicator of its own.

    Parameters
    ----------
    market : Market
        Orders, spread and risk.
    interval_s : float
        From one decision to the next.
    normal_time_s, broken_time_s : float
        Mean durations of the regimes.
    volatility_ticks : float
        The standard deviation of a price change while a position is held.
    normal_correlation, broken_correlation : float in [0, 1]
        The size of the correlation in each regime.
    false_positive, false_negative : float in [0, 1]
        Of each server's indicator.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> hft = HFT()
    >>> round(hft.broken_share, 4), hft.exact_game().distribution.round(4).tolist()
    (0.3333, [[0.2408, 0.1758], [0.1758, 0.4075]])
    """

    market: Market = field(default_factory=Market)
    interval_s: float = 1e-3
    normal_time_s: float = 60e-6
    broken_time_s: float = 30e-6
    volatility_ticks: float = 1.0
    normal_correlation: float = 0.8
    broken_correlation: float = 0.8
    false_positive: float = 0.4
    false_negative: float = 0.05

    name = "high-frequency trading"
    shape = (2, 2)

    def __post_init__(self) -> None:
        """Check every number."""
        expect(self.market, Market, key="market")
        check_fields(self, _RULES)

    @property
    def broken_share(self) -> float:
        """The share of the time in which the correlation is negative."""
        return self.broken_time_s / (self.normal_time_s + self.broken_time_s)

    def known_after(self, time_s: float) -> float:
        """Return the correlation of the regime with that of so long ago."""
        return math.exp(-time_s * (1 / self.normal_time_s + 1 / self.broken_time_s))

    def exact_game(self) -> XORGame:
        """Return the game that the model implies, in closed form.

        The payoff is that of `Market.payoff`, averaged over the prices of each regime.
        """
        chances, signs = self._regimes()
        weights = np.einsum("r,rx,ry->rxy", chances, *[self._alarms()] * 2)
        total = weights.sum(axis=0)
        known = np.where(total > 0, total, 1.0)
        market, variance = self.market, self.volatility_ticks**2
        correlation = np.array([self.normal_correlation, -self.broken_correlation])
        mean = {
            "sign": np.einsum("r,rxy->xy", signs, weights) / known,
            "cross": variance * np.einsum("r,rxy->xy", correlation, weights) / known,
        }
        same = np.array([-1.0, 1.0])  # by parity: equal bits are opposite biases
        income = market.spread_ticks * (market.first_fill + market.second_fill)
        square = 2 * variance * market.held
        cross = 2 * market.bias**2 * mean["cross"][..., None] * same
        risk = market.risk_aversion_per_tick / 2 * (square + cross)
        unhedged = market.held**2 + market.bias**2 * mean["sign"][..., None] * same
        payoff = income - risk - market.unwind_ticks * unhedged
        return XORGame(total, payoff, name=f"{self.name}, exact", labels=self.labels())

    def draw(self, rounds: int, rng: np.random.Generator) -> Trades:
        """Return decisions to trade."""
        return self._trades(rounds, rng, None)

    def source(self, part: Part, rng: np.random.Generator) -> Callable[[int], Trades]:
        """Return a function that returns the next decisions: regimes go on where they were."""
        del part
        before: bool | None = None

        def take(rounds: int) -> Trades:
            nonlocal before
            trades = self._trades(rounds, rng, before)
            before = bool(trades.sign[-1] < 0)
            return trades

        return take

    def _trades(self, rounds: int, rng: np.random.Generator, before: bool | None) -> Trades:
        """Return decisions; whether the regime was broken at the one before them, if there is."""
        broken = self._broken(rounds, rng, before)
        alarms = self._alarms()[:, 1]
        odds = np.where(broken, alarms[1], alarms[0])
        x, y = (rng.random((2, rounds)) < odds).astype(np.int64)
        correlation = np.where(broken, -self.broken_correlation, self.normal_correlation)
        moves = rng.standard_normal((2, rounds))
        moves[1] = correlation * moves[0] + np.sqrt(1 - correlation**2) * moves[1]
        moves *= self.volatility_ticks
        sign = np.where(broken, np.int8(-1), np.int8(1))
        return Trades(x=x, y=y, moves=moves, sign=sign, luck=rng.random((4, rounds)))

    def rules(self) -> Mapping[str, tuple[list[int], list[int]]]:
        """Return the simple rules.

        constant: A asks first, B bids first, a hedge of a positive correlation. threshold: so do
        they, but who sees the indicator bids first, which B does anyway.
        """
        return {"constant": ([0, 0], [0, 0]), "threshold": ([0, 1], [0, 0])}

    def labels(self) -> Mapping[str, list[str]]:
        """Return what inputs and outputs mean."""
        return LABELS | {"x": INPUT_LABELS, "y": INPUT_LABELS}

    def facts(self) -> Mapping[str, Any]:
        """Return the parameters."""
        return asdict(self)

    def notes(self, conditions: Conditions) -> tuple[str, ...]:
        """Return what a reader must know."""
        left = self.known_after(conditions.light_time_s)
        age = f"Of the regime one light time ago, {left:.2g} is left (the correlation with now)"
        stale = (
            "news of it is of no use"
            if left < _STALE
            else ("servers that exchange news could do better than the players here")
        )
        return (
            "The feed is the stated model; its parameters are illustrations, not measurements.",
            f"{age}: {stale}.",
            *NOTES,
        )

    def _regimes(self) -> tuple[FloatArray, FloatArray]:
        """Return the odds of both regimes and the sign of the correlation in each."""
        return np.array([1 - self.broken_share, self.broken_share]), np.array([1.0, -1.0])

    def _alarms(self) -> FloatArray:
        """Return P(indicator | regime), shape (2, 2)."""
        fires = np.array([self.false_positive, 1 - self.false_negative])
        return np.stack([1 - fires, fires], axis=1)

    def _broken(
        self, rounds: int, rng: np.random.Generator, before: bool | None
    ) -> NDArray[np.bool_]:
        """Return the regime at each decision: kept since the last one, or drawn afresh."""
        drawn = rng.random(rounds) < self.broken_share
        kept = self.known_after(self.interval_s)
        fresh = np.where(rng.random(rounds) >= kept, np.arange(rounds), -1)
        latest = np.maximum.accumulate(fresh)
        return np.where(latest < 0, drawn[0] if before is None else before, drawn[latest])
