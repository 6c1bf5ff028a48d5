"""Mixtures of deterministic strategies, in exact numbers: an explanation without entanglement."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy


@dataclass(frozen=True, kw_only=True, eq=False)
class Mixture:
    """Deterministic strategies with weights, and what they leave of some correlators.

    Attributes
    ----------
    weights : tuple of Fraction
        Positive.
    strategies : tuple of DeterministicStrategy
    remainder : ndarray of Fraction, shape (m, n)
        R = E - sum w S, exactly.
    """

    weights: tuple[Fraction, ...]
    strategies: tuple[DeterministicStrategy, ...]
    remainder: FractionArray

    @property
    def total(self) -> Fraction:
        """The sum of w and |R|: E divided by it is classical."""
        return sum(self.weights, Fraction(0)) + sum(abs(self.remainder).ravel(), Fraction(0))

    def correlators(self) -> FractionArray:
        """Return sum w S + R, which is E: a check of the whole."""
        total = self.remainder.copy()
        for weight, strategy in zip(self.weights, self.strategies, strict=True):
            total = total + weight * signs_of(strategy)
        return total

    def explains(self, correlators: FractionArray) -> bool:
        """Whether the weights are positive, the strategies of its shape, and the whole is E."""
        shape = correlators.shape
        if self.remainder.shape != shape or len(self.weights) != len(self.strategies):
            return False
        fits = all((len(each.a), len(each.b)) == shape for each in self.strategies)
        positive = all(weight > 0 for weight in self.weights)
        return bool(fits and positive and (self.correlators() == correlators).all())

    def to_dict(self) -> dict[str, Any]:
        """Return the mixture as plain data, exactly."""
        return {
            "weights": [str(weight) for weight in self.weights],
            "strategies": [strategy.to_dict() for strategy in self.strategies],
            "remainder": [[str(r) for r in row] for row in self.remainder],
        }


def signs_of(strategy: DeterministicStrategy) -> FractionArray:
    """Return the correlators of a deterministic strategy as integers."""
    return np.multiply.outer(1 - 2 * strategy.a, 1 - 2 * strategy.b).astype(object)
