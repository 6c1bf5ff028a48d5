"""The report on a designed game: what it says, in every format."""

import json

import pytest

import xorgames as xg
from xorgames.design.demands import Setting
from xorgames.design.free_form import design_free
from xorgames.design.free_problem import problem_from_table
from xorgames.design.optimise import optimise
from xorgames.errors import InputError
from xorgames.reports import figures
from xorgames.reports.design_report import design_report, slices
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.write import save_report


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
    for name, each in slices(designed).items():
        places = each.grid.axes[0].values
        at = places.index(designed.parameters[name])
        assert each.lower.ravel()[at] <= designed.value.upper
        assert each.upper.ravel()[at] >= designed.value.lower
        assert each.upper.max() <= designed.limit.upper


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
    rounds = optimise("hft:beta=0.1", minimise="rounds", vary=["p=0.4:0.5"])
    headings = [section.heading for section in design_report(rounds).sections]
    assert "Along each parameter" not in headings


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
    found = optimise("hft", minimise="rounds", vary=["p=0.45:0.5", "beta=0:1"])
    assert found.default_value is None
    assert found.improvement is None
    text = to_markdown(design_report(found))
    assert "At the default: rounds: no advantage." in text
