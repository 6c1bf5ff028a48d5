"""Threshold games by dynamic programming.

In a threshold game  R_xy = r_x c_y z_xy  with weights r, c > 0 and signs z that are + on one side
of a monotone boundary and - on the other, up to an order of the rows and of the columns and up to
flips. In the right order column y has + for the rows before some position p(y) and - from there on,
so that with A(p) the sum of s_x r_x over the first p rows and S that over all rows

    value = sum_y c_y |sum_x s_x r_x z_xy| = sum_y c_y |2 A(p(y)) - S|.

For each S a programme over p finds the best way for A from 0 to S. The r are integers, so that A
takes at most sum r + 1 values and the work is about  k (sum r)^2:  k^3 without weights.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.signs import Found, IntArray, confirm, upper_bound, value_of
from xorgames.solvers.workers import Watch

#: With sums of absolute values below this, states that cannot be reached stay below the others.
_LARGEST_SUM = 2**59

#: How many numbers are worked on at a time.
_BLOCK = 2**17


@dataclass(frozen=True, kw_only=True, eq=False)
class Threshold:
    """A threshold game in order.

    Attributes
    ----------
    order, flips : ndarray of int, shape (k,)
        The rows in the order of their boundaries, and the sign that each row was multiplied by.
    steps : ndarray of int, shape (k,)
        r in that order.
    weights : ndarray of int, shape (k + 1,)
        For each position p, the sum of the c_y with p(y) = p.
    transposed : bool
        Whether the rows here are the columns of the matrix given.
    """

    order: IntArray
    flips: IntArray
    steps: IntArray
    weights: IntArray
    transposed: bool = False

    @property
    def work(self) -> int:
        """How many steps the programme takes, about."""
        return len(self.steps) * int(self.steps.sum()) ** 2 // 4


def recognise(rows: IntArray) -> Threshold | None:
    """Return the cheaper way to see a matrix as a threshold game, or None if there is none.

    Parameters
    ----------
    rows : ndarray of int64, shape (k, l)

    Examples
    --------
    >>> game = recognise(np.array([[2, 2, -2], [-1, 1, 1], [1, 1, 1]]))
    >>> game.steps.tolist(), game.weights.tolist(), game.transposed
    ([1, 1, 1], [0, 1, 2, 1], True)
    >>> recognise(np.array([[1, 1, 1], [1, -1, 2]])) is None
    True
    """
    factors = _factors(rows)
    chain = None if factors is None else _chain(np.sign(rows))
    if factors is None or chain is None:
        return None
    steps, weights = factors
    across = _chain(np.sign(rows).T)
    ways = [_ordered(np.sign(rows), chain, steps, weights, transposed=False)]
    if across is not None:
        ways.append(_ordered(np.sign(rows).T, across, weights, steps, transposed=True))
    return min(ways, key=lambda way: way.work)


def _factors(rows: IntArray) -> tuple[IntArray, IntArray] | None:
    """Return integers r, c with |R_xy| = r_x c_y, if there are any."""
    sizes = np.abs(rows)
    if not sizes.all() or int(sizes.sum()) >= _LARGEST_SUM:
        return None
    column_weights = sizes[0] // np.gcd.reduce(sizes[0])
    row_weights = sizes[:, 0] // column_weights[0]
    # A product that wraps around is larger than any entry: compare by division.
    same = (sizes % column_weights == 0) & (sizes // column_weights == row_weights[:, None])
    return (row_weights, column_weights) if same.all() else None


def _chain(signs: IntArray) -> tuple[IntArray, IntArray] | None:
    """Return an order and flips of the rows in which the sets of minus grow, or None.

    The first row is taken as all +, which flips some columns; with the first column as all + too
    the sets of the other rows form two chains without common elements, one on either side of the
    first row's boundary. The complements of one chain continue the other.
    """
    signs = signs * signs[0] * signs[:, :1] * signs[0, 0]
    minus = signs < 0
    largest = minus[minus.sum(axis=1).argmax()]
    other_side = (minus & ~largest).any(axis=1)
    minus[other_side] ^= True
    order = np.argsort(minus.sum(axis=1), kind="stable")
    minus = minus[order]
    if (minus[:-1] & ~minus[1:]).any():
        return None
    return order, np.where(other_side, -1, 1)[order]


def _ordered(
    signs: IntArray,
    chain: tuple[IntArray, IntArray],
    steps: IntArray,
    weights: IntArray,
    *,
    transposed: bool,
) -> Threshold:
    order, kept = chain
    flips = kept * (signs[:, 0] * signs[0, 0])[order]
    flipped = signs[order] * flips[:, None] * signs[0]
    positions = (flipped > 0).sum(axis=0)
    at = np.zeros(len(order) + 1, dtype=np.int64)
    np.add.at(at, positions, weights)
    return Threshold(
        order=order, flips=flips, steps=steps[order], weights=at, transposed=transposed
    )


def solve_threshold(rows: IntArray, game: Threshold, *, watch: Watch) -> Found:
    """Return the best signs of the rows of a threshold game.

    Parameters
    ----------
    rows : ndarray of int64, shape (k, l)
        With sums of absolute values below 2^61.
    game : Threshold
        What `recognise(rows)` returned.
    watch : Watch

    Examples
    --------
    >>> rows = np.array([[1, 1, 1], [1, 1, -1], [1, -1, -1]])
    >>> solve_threshold(rows, recognise(rows), watch=Watch()).value
    5
    """
    matrix = rows.T if game.transposed else rows
    largest = int(game.steps.sum())
    # A flip of everything turns S into -S, and S = 2 j - sum r.
    ends = np.arange((largest + 1) // 2, largest + 1)
    best, end, done = -1, 0, 0
    height = max(1, _BLOCK // (largest + 1))
    pieces = [ends[first : first + height] for first in range(0, len(ends), height)]
    try:
        for part, values in watch.run(lambda part: (part, _best_values(game, part)), pieces):
            at = int(values.argmax())
            if (values[at], -part[at]) > (best, -end):
                best, end = int(values[at]), int(part[at])
            done += len(part)
            watch.report(done * game.work // len(ends), game.work)
    except KeyboardInterrupt:
        watch.stop()
    finished = done == len(ends)
    signs = np.ones(len(matrix), dtype=np.int64)
    if done:
        signs[game.order] = _way(game, end) * game.flips
    value = value_of(matrix, signs)
    if done:
        confirm("the programme", best, value)
    if game.transposed:
        pulls = signs @ matrix
        signs = 1 - 2 * (pulls < 0).astype(np.int64)
    upper = value if finished else max(value, upper_bound(rows))
    strategies = game.work * done // len(ends)
    return Found(
        signs=signs, value=value, upper=upper, strategies=strategies, interrupted=not finished
    )


def _best_values(game: Threshold, ends: IntArray) -> NDArray[np.int64]:
    """Return the best value for each end j, S = 2 j - sum r.

    Column j of the table is the state A = 2 j - (sum of the steps so far): the sum of the steps
    taken with + is j.
    """
    reach, total = 0, int(game.steps.sum())
    states = np.arange(total + 1)
    kind = np.int32 if total * int(game.weights.sum()) < 2**27 else np.int64
    column = ends.astype(kind)[:, None]
    table = np.full((len(ends), total + 1), np.iinfo(kind).min // 2, dtype=kind)
    table[:, :1] = game.weights[0] * (2 * column - total)
    for step, weight in zip(game.steps.tolist(), game.weights[1:].tolist(), strict=True):
        reach += step
        here = table[:, : reach + 1]
        np.maximum(here[:, step:], here[:, :-step].copy(), out=here[:, step:])
        if weight:
            # 2 A - S = 2 (2 j - reach) - S
            doubled = (4 * states[: reach + 1] - 2 * reach + total).astype(kind)
            here += weight * np.abs(doubled - 2 * column)
    return table[np.arange(len(ends)), ends].astype(np.int64)


def _way(game: Threshold, end: int) -> IntArray:
    """Return the signs of the rows, in order, that lead to the best value with this end."""
    total, reach = int(game.steps.sum()), 0
    values = np.full(total + 1, np.iinfo(np.int64).min // 2)
    values[0] = 0
    taken = np.zeros((len(game.steps), total + 1), dtype=bool)
    for depth, (step, weight) in enumerate(zip(game.steps, game.weights[1:], strict=True)):
        reach += int(step)
        plus = np.full(total + 1, np.iinfo(np.int64).min // 2)
        plus[step:] = values[:-step]
        taken[depth] = plus > values
        values = np.maximum(plus, values)
        sums = 4 * np.arange(total + 1) - 2 * reach - (2 * end - total)
        values[: reach + 1] += weight * np.abs(sums[: reach + 1])
    signs = np.empty(len(game.steps), dtype=np.int64)
    state = end
    for depth in reversed(range(len(signs))):
        signs[depth] = 1 if taken[depth, state] else -1
        state -= int(game.steps[depth]) if taken[depth, state] else 0
    return signs
