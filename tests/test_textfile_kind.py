"""A file of another kind than is wanted: one error, which says what it is and what takes it."""

import shutil
from pathlib import Path

import pytest

import xorgames as xg
from xorgames.textfile_kind import KINDS, kind_of

ROOT = Path(__file__).parent.parent
#: A shipped file of each kind.
FILES = {
    "game": "games/hft.toml",
    "family": "examples/your_family.toml",
    "free": "examples/free_payoffs.toml",
    "threshold": "examples/threshold_cells.toml",
    "measured": "examples/measured_counts.toml",
    "sweep": "examples/hft_sweep.toml",
    "design": "hardware/designs/yb_cavity.toml",
}
TELLS = {
    "game": "`catalog` is the key of a game",
    "family": "`parameters` is the key of a family of games",
    "free": "`choose` is the key of a free-form problem",
    "threshold": "`region` is the key of a threshold game with open cells",
    "measured": "`counts` is the key of measured data",
    "sweep": "`quantities` is the key of a sweep",
    "design": "`model` is the key of a machine's design",
}
CURES = {
    "game": "xorgames solve {}",
    "family": "xorgames design {0}, or xorgames map {0} --x PARAMETER",
    "free": "xorgames design {}",
    "threshold": "xorgames design {}",
    "measured": "xorgames design {}",
    "sweep": "xorgames sweep {} -o rows.csv",
    "design": "xorgames hardware {0}, or --design {0}",
}
#: Commands, the kinds that each takes, and what it says that it wants.
COMMANDS = {
    ("solve",): (("game",), "a game"),
    ("angles",): (("game",), "a game"),
    ("require",): (("game",), "a game"),
    ("check",): (("game",), "a game"),
    ("hardware", "yb_cavity", "--game"): (("game",), "a game"),
    ("map", "--x", "p"): (("family",), "a family of games"),
    ("design",): (("family", "free", "threshold", "measured", "game"), "a family of games"),
    ("sweep", "-o", "rows.csv"): (("sweep",), "a sweep"),
    ("hardware",): (("design",), "a machine's design"),
    ("check", "chsh", "--design"): (("design",), "a machine's design"),
    ("simulate", "hft", "--design"): (("design",), "a machine's design"),
    ("design", "hft", "--design"): (("design",), "a machine's design"),
}


@pytest.fixture
def run(run, monkeypatch, tmp_path):
    """Run the command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return run


def test_every_shipped_file_is_of_its_kind():
    from xorgames.textfile import read_table

    assert list(FILES) == list(TELLS) == list(CURES)
    assert set(FILES) == set(KINDS)
    folders = {"game": ["games"], "design": ["hardware/designs"]}
    for kind, names in folders.items():
        for name in names:
            for path in (ROOT / name).glob("*.toml"):
                assert kind_of(read_table(path))[0] == kind
    for path in (ROOT / "examples").glob("*.toml"):
        assert kind_of(read_table(path))[0] not in ("game", "design")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("kind", FILES)
def test_a_file_of_another_kind(run, tmp_path, command, kind):
    kinds, wanted = COMMANDS[command]
    if kind in kinds:
        return
    shutil.copy(ROOT / FILES[kind], "given.toml")
    cure = CURES[kind].format("given.toml")
    if (kind, command[0]) == ("game", "map"):
        cure = "state its [parameters], or " + cure
    message = f"Error: given.toml: {TELLS[kind]}, where {wanted} is wanted. Cure: {cure}.\n"
    assert run(*command, "given.toml") == (2, "", message)
    assert [path.name for path in tmp_path.iterdir()] == ["given.toml"]


def test_combine_wants_the_sweep_of_its_rows(run):
    shutil.copy(ROOT / FILES["game"], "given.toml")
    code, out, err = run("combine", "rows.csv", "-o", "all.csv", "--sweep", "given.toml")
    assert (code, out) == (2, "")
    assert err == (
        "Error: given.toml: `catalog` is the key of a game, where a sweep is wanted. "
        "Cure: xorgames solve given.toml.\n"
    )


@pytest.mark.parametrize("command", [("solve",), ("design",), ("map", "--x", "p"),
                                     ("check", "chsh", "--design")])  # fmt: skip
def test_recorded_rounds(run, command):
    Path("log.csv").write_text("round,x,y,a,b,pair\n0,0,0,0,0,1\n")
    assert run(*command, "log.csv") == (
        2,
        "",
        "Error: log.csv: `file` must be named .toml or .json; received '.csv'. "
        "Cure: recorded rounds go with a game, xorgames evidence GAME log.csv.\n",
    )


def test_game_and_log_in_the_wrong_order(run):
    Path("log.csv").write_text("round,x,y,a,b,pair\n0,0,0,0,0,1\n")
    assert run("evidence", "log.csv", "chsh")[2].endswith("xorgames evidence GAME log.csv.\n")
    assert run("evidence", "chsh", "game.toml") == (
        2,
        "",
        "Error: `LOG.csv` must be a table of recorded rounds; received the file game.toml. "
        "Cure: xorgames evidence GAME LOG.csv.\n",
    )


def test_in_python_too():
    path = ROOT / FILES["family"]
    with pytest.raises(xg.InputError) as caught:
        xg.load_game(path)
    (problem,) = caught.value.problems
    assert (problem.key, caught.value.file) == ("parameters", str(path))


def test_a_table_that_no_key_tells_gets_all_its_errors(run):
    Path("given.toml").write_text("schema = 1\nwim = [[0, 0], [0, 1]]\n")
    err = run("solve", "given.toml")[2]
    assert "`wim` is not a key of a game file. Cure: did you mean `win`?" in err
    assert "`game` must be given in one way" in err
