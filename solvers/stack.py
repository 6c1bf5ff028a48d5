"""The Tsirelson biases of many games of one shape at once: what a map of a family needs.

The alternation of `lowrank` and the certificate of `certificate` run on the whole stack; games that
have converged leave it, and the few that do not converge are solved one by one.
"""

import math

import numpy as np

from xorgames.bound import Bound
from xorgames.draws import generator
from xorgames.solvers.certificate import FloatArray, dual_biases, vector_biases
from xorgames.solvers.integers import as_stack
from xorgames.solvers.lowrank import ascend, row_lengths, unit_rows
from xorgames.solvers.tsirelson import tsirelson_bias

_GAP = 1e-11
_SWEEPS = 20
_MAX_CHECKS = 10
#: Games at a time: the memory stays small and close to the processor.
_CHUNK_ENTRIES = 2**17


def tsirelson_biases(matrices: FloatArray, *, rng: int | np.random.Generator = 0) -> list[Bound]:
    """Return proven brackets on the Tsirelson biases of a stack of games.

    Parameters
    ----------
    matrices : ndarray of float, shape (k, m, n)
        Each entry the double nearest to the true one.
    rng : int or numpy.random.Generator
        For starting points.

    Returns
    -------
    list of Bound
        At the level "verified", to a relative width of 1e-11 or what `tsirelson_bias` reaches.

    Raises
    ------
    InputError
        If there is no stack of matrices of numbers below 1e300 in size.
    SolverError
        If a game cannot be solved.

    Examples
    --------
    >>> chsh, constant = np.array([[1.0, 1.0], [1.0, -1.0]]), np.ones((2, 2))
    >>> [bound.display(9) for bound in tsirelson_biases(np.stack([chsh, constant]))]
    ['2.828427124 … 2.828427125', '3.999999999 … 4.000000001']
    """
    ends = tsirelson_brackets(matrices, rng=rng)
    return [Bound(*pair) for pair in zip(*(end.tolist() for end in ends), strict=True)]


def tsirelson_brackets(
    matrices: FloatArray, *, rng: int | np.random.Generator = 0
) -> tuple[FloatArray, FloatArray]:
    """Return the lower and upper ends of `tsirelson_biases` as arrays of shape (k,).

    Examples
    --------
    >>> lower, upper = tsirelson_brackets(np.array([[[1.0, 1.0], [1.0, -1.0]]]))
    >>> bool(lower[0] <= 8**0.5 <= upper[0])
    True
    """
    matrices = as_stack(matrices)
    random = generator(rng)
    size = max(1, _CHUNK_ENTRIES // (matrices[0].size))
    parts = [
        _chunk(matrices[first : first + size], random) for first in range(0, len(matrices), size)
    ]
    lower, upper = (np.concatenate(ends) for ends in zip(*parts, strict=True))
    return lower, upper


def _chunk(matrices: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    k, m, n = matrices.shape
    largest = np.abs(matrices).max(axis=(1, 2), keepdims=True)
    scaled = np.ldexp(matrices, -np.frexp(largest)[1])
    rank = math.ceil(math.sqrt(2 * (m + n))) + 1
    bob = np.broadcast_to(unit_rows(rng.standard_normal((n, rank))), (k, n, rank))
    lower, upper, left = np.zeros(k), np.zeros(k), np.arange(k)
    sweeps = _SWEEPS
    for _ in range(_MAX_CHECKS):
        bob = ascend(scaled[left], bob, sweeps=sweeps)
        lower[left], upper[left], bob = _bracket(matrices[left], scaled[left], bob)
        open_ = upper[left] - lower[left] > _GAP * upper[left]
        left, bob = left[open_], bob[open_]
        if not len(left):
            break
        sweeps += sweeps // 3
    for i in left:
        alone = tsirelson_bias(matrices[i], rng=rng)[0].intersect(Bound(lower[i], upper[i]))
        lower[i], upper[i] = alone.lower, alone.upper
    return lower, upper


def _bracket(
    matrices: FloatArray, scaled: FloatArray, bob: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Finish with a plain sweep; return the proven ends, and the vectors to go on from."""
    pushed = scaled @ bob
    alice = unit_rows(pushed)
    pulled = np.swapaxes(scaled, -1, -2) @ alice
    bob = unit_rows(pulled)
    exponent = np.frexp(np.abs(matrices).max(axis=(1, 2)))[1]
    multipliers = np.concatenate([row_lengths(pushed), row_lengths(pulled)], axis=-1)
    upper = dual_biases(matrices, np.ldexp(multipliers, exponent[:, None]))
    return vector_biases(matrices, alice, bob), upper, bob
