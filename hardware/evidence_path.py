"""The running evidence: an e-process by betting, and a confidence sequence of the mean payoff.

Scores X in [0, 1], one for each counted round.

- e-value: a mixture of constant bets,  e_n = sum_j w_j prod_i (1 + f_j (X_i/beta - 1)).  While
  every conditional mean is at most beta, each product is a non-negative supermartingale that begins
  at 1, whatever the memory, and so is e_n. By Ville's inequality P[e_n >= 1/alpha for any n] is at
  most alpha: stop whenever you like. The bets are fixed in advance, so each product depends on how
  often each score came, not on the order, and no round is visited alone.
- confidence sequence of the average conditional mean: with centres c_i in [0, 1] chosen before
  round i, psi(l) = -ln(1 - l) - l and V_n = sum (X_i - c_i)^2, two more supermartingales are
  sum_j w_j exp(+-l_j sum (X_i - mean_i) - psi(l_j) V_n), with l_j = f_j. Both stay below 2/alpha
  at all times with probability 1 - alpha. That bounds the average of the mean_i, which may drift.

Both are looked at after rounds 1, 2, ..., 200 and from there on whenever their number has grown by
one percent: looking less often than after every round is always valid.

The bets are f = 1/(1 + exp(-z)), z = -10, -9.75, ..., 10, with Jeffreys' weights sqrt(f (1 - f)).

References: arXiv:2010.09686 (betting); arXiv:1810.08240, theorem 4, and Fan, Grama and Liu,
doi:10.1214/EJP.v20-3496, for exp(l u - psi(l) u^2) <= 1 + l u,  u >= -1  (empirical Bernstein).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BETS = 1 / (1 + np.exp(-np.linspace(-10, 10, 81)))
_LN_WEIGHTS = 0.5 * np.log(BETS * (1 - BETS))
_LN_WEIGHTS -= np.log(np.exp(_LN_WEIGHTS).sum())
#: psi for each bet.
_COSTS = -np.log1p(-BETS) - BETS

_EVERY_ROUND = 200
#: The gains of so many scores are kept.
_KEPT = 4096
#: Newton's method ends where a step is a smaller part of what is found.
_SETTLED = 1e-15


def ln_mixture(ln_terms: FloatArray) -> Any:
    """Return ln sum_j w_j exp(ln_terms_j) over the last axis."""
    ln_terms = ln_terms + _LN_WEIGHTS
    most = ln_terms.max(axis=-1, keepdims=True)
    return most[..., 0] + np.log(np.exp(ln_terms - most).sum(axis=-1))


@dataclass(frozen=True, kw_only=True, eq=False)
class EvidencePath:
    """The running evidence where it was looked at, all arrays of shape (k,).

    Attributes
    ----------
    rounds : ndarray of int
        How many rounds were counted.
    ln_e_value : ndarray
    mean : ndarray
        The mean payoff so far.
    lower, upper : ndarray
        The confidence sequence: with the stated confidence, the average conditional mean payoff
        lies between them at all times at once.
    """

    rounds: NDArray[np.int64]
    ln_e_value: FloatArray
    mean: FloatArray
    lower: FloatArray
    upper: FloatArray

    def __post_init__(self) -> None:
        """Protect the arrays."""
        for array in vars(self).values():
            array.setflags(write=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the arrays as lists by name."""
        return {name: array.tolist() for name, array in vars(self).items()}


class Bettor:
    """Follow the evidence from batch to batch; where the batches end does not matter.

    Parameters
    ----------
    scores : ndarray, shape (k,)
        The scores that a round can have, in [0, 1].
    null : float
        beta, in (0, 1].

    Examples
    --------
    >>> bettor = Bettor(np.array([0.0, 1.0]), 0.75)
    >>> bettor.add(np.ones(100, dtype=np.int64))
    >>> rounds, ln_e, mean, radius = bettor.finish(alpha=0.05)
    >>> int(rounds[-1]), round(float(ln_e[-1]), 2), round(float(radius[-1]), 2)
    (100, 26.56, 0.06)
    """

    def __init__(self, scores: FloatArray, null: float) -> None:
        self._scores = scores
        self._null = null
        self.counts = np.zeros(len(scores), dtype=np.int64)
        self._fresh = np.zeros(len(scores), dtype=np.int64)
        self._rounds = 0
        self._look = 1
        self._gains = self._gains_of(scores) if len(scores) <= _KEPT else None
        self._capital = np.zeros(len(BETS))
        self._spread = 0.0
        self._centre = 0.5
        self._looks: list[tuple[int, float, float]] = []
        self._capitals: list[FloatArray] = []

    def add(self, levels: NDArray[np.int64]) -> None:
        """Add rounds, each by the index of its score."""
        done = 0
        while done < len(levels):
            piece = levels[done : done + self._look - self._rounds]
            self._fresh += np.bincount(piece, minlength=len(self._fresh))
            self._rounds += len(piece)
            done += len(piece)
            if self._rounds == self._look:
                self._note()
                step = 1 if self._look < _EVERY_ROUND else self._look // 100
                self._look += step

    def finish(
        self, *, alpha: float
    ) -> tuple[NDArray[np.int64], FloatArray, FloatArray, FloatArray]:
        """Return rounds, ln e-values, mean scores and radii of confidence at every look."""
        if self._fresh.any():
            self._note()
        rounds, mean, spread = np.array(self._looks, dtype=np.float64).reshape(-1, 3).T
        ln_e: FloatArray = ln_mixture(np.array(self._capitals).reshape(-1, len(BETS)))
        return rounds.astype(np.int64), ln_e, mean, _radius(spread, alpha) / rounds

    def _gains_of(self, scores: FloatArray) -> FloatArray:
        """Return ln(1 + f (X/beta - 1)) by score and bet."""
        return np.log1p(np.outer(scores / self._null - 1, BETS))

    def _note(self) -> None:
        """Look at the evidence: take in what came since the last look."""
        came = self._fresh.nonzero()[0]
        times, scores = self._fresh[came].astype(np.float64), self._scores[came]
        gains = self._gains_of(scores) if self._gains is None else self._gains[came]
        self._capital = self._capital + times @ gains
        self._spread += float(times @ (scores - self._centre) ** 2)
        self.counts += self._fresh
        self._fresh[:] = 0
        mean = float(self.counts @ self._scores) / self._rounds
        self._centre = mean
        self._looks.append((self._rounds, mean, self._spread))
        self._capitals.append(self._capital)


def _radius(spread: FloatArray, alpha: float) -> FloatArray:
    """Return the d at which the mixture over exp(l d - psi(l) V) reaches 2/alpha.

    Its logarithm rises with d and is convex, so that Newton's method comes down from above.
    """
    target = math.log(2 / alpha)
    offsets = _LN_WEIGHTS - np.multiply.outer(spread, _COSTS)
    # One bet of the mixture alone is enough to reach the target here.
    radius: FloatArray = ((target - offsets) / BETS).min(axis=-1)
    while True:
        ln_terms = np.multiply.outer(radius, BETS) + offsets
        most = ln_terms.max(axis=-1)
        terms = np.exp(ln_terms - most[..., None])
        total = terms.sum(axis=-1)
        step = (most + np.log(total) - target) * total / (terms @ BETS)
        down = step > _SETTLED * radius
        if not down.any():
            return radius
        radius = np.where(down, radius - step, radius)
