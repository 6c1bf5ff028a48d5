"""The classical biases of many games of one shape at once, and whether entanglement helps.

All sign vectors of the smaller side are compared in one product; the other side answers with the
signs of the column sums. Sums of doubles are off by little, and the brackets say by how much.

Whether entanglement helps is decided sharply, not by the difference of two brackets. With signs s
of an optimal deterministic strategy and F = M s_x s_y the Tsirelson bias equals the classical one
if and only if the form  sum F_xy (v_x - v_y)^2  is never negative: then diag(l) - K is a dual
solution, and it is the only candidate (`exact` decides one game in this way). Here

- "refuted" needs a Cholesky factor of the form, without one coordinate (adding a constant to v
  changes nothing), after a shift that outweighs all errors (Rump, doi:10.1007/s10543-006-0056-1);
- "proven" needs a vector v of negative value for every strategy that could be the optimal one.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.closed_form import two_by_two_helps
from xorgames.solvers.integers import as_stack

FloatArray = NDArray[np.float64]

_UNIT = 2.0**-53
#: Sides up to this are compared in one product; games with longer ones are solved one by one.
_MOST_ROWS = 12
#: Sums at a time: they stay close to the processor.
_CHUNK_SUMS = 2**18
#: So many strategies of nearly the same bias are told apart.
_TIES = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassicalStack:
    """The classical biases of many games.

    Attributes
    ----------
    lower, upper : ndarray of float, shape (k,)
    alice, bob : ndarray of float, shapes (k, m) and (k, n)
        Signs that reach `lower`.
    """

    lower: FloatArray
    upper: FloatArray
    alice: FloatArray
    bob: FloatArray


def classical_biases(matrices: FloatArray) -> ClassicalStack:
    """Return proven brackets on the classical biases of a stack of games, and strategies.

    Parameters
    ----------
    matrices : ndarray of float, shape (k, m, n)
        Taken exactly.

    Raises
    ------
    InputError
        If there is no stack of matrices of numbers below 1e300 in size.
    TooLargeError
        If both sides have so many inputs that comparing all strategies is hopeless.

    Examples
    --------
    >>> found = classical_biases(np.array([[[1.0, 1.0], [1.0, -1.0]], [[1.0, 2.0], [3.0, 4.0]]]))
    >>> found.lower.round(9).tolist(), found.alice[1].tolist(), found.bob[1].tolist()
    ([2.0, 10.0], [1.0, 1.0], [1.0, 1.0])
    """
    matrices = as_stack(matrices)
    k, m, n = matrices.shape
    if m > n:
        turned = classical_biases(np.swapaxes(matrices, 1, 2))
        return ClassicalStack(
            lower=turned.lower, upper=turned.upper, alice=turned.bob, bob=turned.alice
        )
    if m > _MOST_ROWS:
        return _one_by_one(matrices)
    alice, sums, values = np.empty((k, m)), np.empty((k, n)), np.empty(k)
    for first in range(0, k, _chunk(m, n)):
        part = slice(first, first + _chunk(m, n))
        reached = np.abs(_signs(m) @ matrices[part]).sum(axis=2)
        alice[part] = _signs(m)[reached.argmax(axis=1)]
        values[part] = reached.max(axis=1)
    sums = (alice[:, None] @ matrices)[:, 0]
    slack = _rounding(matrices)
    return ClassicalStack(
        lower=np.maximum(np.nextafter(values - slack, -np.inf), 0.0),
        upper=np.nextafter(values + slack, np.inf),
        alice=alice,
        bob=np.where(sums < 0, -1.0, 1.0),
    )


def entanglement_helps(matrices: FloatArray, errors: FloatArray) -> NDArray[np.int8]:
    """Say of many games whether entanglement helps: 1 proven, -1 refuted, 0 undecided.

    Parameters
    ----------
    matrices : ndarray of float, shape (k, m, n)
    errors : ndarray of float, shape (k,)
        What the sum of |M - true M| does not exceed: the answer holds for the true M.

    Examples
    --------
    >>> games = np.array([[[1.0, 1, 1], [1, -1, 1], [1, 1, 1]], np.ones((3, 3))])
    >>> entanglement_helps(games, np.zeros(2)).tolist()
    [1, -1]
    """
    matrices = as_stack(matrices)
    k, m, n = matrices.shape
    if m > n:
        return entanglement_helps(np.swapaxes(matrices, 1, 2), errors)
    if m == 1:
        return np.full(k, -1, dtype=np.int8)
    if (m, n) == (2, 2):
        return two_by_two_helps(matrices, errors)
    answers = np.zeros(k, dtype=np.int8)
    if m <= _MOST_ROWS:
        for first in range(0, k, _chunk(m, n)):
            part = slice(first, first + _chunk(m, n))
            answers[part] = _helps(matrices[part], errors[part])
    return answers


@np.errstate(all="ignore")
def _helps(matrices: FloatArray, errors: FloatArray) -> NDArray[np.int8]:
    signs = _signs(matrices.shape[1])
    sums = signs @ matrices
    values = np.abs(sums).sum(axis=2)
    unsure = errors + _rounding(matrices)
    tied = values >= values.max(axis=1, keepdims=True) - 2 * unsure[:, None]
    order = np.argsort(-values, axis=1, kind="stable")[:, :_TIES]
    # Where a column sum may be zero Bob has two answers; that is left to exact arithmetic.
    clear = ~((np.abs(sums).min(axis=2) <= unsure[:, None]) & tied).any(axis=1)
    helps = clear & (tied.sum(axis=1) <= _TIES)
    refuted = np.zeros(len(matrices), dtype=bool)
    for rank in range(order.shape[1]):
        games = np.arange(len(matrices)) if rank == 0 else np.flatnonzero(helps)
        chosen = order[games, rank]
        games, chosen = games[tied[games, chosen]], chosen[tied[games, chosen]]
        bob = np.where(sums[games, chosen] < 0, -1.0, 1.0)
        flipped = matrices[games] * signs[chosen][:, :, None] * bob[:, None]
        form = _form(flipped)
        if rank == 0:
            refuted = _is_positive(form, unsure)
        helps[games] &= _is_negative_somewhere(flipped, form, unsure[games])
    return np.where(helps, 1, np.where(refuted, -1, 0)).astype(np.int8)


def _form(flipped: FloatArray) -> FloatArray:
    """Return the matrix of the form  sum F_xy (v_x - v_y)^2."""
    k, m, n = flipped.shape
    form = np.zeros((k, m + n, m + n))
    form[:, :m, m:] = -flipped
    form[:, m:, :m] = -np.swapaxes(flipped, 1, 2)
    places = np.arange(m + n)
    form[:, places, places] = -form.sum(axis=2)
    return form


def _is_negative_somewhere(
    flipped: FloatArray, form: FloatArray, unsure: FloatArray
) -> NDArray[np.bool_]:
    """Look for a vector of certainly negative value: the lowest eigenvector, rows balanced."""
    if not len(form):
        return np.zeros(0, dtype=bool)
    m, n = flipped.shape[1:]
    diagonal = np.diagonal(form, axis1=1, axis2=2)
    weights = np.where(diagonal > 0, 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)), 0.0)
    balanced = form * weights[:, :, None] * weights[:, None]
    vectors = np.linalg.eigh(balanced)[1][:, :, 0] * weights
    squares = np.square(vectors[:, :m, None] - vectors[:, None, m:])
    terms = flipped * squares
    rounding = (m * n + 8) * _UNIT * np.abs(terms).sum(axis=(1, 2))
    moved = unsure * squares.max(axis=(1, 2)) * (1 + 8 * _UNIT)
    # A negative diagonal entry is a direction of its own, and strategies that are not optimal
    # have one; then nothing is concluded here.
    negative: NDArray[np.bool_] = terms.sum(axis=(1, 2)) + rounding + moved < 0
    return negative


def _is_positive(form: FloatArray, unsure: FloatArray) -> NDArray[np.bool_]:
    """Prove the form positive definite without the coordinate of the largest diagonal entry."""
    k, size, _ = form.shape
    diagonal = np.diagonal(form, axis1=1, axis2=2)
    kept = np.argsort(-diagonal, axis=1)[:, 1:]
    left = form[np.arange(k)[:, None, None], kept[:, :, None], kept[:, None]]
    trace = np.abs(diagonal).sum(axis=1)
    total = np.abs(form).sum(axis=(1, 2))
    shift = 4 * unsure + 4 * size * _UNIT * total + 2 * (size + 4) * _UNIT * trace
    places = np.arange(size - 1)
    left[:, places, places] -= shift[:, None]
    positive = np.ones(k, dtype=bool)
    for j in range(size - 1):
        pivot = left[:, j, j]
        positive &= pivot > 0
        column = left[:, j + 1 :, j] / np.sqrt(np.where(pivot > 0, pivot, 1.0))[:, None]
        left[:, j + 1 :, j + 1 :] -= column[:, :, None] * column[:, None]
    return positive


def _one_by_one(matrices: FloatArray) -> ClassicalStack:
    exact = [np.array([[Fraction(e) for e in row] for row in game.tolist()]) for game in matrices]
    found = [classical_bias(game) for game in exact]
    if any(each.interrupted for each in found):
        # Ctrl-C ended one search early; it is meant for all of them.
        raise KeyboardInterrupt
    bounds = [Bound.exact(each.lower) for each in found]
    return ClassicalStack(
        lower=np.array([bound.lower for bound in bounds]),
        upper=np.array([Bound.exact(each.upper).upper for each in found]),
        alice=np.array([1.0 - 2.0 * each.strategy.a for each in found]),
        bob=np.array([1.0 - 2.0 * each.strategy.b for each in found]),
    )


def _rounding(matrices: FloatArray) -> FloatArray:
    """Return how far computed sums of signed entries may be off, game by game."""
    m, n = matrices.shape[1:]
    return np.asarray((m + n + 4) * _UNIT * np.abs(matrices).sum(axis=(1, 2)))


@cache
def _signs(rows: int) -> FloatArray:
    """Return all signs of that many rows, the first one +, shape (2^(rows - 1), rows)."""
    bits = np.arange(2 ** (rows - 1))[:, None] >> np.arange(rows - 1, -1, -1)
    return np.asarray(1.0 - 2.0 * (bits & 1))


def _chunk(m: int, n: int) -> int:
    return int(max(1, _CHUNK_SUMS // (2 ** (m - 1) * n)))
