"""The compiled kernel that reads the lines of a log: digits, commas and line breaks.

It stops at the first line that is not in order, and leaves it to others to say why. The text must
end with a line break: every loop stops there, whatever stands before.
"""

# mypy: disable-error-code="no-untyped-def"

import numba
import numpy as np

from xorgames.solvers.compiled import compiled

#: What the fields of a line are counted as: round, x, y, a, b, pair, time.
_TIME = 6
#: Whole numbers beyond this are read as this.
_MOST = 10**17


@numba.njit(nogil=True)
def _skip(text, i):  # noqa: ANN001, ANN202
    while text[i] == 32 or text[i] == 9:
        i += 1
    return i


@numba.njit(nogil=True)
def _whole(text, i):  # noqa: ANN001, ANN202
    """Return the whole number at i, -1 if there is none, and where it ends."""
    start, number = i, 0
    while 48 <= text[i] <= 57:
        number = min(number * 10 + (text[i] - 48), _MOST)
        i += 1
    return (number if i > start else -1), i


@numba.njit(nogil=True)
def _sign(text, i):  # noqa: ANN001, ANN202
    if text[i] == 45:
        return -1, i + 1
    return 1, (i + 1 if text[i] == 43 else i)


@numba.njit(nogil=True)
def _decimal(text, i):  # noqa: ANN001, ANN202
    """Return the decimal at i, infinity if there is none, and where it ends."""
    sign, i = _sign(text, i)
    start, number, power = i, 0.0, 0
    while 48 <= text[i] <= 57:
        number = number * 10.0 + (text[i] - 48)
        i += 1
    if i == start:
        return np.inf, i
    if text[i] == 46:
        point = i
        i += 1
        while 48 <= text[i] <= 57:
            number = number * 10.0 + (text[i] - 48)
            i += 1
        power = point + 1 - i
    if text[i] == 101 or text[i] == 69:
        exponent_sign, i = _sign(text, i + 1)
        exponent, i = _whole(text, i)
        power += exponent_sign * exponent if exponent >= 0 else 10**6
    # Dividing by a power of ten, not multiplying by its inverse, rounds once.
    scaled = number / 10.0**-power if power < 0 else number * 10.0**power
    return sign * scaled, i


@numba.njit(nogil=True)
def _line(text, i, fields, row):  # noqa: ANN001, ANN202
    """Read one line's fields into `row`; return the time and where the next line begins, or -1."""
    time = -np.inf
    for column in range(len(fields)):
        i = _skip(text, i)
        if fields[column] == _TIME:
            time, i = _decimal(text, i)
        else:
            row[fields[column]], i = _whole(text, i)
        i = _skip(text, i)
        if column + 1 < len(fields):
            if text[i] != 44:
                return time, -1
        elif text[i] == 13:
            i += 1
        i += 1
    return time, (i if text[i - 1] == 10 else -1)


@numba.njit(nogil=True)
def _in_order(row, expected, allowed):  # noqa: ANN001, ANN202
    """Say whether the numbers of a line obey the rules."""
    if row.min() < 0 or row[3:].max() > 1:
        return False
    if row[1] >= allowed.shape[0] or row[2] >= allowed.shape[1] or not allowed[row[1], row[2]]:
        return False
    return row[0] == expected or (expected < 0 and row[0] <= 1)


@compiled
def read_lines(text, fields, allowed, found, expected, times):  # noqa: ANN001, ANN201
    """Read lines as long as they are in order.

    Parameters
    ----------
    text : ndarray of uint8
        Ends with a line break.
    fields : ndarray of int64
        What each column holds: 0 round, 1 x, 2 y, 3 a, 4 b, 5 pair, 6 time.
    allowed : ndarray of bool, shape (m, n)
    found : ndarray of int64, shape (5, k)
        Receives x, y, a, b, pair of each line.
    expected : int
        The number that the first line's round must have; -1 for 0 or 1.
    times : ndarray of float64, shape (2,)
        The first and the latest time so far, -inf before; updated.

    Returns
    -------
    (lines, stop, expected)
        How many lines were read, where the next one begins, and the number its round must have.
    """
    row = np.zeros(6, np.int64)
    timed = (fields == _TIME).any()
    lines, start = 0, 0
    while start < len(text):
        time, end = _line(text, start, fields, row)
        if end < 0 or not _in_order(row, expected, allowed):
            break
        if timed and not times[1] <= time < np.inf:
            break
        if times[0] == -np.inf:
            times[0] = time
        times[1] = time
        expected = row[0] + 1
        found[:, lines] = row[1:]
        lines += 1
        start = end
    return lines, start, expected
