"""Thresholds and cells as a space to search: the games of players who see only their cell.

A cell with the share f of its area inside the region pays f u_inside + (1 - f) u_outside: the
matrix entry is twice the area inside minus the area of the cell. For the derivatives the areas come
from closed forms in plain doubles; the game at a point is exact (see `xorgames.regions`).
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.design.envelope import Local
from xorgames.design.judge import Point
from xorgames.design.limits import Limits
from xorgames.game import XORGame
from xorgames.regions import ProductRegion, Region, SumRegion

FloatArray = NDArray[np.float64]

#: For each kind the region and where its threshold ends.
REGIONS: dict[str, tuple[type[ProductRegion] | type[SumRegion], int]] = {
    "product": (ProductRegion, 1),
    "sum": (SumRegion, 2),
}
_SMALLEST_CELL = Fraction(1, 10**3)
_STEP = 1e-6


def _product_area(threshold: float, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the area of (1 - x)(1 - y) >= threshold in [0, a] x [0, b]."""
    with np.errstate(divide="ignore"):
        flat = np.clip(np.where(b < 1, 1 - threshold / np.maximum(1 - b, 1e-300), 0.0), 0.0, a)
    end = np.clip(np.minimum(a, 1 - threshold), flat, None)
    return np.asarray(b * flat + (end - flat) + threshold * (np.log1p(-end) - np.log1p(-flat)))


def _sum_area(threshold: float, a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the area of x + y <= threshold in [0, a] x [0, b]."""

    def triangle(side: FloatArray) -> FloatArray:
        return np.asarray(np.square(np.maximum(side, 0.0)) / 2)

    whole = triangle(np.asarray(threshold)) - triangle(threshold - a) - triangle(threshold - b)
    return np.asarray(whole + triangle(threshold - a - b))


_AREAS = {"product": _product_area, "sum": _sum_area}


def cells_game(region: Region, edges: Sequence[Fraction], **about: Any) -> XORGame:
    """Return the win/lose game of a region for players who see only their cell.

    Parameters
    ----------
    region : Region
    edges : sequence of Fraction
        Where the cells of both parties end, rising from 0 to 1.
    **about
        `name`, `source`.

    Examples
    --------
    >>> game = cells_game(SumRegion(1), [Fraction(0), Fraction(1, 3), Fraction(1)])
    >>> game.distribution.round(3).tolist(), game.matrix.round(3).tolist()
    ([[0.111, 0.222], [0.222, 0.444]], [[0.111, 0.111], [0.111, -0.333]])
    """
    cells = list(pairwise(edges))
    share = np.empty((len(cells), len(cells)), dtype=object)
    chance = np.empty_like(share)
    for i, (a0, a1) in enumerate(cells):
        for j, (b0, b1) in enumerate(cells):
            chance[i, j] = (a1 - a0) * (b1 - b0)
            share[i, j] = Fraction(int(region.contains(a0, b0)))
            if share[i, j] and not region.contains(a1, b1):
                share[i, j] = region.share(a0, a1, b0, b1)
    names = [f"[{float(start):.9g}, {float(end):.9g})" for start, end in cells]
    return XORGame(
        chance, np.stack([share, 1 - share], axis=-1), labels={"x": names, "y": names}, **about
    )


class CellSpace:
    """Thresholds and edges of cells, as a space to search.

    Parameters
    ----------
    region : {"product", "sum"}
    cells : int
    threshold : (Fraction, Fraction)
        From where to where; both the same where it is given.
    free : bool
        Whether the edges may be chosen.
    """

    def __init__(
        self, region: str, cells: int, threshold: tuple[Fraction, Fraction], *, free: bool
    ) -> None:
        self.region, self.cells, self.threshold = region, cells, threshold
        low, high = threshold
        varied = ["threshold"] if low < high else []
        edges = [f"edge{i}" for i in range(1, cells)] if free else []
        self.names = (*varied, *edges)
        self.low = (*([low] if varied else []), *(_SMALLEST_CELL for _ in edges))
        self.high = (*([high] if varied else []), *(1 - _SMALLEST_CELL for _ in edges))
        self._varied, self._free = bool(varied), free

    def parts(self, point: Sequence[Fraction]) -> tuple[Fraction, tuple[Fraction, ...]]:
        """Return the threshold and the edges of a point."""
        inner = list(point[1:]) if self._varied else list(point)
        if not self._free:
            inner = [Fraction(i, self.cells) for i in range(1, self.cells)]
        threshold = point[0] if self._varied else self.threshold[0]
        return threshold, (Fraction(0), *inner, Fraction(1))

    def equal(self) -> Point:
        """Return the point with equal cells and the threshold in the middle of its range."""
        inner = [Fraction(i, self.cells) for i in range(1, self.cells)] if self._free else []
        middle = [(self.threshold[0] + self.threshold[1]) / 2] if self._varied else []
        return (*middle, *inner)

    def game(self, point: Sequence[Fraction]) -> XORGame | str:
        """Return the game at a point, or why there is none."""
        threshold, edges = self.parts(point)
        if any(b <= a for a, b in pairwise(edges)):
            return "the edges must rise"
        name = f"{self.region} threshold game, {float(threshold):g}, {self.cells} cells"
        return cells_game(self.at(threshold), edges, name=name)

    def at(self, threshold: Fraction) -> Region:
        """Return the region with a threshold."""
        return REGIONS[self.region][0](threshold)

    def local(self, x: FloatArray) -> Local | None:
        """Return the matrix at a point and its slopes, by differences of closed forms."""
        matrix, slopes = self._matrix(x), []
        for axis in np.eye(len(x)):
            ahead, behind = self._matrix(x + _STEP * axis), self._matrix(x - _STEP * axis)
            slopes.append((ahead - behind) / (2 * _STEP))
        return Local(
            matrix=matrix,
            offset=0.5,
            matrix_slopes=np.stack(slopes),
            offset_slopes=np.zeros(len(x)),
        )

    def _matrix(self, x: FloatArray) -> FloatArray:
        inner = x[1:] if self._varied else x
        if not self._free:
            inner = np.arange(1, self.cells) / self.cells
        threshold = x[0] if self._varied else float(self.threshold[0])
        edges = np.concatenate([[0.0], inner, [1.0]])
        corner = _AREAS[self.region](threshold, edges[:, None], edges[None])
        inside = np.diff(np.diff(corner, axis=0), axis=1)
        widths = np.diff(edges)
        return np.asarray(2 * inside - np.multiply.outer(widths, widths))

    def limits(self, x: FloatArray) -> Limits | None:
        """Return the widths of the cells between two edges that may move."""
        first = int(self._varied)
        count = len(x) - first - 1
        if not self._free or count < 1:
            return None
        slopes = np.zeros((count, len(x)))
        rows = np.arange(count)
        slopes[rows, first + rows], slopes[rows, first + rows + 1] = -1.0, 1.0
        return Limits(
            values=np.diff(x[first:]),
            lower=np.full(count, float(_SMALLEST_CELL)),
            upper=np.full(count, np.inf),
            slopes=slopes,
        )
