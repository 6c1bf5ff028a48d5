"""Sweep files: what they may say, and every error."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from xorgames.errors import InputError
from xorgames.hardware.input_law import InputLaw
from xorgames.sweep.sweep_file import load_sweep, sweep_schema

ROOT = Path(__file__).resolve().parent.parent
GRID = """
schema = 1
family = "hft"
quantities = ["gap"]
[grid]
p = "0:1:3"
beta = [0, "1/3", 0.25]
"""
SPLIT = """
schema = 1
[split]
game = "chained:n=4"
rows = 3
time_limit_s = "2 s"
"""


def load(tmp_path, text):
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    return load_sweep(path)


def refused(tmp_path, text):
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}")
    return message.replace(f"{tmp_path / 'sweep.toml'}: ", "")


def test_a_grid(tmp_path):
    sweep = load(tmp_path, GRID)
    assert sweep.total == 9
    assert sweep.columns == ("id", "p", "beta", "gap_lower", "gap_upper", "note", "error")
    assert [str(x) for x in sweep.grid["p"]] == ["0", "1/2", "1"]
    assert [str(x) for x in sweep.grid["beta"]] == ["0", "1/3", "1/4"]


def test_a_split(tmp_path):
    sweep = load(tmp_path, SPLIT)
    assert (sweep.total, sweep.time_limit_s, sweep.game.shape) == (4, 2.0, (4, 4))


def test_files_beside_it(tmp_path):
    (tmp_path / "family.toml").write_text(
        'schema = 1\nparameters = { q = { lower = 0, upper = "1/4" } }\n'
        'distribution = [["1 - 4*q", "q"], ["q", "2*q"]]\nwin = [[0, 0], [0, 1]]\n'
    )
    text = GRID.replace('"hft"', '"family.toml"').replace('beta = [0, "1/3", 0.25]', "")
    sweep = load(tmp_path, text.replace('p = "0:1:3"', "q = [0.1, 0.2]"))
    assert sweep.total == 2
    assert sweep.definition["schema"] == 1
    (tmp_path / "family.toml").write_text("schema = 1\n")
    assert "family.toml: `parameters` must be given" in refused(tmp_path, text)


def test_setting(tmp_path):
    text = GRID.replace(
        "[grid]", 'design = "yb_cavity"\nprofile = "displayed"\ntest = "bernoulli"\n[grid]'
    )
    setting = load(tmp_path, text + '[conditions]\nwindow_s = "10 ms"').setting
    assert setting.conditions.window_s == 0.01
    assert (setting.design.name, setting.profile, setting.test) == (
        "yb_cavity",
        "displayed",
        "bernoulli",
    )


def test_what_is_known_of_the_inputs(tmp_path):
    for text, law in (
        ("", InputLaw()),
        ("input_bias = 0.01\n", InputLaw(bias=0.01)),
        ("input_samples = 50000\n", InputLaw(samples=50000)),
    ):
        sweep = load(tmp_path, GRID.replace("[grid]", text + "[grid]"))
        assert sweep.setting.inputs == law
        jsonschema.validate(tomllib.loads(text + GRID), sweep_schema())
    ids = {
        next(iter(load(tmp_path, GRID.replace("[grid]", text + "[grid]")).tasks())).id
        for text in ("", "input_bias = 0.01\n", "input_bias = 0.02\n", "input_samples = 9\n")
    }
    assert len(ids) == 4


def test_everything_wrong_with_the_setting_is_said_at_once(tmp_path):
    message = refused(
        tmp_path,
        GRID.replace("[grid]", 'infidelity = "x"\ninput_bias = 2\ninput_samples = 0.5\n[grid]')
        + "[conditions]\nalpha = 2\npower = 3\n",
    )
    for key in ("conditions.alpha", "conditions.power", "infidelity", "input_bias"):
        assert f"`{key}` must " in message
    assert "`input_samples` must be a whole number, at least 1; received" in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema = 1", "schema = 2", "`schema` must be 1, the version of sweep files; received 2."),
        ("schema = 1", "", "`schema` must be 1, the version of sweep files; received nothing."),
        ('"hft"', '"hft2"', "`FAMILY` must be a family file (.toml or .json) or a game"),
        ('"hft"', "3", "`family` must be text; received 3."),
        ('family = "hft"', "", "`family` must be given."),
        ("quantities", "quantites", "`quantites` is not a known key. Cure: did you mean"),
        ('["gap"]', "[]", "`quantities` must be a list of different quantities; received []."),
        ('["gap"]', '["gap", "gap"]', "`quantities` must be a list of different quantities;"),
        ('"0:1:3"', '"0:1"', "`grid.p` is not well formed; received '0:1'."),
        ('"0:1:3"', '"0:1:x"', "`grid.p` is not well formed; received '0:1:x'."),
        ('"0:1:3"', '"0:1:0"', "`grid.p` must have from 2 to 1000000 values; received 0."),
        ('"0:1:3"', f'"0:1:{10**9}"', "`grid.p` must have from 2 to 1000000 values; received 1"),
        ('"0:1:3"', f'"0:1:{"9" * 5000}"', "`grid.p` must have from 2 to 1000000 values;"),
        ('"0:1:3"', '"1:0:3"', "`grid.p` must have start below stop; received 1:0."),
        ('"0:1:3"', "[]", "`grid.p` must be values; received []."),
        ('"0:1:3"', "0.5", "`grid.p` must be values; received Decimal('0.5')."),
        ('"0:1:3"', "[0.5, 0.50]", "`grid.p` must be different values; received"),
        ('"0:1:3"', "[nan]", "`grid.p` must be finite; received"),
        ("[grid]", "[grid]\nq = [1]", "`grid` must be an open parameter of HFT; received 'q'."),
        ("[grid]", "infidelity = 2\n[grid]", "`infidelity` must lie in [0, 1]; received 2."),
        ("[grid]", "design = 'none'\n[grid]", "`design` must be a packaged design or a file"),
        ("[grid]", "input_bias = 2\n[grid]", "`input_bias` must lie in [0, 1]; received 2."),
        (
            "[grid]",
            "input_bias = 0.1\ninput_samples = 9\n[grid]",
            "`input_bias` must be 0 where the law is estimated from samples; received 0.1.",
        ),
        ("[grid]", "test = 'binom'\n[grid]", "`test` is not offered; received 'binom'."),
        (
            "[grid]",
            "design = 'yb_cavity'\nprofile = 'x'\n[grid]",
            "`profile` must be a profile of yb_cavity; received 'x'.",
        ),
        ("[grid]", "grd = 3\n[grid]", "`grd` is not a known key. Cure: did you mean `grid`?"),
    ],
)
def test_errors_of_a_grid(tmp_path, old, new, message):
    assert old in GRID
    assert refused(tmp_path, GRID.replace(old, new)).startswith(message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows = 3", "rows = 9", "`rows` must be a whole number from 2 to 4; received 9."),
        ("rows = 3", "", "`split.rows` must be given."),
        ("rows = 3", "rows = 3\nrow = 1", "`split.row` is not a known key."),
        ('"2 s"', "-1", "`split.time_limit_s` must be positive; received -1."),
        ('"chained:n=4"', "4", "`split.game` must be text; received 4."),
        ('"chained:n=4"', '"chaind"', "`"),
        ("[split]", "family = 'hft'\n[split]", "`family` is not a known key."),
        ("[split]", "split = 3\n[other]", "`other` is not a known key."),
    ],
)
def test_errors_of_a_split(tmp_path, old, new, message):
    assert old in SPLIT
    assert refused(tmp_path, SPLIT.replace(old, new)).startswith(message)


def test_the_schema_agrees():
    schema = sweep_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (GRID, SPLIT):
        jsonschema.validate(tomllib.loads(text), schema)
        assert not jsonschema.Draft202012Validator(schema).is_valid(
            tomllib.loads(text.replace("schema = 1", "schema = 2"))
        )
    assert json.dumps(schema)
