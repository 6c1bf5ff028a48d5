"""Entangled pairs as a simulation can honestly offer them: each party sees its own outcome alone.

Alice measures the unit vector u of coordinates, Bob v (see `xorgames.measurements`), and
P(a, b) = (1 + a b sum s_i u_i v_i) / 4 for outcomes a, b = +-1. Whoever measures first gets a fair
coin, and the other half of the pair collapses to the vector (a s_i u_i); a later measurement of v
gives b = +1 with probability (1 + collapsed . v) / 2. Which party comes first makes no difference
to P(a, b), and the source keeps neither an input nor a setting: only the collapsed half, and that
for its owner.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import Draws
from xorgames.errors import reject

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Signs = NDArray[np.int8]

#: What a party can do with its halves of the pairs: (rounds, vectors) -> outcomes +-1.
Share = Callable[[IntArray, FloatArray], Signs]

#: Rounds that one source has pairs for.
MAX_ROUNDS = 2**24

_UNIT = 1e-9


class PairSource:
    """Pairs for numbered rounds, prepared before any input is known.

    Parameters
    ----------
    factors : ndarray of float, shape (d,)
        s: by how much noise multiplies each coordinate.
    first, second : Draws
        What decides the outcomes of whoever measures first, and second.

    Examples
    --------
    >>> source = PairSource(np.ones(2), Draws(1), Draws(2))
    >>> alice, bob = source.shares()
    >>> rounds, z_axis = np.arange(4), np.tile([1.0, 0.0], (4, 1))
    >>> bool((alice(rounds, z_axis) == bob(rounds, z_axis)).all())
    True
    """

    def __init__(self, factors: FloatArray, first: Draws, second: Draws) -> None:
        self._factors = factors
        self._first = first
        self._second = second
        self._measured = np.zeros(0, dtype=np.uint8)
        self._collapsed = np.zeros((0, len(factors)))

    def shares(self) -> tuple[Share, Share]:
        """Return the ways to measure Alice's and Bob's halves."""

        def alice(rounds: IntArray, vectors: FloatArray) -> Signs:
            return self._measure(1, rounds, vectors)

        def bob(rounds: IntArray, vectors: FloatArray) -> Signs:
            return self._measure(2, rounds, vectors)

        return alice, bob

    def _measure(self, party: int, rounds: IntArray, vectors: FloatArray) -> Signs:
        self._check(party, rounds, vectors)
        second = self._measured[rounds] != 0
        self._measured[rounds] |= party
        if second.all():
            return self._conditional(rounds, vectors)
        if not second.any():
            return self._fair(rounds, vectors)
        outcomes = np.empty(len(rounds), dtype=np.int8)
        outcomes[second] = self._conditional(rounds[second], vectors[second])
        outcomes[~second] = self._fair(rounds[~second], vectors[~second])
        return outcomes

    def _fair(self, rounds: IntArray, vectors: FloatArray) -> Signs:
        outcomes = _signs(self._first.uniform(rounds) < 0.5)
        self._collapsed[rounds] = outcomes[:, None] * self._factors * vectors
        return outcomes

    def _conditional(self, rounds: IntArray, vectors: FloatArray) -> Signs:
        overlap = np.einsum("ij,ij->i", self._collapsed[rounds], vectors)
        return _signs(2 * self._second.uniform(rounds) < 1 + overlap)

    def _check(self, party: int, rounds: IntArray, vectors: FloatArray) -> None:
        """Refuse what no laboratory can do: measure a half twice, or a vector longer than 1."""
        if len(rounds) == 0:
            return
        top = int(rounds.max())
        if rounds.min() < 0 or top >= MAX_ROUNDS:
            cure = "make new parties for further rounds"
            received = f"{rounds.min()} to {top}"
            reject("rounds", f"must be from 0 to {MAX_ROUNDS - 1}", received=received, cure=cure)
        self._grow(top + 1)
        again = rounds[(self._measured[rounds] & party) != 0]
        if len(again) == 0 and (np.diff(rounds) <= 0).any():
            ordered = np.sort(rounds)
            again = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(again):
            rule = "must not name a round twice: a pair can be measured once"
            reject("rounds", rule, received=int(again[0]))
        lengths = np.einsum("ij,ij->i", vectors, vectors)
        if not (np.abs(lengths - 1) <= _UNIT).all():
            rule = "must be unit vectors: an observable has the outcomes +1 and -1"
            received = f"a squared length of {lengths[np.abs(lengths - 1).argmax()]:.9g}"
            reject("vectors", rule, received=received)

    def _grow(self, needed: int) -> None:
        have = len(self._measured)
        if needed > have:
            more = max(needed, 2 * have) - have
            self._measured = np.pad(self._measured, (0, more))
            self._collapsed = np.pad(self._collapsed, ((0, more), (0, 0)))


def _signs(plus: NDArray[np.bool_]) -> Signs:
    return np.where(plus, np.int8(1), np.int8(-1))
