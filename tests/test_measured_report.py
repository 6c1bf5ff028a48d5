"""The report on measured data: both verdicts, the figure, what is left out where it is large."""

import json
import xml.etree.ElementTree as ET

import numpy as np

from xorgames.design.separation import separate
from xorgames.reports.blocks import Figure
from xorgames.reports.figures import draw
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.measured_report import measured_report

COUNTS = [[[852, 148], [861, 139]], [[843, 157], [151, 849]]]


def figures_of(report):
    blocks = [block for section in report.sections for block in section.blocks]
    return [b for b in blocks if isinstance(b, Figure) and b.name == "inequality"]


def test_a_violation():
    found = separate(counts=COUNTS, name="run\n7")
    report = measured_report(found, command="xorgames design data.toml")
    assert report.title == "run 7: which inequality do they violate?"
    assert report.verdict == "PROVEN"
    assert report.answer.startswith("Your data violate this XOR inequality by 0.2025:")
    headings = [section.heading for section in report.sections]
    assert headings[:3] == [
        "The inequality", "A classical explanation", "The game: separating game",
    ]  # fmt: skip
    text = " ".join(to_markdown(report).split())
    assert "Standard error of what they reach: 0.0113." in text
    assert "play the game anew and use the command xorgames evidence." in text
    assert "has 0.711743772 times these correlators; nothing explains them in full." in text
    assert json.dumps(report.to_dict())
    (figure,) = figures_of(report)
    assert figure.description == (
        "Left: the entries of M, written out, as dark as they are large. Right: these correlators "
        "reach 0.7025, with the standard error; classical players reach at most 0.5, proven."
    )
    svg = draw(figure)
    assert svg == draw(figure)
    texts = [element.text for element in ET.fromstring(svg).iter() if element.tag.endswith("text")]
    assert texts.count("+0.25") == 3
    assert texts.count("-0.25") == 1
    assert to_html(report) == to_html(report)


def test_classical_data():
    report = measured_report(separate(correlators=[["1/2", "1/2"], ["1/2", "-1/2"]]))
    assert report.title == "Measured data: which inequality do they violate?"
    assert report.verdict == "REFUTED"
    text = " ".join(to_markdown(report).split())
    assert "and of pairs of random bits has these correlators." in text
    assert "nearer" not in text
    assert "Mixed with noise" not in text
    assert "Standard error" not in text
    assert "The game:" not in text
    assert ET.fromstring(draw(figures_of(report)[0])) is not None


def test_no_correlations():
    report = measured_report(separate(correlators=[[0, 0], [0, 0]]))
    text = " ".join(to_markdown(report).split())
    assert "There are no correlations: random bits explain them." in text
    assert "Mixed with noise" not in text


def test_large_tables_are_left_to_json():
    wide = np.zeros((2, 13))
    wide[0, 0] = wide[0, 1] = wide[1, 0] = 0.7
    wide[1, 1] = -0.7
    report = measured_report(separate(correlators=wide.tolist()))
    assert not figures_of(report)
    text = to_markdown(report)
    assert "The JSON form has the inequality, 2 x 13 numbers." in text
    assert "The strategies" not in text
