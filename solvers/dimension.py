"""What a game is worth with few Bell pairs, or with vectors of small dimension.

The bias of rank r is the largest  sum M_xy u_x . v_y  over unit vectors of dimension r: rank 1 is
classical, rank 2 one plane, rank 3 all that one pair |Phi+> can do (observables +-1 correlate with
each other only, so that one fixed axis with a shared random sign replaces them). On k pairs the
Clifford construction reaches rank 2k + 1; for k > 1 other measurements might do better.

Lower end: the best of many starts, a proven bound whatever they find. Upper end: the least of

    the Tsirelson bias                     for every rank;
    K_G(r) times the classical bias        K_G(1) = 1, K_G(2) = sqrt 2 (Krivine 1979),
                                           K_G(3) <= 1.4546 (arXiv:2302.04721), K_G <= 1.7823.

The Tsirelson bias itself is reached where r >= min(m, n), the dimension of the span of one party's
vectors, or (r + 1)(r + 2) / 2 > m + n (Barvinok 1995, Pataki 1998): then its bracket is the answer.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.draws import generator
from xorgames.errors import expect
from xorgames.regions import whole_number
from xorgames.solvers.certificate import strategy_bias
from xorgames.solvers.one_pair import REACHED, best_of_rank
from xorgames.solvers.solution import Solution
from xorgames.strategy import VectorStrategy

_TSIRELSON = "Tsirelson bound"
_MOST_STARTS = 10_000

#: Upper bounds on the Grothendieck constant of each rank, and in words; the last is for any rank.
_GROTHENDIECK = {
    1: (Fraction(1), "classical bound"),
    2: (
        Fraction(math.nextafter(math.sqrt(2), 2)),
        "sqrt(2) times the classical bound (Krivine 1979)",
    ),
    3: (Fraction("1.4546"), "1.4546 times the classical bound (arXiv:2302.04721)"),
}
_KRIVINE = (Fraction("1.7823"), "1.7823 times the classical bound (Krivine 1979)")


@dataclass(frozen=True, kw_only=True, eq=False)
class DimensionLimited:
    """What vectors of limited dimension, or a few Bell pairs, can do.

    Attributes
    ----------
    pairs : int or None
        The number of Bell pairs asked for; None if it was the rank.
    rank : int
        The dimension of the vectors searched.
    value, bias : Bound
    proof : str
        What proves the upper end.
    strategy : VectorStrategy
        The best found, of dimension `rank` or less.
    reached : float
        The bias that `strategy` certainly reaches; the lower end is higher only where a better
        strategy of this rank is known to exist.
    """

    pairs: int | None
    rank: int
    value: Bound
    bias: Bound
    proof: str
    strategy: VectorStrategy
    reached: float

    @property
    def optimal(self) -> Finding:
        """Whether the strategy is proven to be the best of its kind, to 1e-9 of the bias."""
        meets = self.reached >= self.bias.upper * (1 - REACHED)
        return Finding.of(True if meets else None)

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return {
            "pairs": self.pairs,
            "rank": self.rank,
            "value": self.value.to_dict(),
            "bias": self.bias.to_dict(),
            "proof": self.proof,
            "optimal": str(self.optimal),
        }


def value_with_pairs(
    solution: Solution, *, pairs: int, starts: int = 48, rng: int | np.random.Generator = 0
) -> DimensionLimited:
    """Return a bracket on what a game is worth on k Bell pairs |Phi+>.

    Parameters
    ----------
    solution : Solution
        Of the game, with and without entanglement.
    pairs : int, at least 0
        How many pairs. None at all is the classical game.
    starts : int, from 1 to 10 000
        How many random starts, and projections of the Tsirelson vectors.
    rng : int or numpy.random.Generator
        For the starts; the bracket holds for every choice.

    Raises
    ------
    InputError
        If the number of pairs or of starts is none, or there is no solution.

    Examples
    --------
    >>> from xorgames.catalog import random_access_code
    >>> from xorgames.solvers.solve import solve
    >>> code = value_with_pairs(solve(random_access_code(4)), pairs=1)
    >>> print(f"{code.reached:.6f}", code.proof, code.optimal)
    0.482963 Tsirelson bound UNDECIDED
    """
    pairs = whole_number("pairs", pairs, 0)
    return _limited(solution, 2 * pairs + 1, pairs, starts, generator(rng))


def value_of_rank(
    solution: Solution, *, rank: int, starts: int = 48, rng: int | np.random.Generator = 0
) -> DimensionLimited:
    """Return a bracket on what a game is worth with vectors of dimension `rank`.

    Parameters
    ----------
    solution : Solution
    rank : int, at least 1
        2 is one plane of the Bloch sphere, 3 all of it.
    starts, rng
        As for `value_with_pairs`.

    Raises
    ------
    InputError
        If the rank or the number of starts is none, or there is no solution.

    Examples
    --------
    >>> from xorgames.catalog import elegant
    >>> from xorgames.solvers.solve import solve
    >>> plane = value_of_rank(solve(elegant()), rank=2)
    >>> print(f"{plane.reached:.6f}", plane.optimal)
    0.539345 UNDECIDED
    """
    return _limited(solution, whole_number("rank", rank, 1), None, starts, generator(rng))


def _limited(
    solution: Solution, rank: int, pairs: int | None, starts: int, rng: np.random.Generator
) -> DimensionLimited:
    expect(solution, Solution, key="solution", cure="solve makes one")
    starts = whole_number("starts", starts, 1, _MOST_STARTS)
    matrix, (m, n) = solution.game.matrix, solution.game.shape
    classical, tsirelson = solution.classical.bias, solution.quantum.bias
    strategy = _best(solution, rank, starts, rng)
    reached = strategy_bias(matrix, strategy)
    lower = max(reached, classical.lower)
    enough = rank >= min(m, n) or (rank + 1) * (rank + 2) > 2 * (m + n)
    if enough:
        lower = max(lower, tsirelson.lower)
    constant, cap = _ratio(rank, pairs)
    upper, proof = min(((classical * constant).upper, cap), (tsirelson.upper, _TSIRELSON))
    bias = Bound(min(lower, upper), upper)
    return DimensionLimited(
        pairs=pairs,
        rank=rank,
        value=solution.game.value_of_bias(bias),
        bias=bias,
        proof=proof,
        strategy=strategy,
        reached=reached,
    )


def _best(solution: Solution, rank: int, starts: int, rng: np.random.Generator) -> VectorStrategy:
    """Return the Tsirelson or the classical vectors if they fit and serve, else search."""
    ready = [solution.quantum.strategy, solution.classical.strategy.vectors]
    matrix = solution.game.matrix
    fitting = [strategy for strategy in ready if strategy.rank <= rank]
    best = max(fitting, key=lambda strategy: strategy_bias(matrix, strategy))
    if rank == 1 or strategy_bias(matrix, best) >= solution.quantum.bias.upper * (1 - REACHED):
        return best
    known = [strategy.bob for strategy in ready]
    # More dimensions than inputs are of no use.
    most = min(rank, *matrix.shape)
    found = best_of_rank(matrix, most, known=known, rng=rng, starts=starts)
    return max(found, best, key=lambda strategy: strategy_bias(matrix, strategy))


def grothendieck(rank: int) -> tuple[Fraction, str]:
    """Return an upper bound on Grothendieck's constant of a rank, and where it comes from.

    Examples
    --------
    >>> grothendieck(1)
    (Fraction(1, 1), 'classical bound')
    """
    return _GROTHENDIECK.get(rank, _KRIVINE)


def _ratio(rank: int, pairs: int | None) -> tuple[Fraction, str]:
    """Return the same; on two pairs or more nothing says that rank 2k + 1 is all there is."""
    return _KRIVINE if pairs is not None and pairs > 1 else grothendieck(rank)
