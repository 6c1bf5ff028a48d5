"""The subcommand map: exact output, files beside each other, exit codes, nothing left behind."""

import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_a_plane(run):
    assert run("map", "hft", "--x", "p=0:1:21", "--y", "beta=0:1:21", "--level", "0.05") == (
        0,
        "HFT: gap over p and beta, 21 x 21 points\n"
        "\n"
        "point     p    beta  gap\n"
        "smallest  0    0     0\n"
        "largest   0.5  0     0.103553390593 … 0.103553390594\n"
        "\n"
        "entanglement helps at 252 of 441 points\n"
        "boundary of the region of advantage: 2 curves\n"
        "gap = 0.05: 2 curves\n",
        "",
    )


def test_a_curve_with_the_limit_of_a_design(run):
    code, out, _ = run(
        "map", EXAMPLES / "uniform_inputs.toml", "--x", "beta=0:0.5:11",
        "--quantity", "critical-infidelity", "--design", "yb_cavity",
    )  # fmt: skip
    assert code == 0
    assert out.splitlines()[-2:] == [
        "boundary of the region of advantage: 0.5",
        "limit of yb_cavity: critical-infidelity = 0.0609721: 0.316917",
    ]


def test_points_without_a_value_are_explained(run):
    _, out, _ = run("map", EXAMPLES / "your_family.toml", "--x", "together=-0.2:0.2:9")
    assert out.splitlines()[-2:] == [
        "no value at 4 of 9 points:",
        "  4: covariance must lie in [-1/10, 1/10]",
    ]
    _, out, _ = run("map", EXAMPLES / "your_family.toml", "--x", "together=0.15:0.2:2")
    assert "largest" not in out


def test_json(run):
    code, out, _ = run("map", "hft", "--x", "p=1/4:3/4:3", "--at", "beta=0", "--format", "json")
    content = json.loads(out)
    assert code == 0
    assert content["fixed"] == {"beta": "0"}
    assert content["advantage"] == [-1, 1, -1]


def test_data_come_with_a_figure(run, tmp_path):
    base = ("map", "hft:beta=0", "--x", "p=0:1:5", "-o")
    code, _, err = run(*base, tmp_path / "map.csv")
    assert code == 0
    assert err == f"Written to {tmp_path}/map.csv\nWritten to {tmp_path}/map.svg\n"
    assert (tmp_path / "map.csv").read_text().startswith("p,lower,upper\n0.0,0.0,0.0\n")
    run(*base, tmp_path / "b.json", "-o", tmp_path / "c.png")
    assert {path.name for path in tmp_path.iterdir()} == {"map.csv", "map.svg", "b.json", "c.png"}


def test_existing_files_are_refused_before_any_work(run, tmp_path):
    (tmp_path / "map.svg").write_text("mine")
    code, out, err = run("map", "hft", "--x", "p", "--y", "beta", "-o", tmp_path / "map.csv")
    assert (code, out) == (2, "")
    assert err.endswith("Cure: use --force, or overwrite=True, to replace it.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["map.svg"]
    arguments = ("map", "hft:beta=0", "--x", "p=0:1:3", "--force", "-o", tmp_path / "map.csv")
    assert run(*arguments)[0] == 0
    assert (tmp_path / "map.svg").read_text() != "mine"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("hft",), "Error: Missing option '--x'."),
        (("hft", "--x", "p=0:1:3"), "Error: `HFT` needs beta. Cure: give each a value or an axis."),
        (("hft", "--x", "p=0:1", "--at", "beta"), "Error: `--at` is not well formed; received "
         "'beta'. Cure: write name=value."),
        (("hft:beta=0", "--x", "p=0:1:3", "--window", "10"), "Error: Invalid value for '--window': "
         "`--window` must carry a unit; received '10'. Cure: write 10ms or 2.5us."),
        (("hft:beta=0", "--x", "p=0:1:3", "--quantity", "margin"), "Error: `quantity` needs a "
         "design for margin; received none. Cure: name a design."),
        (("hft:beta=0", "--x", "p=0:1:3", "--design", "yb"), "Error: `design` must be a packaged "
         "design or a file named .toml or .json; received 'yb'."),
    ],
)  # fmt: skip
def test_errors(run, arguments, message, tmp_path):
    code, out, err = run("map", *arguments, "-o", tmp_path / "map.csv")
    assert (code, out) == (2, "")
    assert message in err
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_nothing(run, tmp_path, monkeypatch):
    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("xorgames.design.map.trace", stop)
    code, _, err = run("map", "hft:beta=0", "--x", "p=0:1:3", "-o", tmp_path / "map.csv")
    assert (code, err.strip()) == (130, "Interrupted: nothing was written.")
    assert not list(tmp_path.iterdir())


def test_progress_goes_to_a_terminal(monkeypatch, capsys):
    from xorgames.cli import screen

    assert screen.step_progress() is None
    assert screen.terminal_progress() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    clock = iter([0.0, 0.0, 1.0, 1.05, 1.2])
    monkeypatch.setattr(screen.time, "monotonic", lambda: next(clock))
    draw = screen.step_progress()
    draw("gap", 0, 10)
    for done in (5, 6, 7):
        draw("gap", done, 10)
    assert capsys.readouterr() == ("", "\rgap   50.0%\x1b[K\rgap   70.0%\x1b[K")
    # A result stands where the progress was, not behind it.
    screen.show("HFT: gap")
    screen.show("Written to map.csv", err=True)
    assert capsys.readouterr() == ("HFT: gap\n", "\r\x1b[KWritten to map.csv\n")


def test_the_law_of_the_inputs_reaches_the_map(run):
    words = (
        "map",
        "hft:p=0.5",
        "--x",
        "beta=0:0.1:2",
        "--quantity",
        "rounds",
        "--test",
        "bernoulli",
    )
    plain = json.loads(run(*words, "--format", "json")[1])
    biased = json.loads(run(*words, "--input-bias", "0.01", "--format", "json")[1])
    assert biased["setting"]["inputs"] == {"kind": "interval", "bias": 0.01}
    assert biased["upper"][0] > plain["upper"][0]


def test_protocols_are_refused(run):
    assert run("map", "hft", "--x", "p", "--y", "beta", "--protocol", "preset") == (
        2,
        "",
        "Error: `protocol` must be average for a map, where every rate is a proven bracket; "
        "received preset. Cure: leave it out; xorgames require gives the rates of one game.\n",
    )


def test_protocols_are_not_offered(run):
    _, out, _ = run("map", "--help")
    assert "--protocol" not in out
    assert "--input-samples" in out
    assert "--protocol" in run("require", "--help")[1]


def test_a_misspelt_test_is_refused_though_the_gap_needs_none(run):
    code, out, err = run("map", "hft", "--x", "p", "--y", "beta", "--test", "binom")
    assert (code, out) == (2, "")
    assert err == (
        "Error: `test` is not offered; received 'binom'. Cure: did you mean `binomial`?\n"
    )
