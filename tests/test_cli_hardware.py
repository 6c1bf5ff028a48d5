import json

import pytest
from click.testing import CliRunner

from xorgames.cli.hardware import hardware_command
from xorgames.cli.main import _Group
from xorgames.cli.options import Invocation


@pytest.fixture
def run():
    """Run the subcommand and return its exit code, stdout and stderr."""
    group = _Group("xorgames")
    group.add_command(hardware_command)

    def call(*words):
        words = ["hardware", *map(str, words)]
        result = CliRunner().invoke(group, words, obj=Invocation(words=words))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


def test_list(run):
    code, out, _ = run()
    names = [line.split()[0] for line in out.splitlines()]
    assert code == 0
    assert names[0] == "design"
    assert {"yb_cavity", "your_machine"} < set(names)
    assert json.loads(run("--format", "json")[1])[0]["name"] == names[1]


def test_one_design(run):
    code, out, _ = run("yb_cavity", "--distance", "50km", "--format", "json")
    assert code == 0
    assert json.loads(out)["rate_hz"] == pytest.approx(7419.8, rel=1e-5)
    code, out, _ = run("yb_cavity", "--profile", "displayed")
    assert code == 0
    assert "7.85455 kHz" in out


def test_a_sweep(run, tmp_path):
    target = tmp_path / "sweep.csv"
    code, out, err = run("yb_cavity", "--vary", "atoms=100:300:3", "-o", target)
    assert code == 0
    assert out == (
        "What the numbers do\n"
        "\n"
        "The points:\n"
        "atoms  pair rate   infidelity  decision\n"
        "100    2.9679 kHz  0.060972    970 ns\n"
        "200    5.9359 kHz  0.060972    970 ns\n"
        "300    8.9038 kHz  0.060972    970 ns\n"
    )
    assert err == f"Written to {target}\n"
    rows = target.read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["atoms", "100", "200", "300"]


def test_a_sweep_of_two_numbers_with_a_game(run, tmp_path):
    target = tmp_path / "map.svg"
    words = ("--vary", "atoms=100,300", "--vary", "distance_m=20km:60km:3", "--game", "chsh")
    code, out, _ = run("yb_cavity", *words, "--window", "20ms", "-o", target, "--format", "json")
    assert code == 1
    points = json.loads(out)["points"]
    assert [point["verdict"] for point in points] == [
        "PASS",
        "FAIL",
        "FAIL",
        "PASS",
        "PASS",
        "FAIL",
    ]
    assert target.read_text().startswith("<svg ")


@pytest.mark.parametrize("suffix", ["html", "md", "json"])
def test_a_report_on_a_sweep(run, tmp_path, suffix):
    target = tmp_path / f"sweep.{suffix}"
    assert run("yb_cavity", "--vary", "atoms=100,300", "-o", target)[0] == 0
    text = target.read_text()
    assert "yb_cavity: what it achieves" in text
    assert "hardware yb_cavity --vary atoms=100,300 -o" in text


def test_the_questions_of_a_game(run, tmp_path):
    target = tmp_path / "answers.html"
    words = ("--game", "chsh", "--window", "20ms", "--limit", "atoms", "--draws", "50")
    code, out, _ = run(
        "yb_cavity", *words, "--front", "channels,atoms", "--bound", "atoms=100:400",
        "--uncertain", "emission_probability=0.05", "-o", target,
    )  # fmt: skip
    assert code == 1
    assert out.startswith("FAIL: CHSH with yb_cavity (law)")
    for heading in (
        "The cheapest fixes",
        "What the margins depend on",
        "How far one number can go",
        "Channels against atoms",
        "With uncertain numbers",
    ):
        assert f"\n{heading}\n" in out
        assert f">{heading}</h2>" in target.read_text()


def test_the_questions_as_json(run):
    words = ("--game", "chsh", "--window", "100ms", "--draws", "20", "--format", "json")
    code, out, _ = run("yb_cavity", *words)
    content = json.loads(out)
    assert code == 0
    assert content["verdict"]["verdict"] == "PASS"
    assert set(content) == {"verdict", "improve", "sensitivity", "limits", "uncertainty"}
    assert content["limits"]["atoms"]["least"] == 72
    assert set(content["limits"]) == {"distance_m", "atoms", "internal_cooperativity"}


def test_compare(run):
    code, out, _ = run("yb_cavity", "your_machine", "--compare")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["yb_cavity", "your_machine"]
    assert lines[1].split() == ["profile", "law", "stated"]
    assert "rate                    7.4198 kHz  8 kHz" in lines
    code, out, _ = run("--compare", "--game", "chsh", "--window", "100ms")
    verdicts = next(line for line in out.splitlines() if line.startswith("verdict")).split()
    assert verdicts[0] == "verdict"
    assert set(verdicts[1:]) == {"PASS"}
    assert len(json.loads(run("--compare", "--format", "json")[1])) == len(verdicts) - 1


def test_every_verdict_counts_for_the_exit_code(run):
    sweep = ("yb_cavity", "--vary", "atoms=100,300", "--game", "chsh", "--window")
    assert run(*sweep, "100ms")[0] == 0
    assert run(*sweep, "20ms")[0] == 1
    compared = ("yb_cavity", "your_machine", "--compare", "--game", "chsh", "--window")
    assert run(*compared, "100ms")[0] == 0
    assert run(*compared, "1ms")[0] == 1
    text = " ".join(run("--help")[1].split())
    assert (
        "Exit code 1: with --game, a verdict is not PASS; of a sweep or a comparison, any of them."
    ) in text


_DISTANCE = (
    "must name a number of yb_cavity or of the conditions; received 'distance'. "
    "Cure: did you mean `distance_m`?"
)


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("--vary", "distance=10km:50km:3"),
        ("--vary", "distance=10:50:3"),
        ("--uncertain", "distance=3km"),
        ("--weight", "distance=2"),
        ("--bound", "distance=3km:5km"),
        ("--limit", "distance"),
        ("--front", "atoms,distance"),
    ],
)
def test_a_name_that_is_nearly_right(run, monkeypatch, option, written):
    """It is found before the game is solved, and whatever unit the value has."""
    monkeypatch.setattr("xorgames.cli.hardware.read_requirements", None)
    message = (2, "", f"Error: `{option}` {_DISTANCE}\n")
    assert run("yb_cavity", "--game", "chsh", option, written) == message


@pytest.mark.parametrize(
    ("option", "first", "second"),
    [
        ("--uncertain", "atoms=1", "atoms=2"),
        ("--weight", "atoms=1", "atoms=2"),
        ("--bound", "atoms=1:2", "atoms=1:3"),
    ],
)
def test_a_name_that_comes_twice(run, option, first, second):
    assert run("yb_cavity", "--game", "chsh", option, first, option, second) == (
        2,
        "",
        f"Error: `{option}` must name each number once; received 'atoms'.\n",
    )


@pytest.mark.parametrize("words", [("--test", "betting"), ("--draws", "9"), ("--cost", "squares")])
def test_what_needs_a_game(run, words):
    message = f"Error: `{words[0]}` must come with --game. Cure: --game chsh.\n"
    assert run("yb_cavity", *words) == (2, "", message)


def test_draws_are_called_by_their_flag(run):
    asked = ("yb_cavity", "--game", "chsh", "--uncertain", "emission_probability=0.05")
    code, out, err = run(*asked, "--draws", "0")
    assert (code, out) == (2, "")
    assert err == "Error: `--draws` must be a whole number from 1 to 10000000; received 0.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--distance", "75km"),
            "`DESIGN` must be named with --distance or --profile. Cure: yb_cavity.",
        ),
        (("--vary", "atoms=1,2"), "`DESIGN` must be named with --vary. Cure: yb_cavity."),
        (
            ("yb_cavity", "your_machine"),
            "`DESIGN` must be one; received yb_cavity your_machine. Cure: add --compare.",
        ),
        (
            ("--compare", "--vary", "atoms=1,2"),
            "`--vary` must not stand with --compare. Cure: name one design, without --compare.",
        ),
        (
            ("yb_cavity", "--limit", "atoms"),
            "`--limit` must come with --game. Cure: --game chsh.",
        ),
        (
            ("yb_cavity", "--window", "10ms"),
            "`--window` must come with --game. Cure: --game chsh.",
        ),
        (
            ("yb_cavity", "--game", "chsh", "--vary", "atoms=1,2", "--front", "atoms,channels"),
            "`--front` must not stand with --vary. Cure: ask one after the other.",
        ),
        (
            ("yb_cavity", "-o", "x.html"),
            "`--output` must come with --vary or --game. Cure: --vary atoms=100:400:13.",
        ),
        (
            ("yb_cavity", "--vary", "atoms=5", "-o", "x.svg"),
            "`--output` must be .csv where a number has one value only. Cure: give at least two "
            "values of each.",
        ),
        (
            ("yb_cavity", "--vary", "atoms"),
            "`--vary` must be NAME=...; received 'atoms'. Cure: --vary "
            "attenuation_db_per_km=0.15:0.35:21 or --vary atoms=100,250,500.",
        ),
        (
            ("yb_cavity", "--vary", "atoms=1:2"),
            "`--vary` must be NAME=FROM:TO:COUNT; received 'atoms=1:2'. Cure: --vary "
            "attenuation_db_per_km=0.15:0.35:21 or --vary atoms=100,250,500.",
        ),
        (
            ("yb_cavity", "--vary", "atoms=1:2:1"),
            "`--vary` must have a whole COUNT from 2 to 100000; received '1'. Cure: --vary "
            "attenuation_db_per_km=0.15:0.35:21 or --vary atoms=100,250,500.",
        ),
        (
            ("yb_cavity", "--vary", "atoms=1,2", "--vary", "atoms=3,4"),
            "`--vary` must name each number once; received 'atoms'.",
        ),
        (
            ("yb_cavity", "--game", "chsh", "--window", "10ms", "--front", "atoms"),
            "`--front` must be NAME,NAME; received 'atoms'. Cure: --front "
            "emission_probability,atoms.",
        ),
        (
            ("yb_cavity", "--game", "chsh", "--bound", "atoms=5"),
            "`--bound` must be NAME=FROM:TO; received 'atoms=5'. Cure: --bound atoms=100:400.",
        ),
        (
            ("yb_cavity", "--game", "chsh", "--weight", "atoms"),
            "`--weight` must be NAME=...; received 'atoms'. Cure: --weight state_infidelity=0.005.",
        ),
    ],
)
def test_errors(run, words, message):
    assert run(*words) == (2, "", f"Error: {message}\n")


def test_an_unwanted_file_is_refused_before_any_work(run, tmp_path):
    for suffix, more in ((".csv", ()), (".html", ("--game", "chsh"))):
        target = tmp_path / f"there{suffix}"
        target.write_text("kept")
        code, out, err = run("yb_cavity", "--vary", "atoms=1,2", *more, "-o", target)
        assert (code, out) == (2, "")
        assert "must not exist yet" in err
        assert target.read_text() == "kept"
        assert run("yb_cavity", "--vary", "atoms=1,2", "-o", target, "--force")[0] == 0
    code, _, err = run("yb_cavity", "--game", "chsh", "-o", tmp_path / "answers.csv")
    assert code == 2
    assert "must end in one of" in err
