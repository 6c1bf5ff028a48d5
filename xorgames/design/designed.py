"""A game that was designed: where it is, what it is worth, what was gained, what it asks for."""

import json
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xorgames.bound import Bound
from xorgames.design.demands import Setting, demands_of
from xorgames.design.family import Family
from xorgames.design.family_limit import FamilyLimit
from xorgames.design.judge import TOLERANCE
from xorgames.design.objectives import Objective, Subject
from xorgames.design.quantities import UNITS
from xorgames.game import XORGame
from xorgames.solvers.solution import Solution

if TYPE_CHECKING:
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.verdict import Verdict


@dataclass(frozen=True, kw_only=True, eq=False)
class DesignedGame:
    """What is common to games that were designed, with a family or without.

    Attributes
    ----------
    objective : Objective
    subjects : tuple of Subject
        All provably met.
    value : Bound
        The objective at the best game found, proven.
    default_value : Bound or None
        The objective at the default.
    default_note : str
        Why there is none, or which subjects are missed there.
    evaluations : int
        How many games were looked at.
    solution : Solution
        Of the best game found.
    setting : Setting
    """

    objective: Objective
    subjects: tuple[Subject, ...]
    value: Bound
    default_value: Bound | None
    default_note: str
    evaluations: int
    solution: Solution
    setting: Setting

    @property
    def game(self) -> XORGame:
        """The game."""
        return self.solution.game

    @property
    def unit(self) -> str:
        """The unit of the objective, empty for numbers."""
        return UNITS.get(self.objective.quantity, "")

    @property
    def improvement(self) -> Bound | None:
        """By how much the objective is better than at the default, proven."""
        if self.default_value is None:
            return None
        if self.objective.maximised:
            return self.value - self.default_value
        return self.default_value - self.value

    @cached_property
    def requirements(self) -> "Requirements":
        """What the game asks of a machine."""
        return demands_of(self.solution, self.setting)

    @cached_property
    def verdict(self) -> "Verdict | None":
        """Whether the design does it, None without a design."""
        from xorgames.hardware.verdict import check

        performance = self.setting.performance
        return None if performance is None else check(self.requirements, performance)

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        m, n = self.game.shape
        about = {"name": self.game.name, "shape": [m, n], "id": self.game.id}
        known, better = self.default_value, self.improvement
        return {
            "quantity": self.objective.quantity,
            "unit": self.unit,
            "goal": self.objective.verb,
            "subjects": [subject.text for subject in self.subjects],
            "objective": self.value.to_dict(),
            "default_objective": None if known is None else known.to_dict(),
            "default_note": self.default_note,
            "improvement": None if better is None else better.to_dict(),
            "rounding_tolerance": float(TOLERANCE),
            "game": about | self.game.to_dict(),
            "evaluations": self.evaluations,
            "setting": self.setting.to_dict(),
        }

    def to_json(self) -> str:
        """Return the result as JSON."""
        return json.dumps(self.to_dict(), allow_nan=False, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, kw_only=True, eq=False)
class Designed(DesignedGame):
    """The best game found of a family.

    Attributes
    ----------
    games : Family
        The family that was searched, its other parameters settled or with defaults.
    ranges : dict of str to (Fraction, Fraction)
        From where to where each parameter varied.
    parameters : dict of str to Fraction
        Where the best game found is.
    default : dict of str to Fraction
        Where the search came from: the family's defaults, or the middle of a range without one.
    limit : FamilyLimit or None
        What no game of the family exceeds, proven; where that is not known the game is the best
        that was found.
    """

    games: Family
    ranges: dict[str, tuple[Fraction, Fraction]]
    parameters: dict[str, Fraction]
    default: dict[str, Fraction]
    limit: FamilyLimit | None

    @property
    def family(self) -> str:
        """The name of the family."""
        return self.games.name

    @property
    def fixed(self) -> dict[str, str]:
        """Parameters that were settled, as text."""
        return {name: str(number) for name, number in self.games.fixed.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return {
            "family": self.family,
            "fixed": self.fixed,
            "parameters": {name: float(number) for name, number in self.parameters.items()},
            "exact_parameters": {name: str(number) for name, number in self.parameters.items()},
            "default_parameters": {name: str(number) for name, number in self.default.items()},
            "limit": None if self.limit is None else self.limit.upper,
            **super().to_dict(),
        }
