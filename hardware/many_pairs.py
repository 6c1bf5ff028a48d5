"""What noise leaves of a strategy on k Bell pairs, and which observables lose the least.

Vectors of dimension d <= 2 k + 1 are played on k pairs by Pauli strings that anticommute in pairs
(see `clifford`). On pairs of visibility p the coordinate of a string shrinks by p^w, w the number
of pairs that it touches, so that with  c_i = sum M_xy u_xi v_yi  the bias is  sum_i c_i p^(w_i):
quoting p* = C/Q for each pair is optimistic.

A tree. Give each pair three branches X, Y, Z, of which some lead to another pair: the 2 k + 1 ends
of the branches, read from the root, are strings that anticommute, as any two differ where they
part and touch different pairs from there on; an end touches as many pairs as it is deep. The
standard construction is the tree that is a path, w = 1, 1, 2, 2, ..., k, k, k. For given c_i >= 0
and p the best tree is Huffman's with three branches: join the three smallest terms to one of
p times their sum, and go on (in the best tree, by exchange, they can stand together at its deepest
place). From k = 3 on it may be better than the path.

The coordinates themselves are turned to the eigenvectors of the symmetric part of sum M u v^T: by
Schur's theorem that is best for every tree. Noise may further be absorbed into the vectors, by
ascent on  sum M_xy u_x diag(p^w) v_y.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.clifford import on_pairs
from xorgames.errors import expect
from xorgames.hardware.arguments import number_in
from xorgames.hardware.infidelity import bias_ratio
from xorgames.solvers.lowrank import unit_rows
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

_SWEEPS = 200
_PRECISION = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyPairs:
    """A strategy on k pairs.

    Attributes
    ----------
    matrix : ndarray of float, shape (m, n)
        Of the game.
    alice, bob : ndarray of float, shapes (m, d) and (n, d)
        Unit vectors.
    strings : tuple of str
        The Pauli string of each coordinate, one letter for each pair; for Bob its transpose.
    """

    matrix: FloatArray
    alice: FloatArray
    bob: FloatArray
    strings: tuple[str, ...]

    @property
    def pairs(self) -> int:
        """The number k of pairs."""
        return len(self.strings[0])

    @property
    def weights(self) -> tuple[int, ...]:
        """How many pairs each coordinate touches."""
        return tuple(_weight(string) for string in self.strings)

    def correlators(self, visibility: float) -> FloatArray:
        """Return E(x, y) on pairs of a given visibility, shape (m, n)."""
        shrinks = np.power(visibility, np.array(self.weights, dtype=np.float64))
        result: FloatArray = (self.alice * shrinks) @ self.bob.T
        return result

    def bias(self, visibility: float) -> Bound:
        """Return a bracket on the bias on pairs of a given visibility in [0, 1]."""
        p = number_in(visibility, 0, 1, key="visibility")
        reached = float((self.matrix * self.correlators(p)).sum(axis=1).sum())
        # Unit vectors and powers are a few units in the last place off; the sums have m + n + d
        # terms after one another.
        terms = sum(self.alice.shape) + len(self.bob) + 100
        slack = terms * 2.0**-50 * float(np.abs(self.matrix).sum())
        return Bound(reached - slack, reached + slack)

    def to_dict(self) -> dict[str, Any]:
        """Return the Pauli strings and the coordinates as lists."""
        return {
            "pairs": self.pairs,
            "paulis": list(self.strings),
            "a": self.alice.tolist(),
            "b": self.bob.tolist(),
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class ManyPairThreshold:
    """The visibility that each of k pairs must exceed.

    Attributes
    ----------
    rank, pairs : int
    visibility_min : Bound
        The threshold over all strategies of this kind (any vectors of that dimension, any tree):
        the lower end is C/Q, the upper end is reached by `strategy`.
    standard : Bound
        Of the solution's vectors on the standard construction, to compare.
    one_pair : Bound
        What the best strategy on one pair needs; though it reaches less on perfect pairs, it may
        forgive more noise.
    strategy : ManyPairs
    """

    rank: int
    pairs: int
    visibility_min: Bound
    standard: Bound
    one_pair: Bound
    strategy: ManyPairs

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers and the strategy."""
        return {
            "rank": self.rank,
            "pairs": self.pairs,
            "visibility_min": self.visibility_min.to_dict(),
            "standard": self.standard.to_dict(),
            "one_pair": self.one_pair.to_dict(),
            "strategy": self.strategy.to_dict(),
        }


def many_pairs(solution: Solution, *, visibility: float = 1.0, absorb: bool = True) -> ManyPairs:
    """Return a strategy on as many pairs as the Tsirelson vectors need, made for a visibility.

    Parameters
    ----------
    solution : Solution
    visibility : float, in [0, 1]
        Of each pair, for which the strategy is made; it can be played at any other.
    absorb : bool
        Whether to change the vectors too, or only the observables that play them.

    Examples
    --------
    >>> import xorgames as xg
    >>> code = many_pairs(xg.solve(xg.catalog.random_access_code(6)), visibility=0.95)
    >>> code.pairs, sorted(code.weights)
    (3, [1, 2, 2, 2, 2, 2])
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    p = number_in(visibility, 0, 1, key="visibility")
    matrix = solution.game.matrix
    played = on_pairs(solution.quantum.strategy, matrix)
    alice, bob = played.alice, played.bob
    strings = tree_strings(_moments(matrix, alice, bob), p)
    for _ in range(_SWEEPS if absorb else 0):
        shrinks = np.power(p, np.array([_weight(string) for string in strings]))
        bob = unit_rows(matrix.T @ alice * shrinks)
        alice = unit_rows(matrix @ bob * shrinks)
    return ManyPairs(matrix=matrix, alice=alice, bob=bob, strings=strings)


def many_pair_threshold(solution: Solution) -> ManyPairThreshold | None:
    """Return the visibility that each pair must exceed, or None if no advantage is proven.

    Examples
    --------
    >>> import xorgames as xg
    >>> code = many_pair_threshold(xg.solve(xg.catalog.random_access_code(4)))
    >>> print(code.pairs, code.visibility_min.display(4), code.standard.display(6))
    2 0.7499 … 0.8061 0.822875 … 0.822876
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    classical, tsirelson = solution.classical.bias, solution.quantum.bias
    if not classical.is_below(tsirelson) or classical.upper <= 0:
        return None
    path = on_pairs(solution.quantum.strategy, solution.game.matrix)
    plain = ManyPairs(
        matrix=solution.game.matrix, alice=path.alice, bob=path.bob, strings=path.paulis
    )
    lower = (classical / tsirelson).lower
    standard, _ = _threshold(lambda _: plain, classical, lower)
    best, strategy = _threshold(lambda p: many_pairs(solution, visibility=p), classical, lower)
    if not classical.is_below(strategy.bias(1.0)):
        return None
    upper = min(best.upper, standard.upper)
    strategy = strategy if best.upper == upper else plain
    return ManyPairThreshold(
        rank=solution.quantum.rank,
        pairs=strategy.pairs,
        visibility_min=Bound(lower, upper),
        standard=standard,
        one_pair=bias_ratio(solution) or Bound(lower, 1.0),
        strategy=strategy,
    )


def tree_strings(terms: FloatArray, visibility: float) -> tuple[str, ...]:
    """Return anticommuting Pauli strings with the largest  sum terms_i visibility^w_i.

    Parameters
    ----------
    terms : ndarray of float, shape (d,)
        Negative ones count as zero.
    visibility : float, in [0, 1]

    Examples
    --------
    >>> tree_strings(np.array([5.0, 4.0, 1.0, 1.0, 1.0]), 0.9)
    ('ZI', 'XI', 'YZ', 'YX', 'YY')
    """
    count, pairs = len(terms), len(terms) // 2
    letters = [["I"] * pairs for _ in range(2 * pairs + 1)]
    # A tree on k pairs has 2 k + 1 ends: for even d one of them stays unused.
    padded = np.append(np.maximum(terms, 0.0), 0.0)[: len(letters)].tolist()
    heap: list[tuple[float, int, tuple[int, ...]]]
    heap = [(term, -end, (end,)) for end, term in enumerate(padded)]
    heapq.heapify(heap)
    for pair in reversed(range(pairs)):
        branches = [heapq.heappop(heap) for _ in range(3)]
        for letter, (_, _, ends) in zip("YXZ", branches, strict=True):
            for end in ends:
                letters[end][pair] = letter
        ends = tuple(end for _, _, branch in branches for end in branch)
        total = visibility * sum(term for term, _, _ in branches)
        heapq.heappush(heap, (total, -min(ends), ends))
    return tuple("".join(string) for string in letters[:count])


def _threshold(
    strategy_at: Callable[[float], ManyPairs], classical: Bound, lower: float
) -> tuple[Bound, ManyPairs]:
    """Bisect for the visibility at which strategies made for it start to beat `classical`.

    At the upper end an advantage is proven; at the lower end the strategy made for it has none, or
    none could be proven there. More visibility never hurts, as no c_i is negative.
    """
    upper, strategy = 1.0, strategy_at(1.0)
    while upper - lower > _PRECISION:
        middle = (lower + upper) / 2
        tried = strategy_at(middle)
        if classical.is_below(tried.bias(middle)):
            upper, strategy = middle, tried
        else:
            lower = middle
    return Bound(lower, upper), strategy


def _moments(matrix: FloatArray, alice: FloatArray, bob: FloatArray) -> FloatArray:
    """Return c_i."""
    result: FloatArray = ((matrix.T @ alice) * bob).sum(axis=0)
    return result


def _weight(string: str) -> int:
    return len(string) - string.count("I")
