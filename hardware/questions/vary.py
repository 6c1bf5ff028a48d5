"""Sweeps: what a design achieves, and by what margins, while one or two of its numbers vary.

Every point is evaluated for itself, and checked for itself where there is a game.
"""

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.hardware.design import Design
from xorgames.hardware.keys import MODELS
from xorgames.hardware.parameters import read_number
from xorgames.hardware.performance import Performance
from xorgames.hardware.questions.trials import CIRCUMSTANCES, Trials
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.verdict import Verdict
from xorgames.units import unit_of

if TYPE_CHECKING:
    from xorgames.solvers.workers import Progress

#: More points than this in one sweep are refused.
MOST_POINTS = 100_000


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of a sweep.

    Attributes
    ----------
    numbers : dict
        The numbers that vary, by name.
    performance : Performance
    verdict : Verdict or None
        None without a game.
    """

    numbers: dict[str, float]
    performance: Performance
    verdict: Verdict | None

    def figures(self) -> dict[str, float | str]:
        """Return everything known of the point by name: numbers, figures, margins, verdict."""
        named = {part.name: getattr(self.performance, part.name) for part in fields(Performance)}
        row: dict[str, float | str] = {
            name: value
            for name, value in named.items()
            if isinstance(value, int | float) and name not in self.numbers
        }
        if self.verdict is not None:
            for criterion in self.verdict.criteria:
                if criterion.margin is not None:
                    row[f"{criterion.name}_margin"] = criterion.margin
            row["verdict"] = self.verdict.verdict
        return {**self.numbers, **row}


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """The points of a sweep, the first number varying slowest.

    Attributes
    ----------
    design, profile : str
    values : dict
        The values of each number that varies, as given.
    points : tuple of Point
        One for each combination.
    """

    design: str
    profile: str
    values: dict[str, tuple[float, ...]]
    points: tuple[Point, ...]

    def to_csv(self) -> str:
        """Return one row for each point; a figure that is unknown there is left empty."""
        rows = [point.figures() for point in self.points]
        names = list(dict.fromkeys(name for row in rows for name in row))
        if "verdict" in names:
            names.append(names.pop(names.index("verdict")))
        text = io.StringIO()
        table = csv.DictWriter(text, names, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        return text.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Return the sweep with one dictionary for each point."""
        return {
            "design": self.design,
            "profile": self.profile,
            "values": {name: list(values) for name, values in self.values.items()},
            "points": [point.figures() for point in self.points],
        }


def vary(
    design: Design,
    values: Mapping[str, Iterable[Any]],
    *,
    requirements: Requirements | None = None,
    distance_m: float | None = None,
    profile: str | None = None,
    progress: "Progress | None" = None,
) -> Sweep:
    """Evaluate a design while one or two numbers vary.

    Parameters
    ----------
    design : Design
    values : mapping
        One or two names, each with the values to take, as a design file writes them. A name is one
        of the design, or `distance_m`, the parties' distance; with requirements also `window_s`
        or `local_time_s` of their conditions.
    requirements : Requirements, optional
        Of a game: then every point is checked, at the distance of the conditions.
    distance_m : float, optional
        Another distance than that of the conditions, or of the design.
    profile : str, optional
        See `Design.evaluate`.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    InputError
        If a name or a value is not allowed; the point is named.

    Examples
    --------
    >>> import xorgames as xg
    >>> sweep = vary(xg.load_design("yb_cavity"), {"atoms": [100, 250, 500]})
    >>> [round(point.performance.rate_hz) for point in sweep.points]
    [2968, 7420, 12314]
    """
    expect(design, Design, key="design", cure="load_design reads one")
    if requirements is not None:
        expect(requirements, Requirements, key="requirements", cure="require makes them")
    given = _read(design, values, circumstances=requirements is not None)
    size = math.prod(len(numbers) for numbers in given.values())
    if size > MOST_POINTS:
        rule = f"must not make more than {MOST_POINTS} points"
        reject("values", rule, received=str(size), cure="take fewer values")
    # Once, so that a wrong distance or profile is not blamed on the first point.
    first = design.evaluate(distance_m=distance_m, profile=profile)
    if requirements is not None and distance_m is not None:
        conditions = replace(requirements.conditions, distance_m=distance_m)
        requirements = replace(requirements, conditions=conditions)
    trials = None if requirements is None else Trials(requirements, design, profile=first.profile)
    points = []
    for numbers in product(*given.values()):
        changes = dict(zip(given, numbers, strict=True))
        try:
            if trials is None:
                performance, verdict = _performance(design, changes, distance_m, profile), None
            else:
                verdict = trials.verdict(changes)
                performance = verdict.performance
        except InputError as error:
            raise _at(error, changes) from None
        points.append(Point(numbers=changes, performance=performance, verdict=verdict))
        if progress is not None:
            progress(len(points), size)
    return Sweep(design=design.name, profile=first.profile, values=given, points=tuple(points))


def _performance(
    design: Design, changes: dict[str, float], distance_m: float | None, profile: str | None
) -> Performance:
    inside = {name: number for name, number in changes.items() if name != "distance_m"}
    changed = design.replace(**inside) if inside else design
    return changed.evaluate(distance_m=changes.get("distance_m", distance_m), profile=profile)


def _read(
    design: Design, values: Mapping[str, Iterable[Any]], *, circumstances: bool
) -> dict[str, tuple[float, ...]]:
    """Return the numbers of each name; whether each is allowed is asked at its point."""
    if not isinstance(values, Mapping) or not 1 <= len(values) <= 2:
        received = f"{len(values)} names" if isinstance(values, Mapping) else repr(values)
        cure = '{"atoms": [100, 250, 500]}'
        reject("values", "must hold one or two names with values", received=received, cure=cure)
    outside = CIRCUMSTANCES if circumstances else CIRCUMSTANCES[:1]
    known = list(dict.fromkeys([*outside, *MODELS[design.model]]))
    problems: list[Problem] = []
    given: dict[str, tuple[float, ...]] = {}
    for name, numbers in values.items():
        if name not in known:
            rule = f"is not a number of {design.name}"
            problems.append(Problem(key=str(name), rule=rule, cure=near_name(str(name), known)))
            continue
        try:
            given[name] = _numbers(name, numbers)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return given


def _numbers(name: str, numbers: Any) -> tuple[float, ...]:
    if isinstance(numbers, str | Mapping) or not isinstance(numbers, Iterable):
        reject(name, "must come with a list of values", received=repr(numbers))
    read = [float(read_number(number, key=name, unit=unit_of(name))) for number in numbers]
    if not read:
        reject(name, "must come with at least one value", received="an empty list")
    return tuple(int(number) if number.is_integer() else number for number in read)


def _at(error: InputError, changes: Mapping[str, float]) -> InputError:
    """Return an error that says at which point of the sweep it arose."""
    place = ", ".join(f"{name} = {number:g}" for name, number in changes.items())
    return InputError(
        Problem(key=p.key, rule=f"{p.rule} (at {place})", received=p.received, cure=p.cure)
        for p in error.problems
    )
