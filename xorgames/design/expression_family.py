"""A family whose distribution and payoffs are expressions in its parameters.

At one point everything is computed with fractions. At many points at once intervals decide, and a
point that they leave open - a probability that may be zero or just below, a condition that holds
with equality - is looked at exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.design.constraints import Constraint, without_value
from xorgames.design.duals import DUALS, Dual
from xorgames.design.expressions import Expression
from xorgames.design.family import (
    Batch,
    Family,
    FloatArray,
    Stack,
    entry_of,
    game_or_reason,
    stack_of,
)
from xorgames.design.intervals import INTERVALS, Interval, interval_of, up
from xorgames.design.parameter import Parameter
from xorgames.errors import InputError, Problem
from xorgames.exact import cell
from xorgames.game import XORGame
from xorgames.rules import SUM_TOLERANCE

_ROUNDING = 2.0**-53
#: Below this the certificates do not hold; above it nothing is lost.
TINY = 1e-290
#: A game's name gives the values of up to so many parameters.
_NAMED = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Jacobian:
    """The matrices of many games and how they change with each open parameter.

    Attributes
    ----------
    matrices : ndarray of float, shape (k, m, n)
    offsets : ndarray of float, shape (k,)
    matrix_slopes : dict of str to ndarray, shape (k, m, n)
    offset_slopes : dict of str to ndarray, shape (k,)
    """

    matrices: FloatArray
    offsets: FloatArray
    matrix_slopes: dict[str, FloatArray]
    offset_slopes: dict[str, FloatArray]


class ExpressionFamily(Family):
    """A family given by expressions.

    Parameters
    ----------
    name, source : str
    parameters : sequence of Parameter
    distribution : nested lists of Expression, m x n
    payoff : nested lists of Expression, m x n x 2
    constraints : sequence of Constraint
        Besides those of every game: no probability is negative, and they sum to 1.
    labels : mapping
        As in `XORGame`.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> family = load_family("hft")
    >>> family(p="0.3", beta="0.3").matrix.tolist()
    [[0.49, 0.084], [0.084, -0.09]]
    >>> family.matrices({"p": ["0.3", "2"], "beta": [0, 0]}).undefined
    {1: 'p must lie in [0, 1]; received 2'}
    """

    def __init__(
        self,
        name: str,
        *,
        parameters: Sequence[Parameter],
        distribution: Sequence[Sequence[Expression]],
        payoff: Sequence[Sequence[Sequence[Expression]]],
        source: str = "",
        constraints: Sequence[Constraint] = (),
        labels: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.name, self.source = name, source
        self.parameters = tuple(parameters)
        self.fixed: dict[str, Any] = {}
        self.constraints = tuple(constraints)
        self.labels = dict(labels or {})
        self.distribution, self.payoff = distribution, payoff
        self._all_parameters = self.parameters

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of inputs (m, n)."""
        return len(self.distribution), len(self.distribution[0])

    def jacobian(self, points: Mapping[str, Any]) -> Jacobian:
        """Return the matrices at many points and their derivatives; plain doubles, no proof.

        Parameters
        ----------
        points : mapping
            As in `matrices`.

        Examples
        --------
        >>> from xorgames.design.family_file import load_family
        >>> slopes = load_family("hft").jacobian({"p": [0.5], "beta": [0.25]}).matrix_slopes
        >>> slopes["beta"].tolist(), slopes["p"].tolist()
        ([[[0.0, -0.5], [-0.5, 0.0]]], [[[-1.0, 0.0], [0.0, -1.0]]])
        """
        columns, count = self._columns(points)
        names = [parameter.name for parameter in self.parameters]
        values = {k: Dual(np.array([float(v)]), np.zeros((1, 1))) for k, v in self.fixed.items()}
        for i, name in enumerate(names):
            slopes = np.zeros((len(names), count))
            slopes[i] = 1.0
            values[name] = Dual(np.array([float(number) for number in columns[name]]), slopes)
        with np.errstate(all="ignore"):
            entries, offset = self._entries(values, DUALS, Dual(np.array([0.5]), np.zeros((1, 1))))
        m, n = self.shape
        shape = (len(names), count)
        flat = [entry for row in entries for entry in row]
        matrices = np.stack([np.broadcast_to(e.value, (count,)) for e in flat], axis=-1)
        slopes = np.stack([np.broadcast_to(e.slopes, shape) for e in flat], axis=-1)
        return Jacobian(
            matrices=matrices.reshape(count, m, n),
            offsets=np.broadcast_to(offset.value, (count,)),
            matrix_slopes=dict(zip(names, slopes.reshape(*shape, m, n), strict=True)),
            offset_slopes=dict(zip(names, np.broadcast_to(offset.slopes, shape), strict=True)),
        )

    def _at(self, values: dict[str, Any]) -> XORGame:
        values = self.fixed | values
        named = self._all_parameters if len(self._all_parameters) <= _NAMED else ()
        name = ", ".join([self.name, *(f"{p.name} = {float(values[p.name]):g}" for p in named)])
        problems: list[Problem] = []
        distribution = _numbers(self.distribution, values, "distribution", problems)
        payoff = _numbers(self.payoff, values, "payoff", problems)
        found = (constraint.problem(values) for constraint in self.constraints)
        problems.extend(problem for problem in found if problem is not None)
        if problems:
            raise InputError(problems, file=name)
        try:
            return XORGame(distribution, payoff, name=name, source=self.source, labels=self.labels)
        except InputError as error:
            raise error.in_file(name) from None

    def _fixed(self, values: dict[str, Any]) -> Family:
        family = ExpressionFamily(
            self.name,
            source=self.source,
            parameters=[p for p in self.parameters if p.name not in values],
            distribution=self.distribution,
            payoff=self.payoff,
            constraints=self.constraints,
            labels=self.labels,
        )
        family.fixed = self.fixed | values
        family._all_parameters = self._all_parameters
        return family

    def _matrices(self, columns: dict[str, Any], count: int) -> Batch:
        values = {name: interval_of([number]) for name, number in self.fixed.items()}
        values |= {name: interval_of(column) for name, column in columns.items()}
        with np.errstate(all="ignore"):
            broken, sure = self._decided(values, count)
            stack = self._stack(values, np.flatnonzero(sure))
        sure[stack.points[~_is_finite(stack)]] = False
        stacks = [stack.at(sure[stack.points])] if sure.any() else []
        undefined, games = dict(broken), []
        for i in np.flatnonzero(~sure).tolist():
            if i in broken:
                continue
            found = game_or_reason(self, {name: column[i] for name, column in columns.items()})
            if isinstance(found, str):
                undefined[i] = found
            else:
                games.append(entry_of(i, found))
        if games:
            stacks.append(stack_of(games))
        return Batch(count=count, stacks=tuple(stacks), undefined=dict(sorted(undefined.items())))

    def _decided(
        self, values: Mapping[str, Interval], count: int
    ) -> tuple[dict[int, str], NDArray[np.bool_]]:
        """Return the points where a condition surely fails, and those where all surely hold."""
        broken: dict[int, str] = {}
        sure = np.ones(count, dtype=bool)
        for key, rule, number, (lower, upper) in self._conditions(values):
            low, high = (np.broadcast_to(end, (count,)) for end in (number.lower, number.upper))
            least = -np.inf if lower is None else float(interval_of([lower]).upper[0])
            most = np.inf if upper is None else float(interval_of([upper]).lower[0])
            sure &= (low >= least) & (high <= most)
            outside = np.zeros(count, dtype=bool)
            if lower is not None:
                outside |= high < float(interval_of([lower]).lower[0])
            if upper is not None:
                outside |= low > float(interval_of([upper]).upper[0])
            for i in np.flatnonzero(outside).tolist():
                broken.setdefault(i, f"{key} {rule}; received {low[i] + 0.0:.12g}")
        return broken, sure

    def _conditions(self, values: Mapping[str, Interval]) -> Any:
        """Yield key, rule, interval and limits of every condition."""
        for parameter in self.parameters:
            limits = parameter.lower, parameter.upper
            yield parameter.name, f"must lie in {parameter.limits}", values[parameter.name], limits
        total = interval_of([Fraction(0)])
        for index, entry in _cells(self.distribution):
            number = entry.evaluate(values, INTERVALS)
            total = total + number
            yield cell("distribution", index), "must not be negative", number, (Fraction(0), None)
        limits = 1 - SUM_TOLERANCE, 1 + SUM_TOLERANCE
        yield "distribution", "must sum to 1", total, limits
        for constraint in self.constraints:
            number = constraint.expression.evaluate(values, INTERVALS)
            yield constraint.key, constraint.rule, number, constraint.ends

    def _stack(self, values: Mapping[str, Interval], points: NDArray[np.int64]) -> Stack:
        """Return the matrices at some points, whatever they are there."""
        values = {name: _taken(number, points) for name, number in values.items()}
        entries, offset = self._entries(values, INTERVALS, interval_of([Fraction(1, 2)]))
        m, n = self.shape
        count = len(points)
        matrices, errors = np.empty((count, m, n)), np.zeros(count)
        for (x, y), entry in _cells(entries):
            middle = entry.lower + (entry.upper - entry.lower) / 2
            middle = np.where(np.abs(middle) < TINY, 0.0, middle)
            matrices[:, x, y] = middle
            errors += up(np.maximum(entry.upper - middle, middle - entry.lower))
        return Stack(
            points=points,
            matrices=matrices,
            errors=errors * (1 + (m * n + 1) * _ROUNDING),
            offsets=_taken(offset, points, count),
        )

    def _entries(self, values: Any, arithmetic: Any, half: Any) -> tuple[list[list[Any]], Any]:
        """Return the matrix entries and the offset in some arithmetic."""
        entries: list[list[Any]] = []
        offset = arithmetic.number(Fraction(0))
        for chances, payoffs in zip(self.distribution, self.payoff, strict=True):
            entries.append([])
            for chance, both in zip(chances, payoffs, strict=True):
                p = chance.evaluate(values, arithmetic)
                equal, different = (u.evaluate(values, arithmetic) for u in both)
                entries[-1].append(p * (equal - different))
                offset = offset + p * (equal + different) * half
        return entries, offset


def _cells(nested: Sequence[Sequence[Any]]) -> Any:
    """Yield index and entry of rows of entries."""
    for x, row in enumerate(nested):
        for y, entry in enumerate(row):
            yield (x, y), entry


def _numbers(nested: Any, values: Any, key: str, problems: list[Problem]) -> Any:
    """Return nested expressions as nested fractions; what has no value is a problem, and 0."""
    if not isinstance(nested, Expression):
        return [_numbers(part, values, f"{key}[{i}]", problems) for i, part in enumerate(nested)]
    try:
        return nested.exact(values)
    except ArithmeticError as error:
        problems.append(without_value(key, nested, error))
        return Fraction(0)


def _taken(number: Interval, points: NDArray[np.int64], count: int | None = None) -> Interval:
    """Return the interval at some points; one that is the same everywhere stays as it is."""
    if count is not None:
        return Interval(*(np.broadcast_to(end, (count,)) for end in (number.lower, number.upper)))
    return number if number.lower.size == 1 else number.at(points)


def _is_finite(stack: Stack) -> NDArray[np.bool_]:
    entries = np.isfinite(stack.matrices).all(axis=(1, 2))
    finite: NDArray[np.bool_] = np.isfinite(stack.errors) & entries & stack.offsets.is_finite
    return finite
