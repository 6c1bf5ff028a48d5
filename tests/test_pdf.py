"""A report as PDF: the same bytes each time, text that stays text, fonts and figures inside."""

import re
import zlib

import numpy as np
import pytest

from xorgames.catalog import chsh
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.reports import pdf
from xorgames.reports.model import build_report
from xorgames.reports.write import write_report
from xorgames.solvers.solve import solve


@pytest.fixture(scope="module")
def solution():
    return solve(chsh())


def test_the_same_report_is_the_same_file(solution):
    report = build_report(solution, command="xorgames report chsh")
    document = pdf.to_pdf(report)
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    assert document == pdf.to_pdf(report)
    assert b"CHSH: is entanglement worth it?" in document


def test_fonts_are_inside_and_figures_have_a_description(solution):
    document = pdf.to_pdf(build_report(solution))
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    inflated = [zlib.decompress(s) for s in streams if s[:1] == b"\x78"]
    assert len(inflated) > 5
    assert b"/FontFile" in document
    assert b"/Alt" in document


def test_figures_are_drawn_in_colours_that_typst_knows(solution):
    data = pdf._data(build_report(solution))
    assert "<svg" in data
    assert "var(" not in data
    assert "#0072b2" in data


@pytest.mark.parametrize(
    "name", ["#panic()", '"quotes" \\ and $x$', "#import 'x'", "<label>", "@ref", "/* not closed"]
)
def test_text_is_never_markup(name):
    game = XORGame(np.full((2, 2), 0.25), np.ones((2, 2, 2)), name=name)
    assert pdf.to_pdf(build_report(solve(game))).startswith(b"%PDF-")


def test_write_report_writes_it(solution, tmp_path):
    path = tmp_path / "report.pdf"
    write_report(solution, path)
    assert path.read_bytes() == pdf.to_pdf(build_report(solution))


def test_without_typst_the_cure_is_named(solution, tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(InputError) as caught:
        write_report(solution, tmp_path / "report.pdf")
    assert str(caught.value) == (
        "`file` must not end in .pdf where typst is not installed. "
        "Cure: pip install 'xorgames[pdf]', or choose .html."
    )
    assert not list(tmp_path.iterdir())
