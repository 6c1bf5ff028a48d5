"""The Tsirelson bias of a game: the largest  sum M_xy u_x . v_y  over unit vectors.

A method proposes vectors and multipliers; `certificate` makes the proven bracket. Rows and columns
of zeros are left out and the matrix is scaled before a method sees it.
"""

from collections.abc import Callable
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import near_name, reject
from xorgames.solvers.certificate import Proposal, certify
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: Where each method is; its module's `propose(matrix, *, rng)` returns a Proposal.
METHODS = {
    "lowrank": "xorgames.solvers.lowrank",
    "scs": "xorgames.solvers.conic",
}


def tsirelson_bias(
    matrix: FloatArray, *, method: str = "lowrank", rng: int | np.random.Generator = 0
) -> tuple[Bound, VectorStrategy]:
    """Return a proven bracket on the Tsirelson bias and vectors that reach its lower end.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Each entry the double nearest to the true one.
    method : {"lowrank", "scs"}
        Low-rank alternation, or the semidefinite programme through cvxpy and SCS.
    rng : int or numpy.random.Generator
        For starting points.

    Raises
    ------
    InputError
        If the method is unknown.
    SolverError
        If the method fails; there is never a bare number.

    Examples
    --------
    >>> bound, strategy = tsirelson_bias(np.array([[0.25, 0.25], [0.25, -0.25]]))
    >>> 2**-0.5 in bound, strategy.correlators.shape
    (True, (2, 2))
    """
    if method not in METHODS:
        reject("method", "is not known", received=repr(method), cure=near_name(method, [*METHODS]))
    propose: Callable[..., Proposal] = import_module(METHODS[method]).propose
    rows = np.asarray(matrix.any(axis=1))
    columns = np.asarray(matrix.any(axis=0))
    if not rows.any():
        return Bound(0.0, 0.0), _constant(*matrix.shape)
    exponent = int(np.frexp(np.abs(matrix).max())[1])
    core = np.ldexp(matrix[np.ix_(rows, columns)], -exponent)
    found = propose(core, rng=np.random.default_rng(rng))
    proposal = Proposal(
        strategy=VectorStrategy(
            alice=_widen(found.strategy.alice, rows), bob=_widen(found.strategy.bob, columns)
        ),
        alice_multipliers=_fill(np.ldexp(found.alice_multipliers, exponent), rows),
        bob_multipliers=_fill(np.ldexp(found.bob_multipliers, exponent), columns),
    )
    return certify(matrix, proposal), proposal.strategy


def _constant(m: int, n: int) -> VectorStrategy:
    return VectorStrategy(alice=np.ones((m, 1)), bob=np.ones((n, 1)))


def _widen(vectors: FloatArray, asked: BoolArray) -> FloatArray:
    """Give inputs that do not matter the first unit vector."""
    result = np.zeros((len(asked), vectors.shape[1]))
    result[:, 0] = 1.0
    result[asked] = vectors
    return result


def _fill(multipliers: FloatArray, asked: BoolArray) -> FloatArray:
    result = np.zeros(len(asked))
    result[asked] = multipliers
    return result
