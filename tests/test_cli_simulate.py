"""The subcommand simulate: what it prints and writes, what it refuses, nothing half-written."""

import csv
import io
import json
import re
from functools import partial

import pytest

from tests.price_feeds import made_feed
from xorgames.scenarios import engine, registry
from xorgames.scenarios.result import COLUMNS

FEW = ("--decisions", 2000, "--training", 5000)


@pytest.fixture
def run(run):
    """Run the subcommand."""
    return partial(run, "simulate")


def refused(answer, text):
    code, out, err = answer
    assert (code, out) == (2, "")
    assert err == f"Error: {text}\n"


def test_trading_on_a_design(run):
    code, out, err = run("hft", *FEW, "--design", "yb_cavity")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert re.fullmatch(r"high-frequency trading: 2,000 decisions, \d+\.\d s", lines[0])
    assert lines[2].split()[:3] == ["player", "payoff", "(ticks)"]
    players = [line.split()[0] for line in lines[3:10]]
    assert players == [
        "classical", "constant", "threshold", "quantum", "machine", "omniscient", "communicating",
    ]  # fmt: skip
    assert lines[11].startswith("game estimated from 5,000 rounds: advantage 0.0")
    assert "machine against classical:" in lines
    assert "too late: communicating" in lines
    assert lines[-2] == (
        "Note: Positions do not move prices; orders that are too late are not filled."
    )


def test_load_balancing_in_the_same_shape(run):
    code, out, _ = run("load-balancing:kappa_s=2", "--decisions", 20_000, "--design", "yb_cavity")
    assert code == 0
    assert "load balancing: 20,000 pairs of jobs" in out
    assert "noisy quantum against classical:" in out
    assert (
        "Note: While the machine decides, 970 ns, jobs are held at their routers; add it to the "
        "wait of the noisy quantum player."
    ) in out.splitlines()
    assert "- mean wait of a job: " in out


def test_json_and_csv_are_the_same_numbers_and_repeat(run, tmp_path):
    target = tmp_path / "out.csv"
    arguments = ("grid-control", *FEW, "--seed", 5, "--format", "json")
    code, out, err = run(*arguments, "-o", target)
    assert (code, err) == (0, f"Written to {target}\n")
    content = json.loads(out)
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert list(rows[0]) == list(COLUMNS)
    for row in rows:
        metric = content["players"][row["player"]]["metrics"][row["metric"]]
        assert float(row["estimate"]) == metric["value"]
        assert float(row["lower_95"]) <= metric["value"] <= float(row["upper_95"])
    first, again = (json.loads(run(*arguments)[1]) for _ in range(2))
    del first["seconds"], again["seconds"]
    assert first == again
    assert content["facts"]["conditions"]["distance_m"] == 300e3


@pytest.mark.slow
def test_reports_in_all_formats(run, tmp_path):
    targets = [tmp_path / f"out.{suffix}" for suffix in ("html", "md", "json", "pdf")]
    outputs = [part for target in targets for part in ("-o", target)]
    code, _, err = run("hft", *FEW, *outputs, "--robustness")
    assert code == 0
    assert err.splitlines() == [f"Written to {target}" for target in targets]
    page = targets[0].read_text()
    assert page.count("<svg") == 1 + 3  # nine axes, four on a figure
    assert "xorgames simulate hft --decisions 2000" in page
    assert "| visibility of the pairs" in targets[1].read_text()
    assert json.loads(targets[2].read_text())["data"]["rounds"] == 2000
    assert targets[3].read_bytes().startswith(b"%PDF-")


@pytest.mark.slow
def test_load_balancing_until_when_it_lasts(run, tmp_path):
    target, page = tmp_path / "out.csv", tmp_path / "out.html"
    code, out, _ = run(
        "load-balancing", "--decisions", 20_000, "--robustness", "--format", "json",
        "-o", target, "-o", page,
    )  # fmt: skip
    assert code == 0
    sweeps = json.loads(out)["sweeps"]
    axes = [each["axis"] for each in sweeps]
    assert axes[:4] == ["visibility", "readout_error", "one_sided_error", "pair_rate_hz"]
    assert axes[4:8] == ["decision_time_s", "distance_m", "shorter_jobs", "longer_jobs"]
    assert axes[8:] == ["service_drift", "input_bias", "drift", "rate_hz"]
    assert set(sweeps[0]["points"][0]["changes"]["wait_s"]) == {
        "difference", "percent", "sigmas", "sample_beyond_doubt",
    }  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert [row["player"] for row in rows[:15:5]] == ["classical", "quantum", "omniscient"]
    assert {row["axis"] for row in rows[15:]} == set(axes)
    text = page.read_text()
    assert text.count("<svg") == 1 + 3
    assert "change: mean wait of a job, s" in text


def test_a_machine_is_asked_as_often_as_the_scenario_decides(run):
    arguments = ("hft:interval_s=0.1ms", *FEW, "--design", "yb_cavity", "--format", "json")
    often, seldom = (
        json.loads(run(*arguments, *more)[1])["facts"]["machine"]["noise"]["availability"]
        for more in ((), ("--decision-rate", "1Hz"))
    )
    assert often < 0.79  # 7.85 kHz of pairs for 10 kHz of decisions
    assert seldom > 0.999


def test_a_recorded_feed(run, tmp_path):
    feed = made_feed(6000)
    rows = zip(feed.time_s, feed.price_x, feed.price_y, strict=True)
    text = "".join(f"{t:.3f},{x:.9f},{y:.9f}\n" for t, x, y in rows)
    path = tmp_path / "feed.csv"
    path.write_text("time_s,price_x,price_y\n" + text)
    code, out, _ = run("hft:interval_s=2ms,first_fill=0.8", "--feed", path, "--format", "json")
    assert code == 0
    content = json.loads(out)
    assert content["rounds"] == 3000
    assert content["facts"]["parameters"]["market"]["first_fill"] == 0.8
    assert content["facts"]["parameters"]["interval_s"] == 0.002
    refused(
        run("hft:interval_s=2ms", "--feed", path, "--max-gap", "0.1ms"),
        "\n".join(
            f"{path}: `line {line}` must follow the row before within 0.0001 s; received 0.001. "
            "Cure: cut the file there, or accept a longer gap."
            for line in range(3, 23)
        )
        + f"\n{path}: ... and 80 more problems.",
    )


def test_the_distance_decides_who_is_late(run):
    arguments = ("hft", *FEW, "--distance", "1km", "--format", "json")
    content = json.loads(run(*arguments)[1])
    players = content["players"]
    assert players["communicating"]["metrics"] == players["omniscient"]["metrics"]
    slow = json.loads(run("hft", *FEW, "--design", "yb_cavity", "--local-time", "900ns",
                          "--format", "json")[1])  # fmt: skip
    assert slow["about"]["machine"].endswith("too late")


def test_what_is_refused(run, tmp_path):
    refused(run("hfd"), "`SCENARIO` is not known; received 'hfd'. Cure: did you mean `hft`?")
    refused(
        run("hft:false_positiv=0.3,tick=1,first_fill"),
        "`false_positiv` is not a parameter here. Cure: did you mean `false_positive`?\n"
        "`tick` is not a parameter here. Cure: use one of interval_s, normal_time_s, "
        "broken_time_s, volatility_ticks, normal_correlation, broken_correlation, "
        "false_positive, false_negative, first_fill, second_fill, spread_ticks, unwind_ticks, "
        "risk_aversion_per_tick.\n"
        "`SCENARIO` must be written NAME=VALUE; received 'first_fill'.",
    )
    refused(
        run("hft:tick=1,tick=2", "--feed", tmp_path / "no.csv"),
        f"{tmp_path / 'no.csv'}: `feed` must exist; received no such file.",
    )
    refused(run("hft:interval_s=1,interval_s=2"), "`interval_s` must be given once; received 2.")
    refused(
        run("hft:interval_s=1 km"),
        "`interval_s` must carry one of the units s, ms, us, µs, μs, ns, min; received '1 km'.",
    )
    refused(
        run("hft", "--decisions", 10),
        "`--decisions` must be a whole number from 1000 to 1000000000000; received 10.",
    )
    refused(
        run("load-balancing", "--decisions=10"),
        "`--decisions` must be at least 11657 at this load, or the standard errors would be "
        "wrong; received 10.",
    )
    refused(
        run("hft", "--places", 3),
        "`--places` must come with --design or --robustness. Cure: --design yb_cavity.",
    )
    refused(
        run("hft", "--max-gap", "3s"), "`--max-gap` must come with --feed. Cure: --feed prices.csv."
    )
    refused(
        run("games/hft.toml"),
        "`SCENARIO` must be hft, load-balancing or grid-control; received the file "
        "games/hft.toml. Cure: xorgames solve games/hft.toml.",
    )
    refused(run("hft:=3"), "`SCENARIO` must be written NAME=VALUE; received '=3'.")
    refused(run("hft", "--profile", "law"), "`--profile` must come with --design; received law.")
    refused(
        run("load-balancing", "--training", 1000),
        "`--training` must not be given for load-balancing: its game is known.",
    )
    feed = tmp_path / "feed.csv"
    feed.write_text("time_s,price_x,price_y\n0,1,1\n1,1,1\n")
    refused(
        run("grid-control", "--feed", feed), "`--feed` must come with hft; received grid-control."
    )
    refused(
        run("hft", "--feed", feed),
        "`feed` must give at least 2000 decisions; received 999. Cure: use a longer feed, or a "
        "shorter interval_s.",
    )


def test_files_are_checked_before_any_work(run, tmp_path, monkeypatch):
    def never(*_args, **_options):
        raise AssertionError

    monkeypatch.setattr(engine, "prepare", never)
    old = tmp_path / "old.csv"
    old.write_text("old")
    refused(
        run("hft", "-o", old),
        f"{old}: `file` must not exist yet; received an existing file. Cure: use --force, or "
        "overwrite=True, to replace it.",
    )
    assert run("hft", "-o", tmp_path / "out.txt")[0] == 2
    nowhere = tmp_path / "none" / "out.csv"
    refused(
        run("hft", "-o", nowhere),
        f"{nowhere}: `file` must be in a folder that exists; received {nowhere.parent}. Cure: make "
        "it first.",
    )
    twice = tmp_path / "out.csv"
    refused(
        run("hft", "-o", twice, "-o", twice),
        f"`--output` must name different files; received {twice}.",
    )


def test_an_interrupt_leaves_nothing_behind(run, tmp_path, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "play", interrupt)
    code, out, err = run("hft", *FEW, "-o", tmp_path / "out.csv")
    assert (code, out, err.strip()) == (130, "", "Interrupted: nothing was written.")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_between_players_and_axes_leaves_nothing_behind(run, tmp_path, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(registry, "queue_lasting", interrupt)
    arguments = ("load-balancing", "--decisions", 20_000, "--robustness")
    code, out, err = run(*arguments, "-o", tmp_path / "out.csv")
    assert (code, out, err.strip()) == (130, "", "Interrupted: nothing was written.")
    assert list(tmp_path.iterdir()) == []


def test_files_are_replaced_when_asked(run, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    assert run("hft", *FEW, "-o", target, "--force")[0] == 0
    assert target.read_text().startswith("player,metric,unit,estimate")
