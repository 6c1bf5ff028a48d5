"""The game of short pairs: bunch where X1 + X2 <= t*, split elsewhere; g = +-1.

With u = exp(-mu x) the boundary is  u1 u2 = C = exp(-mu t*).  The best classical win probabilities
in closed form (global optimality is checked numerically, not proved):

    C <= C*:        1 - s + C - 3 C ln C + 4 C ln s,  s = (sqrt(1 + 16 C) - 1)/4: both threshold,
    C* <= C <= 1/2: 1 - C + 2 C ln 2 + C ln C:        one at u = 2 C, the other constant,
    C >= 1/2:       C - C ln C:                       always split,

with C* = 0.330032453. The queueing model is that of arXiv:2602.04588.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect, reject
from xorgames.hardware.parameters import POSITIVE, checked_number
from xorgames.scenarios.load_balancing_goals import Thresholds, mean_where_right
from xorgames.scenarios.load_balancing_model import LoadBalancing

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ShortPairs:
    """Bunch a pair if its service times are short together.

    Parameters
    ----------
    model : LoadBalancing
    threshold : float in (0, 1]
        C = exp(-mu t*).

    Examples
    --------
    >>> goal = ShortPairs(model=LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1),
    ...                   threshold=0.330032453)
    >>> round(goal.classical_value, 6)
    0.761627
    """

    model: LoadBalancing
    threshold: float

    def __post_init__(self) -> None:
        """Check the threshold."""
        expect(self.model, LoadBalancing, key="model")
        threshold = checked_number("threshold", self.threshold, POSITIVE)
        if threshold > 1:
            reject("threshold", "must lie in (0, 1]", received=f"{threshold:g}")
        object.__setattr__(self, "threshold", threshold)

    @property
    def name(self) -> str:
        """What it is called, with its parameter."""
        return f"short pairs, C = {self.threshold:g}"

    def limit_s(self, x1: FloatArray) -> FloatArray:
        """Return t* - x1."""
        return np.asarray(-math.log(self.threshold) / self.model.service_rate_hz - x1)

    def matrix(self, cells: int) -> FloatArray:
        """Return the exact cell averages of g over equal cells of u, divided by their number."""
        edges = np.linspace(0, 1, cells + 1)
        low, high = edges[:-1, None], edges[1:, None]
        # Within a row the hyperbola leaves the share of v above C/u, cut to the column.
        corners = np.clip(self.threshold / edges[1:], low, high)
        starts = np.clip(self.threshold / np.maximum(edges[:-1], 1e-300), low, high)
        log = np.log(np.maximum(starts, 1e-300) / np.maximum(corners, 1e-300))
        inside = edges[1:] * (edges[1:, None] - corners) - self.threshold * log
        inside -= edges[:-1] * (edges[1:, None] - starts)
        return np.asarray(2 * inside - (high - low) * (edges[1:] - edges[:-1]))

    def pull(self, h: FloatArray) -> FloatArray:
        """Return E[g(x, Y) h(Y)]: what is inside the boundary less what is outside."""
        return np.asarray(2 * mean_where_right(self, h) - h.mean(axis=0))

    @cached_property
    def _regimes(self) -> list[tuple[float, float, float]]:
        """The value of each regime, with u at both thresholds."""
        c = self.threshold
        # (sqrt(1 + 16 C) - 1)/4 without the cancellation.
        s = 4 * c / (math.sqrt(1 + 16 * c) + 1)
        regimes = [(c - c * math.log(c), 0.0, 1.0)]
        if c <= 0.5:
            regimes.append((1 - c + 2 * c * math.log(2) + c * math.log(c), 0.0, 2 * c))
        if s <= 1:
            both = 1 - s + c - 3 * c * math.log(c) + 4 * c * math.log(s)
            regimes.append((both, s, s))
        return regimes

    @property
    def classical_value(self) -> float:
        """The best classical win probability, in closed form."""
        return max(self._regimes)[0]

    @property
    def thresholds(self) -> Thresholds:
        """The best classical strategy."""
        _, u, v = max(self._regimes)
        rate = self.model.service_rate_hz
        limits = [-math.log(each) / rate if each > 0 else math.inf for each in (u, v)]
        return Thresholds(alice_s=limits[0], bob_s=limits[1])

    def to_dict(self) -> dict[str, Any]:
        """Return the kind of game and its parameter."""
        return {"goal": "short pairs", "threshold": self.threshold}
