"""How one router answers, from its own service times alone: by signs, or by measuring pairs."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xorgames.answers import Bits, Measurement
from xorgames.draws import Draws
from xorgames.pair_source import MAX_ROUNDS, IntArray, Share

FloatArray = NDArray[np.float64]

#: From service times to unit vectors: shapes (k,) and (k, d).
Setting = Callable[[FloatArray], FloatArray]


class Signs:
    """Classical: the sign of one's own service time, times a coin that both have tossed."""

    def __init__(self, signs: Setting, coin: Draws) -> None:
        self._signs = signs
        self._coin = coin

    def answer(self, x: FloatArray, rounds: IntArray) -> Bits:
        """Return the servers."""
        plus = (self._signs(x)[:, 0] > 0) ^ (self._coin.uniform(rounds) >= 0.5)
        return np.where(plus, np.int8(0), np.int8(1))


class Exchanging:
    """A measurement with the roles of its outcomes exchanged or not, by a private coin.

    Readout errors that are more frequent for one outcome would send more jobs to one server.
    """

    def __init__(
        self, setting: Setting, share: Share, errors: tuple[float, float], private: Draws
    ) -> None:
        self._setting = setting
        self._share = share
        self._errors = errors
        self._private = private

    def answer(self, x: FloatArray, rounds: IntArray) -> Bits:
        """Return the servers: the opposite vector is measured, and the opposite bit read."""
        # Numbers of the private stream that no readout error uses.
        exchanged = self._private.uniform(rounds + MAX_ROUNDS) < 0.5
        signs = np.where(exchanged, -1.0, 1.0)[:, None]
        rule = Measurement(
            lambda seen: signs * self._setting(seen), self._share, self._errors, self._private
        )
        return rule.answer(x, rounds) ^ exchanged.astype(np.int8)
