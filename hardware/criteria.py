"""The criteria of a game, one by one: what is required, what a machine achieves, and by how much.

Everything is compared strictly. Reference: arXiv:2604.07451 (criteria, as reported).
"""

from dataclasses import dataclass
from typing import Any

from xorgames.bound import Bound, Finding
from xorgames.hardware.performance import Performance
from xorgames.hardware.requirements import Requirements
from xorgames.units import format_quantity


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One comparison of what is achieved with what is required.

    Attributes
    ----------
    name : str
        "fidelity", "rate", "decision", "locality" or "memory".
    required, achieved : float or None
        None if there is no such number; the note says why.
    unit : str
    comparison : {"<", ">"}
        What achieved must be, compared with required.
    passed : bool or None
        None: the proven bounds do not decide.
    note : str
    """

    name: str
    required: float | None
    achieved: float | None
    unit: str
    comparison: str
    passed: bool | None
    note: str = ""

    @property
    def margin(self) -> float | None:
        """The distance to the requirement, relative to it; positive if and only if it is met."""
        if not self.required or self.achieved is None:
            return None
        margin = (self.required - self.achieved) / self.required
        return margin if self.comparison == "<" else -margin

    def to_dict(self) -> dict[str, Any]:
        """Return the criterion in the contract's JSON shape."""
        return {
            "name": self.name,
            "required": self.required,
            "achieved": self.achieved,
            "unit": self.unit,
            "comparison": self.comparison,
            "margin": self.margin,
            "passed": self.passed,
            "note": self.note,
        }


def criteria_of(needs: Requirements, performance: Performance) -> tuple[Criterion, ...]:
    """Return every criterion of a machine.

    Parameters
    ----------
    needs : Requirements
        At the machine's own combined infidelity.
    performance : Performance
        At the distance of the conditions.
    """
    return (
        _fidelity(needs, performance),
        _rate(needs, performance),
        _below("decision", performance.decision_time_s, needs.time_max_s, "time for a decision"),
        _below("locality", needs.time_max_s, needs.light_time_s, "local time against light time"),
        *_memory(needs, performance),
    )


def _below(name: str, achieved: float, required: float, note: str) -> Criterion:
    return Criterion(
        name=name,
        required=required,
        achieved=achieved,
        unit="s",
        comparison="<",
        passed=achieved < required,
        note=note,
    )


def _fidelity(needs: Requirements, performance: Performance) -> Criterion:
    limit, achieved = needs.combined_infidelity_max, performance.combined_infidelity
    passed = False if needs.advantage is Finding.REFUTED else None
    if limit is not None:
        passed = Bound.exact(achieved).is_below(limit)
    return Criterion(
        name="fidelity",
        required=None if limit is None else limit.lower,
        achieved=achieved,
        unit="",
        comparison="<",
        passed=passed,
        note=needs.statement or "combined infidelity of pair and readout",
    )


def _rate(needs: Requirements, performance: Performance) -> Criterion:
    rounds, window_s = needs.rounds, needs.conditions.window_s
    required, achieved = needs.rate_min_hz, performance.rate_hz
    passed = None
    if required is not None and achieved > required:
        passed = True
    elif (
        rounds.fewest is None
        or rounds.fewest == rounds.first
        or achieved <= rounds.fewest / window_s
    ):
        passed = False
    note = rounds.reason or _test_of(needs)
    return Criterion(
        name="rate",
        required=required,
        achieved=achieved,
        unit="Hz",
        comparison=">",
        passed=passed,
        note=note,
    )


def _memory(needs: Requirements, performance: Performance) -> list[Criterion]:
    """Compare the lifetime of the memory; nothing to compare where none is stated."""
    limit, achieved = needs.combined_infidelity_max, performance.memory_lifetime_s
    if achieved is None or performance.occupancy_time_s is None or limit is None:
        return []
    required = performance.memory_lifetime_threshold_s(limit.lower)
    least = performance.memory_lifetime_threshold_s(limit.upper)
    passed = None
    if required is not None and achieved > required:
        passed = True
    elif least is None or achieved <= least:
        passed = False
    note = "memory lifetime at which the combined infidelity reaches its limit"
    if required is None:
        note = "the other errors alone exceed the limit: no memory is good enough"
    return [
        Criterion(
            name="memory",
            required=required,
            achieved=achieved,
            unit="s",
            comparison=">",
            passed=passed,
            note=note,
        )
    ]


def _test_of(needs: Requirements) -> str:
    rounds, window = needs.rounds, format_quantity(needs.conditions.window_s, "s")
    mean = "" if rounds.mean_rounds is None else f" ({rounds.mean_rounds:.0f} on average)"
    return f"{rounds.first} rounds{mean} in {window}: {rounds.terms}; protocol {needs.protocol}"
