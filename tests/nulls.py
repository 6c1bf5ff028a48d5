"""Games and machines that the tests of bets are about."""

import functools
import itertools
from fractions import Fraction

import numpy as np

import xorgames as xg
from tests.recorded_rounds import ASYMMETRIC, CHSH, HFT, solved
from xorgames.hardware.classical_null import ClassicalNull
from xorgames.hardware.input_law import LawSet
from xorgames.hardware.payoff_null import PayoffNull

__all__ = ["ASYMMETRIC", "CHSH", "HFT", "behaviour", "null_of", "random_game", "solved"]


def behaviour(game, visibility=1.0):
    correlators = visibility * solved(game).one_pair.strategy.correlators
    return np.stack([1 + correlators, 1 - correlators], axis=-1) / 2


def null_of(game, claim, bias=0.0):
    laws = LawSet(game.distribution, bias)
    if claim == "nonclassical":
        return ClassicalNull(laws)
    return PayoffNull(laws, game.payoff, solved(game).classical.value.upper)


@functools.cache
def random_game(seed, shape):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-9, 10, size=shape)
    return xg.XORGame.from_matrix(np.where(matrix == 0, 1, matrix).tolist())


def best_classical(game, factors):
    """The exact largest mean of factors, by parity or by 2 a + b, over all strategies."""
    m, n = game.shape
    four = factors.shape[-1] == 4
    return max(
        sum(
            game.exact_distribution[x, y]
            * Fraction(float(factors[x, y, 2 * s[x] + t[y] if four else s[x] ^ t[y]]))
            for x, y in itertools.product(range(m), range(n))
        )
        for s in itertools.product((0, 1), repeat=m)
        for t in itertools.product((0, 1), repeat=n)
    )
