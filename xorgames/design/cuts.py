"""Strategies that bound the values of games from below, collected on demand for linear programmes.

The classical bias of a game M is the largest <M, S> of all deterministic strategies S, its quantum
bias the largest <M, E> of all quantum correlators E. Those that matter for a programme are named by
the solvers, one after the other.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.classical import classical_bias
from xorgames.solvers.tsirelson import tsirelson_bias

FloatArray = NDArray[np.float64]

#: Strategies guessed at a time, and rounds of best replies for each.
_GUESSES, _REPLIES = 32, 4
#: Quantum strategies that are kept: those of a game that has changed are soon of no use.
_KEPT = 60


@dataclass(eq=False)
class Cuts:
    """Strategies that matter, as their correlators; shared by many programmes.

    Attributes
    ----------
    signs : list of ndarray, shape (m, n)
        Of deterministic strategies.
    strategies : list of (ndarray, ndarray)
        The bits a and b of each.
    quantum : list of ndarray, shape (m, n)
        Of quantum strategies; for programmes that must keep the quantum bias small.
    """

    signs: list[FloatArray] = field(default_factory=list)
    strategies: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = field(default_factory=list)
    quantum: list[FloatArray] = field(default_factory=list)
    _known: set[bytes] = field(default_factory=set)

    _random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0))

    def known(self, matrix: FloatArray) -> float:
        """Return the largest bias of a deterministic strategy that is known."""
        return max((float((matrix * signs).sum()) for signs in self.signs), default=-np.inf)

    def guess(self, matrix: FloatArray, above: float) -> bool:
        """Add strategies better than that, found by best replies in turn; say whether any was."""
        alice = self._random.choice([-1.0, 1.0], size=(_GUESSES, len(matrix)))
        for _ in range(_REPLIES):
            bob = np.where(alice @ matrix < 0, -1.0, 1.0)
            alice = np.where(bob @ matrix.T < 0, -1.0, 1.0)
        values = np.abs(alice @ matrix).sum(axis=1)
        bob = np.where(alice @ matrix < 0, -1.0, 1.0)
        good = np.flatnonzero(values > above)
        fresh = [self._add((1 - alice[i]) / 2, (1 - bob[i]) / 2) for i in good.tolist()]
        return any(fresh)

    def best(self, matrix: FloatArray) -> tuple[float, bool]:
        """Return L(M), and whether its strategy was not known yet."""
        limit, _, fresh = self.strategy(matrix)
        return limit, fresh

    def strategy(self, matrix: FloatArray) -> tuple[float, FloatArray, bool]:
        """Return L(M), the correlators of a strategy that reaches it, and whether it was news."""
        found = classical_bias(matrix.astype(object))
        if found.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
        fresh = self._add(found.strategy.a, found.strategy.b)
        return float(found.lower), found.strategy.correlators, fresh

    def entangled(self, matrix: FloatArray) -> float:
        """Return Q(M), and keep the correlators that reach it, and of others the latest."""
        bound, strategy = tsirelson_bias(matrix)
        self.quantum = [*self.quantum[1 - _KEPT :], strategy.correlators]
        return bound.upper

    def _add(self, a: NDArray[Any], b: NDArray[Any]) -> bool:
        """Keep a strategy unless it is known."""
        signs = np.outer(1.0 - 2 * a, 1.0 - 2 * b)
        key = np.packbits(signs.ravel() > 0).tobytes()
        if key in self._known:
            return False
        self._known.add(key)
        self.signs.append(signs)
        self.strategies.append((a.astype(np.int64), b.astype(np.int64)))
        return True
