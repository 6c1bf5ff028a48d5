"""What no measurements on a given noisy pair can exceed: Tsirelson's bound with the noise absorbed.

Let T be the 3 x 3 table of correlations of the pair, t1 >= t2 >= t3 its singular values, r_A and
r_B the lengths of its local Bloch vectors. Say that everybody measures directions a_x, b_y. In the
frame of the singular vectors  bias = sum_i t_i B_i  with  B_i = sum M_xy a_xi b_yi. Components are
numbers of size at most 1, and pairs of them vectors no longer than 1, so that

    B_1 <= C (classical),   B_1 + B_2 <= P (one plane),   B_1 + B_2 + B_3 <= Q (Tsirelson),
    bias <= t3 Q + (t2 - t3) P + (t1 - t2) C,   P = min(Q, sqrt2 C)

(Abel's summation; sqrt2 is Grothendieck's constant of order 2, Krivine,
doi:10.1016/0001-8708(79)90017-3). For CHSH under pure dephasing, t = (1, V, V), this is
2 sqrt2 V + 2 (1 - V); what is reached is  2 sqrt(1 + V^2).

Hybrid strategies answer some inputs by fixed bits. With q and c for the inputs of either party that
are measured and those that are answered so, the game falls into four blocks:

    bias <= max over the choices of q and c of  [t3 Q + (t2 - t3) P + (t1 - t2) C]_qq
            + C_cc + r_B C_cq + r_A C_qc.

Shared randomness mixes such strategies and adds nothing. For more than 10 inputs in all the choices
are not gone through; since Q_qq + C_cc <= Q, C_qq + C_cc <= C and C_cq + C_qc <= C, then

    bias <= t2 Q + (1 - t2 + max(r_A, r_B)) C.
"""

import math

import numpy as np
from numpy.typing import NDArray

from xorgames.solvers.solution import Solution
from xorgames.solvers.stack import tsirelson_biases

FloatArray = NDArray[np.float64]

_MOST_INPUTS = 10


def absorbed_bias(solution: Solution, state: FloatArray) -> float:
    """Return a bias that no strategy on one pair in a given state exceeds.

    Any measurements of two outcomes, fixed answers and shared randomness are allowed.

    Parameters
    ----------
    solution : Solution
        Of the game; its classical and Tsirelson bounds are used.
    state : ndarray of float, shape (4, 4)
        <sigma_i x sigma_j>.

    Examples
    --------
    >>> from xorgames.catalog import chsh
    >>> from xorgames.solvers.solve import solve
    >>> print(f"{4 * absorbed_bias(solve(chsh()), np.diag([1.0, 0.92, -0.92, 1.0])):.6f}")
    2.762153
    """
    matrix = solution.game.matrix
    classical, tsirelson = solution.classical.bias.upper, solution.quantum.bias.upper
    singular = np.asarray(np.linalg.svd(state[1:, 1:], compute_uv=False), dtype=np.float64)
    local = float(np.linalg.norm(state[1:, 0])), float(np.linalg.norm(state[0, 1:]))
    if sum(matrix.shape) <= _MOST_INPUTS:
        most = _most_of_hybrids(matrix, singular, local)
    else:
        middle = float(singular[1])
        most = middle * tsirelson + (1 - middle + max(local)) * classical
    # Singular values, and sums of at most m + n terms: each is a few units in the last place off.
    slack = (sum(matrix.shape) + 100) * 2.0**-50 * float(np.abs(matrix).sum())
    return min(most + slack, tsirelson)


def _most_of_hybrids(matrix: FloatArray, singular: FloatArray, local: tuple[float, float]) -> float:
    """Return the maximum over q and c of the head of this module."""
    # Row i of the tables is the i-th set of Alice's inputs; row -1 - i is its complement.
    classical = _classical_of_blocks(matrix)
    quantum = _tsirelson_of_blocks(matrix)
    plane = np.minimum(quantum, math.sqrt(2) * classical)
    long, middle, short = singular
    measured = short * quantum + (middle - short) * plane + (long - middle) * classical
    totals = measured + classical[::-1, ::-1]
    totals += local[1] * classical[::-1, :] + local[0] * classical[:, ::-1]
    return float(totals.max())


def _subsets(count: int) -> FloatArray:
    """Return all sets of `count` inputs as rows of 0 and 1; the complements in reverse order."""
    bits = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return bits.astype(np.float64)


def _classical_of_blocks(matrix: FloatArray) -> FloatArray:
    """Return the classical biases of all blocks, shape (2^m, 2^n)."""
    rows, columns = (_subsets(count) for count in matrix.shape)
    signs = 2 * rows - 1
    # An input that is left out has the sign 0; leaving it in with both signs changes no maximum.
    best = [(np.abs((signs * asked) @ matrix) @ columns.T).max(axis=0) for asked in rows]
    return np.stack(best)


def _tsirelson_of_blocks(matrix: FloatArray) -> FloatArray:
    """Return upper bounds on the Tsirelson biases of all blocks, shape (2^m, 2^n)."""
    rows, columns = (_subsets(count) for count in matrix.shape)
    blocks = rows[:, None, :, None] * columns[None, :, None, :] * matrix
    biases = np.zeros(blocks.shape[:2])
    filled = blocks.any(axis=(2, 3))
    if filled.any():
        biases[filled] = [bound.upper for bound in tsirelson_biases(blocks[filled])]
    return biases
