"""Game files: what they give, every way they can be bad, and saving them byte for byte."""

import json
import tomllib
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames import catalog
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.hardware.conditions import Conditions
from xorgames.spec import game_schema, load_game, parse_game, read_game_file, save_game
from xorgames.textfile import read_table
from xorgames.threshold import threshold_from_table

GAMES = sorted((Path(__file__).parents[1] / "games").glob("*.toml"))
QUARTERS = "distribution = [[0.25, 0.25], [0.25, 0.25]]"
WIN = "win = [[0, 0], [0, 1]]"
PAYOFF = "payoff = [[[1, 0], [1, 0]], [[1, 0], [0, 1]]]"


def write(folder, content, name="game.toml"):
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def load(folder, *lines):
    return load_game(write(folder, "\n".join(["schema = 1", *lines])))


# What a file gives


@pytest.mark.parametrize(
    "lines",
    [
        [QUARTERS, WIN],
        [QUARTERS, PAYOFF],
        ['distribution = "uniform"', WIN],
        ['distribution = "uniform"', PAYOFF],
        ['distribution = [["1/4", "0.25"], [2.5e-1, " 2 / 8 "]]', PAYOFF],
        ['[catalog]\nname = "chsh"'],
        ['[catalog]\nname = "biased-chsh"\np = 0.5\nq = "1/2"'],
        [
            '[threshold]\nregion = "boundary"\ncells = 2',
            "boundary = [[0, 1], [0.5, 1], [0.5, 0.5], [1, 0.5]]",
        ],
    ],
)
def test_every_way_to_give_chsh(tmp_path, lines):
    assert load(tmp_path, *lines) == catalog.chsh()


def test_json_of_the_same_shape(tmp_path):
    content = '{"schema": 1, "distribution": "uniform", "win": [[0, 0], [0, 1]]}'
    assert load_game(write(tmp_path, content, "game.json")) == catalog.chsh()


def test_a_decimal_is_taken_at_its_word(tmp_path):
    game = load(tmp_path, "distribution = [[0.1, 0.9]]", "payoff = [[[1e-3, 0], [0, -1.5]]]")
    assert game.exact_distribution.tolist() == [[Fraction(1, 10), Fraction(9, 10)]]
    assert game.exact_payoff.tolist() == [[[Fraction(1, 1000), 0], [0, Fraction(-3, 2)]]]


def test_name_source_and_labels(tmp_path):
    game = load(tmp_path, QUARTERS, WIN)
    assert (game.name, game.source, dict(game.labels)) == ("game", "", {})
    about = ['name = "N"', 'source = "S"', 'labels = { a = ["A", "B"], y = ["C", "D"] }']
    game = load(tmp_path, *about, QUARTERS, WIN)
    labels = {"a": ("A", "B"), "y": ("C", "D")}
    assert (game.name, game.source, dict(game.labels)) == ("N", "S", labels)


def test_the_file_has_the_last_word_on_name_source_and_labels(tmp_path):
    table = '[catalog]\nname = "hft"\np = 0.3\nbeta = 0.3'
    own = catalog.hft(p="0.3", beta="0.3")
    game = load(tmp_path, table)
    assert (game, game.name, game.source) == (own, own.name, own.source)
    assert game.labels == own.labels
    game = load(tmp_path, 'name = "N"', 'labels.b = ["A", "B"]', table)
    assert (game, game.name, game.source) == (own, "N", own.source)
    assert dict(game.labels) == dict(own.labels) | {"b": ("A", "B")}


def test_conditions_are_handed_on_as_written(tmp_path):
    lines = f"schema = 1\n{QUARTERS}\n{WIN}\n"
    assert read_game_file(write(tmp_path, lines)).conditions == {}
    path = write(tmp_path, lines + "[conditions]\nwindow_s = 0.1\nanything = [1]")
    conditions = read_game_file(path).conditions
    assert {key: str(value) for key, value in conditions.items()} == {
        "window_s": "0.1",
        "anything": "[1]",
    }


# What is wrong with a file: the lines after `schema = 1`, and the message

FORM = (
    "`game` must be given in one way: `distribution` with `payoff` or `win`, or `[catalog]`, "
    "or `[threshold]`; received "
)
AGREE = "Cure: 0 where the outputs must agree, 1 where they must differ"
BAD = {
    "no game": (
        "",
        FORM + "none of them. Cure: begin with the example file games/your_game.toml.",
    ),
    "distribution alone": (QUARTERS, FORM + "`distribution`. Cure: add `payoff` or `win`."),
    "win alone": (WIN, FORM + "`win`. Cure: add `distribution`."),
    "payoff alone": (PAYOFF, FORM + "`payoff`. Cure: add `distribution`."),
    "payoff and win": (
        f"{QUARTERS}\n{WIN}\n{PAYOFF}",
        FORM + "`distribution` and `payoff` and `win`. Cure: keep one.",
    ),
    "catalog and threshold": (
        "[catalog]\nname = 'chsh'\n[threshold]",
        FORM + "`catalog` and `threshold`. Cure: keep one.",
    ),
    "nan": (
        f"distribution = [[nan, 0.25], [0.25, 0.25]]\n{WIN}",
        "`distribution[0][0]` must be finite; received 'NaN'.",
    ),
    "inf": (
        f"distribution = [[0, 0.25], [0.25, inf]]\n{WIN}",
        "`distribution[1][1]` must be finite; received 'Infinity'.",
    ),
    "negative": (
        f"distribution = [[0.5, 0.75], [-0.25, 0]]\n{WIN}",
        "`distribution[1][0]` must not be negative; received -0.25.",
    ),
    "sum": (
        f"distribution = [[0.25, 0.25], [0.25, 0.15]]\n{WIN}",
        "`distribution` must sum to 1; received a sum of 0.9. "
        "Cure: check for a missing or doubled entry; nothing is normalised silently.",
    ),
    "counts": (
        f"distribution = [[10, 20], [30, 60]]\n{WIN}",
        "`distribution` must sum to 1; received a sum of 120. "
        'Cure: these look like counts: divide each by 120 (such as "1/120").',
    ),
    "percent": (
        f"distribution = [[10, 20], [30, 40]]\n{WIN}",
        "`distribution` must sum to 1; received a sum of 100. "
        "Cure: these look like percentages: divide each by 100.",
    ),
    "float32": (
        f"distribution = [[0.33333334, 0.33333334], [0.33333334, 0]]\n{WIN}",
        "`distribution` must sum to 1; received a sum of 1.00000002. "
        'Cure: the entries were rounded: give more digits, or fractions such as "1/3".',
    ),
    "all zero": (
        f"distribution = [[0, 0], [0, 0]]\n{WIN}",
        "`distribution` must sum to 1; received a sum of 0. "
        "Cure: at least one pair of inputs must be able to occur.",
    ),
    "ragged": (
        f"distribution = [[0.5, 0.25], [0.25]]\n{WIN}",
        "`distribution[1]` must have the shape of distribution[0] (2 entries): the array is "
        "ragged; received 1 entries. Cure: give every row the same length; a decimal comma "
        "splits a number in two.",
    ),
    "decimal comma in an array": (
        f"distribution = [[0,5, 0.25], [0.25, 0]]\n{WIN}",
        "`distribution[1]` must have the shape of distribution[0] (3 entries): the array is "
        "ragged; received 2 entries. Cure: give every row the same length; a decimal comma "
        "splits a number in two.",
    ),
    "decimal comma in text": (
        f"distribution = [['0,25', 0.25], [0.25, 0.25]]\n{WIN}",
        "`distribution[0][0]` must be a number; received '0,25'. Cure: use a decimal point: 0.25.",
    ),
    "division by zero": (
        f"distribution = [['1/0', 0.25], [0.25, 0.25]]\n{WIN}",
        "`distribution[0][0]` must not divide by zero; received '1/0'.",
    ),
    "complex": (
        f"distribution = [['1+2j', 0.25], [0.25, 0.25]]\n{WIN}",
        "`distribution[0][0]` must be a real number; received '1+2j'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
    ),
    "date": (
        f"distribution = [[2026-01-01, 0.25], [0.25, 0.25]]\n{WIN}",
        "`distribution[0][0]` must be a real number; received datetime.date(2026, 1, 1).",
    ),
    "true": (
        f"{QUARTERS}\nwin = [[false, 0], [0, 1]]",
        "`win[0][0]` must be a number; received False. Cure: true and false are not numbers.",
    ),
    "empty": (f"distribution = []\n{WIN}", "`distribution` must not be empty; received []."),
    "one dimension": (
        f"distribution = [0.5, 0.5]\n{WIN}",
        "`distribution` must have 2 dimensions: one row for each input of Alice, one column for "
        "Bob's; received 1 dimensions.",
    ),
    "misspelt uniform": (
        f"distribution = 'unifrom'\n{WIN}",
        "`distribution` must be an array of numbers, or \"uniform\"; received 'unifrom'.",
    ),
    "shape of win": (
        f"{QUARTERS}\nwin = [[0, 0, 1]]",
        "`win` must have as many rows and columns as `distribution`, 2 x 2; received 1 x 3.",
    ),
    "shape of payoff": (
        f"{QUARTERS}\npayoff = [[[1, 0], [1, 0]]]",
        "`payoff` must have as many rows and columns as `distribution`, 2 x 2; received 1 x 2.",
    ),
    "dimensions of win": (
        f"{QUARTERS}\nwin = [0, 1]",
        "`win` must have 2 dimensions, win[x][y]; received 1 dimensions.",
    ),
    "dimensions of payoff": (
        f"{QUARTERS}\npayoff = [[1, 0], [0, 1]]",
        "`payoff` must have 3 dimensions, payoff[x][y][parity]; received 2 dimensions. "
        "Cure: for a win/lose game give `win`, a matrix of 0 and 1, instead.",
    ),
    "uniform without a shape": (
        "distribution = 'uniform'\npayoff = [1, 2]",
        "`payoff` must have 3 dimensions, payoff[x][y][parity]; received 1 dimensions. "
        "Cure: for a win/lose game give `win`, a matrix of 0 and 1, instead.",
    ),
    "predicate": (
        f"{QUARTERS}\nwin = [[0, 0], [0, 2]]",
        f"`win[1][1]` must be 0 or 1; received 2. {AGREE}.",
    ),
    "signs": (
        f"{QUARTERS}\nwin = [[1, 1], [1, -1]]",
        f"`win[1][1]` must be 0 or 1; received -1. {AGREE}; "
        "these are signs: write 0 for +1 and 1 for -1.",
    ),
    "payoff nan": (
        f"{QUARTERS}\npayoff = [[[1, nan], [1, 0]], [[1, 0], [0, 1]]]",
        "`payoff[0][0][1]` must be finite; received 'NaN'.",
    ),
    "payoff inf": (
        f"{QUARTERS}\npayoff = [[[1, 0], [1, 0]], [[1, 0], [-inf, 1]]]",
        "`payoff[1][1][0]` must be finite; received '-Infinity'.",
    ),
    "payoff too large": (
        f"{QUARTERS}\npayoff = [[[1, 0], [1, 0]], [[1, 0], [1e301, 1]]]",
        "`payoff[1][1][0]` must be zero or between 1e-300 and 1e300 in size; received about 1e301.",
    ),
    "not an XOR game": (
        "distribution = [[1]]\npayoff = [[[[1, 0], [0, 2]]]]",
        "`payoff[0][0]` must depend on the parity a xor b alone, or the game is not an XOR game; "
        "received [[1.0, 0.0], [0.0, 2.0]]. "
        "Cure: payoffs that depend on a or b separately are outside this package.",
    ),
    "three outputs": (
        "distribution = [[1]]\npayoff = [[[1, 0, 0]]]",
        "`payoff` must give 2 numbers for each pair of inputs, one for each parity; received 3. "
        "Cure: an XOR game has two outputs for each party, and only their parity counts.",
    ),
    "labels twice": (
        f"{QUARTERS}\n{WIN}\nlabels.a = ['up', 'up']",
        "`labels.a` must be different; received ['up', 'up'].",
    ),
    "unknown label": (
        f"{QUARTERS}\n{WIN}\nlabels.c = ['up', 'down']",
        "`labels.c` is not a kind of label. Cure: use a and b for outputs, x and y for inputs.",
    ),
    "missing label": (
        f"{QUARTERS}\n{WIN}\nlabels.x = ['up']",
        "`labels.x` must have 2 entries, one for each input x; received 1.",
    ),
    "label of the wrong kind": (
        f"{QUARTERS}\n{WIN}\nlabels.b = 3",
        "`labels.b` must be a list of strings; received 3.",
    ),
    "labels of the wrong kind": (
        f"{QUARTERS}\n{WIN}\nlabels = ['up', 'down']",
        "`labels` must be a table; received ['up', 'down'].",
    ),
    "unknown key": (
        f"{QUARTERS}\n{WIN}\nsouce = 'me'",
        "`souce` is not a key of a game file. Cure: did you mean `source`?",
    ),
    "name of the wrong kind": (
        f"name = 5\n{QUARTERS}\n{WIN}",
        "`name` must be text; received 5. Cure: put it in quotes.",
    ),
    "conditions of the wrong kind": (
        f"{QUARTERS}\n{WIN}\nconditions = 5",
        "`conditions` must be a table; received 5.",
    ),
    "catalog of the wrong kind": (
        "catalog = 'chsh'",
        "`catalog` must be a table; received 'chsh'.",
    ),
    "catalog without a name": ("[catalog]\np = 0.5", "`catalog.name` must be given."),
    "catalog name of the wrong kind": (
        "[catalog]\nname = 5",
        "`catalog.name` must be text; received 5. Cure: put it in quotes.",
    ),
    "unknown game": (
        "[catalog]\nname = 'chhs'",
        "`catalog.name` must be a game of the catalogue; received 'chhs'. "
        "Cure: did you mean `chsh`?",
    ),
    "unknown parameter": (
        "[catalog]\nname = 'hft'\np = 0.5\nbeta = 0\nbetta = 0",
        "`catalog.betta` is not a parameter of hft. Cure: did you mean `beta`?",
    ),
    "bad parameter": (
        "[catalog]\nname = 'hft'\np = 1.5\nbeta = 0",
        "`catalog.p` must lie in [0, 1]; received 1.5.",
    ),
    "bad threshold": (
        "[threshold]\nregion = 'product'\nthreshold = 0.3\ncells = 8\nrule = 'midpont'",
        "`threshold.rule` must name a rule; received 'midpont'. Cure: did you mean `midpoint`?",
    ),
    "threshold of the wrong kind": ("threshold = 5", "`threshold` must be a table; received 5."),
}


@pytest.mark.parametrize(("lines", "expected"), BAD.values(), ids=BAD)
def test_bad_file(tmp_path, lines, expected):
    path = write(tmp_path, f"schema = 1\n{lines}")
    with pytest.raises(InputError) as caught:
        load_game(path)
    assert str(caught.value) == f"{path}: {expected}"


@pytest.mark.parametrize(
    ("line", "received"),
    [
        ("", "nothing"),
        ("schema = 2", "2"),
        ("schema = true", "True"),
        ("schema = '1'", "'1'"),
        ("schema = 1.0", "Decimal('1.0')"),
    ],
)
def test_schema_version(tmp_path, line, received):
    path = write(tmp_path, f"{line}\n{QUARTERS}\n{WIN}")
    with pytest.raises(InputError) as caught:
        load_game(path)
    assert str(caught.value) == (
        f"{path}: `schema` must be 1, the version read here; received {received}. "
        "Cure: write schema = 1."
    )


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (
            "nmae = 'x'\ndistribution = [[0.5, -1], [nan, 0]]\nwin = [[0, 2], [1, 3]]\n"
            "labels.a = ['one']",
            ["schema", "nmae", "distribution[1][0]", "win[0][1]", "win[1][1]", "labels.a"],
        ),
        (
            "schema = 2\ndistribution = [[2]]\nwin = [[3]]\npayoff = [[4]]",
            ["schema", "game", "distribution", "payoff", "win[0][0]"],
        ),
        (
            "distribution = 'x'\npayoff = [[[nan, 0]]]",
            ["schema", "distribution", "payoff[0][0][0]"],
        ),
        (
            "labels = 3\n[catalog]\nname = 'hft'\np = -1\nbeta = 2",
            ["schema", "labels", "catalog.p", "catalog.beta"],
        ),
    ],
)
def test_all_problems_at_once(tmp_path, content, keys):
    path = write(tmp_path, content)
    with pytest.raises(InputError) as caught:
        load_game(path)
    assert [problem.key for problem in caught.value.problems] == keys
    assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())


# The JSON Schema

EXPRESSED = [
    "no game",
    "distribution alone",
    "win alone",
    "payoff alone",
    "payoff and win",
    "catalog and threshold",
    "negative",
    "counts",
    "percent",
    "decimal comma in text",
    "division by zero",
    "complex",
    "empty",
    "one dimension",
    "misspelt uniform",
    "dimensions of win",
    "dimensions of payoff",
    "predicate",
    "signs",
    "three outputs",
    "labels twice",
    "unknown label",
    "label of the wrong kind",
    "labels of the wrong kind",
    "unknown key",
    "name of the wrong kind",
    "conditions of the wrong kind",
    "catalog of the wrong kind",
    "catalog without a name",
    "catalog name of the wrong kind",
    "threshold of the wrong kind",
]


@pytest.fixture(scope="module")
def validator():
    schema = game_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_schema_is_json_with_its_dialect():
    schema = json.loads(json.dumps(game_schema()))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all("description" in key for key in schema["properties"].values())


@pytest.mark.parametrize("path", GAMES, ids=lambda path: path.stem)
def test_the_schema_admits_the_shipped_games(path, validator):
    validator.validate(tomllib.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", EXPRESSED)
def test_the_schema_rejects_what_it_can_express(name, validator):
    assert not validator.is_valid(tomllib.loads(f"schema = 1\n{BAD[name][0]}"))


@pytest.mark.parametrize("version", [None, 0, 2, "1"])
def test_the_schema_rejects_other_versions(version, validator):
    table = {"catalog": {"name": "chsh"}} | ({} if version is None else {"schema": version})
    assert not validator.is_valid(table)


# The shipped games


def test_there_are_seven_shipped_games():
    assert [path.stem for path in GAMES] == [
        "affinity",
        "asymmetric",
        "biased_chsh",
        "chsh",
        "hft",
        "load_balancing",
        "your_game",
    ]


THE_SAME = {
    "affinity": lambda: catalog.affinity("C5"),
    "asymmetric": lambda: XORGame(
        [["0.4", "0.2"], ["0.2", "0.2"]], [[[1, -1], [1, -1]], [[1, -1], [-5, 1]]]
    ),
    "biased_chsh": lambda: catalog.biased_chsh(p="0.6", q="0.6"),
    "chsh": catalog.chsh,
    "hft": lambda: catalog.hft(p="0.5", beta="0.1"),
    "load_balancing": lambda: threshold_from_table(
        {"region": "product", "threshold": "0.330032", "cells": 8}
    ),
    "your_game": lambda: XORGame(
        [["0.15", "0.1", "0.1"], ["0.1", "0.1", "0.1"], ["0.1", "0.1", "0.15"]],
        [
            [[1, -1], [-1, 1], [-2, 2]],
            [[-1, 1], [1, -1], [-1, 1]],
            [[-2, 2], [-1, 1], [1, -1]],
        ],
    ),
}


@pytest.mark.parametrize("path", GAMES, ids=lambda path: path.stem)
def test_shipped_game(path):
    file = read_game_file(path)
    assert file.game == THE_SAME[path.stem]()
    assert file.game.name not in ("", "game", path.stem)
    conditions = Conditions.from_table(file.conditions)
    assert {"window_s", "alpha", "power"} <= file.conditions.keys()
    assert conditions.local_time_s < conditions.light_time_s
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_the_labels_of_the_hft_game_make_equal_bits_opposite_biases():
    labels = load_game(GAMES[4]).labels
    assert labels["a"] == ("ask first", "bid first")
    assert labels["b"] == ("bid first", "ask first")


# The command line's GAME


def test_parse_game_reads_files_and_the_catalogue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = f"schema = 1\n{QUARTERS}\n{WIN}\n[conditions]\nalpha = 1"
    write(tmp_path, lines, "mine.toml")
    (tmp_path / "chsh").mkdir()
    assert parse_game("mine.toml").conditions == {"alpha": 1}
    assert parse_game(str(tmp_path / "mine.toml")).game.name == "mine"
    assert parse_game("chsh").game == catalog.chsh()
    assert parse_game("hft:p=1/3,beta=0.3").game == catalog.hft(p="1/3", beta="0.3")
    assert parse_game("hft:p=1/3,beta=0.3").conditions == {}


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            "chhs",
            "`GAME` must be a game file (.toml or .json) or a game of the catalogue; "
            "received 'chhs'. Cure: did you mean `chsh`?",
        ),
        (
            "chhs:p=1/2",
            "`GAME` must be a game file (.toml or .json) or a game of the catalogue; "
            "received 'chhs:p=1/2'. Cure: did you mean `chsh`?",
        ),
        ("chsh.toml", "chsh.toml: `file` must exist; received no such file."),
        (
            "games/chsh",
            "games/chsh: `file` must exist; received no such file. Cure: there is no folder games.",
        ),
        ("mine", "mine: `file` must be named .toml or .json; received no suffix."),
        ("chsh:p=1", "`p` is not a parameter of chsh. Cure: write chsh alone."),
    ],
)
def test_parse_game_says_what_it_looked_for(tmp_path, monkeypatch, spec, expected):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "schema = 1", "mine")
    with pytest.raises(InputError) as caught:
        parse_game(spec)
    assert str(caught.value) == expected


# Saving


def tiny_game():
    return XORGame(
        [["1/3", "2/3"]],
        [[[1, "-1/2"], [0, 2**53 + 1]]],
        name='a "name"\\ ω',
        source="here",
        labels={"a": ["up", "down"], "x": ["only"]},
    )


TOML = r"""schema = 1
name = "a \"name\"\\ ω"
source = "here"
distribution = [
  ["1/3", "2/3"]
]
payoff = [
  [[1, "-1/2"], [0, "9007199254740993"]]
]
labels.a = ["up", "down"]
labels.x = ["only"]
"""
JSON = r"""{
  "schema": 1,
  "name": "a \"name\"\\ ω",
  "source": "here",
  "distribution": [
    ["1/3", "2/3"]
  ],
  "payoff": [
    [[1, "-1/2"], [0, "9007199254740993"]]
  ],
  "labels": {"a": ["up", "down"], "x": ["only"]}
}
"""


@pytest.mark.parametrize(("name", "text"), [("tiny.toml", TOML), ("tiny.json", JSON)])
def test_saved_text(tmp_path, name, text, validator):
    save_game(tiny_game(), tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == text
    validator.validate(read_table(tmp_path / name))


FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
TEXTS = st.text("aω😀\"'\\#=[]{} ", max_size=9).map("x{}".format)


@st.composite
def games(draw):
    m, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    weights = draw(st.lists(st.integers(0, 9), min_size=m * n, max_size=m * n).filter(any))
    payoff = draw(st.lists(FRACTIONS, min_size=2 * m * n, max_size=2 * m * n))
    counts = {"a": 2, "b": 2, "x": m, "y": n}
    kinds = draw(st.sets(st.sampled_from(sorted(counts))))
    return XORGame(
        [[Fraction(w, sum(weights)) for w in weights[n * x : n * x + n]] for x in range(m)],
        [[payoff[2 * (n * x + y) :][:2] for y in range(n)] for x in range(m)],
        name=draw(TEXTS),
        source=draw(TEXTS),
        labels={
            kind: draw(st.lists(TEXTS, min_size=counts[kind], max_size=counts[kind], unique=True))
            for kind in kinds
        },
    )


@given(game=games(), suffix=st.sampled_from([".toml", ".json"]))
def test_save_load_save_is_byte_identical(tmp_path_factory, game, suffix):
    folder = tmp_path_factory.mktemp("saved")
    first, second = folder / f"first{suffix}", folder / f"second{suffix}"
    save_game(game, first)
    loaded = load_game(first)
    save_game(loaded, second)
    assert first.read_bytes() == second.read_bytes()
    assert (loaded, loaded.to_dict()) == (game, game.to_dict())


@pytest.mark.parametrize("path", GAMES, ids=lambda path: path.stem)
def test_shipped_games_survive_saving(path, tmp_path):
    game = load_game(path)
    save_game(game, tmp_path / "saved.json")
    assert load_game(tmp_path / "saved.json").to_dict() == game.to_dict()


def test_saving_over_a_file_must_be_asked_for(tmp_path):
    path = write(tmp_path, "mine")
    with pytest.raises(InputError) as caught:
        save_game(tiny_game(), path)
    assert str(caught.value) == (
        f"{path}: `file` must not exist yet; received an existing file. "
        "Cure: use --force, or overwrite=True, to replace it."
    )
    assert path.read_text() == "mine"
    save_game(tiny_game(), path, overwrite=True)
    assert path.read_text(encoding="utf-8") == TOML


def test_saving_needs_a_suffix(tmp_path):
    with pytest.raises(InputError) as caught:
        save_game(tiny_game(), tmp_path / "game.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'game.yaml'}: `file` must be named .toml or .json; received '.yaml'."
    )
    assert list(tmp_path.iterdir()) == []
