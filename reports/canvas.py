"""What all figures share: colours, letters, an empty canvas.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart, and never carry a
meaning alone. Lines and letters take the page's own colour through CSS variables, so that a figure
can be read on light and dark paper; a file that is opened by itself shows the light colours.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

ALICE, BOB = "#0072b2", "#d55e00"
INK, FAINT = "#1c2128", "#c8ccd2"
#: What stands in the SVG for each colour: the page's variable, and the colour where there is none.
VARIABLES = {INK: "ink", FAINT: "rule", ALICE: "alice", BOB: "bob"}
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "xorgames",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.linewidth": 0.8,
    "hatch.linewidth": 0.8,
    "text.parse_math": False,
    "axes.unicode_minus": True,
}


def new_canvas(width: float, height: float) -> "Canvas":
    """Return a figure of a size in inches that no window will ever show."""
    from matplotlib.figure import Figure as NewCanvas

    return NewCanvas(figsize=(width, height))


def bare(axes: "Axes") -> None:
    """Leave only the axis below."""
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
