"""Figures of what was designed.

- slices: the objective along each parameter, the others at their best;
- cells: a threshold game's unit square, cut into cells;
- inequality: the matrix that data were held against, and who reaches how much.
"""

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
    axes.set_xlabel("a", color=INK)
    axes.set_ylabel("b", color=INK)
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
    left.set_xlabel("y", color=INK)
    left.set_ylabel("x", color=INK)
    right.axhline(data["limit"], color=BOB, linestyle=(0, (4, 2)), linewidth=1.2)
    error = data["error"]
    right.errorbar([0], [data["reached"]], yerr=error, color=ALICE, marker="o", capsize=3)
    right.annotate("classical limit", (0.35, data["limit"]), fontsize=7, va="bottom")
    right.set_xlim(-1, 2)
    right.set_xticks([])
    right.set_ylabel("sum M E", color=INK)
    right.spines[["right", "top"]].set_visible(False)
    canvas.tight_layout()
    return canvas


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {
    "slices": _slices,
    "cells": _cells,
    "inequality": _inequality,
}
