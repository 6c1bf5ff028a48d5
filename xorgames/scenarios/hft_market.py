"""Two market makers: what their orders earn and risk, decision by decision.

Server A trades stock X in one exchange, server B stock Y in another. For each decision both send a
pair of orders for one share, a bid to buy and an ask to sell; each chooses which goes first. Of the
pair, the first is filled with probability f1, the second with f2 < f1, independently. With s = +1
for "bid first" and -1 for "ask first", F1 and F2 for what is filled, a server holds

    q = s (F1 - F2)  shares,      E[q] = s d,  d = f1 - f2,      P(q != 0) = e = f1 + f2 - 2 f1 f2.

Each fill earns half the spread. While the positions are held the prices change by dX and dY; c is
the sign of the correlation that held. Positions hedge each other if q_X q_Y c < 0. A pair of
positions that do not is closed at once, both by crossing the spread, as soon as the servers know of
each other: that is late, and costs u per share. Others are worked off without cost.

    profit = (spread/2) fills + q_X dX + q_Y dY - 2 u [not hedged]
    payoff = E over fills of  profit - (g/2) (q_X dX + q_Y dY)^2,      g the risk aversion.

Positions do not move prices. Given the prices, the payoff depends on s_A s_B, on which the variance
of the portfolio depends too, and on s_A dX d + s_B dY d, which is zero on average unless an
indicator predicts the direction of its own price. So the game is an XOR game. Which bit is which
order: "ask first" is 0 for A and 1 for B, so that equal bits are opposite biases, the hedge of a
positive correlation. With the same names for both, "a xor b = x and y" would order the contrary
trades (they win the anti-CHSH game instead).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import Problem
from xorgames.hardware.parameters import NOT_NEGATIVE, PROBABILITY, Rule, check_fields
from xorgames.scenarios.result import Measure
from xorgames.scenarios.scenario import Rounds, Scenario
from xorgames.scenarios.tally import Formula

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: What the output bits mean to each server.
LABELS = {"a": ["ask first", "bid first"], "b": ["bid first", "ask first"]}
#: s of each server by its bit: +1 for "bid first".
SIDE = {
    party: np.array([1 if each == "bid first" else -1 for each in names], dtype=np.int8)
    for party, names in LABELS.items()
}

MEASURES = (
    Measure(name="payoff", about="risk-adjusted profit", unit="ticks"),
    Measure(name="coordination", about="correct coordination rate"),
    Measure(name="hedging_error", about="hedging error", unit="ticks^2", better="less"),
    Measure(name="profit", about="profit and loss", unit="ticks"),
    Measure(name="sharpe", about="profit over its spread"),
    Measure(name="unhedged", about="unhedged inventory", unit="pairs", better="less"),
)

NOTES = (
    "One share per order; all metrics are per decision, of both servers together.",
    "Positions do not move prices; orders that are too late are not filled.",
)

_RULES = {
    "first_fill": Rule(about="fill probability of the order sent first", limits=PROBABILITY),
    "second_fill": Rule(about="fill probability of the other order", limits=PROBABILITY),
    "spread_ticks": Rule(about="between bid and ask", limits=NOT_NEGATIVE),
    "unwind_ticks": Rule(about="closing a share by crossing the spread", limits=NOT_NEGATIVE),
    "risk_aversion_per_tick": Rule(about="what variance costs, doubled", limits=NOT_NEGATIVE),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Trades(Rounds):
    """Decisions to trade.

    Parameters
    ----------
    x, y : ndarray of int, shape (k,)
        The indicators of A and B.
    moves : ndarray of float, shape (2, k)
        dX and dY, in ticks.
    sign : ndarray of int, shape (k,)
        c, +1 or -1; 0 where a price did not move.
    luck : ndarray of float, shape (4, k)
        Uniform in [0, 1): an order is filled if it is below its probability. First and second
        order of A, then of B.
    """

    moves: FloatArray
    sign: NDArray[np.int8]
    luck: FloatArray


@dataclass(frozen=True, kw_only=True)
class Market:
    """Orders, spread and risk; no source states these numbers, they are chosen to be plain.

    Parameters
    ----------
    first_fill, second_fill : float
        f1 > f2, probabilities.
    spread_ticks : float
        Between bid and ask: 1 tick is the narrowest there is.
    unwind_ticks : float
        u: half the spread, for crossing it.
    risk_aversion_per_tick : float
        g: by default a variance of 1 tick^2 is worth half a tick.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> market = Market()
    >>> market.bias, round(market.held, 2)
    (0.4, 0.58)
    """

    first_fill: float = 0.7
    second_fill: float = 0.3
    spread_ticks: float = 1.0
    unwind_ticks: float = 0.5
    risk_aversion_per_tick: float = 1.0

    def __post_init__(self) -> None:
        """Check every number."""
        check_fields(self, _RULES, _check_order)

    @property
    def bias(self) -> float:
        """D, the mean position in shares after "bid first"."""
        return round(self.first_fill - self.second_fill, 15)

    @property
    def held(self) -> float:
        """E, the probability that a server holds a position."""
        return self.first_fill + self.second_fill - 2 * self.first_fill * self.second_fill

    def payoff(self, seen: Trades, a: IntArray, b: IntArray) -> FloatArray:
        """Return the payoff of each decision in ticks, the mean over fills."""
        side_a, side_b = SIDE["a"][a], SIDE["b"][b]
        same = side_a * side_b
        dx, dy = seen.moves
        income = self.spread_ticks * (self.first_fill + self.second_fill)
        unhedged = (self.held**2 + self.bias**2 * (same * seen.sign)) / 2
        square = self.held * (dx**2 + dy**2) + 2 * self.bias**2 * same * dx * dy
        gain = self.bias * (side_a * dx + side_b * dy)
        risk = self.risk_aversion_per_tick / 2 * square
        return np.asarray(income + gain - risk - 2 * self.unwind_ticks * unhedged)

    def quantities(self, seen: Trades, a: IntArray, b: IntArray) -> dict[str, FloatArray]:
        """Return what decisions bring with the fills that happened."""
        limits = np.array([self.first_fill, self.second_fill] * 2)
        filled = (seen.luck < limits[:, None]).view(np.int8)
        side_a, side_b = SIDE["a"][a], SIDE["b"][b]
        held_x, held_y = side_a * (filled[0] - filled[1]), side_b * (filled[2] - filled[3])
        both = held_x * held_y
        swing = held_x * seen.moves[0] + held_y * seen.moves[1]
        # Where a price did not move, half of the pairs count as hedged.
        unhedged = (np.abs(both) + both * seen.sign) / 2
        fills = filled.sum(axis=0, dtype=np.int8)
        profit = self.spread_ticks / 2 * fills + swing - 2 * self.unwind_ticks * unhedged
        return {
            "payoff": self.payoff(seen, a, b),
            "coordination": (1 - side_a * side_b * seen.sign) / 2,
            "swing": swing,
            "swing_square": swing**2,
            "profit": profit,
            "profit_square": profit**2,
            "unhedged": unhedged,
        }

    def missed(self, seen: Trades) -> dict[str, FloatArray]:
        """Return what comes of orders that are too late: nothing is filled, nothing coordinated."""
        nothing = np.zeros(len(seen.x))
        names = ("payoff", "coordination", "swing", "swing_square", "profit", "profit_square")
        return dict.fromkeys((*names, "unhedged"), nothing)

    @property
    def formulas(self) -> Mapping[str, Formula]:
        """The metrics that are no means: a variance, and a mean over a spread."""
        return {"hedging_error": _hedging_error, "sharpe": _sharpe}

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


def _hedging_error(means: Mapping[str, FloatArray]) -> FloatArray:
    return np.asarray(means["swing_square"] - means["swing"] ** 2)


def _sharpe(means: Mapping[str, FloatArray]) -> FloatArray:
    """Who earns nothing and risks nothing has a ratio of 0."""
    spread = np.sqrt(np.maximum(means["profit_square"] - means["profit"] ** 2, 0.0))
    return np.asarray(means["profit"] / np.where(spread > 0, spread, math.inf))


class Trading(Scenario):
    """What trading on a market adds up to, wherever its decisions and prices come from."""

    market: Market

    def cost(self, seen: Trades, a: IntArray, b: IntArray) -> FloatArray:
        """Return minus the payoff in ticks."""
        return -self.market.payoff(seen, a, b)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What a trader looks at, per decision."""
        return MEASURES

    def quantities(self, seen: Trades, a: IntArray, b: IntArray) -> Mapping[str, FloatArray]:
        """Return what is added up."""
        return self.market.quantities(seen, a, b)

    @property
    def formulas(self) -> Mapping[str, Formula]:
        """The metrics that are no means."""
        return self.market.formulas

    def missed(self, seen: Trades) -> Mapping[str, FloatArray]:
        """Return what comes of late orders: nothing."""
        return self.market.missed(seen)


def _check_order(numbers: Mapping[str, float], problems: list[Problem]) -> None:
    first, second = numbers.get("first_fill"), numbers.get("second_fill")
    if first is not None and second is not None and first <= second:
        rule = "must exceed second_fill: the order sent first arrives first"
        received = f"{first:g} and {second:g}"
        problems.append(Problem(key="first_fill", rule=rule, received=received))
