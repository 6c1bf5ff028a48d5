"""Which of two numbers to change? The Pareto front: pairs of changes that just pass.

For each value of the first number, the value of the second nearest to its present one with which
the game is passed (`limits`). The first goes in equal ratios from its present value to both ends of
its range, or to where it passes alone. Of these pairs those are kept that no
other beats, being nearer to the present values in one number and not farther in the other. Every
pair has passed `check`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xorgames.errors import expect, reject
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.improve import Fix, nearest
from xorgames.hardware.questions.limits import along, confirmed
from xorgames.hardware.questions.trials import Trials
from xorgames.hardware.verdict import PASS, Verdict

if TYPE_CHECKING:
    from xorgames.solvers.workers import Progress

#: Values of the first number to each side of the present one, tried again over the front found.
_VALUES, _TURNS = 12, 2


@dataclass(frozen=True, kw_only=True)
class Front:
    """The pairs of values that just pass.

    Attributes
    ----------
    verdict : Verdict
        Of the machine as it is.
    axes : pair of Axis
    pairs : tuple of (float, float)
        In the order of the first number; none if no pair passes.
    verdicts : tuple of Verdict
        One for each pair.
    """

    verdict: Verdict
    axes: tuple[Axis, Axis]
    pairs: tuple[tuple[float, float], ...]
    verdicts: tuple[Verdict, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the pairs by name."""
        return {
            "parameters": [axis.name for axis in self.axes],
            "units": [axis.unit for axis in self.axes],
            "present": [axis.value for axis in self.axes],
            "pairs": [list(pair) for pair in self.pairs],
        }


def front(
    verdict: Verdict,
    first: str,
    second: str,
    *,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    progress: "Progress | None" = None,
) -> Front:
    """Return the pairs of two numbers that just pass, those that no other pair beats.

    Parameters
    ----------
    verdict : Verdict
        Of a design that does not pass.
    first, second : str
        Numbers of the design or of the conditions.
    bounds : mapping, optional
        Ranges by name; by default what the design allows, within a factor of 1000.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    InputError
        If no design stands behind the verdict, it passes, or a name or a range is not allowed.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = xg.require(xg.solve(xg.catalog.chsh()), xg.Conditions(window_s=0.02))
    >>> verdict = xg.check(needs, xg.load_design("yb_cavity"))
    >>> found = front(verdict, "channels", "atoms", bounds={"channels": (1, 3)})
    >>> found.pairs
    ((1, 356), (2, 250))
    """
    trials = Trials.of(verdict)
    if verdict.verdict == PASS:
        reject("verdict", "must not be PASS", cure="there is nothing to change")
    if first == second:
        reject("second", "must be another number than the first", received=repr(second))
    given = {} if bounds is None else bounds
    expect(given, Mapping, key="bounds", cure='write {"atoms": (100, 400)}')
    axes = trials.axis(first, given.get(first)), trials.axis(second, given.get(second))
    lower, upper = _useful(trials, axes[0])
    best: tuple[tuple[float, float], ...] = ()
    for turn in range(_TURNS):
        values = _values(axes[0], lower, upper)
        pairs = []
        for done, value in enumerate(values):
            pair = _pair(trials, axes, value)
            pairs += [] if pair is None else [pair]
            if progress is not None:
                progress(turn * len(values) + done + 1, _TURNS * len(values))
        best = _unbeaten(axes, pairs)
        if not best:
            break
        lower, upper = best[0][0], best[-1][0]
    return Front(
        verdict=verdict,
        axes=axes,
        pairs=best,
        verdicts=tuple(confirmed(trials, {first: a, second: b}) for a, b in best),
    )


def _useful(trials: Trials, axis: Axis) -> tuple[float, float]:
    """Return the range of the first number, up to where it passes alone."""
    alone = nearest(along(trials, axis))
    if not isinstance(alone, Fix):
        return axis.lower, axis.upper
    return (alone.new, axis.upper) if alone.new < axis.value else (axis.lower, alone.new)


def _values(axis: Axis, lower: float, upper: float) -> list[float]:
    """Return numbers in equal ratios from the present one to both ends."""
    middle = min(max(axis.value, lower), upper)
    sides = replace(axis, lower=lower, upper=middle), replace(axis, lower=middle, upper=upper)
    return sorted({number for side in sides for number in side.points(_VALUES)})


def _pair(trials: Trials, axes: tuple[Axis, Axis], value: float) -> tuple[float, float] | None:
    """Return the pair that just passes with this value of the first number, if there is one."""
    first, second = axes
    others = {first.name: value}
    if trials.passes(others):
        return value, second.value
    found = nearest(along(trials, second, others))
    return (value, found.new) if isinstance(found, Fix) else None


def _unbeaten(
    axes: tuple[Axis, Axis], pairs: list[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """Return the pairs that no other is at least as near as, in both numbers."""

    def sizes(pair: tuple[float, float]) -> tuple[float, ...]:
        return tuple(abs(math.log(new / axis.value)) for new, axis in zip(pair, axes, strict=True))

    best: list[tuple[float, float]] = []
    for pair in sorted(pairs, key=sizes):
        if not best or sizes(pair)[1] < sizes(best[-1])[1]:
            best.append(pair)
    return tuple(sorted(best))
