"""The space in which numbers change together, u_i = ln(new_i/present_i), smooth for an optimiser.

A point has one margin ln k for each criterion, k the factor by which it is kept. The rounds follow
the smooth `RoundsLaw`. Between whole numbers a margin is the mean of those at the whole numbers
around, each weighted by its nearness. Nothing here is a verdict.
"""

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError
from xorgames.hardware.criteria import Criterion
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.rounds_law import RoundsLaw
from xorgames.hardware.questions.trials import CIRCUMSTANCES, Numbers, Trials, kept

FloatArray = NDArray[np.float64]

#: Steps in u: of a derivative, and what is no change.
_STEP, NO_CHANGE = 1e-5, 1e-4
#: The margin ln k of numbers that the design does not allow, and of a criterion that has none.
REFUSED, _NEUTRAL = -50.0, 0.0


class _Logs(NamedTuple):
    """ln k of every criterion but the rate's; for that, ln of the pairs in a window."""

    margins: dict[str, float]
    log_rate: float
    infidelity: float


class Space:
    """The numbers that may change, and the margins as functions of them.

    Parameters
    ----------
    trials : Trials
    axes : sequence of Axis
        Those that change no margin are left out; a range ends at the present number on the side on
        which neither a little nor the end of it makes any margin larger.
    law : RoundsLaw
    """

    def __init__(self, trials: Trials, axes: Sequence[Axis], law: RoundsLaw) -> None:
        self.trials = trials
        self.law = law
        self._known: dict[tuple[tuple[str, float], ...], _Logs | None] = {}
        self._names = [c.name for c in trials.verdict({}).criteria]
        here = self._margins_at({})
        moved = {axis.name: self._moved_by(axis, here) for axis in axes}
        self.axes = [axis for axis in axes if any(moved[axis.name])]
        self._moved = {name for names in moved.values() for name in names}
        ranges = [self._range(axis, here) for axis in self.axes]
        self.low, self.high = np.array(ranges).reshape(-1, 2).T

    def stuck(self) -> str:
        """Say which missed criterion no number moves; "" if there is none."""
        criteria = self.trials.verdict({}).criteria
        return missed([c for c in criteria if not c.passed and c.name not in self._moved])

    def fit_rounds(self, sizes: FloatArray) -> None:
        """Let the law of the rounds go through the count at a point, if there is one."""
        performance, _ = self.trials.criteria(self.numbers(sizes), self.trials.requirements)
        infidelity = performance.combined_infidelity
        pairs = self.trials.counts.pairs_at(infidelity)
        if pairs is not None:
            self.law = self.law.through(infidelity, pairs)

    def sizes(self, numbers: Numbers) -> FloatArray:
        """Return the point of some changed numbers, within the ranges."""
        u = [math.log(numbers.get(axis.name, axis.value) / axis.value) for axis in self.axes]
        return np.clip(u, self.low, self.high)

    def margins(self, sizes: FloatArray) -> FloatArray:
        """Return ln k of every criterion at a point, shape (criteria,)."""
        choices: list[list[tuple[float, float]]] = []
        for axis, size in zip(self.axes, sizes.tolist(), strict=True):
            number = axis.value * math.exp(size) if size else axis.value
            choices.append(around(number) if axis.whole else [(number, 1.0)])
        total = np.zeros(len(self._names))
        for choice in product(*choices):
            weight = math.prod(share for _, share in choice)
            total += weight * self._margins_at(
                {a.name: n for a, (n, _) in zip(self.axes, choice, strict=True) if n != a.value}
            )
        return total

    def slopes(self, sizes: FloatArray) -> FloatArray:
        """Return the derivatives of the margins, shape (criteria, numbers)."""
        columns, here = [], self.margins(sizes)
        for i in range(len(sizes)):
            step = -_STEP if sizes[i] + _STEP > self.high[i] else _STEP
            there = sizes.copy()
            there[i] += step
            columns.append((self.margins(there) - here) / step)
        return np.array(columns).T

    def numbers(self, sizes: FloatArray, stretch: float = 1.0) -> dict[str, float]:
        """Return the changed numbers of a point, those that are not whole stretched."""
        numbers: dict[str, float] = {}
        for axis, size in zip(self.axes, sizes.tolist(), strict=True):
            if axis.whole:
                number = float(round(axis.value * math.exp(size)))
            else:
                number = axis.value * math.exp(size * stretch)
            if abs(size) > NO_CHANGE and number != axis.value:
                numbers[axis.name] = min(max(number, axis.lower), axis.upper)
        return numbers

    def _range(self, axis: Axis, here: FloatArray) -> tuple[float, float]:
        """Return the sizes of the changes that are worth a trial."""
        low, high = math.log(axis.lower / axis.value), math.log(axis.upper / axis.value)
        if not low <= 0 <= high:
            return low, high
        step = 1.0 if axis.whole else 0.01 * axis.value
        down, up = (
            any((self._margins_at({axis.name: n}) > here).any() for n in numbers)
            for numbers in ((axis.lower, axis.value - step), (axis.upper, axis.value + step))
        )
        return low * down, high * up

    def _moved_by(self, axis: Axis, here: FloatArray) -> set[str]:
        """Return the criteria whose margins a number changes, by a little or at its ends."""
        near = [-1.0, 1.0] if axis.whole else [-0.01 * axis.value, 0.01 * axis.value]
        names = set()
        for number in (axis.lower, axis.upper, *(axis.value + step for step in near)):
            there = self._margins_at({axis.name: number})
            if (there != REFUSED).any():
                names |= {
                    n for n, old, new in zip(self._names, here, there, strict=True) if old != new
                }
        return names

    def _margins_at(self, numbers: Numbers) -> FloatArray:
        """Return ln k of every criterion for numbers that may be tried."""
        key = tuple(sorted(numbers.items()))
        if key not in self._known:
            try:
                self._known[key] = self._logs(numbers)
            except InputError:
                self._known[key] = None
        found = self._known[key]
        if found is None:
            return np.full(len(self._names), REFUSED)
        rate = found.log_rate - self.law.log_pairs(found.infidelity)
        return np.array([rate if name == "rate" else found.margins[name] for name in self._names])

    def _logs(self, numbers: Numbers) -> _Logs | None:
        """Return what does not depend on the law of the rounds; None if no pair ever arrives."""
        trials = self.trials
        performance, criteria = trials.criteria(numbers, trials.requirements)
        needs, _ = trials.changed({n: v for n, v in numbers.items() if n in CIRCUMSTANCES})
        margins = dict.fromkeys(self._names, _NEUTRAL)
        for criterion in criteria:
            ratio = kept(criterion)
            margins[criterion.name] = _NEUTRAL if ratio is None else math.log(ratio)
        held = performance.rate_hz * needs.conditions.window_s
        if held <= 0:
            return None
        return _Logs(
            margins=margins,
            log_rate=math.log(held),
            infidelity=performance.combined_infidelity,
        )


def around(number: float) -> list[tuple[float, float]]:
    """Return the whole numbers around a number, each with its nearness; one if it is whole itself.

    Examples
    --------
    >>> around(2.25), around(3.0)
    ([(2.0, 0.75), (3.0, 0.25)], [(3.0, 1.0)])
    """
    below = math.floor(number + 1e-9)
    share = number - below
    if share < 1e-9:
        return [(float(below), 1.0)]
    return [(float(below), 1 - share), (below + 1.0, share)]


def missed(criteria: Sequence[Criterion]) -> str:
    """Name criteria that are missed, each with the factor; "" for none."""
    texts = []
    for criterion in criteria:
        ratio = kept(criterion)
        by = "" if ratio is None or ratio >= 1 else f" (missed by a factor of {1 / ratio:.3g})"
        texts.append(criterion.name + by)
    return " and ".join(texts)
