"""Compiled kernels that compare many sign vectors at once: one in each lane of a vector register.

A group of rows is a table of all their sign sums p(y, lane), kept negated. With c(y) the sum of the
rows outside the group,  sum_y |c + p| = 2 sum_y max(c, -p) - sum_y c + sum_y p,  so that a column
costs two vector operations, whatever the number of lanes.

Every number has the type of the tables. Sums may wrap around: the caller chooses the type so that
the c and p fit, and so that the final numbers differ by less than the range of the type. All other
operations are additions, which are right modulo that range.
"""

# mypy: disable-error-code="no-untyped-def"

import numba
import numpy as np

from xorgames.solvers.compiled import compiled

#: The kernels take this many columns at a time; tables are padded with columns of zeros.
COLUMNS = 4


@numba.njit(nogil=True)
def _add_maxima(sums, negated, totals):  # noqa: ANN001, ANN202
    """Add  sum_y max(sums(y), negated(y, lane))  to the total of each lane."""
    lanes = len(totals)
    for y in range(0, len(sums), 4):
        s0, s1, s2, s3 = sums[y], sums[y + 1], sums[y + 2], sums[y + 3]
        n0, n1, n2, n3 = negated[y], negated[y + 1], negated[y + 2], negated[y + 3]
        for j in range(lanes):
            totals[j] = (
                totals[j] + max(s0, n0[j]) + max(s1, n1[j]) + max(s2, n2[j]) + max(s3, n3[j])
            )


@numba.njit(nogil=True)
def _largest(numbers):  # noqa: ANN001, ANN202
    largest = numbers[0]
    for j in range(len(numbers)):
        largest = max(largest, numbers[j])
    return largest


@numba.njit(nogil=True)
def _sums_at(high, step):  # noqa: ANN001, ANN202
    """Return the column sums and the signs at a step of the Gray code, and the sum of the minus."""
    rows, columns = high.shape
    sums = np.zeros_like(high[0])
    shift = np.zeros_like(high[0, :1])
    signs = np.ones(rows, np.int64)
    gray = step ^ (step >> 1)
    for i in range(rows):
        if 0 < i < 63 and (gray >> (i - 1)) & 1:
            signs[i] = -1
        for y in range(columns):
            sums[y] += signs[i] * high[i, y]
            if signs[i] < 0:
                shift[0] += high[i, y]
    return sums, signs, shift


@numba.njit(nogil=True)
def _tables(low, start):  # noqa: ANN001, ANN202
    """Return -p for each column and lane, and for each lane start - the sum of the minus rows."""
    rows, columns = low.shape
    lanes = 1 << rows
    negated = np.zeros((columns, lanes), low.dtype)
    offsets = np.full(lanes, start[0], low.dtype)
    for y in range(columns):
        for i in range(rows):
            negated[y, 0] -= low[i, y]
    for i in range(rows):
        half = 1 << i
        total = np.zeros_like(low[0, :1])
        for y in range(columns):
            total[0] += low[i, y]
            twice = low[i, y] + low[i, y]
            for j in range(half):
                negated[y, j + half] = negated[y, j] + twice
        for j in range(half):
            offsets[j + half] = offsets[j] - total[0]
    return negated, offsets


@numba.njit(nogil=True)
def _advance(high, step, sums, signs, shift):  # noqa: ANN001, ANN202
    """Flip the row that the Gray code flips to come to a step."""
    row, bits = 1, step
    while bits & 1 == 0:
        row, bits = row + 1, bits >> 1
    signs[row] = -signs[row]
    for y in range(len(sums)):
        sums[y] += 2 * signs[row] * high[row, y]
        shift[0] -= signs[row] * high[row, y]


@compiled
def best_step(high, low, start, first, count):  # noqa: ANN001, ANN201
    """Return the largest number of a stretch of the Gray code, its step and its lane.

    Parameters
    ----------
    high : ndarray, shape (h, l)
        The rows outside the table; the first one keeps its sign.
    low : ndarray, shape (k - h, l)
        The rows of the table.
    start : ndarray, shape (1,)
        Added to all numbers, which are  start + sum_y max(c, -p) - u + v,  u and v the sums of the
        entries of the low and of the high rows that have a minus.
    first, count : int
        The steps first, ..., first + count - 1.
    """
    negated, offsets = _tables(low, start)
    sums, signs, shift = _sums_at(high, first)
    totals = np.empty_like(offsets)
    best, best_at, best_lane = np.int64(-(2**62)) * 2, first, 0
    for step in range(first, first + count):
        if step > first:
            _advance(high, step, sums, signs, shift)
        for j in range(len(offsets)):
            totals[j] = offsets[j] + shift[0]
        _add_maxima(sums, negated, totals)
        largest = _largest(totals)
        if largest > best:
            best, best_at, best_lane = np.int64(largest), step, 0
            while totals[best_lane] < largest:
                best_lane += 1
    return best, best_at, best_lane


@compiled
def near_best(high, low, start, first, count, least, found):  # noqa: ANN001, ANN201
    """Write the steps and lanes whose number is at least `least`; return how many there are.

    Parameters are those of `best_step`; where `found`, of shape (most, 2), is too short, the
    counting goes on without the writing.
    """
    negated, offsets = _tables(low, start)
    sums, signs, shift = _sums_at(high, first)
    totals = np.empty_like(offsets)
    seen = 0
    for step in range(first, first + count):
        if step > first:
            _advance(high, step, sums, signs, shift)
        for j in range(len(offsets)):
            totals[j] = offsets[j] + shift[0]
        _add_maxima(sums, negated, totals)
        if _largest(totals) >= least:
            for j in range(len(offsets)):
                if totals[j] >= least:
                    if seen < len(found):
                        found[seen, 0], found[seen, 1] = step, j
                    seen += 1
    return seen


@numba.njit(nogil=True)
def _take_leaf(value, best, marks, status, leaves):  # noqa: ANN001, ANN202
    """Make a leaf the best one, or write it down; return the best value."""
    if len(leaves) == 0:
        marks[2] = marks[0] - 1
        return value
    if status[2] < len(leaves):
        leaves[status[2]] = marks[0] - 1
    status[2] += 1
    return best


@compiled
def descend(groups, state, root, budget, leaves):  # noqa: ANN001, ANN201
    """Search the tree below a node of depth `root`; return the lanes compared.

    A node of depth d has signs for the groups of rows before d. Its lanes are the signs of group d,
    and it is worth going down a lane whose value, with the most that the rows after the group can
    add, exceeds the best value known. Ends when all is searched (depth < root) or the budget is
    spent; a further call goes on from there. With room for leaves the best value stays as it is,
    and all leaves that exceed it are written down; ends also when there are more than fit.

    Parameters
    ----------
    groups : tuple of ndarray
        The tables, negated (G, l, lanes) and their offsets (G, lanes), as above; and (G, 2) of
        int64: the origin with  value = 2 number - sum c + origin,  and the most that the rows after
        the group add.
    state : tuple of ndarray
        The column sums above each depth (G, l); the numbers of each depth (G, lanes); (3, G) of
        int64: the lane that comes next (-1 before the numbers are known), what to add to twice a
        number for its bound, and the lanes of the best leaf; (3,) of int64: depth, best value, and
        the number of leaves written.
    leaves : ndarray of int64, shape (most, G)
        For their lanes.
    """
    negated, offsets, info = groups
    sums, numbers, marks, status = state
    depth, best, spent = status[0], status[1], 0
    lanes = offsets.shape[1]
    while depth >= root and spent < budget and status[2] <= len(leaves):
        here = numbers[depth]
        if marks[0, depth] < 0:
            spent += lanes
            total = np.int64(0)
            for y in range(sums.shape[1]):
                total += sums[depth, y]
            here[:] = offsets[depth]
            _add_maxima(sums[depth], negated[depth], here)
            marks[0, depth], marks[1, depth] = 0, info[depth, 0] + info[depth, 1] - total
            if 2 * np.int64(_largest(here)) + marks[1, depth] <= best:
                depth -= 1
                continue
        lane, known = marks[0, depth], marks[1, depth]
        limit = (best - known) >> 1
        while lane < lanes and here[lane] <= limit:
            lane += 1
        marks[0, depth] = lane + 1
        if lane == lanes:
            depth -= 1
        elif depth == len(info) - 1:
            best = _take_leaf(2 * np.int64(here[lane]) + known, best, marks, status, leaves)
        else:
            for y in range(sums.shape[1]):
                sums[depth + 1, y] = sums[depth, y] - negated[depth, y, lane]
            depth += 1
            marks[0, depth] = -1
    status[0], status[1] = depth, best
    return spent
