"""The search for an inequality and a mixture, with progress, and what Ctrl-C leaves of it.

Every linear programme on the way, with the strategies known by then, gives an inequality and a
mixture that can be made exact: what is found when the search ends early is proven all the same.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xorgames.design.cuts import Cuts
from xorgames.design.linear_games import Best, best_game_for
from xorgames.design.polytope import LinearGames, all_matrices
from xorgames.design.search import Progress

FloatArray = NDArray[np.float64]

#: Parts that progress is told in.
_PARTS = 1000


@dataclass(eq=False)
class Search:
    """Two programmes for the same correlators.

    Parameters
    ----------
    correlators : ndarray, shape (m, n)
    progress : callable, optional

    Attributes
    ----------
    games : LinearGames
        All matrices of that shape.
    cuts : Cuts
        The strategies of the mixtures.
    noisy : Best or None
        For the visibility; None where the correlators vanish.
    far : Best
        For the distance; where Ctrl-C came before it, the same as `noisy`, which will do.
    interrupted : bool
        Whether Ctrl-C ended the search.
    """

    correlators: FloatArray
    progress: Progress | None = None
    games: LinearGames = field(init=False)
    cuts: Cuts = field(init=False, default_factory=Cuts)
    noisy: Best | None = field(init=False, default=None)
    far: Best = field(init=False)
    interrupted: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        m, n = self.correlators.shape
        self.games = all_matrices((m, n))
        if self.correlators.any():
            self.noisy = self.far = self._best("visibility", ratio=True)
        if not self.interrupted:
            self.far = self._best("distance", ratio=False)

    def _best(self, what: str, *, ratio: bool) -> Best:
        """Return the best game, or on Ctrl-C the last one on the way."""
        last: list[Best] = []
        told = _told(what, self.progress)

        def watch(best: Best, excess: float, least: float) -> None:
            last[:] = [best]
            told(excess, least)

        try:
            if self.progress is not None:
                self.progress(what, 0, _PARTS)
            return best_game_for(self.correlators, self.games, self.cuts, ratio=ratio, watch=watch)
        except KeyboardInterrupt:
            found = last[0] if last else self.noisy
            if found is None:
                raise
            self.interrupted = True
            return found


def _told(what: str, progress: Progress | None) -> Callable[[float, float], None]:
    """Return what tells progress, by the digits of the error that are gone."""
    first, most = 0.0, 0

    def told(excess: float, least: float) -> None:
        nonlocal first, most
        first = first or excess
        if progress is not None and excess > least and first > least:
            share = math.log(first / excess) / math.log(first / least)
            most = max(most, min(round(_PARTS * share), _PARTS))
            progress(what, most, _PARTS)

    return told
