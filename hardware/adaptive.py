"""The exact test of a fixed number of rounds against an adversary who adapts to the score.

A round scores rho(x, y, outcome), a whole number >= 0. The largest probability that processes of
the null, which may depend on all that went before, still gain at least d in the last k rounds obeys

    V_0(d) = 1[d <= 0],   V_(k+1)(d) = max over the null of  E V_k(d - rho),

and V_N(observed score) is the p-value: exact, reached by some adversary, valid with memory, for a
number of rounds fixed in advance. For classical players the maximum is over deterministic answers,
for the claim "payoff" over all behaviours with the mean payoff omega. For CHSH with wins as the
score both give the binomial tail.

V is kept where it lies between 1 and a 10^12-th of alpha. Above it counts as 1, below as that small
number, and each step is rounded up: V is never too small, nor too large by a 10^-8 part of alpha.
"""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from xorgames.hardware.e_variable import Null
from xorgames.hardware.sums import FloatArray, IntArray, SumLaw, tooth_reach

#: No longer run than this is followed.
MOST_ADAPTIVE = 4000
_NEGLIGIBLE = 1e-12


def critical_totals(null: Null, scores: IntArray, *, alpha: float) -> Iterator[int]:
    """Yield the smallest significant total of 0, 1, 2, ... rounds, without end.

    It may exceed what so many rounds can score.

    Parameters
    ----------
    null : ClassicalNull or PayoffNull
        With a known law of the inputs.
    scores : ndarray of int, shape (m, n, k)
        rho(x, y, outcome), with 0 the smallest.
    alpha : float

    Examples
    --------
    >>> import xorgames as xg
    >>> from xorgames.hardware.classical_null import ClassicalNull
    >>> from xorgames.hardware.input_law import LawSet
    >>> game = xg.catalog.chsh()
    >>> null = ClassicalNull(LawSet(game.distribution))
    >>> totals = critical_totals(null, game.payoff.astype(int), alpha=0.05)
    >>> list(islice(totals, 9, 13))  # 0.75^11 = 0.042
    [10, 11, 11, 12]
    """
    top = int(scores.max())
    least = alpha * _NEGLIGIBLE
    # V(d) is 1 for d < base, `least` beyond the array.
    base, values = 1, np.zeros(0)
    while True:
        yield base + int((values > alpha).sum())
        padded = np.concatenate([np.ones(top), values, np.full(top, least)])
        size = values.size + top
        # gains[x, y, o, i] = V(base + i - rho).
        gains = padded[(top - scores)[..., None] + np.arange(size)]
        values = np.minimum(null.best_step(gains), 1.0)
        # V falls with d.
        certain, kept = int((values >= 1.0).sum()), int((values > least).sum())
        base, values = base + certain, values[certain:kept]


def adaptive_rounds(
    null: Null,
    scores: IntArray,
    law: FloatArray,
    *,
    alpha: float,
    power: float,
    most: int = MOST_ADAPTIVE,
) -> tuple[int, int] | None:
    """Return the first N with the power asked for, and the N from which all seen have it.

    Parameters
    ----------
    null, scores
        See `critical_totals`.
    law : ndarray
        The law of the machine's score in one round.
    alpha, power : float
    most : int
        Follow no more rounds.

    Returns
    -------
    (first, safe), or None
        All numbers below `first` were looked at, and above it eight teeth of the saw-tooth of the
        power; see `sums`.

    Examples
    --------
    >>> import xorgames as xg
    >>> from xorgames.hardware.classical_null import ClassicalNull
    >>> from xorgames.hardware.input_law import LawSet
    >>> game = xg.catalog.chsh()
    >>> null = ClassicalNull(LawSet(game.distribution))
    >>> adaptive_rounds(null, game.payoff.astype(int), np.array([0.1, 0.9]), alpha=0.05, power=0.9)
    (55, 65)
    """
    sums = SumLaw(law)
    found: list[int] = []
    first, failed, last = None, 0, most
    for rounds, critical in enumerate(islice(critical_totals(null, scores, alpha=alpha), most + 1)):
        found.append(critical)
        if first is None and rounds * sums.top < critical:
            continue
        if sums.tail(rounds, critical) < power:
            failed = rounds
        elif first is None:
            first = rounds
            last = rounds + tooth_reach(sums, lambda n: _line(found, n), max(1, rounds // 2))
        if rounds >= last:
            break
    return None if first is None else (first, failed + 1)


def _line(found: list[int], rounds: IntArray) -> FloatArray:
    return np.array([found[min(n, len(found) - 1)] for n in rounds.tolist()], dtype=np.float64)
