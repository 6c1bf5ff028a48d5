"""Everything that is known about the value of a game, each number a proven bracket."""

from dataclasses import asdict, dataclass
from typing import Any

from xorgames.bound import Bound, Finding
from xorgames.game import XORGame
from xorgames.solvers.classical import Estimate
from xorgames.strategy import DeterministicStrategy, OnePairStrategy, VectorStrategy


@dataclass(frozen=True, kw_only=True, eq=False)
class Classical:
    """The best that shared randomness can do.

    Attributes
    ----------
    value, bias : Bound
    exact : bool
        Whether the strategy is proven to be the best one: its bias, a rational number, is the
        classical bias, and the brackets are wide only by the rounding to doubles.
    method : str
    strategy : DeterministicStrategy
        Reaches the lower end.
    estimate : Estimate
        What the method was expected to cost, and why it was chosen.
    interrupted : bool
        Whether a time limit or Ctrl-C ended the search; the brackets hold all the same.
    """

    value: Bound
    bias: Bound
    exact: bool
    method: str
    strategy: DeterministicStrategy
    estimate: Estimate
    interrupted: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return _values(self.value, self.bias) | {
            "exact": self.exact,
            "method": self.method,
            "estimate": asdict(self.estimate),
            "interrupted": self.interrupted,
            "strategy": self.strategy.to_dict(),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Quantum:
    """The Tsirelson value: the best that any amount of entanglement can do.

    Attributes
    ----------
    value, bias : Bound
    method : str
    strategy : VectorStrategy
        Reaches the lower end to a part in 10^9; `rank` is the smallest rank found that does, not
        a proven minimum.
    """

    value: Bound
    bias: Bound
    method: str
    strategy: VectorStrategy

    @property
    def rank(self) -> int:
        """The dimension of the vectors found."""
        return self.strategy.rank

    @property
    def pairs(self) -> int:
        """The Bell pairs that the standard construction needs for these vectors."""
        return self.strategy.pairs

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return _values(self.value, self.bias) | {
            "rank": self.rank,
            "pairs": self.pairs,
            "method": self.method,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class OnePair:
    """What a single Bell pair can do.

    Attributes
    ----------
    value, bias : Bound
        The lower end is reached by `strategy`; the upper end is the Tsirelson bound.
    shortfall : Bound
        By how much the value with one pair falls short of the Tsirelson value; the upper end is
        proven by the strategy found.
    strategy : OnePairStrategy
    """

    value: Bound
    bias: Bound
    shortfall: Bound
    strategy: OnePairStrategy

    @property
    def planar(self) -> bool:
        """Whether the strategy lies in one plane."""
        return self.strategy.planar

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return _values(self.value, self.bias) | {
            "shortfall": self.shortfall.to_dict(),
            "planar": self.planar,
            "angles_deg": self.strategy.angles_deg,
        }


@dataclass(frozen=True, kw_only=True)
class NoSignalling:
    """What any correlations that do not signal could do: the limit of the rules themselves."""

    value: Bound
    bias: Bound

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return _values(self.value, self.bias)


@dataclass(frozen=True, kw_only=True)
class Advantage:
    """Quantum value minus classical value, and whether it is positive.

    Attributes
    ----------
    bound : Bound
    verdict : Finding
        PROVEN: the brackets do not meet. REFUTED: the values are proven equal. UNDECIDED: neither.
    """

    bound: Bound
    verdict: Finding

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return {"verdict": str(self.verdict)} | self.bound.to_dict()


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """The values of a game and the strategies that reach them.

    Attributes
    ----------
    game : XORGame
    classical : Classical
    quantum : Quantum
    one_pair : OnePair
    no_signalling : NoSignalling
    advantage : Advantage
    seconds : float
        How long it took.
    """

    game: XORGame
    classical: Classical
    quantum: Quantum
    one_pair: OnePair
    no_signalling: NoSignalling
    advantage: Advantage
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Return the solution in the contract's JSON shape."""
        m, n = self.game.shape
        return {
            "game": {"name": self.game.name, "shape": [m, n], "id": self.game.id},
            "classical": self.classical.to_dict(),
            "quantum": self.quantum.to_dict(),
            "one_pair": self.one_pair.to_dict(),
            "no_signalling": self.no_signalling.to_dict(),
            "advantage": self.advantage.to_dict(),
            "seconds": self.seconds,
        }


def _values(value: Bound, bias: Bound) -> dict[str, Any]:
    return {"value": value.to_dict(), "bias": bias.to_dict()}
