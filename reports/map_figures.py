"""Figures of maps: colours for the quantity, lines for what was traced on it.

The colours run from light to dark in a scale that colour-blind readers and grey printers keep in
order; lines differ in dashes as well as in colour, and have a halo. The same bytes for the same
numbers.
"""

import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xorgames.reports.canvas import FAINT, INK, STYLE, new_canvas
from xorgames.reports.numbers import percent, plain, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

#: Colours of Okabe and Ito with dashes: the boundary first, then the contours in turn.
_LINES = (
    (INK, "solid"),
    ("#d55e00", (0, (6, 2))),
    ("#0072b2", (0, (2, 2))),
    ("#cc79a7", (0, (6, 2, 1, 2))),
    ("#009e73", (0, (1, 1))),
)
_STYLE = STYLE | {"hatch.linewidth": 0.5}
_NO_METADATA = {
    "svg": dict.fromkeys(("Creator", "Date", "Format", "Type")),
    "png": {"Software": None},
}
_NAMES = {
    "gap": "gap: quantum minus classical value",
    "ratio": "ratio of the biases, Q/C",
    "classical": "classical value",
    "quantum": "quantum value",
    "critical-infidelity": "critical infidelity, 1 − C/Q",
    "rounds": "rounds needed",
    "rate": "pair rate needed",
    "margin": "least margin of the design",
}
#: A quantity that varies by a larger factor is coloured by its logarithm.
_WIDE = 30.0
#: Missed by all of what is required; how much more than that is not shown.
_LEAST_MARGIN = -1.0
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Points that are drawn as dots on a curve of one parameter.
_FEW = 60


def draw_map(data: Mapping[str, Any], kind: str) -> bytes:
    """Return the figure of a map.

    Parameters
    ----------
    data : mapping
        What `Map.to_dict` returns.
    kind : {"svg", "png"}

    Examples
    --------
    >>> from xorgames.design.map import compute_map
    >>> data = compute_map("hft:p=1/2", ["beta=0:1:5"]).to_dict()
    >>> draw_map(data, "svg")[:5], draw_map(data, "svg") == draw_map(data, "svg")
    (b'<?xml', True)
    """
    import matplotlib as mpl

    # The defaults, whatever the process has set; but naming a backend would load pyplot.
    defaults = {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if key != "backend"}
    with mpl.rc_context(defaults | _STYLE):
        canvas = _plane(data) if len(data["axes"]) == 2 else _line(data)
        buffer = io.BytesIO()
        canvas.savefig(
            buffer, format=kind, dpi=200, bbox_inches="tight", metadata=_NO_METADATA[kind]
        )
    return buffer.getvalue()


def describe_map(data: Mapping[str, Any]) -> str:
    """Return in a sentence or two what the figure shows, for those who cannot see it."""
    numbers = [(low, i) for i, low in enumerate(data["lower"]) if low is not None]
    if not numbers:
        return "No point has a value."
    least, most = min(numbers), max(numbers)
    ends = [quantity(number, data["unit"], 6) for number, _ in (least, most)]
    where = ", ".join(
        f"{axis['name']} = {plain(number, 6)}"
        for axis, number in zip(data["axes"], _coordinates(data, most[1]), strict=True)
    )
    name = _NAMES[data["quantity"]]
    share = sum(answer > 0 for answer in data["advantage"]) / len(data["advantage"])
    return (
        f"{name[:1].upper()}{name[1:]}: from {ends[0]} to {ends[1]}, "
        f"the largest at {where}. Entanglement is proven to help at {percent(share)} of the points."
    )


def _coordinates(data: Mapping[str, Any], index: int) -> list[float]:
    """Return the coordinates of a point by its number."""
    values = [_values(axis) for axis in data["axes"]]
    places = np.unravel_index(index, [len(each) for each in values])
    return [float(each[place]) for each, place in zip(values, places, strict=True)]


def _values(axis: Mapping[str, Any]) -> NDArray[np.float64]:
    from fractions import Fraction

    ends = float(Fraction(axis["start"])), float(Fraction(axis["stop"]))
    return np.linspace(*ends, axis["count"])


def _middles(data: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the middles of the brackets, NaN where there is no value."""
    lower = np.array(data["lower"], dtype=np.float64)
    return np.asarray(lower + (np.array(data["upper"], dtype=np.float64) - lower) / 2)


def _title(data: Mapping[str, Any]) -> str:
    fixed = [f"{name} = {value}" for name, value in data["fixed"].items()]
    title = ", ".join([data["family"], *fixed])
    return title if len(title) <= 60 else title[:59] + "…"


def _quantity(data: Mapping[str, Any]) -> str:
    return _NAMES[data["quantity"]] + (f" / {data['unit']}" if data["unit"] else "")


def _plane(data: Mapping[str, Any]) -> "Canvas":
    """Draw two parameters as a plane."""
    from matplotlib.colors import LogNorm, Normalize

    canvas = new_canvas(4.6, 4.0)
    axes = canvas.subplots()
    x, y = (_values(axis) for axis in data["axes"])
    middles = np.ma.masked_invalid(_middles(data).reshape(len(x), len(y)).T)
    positive = middles.count() and middles.min() > 0 and middles.max() > _WIDE * middles.min()
    norm = LogNorm() if positive else Normalize()
    deep = data["quantity"] == "margin" and middles.count() and middles.min() < _LEAST_MARGIN
    if deep:
        norm = Normalize(vmin=_LEAST_MARGIN)
    half = [(each[1] - each[0]) / 2 for each in (x, y)]
    image = axes.imshow(
        middles,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap="YlGnBu",
        norm=norm,
        extent=(x[0] - half[0], x[-1] + half[0], y[0] - half[1], y[-1] + half[1]),
    )
    axes.patch.set(facecolor="white", edgecolor=FAINT, hatch="////")
    bar = canvas.colorbar(image, label=_quantity(data), extend="min" if deep else "neither")
    if positive:
        _label_powers(bar.ax)
    for (colour, dashes), contour in zip(_styles(data), _contours(data), strict=True):
        _curves(axes, contour, colour, dashes)
    axes.set(
        xlim=(x[0], x[-1]),
        ylim=(y[0], y[-1]),
        xlabel=data["axes"][0]["name"],
        ylabel=data["axes"][1]["name"],
    )
    axes.set_title(_title(data), fontsize=10)
    _legend(axes, hatched=bool(data["notes"]))
    return canvas


def _label_powers(axes: "Axes") -> None:
    """Label a logarithmic scale; what matplotlib writes needs its language of formulas."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    def label(number: float, _: int | None = None) -> str:
        if 1e-2 <= number <= 1e3:
            return f"{number:g}"
        return "10" + str(round(math.log10(number))).translate(_RAISED)

    axes.yaxis.set_major_formatter(FuncFormatter(label))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _curves(axes: "Axes", contour: Mapping[str, Any], colour: str, dashes: Any) -> None:
    from matplotlib.patheffects import withStroke

    label = contour["label"]
    for curve in contour["curves"]:
        axes.plot(
            *zip(*curve, strict=True),
            color=colour,
            linestyle=dashes,
            linewidth=1.4,
            label=label,
            path_effects=[withStroke(linewidth=2.8, foreground="white")],
        )
        # One entry of the legend is enough.
        label = "_"


def _line(data: Mapping[str, Any]) -> "Canvas":
    """Draw one parameter as a curve with its bracket."""
    canvas = new_canvas(4.6, 3.2)
    axes = canvas.subplots()
    (x,) = (_values(axis) for axis in data["axes"])
    lower, upper = (np.array(data[end], dtype=np.float64) for end in ("lower", "upper"))
    axes.fill_between(x, lower, upper, color=_LINES[2][0], alpha=0.3, linewidth=0)
    marker = "." if len(x) <= _FEW else None
    axes.plot(x, _middles(data), color=_LINES[2][0], linewidth=1.4, marker=marker)
    known = lower[np.isfinite(lower)]
    if known.size and known.min() > 0 and known.max() > _WIDE * known.min():
        axes.set_yscale("log")
        _label_powers(axes)
    if data["quantity"] == "margin" and known.size and known.min() < _LEAST_MARGIN:
        axes.set_ylim(bottom=_LEAST_MARGIN)
    for (colour, dashes), contour in zip(_styles(data), _contours(data), strict=True):
        label = contour["label"]
        if contour["level"] is not None:
            axes.axhline(contour["level"], color=colour, linestyle=dashes, label=label)
            label = "_"
        for ((place,),) in contour["curves"]:
            axes.axvline(place, color=colour, linestyle=dashes, linewidth=0.8, label=label)
            label = "_"
    axes.set(xlim=(x[0], x[-1]), xlabel=data["axes"][0]["name"], ylabel=_quantity(data))
    axes.set_title(_title(data), fontsize=10)
    axes.spines[["right", "top"]].set_visible(False)
    _legend(axes, hatched=False)
    return canvas


def _contours(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [data["boundary"], *data["contours"]]


def _styles(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return colour and dashes of each contour; only the boundary is solid black."""
    turns = len(_LINES) - 1
    return [_LINES[0], *(_LINES[1 + i % turns] for i in range(len(data["contours"])))]


def _legend(axes: "Axes", *, hatched: bool) -> None:
    """Name the lines below the axes."""
    from matplotlib.patches import Patch

    handles, labels = axes.get_legend_handles_labels()
    if hatched:
        handles.append(Patch(facecolor="white", edgecolor=FAINT, hatch="////"))
        labels.append("no value")
    if handles:
        axes.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(-0.02, -0.16), frameon=False,
            fontsize=8, handlelength=3,
        )  # fmt: skip
