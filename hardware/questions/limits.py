"""How far can one number go? The intervals in which a game is passed, and what ends each of them.

The range of the search is cut into equal ratios; wherever the answer changes between two of its
points, the place is found by bisection. Nothing is assumed to grow or to fall, so that several
intervals may come out; one narrower than a step of the search can be missed. Both ends of every
interval are checked by `check`, and so is the failing number beside each.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from xorgames.errors import InconsistencyError, InputError
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.trials import Numbers, Trial, Trials
from xorgames.hardware.verdict import PASS, Verdict

#: What ends an interval where `check` is not even reached.
NOT_ALLOWED = "not allowed by the design"


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Numbers with which every criterion is met, checked at both ends.

    Attributes
    ----------
    lower, upper : float
        Both pass.
    below, above : tuple of str
        The criteria that are not met just beyond; empty where the search ended.
    at_lower, at_upper : Verdict
    """

    lower: float
    upper: float
    below: tuple[str, ...]
    above: tuple[str, ...]
    at_lower: Verdict
    at_upper: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the ends and what lies beyond."""
        return {
            "lower": self.lower,
            "upper": self.upper,
            "not_met_below": list(self.below),
            "not_met_above": list(self.above),
        }


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Where along one number the game is passed.

    Attributes
    ----------
    axis : Axis
        The number, its present value and the range that was searched.
    points : int
        Of the search.
    intervals : tuple of Interval
        In rising order; none if no number of the range passes.
    never : tuple of str
        The criteria that no number of the range meets.
    """

    axis: Axis
    points: int
    intervals: tuple[Interval, ...]
    never: tuple[str, ...]

    @property
    def least(self) -> float | None:
        """The least number that passes; None if none does."""
        return self.intervals[0].lower if self.intervals else None

    @property
    def largest(self) -> float | None:
        """The largest number that passes; None if none does."""
        return self.intervals[-1].upper if self.intervals else None

    def to_dict(self) -> dict[str, Any]:
        """Return the intervals and how they were searched."""
        return {
            "parameter": self.axis.name,
            "unit": self.axis.unit,
            "value": self.axis.value,
            "least": self.least,
            "largest": self.largest,
            "intervals": [interval.to_dict() for interval in self.intervals],
            "never_met": list(self.never),
            "searched": {
                "lower": self.axis.lower,
                "upper": self.axis.upper,
                "points": self.points,
            },
        }


def limits(verdict: Verdict, name: str, *, bounds: tuple[float, float] | None = None) -> Limits:
    """Return the intervals of one number in which the game is passed.

    Parameters
    ----------
    verdict : Verdict
        Of a design; everything but the one number stays as it was there.
    name : str
        A number of the design, or `distance_m`, `window_s` or `local_time_s` of the conditions.
    bounds : pair of float, optional
        The range of the search; by default what the design allows, within a factor of 1000.

    Raises
    ------
    InputError
        If there is no such number, or no design, or the bounds are not allowed.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = xg.require(xg.solve(xg.catalog.chsh()), xg.Conditions(window_s=0.1))
    >>> verdict = xg.check(needs, xg.load_design("yb_cavity"))
    >>> limits(verdict, "atoms").least
    72
    >>> found = limits(verdict, "distance_m")
    >>> round(found.largest / 1e3, 1), found.intervals[-1].above
    (66.3, ('rate',))
    """
    trials = Trials.of(verdict)
    return along(trials, trials.axis(name, bounds))


def along(trials: Trials, axis: Axis, others: Numbers | None = None) -> Limits:
    """Return where a design passes along one number, with others changed as given."""
    others = {} if others is None else others
    points = axis.points()
    tried = _tried(trials, [{**others, axis.name: point} for point in points])
    passed = [trial is not None and trial.passed for trial in tried]
    ends: list[tuple[float, tuple[str, ...]]] = []
    for (left, right), (before, after) in zip(pairwise(points), pairwise(passed), strict=True):
        if before != after:
            inside, outside = _border(
                trials, axis, others, (left, right) if before else (right, left)
            )
            ends.append((inside, not_met(trials, {**others, axis.name: outside})))
    if passed[0]:
        ends.insert(0, (points[0], ()))
    if passed[-1]:
        ends.append((points[-1], ()))
    intervals = tuple(
        _interval(trials, axis, others, lower, upper)
        for lower, upper in zip(ends[::2], ends[1::2], strict=True)
    )
    return Limits(
        axis=axis,
        points=len(points),
        intervals=intervals,
        never=() if intervals else _never(tried),
    )


def _tried(trials: Trials, changes: list[dict[str, float]]) -> list[Trial | None]:
    """Try numbers along an axis, the rounds counted wherever the answer changes."""
    while True:
        tried = [trials.trial(numbers) for numbers in changes]
        passed = [trial is not None and trial.passed for trial in tried]
        borders = [i for i in range(1, len(passed)) if passed[i - 1] != passed[i]]
        # All of them, not only the first that is new.
        if not sum(trials.count(changes[i - side]) for i in borders for side in (0, 1)):
            return tried


def not_met(trials: Trials, changes: Numbers) -> tuple[str, ...]:
    """Return the names of the criteria that are not met."""
    try:
        criteria = trials.verdict(changes).criteria
    except InputError:
        return (NOT_ALLOWED,)
    return tuple(criterion.name for criterion in criteria if criterion.passed is not True)


def _border(
    trials: Trials, axis: Axis, others: Numbers, ends: tuple[float, float]
) -> tuple[float, float]:
    """Return the last number that passes and the first that does not, from such a pair."""

    def passes(number: float) -> bool:
        return trials.passes({**others, axis.name: number})

    first, last = ends
    while True:
        inside, outside = first, last
        while (middle := axis.between(inside, outside)) is not None:
            inside, outside = (middle, outside) if passes(middle) else (inside, middle)
        # Where the rounds were estimated only, counting them may move the border.
        trials.count({**others, axis.name: inside})
        trials.count({**others, axis.name: outside})
        if not passes(inside):
            last = inside
        elif passes(outside):
            first = outside
        else:
            return inside, outside


def _interval(
    trials: Trials,
    axis: Axis,
    others: Numbers,
    lower: tuple[float, tuple[str, ...]],
    upper: tuple[float, tuple[str, ...]],
) -> Interval:
    at_lower, at_upper = (
        confirmed(trials, {**others, axis.name: end}) for end in (lower[0], upper[0])
    )
    return Interval(
        lower=lower[0],
        upper=upper[0],
        below=lower[1],
        above=upper[1],
        at_lower=at_lower,
        at_upper=at_upper,
    )


def confirmed(trials: Trials, changes: Numbers) -> Verdict:
    """Return the verdict of `check` on numbers that pass by what the trials remember.

    Raises
    ------
    InconsistencyError
        If `check` disagrees.
    """
    verdict = trials.verdict(changes)
    if verdict.verdict != PASS:
        raise InconsistencyError(f"the search passes {dict(changes)}, check says {verdict.verdict}")
    return verdict


def _never(tried: list[Trial | None]) -> tuple[str, ...]:
    """Return the criteria that are met at no point of a search; what is not allowed, if all is."""
    met = [trial.met for trial in tried if trial is not None]
    if not met:
        return (NOT_ALLOWED,)
    names = dict.fromkeys(name for answers in met for name in answers)
    return tuple(name for name in names if all(a.get(name) is not True for a in met))
