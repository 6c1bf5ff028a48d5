"""What to change so that a machine passes: one number at the least, or several at the least cost.

- one number: of the intervals in which the game is passed (`limits`), the end nearest to the
  present value x by |ln(new/x)|;
- several: the least cost sum w_i |ln(new_i/x_i)|, or sum w_i ln(new_i/x_i)^2 (`combination`);
- if there is neither: the criteria in the way.

Whatever is reported as passing has passed `check`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.exact import exact_number
from xorgames.hardware.parameters import POSITIVE, Rule
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.combination import Combination, cheapest
from xorgames.hardware.questions.limits import Limits, along
from xorgames.hardware.questions.optimiser import COSTS, Costs
from xorgames.hardware.questions.trials import Trials
from xorgames.hardware.verdict import PASS, Verdict

if TYPE_CHECKING:
    from xorgames.solvers.workers import Progress


@dataclass(frozen=True, kw_only=True)
class Fix:
    """The least change of one number with which the game is passed.

    Attributes
    ----------
    axis : Axis
        The number and its present value.
    new : float
    verdict : Verdict
        Of the changed design.
    """

    axis: Axis
    new: float
    verdict: Verdict

    @property
    def factor(self) -> float:
        """The new value over the present one."""
        return self.new / self.axis.value

    @property
    def size(self) -> float:
        """How large the change is: |ln(new/present)|."""
        return abs(math.log(self.factor))

    def to_dict(self) -> dict[str, Any]:
        """Return the change by name."""
        return {
            "parameter": self.axis.name,
            "unit": self.axis.unit,
            "value": self.axis.value,
            "new": self.new,
            "factor": self.factor,
            "verdict": self.verdict.verdict,
        }


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A number that alone cannot make the machine pass.

    Attributes
    ----------
    axis : Axis
        The number and the range that was searched.
    never : tuple of str
        The criteria that are met nowhere in the range; none if each is met somewhere, but never
        all together.
    """

    axis: Axis
    never: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the number and what is in the way."""
        return {
            "parameter": self.axis.name,
            "unit": self.axis.unit,
            "value": self.axis.value,
            "searched": {"lower": self.axis.lower, "upper": self.axis.upper},
            "never_met": list(self.never),
        }


@dataclass(frozen=True, kw_only=True)
class Improvement:
    """What makes a machine pass.

    Attributes
    ----------
    verdict : Verdict
        Of the machine as it is.
    fixes : tuple of Fix
        One for each number that can do it alone, the smallest change first.
    obstacles : tuple of Obstacle
        The numbers that cannot.
    combination : Combination or None
        The cheapest change found of all numbers together; None if none was found, or needed.
    reason : str
        Why there is none; empty if there is one.
    """

    verdict: Verdict
    fixes: tuple[Fix, ...]
    obstacles: tuple[Obstacle, ...]
    combination: Combination | None
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "verdict": self.verdict.verdict,
            "fixes": [fix.to_dict() for fix in self.fixes],
            "obstacles": [obstacle.to_dict() for obstacle in self.obstacles],
            "combination": self.combination and self.combination.to_dict(),
            "reason": self.reason,
        }


def improve(
    verdict: Verdict,
    *,
    names: Sequence[str] | None = None,
    cost: str = "sum",
    weights: Mapping[str, float] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    progress: "Progress | None" = None,
) -> Improvement:
    """Return what to change so that a machine passes.

    Parameters
    ----------
    verdict : Verdict
        Of a design.
    names : sequence of str, optional
        The numbers that may change, of the design or of the conditions; by default all of the
        design that are not 0.
    cost : {"sum", "squares"}
        What a combination costs: the sum of the weighted sizes |ln(new/present)|, which changes few
        numbers, or of their squares, which changes many a little.
    weights : mapping, optional
        How much a number's change costs; 1 if not given.
    bounds : mapping, optional
        The range of a number; by default what the design allows, within a factor of 1000.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    InputError
        If no design stands behind the verdict, or a name, a weight or a range is not allowed.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = xg.require(xg.solve(xg.catalog.chsh()), xg.Conditions(window_s=0.02))
    >>> verdict = xg.check(needs, xg.load_design("yb_cavity"))
    >>> found = improve(verdict, names=["atoms", "rotation_time_s"])
    >>> found.fixes[0].axis.name, found.fixes[0].new, found.fixes[0].verdict.verdict
    ('atoms', 356, 'PASS')
    >>> found.obstacles[0].axis.name, found.obstacles[0].never
    ('rotation_time_s', ('rate',))
    """
    trials = Trials.of(verdict)
    axes = _axes(trials, names, {} if bounds is None else bounds)
    costs = _costs(cost, {} if weights is None else weights, axes)
    if verdict.verdict == PASS:
        reason = "nothing has to change: every criterion is met"
        return Improvement(verdict=verdict, fixes=(), obstacles=(), combination=None, reason=reason)
    fixes, obstacles = [], []
    for done, axis in enumerate(axes):
        found = nearest(along(trials, axis))
        if isinstance(found, Fix):
            fixes.append(found)
        else:
            obstacles.append(found)
        if progress is not None:
            progress(done + 1, len(axes) + 1)
    fixes.sort(key=lambda fix: fix.size)
    best, reason = cheapest(trials, axes, costs, [{fix.axis.name: fix.new} for fix in fixes])
    if progress is not None:
        progress(len(axes) + 1, len(axes) + 1)
    return Improvement(
        verdict=verdict,
        fixes=tuple(fixes),
        obstacles=tuple(obstacles),
        combination=best,
        reason=reason,
    )


def nearest(found: Limits) -> Fix | Obstacle:
    """Return the passing number nearest to the present one by ratio, or what is in the way."""
    fixes = [
        Fix(axis=found.axis, new=end, verdict=verdict)
        for interval in found.intervals
        for end, verdict in (
            (interval.lower, interval.at_lower),
            (interval.upper, interval.at_upper),
        )
    ]
    if not fixes:
        return Obstacle(axis=found.axis, never=found.never)
    return min(fixes, key=lambda fix: fix.size)


def _axes(
    trials: Trials, names: Sequence[str] | None, bounds: Mapping[str, tuple[float, float]]
) -> list[Axis]:
    """Return the numbers that may change, with every problem of names and bounds."""
    names = trials.parameters if names is None else names
    expect(names, (tuple, list), key="names", cure='write ["atoms"]')
    wanted = list(dict.fromkeys(names))
    expect(bounds, Mapping, key="bounds", cure='write {"atoms": (100, 400)}')
    problems = _unknown("bounds", bounds, wanted)
    axes = []
    for name in wanted:
        try:
            axes.append(trials.axis(name, bounds.get(name)))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    if not axes:
        reject("names", "must name at least one number", received="none")
    return axes


def _costs(kind: str, weights: Mapping[str, float], axes: Sequence[Axis]) -> Costs:
    expect(weights, Mapping, key="weights", cure='write {"atoms": 2}')
    names = [axis.name for axis in axes]
    problems = _unknown("weights", weights, names)
    if kind not in COSTS:
        cure = near_name(str(kind), COSTS)
        problems.append(Problem(key="cost", rule="is not offered", received=repr(kind), cure=cure))
    read: dict[str, float] = dict.fromkeys(names, 1.0)
    for name in names:
        if name not in weights:
            continue
        key = f"weights.{name}"
        try:
            read[name] = float(exact_number(weights[name], key=key))
        except InputError as error:
            problems.extend(error.problems)
            continue
        problem = Rule(about="", limits=POSITIVE).check(key, read[name])
        problems += [] if problem is None else [problem]
    if problems:
        raise InputError(problems)
    return Costs(kind=kind, weights=read)


def _unknown(what: str, given: Mapping[str, Any], names: Sequence[str]) -> list[Problem]:
    rule = "is for no number that may change"
    return [
        Problem(key=f"{what}.{name}", rule=rule, cure=near_name(str(name), names))
        for name in given
        if name not in names
    ]
