"""What a scenario says, checked: whoever writes one makes mistakes, and is told which.

What goes in cannot be changed by a scenario's own functions, and what comes out must be numbers,
as many as there are rounds. Errors inside those functions are left as they are.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, expect, reject
from xorgames.rules import MAX_INPUTS
from xorgames.scenarios.result import Measure
from xorgames.scenarios.scenario import Scenario
from xorgames.strategy import DeterministicStrategy

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Players that there are in every scenario: a rule must have another name.
RESERVED = ("classical", "quantum", "machine", "omniscient", "communicating")

#: Numbers may be as large as this, so that sums of their squares are numbers too.
_LARGEST = 1e100


def check_scenario(scenario: Any) -> None:
    """Refuse what is no scenario, or one without a name, a shape or measures.

    Examples
    --------
    >>> class Nameless(Scenario):
    ...     shape = (2, 2.5)
    >>> check_scenario(Nameless())
    Traceback (most recent call last):
    xorgames.errors.InputError: `name` must be a text; received nothing.
    `shape` must be two whole numbers from 1 to 1024, for Alice and Bob; received (2, 2.5).
    """
    if isinstance(scenario, type):
        cure = f"make one: {scenario.__name__}(...)"
        reject("scenario", "must be a scenario itself", received="a class", cure=cure)
    cure = "inherit from xorgames.scenarios.scenario.Scenario"
    expect(scenario, Scenario, key="scenario", cure=cure)
    problems = []
    name, shape = (getattr(scenario, key, None) for key in ("name", "shape"))
    if not (isinstance(name, str) and name):
        problems.append(Problem(key="name", rule="must be a text", received=_shown(name)))
    if not _is_shape(shape):
        rule = f"must be two whole numbers from 1 to {MAX_INPUTS}, for Alice and Bob"
        problems.append(Problem(key="shape", rule=rule, received=_shown(shape)))
    problems += _about_measures(scenario.measures)
    if problems:
        raise InputError(problems)


def checked_rules(scenario: Scenario) -> dict[str, DeterministicStrategy]:
    """Return the simple strategies of a scenario by name, after checking every bit."""
    given, problems, rules = scenario.rules(), [], {}
    expect(given, Mapping, key="rules")
    for name, answers in given.items():
        if name in RESERVED:
            rule = "must not have the name of a player that there is in any case"
            problems.append(Problem(key=f"rules: {name}", rule=rule, cure="rename it"))
        bits = [_as_array(each) for each in answers] if isinstance(answers, tuple | list) else []
        fits = tuple(each.shape for each in bits) == tuple((count,) for count in scenario.shape)
        if fits and all(each.dtype.kind in "iu" and ((each | 1) == 1).all() for each in bits):
            rules[name] = DeterministicStrategy(a=bits[0], b=bits[1])
        else:
            rule = "must be {} bits for Alice and {} for Bob, each 0 or 1".format(*scenario.shape)
            problems.append(Problem(key=f"rules: {name}", rule=rule, received=str(answers)))
    if problems:
        raise InputError(problems)
    return rules


def checked_cells(seen: Any, shape: tuple[int, int], rounds: int) -> IntArray:
    """Return the number of each round's cell, after checking what a scenario drew.

    From here on nothing that was drawn can be changed.
    """
    inputs = []
    for key, count in zip("xy", shape, strict=True):
        values = getattr(seen, key, None)
        rule = "must be whole numbers, one for each round"
        if not isinstance(values, np.ndarray):
            cure = "return Rounds(x=..., y=...) with arrays"
            reject(f"draw: {key}", rule, received=_shown(values), cure=cure)
        if values.dtype.kind not in "iu" or values.ndim != 1:
            reject(f"draw: {key}", rule, received=_kind(values))
        if values.size and not (values.min() >= 0 and values.max() < count):
            received = f"{values.min()} to {values.max()}"
            reject(f"draw: {key}", f"must be from 0 to {count - 1}", received=received)
        inputs.append(values.astype(np.int64))
    x, y = inputs
    if len(x) != len(y):
        reject("draw: y", "must be as many as x", received=f"{len(y)} for {len(x)}")
    if len(x) != rounds:
        reject(
            "draw: x", "must be as many as the rounds asked for", received=f"{len(x)} for {rounds}"
        )
    for each in vars(seen).values() if hasattr(seen, "__dict__") else ():
        if isinstance(each, np.ndarray):
            each.setflags(write=False)
    return np.asarray(x * shape[1] + y)


def checked_values(given: Any, rounds: int, *, key: str) -> FloatArray:
    """Return one finite number for each round.

    Examples
    --------
    >>> checked_values([True, False], 2, key="cost")
    array([1., 0.])
    """
    values = _as_array(given)
    if values.shape != (rounds,) or values.dtype.kind not in "iufb":
        reject(key, "must be one number for each round", received=_kind(values))
    numbers = values.astype(np.float64)
    wrong = numbers[~(np.abs(numbers) <= _LARGEST)]
    if wrong.size:
        finite = np.isfinite(wrong[0])
        rule = f"must not exceed {_LARGEST:g} in size" if finite else "must be finite"
        reject(key, rule, received=f"{wrong[0]:g}")
    return numbers


def checked_quantities(given: Any, rounds: int) -> dict[str, FloatArray]:
    """Return what is added up by name: one finite number for each round."""
    expect(given, Mapping, key="quantities", cure="return them by name, as a dict")
    return {
        name: checked_values(values, rounds, key=f"quantities: {name}")
        for name, values in given.items()
    }


def _is_shape(shape: Any) -> bool:
    sides = tuple(shape) if isinstance(shape, tuple | list | np.ndarray) else ()
    whole = all(isinstance(n, int | np.integer) and not isinstance(n, bool) for n in sides)
    return len(sides) == 2 and whole and all(1 <= n <= MAX_INPUTS for n in sides)


def _about_measures(measures: Any) -> list[Problem]:
    """Return what is wrong with what an operator is to look at."""
    each_one = isinstance(measures, tuple | list) and len(measures) > 0
    if not (each_one and all(isinstance(each, Measure) for each in measures)):
        rule = "must be one Measure or more, in a tuple"
        return [Problem(key="measures", rule=rule, received=_shown(measures))]
    names = [each.name for each in measures]
    twice = sorted({name for name in names if names.count(name) > 1})
    rule = "must have a name each"
    return [Problem(key="measures", rule=rule, received=f"{name} twice") for name in twice]


def _as_array(given: Any) -> NDArray[Any]:
    """Return an array; one of objects where there is none."""
    try:
        return np.asarray(given)
    except ValueError:
        return np.array(None)


def _kind(values: NDArray[Any]) -> str:
    return f"{values.dtype.name} of shape {values.shape}"


def _shown(given: Any) -> str:
    if given is None:
        return "nothing"
    return repr(given) if isinstance(given, tuple | str | int | float) else type(given).__name__
