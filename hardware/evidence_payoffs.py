"""From payoffs to scores in [0, 1], and the null that a game implies."""

from fractions import Fraction

import numpy as np

from xorgames.errors import reject
from xorgames.exact import exact_number
from xorgames.game import XORGame
from xorgames.solvers.classical import classical_bias


class Payoffs:
    """A game's payoffs by level, the scores they are mapped to, and the null on both scales.

    Attributes
    ----------
    values : list of Fraction
        The different payoffs that a round can have, rising.
    scores : ndarray
        The same, mapped to [0, 1].
    levels : ndarray of int, shape (m, n, 2)
        Which of them each x, y, parity has; 0 for inputs that cannot occur.
    null_value, null : Fraction
        The largest conditional mean of the null, as a payoff and as a score.

    Examples
    --------
    >>> from xorgames.catalog import chsh
    >>> payoffs = Payoffs(chsh(), None)
    >>> payoffs.null, payoffs.levels[1].tolist()
    (Fraction(3, 4), [[1, 0], [0, 1]])
    """

    def __init__(self, game: XORGame, null_value: Fraction | float | str | None) -> None:
        self.game = game
        self.low, self.high = game.payoff_range
        if self.low == self.high:
            rule = "must have rounds of different payoffs, else no score is evidence"
            reject("game", rule, received=f"{game.name}, every round of which gives {self.low}")
        self.null_value = self._null(null_value)
        self.null = (self.null_value - self.low) / self.width
        possible = game.exact_distribution > 0
        self.values = sorted(set(game.exact_payoff[possible].ravel()))
        self.scores = np.array([float((u - self.low) / self.width) for u in self.values])
        place = {value: index for index, value in enumerate(self.values)}
        self.levels = np.zeros((*game.shape, 2), dtype=np.int64)
        self.levels[possible] = [[place[u] for u in pair] for pair in game.exact_payoff[possible]]

    @property
    def width(self) -> Fraction:
        """The range of the payoffs."""
        return self.high - self.low

    def _null(self, given: Fraction | float | str | None) -> Fraction:
        if given is None:
            bias = classical_bias(self.game.exact_matrix).upper
            return self.game.exact_offset + bias / 2
        number = exact_number(given, key="null_value")
        if not self.low < number <= self.high:
            low, high = float(self.low), float(self.high)
            rule = f"must lie in ({low:g}, {high:g}], the range of payoffs"
            reject("null_value", rule, received=f"{float(number):.12g}")
        return number
