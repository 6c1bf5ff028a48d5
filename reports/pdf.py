"""A report as a PDF file, typeset by typst with fonts of its own: the same report, the same bytes.

The template receives the report as data, so that nothing in a game's or a design's text can act as
markup, and it can read no file. typst comes with the extra `pdf`.
"""

import datetime
import json
import re
from importlib import resources
from importlib.util import find_spec

from xorgames.errors import reject
from xorgames.reports.blocks import VERDICTS, Figure, block_to_dict
from xorgames.reports.figures import draw
from xorgames.reports.model import Report

#: A PDF must bear a date; one that says nothing keeps equal reports equal.
_NO_DATE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)


def to_pdf(report: Report) -> bytes:
    """Return the report as a PDF document.

    Raises
    ------
    InputError
        If typst is not installed.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.reports.model import build_report
    >>> from xorgames.solvers.solve import solve
    >>> report = build_report(solve(XORGame.from_matrix([[1]], name="one")))
    >>> to_pdf(report)[:5]
    b'%PDF-'
    """
    check_typst()
    import typst

    template = resources.files("xorgames.reports.templates").joinpath("report.typ").read_bytes()
    return bytes(
        typst.compile(
            template,
            format="pdf",
            sys_inputs={"report": _data(report), "verdicts": " ".join(VERDICTS)},
            ignore_system_fonts=True,
            timestamp=_NO_DATE,
        )
    )


def check_typst() -> None:
    """Refuse to make a PDF where typst is not installed.

    Raises
    ------
    InputError
        With the command that installs it.

    Examples
    --------
    >>> check_typst()
    """
    if find_spec("typst") is None:
        cure = "pip install 'xorgames[pdf]', or choose .html"
        reject("file", "must not end in .pdf where typst is not installed", cure=cure)


def _data(report: Report) -> str:
    """Return what the template shows, figures drawn."""
    shown = report.to_dict() | {"data": None}
    for section, written in zip(report.sections, shown["sections"], strict=True):
        written["blocks"] = [
            block_to_dict(block) | ({"svg": _printed(block)} if isinstance(block, Figure) else {})
            for block in section.blocks
        ]
    return json.dumps(shown)


def _printed(figure: Figure) -> str:
    """Return the drawing in the colours of light paper; typst knows no CSS variables."""
    return re.sub(r"var\(--[\w-]+, *([^)]*)\)", r"\1", draw(figure))
