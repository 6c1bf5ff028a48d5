"""Curves on a grid of points where an answer changes from yes to no, each vertex enclosed.

The answers at the points of the grid only tell which edges a curve crosses. On each such edge the
crossing is then enclosed by bisection: one end where the answer is proven yes, the other where it
is proven no. It ends at the tolerance asked for, or where nothing between can be proven. Between
the edges of a cell the curve is a straight line. On an edge with several crossings one is found;
an island or a line of no width that lies between the points of the grid is not seen.

A curve that runs through points of the grid leaves these without an answer. Such a point is moved
into the grid, by less than the tolerance, to where there is one.
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
#: A point of the grid, by number on each axis, and where it is.
_Node = tuple[int, ...]
_Point = tuple[Fraction, ...]
#: An edge: its first point, and the axis that it runs along.
_Edge = tuple[_Node, int]


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
    nodes = _Nodes(grid)
    signs = nodes.settle(signs, decide, tolerance)
    edges = _crossed(signs)
    brackets = _bisect(nodes, signs, edges, decide, tolerance)
    places = {edge: nodes.middle(edge, brackets[edge]) for edge in edges}
    chains = [[edge] for edge in edges]
    if len(grid.axes) == 2:
        chains = _chains(_links(grid, signs, set(edges), decide))
    curves = [tuple(places[edge] for edge in chain) for chain in chains]
    widths = [float(each.above - each.below) for each in brackets.values()]
    return Contour(label=label, curves=tuple(curves), resolution=max(widths, default=0.0))


class _Nodes:
    """The points of a grid, some of them moved a little."""

    def __init__(self, grid: Grid) -> None:
        self._axes = grid.axes
        self._moved: dict[_Node, _Point] = {}

    def settle(self, signs: Signs, decide: Decide, tolerance: float) -> Signs:
        """Move the points without an answer that lie between different ones; return all answers."""
        windows = np.lib.stride_tricks.sliding_window_view(np.pad(signs, 1), (3,) * signs.ndim)
        inner = tuple(range(signs.ndim, 2 * signs.ndim))
        between = (windows.max(axis=inner) == 1) & (windows.min(axis=inner) == -1)
        loose = [tuple(node) for node in np.argwhere((signs == 0) & between).tolist()]
        places = [self._beside(node, Fraction(str(tolerance))) for node in loose]
        answers = decide(places).tolist() if loose else []
        signs = signs.copy()
        for node, place, answer in zip(loose, places, answers, strict=True):
            if answer:
                signs[node], self._moved[node] = answer, place
        return signs

    def _beside(self, node: _Node, tolerance: Fraction) -> _Point:
        """Return a point close by; not along an axis or a diagonal, where a curve may run."""
        shares = (tolerance / 4, tolerance / 7)
        return tuple(
            axis.at(i + share if i + 1 < len(axis.values) else i - share)
            for axis, i, share in zip(self._axes, node, shares, strict=False)
        )

    def at(self, edge: _Edge, share: Fraction) -> _Point:
        """Return the point that divides an edge by a share from 0 to 1."""
        node, along = edge
        following = tuple(i + (axis == along) for axis, i in enumerate(node))
        first, last = self._place(node), self._place(following)
        return tuple(a + share * (b - a) for a, b in zip(first, last, strict=True))

    def middle(self, edge: _Edge, bracket: "_Bracket") -> tuple[float, ...]:
        """Return the middle of a bracket."""
        return tuple(float(x) for x in self.at(edge, (bracket.below + bracket.above) / 2))

    def _place(self, node: _Node) -> _Point:
        grid_point = (axis.values[i] for axis, i in zip(self._axes, node, strict=True))
        return self._moved.get(node) or tuple(grid_point)


def _crossed(signs: Signs) -> list[_Edge]:
    """Return the edges whose ends have opposite proven answers."""
    edges: list[_Edge] = []
    for axis in range(signs.ndim):
        first = np.take(signs, range(signs.shape[axis] - 1), axis=axis)
        last = np.take(signs, range(1, signs.shape[axis]), axis=axis)
        places = np.argwhere(first.astype(int) * last == -1).tolist()
        edges += [(tuple(place), axis) for place in places]
    return edges


@dataclass
class _Bracket:
    """Where on an edge, from 0 to 1, the answer changes; inside may be a hole without answers."""

    below: Fraction = Fraction(0)
    above: Fraction = Fraction(1)
    hole: tuple[Fraction, Fraction] | None = None

    def next(self, tolerance: float) -> Fraction | None:
        """Return where to ask: halfway, beside a hole on its wider side; None if that is enough."""
        if self.hole is None:
            wide = self.above - self.below > tolerance
            return (self.below + self.above) / 2 if wide else None
        sides = ((self.below, self.hole[0]), (self.hole[1], self.above))
        first, last = max(sides, key=lambda side: side[1] - side[0])
        return (first + last) / 2 if last - first > tolerance / 2 else None

    def enter(self, place: Fraction, answer: int) -> None:
        """Enter an answer: 1 as at the beginning of the edge, -1 as at its end, 0 none."""
        if answer == 0:
            hole = self.hole or (place, place)
            self.hole = min(place, hole[0]), max(place, hole[1])
            return
        if answer > 0:
            self.below = place
        else:
            self.above = place
        if self.hole and not self.below < self.hole[0] <= self.hole[1] < self.above:
            self.hole = None


def _bisect(
    nodes: _Nodes, signs: Signs, edges: list[_Edge], decide: Decide, tolerance: float
) -> dict[_Edge, _Bracket]:
    """Return where the answer changes on each edge; all edges at once."""
    brackets = {edge: _Bracket() for edge in edges}
    while True:
        wanted = {edge: bracket.next(tolerance) for edge, bracket in brackets.items()}
        asked = [(edge, place) for edge, place in wanted.items() if place is not None]
        if not asked:
            return brackets
        answers = decide([nodes.at(edge, place) for edge, place in asked]).tolist()
        for (edge, place), answer in zip(asked, answers, strict=True):
            brackets[edge].enter(place, answer * int(signs[edge[0]]))


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
