"""Figures of the questions to a design: sweeps, sensitivity, chances, pairs that just pass.

Each takes the data of its `Figure`; `figures.draw` makes the SVG. Numbers on the axes carry their
units.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, bare, new_canvas
from xorgames.reports.numbers import quantity
from xorgames.units import name_of, unit_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

#: A figure whose values differ by a larger factor is drawn on a logarithmic axis.
_WIDE = 30.0
#: A margin beyond this power of ten has the colour of this one.
_DEEP = 1.5


def _sweep(data: Mapping[str, Any]) -> "Canvas":
    """Draw the pair rate and the infidelity over one number, with what is required of each."""
    canvas = new_canvas(4.6, 4.4)
    values = data["values"]
    panels = canvas.subplots(2, 1, sharex=True)
    for axes, panel in zip(panels, data["panels"], strict=True):
        if data["passed"] is not None:
            _shade(axes, values, data["passed"])
        axes.plot(values, panel["achieved"], color=ALICE, linewidth=1.6, marker=".", markersize=4)
        if panel["required"] is not None:
            axes.plot(values, _numbers(panel["required"]), color=BOB, linewidth=1.4, dashes=(4, 2))
        known = [y for y in (*panel["achieved"], *(panel["required"] or ())) if y]
        _scale(axes, "y", known, panel["name"])
        axes.grid(color=FAINT, linewidth=0.5)
        axes.spines[["right", "top"]].set_visible(False)
    _scale(panels[-1], "x", values, data["name"])
    return canvas


def _shade(axes: "Axes", values: Sequence[float], passed: Sequence[bool]) -> None:
    """Shade the stretches between neighbours that both pass, and their points."""
    for left, right, first, second in zip(values, values[1:], passed, passed[1:], strict=False):
        if first and second:
            axes.axvspan(left, right, color=ALICE, alpha=0.14, linewidth=0)


def _terrain(data: Mapping[str, Any]) -> "Canvas":
    """Draw over two numbers by what factor the tightest margin is kept, or the pair rate."""
    canvas = new_canvas(4.6, 3.8)
    axes = canvas.subplots()
    first, second = data["values"]
    height = _numbers(data["height"]).reshape(len(first), len(second)).T
    logs = np.log10(np.where(height > 0, height, np.nan))
    margin = data["quantity"] == "margin"
    if margin:
        logs = np.clip(logs, -_DEEP, _DEEP)
        levels = np.linspace(-_DEEP, _DEEP, 13)
    else:
        levels = np.linspace(np.nanmin(logs), max(np.nanmax(logs), np.nanmin(logs) + 1e-9), 12)
    filled = axes.contourf(first, second, logs, levels, cmap="PuOr" if margin else "viridis")
    if margin and np.nanmin(logs) < 0 < np.nanmax(logs):
        axes.contour(first, second, logs, [0.0], colors=[INK], linewidths=1.6)
    bar = canvas.colorbar(filled, ax=axes)
    ticks = np.linspace(levels[0], levels[-1], 5)
    unit = "" if margin else "Hz"
    bar.set_ticks(ticks.tolist(), labels=[quantity(10**t, unit, 2) for t in ticks])
    bar.set_label("tightest margin factor; 1: just passes" if margin else "pair rate")
    _scale(axes, "x", first, data["names"][0])
    _scale(axes, "y", second, data["names"][1])
    return canvas


def _tornado(data: Mapping[str, Any]) -> "Canvas":
    """Draw the elasticities of one margin, the strongest above."""
    rows = data["rows"]
    canvas = new_canvas(4.2, 0.8 + 0.24 * len(rows))
    axes = canvas.subplots()
    reach = max([abs(row["value"]) for row in rows], default=1.0)
    axes.set_xlim(-1.35 * reach, 1.35 * reach)
    for place, row in enumerate(rows):
        value = row["value"]
        helps = value > 0
        colour, hatch = (ALICE, None) if helps else (BOB, "////")
        axes.barh(place, value, 0.6, facecolor="none", edgecolor=colour, hatch=hatch)
        axes.barh(place, value, 0.6, color=colour, alpha=0.6 if helps else 0.25, linewidth=0)
        axes.annotate(
            f"{value:+.2g}",
            (value, place),
            xytext=(4 if helps else -4, 0),
            textcoords="offset points",
            va="center",
            ha="left" if helps else "right",
        )
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [name_of(row["parameter"]) for row in rows])
    axes.set_xlabel(f"% of the margin of {data['criterion']} for 1 % more")
    bare(axes)
    return canvas


def _front(data: Mapping[str, Any]) -> "Canvas":
    """Draw the pairs that just pass, and the present one."""
    canvas = new_canvas(4.2, 3.2)
    axes = canvas.subplots()
    first, second = zip(*data["pairs"], strict=True)
    axes.plot(first, second, color=ALICE, linewidth=1.4, marker="o", markersize=4)
    axes.plot(*data["present"], color=BOB, marker="D", markersize=6, linestyle="none")
    axes.annotate("now", data["present"], xytext=(7, 5), textcoords="offset points", color=BOB)
    ways: tuple[Literal["x", "y"], ...] = ("x", "y")
    for way, name, present, values in zip(
        ways, data["names"], data["present"], (first, second), strict=True
    ):
        _scale(axes, way, [*values, present], name)
    axes.grid(color=FAINT, linewidth=0.5)
    axes.spines[["right", "top"]].set_visible(False)
    return canvas


def _chances(data: Mapping[str, Any]) -> "Canvas":
    """Draw the probability of each criterion with its interval."""
    rows = data["rows"]
    canvas = new_canvas(3.8, 0.7 + 0.3 * len(rows))
    axes = canvas.subplots()
    axes.set_xlim(-0.02, 1.25)
    for place, row in enumerate(rows):
        axes.barh(place, row["estimate"], 0.5, color=ALICE, alpha=0.5, linewidth=0)
        axes.plot([row["lower"], row["upper"]], [place, place], color=INK, linewidth=1.6)
        axes.annotate(f"{row['estimate']:.3f}", (1.05, place), va="center")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_yticks(range(len(rows)), [row["name"] for row in rows])
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.set_xlabel("probability, with its 95 % interval")
    bare(axes)
    return canvas


def _numbers(values: Sequence[float | None]) -> Any:
    return np.array([np.nan if value is None else value for value in values])


def _scale(axes: "Axes", way: Literal["x", "y"], values: Sequence[float], name: str) -> None:
    """Name an axis, choose its scale, and write the unit on its ticks."""
    unit = unit_of(name)
    if min(values) > 0 and max(values) > _WIDE * min(values):
        axes.set(**{f"{way}scale": "log"})
    else:
        axes.locator_params(axis=way, nbins=5)
    # Seconds, metres and hertz change their prefix along an axis; other units stand beside it.
    prefixed = unit in ("s", "m", "Hz")
    shown = unit if prefixed else ""
    axis = axes.xaxis if way == "x" else axes.yaxis
    axis.set_major_formatter(lambda value, _: quantity(value, shown, 3))
    axis.set_label_text(name_of(name) + (f" ({unit})" if unit and not prefixed else ""))


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {
    "sweep": _sweep,
    "terrain": _terrain,
    "tornado": _tornado,
    "front": _front,
    "chances": _chances,
}
