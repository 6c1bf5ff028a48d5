"""Figures of scenarios played out: what each player achieved, and until when the advantage lasts.

Each takes the data of its `Figure`; `figures.draw` makes the SVG.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, bare, new_canvas
from xorgames.reports.numbers import quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_WIDTH = 4.6


def _players(data: Mapping[str, Any]) -> "Canvas":
    """Draw a panel for each metric: a dot for each player, and its 95 % interval."""
    panels = data["panels"]
    height = 0.55 + 0.16 * max(len(panel["players"]) for panel in panels)
    return _stacked(panels, height, _panel)


def _lasting(data: Mapping[str, Any]) -> "Canvas":
    """Draw a panel for each axis: the excess measured and predicted, and what is required."""
    return _stacked(data["panels"], 1.6, _curve)


def _stacked(
    panels: Sequence[Mapping[str, Any]],
    height: float,
    draw: Callable[["Axes", Mapping[str, Any]], None],
) -> "Canvas":
    canvas = new_canvas(_WIDTH, height * len(panels))
    grid = canvas.subplots(len(panels), 1, squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=True):
        draw(axes, panel)
    canvas.tight_layout()
    return canvas


def _panel(axes: "Axes", panel: Mapping[str, Any]) -> None:
    players = panel["players"]
    for row, player in enumerate(players):
        colour = BOB if player["baseline"] else ALICE
        lower, upper = player["lower"], player["upper"]
        axes.plot([lower, upper], [row, row], color=colour, linewidth=1.4)
        axes.plot(player["estimate"], row, color=colour, marker="o", markersize=4)
        if player["baseline"]:
            axes.axvline(player["estimate"], color=BOB, linewidth=0.8, dashes=(4, 2))
    axes.set_yticks(range(len(players)), [player["name"] for player in players])
    axes.set_ylim(len(players) - 0.4, -0.6)
    axes.set_title(panel["title"], fontsize=9, loc="left")
    axes.locator_params(axis="x", nbins=4)
    axes.grid(color=FAINT, linewidth=0.5, axis="x")
    bare(axes)


def _curve(axes: "Axes", panel: Mapping[str, Any]) -> None:
    values = panel["values"]
    errors = [3 * error for error in panel["errors"]]
    known = [
        (value, predicted)
        for value, predicted in zip(values, panel["predicted"], strict=True)
        if predicted is not None
    ]
    if known:
        axes.plot(*zip(*known, strict=True), color=BOB, linewidth=1.0)
    axes.errorbar(
        values,
        panel["excess"],
        yerr=errors,
        color=ALICE,
        linestyle="none",
        marker="o",
        markersize=3,
        linewidth=1.0,
    )
    axes.axhline(0.0, color=INK, linewidth=0.8)
    if panel["required"] is not None:
        axes.axvline(panel["required"], color=INK, linewidth=0.8, dashes=(4, 2))
    if panel["logarithmic"]:
        axes.set_xscale("log")
    else:
        axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: quantity(value, panel["unit"], 3))
    axes.set_title(panel["title"], fontsize=9, loc="left")
    axes.set_ylabel("excess")
    axes.locator_params(axis="y", nbins=4)
    axes.grid(color=FAINT, linewidth=0.5)
    axes.spines[["right", "top"]].set_visible(False)


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {
    "players": _players,
    "lasting": _lasting,
}
