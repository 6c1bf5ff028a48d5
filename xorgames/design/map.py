"""A map: a quantity of a family's games over one or two parameters, with certified curves on it.

Every number is a proven bracket. On top of the numbers come curves, traced by `contour`: the
boundary of the region where entanglement helps, levels of the quantity, and for a hardware design
the games whose requirements it just meets.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.design.contour import Contour, Signs, trace
from xorgames.design.demands import Setting
from xorgames.design.family import Family
from xorgames.design.family_file import load_family
from xorgames.design.grid import Axis, Grid
from xorgames.design.levels import TOLERANCE, Progress, trace_level, wanted_levels
from xorgames.design.map_axes import lay_out
from xorgames.design.quantities import (
    SLOW,
    UNITS,
    Evaluator,
    Values,
    check_quantity,
)
from xorgames.errors import expect
from xorgames.exact import exact_number

FloatArray = NDArray[np.float64]

BOUNDARY = "boundary of the region of advantage"
_SLOW_PART = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class Map:
    """A quantity over a grid.

    Attributes
    ----------
    family, source : str
    fixed : dict of str to str
        Parameters that are neither on an axis nor left out.
    grid : Grid
    quantity, unit : str
    lower, upper : ndarray of float, shape grid.shape
        The brackets; zero where `notes` says why there is no value.
    notes : dict of int to str
        By the number of the point, the last axis varying fastest.
    helps : ndarray of int, shape grid.shape
        Where entanglement helps: 1 proven, -1 refuted, 0 undefined or not decided.
    boundary : Contour
        Of the region where entanglement helps.
    contours : tuple of Contour
        Levels of the quantity, and limits of the hardware design.
    setting : Setting
    """

    family: str
    source: str
    fixed: dict[str, str]
    grid: Grid
    quantity: str
    unit: str
    lower: FloatArray
    upper: FloatArray
    notes: dict[int, str]
    helps: Signs
    boundary: Contour
    contours: tuple[Contour, ...]
    setting: Setting

    @property
    def defined(self) -> NDArray[np.bool_]:
        """Where there is a value, shape grid.shape."""
        defined = np.ones(self.grid.size, dtype=bool)
        defined[list(self.notes)] = False
        return defined.reshape(self.grid.shape)

    @property
    def largest(self) -> int | None:
        """The number of the point with the largest lower end, None if no point has a value."""
        if not self.defined.any():
            return None
        return int(np.where(self.defined, self.lower, -np.inf).argmax())

    @property
    def reasons(self) -> dict[str, int]:
        """Why points have no value, in words without numbers, and how many of them."""
        rules = Counter(note.partition("; received")[0] for note in self.notes.values())
        return dict(rules.most_common())

    def rows(self) -> list[tuple[list[str], str, str, str]]:
        """Return coordinates, lower end, upper end and note of each point, as text."""
        rows = []
        for i, point in enumerate(self.grid.points):
            note = self.notes.get(i, "")
            ends = (float(self.lower.flat[i]), float(self.upper.flat[i]))
            texts = ("", "") if i in self.notes else (repr(ends[0]), repr(ends[1]))
            rows.append(([repr(float(number)) for number in point], *texts, note))
        return rows

    def to_csv(self) -> str:
        """Return the points as CSV: the parameters, `lower` and `upper`.

        A map with points that have no value leaves their cells empty, and has a last column `note`
        that says why.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        extra = ["note"] if self.notes else []
        writer.writerow([*(axis.name for axis in self.grid.axes), "lower", "upper", *extra])
        for point, lower, upper, note in self.rows():
            writer.writerow([*point, lower, upper, *([note] if extra else [])])
        return text.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Return the map as plain data; brackets by point, the last axis varying fastest."""
        defined = self.defined.ravel()

        def numbers(ends: FloatArray) -> list[float | None]:
            return [v if d else None for v, d in zip(ends.ravel().tolist(), defined, strict=True)]

        return {
            "family": self.family,
            "source": self.source,
            "fixed": self.fixed,
            "quantity": self.quantity,
            "unit": self.unit,
            "axes": [axis.to_dict() for axis in self.grid.axes],
            "lower": numbers(self.lower),
            "upper": numbers(self.upper),
            "notes": {str(i): note for i, note in self.notes.items()},
            "advantage": self.helps.ravel().tolist(),
            "boundary": self.boundary.to_dict(),
            "contours": [contour.to_dict() for contour in self.contours],
            "setting": self.setting.to_dict(),
        }

    def to_json(self) -> str:
        """Return the map as JSON."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False) + "\n"


def compute_map(
    family: Family | str | Path,
    axes: Sequence[Axis | str] | Axis | str,
    *,
    quantity: str = "gap",
    at: Mapping[str, Any] | None = None,
    setting: Setting | None = None,
    levels: Sequence[float] = (),
    progress: Progress | None = None,
) -> Map:
    """Return a quantity of a family's games over one or two parameters.

    Parameters
    ----------
    family : Family, or what `load_family` reads
    axes : one or two of Axis or str
        Such as "p=0:1:101"; "p=0:1" and "p", within the family's bounds, leave the number of
        values to `map_axes.POINTS`.
    quantity : str
        One of `quantities.QUANTITIES`.
    at : mapping, optional
        Values for parameters without an axis.
    setting : Setting, optional
        Conditions and design; with a design its limits are drawn.
    levels : sequence of float
        Levels of the quantity to be drawn.
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        If a name, a number or an axis does not fit.

    Examples
    --------
    >>> found = compute_map("hft", ["p=0.3:0.5:3", "beta=0:0.3:2"])
    >>> print(found.to_csv().splitlines()[0]), found.lower[0, 0].round(9)
    p,beta,lower,upper
    (None, np.float64(0.000121933))
    """
    if not isinstance(family, Family):
        family = load_family(family)
    setting = Setting() if setting is None else setting
    expect(setting, Setting, key="setting")
    expect(levels, (list, tuple, np.ndarray), key="levels")
    check_quantity(quantity, setting)
    family, grid = lay_out(family, axes, at=at, slow=quantity in SLOW)
    levels = [float(exact_number(level, key="level")) for level in levels]
    evaluator = Evaluator(family, [axis.name for axis in grid.axes], setting)
    tell = progress or (lambda _what, _done, _total: None)
    with_limit = [] if setting.design is None else ["critical-infidelity"]
    found = _all_values(evaluator, grid, dict.fromkeys([quantity, *with_limit]), tell)
    values = found[quantity]
    helps = values.helps.reshape(grid.shape)
    tell("tracing the boundary", 0, 1)
    boundary = trace(grid, helps, evaluator.helps, label=BOUNDARY, tolerance=TOLERANCE)
    tell("tracing the boundary", 1, 1)
    return Map(
        family=family.name,
        source=family.source,
        fixed={name: str(value) for name, value in family.fixed.items()},
        grid=grid,
        quantity=quantity,
        unit=UNITS.get(quantity, ""),
        lower=values.lower.reshape(grid.shape),
        upper=values.upper.reshape(grid.shape),
        notes=dict(sorted(values.notes.items())),
        helps=helps,
        boundary=boundary,
        contours=tuple(
            trace_level(evaluator, grid, found, level, tell)
            for level in wanted_levels(quantity, levels, setting)
        ),
        setting=setting,
    )


def _all_values(
    evaluator: Evaluator, grid: Grid, quantities: Iterable[str], tell: Progress
) -> dict[str, Values]:
    """Compute the points in parts, so that progress is seen and Ctrl-C heard."""
    wanted = list(quantities)
    size = _SLOW_PART if set(wanted) & set(SLOW) else evaluator.together(grid.points)
    parts: list[dict[str, Values]] = []
    for first in range(0, grid.size, size):
        tell(wanted[0], first, grid.size)
        parts.append(evaluator.many(grid.points[first : first + size], wanted))
    tell(wanted[0], grid.size, grid.size)
    return {quantity: _joined([part[quantity] for part in parts]) for quantity in wanted}


def _joined(parts: Sequence[Values]) -> Values:
    notes: dict[int, str] = {}
    first = 0
    for part in parts:
        notes |= {first + i: note for i, note in part.notes.items()}
        first += len(part.lower)
    return Values(
        lower=np.concatenate([part.lower for part in parts]),
        upper=np.concatenate([part.upper for part in parts]),
        notes=notes,
        helps=np.concatenate([part.helps for part in parts]),
    )
