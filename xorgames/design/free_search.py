"""A see-saw between correlators and games of a polytope, from many starts.

For a game the Tsirelson strategy gives the best correlators E, for given E a linear programme gives
the best game of the polytope (`linear_games`). Each step is at least as good as the one before, so
that the objective never falls:

    Q(M') - L(M') >= <M', E> - L(M') >= <M, E> - L(M) = Q(M) - L(M),

and likewise for quotients, and for limits on Q and L, which the programme keeps in a form that a
game passes on to the next. Where the limits are not met yet, what is missed shrinks first. The
objective is convex in part, so that a see-saw may end at a local optimum: many are run, from
correlators of vectors in a plane, on a sphere and in more dimensions, and of games that are given.
A see-saw from a game with symmetries keeps them (`symmetry`), which makes large games tractable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xorgames.design.cuts import Cuts
from xorgames.design.linear_games import best_game_for
from xorgames.design.linear_subjects import LinearSubject
from xorgames.design.polytope import LinearGames
from xorgames.design.symmetry import Orbits, orbits_of
from xorgames.solvers.tsirelson import tsirelson_bias

FloatArray = NDArray[np.float64]

#: Random starts for each dimension of the vectors, fewer for games of more than so many entries.
STARTS, _ENTRIES = 6, 64
_DIMENSIONS = (2, 3, 4)
#: Numbers of a programme beyond which a step takes minutes: games with more entries start from
#: games that are given and, where these have symmetries, keep them.
MOST_NUMBERS = 256
_MOST_STEPS = 60
#: A step that adds less than this share ends a see-saw.
_REST = 1e-10
#: What counts as met.
_MET = 1e-9
#: Less than this share of a game's own quantum bias is nothing: biases are known to 1e-12 of
#: themselves, and so correlators to the root of that.
_NOTHING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What a see-saw makes large: (Q - weight L)/2, or 1 - L/Q."""

    ratio: bool = False
    weight: float = 1.0

    def worth(self, quantum: float, classical: float) -> float:
        """Return the objective."""
        if self.ratio:
            return 1 - classical / quantum
        return (quantum - self.weight * classical) / 2


@dataclass(frozen=True, eq=False)
class Seed:
    """Correlators to start from, the symmetries to keep, and classical correlators for subjects."""

    correlators: FloatArray
    orbits: Orbits | None = None
    signs: FloatArray | None = None


@dataclass(eq=False)
class Run:
    """One see-saw, as far as it came.

    Attributes
    ----------
    aim : Aim
    z : ndarray or None
        The numbers of its last game.
    history : list of float
        The objective along it, from where all subjects were met.
    missed : float
        By how much the worst subject is missed.
    offset, quantum, classical : float
        The offset of the last game and its biases.
    correlators, signs : ndarray or None
        Of the best strategies for the last game, with entanglement and without.
    settled : bool
        Whether the last step, over all games of the polytope, gained nothing, and multipliers
        say that there was nothing to gain: for the last E no game has  <M, E> - w L(M)  above that
        of the last game by more than a millionth of its Q; for quotients with w = Q/L.
    steps : int
    """

    aim: Aim = Aim()
    z: FloatArray | None = None
    history: list[float] = field(default_factory=list)
    missed: float = np.inf
    offset: float = 0.0
    quantum: float = 0.0
    classical: float = 0.0
    correlators: FloatArray | None = None
    signs: FloatArray | None = None
    settled: bool = False
    steps: int = 0

    @property
    def rank(self) -> tuple[float, float]:
        """More is better: subjects first."""
        return -max(self.missed, _MET), self.history[-1] if self.history else -np.inf

    def take(self, here: "Run", worth: float) -> bool:
        """Go to a game unless that gains nothing; say whether it was done."""
        if self.missed > _MET:
            gains = here.missed < self.missed * (1 - _REST) or here.missed <= _MET
        else:
            gains = here.missed <= _MET and worth - self.history[-1] > _REST * abs(worth)
        if gains:
            self.z, self.missed, self.offset = here.z, here.missed, here.offset
            self.quantum, self.classical = here.quantum, here.classical
            self.correlators, self.signs = here.correlators, here.signs
            if here.missed <= _MET:
                self.history.append(worth)
        return gains

    def look(self, games: LinearGames, cuts: Cuts, z: FloatArray) -> None:
        """Note a game and its values."""
        matrix = games.matrix(z)
        self.z, self.offset = z, games.offset(z)
        if matrix.any():
            bound, strategy = tsirelson_bias(matrix)
            self.quantum, self.correlators = bound.lower, strategy.correlators
            self.classical, self.signs, _ = cuts.strategy(matrix)


def see_saw(
    run: Run,
    games: LinearGames,
    cuts: Cuts,
    seed: Seed,
    subjects: Sequence[LinearSubject] = (),
) -> Run:
    """Go on with a run until a step gains nothing; what it holds is good at any moment.

    Examples
    --------
    >>> from xorgames.design.polytope import all_matrices
    >>> seed = Seed(np.array([[1.0, 0.5], [0.5, -1.0]]))
    >>> run = see_saw(Run(), all_matrices((2, 2)), Cuts(), seed)
    >>> round(run.history[-1], 9), run.settled
    (0.103553391, True)
    """
    kept = games if seed.orbits is None else seed.orbits.games
    correlators = seed.correlators
    signs, aim = seed.signs, run.aim
    if subjects and signs is None:
        signs = cuts.strategy(correlators)[1]
    for _ in range(_MOST_STEPS):
        best = best_game_for(
            correlators, kept, cuts, ratio=aim.ratio, weight=aim.weight, subjects=subjects,
            signs=signs,
        )  # fmt: skip
        z = best.z if seed.orbits is None else seed.orbits.basis @ best.z
        run.steps += 1
        here = Run()
        here.look(games, cuts, z)
        if here.correlators is None:
            _nothing(run, here, best.missed)
            break
        missed = [s.missed(here.offset, here.quantum, here.classical) for s in subjects]
        here.missed = max(missed, default=0.0)
        if not run.take(here, aim.worth(here.quantum, here.classical)):
            weight = run.quantum / run.classical if aim.ratio else aim.weight
            if aim.ratio and run.missed <= _MET:
                best = best_game_for(
                    correlators, kept, cuts, weight=weight, subjects=subjects, signs=signs
                )
            more = best.most - (run.quantum - weight * run.classical)
            whole = seed.orbits is None or seed.orbits.whole
            run.settled = bool(whole and more <= _NOTHING * run.quantum)
            break
        correlators, signs = here.correlators, here.signs
    return run


def _nothing(run: Run, here: Run, missed: float) -> None:
    """Note a game whose payoffs do not depend on the outputs."""
    if run.z is None:
        run.z, run.offset, run.missed = here.z, here.offset, missed
        if missed <= _MET:
            run.history.append(0.0)


def seeds_for(
    games: LinearGames, matrices: Sequence[FloatArray], random: np.random.Generator
) -> Iterator[Seed]:
    """Yield starts: given games with their symmetries and without, signs, a fan, random vectors.

    Parameters
    ----------
    games : LinearGames
    matrices : sequence of ndarray, shape (m, n)
        Of games to start from.
    random : numpy.random.Generator
    """
    m, n = games.shape
    small = m * n <= MOST_NUMBERS
    for matrix in matrices:
        correlators = tsirelson_bias(matrix)[1].correlators
        orbits = orbits_of(games, matrix)
        if orbits is not None and (small or len(orbits.games.lower) <= MOST_NUMBERS):
            yield Seed(correlators, orbits)
        if small or orbits is None or len(orbits.games.lower) > MOST_NUMBERS:
            yield Seed(correlators)
    if not small and matrices:
        return
    signs = np.sign(games.weights).reshape(games.shape)
    if (games.lower >= 0).all() and not any(_alike(signs, matrix) for matrix in matrices):
        # Odds make of given payoffs any matrix with these signs: the one whose entries are alike.
        yield Seed(tsirelson_bias(signs)[1].correlators)
    # A fan of directions in the plane: chained games and their kin.
    yield Seed(np.cos(np.pi * (np.arange(m)[:, None] / m - (np.arange(n) + 0.5) / n)))
    for dimension in _DIMENSIONS:
        for _ in range(max(1, min(STARTS, STARTS * _ENTRIES // (m * n)))):
            alice, bob = (random.standard_normal((inputs, dimension)) for inputs in (m, n))
            lengths = [np.linalg.norm(v, axis=1, keepdims=True) for v in (alice, bob)]
            yield Seed((alice / lengths[0]) @ (bob / lengths[1]).T)


def _alike(signs: FloatArray, matrix: FloatArray) -> bool:
    """Whether a matrix is these signs times a number."""
    return np.array_equal(matrix, signs * np.abs(matrix).max())
