"""Gauss-Legendre quadrature, each rule computed once."""

from functools import cache

import numpy as np
from numpy.typing import NDArray


@cache
def legendre(nodes: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the nodes and weights of the Gauss-Legendre rule on [0, 1].

    Examples
    --------
    >>> nodes, weights = legendre(8)
    >>> round(float(weights @ nodes**3), 12)
    0.25
    """
    at, weights = np.polynomial.legendre.leggauss(nodes)
    nodes_and_weights = (at + 1) / 2, weights / 2
    for array in nodes_and_weights:
        # Nobody may change what the next caller gets too.
        array.setflags(write=False)
    return nodes_and_weights
