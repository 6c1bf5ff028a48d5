"""The best game of a family: searched for, certified, and compared with what one came with."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.designed import Designed
from xorgames.design.envelope import FamilySpace
from xorgames.design.family import Family
from xorgames.design.family_file import load_family
from xorgames.design.family_limit import FamilyLimit, family_limit
from xorgames.design.judge import Judge, Point
from xorgames.design.objectives import Objective, Subject, objective_of, parse_subjects
from xorgames.design.quantities import Evaluator
from xorgames.design.search import Progress, search
from xorgames.errors import InputError, Problem, expect, reject
from xorgames.exact import exact_number

Box = list[tuple[Fraction, Fraction]]
_RANGE = "write name=from:to, such as p=0.1:0.9"


def optimise(
    family: Family | str | Path,
    *,
    maximise: str | None = None,
    minimise: str | None = None,
    vary: Mapping[str, Sequence[Any]] | Sequence[str] | None = None,
    subject: Sequence[str] = (),
    setting: Setting | None = None,
    rng: int | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Designed:
    """Return the best game of a family that is found, certified.

    Parameters
    ----------
    family : Family, or what `load_family` reads
    maximise : {"gap", "ratio", "critical-infidelity", "margin"}
    minimise : {"rounds", "rate"}
        One of the two.
    vary : mapping of str to pair, or sequence of str, optional
        The parameters to choose, each with its range: {"p": (0.1, 0.9)} or ["p=0.1:0.9"]. By
        default all that are open, within the family's bounds; the others keep their default.
    subject : sequence of str
        Conditions: see `objectives`.
    setting : Setting, optional
        Conditions and design, for rounds, rate, margin and "pass".
    rng : int or numpy.random.Generator
        For starting points.
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        If a name, a number or a range does not fit, or no game is found that meets the subjects.

    Notes
    -----
    The value is proven; that no other game of the family is better is not, except as far as
    `limit` goes: a limit is computed for up to three parameters of a family given by expressions,
    and of load_balancing and lctc.
    Parameters are shortened as long as the proven objective does not fall by more than a millionth
    of itself. References: Danskin's envelope theorem, doi:10.1137/0114053.

    Examples
    --------
    >>> found = optimise("hft", maximise="gap", vary=["p=0.2:0.6", "beta=0:0.4"])
    >>> {name: str(number) for name, number in found.parameters.items()}, found.value.display(6)
    ({'p': '1/2', 'beta': '0'}, '0.103553 … 0.103554')
    """
    if not isinstance(family, Family):
        family = load_family(family)
    setting = Setting() if setting is None else setting
    expect(setting, Setting, key="setting")
    objective = objective_of(maximise, minimise, setting)
    subjects = parse_subjects(subject, setting)
    names, box = _box(family, vary)
    default = _default(family, names, box)
    space = FamilySpace(family, names, box)
    judge = Judge(space, objective, subjects, setting)
    tell = progress or (lambda _what, _done, _total: None)
    evaluator = Evaluator(family, names, setting)
    found = search(judge, evaluator.many, default, rng=rng, tell=tell)
    value, note, solved = _of_default(space, objective, subjects, setting, default)
    assert found.best.value is not None
    assert found.best.solution is not None
    return Designed(
        games=family,
        ranges=dict(zip(names, box, strict=True)),
        objective=objective,
        subjects=subjects,
        parameters=dict(zip(names, found.best.point, strict=True)),
        value=found.best.value,
        default=dict(zip(names, default, strict=True)),
        default_value=value,
        default_note=note,
        limit=_limit(space, objective, subjects, found.best.value, tell),
        evaluations=found.evaluations + solved,
        solution=found.best.solution,
        setting=setting,
    )


def _of_default(
    space: FamilySpace,
    objective: Objective,
    subjects: Sequence[Subject],
    setting: Setting,
    point: Point,
) -> tuple[Bound | None, str, int]:
    """Return the objective at the default whatever the subjects, and what is missed there."""
    plain = Judge(space, objective, (), setting)
    judged = plain(point)
    notes = list(judged.problems)
    if judged.solution is not None:
        missed = (subject.shortfall(judged.solution, setting) for subject in subjects)
        notes += [problem for problem in missed if problem is not None]
    return judged.value, "; ".join(notes), plain.evaluations


def _limit(
    space: FamilySpace,
    objective: Objective,
    subjects: Sequence[Subject],
    value: Bound,
    tell: Progress,
) -> FamilyLimit | None:
    """Return a proven limit where there is a way to one."""
    if not objective.is_fast:
        return None
    limit = family_limit(
        space.family,
        space.names,
        list(zip(space.low, space.high, strict=True)),
        quantity=objective.quantity,
        known=value.upper,
        subjects=[subject for subject in subjects if subject.is_fast],
        tell=tell,
    )
    return limit if limit is not None and np.isfinite(limit.upper) else None


def _default(family: Family, names: Sequence[str], box: Box) -> Point:
    """Return the family's defaults inside the ranges; without one the middle of the range."""
    point = []
    for name, (low, high) in zip(names, box, strict=True):
        given = family.parameter(name).default
        point.append((low + high) / 2 if given is None else min(max(given, low), high))
    return tuple(point)


def _box(
    family: Family, vary: Mapping[str, Sequence[Any]] | Sequence[str] | None
) -> tuple[list[str], Box]:
    """Return the names of the varied parameters, and their ranges."""
    if vary is None:
        ranges: Mapping[str, Any] = {parameter.name: None for parameter in family.parameters}
    else:
        ranges = vary if isinstance(vary, Mapping) else parse_ranges(vary)
    if not ranges:
        reject("vary", "must name a parameter that is open", received="none")
    problems: list[Problem] = []
    box: Box = []
    for name, ends in ranges.items():
        try:
            box.append(_range(family, name, ends))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return list(ranges), box


def _range(family: Family, name: str, ends: Any) -> tuple[Fraction, Fraction]:
    parameter = family.parameter(name, key="vary")
    if ends is None:
        if parameter.lower is None or parameter.upper is None:
            reject(name, "must have a range: the family gives no bounds", cure=_RANGE)
        return parameter.lower, parameter.upper
    if isinstance(ends, str) or not isinstance(ends, Sequence) or len(ends) != 2:
        reject(name, "must have a range of two numbers", received=repr(ends), cure=_RANGE)
    low, high = (exact_number(end, key=name) for end in ends)
    if not low < high:
        reject(name, "must have a range that rises", received=f"{low}:{high}", cure=_RANGE)
    if not (parameter.admits(low) and parameter.admits(high)):
        reject(name, f"must stay within {parameter.limits}", received=f"{low}:{high}")
    return low, high


def parse_ranges(texts: Sequence[str]) -> dict[str, tuple[str, str] | None]:
    """Return the ranges that texts such as "p=0.1:0.9" describe; a name alone has its bounds.

    Raises
    ------
    InputError
        If one is not of that form, or a parameter is given twice.

    Examples
    --------
    >>> parse_ranges(["p=0.1:0.9", "beta"])
    {'p': ('0.1', '0.9'), 'beta': None}
    """
    ranges: dict[str, tuple[str, str] | None] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        name, equals, rest = str(text).partition("=")
        parts = [part.strip() for part in rest.split(":")]
        if not name.strip() or (equals and (len(parts) != 2 or not all(parts))):
            reject("vary", "is not well formed", received=repr(text), cure=_RANGE)
        key = name.strip().replace("-", "_")
        if key in ranges:
            reject("vary", f"must give {key} once", received=repr(text))
        ranges[key] = (parts[0], parts[1]) if equals else None
    return ranges
