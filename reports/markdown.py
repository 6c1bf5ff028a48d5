"""A report as GitHub Markdown that is as readable in a terminal as on a page."""

import re
import textwrap
import unicodedata
from functools import singledispatch

from xorgames.reports.blocks import Block, Command, Figure, Items, Paragraph, Table
from xorgames.reports.model import Report

_WIDTH = 100
_PLOT = 50
_SPECIAL = re.compile(r"[\\`*\[\]<~$]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_LINE_START = re.compile(
    r"^(?=#{1,6}(?:\s|$)|[-+](?:\s|$)|>|=+\s*$|[-:|\s]+$)|^(\d+)(?=[.)](?:\s|$))"
)


def to_markdown(report: Report) -> str:
    r"""Return the report as Markdown.

    Examples
    --------
    >>> from xorgames.game import XORGame
    >>> from xorgames.reports.model import build_report
    >>> from xorgames.solvers.solve import solve
    >>> report = build_report(solve(XORGame.from_matrix([[1]], name="one | *")))
    >>> to_markdown(report).splitlines()[0]
    '# one | \\*: is entanglement worth it?'
    """
    parts = [
        f"# {escape(report.title)}",
        _wrap(report.question),
        f"**{report.verdict}** {_wrap(report.answer, len(report.verdict) + 5)}",
    ]
    for section in report.sections:
        parts.append(f"## {escape(section.heading)}")
        parts.extend(_block(block) for block in section.blocks)
    return "\n\n".join(parts) + "\n"


def escape(text: str) -> str:
    r"""Return text so that Markdown shows it as it is; signs inside words need no help.

    Examples
    --------
    >>> print(escape("`c` <d> yb_cavity _e_"))
    \`c\` \<d> yb_cavity \_e\_
    """
    return _SPECIAL.sub(lambda sign: "\\" + sign[0], text)


@singledispatch
def _block(block: Block) -> str:
    raise TypeError(f"no Markdown for {type(block).__name__}")


@_block.register
def _paragraph(block: Paragraph) -> str:
    return _wrap(block.text)


@_block.register
def _items(block: Items) -> str:
    return "\n".join("- " + _wrap(item, 2, 2).replace("\n", "\n  ") for item in block.items)


@_block.register
def _command(block: Command) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block.text)), default=0))
    return f"{fence}console\n$ {block.text}\n{fence}"


@_block.register
def _table(block: Table) -> str:
    lines = [
        [escape(cell).replace("|", "\\|") for cell in row] for row in (block.header, *block.rows)
    ]
    widths = [max(3, *map(_columns, column)) for column in zip(*lines, strict=True)]
    rules = [
        "-" * (wide - 1) + ":" if side == "r" else "-" * wide
        for wide, side in zip(widths, block.align, strict=True)
    ]
    rows = [_row(line, widths, block.align) for line in (lines[0], rules, *lines[1:])]
    return "\n".join([_wrap(block.caption + ":"), "", *rows])


@_block.register
def _figure(block: Figure) -> str:
    if block.name != "values":
        return _wrap(f"{block.title}: {block.description}")
    points = block.data["points"]
    low, high = points[0]["lower"], points[-1]["upper"]
    lines = [f"{block.title}:", "", "```text"]
    for point in points:
        middle = (point["lower"] + point["upper"]) / 2
        place = round((_PLOT - 1) * (middle - low) / (high - low)) if high > low else 0
        lines.append(f"{point['name']:14} {middle:>12.6g} |{'·' * place}●")
    return "\n".join([*lines, "```"])


def _row(cells: list[str], widths: list[int], align: str) -> str:
    padded = []
    for cell, wide, side in zip(cells, widths, align, strict=True):
        space = " " * (wide - _columns(cell))
        padded.append(space + cell if side == "r" else cell + space)
    return "| " + " | ".join(padded) + " |"


def _columns(text: str) -> int:
    """Count the columns that a terminal takes for a text."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def _wrap(text: str, used: int = 0, indent: int = 0) -> str:
    """Break escaped text into lines, none of which starts like a heading or a list.

    `used` columns of the first line and `indent` of the others are left free.
    """
    lines = textwrap.wrap(
        escape(text),
        _WIDTH,
        initial_indent=" " * used,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(_LINE_START.sub(r"\1\\", line.lstrip()) for line in lines)
