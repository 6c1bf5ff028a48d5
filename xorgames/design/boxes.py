"""What the games on small boxes of parameters may be: a matrix, and how far the others are from it.

On a box every entry of the matrix lies in an interval. M0 are the middles, and the sum of the radii
is what  sum |M - M0|  of no game on the box exceeds. Two kinds of families give such intervals:

- families of expressions, by interval arithmetic;
- functions of the catalogue whose entries do not turn along any one parameter (`MONOTONE`): over a
  box such an entry is largest and smallest at corners.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.catalog_families import CatalogFamily
from xorgames.design.expression_family import ExpressionFamily
from xorgames.design.expressions import Expression
from xorgames.design.family import Family, Stack, game_or_reason
from xorgames.design.intervals import INTERVALS, Interval, interval_of, up
from xorgames.rules import SUM_TOLERANCE

FloatArray = NDArray[np.float64]
Ends = Sequence[tuple[Fraction, Fraction]]

#: Parameters along which no entry of the matrix turns. Payoffs of lctc are linear in each beta. In
#: a load-balancing game the share of a cell inside the region falls with C_t = exp(-mu t_star).
MONOTONE = {"lctc": ("beta1", "beta2"), "load_balancing": ("threshold", "mu", "t_star")}
#: A game at a corner takes as long as so many boxes of expressions.
_SLOWER = 8
#: Shares of cells are rounded, to the nearest double: together they turn by no more than this.
_TURN = 2.0**-50
_TINY = 1e-290


class BoxGames(NamedTuple):
    """The games on some boxes.

    Attributes
    ----------
    alive : ndarray of bool, shape (k,)
        False where it is certain that a box holds no game.
    stack : Stack
        The middles of the matrices, and how far those of other games on the box may be.
    """

    alive: NDArray[np.bool_]
    stack: Stack


class Boxes(Protocol):
    """A family on boxes of some of its parameters.

    Attributes
    ----------
    cost : int
        How long a box takes, in units of a matrix entry.
    """

    cost: int

    def __call__(self, boxes: Interval) -> BoxGames:
        """Return the games on boxes, whose ends are arrays of shape (k, number of parameters)."""


def boxes_of(family: Family, names: Sequence[str], ends: Ends) -> Boxes | None:
    """Return a family on boxes of some of its parameters, None where no way to it is known.

    Parameters
    ----------
    family : Family
        With its other parameters settled, or with defaults.
    names : sequence of str
    ends : sequence of pairs of Fraction
        From where to where each of them varies at most.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> games = boxes_of(load_family("load_balancing:cells=2"), ["threshold"], [(Fraction(0), 1)])
    >>> found = games(Interval(np.array([[0.25]]), np.array([[0.5]])))
    >>> found.stack.matrices.round(3).tolist(), found.stack.errors.round(3).tolist()
    ([[[0.153, -0.173], [-0.173, -0.25]]], [0.25])
    """
    if isinstance(family, ExpressionFamily):
        return _Expressions(family, names)
    if not isinstance(family, CatalogFamily) or not set(names) <= set(
        MONOTONE.get(family.name, ())
    ):
        return None
    start = game_or_reason(family, {name: low for name, (low, _) in zip(names, ends, strict=True)})
    return None if isinstance(start, str) else _Corners(family, names, ends, start.shape)


class _Domain:
    """Interval arithmetic on boxes that keep to where there is a game: all has a value there.

    Attributes
    ----------
    empty : ndarray of bool, shape (k,)
        Where something is certain to have no value.
    """

    def __init__(self, count: int) -> None:
        self.empty = np.zeros(count, dtype=bool)

    def number(self, number: Fraction) -> Interval:
        return INTERVALS.number(number)

    def apply(self, operation: str, numbers: Sequence[Interval]) -> Interval:
        if operation == "/":
            self.empty |= numbers[1].is_zero
        elif operation == "log":
            self.empty |= numbers[0].upper <= 0
        elif operation == "sqrt":
            under = numbers[0]
            self.empty |= under.upper < 0
            numbers = [Interval(np.maximum(under.lower, 0.0), under.upper)]
        return INTERVALS.apply(operation, numbers)


class _Expressions:
    """Boxes by interval arithmetic."""

    def __init__(self, family: ExpressionFamily, names: Sequence[str]) -> None:
        self.family, self.names = family, tuple(names)
        self.cost = family.shape[0] * family.shape[1]
        settled = {p.name: p.default for p in family.parameters if p.default is not None}
        values = (settled | family.fixed).items()
        self._settled = {name: interval_of([number]) for name, number in values}

    def __call__(self, boxes: Interval) -> BoxGames:
        values = dict(self._settled)
        for i, name in enumerate(self.names):
            values[name] = Interval(boxes.lower[:, i].copy(), boxes.upper[:, i].copy())
        count = len(boxes.lower)
        domain = _Domain(count)
        chances = [
            [chance.evaluate(values, domain) for chance in row] for row in self.family.distribution
        ]
        stack = self._stack(chances, values, domain)
        alive = self._alive(chances, values, domain)
        return BoxGames(alive & ~domain.empty, stack)

    def _alive(
        self, chances: Sequence[Sequence[Interval]], values: dict[str, Interval], domain: _Domain
    ) -> NDArray[np.bool_]:
        """Return where no condition is surely broken."""
        alive = np.ones(len(domain.empty), dtype=bool)
        total = interval_of([Fraction(0)])
        for chance in (chance for row in chances for chance in row):
            alive &= ~(chance.upper < 0)
            total = total + chance
        limits: list[tuple[Interval, tuple[Fraction | None, Fraction | None]]] = [
            (total, (1 - SUM_TOLERANCE, 1 + SUM_TOLERANCE))
        ]
        limits += [
            (each.expression.evaluate(values, domain), each.ends)
            for each in self.family.constraints
        ]
        for number, (low, high) in limits:
            if low is not None:
                alive &= ~(number.upper < interval_of([low]).lower)
            if high is not None:
                alive &= ~(number.lower > interval_of([high]).upper)
        return alive

    def _stack(
        self, chances: Sequence[Sequence[Interval]], values: dict[str, Interval], domain: _Domain
    ) -> Stack:
        (m, n), count = self.family.shape, len(domain.empty)
        entries = np.empty((2, count, m, n))
        offsets, half = interval_of([Fraction(0)]), interval_of([Fraction(1, 2)])
        for x, y in np.ndindex(m, n):
            # No game has a negative probability, whatever the interval says.
            ends = chances[x][y].lower, chances[x][y].upper
            chance = Interval(np.maximum(ends[0], 0.0), np.maximum(ends[1], 0.0))
            both: Sequence[Expression] = self.family.payoff[x][y]
            equal, different = (u.evaluate(values, domain) for u in both)
            entry = chance * (equal - different)
            entries[0, :, x, y], entries[1, :, x, y] = entry.lower, entry.upper
            offsets = offsets + chance * (equal + different) * half
        ends = np.broadcast_to(offsets.lower, (count,)), np.broadcast_to(offsets.upper, (count,))
        return _middles(entries[0], entries[1], Interval(*ends))


class _Corners:
    """Boxes by the games at their corners."""

    def __init__(
        self, family: Family, names: Sequence[str], ends: Ends, shape: tuple[int, int]
    ) -> None:
        self.family, self.names, self.ends, self.shape = family, tuple(names), ends, shape
        self.cost = _SLOWER * shape[0] * shape[1]
        self._known: dict[tuple[float, ...], FloatArray] = {}

    def __call__(self, boxes: Interval) -> BoxGames:
        sides = np.stack([boxes.lower, boxes.upper], axis=-1)
        found = np.stack(
            [np.stack([self._corner(corner) for corner in product(*box.tolist())]) for box in sides]
        )
        # Of each corner lower and upper ends: of the matrix entries, and of the offset last.
        lower, upper = found[:, :, 0].min(axis=1), found[:, :, 1].max(axis=1)
        shape = (len(sides), *self.shape)
        stack = _middles(
            lower[:, :-1].reshape(shape), upper[:, :-1].reshape(shape),
            Interval(lower[:, -1], upper[:, -1]),
        )  # fmt: skip
        return BoxGames(np.ones(len(sides), dtype=bool), stack)

    def _corner(self, corner: tuple[float, ...]) -> FloatArray:
        """Return the ends of entries and offset at a corner, NaN where there is no game."""
        if corner not in self._known:
            # Only doubles are rounded outward: the corner proper is inside the range.
            inside = [
                min(max(Fraction(number), low), high)
                for number, (low, high) in zip(corner, self.ends, strict=True)
            ]
            game = game_or_reason(self.family, dict(zip(self.names, inside, strict=True)))
            ends = np.full((2, self.shape[0] * self.shape[1] + 1), np.nan)
            if not isinstance(game, str):
                numbers = [*game.exact_matrix.ravel(), game.exact_offset]
                bounds = [Bound.exact(number) for number in numbers]
                turn = _TURN / game.matrix.size
                ends = np.array(
                    [[b.lower - turn for b in bounds], [b.upper + turn for b in bounds]]
                )
            self._known[corner] = ends
        return self._known[corner]


def _middles(lower: FloatArray, upper: FloatArray, offsets: Interval) -> Stack:
    """Return matrices in the middle of intervals, and the sums of the radii."""
    middles = lower + (upper - lower) / 2
    # Below this the certificates do not hold.
    middles = np.where(np.abs(middles) < _TINY, 0.0, middles)
    radii = up(np.maximum(upper - middles, middles - lower))
    errors = np.zeros(len(middles))
    for x, y in np.ndindex(*middles.shape[1:]):
        errors = up(errors + radii[:, x, y])
    return Stack(points=np.arange(len(middles)), matrices=middles, errors=errors, offsets=offsets)
