"""Is the best deterministic strategy optimal even with entanglement? Decided exactly.

Signs s_x, t_y solve the Tsirelson programme if and only if the only multipliers that complementary
slackness allows,  l_x = s_x (M t)_x  and  k_y = t_y (M^T s)_y,  are feasible:  diag(l, k) - K
positive semidefinite, K = [[0, M], [M^T, 0]]. The entries are rational, so the question has an
exact answer: yes proves that there is no quantum advantage, no proves that the quantum value is
strictly larger than that of this strategy.
"""

import math

import numpy as np

from xorgames.exact import FractionArray
from xorgames.strategy import DeterministicStrategy


def is_tsirelson_optimal(exact_matrix: FractionArray, strategy: DeterministicStrategy) -> bool:
    """Say whether no entangled strategy has a larger bias than this deterministic one.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)
    strategy : DeterministicStrategy

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
    # Flipping outputs turns the strategy into the constant one; the multipliers are then row sums.
    flipped = exact_matrix * scale * signs
    integers = np.array([int(entry) for entry in flipped.ravel()], dtype=object)
    m, n = exact_matrix.shape[0], exact_matrix.shape[1]
    matrix = integers.reshape(m, n)
    slack = np.zeros((m + n, m + n), dtype=object)
    slack[:m, m:] = -matrix
    slack[m:, :m] = -matrix.T
    np.fill_diagonal(slack, -slack.sum(axis=1))
    return _is_positive_semidefinite(slack)


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
