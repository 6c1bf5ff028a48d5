"""The points of a map: one or two parameters, each over evenly spaced values."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from xorgames.errors import reject
from xorgames.exact import exact_number

#: More points than this are refused: a typing error, or work for a sweep.
MOST_POINTS = 1_000_000
_FORM = "write name=start:stop:count, such as p=0:1:101"


@dataclass(frozen=True)
class Axis:
    """One parameter and its values, in increasing order.

    Examples
    --------
    >>> axis = parse_axis("p=0:1/2:3")
    >>> axis.name, [str(value) for value in axis.values], str(axis.at(Fraction(1, 2)))
    ('p', ['0', '1/4', '1/2'], '1/8')
    """

    name: str
    values: tuple[Fraction, ...]

    def at(self, place: Fraction | int) -> Fraction:
        """Return the value at a place between the numbers of two values: 1/2 is half way."""
        before = min(int(place), len(self.values) - 2)
        step = self.values[before + 1] - self.values[before]
        return self.values[before] + (place - before) * step

    def to_dict(self) -> dict[str, Any]:
        """Return the axis as text and numbers; start and stop exactly."""
        start, stop = str(self.values[0]), str(self.values[-1])
        return {"name": self.name, "start": start, "stop": stop, "count": len(self.values)}


def make_axis(name: str, start: Any, stop: Any, count: int, *, key: str = "axes") -> Axis:
    """Return `count` evenly spaced values from start to stop, exactly.

    Raises
    ------
    InputError
        If the numbers are not in order, or fewer than two values are asked for.
    """
    first, last = exact_number(start, key=key), exact_number(stop, key=key)
    if not first < last:
        reject(key, "must have start below stop", received=f"{start}:{stop}", cure=_FORM)
    if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= MOST_POINTS:
        reject(key, f"must have from 2 to {MOST_POINTS} values", received=count, cure=_FORM)
    step = (last - first) / (count - 1)
    return Axis(name, tuple(first + i * step for i in range(count)))


def parse_axis(
    text: str,
    *,
    key: str = "axes",
    count: int = 101,
    limits: tuple[Fraction | None, Fraction | None] = (None, None),
) -> Axis:
    """Return the axis that a text such as "p=0:1:101" describes.

    Parameters
    ----------
    text : str
        name=start:stop:count, or name=start:stop, or the name alone.
    key : str
        What the text is called where it was given, for the error.
    count : int
        The number of values where the text does not say it.
    limits : pair of Fraction or None
        Start and stop for a name alone.

    Raises
    ------
    InputError
        If it is not of that form.
    """
    name, equals, rest = text.partition("=")
    parts: list[Any] = rest.split(":")
    if not equals and None not in limits:
        parts = [*limits]
    if not name.strip() or len(parts) not in (2, 3):
        reject(key, "is not well formed", received=repr(text), cure=_FORM)
    try:
        number = int(parts[2]) if len(parts) == 3 else count
    except ValueError:
        reject(key, "must have a whole number of values", received=repr(parts[2]), cure=_FORM)
    return make_axis(name.strip().replace("-", "_"), parts[0], parts[1], number, key=key)


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of one or two axes; the last axis varies fastest.

    Raises
    ------
    InputError
        If there are no or too many axes, two of one name, or too many points.
    """

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        """Refuse what no map can show."""
        names = [axis.name for axis in self.axes]
        if len(names) not in (1, 2):
            reject("axes", "must be one or two", received=len(names))
        if len(set(names)) != len(names):
            reject("axes", "must be different parameters", received=" and ".join(names))
        if self.size > MOST_POINTS:
            reject("axes", f"must have at most {MOST_POINTS} points together", received=self.size)

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(axis.values) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many points there are."""
        size = 1
        for axis in self.axes:
            size *= len(axis.values)
        return size

    @cached_property
    def points(self) -> list[tuple[Fraction, ...]]:
        """The coordinates of all points."""
        return list(product(*(axis.values for axis in self.axes)))

    def columns(self, points: Sequence[tuple[Fraction, ...]]) -> dict[str, list[Fraction]]:
        """Return the coordinates of some points by parameter, as `Family.matrices` takes them."""
        return {axis.name: [point[i] for point in points] for i, axis in enumerate(self.axes)}


def parse_values(texts: Sequence[str], *, key: str) -> dict[str, str]:
    """Return the parameters of texts such as "beta=0.3".

    Raises
    ------
    InputError
        If one is not of that form, or a parameter is given twice.

    Examples
    --------
    >>> parse_values(["beta=0.3", "p=1/2"], key="--at")
    {'beta': '0.3', 'p': '1/2'}
    """
    values: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            reject(key, "is not well formed", received=repr(text), cure="write name=value")
        name = name.replace("-", "_")
        if name in values:
            reject(key, f"must give {name} once", received=repr(text))
        values[name] = value
    return values
