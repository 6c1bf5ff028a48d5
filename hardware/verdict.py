"""Does this machine do what the game requires? Each criterion with its margin, and one verdict.

PASS: every criterion is met, strictly. FAIL: one is not. UNDECIDED: the proven bounds leave one
open and none fails. The rate is required at the machine's own combined infidelity, and everything
at the distance of the conditions. Reference: arXiv:2604.07451 (criteria, as reported).
"""

from dataclasses import dataclass
from typing import Any

from xorgames.bound import Bound, Finding
from xorgames.errors import expect, reject
from xorgames.hardware.design import Design
from xorgames.hardware.performance import Performance
from xorgames.hardware.requirements import Requirements
from xorgames.units import format_quantity

PASS, FAIL, UNDECIDED = "PASS", "FAIL", "UNDECIDED"


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


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """The answer, and what it rests on.

    Attributes
    ----------
    criteria : tuple of Criterion
    performance : Performance
    requirements : Requirements
        With the rate at the machine's own combined infidelity.
    design : Design or None
        None if a bare `Performance` was checked.
    notes : tuple of str
        What a reader must know besides, in plain words.
    """

    criteria: tuple[Criterion, ...]
    performance: Performance
    requirements: Requirements
    design: Design | None
    notes: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """PASS, FAIL or UNDECIDED."""
        answers = [criterion.passed for criterion in self.criteria]
        if False in answers:
            return FAIL
        return UNDECIDED if None in answers else PASS

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict in the contract's JSON shape."""
        return {
            "verdict": self.verdict,
            "criteria": [criterion.to_dict() for criterion in self.criteria],
            "design": self.performance.design,
            "game": self.requirements.solution.game.name,
            "requirements": self.requirements.to_dict(),
            "performance": self.performance.to_dict(),
            "notes": list(self.notes),
        }


def check(
    requirements: Requirements, design: Design | Performance, *, profile: str | None = None
) -> Verdict:
    """Compare a machine with the requirements.

    Parameters
    ----------
    requirements : Requirements
    design : Design or Performance
        A design is evaluated at the distance of the conditions.
    profile : str, optional
        The design's profile; see `Design.evaluate`.

    Raises
    ------
    InputError
        If the machine's figures hold for another distance, or there is no such profile.

    Examples
    --------
    >>> import xorgames as xg
    >>> chsh, yb = xg.solve(xg.catalog.chsh()), xg.load_design("yb_cavity")
    >>> check(xg.require(chsh, xg.Conditions(window_s=0.1)), yb).verdict
    'PASS'
    >>> check(xg.require(chsh, xg.Conditions(window_s=0.01)), yb).verdict
    'FAIL'
    """
    expect(requirements, Requirements, key="requirements", cure="require makes them")
    expect(design, (Design, Performance), key="design", cure="load_design reads one")
    performance = _evaluated(requirements, design, profile)
    needs = requirements.at_infidelity(performance.combined_infidelity)
    criteria = [
        _fidelity(needs, performance),
        _rate(needs, performance),
        _below("decision", performance.decision_time_s, needs.time_max_s, "time for a decision"),
        _below("locality", needs.time_max_s, needs.light_time_s, "local time against light time"),
        *_memory(needs, performance),
    ]
    return Verdict(
        criteria=tuple(criteria),
        performance=performance,
        requirements=needs,
        design=design if isinstance(design, Design) else None,
        notes=tuple(_notes(needs, performance)),
    )


def _evaluated(
    requirements: Requirements, design: Design | Performance, profile: str | None
) -> Performance:
    distance_m = requirements.conditions.distance_m
    if isinstance(design, Design):
        return design.evaluate(distance_m=distance_m, profile=profile)
    if profile is not None:
        reject("profile", "is for a design", received="a Performance", cure="leave it out")
    if design.distance_m not in (None, distance_m):
        rule = f"must be that of the conditions, {distance_m:g} m"
        reject("distance_m", rule, received=f"{design.distance_m:g} m")
    return design


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
    elif rounds.fewest is None or achieved <= rounds.fewest / window_s:
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
    power = "about half power" if rounds.power is None else f"power {rounds.power:g}"
    return (
        f"{rounds.first} rounds in {window}: {rounds.test} test of the claim {rounds.claim}, "
        f"alpha {rounds.alpha:g}, {power}, {rounds.stopping_rule}"
    )


def _notes(needs: Requirements, performance: Performance) -> list[str]:
    """Say in plain words what the verdict depends on."""
    rounds, conditions = needs.rounds, needs.conditions
    notes = []
    if rounds.expected_score_rounds is not None:
        how = "By the paper's expected-score definition, about half power"
        notes.append(_met(rounds.expected_score_rounds, how, needs, performance))
    if rounds.first is not None and rounds.power is not None:
        how = f"By the {rounds.test} test with power {rounds.power:g}"
        notes.append(_met(rounds.first, how, needs, performance))
    if needs.pairs > performance.pairs_per_round:
        notes.append(
            f"The Tsirelson strategy needs {needs.pairs} Bell pairs per round (rank {needs.rank}); "
            f"{performance.design} delivers {performance.pairs_per_round}. "
            "What is checked is the one-pair strategy."
        )
    elif needs.pairs > 1:
        notes.append("What is checked is the one-pair strategy, with one Bell pair per round.")
    if rounds.certifiable is not Finding.PROVEN:
        notes.append(f"The advantage {rounds.reason}.")
    if conditions.local_time_s >= conditions.light_time_s:
        notes.append("The local time is so long that the parties could simply talk.")
    return notes


def _met(count: int, how: str, needs: Requirements, performance: Performance) -> str:
    """Compare one count of rounds with what the window holds, on average and with luck."""
    from scipy.special import gammainc

    window_s = needs.conditions.window_s
    mean = performance.rate_hz * window_s
    chance = float(gammainc(count, mean))
    enough = f"with probability {chance:.3g}"
    if not 1e-6 < chance < 0.9999:
        enough = "in practice always" if chance > 0.5 else "in practice never"
    return (
        f"{how}: {'met' if mean > count else 'not met'} in {format_quantity(window_s, 's')}. "
        f"It needs {count} rounds; the window holds {mean:.4g} pairs on average and "
        f"{count} or more {enough}. It is met in windows longer than "
        f"{format_quantity(count / performance.rate_hz, 's')}."
    )
