"""The Tsirelson value by alternation of low rank, with Nesterov's momentum and restarts.

Maximise  sum M_xy u_x . v_y  over unit vectors of dimension r. The constraint graph is bipartite,
so an exact step is two matrix products:  U = rows of M V made unit,  V = rows of M^T U made unit.
At a fixed point the row lengths  l_x = |(M V)_x|,  k_y = |(M^T U)_y|  are dual variables, and with
s the largest singular value of  D_l^(-1/2) M D_k^(-1/2)  the Tsirelson bias is at most
s (sum l + sum k) / 2: the relative gap is s - 1. Where s > 1 at a standstill, the singular vectors
are a direction of ascent in one more dimension (rank escape); dimensions that the vectors have
left are dropped on the way. Near the optimum `newton` finishes: by a direct solve where the system
of equations is small, else by conjugate gradients.

Above rank sqrt(2 (m + n)) spurious fixed points are not generic (Boumal, Voroninski, Bandeira,
arXiv:1606.04970); the alternation is the mixing method (Wang, Chang, Kolter, arXiv:1706.00476).
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.certificate import Proposal
from xorgames.solvers.newton import newton_cg_step, newton_step
from xorgames.solvers.workers import load_undisturbed
from xorgames.strategy import VectorStrategy

FloatArray = NDArray[np.float64]
Product = Callable[[FloatArray, FloatArray], FloatArray]

_GAP = 1e-13
_UNIT = 2.0**-53
_FIRST_SWEEPS, _MORE_SWEEPS = 18, 100
#: Compiled, a sweep costs next to nothing: they end where no component moves by more than _STILL.
_COMPILED_SWEEPS = 1000
_STILL = 1e-13
#: So many entries are gone through between two looks at the clock.
_UNHEARD = 2**21
#: Newton steps that ask for no more equations than this are solved for directly: that takes less
#: time than a few sweeps.
_SMALL_SYSTEM = 150
_NEWTON_STEPS = 3
#: Others start from a gap as small as this.
_NEAR = 1e-4
_CG_STEPS = 4
#: With a larger gap one step is not enough: two are taken before looking again.
_FAR = 1e-7
_CHECKS = 24
#: Dimensions are dropped where the vectors are so short; at a standstill, tried without.
_LEFT, _LEAVING = 1e-3, 0.1
#: With more inputs a try that fails costs more than those that do not gain.
_SLIM_INPUTS = 400


def propose(
    matrix: FloatArray,
    *,
    rng: np.random.Generator,
    deadline: float = math.inf,
    rank: int | None = None,
    checks: int = _CHECKS,
    compiled: bool = False,
) -> Proposal:
    """Propose vectors and multipliers for the Tsirelson value.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        Without rows or columns of zeros, and scaled so that the largest entry is about 1.
    rng : numpy.random.Generator
        For the starting point.
    deadline : float
        When to stop with what there is, on the clock of `time.perf_counter`.
    rank : int, optional
        Of the starting point; by default high enough that spurious fixed points are not generic.
    checks : int
        How many times to look at the gap, each after a third more sweeps, before giving up.
    compiled : bool
        Whether the sweeps are machine code, which then go on until the vectors stand still: a gain
        for tiny games, once the compiler is loaded.

    Returns
    -------
    Proposal
        The best found; `certificate.certify` says how good it is.
    """
    m, n = matrix.shape
    # A gap below the rounding of the certificate would not be seen.
    goal = max(_GAP, (m + n) * min(m, n) * _UNIT / 8)
    bob = unit_rows(rng.standard_normal((n, rank or math.ceil(math.sqrt(2 * (m + n))) + 1)))
    best: _Dual | None = None
    last, left = math.inf, _LEFT
    sweeps = _COMPILED_SWEEPS if compiled else _FIRST_SWEEPS + min((m + n) // 10, _MORE_SWEEPS)
    climb = _ascend_compiled if compiled else ascend
    for _ in range(checks):
        moved = climb(matrix, bob, sweeps=sweeps, deadline=deadline)
        distance = np.abs(moved - bob).max()
        dual = _polished(matrix, _dual(matrix, _principal(moved, left)), goal, deadline)
        slim = _slimmer(matrix, dual, goal, deadline)
        best = slim if best is None or slim.gap < best.gap else best
        if best.gap < goal or time.perf_counter() > deadline:
            break
        bob = dual.bob
        if distance < 1e-3 * dual.gap:
            # At rest although the dual bound is far away: a spurious fixed point, or a dimension
            # was dropped that is small and counts.
            bob, left = _escape(matrix, dual), left * _LEFT
        sweeps, last = _next_sweeps(sweeps, last, dual.gap, goal), dual.gap
    assert best is not None
    return best.proposal


def ascend(
    matrix: FloatArray, bob: FloatArray, *, sweeps: int, deadline: float = math.inf
) -> FloatArray:
    """Improve Bob's vectors by accelerated alternation; each start of a batch on its own.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n) or (..., m, n)
    bob : ndarray of float, shape (..., n, r)
        Unit rows; leading axes are independent starts, or games.
    sweeps : int
    deadline : float
        When to stop early, on the clock of `time.perf_counter`.

    Returns
    -------
    ndarray of float, shape (..., n, r)
        Restarted where the momentum points downhill (O'Donoghue and Candes, arXiv:1204.3982): a
        test on vectors, because differences of values drown in rounding long before.
    """
    transposed = np.swapaxes(matrix, -1, -2)
    batch = bob.shape[:-2]
    ones = np.ones((bob.shape[-1], 1))
    change = np.zeros_like(bob)
    # For single matrices np.dot does the same in half the time.
    product: Product = np.matmul if batch or matrix.ndim > 2 else np.dot
    age = np.zeros((*batch, 1, 1)) if batch else 0
    for _ in range(sweeps):
        point = bob + age / (age + 3) * change
        alice = product(matrix, point)
        alice /= _lengths(alice, product, ones)
        moved = product(transposed, alice)
        moved /= _lengths(moved, product, ones)
        change = moved - bob
        if batch:
            uphill = ((moved - point) * change).sum(axis=(-2, -1), keepdims=True)
        else:
            uphill = float(np.vdot(moved - point, change))
        age = (age + 1) * (uphill >= 0)
        bob = moved
        if time.perf_counter() > deadline:
            break
    return unit_rows(bob)


def _ascend_compiled(
    matrix: FloatArray, bob: FloatArray, *, sweeps: int, deadline: float
) -> FloatArray:
    """Do as `ascend` for one start, until the vectors stand still."""
    kernel = load_undisturbed("xorgames.solvers.compiled_ascent").ascend
    # For arrays that are read-only or in another order it would be compiled anew.
    matrix = matrix.copy()
    at_once = max(1, _UNHEARD // matrix.size)
    while sweeps > 0 and time.perf_counter() <= deadline:
        bob, left = kernel(matrix, bob, min(sweeps, at_once), _STILL)
        sweeps = sweeps - at_once if left else 0
    return unit_rows(bob)


def unit_rows(vectors: FloatArray) -> FloatArray:
    """Return the rows made unit; a row of zeros becomes the first unit vector."""
    return _unit_rows(vectors, row_lengths(vectors))


def _unit_rows(vectors: FloatArray, lengths: FloatArray) -> FloatArray:
    if lengths.all():
        return vectors / lengths[..., None]
    result = vectors / np.where(lengths > 0, lengths, 1.0)[..., None]
    result[..., 0] += lengths == 0
    return result


def _lengths(vectors: FloatArray, product: Product, ones: FloatArray) -> FloatArray:
    """Return the lengths of the rows as a column, never zero, in the fewest operations."""
    lengths = product(vectors * vectors, ones)
    np.sqrt(lengths, out=lengths)
    np.maximum(lengths, 1e-150, out=lengths)
    return lengths


def row_lengths(vectors: FloatArray) -> FloatArray:
    """Return the lengths of the rows."""
    lengths: FloatArray = np.sqrt(np.einsum("...ij,...ij->...i", vectors, vectors))
    return lengths


@dataclass(frozen=True, kw_only=True, eq=False)
class _Dual:
    alice: FloatArray
    bob: FloatArray
    alice_lengths: FloatArray
    bob_lengths: FloatArray
    scale: float

    @cached_property
    def gap(self) -> float:
        """Relative distance of the dual bound from the value of the vectors."""
        bias = float(self.bob_lengths.sum())
        return self.scale * (float(self.alice_lengths.sum()) + bias) / 2 / bias - 1

    @property
    def proposal(self) -> Proposal:
        """The vectors, and the lengths scaled until they are feasible."""
        return Proposal(
            strategy=VectorStrategy(alice=self.alice, bob=self.bob),
            alice_multipliers=self.scale * self.alice_lengths,
            bob_multipliers=self.scale * self.bob_lengths,
        )


def _dual(matrix: FloatArray, bob: FloatArray) -> _Dual:
    """Finish with a plain sweep and return the dual bound that its lengths give."""
    pushed = matrix @ bob
    alice_lengths = row_lengths(pushed)
    alice = _unit_rows(pushed, alice_lengths)
    pulled = matrix.T @ alice
    bob_lengths = row_lengths(pulled)
    bob = _unit_rows(pulled, bob_lengths)
    alice_lengths, bob_lengths = _positive(alice_lengths), _positive(bob_lengths)
    largest = np.linalg.eigvalsh(_balanced_gram(matrix, alice_lengths, bob_lengths))[-1]
    return _Dual(
        alice=alice,
        bob=bob,
        alice_lengths=alice_lengths,
        bob_lengths=bob_lengths,
        scale=math.sqrt(max(float(largest), 1.0)),
    )


def _polished(matrix: FloatArray, dual: _Dual, goal: float, deadline: float) -> _Dual:
    """Take Newton steps and return the best of what they find."""
    best = dual
    equations = sum(matrix.shape) * (dual.bob.shape[1] - 1)
    if equations == 0:
        return best
    if equations > _SMALL_SYSTEM:
        return _polished_by_gradients(matrix, best, goal, deadline)
    for _ in range(_NEWTON_STEPS):
        if best.gap < goal:
            break
        try:
            bob = unit_rows(newton_step(matrix, dual.alice, dual.bob))
            if dual.gap > _FAR:
                bob = unit_rows(newton_step(matrix, unit_rows(matrix @ bob), bob))
            dual = _dual(matrix, bob)
        except np.linalg.LinAlgError:
            break
        best = min(best, dual, key=lambda found: found.gap)
    return best


def _polished_by_gradients(matrix: FloatArray, best: _Dual, goal: float, deadline: float) -> _Dual:
    """Take Newton steps by conjugate gradients as long as each halves a gap that is small."""
    for _ in range(_CG_STEPS):
        if not goal <= best.gap < _NEAR or time.perf_counter() > deadline:
            break
        last = best
        bob = newton_cg_step(matrix, last.alice, last.bob, deadline=deadline)
        found = _dual(matrix, unit_rows(bob))
        best = min(last, found, key=lambda each: each.gap)
        if found.gap > last.gap / 2:
            break
    return best


def _positive(lengths: FloatArray) -> FloatArray:
    """Keep lengths away from zero so that they can divide."""
    result: FloatArray = np.maximum(lengths, 1e-12 * lengths.max())
    return result


def _balanced_gram(matrix: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the squares of D_l^(-1/2) M D_k^(-1/2) on the smaller side."""
    balanced = matrix / np.sqrt(rows[:, None] * columns)
    if matrix.shape[0] < matrix.shape[1]:
        balanced = balanced.T
    gram: FloatArray = balanced.T @ balanced
    return gram


def _escape(matrix: FloatArray, dual: _Dual) -> FloatArray:
    """Add the direction of ascent as one more column."""
    rows, columns = dual.alice_lengths, dual.bob_lengths
    direction = np.linalg.eigh(_balanced_gram(matrix, rows, columns))[1][:, -1]
    if len(rows) < len(columns):
        direction = matrix.T @ (direction / np.sqrt(rows)) / columns
    else:
        direction = direction / np.sqrt(columns)
    step = 0.3 / np.abs(direction).max()
    return unit_rows(np.column_stack([dual.bob, step * direction]))


def _slimmer(matrix: FloatArray, dual: _Dual, goal: float, deadline: float) -> _Dual:
    """Return what is better without the dimensions that the vectors seem to be leaving.

    Where the optimum is degenerate they leave ever more slowly, and Newton's steps do not end.
    """
    if not goal <= dual.gap < _NEAR or sum(matrix.shape) > _SLIM_INPUTS:
        return dual
    slim = _principal(dual.bob, _LEAVING)
    if slim.shape[1] == dual.bob.shape[1] or time.perf_counter() > deadline:
        return dual
    found = _polished(matrix, _dual(matrix, slim), goal, deadline)
    return min(dual, found, key=lambda each: each.gap)


def _principal(vectors: FloatArray, left: float) -> FloatArray:
    """Turn to the principal axes and drop those along which the vectors are relatively short."""
    _, singular, axes = np.linalg.svd(vectors, full_matrices=False)
    return unit_rows(vectors @ axes[singular > left * singular[0]].T)


def _next_sweeps(sweeps: int, last: float, gap: float, goal: float) -> int:
    """Return a third more sweeps, or what the last rate of convergence needs to reach the goal."""
    more = sweeps + sweeps // 3
    if not goal < gap < last < 1.0:
        return more
    needed = sweeps * math.log(gap / goal) / math.log(last / gap)
    return min(more, max(_FIRST_SWEEPS, math.ceil(1.2 * needed)))
