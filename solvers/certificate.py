"""A solver proposes, this module disposes: the only place where a bias becomes a proven Bound.

Lower end. For any real vectors u_x, v_y of length at most 1 there are unit vectors with the same
inner products (give each its own extra dimension), hence  bias >= sum M_xy u_x . v_y.

Upper end. For any real a (m), B (m x n), W (n x k) and unit vectors u_x, v_y

    2 sum a_x B_xy u_x . v_y  <=  sum a_x^2 + sum_x |sum_y B_xy v_y|^2      as  2 p.q <= p.p + q.q
                              <=  sum a_x^2 + sum_yz G_yz v_y . v_z,        G = B^T B + W W^T,

hence  bias <= (sum a_x^2 + sum_yz |G_yz|) / 2 + sum_xy |M_xy - a_x B_xy|.  Nothing is asked of a, B
and W, so nothing has to be known about the solver. Good ones come from dual variables l, k of
which diag(l, k) - [[0, M], [M^T, 0]] is nearly positive semidefinite: a_x = sqrt(l_x),
B_xy = M_xy / a_x, and W W^T = diag(k) - B^T B by a Cholesky or an eigendecomposition, so that G is
diag(k).

Each level of proof trusts less than the one before:

- "float": plain floating point, as if it did not round. An estimate of the bracket, for screening.
- "verified": IEEE doubles and a matrix product that sums products, in any order. With u = 2^-53 a
  sum of r products is off by at most r u / (1 - r u) times the product of the lengths (Higham,
  Accuracy and Stability of Numerical Algorithms, section 3.1), a sum of r terms by as much times
  the sum of the sizes, and each matrix entry by half a unit in the last place.
- "exact": integers and fractions, and the matrix as it was given; see `exact_certificate`.
"""

import math
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import InconsistencyError, SolverError, near_name, reject
from xorgames.exact import FractionArray
from xorgames.solvers.integers import as_doubles
from xorgames.strategy import DeterministicStrategy, VectorStrategy

FloatArray = NDArray[np.float64]

#: The levels of proof, from the cheapest to the strictest.
LEVELS = ("float", "verified", "exact")

_UNIT = 2.0**-53
_TINY = 2.0**-1070


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """What a solver found: vectors for the lower end, multipliers for the upper end.

    Parameters
    ----------
    strategy : VectorStrategy
    alice_multipliers, bob_multipliers : ndarray of float, shapes (m,) and (n,)
        Approximately optimal dual variables: diag(multipliers) - [[0, M], [M^T, 0]] should be
        nearly positive semidefinite.
    method : str
        Which method found it.
    """

    strategy: VectorStrategy
    alice_multipliers: FloatArray
    bob_multipliers: FloatArray
    method: str = ""


def certify(
    matrix: FloatArray | FractionArray, proposal: Proposal, *, level: str = "verified"
) -> Bound:
    """Return a proven bracket on the Tsirelson bias.

    Parameters
    ----------
    matrix : ndarray of float or Fraction, shape (m, n)
        The game matrix. Doubles are taken as the nearest to the true entries; at the level "exact"
        they are the true entries. Zero, or between 1e-300 and 1e300 in size.
    proposal : Proposal
    level : {"float", "verified", "exact"}
        What the bracket may trust: see the head of this module. "float" proves nothing.

    Raises
    ------
    InputError
        If the level is unknown, or `matrix` is not of that kind.
    SolverError
        If the proposal holds a number that is not finite, or is not of the matrix's shape.
    InconsistencyError
        If the ends contradict each other: a bug.

    Examples
    --------
    >>> matrix = np.array([[0.25, 0.25], [0.25, -0.25]])
    >>> strategy = VectorStrategy(alice=np.eye(2), bob=np.array([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5)
    >>> half = np.full(2, 8**-0.5)
    >>> proposal = Proposal(strategy=strategy, alice_multipliers=half, bob_multipliers=half)
    >>> bound = certify(matrix, proposal)
    >>> 2**-0.5 in bound, bound.width < 1e-14
    (True, True)
    >>> 2**-0.5 in certify(matrix, proposal, level="exact")
    True
    """
    if level not in LEVELS:
        reject("level", "is not known", received=repr(level), cure=near_name(str(level), LEVELS))
    floats = as_doubles(matrix)
    if level == "exact":
        from xorgames.solvers.exact_certificate import exact_certificate

        return exact_certificate(matrix, proposal).bound
    check_proposal(floats.shape, proposal)
    strategy = proposal.strategy
    multipliers = np.concatenate([proposal.alice_multipliers, proposal.bob_multipliers])
    if level == "float":
        return _estimate(floats, strategy, multipliers)
    lower, upper = strategy_bias(floats, strategy), dual_bias(floats, multipliers)
    if lower > upper:
        raise InconsistencyError(
            f"the ends of a certificate contradict each other: {lower}, {upper}"
        )
    return Bound(lower, upper)


def strategy_bias(matrix: FloatArray, strategy: VectorStrategy) -> float:
    """Return a number that the bias of `strategy` certainly reaches (never below zero)."""
    return float(vector_biases(matrix, strategy.alice, strategy.bob))


def dual_bias(matrix: FloatArray, multipliers: FloatArray) -> float:
    """Return a number that the Tsirelson bias certainly does not exceed.

    Never more than the sum of |M|, the limit for any correlations whatever (to rounding).
    """
    return float(dual_biases(matrix, multipliers))


def vector_biases(matrix: FloatArray, alice: FloatArray, bob: FloatArray) -> FloatArray:
    """Return what the biases of vectors certainly reach, for a stack of games at once.

    Parameters
    ----------
    matrix : ndarray of float, shape (..., m, n)
    alice, bob : ndarray of float, shapes (..., m, r) and (..., n, r)
        Finite. Vectors of any lengths count as divided by the largest length of their side.

    Returns
    -------
    ndarray of float, shape (...)
    """
    scaled, exponent = _scaled(matrix)
    (alice, _), (bob, _) = _scaled(alice), _scaled(bob)
    m, n = scaled.shape[-2:]
    rank = alice.shape[-1]
    length = _longest(alice) * _longest(bob)
    total = _sum(np.abs(scaled))
    achieved = _sum(scaled * (alice @ np.swapaxes(bob, -1, -2)))
    rounding = (rank + m + n + 12) * _UNIT * length * total + m * n * rank * _TINY
    # Vectors of zeros reach nothing.
    safe_length = np.where(length > 0.0, length, 1.0)
    lower = (achieved - rounding) / safe_length * (1 - 8 * _UNIT) - _entry_error(total, m * n)
    unscaled = np.ldexp(np.maximum(lower, 0.0), exponent)
    reached: FloatArray = np.maximum(0.0, np.nextafter(unscaled, -np.inf))
    return reached


def dual_biases(matrix: FloatArray, multipliers: FloatArray) -> FloatArray:
    """Return what the Tsirelson biases certainly do not exceed, for a stack of games at once.

    Parameters
    ----------
    matrix : ndarray of float, shape (..., m, n)
    multipliers : ndarray of float, shape (..., m + n)
        Any numbers; Alice's come first.

    Returns
    -------
    ndarray of float, shape (...)
    """
    scaled, exponent = _scaled(matrix)
    with np.errstate(all="ignore"):
        # What overflows on the way is caught at the end: no bound but the sum of |M|.
        multipliers = np.ldexp(multipliers, -exponent[..., None])
        scaled, a, b, w = dual_factors(scaled, multipliers)
        m, n = scaled.shape[-2:]
        stacked = np.concatenate([b, np.swapaxes(w, -1, -2)], axis=-2)
        gram = np.swapaxes(stacked, -1, -2) @ stacked
        inner = m + n + 2
        squares = np.diagonal(gram, axis1=-2, axis2=-1)
        lengths = np.sqrt(squares * (1 + 2 * inner * _UNIT) + inner * _TINY).sum(axis=-1)
        product_error = inner * _UNIT * np.square(lengths) / 2 * (1 + 1e-6)
        total = _sum(np.abs(scaled))
        missed = _sum(np.abs(scaled - a[..., None] * b)) + 2 * _UNIT * total
        bias = (np.square(a).sum(axis=-1) + _sum(np.abs(gram))) / 2 + missed
        bias = bias * (1 + (m + n + 8) * _UNIT) + product_error + (m + n) ** 3 * _TINY
    total = total * (1 + (m + n) * _UNIT)
    upper = np.where(bias < total, bias, total) * (1 + 8 * _UNIT) + _entry_error(total, m * n)
    exceeded: FloatArray = np.where(total > 0, np.nextafter(np.ldexp(upper, exponent), np.inf), 0.0)
    return exceeded


def dual_factors(
    matrix: FloatArray, multipliers: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return the game with its smaller side as columns, and a, B and W for the upper end.

    Where the multipliers are not feasible, W W^T is raised by the least multiple of diag(k) that
    makes it positive semidefinite.
    """
    m, n = matrix.shape[-2:]
    rows, columns = multipliers[..., :m], multipliers[..., m:]
    if m < n:
        matrix, rows, columns = np.swapaxes(matrix, -1, -2), columns, rows
    a, root = np.sqrt(np.maximum(rows, 0.0)), np.sqrt(np.maximum(columns, 0.0))
    b = _divided(matrix, a[..., :, None])
    balanced = _divided(b, root[..., None, :])
    slack = np.eye(columns.shape[-1]) - np.swapaxes(balanced, -1, -2) @ balanced
    slack = np.where(np.isfinite(slack).all(axis=(-2, -1), keepdims=True), slack, 0.0)
    return matrix, a, b, root[..., :, None] * _raised_root(slack, sum(matrix.shape[-2:]))


def _raised_root(slack: FloatArray, inputs: int) -> FloatArray:
    """Return X with X X^T = slack, raised where it is not positive semidefinite.

    A single one is raised by its rounding at once: then Cholesky's decomposition does, in half the
    time and, up to 80 columns, without waking the threads of linear algebra, which once awake keep
    other cores from their work for a tenth of a second.
    """
    if slack.ndim == 2:
        raised = slack + inputs * _UNIT * np.eye(len(slack))
        with suppress(np.linalg.LinAlgError):
            return np.asarray(np.linalg.cholesky(raised), np.float64)
    try:
        eigenvalues, vectors = np.linalg.eigh(slack)
    except np.linalg.LinAlgError:
        # No convergence: any W will do, and the sum of |M| is the worst that can come out.
        return np.zeros_like(slack)
    positive = eigenvalues - np.minimum(eigenvalues[..., :1], 0.0)
    root: FloatArray = vectors * np.sqrt(positive)[..., None, :]
    return root


def deterministic_bias(exact_matrix: FractionArray, strategy: DeterministicStrategy) -> Fraction:
    """Return the exact bias of a deterministic strategy."""
    a = (1 - 2 * strategy.a).astype(object)
    b = (1 - 2 * strategy.b).astype(object)
    pulls: list[Fraction] = ((a @ exact_matrix) * b).tolist()
    return sum(pulls, Fraction(0))


def check_proposal(shape: tuple[int, ...], proposal: Proposal) -> None:
    """Raise a `SolverError` unless the proposal holds finite numbers for a game of that shape."""
    alice, bob = proposal.strategy.alice, proposal.strategy.bob
    numbers = (alice, bob, proposal.alice_multipliers, proposal.bob_multipliers)
    if not all(np.isfinite(array).all() for array in numbers):
        raise SolverError("the solver's proposal holds numbers that are not finite")
    m, n = shape
    shapes = [array.shape for array in numbers]
    if shapes != [(m, alice.shape[-1]), (n, alice.shape[-1]), (m,), (n,)]:
        raise SolverError(f"the solver's proposal is of another shape than the {m} x {n} game")


def _estimate(matrix: FloatArray, strategy: VectorStrategy, multipliers: FloatArray) -> Bound:
    (alice, _), (bob, _) = _scaled(strategy.alice), _scaled(strategy.bob)
    length = float(_longest(alice) * _longest(bob))
    lower = max(0.0, float((matrix * (alice @ bob.T)).sum()) / length) if length else 0.0
    return Bound(lower, max(lower, _dual_estimate(matrix, multipliers)))


def _dual_estimate(matrix: FloatArray, multipliers: FloatArray) -> float:
    """Return the largest singular value of D_l^(-1/2) M D_k^(-1/2) times (sum l + sum k) / 2."""
    scaled, exponent = _scaled(matrix)
    m, n = matrix.shape
    root = np.sqrt(np.maximum(multipliers, 0.0) / max(np.abs(multipliers).max(), _TINY))
    estimate = total = float(np.abs(scaled).sum())
    lengths = root[:m, None] * root[m:]
    if lengths.all() or not scaled[lengths == 0.0].any():
        balanced = _divided(scaled, lengths)
        gram = balanced @ balanced.T if m <= n else balanced.T @ balanced
        sigma = math.sqrt(max(0.0, float(np.linalg.eigvalsh(gram)[-1])))
        estimate = min(total, sigma * float(np.square(root).sum()) / 2)
    return math.ldexp(estimate, int(exponent))


def _scaled(array: FloatArray) -> tuple[FloatArray, NDArray[np.int32]]:
    """Return (S, e) with M = S 2^e exactly and the largest |S| in [1/2, 1), or 0."""
    sizes = np.abs(array)
    largest = sizes.max() if array.ndim == 2 else sizes.max(axis=(-2, -1))
    exponent: NDArray[np.int32] = np.frexp(largest)[1]
    return np.ldexp(array, -exponent[..., None, None]), exponent


def _sum(array: FloatArray) -> FloatArray:
    """Sum row by row, so that rounding grows with m + n and not with m n."""
    total: FloatArray = array.sum(axis=-1).sum(axis=-1)
    return total


def _divided(array: FloatArray, by: FloatArray) -> FloatArray:
    """Divide, and leave zeros where there is nothing to divide by."""
    return np.divide(array, by, out=np.zeros_like(array), where=by > 0.0)


def _longest(vectors: FloatArray) -> FloatArray:
    """Return upper bounds on the lengths of the rows."""
    longest = np.sqrt(np.square(vectors).sum(axis=-1).max(axis=-1))
    rounded_up: FloatArray = longest * (1 + (vectors.shape[-1] + 8) * _UNIT)
    return rounded_up


def _entry_error(total: FloatArray, entries: int) -> FloatArray:
    """Return how far the bias can move when every entry moves by half a unit in the last place."""
    return total * (1 + 1e-6) * _UNIT + entries * _TINY
