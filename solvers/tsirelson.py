"""The Tsirelson bias of a game: the largest  sum M_xy u_x . v_y  over unit vectors.

A method proposes vectors and multipliers; `certificate` makes the proven bracket. Rows and columns
of zeros are left out and the matrix is scaled before a method sees it.

For thousands of tiny games one by one there is "compiled", the low-rank method with its sweeps in
machine code: twice as fast up to 10 x 10. "auto" never takes it, for loading the compiler costs as
much as a thousand such games gain, and digits should not depend on what happens to be loaded.
"""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.draws import generator
from xorgames.errors import SolverError, near_name, reject
from xorgames.exact import FractionArray
from xorgames.solvers import conic, interior_point, lowrank
from xorgames.solvers.certificate import FloatArray, Proposal, certify
from xorgames.solvers.integers import as_doubles, is_matrix
from xorgames.solvers.workers import check_time_limit
from xorgames.strategy import VectorStrategy

BoolArray = NDArray[np.bool_]


class Method(Protocol):
    """What every method's module calls `propose`."""

    def __call__(
        self, matrix: FloatArray, *, rng: np.random.Generator, deadline: float
    ) -> Proposal:
        """Propose vectors and multipliers, stopping at `deadline` with the best found."""


#: Beside these, "cvxpy:NAME" is any conic solver that cvxpy finds.
METHODS = ("auto", "lowrank", "compiled", "interior-point", "scs", "clarabel")

#: "auto" turns to the second method while the relative gap is larger than this. Up to so many
#: inputs that takes less than a second: then it does so early, and asks for more.
_GAP = 1e-9
_SMALL = 400
_SMALL_GAP = 1e-12
_FEW_CHECKS = 10
#: Up to so many inputs "auto" looks at the proof itself instead of an estimate.
_TINY = 40


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
    method : {"auto", "lowrank", "compiled", "interior-point", "scs", "clarabel"} or "cvxpy:NAME"
        Low-rank alternation, the same in machine code, an interior-point method, or the
        semidefinite programme through cvxpy. "auto" is the first, and the interior-point method
        where that leaves a gap.
    level : {"float", "verified", "exact"}
        What the proof may trust: see `certificate`.
    time_limit_s : float, optional
        Stop the search then, and certify the best found so far. A solver behind cvxpy that has
        found nothing is ended, and the bracket is what a sweep of "lowrank" gives.
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
    # What "auto" looks at to choose is the proof itself, where its rounding is small.
    tiny = is_matrix(matrix) and sum(matrix.shape) <= _TINY
    look = level if level == "verified" and tiny else "float"
    proposal, bound = _solve(matrix, method, time_limit_s, rng, look)
    if bound is None or look != level:
        bound = certify(matrix, proposal, level=level)
    return bound, proposal.strategy


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
    return _solve(matrix, method, time_limit_s, rng, "float")[0]


def _solve(
    matrix: FloatArray | FractionArray,
    method: str,
    time_limit_s: float | None,
    rng: int | np.random.Generator,
    level: str,
) -> tuple[Proposal, Bound | None]:
    """Return the proposal of a method, and what "auto" saw of its bracket at the level given."""
    run = _method(method)
    check_time_limit(time_limit_s)
    deadline = math.inf if time_limit_s is None else time.perf_counter() + time_limit_s
    floats = as_doubles(matrix)
    sizes = np.abs(floats)
    rows, columns = sizes.max(axis=1) > 0, sizes.max(axis=0) > 0
    if not rows.any():
        return _nothing(floats.shape, method), None
    exponent = math.frexp(sizes.max())[1]
    core = np.ldexp(floats[np.ix_(rows, columns)], -exponent)
    random = generator(rng)

    def solve(run: Method, name: str) -> Proposal:
        found = run(core, rng=random, deadline=deadline)
        return Proposal(
            strategy=VectorStrategy(
                alice=_widen(found.strategy.alice, rows), bob=_widen(found.strategy.bob, columns)
            ),
            alice_multipliers=_fill(np.ldexp(found.alice_multipliers, exponent), rows),
            bob_multipliers=_fill(np.ldexp(found.bob_multipliers, exponent), columns),
            method=name,
        )

    if run is None:
        return _auto(floats, solve, small=sum(core.shape) <= _SMALL, level=level, deadline=deadline)
    try:
        return solve(run, method), None
    except TimeoutError:
        return solve(lowrank.propose, "lowrank"), None
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        raise SolverError(f"the method {method!r} failed: {error}") from error


def _nothing(shape: tuple[int, ...], method: str) -> Proposal:
    m, n = shape
    return Proposal(
        strategy=VectorStrategy(alice=np.ones((m, 1)), bob=np.ones((n, 1))),
        alice_multipliers=np.zeros(m),
        bob_multipliers=np.zeros(n),
        method=method,
    )


def _method(name: str) -> Method | None:
    """Return what makes the proposal; None for "auto"."""
    kind, _, solver = str(name).partition(":")
    if name == "auto":
        return None
    if name == "lowrank":
        return lowrank.propose
    if name == "compiled":
        return partial(lowrank.propose, compiled=True)
    if name == "interior-point":
        return interior_point.propose
    if name not in METHODS and not (kind == "cvxpy" and solver):
        known = [*METHODS, "cvxpy:NAME"]
        reject("method", "is not known", received=repr(name), cure=near_name(str(name), known))
    return partial(conic.propose, solver=solver or name.upper())


def _auto(
    matrix: FloatArray,
    solve: Callable[[Method, str], Proposal],
    *,
    small: bool,
    level: str,
    deadline: float,
) -> tuple[Proposal, Bound]:
    """Take what the fast method finds; if it fails or leaves a gap, the better of two."""
    fast = partial(lowrank.propose, checks=_FEW_CHECKS) if small else lowrank.propose
    found: list[tuple[Proposal, Bound]] = []
    failure: Exception | None = None
    for name, run in (("lowrank", fast), ("interior-point", interior_point.propose)):
        try:
            proposal = solve(run, name)
            bound = certify(matrix, proposal, level=level)
        except (SolverError, ArithmeticError, np.linalg.LinAlgError) as error:
            failure = error
            continue
        found.append((proposal, bound))
        goal = (_SMALL_GAP if small else _GAP) * bound.upper
        if bound.width <= goal or time.perf_counter() > deadline:
            break
    if not found:
        raise SolverError(f"all methods failed: {failure}")
    return min(found, key=lambda each: each[1].width)


def _widen(vectors: FloatArray, asked: BoolArray) -> FloatArray:
    """Give inputs that do not matter the first unit vector."""
    if len(vectors) == len(asked):
        return vectors
    result = np.zeros((len(asked), vectors.shape[1]))
    result[:, 0] = 1.0
    result[asked] = vectors
    return result


def _fill(multipliers: FloatArray, asked: BoolArray) -> FloatArray:
    if len(multipliers) == len(asked):
        return multipliers
    result = np.zeros(len(asked))
    result[asked] = multipliers
    return result
