"""The outer shape of a free-form problem: which keys it may have, and of which kind each is."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from xorgames.design.family_schema import _LIMITS, _NUMBER, _PAIR, _list, _table
from xorgames.errors import Problem
from xorgames.schema import problems_of, schema_of


class FreeTable(BaseModel):
    """A free-form problem: one ingredient of a game is given, the other is chosen."""

    model_config = ConfigDict(strict=True, extra="forbid")

    version: Annotated[int, WithJsonSchema({"const": 1})] = Field(
        alias="schema", ge=1, le=1, description="The version of this format."
    )
    name: str = Field("", description="What to call the game.")
    source: str = Field("", description="Where the problem comes from.")
    choose: Literal["distribution", "payoff"] = Field(description="What is free.")
    distribution: Annotated[
        Any, WithJsonSchema({"anyOf": [_list(_list(_NUMBER)), {"const": "uniform"}]})
    ] = Field(
        None,
        description='p(x, y), where the payoffs are free; else where to start. "uniform" takes its'
        " shape from the payoffs or the predicate.",
    )
    payoff: Annotated[Any, WithJsonSchema(_list(_list(_PAIR)))] = Field(
        None, description="payoff[x][y][parity], where the distribution is free; else a start."
    )
    win: Annotated[Any, WithJsonSchema(_list(_list({"enum": [0, 1]})))] = Field(
        None, description="win[x][y]: 0 where the outputs must agree, 1 where they must differ."
    )
    probability: Annotated[Any, WithJsonSchema(_PAIR)] = Field(
        None, description="[lower, upper] for the probability of every pair of inputs."
    )
    marginals: Annotated[
        dict[str, Any], WithJsonSchema(_table({"alice": _list(_LIMITS), "bob": _list(_LIMITS)}))
    ] = Field({}, description="The probability of each input: a number, or [lower, upper].")
    covariance: Annotated[Any, WithJsonSchema(_LIMITS)] = Field(
        None, description="Of the numbers of the inputs; needs fixed marginals."
    )
    payoff_limits: Annotated[Any, WithJsonSchema(_PAIR)] = Field(
        None, description="[lower, upper] for every payoff, where these are free."
    )


_CHOICES = 'must be "distribution" or "payoff"'
_RULES = {
    "missing": (_CHOICES, ""),
    "literal_error": (_CHOICES, ""),
    "string_type": ("must be text", ""),
    "dict_type": ("must be a table", ""),
}
_DISTRIBUTION_KEYS = ("probability", "marginals", "covariance")


def free_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a free-form problem.

    Examples
    --------
    >>> free_schema()["required"]
    ['schema', 'choose']
    """
    return schema_of(FreeTable)


def structure_problems(table: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the keys of a free-form problem and their kinds."""
    try:
        FreeTable.model_validate(dict(table))
    except ValidationError as error:
        return problems_of(error, FreeTable, file="a free-form problem", rules=_RULES)
    problems = []
    free = table["choose"] == "distribution"
    for key in ("payoff_limits",) if free else ("win", *_DISTRIBUTION_KEYS):
        if key in table:
            rule = f'has no meaning for choose = "{table["choose"]}"'
            problems.append(Problem(key=key, rule=rule))
    if free and ("win" in table) == ("payoff" in table):
        received = "both" if "win" in table else "neither"
        rule = "must be given either as `payoff` or as `win`"
        problems.append(Problem(key="payoff", rule=rule, received=received))
    if not free:
        problems += [
            Problem(key=key, rule="must be given")
            for key in ("distribution", "payoff_limits")
            if key not in table
        ]
    problems += [
        Problem(key=f"marginals.{key}", rule="is not a party", cure="use alice and bob")
        for key in table.get("marginals", {})
        if key not in ("alice", "bob")
    ]
    return problems
