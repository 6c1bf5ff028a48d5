"""Plain text tables for the terminal."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """Return rows of cells as lines with left-aligned columns, two spaces apart.

    Examples
    --------
    >>> print(aligned([["classical", "0.75"], ["quantum", "0.85"]]))
    classical  0.75
    quantum    0.85
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        lines.append(indent + "  ".join(cells).rstrip())
    return "\n".join(lines)
