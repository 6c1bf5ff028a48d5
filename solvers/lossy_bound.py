"""What no entanglement can exceed when detectors miss, and a missed outcome is a fixed bit.

With efficiencies eta_A, eta_B and fallback signs s_x, t_y the bias is

    sum M_xy < (eta_A A_x + (1 - eta_A) s_x) (eta_B B_y + (1 - eta_B) t_y) >.

For each choice of signs (all of them flipped are the same) it does not exceed

    eta_A eta_B Q + eta_A (1 - eta_B) sum_x |(M t)_x| + (1 - eta_A) eta_B sum_y |(s M)_y|
    + (1 - eta_A)(1 - eta_B) s M t,

Q Tsirelson's bound, nor what the NPA hierarchy says (`npa`): its level "1+AB", and the next one
where that leaves a gap. The maximum over the choices holds for every strategy. Choices whose simple
bound is low enough need no programme; where there are too many, the simple bounds stand.

The statistics are classical for certain where

    (1 - eta_A)/(eta_A (m - 1)) + (1 - eta_B)/(eta_B (n - 1))  >=  1:

in some rounds Bob clicks always and Alice at one input drawn beforehand, in some the other way
round, in the rest nobody clicks (Massar and Pironio, arXiv:quant-ph/0210103, for equal
efficiencies: 2/3 for m = n = 2).
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.npa import LocalRelaxation, words

FloatArray = NDArray[np.float64]

#: Signs are gone through for so many inputs in all; a matrix of this many in 2^15 choices.
_MOST_INPUTS = 16
#: Programmes times words^4: about ten seconds.
_MOST_WORK = 6e7
#: A larger gap, relative to the sum of |M|, calls for the next level.
_GAP = 1e-7


def lossy_bias(
    matrix: FloatArray, efficiency: tuple[float, float], *, tsirelson: float, enough: float
) -> tuple[float, str]:
    """Return a bias that no entanglement exceeds, and in words what proves it.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Not zero.
    efficiency : pair of float, in [0, 1]
        Alice's and Bob's.
    tsirelson : float
        An upper bound on Q.
    enough : float
        A lower bound is of no use: the result is never below this.

    Examples
    --------
    >>> chsh = np.array([[0.25, 0.25], [0.25, -0.25]])
    >>> bias, proof = lossy_bias(chsh, (0.7, 0.7), tsirelson=0.7071067811865477, enough=0.5)
    >>> print(f"{bias:.6f} {proof}")
    0.500454 NPA hierarchy
    """
    bounds = list(_bounds(matrix, efficiency, tsirelson, enough))
    proof = bounds[0][1] if bounds else "NPA hierarchy"
    return max(enough, min(max((bias for bias, _ in bounds), default=enough), tsirelson)), proof


def may_reach(
    matrix: FloatArray, efficiency: tuple[float, float], bias: float, *, tsirelson: float
) -> bool:
    """Say whether a bias stays possible: False is a proof that no entanglement reaches it.

    The parameters are those of `lossy_bias`, which asks the same of all choices of signs; one that
    is not proven to stay below is enough here.

    Examples
    --------
    >>> chsh = np.array([[0.25, 0.25], [0.25, -0.25]])
    >>> [may_reach(chsh, (0.7, 0.7), bias, tsirelson=0.7071067811865477) for bias in (0.5, 0.501)]
    [True, False]
    """
    # Choices with a smaller simple bound are left out: equality must not be lost by it.
    enough = bias - 2 * _GAP * float(np.abs(matrix).sum())
    bounds = _bounds(matrix, efficiency, tsirelson, enough)
    return any(min(most, tsirelson) >= bias for most, _ in bounds)


def _bounds(
    matrix: FloatArray, efficiency: tuple[float, float], tsirelson: float, enough: float
) -> Iterator[tuple[float, str]]:
    """Yield a bound and its proof for each choice of signs that may exceed `enough`.

    Where there are too many choices, one bound is for all of them.
    """
    if sum(matrix.shape) > _MOST_INPUTS:
        yield tsirelson, "Tsirelson bound"
        return
    alice, bob = (_sign_vectors(count) for count in matrix.shape)
    alice = alice[::2]
    simple = _simple(matrix, efficiency, alice, bob) + efficiency[0] * efficiency[1] * tsirelson
    # Sums of at most m + n terms one after another, of products of a few factors.
    total = float(np.abs(matrix).sum())
    slack = (sum(matrix.shape) + 100) * 2.0**-50 * total
    left = np.argwhere(simple + slack > enough)
    lengths = [
        length for length in (1, 2) if len(left) * words(matrix.shape, length) ** 4 <= _MOST_WORK
    ]
    if not lengths:
        yield float(simple.max()) + slack, "Tsirelson bound with losses"
        return
    # The choices that promise most come first: one of them may settle a question.
    for i, j in sorted(left.tolist(), key=lambda choice: -simple[*choice]):
        bound = _relaxed(matrix, efficiency, (alice[i], bob[j]), lengths, enough + _GAP * total)
        yield min(bound, float(simple[i, j])) + slack, "NPA hierarchy"


def has_classical_model(matrix: FloatArray, efficiency: tuple[float, float]) -> bool:
    """Say whether all statistics with these losses are classical, by the head of this module.

    Examples
    --------
    >>> matrix = np.ones((2, 2))
    >>> has_classical_model(matrix, (0.66, 0.66)), has_classical_model(matrix, (0.67, 0.67))
    (True, False)
    """
    total = Fraction(0)
    for eta, axis in zip(efficiency, (1, 0), strict=True):
        asked = int(matrix.any(axis=axis).sum())
        exact = Fraction(eta)
        if exact == 0 or asked < 2:
            return True
        total += (1 - exact) / (exact * (asked - 1))
    return total >= 1


def _simple(
    matrix: FloatArray, efficiency: tuple[float, float], s: FloatArray, t: FloatArray
) -> FloatArray:
    """Return the simple bound without Q for all signs s (rows) and t (rows)."""
    a, b = efficiency
    pulls_x, pulls_y = np.abs(t @ matrix.T).sum(axis=1), np.abs(s @ matrix).sum(axis=1)
    both = (1 - a) * (1 - b) * (s @ matrix @ t.T)
    result: FloatArray = both + a * (1 - b) * pulls_x + (1 - a) * b * pulls_y[:, None]
    return result


def _relaxed(
    matrix: FloatArray,
    efficiency: tuple[float, float],
    signs: tuple[FloatArray, FloatArray],
    lengths: list[int],
    enough: float,
) -> float:
    """Return the bound of the first level that is low enough, or of the best one."""
    a, b = efficiency
    s, t = signs
    alice, bob = a * (1 - b) * (matrix @ t), (1 - a) * b * (s @ matrix)
    constant = (1 - a) * (1 - b) * float(s @ matrix @ t)
    best = np.inf
    for length in lengths:
        if best > enough:
            relaxation = _relaxation(matrix.shape, length)
            best = min(best, relaxation.bound(a * b * matrix, alice, bob) + constant)
    return float(best)


@cache
def _relaxation(shape: tuple[int, int], length: int) -> LocalRelaxation:
    """Return a relaxation, which is made once and solved for many objectives."""
    return LocalRelaxation(shape, length=length)


def _sign_vectors(count: int) -> FloatArray:
    """Return all vectors of +-1; every second one begins with +1."""
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return 1.0 - 2.0 * bits.astype(np.float64)
