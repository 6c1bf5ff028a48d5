"""A solver proposes, this module disposes: the only place where a bias becomes a proven Bound.

Let M be the game matrix, N = m + n, and K = [[0, M], [M^T, 0]].

Lower end. For any real vectors u_x, v_y of length at most 1 there are unit vectors with the same
inner products (give each its own extra dimension), hence  bias >= sum M_xy u_x . v_y.

Upper end. For any real N x r matrix W let  l_i = (W W^T)_ii + sum_{j != i} |K_ij + (W W^T)_ij|.
Then diag(l) - K - W W^T is diagonally dominant, so diag(l) - K is positive semidefinite and by weak
duality  bias <= sum_i l_i / 2.  A good W comes from the eigenvectors of diag(l') - K at the
solver's multipliers l'; nothing needs to be known about how good they are.

Rounding is part of the proof: with u = 2^-53, a product of length r in any order is off by at most
r u / (1 - r u) times the product of the lengths (Higham, Accuracy and Stability of Numerical
Algorithms, section 3.1), and every matrix entry may be off by half a unit in the last place.
What is trusted: IEEE doubles and a matrix product that sums products.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import SolverError
from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy, VectorStrategy

FloatArray = NDArray[np.float64]

_UNIT = 2.0**-53
_TINY = 2.0**-1070


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """What a solver found: vectors for the lower end, multipliers for the upper end.

    Parameters
    ----------
    strategy : VectorStrategy
    alice_multipliers, bob_multipliers : ndarray of float, shapes (m,) and (n,)
        Approximately optimal dual variables: diag(multipliers) - K should be nearly positive
        semidefinite.
    """

    strategy: VectorStrategy
    alice_multipliers: FloatArray
    bob_multipliers: FloatArray


def certify(matrix: FloatArray, proposal: Proposal) -> Bound:
    """Return a proven bracket on the Tsirelson bias.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        The game matrix, each entry the double nearest to the true one.
    proposal : Proposal

    Raises
    ------
    SolverError
        If the proposal holds a number that is not finite.

    Examples
    --------
    >>> matrix = np.array([[0.25, 0.25], [0.25, -0.25]])
    >>> strategy = VectorStrategy(alice=np.eye(2), bob=np.array([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5)
    >>> half = np.full(2, 8**-0.5)
    >>> bound = certify(matrix, Proposal(strategy=strategy, alice_multipliers=half,
    ...                                  bob_multipliers=half))
    >>> 2**-0.5 in bound, bound.width < 1e-14
    (True, True)
    """
    strategy = proposal.strategy
    numbers = (
        strategy.alice,
        strategy.bob,
        proposal.alice_multipliers,
        proposal.bob_multipliers,
    )
    if not all(np.isfinite(array).all() for array in numbers):
        raise SolverError("the solver's proposal holds numbers that are not finite")
    lower = strategy_bias(matrix, strategy)
    multipliers = np.concatenate([proposal.alice_multipliers, proposal.bob_multipliers])
    return Bound(lower, max(lower, dual_bias(matrix, multipliers)))


def strategy_bias(matrix: FloatArray, strategy: VectorStrategy) -> float:
    """Return a number that the bias of `strategy` certainly reaches (never below zero)."""
    scaled, exponent = _scaled(matrix)
    rank = strategy.rank
    length = _longest(strategy.alice) * _longest(strategy.bob)
    total = math.fsum(np.abs(scaled).ravel())
    achieved = math.fsum((scaled * strategy.correlators).ravel())
    rounding = (rank + 8) * _UNIT * length * total
    if achieved <= rounding:
        return 0.0
    lower = (achieved - rounding) / length * (1 - 4 * _UNIT) - _entry_error(scaled, total)
    return max(0.0, math.ldexp(lower, exponent))


def dual_bias(matrix: FloatArray, multipliers: FloatArray) -> float:
    """Return a number that the Tsirelson bias certainly does not exceed.

    Never more than the sum of |M|, the limit for any correlations whatever.
    """
    scaled, exponent = _scaled(matrix)
    m, n = scaled.shape
    kernel = np.zeros((m + n, m + n))
    kernel[:m, m:] = scaled
    kernel[m:, :m] = scaled.T
    slack = np.diag(np.ldexp(multipliers, -exponent)) - kernel
    eigenvalues, vectors = np.linalg.eigh(slack)
    positive = eigenvalues > 0
    root = vectors[:, positive] * np.sqrt(eigenvalues[positive])
    gram = root @ root.T
    diagonal = gram.diagonal().copy()
    residual = np.abs(kernel + gram)
    np.fill_diagonal(residual, 0.0)
    rows = diagonal + residual.sum(axis=1)
    size = m + n
    lengths = math.fsum(np.sqrt(diagonal * (1 + 4 * size * _UNIT)))
    product_error = (size + 2) * _UNIT * lengths**2 * (1 + 1e-6)
    total = math.fsum(np.abs(scaled).ravel())
    bias = math.fsum(rows) / 2 * (1 + (size + 8) * _UNIT) + product_error
    upper = min(bias, total) * (1 + 4 * _UNIT) + _entry_error(scaled, total)
    if not math.isfinite(upper):
        upper = total * (1 + 8 * _UNIT) + _entry_error(scaled, total)
    return math.ldexp(upper, exponent)


def deterministic_bias(exact_matrix: FractionArray, strategy: DeterministicStrategy) -> Fraction:
    """Return the exact bias of a deterministic strategy."""
    a = (1 - 2 * strategy.a).astype(object)
    b = (1 - 2 * strategy.b).astype(object)
    pulls: list[Fraction] = ((a @ exact_matrix) * b).tolist()
    return sum(pulls, Fraction(0))


def _scaled(matrix: FloatArray) -> tuple[FloatArray, int]:
    """Return (S, e) with M = S 2^e exactly and the largest |S| in [1/2, 1)."""
    exponent = int(np.frexp(np.abs(matrix).max())[1])
    return np.ldexp(matrix, -exponent), exponent


def _longest(vectors: FloatArray) -> float:
    """Return an upper bound on the lengths of the rows."""
    longest = math.sqrt(float(np.square(vectors).sum(axis=1).max()))
    rank = int(vectors.shape[1])
    return longest * (1 + (rank + 8) * _UNIT) + _TINY


def _entry_error(scaled: FloatArray, total: float) -> float:
    """Return how far the bias can move when every entry moves by half a unit in the last place."""
    return (total * (1 + 4 * _UNIT)) * _UNIT + scaled.size * _TINY
