"""Uniform random numbers that belong to rounds, in whatever order the rounds are played.

Number r of a stream is SplitMix64 (Steele, Lea, Flood, doi:10.1145/2660193.2660195) of
seed + (r + 1) gamma, so that two who hold the same seed hold the same numbers without talking.
"""

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


class Draws:
    """A stream of uniform numbers in [0, 1), one for each round.

    Parameters
    ----------
    seed : int, from 0 to 2^64 - 1

    Examples
    --------
    >>> ours, theirs = Draws(7), Draws(7)
    >>> bool(ours.uniform(np.array([3, 5]))[1] == theirs.uniform(np.array([5]))[0])
    True
    """

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = np.uint64(seed)

    def uniform(self, rounds: IntArray) -> FloatArray:
        """Return the numbers of these rounds, each a multiple of 2^-53."""
        mixed = (rounds.astype(np.uint64) + np.uint64(1)) * _GAMMA + self._seed
        for shift, factor in _MIX:
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
        return np.asarray((mixed >> np.uint64(11)) * 2.0**-53)


def generator(rng: int | np.random.Generator | None) -> np.random.Generator:
    """Return a generator from a seed, a generator, or None for fresh randomness.

    Raises
    ------
    InputError
        If it is none of them.
    """
    seed = isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0
    if not (seed or rng is None or isinstance(rng, np.random.Generator)):
        cure = "use rng=1 for results that can be repeated"
        rule = "must be a seed (a whole number at 0 or above) or a numpy.random.Generator"
        reject("rng", rule, received=repr(rng), cure=cure)
    return np.random.default_rng(rng)


def seeds(rng: np.random.Generator, count: int) -> list[int]:
    """Return independent seeds for streams of draws."""
    drawn: list[int] = rng.integers(0, 2**64, size=count, dtype=np.uint64).tolist()
    return drawn
