"""Figures of a report as SVG text: the same bytes for the same numbers."""

import html
import io
import re
from importlib import import_module

from xorgames.reports.blocks import Figure
from xorgames.reports.canvas import STYLE, VARIABLES

#: In which module each drawing is at home; there it stands in DRAWINGS.
_HOMES = {
    name: f"xorgames.reports.{module}"
    for module, names in {
        "design_figure": ("slices", "cells", "inequality"),
        "game_figures": ("values", "plane", "sphere", "margins"),
        "noise_figure": ("trade_off",),
        "question_figures": ("sweep", "terrain", "tornado", "front", "chances"),
        "scenario_figures": ("players", "lasting"),
    }.items()
    for name in names
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def draw(figure: Figure, *, key: str | None = None) -> str:
    """Return the figure as an SVG element with a title and a description.

    Its ids begin with the key; by default that is the figure's name.

    Examples
    --------
    >>> margins = Figure(name="margins", title="Margins", description="Rate 2 times.",
    ...                  data={"criteria": [{"name": "rate", "ratio": 2.0, "passed": True}]})
    >>> draw(margins)[:42], draw(margins) == draw(margins)
    ('<svg role="img" aria-labelledby="margins-t', True)
    """
    import matplotlib as mpl

    # The defaults, whatever the process has set; but naming a backend would load pyplot.
    defaults = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if key != "backend"}
    with mpl.rc_context(defaults | STYLE):
        canvas = import_module(_HOMES[figure.name]).DRAWINGS[figure.name](figure.data)
        buffer = io.StringIO()
        canvas.savefig(
            buffer, format="svg", transparent=True, bbox_inches="tight", metadata=_NO_METADATA
        )
    return _inline(buffer.getvalue(), figure, key or figure.name)


def _inline(svg: str, figure: Figure, name: str) -> str:
    """Make the file an element: no prologue, ids of its own, the page's colours, a description."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r' (?:width|height|version|xmlns:xlink)="[^"]*"', "", svg, count=4)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var(--{variable}, {colour})")
    about = (
        f'<title id="{name}-title">{html.escape(figure.title)}</title>'
        f'<desc id="{name}-desc">{html.escape(figure.description)}</desc>'
    )
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-desc"'
    start, rest = svg.removeprefix("<svg").split(">", 1)
    return f"{head}{start}>{about}{rest}".replace("xlink:href", "href").strip() + "\n"
