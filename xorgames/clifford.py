"""How Tsirelson vectors are played on k Bell pairs: the Clifford construction.

Pauli strings  G_1, ..., G_(2k+1)  on k qubits that anticommute in pairs (Jordan and Wigner):

    G_(2j-1) = Y...Y Z 1...1,   G_2j = Y...Y X 1...1   (j - 1 times Y),   G_(2k+1) = Y...Y.

For unit vectors u, v of dimension d <= 2k + 1 the observables  A = sum u_i G_i,  B = sum v_i G_i^T
square to one, and on k copies of |Phi+> = (|00> + |11>)/sqrt2  E = tr(A B^T) / 2^k = u . v, with
marginals zero (Tsirelson 1987; restated in arXiv:quant-ph/0404076).

Noise. If pair q has visibility p_q, its state is p_q |Phi+><Phi+| + (1 - p_q) 1/4, then coordinate
i shrinks by the product of p_q over the pairs that G_i touches: 1, 1, 2, 2, ..., k, k, k of them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xorgames.errors import TooLargeError, reject
from xorgames.regions import whole_number
from xorgames.rules import MAX_INPUTS
from xorgames.strategy import Playable, VectorStrategy

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

_PAULI = {
    "I": np.eye(2, dtype=np.complex128),
    "X": np.array([[0, 1], [1, 0]], dtype=np.complex128),
    "Y": np.array([[0, -1j], [1j, 0]], dtype=np.complex128),
    "Z": np.array([[1, 0], [0, -1]], dtype=np.complex128),
}

#: How far from 1 the squared length of a vector may be.
_UNIT = 1e-9

#: Observables are not written out beyond this many matrix entries (one gibibyte).
_MAX_ENTRIES = 2**26


def generators(dimension: int) -> tuple[str, ...]:
    """Return Pauli strings that anticommute in pairs, on as few qubits as possible, lightest first.

    Parameters
    ----------
    dimension : int, at least 1
        How many; they need k = dimension // 2 qubits. A single one needs none: the empty string.

    Raises
    ------
    InputError
        If the dimension is no whole number from 1 to 2048.

    Examples
    --------
    >>> generators(2), generators(5)
    (('Z', 'X'), ('ZI', 'XI', 'YZ', 'YX', 'YY'))
    """
    dimension = whole_number("dimension", dimension, 1, 2 * MAX_INPUTS)
    pairs = dimension // 2
    strings = [
        "Y" * before + pauli + "I" * (pairs - before - 1)
        for before in range(pairs)
        for pauli in "ZX"
    ]
    return (*strings, "Y" * pairs)[:dimension]


def pauli_matrix(string: str) -> ComplexArray:
    """Return the tensor product of the Pauli matrices that a string of I, X, Y, Z names.

    Examples
    --------
    >>> pauli_matrix("ZX").real.astype(int).tolist()
    [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, -1, 0]]

    Raises
    ------
    InputError
        If there is another letter in it.
    """
    if not (isinstance(string, str) and set(string) <= set(_PAULI)):
        reject("string", "must consist of the letters I, X, Y and Z", received=repr(string))
    matrix: ComplexArray = np.eye(1, dtype=np.complex128)
    for pauli in string:
        matrix = np.asarray(np.kron(matrix, _PAULI[pauli]), dtype=np.complex128)
    return matrix


@dataclass(frozen=True, kw_only=True, eq=False)
class KPairStrategy(Playable):
    """Measurements of both parties on k Bell pairs, as coordinates on Pauli strings.

    Parameters
    ----------
    alice, bob : ndarray of float, shapes (m, d) and (n, d)
        Unit vectors; coordinate i belongs to `paulis[i]`, for Bob to its transpose.

    Raises
    ------
    InputError
        If they are no unit vectors of one dimension.

    Examples
    --------
    >>> bob = np.array([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5
    >>> chsh = KPairStrategy(alice=np.eye(2), bob=bob)
    >>> chsh.pairs, chsh.paulis, np.round(chsh.correlators_at(0.9), 4).tolist()
    (1, ('Z', 'X'), [[0.6364, 0.6364], [0.6364, -0.6364]])
    """

    alice: FloatArray
    bob: FloatArray

    def __post_init__(self) -> None:
        """Take read-only copies of the arrays, and check them."""
        for name in ("alice", "bob"):
            array = _unit_vectors(name, getattr(self, name))
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        dimensions = self.alice.shape[1], self.bob.shape[1]
        if dimensions[0] != dimensions[1]:
            received = "{} and {}".format(*dimensions)
            reject("bob", "must have as many coordinates as alice", received=received)

    @property
    def pairs(self) -> int:
        """The number k of Bell pairs; none for vectors of dimension 1, which are mere signs."""
        return int(self.alice.shape[1]) // 2

    @cached_property
    def paulis(self) -> tuple[str, ...]:
        """The Pauli string of each coordinate, one letter for each pair."""
        return generators(int(self.alice.shape[1]))

    @property
    def weights(self) -> tuple[int, ...]:
        """How many pairs each coordinate touches: 1, 1, 2, 2, ..."""
        return tuple(int(row.sum()) for row in self._touched)

    @property
    def observables(self) -> tuple[ComplexArray, ComplexArray]:
        """The +-1-valued observables, shapes (m, 2^k, 2^k) and (n, 2^k, 2^k).

        Raises
        ------
        TooLargeError
            If they would not fit into a gibibyte.
        """
        entries = (len(self.alice) + len(self.bob)) * 4**self.pairs
        if entries > _MAX_ENTRIES:
            raise TooLargeError(
                f"observables on {self.pairs} pairs have {entries} entries, more than the limit "
                f"{_MAX_ENTRIES}. Cure: use the coordinates on `paulis` instead."
            )
        strings = np.stack([pauli_matrix(string) for string in self.paulis])
        return (
            np.tensordot(self.alice, strings, axes=1),
            np.tensordot(self.bob, strings.transpose(0, 2, 1), axes=1),
        )

    @property
    def correlators(self) -> FloatArray:
        """E(x, y) on perfect pairs, shape (m, n)."""
        result: FloatArray = self.alice @ self.bob.T
        return result

    def correlators_at(self, visibility: ArrayLike) -> FloatArray:
        """Return E(x, y) on noisy pairs, shape (m, n).

        Parameters
        ----------
        visibility : float or array_like of shape (k,), each in [0, 1]
            Of every pair, or pair by pair in the order of the letters.

        Raises
        ------
        InputError
            If a visibility lies outside [0, 1] or there is not one for each pair.
        """
        given = _real(visibility)
        if not ((given >= 0) & (given <= 1)).all():
            reject("visibility", "must lie in [0, 1]", received=visibility)
        if given.shape not in ((), (self.pairs,)):
            rule = f"must be one number, or one for each of the {self.pairs} pairs"
            reject("visibility", rule, received=visibility)
        shrinks = np.where(self._touched, given, 1.0).prod(axis=1)
        result: FloatArray = (self.alice * shrinks) @ self.bob.T
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the Pauli strings and the coordinates as lists."""
        return {
            "pairs": self.pairs,
            "paulis": list(self.paulis),
            "a": self.alice.tolist(),
            "b": self.bob.tolist(),
        }

    @cached_property
    def _touched(self) -> NDArray[np.bool_]:
        """Whether each coordinate touches each pair, shape (d, k)."""
        rows = [[letter != "I" for letter in string] for string in self.paulis]
        return np.array(rows, dtype=bool).reshape(len(rows), self.pairs)


def _real(given: ArrayLike) -> FloatArray:
    """Return numbers as an array of its own; NaN where they are none."""
    try:
        array = np.asarray(given)
    except ValueError:
        array = np.array(None)
    return array.astype(np.float64) if array.dtype.kind in "iuf" else np.full(array.shape, np.nan)


def _unit_vectors(name: str, given: ArrayLike) -> FloatArray:
    vectors = _real(given)
    if vectors.ndim != 2 or not vectors.size:
        rule = "must hold a row of coordinates for each input"
        reject(name, rule, received=f"the shape {vectors.shape}")
    squares = np.einsum("ij,ij->i", vectors, vectors)
    wrong = np.flatnonzero(~(np.abs(squares - 1) <= _UNIT))
    if wrong.size:
        rule = "must be a unit vector: an observable has the outcomes +1 and -1"
        received = f"a squared length of {squares[wrong[0]]:.9g}"
        reject(f"{name}[{wrong[0]}]", rule, received=received)
    return vectors


def on_pairs(strategy: VectorStrategy, matrix: FloatArray) -> KPairStrategy:
    """Turn the vectors so that noise costs the least, and put them on Bell pairs.

    Turning all vectors alike changes no correlator, but noise shrinks the coordinates unequally:
    the bias at visibility p is  sum_i p^(w_i) C_ii  with  C = sum_xy M_xy u_x v_y^T. The weights w
    ascend, so that the best frame, at every p at once, is that of the eigenvectors of the symmetric
    part of C with eigenvalues descending (Schur: the diagonal is majorised by the spectrum).

    Parameters
    ----------
    strategy : VectorStrategy
    matrix : ndarray of float, shape (m, n)
        The game matrix.

    Returns
    -------
    KPairStrategy
        With the same correlators. Its frame is the best for these vectors; other vectors may do
        better under noise.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> vectors = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    >>> strategy = VectorStrategy(alice=vectors, bob=vectors)
    >>> played = on_pairs(strategy, np.diag([4.0, 1.0, 2.0, 3.0]))
    >>> abs(played.alice[0].round(9)).tolist(), played.weights
    ([1.0, 0.0, 0.0, 0.0], (1, 1, 2, 2))
    """
    moments = strategy.alice.T @ matrix @ strategy.bob
    axes = np.linalg.eigh(moments + moments.T)[1][:, ::-1]
    return KPairStrategy(alice=strategy.alice @ axes, bob=strategy.bob @ axes)
