"""A game that was designed without a family."""

from dataclasses import dataclass
from typing import Any

from xorgames.design.designed import DesignedGame
from xorgames.design.free_problem import FreeProblem


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeDesigned(DesignedGame):
    """The best game found of a free-form problem.

    Attributes
    ----------
    problem : FreeProblem
    history : tuple of float
        What the see-saw that won made large, in plain doubles; it never falls.
    settled : bool
        Whether its last step gained nothing: for its last correlators E no game of the problem
        has more of  <M, E> - w L(M)  by a millionth of the last game's own Q, with subjects in the
        form that its programme gives them (w = 1 for the gap, Q/L for quotients), and for its last
        game no correlators do more. Multipliers say so in plain doubles, rounding included, not
        the programme's tolerance. Of a see-saw that keeps symmetries, E is its mean over them. The
        game returned is that one with exact numbers, or the default where that is better.
    interrupted : bool
        Whether Ctrl-C ended the search.
    """

    problem: FreeProblem
    history: tuple[float, ...]
    settled: bool
    interrupted: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the contract's JSON shape."""
        return {
            "problem": self.problem.name,
            "parameters": {},
            **super().to_dict(),
            "settled": self.settled,
            "interrupted": self.interrupted,
        }
