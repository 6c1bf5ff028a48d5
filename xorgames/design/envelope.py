"""How the values of a game change with its parameters, by the envelope theorem.

A bias is a maximum of  sum M E  over correlators E that do not depend on M. Where the maximum is
reached by one E only, its derivative is  sum dM E  with that E: the correlators of the Tsirelson
strategy for the quantum bias, the signs of the best deterministic strategy for the classical one.
Where several strategies are the best the classical bias has a kink, and each gives the slope on one
side. Derivatives come from plain doubles: they guide a search, they prove nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.design.constraints import total_of
from xorgames.design.duals import DUALS, Dual
from xorgames.design.expression_family import TINY, ExpressionFamily
from xorgames.design.expressions import Expression
from xorgames.design.family import Family, game_or_reason
from xorgames.design.limits import Limits
from xorgames.errors import reject
from xorgames.game import XORGame
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.tsirelson import tsirelson_bias

FloatArray = NDArray[np.float64]

#: Of the range of a parameter: the step of differences where there are no expressions.
_STEP = 2.0**-18


@dataclass(frozen=True, kw_only=True, eq=False)
class Local:
    """A game's matrix and offset, and how they change with each parameter.

    Attributes
    ----------
    matrix : ndarray, shape (m, n)
    offset : float
    matrix_slopes : ndarray, shape (k, m, n)
    offset_slopes : ndarray, shape (k,)
    """

    matrix: FloatArray
    offset: float
    matrix_slopes: FloatArray
    offset_slopes: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Slopes:
    """Both biases of a game, the correlators that reach them, and their derivatives.

    Attributes
    ----------
    quantum, classical : float
        The biases.
    correlators, signs : ndarray, shape (m, n)
        Of the Tsirelson strategy and of the best deterministic one.
    quantum_slopes, classical_slopes : ndarray, shape (k,)
        By parameter; the second hold on one side of a kink.
    """

    quantum: float
    classical: float
    correlators: FloatArray
    signs: FloatArray
    quantum_slopes: FloatArray
    classical_slopes: FloatArray


def slopes_at(family: Family, point: Mapping[str, Any], names: Sequence[str]) -> Slopes:
    """Return the biases of a family's game at a point, and their derivatives by some parameters.

    Parameters
    ----------
    family : Family
    point : mapping
        A value for each parameter without a default.
    names : sequence of str
        The parameters to differentiate by.

    Raises
    ------
    InputError
        If there is no game at the point.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> found = slopes_at(load_family("hft"), {"p": 0.5, "beta": 0.1}, ["beta"])
    >>> float(found.quantum_slopes[0].round(6)), found.signs.shape
    (-0.624695, (2, 2))
    """
    family(**point)
    settled = {name: value for name, value in point.items() if name not in names}
    start = [Fraction(point[name]) for name in names]
    local = FamilySpace(family.fix(**settled), names, [(x, x) for x in start]).local(
        np.array([float(x) for x in start])
    )
    if local is None:
        reject("point", "must be one where the game changes smoothly", received=str(dict(point)))
    return slopes_of(local)


def slopes_of(local: Local, *, classical: bool = True) -> Slopes:
    """Return the biases at a point and their derivatives; zeros for a classical one not wanted."""
    bound, strategy = tsirelson_bias(local.matrix)
    correlators, signs, least = strategy.correlators, np.zeros_like(local.matrix), 0.0
    if classical:
        found = classical_bias(local.matrix.astype(object))
        if found.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
        signs, least = found.strategy.correlators.astype(np.float64), float(found.lower)
    return Slopes(
        quantum=bound.midpoint,
        classical=least,
        correlators=correlators,
        signs=signs,
        quantum_slopes=np.tensordot(local.matrix_slopes, correlators, axes=2),
        classical_slopes=np.tensordot(local.matrix_slopes, signs, axes=2),
    )


class Space(Protocol):
    """A box of numbers, each of whose points may be a game."""

    names: tuple[str, ...]
    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]

    def local(self, x: FloatArray) -> Local | None:
        """Return the matrix at a point and its slopes, None where there is none."""

    def limits(self, x: FloatArray) -> Limits | None:
        """Return what must lie between limits, None if nothing but the box does."""

    def game(self, point: Sequence[Fraction]) -> XORGame | str:
        """Return the game at a point exactly, or why there is none."""


class FamilySpace:
    """A box of a family's parameters.

    Parameters
    ----------
    family : Family
        With every other parameter settled, or with a default.
    names : sequence of str
    box : sequence of pairs of Fraction
        From where to where, by parameter.
    """

    def __init__(
        self, family: Family, names: Sequence[str], box: Sequence[tuple[Fraction, Fraction]]
    ) -> None:
        self.family, self.names = family, tuple(names)
        self.low, self.high = (tuple(end) for end in zip(*box, strict=True))
        self._conditions = _conditions_of(family) if isinstance(family, ExpressionFamily) else []

    def local(self, x: FloatArray) -> Local | None:
        """Return the matrix at a point and its slopes: from expressions, or by differences."""
        if isinstance(self.family, ExpressionFamily):
            with np.errstate(all="ignore"):
                found = self.family.jacobian({n: [v] for n, v in zip(self.names, x, strict=True)})
            local = Local(
                matrix=np.where(np.abs(found.matrices[0]) < TINY, 0.0, found.matrices[0]),
                offset=float(found.offsets[0]),
                matrix_slopes=np.stack([found.matrix_slopes[name][0] for name in self.names]),
                offset_slopes=np.array([found.offset_slopes[name][0] for name in self.names]),
            )
            finite = (
                np.abs(local.matrix).max() < 1 / TINY and np.isfinite(local.matrix_slopes).all()
            )
            return local if finite and np.isfinite(local.offset_slopes).all() else None
        return local_by_differences(self, x)

    def limits(self, x: FloatArray) -> Limits | None:
        """Return probabilities, their sum and the family's conditions."""
        if not self._conditions:
            return None
        count = len(self.names)
        fixed = {k: Dual(np.array([float(v)]), np.zeros((1, 1))) for k, v in self._fixed.items()}
        free = {
            name: Dual(np.array([number]), np.eye(count)[:, i : i + 1])
            for i, (name, number) in enumerate(zip(self.names, x, strict=True))
        }
        with np.errstate(all="ignore"):
            duals = [expression.evaluate(fixed | free, DUALS) for expression, _ in self._conditions]
        ends = [limits for _, limits in self._conditions]
        return Limits(
            values=np.nan_to_num([float(dual.value[0]) for dual in duals]),
            lower=np.array([-np.inf if low is None else float(low) for low, _ in ends]),
            upper=np.array([np.inf if high is None else float(high) for _, high in ends]),
            slopes=np.nan_to_num(
                np.stack([np.broadcast_to(d.slopes, (count, 1))[:, 0] for d in duals])
            ),
        )

    @property
    def _fixed(self) -> dict[str, Any]:
        """What expressions may name beside the varied parameters."""
        defaults = {p.name: p.default for p in self.family.parameters if p.default is not None}
        return {n: v for n, v in (defaults | self.family.fixed).items() if n not in self.names}

    def game(self, point: Sequence[Fraction]) -> XORGame | str:
        """Return the game at a point exactly, or why there is none."""
        return game_or_reason(self.family, dict(zip(self.names, point, strict=True)))


_Ends = tuple[Fraction | None, Fraction | None]


def _conditions_of(family: ExpressionFamily) -> list[tuple[Expression, _Ends]]:
    """Return what must lie between limits; what is the same everywhere needs no search."""
    entries = [entry for row in family.distribution for entry in row]
    zero, one = Fraction(0), Fraction(1)
    found: list[tuple[Expression, _Ends]] = [(entry, (zero, None)) for entry in entries]
    found += [(each.expression, (each.lower, each.upper)) for each in family.constraints]
    found.append((total_of(entries), (one, one)))
    return [(expression, ends) for expression, ends in found if not _is_flat(expression, family)]


def _is_flat(expression: Expression, family: ExpressionFamily) -> bool:
    """Whether an expression has one value at some points off any special line."""
    names = sorted(expression.names - set(family.fixed))
    rng = np.random.default_rng(0)
    values: set[Fraction] = set()
    for row in rng.integers(1, 2**20, size=(3, len(names))).tolist() if names else ():
        at = {name: Fraction(number, 2**20) for name, number in zip(names, row, strict=True)}
        try:
            values.add(expression.exact(family.fixed | at))
        except ArithmeticError:
            return False
    return len(values) <= 1


def local_by_differences(space: Space, x: FloatArray) -> Local | None:
    """Return the matrix at a point and its slopes, from games nearby."""
    point = [Fraction(float(number)) for number in x]
    here = space.game(point)
    if isinstance(here, str):
        return None
    slopes, offsets = [], []
    for i, (low, high) in enumerate(zip(space.low, space.high, strict=True)):
        step = Fraction(_STEP) * (high - low if high > low else max(abs(high), Fraction(1)))
        ends = [_moved(space, point, i, shift) for shift in (step, -step)]
        near = [(p, space.game(p)) for p in ends]
        games = [(p[i], game) for p, game in near if isinstance(game, XORGame)]
        games = [(place, game) for place, game in games if game.shape == here.shape]
        if len(games) < 2:
            games.append((point[i], here))
        (after, one), (before, other) = games[0], games[-1]
        width = float(after - before)
        if not width:
            return None
        slopes.append((one.matrix - other.matrix) / width)
        offsets.append((one.offset - other.offset) / width)
    return Local(
        matrix=here.matrix,
        offset=here.offset,
        matrix_slopes=np.stack(slopes),
        offset_slopes=np.array(offsets),
    )


def _moved(space: Space, point: Sequence[Fraction], i: int, shift: Fraction) -> list[Fraction]:
    """Return the point with one number moved, inside the box where that has any width."""
    moved = list(point)
    moved[i] += shift
    if space.high[i] > space.low[i]:
        moved[i] = min(max(moved[i], space.low[i]), space.high[i])
    return moved
