"""The outer shape of a game file: which keys it may have, and of which kind each is.

Pydantic checks the keys and writes the JSON Schema. Numbers and arrays pass it untouched, as
`XORGame` checks them exactly; what the schema says about them is for editors and other programs.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from xorgames.errors import Problem, near_name

#: The ways to give a game; a file uses exactly one.
FORMS = (("distribution", "payoff"), ("distribution", "win"), ("catalog",), ("threshold",))
FORM_KEYS = ("distribution", "payoff", "win", "catalog", "threshold")

_FRACTION = {
    "type": "string",
    "pattern": r"^[-+]?([0-9]+/0*[1-9][0-9]*|[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?)$",
}
_NUMBER = {"anyOf": [{"type": "number"}, _FRACTION]}
_PROBABILITY = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _FRACTION]}


def _list(item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the schema of a non-empty list."""
    return {"type": "array", "items": item, "minItems": 1, **more}


def _two(item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the schema of a list of two."""
    return _list(item, **more) | {"minItems": 2, "maxItems": 2}


_NAMES = _list({"type": "string"}, uniqueItems=True)
_TWO_NAMES = _two({"type": "string"}, uniqueItems=True)

_Distribution = Annotated[
    Any, WithJsonSchema({"anyOf": [_list(_list(_PROBABILITY)), {"const": "uniform"}]})
]
_Payoff = Annotated[
    Any, WithJsonSchema(_list(_list({"anyOf": [_two(_NUMBER), _two(_two(_NUMBER))]})))
]
_Win = Annotated[Any, WithJsonSchema(_list(_list({"enum": [0, 1, "0", "1"]})))]
_Labels = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "properties": {"a": _TWO_NAMES, "b": _TWO_NAMES, "x": _NAMES, "y": _NAMES},
            "additionalProperties": False,
        }
    ),
]


class CatalogTable(BaseModel):
    """A game of the catalogue, by name; every other key is one of its parameters."""

    model_config = ConfigDict(strict=True, extra="allow")

    name: str


def _one_form() -> dict[str, Any]:
    """Return the schema that admits the keys of exactly one way to give a game."""
    others = [[key for key in FORM_KEYS if key not in form] for form in FORMS]
    return {
        "oneOf": [
            {"required": list(form), "properties": dict.fromkeys(absent, False)}
            for form, absent in zip(FORMS, others, strict=True)
        ]
    }


class GameTable(BaseModel):
    """A two-party XOR game: who is asked what, how often, and what each pair of answers pays."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=_one_form())

    version: Annotated[int, WithJsonSchema({"const": 1})] = Field(
        alias="schema", ge=1, le=1, description="The version of this format."
    )
    name: str = Field("", description="What to call the game.")
    source: str = Field("", description="Where the game comes from.")
    distribution: _Distribution = Field(
        None, description="p(x, y): a row for each input x of Alice, a column for each y of Bob."
    )
    payoff: _Payoff = Field(
        None, description="payoff[x][y][parity]: what a round pays both parties together."
    )
    win: _Win = Field(
        None, description="win[x][y]: 0 where the outputs must agree, 1 where they must differ."
    )
    labels: _Labels = Field(
        {}, description="What outputs 0 and 1 mean to Alice (a) and Bob (b); the inputs (x, y)."
    )
    catalog: CatalogTable = Field(CatalogTable(name=""), description="A game of the catalogue.")
    threshold: dict[str, Any] = Field({}, description="A continuous threshold game and its grid.")
    conditions: dict[str, Any] = Field({}, description="The operating conditions.")

    @field_validator("distribution")
    @classmethod
    def _array_or_uniform(cls, distribution: Any) -> Any:
        if isinstance(distribution, str) and distribution != "uniform":
            raise PydanticCustomError("distribution", 'must be an array of numbers, or "uniform"')
        return distribution


_RULES = {
    "missing": ("must be given", ""),
    "string_type": ("must be text", "put it in quotes"),
    "dict_type": ("must be a table", ""),
    "model_type": ("must be a table", ""),
}


def game_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a game file.

    Examples
    --------
    >>> game_schema()["required"]
    ['schema']
    """
    return schema_of(GameTable)


def structure_problems(table: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong with the keys of a game file and their kinds.

    Examples
    --------
    >>> print(structure_problems({"schema": 1, "pay_off": []})[0])
    `pay_off` is not a key of a game file. Cure: did you mean `payoff`?
    """
    try:
        GameTable.model_validate(table)
    except ValidationError as error:
        return problems_of(error, GameTable, file="a game file", rules=_RULES)
    return []


def schema_of(table: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a file that a model describes."""
    schema = table.model_json_schema()
    for key in schema["properties"].values():
        # What is absent has no default: forms of a file exclude each other.
        key.pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def problems_of(
    error: ValidationError,
    table: type[BaseModel],
    *,
    file: str,
    rules: Mapping[str, tuple[str, str]],
) -> list[Problem]:
    """Say in the words of this package what pydantic found.

    Parameters
    ----------
    error : ValidationError
    table : model
        Whose first field is the version, written `schema`.
    file : str
        What such a file is called.
    rules : mapping
        Rule and cure by pydantic's name of the error.
    """
    keys = ["schema", *list(table.model_fields)[1:]]
    problems = []
    for found in error.errors(include_url=False):
        key, kind = ".".join(map(str, found["loc"])), found["type"]
        rule, cure = rules.get(kind, (found["msg"], ""))
        received = "" if kind == "missing" else repr(found["input"])
        if key == "schema":
            rule, cure = "must be 1, the version read here", "write schema = 1"
            received = received or "nothing"
        elif kind == "extra_forbidden":
            rule, cure, received = f"is not a key of {file}", near_name(key, keys), ""
        problems.append(Problem(key=key, rule=rule, received=received, cure=cure))
    return problems
