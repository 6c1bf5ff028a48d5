"""A report as one HTML file that needs nothing else: no script, no network, no other file."""

import re
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING

from xorgames.reports.blocks import VERDICTS, Block, Figure
from xorgames.reports.figures import draw
from xorgames.reports.model import Report

if TYPE_CHECKING:
    from markupsafe import Markup

_TEMPLATES = "xorgames.reports.templates"
#: Letters of a heading that stay in one line, and columns of a table that is printed as it is.
_SHORT, _COLUMNS = 20, 6
_UNITS = r"(?:%|°|dB/km|m/s|[nµmk]?m|[nµm]?s|[kM]?Hz)(?!\w)"
#: Spaces at which no line may end: before a unit, after a sign, around an equals sign.
_TIED = re.compile(
    rf"(?<=\d) (?={_UNITS})|(?<=[×±]) (?=\d)|(?<=\S) (?=[=≥≤] -?\d)|(?<=[=≥≤]) (?=-?\d)"
)


def to_html(report: Report) -> str:
    """Return the report as an HTML document.

    Parameters
    ----------
    report : Report

    Returns
    -------
    str
        With its style sheet and its figures inside. A policy in its head forbids the browser to
        load anything.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.reports.model import build_report
    >>> from xorgames.solvers.solve import solve
    >>> report = build_report(solve(XORGame.from_matrix([[1]], name="<one>")))
    >>> "&lt;one&gt;" in to_html(report), "<one>" in to_html(report)
    (True, False)
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"kind": _kind, "tied": _tied, "svg": _Drawer(), "head": _head}
    page = environment.get_template("report.html")
    return page.render(report=report, verdicts=VERDICTS, columns=_COLUMNS)


class _Drawer:
    """Draws the figures of one page; those of one kind get ids of their own."""

    def __init__(self) -> None:
        self.drawn: Counter[str] = Counter()

    def __call__(self, figure: Figure) -> "Markup":
        from markupsafe import Markup

        self.drawn[figure.name] += 1
        count = self.drawn[figure.name]
        return Markup(draw(figure, key=figure.name if count == 1 else f"{figure.name}-{count}"))


def _tied(text: str) -> str:
    """Keep a number and its unit in one line."""
    return _TIED.sub("\u00a0", text)


def _head(cell: tuple[str, bool]) -> "Markup":
    """Return the class of a heading: whether it may be broken, and whether numbers stand there."""
    from markupsafe import Markup

    text, number = cell
    words = ["number"] * number + ["long"] * (len(text) > _SHORT)
    return Markup(f' class="{" ".join(words)}"' if words else "")


def _template(name: str) -> str:
    return resources.files(_TEMPLATES).joinpath(name).read_text(encoding="utf-8")


def _kind(block: Block) -> str:
    return type(block).__name__.lower()
