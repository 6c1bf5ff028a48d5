"""The best strategy of small dimension: one plane (rank 2), one Bell pair (rank 3), and beyond.

With one pair |Phi+> and traceless observables the correlators are inner products of vectors on the
sphere, so that the best strategy is the Tsirelson programme restricted to rank 3; in one plane, to
rank 2. The restricted problem is not convex: the strategies found here are proven lower bounds, the
best of many starts, and proven optimal only where they reach the Tsirelson bound.
"""

import math

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.certificate import strategy_bias
from xorgames.solvers.lowrank import ascend, unit_rows
from xorgames.strategy import OnePairStrategy, VectorStrategy

FloatArray = NDArray[np.float64]

#: A strategy is as good as another if it comes this close to its bias, relatively.
REACHED = 1e-9

_STARTS = 48
_FINALISTS = 4
_REST = 1e-13


def best_of_rank(
    matrix: FloatArray,
    rank: int,
    *,
    known: list[FloatArray],
    rng: np.random.Generator,
    starts: int = _STARTS,
) -> VectorStrategy:
    """Return the best strategy of a given rank from many starts.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
    rank : int
    known : list of ndarray, shapes (n, r)
        Bob's vectors in other strategies: their principal components and random projections are
        starts too, beside random vectors.
    rng : numpy.random.Generator
    starts : int
        How many random starts, and how many projections of each known strategy.

    Returns
    -------
    VectorStrategy
        With vectors of dimension `rank`.
    """
    n = matrix.shape[1]
    core = matrix / np.abs(matrix).max() if matrix.any() else matrix
    batch = [rng.standard_normal((starts, n, rank))]
    for vectors in known:
        batch.append(_principal(vectors, rank)[None])
        if vectors.shape[1] > rank:
            batch.append(vectors @ rng.standard_normal((starts, vectors.shape[1], rank)))
    bob = ascend(core, unit_rows(np.concatenate(batch)), sweeps=60)
    finalists = np.argsort(-_bias(core, bob), kind="stable")[:_FINALISTS]
    bob = _settle(core, bob[finalists])
    winner = bob[int(_bias(core, bob).argmax())]
    return VectorStrategy(alice=unit_rows(core @ winner), bob=winner)


def smallest_rank(
    matrix: FloatArray, strategy: VectorStrategy, *, enough: float, rng: np.random.Generator
) -> VectorStrategy:
    """Return a strategy of the smallest rank found (4 or more) with a bias of at least `enough`.

    Only ranks below that of `strategy` are tried; `strategy` itself, in its principal components,
    is the last resort.
    """
    stacked = np.concatenate([strategy.alice, strategy.bob])
    singular = np.linalg.svd(stacked, compute_uv=False)
    numerical = int((singular > 1e-6 * singular[0]).sum())
    for rank in range(4, numerical):
        found = best_of_rank(matrix, rank, known=[strategy.bob], rng=rng, starts=4)
        if strategy_bias(matrix, found) >= enough:
            return found
    bob = _principal(strategy.bob, numerical)
    return VectorStrategy(alice=unit_rows(matrix @ bob), bob=bob)


def dial(strategy: VectorStrategy) -> OnePairStrategy:
    """Return the angles for a strategy of rank 3 or less, in canonical form.

    Alice's first angle is 0 and the first angle off its axis is positive: a rotation and a
    reflection leave all correlators as they are.
    """
    alice, bob, rank = strategy.alice, strategy.bob, strategy.rank
    vectors = _canonical(np.concatenate([alice, bob]))
    if rank <= 2:
        # Alice's first vector is the first axis: the Z direction.
        polar = np.arctan2(vectors[:, 1], vectors[:, 0])
        azimuth = np.zeros_like(polar)
    else:
        # Not the arc cosine: near the axis it would lose half the digits.
        polar = np.arctan2(np.hypot(vectors[:, 1], vectors[:, 2]), vectors[:, 0])
        azimuth = np.arctan2(vectors[:, 2], vectors[:, 1])
        azimuth[np.sin(polar) < 1e-9] = 0.0
        # On |Phi+> the Y components correlate with a minus sign.
        azimuth[len(alice) :] *= -1
    angles = _tidy_degrees(np.stack([polar, azimuth], axis=1))
    return OnePairStrategy(alice=angles[: len(alice)], bob=angles[len(alice) :], planar=rank <= 2)


def dialled_bias(matrix: FloatArray, strategy: OnePairStrategy) -> float:
    """Return a bias that the angles, as they are printed, certainly reach."""
    alice, bob = strategy.directions
    reached = strategy_bias(matrix, VectorStrategy(alice=alice * [1.0, -1.0, 1.0], bob=bob))
    # Degrees become radians and then sines and cosines: a few roundings for each component.
    return max(0.0, reached - 2.0**-48 * float(np.abs(matrix).sum()))


def _bias(matrix: FloatArray, bob: FloatArray) -> FloatArray:
    pushed = matrix @ bob
    total: FloatArray = np.sqrt(np.einsum("...ij,...ij->...i", pushed, pushed)).sum(axis=-1)
    return total


def _settle(matrix: FloatArray, bob: FloatArray) -> FloatArray:
    """Run the ascent until nothing moves any more, or it is pointless to go on."""
    sweeps = 60
    for _ in range(12):
        before, bob = bob, ascend(matrix, bob, sweeps=sweeps)
        if np.abs(bob - before).max() < _REST:
            break
        sweeps += sweeps // 2
    return bob


def _principal(vectors: FloatArray, rank: int) -> FloatArray:
    """Return unit rows in the `rank` principal components (padded with zeros)."""
    left, singular, _ = np.linalg.svd(vectors, full_matrices=False)
    components = (left * singular)[:, :rank]
    padding = max(0, rank - components.shape[1])
    return unit_rows(np.pad(components, ((0, 0), (0, padding))))


def _canonical(vectors: FloatArray) -> FloatArray:
    """Rotate and reflect so that the first vectors span the first axes with positive sign.

    Gram-Schmidt on the vectors in their order gives the axes; it leaves inner products alone.
    """
    rank = vectors.shape[1]
    axes: list[FloatArray] = []
    for vector in [*vectors, *np.eye(rank)]:
        rest = vector - sum((axis * (axis @ vector) for axis in axes), np.zeros(rank))
        length = math.sqrt(float(rest @ rest))
        if length > 1e-6:
            rest = rest / length
            rest = rest - sum((axis * (axis @ rest) for axis in axes), np.zeros(rank))
            axes.append(rest / math.sqrt(float(rest @ rest)))
        if len(axes) == rank:
            break
    result: FloatArray = vectors @ np.stack(axes).T
    if rank == 1:
        return np.pad(result, ((0, 0), (0, 1)))
    return result


def _tidy_degrees(radians: FloatArray) -> FloatArray:
    """Return degrees in (-180, 180], without the noise of the last digits."""
    degrees = np.asarray(np.round(np.degrees(radians), 10) + 0.0, dtype=np.float64)
    degrees[degrees <= -180.0] += 360.0
    return degrees
