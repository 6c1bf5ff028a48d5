"""How far a symmetric matrix can be from positive semidefinite, proven in floating point.

For any real W,  S = W W^T + E  with  E = S - W W^T, and no eigenvalue of E exceeds its largest
absolute row sum e, so that  S + e 1  is positive semidefinite. With W = V sqrt(max(D, 0)) from an
eigendecomposition of S, which need not be trusted, e is about the size of the negative eigenvalues.
Rounding: a product of r terms errs by at most r u / (1 - r u) times the lengths, u = 2^-53 (Higham,
Accuracy and Stability of Numerical Algorithms, section 3.1).
"""

import math

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError

FloatArray = NDArray[np.float64]

_UNIT = 2.0**-53
_LARGEST = 1e150


def deficit(matrix: FloatArray) -> float:
    """Return a number e >= 0 such that  matrix + e 1  is certainly positive semidefinite.

    Parameters
    ----------
    matrix : ndarray of float, shape (r, r)
        Symmetric.

    Raises
    ------
    SolverError
        If an entry is not finite, or larger than 1e150 in size.

    Examples
    --------
    >>> deficit(np.diag([1.0, 2.0])) < 1e-14, 1 <= deficit(np.diag([1.0, -1.0])) < 1 + 1e-14
    (True, True)
    """
    if not np.isfinite(matrix).all():
        raise SolverError("the solver's multipliers hold numbers that are not finite")
    if np.abs(matrix).max() > _LARGEST:
        raise SolverError("the solver's multipliers are too large to be corrected")
    eigenvalues, vectors = np.linalg.eigh(matrix)
    root = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    rest = np.abs(matrix - root @ root.T)
    lengths = np.sqrt(np.square(root).sum(axis=1))
    rounding = (len(matrix) + 4) * _UNIT * np.outer(lengths, lengths)
    worst = float((rest + rounding).sum(axis=1).max())
    return math.nextafter(worst * (1 + (len(matrix) + 8) * _UNIT) + 1e-300, math.inf)
