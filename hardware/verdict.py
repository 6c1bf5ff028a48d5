"""Does this machine do what the game requires? Each criterion with its margin, and one verdict.

PASS: every criterion is met, strictly. FAIL: one is not. UNDECIDED: the proven bounds leave one
open and none fails. The rate is required at the machine's own combined infidelity, and everything
at the distance of the conditions. Reference: arXiv:2604.07451 (criteria, as reported).
"""

from dataclasses import dataclass
from typing import Any

from xorgames.errors import expect, reject
from xorgames.hardware.criteria import Criterion, criteria_of
from xorgames.hardware.design import Design
from xorgames.hardware.performance import Performance
from xorgames.hardware.requirements import Requirements
from xorgames.hardware.verdict_notes import notes_of

PASS, FAIL, UNDECIDED = "PASS", "FAIL", "UNDECIDED"


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
    return verdict_of(needs, performance, design if isinstance(design, Design) else None)


def verdict_of(needs: Requirements, performance: Performance, design: Design | None) -> Verdict:
    """Return the verdict on what a machine achieves.

    Parameters
    ----------
    needs : Requirements
        At the machine's own combined infidelity.
    performance : Performance
        At the distance of the conditions.
    design : Design or None
        What stands behind it.
    """
    return Verdict(
        criteria=criteria_of(needs, performance),
        performance=performance,
        requirements=needs,
        design=design,
        notes=tuple(notes_of(needs, performance)),
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
