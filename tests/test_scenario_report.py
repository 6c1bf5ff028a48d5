"""The report on a scenario: its answer, its sections, its figures; the same bytes for a seed."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import xorgames as xg
from xorgames.reports.figures import draw
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.scenario_report import (
    axis_table,
    lasting_figure,
    lasting_table,
    players_figure,
    scenario_report,
)
from xorgames.reports.write import save_report
from xorgames.scenarios.engine import simulate
from xorgames.scenarios.game_scenario import GameScenario
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.load_balancing_result import simulate_load_balancing
from xorgames.scenarios.registry import EXCHANGES
from xorgames.scenarios.robustness import sweep


@pytest.fixture(scope="module")
def result():
    return simulate(HFT(), rounds=60_000, training=60_000, conditions=EXCHANGES)


@pytest.fixture(scope="module")
def sweeps():
    solution = xg.solve(HFT().exact_game())
    return [
        sweep(HFT(), solution, axis, rounds=5000)
        for axis in ("visibility", "pair_rate_hz", "distance_m")
    ]


def test_the_answer_and_the_sections(result, sweeps):
    report = scenario_report(result, sweeps=sweeps, command="xorgames simulate hft")
    assert report.title == "High-frequency trading, played out"
    assert report.verdict == "PASS"
    assert report.answer.startswith("Risk-adjusted profit: +")
    assert [section.heading for section in report.sections] == [
        "What entanglement changes",
        "The players",
        "The game, estimated",
        "Until when it lasts",
        "What it was played with",
        "Assumptions",
        "How this report was made",
    ]
    assert "seconds" not in report.to_dict()["data"]


def test_every_row_is_as_wide_as_its_header(result, sweeps):
    report = scenario_report(result, sweeps=sweeps)
    tables = [b for s in report.sections for b in s.blocks if hasattr(b, "rows")]
    assert len(tables) == 6 + len(sweeps)
    for each in tables:
        assert {len(row) for row in each.rows} == {len(each.header)} == {len(each.align)}


def test_verdicts_are_those_of_five_standard_errors(result):
    better = result.players["quantum"].changes["payoff"]

    def verdict(**numbers):
        difference = replace(better.difference, **numbers)
        change = replace(better, difference=difference)
        quantum = replace(result.players["quantum"], changes={"payoff": change})
        players = {**result.players, "quantum": quantum}
        measures = result.measures[:1]
        return scenario_report(replace(result, players=players, measures=measures)).verdict

    assert verdict(value=0.5, standard_error=0.1) == "PASS"
    assert verdict(value=0.49, standard_error=0.1) == "UNDECIDED"
    assert verdict(value=-0.5, standard_error=0.1) == "FAIL"


def test_less_of_a_cost_is_better():
    chsh = GameScenario(game=xg.catalog.chsh())
    assert scenario_report(simulate(chsh, rounds=20_000, training=2000)).verdict == "PASS"


def test_load_balancing_has_the_same_report():
    report = scenario_report(simulate_load_balancing({}, pairs=20_000))
    assert report.title == "Load balancing, played out"
    assert "The game, estimated" not in [section.heading for section in report.sections]
    assert "mean wait of a job, s" in to_markdown(report)


def test_figures_are_well_formed_and_the_same_twice(result, sweeps):
    for figure in (players_figure(result), lasting_figure(sweeps)):
        svg = draw(figure)
        assert svg == draw(figure)
        assert ET.fromstring(svg).find("{http://www.w3.org/2000/svg}title").text == figure.title
    assert "communicating" in players_figure(result).description
    assert "communicating" not in draw(players_figure(result)).split("</desc>")[1]


def test_the_table_of_limits(sweeps):
    rows = lasting_table(sweeps).rows
    assert rows[0][3] == "0.8312"
    assert rows[1][1:4] == ("nowhere from 10 Hz to 10 kHz", "none", "no limit")
    assert rows[2][1:4] == ("2.968 km and 3.028 km", "none", "2.998 km")
    assert [row[4] for row in rows] == ["too few rounds", "yes", "yes"]


def test_an_axis_in_the_units_of_the_application(result, sweeps):
    shown = axis_table(result, sweeps[0])
    assert shown.header == (
        "value",
        "excess",
        "predicted",
        "change: risk-adjusted profit, ticks",
        "change: correct coordination rate",
    )
    assert len(shown.rows) == len(sweeps[0].points)
    for row, point in zip(shown.rows, sweeps[0].points, strict=True):
        assert row[1] == str(point.excess) == row[3]  # the payoff is the profit
        assert row[2] == f"{point.predicted.value:.4g}"
    late = axis_table(result, sweeps[2]).rows
    assert [row[2] == "none" for row in late] == [
        each.predicted is None for each in sweeps[2].points
    ]


def test_figures_have_no_more_panels_than_a_page_has_room_for(result, sweeps):
    report = scenario_report(result, sweeps=sweeps * 3)
    figures = [b for s in report.sections for b in s.blocks if getattr(b, "name", "") == "lasting"]
    assert [len(each.data["panels"]) for each in figures] == [4, 4, 1]
    assert [each.title for each in figures] == [
        f"The excess over the best other players, {part} of 3" for part in (1, 2, 3)
    ]


def test_pages_escape_and_repeat(result, tmp_path):
    named = replace(result, scenario="<b>&", notes=("a < b",))
    page = to_html(scenario_report(named))
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page
    assert page == to_html(scenario_report(named))
    save_report(scenario_report(named), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == page


def test_the_answer_is_about_the_machine_where_there_is_one(result):
    machine = replace(result.players["quantum"], changes=result.players["constant"].changes)
    report = scenario_report(replace(result, players=result.players | {"machine": machine}))
    assert report.question.startswith("Do players with this machine do better than the best")
    assert report.verdict == "FAIL"
