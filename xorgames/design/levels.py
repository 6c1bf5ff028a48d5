"""Which curves stand on a map besides the boundary: levels of quantities, limits of a design."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from xorgames.design.contour import Contour, Signs, trace
from xorgames.design.demands import Setting
from xorgames.design.grid import Grid
from xorgames.design.quantities import FAST, Evaluator, Point, Values, signs_above

#: Called with what is being done, and (done, total).
Progress = Callable[[str, int, int], None]

#: How narrow the brackets of a curve's vertices become, as a fraction of the edge they lie on.
TOLERANCE = 1e-6
#: The same where every point costs a solution and a count of rounds.
SLOW_TOLERANCE = 1 / 16


class Level(NamedTuple):
    """A level of a quantity to be traced, and whether it is one of the quantity mapped."""

    quantity: str
    level: float
    label: str
    own: bool


def wanted_levels(quantity: str, levels: Sequence[float], setting: Setting) -> list[Level]:
    """Return the levels asked for, and the limits of the design."""
    wanted = [Level(quantity, level, f"{quantity} = {level:g}", own=True) for level in levels]
    performance = setting.performance
    if performance is None:
        return wanted
    limits = {
        "rounds": performance.rate_hz * setting.conditions.window_s,
        "rate": performance.rate_hz,
        "margin": 0.0,
        "critical-infidelity": performance.combined_infidelity,
    }
    for name in dict.fromkeys((quantity, "critical-infidelity")):
        if name in limits:
            label = f"limit of {performance.design}: {name} = {limits[name]:.6g}"
            wanted.append(Level(name, limits[name], label, own=name == quantity))
    return wanted


def trace_level(
    evaluator: Evaluator,
    grid: Grid,
    values: Mapping[str, Values],
    wanted: Level,
    tell: Progress,
) -> Contour:
    """Trace one level on a map whose values are known."""
    quantity, level, label, own = wanted
    signs = signs_above(quantity, level, values[quantity]).reshape(grid.shape)

    def decide(points: Sequence[Point]) -> Signs:
        tell(f"tracing {label}", 0, len(points))
        return evaluator.above(quantity, level, points)

    tolerance = TOLERANCE if quantity in FAST else SLOW_TOLERANCE
    contour = trace(grid, signs, decide, label=label, tolerance=tolerance)
    return replace(contour, level=level if own else None)
