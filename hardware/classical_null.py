"""The null of the claim "nonclassical": all classical players, with shared randomness and memory.

Given all that went before, a round's outcomes follow some mixture of deterministic strategies, with
inputs from a law of the set, whatever the players remember. An outcome is the parity a xor b, or
both answers, 2 a + b: then marginals count too, as with asymmetric readout.

`nearest` is the mixture P with the least relative entropy from a machine's behaviour Q; it makes
Q/P the best bet against this null (`e_variable`). Deterministic strategies are added where the Q/P
found so far breaks  sum pi Q/P <= 1  most, and weighed anew by non-negative least squares on the
quadratic model of the likelihood, until no strategy breaks it by more than 1e-7. Nothing rests on
how well that works: `largest_mean` is what makes a bet valid.
Reference: arXiv:1108.2468.
"""

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.hardware.input_law import (
    FloatArray,
    LawSet,
    all_answers,
    largest_classical_mean,
)

#: All answers of the smaller side are compared.
MOST_INPUTS = 12
_COLUMNS = 24
_PASSES = 300
_GAP = 1e-7
#: The weight of the row that makes a mixture sum to 1.
_PENALTY = 1e3
#: More than the rounding of a sum of products of a few hundred doubles, all of one sign.
_ROUNDING = 1e-13
#: The outcome by both answers, for two outcomes (the parity) and for four.
_OUTCOMES = {2: np.array([[0, 1], [1, 0]]), 4: np.array([[0, 1], [2, 3]])}


class ClassicalNull:
    """All classical players of a game.

    Parameters
    ----------
    laws : LawSet
        The inputs' possible laws.

    Raises
    ------
    InputError
        If both sides have more than 12 inputs.

    Examples
    --------
    >>> import xorgames as xg
    >>> game = xg.catalog.chsh()
    >>> round(ClassicalNull(LawSet(game.distribution)).largest_mean(game.payoff), 9)
    0.75
    """

    def __init__(self, laws: LawSet) -> None:
        self.laws = laws
        m, n = laws.distribution.shape
        if min(m, n) > MOST_INPUTS:
            rule = f"must leave one side at most {MOST_INPUTS} inputs for this test"
            cure = "use another test, or the claim payoff"
            reject("game", rule, received=f"{m} x {n}", cure=cure)
        self._swapped = m > n
        self._pi = laws.distribution.T if self._swapped else laws.distribution

    def largest_mean(self, factors: FloatArray) -> float:
        """Return an upper bound on the mean of factors >= 0 over all players and all input laws.

        Parameters
        ----------
        factors : ndarray, shape (m, n, 2) by parity or (m, n, 4) by 2 a + b
        """
        if not self.laws.known:
            by_answers = factors.shape[-1] == 4
            shape = (*factors.shape[:2], 2, 2) if by_answers else factors.shape
            return largest_classical_mean(self.laws, factors.reshape(shape))
        terms = self._pi[..., None] * self._turned(factors)
        return float(_by_bob(terms).max(axis=0).sum(axis=0).max()) * (1 + _ROUNDING)

    def best_step(self, gains: FloatArray) -> FloatArray:
        """Return the best mean of gains[x, y, outcome, i] for each i, rounded up."""
        terms = self._turned(self.laws.distribution[..., None, None] * gains)
        m, n, k, size = terms.shape
        outcome = _OUTCOMES[k]
        best = np.zeros(size)
        for alice in all_answers(m, first_is_zero=k == 2):
            total = np.zeros(size)
            for y in range(n):
                one, two = (
                    sum(terms[x, y, outcome[alice[x], t]] for x in range(m)) for t in (0, 1)
                )
                total += np.maximum(one, two)
            np.maximum(best, total, out=best)
        return best * (1 + _ROUNDING)

    def nearest(self, behaviour: FloatArray) -> FloatArray:
        """Return the classical behaviour nearest to a machine's, of the same shape.

        Parameters
        ----------
        behaviour : ndarray, shape (m, n, 2 or 4)
            The probability of each outcome at each input.
        """
        turned = self._turned(behaviour)
        k = turned.shape[-1]
        weights = np.maximum((self._pi[..., None] * turned).ravel(), 1e-300)
        columns = np.full((1, weights.size), 1 / k)
        mixture = np.ones(1)
        often = np.repeat(self._pi.ravel(), k)
        for _ in range(_PASSES):
            factors = turned.ravel() / np.maximum(mixture @ columns, 1e-300)
            found = self._price((often * factors).reshape(turned.shape))
            if float((found @ (often * factors)).max()) <= 1 + _GAP:
                break
            used = mixture > 0
            columns = np.concatenate([columns[used], found])
            mixture = np.concatenate([mixture[used], np.zeros(len(found))])
            mixture = _improve(columns, mixture, weights, often)
        return self._turned((mixture @ columns).reshape(turned.shape))

    def _price(self, terms: FloatArray) -> FloatArray:
        """Return the deterministic behaviours with the largest sums of terms, one a row."""
        m, _, k = terms.shape
        answers, by_bob = all_answers(m, first_is_zero=k == 2), _by_bob(terms)
        best = np.argsort(-by_bob.max(axis=0).sum(axis=0), kind="stable")[:_COLUMNS]
        bob = by_bob[:, :, best].argmax(axis=0).T
        chosen = _OUTCOMES[k][answers[best][:, :, None], bob[:, None, :]]
        columns: FloatArray = (chosen[..., None] == np.arange(k)).astype(np.float64)
        return columns.reshape(len(best), -1)

    def _turned(self, array: FloatArray) -> FloatArray:
        """Exchange the parties if Bob has fewer inputs."""
        if not self._swapped:
            return array
        turned = array.swapaxes(0, 1)
        return turned[:, :, [0, 2, 1, 3]] if turned.shape[2] == 4 else turned


def _by_bob(terms: FloatArray) -> FloatArray:
    """Return sum_x terms[x, y, outcome] by Bob's answer, y, and all of Alice's strategies."""
    m, _, k = terms.shape
    answers, outcome = all_answers(m, first_is_zero=k == 2), _OUTCOMES[k]
    return np.stack([sum(terms[x][:, outcome[answers[:, x], t]] for x in range(m)) for t in (0, 1)])


def _improve(
    columns: FloatArray, mixture: FloatArray, weights: FloatArray, often: FloatArray
) -> FloatArray:
    """Return a mixture with a larger  sum weights ln(mixture @ columns)."""
    from scipy.optimize import nnls

    counted = often > 0
    columns, weights = columns[:, counted], weights[counted]
    mean = mixture @ columns
    root = np.sqrt(weights)
    rows = np.vstack([(columns / mean * root).T, np.full(len(columns), _PENALTY)])
    target, _ = nnls(rows, np.append(2 * root, _PENALTY))
    target /= target.sum()
    best = float(weights @ np.log(mean))
    share = 1.0
    while share > 1e-9:
        trial = (1 - share) * mixture + share * target
        with np.errstate(divide="ignore"):
            likelihood = float(weights @ np.log(trial @ columns))
        if likelihood > best:
            return np.asarray(trial)
        share /= 2
    return np.asarray(mixture)


def full_outcomes(behaviour: FloatArray) -> NDArray[np.float64]:
    """Return P(a, b | x, y), shape (m, n, 2, 2), as probabilities of 2 a + b, shape (m, n, 4).

    Examples
    --------
    >>> full_outcomes(np.full((3, 2, 2, 2), 0.25)).shape
    (3, 2, 4)
    """
    return behaviour.reshape(*behaviour.shape[:2], 4)
