"""The figure of a designed game: its objective along each parameter, the others at their best."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, new_canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

_COLUMNS = 3


def _slices(data: Mapping[str, Any]) -> "Canvas":
    """Draw one small plot for each parameter: the brackets, and where the best game is."""
    slices = data["slices"]
    columns = min(_COLUMNS, len(slices))
    rows = -(-len(slices) // columns)
    canvas = new_canvas(2.4 * columns, 2.0 * rows)
    plots = canvas.subplots(rows, columns, squeeze=False, sharey=True)
    for axes, each in zip(plots.ravel(), slices, strict=False):
        # Where there is no game the line is interrupted.
        ends = [[float("nan") if e is None else e for e in each[k]] for k in ("lower", "upper")]
        axes.fill_between(each["values"], *ends, color=ALICE, alpha=0.25, linewidth=0)
        axes.plot(each["values"], ends[0], color=ALICE, linewidth=1.6)
        axes.axvline(each["best"], color=BOB, linestyle=(0, (4, 2)), linewidth=1.2)
        axes.set_xlabel(each["name"], color=INK)
        axes.grid(color=FAINT, linewidth=0.5)
        axes.spines[["right", "top"]].set_visible(False)
    for axes in plots.ravel()[len(slices) :]:
        axes.set_visible(False)
    plots[0][0].set_ylabel(data["quantity"], color=INK)
    canvas.tight_layout()
    return canvas


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {"slices": _slices}
