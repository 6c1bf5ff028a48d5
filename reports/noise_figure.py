"""The figure of the noise section: how much infidelity is left when the readout errs too."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xorgames.reports.canvas import ALICE, BOB, FAINT, INK, new_canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

#: Colour and dashes of the limits, from the one that always holds to the kindest.
_LINES = (
    (INK, "solid"),
    (ALICE, (0, (5, 2))),
    (BOB, (0, (1.5, 1.5))),
)


def _trade_off(data: Mapping[str, Any]) -> "Canvas":
    """Draw the limits of infidelity over the readout error, both in per cent."""
    canvas = new_canvas(3.8, 2.7)
    axes = canvas.subplots()
    errors = [100 * error for error in data["readout_errors"]]
    for curve, (colour, dashes) in zip(data["curves"], _LINES, strict=False):
        limits = [100 * lower for lower in curve["lower"]]
        axes.plot(
            errors, limits, color=colour, linestyle=dashes, linewidth=1.8, label=curve["name"]
        )
    lowest = [100 * lower for lower in data["curves"][0]["lower"]]
    axes.fill_between(errors, lowest, color=ALICE, alpha=0.12, linewidth=0)
    axes.set(xlim=(0, None), ylim=(0, None))
    axes.set_xlabel("readout error on both sides, %")
    axes.set_ylabel("infidelity of the pair below, %")
    axes.grid(color=FAINT, linewidth=0.5)
    axes.legend(frameon=False, loc="upper right")
    axes.spines[["right", "top"]].set_visible(False)
    return canvas


DRAWINGS: Mapping[str, Callable[[Mapping[str, Any]], "Canvas"]] = {"trade_off": _trade_off}
