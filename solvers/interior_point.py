"""The Tsirelson value by a primal-dual interior-point method: slower, and always there.

Maximise  <K, X> / 2  over positive semidefinite X with ones on the diagonal, with
K = [[0, M], [M^T, 0]]; the dual is  minimise  sum z / 2  with  S = diag(z) - K  positive
semidefinite. Along the central path X S = c I. A Newton step towards it, with E a correction of
second order, solves m + n equations:

    (S^-1 o X) dz = diag(c S^-1 - E) - 1,      dX = c S^-1 - X - S^-1 diag(dz) X - E  (symmetrised),

where o multiplies entry by entry (Helmberg, Rendl, Vanderbei, Wolkowicz, SIAM J. Optim. 6, 342,
1996, doi:10.1137/0806020). Each iteration takes a step with c = 0 and E = 0 first, and from what it
finds sets c and E = S^-1 diag(dz) dX (Mehrotra). About twenty iterations suffice at any size.
"""

import math
import time

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.certificate import Proposal
from xorgames.solvers.conic import square_root
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]

_GAP = 1e-13
_MAX_STEPS = 60
_SHORTEST = 1e-4


def propose(
    matrix: FloatArray,
    *,
    rng: np.random.Generator,  # noqa: ARG001
    deadline: float = math.inf,
) -> Proposal:
    """Propose vectors and multipliers for the Tsirelson value.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Scaled so that the largest entry is about 1.
    rng : numpy.random.Generator
        Not used: there is one starting point.
    deadline : float
        When to stop with what there is, on the clock of `time.perf_counter`.
    """
    m, n = matrix.shape
    kernel = np.block([[np.zeros((m, m)), matrix], [matrix.T, np.zeros((n, n))]])
    gram = np.eye(m + n)
    # More than diagonally dominant, hence strictly feasible.
    multipliers = 1.1 * np.abs(kernel).sum(axis=1) + 1e-3
    for _ in range(_MAX_STEPS):
        slack = np.diag(multipliers) - kernel
        gap = float((gram * slack).sum())
        if gap < _GAP * multipliers.sum() or time.perf_counter() > deadline:
            break
        try:
            d_gram, d_multipliers = _direction(gram, slack, gap)
        except np.linalg.LinAlgError:
            # Singular to rounding, or out of range: there is nothing left to gain.
            break
        primal, dual = _step(gram, d_gram), _step(slack, np.diag(d_multipliers))
        gram, multipliers = gram + primal * d_gram, multipliers + dual * d_multipliers
        if max(primal, dual) < _SHORTEST:
            break
    vectors = square_root(gram)
    return Proposal(
        strategy=VectorStrategy(alice=vectors[:m], bob=vectors[m:]),
        alice_multipliers=multipliers[:m],
        bob_multipliers=multipliers[m:],
    )


@np.errstate(all="ignore")
def _direction(gram: FloatArray, slack: FloatArray, gap: float) -> tuple[FloatArray, FloatArray]:
    """Return the changes of X and z; an error where they are out of range."""
    inverse = np.linalg.inv(slack)
    inverse = (inverse + inverse.T) / 2
    system = inverse * gram

    def newton(c: float, correction: FloatArray) -> tuple[FloatArray, FloatArray]:
        wanted = c * inverse - correction
        d_multipliers = np.asarray(np.linalg.solve(system, wanted.diagonal() - 1), np.float64)
        d_gram = wanted - gram - inverse @ (d_multipliers[:, None] * gram)
        return (d_gram + d_gram.T) / 2, d_multipliers

    d_gram, d_multipliers = newton(0.0, np.zeros_like(gram))
    ahead = gram + _step(gram, d_gram) * d_gram
    d_slack = np.diag(d_multipliers)
    left = float((ahead * (slack + _step(slack, d_slack) * d_slack)).sum()) / gap
    centre = min(0.5, max(left, 1e-9) ** 2)
    d_gram, d_multipliers = newton(
        centre * gap / len(gram), inverse @ (d_multipliers[:, None] * d_gram)
    )
    if not (np.isfinite(d_gram).all() and np.isfinite(d_multipliers).all()):
        raise np.linalg.LinAlgError("Out of range")
    return d_gram, d_multipliers


def _step(matrix: FloatArray, change: FloatArray) -> float:
    """Return how far to go (at most 1) so that the matrix stays positive definite."""
    length = 1.0
    while length > 1e-9 and not _is_positive(matrix + length * change):
        length *= 0.8
    return length if length == 1.0 else 0.95 * length


def _is_positive(matrix: FloatArray) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True
