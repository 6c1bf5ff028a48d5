"""A map as a file: data or figure by suffix, whole or not at all."""

import html
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from xorgames.design.map import Map
from xorgames.errors import reject
from xorgames.output import check_target, write_whole
from xorgames.reports.map_figures import describe_map, draw_map
from xorgames.reports.numbers import plain

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
{style}
svg {{ background: #ffffff; max-width: 40rem; height: auto; }}
</style>
</head>
<body>
<main>
<header><h1>{title}</h1>
<p class="answer">{about}</p></header>
<figure>
{figure}
</figure>
<h2>Curves</h2>
<ul>
{curves}
</ul>
<p>Each vertex lies between two games for which the answer is proven, yes and no. What lies wholly
between the points of the grid, an island or a line of no width, is not seen.</p>
{notes}
<p>{source}</p>
</main>
</body>
</html>
"""


def _csv(found: Map) -> str:
    return found.to_csv()


def _json(found: Map) -> str:
    return found.to_json()


def _svg(found: Map) -> bytes:
    return draw_map(found.to_dict(), "svg")


def _png(found: Map) -> bytes:
    return draw_map(found.to_dict(), "png")


def _html(found: Map) -> str:
    """Return a page that needs nothing else."""
    data = found.to_dict()
    figure = draw_map(data, "svg").decode()
    style = resources.files("xorgames.reports.templates").joinpath("report.css")
    curves = [
        f"<li>{html.escape(contour.label)}: {_count(len(contour.curves))}, each vertex enclosed to "
        f"{plain(contour.resolution, 2)} of the distance of two points</li>"
        for contour in (found.boundary, *found.contours)
    ]
    reasons = [f"<li>{html.escape(why)}: {n:,}</li>" for why, n in found.reasons.items()]
    notes = "\n".join(["<h2>Points without a value</h2>", "<ul>", *reasons, "</ul>"])
    return _PAGE.format(
        title=html.escape(f"{found.family}: {found.quantity}"),
        style=style.read_text(encoding="utf-8"),
        about=html.escape(describe_map(data)),
        figure=figure[figure.index("<svg") :],
        curves="\n".join(curves),
        notes=notes if found.notes else "",
        source=html.escape(f"Source of the family: {found.source}" if found.source else ""),
    )


def _count(curves: int) -> str:
    return f"{curves} curve" + ("" if curves == 1 else "s")


_FORMATS: dict[str, Callable[[Map], str | bytes]] = {
    ".csv": _csv,
    ".json": _json,
    ".svg": _svg,
    ".png": _png,
    ".html": _html,
}
#: The suffixes of data; the others are figures.
DATA = (".csv", ".json")


def write_map(found: Map, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a map to a file in the format that its suffix names.

    Parameters
    ----------
    found : Map
    path : str or Path
        Ends in .csv, .json, .svg, .png or .html.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the suffix is another one, or the file exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from xorgames.design.map import compute_map
    >>> found = compute_map("hft:beta=0", ["p=0.25:0.75:3"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "map.csv")
    ...     write_map(found, path)
    ...     path.read_text().splitlines()[:2]
    ['p,lower,upper', '0.25,0.0,0.0']
    """
    make = _FORMATS[_suffix(path)]
    write_whole(path, make(found), overwrite=overwrite)


def check_map_target(path: str | Path, *, overwrite: bool = False) -> None:
    """Refuse, before any work is done, a file that `write_map` would refuse in the end.

    Raises
    ------
    InputError
        If the suffix names no format, or the file exists and may not be replaced.
    """
    _suffix(path)
    check_target(path, overwrite=overwrite)


def _suffix(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        rule = "must end in one of " + ", ".join(_FORMATS)
        reject("file", rule, received=str(path), cure="the suffix chooses the format")
    return suffix
