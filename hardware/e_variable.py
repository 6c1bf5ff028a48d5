"""The best bet against a null, proven valid for the doubles returned, on the coarsest good lattice.

A factor R(x, y, outcome) >= 0 of a gambler's wealth is valid if its conditional mean is at most 1
for every process of the null. The valid factor with the largest growth  sum pi Q ln R  at a
machine's behaviour Q is Q/P, P the behaviour of the null nearest to Q in relative entropy, and that
entropy is its growth. No valid factor grows faster than  sum pi Q ln(Q/P)  for any P of the null:
the two together certify the growth. A null is a `ClassicalNull` or a `PayoffNull`.

For sums of ln R to be computed exactly, R is put on a lattice, ln R = low + step j with whole j,
and then divided by its largest mean over the null, rounded up. So what is used is valid whatever
the optimiser and the rounding did. The lattice is chosen by a rule that looks at no count of
rounds: with the range of ln R divided into k = 1, 2, 3, ... steps (from 20 on, five percent more
each time) and every ln R rounded to the nearest, it is the first k that keeps all but a stated
fraction, `loss`, of the growth of Q/P. The growth is what decides the rounds, N about
ln(1/alpha)/growth; for a score j it is also the rate at which the p-value against the worst
adversary falls. So the rounds rise by about `loss`, and no finer lattice saves more than that.
Outcomes that the machine never shows are bet against as far as this costs a tenth of `loss`.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.input_law import FloatArray, LawSet

#: The fraction of the growth that the rounding to a lattice may cost.
LOSS = 0.005
_MOST_STEPS = 10**6
_FINE = 20
_ALIKE = 1e-9
#: What comes less often than this counts as never shown: it may be the rounding of a zero.
_RARE = 1e-12
#: ln and exp of doubles, and the sums of a few of them, are good to this.
_ROUNDING = 1e-14


class Null(Protocol):
    """What the claim is to exclude."""

    @property
    def laws(self) -> LawSet:
        """The inputs' possible laws."""

    def nearest(self, behaviour: FloatArray) -> FloatArray:
        """Return the null's behaviour nearest to the machine's."""

    def largest_mean(self, factors: FloatArray) -> float:
        """Return an upper bound on the mean of factors >= 0 over the whole null."""

    def best_step(self, gains: FloatArray) -> FloatArray:
        """Return the largest mean of gains[x, y, outcome, i] over the null, for each i."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EVariable:
    """A factor of the wealth that no process of the null expects to gain by.

    Attributes
    ----------
    factors : ndarray, shape (m, n, k)
        R(x, y, outcome), exp(low + step levels).
    levels : ndarray of int, shape (m, n, k)
        0 for the lowest.
    low, step : float
    growth : float
        sum pi Q ln R, at the game's own law of the inputs.
    limit : float
        No valid factor grows faster.
    nearest : ndarray, shape (m, n, k)
        P.
    """

    factors: FloatArray
    levels: NDArray[np.int64]
    low: float
    step: float
    growth: float
    limit: float
    nearest: FloatArray


def best_e_variable(
    null: Null, behaviour: FloatArray, *, nearest: FloatArray | None = None, loss: float = LOSS
) -> EVariable:
    """Return a factor of nearly the largest growth, proven valid.

    Parameters
    ----------
    null : ClassicalNull or PayoffNull
    behaviour : ndarray, shape (m, n, k)
        Q, the machine's law of the parity (k = 2), or of both answers as 2 a + b (k = 4).
    nearest : ndarray, optional
        P, if it is known already: `null.nearest(behaviour)`.
    loss : float
        The fraction of the growth that the lattice may cost.

    Examples
    --------
    >>> import xorgames as xg
    >>> from xorgames.hardware.payoff_null import PayoffNull
    >>> game = xg.catalog.chsh()
    >>> null = PayoffNull(LawSet(game.distribution), game.payoff, 0.75)
    >>> best = best_e_variable(null, np.where(game.payoff == 1, 0.83, 0.17))
    >>> best.factors[0, 0].round(4).tolist(), best.levels[0, 0].tolist()
    ([1.1067, 0.68], [1, 0])
    """
    weights = null.laws.distribution[..., None] * behaviour
    nearest = null.nearest(behaviour) if nearest is None else nearest
    shown = weights > _RARE
    logs = np.zeros(behaviour.shape)
    logs[shown] = np.log(behaviour[shown] / nearest[shown])
    limit = float((weights * logs).sum())
    never = ~shown & (null.laws.distribution > 0)[..., None]
    logs[never] = min(math.log(0.1 * loss * max(limit, 1e-12)), float(logs[shown].min()))
    growth = limit - math.log(null.largest_mean(np.exp(logs)))
    if growth <= _ROUNDING:
        return _bet(null, weights, nearest, limit, np.zeros(logs.shape, dtype=np.int64), 1.0)
    # If all that the machine shows has the same ratio, the lattice spans what it never shows.
    ratios = logs[shown] if np.ptp(logs[shown]) > _ALIKE else logs
    span = float(np.ptp(ratios))
    k = 0
    while True:
        k += 1 if k < _FINE else k // _FINE
        levels = np.rint((logs - ratios.min()) / span * k).astype(np.int64)
        best = _bet(null, weights, nearest, limit, levels - levels.min(), span / k)
        if best.growth >= (1 - loss) * growth or k > _MOST_STEPS:
            return best


def _bet(
    null: Null,
    weights: FloatArray,
    nearest: FloatArray,
    limit: float,
    levels: NDArray[np.int64],
    step: float,
) -> EVariable:
    """Return the valid factor with these levels and this step."""
    mean = null.largest_mean(np.exp(step * (levels - levels.max())))
    low = -step * int(levels.max()) - math.log(mean) - _ROUNDING
    return EVariable(
        factors=np.exp(low + step * levels),
        levels=levels,
        low=low,
        step=step,
        growth=float((weights * (low + step * levels)).sum()),
        limit=limit,
        nearest=nearest,
    )
