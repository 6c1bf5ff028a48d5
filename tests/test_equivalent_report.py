"""The report on an equivalent game: with and without a design."""

import json

import xorgames as xg
from xorgames.design.equivalent import equivalent_game
from xorgames.hardware.verdict import check
from xorgames.reports.equivalent_report import equivalent_report
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown


def test_sections():
    found = equivalent_game(xg.catalog.hft(p="0.4", beta="0.2"))
    needs = xg.require(found.solution)
    report = equivalent_report(found, needs, command="xorgames design hft:p=0.4,beta=0.2")
    headings = [section.heading for section in report.sections]
    assert headings[0] == "The equivalent game"
    assert headings[-2:] == ["Assumptions", "How this report was made"]
    assert report.verdict == "PROVEN"
    assert report.answer.startswith("The equivalent game has a gap of 0.0534771 of the range of")
    text = " ".join(to_markdown(report).split())
    assert "Better than as given by 0.0102676" in text
    assert "How much noise the advantage bears does not change." in text
    assert json.dumps(report.to_dict())
    assert to_html(report) == to_html(report)


def test_a_game_that_is_the_best_already_on_a_design():
    found = equivalent_game(xg.catalog.chsh())
    needs = xg.require(found.solution)
    verdict = check(needs, xg.load_design("yb_cavity").evaluate())
    report = equivalent_report(found, needs, verdict)
    assert report.verdict == verdict.verdict
    assert "Better than as given" not in to_markdown(report)
    assert report.sections[1].heading != "The game: CHSH, largest gap"
