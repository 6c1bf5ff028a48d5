import xml.etree.ElementTree as ET

import numpy as np
import pytest

import xorgames as xg
from tests.questions import verdict_of
from xorgames.hardware.questions.front import front
from xorgames.hardware.questions.improve import improve
from xorgames.hardware.questions.limits import limits
from xorgames.hardware.questions.sensitivity import sensitivity
from xorgames.hardware.questions.uncertainty import uncertainty
from xorgames.hardware.questions.vary import vary
from xorgames.reports.blocks import Figure, Items, Paragraph, Table
from xorgames.reports.figures import draw
from xorgames.reports.fixes_section import beyond, fixes_section
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.question_report import (
    design_questions,
    verdict_questions,
)
from xorgames.reports.question_sections import (
    front_section,
    limits_section,
    sensitivity_section,
    sweep_figure,
    sweep_section,
    uncertainty_section,
)
from xorgames.reports.write import in_format_of

_NAMES = [
    "attenuation_db_per_km",
    "photon_window_s",
    "atoms",
    "channels",
    "emission_probability",
    "detector_efficiency",
    "miscellaneous_efficiency",
]
YB = xg.load_design("yb_cavity")


def _only(section, kind):
    return [block for block in section.blocks if isinstance(block, kind)]


def test_the_cheapest_fixes():
    section = fixes_section(improve(verdict_of(0.02), names=_NAMES))
    (table,) = _only(section, Table)
    assert table.header == ("number", "now", "to", "change", "then")
    assert table.rows[0] == ("attenuation", "0.25 dB/km", "0.21942 dB/km", "-12.2 %", "PASS")
    assert ("atoms", "250", "356", "+42.4 %", "PASS") in table.rows
    assert ("channels", "1", "2", "× 2", "PASS") in table.rows
    (items,) = _only(section, Items)
    assert items.items[-1].startswith(
        "Not enough alone (never rate): photon window, detector efficiency."
    )


def test_what_is_written_passes_too():
    verdict = verdict_of(0.02)
    for fix in improve(verdict, names=_NAMES).fixes:
        rounded = beyond(fix.new, fix.axis.value)
        design = YB.replace(**{fix.axis.name: int(rounded) if fix.axis.whole else rounded})
        assert xg.check(verdict.requirements, design).verdict == "PASS"


def test_several_numbers_and_the_ends_of_their_ranges():
    section = fixes_section(improve(verdict_of(0.003), names=_NAMES))
    tables = _only(section, Table)
    assert "that was found" in tables[1].caption
    assert "by the sum of |ln(new/now)|; the verdict is then PASS" in tables[1].caption
    assert {row[0] for row in tables[1].rows} == {
        "attenuation",
        "emission probability",
        "detector efficiency",
        "miscellaneous efficiency",
    }
    names = ["emission_probability", "detector_efficiency"]
    found = improve(
        verdict_of(0.018),
        names=names,
        cost="squares",
        weights={"emission_probability": 2},
        bounds={"detector_efficiency": (0.85, 0.905)},
    )
    section = fixes_section(found)
    assert "the squares of ln(new/now), each with its weight" in _only(section, Table)[1].caption
    assert _only(section, Items)[0].items[0] == (
        "Taken to the end of its range, which may be out of reach: detector efficiency. State a "
        "nearer bound, or what a change costs."
    )


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ({"window_s": 0.1}, "Nothing has to change."),
        (
            {"window_s": 0.1, "local_time_s": 1e-3},
            "Infeasible, because no number that may change moves locality (missed by a factor of "
            "6).",
        ),
    ],
)
def test_no_fixes(conditions, words):
    section = fixes_section(improve(verdict_of(**conditions), names=["atoms", "channels"]))
    assert _only(section, Paragraph) == [Paragraph(words)]
    assert not _only(section, Table)


def test_criteria_never_met_together():
    found = improve(verdict_of(0.1, distance_m=100.0), names=["local_time_s"])
    section = fixes_section(found)
    assert _only(section, Items)[0].items == (
        "Not enough alone (never all criteria at once): local time.",
    )


@pytest.mark.parametrize(
    ("new", "now", "written"),
    [
        (0.123456, 0.1, 0.12346),
        (0.123451, 0.2, 0.12345),
        (3, 250, 3),
        (1.0, 0.7, 1.0),
        (5e-7, 1, 5e-7),
    ],
)
def test_numbers_are_rounded_away_from_the_present_one(new, now, written):
    assert beyond(new, now) == pytest.approx(written, rel=1e-12)


def test_the_sensitivity():
    section = sensitivity_section(sensitivity(verdict_of()))
    (table,) = _only(section, Table)
    assert table.header == ("number", "now", "fidelity", "rate", "decision", "locality", "memory")
    rows = {row[0]: row for row in table.rows}
    assert rows["attenuation"] == ("attenuation", "0.25 dB/km", "", "-2.88", "", "", "")
    assert rows["local time"][-3:] == ("+1", "-1", "")
    assert rows["distance"][2].endswith("~")
    (notes,) = _only(section, Items)
    assert "Without effect: " in notes.items[-1]
    assert "internal cooperativity" in notes.items[-1]
    (figure,) = _only(section, Figure)
    assert figure.data["rows"][0]["parameter"] == "distance_m"
    assert figure.description.startswith("1 % more distance changes the margin of rate")


def test_the_sensitivity_of_a_game_that_cannot_be_won():
    section = sensitivity_section(sensitivity(verdict_of(game="dead"), names=["atoms"]))
    assert _only(section, Figure) == _only(section, Table) == []


def test_the_uncertainty():
    found = uncertainty(verdict_of(), samples=20)
    section = uncertainty_section(found)
    assert section.blocks[0].text.startswith("20 draws of memory lifetime ± 400 ms. The uncertain")
    chances, quantiles = _only(section, Table)
    assert chances.rows[-1] == ("all together", "1", "0.8389 … 1")
    assert quantiles.header == ("number", "5 %", "50 %", "95 %")
    assert quantiles.rows[0][0] == "rate"


def test_the_limits():
    verdict = verdict_of(0.01)
    found = [limits(verdict, name) for name in ("atoms", "attenuation_db_per_km", "distance_m")]
    table = _only(limits_section(found), Table)[0]
    assert table.rows == (
        ("atoms", "250", "nowhere", "", "never rate"),
        (
            "attenuation",
            "0.25 dB/km",
            "0.00025 dB/km",
            "0.15922 dB/km",
            "end of the search below, rate above",
        ),
        ("distance", "50 km", "2.9979 km", "37.007 km", "locality below, rate above"),
    )


def test_a_front():
    section = front_section(front(verdict_of(0.02), "channels", "atoms"))
    assert section.heading == "Channels against atoms"
    assert _only(section, Table)[0].rows == (("1", "356"), ("2", "250"))
    empty = front_section(front(verdict_of(0.001), "rotation_time_s", "reset_time_s"))
    assert empty.blocks == (Paragraph("No pair of values in the ranges searched passes."),)


def test_a_sweep():
    needs = verdict_of(0.02).requirements
    section = sweep_section(vary(YB, {"atoms": [300, 400]}, requirements=needs))
    (table,) = _only(section, Table)
    assert table.header == (
        "atoms", "pair rate", "infidelity", "decision", "tightest margin", "verdict"
    )  # fmt: skip
    assert table.rows[1] == ("400", "11.872 kHz", "0.060972", "970 ns", "rate × 1.13", "PASS")
    figure = sweep_figure(vary(YB, {"atoms": [300, 400]}, requirements=needs))
    assert figure.description.endswith("1 of 2 points pass.")
    assert figure.data["passed"] == [False, True]
    assert figure.data["panels"][0]["required"] == [10550.0, 10550.0]


def test_of_many_points_some_are_shown():
    table = _only(sweep_section(vary(YB, {"atoms": range(1, 101)})), Table)[0]
    assert (table.caption, len(table.rows)) == ("25 of the 100 points", 25)


def test_nothing_to_draw_of_one_value():
    assert sweep_figure(vary(YB, {"atoms": [100]})) is None
    assert sweep_figure(vary(YB, {"atoms": [100], "channels": [1, 2]})) is None


def _figures():
    verdict = verdict_of(0.02)
    needs = verdict.requirements
    distances = np.linspace(5e3, 90e3, 6)
    yield sweep_figure(vary(YB, {"distance_m": distances}))
    yield sweep_figure(vary(YB, {"state_infidelity": [0.01, 0.05, 0.3]}, requirements=needs))
    yield sweep_figure(vary(YB, {"distance_m": distances, "atoms": [100, 300, 500]}))
    yield sweep_figure(
        vary(YB, {"distance_m": distances, "state_infidelity": [0.3, 0.1]}, requirements=needs)
    )
    yield sweep_figure(vary(YB, {"reset_time_s": [0, 1e-6], "rotation_time_s": [0, 1e-7]}))
    yield from _only(sensitivity_section(sensitivity(verdict)), Figure)
    yield from _only(uncertainty_section(uncertainty(verdict, samples=5)), Figure)
    yield from _only(front_section(front(verdict, "channels", "atoms")), Figure)


def test_every_figure_can_be_drawn_and_is_the_same_twice():
    for figure in _figures():
        svg = draw(figure)
        assert svg == draw(figure)
        root = ET.fromstring(svg)
        title, about = root[0], root[1]
        assert title.text == figure.title
        assert about.text == figure.description
        # The report forbids pictures from elsewhere: all is drawn.
        assert "<image" not in svg
        assert "%" not in title.text


def test_a_sweep_s_figure_names_its_axes():
    svg = draw(next(_figures()))
    for text in ("distance", "combined infidelity", "rate", "40 km", "10 kHz"):
        assert f">{text}<" in svg


def test_reports():
    verdict = verdict_of(0.02)
    sections = [fixes_section(improve(verdict, names=["atoms"]))]
    report = verdict_questions(verdict, sections, data={"a": 1}, command="xorgames hardware")
    assert report.title == "CHSH on yb_cavity: what would change the answer?"
    assert report.verdict == "FAIL"
    assert report.data["a"] == 1
    assert "## The cheapest fixes" in to_markdown(report)
    sweep = vary(YB, {"atoms": [100, 200]})
    report = design_questions(
        YB, YB.evaluate(), [sweep_section(sweep)], data={}, command="xorgames hardware"
    )
    assert report.answer == "As it is, 7.42 kHz of pairs at a combined infidelity of 0.06097."
    assert to_html(report).count("<svg") == 1
    assert in_format_of("sweep.md", report) == to_markdown(report)
    assert in_format_of("sweep.HTML", report) == to_html(report)
    with pytest.raises(xg.InputError, match="must end in one of"):
        in_format_of("sweep.csv", report)
