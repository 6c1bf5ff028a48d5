"""Figures of what was designed.

- slices: the objective along each parameter, the others at their best;
- cells: a threshold game's unit square, cut into cells;
- inequality: the matrix that data were held against, and who reaches how much.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, new_canvas
from xorgames.reports.numbers import quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_COLUMNS = 3
#: Of these, what varies by a larger factor is drawn on a logarithmic axis.
_COUNTED, _WIDE = ("rounds", "rate"), 30.0


def _slices(data: Mapping[str, Any]) -> "Canvas":
    """Draw one small plot for each parameter: the brackets, and where the best game is.

    Points with a dot are proven; counts that vary much are drawn on a logarithmic axis.
    """
    slices = data["slices"]
    columns = min(_COLUMNS, len(slices))
    rows = -(-len(slices) // columns)
    canvas = new_canvas(2.4 * columns, 2.0 * rows)
    plots = canvas.subplots(rows, columns, squeeze=False, sharey=True)
    for axes, each in zip(plots.ravel(), slices, strict=False):
        # Where there is no game the line is interrupted.
        ends = [[float("nan") if e is None else e for e in each[k]] for k in ("lower", "upper")]
        axes.fill_between(each["values"], *ends, color=ALICE, alpha=0.25, linewidth=0)
        axes.plot(each["values"], ends[0], color=ALICE, linewidth=1.2, marker=".", markersize=5)
        axes.axvline(each["best"], color=BOB, linestyle=(0, (4, 2)), linewidth=1.2)
        height = ends[0][each["at_best"]]
        axes.plot(each["best"], height, color=BOB, marker="D", markersize=5.5, zorder=3)
        axes.set_xlabel(each["name"], color=INK)
        axes.grid(color=FAINT, linewidth=0.5)
        axes.spines[["right", "top"]].set_visible(False)
    for axes in plots.ravel()[len(slices) :]:
        axes.set_visible(False)
    _scale(plots[0][0], data)
    canvas.tight_layout()
    return canvas


def _scale(axes: "Axes", data: Mapping[str, Any]) -> None:
    """Name the common axis, with units on its ticks; wide ranges of counts are logarithmic."""
    known = [end for each in data["slices"] for end in each["lower"] if end is not None]
    if data["quantity"] in _COUNTED and max(known) > _WIDE * min(known):
        axes.set_yscale("log")
    percent = data["quantity"] == "margin"
    axes.yaxis.set_major_formatter(
        lambda value, _: f"{100 * value:.3g} %" if percent else quantity(value, data["unit"], 3)
    )
    axes.set_ylabel(data["axis"], color=INK)


def _cells(data: Mapping[str, Any]) -> "Canvas":
    """Draw the cells, as dark as their share of the region, and the region's boundary."""
    canvas = new_canvas(3.6, 3.4)
    axes = canvas.subplots()
    edges = data["edges"]
    for i, row in enumerate(data["shares"]):
        for j, share in enumerate(row):
            low, high = edges[j], edges[j + 1]
            axes.fill_between(
                edges[i : i + 2], [low, low], [high, high], color=ALICE, alpha=0.75 * share,
                linewidth=0,
            )  # fmt: skip
    for edge in edges[1:-1]:
        axes.axvline(edge, color=INK, linewidth=0.6)
        axes.axhline(edge, color=INK, linewidth=0.6)
    axes.plot(data["a"], data["b"], color=BOB, linewidth=1.6)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_xlabel("a, Alice's number", color=INK)
    axes.set_ylabel("b, Bob's number", color=INK)
    canvas.tight_layout()
    return canvas


def _inequality(data: Mapping[str, Any]) -> "Canvas":
    """Draw the matrix, and beside it what was reached and what classical players reach."""
    matrix = data["inequality"]
    m, n = len(matrix), len(matrix[0])
    canvas = new_canvas(1.6 + 0.5 * n + 1.8, max(2.0, 0.7 + 0.42 * m))
    left, right = canvas.subplots(1, 2, width_ratios=[max(1.0, 0.5 * n), 1.4])
    largest = max(abs(entry) for row in matrix for entry in row)
    for x, row in enumerate(matrix):
        for y, entry in enumerate(row):
            left.fill_between(
                [y - 0.5, y + 0.5], x - 0.5, x + 0.5, color=ALICE if entry > 0 else BOB,
                alpha=0.75 * abs(entry) / largest, linewidth=0,
            )  # fmt: skip
            left.text(y, x, f"{entry:+.3g}" if entry else "0", ha="center", va="center", fontsize=7)
    left.set_xlim(-0.5, n - 0.5)
    left.set_ylim(m - 0.5, -0.5)
    left.set_xticks(range(n))
    left.set_yticks(range(m))
    left.set_xlabel("Bob's input y", color=INK)
    left.set_ylabel("Alice's input x", color=INK)
    right.axhline(data["limit"], color=BOB, linestyle=(0, (4, 2)), linewidth=1.2)
    error = data["error"]
    right.errorbar([0], [data["reached"]], yerr=error, color=ALICE, marker="o", capsize=3)
    right.annotate("classical limit", (0.35, data["limit"]), fontsize=7, va="bottom")
    right.set_xlim(-1, 2)
    right.set_xticks([])
    right.set_ylabel("sum of M(x, y) E(x, y)", color=INK)
    right.spines[["right", "top"]].set_visible(False)
    canvas.tight_layout()
    return canvas


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {
    "slices": _slices,
    "cells": _cells,
    "inequality": _inequality,
}
