"""All axes of a scenario, one by one, and the rows that they make."""

import csv
import io
from dataclasses import replace

import pytest

from xorgames.scenarios import lasting
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.estimates import Change, Estimate
from xorgames.scenarios.grid_control import CONDITIONS, GridControl
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.lasting import (
    SWEEP_COLUMNS,
    Effort,
    lasting_csv,
    queue_lasting,
    scenario_lasting,
)
from xorgames.scenarios.load_balancing_axes import QUEUE_AXES
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.load_balancing_result import load_balancing_goal
from xorgames.scenarios.players import Machine
from xorgames.scenarios.registry import Run, parse_scenario
from xorgames.scenarios.result import COLUMNS
from xorgames.scenarios.robustness_axes import AXES, Setting
from xorgames.scenarios.robustness_points import Point, Sweep

CLAIMS = ["input_bias", "drift", "rate_hz"]


def effort(rounds=2000, **change):
    return Effort(**({"setting": Setting(), "rounds": rounds, "rng": 0, "progress": None} | change))


@pytest.mark.slow
def test_trading_has_every_axis():
    shares = []
    known = prepare(HFT(), rounds=200_000)
    sweeps, left_out = scenario_lasting(
        known, effort(100_000, progress=lambda done, total: shares.append(done / total))
    )
    assert [each.axis for each in sweeps] == [*AXES, *CLAIMS, "news_age_s"]
    assert left_out == ()
    assert all(each.agrees for each in sweeps)
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.slow
def test_load_balancing_has_every_axis():
    sweeps, left_out = queue_lasting(load_balancing_goal({}), effort(50_000))
    assert [each.axis for each in sweeps] == [*QUEUE_AXES, *CLAIMS]
    assert left_out == (
        "How long the advantage lasts is in seconds of mean wait, each bunched pair worth "
        "kappa_s, for routers that know a service time to one of 60 cells; of 6 where the law of "
        "the inputs or a claim is at stake.",
    )
    assert all(each.agrees in (True, None) for each in sweeps)


def test_a_rate_that_would_take_too_long_is_left_out(monkeypatch):
    monkeypatch.setattr(lasting, "AXES", {})
    monkeypatch.setattr(lasting, "_MOST_WINDOW_ROUNDS", 10**6)
    setting = Setting(conditions=CONDITIONS)
    played = []
    monkeypatch.setattr(lasting, "input_law_sweep", lambda _, **given: played.append(given))
    _, left_out = scenario_lasting(prepare(GridControl(), rounds=20_000), effort(setting=setting))
    assert [given["drift"] for given in played] == [False, True]
    (said,) = left_out
    assert said.startswith("The rate is not swept: ")
    assert said.endswith(" rounds a window would have to be played.")


def test_without_an_advantage_nothing_lasts():
    said = ("How long the advantage lasts is left out: the game has none that could end.",)
    known = prepare(HFT(false_positive=0.0, false_negative=0.0), rounds=20_000)
    assert scenario_lasting(known, effort()) == ([], said)
    assert queue_lasting(load_balancing_goal({"kappa_s": 50}), effort()) == ([], said)
    _, play = parse_scenario("hft:false_positive=0,false_negative=0")
    result, sweeps = play(Run(rounds=1000, training=1000, robustness=Setting()))
    assert sweeps == []
    assert result.notes[-1:] == said


def on_machine(monkeypatch, noise):
    """Play trading with one axis, on a machine."""
    monkeypatch.setattr(lasting, "AXES", ["visibility"])
    monkeypatch.setattr(lasting, "news_matter", lambda _: False)
    told = []
    monkeypatch.setattr(lasting, "_claims", lambda _, effort: told.append(effort) or ([], ()))
    run = Run(
        rounds=1000, training=20_000, robustness=Setting(), machine=Machine(noise=noise, name="m")
    )
    result, (found,) = parse_scenario("hft")[1](run)
    return result.notes[-1], found.required, told[0].setting.machine


def test_axes_are_those_of_the_machine(monkeypatch):
    noise = Noise(readout_error=0.02, availability=0.8)
    said, required, machine = on_machine(monkeypatch, noise)
    _, ideal, perfect = on_machine(monkeypatch, Noise())
    assert required == pytest.approx(ideal / 0.96**2)
    assert machine.noise == noise
    assert perfect.noise == Noise()
    assert said == (
        "How long the advantage lasts is measured on m: all but what varies is as it is there; "
        "other laws of the inputs and old news are met with perfect pairs."
    )


def test_a_machine_without_an_advantage_gives_way_to_a_perfect_one(monkeypatch):
    said, required, machine = on_machine(monkeypatch, Noise(visibility=0.7))
    assert machine == Machine()
    assert 0.81 < required < 0.85
    assert said.startswith(
        "How long the advantage lasts is measured on a perfect machine: m leaves 0.7 of the "
        "correlators, of which 0.8"
    )
    assert said.endswith(" are needed.")


def test_how_often_a_scenario_asks_for_pairs():
    rates = {
        "hft": 1000.0,
        "hft:interval_s=2ms": 500.0,
        "load-balancing": 0.5,
        "load-balancing:arrival_rate_hz=0.25": 0.25,
        "grid-control": 1000.0,
    }
    for text, rate in rates.items():
        assert parse_scenario(text)[1].decision_rate_hz == pytest.approx(rate)


def test_rows_of_axes_beside_those_of_players():
    result = replace(simulate(GridControl(), rounds=1000, training=1000), notes=())
    half = Estimate(value=0.5, standard_error=0.25)
    change = Change(difference=half, percent=half, sample=100)
    points = (
        Point(value=0.5, excess=half, predicted=half, changes={"cost": change}),
        Point(value=1.0, excess=half, predicted=None),
    )
    axis = Sweep(
        axis="distance_m", unit="m", about="", points=points, bracket=(0.5, 1.0), end=None,
        required=0.75,
    )  # fmt: skip
    table = list(csv.DictReader(io.StringIO(lasting_csv(result, [axis]))))
    assert list(table[0]) == [*COLUMNS, *SWEEP_COLUMNS]
    players, axes = table[:-3], table[-3:]
    assert [{key: row[key] for key in COLUMNS} for row in players] == result.rows()
    assert {row[key] for row in players for key in SWEEP_COLUMNS} == {""}
    assert [(row["metric"], row["value"]) for row in axes] == [
        ("excess", "0.5"), ("cost", "0.5"), ("excess", "1.0"),
    ]  # fmt: skip
    assert {(row["player"], row["axis"], row["axis_unit"]) for row in axes} == {
        ("", "distance_m", "m")
    }
    assert {(row["required"], row["ends_from"], row["ends_to"], row["agrees"]) for row in axes} == {
        ("0.75", "0.5", "1.0", "true")
    }
    excess, cost, last = axes
    assert (excess["estimate"], excess["standard_error"], excess["predicted"]) == (
        "0.5", "0.25", "0.5",
    )  # fmt: skip
    assert float(excess["upper_95"]) == pytest.approx(0.5 + 1.96 * 0.25, abs=1e-4)
    assert (cost["difference"], cost["percent"], cost["sigmas"], cost["sample_beyond_doubt"]) == (
        "0.5", "0.5", "2.0", "625",
    )  # fmt: skip
    assert last["predicted"] == ""
