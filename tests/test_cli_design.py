"""The subcommand design: what it prints, the files it leaves, exit codes."""

import json
from pathlib import Path

import pytest

import xorgames as xg
from xorgames.cli import main as command_line
from xorgames.cli.design import design_command
from xorgames.reports import figures

EXAMPLES = Path(__file__).parent.parent / "examples"
SMALL = ("--vary", "p=0.2:0.4", "--vary", "beta=0.1:0.4")


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process; return (exit code, stdout, stderr)."""
    command_line.cli.add_command(design_command)
    monkeypatch.setitem(figures._HOMES, "slices", "xorgames.reports.design_figure")

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            command_line.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call


def test_a_family(run):
    code, out, err = run("design", "hft", *SMALL)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "HFT: maximise gap"
    assert lines[2].split() == ["p", "beta", "gap"]
    assert lines[3].startswith("best found  0.4")
    assert lines[4].startswith("default     0.3  0.25")
    assert lines[6].startswith("better than the default by 0.0")
    assert lines[7] == "no default is given for p, beta: the middle of the range stands for it"
    assert lines[8].startswith("proven: no game in these ranges that meets all conditions has more")
    assert "what it asks of the hardware:" in lines
    assert any(line.startswith("  pair rate") for line in lines)


def test_one_command_gives_game_report_and_verdict(run, tmp_path):
    game, report = tmp_path / "game.toml", tmp_path / "report.html"
    code, out, err = run(
        "design", "hft", "--vary", "p=0.3:0.5", "--at", "beta=0.1", "--design", "yb_cavity",
        "--window", "100ms", "--subject", "pass", "--subject", "one-plane", "-o", game,
        "--report", report,
    )  # fmt: skip
    assert code == 0
    assert err == f"Written to {game}\nWritten to {report}\n"
    assert "met: pass\nmet: one-plane\n" in out
    assert "  yb_cavity: PASS" in out
    found = xg.load_game(game)
    assert xg.solve(found).advantage.verdict == "PROVEN"
    page = report.read_text(encoding="utf-8")
    assert "the best game found" in page
    assert 'id="slices-title"' in page


def test_the_contract_as_json(run):
    code, out, _ = run("design", "hft", *SMALL, "--maximise", "ratio", "--format", "json")
    content = json.loads(out)
    assert code == 0
    assert set(content) >= {"parameters", "objective", "default_objective", "game", "evaluations"}
    assert content["quantity"] == "ratio"
    assert content["limit"] >= content["objective"]["lower"]


def test_seeds_change_nothing_that_is_proven(run):
    found = [json.loads(run("design", "hft", *SMALL, "--seed", s, "--format", "json")[1])
             for s in (1, 2)]  # fmt: skip
    assert found[0]["objective"]["lower"] <= found[0]["limit"]
    assert abs(found[0]["objective"]["lower"] - found[1]["objective"]["lower"]) < 1e-6


@pytest.mark.parametrize("name", ["chsh_prior", "free_payoffs"])
def test_free_forms(run, name, tmp_path):
    report = tmp_path / "report.md"
    code, out, _ = run("design", EXAMPLES / f"{name}.toml", "--report", report)
    assert code == 0
    assert "the best that was found; that there is none better is not proven" in out
    assert "pair rate" in out
    assert "## The best game" in report.read_text(encoding="utf-8")
    content = json.loads(run("design", EXAMPLES / f"{name}.toml", "--format", "json")[1])
    assert content["parameters"] == {}
    assert content["objective"]["lower"] > 0


def test_cells(run, tmp_path):
    path = tmp_path / "cells.toml"
    path.write_text("schema = 1\nregion = 'sum'\nthreshold = 1\ncells = [2, 3]\n")
    code, out, _ = run("design", path, "-o", tmp_path / "game.json")
    assert code == 0
    assert out.startswith(
        "sum threshold game: best cells against classical players who see everything\n"
        "\n"
        "cells  advantage\n"
        "2 "
    )
    assert xg.load_game(tmp_path / "game.json").shape == (3, 3)


def test_measured_data(run):
    code, out, _ = run("design", EXAMPLES / "measured_counts.toml")
    assert code == 0
    assert out.startswith("PROVEN: your data violate this XOR inequality by 0.2025:")
    assert out.endswith(
        "inequality (sum |M| = 1):\n"
        "  1/4  1/4\n"
        "  1/4  -1/4\n"
        "4 deterministic strategies explain 0.711744 of the correlators\n"
    )


def test_data_without_correlations(run, tmp_path):
    path = tmp_path / "none.toml"
    path.write_text("schema = 1\ncorrelators = [[0, 0], [0, 0]]\n")
    assert run("design", path)[1].endswith("no correlation to explain\n")


def test_a_game_of_no_use(run):
    code, out, _ = run("design", "hft", "--at", "beta=0.5", "--vary", "p=0.1:0.4")
    assert code == 0
    assert "nothing can show an advantage: there is none" in out


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("hft", "--maximise", "rounds"), "Error: `maximise` must be gap or ratio"),
        (("hft", "--vary", "q"), "Error: `vary` must be an open parameter of HFT"),
        (("hft", "--at", "p"), "Error: `--at` is not well formed"),
        (("hft", "-o", "game.txt"), "Error: `file` must be named .toml or .json"),
        (("hft", "--report", "report.txt"), "Error: `file` must end in one of"),
        (("nothing.toml",), "Error: nothing.toml: `file` must exist"),
        (
            (str(EXAMPLES / "chsh_prior.toml"), "--vary", "p"),
            "Error: `--vary` has no meaning for a free-form problem.",
        ),
        (
            (str(EXAMPLES / "threshold_cells.toml"), "--subject", "pass"),
            "Error: `--subject` has no meaning for threshold games.",
        ),
        (
            (str(EXAMPLES / "measured_counts.toml"), "--design", "yb_cavity"),
            "Error: `--design` has no meaning for measured data.",
        ),
        (
            (str(EXAMPLES / "measured_counts.toml"), "--report", "r.md"),
            "Error: `--report` is for families and free-form problems; received measured.",
        ),
    ],
)
def test_bad_usage(run, arguments, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("design", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(text)
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_overwritten(run, tmp_path):
    path = tmp_path / "game.toml"
    path.write_text("mine")
    code, _, err = run("design", "hft", *SMALL, "-o", path)
    assert code == 2
    assert "must not exist yet" in err
    assert path.read_text() == "mine"
    assert run("design", "hft", *SMALL, "-o", path, "--force")[0] == 0
