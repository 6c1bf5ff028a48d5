"""Files and figures of maps: whole, the same for the same numbers, readable by programs."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import xorgames as xg
from xorgames.design.demands import Setting
from xorgames.design.map import compute_map
from xorgames.design.write import check_map_target, write_map
from xorgames.errors import InputError
from xorgames.reports.map_figures import describe_map, draw_map

EXAMPLES = Path(__file__).parent.parent / "examples"
YB = Setting(design=xg.load_design("yb_cavity"))


@pytest.fixture(scope="module")
def plane():
    axes = ["busy=0.1:0.9:9", "together=-0.2:0.2:9"]
    return compute_map(EXAMPLES / "your_family.toml", axes, levels=["0.02"], setting=YB)


@pytest.fixture(scope="module")
def line():
    axes = ["beta=0:1/2:9"]
    return compute_map("hft:p=1/2", axes, quantity="critical-infidelity", setting=YB)


def test_every_kind_of_file(plane, tmp_path):
    for suffix in ("csv", "json", "svg", "png", "html"):
        path = tmp_path / f"map.{suffix}"
        write_map(plane, path)
        content = path.read_bytes()
        with pytest.raises(InputError, match="must not exist yet"):
            write_map(plane, path)
        write_map(plane, path, overwrite=True)
        assert path.read_bytes() == content
    assert (tmp_path / "map.csv").read_text() == plane.to_csv()
    assert json.loads((tmp_path / "map.json").read_text()) == json.loads(plane.to_json())
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_suffix_chooses(plane, tmp_path):
    for call in (lambda path: write_map(plane, path), check_map_target):
        with pytest.raises(InputError) as caught:
            call(tmp_path / "map.txt")
        assert str(caught.value) == (
            "`file` must end in one of .csv, .json, .svg, .png, .html; "
            f"received {tmp_path / 'map.txt'}. Cure: the suffix chooses the format."
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("which", ["plane", "line"])
def test_figures_say_what_they_show(which, request):
    data = request.getfixturevalue(which).to_dict()
    svg = draw_map(data, "svg").decode()
    text = " ".join(ET.fromstring(svg).itertext())
    assert all(axis["name"] in text for axis in data["axes"])
    labels = [contour["label"] for contour in data["contours"] if contour["curves"]]
    assert labels
    assert all(label in text for label in [data["boundary"]["label"], *labels])
    assert ("no value" in text) == bool(data["notes"])
    assert "<dc:date>" not in svg


def test_figures_do_not_depend_on_the_process():
    code = (
        "import sys, matplotlib; matplotlib.rcParams['font.size'] = 30\n"
        "from xorgames.design.map import compute_map\n"
        "from xorgames.reports.map_figures import draw_map\n"
        "found = compute_map('hft:p=1/2', ['beta=0:1/2:9'])\n"
        "sys.stdout.buffer.write(draw_map(found.to_dict(), 'svg'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == draw_map(compute_map("hft:p=1/2", ["beta=0:1/2:9"]).to_dict(), "svg")


def test_a_map_without_any_value_is_drawn(tmp_path):
    nothing = compute_map(EXAMPLES / "your_family.toml", ["together=0.11:0.2:3", "busy=0.4:0.5:2"])
    for suffix in ("svg", "html"):
        write_map(nothing, tmp_path / f"map.{suffix}")
    line = compute_map(EXAMPLES / "your_family.toml", ["together=0.11:0.2:3"])
    write_map(line, tmp_path / "line.svg")
    assert describe_map(nothing.to_dict()) == "No point has a value."


def test_a_wide_range_is_drawn_by_its_logarithm():
    data = compute_map("hft", ["p=0.4:0.5:2", "beta=0:0.45:5"]).to_dict()
    assert min(data["lower"]) > 0
    assert max(data["upper"]) > 30 * min(data["lower"])
    assert "10" in " ".join(ET.fromstring(draw_map(data, "svg").decode()).itertext())
    line = compute_map("hft:p=1/2", ["beta=0:0.45:5"]).to_dict()
    assert draw_map(line, "svg")


@pytest.mark.parametrize("axes", [["p=0.45:0.5:2", "beta=0:0.45:9"], ["beta=0:0.45:9"]])
def test_powers_of_ten_are_written_out(axes):
    at = {} if len(axes) == 2 else {"p": "1/2"}
    setting = Setting(test="bernoulli")
    data = compute_map("hft", axes, at=at, quantity="rounds", setting=setting).to_dict()
    small = {end: [number and number * 1e-9 for number in data[end]] for end in ("lower", "upper")}
    for shown, label in ((data, "10\u2074"), (data | small, "10\u207b\u2075")):
        text = " ".join(ET.fromstring(draw_map(shown, "svg").decode()).itertext())
        assert label in text
        assert "$" not in text


@pytest.mark.parametrize("axes", [["p=0.3:0.5:2", "beta=0:0.1:2"], ["p=0.3:0.5:2"]])
def test_margins_far_below_are_cut_off(axes):
    family = "hft" if len(axes) == 2 else "hft:beta=0"
    setting = Setting(design=YB.design, test="bernoulli")
    data = compute_map(family, axes, quantity="margin", setting=setting).to_dict()
    assert min(number for number in data["lower"] if number is not None) < -100
    text = " ".join(ET.fromstring(draw_map(data, "svg").decode()).itertext())
    assert "\u2212100" not in text
    assert "margin" in text


def test_the_description(line):
    assert describe_map(line.to_dict()) == (
        "Critical infidelity, 1 − C/Q: from 0 to 0.292893, the largest at beta = 0. "
        "Entanglement is proven to help at 88.9 % of the points."
    )


def test_the_page_needs_nothing_else(plane, tmp_path):
    write_map(plane, tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text()
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="https?:', page)
    assert "<script" not in page
    assert "boundary of the region of advantage: 4 curves" in page
    assert "covariance must lie in [-1/10, 1/10]: " in page
    assert "an island or a line of no width, is not seen" in page


def test_names_are_escaped(tmp_path):
    path = tmp_path / "f.toml"
    path.write_text(
        'schema = 1\nname = "<b>&"\ndistribution = [["p", "1-p"]]\npayoff = [[[1, 0], [0, 1]]]\n'
        "[parameters]\np = { lower = 0, upper = 1 }\n"
    )
    write_map(compute_map(path, ["p=0:1:3"]), tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text()
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;" in page
