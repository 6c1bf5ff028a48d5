"""A design and its requirements, tried at many numbers; `check` is the only judge.

A trial changes numbers of the design, or of the conditions (distance, window, local time), and
checks the result. What is changed is the machine, not the test: "auto" stays with the test that it
chose for the machine as it is, or, where no number of rounds suffices there, for half the largest
infidelity.

`counts` has the number of rounds at each infidelity. If a trial ends in the same way with the
rounds of a smaller and with those of a larger infidelity, it ends so with its own: proven for the
tests on the number of wins. A search takes it for granted of the other tests too, but for the
expected score, which goes on a saw-tooth. What it finds is counted and checked.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from weakref import WeakKeyDictionary

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.hardware.conditions import CONDITION_RULES
from xorgames.hardware.criteria import Criterion, criteria_of
from xorgames.hardware.design import Design
from xorgames.hardware.design_file import check_latency
from xorgames.hardware.keys import MODELS
from xorgames.hardware.link import check_quality
from xorgames.hardware.parameters import Rule
from xorgames.hardware.performance import Performance
from xorgames.hardware.questions.axis import Axis, checked_bounds, range_of
from xorgames.hardware.questions.counts import SLOW, Counts
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.verdict import Verdict, verdict_of
from xorgames.units import unit_of

Numbers = Mapping[str, float]

#: The conditions that a trial may change: they do not enter the number of rounds. The distance is
#: that of the parties; the one in a design file is where the design's stated figures hold.
CIRCUMSTANCES = ("distance_m", "window_s", "local_time_s")
_SAW_TOOTHED = ("expected-score",)


def kept(criterion: Criterion) -> float | None:
    """Return by what factor a criterion is kept (above 1) or missed (below 1).

    None where it has no two positive numbers to compare.
    """
    required, achieved = criterion.required, criterion.achieved
    if not required or not achieved or min(required, achieved) < 0:
        return None
    return required / achieved if criterion.comparison == "<" else achieved / required


class Trial(NamedTuple):
    """What a changed design achieves, and whether each criterion is met (None: undecided)."""

    performance: Performance
    met: dict[str, bool | None]

    @property
    def passed(self) -> bool:
        """Whether every criterion is met."""
        return all(met is True for met in self.met.values())


class Trials:
    """A design and its requirements, tried at many numbers.

    Parameters
    ----------
    requirements : Requirements
    design : Design
    profile : str, optional
        See `Design.evaluate`.
    """

    def __init__(
        self, requirements: Requirements, design: Design, *, profile: str | None = None
    ) -> None:
        self.counts = Counts(requirements)
        self.requirements = self.counts.requirements
        self.design = design
        self.profile = profile

    @classmethod
    def of(cls, verdict: Verdict) -> "Trials":
        """Return the trials that start from a verdict.

        Raises
        ------
        InputError
            If it is no verdict, or no design stands behind it.
        """
        expect(verdict, Verdict, key="verdict", cure="check makes one")
        if verdict.design is None:
            cure = "check a design instead: load_design reads one"
            reject("verdict", "must be of a design", received="a bare Performance", cure=cure)
        if verdict not in _TRIALS:
            _TRIALS[verdict] = Trials(
                verdict.requirements, verdict.design, profile=verdict.performance.profile
            )
        return _TRIALS[verdict]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The design's numbers that may change by a factor."""
        numbers = self.design.numbers
        return tuple(name for name in numbers if name not in CIRCUMSTANCES and numbers[name] > 0)

    def rule(self, name: str) -> Rule:
        """Return what a number must be.

        Raises
        ------
        InputError
            If neither the design nor the conditions have it.
        """
        expect(name, str, key="parameter", cure='write "atoms"')
        if name in CIRCUMSTANCES:
            return CONDITION_RULES[name]
        if name not in self.design.numbers:
            known = [*CIRCUMSTANCES, *self.design.numbers]
            rule = f"must be a number of {self.design.name} or of the conditions"
            reject("parameter", rule, received=repr(name), cure=near_name(name, known))
        return MODELS[self.design.model][name]

    def value(self, name: str) -> float:
        """Return a number's present value."""
        if name in CIRCUMSTANCES:
            return float(getattr(self.requirements.conditions, name))
        return self.design.numbers[name]

    def axis(self, name: str, bounds: tuple[float, float] | None = None) -> Axis:
        """Return a number with its range: the one given, or the one allowed within a factor 1000.

        Raises
        ------
        InputError
            If there is no such number, it is 0, or the bounds are no range that is allowed.
        """
        rule, value = self.rule(name), self.value(name)
        if value <= 0:
            cure = "set it to something first"
            reject(name, "must not be 0: it changes by factors", received="0", cure=cure)
        whole = "multipleOf" in rule.limits
        lower, upper = (
            range_of(rule, value) if bounds is None else checked_bounds(name, rule, bounds)
        )
        if whole:
            lower, upper = math.ceil(lower), math.floor(upper)
        return Axis(
            name=name, unit=unit_of(name), value=value, lower=lower, upper=upper, whole=whole
        )

    def changed(self, changes: Numbers) -> tuple[Requirements, Design]:
        """Return the requirements and the design with some numbers changed.

        Raises
        ------
        InputError
            If a number is not allowed.
        """
        needs, inside = self._parted(changes)
        return needs, self.design.replace(**inside) if inside else self.design

    def _parted(self, changes: Numbers) -> tuple[Requirements, Numbers]:
        """Return the changed requirements, and the changes of the design."""
        outside = {name: changes[name] for name in changes if name in CIRCUMSTANCES}
        inside = {name: changes[name] for name in changes if name not in CIRCUMSTANCES}
        needs = self.requirements
        if outside:
            needs = replace(needs, conditions=replace(needs.conditions, **outside))
        return needs, inside

    def _achieved(self, changes: Numbers) -> tuple[Requirements, Performance]:
        """Return the changed requirements, and what the changed design achieves."""
        needs, inside = self._parted(changes)
        design = _moved(self.design, inside) if inside else self.design
        return needs, self._performance(needs, design)

    def verdict(self, changes: Numbers) -> Verdict:
        """Return the verdict of `check` on the changed design."""
        needs, design = self.changed(changes)
        performance = self._performance(needs, design)
        known = self.counts.at(performance.combined_infidelity)
        needs = replace(known, conditions=needs.conditions)
        return verdict_of(needs, performance, design)

    def criteria(
        self, changes: Numbers, known: Requirements
    ) -> tuple[Performance, tuple[Criterion, ...]]:
        """Return what the changed design achieves, and its criteria for rounds already known."""
        needs, performance = self._achieved(changes)
        return performance, criteria_of(_fixed(needs, known), performance)

    def trial(self, changes: Numbers) -> Trial | None:
        """Return what the changed design achieves and meets; None if the design is not allowed."""
        try:
            needs, performance = self._achieved(changes)
        except InputError:
            return None
        infidelity = performance.combined_infidelity
        if self.requirements.rounds.test not in _SAW_TOOTHED:
            around = self.counts.around(infidelity)
            fewer, more = (_met(_fixed(needs, known), performance) for known in around)
            if fewer == more:
                return Trial(performance, fewer)
            pairs = self.counts.estimated_pairs(infidelity)
            if pairs is not None:
                enough = performance.rate_hz > pairs / needs.conditions.window_s
                return Trial(performance, fewer | {"rate": enough})
        return Trial(performance, _met(_fixed(needs, self.counts.at(infidelity)), performance))

    def passes(self, changes: Numbers) -> bool:
        """Say whether every criterion is met; False if the design is not allowed."""
        trial = self.trial(changes)
        return trial is not None and trial.passed

    def _performance(self, needs: Requirements, design: Design) -> Performance:
        return design.evaluate(distance_m=needs.conditions.distance_m, profile=self.profile)

    def count(self, changes: Numbers) -> bool:
        """Count the rounds that a trial has only estimated; say whether there were any.

        From then on that trial ends as `check` does.
        """
        if self.requirements.rounds.test not in SLOW:
            return False
        try:
            infidelity = self._achieved(changes)[1].combined_infidelity
        except InputError:
            return False
        return self.counts.count(infidelity)


#: One for each verdict, so that all questions about it share their counts.
_TRIALS: WeakKeyDictionary[Verdict, Trials] = WeakKeyDictionary()


def _moved(design: Design, changes: Numbers) -> Design:
    """Return what `Design.replace` does, faster: only what plain numbers can break is checked."""
    rules = MODELS[design.model]
    problems: list[Problem] = []
    for name, value in changes.items():
        problem = rules[name].check(name, value)
        problems += [] if problem is None else [problem]
    numbers = {**design.numbers, **changes}
    if not problems:
        check_quality(numbers, problems)
        check_latency(numbers, where="", problems=problems)
    if problems:
        raise InputError(problems)
    parts = tuple(
        replace(part, value=changes[part.name]) if part.name in changes else part
        for part in design.parameters
    )
    return replace(design, parameters=parts)


def _met(needs: Requirements, performance: Performance) -> dict[str, bool | None]:
    return {part.name: part.passed for part in criteria_of(needs, performance)}


def _fixed(needs: Requirements, known: Requirements) -> Requirements:
    """Return requirements with rounds that are known, and with what is derived from them."""
    fixed = replace(needs, rounds=known.rounds)
    rates = None
    if needs.protocol != "average" and known.rate_by_protocol is not None:
        ratio = known.conditions.window_s / needs.conditions.window_s
        rates = {protocol: ratio * rate for protocol, rate in known.rate_by_protocol.items()}
    # It takes long to compute, and without a protocol no criterion depends on it.
    fixed.__dict__["rate_by_protocol"] = rates
    return fixed
