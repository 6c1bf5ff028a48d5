"""The best game of a polytope for correlators that are given, by a linear programme.

Games whose matrix M(z) is linear in numbers z of a polytope (`polytope`). For fixed correlators E
the advantage

    <M(z), E> - w L(M(z)),   L(M) = max over deterministic strategies S of <M, S>,

is concave in z for every weight w > 0, and its maximum a linear programme with one constraint for
each strategy. Those that matter are generated on demand: solve with a few, let the exact classical
solver name the strategy that the result violates most, add it, until there is none. For
<M(z), E> / L(M(z)) the programme is made linear by a common factor (Charnes and Cooper,
doi:10.1002/nav.3800090303).

Limits on both biases are kept in a form that is linear and sufficient. Where more is better, Q and
L are replaced by <M, E> and <M, S> for a strategy S that is given; where less is better, by the
largest of all strategies known, and those that are missing are generated too.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.design.cuts import Cuts
from xorgames.design.linear_subjects import LinearSubject
from xorgames.design.polytope import LinearGames
from xorgames.errors import SolverError

FloatArray = NDArray[np.float64]

_MOST_CUTS = 4000
#: Of quantum strategies in one call: what is left then is small.
_MOST_QUANTUM = 20
#: A strategy that is better by less than this share of the largest entry's weight is no news.
_NEW = 1e-9
_LARGEST_FACTOR, _SMALLEST_FACTOR = 1e6, 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Best:
    """The solution of a programme, in plain doubles.

    Attributes
    ----------
    z : ndarray
    worth : float
        <M, E> - w L(M), or <M, E> / L(M).
    most : float
        No game of the polytope that meets the subjects, as they are linear here, has more than
        that: by the multipliers, whatever the programme's tolerances. Infinite for <M, E> / L(M).
    weights : ndarray
        For each strategy of the cuts its multiplier: those of the local behaviour that is nearest
        to E in the sense of the programme.
    missed : float
        By how much the worst subject is missed, as it is linear here; 0 where all are met.
    """

    z: FloatArray
    worth: float
    weights: FloatArray
    most: float = np.inf
    missed: float = 0.0


def best_game_for(
    correlators: FloatArray,
    games: LinearGames,
    cuts: Cuts,
    *,
    ratio: bool = False,
    weight: float = 1.0,
    subjects: Sequence[LinearSubject] = (),
    signs: FloatArray | None = None,
    watch: Callable[[Best, float, float], None] | None = None,
) -> Best:
    """Return the game of a polytope with the largest advantage for given correlators.

    Parameters
    ----------
    correlators : ndarray, shape (m, n)
    games : LinearGames
    cuts : Cuts
        Grows.
    ratio : bool
        Whether the quotient counts instead of the difference.
    weight : float
        Of the classical bias in the difference.
    subjects : sequence of LinearSubject
        Where they cannot all be met, the worst is missed by as little as can be.
    signs : ndarray, shape (m, n), optional
        Correlators of a deterministic strategy, for subjects that want a large classical bias.
    watch : callable, optional
        Called with each game on the way, by how much a strategy that was missing exceeds its
        classical bias as it is known, and how much counts as nothing.

    Raises
    ------
    SolverError
        If the polytope is empty, or the programme is not solved.

    Examples
    --------
    >>> from xorgames.design.polytope import all_matrices
    >>> best = best_game_for(np.array([[1, 1], [1, -1]]) / 2**0.5, all_matrices((2, 2)), Cuts())
    >>> round(best.worth, 9), best.z.round(6).tolist()
    (0.207106781, [0.25, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.25])
    """
    if not cuts.signs:
        cuts.best(np.ones(games.shape))
    programme = _Programme(correlators, games, cuts, weight, tuple(subjects), signs)
    news = _NEW * games.size
    asked = 0
    best = programme.solve(ratio)
    for _ in range(_MOST_CUTS):
        matrix = games.matrix(best.z)
        known = cuts.known(matrix)
        above = known + news
        fresh = cuts.guess(matrix, above)
        if not fresh:
            # Only the exact solver can say that there is none.
            limit, new = cuts.best(matrix)
            fresh = new and limit > above
        if watch is not None:
            watch(best, cuts.known(matrix) - known, news)
        if programme.small_quantum and asked < _MOST_QUANTUM:
            asked += 1
            reached = max((float((matrix * e).sum()) for e in cuts.quantum), default=-np.inf)
            fresh |= cuts.entangled(matrix) > reached + news
        if not fresh:
            break
        best = programme.solve(ratio)
    return best


@dataclass(eq=False)
class _Programme:
    """A linear programme in z, a factor f, bounds l on L and q on Q, and what subjects lack, s.

    With the difference f is 1; with the quotient l is 1, and z stands for f z.
    """

    correlators: FloatArray
    games: LinearGames
    cuts: Cuts
    weight: float
    subjects: tuple[LinearSubject, ...]
    signs: FloatArray | None

    @property
    def small_quantum(self) -> bool:
        """Whether a subject wants the quantum bias small."""
        return any(subject.quantum < 0 for subject in self.subjects)

    def solve(self, ratio: bool) -> Best:
        """Return the best game as far as the cuts tell."""
        none, short = np.zeros(len(self.games.lower)), 0.0
        if self.subjects:
            # How nearly can they be met at all?
            z, missed, _, weights, _ = self._run(np.concatenate([none, [0, 0, 0, 1]]), short=None)
            if missed > _NEW:
                return Best(z=z, worth=-np.inf, weights=weights, missed=missed)
            # What is missed by next to nothing is met, but not by a programme that asks for all.
            short = _NEW if missed > 0 else 0.0
        gains = self.games.gains(self.correlators)
        if ratio:
            # With subjects that only M = 0 meets no game has L = 1.
            with suppress(*([SolverError] if self.subjects else [])):
                z, cost, factor, weights, _ = self._run(
                    np.concatenate([-gains, [0, 0, 0, 0]]), ratio=True, short=short
                )
                if factor > _SMALLEST_FACTOR:
                    return Best(z=z / factor, worth=-cost, weights=weights)
            # These correlators lose with every game: any is as good, the least bad one is taken.
        costs = np.concatenate([-gains, [0, self.weight, 0, 0]])
        z, cost, _, weights, least = self._run(costs, short=short)
        return Best(z=z, worth=-cost, weights=weights, most=-least)

    def _run(
        self, cost: FloatArray, *, ratio: bool = False, short: float | None = 0.0
    ) -> tuple[FloatArray, float, float, FloatArray, float]:
        """Minimise; return z, the cost, f, the multipliers of the strategies, and the least cost.

        The last is what no point of the programme goes below, -inf for ratios.
        """
        from scipy.optimize import linprog

        rows = self._rows(ratio)
        games, bounds = self.games, [*zip(self.games.lower, self.games.upper, strict=True)]
        equal = np.column_stack([games.equal, -games.equal_to, np.zeros((len(games.equal), 3))])
        if ratio:
            bounds = [(None, None)] * len(bounds)
        ends = [(0.0, _LARGEST_FACTOR), (1.0, 1.0)] if ratio else [(1.0, 1.0), (None, None)]
        found = linprog(
            cost,
            A_ub=rows,
            b_ub=np.zeros(len(rows)),
            A_eq=equal if len(equal) else None,
            b_eq=np.zeros(len(equal)) if len(equal) else None,
            bounds=[*bounds, *ends, (None, None), (0.0, short)],
            method="highs",
        )
        if found.status != 0 or found.x is None or found.fun is None:
            raise SolverError(f"the linear programme was not solved: {found.message}")
        k, count = len(games.lower), len(self.cuts.signs)
        weights = -found.ineqlin.marginals[:count]
        least = -np.inf
        if not ratio and short is not None:
            multipliers = np.minimum(found.ineqlin.marginals, 0.0), found.eqlin.marginals
            least = self._least(cost, (rows, equal), multipliers, short)
        return found.x[:k], float(found.fun), float(found.x[k]), weights, least

    def _least(
        self,
        cost: FloatArray,
        parts: tuple[FloatArray, FloatArray],
        multipliers: tuple[FloatArray, FloatArray],
        short: float,
    ) -> float:
        """Return what the cost does not go below: the minimum of the Lagrangian over a box.

        For multipliers y <= 0 of the rows A x <= 0 and any of the equations B x = 0,
        cost x >= (cost - y A - v B) x, and this is least at a corner. A sum of t terms in doubles
        is off by less than t ulp of the sum of their sizes.
        """
        games, reach = self.games, self._reach()
        low = np.concatenate([games.lower, [1.0, -reach, -reach, 0.0]])
        high = np.concatenate([games.upper, [1.0, reach, reach, short]])
        left, size, terms = cost.copy(), np.abs(cost), 1
        for matrix, y in zip(parts, multipliers, strict=True):
            left -= y @ matrix
            size += np.abs(y) @ np.abs(matrix)
            terms += len(matrix)
        largest = np.maximum(np.abs(low), np.abs(high))
        error = (terms + len(left)) * np.finfo(np.float64).eps * float(size @ largest)
        return float(np.minimum(left * low, left * high).sum()) - error

    def _reach(self) -> float:
        """Return what no bias of a game of the polytope exceeds."""
        games = self.games
        largest = np.maximum(np.abs(games.lower), np.abs(games.upper))[games.variables]
        return float(np.abs(games.weights) @ largest)

    def _rows(self, ratio: bool) -> FloatArray:
        """Return what must not be positive: strategies first."""
        games, cuts, k = self.games, self.cuts, len(self.games.lower)
        parts = [_row(games.all_gains(cuts.signs), classical=-1.0)]
        if self.small_quantum and cuts.quantum:
            parts.append(_row(games.all_gains(cuts.quantum), quantum=-1.0))
        parts += [self._subject(subject) for subject in self.subjects]
        parts.append(_row(games.rows, factor=-games.most))
        if ratio:
            parts += [_row(np.eye(k), factor=-games.upper), _row(-np.eye(k), factor=games.lower)]
        return np.concatenate(parts)

    def _subject(self, subject: LinearSubject) -> FloatArray:
        games = self.games
        row = subject.offset * games.middles
        if subject.quantum > 0:
            row = row + subject.quantum * games.gains(self.correlators)
        if subject.classical > 0:
            assert self.signs is not None
            row = row + subject.classical * games.gains(self.signs)
        return _row(
            -row[None],
            factor=subject.least - subject.offset * games.middle,
            classical=-min(subject.classical, 0.0),
            quantum=-min(subject.quantum, 0.0),
            short=-1.0,
        )


def _row(
    z: FloatArray,
    *,
    factor: FloatArray | float = 0.0,
    classical: float = 0.0,
    quantum: float = 0.0,
    short: float = 0.0,
) -> FloatArray:
    """Return rows over all variables."""
    ends = (np.asarray(end, dtype=np.float64) for end in (factor, classical, quantum, short))
    return np.column_stack([z, *(np.broadcast_to(end, (len(z),)) for end in ends)])
