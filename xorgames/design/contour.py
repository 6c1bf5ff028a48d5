"""Curves on a grid of points where an answer changes from yes to no, each vertex enclosed.

The answers at the points of the grid only tell which edges a curve crosses. On each such edge the
crossing is then enclosed by bisection: one end where the answer is proven yes, the other where it
is proven no. It ends at the tolerance asked for, or where nothing can be proven any more. Between
the edges of a cell the curve is a straight line. On an edge with several crossings one is found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.design.grid import Grid

Signs = NDArray[np.int8]
#: Answers at points given by exact coordinates: 1 yes, -1 no, 0 neither proven.
Decide = Callable[[Sequence[tuple[Fraction, ...]]], Signs]
#: An edge: its first point, by number on each axis, and the axis that it runs along.
_Edge = tuple[tuple[int, ...], int]


@dataclass(frozen=True, kw_only=True)
class Contour:
    """Where an answer changes.

    Attributes
    ----------
    label : str
        What changes there.
    curves : tuple of curves
        Each a tuple of points (x, y), or of one number where the grid has one axis; the middles of
        the proven brackets. A closed curve ends where it begins.
    resolution : float
        The widest of the brackets, as a fraction of the edge that it lies on.
    level : float or None
        The level of the quantity mapped that the curves stand for.
    """

    label: str
    curves: tuple[tuple[tuple[float, ...], ...], ...]
    resolution: float
    level: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the contour as plain data."""
        return {
            "label": self.label,
            "level": self.level,
            "resolution": self.resolution,
            "curves": [[list(point) for point in curve] for curve in self.curves],
        }


def trace(
    grid: Grid, signs: Signs, decide: Decide, *, label: str = "", tolerance: float = 1e-6
) -> Contour:
    """Return the curves that separate proven yes from proven no.

    Parameters
    ----------
    grid : Grid
    signs : ndarray of int, shape grid.shape
        The answers at the points of the grid; no curve enters a cell with a corner of 0.
    decide : callable
        Gives the answers at any points between them.
    label : str
    tolerance : float
        The width of the brackets to reach, as a fraction of an edge.

    Examples
    --------
    >>> from xorgames.design.grid import parse_axis
    >>> grid = Grid((parse_axis("x=0:1:3"), parse_axis("y=0:1:2")))
    >>> def decide(points):
    ...     return np.array([1 if x < Fraction(1, 3) else -1 for x, y in points], dtype=np.int8)
    >>> found = trace(grid, decide(grid.points).reshape(3, 2), decide, tolerance=1e-3)
    >>> [[round(x, 2) for x, y in curve] for curve in found.curves], found.resolution < 1e-3
    ([[0.33, 0.33]], True)
    """
    edges = _crossed(signs)
    brackets = _bisect(grid, signs, edges, decide, tolerance)
    places = {edge: _point(grid, edge, brackets[edge]) for edge in edges}
    chains = [[edge] for edge in edges]
    if len(grid.axes) == 2:
        chains = _chains(_links(grid, signs, set(edges), decide))
    curves = [tuple(places[edge] for edge in chain) for chain in chains]
    widths = [float(b - a) for a, b in brackets.values()]
    return Contour(label=label, curves=tuple(curves), resolution=max(widths, default=0.0))


def _crossed(signs: Signs) -> list[_Edge]:
    """Return the edges whose ends have opposite proven answers."""
    edges: list[_Edge] = []
    for axis in range(signs.ndim):
        first = np.take(signs, range(signs.shape[axis] - 1), axis=axis)
        last = np.take(signs, range(1, signs.shape[axis]), axis=axis)
        places = np.argwhere(first.astype(int) * last == -1).tolist()
        edges += [(tuple(place), axis) for place in places]
    return edges


def _bisect(
    grid: Grid, signs: Signs, edges: list[_Edge], decide: Decide, tolerance: float
) -> dict[_Edge, tuple[Fraction, Fraction]]:
    """Return for each edge where on it, from 0 to 1, the answer changes; all edges at once."""
    brackets = {edge: (Fraction(0), Fraction(1)) for edge in edges}
    active = edges
    while active:
        middles = [sum(brackets[edge], Fraction(0)) / 2 for edge in active]
        points = [_exact_point(grid, e, t) for e, t in zip(active, middles, strict=True)]
        still = []
        for edge, middle, answer in zip(active, middles, decide(points).tolist(), strict=True):
            if answer == 0:
                # Nothing is proven here: the bracket stays as it is.
                continue
            below, above = brackets[edge]
            same = answer == signs[edge[0]]
            brackets[edge] = (middle, above) if same else (below, middle)
            if (above - below) / 2 > tolerance:
                still.append(edge)
        active = still
    return brackets


def _exact_point(grid: Grid, edge: _Edge, place: Fraction) -> tuple[Fraction, ...]:
    start, along = edge
    return tuple(
        axis.at(start[i] + place) if i == along else axis.values[start[i]]
        for i, axis in enumerate(grid.axes)
    )


def _point(grid: Grid, edge: _Edge, bracket: tuple[Fraction, Fraction]) -> tuple[float, ...]:
    middle = sum(bracket, Fraction(0)) / 2
    return tuple(float(number) for number in _exact_point(grid, edge, middle))


def _links(
    grid: Grid, signs: Signs, edges: set[_Edge], decide: Decide
) -> list[tuple[_Edge, _Edge]]:
    """Return the pairs of edges that the curve connects inside a cell."""
    links: list[tuple[_Edge, _Edge]] = []
    saddles = []
    for i, j in {cell for edge in edges for cell in _cells(signs.shape, edge)}:
        if not signs[i : i + 2, j : j + 2].all():
            continue
        around: list[_Edge] = [((i, j), 0), ((i + 1, j), 1), ((i, j + 1), 0), ((i, j), 1)]
        crossed = [edge for edge in around if edge in edges]
        if len(crossed) == 2:
            links.append((crossed[0], crossed[1]))
        else:
            saddles.append((i, j, around))
    half = Fraction(1, 2)
    x, y = grid.axes[0], grid.axes[1]
    centres = [(x.at(i + half), y.at(j + half)) for i, j, _ in saddles]
    answers = decide(centres).tolist() if saddles else []
    for (i, j, (south, east, north, west)), answer in zip(saddles, answers, strict=True):
        # Where the middle answers as this corner does, the two other corners are cut off.
        if answer == signs[i, j]:
            links += [(south, east), (north, west)]
        else:
            links += [(south, west), (north, east)]
    return sorted(links)


def _cells(shape: tuple[int, ...], edge: _Edge) -> list[tuple[int, int]]:
    """Return the cells on both sides of an edge."""
    (i, j), along = edge
    cells = [(i, j - 1), (i, j)] if along == 0 else [(i - 1, j), (i, j)]
    return [(a, b) for a, b in cells if 0 <= a < shape[0] - 1 and 0 <= b < shape[1] - 1]


def _chains(links: list[tuple[_Edge, _Edge]]) -> list[list[_Edge]]:
    """Join links that share an edge into chains; a closed one ends where it begins."""
    neighbours: dict[_Edge, list[_Edge]] = {}
    for a, b in links:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    chains = []
    # Open chains are walked from an end; what is left then is closed.
    for start in sorted(neighbours, key=lambda edge: (len(neighbours[edge]), edge)):
        chain = [start]
        while neighbours[chain[-1]]:
            following = neighbours[chain[-1]].pop()
            neighbours[following].remove(chain[-1])
            chain.append(following)
        if len(chain) > 1:
            chains.append(chain)
    return chains
