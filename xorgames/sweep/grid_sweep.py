"""All combinations of the values of some parameters of a family, each a row of proven brackets."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from xorgames.design.demands import Setting
from xorgames.design.family import Family
from xorgames.design.quantities import SLOW, Evaluator, Values, check_quantity
from xorgames.errors import SolverError, TooLargeError, reject
from xorgames.sweep.rows import ERROR, ID, NOTE
from xorgames.sweep.run import MOST_IN_CHUNK, Chunk, Rows, Task

#: The version of what an id stands for.
_VERSION = 1
#: Rounds, rate and margin take seconds after points without an advantage that take none.
_SLOW_CHUNK = 4


@dataclass(frozen=True, kw_only=True)
class GridSweep:
    """Quantities of a family's games at all points of a grid.

    Parameters
    ----------
    family : Family
    definition : Any
        What the family was read from, as JSON data: it goes into the ids.
    grid : mapping
        For each parameter its values.
    quantities : sequence of str
        See `xorgames.design.quantities`.
    setting : Setting

    Raises
    ------
    InputError
        If a parameter, a value or a quantity does not fit.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> half, third = Fraction(1, 2), Fraction(1, 3)
    >>> sweep = GridSweep(family=load_family("hft:beta=0"), definition="hft:beta=0",
    ...                   grid={"p": [half, third]}, quantities=["gap"], setting=Setting())
    >>> rows = sweep(list(sweep.tasks()))
    >>> [row["p"] for row in rows], rows[0]["gap_lower"][:8]
    (['0.5', '0.3333333333333333'], '0.103553')
    """

    family: Family
    definition: Any
    grid: Mapping[str, Sequence[Fraction]]
    quantities: Sequence[str]
    setting: Setting

    def __post_init__(self) -> None:
        """Refuse what could not be computed anywhere."""
        for quantity in self.quantities:
            check_quantity(quantity, self.setting)
        for name, values in self.grid.items():
            if self.columns.count(name) > 1:
                reject(f"grid.{name}", "must not be named as another column", received=name)
            parameter = self.family.parameter(name, key="grid")
            for value in values:
                if not parameter.admits(value):
                    reject(f"grid.{name}", f"must lie in {parameter.limits}", received=value)
        # A point lacks no parameter, or all of them do.
        self.family.matrices({name: values[:1] for name, values in self.grid.items()})

    @property
    def columns(self) -> tuple[str, ...]:
        """The header of the rows."""
        ends = [f"{quantity}_{end}" for quantity in self.quantities for end in ("lower", "upper")]
        return (ID, *self.grid, *ends, NOTE, ERROR)

    @property
    def work(self) -> "GridSweep":
        """The same without values, of which a long axis has many: the tasks bring theirs."""
        return replace(self, grid=dict.fromkeys(self.grid, ()))

    @property
    def largest_chunk(self) -> int:
        """How many points are sent out together at most."""
        return _SLOW_CHUNK if set(self.quantities) & set(SLOW) else MOST_IN_CHUNK

    @property
    def total(self) -> int:
        """How many points there are."""
        return math.prod(len(values) for values in self.grid.values())

    def tasks(self) -> Iterator[Task]:
        """Yield the points, the last parameter varying fastest."""
        known = {
            "version": _VERSION,
            "family": self.definition,
            "quantities": list(self.quantities),
            "setting": self.setting.to_dict(),
        }
        start = hashlib.sha256(json.dumps(known, sort_keys=True, default=str).encode())
        for point in product(*self.grid.values()):
            parameters = {name: str(value) for name, value in zip(self.grid, point, strict=True)}
            digest = start.copy()
            digest.update(json.dumps(parameters, sort_keys=True).encode())
            yield Task(digest.hexdigest(), parameters)

    def __call__(self, chunk: Chunk) -> Rows:
        """Return the rows of some points."""
        points = [tuple(Fraction(task.parameters[name]) for name in self.grid) for task in chunk]
        try:
            return self._rows(points)
        except (SolverError, TooLargeError) as error:
            if len(points) == 1:
                return [self._failed(points[0], str(error))]
        return [row for task in chunk for row in self([task])]

    def _rows(self, points: Sequence[tuple[Fraction, ...]]) -> Rows:
        # Where entanglement is of no use a gap from 0 to 1e-12 says enough, at a hundredth of the
        # time that the proof of equality takes.
        found = self._evaluator.many(points, self.quantities, decide=False)
        return [self._start(point) | self._cells(found, i) for i, point in enumerate(points)]

    def _start(self, point: tuple[Fraction, ...]) -> dict[str, str]:
        return {name: repr(float(x)) for name, x in zip(self.grid, point, strict=True)}

    def _cells(self, found: Mapping[str, Values], number: int) -> dict[str, str]:
        cells, notes = {}, []
        for quantity, values in found.items():
            note = values.notes.get(number)
            if note is None:
                ends = repr(float(values.lower[number])), repr(float(values.upper[number]))
            else:
                ends = "", ""
                notes.append(note)
            cells[f"{quantity}_lower"], cells[f"{quantity}_upper"] = ends
        return cells | {NOTE: "; ".join(dict.fromkeys(notes)), ERROR: ""}

    def _failed(self, point: tuple[Fraction, ...], error: str) -> dict[str, str]:
        empty = dict.fromkeys(self.columns[1:], "")
        return empty | self._start(point) | {ERROR: error}

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self.family, tuple(self.grid), self.setting)
