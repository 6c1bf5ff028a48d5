"""Sections of a report, and designs side by side, as text for the terminal."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xorgames.cli.text import aligned
from xorgames.units import format_quantity, name_of, unit_of

if TYPE_CHECKING:
    from xorgames.hardware.performance import Performance
    from xorgames.reports.blocks import Block, Section

_WIDTH = 100


def section_text(section: "Section") -> str:
    """Return a section's words and tables; a drawing is left to formats that have any."""
    parts = [section.heading, *(text for block in section.blocks if (text := _block(block)))]
    return "\n\n".join(parts)


def _block(block: "Block") -> str:
    from xorgames.reports.blocks import Figure, Items, Paragraph, Table

    if isinstance(block, Table):
        return "\n".join([wrapped(block.caption + ":"), aligned([block.header, *block.rows])])
    if isinstance(block, Items):
        return "\n".join(wrapped(item, "- ") for item in block.items)
    if isinstance(block, Paragraph):
        return wrapped(block.text)
    return "" if isinstance(block, Figure) else block.text


def wrapped(text: str, bullet: str = "", *, indent: int | None = None) -> str:
    """Return a text in lines that a terminal holds, the later ones below the bullet's text."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=bullet,
        subsequent_indent=" " * (len(bullet) if indent is None else indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def comparison_text(performances: Sequence["Performance"], verdicts: Sequence[str]) -> str:
    """Return the figures of several designs side by side; a figure that none states is left out."""
    columns = [performance.to_dict() for performance in performances]
    names = [
        name
        for name in columns[0]
        if any(isinstance(column[name], int | float) for column in columns)
    ]
    rows = [
        ["", *(performance.design for performance in performances)],
        ["profile", *(performance.profile for performance in performances)],
        *([["verdict", *verdicts]] if verdicts else []),
        *([name_of(name), *(_figure(column[name], name) for column in columns)] for name in names),
    ]
    return aligned(rows)


def _figure(value: object, name: str) -> str:
    if not isinstance(value, int | float):
        return ""
    return format_quantity(value, unit_of(name), digits=5)
