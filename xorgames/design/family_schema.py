"""The outer shape of a family file: which keys it may have, and of which kind each is."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from xorgames.errors import Problem
from xorgames.schema import problems_of, schema_of

_NUMBER: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_PAIR = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_LIMITS = {"anyOf": [*_NUMBER["anyOf"], _PAIR]}


def _list(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 1}


def _table(keys: Mapping[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(keys),
        "required": list(required),
        "additionalProperties": False,
    }


_ENDS = {"lower": _NUMBER, "upper": _NUMBER}
_NAMES = {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}


class FamilyTable(BaseModel):
    """A family of XOR games: numbers may be expressions in the parameters."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["payoff"]}, {"required": ["win"]}]},
    )

    version: Annotated[int, WithJsonSchema({"const": 1})] = Field(
        alias="schema", ge=1, le=1, description="The version of this format."
    )
    name: str = Field("", description="What to call the family.")
    source: str = Field("", description="Where the family comes from.")
    parameters: Annotated[
        dict[str, Any],
        WithJsonSchema(
            {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": _table(_ENDS | {"default": _NUMBER}),
            }
        ),
    ] = Field(description="For each parameter its lower and upper bound and its default.")
    distribution: Annotated[
        Any, WithJsonSchema({"anyOf": [_list(_list(_NUMBER)), {"const": "uniform"}]})
    ] = Field(description='p(x, y) as numbers or expressions such as "p*(1-p)".')
    payoff: Annotated[Any, WithJsonSchema(_list(_list(_PAIR)))] = Field(
        None, description="payoff[x][y][parity] as numbers or expressions."
    )
    win: Annotated[Any, WithJsonSchema(_list(_list({"enum": [0, 1, "0", "1"]})))] = Field(
        None, description="win[x][y]: 0 where the outputs must agree, 1 where they must differ."
    )
    labels: Annotated[dict[str, Any], WithJsonSchema(_table(dict.fromkeys("abxy", _NAMES)))] = (
        Field({}, description="What outputs (a, b) and inputs (x, y) mean.")
    )
    constraint: Annotated[
        list[Any],
        WithJsonSchema(_list(_table({"expression": _NUMBER} | _ENDS, ("expression",)))),
    ] = Field([], description="Conditions on expressions.")
    marginals: Annotated[
        dict[str, Any], WithJsonSchema(_table({"alice": _list(_LIMITS), "bob": _list(_LIMITS)}))
    ] = Field({}, description="The probability of each input: a number, or [lower, upper].")
    covariance: Annotated[Any, WithJsonSchema(_LIMITS)] = Field(
        None, description="Of the numbers of the inputs: a number, or [lower, upper]."
    )
    payoff_limits: Annotated[Any, WithJsonSchema(_PAIR)] = Field(
        None, description="[lower, upper] for every payoff."
    )


_RULES = {
    "missing": ("must be given", ""),
    "string_type": ("must be text", ""),
    "dict_type": ("must be a table", ""),
    "list_type": ("must be a list of tables", ""),
}


def family_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a family file.

    Examples
    --------
    >>> family_schema()["required"]
    ['schema', 'parameters', 'distribution']
    """
    return schema_of(FamilyTable)


def structure_problems(table: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the keys of a family file and their kinds.

    Examples
    --------
    >>> table = {"schema": 1, "parameters": {}, "distribution": [], "win": [], "pay_off": []}
    >>> print(structure_problems(table)[0])
    `pay_off` is not a key of a family file. Cure: did you mean `payoff`?
    """
    problems = []
    try:
        FamilyTable.model_validate(table)
    except ValidationError as error:
        problems = problems_of(error, FamilyTable, file="a family file", rules=_RULES)
    given = [key for key in ("payoff", "win") if key in table]
    if len(given) != 1:
        received = " and ".join(f"`{key}`" for key in given) or "neither"
        rule = "must be given either as `payoff` or as `win`"
        problems.append(Problem(key="payoff", rule=rule, received=received))
    parties = table.get("marginals")
    if isinstance(parties, dict):
        problems += [
            Problem(key=f"marginals.{key}", rule="is not a party", cure="use alice and bob")
            for key in parties
            if key not in ("alice", "bob")
        ]
    return problems
