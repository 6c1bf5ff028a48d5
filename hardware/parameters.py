"""The rules of the numbers that a user writes: key, unit, range; checked all at once.

The key's suffix states the unit (`window_s`). A number is written plain, in that unit; as text with
a unit, "10 ms"; or, in a design file, as a table {value = ..., source = "...", uncertainty = ...},
the last a standard deviation in the same unit.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from numbers import Real
from typing import Any

from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_number
from xorgames.units import parse_quantity, unit_of

Limits = Mapping[str, float]

POSITIVE: Limits = {"exclusiveMinimum": 0}
NOT_NEGATIVE: Limits = {"minimum": 0}
EFFICIENCY: Limits = {"exclusiveMinimum": 0, "maximum": 1}
PROBABILITY: Limits = {"minimum": 0, "maximum": 1}
COUNT: Limits = {"minimum": 1, "multipleOf": 1}

_SMALLEST, _LARGEST = 1e-30, 1e30


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a number must be.

    Attributes
    ----------
    about : str
        What it means.
    limits : mapping
        JSON Schema keywords: minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf 1.
    required : bool
    smallest : float
        What a number other than 0 must reach in size, so that products do not underflow.
    """

    about: str
    limits: Limits
    required: bool = True
    smallest: float = _SMALLEST

    def __str__(self) -> str:
        """Say the range in words.

        >>> str(Rule(about="", limits=EFFICIENCY)), str(Rule(about="", limits=COUNT))
        ('must lie in (0, 1]', 'must be a whole number, 1 or more')
        """
        limits = self.limits
        if "multipleOf" in limits:
            return f"must be a whole number, {limits['minimum']:g} or more"
        left, low = ("(", "exclusiveMinimum") if "exclusiveMinimum" in limits else ("[", "minimum")
        right, high = ("]", "maximum") if "maximum" in limits else (")", "exclusiveMaximum")
        if high not in limits:
            return "must be positive" if left == "(" else "must not be negative"
        return f"must lie in {left}{limits[low]:.9g}, {limits[high]:.9g}{right}"

    def allows(self, number: float) -> bool:
        """Say whether the number obeys the limits."""
        limits = self.limits
        return (
            number >= limits.get("minimum", number)
            and number <= limits.get("maximum", number)
            and ("exclusiveMinimum" not in limits or number > limits["exclusiveMinimum"])
            and ("exclusiveMaximum" not in limits or number < limits["exclusiveMaximum"])
            and ("multipleOf" not in limits or float(number).is_integer())
        )

    def admits(self, number: float) -> bool:
        """Say whether the number obeys the limits and is neither tiny nor huge."""
        return self.allows(number) and (number == 0 or self.smallest <= abs(number) <= _LARGEST)

    def check(self, key: str, number: float) -> Problem | None:
        """Return the problem with a number, if there is one."""
        if self.admits(number):
            return None
        size = abs(number)
        if self.allows(number):
            small = size < self.smallest
            rule = (
                f"must not be below {self.smallest:g}" if small else f"must not exceed {_LARGEST:g}"
            )
            return Problem(key=key, rule=f"{rule} in size", received=f"{number:g}")
        top = self.limits.get("maximum", self.limits.get("exclusiveMaximum"))
        percent = top == 1 and 2 <= number <= 100
        cure = f"write {number / 100:g} for {number:g} %" if percent else ""
        return Problem(key=key, rule=str(self), received=f"{number:.12g}", cure=cure)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One number of a file, with its unit, its source and what it means.

    `uncertainty` is its standard deviation in the same unit; None if none is stated.
    """

    name: str
    value: float
    unit: str
    source: str
    about: str
    uncertainty: float | None = None


def read_number(written: Any, *, key: str, unit: str) -> Fraction | float:
    """Return a number in the unit that its key states.

    Raises
    ------
    InputError
        If it is not a finite number, or text with a missing or wrong unit.

    Examples
    --------
    >>> read_number("240 ns", key="photon_window_s", unit="s")
    2.4e-07
    >>> read_number("0.25 dB/km", key="attenuation_db_per_km", unit="dB/km")
    Fraction(1, 4)
    """
    if not isinstance(written, str) or not unit:
        if isinstance(written, str) and written.rstrip().endswith("%"):
            cure = f"write {float(exact_number(written.rstrip()[:-1], key=key) / 100):g}"
            rule = "must be a plain number, not a percentage"
            reject(key, rule, received=repr(written), cure=cure)
        return exact_number(written, key=key)
    if unit in ("s", "m", "Hz"):
        return parse_quantity(written, unit, key=key)
    match = re.fullmatch(rf"\s*([-+.\deE]+)\s*{re.escape(unit)}\s*", written)
    if match is None:
        cure = f"write 0.25 {unit}" if unit == "dB/km" else f"write 2.1e8 {unit}"
        reject(key, f"must carry the unit {unit}", received=repr(written), cure=cure)
    return exact_number(match[1], key=key)


def check_numbers(limits: Limits, /, *, smallest: float = _SMALLEST, **numbers: Any) -> None:
    """Refuse numbers outside the limits; a formula of the physics says so for its arguments.

    Raises
    ------
    InputError
        With every number that is wrong.

    Examples
    --------
    >>> check_numbers(POSITIVE, lifetime_s=0.0)
    Traceback (most recent call last):
    xorgames.errors.InputError: `lifetime_s` must be positive; received 0.
    """
    rule = Rule(about="", limits=limits, smallest=smallest)
    problems: list[Problem] = []
    for key, number in numbers.items():
        # The fast way for plain floats: a sweep comes here a million times.
        if type(number) is float and rule.admits(number):
            continue
        if isinstance(number, Real):
            read_numbers({key: number}, {key: rule}, where="", problems=problems)
        else:
            received = repr(number)
            problems.append(Problem(key=key, rule="must be a real number", received=received))
    if problems:
        raise InputError(problems)


def read_numbers(
    table: Mapping[str, Any], rules: Mapping[str, Rule], *, where: str, problems: list[Problem]
) -> dict[str, float]:
    """Return the numbers of a table by key, as floats; add what is wrong to `problems`.

    Unknown and missing keys are problems too.
    """
    check_keys(table, list(rules), where=where, problems=problems)
    numbers: dict[str, float] = {}
    for key, rule in rules.items():
        if key not in table:
            if rule.required:
                cure = f"add it: {rule.about}"
                problems.append(Problem(key=where + key, rule="must be given", cure=cure))
            continue
        try:
            bare = _bare(table[key], where + key, rule)
            number = read_number(bare, key=where + key, unit=unit_of(key))
        except InputError as error:
            problems.extend(error.problems)
            continue
        problem = rule.check(where + key, float(number))
        if problem is None:
            numbers[key] = int(number) if "multipleOf" in rule.limits else float(number)
        else:
            problems.append(problem)
    return numbers


def _bare(written: Any, key: str, rule: Rule) -> Any:
    """Return the number of {value = ..., source = ...}; anything else is a number itself."""
    if not isinstance(written, Mapping):
        return written
    problems: list[Problem] = []
    check_keys(written, ("value", "source", "uncertainty"), where=f"{key}.", problems=problems)
    if "value" not in written:
        problems.append(Problem(key=f"{key}.value", rule="must be given"))
    if not isinstance(written.get("source", ""), str):
        received = repr(written["source"])
        problems.append(Problem(key=f"{key}.source", rule="must be text", received=received))
    try:
        uncertainty_of(written, key=key, rule=rule)
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return written["value"]


def uncertainty_of(written: Any, *, key: str, rule: Rule) -> float | None:
    """Return the standard deviation that {value = ..., uncertainty = ...} states, if it does.

    Raises
    ------
    InputError
        If it is not a number in the key's unit, is negative, or belongs to a whole number.

    Examples
    --------
    >>> lifetime = {"value": 7.9, "uncertainty": "400 ms"}
    >>> uncertainty_of(lifetime, key="memory_lifetime_s", rule=Rule(about="", limits=POSITIVE))
    0.4
    """
    if not isinstance(written, Mapping) or "uncertainty" not in written:
        return None
    key = f"{key}.uncertainty"
    if "multipleOf" in rule.limits:
        reject(key, "must not be given: a whole number is exact", cure="leave it out")
    spread = float(read_number(written["uncertainty"], key=key, unit=unit_of(key.split(".")[-2])))
    problem = Rule(about="", limits=NOT_NEGATIVE).check(key, spread)
    if problem is not None:
        raise InputError([problem])
    return spread


def checked_number(key: str, number: Any, limits: Limits) -> float:
    """Return one number that obeys its limits, written as in a file.

    Raises
    ------
    InputError
        If it does not.

    Examples
    --------
    >>> checked_number("window_s", "10 ms", POSITIVE)
    0.01
    """
    problems: list[Problem] = []
    rules = {key: Rule(about="", limits=limits)}
    numbers = read_numbers({key: number}, rules, where="", problems=problems)
    if problems:
        raise InputError(problems)
    return numbers[key]


def check_fields(
    thing: Any,
    rules: Mapping[str, Rule],
    also: Callable[[Mapping[str, float], list[Problem]], None] | None = None,
) -> None:
    """Check the fields of a frozen dataclass that have rules; store them as numbers.

    Parameters
    ----------
    thing : dataclass
    rules : mapping
        By field. A field whose default is None may be None.
    also : callable, optional
        Given the numbers in order, adds what is wrong with several of them together.

    Raises
    ------
    InputError
        With every problem.
    """
    optional = {field.name for field in fields(thing) if field.default is None}
    given = {key: getattr(thing, key) for key in rules}
    table = {key: v for key, v in given.items() if v is not None or key not in optional}
    problems: list[Problem] = []
    numbers = read_numbers(table, rules, where="", problems=problems)
    if also is not None:
        also(numbers, problems)
    if problems:
        raise InputError(problems)
    for key, number in numbers.items():
        object.__setattr__(thing, key, number)


def check_keys(
    table: Mapping[str, Any], known: Sequence[str], *, where: str, problems: list[Problem]
) -> None:
    """Add a problem for every key that is not known."""
    for key in table:
        if key not in known:
            cure = near_name(key, known)
            problems.append(Problem(key=f"{where}{key}", rule="is not a known key", cure=cure))


def number_schema(key: str, rule: Rule) -> dict[str, Any]:
    """Return the JSON Schema of one number: plain, as text with a unit, or with its source."""
    unit = unit_of(key)
    number: dict[str, Any] = {"type": "number", **rule.limits}
    plain = {"anyOf": [number, {"type": "string"}]}
    deviation = {"anyOf": [{"type": "number", **NOT_NEGATIVE}, {"type": "string"}]}
    spread = {} if "multipleOf" in rule.limits else {"uncertainty": deviation}
    return {
        "description": rule.about + (f", in {unit}" if unit else ""),
        "anyOf": [
            number,
            {"type": "string", "description": "with its unit" if unit else "decimal or fraction"},
            {
                "type": "object",
                "properties": {"value": plain, "source": {"type": "string"}} | spread,
                "required": ["value"],
                "additionalProperties": False,
            },
        ],
    }
