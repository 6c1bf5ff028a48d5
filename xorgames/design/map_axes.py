"""What a map runs over: one or two parameters of a family over a grid, the others settled."""

from collections.abc import Mapping, Sequence
from typing import Any

from xorgames.design.family import Family
from xorgames.design.grid import Axis, Grid, make_axis, parse_axis
from xorgames.errors import InputError, Problem, expect, reject

#: Values of an axis that does not say how many: of a plane or not, of a slow quantity or not.
POINTS = {(True, False): 101, (False, False): 401, (True, True): 21, (False, True): 41}


def lay_out(
    family: Family,
    axes: Sequence[Axis | str] | Axis | str,
    *,
    at: Mapping[str, Any] | None,
    slow: bool,
) -> tuple[Family, Grid]:
    """Return the family with all parameters settled that are not on an axis, and the grid.

    Parameters
    ----------
    family : Family
    axes : one or two of Axis or str
    at : mapping, optional
        Values for parameters without an axis.
    slow : bool
        Whether a point takes long: then axes that do not say so have few.

    Raises
    ------
    InputError
        With everything that is wrong with the axes, or what is wrong with a value.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> family, grid = lay_out(load_family("hft"), "p=0:1/2:3", at={"beta": 0}, slow=False)
    >>> family.fixed["beta"], grid.shape
    (Fraction(0, 1), (3,))
    """
    at = {} if at is None else at
    expect(at, Mapping, key="at")
    axes = [axes] if isinstance(axes, str | Axis) else axes
    expect(axes, (list, tuple), key="axes")
    count = POINTS[len(axes) == 2, slow]
    found: list[Axis] = []
    problems: list[Problem] = []
    for axis in axes:
        try:
            found.append(_axis(axis, family, count))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    grid = Grid(tuple(found))
    _check(grid, family, at)
    return family.fix(**at), grid


def _axis(given: Axis | str, family: Family, count: int) -> Axis:
    """Read an axis; a name alone stands for the whole range of the parameter."""
    expect(given, (Axis, str), key="axes")
    if isinstance(given, Axis):
        family.parameter(given.name, key="axes")
        return _checked(given)
    name = given.partition("=")[0].strip().replace("-", "_")
    parameter = family.parameter(name, key="axes")
    return parse_axis(given, count=count, limits=(parameter.lower, parameter.upper))


def _checked(axis: Axis) -> Axis:
    """Refuse values that are not evenly spaced: a figure could not show them."""
    values = axis.values or (0, 0)
    even = make_axis(axis.name, values[0], values[-1], len(values))
    if even != axis:
        cure = "make_axis makes such"
        reject("axes", "must be evenly spaced", received=f"other values of {axis.name}", cure=cure)
    return even


def _check(grid: Grid, family: Family, at: Mapping[str, Any]) -> None:
    """Refuse values out of bounds, and parameters with an axis and a value."""
    problems: list[Problem] = []
    for axis in grid.axes:
        parameter = family.parameter(axis.name, key="axes")
        ends = f"{axis.values[0]}:{axis.values[-1]}"
        if not (parameter.admits(axis.values[0]) and parameter.admits(axis.values[-1])):
            rule = f"must stay within {parameter.limits}"
            problems.append(Problem(key=axis.name, rule=rule, received=ends))
        if axis.name in at:
            rule = "must be given once"
            problems.append(Problem(key=axis.name, rule=rule, received="an axis and a value"))
    if problems:
        raise InputError(problems)
