"""The figures of a game and of a verdict: values, measurement directions, margins."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from xorgames.bound import Finding
from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, bare, new_canvas
from xorgames.reports.numbers import factor

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_CORNER = np.array([-1.45, -1.45])
_ARROW = {"arrowstyle": "->", "color": INK, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0}
#: In the unit of the disc: room around a name, and an arrow seen almost end on.
_ROOM, _SHORT = 0.19, 0.2
#: Inputs of a party that are named in a drawing; of more, only some are.
_NAMED = 8


def _values(data: Mapping[str, Any]) -> "Canvas":
    """Draw one dot for each resource on a common axis, and the advantage as a band."""
    canvas = new_canvas(3.5, 1.9)
    axes = canvas.subplots()
    points = data["points"]
    low, high = points[0]["lower"], points[-1]["upper"]
    margin = 0.12 * (high - low) or 0.05 * max(abs(high), 1e-9)
    axes.set(xlim=(low - margin, high + 2 * margin), ylim=(len(points) - 0.5, -0.7))
    for row, point in enumerate(points):
        ends = point["lower"], point["upper"]
        colour = ALICE if row in (1, 2) else INK
        axes.plot([low - margin, high + 2 * margin], [row, row], color=FAINT, linewidth=0.6)
        axes.plot(ends, [row, row], color=colour, linewidth=4, solid_capstyle="butt")
        middle = (ends[0] + ends[1]) / 2
        axes.plot(middle, row, marker="o", markersize=7, color=colour)
        axes.annotate(
            f"{middle:.5g}", (middle, row), xytext=(0, 6), textcoords="offset points", ha="center"
        )
    classical, quantum = points[0]["upper"], points[2]["lower"]
    if data["verdict"] == Finding.PROVEN:
        axes.axvspan(classical, quantum, color=ALICE, alpha=0.16, linewidth=0)
    axes.set_yticks(range(len(points)), [point["name"] for point in points])
    axes.set_xlabel("expected payoff per round")
    bare(axes)
    axes.locator_params(axis="x", nbins=5)
    return canvas


def _margins(data: Mapping[str, Any]) -> "Canvas":
    """Draw by what factor each criterion is kept (right of 1) or missed (left) on a log axis."""
    criteria = data["criteria"]
    canvas = new_canvas(3.5, 0.7 + 0.34 * len(criteria))
    axes = canvas.subplots()
    logs = [math.log10(criterion["ratio"]) for criterion in criteria]
    reach = max(0.3, *(abs(exponent) for exponent in logs))
    axes.set_xlim(min(0.0, *logs) - 0.1 * reach, max(0.0, *logs) + 0.4 * reach)
    for row, (criterion, exponent) in enumerate(zip(criteria, logs, strict=True)):
        kept = criterion["passed"]
        colour, hatch = (ALICE, None) if kept else (BOB, "////")
        axes.barh(row, exponent, 0.5, facecolor="none", edgecolor=colour, hatch=hatch)
        axes.barh(row, exponent, 0.5, color=colour, alpha=0.75 if kept else 0.25, linewidth=0)
        # Beside the bar, or where the bar of a criterion that is kept would be.
        axes.annotate(
            "× " + factor(criterion["ratio"]),
            (max(exponent, 0.0), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.axvline(0.0, color=INK, linewidth=1.2)
    axes.set_ylim(len(criteria) - 0.4, -0.6)
    axes.set_yticks(range(len(criteria)), [criterion["name"] for criterion in criteria])
    axes.set_xticks([0.0], ["limit"])
    axes.set_xlabel("missed by a factor   ←   →   kept by a factor (log scale)")
    bare(axes)
    return canvas


def _plane(data: Mapping[str, Any]) -> "Canvas":
    """Draw the X-Z plane, Z up and X to the right, with both parties' directions."""
    canvas = new_canvas(3.0, 3.0)
    axes = canvas.subplots()
    circles = [np.radians(data[party]) for party in ("a", "b")]
    arrows = [np.stack([np.sin(angles), np.cos(angles)], axis=1) for angles in circles]
    _disc(axes, arrows, ("X", "Z"))
    return canvas


def _sphere(data: Mapping[str, Any]) -> "Canvas":
    """Draw the Bloch sphere from the side (X-Z) and from above (X-Y)."""
    canvas = new_canvas(3.0, 6.3)
    side, top = canvas.subplots(2, 1)
    spheres = []
    for party in ("a", "b"):
        polar, azimuth = np.radians(data[party]).T
        spheres.append(
            np.stack(
                [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)],
                axis=1,
            )
        )
    _disc(side, [sphere[:, [0, 2]] for sphere in spheres], ("X", "Z"))
    _disc(top, [sphere[:, [0, 1]] for sphere in spheres], ("X", "Y"))
    side.set_title("from the side", fontsize=9)
    top.set_title("from above", fontsize=9)
    return canvas


def _disc(axes: "Axes", arrows: Sequence[Any], names: tuple[str, str]) -> None:
    """Draw the directions of both parties in a disc, named at their ends; the axes in a corner."""
    from matplotlib.patches import Circle

    axes.add_patch(Circle((0, 0), 1, facecolor="none", edgecolor=FAINT, linewidth=0.8))
    axes.plot([-1, 1], [0, 0], [0, 0], [-1, 1], color=FAINT, linewidth=0.6)
    for name, way in zip(names, np.eye(2), strict=True):
        tip, beyond = (tuple(_CORNER + length * way) for length in (0.42, 0.54))
        axes.annotate("", tip, tuple(_CORNER), arrowprops=_ARROW)
        axes.annotate(name, beyond, ha="center", va="center")
    taken = [end * part for ends in arrows for end in ends for part in (0.3, 0.65, 1.0)]
    for ends, letter, colour, dashes in zip(
        arrows, "xy", (ALICE, BOB), ("solid", (0, (4, 2))), strict=True
    ):
        marker = "o" if letter == "x" else "D"
        for end in ends:
            axes.plot(*zip((0, 0), end, strict=True), color=colour, linewidth=1.8, linestyle=dashes)
            axes.plot(*end, marker=marker, markersize=4.5, color=colour)
        for end, text in _ends(ends, letter):
            axes.annotate(text, _free(end, taken), ha="center", va="center", color=colour)
    axes.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), aspect="equal")
    axes.axis("off")


def _ends(ends: Any, letter: str) -> Iterator[tuple[Any, str]]:
    """Yield the ends to be named, with the numbers of the inputs that share an end."""
    groups: dict[tuple[float, float], list[int]] = {}
    for i, end in enumerate(ends):
        groups.setdefault((round(end[0], 1) + 0.0, round(end[1], 1) + 0.0), []).append(i)
    step = math.ceil(len(groups) / _NAMED)
    for inputs in list(groups.values())[::step]:
        runs = f"{inputs[0]}" if len(inputs) == 1 else _ranges(inputs)
        yield ends[inputs[0]], letter + runs


def _ranges(inputs: list[int]) -> str:
    """Write 0, 1, 2, 5 as 0–2,5 and cut a long list short."""
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(inputs)) if b > a + 1), len(inputs)]
    runs = [inputs[i:j] for i, j in pairwise(breaks)]
    texts = [f"{run[0]}–{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    return ",".join(texts[:3]) + ("…" if len(texts) > 3 else "")


def _free(end: Any, taken: list[Any]) -> tuple[float, float]:
    """Return the first place near an end, outwards from it, with room; and take it."""
    length = float(np.hypot(*end))
    if length > _SHORT:
        places = [end * (1 + step / length) for step in (0.2, 0.42, 0.62)]
    else:
        turns = np.radians(np.arange(15, 360, 30))
        places = list(end + 0.3 * np.stack([np.sin(turns), np.cos(turns)], axis=1))
    room = [min(np.hypot(*(place - other)) for other in taken) for place in places]
    roomy = [place for place, space in zip(places, room, strict=True) if space > _ROOM]
    taken.append(roomy[0] if roomy else places[int(np.argmax(room))])
    return tuple(taken[-1])


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {
    "values": _values,
    "plane": _plane,
    "sphere": _sphere,
    "margins": _margins,
}
