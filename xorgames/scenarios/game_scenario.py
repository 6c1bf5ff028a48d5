"""A game as a scenario: its inputs drawn from its own law, or from another one.

The laws near that of a game are those of `xorgames.hardware.input_law`: x with a probability within
tau of p(x), y then within tau of p(y | x). The worst of them for a player is where payoffs
v(x, y) have the smallest mean, the best where they have the largest.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect, reject
from xorgames.game import XORGame
from xorgames.scenarios.scenario import Rounds, Scenario

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_SUM = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class GameScenario(Scenario):
    """Rounds of a game; the cost is minus the payoff.

    Parameters
    ----------
    game : XORGame
    law : ndarray of float, shape (m, n), optional
        From which inputs are drawn; the game's distribution by default.

    Raises
    ------
    InputError
        If the law is no distribution of the game's shape.

    Examples
    --------
    >>> from xorgames import catalog
    >>> from xorgames.scenarios.engine import simulate
    >>> result = simulate(GameScenario(game=catalog.chsh()), rounds=10_000, training=10_000)
    >>> round(result.players["classical"].predicted["cost"], 1)
    -0.8
    """

    game: XORGame
    law: FloatArray | None = None

    def __post_init__(self) -> None:
        """Check the law."""
        expect(self.game, XORGame, key="game")
        try:
            law = np.asarray(self.game.distribution if self.law is None else self.law)
        except ValueError:
            law = np.array(None)
        fits = law.shape == self.game.shape and law.dtype.kind in "iuf"
        if not (fits and (law >= 0).all() and abs(law.sum() - 1) < _SUM):
            m, n = self.game.shape
            rule = f"must be {m} x {n} probabilities with the sum 1"
            reject("law", rule, received=str(self.law if law.dtype == object else law.tolist()))
        object.__setattr__(self, "law", law)

    @property
    def name(self) -> str:  # type: ignore[override]
        """The game's."""
        return str(self.game.name)

    @property
    def shape(self) -> tuple[int, int]:  # type: ignore[override]
        """The game's."""
        return self.game.shape

    def draw(self, rounds: int, rng: np.random.Generator) -> Rounds:
        """Return inputs."""
        edges = np.cumsum(np.ravel(np.asarray(self.law)))[:-1]
        cell = np.searchsorted(edges, rng.random(rounds), side="right")
        x, y = np.divmod(cell, self.shape[1])
        return Rounds(x=x, y=y)

    def cost(self, seen: Any, a: IntArray, b: IntArray) -> FloatArray:
        """Return minus the payoff."""
        return np.asarray(-self.game.payoff[seen.x, seen.y, a ^ b])


def best_law(distribution: FloatArray, values: FloatArray, *, bias: float) -> FloatArray:
    """Return the law within a bias of a distribution at which values have the largest mean.

    Parameters
    ----------
    distribution, values : ndarray of float, shape (m, n)
    bias : float
        tau, in [0, 1].

    Examples
    --------
    >>> best_law(np.full((2, 2), 0.25), np.array([[1, 1], [1, 0]]), bias=0.1).round(3).tolist()
    [[0.36, 0.24], [0.24, 0.16]]
    """
    marginal = distribution.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        conditional = np.where(marginal[:, None] > 0, distribution / marginal[:, None], 1.0)
    rows = np.stack([_tilted(*each, bias=bias) for each in zip(conditional, values, strict=True)])
    return np.asarray(_tilted(marginal, (rows * values).sum(axis=1), bias=bias)[:, None] * rows)


def _tilted(odds: FloatArray, values: FloatArray, *, bias: float) -> FloatArray:
    """Return odds within a bias of these: the least for all, then what is left to the best."""
    least = np.maximum(odds - bias, 0.0)
    room = np.minimum(odds + bias, 1.0) - least
    found, left = least.copy(), 1 - least.sum()
    for place in np.argsort(-values, kind="stable"):
        step = min(room[place], left)
        found[place] += step
        left -= step
    return found
