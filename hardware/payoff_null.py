"""The null of the claim "payoff": every process whose conditional mean payoff is at most a value.

Given all that went before, the inputs follow a law of the set, and the outcome's parity o any
probabilities with which  sum pi u(x, y, o) P(o | x, y) <= omega,  quantum or not, with memory.

With g = (u0 - u1)/2 and ubar = (u0 + u1)/2, a factor R = h(x, y) + d(x, y) (-1)^o >= 0 has a mean
of at most 1 under the whole null if for some lambda >= 0, by linear programming duality,

    sum pi h + lambda (omega - sum pi ubar) + sum pi |d - lambda g| <= 1

for every allowed pi. `largest_mean` is the left-hand side, minimised over lambda and rounded up.

`nearest` is the P of the null with the least relative entropy from the machine's Q, in closed form:
with p and q the probabilities of the outcome that pays more, by w = 2|g|,

    q/p - (1-q)/(1-p) = mu w,

and mu >= 0 the number for which the mean payoff is omega. So the best bet Q/P is mu times the
payoff above a level that depends on the inputs: Kelly's bet on the payoff, plus a bet on the inputs
themselves, whose law is known. The latter lowers the spread at no cost.
"""

import numpy as np

from xorgames.errors import reject
from xorgames.hardware.input_law import FloatArray, LawSet

_BISECTIONS = 200
_ROUNDING = 1e-13


class PayoffNull:
    """All processes with a conditional mean payoff of at most `value`.

    Parameters
    ----------
    laws : LawSet
    payoff : ndarray, shape (m, n, 2)
    value : float
        omega.

    Examples
    --------
    >>> import xorgames as xg
    >>> game = xg.catalog.chsh()
    >>> null = PayoffNull(LawSet(game.distribution), game.payoff, 0.75)
    >>> round(null.largest_mean(game.payoff), 9)
    0.75
    """

    def __init__(self, laws: LawSet, payoff: FloatArray, value: float) -> None:
        self.laws, self.payoff, self.value = laws, payoff, value

    def nearest(self, behaviour: FloatArray) -> FloatArray:
        """Return the behaviour of the null nearest to a machine's, shape (m, n, 2)."""
        if behaviour.shape[-1] != 2:
            cure = "use the claim nonclassical"
            reject("behaviour", "must be that of the parity for the claim payoff", cure=cure)
        pi, better = self.laws.distribution, self.payoff.argmax(axis=-1)
        least, width = self.payoff.min(axis=-1), np.ptp(self.payoff, axis=-1)
        q = np.take_along_axis(behaviour, better[..., None], axis=-1)[..., 0]

        def wins(mu: float) -> FloatArray:
            c = mu * width
            root = np.sqrt(np.maximum((1 + c) ** 2 - 4 * c * q, 0.0))
            return np.asarray(2 * q / (1 + c + root))

        def excess(mu: float) -> float:
            return float((pi * (least + width * wins(mu))).sum()) - self.value

        low, high = 0.0, 1.0 / float(width.max() or 1.0)
        while excess(high) > 0 and high < 1e9 / float(width.max() or 1.0):
            low, high = high, 2 * high
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if excess(middle) > 0 else (low, middle)
        p = wins(high) if excess(0.0) > 0 else q
        return np.where(better[..., None] == np.arange(2), p[..., None], 1 - p[..., None])

    def largest_mean(self, factors: FloatArray) -> float:
        """Return an upper bound on the mean of factors[x, y, o] >= 0 over the null."""
        h, d = factors.mean(axis=-1), (factors[..., 0] - factors[..., 1]) / 2
        g, middle = (self.payoff[..., 0] - self.payoff[..., 1]) / 2, self.payoff.mean(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.unique((d / g)[(g != 0) & (d / g > 0)])
        breaks = np.append(0.0, ratios)

        def bound(lam: float) -> float:
            # With a centred payoff, lambda times the payoff and its bound nearly cancel.
            values = h + np.abs(d - lam * g) - lam * (middle - self.value)
            size = lam * (abs(self.value) + float(np.abs(self.payoff).max()))
            return float(self.laws.largest_mean(values)) + _ROUNDING * (size + float(h.max()))

        # A convex function, with one valley, lowest at one of the breaks: bisect for it.
        first, last = 0, len(breaks) - 1
        while first < last:
            half = (first + last) // 2
            if bound(float(breaks[half + 1])) < bound(float(breaks[half])):
                first = half + 1
            else:
                last = half
        return bound(float(breaks[first]))

    def best_step(self, gains: FloatArray) -> FloatArray:
        """Return the largest mean of gains[x, y, o, i] over the null for each i, rounded up.

        The better-paid outcome's probability goes first where it gains most for its payoff: a
        fractional knapsack, solved by its dual, whose minimum is at one of the cells' ratios.
        """
        pi = self.laws.distribution.ravel()
        payoff, gains = self.payoff.reshape(-1, 2), gains.reshape(pi.size, 2, -1)
        width = np.ptp(payoff, axis=1)
        paid, free = (pi > 0) & (width > 0), (pi > 0) & (width == 0)
        better = payoff[paid].argmax(axis=1)
        cells = np.arange(len(better))
        high, low = gains[paid][cells, better], gains[paid][cells, 1 - better]
        sure = pi[paid] @ low + pi[free] @ gains[free].max(axis=1)
        budget = self.value - float(pi @ payoff.min(axis=1))
        extra, each, weight = high - low, width[paid][:, None], pi[paid]
        best = weight @ np.maximum(extra, 0.0)
        for cell in cells:
            price = np.maximum(extra[cell] / each[cell], 0.0)
            left = weight @ np.maximum(extra - price * each, 0.0)
            np.minimum(best, price * max(budget, 0.0) + left, out=best)
        return np.asarray((sure + best) * (1 + _ROUNDING))
