"""The report on a designed game: what it says, in every format."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

import xorgames as xg
from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.free_form import design_free
from xorgames.design.free_problem import problem_from_table
from xorgames.design.optimise import optimise
from xorgames.errors import InputError
from xorgames.reports import figures
from xorgames.reports.design_report import design_report
from xorgames.reports.figures import draw
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.numbers import digits
from xorgames.reports.slices_section import slices, slices_section
from xorgames.reports.write import save_report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _hooked(monkeypatch):
    monkeypatch.setitem(figures._HOMES, "slices", "xorgames.reports.design_figure")


@pytest.fixture(scope="module")
def designed():
    setting = Setting(design=xg.load_design("yb_cavity"))
    vary = ["p=0.3:0.5", "beta=0:0.2"]
    return optimise("hft", maximise="gap", vary=vary, subject=["one-pair"], setting=setting)


def test_sections(designed):
    report = design_report(designed, command="xorgames design hft")
    headings = [section.heading for section in report.sections]
    assert headings[:2] == ["The best game", "Along each parameter"]
    assert headings[-2:] == ["Assumptions", "How this report was made"]
    assert report.verdict == "PASS"
    assert report.answer.startswith("The best game found has a gap of 0.103553, at p = 0.5, beta")
    text = to_markdown(report)
    assert "Provably met: one-pair." in text
    assert "No game in these ranges that meets all conditions has more than 0.1035" in " ".join(
        text.split()
    )
    assert json.dumps(report.to_dict())


def test_the_figure_is_the_same_twice_and_says_what_it_shows(designed):
    page = to_html(design_report(designed))
    assert page == to_html(design_report(designed))
    assert "One parameter varies, the others stay at the best game found, p = 0.5" in page


def test_slices_pass_through_the_best_game(designed):
    found = slices(designed)
    assert [each.name for each in found] == list(designed.parameters)
    for each in found:
        assert each.values[each.best] == designed.parameters[each.name]
        assert each.bounds[each.best] == designed.value
        assert (each.values[0], each.values[-1]) == designed.ranges[each.name]
        assert max(bound.upper for bound in each.bounds) <= designed.limit.upper


def test_a_best_game_between_the_points_of_the_grid_is_on_the_curve():
    found = optimise("hft:p=1/2", maximise="gap", vary=["beta=0.013:0.2"], subject=["gap<=0.07"])
    figure, table, better = slices_section(found).blocks
    (drawn,) = figure.data["slices"]
    assert len(drawn["values"]) == 22
    assert drawn["values"][drawn["at_best"]] == drawn["best"] == float(found.parameters["beta"])
    assert drawn["lower"][drawn["at_best"]] == found.value.lower
    (row,) = (row for row in table.rows if row[0].endswith(" (best)"))
    assert row == ("0.1005 (best)", digits(found.value, 6))
    assert (table.rows[0][0], table.rows[-1][0]) == ("0.013", "0.2")
    assert table.caption == "Gap along beta, proven"
    assert figure.title == "Gap along each parameter"
    assert figure.description == (
        "One parameter varies, the others stay at the best game found, beta = 0.10050032, which a "
        f"diamond on a dashed line marks: {digits(found.value, 6)}. Each dot is proven; the line "
        "between dots only leads the eye, and is broken where a game has no value."
    )
    assert better.text == (
        "Points that are better need not meet the conditions, such as beta = 0.013: 0.0989875."
    )
    colour = "var(--bob, #d55e00)"
    svg = draw(figure)
    assert svg == draw(figure)
    assert colour in svg


@pytest.mark.parametrize(
    ("goal", "question", "answer", "axis", "row"),
    [
        (
            {"minimise": "rounds"},
            "Which game of biased CHSH shows its advantage in the fewest rounds?",
            "The best game found needs 211 rounds, at p = 0.5. ",
            "rounds needed",
            ("0.3", "18,684"),
        ),
        (
            {"minimise": "rate"},
            "Which game of biased CHSH shows its advantage at the lowest pair rate?",
            "The best game found needs a pair rate above 2.11 kHz, at p = 0.5. ",
            "pair rate needed",
            ("0.3", "186.84 kHz"),
        ),
        (
            {"maximise": "margin"},
            "Which game of biased CHSH leaves the machine the largest margin?",
            "The best game found leaves a least margin of +79.2 %, at p = 0.5. ",
            "least margin",
            ("0.5 (best)", "+79.2 %"),
        ),
    ],
)
def test_every_objective_has_slices_in_its_own_units(goal, question, answer, axis, row):
    setting = Setting(design=xg.load_design("yb_cavity"), test="bernoulli")
    found = optimise("biased_chsh:q=1/2", vary=["p=0.3:0.5"], setting=setting, **goal)
    report = design_report(found)
    assert report.question == question
    assert report.answer.startswith(answer)
    figure, table, *_ = report.sections[1].blocks
    assert report.sections[1].heading == "Along each parameter"
    assert row in table.rows
    assert figure.data["axis"] == axis
    texts = {text.text for text in ET.fromstring(draw(figure)).iter(SVG + "text")}
    assert axis in texts


def test_a_better_game_among_the_points_is_said():
    setting = Setting(test="bernoulli")
    found = optimise("hft:beta=0.1", minimise="rounds", vary=["p=0.45:0.5"], setting=setting)
    worse = replace(found, value=Bound(5000.0, 5000.0))
    *_, said = slices_section(worse).blocks
    assert said.text.startswith("A better game stands among these points, at p = 0.")
    assert said.text.endswith(" A narrower search would find it.")


def test_free_forms_and_rounds(tmp_path):
    free = design_free(
        problem_from_table({"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]})
    )
    save_report(design_report(free, command="xorgames design p.toml"), tmp_path / "report.md")
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert text.startswith("# free-form game: the best game found\n")
    assert "It is the best that was found; that there is none better is not proven." in text
    with pytest.raises(InputError, match="must not exist yet"):
        save_report(design_report(free), tmp_path / "report.md")
    with pytest.raises(InputError, match="must end in one of"):
        save_report(design_report(free), tmp_path / "report.txt")


def test_a_default_that_is_the_best():
    found = optimise("hft", maximise="gap", vary=["p=0.2:0.8", "beta=0:0.0001"])
    text = " ".join(to_markdown(design_report(found)).split())
    assert "Better than the default by" in text
    found = optimise("biased_chsh", maximise="gap")
    text = " ".join(to_markdown(design_report(found)).split())
    assert "Not proven to be better than the default." in text
    assert "Better than the default" not in text
    assert f"has more than {found.limit.text}, proven on" in text


def test_a_default_without_a_value_is_explained():
    setting = Setting(test="bernoulli")
    found = optimise("hft", minimise="rounds", vary=["p=0.45:0.5", "beta=0:1"], setting=setting)
    assert found.default_value is None
    assert found.improvement is None
    text = to_markdown(design_report(found))
    assert "At the default: rounds: no advantage." in text
