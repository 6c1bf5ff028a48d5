"""Conditions that the games of a family must meet, and the short forms in which files give them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xorgames.design.expressions import Expression, Step, number_expression, parse_expression
from xorgames.errors import Problem, near_name, reject
from xorgames.exact import cell, exact_number
from xorgames.rules import SUM_TOLERANCE


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A condition on an expression; where both ends are the same it holds to within 1e-9.

    Attributes
    ----------
    key : str
        Where it stands in the file.
    expression : Expression
    lower, upper : Fraction or None
    """

    key: str
    expression: Expression
    lower: Fraction | None = None
    upper: Fraction | None = None

    @property
    def ends(self) -> tuple[Fraction | None, Fraction | None]:
        """The interval that the expression must lie in."""
        if self.lower is not None and self.lower == self.upper:
            return self.lower - SUM_TOLERANCE, self.upper + SUM_TOLERANCE
        return self.lower, self.upper

    @property
    def rule(self) -> str:
        """The condition as text."""
        if self.lower is not None and self.lower == self.upper:
            return f"must be {self.lower}"
        if self.lower is None:
            return f"must be at most {self.upper}"
        if self.upper is None:
            return f"must be at least {self.lower}"
        return f"must lie in [{self.lower}, {self.upper}]"

    def problem(self, values: Mapping[str, Fraction]) -> Problem | None:
        """Return what is wrong at a point, None if the condition holds there."""
        try:
            number = self.expression.exact(values)
        except ArithmeticError as error:
            return without_value(self.key, self.expression, error)
        lower, upper = self.ends
        if (lower is None or number >= lower) and (upper is None or number <= upper):
            return None
        received = f"{self.expression.text} = {_shown(number)}"
        return Problem(key=self.key, rule=self.rule, received=received)


def _shown(number: Fraction) -> str:
    try:
        return f"{float(number):.12g}"
    except OverflowError:
        return "a number above 1e308 in size"


def without_value(key: str, expression: Expression, error: ArithmeticError) -> Problem:
    """Return the problem of an expression that is not defined at a point."""
    received = f"{expression.text}: {error}"
    return Problem(key=key, rule="must have a value", received=received, cure="narrow the bounds")


def constraint_of(key: str, about: Any, names: Sequence[str]) -> Constraint:
    """Return the condition that a table `[[constraint]]` describes."""
    kinds = ("expression", "lower", "upper")
    if not isinstance(about, Mapping):
        reject(key, "must be a table", received=repr(about), cure="write [[constraint]]")
    for given in about:
        if given not in kinds:
            reject(f"{key}.{given}", "is not a key of a constraint", cure=near_name(given, kinds))
    if "expression" not in about or not ({"lower", "upper"} & set(about)):
        cure = 'write expression = "p*q" and upper = 0.2'
        reject(key, "must have an expression and lower, upper or both", cure=cure)
    expression = parse_expression(about["expression"], key=f"{key}.expression", names=names)
    ends = {e: exact_number(about[e], key=f"{key}.{e}") for e in ("lower", "upper") if e in about}
    return _ordered(Constraint(key=key, expression=expression, **ends))


def limits_of(key: str, limits: Any, expression: Expression) -> Constraint:
    """Return the condition of a number, or of [lower, upper]."""
    where = key.partition("[")[0] if key.startswith("payoff_limits") else key
    if isinstance(limits, list) and len(limits) == 2:
        lower, upper = (exact_number(end, key=cell(where, (i,))) for i, end in enumerate(limits))
        return _ordered(Constraint(key=key, expression=expression, lower=lower, upper=upper))
    if isinstance(limits, list) or where == "payoff_limits":
        received = repr(limits)
        reject(where, "must be [lower, upper], or a number but for payoffs", received=received)
    number = exact_number(limits, key=where)
    return Constraint(key=key, expression=expression, lower=number, upper=number)


def _ordered(constraint: Constraint) -> Constraint:
    lower, upper = constraint.lower, constraint.upper
    if lower is not None and upper is not None and lower > upper:
        reject(constraint.key, "must have lower <= upper", received=f"[{lower}, {upper}]")
    return constraint


def total_of(expressions: Sequence[Expression]) -> Expression:
    """Return the sum of expressions, all joined at once: there may be a million."""
    if len(expressions) == 1:
        return expressions[0]
    steps = [*expressions[0].steps]
    for expression in expressions[1:]:
        steps += (*expression.steps, Step("+", 2))
    return Expression(" + ".join(f"({each.text})" for each in expressions), tuple(steps))


def covariance(distribution: Sequence[Sequence[Expression]]) -> Expression:
    """Return E[x y] - E[x] E[y] for the numbers 0, 1, ... of the inputs."""
    zero = number_expression(Fraction(0))
    both, first, second = [zero], [zero], [zero]
    for x, row in enumerate(distribution):
        for y, chance in enumerate(row):
            for sums, weight in ((both, x * y), (first, x), (second, y)):
                if weight:
                    sums.append(number_expression(Fraction(weight)) * chance)
    return total_of(both) - total_of(first) * total_of(second)
