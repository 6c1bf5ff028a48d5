"""Starts that meet limits on both biases, for see-saws that missed them or ended without advantage.

Limits leave a small part of the polytope, and an advantage may lie near its corners or deep inside.

- Mixtures: random corners of the polytope, and random mixtures of them and of games found.
- Paths: from a game that is good but misses some limits, straight to one that meets these.
  Bisection finds where on the way they begin to be met: a start that keeps what they leave of the
  good game, where the other limits, which the good game meets, may still be met too.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from xorgames.design.cuts import Cuts
from xorgames.design.free_search import Run, Seed
from xorgames.design.polytope import LinearGames, extreme

FloatArray = NDArray[np.float64]
#: Called with what is being done, and (done, total).
Tell = Callable[[str, int, int], None]

#: Random corners of the polytope, mixtures of them and of games found, and starts among these.
_CORNERS, _MIXTURES, _STARTS = 12, 96, 4
#: Good games from which paths lead, games that they lead to, and steps of bisection.
_FROM, _TO, _STEPS = 2, 12, 12
#: Games whose biases agree in so many digits are one.
_ALIKE = 6


class Paths:
    """Looks for games that meet limits.

    Parameters
    ----------
    games : LinearGames
    cuts : Cuts
    missed : callable
        By how much a game misses each of the limits.
    random : numpy.random.Generator
    tell : callable
        For progress.
    """

    def __init__(
        self,
        games: LinearGames,
        cuts: Cuts,
        missed: Callable[[Run], FloatArray],
        random: np.random.Generator,
        tell: Tell,
    ) -> None:
        self.games, self.cuts, self.missed = games, cuts, missed
        self.random, self.tell = random, tell

    def corners(self) -> list[FloatArray]:
        """Return random corners of the polytope."""
        directions = self.random.standard_normal((_CORNERS, len(self.games.lower)))
        found = [extreme(self.games, direction) for direction in directions]
        return [corner for corner in found if corner is not None]

    def mixtures(self, pool: Sequence[FloatArray]) -> list[Run]:
        """Return random mixtures that meet the limits."""
        met = []
        for i in range(_MIXTURES):
            self.tell("mixing", i, _MIXTURES)
            # By turns of three and of all: advantage may lie near the corners or deep inside.
            many = len(pool) if i % 2 else 3
            picked = self.random.choice(len(pool), size=many, replace=many > len(pool))
            z = self.random.dirichlet(np.full(many, 0.5)) @ np.stack([pool[j] for j in picked])
            run = self._look(z)
            if self._meets(run):
                met.append(run)
        return met

    def ends(self, good: Sequence[Run], pool: Sequence[FloatArray]) -> list[Run]:
        """Return where paths from good games to others of a pool begin to meet the limits."""
        distinct: dict[tuple[float, float], Run] = {}
        for run in sorted(good, key=_gap):
            distinct.setdefault((round(run.quantum, _ALIKE), round(run.classical, _ALIKE)), run)
        known = [(z, self.missed(self._look(z))) for z in pool]
        ends = []
        for i, run in enumerate(list(distinct.values())[:_FROM]):
            open_ = self.missed(run) > 0
            aims = [z for z, missed in known if not missed[open_].any()][:_TO]
            for j, z in enumerate(aims):
                self.tell("bisecting", i * len(aims) + j, _FROM * len(aims))
                ends.append(self._bisected(run, z, open_))
        return [run for run in ends if self._meets(run)]

    def seeds(self, met: Sequence[Run]) -> list[Seed]:
        """Return starts from the games with the largest gaps."""
        return [
            Seed(run.correlators, signs=run.signs)
            for run in sorted(met, key=_gap)[:_STARTS]
            if run.correlators is not None
        ]

    def _bisected(self, good: Run, z: FloatArray, limits: NDArray[np.bool_]) -> Run:
        """Return the game nearest to a good one, on the way to another, that meets some limits."""
        assert good.z is not None
        low, high, best = 0.0, 1.0, self._look(z)
        for _ in range(_STEPS):
            share = (low + high) / 2
            run = self._look((1 - share) * good.z + share * z)
            if not self.missed(run)[limits].any():
                high, best = share, run
            else:
                low = share
        return best

    def _look(self, z: FloatArray) -> Run:
        run = Run()
        run.look(self.games, self.cuts, z)
        return run

    def _meets(self, run: Run) -> bool:
        return run.correlators is not None and not self.missed(run).any()


def _gap(run: Run) -> float:
    """Order by the gap, the largest first."""
    return run.classical - run.quantum
