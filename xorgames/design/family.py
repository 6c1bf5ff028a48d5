"""A family of games: named parameters with bounds, and a game for every choice of them.

One game at a time comes as an exact `XORGame`. Many come as stacks of matrices of doubles, each
with a proven limit on its distance from the true matrix,  errors = sum of |M - true M|.  A bias is
a maximum of sum M E with |E| <= 1: it moves by no more than that.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.grid import Grid
from xorgames.design.intervals import Interval, up
from xorgames.design.parameter import Parameter
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number
from xorgames.game import XORGame

FloatArray = NDArray[np.float64]
#: Values of parameters at many points: fractions (or anything exact), or doubles taken exactly.
Columns = Mapping[str, Sequence[Any] | FloatArray]

_HALF_UNIT = 2.0**-53


@dataclass(frozen=True, kw_only=True, eq=False)
class Stack:
    """Games of one shape.

    Attributes
    ----------
    points : ndarray of int, shape (k,)
        The numbers of the points that the games belong to.
    matrices : ndarray of float, shape (k, m, n)
    errors : ndarray of float, shape (k,)
        What the sum of |M - true M| does not exceed.
    offsets : Interval
        Of arrays of shape (k,): value = offset + bias / 2.
    """

    points: NDArray[np.int64]
    matrices: FloatArray
    errors: FloatArray
    offsets: Interval

    def at(self, places: NDArray[Any]) -> "Stack":
        """Return some of the games, by their places or by a mask."""
        return Stack(
            points=self.points[places],
            matrices=self.matrices[places],
            errors=self.errors[places],
            offsets=self.offsets.at(places),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """The games of many points.

    Attributes
    ----------
    count : int
        How many points were asked for.
    stacks : tuple of Stack
        Every point whose parameters make a game is in one of them.
    undefined : mapping of int to str
        Why the others do not.
    """

    count: int
    stacks: tuple[Stack, ...]
    undefined: Mapping[int, str] = field(default_factory=dict)


class Family(ABC):
    """Games with parameters.

    Attributes
    ----------
    name, source : str
    parameters : tuple of Parameter
        Those that are left open.
    fixed : dict
        Those that are not, as they were given.
    """

    name: str
    source: str
    parameters: tuple[Parameter, ...]
    fixed: dict[str, Any]

    def __call__(self, **parameters: Any) -> XORGame:
        """Return the game at a point, exactly.

        Parameters
        ----------
        **parameters
            Numbers, or texts such as "1/3"; those left out take their default.

        Raises
        ------
        InputError
            If a parameter is unknown, missing or out of bounds, or there is no game at the point.
        """
        return self._at(self._checked(parameters))

    def fix(self, **parameters: Any) -> "Family":
        """Return the family with some parameters settled.

        Raises
        ------
        InputError
            If a parameter is unknown, or its value is out of bounds.
        """
        return self._fixed(self._known(parameters)) if parameters else self

    def parameter(self, name: str, *, key: str = "parameters") -> Parameter:
        """Return an open parameter by name.

        Raises
        ------
        InputError
            If there is none of that name; the nearest is suggested.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if name not in known:
            cure = near_name(str(name), list(known)) if known else "no parameter is left open"
            rule = f"must be an open parameter of {self.name}"
            reject(key, rule, received=repr(name), cure=cure)
        return known[name]

    def matrices(self, points: Columns | Grid) -> Batch:
        """Return the matrices of the games at many points.

        Parameters
        ----------
        points : mapping or Grid
            For each parameter its values, all equally many: anything exact, or an array of doubles.
            Parameters left out take their default. Or all points of a grid.

        Raises
        ------
        InputError
            If a parameter is unknown or missing, or the columns differ in length.
        """
        if isinstance(points, Grid):
            points = points.columns(points.points)
        columns, count = self._columns(points)
        return self._matrices(columns, count)

    @abstractmethod
    def _at(self, values: dict[str, Any]) -> XORGame:
        """Return the game at a point whose numbers have been checked."""

    @abstractmethod
    def _fixed(self, values: dict[str, Any]) -> "Family":
        """Return the family with some parameters settled."""

    @abstractmethod
    def _matrices(self, columns: dict[str, Any], count: int) -> Batch:
        """Return the games of checked columns."""

    def _known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check names, kinds and bounds of parameters."""
        problems: list[Problem] = []
        values = {}
        for name, value in given.items():
            try:
                parameter = self.parameter(name)
                values[name] = self._number(parameter, value)
            except InputError as error:
                problems.extend(error.problems)
        if problems:
            raise InputError(problems)
        return values

    def _number(self, parameter: Parameter, value: Any) -> Any:
        number = exact_number(value, key=parameter.name)
        if not parameter.admits(number):
            reject(parameter.name, f"must lie in {parameter.limits}", received=value)
        return number

    def _checked(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check a point, and add the defaults."""
        values = self._known(given)
        self._require(values)
        defaults = {p.name: p.default for p in self.parameters if p.default is not None}
        return defaults | values

    def _require(self, given: Mapping[str, Any]) -> None:
        """Refuse a point that lacks a parameter."""
        missing = [p.name for p in self.parameters if p.default is None and p.name not in given]
        if missing:
            names = " and ".join(missing)
            reject(self.name, f"needs {names}", cure="give each a value or an axis")

    def _columns(self, points: Columns) -> tuple[dict[str, Any], int]:
        for name in points:
            self.parameter(name)
        self._require(points)
        lengths = {len(column) for column in points.values()}
        if len(lengths) != 1:
            rule = "must give all parameters equally many values"
            reject("points", rule, received=sorted(lengths) or "no parameter")
        count = lengths.pop()
        columns: dict[str, Any] = {
            p.name: [p.default] * count for p in self.parameters if p.default is not None
        }
        return columns | {name: _exact_column(name, points[name]) for name in points}, count


def game_or_reason(family: Family, point: Mapping[str, Any]) -> XORGame | str:
    """Return the game at a point, or why there is none."""
    try:
        game = family(**point)
        # Numbers too small for doubles are refused here.
        game.matrix.all()
    except InputError as error:
        problem = error.problems[0]
        received = f"; received {problem.received}" if problem.received else ""
        return f"{problem.key} {problem.rule}{received}"
    return game


class Entry(NamedTuple):
    """What a stack holds of a game: its fractions take a hundred times as much memory."""

    point: int
    matrix: FloatArray
    offset: Bound


def entry_of(point: int, game: XORGame) -> Entry:
    """Return the matrix and the offset of the game at a point."""
    return Entry(point, game.matrix, Bound.exact(game.exact_offset))


def stack_of(entries: Sequence[Entry]) -> Stack:
    """Return games of one shape as a stack."""
    matrices = np.stack([entry.matrix for entry in entries])
    offsets = [entry.offset for entry in entries]
    return Stack(
        points=np.array([entry.point for entry in entries], dtype=np.int64),
        matrices=matrices,
        errors=up(np.abs(matrices).sum(axis=(1, 2)) * (_HALF_UNIT * (1 + 1e-6))),
        offsets=Interval(
            np.array([bound.lower for bound in offsets]),
            np.array([bound.upper for bound in offsets]),
        ),
    )


def _exact_column(name: str, column: Sequence[Any] | FloatArray) -> Any:
    """Return doubles as an array, anything else as fractions."""
    if isinstance(column, np.ndarray) and column.dtype == np.float64 and column.ndim == 1:
        if not np.isfinite(column).all():
            reject(name, "must be finite", received="nan or inf")
        return column
    numbers = column.tolist() if isinstance(column, np.ndarray) else column
    return [exact_number(number, key=name) for number in numbers]
