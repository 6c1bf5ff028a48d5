"""A design and its requirements, tried at many numbers; `check` is the only judge.

A trial changes numbers of the design, or of the conditions (distance, window, local time), and
checks the result. What is changed is the machine, not the test: "auto" stays with the test that it
chose for the machine as it is, or, where no number of rounds suffices there, for half the largest
infidelity.

All that is slow in a check is the number of rounds, which depends on the combined infidelity eps
alone; each is counted once. For the tests on the number of wins it never falls as eps grows: what
is critical there depends on the classical value only, and the chance to reach it grows with the win
probability. So if a trial ends in the same way with the rounds of a smaller and with those of a
larger eps, it ends so with its own. A search takes that for granted of the other tests too, but for
the expected score, which goes on a saw-tooth. For the tests that are slow to count, it goes by a
power of (limit - eps) between two counts that are near, or by the second from one on towards the
limit. What it finds is counted and checked.
"""

import math
from bisect import bisect, insort
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
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.score_tests import TESTS as SCORE_TESTS
from xorgames.hardware.verdict import Verdict, verdict_of
from xorgames.units import unit_of

Numbers = Mapping[str, float]

#: The conditions that a trial may change: they do not enter the number of rounds. The distance is
#: that of the parties; the one in a design file is where the design's stated figures hold.
CIRCUMSTANCES = ("distance_m", "window_s", "local_time_s")
_SAW_TOOTHED = ("expected-score",)
#: The tests whose rounds take tenths of a second to count.
SLOW = ("adaptive", "betting", "pbr", *SCORE_TESTS)
#: Counts are near if one is not more than so many times the other.
_NEAR = 5.0


def kept(criterion: Criterion) -> float | None:
    """Return by what factor a criterion is kept (above 1) or missed (below 1).

    None where it has no two positive numbers to compare.
    """
    required, achieved = criterion.required, criterion.achieved
    if not required or not achieved or min(required, achieved) < 0:
        return None
    return required / achieved if criterion.comparison == "<" else achieved / required


def pairs_needed(requirements: Requirements) -> float | None:
    """Return the mean number of pairs that a window must hold; None if no rate suffices."""
    rate_hz = requirements.rate_min_hz
    return None if rate_hz is None else rate_hz * requirements.conditions.window_s


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
        self.requirements = _named(requirements)
        self.design = design
        self.profile = profile
        self._infidelities: list[float] = []
        self._needs: dict[float, Requirements] = {}
        self._count(self.requirements.rounds.infidelity)

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
        known = self.needs_at(performance.combined_infidelity)
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
            around = self._around(infidelity)
            fewer, more = (_met(_fixed(needs, known), performance) for known in around)
            if fewer == more:
                return Trial(performance, fewer)
            pairs = self._estimated(infidelity, around)
            if pairs is not None:
                enough = performance.rate_hz > pairs / needs.conditions.window_s
                return Trial(performance, fewer | {"rate": enough})
        return Trial(performance, _met(_fixed(needs, self.needs_at(infidelity)), performance))

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
        return self._count(infidelity)

    def needs_at(self, infidelity: float) -> Requirements:
        """Return the requirements at an infidelity."""
        self._count(infidelity)
        return self._needs[infidelity]

    def pairs_at(self, infidelity: float) -> float | None:
        """Return the pairs that a window must hold, by an estimate where it takes long to count."""
        pairs = self._estimated(infidelity, self._around(infidelity))
        return pairs_needed(self.needs_at(infidelity)) if pairs is None else pairs

    def _count(self, infidelity: float) -> bool:
        if infidelity in self._needs:
            return False
        self._needs[infidelity] = self.requirements.at_infidelity(infidelity)
        insort(self._infidelities, infidelity)
        return True

    def _estimated(
        self, infidelity: float, around: tuple[Requirements, Requirements]
    ) -> float | None:
        """Return the pairs that a window must hold, from the counts around; None to count them."""
        limit, (below, above) = self.requirements.combined_infidelity_max, around
        slow = self.requirements.rounds.test in SLOW and infidelity not in self._needs
        few, many = pairs_needed(below), pairs_needed(above)
        if not slow or limit is None or few is None or infidelity >= limit.lower:
            return None
        nearer = (limit.lower - below.rounds.infidelity) / (limit.lower - infidelity)
        power = 2.0
        if many is not None:
            gap = limit.lower - above.rounds.infidelity
            power = math.log(many / few) / math.log((limit.lower - below.rounds.infidelity) / gap)
        pairs = few * nearer**power
        return pairs if (many or pairs) <= _NEAR * few else None

    def _around(self, infidelity: float) -> tuple[Requirements, Requirements]:
        """Return the requirements at the nearest infidelities that are known on both sides."""
        self.needs_at(0.0)
        self.needs_at(1.0)
        at = min(max(bisect(self._infidelities, infidelity), 1), len(self._infidelities) - 1)
        below, above = self._infidelities[at - 1 : at + 1]
        return self._needs[below], self._needs[above]


#: One for each verdict, so that all questions about it share their counts.
_TRIALS: WeakKeyDictionary[Verdict, Trials] = WeakKeyDictionary()


def _named(requirements: Requirements) -> Requirements:
    """Return requirements with a test in place of "auto"."""
    rounds, limit = requirements.rounds, requirements.combined_infidelity_max
    if requirements.test != "auto":
        return requirements
    if rounds.first is None and limit is not None:
        test = requirements.at_infidelity(limit.lower / 2).rounds.test
        return replace(requirements, test=test).at_infidelity(rounds.infidelity)
    return replace(requirements, test=rounds.test)


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
