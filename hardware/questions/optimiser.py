"""The cheapest point of a space of numbers at which no margin is below 0, found by SciPy's SLSQP.

|u| is the sum of two parts, up and down, so that the cost is smooth. What is found is a local
optimum of the smooth margins; `combination` starts from several points and checks the ends.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from xorgames.hardware.questions.space import NO_CHANGE, REFUSED, FloatArray, Space, around
from xorgames.hardware.questions.trials import Numbers

COSTS = ("sum", "squares")

#: The least margin that is asked for at most: a little inside, so that rounding does no harm.
_INSIDE = 0.05
#: Of one optimisation.
_STEPS = 50
#: By what a change is stretched where it falls short, the smooth law of the rounds being near only.
_STRETCHES = (1.0, 1.05, 1.1, 1.2, 1.5, 2.0, 4.0)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What changes cost.

    Attributes
    ----------
    kind : {"sum", "squares"}
    weights : mapping
        By name.
    """

    kind: str
    weights: Mapping[str, float]

    @property
    def power(self) -> int:
        """The power of |ln(new/present)| in the cost."""
        return 1 if self.kind == "sum" else 2

    def of(self, sizes: Mapping[str, float]) -> float:
        """Return the cost of changes by ln(new/present)."""
        return sum(self.weights[name] * abs(size) ** self.power for name, size in sizes.items())


def highest(space: Space) -> FloatArray:
    """Return a point where the least margin is largest, or large enough."""
    start = np.clip(np.zeros(len(space.axes)), space.low, space.high)
    lowest = space.slopes(start)[int(np.argmin(space.margins(start)))]
    corner = np.where(lowest > 0, space.high, np.where(lowest < 0, space.low, start))
    found = [_climb(space, point) for point in (start, corner)]
    return max(found, key=lambda sizes: float(space.margins(sizes).min()))


def _climb(space: Space, start: FloatArray) -> FloatArray:
    """Maximise t with every margin at least t, from a start."""
    from scipy.optimize import Bounds, NonlinearConstraint, minimize

    def depth(z: FloatArray) -> float:
        return -float(z[-1])

    def fall(z: FloatArray) -> FloatArray:
        return np.append(np.zeros(len(z) - 1), -1.0)

    def excess(z: FloatArray) -> FloatArray:
        return np.asarray(space.margins(z[:-1]) - z[-1])

    def slopes(z: FloatArray) -> FloatArray:
        one = space.slopes(z[:-1])
        return np.column_stack([one, np.full(len(one), -1.0)])

    first: FloatArray = np.append(start, min(float(space.margins(start).min()), _INSIDE))
    found = minimize(
        depth,
        first,
        jac=fall,
        method="SLSQP",
        bounds=Bounds(np.append(space.low, REFUSED), np.append(space.high, _INSIDE)),
        constraints=NonlinearConstraint(excess, 0.0, np.inf, jac=slopes),
        options={"maxiter": _STEPS},
    )
    return np.asarray(np.clip(found.x[:-1], space.low, space.high))


def least(
    space: Space, start: FloatArray, costs: Costs, fixed: Mapping[int, float] | None = None
) -> FloatArray:
    """Return the cheapest point with no margin below 0 that is found from a start.

    Parameters
    ----------
    space : Space
    start : array
    costs : Costs
    fixed : mapping, optional
        Coordinates that stay as given, by index.
    """
    from scipy.optimize import Bounds, NonlinearConstraint, minimize

    low, high = space.low.copy(), space.high.copy()
    for index, size in ({} if fixed is None else fixed).items():
        low[index] = high[index] = size
    weights = np.tile([costs.weights[axis.name] for axis in space.axes], 2)

    def parts(sizes: FloatArray) -> FloatArray:
        return np.concatenate([np.clip(sizes, 0, None), np.clip(-sizes, 0, None)])

    def point(z: FloatArray) -> FloatArray:
        full = ends[0].copy()
        full[free] = z
        up, down = np.split(full, 2)
        return np.asarray(np.clip(up - down, low, high))

    def margins(z: FloatArray) -> FloatArray:
        return space.margins(point(z))

    def slopes(z: FloatArray) -> FloatArray:
        one = space.slopes(point(z))
        return np.hstack([one, -one])[:, free]

    def cost(z: FloatArray) -> float:
        return float(weights[free] @ z**costs.power)

    def rise(z: FloatArray) -> FloatArray:
        return np.asarray(weights[free] * costs.power * z ** (costs.power - 1))

    # The part up goes from the lower end, where that is above 0, to the upper one; so down.
    up, down = np.clip([low, high], 0, None), np.clip([-high, -low], 0, None)
    ends = np.hstack([up, down])
    free = ends[0] < ends[1]
    found = minimize(
        cost,
        parts(np.clip(start, low, high))[free],
        jac=rise,
        method="SLSQP",
        bounds=Bounds(*ends[:, free]),
        constraints=NonlinearConstraint(margins, 0.0, np.inf, jac=slopes),
        options={"maxiter": _STEPS, "ftol": 1e-6},
    )
    return point(found.x)


def cost_at(space: Space, sizes: FloatArray, costs: Costs) -> tuple[bool, float]:
    """Return whether a margin is below 0 at a point, and what the point costs."""
    named = {axis.name: u for axis, u in zip(space.axes, sizes.tolist(), strict=True)}
    return bool(space.margins(sizes).min() < -NO_CHANGE), costs.of(named)


def rounded(space: Space, sizes: FloatArray, costs: Costs) -> Iterator[FloatArray]:
    """Yield the points with whole numbers down and up, the others the cheapest again."""
    whole = [i for i, axis in enumerate(space.axes) if axis.whole]
    values = [space.axes[i].value for i in whole]
    choices = [
        [number for number, _ in around(value * math.exp(sizes[i]))]
        for i, value in zip(whole, values, strict=True)
    ]
    for choice in product(*choices):
        ratios = [number / value for number, value in zip(choice, values, strict=True)]
        fixed = dict(zip(whole, map(math.log, ratios), strict=True))
        yield least(space, sizes, costs, fixed) if whole else sizes


def pulled_back(space: Space, sizes: FloatArray) -> Numbers | None:
    """Return the numbers where the line from the present ones begins to pass; None if nowhere.

    Whole numbers stay as they are at the point.
    """
    passes = space.trials.passes
    fails, stretch = 0.0, 0.0
    for stretch in (0.0, *_STRETCHES):
        if passes(space.numbers(sizes, stretch)):
            break
        fails = stretch
    else:
        return None
    while stretch - fails > NO_CHANGE * stretch:
        middle = (stretch + fails) / 2
        if passes(space.numbers(sizes, middle)):
            stretch = middle
        else:
            fails = middle
    return space.numbers(sizes, stretch)
