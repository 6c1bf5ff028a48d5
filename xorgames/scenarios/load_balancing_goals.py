"""What the routers play for: the games of load balancing, and what they have in common.

With S = +1 for a bunched pair and -1 for a split one the routers maximise E[g(X1, X2) S]; g is
symmetric, positive where bunching is right. Equal cells of  u = exp(-mu x),  which is uniform on
[0, 1], are equally likely. See `short_pairs` and `weighted_pairs` for the two games.
"""

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.scenarios.load_balancing_model import LoadBalancing

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """A deterministic strategy: output 0 for a service time up to the limit, else 1.

    Attributes
    ----------
    alice_s, bob_s : float
        The limits; infinity for always 0, below 0 for always 1.
    bob_flips : bool
        Whether Bob's outputs are exchanged.
    """

    alice_s: float
    bob_s: float
    bob_flips: bool = False


class Goal(Protocol):
    """A game on the service times of a pair."""

    @property
    def model(self) -> LoadBalancing:
        """The queues behind it."""

    @property
    def name(self) -> str:
        """What it is called, with its parameter."""

    def limit_s(self, x1: FloatArray) -> FloatArray:
        """Return up to which x2 bunching is right, given x1; below 0 for never."""

    def matrix(self, cells: int) -> FloatArray:
        """Return the game matrix for equal cells of u, from long service times to short ones."""

    def pull(self, h: FloatArray) -> FloatArray:
        """Return E[g(x, Y) h(Y)] for h given on equal cells of u and x in each: shape (k, d)."""

    @property
    def thresholds(self) -> Thresholds:
        """The best classical strategy."""

    def to_dict(self) -> dict[str, Any]:
        """Return the kind of game and its parameter."""


def on_grid(goal: Goal, cells: int) -> Thresholds:
    """Return the best classical strategy for service times known to a cell only.

    Both thresholds lie at edges of cells; all pairs of edges are compared.

    Examples
    --------
    >>> from xorgames.scenarios.weighted_pairs import Weighted
    >>> model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    >>> best = on_grid(Weighted(model=model, kappa_s=1), 30)
    >>> round(max(best.alice_s, best.bob_s), 6)  # log(30/11)
    1.003302
    """
    matrix = goal.matrix(cells)
    # Signs -1 in the first i rows and j columns: total - 2 rows - 2 columns + 4 corner.
    corner = np.zeros((cells + 1, cells + 1))
    corner[1:, 1:] = matrix.cumsum(axis=0).cumsum(axis=1)
    scores = corner[-1, -1] - 2 * corner[:, -1:] - 2 * corner[-1:, :] + 4 * corner
    i, j = divmod(int(np.abs(scores).argmax()), cells + 1)
    limits = [
        math.log(cells / edge) / goal.model.service_rate_hz if edge else math.inf for edge in (i, j)
    ]
    return Thresholds(alice_s=limits[0], bob_s=limits[1], bob_flips=bool(scores[i, j] < 0))


def mean_where_right(goal: Goal, h: FloatArray) -> FloatArray:
    """Return E[h(Y) 1(bunching x and Y is right)] for x in each of equal cells: shape (k, d).

    Within a cell h counts as constant, so that the mean is linear in the boundary.

    Parameters
    ----------
    goal : Goal
    h : ndarray of float, shape (k, d)
        On k equal cells of u.
    """
    cells = len(h)
    limits = goal.limit_s(cell_means_s(cells, goal.model.service_rate_hz))
    u = np.exp(-goal.model.service_rate_hz * np.maximum(limits, 0.0))
    edges = np.linspace(0, 1, cells + 1)
    sums = np.vstack([np.zeros(h.shape[1]), np.cumsum(h, axis=0)]) / cells
    return np.stack([each[-1] - np.interp(u, edges, each) for each in sums.T], axis=1)


def cell_means_s(cells: int, service_rate_hz: float) -> FloatArray:
    """Return the mean service time in each of the equal cells of u = exp(-mu x), from u = 0 on.

    Examples
    --------
    >>> cell_means_s(1, 2.0).tolist()
    [0.5]
    """
    u = np.linspace(0, 1, cells + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        antiderivative = np.where(u > 0, u - u * np.log(u), 0.0)
    return np.asarray(np.diff(antiderivative) * cells / service_rate_hz)
