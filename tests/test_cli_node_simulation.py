"""`hardware --simulate`: what it prints, and which options go together."""

import json
from dataclasses import replace
from functools import partial

import pytest


@pytest.fixture
def run(run):
    """Run the subcommand on the packaged design."""
    return partial(run, "hardware", "yb_cavity")


def test_rates_beside_formulas(run):
    code, out, err = run("--profile", "displayed", "--simulate", "100ms")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("yb_cavity, 100 ms simulated: 103")
    assert lines[2].split() == ["simulated", "formula", "deviation", "in", "errors"]
    (rate,) = [line for line in lines if line.startswith("rate ")]
    assert "7.8545 kHz" in rate
    assert abs(float(rate.split()[-1])) < 4


def test_json_with_decisions_and_faults(run):
    code, out, _ = run(
        *("--simulate", "50ms", "--decisions", "8kHz", "--places", "4", "--order", "oldest"),
        *("--burst", "2", "--pattern", "periodic", "--hold", "as-needed", "--jitter", "1us"),
        *("--up", "10ms", "--down", "1ms", "--while-down", "0.5", "--seed", "3"),
        *("--format", "json"),
    )
    found = json.loads(out)
    assert code == 0
    assert found["demand"] == {
        "rate_hz": 8000.0,
        "places": 4,
        "order": "oldest",
        "burst_size": 2,
        "pattern": "periodic",
    }
    assert found["faults"]["mean_down_s"] == 1e-3
    assert found["hold"] == "as-needed"
    assert found["heralded"] == found["used"] + found["lost"] + found["store_growth"]


def test_short_windows_are_admitted(run):
    code, out, _ = run("--simulate", "5ms", "--decisions", "8kHz", "--places", "40")
    assert code == 0
    assert out.endswith(
        "The windows are short beside the memory of the system: standard errors come out too "
        "small. Simulate for longer.\n"
    )


def test_an_interrupted_run_shows_what_is_known(run, monkeypatch):
    from xorgames.hardware import simulation

    simulate = simulation.simulate_node
    monkeypatch.setattr(
        simulation,
        "simulate_node",
        lambda *given, **options: replace(simulate(*given, **options), interrupted=True),
    )
    code, out, err = run("--simulate", "20ms")
    assert code == 130
    assert "20 ms simulated, interrupted: " in out
    assert err == "Interrupted: what was known by then is shown, nothing was written.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--places", "4"],
            "`--places` must come with --simulate. Cure: --simulate 1s.",
        ),
        (
            ["--simulate", "1s", "--burst", "4"],
            "`--burst` must come with --decisions. Cure: --decisions 8kHz.",
        ),
        (
            ["--simulate", "1s", "--game", "chsh"],
            "`--simulate` must not stand with --game. Cure: ask one after the other.",
        ),
        (
            ["--simulate", "1s", "--compare"],
            "`--simulate` must not stand with --compare. Cure: name one design, without --compare.",
        ),
        (
            ["--simulate", "1ms", "--up", "1s"],
            "`--up` must come with --down. Cure: --up 10ms --down 1ms.",
        ),
        (
            ["--simulate", "1ms", "--down", "1s"],
            "`--down` must come with --up. Cure: --up 10ms --down 1ms.",
        ),
        (
            ["--simulate", "1ms", "--while-down", "0.5"],
            "`--while-down` must come with --up and --down. Cure: --up 10ms --down 1ms.",
        ),
        (["--simulate", "0s"], "`--simulate` must be positive; received 0."),
        (
            ["--simulate", "1ms", "--decisions", "0Hz"],
            "`--decisions` must be positive; received 0.",
        ),
        (
            ["--simulate", "1ms", "--decisions", "8kHz", "--burst", "0"],
            "`--burst` must be a whole number, 1 or more; received 0.",
        ),
        (
            ["--simulate", "1ms", "--jitter", "-1us"],
            "`--jitter` must not be negative; received -1e-06.",
        ),
        (
            ["--simulate", "1s", "--decisions", "8kHz", "--order", "random"],
            '`order` must be "newest" or "oldest"; received \'random\'. '
            "Cure: use one of newest, oldest.",
        ),
    ],
)
def test_options_that_do_not_go_together(run, arguments, message):
    assert run(*arguments) == (2, "", f"Error: {message}\n")
