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


@compiled
def best_step(high, negated, offsets, first, count):  # noqa: ANN001, ANN201
    """Return the largest number of a stretch of the Gray code, and the step where it stands.

    Parameters
    ----------
    high : ndarray, shape (h, l)
        The rows outside the table; the first one keeps its sign.
    negated : ndarray, shape (l, lanes)
    offsets : ndarray, shape (lanes,)
        Added to  sum_y max(c, -p)  in each lane, as is the sum of the rows with a minus.
    first, count : int
        The steps first, ..., first + count - 1.
    """
    sums, signs, shift = _sums_at(high, first)
    totals = np.empty_like(offsets)
    best, best_at = np.int64(-(2**62)) * 2, first
    for step in range(first, first + count):
        if step > first:
            row, bits = 1, step
            while bits & 1 == 0:
                row, bits = row + 1, bits >> 1
            signs[row] = -signs[row]
            for y in range(len(sums)):
                sums[y] += 2 * signs[row] * high[row, y]
                shift[0] -= signs[row] * high[row, y]
        for j in range(len(offsets)):
            totals[j] = offsets[j] + shift[0]
        _add_maxima(sums, negated, totals)
        largest = _largest(totals)
        if largest > best:
            best, best_at = np.int64(largest), step
    return best, best_at


@compiled
def descend(groups, state, root, budget):  # noqa: ANN001, ANN201
    """Search the tree below a node of depth `root`; return the lanes compared.

    A node of depth d has signs for the groups of rows before d. Its lanes are the signs of group d,
    and it is worth going down a lane whose value, with the most that the rows after the group can
    add, exceeds the best value known. Ends when all is searched (depth < root) or the budget is
    spent; a further call goes on from there.

    Parameters
    ----------
    groups : tuple of ndarray
        The tables, negated (G, l, lanes) and their offsets (G, lanes), as above; and (G, 2) of
        int64: the origin with  value = 2 number - sum c + origin,  and the most that the rows after
        the group add.
    state : tuple of ndarray
        The column sums above each depth (G, l); the numbers of each depth (G, lanes); (3, G) of
        int64: the lane that comes next (-1 before the numbers are known), what to add to twice a
        number for its bound, and the lanes of the best leaf; (2,) of int64: depth and best value.
    """
    negated, offsets, info = groups
    sums, numbers, marks, status = state
    depth, best, spent = status[0], status[1], 0
    lanes = offsets.shape[1]
    while depth >= root and spent < budget:
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
            best = 2 * np.int64(here[lane]) + known
            marks[2] = marks[0] - 1
        else:
            for y in range(sums.shape[1]):
                sums[depth + 1, y] = sums[depth, y] - negated[depth, y, lane]
            depth += 1
            marks[0, depth] = -1
    status[0], status[1] = depth, best
    return spent
