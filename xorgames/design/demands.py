"""What a game asks of a machine, as one number: rounds, rate, or the margin of a design."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xorgames.bound import Bound
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.input_law import InputLaw

if TYPE_CHECKING:
    from xorgames.hardware.criteria import Criterion
    from xorgames.hardware.design import Design
    from xorgames.hardware.performance import Performance
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict
    from xorgames.solvers.solution import Solution


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What requirements depend on besides the game.

    Parameters
    ----------
    conditions : Conditions
    design : Design, optional
        The machine; its infidelity enters rounds and rate. Needed for the margin.
    profile : str, optional
        Of the design, see `Design.evaluate`.
    infidelity : float
        The combined infidelity for rounds and rate without a design.
    claim, test : str
    inputs : InputLaw
        As in `rounds_needed`.
    """

    conditions: Conditions = field(default_factory=Conditions)
    design: "Design | None" = None
    profile: str | None = None
    infidelity: float = 0.0
    claim: str = "payoff"
    test: str = "auto"
    inputs: InputLaw = field(default_factory=InputLaw)

    @cached_property
    def performance(self) -> "Performance | None":
        """What the design achieves at the distance of the conditions."""
        if self.design is None:
            return None
        return self.design.evaluate(distance_m=self.conditions.distance_m, profile=self.profile)

    @property
    def combined_infidelity(self) -> float:
        """That of the design, or else the one given."""
        return self.performance.combined_infidelity if self.performance else self.infidelity

    def to_dict(self) -> dict[str, Any]:
        """Return the setting as plain data."""
        return {
            "conditions": self.conditions.to_dict(),
            "performance": self.performance.to_dict() if self.performance else None,
            "infidelity": self.combined_infidelity,
            "claim": self.claim,
            "test": self.test,
            "inputs": self.inputs.to_dict(),
        }


def demands_of(solution: "Solution", setting: Setting) -> "Requirements":
    """Return what a solved game asks of a machine."""
    from xorgames.hardware.requirements import require

    return require(
        solution,
        setting.conditions,
        infidelity=setting.combined_infidelity,
        claim=setting.claim,
        test=setting.test,
        inputs=setting.inputs,
    )


def requirement(quantity: str, solution: "Solution", setting: Setting) -> Bound | str:
    """Return rounds, rate or margin as a bound, or why there is none."""
    from xorgames.hardware.verdict import check

    needs = demands_of(solution, setting)
    if quantity == "margin":
        assert setting.performance is not None
        return _margin(check(needs, setting.performance))
    rounds = needs.rounds
    if rounds.first is None or rounds.fewest is None:
        return rounds.reason
    count = Bound(float(rounds.fewest), float(rounds.first))
    return count if quantity == "rounds" else count / setting.conditions.window_s


def _margin(verdict: "Verdict") -> Bound | str:
    """Return the least margin of all criteria."""
    limit = verdict.requirements.combined_infidelity_max
    if limit is None or limit.lower <= 0:
        return verdict.requirements.statement or "the advantage is too small to be measured"
    bounds = [_margin_of(criterion, verdict, limit) for criterion in verdict.criteria]
    return Bound(min(b.lower for b in bounds), min(b.upper for b in bounds))


def _margin_of(criterion: "Criterion", verdict: "Verdict", limit: Bound) -> Bound:
    """Return the relative margin of one criterion, -1 where nothing would be enough."""
    assert criterion.achieved is not None
    rounds, window_s = verdict.requirements.rounds, verdict.requirements.conditions.window_s
    if criterion.name == "fidelity":
        return 1 - Bound.exact(criterion.achieved) / limit
    if criterion.name == "rate":
        rates = [None if n is None else n / window_s for n in (rounds.first, rounds.fewest)]
        return _excess(criterion.achieved, *rates)
    if criterion.name == "memory":
        lifetime = verdict.performance.memory_lifetime_threshold_s
        return _excess(criterion.achieved, lifetime(limit.lower), lifetime(limit.upper))
    assert criterion.required is not None
    return 1 - Bound.exact(criterion.achieved) / Bound.exact(criterion.required)


def _excess(achieved: float, most: float | None, least: float | None) -> Bound:
    """Return by what share a figure exceeds what is required; None stands for infinitely much."""
    ends = [
        Bound(-1.0, -1.0) if required is None else Bound.exact(achieved) / required - 1
        for required in (most, least)
    ]
    return Bound(ends[0].lower, ends[1].upper)
