"""The weighted game: bunch where that costs less waiting time than it is worth; g = kappa - w.

This is the Lagrangian of waiting time against baseline output: w(x1, x2) is what bunching a pair
adds to the mean wait, kappa what a bunched pair is worth. g is affine in each of its arguments, so
that the best answer to any strategy has a single threshold.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect
from xorgames.game import XORGame
from xorgames.hardware.parameters import POSITIVE, checked_number
from xorgames.scenarios.load_balancing_goals import Thresholds, cell_means_s
from xorgames.scenarios.load_balancing_model import LoadBalancing

FloatArray = NDArray[np.float64]

#: How many of Alice's thresholds, equally far apart in u, are tried before the best is refined.
_SCAN = 4001


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """Bunch a pair if that costs less waiting time than bunching is worth.

    Parameters
    ----------
    model : LoadBalancing
    kappa_s : float
        What a bunched pair is worth, in seconds of mean wait; positive.

    Examples
    --------
    >>> model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    >>> Weighted(model=model, kappa_s=1).thresholds.alice_s > 0
    True
    """

    model: LoadBalancing
    kappa_s: float

    def __post_init__(self) -> None:
        """Check kappa."""
        expect(self.model, LoadBalancing, key="model")
        object.__setattr__(self, "kappa_s", checked_number("kappa_s", self.kappa_s, POSITIVE))

    @property
    def name(self) -> str:
        """What it is called, with its parameter."""
        return f"weighted, kappa = {self.kappa_s:g} s"

    def limit_s(self, x1: FloatArray) -> FloatArray:
        """Return where w(x1, x2) reaches kappa."""
        return np.asarray((self.kappa_s - x1 / 4) / (self.model.cross * x1 + 0.25))

    def matrix(self, cells: int) -> FloatArray:
        """Return kappa - w of the mean service times of two cells: exact, as w is bilinear."""
        means = cell_means_s(cells, self.model.service_rate_hz)
        cost = self.model.cost_s(means[:, None], means)
        return np.asarray((self.kappa_s - cost) / cells**2)

    def game(self, cells: int) -> XORGame:
        """Return the game for service times known to a cell: its value is E[(kappa - w) 1_B].

        The cells are those of exp(-mu x), equally likely, from long service times to short ones.
        """
        worth = self.matrix(cells) * cells**2
        return XORGame(
            np.full((cells, cells), Fraction(1, cells**2), dtype=object),
            np.stack([worth, np.zeros_like(worth)], axis=-1),
            name=f"load balancing, {self.name}",
            source="arXiv:2602.04588 (queueing model)",
            labels={"a": ("server 1", "server 2"), "b": ("server 1", "server 2")},
        )

    def pull(self, h: FloatArray) -> FloatArray:
        """Return E[g(x, Y) h(Y)], from the means of h and of Y h."""
        x = cell_means_s(len(h), self.model.service_rate_hz)
        plain, timed = h.mean(axis=0), x @ h / len(h)
        worth, slope = self.kappa_s - x / 4, self.model.cross * x + 0.25
        return np.asarray(worth[:, None] * plain - slope[:, None] * timed)

    @cached_property
    def thresholds(self) -> Thresholds:
        """The best classical strategy: Alice's threshold by search, Bob's best answer to it."""
        from scipy.optimize import minimize_scalar

        scores = [self._best_answer(u)[0] for u in np.linspace(0, 1, _SCAN)]
        best = int(np.argmax(scores)) / (_SCAN - 1)
        around = [min(max(best + step / (_SCAN - 1), 0.0), 1.0) for step in (-1, 1)]
        fine = minimize_scalar(
            lambda u: -self._best_answer(u)[0],
            bounds=(around[0], around[1]),
            method="bounded",
            options={"xatol": 1e-12},
        )
        u = max((float(fine.x), best), key=lambda each: self._best_answer(each)[0])
        _, bob_s, bob_flips = self._best_answer(u)
        alice_s = -math.log(u) / self.model.service_rate_hz if u > 0 else math.inf
        return Thresholds(alice_s=alice_s, bob_s=bob_s, bob_flips=bob_flips)

    def _best_answer(self, u: float) -> tuple[float, float, bool]:
        """Return the score of the best answer to Alice's threshold, the limit, and its side.

        With A0 = E[sigma] and A1 = E[X sigma] of Alice's signs, Bob's gain from +1 at y is
        p - q y, p = kappa A0 - A1/4, q = cross A1 + A0/4; the score is E|p - q Y|.
        """
        mean = 1 / self.model.service_rate_hz
        limit = -math.log(u) * mean if u > 0 else 0.0
        sign = 1 - 2 * u
        moment = mean - 2 * u * (limit + mean)
        p = self.kappa_s * sign - moment / 4
        q = self.model.cross * moment + sign / 4
        if q == 0:
            return abs(p), math.inf, p < 0
        root = p / q
        if root <= 0:
            # Never +1 below the root: Bob's output is constant.
            return abs(p - q * mean), -1.0, q < 0
        score = abs(q) * (root - mean + 2 * mean * math.exp(-root / mean))
        return score, root, q < 0

    def to_dict(self) -> dict[str, Any]:
        """Return the kind of game and its parameter."""
        return {"goal": "weighted", "kappa_s": self.kappa_s}
