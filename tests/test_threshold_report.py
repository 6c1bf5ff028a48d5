"""The report on chosen cells: what it says, its figure, what is proven."""

import json
import xml.etree.ElementTree as ET

import pytest

from xorgames.design.threshold_design import design_threshold
from xorgames.reports.blocks import Figure
from xorgames.reports.figures import draw
from xorgames.reports.html import to_html
from xorgames.reports.markdown import to_markdown
from xorgames.reports.threshold_report import threshold_report


def figure_of(report):
    blocks = [block for section in report.sections for block in section.blocks]
    return next(b for b in blocks if isinstance(b, Figure) and b.name == "cells")


@pytest.fixture(scope="module")
def product():
    return design_threshold("product", threshold="0.330032", cells=[2, 3])


def test_sections(product):
    report = threshold_report(product, command="xorgames design cells.toml")
    headings = [section.heading for section in report.sections]
    assert headings[:2] == ["The best cells", "The continuous game"]
    assert headings[-1] == "How this report was made"
    assert report.verdict == "PROVEN"
    assert report.answer.startswith("With 3 cells for each party, quantum players who see only")
    text = " ".join(to_markdown(report).split())
    assert "Equal answers win where (1 − a)(1 − b) ≥ 0.330032, different ones elsewhere" in text
    assert "The threshold is the time limit μ t\\* = 1.10857." in text
    assert "Better than that by 0.0" in text
    assert "It is gone at a combined infidelity of 0.1" in text
    assert "grids of 128 cells for the quantum value and of 600 for the classical one" in text
    assert json.dumps(report.to_dict())
    assert report.data["design"]["edges"][0] == "0"


def test_the_figure_shows_the_game(product):
    figure = figure_of(threshold_report(product))
    assert ET.fromstring(draw(figure)).tag.endswith("svg")
    assert draw(figure) == draw(figure)
    assert figure.data["shares"] == product.game.payoff[:, :, 0].tolist()
    # On the boundary the product is the threshold, until it leaves the square.
    for a, b in zip(figure.data["a"], figure.data["b"], strict=True):
        assert b == 0 or (1 - a) * (1 - b) == pytest.approx(0.330032)
    page = to_html(threshold_report(product))
    assert page == to_html(threshold_report(product))


def test_other_verdicts_and_regions():
    none = threshold_report(design_threshold("product", threshold="0.001", cells=2))
    assert none.verdict == "REFUTED"
    text = to_markdown(none)
    assert "combined infidelity" not in text
    assert "Better than that" not in text
    found = design_threshold("sum", threshold="0.001", cells=2)
    report = threshold_report(found)
    assert report.verdict == "UNDECIDED"
    assert "a + b ≤ 0.001" in to_markdown(report)
    assert "time limit" not in to_markdown(report)
    boundary = figure_of(report).data
    assert boundary["b"][0] == pytest.approx(0.001)
    assert boundary["b"][-1] == 0
    cells = design_threshold("product", threshold="0.35", cells=2, against="cells")
    assert "classical players who see no more than the cells" in threshold_report(cells).answer
