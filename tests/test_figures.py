"""Figures: well-formed, described, byte-stable, and legible for many inputs."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib as mpl
import pytest

from tests.report_subjects import SUBJECTS, report_of
from xorgames.reports.blocks import Figure
from xorgames.reports.figures import draw

SVG = "{http://www.w3.org/2000/svg}"
MARGINS = Figure(
    name="margins",
    title="Margins <of> the criteria",
    description='Rate "kept" & fidelity missed.',
    data={
        "criteria": [
            {"name": "fidelity", "ratio": 0.5, "passed": False},
            {"name": "rate", "ratio": 12345.0, "passed": True},
        ]
    },
)


def figures_of(name):
    blocks = [block for section in report_of(name).sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, Figure)]


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter(SVG + "text")]


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_figure_is_well_formed_and_described(name):
    figures = figures_of(name)
    assert figures
    for figure in figures:
        root = ET.fromstring(draw(figure))
        assert root.tag == SVG + "svg"
        assert root.find(SVG + "title").text == figure.title
        assert root.find(SVG + "desc").text == figure.description
        left, top, width, height = map(float, root.get("viewBox").split())
        assert width > 100
        assert height > 50
        assert (left, top) == (0, 0)
        assert root.get("width") is None


@pytest.mark.parametrize("name", SUBJECTS)
def test_the_same_figure_has_the_same_bytes(name):
    for figure in figures_of(name):
        assert draw(figure) == draw(figure)


def test_ids_name_their_figure_so_that_figures_can_stand_on_one_page():
    ids = re.findall(r'\bid="([^"]*)"', "".join(draw(f) for f in figures_of("pass")))
    assert len(ids) == len(set(ids))
    for svg in map(draw, figures_of("pass")):
        own = set(re.findall(r'\bid="([^"]*)"', svg))
        used = re.findall(r'(?:href="#|url\(#)([^")]*)', svg)
        assert set(used) <= own


def test_nothing_is_dated_loaded_or_left_in_a_fixed_ink():
    for svg in map(draw, figures_of("pass")):
        assert "<metadata" not in svg
        assert "<image" not in svg
        assert not re.search(r"\d{4}-\d\d-\d\d", svg)
        assert set(re.findall(r"https?://[^\"]*", svg)) == {"http://www.w3.org/2000/svg"}
        assert "var(--ink, #1c2128)" in svg
        assert not re.search(r"(?<!, )#1c2128", svg)


def test_title_and_description_are_escaped():
    svg = draw(MARGINS)
    assert "Margins &lt;of&gt; the criteria" in svg
    assert "Rate &quot;kept&quot; &amp; fidelity missed." in svg


def test_margins_are_written_as_factors():
    assert {"fidelity", "rate", "× 0.5", "× 12,345", "limit"} <= set(texts(draw(MARGINS)))


def test_values_are_written_beside_their_dots():
    values, plane = map(draw, figures_of("chsh")[:2])
    assert {"classical", "quantum", "0.75", "0.85355", "1"} <= set(texts(values))
    assert {"x0", "x1", "y0", "y1", "X", "Z"} <= set(texts(plane))


def test_the_advantage_is_a_band_only_where_it_is_proven():
    band = "fill-opacity: 0.16|opacity: 0.16"
    assert re.search(band, draw(figures_of("chsh")[0]))
    assert not re.search(band, draw(figures_of("no advantage")[0]))


def test_three_dimensions_are_shown_from_two_sides():
    assert {"from the side", "from above", "X", "Y", "Z"} <= set(
        texts(draw(figures_of("elegant")[1]))
    )


def test_of_many_inputs_only_some_are_named():
    named = [text for text in texts(draw(figures_of("large")[1])) if re.match(r"[xy]\d", text)]
    assert 4 <= len(named) <= 16


def test_inputs_that_share_a_direction_share_a_name():
    data = {"a": [0.0] * 3 + [90.0] + [0.0], "b": [180.0]}
    names = texts(draw(Figure(name="plane", title="t", description="d", data=data)))
    assert {"x0–2,4", "x3", "y0"} <= set(names)


def test_settings_of_the_process_stay_as_they_are():
    before = dict(mpl.rcParams)
    draw(MARGINS)
    assert dict(mpl.rcParams) == before


def test_settings_of_the_process_do_not_matter():
    expected = draw(MARGINS)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert draw(MARGINS) == expected


def test_pyplot_is_not_loaded():
    code = (
        "import sys; from tests.test_figures import MARGINS, draw;"
        "assert 'matplotlib.pyplot' not in sys.modules; draw(MARGINS);"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
