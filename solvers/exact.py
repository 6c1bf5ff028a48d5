"""Is the best deterministic strategy optimal even with entanglement? Decided exactly.

Signs s_x, t_y solve the Tsirelson programme if and only if the only multipliers that complementary
slackness allows,  l_x = s_x (M t)_x  and  k_y = t_y (M^T s)_y,  are feasible:  diag(l, k) - K
positive semidefinite, K = [[0, M], [M^T, 0]]. The entries are rational, so the question has an
exact answer: yes proves that there is no quantum advantage, no proves that the quantum value is
strictly larger than that of this strategy.

Flipping outputs makes all signs +1 and the matrix S = diag(row sums) - K, whose rows sum to zero.
Four ways to decide it, from cheap to costly:

- no entry of the flipped M is negative: S is the Laplacian of a graph, yes;
- an integer vector v with v^T S v < 0, found by rounding a floating-point eigenvector: no;
- S without one row and column for each connected component passes a floating-point Cholesky
  decomposition that is shifted by more than its rounding errors (as in Rump,
  doi:10.1007/s10543-006-0056-1): yes, because every vector is one that is zero there plus a null
  vector of S;
- fraction-free elimination, which needs integers of many digits: yes or no.
"""

import math

import numpy as np
from numpy.typing import NDArray

from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy

#: Elimination is refused above this many bits times size^4: some ten seconds.
_MOST_WORK = 2.0e10
_UNIT = 2.0**-53
_SMALLEST = 1e-290


def is_tsirelson_optimal(
    exact_matrix: FractionArray, strategy: DeterministicStrategy
) -> bool | None:
    """Say whether no entangled strategy has a larger bias than this deterministic one.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)
    strategy : DeterministicStrategy

    Returns
    -------
    bool, or None where the exact answer would take too long.

    Examples
    --------
    >>> from xorgames.exact import exact_array
    >>> constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    >>> is_tsirelson_optimal(exact_array([[1, 1], [1, -1]], key="M", problems=[]), constant)
    False
    >>> is_tsirelson_optimal(exact_array([[3, 1], [1, 0]], key="M", problems=[]), constant)
    True
    """
    scale = math.lcm(*(entry.denominator for entry in exact_matrix.ravel()))
    signs = np.multiply.outer(1 - 2 * strategy.a, 1 - 2 * strategy.b).astype(object)
    flipped = np.vectorize(int, otypes=[object])(exact_matrix * scale * signs)
    if not (flipped < 0).any():
        return True
    slack = _slack(flipped)
    positive = slack.diagonal() > 0
    if (slack.diagonal() < 0).any() or slack[~positive].any():
        return False
    slack = slack[np.ix_(positive, positive)]
    rounded, size = _as_doubles(slack), len(slack)
    if _has_negative_direction(slack, rounded):
        return False
    if _is_positive_on_complement(slack, rounded):
        return True
    bits = int(slack.diagonal().max()).bit_length()
    return _is_positive_semidefinite(slack) if bits * float(size) ** 4 < _MOST_WORK else None


def _slack(flipped: FractionArray) -> FractionArray:
    m, n = flipped.shape[0], flipped.shape[1]
    slack = np.zeros((m + n, m + n), dtype=object)
    slack[:m, m:] = -flipped
    slack[m:, :m] = -flipped.T
    np.fill_diagonal(slack, -slack.sum(axis=1))
    return slack


def _as_doubles(integers: FractionArray) -> NDArray[np.float64]:
    """Return the integers, divided by a power of two so that the largest is about 1."""
    exponent = max(int(abs(integers).max()).bit_length(), 1)
    doubles = [entry / 2**exponent for entry in integers.ravel().tolist()]
    return np.array(doubles, dtype=np.float64).reshape(integers.shape)


def _has_negative_direction(slack: FractionArray, rounded: NDArray[np.float64]) -> bool:
    """Look for v^T S v < 0 in exact arithmetic, at the lowest eigenvector of the balanced S."""
    if rounded.diagonal().min() < _SMALLEST:
        return False
    weights = 1 / np.sqrt(rounded.diagonal())
    lowest = np.linalg.eigh(rounded * np.outer(weights, weights))[1][:, 0] * weights
    vector = np.array([int(entry) for entry in np.ldexp(lowest / abs(lowest).max(), 60)])
    vector = vector.astype(object)
    return bool(vector @ (slack @ vector) < 0)


def _is_positive_on_complement(slack: FractionArray, rounded: NDArray[np.float64]) -> bool:
    """Prove that S is positive definite where one coordinate of each component is zero.

    The components are those of the exact S: an entry that is zero as a double still connects.
    """
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(slack != 0, directed=False)
    kept = np.ones(len(rounded), dtype=bool)
    kept[np.unique(component, return_index=True)[1]] = False
    rest = rounded[np.ix_(kept, kept)]
    # More than the rounding of the entries and of the decomposition together.
    shift = 8 * (len(rest) + 4) * _UNIT * float(np.abs(rest).sum())
    try:
        np.linalg.cholesky(rest - shift * np.eye(len(rest)))
    except np.linalg.LinAlgError:
        return False
    return True


def _is_positive_semidefinite(symmetric: FractionArray) -> bool:
    """Decide by fraction-free symmetric elimination (Bareiss); every entry stays an integer."""
    rest, previous = symmetric, 1
    while len(rest):
        diagonal = rest.diagonal()
        if (diagonal < 0).any():
            return False
        positive = diagonal > 0
        if rest[~positive].any():
            return False
        rest = rest[np.ix_(positive, positive)]
        if not len(rest):
            return True
        pivot, column = rest[0, 0], rest[1:, 0]
        rest = (pivot * rest[1:, 1:] - np.multiply.outer(column, column)) // previous
        previous = pivot
    return True
