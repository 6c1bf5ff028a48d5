"""What a quantum strategy measures, in one form for one Bell pair and for k of them.

Coordinates on Pauli strings that anticommute in pairs: Alice measures  sum u_i G_i,  Bob
sum v_i G_i^T. On |Phi+> pairs  E = u . v.  One pair is the case G = Z, X, Y, where Bob's Y carries
the minus sign of Y^T = -Y.

Noise. A Bell-diagonal pair with the weights w of |Phi+>, |Phi->, |Psi+>, |Psi-> multiplies the
coordinate of each Pauli matrix, beside the transposed one, by

    t_Z = w1 + w2 - w3 - w4,   t_X = w1 - w2 + w3 - w4,   t_Y = w1 - w2 - w3 + w4,

and a string by the product over its letters; a Werner pair of visibility v has t = v for all three.
"""

import numpy as np
from numpy.typing import NDArray

from xorgames.clifford import KPairStrategy
from xorgames.strategy import OnePairStrategy, VectorStrategy

FloatArray = NDArray[np.float64]

Quantum = OnePairStrategy | KPairStrategy | VectorStrategy

#: By how much each Bell state multiplies the letters I, X, Y, Z (Y beside its transpose).
_SIGNS = {"I": (1, 1, 1, 1), "X": (1, -1, 1, -1), "Y": (1, -1, -1, 1), "Z": (1, 1, -1, -1)}


def on_generators(strategy: Quantum) -> KPairStrategy:
    """Return a quantum strategy as coordinates on anticommuting Pauli strings.

    Examples
    --------
    >>> x_axis, z_axis = np.array([[90.0, 0.0]]), np.array([[0.0, 0.0]])
    >>> coordinates = on_generators(OnePairStrategy(alice=x_axis, bob=z_axis, planar=True))
    >>> coordinates.paulis, coordinates.alice.round(9).tolist(), coordinates.bob.tolist()
    (('Z', 'X'), [[0.0, 1.0]], [[1.0, 0.0]])
    """
    if isinstance(strategy, KPairStrategy):
        return strategy
    if isinstance(strategy, VectorStrategy):
        return KPairStrategy(alice=strategy.alice, bob=strategy.bob)
    alice, bob = strategy.directions
    axes = [2, 0] if strategy.planar else [2, 0, 1]
    signs = np.array([1.0, 1.0, -1.0])[: len(axes)]
    return KPairStrategy(alice=alice[:, axes], bob=bob[:, axes] * signs)


def werner_weights(visibility: FloatArray) -> FloatArray:
    """Return the Bell weights of Werner pairs, shape (..., 4), from visibilities of shape (...).

    Examples
    --------
    >>> werner_weights(np.array(0.6)).round(9).tolist()
    [0.7, 0.1, 0.1, 0.1]
    """
    noise = (1 - visibility[..., None]) / 4
    return np.asarray(noise + visibility[..., None] * np.array([1.0, 0.0, 0.0, 0.0]))


def shrinks(paulis: tuple[str, ...], bell_weights: FloatArray) -> FloatArray:
    """Return the factor of each coordinate on Bell-diagonal pairs, shape (d,).

    Parameters
    ----------
    paulis : tuple of str
        The strings, one letter for each pair.
    bell_weights : ndarray of float, shape (4,) or (k, 4)
        Of |Phi+>, |Phi->, |Psi+>, |Psi->, of all pairs alike or pair by pair.

    Examples
    --------
    >>> shrinks(("Z", "X", "Y"), np.array([0.9, 0.1, 0.0, 0.0])).round(9).tolist()
    [1.0, 0.8, 0.8]
    """
    pairs = len(paulis[0])
    weights = np.broadcast_to(bell_weights, (pairs, 4))
    return np.array(
        [np.prod([w @ _SIGNS[p] for w, p in zip(weights, text, strict=True)]) for text in paulis]
    )
