"""A parameter of a family: its name, between which bounds it lies, and its default."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xorgames.design.expressions import check_name
from xorgames.errors import near_name, reject
from xorgames.exact import exact_number

PARAMETER_FORM = "p = { lower = 0, upper = 1, default = 0.3 }"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a family; None where a bound or a default is not known.

    Examples
    --------
    >>> Parameter(name="p", lower=Fraction(0), upper=Fraction(1)).limits
    '[0, 1]'
    """

    name: str
    lower: Fraction | None = None
    upper: Fraction | None = None
    default: Fraction | None = None

    @property
    def limits(self) -> str:
        """The bounds as text."""
        lower = "(-inf" if self.lower is None else f"[{self.lower}"
        return f"{lower}, " + ("inf)" if self.upper is None else f"{self.upper}]")

    def admits(self, number: Fraction) -> bool:
        """Whether the number lies within the bounds."""
        above = self.lower is None or self.lower <= number
        return above and (self.upper is None or number <= self.upper)

    def to_dict(self) -> dict[str, str | None]:
        """Return the numbers as text, exactly."""
        numbers = {"lower": self.lower, "upper": self.upper, "default": self.default}
        return {"name": self.name} | {k: None if v is None else str(v) for k, v in numbers.items()}


def parameter_of(name: str, about: Any) -> Parameter:
    """Return the parameter that a table describes.

    Raises
    ------
    InputError
        If the name or the table is none, or a number does not fit.
    """
    key = f"parameters.{name}" if isinstance(name, str) and len(name) <= 40 else "parameters"
    check_name(name, key=key)
    if not isinstance(about, Mapping):
        reject(key, "must be a table of bounds", received=repr(about), cure=PARAMETER_FORM)
    kinds = ("lower", "upper", "default")
    for given in about:
        if given not in kinds:
            reject(f"{key}.{given}", "is not a key of a parameter", cure=near_name(given, kinds))
    numbers = {kind: exact_number(about[kind], key=f"{key}.{kind}") for kind in about}
    parameter = Parameter(name=name, **numbers)
    lower, upper = parameter.lower, parameter.upper
    if lower is not None and upper is not None and lower > upper:
        reject(key, "must have lower <= upper", received=parameter.limits)
    if parameter.default is not None and not parameter.admits(parameter.default):
        rule = f"must lie in {parameter.limits}"
        reject(f"{key}.default", rule, received=str(parameter.default))
    return parameter
