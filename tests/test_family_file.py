"""Family files: what they may hold, every message, and the schema for editors."""

from pathlib import Path

import jsonschema
import pytest

from xorgames.design.expression_family import ExpressionFamily
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.family_schema import family_schema
from xorgames.errors import InputError
from xorgames.textfile import read_table

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


def table(**more):
    full = {
        "schema": 1,
        "parameters": {"p": {"lower": 0, "upper": 1}},
        "distribution": [["p", "1-p"]],
        "payoff": [[[1, 0], [0, 1]]],
    } | more
    return {key: value for key, value in full.items() if value is not None}


def families():
    """The examples that are families: other kinds of files may stand beside them."""
    return [path for path in EXAMPLES if "parameters" in read_table(path)]


def test_there_are_examples():
    names = {path.stem for path in families()}
    assert {"independent_inputs", "correlated_inputs", "uniform_inputs", "your_family"} <= names


@pytest.mark.parametrize("path", families(), ids=lambda path: path.stem)
def test_examples_make_a_game_at_their_defaults(path):
    family = load_family(path)
    assert family().name.startswith(family.name)
    assert load_family(str(path))() == family()


def test_the_schema_admits_the_examples_and_refuses_nonsense():
    schema = family_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for path in families():
        plain = to_plain(read_table(path))
        jsonschema.validate(plain, schema)
    for broken in (table(payof=1), table(win=[[0, 1]]), table(schema=2), table(parameters={})):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def to_plain(value):
    if isinstance(value, dict):
        return {key: to_plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [to_plain(part) for part in value]
    return value if isinstance(value, str | int) else float(value)


def test_decimals_in_a_file_are_exact(tmp_path):
    path = tmp_path / "f.toml"
    path.write_text(
        'schema = 1\ndistribution = [["p", 0.1], ["0.9 - p", 0]]\nwin = [[0, 0], [0, 1]]\n'
        "[parameters]\np = { lower = 0, upper = 0.9, default = 0.3 }\n"
    )
    game = load_family(path)()
    assert str(game.exact_distribution[0, 1]) == "1/10"
    assert game.name == "f, p = 0.3"


def test_uniform_takes_its_shape_from_the_payoff():
    family = family_from_table(table(distribution="uniform", payoff=[[["p", 0]] * 3] * 2))
    assert isinstance(family, ExpressionFamily)
    assert family.shape == (2, 3)
    assert str(family(p=1).exact_distribution[0, 0]) == "1/6"


def test_labels_are_kept():
    family = family_from_table(table(labels={"a": ["yes", "no"]}))
    assert family(p=1).labels["a"] == ("yes", "no")


MESSAGES = [
    (table(schema=2), "`schema` must be 1, the version read here; received 2. "
     "Cure: write schema = 1."),
    (table(schema=None), "`schema` must be 1, the version read here; received nothing. "
     "Cure: write schema = 1."),
    (table(parameters=None), "`parameters` must be given."),
    (table(parameters=[1]), "`parameters` must be a table; received [1]."),
    (table(parameters={}), "`parameters` must name at least one parameter. "
     "Cure: p = { lower = 0, upper = 1, default = 0.3 }."),
    (table(name=3), "`name` must be text; received 3."),
    (table(constraint=3), "`constraint` must be a list of tables; received 3."),
    (table(payof=1), "`payof` is not a key of a family file. Cure: did you mean `payoff`?"),
    (table(payoff=None), "`payoff` must be given either as `payoff` or as `win`; "
     "received neither."),
    (table(win=[[0, 1]]), "`payoff` must be given either as `payoff` or as `win`; "
     "received `payoff` and `win`."),
    (table(payoff=None, win=[["p", 0]]), "`win[0][0]` must be 0 or 1; received 'p'. "
     "Cure: 0 where the outputs must agree, 1 where they must differ."),
    (table(parameters={"p": 1}), "`parameters.p` must be a table of bounds; received 1. "
     "Cure: p = { lower = 0, upper = 1, default = 0.3 }."),
    (table(parameters={"p": {"min": 1}}), "`parameters.p.min` is not a key of a parameter. "
     "Cure: use one of lower, upper, default."),
    (table(parameters={"p": {"lower": 1, "upper": 0}}),
     "`parameters.p` must have lower <= upper; received [1, 0]."),
    (table(parameters={"p": {"upper": 0, "default": 1}}),
     "`parameters.p.default` must lie in (-inf, 0]; received 1."),
    (table(parameters={"p": {"lower": "x"}}), "`parameters.p.lower` must be a real number; "
     "received 'x'. Cure: write a decimal such as 0.25 or a fraction such as \"1/3\"."),
    (table(distribution=[]), "`distribution` must be a list of rows of equal lengths."),
    (table(distribution=[["p"], ["p", "p"]]),
     "`distribution` must be a list of rows of equal lengths."),
    (table(distribution=[["p"] * 1025]),
     "`distribution` must have at most 1024 rows and columns."),
    (table(distribution=[["p", "1 -"]]), "`distribution[0][1]` must be an expression "
     "(invalid syntax); received 1 -. Cure: write for example p*(1-p), 1/3 or 0.25."),
    (table(payoff=[[[1, 0]]]), "`payoff` must have as many rows and columns as `distribution`, "
     "1 x 2; received 1 x 1."),
    (table(payoff=[[[1, 0], [1]]]), "`payoff[0][1]` must give 2 numbers or expressions, one for "
     "each parity; received [1]."),
    (table(name="a\nb"), "`name` must be 1 to 200 printable characters; received 'a\\nb'."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), MESSAGES)
def test_messages(content, message):
    with pytest.raises(InputError) as caught:
        family_from_table(content)
    assert str(caught.value).splitlines()[0] == message


def test_all_problems_of_a_file_come_at_once_with_its_name(tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        'schema = 1\ndistribution = [["q", "1-p"]]\npayoff = [[[1, "f(p)"], [0, 1]]]\n'
        "[parameters]\np = { lower = 1, upper = 0 }\n"
    )
    with pytest.raises(InputError) as caught:
        load_family(path)
    assert str(caught.value).splitlines() == [
        f"{path}: `parameters.p` must have lower <= upper; received [1, 0].",
        f"{path}: `distribution[0][0]` must name only parameters of the family; received 'q'. "
        "Cure: use one of p, pi.",
        f"{path}: `payoff[0][0][1]` must call only min, max, abs, sqrt, exp, log; received 'f'.",
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hfd", "`FAMILY` must be a family file (.toml or .json) or a game of the catalogue; "
         "received 'hfd'. Cure: did you mean `hft`?"),
        ("hft:p", "`game` is not well formed; received 'hft:p'. "
         "Cure: write name or name:parameter=value,parameter=value."),
        ("hft:q=1", "`q` is not a parameter of hft. Cure: use one of p, beta."),
        ("hft:p=2", "`p` must lie in [0, 1]; received 2."),
        ("chsh:p=2", "`p` is not a parameter of chsh. Cure: write chsh alone."),
        (3, "`family` must be of type str or Path; received int."),
    ],
)  # fmt: skip
def test_names_that_are_refused(name, message):
    with pytest.raises(InputError) as caught:
        load_family(name)
    assert str(caught.value) == message


def test_a_file_that_is_not_there():
    with pytest.raises(InputError, match=r"nowhere/f.toml: `file` must exist"):
        load_family("nowhere/f.toml")
