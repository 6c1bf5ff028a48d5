"""Family files: from a table with expressions to a family, and families by name.

A file gives `parameters`, each with its bounds and a default, a `distribution` and `payoff` (or
`win`) whose entries are numbers or expressions in them, and conditions that a point must meet:

- `[[constraint]]`: an `expression` with `lower` and `upper`;
- `marginals`: for `alice` and `bob` the probability of each input, a number or [lower, upper];
- `covariance`: E[x y] - E[x] E[y] of the numbers of the inputs, a number or [lower, upper]; of two
  bits it is p11 p00 - p01 p10, and it vanishes for independent inputs;
- `payoff_limits`: [lower, upper] for every payoff.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from xorgames import catalog
from xorgames.design.catalog_families import TABLES, CatalogFamily
from xorgames.design.constraints import (
    Constraint,
    constraint_of,
    covariance,
    limits_of,
    total_of,
)
from xorgames.design.expression_family import ExpressionFamily
from xorgames.design.expressions import (
    Expression,
    number_expression,
    parse_expression,
)
from xorgames.design.family import Family
from xorgames.design.parameter import PARAMETER_FORM, Parameter, parameter_of
from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.exact import cell
from xorgames.rules import MAX_INPUTS, check_labels, check_text
from xorgames.textfile import SUFFIXES, read_as

_WIN = {
    Fraction(0): (number_expression(Fraction(1)), number_expression(Fraction(0))),
    Fraction(1): (number_expression(Fraction(0)), number_expression(Fraction(1))),
}


def load_family(name_or_path: str | Path) -> Family:
    """Return a family: of a file, or of a catalogue function with some parameters left open.

    Parameters
    ----------
    name_or_path : str or Path
        A path (with a folder, or with the suffix .toml or .json), a name of the catalogue, or a
        name with some parameters settled: "hft:beta=0.3".

    Raises
    ------
    InputError
        With everything that is wrong.

    Examples
    --------
    >>> family = load_family("hft:beta=0.3")
    >>> [parameter.name for parameter in family.parameters], family(p="1/2").name
    (['p'], 'HFT, p = 0.5, beta = 0.3')
    """
    expect(name_or_path, (str, Path), key="family")
    path = Path(name_or_path)
    spec = str(name_or_path)
    name = spec.partition(":")[0].strip().replace("-", "_")
    known = name in catalog.names()
    named_as_file = path.suffix.lower() in SUFFIXES or len(Path(name).parts) > 1
    if isinstance(name_or_path, Path) or named_as_file:
        return _from_file(path)
    if not known:
        rule = "must be a family file (.toml or .json) or a game of the catalogue"
        reject("FAMILY", rule, received=repr(spec), cure=near_name(name, catalog.names()))
    _, fixed = catalog.split_spec(spec)
    table = TABLES.get(name)
    if table is not None and set(fixed) <= set(table["parameters"]):
        return family_from_table(table, name=name).fix(**fixed)
    return CatalogFamily(name, fixed)


def _from_file(path: Path) -> Family:
    return read_as(path, lambda table: family_from_table(table, name=path.stem))


def family_from_table(table: Mapping[str, Any], *, name: str = "family") -> ExpressionFamily:
    """Return the family that a table describes.

    Parameters
    ----------
    table : mapping
        As in a family file.
    name : str
        For a table without one.

    Raises
    ------
    InputError
        With every problem found.

    Examples
    --------
    >>> family = family_from_table({
    ...     "schema": 1,
    ...     "parameters": {"q": {"lower": 0, "upper": "1/4"}},
    ...     "distribution": [["1 - 4*q", "q"], ["q", "2*q"]],
    ...     "win": [[0, 0], [0, 1]],
    ... })
    >>> family(q="1/5").matrix.tolist()
    [[0.2, 0.2], [0.2, -0.4]]
    """
    from xorgames.design.family_schema import structure_problems

    problems = structure_problems(table)
    if problems:
        raise InputError(problems)
    reader = _Reader(table)
    about = reader.about(name)
    parameters = reader.parameters()
    distribution = reader.distribution()
    payoff = reader.payoff(distribution)
    constraints = reader.constraints(distribution, payoff)
    if reader.problems:
        raise InputError(reader.problems)
    return ExpressionFamily(
        parameters=parameters,
        distribution=distribution,
        payoff=payoff,
        constraints=constraints,
        **about,
    )


class _Reader:
    """Reads the parts of a table and collects what is wrong with them."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.problems: list[Problem] = []
        self.names = [name for name in table["parameters"] if isinstance(name, str)]

    def try_(self, read: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        """Return what `read` returns, or None with its problems collected."""
        try:
            return read(*arguments, **keywords)
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def about(self, name: str) -> dict[str, Any]:
        """Return name, source and labels."""
        about: dict[str, Any] = {
            "name": self.table.get("name") or name,
            "source": self.table.get("source", ""),
            "labels": check_labels(self.table.get("labels", {}), None, self.problems),
        }
        for key in ("name", "source"):
            if about[key]:
                check_text(about[key], key=key, problems=self.problems)
        return about

    def parameters(self) -> list[Parameter]:
        """Return the parameters that are sound."""
        found = (self.try_(parameter_of, n, about) for n, about in self.table["parameters"].items())
        if not self.names:
            rule = "must name at least one parameter"
            self.problems.append(Problem(key="parameters", rule=rule, cure=PARAMETER_FORM))
        return [parameter for parameter in found if parameter is not None]

    def distribution(self) -> list[list[Expression]]:
        """Return the distribution as expressions."""
        rows = self.table["distribution"]
        if rows == "uniform":
            shaped = self.table.get("payoff") or self.table.get("win")
            m, n = _shape(shaped)
            rows = [[f"1/{m * n}"] * n] * m if m * n else []
        return self.rows(rows, "distribution", self.expression)

    def payoff(self, distribution: list[list[Expression]]) -> list[list[Any]]:
        """Return the payoffs by parity as expressions."""
        key = "payoff" if "payoff" in self.table else "win"
        read = self.pair if key == "payoff" else self.win
        payoff = self.rows(self.table[key], key, read)
        if payoff and distribution and _shape(payoff) != _shape(distribution):
            (m, n), (k, j) = _shape(distribution), _shape(payoff)
            rule = f"must have as many rows and columns as `distribution`, {m} x {n}"
            self.problems.append(Problem(key=key, rule=rule, received=f"{k} x {j}"))
        return payoff

    def rows(self, rows: Any, key: str, read: Callable[[Any, str], Any]) -> list[list[Any]]:
        """Return rows of equal lengths, every entry read."""
        shaped = isinstance(rows, list) and rows and all(isinstance(r, list) and r for r in rows)
        if not shaped or len({len(row) for row in rows}) != 1:
            rule = "must be a list of rows of equal lengths"
            self.problems.append(Problem(key=key, rule=rule))
            return []
        if max(len(rows), len(rows[0])) > MAX_INPUTS:
            rule = f"must have at most {MAX_INPUTS} rows and columns"
            self.problems.append(Problem(key=key, rule=rule))
            return []
        return [
            [read(entry, cell(key, (x, y))) for y, entry in enumerate(row)]
            for x, row in enumerate(rows)
        ]

    def expression(self, written: Any, key: str) -> Expression | None:
        """Return an expression in the parameters."""
        found: Expression | None = self.try_(parse_expression, written, key=key, names=self.names)
        return found

    def pair(self, written: Any, key: str) -> tuple[Expression | None, Expression | None] | None:
        """Return the payoffs of both parities."""
        if not isinstance(written, list) or len(written) != 2:
            rule = "must give 2 numbers or expressions, one for each parity"
            self.problems.append(Problem(key=key, rule=rule, received=repr(written)))
            return None
        first, second = (self.expression(u, f"{key}[{i}]") for i, u in enumerate(written))
        return first, second

    def win(self, written: Any, key: str) -> tuple[Expression, Expression] | None:
        """Return the payoffs of a win/lose game."""
        parity = self.expression(written, key)
        if parity is None:
            return None
        if parity.constant not in _WIN:
            cure = "0 where the outputs must agree, 1 where they must differ"
            problem = Problem(key=key, rule="must be 0 or 1", received=repr(written), cure=cure)
            self.problems.append(problem)
            return None
        return _WIN[parity.constant]

    def constraints(self, distribution: Any, payoff: Any) -> list[Constraint]:
        """Return all conditions; the short forms need a distribution and payoffs that are sound."""
        found = [
            self.try_(constraint_of, f"constraint[{i}]", about, self.names)
            for i, about in enumerate(self.table.get("constraint", []))
        ]
        if self.problems:
            return []
        for party, lines in (
            ("alice", distribution),
            ("bob", list(zip(*distribution, strict=True))),
        ):
            found += self.marginals(party, lines)
        for key, expression in self.wholes(distribution, payoff):
            found.append(self.try_(limits_of, key, self.table[key.partition("[")[0]], expression))
        return [constraint for constraint in found if constraint is not None]

    def marginals(self, party: str, lines: Sequence[Sequence[Expression]]) -> list[Any]:
        """Return the conditions on one party's inputs."""
        limits = self.table.get("marginals", {}).get(party)
        if limits is None:
            return []
        key = f"marginals.{party}"
        if not isinstance(limits, list) or len(limits) != len(lines):
            rule = f"must have {len(lines)} entries, one for each input"
            received = str(len(limits)) if isinstance(limits, list) else repr(limits)
            self.problems.append(Problem(key=key, rule=rule, received=received))
            return []
        return [
            self.try_(limits_of, cell(key, (i,)), limit, total_of(line))
            for i, (limit, line) in enumerate(zip(limits, lines, strict=True))
        ]

    def wholes(self, distribution: Any, payoff: Any) -> Any:
        """Yield key and expression of the conditions on all inputs or all payoffs."""
        if "covariance" in self.table:
            yield "covariance", covariance(distribution)
        if "payoff_limits" in self.table:
            for x, row in enumerate(payoff):
                for y, both in enumerate(row):
                    for parity, expression in enumerate(both):
                        yield f"payoff_limits[{x}][{y}][{parity}]", expression


def _shape(nested: Any) -> tuple[int, int]:
    rows = nested if isinstance(nested, list) else []
    return len(rows), len(rows[0]) if rows and isinstance(rows[0], list) else 0
