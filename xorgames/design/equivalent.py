"""The game with the largest gap among those that ask the same question.

A matrix M stands for a Bell inequality  <M, E> <= L(M).  A game with payoffs between 0 and 1 that
tests it has  p(x, y) (u(0) - u(1)) = c M(x, y)  for some c > 0, and its gap between the Tsirelson
and the classical value is  c (Q(M) - L(M)) / 2.  Since |u(0) - u(1)| <= 1, p >= c |M| in every
cell, and summing, c <= 1 / sum |M|: the gap is largest for  p = |M| / sum |M|  and payoffs 1 and 0,
a win/lose game.

Terms that vanish for every behaviour without signalling do not help: they add to the payoff of the
cell (x, y) something of the form f(a) + g(b), and the means over (a, b) and (1 - a, 1 - b) of what
a cell pays for equal and for different answers still differ by 2 c |M|, so that the range of its
payoffs is no smaller. For Bell inequalities with terms for single parties the choice matters, and
is a linear programme: Araujo, Hirsch, Quintino, arXiv:2005.13418.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound
from xorgames.errors import expect, reject
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve


@dataclass(frozen=True, kw_only=True, eq=False)
class Equivalent:
    """A win/lose game that asks the same question.

    Attributes
    ----------
    game : XORGame
        Win/lose, with p = |M| / sum |M|.
    gap : Bound
        Its Tsirelson value minus its classical value: the largest of all equivalent games.
    gap_before : Bound
        That of the game given, in units of the range of its payoffs.
    solution : Solution
    """

    game: XORGame
    gap: Bound
    gap_before: Bound
    solution: Solution

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "game": self.game.to_dict(),
            "gap": self.gap.to_dict(),
            "gap_before": self.gap_before.to_dict(),
        }


def equivalent_game(game: XORGame) -> Equivalent:
    """Return the equivalent game with the largest gap.

    Raises
    ------
    InputError
        If the payoffs do not depend on the outputs.

    Examples
    --------
    >>> from xorgames.catalog import hft
    >>> found = equivalent_game(hft(p="0.4", beta="0.2"))
    >>> found.game.is_win_lose, found.gap.display(6), found.gap_before.display(6)
    (True, '0.053477 … 0.053478', '0.043209 … 0.04321')
    """
    expect(game, XORGame, key="game")
    if not game.exact_matrix.any():
        reject("game", "must have payoffs that depend on the outputs")
    before = solve(game)
    low, high = game.payoff_range
    found = win_lose_game(game.exact_matrix, name=f"{game.name}, largest gap", source=game.source)
    solution = solve(found)
    return Equivalent(
        game=found,
        gap=solution.advantage.bound,
        gap_before=before.advantage.bound / (high - low),
        solution=solution,
    )


def win_lose_game(matrix: FractionArray, **about: Any) -> XORGame:
    """Return the win/lose game with p = |M| / sum |M|, parity 1 where M < 0.

    Examples
    --------
    >>> matrix = np.array([[Fraction(1), Fraction(-1, 2)]])
    >>> win_lose_game(matrix, name="two").to_dict()["distribution"]
    [['2/3', '1/3']]
    """
    sizes = abs(matrix)
    total = sum(sizes.ravel(), Fraction(0))
    parity = np.where(matrix < 0, 1, 0)
    return XORGame.from_predicate(sizes / total, parity.tolist(), **about)
