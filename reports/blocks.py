"""The building blocks of a report: plain data, free of any format.

A report is a list of sections, a section a heading and blocks. All text is plain: a format escapes
it and decides how it looks. Two runs that learn the same facts make the same blocks.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

#: Verdicts in words; a format may set them off.
VERDICTS = ("PASS", "FAIL", "UNDECIDED", "PROVEN", "REFUTED")


@dataclass(frozen=True)
class Paragraph:
    """One or more sentences."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A line to be typed into a terminal."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of text under a header.

    Attributes
    ----------
    caption : str
    header : tuple of str
    rows : tuple of tuples of str
        Each as long as the header; the first cell names the row.
    align : str
        One letter for each column: "l" for words, "r" for numbers.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A drawing, given by what it shows.

    Attributes
    ----------
    name : str
        Which drawing it is: one of `figures.draw`.
    title, description : str
        What is drawn, and what can be seen in it, for those who cannot.
    data : dict
        The numbers drawn, in SI or as ratios.
    """

    name: str
    title: str
    description: str
    data: dict[str, Any]


Block = Paragraph | Items | Command | Table | Figure


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


def block_to_dict(block: Block) -> dict[str, Any]:
    """Return a block as JSON data that says its kind."""
    return {"kind": type(block).__name__.lower()} | asdict(block)


def table(
    caption: str, header: Iterable[str], rows: Iterable[Iterable[str]], *, align: str
) -> Table:
    """Make a table from any iterables."""
    return Table(
        caption=caption,
        header=tuple(header),
        rows=tuple(tuple(row) for row in rows),
        align=align,
    )


def clean(text: str, longest: int = 80) -> str:
    r"""Return a name from a file in one line, cut short, without characters that do not print.

    Examples
    --------
    >>> clean("two\nlines \x00 and a bell\x07"), clean("abcdef", longest=4)
    ('two lines and a bell', 'abc…')
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
