"""The subcommand design: what it prints, the files it leaves, exit codes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import xorgames as xg
from xorgames.design.separation import separate

EXAMPLES = Path(__file__).parent.parent / "examples"
SMALL = ("--vary", "p=0.2:0.4", "--vary", "beta=0.1:0.4")


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


def test_free_forms_under_conditions(run, tmp_path):
    path, report = EXAMPLES / "free_payoffs.toml", tmp_path / "report.md"
    code, out, _ = run(
        "design", path, "--minimise", "rate", "--design", "yb_cavity",
        "--subject", "classical>=0.7", "--subject", "one-pair", "--report", report,
    )  # fmt: skip
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "three kinds of news: minimise rate, payoff free"
    assert lines[2].split() == ["rate/Hz"]
    assert "met: classical>=0.7\nmet: one-pair\n" in out
    assert "  yb_cavity: " in out
    assert "Provably met: one-pair." in report.read_text(encoding="utf-8")
    code, _, err = run("design", path, "--subject", "gap>=0.2")
    assert code == 2
    assert err.startswith("Error: `subject` must be met by a game that the search finds: none was")


def test_a_default_that_misses_a_condition(run):
    out = run("design", EXAMPLES / "chsh_prior.toml", "--subject", "classical>=0.8")[1]
    assert "at the default: " not in out
    out = run("design", EXAMPLES / "chsh_prior.toml", "--subject", "classical<=0.8")[1]
    assert "at the default: classical<=0.8: it is 0.9\n" in out


def test_an_interrupted_search_shows_the_best_so_far(run, monkeypatch):
    from xorgames.design import free_search

    best, calls = free_search.best_game_for, []

    def stopped(*arguments, **options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return best(*arguments, **options)

    monkeypatch.setattr(free_search, "best_game_for", stopped)
    code, out, err = run("design", EXAMPLES / "free_payoffs.toml")
    assert code == 130
    assert "interrupted: the best so far\n" in out
    assert err == "Interrupted: what was known by then is shown, nothing was written.\n"


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
        "4 deterministic strategies explain 0.711743 of the correlators\n"
    )


def test_data_without_correlations(run, tmp_path):
    path = tmp_path / "none.toml"
    path.write_text("schema = 1\ncorrelators = [[0, 0], [0, 0]]\n")
    assert run("design", path)[1].endswith("no correlation to explain\n")


def test_a_default_that_is_the_best(run):
    text = "not proven to be better than the default\n"
    assert text in run("design", "biased_chsh", "--maximise", "ratio")[1]


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
            (str(EXAMPLES / "threshold_cells.toml"), "--window", "1ms", "--seed", "1"),
            "Error: `--window` has no meaning for threshold games.\n"
            "`--seed` has no meaning for threshold games.",
        ),
        (
            (str(EXAMPLES / "measured_counts.toml"), "--profile", "x", "--infidelity", "0"),
            "Error: `--profile` has no meaning for measured data.\n"
            "`--infidelity` has no meaning for measured data.",
        ),
        (
            ("chsh", "--maximise", "gap"),
            "Error: `--maximise` has no meaning for a game without open parameters.",
        ),
        (("chsh", "--profile", "x"), "Error: `profile` needs a design; received none."),
        (
            ("hft", "-o", "game.json", "--report", "./game.json"),
            "Error: `--report` must name another file than --output; received ./game.json.",
        ),
        (("hft", "--at", "p=0.3", "--at", "beta=0.3"), "Error: `vary` must name a parameter"),
    ],
)
def test_bad_usage(run, arguments, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("design", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("region = ['sum']", "`region` must be one of product, sum; received ['sum']."),
        ("region = 'sum'\ncells = []", "`cells` must not be empty; received []."),
        ("correlators = [[0, nan]]", "`correlators[0][1]` must be finite; received 'NaN'."),
        ("counts = [[[0, 0]]]", "`counts[0][0]` must have at least one round."),
    ],
)
def test_errors_name_the_file(run, content, text, tmp_path):
    path = tmp_path / "problem.toml"
    path.write_text(f"schema = 1\n{content}\n")
    code, out, err = run("design", path)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {path}: {text}")


def test_reports_on_cells_and_data(run, tmp_path):
    cells = tmp_path / "cells.toml"
    cells.write_text("schema = 1\nregion = 'product'\nthreshold = '1/3'\ncells = 2\n")
    for path, words in (
        (cells, ["The best cells", 'id="cells-title"', "The continuous game"]),
        (EXAMPLES / "measured_counts.toml", ["The inequality", 'id="inequality-title"']),
        ("hft:p=0.4,beta=0.2", ["The equivalent game", "What the machine must do"]),
    ):
        page = tmp_path / f"{len(words)}{Path(path).stem}.html"
        code, _, err = run("design", path, "--report", page)
        assert (code, err) == (0, f"Written to {page}\n")
        text = page.read_text(encoding="utf-8")
        assert all(word in text for word in words)
        assert f"xorgames design {path} --report {page}" in text


def test_a_game_without_open_parameters_has_an_equivalent(run, tmp_path):
    path = tmp_path / "game.toml"
    code, out, err = run(
        "design", EXAMPLES.parent / "games" / "asymmetric.toml", "--design", "yb_cavity", "-o", path
    )
    assert (code, err) == (1, f"Written to {path}\n")
    assert out.startswith("unequal stakes, largest gap: win or lose")
    assert "proven: no game that asks the same question has more" in out
    assert "better than as given by 0.0152616" in out
    assert out.endswith("  yb_cavity: FAIL\n")
    assert xg.load_game(path).is_win_lose
    # The window stands in the file.
    content = json.loads(run("design", "chsh", "--format", "json")[1])
    assert content["gap"]["lower"] == pytest.approx((2**0.5 - 1) / 4)
    same = run("design", "chsh")[1]
    assert "better than as given" not in same


@pytest.mark.parametrize(("window", "code", "verdict"), [("100ms", 0, "PASS"), ("1ms", 1, "FAIL")])
@pytest.mark.parametrize("family", ["chsh", "hft:beta=0.1"])
def test_the_verdict_of_a_machine_is_the_exit_code(run, family, window, code, verdict):
    words = ("design", family, "--design", "yb_cavity", "--window", window)
    words += () if family == "chsh" else ("--vary", "p=0.45:0.5")
    found, out, _ = run(*words)
    assert (found, out.splitlines()[-1]) == (code, f"  yb_cavity: {verdict}")
    found, out, _ = run(*words, "--format", "json")
    assert (found, json.loads(out)["verdict"]) == (code, verdict)


def test_protocols_are_refused(run):
    assert run("design", "hft", "--protocol", "preset") == (
        2,
        "",
        "Error: `protocol` must be average for a design, where every rate is a proven bracket; "
        "received preset. Cure: leave it out; xorgames require gives the rates of one game.\n",
    )
    assert "--protocol" not in run("design", "--help")[1]


def test_no_game_is_written_for_data_that_none_separates(run, tmp_path):
    data, game = tmp_path / "data.toml", tmp_path / "game.toml"
    data.write_text("schema = 1\ncorrelators = [['1/2', '1/2'], ['1/2', '-1/2']]\n")
    report = tmp_path / "r.md"
    code, out, err = run("design", data, "-o", game, "--report", report)
    assert code == 1
    assert out.startswith("REFUTED")
    assert err == f"Written to {report}\nNo game is written to {game}: none separates these data.\n"
    assert not game.exists()
    code, out, err = run("design", data)
    assert (code, err) == (1, "")
    assert out.endswith("deterministic strategies explain all of the correlators\n")


def test_an_interrupted_separation_does_not_say_that_there_is_none(run, tmp_path, monkeypatch):
    data, game = tmp_path / "data.toml", tmp_path / "game.toml"
    data.write_text("schema = 1\ncorrelators = [['1/2', '1/2'], ['1/2', '-1/2']]\n")

    def begun(**measured):
        return replace(separate(**measured), interrupted=True)

    monkeypatch.setattr("xorgames.design.separation.separate", begun)
    code, _, err = run("design", data, "-o", game)
    assert code == 130
    assert err.startswith(f"No game is written to {game}: the search was interrupted.\n")
    assert not game.exists()


def test_an_interrupt_leaves_nothing(run, tmp_path, monkeypatch):
    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("xorgames.design.optimise.search", stop)
    game, report = tmp_path / "game.toml", tmp_path / "r.md"
    code, out, err = run("design", "hft", *SMALL, "-o", game, "--report", report)
    assert (code, out, err) == (130, "", "\nInterrupted: nothing was written.\n")
    assert list(tmp_path.iterdir()) == []


def test_files_are_not_overwritten(run, tmp_path):
    path = tmp_path / "game.toml"
    path.write_text("mine")
    code, _, err = run("design", "hft", *SMALL, "-o", path)
    assert code == 2
    assert "must not exist yet" in err
    assert path.read_text() == "mine"
    assert run("design", "hft", *SMALL, "-o", path, "--force")[0] == 0
