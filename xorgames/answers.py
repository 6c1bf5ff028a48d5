"""How a party answers: from tables, by measuring halves of pairs, or by one or the other.

A rule is asked with one party's inputs and the numbers of the rounds, and with nothing else.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.draws import Draws
from xorgames.pair_source import FloatArray, IntArray, Share

Bits = NDArray[np.int8]


class Rule(Protocol):
    """How a party answers: what it measures, which tables it holds."""

    def answer(self, x: Any, rounds: IntArray) -> Bits:
        """Return the bits for inputs and rounds, both of shape (k,)."""


class Tables:
    """Answers from tables, one of them chosen in each round by shared randomness.

    Parameters
    ----------
    answers : ndarray of int, shape (l, m)
    weights : ndarray of float, shape (l,)
    shared : Draws
        With the same seed as the other party's.
    """

    def __init__(self, answers: IntArray, weights: FloatArray, shared: Draws) -> None:
        self._answers = answers.astype(np.int8)
        self._edges = np.cumsum(weights)[:-1]
        self._shared = shared

    def answer(self, x: IntArray, rounds: IntArray) -> Bits:
        """Return the bits of the tables that the shared randomness names."""
        if len(self._edges) == 0:
            return np.take(self._answers[0], x)
        drawn = np.searchsorted(self._edges, self._shared.uniform(rounds), side="right")
        return self._answers[drawn, x]


class Measurement:
    """Answers from measurements of one's own halves of pairs, with one's own readout errors.

    Parameters
    ----------
    setting : callable
        From inputs of shape (k,) to unit vectors of shape (k, d).
    share : Share
        Measures this party's halves.
    errors : (e0, e1)
        The probabilities to read 1 for 0, and 0 for 1.
    private : Draws
        What decides the errors; nobody else has this seed.
    """

    def __init__(
        self,
        setting: Callable[[Any], FloatArray],
        share: Share,
        errors: tuple[float, float],
        private: Draws,
    ) -> None:
        self._setting = setting
        self._share = share
        self._errors = errors
        self._private = private

    def answer(self, x: Any, rounds: IntArray) -> Bits:
        """Return the bits read: 0 for the outcome +1."""
        bits: Bits = (1 - self._share(rounds, self._setting(x))) >> 1
        if any(self._errors):
            bits ^= self._private.uniform(rounds) < np.take(self._errors, bits)
        return bits


class Heralded:
    """One rule in the rounds that have a pair, another in those that have none.

    Parameters
    ----------
    with_pair, without : Rule
    availability : float
    heralds : Draws
        Both parties hear the same herald: the same seed.
    """

    def __init__(self, with_pair: Rule, without: Rule, availability: float, heralds: Draws) -> None:
        self._with_pair = with_pair
        self._without = without
        self._availability = availability
        self._heralds = heralds

    def answer(self, x: NDArray[Any], rounds: IntArray) -> Bits:
        """Return the bits of whichever rule the herald names."""
        bits = np.empty(len(x), dtype=np.int8)
        paired = self._heralds.uniform(rounds) < self._availability
        for rule, rounds_of_it in ((self._with_pair, paired), (self._without, ~paired)):
            bits[rounds_of_it] = rule.answer(x[rounds_of_it], rounds[rounds_of_it])
        return bits
