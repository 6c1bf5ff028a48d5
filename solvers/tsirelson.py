"""The Tsirelson bias of a game: the largest  sum M_xy u_x . v_y  over unit vectors.

A method proposes vectors and multipliers; `certificate` makes the proven bracket. Rows and columns
of zeros are left out and the matrix is scaled before a method sees it.
"""

import math
import time
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import SolverError, near_name, reject
from xorgames.exact import FractionArray
from xorgames.solvers import conic, interior_point, lowrank
from xorgames.solvers.certificate import FloatArray, Proposal, certify
from xorgames.strategy import VectorStrategy

BoolArray = NDArray[np.bool_]


class Method(Protocol):
    """What every method's module calls `propose`."""

    def __call__(
        self, matrix: FloatArray, *, rng: np.random.Generator, deadline: float
    ) -> Proposal:
        """Propose vectors and multipliers, stopping at `deadline` with the best found."""


#: Beside these, "cvxpy:NAME" is any conic solver that cvxpy finds.
METHODS = ("auto", "lowrank", "interior-point", "scs", "clarabel")

#: "auto" turns to the second method while the relative gap is larger than this. Up to so many
#: inputs that takes less than a second: then it does so early, and asks for more.
_GAP = 1e-9
_SMALL = 400
_SMALL_GAP = 1e-12
_FEW_CHECKS = 10


def tsirelson_bias(
    matrix: FloatArray | FractionArray,
    *,
    method: str = "auto",
    level: str = "verified",
    time_limit_s: float | None = None,
    rng: int | np.random.Generator = 0,
) -> tuple[Bound, VectorStrategy]:
    """Return a proven bracket on the Tsirelson bias and vectors that reach its lower end.

    Parameters
    ----------
    matrix : ndarray of float or Fraction, shape (m, n)
        Doubles are taken as the nearest to the true entries.
    method : {"auto", "lowrank", "interior-point", "scs", "clarabel"} or "cvxpy:NAME"
        Low-rank alternation, an interior-point method, or the semidefinite programme through cvxpy.
        "auto" is the first, and the second where the first leaves a gap.
    level : {"float", "verified", "exact"}
        What the proof may trust: see `certificate`.
    time_limit_s : float, optional
        Stop the search then, and certify the best found so far. Solvers behind cvxpy other than
        SCS and Clarabel cannot be stopped.
    rng : int or numpy.random.Generator
        For starting points.

    Raises
    ------
    InputError
        If the method, its solver or the level is unknown, or the time limit is not positive.
    SolverError
        If the method fails; there is never a bare number.

    Examples
    --------
    >>> bound, strategy = tsirelson_bias(np.array([[0.25, 0.25], [0.25, -0.25]]))
    >>> 2**-0.5 in bound, strategy.correlators.shape
    (True, (2, 2))
    """
    proposal = propose(matrix, method=method, time_limit_s=time_limit_s, rng=rng)
    return certify(matrix, proposal, level=level), proposal.strategy


def propose(
    matrix: FloatArray | FractionArray,
    *,
    method: str = "auto",
    time_limit_s: float | None = None,
    rng: int | np.random.Generator = 0,
) -> Proposal:
    """Return a method's vectors and multipliers for the whole matrix, not certified yet.

    Parameters and errors are those of `tsirelson_bias`; `method` in the result is the one that
    "auto" took.
    """
    run = _method(method)
    if time_limit_s is not None and not time_limit_s > 0:
        reject("time_limit_s", "must be positive", received=time_limit_s, cure="or give None")
    deadline = math.inf if time_limit_s is None else time.perf_counter() + time_limit_s
    floats = np.asarray(matrix, dtype=np.float64)
    rows, columns = np.asarray(floats.any(axis=1)), np.asarray(floats.any(axis=0))
    if not rows.any():
        m, n = floats.shape
        nothing = VectorStrategy(alice=np.ones((m, 1)), bob=np.ones((n, 1)))
        return Proposal(
            strategy=nothing,
            alice_multipliers=np.zeros(m),
            bob_multipliers=np.zeros(n),
            method=method,
        )
    exponent = int(np.frexp(np.abs(floats).max())[1])
    core = np.ldexp(floats[np.ix_(rows, columns)], -exponent)
    try:
        found = run(core, rng=np.random.default_rng(rng), deadline=deadline)
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        raise SolverError(f"the method {method!r} failed: {error}") from error
    return Proposal(
        strategy=VectorStrategy(
            alice=_widen(found.strategy.alice, rows), bob=_widen(found.strategy.bob, columns)
        ),
        alice_multipliers=_fill(np.ldexp(found.alice_multipliers, exponent), rows),
        bob_multipliers=_fill(np.ldexp(found.bob_multipliers, exponent), columns),
        method=found.method or method,
    )


def _method(name: str) -> Method:
    kind, _, solver = name.partition(":")
    if name == "auto":
        return _auto
    if name == "lowrank":
        return lowrank.propose
    if name == "interior-point":
        return interior_point.propose
    if name not in METHODS and not (kind == "cvxpy" and solver):
        known = [*METHODS, "cvxpy:NAME"]
        reject("method", "is not known", received=repr(name), cure=near_name(name, known))
    return partial(conic.propose, solver=solver or name.upper())


def _auto(matrix: FloatArray, *, rng: np.random.Generator, deadline: float) -> Proposal:
    """Take what the fast method finds; if it fails or leaves a gap, the better of two."""
    small = sum(matrix.shape) <= _SMALL
    fast = partial(lowrank.propose, checks=_FEW_CHECKS) if small else lowrank.propose
    best, width, failure = None, math.inf, None
    for name, run in (("lowrank", fast), ("interior-point", interior_point.propose)):
        try:
            found = run(matrix, rng=rng, deadline=deadline)
            bound = certify(matrix, found, level="float")
        except (SolverError, ArithmeticError, np.linalg.LinAlgError) as error:
            failure = error
            continue
        if bound.width < width:
            best, width = replace(found, method=name), bound.width
        if width <= (_SMALL_GAP if small else _GAP) * bound.upper or time.perf_counter() > deadline:
            break
    if best is None:
        raise SolverError(f"all methods failed: {failure}")
    return best


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
