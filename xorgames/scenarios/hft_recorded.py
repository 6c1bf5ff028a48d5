"""High-frequency trading on a recorded price feed in place of the model.

A decision is made every `interval_s`, with the last prices known at that moment. Each server sees
only its own stock: how far the price went, up or down, in the time `lookback_s` before. Its
indicator is the level of that distance among those of the training part: with 2 levels, whether it
is above the median. Positions are held for `holding_s`. The first part of the decisions, by
`training_share`, gives the levels and the game; the rest, which is later in time, is traded.

What is not assumed: that indicators say anything, that the correlation turns, or that entanglement
helps. On a feed without any of it the estimated game has no advantage, and the report says so.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import Problem, expect, reject
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.parameters import POSITIVE, Rule, check_fields
from xorgames.regions import whole_number
from xorgames.scenarios.hft_market import LABELS, NOTES, Market, Trades, Trading
from xorgames.scenarios.price_feed import PriceFeed
from xorgames.scenarios.scenario import Part

FloatArray = NDArray[np.float64]

_RULES = {
    "interval_s": Rule(about="from one decision to the next", limits=POSITIVE),
    "holding_s": Rule(about="how long a position is held", limits=POSITIVE),
    "lookback_s": Rule(about="what an indicator looks back on", limits=POSITIVE),
    "tick": Rule(about="smallest step of a price", limits=POSITIVE),
    "training_share": Rule(
        about="part of the decisions to learn from",
        limits={"exclusiveMinimum": 0, "exclusiveMaximum": 1},
    ),
}
_LEAST = 2000
#: A hundred million decisions take 4 GB.
_MOST = 10**8
_CHUNK = 2**16
_MOST_LEVELS = 16
_SLACK = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class RecordedHFT(Trading):
    """Two servers that trade the two stocks of a recorded feed.

    Parameters
    ----------
    feed : PriceFeed
    market : Market
        Orders, spread and risk.
    interval_s, holding_s, lookback_s : float
        See the head of this module; positions are closed before the next decision.
    tick : float
        The smallest step of a price, in the feed's own unit.
    levels : int
        Of each indicator, at least 2.
    training_share : float
        The part of the decisions that is learnt from.

    Raises
    ------
    InputError
        With every rule that is broken; a feed must give 2000 decisions or more.
    """

    feed: PriceFeed
    market: Market = field(default_factory=Market)
    interval_s: float = 1e-3
    holding_s: float = 1e-3
    lookback_s: float = 1e-3
    tick: float = 0.01
    levels: int = 2
    training_share: float = 0.5
    _inputs: NDArray[np.int8] = field(init=False, repr=False)
    _moves: FloatArray = field(init=False, repr=False)

    name = "high-frequency trading, recorded"

    def __post_init__(self) -> None:
        """Check every number, and turn the feed into decisions."""
        expect(self.feed, PriceFeed, key="feed", cure="read_price_feed reads one")
        expect(self.market, Market, key="market")
        check_fields(self, _RULES, _check_times)
        object.__setattr__(self, "levels", whole_number("levels", self.levels, 2, _MOST_LEVELS))
        distances, moves = self._decisions()
        object.__setattr__(self, "_moves", moves)
        parts = [self.limit("training"), self.limit("test")]
        if min(parts) < _LEAST // 2:
            rule = f"must leave {_LEAST // 2} decisions or more to each part"
            reject("training_share", rule, received="{} and {}".format(*parts))
        learnt = distances[:, : parts[0]]
        inner = np.arange(1, self.levels) / self.levels
        edges = np.quantile(learnt, inner, axis=1).T
        inputs = [np.searchsorted(each, far) for each, far in zip(edges, distances, strict=True)]
        object.__setattr__(self, "_inputs", np.stack(inputs).astype(np.int8))

    def _decisions(self) -> tuple[FloatArray, FloatArray]:
        """Return how far both prices went before each decision, and how they move after it."""
        feed = self.feed
        with np.errstate(over="ignore"):
            intervals = (feed.duration_s - self.lookback_s - self.holding_s) / self.interval_s
        count = 0 if intervals < 0 else math.floor(min(intervals, 1e300)) + 1
        if count < _LEAST:
            rule = f"must give at least {_LEAST} decisions"
            cure = "use a longer feed, or a shorter interval_s"
            reject("feed", rule, received=str(count), cure=cure)
        if count > _MOST:
            cure = "use a longer interval_s, or write time_s in seconds"
            reject("feed", f"must give at most {_MOST} decisions", received=f"{count:g}", cure=cure)
        far, moves = np.empty((2, 2, count))
        for start in range(0, count, _CHUNK):
            here = slice(start, min(start + _CHUNK, count))
            far[:, here], moves[:, here] = self._piece(np.arange(here.start, here.stop))
        return far, moves

    def _piece(self, decisions: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Return how far both prices went before these decisions, and how they move after them."""
        feed = self.feed
        at = feed.time_s[0] + self.lookback_s + self.interval_s * decisions
        # Rows at round times must count as there in time, whatever the last digit of a double.
        at += _SLACK * self.interval_s
        rows = [
            np.maximum(np.searchsorted(feed.time_s, moment, side="right") - 1, 0)
            for moment in (at - self.lookback_s, at, at + self.holding_s)
        ]
        before, now, after = (
            np.stack([feed.price_x[each], feed.price_y[each]]) / self.tick for each in rows
        )
        # A level that a price keeps by rounding alone must not count as a move.
        return np.abs(np.round(now - before, 9)), np.round(after - now, 9)

    @property
    def shape(self) -> tuple[int, int]:  # type: ignore[override]
        """As many inputs as levels, for both."""
        return self.levels, self.levels

    def limit(self, part: Part) -> int:
        """Return how many decisions there are."""
        count = self._moves.shape[1]
        learnt = int(self.training_share * count)
        return learnt if part == "training" else count - learnt

    def source(self, part: Part, rng: np.random.Generator) -> Callable[[int], Trades]:
        """Return a function that returns the next decisions of the feed."""
        place = 0 if part == "training" else self.limit("training")

        def take(rounds: int) -> Trades:
            nonlocal place
            here = slice(place, place + rounds)
            place += rounds
            return self._trades(here, rng)

        return take

    def draw(self, rounds: int, rng: np.random.Generator) -> Trades:
        """Return the first decisions of the feed."""
        return self._trades(slice(0, rounds), rng)

    def _trades(self, here: slice, rng: np.random.Generator) -> Trades:
        moves = self._moves[:, here]
        x, y = self._inputs[:, here].astype(np.int64)
        sign = np.sign(moves[0] * moves[1]).astype(np.int8)
        return Trades(x=x, y=y, moves=moves, sign=sign, luck=rng.random((4, len(x))))

    def rules(self) -> Mapping[str, tuple[list[int], list[int]]]:
        """Return the simple rules, as those of the model; an upper level is an alarm."""
        nothing = [0] * self.levels
        upper = [int(2 * level >= self.levels) for level in range(self.levels)]
        return {"constant": (nothing, nothing), "threshold": (upper, nothing)}

    def labels(self) -> Mapping[str, list[str]]:
        """Return what inputs and outputs mean."""
        moves = [f"move of level {level}" for level in range(self.levels)]
        return LABELS | {"x": moves, "y": moves}

    def facts(self) -> Mapping[str, Any]:
        """Return the parameters."""
        numbers = {key: getattr(self, key) for key in _RULES}
        feed = {"rows": len(self.feed.time_s), "duration_s": self.feed.duration_s}
        return {"feed": feed, "levels": self.levels, "market": asdict(self.market)} | numbers

    def notes(self, conditions: Conditions) -> tuple[str, ...]:
        """Return what a reader must know."""
        del conditions
        return (
            "The feed is a record: the game is estimated from its first part, and played in the "
            "rest, once.",
            "Correct is what hedged the moves that followed; whose price did not move counts half.",
            *NOTES,
        )


def _check_times(numbers: Mapping[str, float], problems: list[Problem]) -> None:
    interval, holding = numbers.get("interval_s"), numbers.get("holding_s")
    if interval is not None and holding is not None and holding > interval:
        rule = "must not exceed interval_s: positions are closed before the next decision"
        received = f"{holding:g} and {interval:g}"
        problems.append(Problem(key="holding_s", rule=rule, received=received))
