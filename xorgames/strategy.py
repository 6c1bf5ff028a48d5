"""How a game is played: deterministic answers, Tsirelson vectors, measurements on one Bell pair.

Every strategy knows its correlators E(x, y) = P(a = b) - P(a != b), which is all that the payoff of
an XOR game depends on.

- Deterministic: bits a(x), b(y); E = (-1)^(a + b).
- Vectors: unit vectors u(x), v(y); E = u . v. Tsirelson: exactly these correlators can be reached
  with entanglement (arXiv:quant-ph/0404076 restates the construction).
- One pair: on |Phi+> = (|00> + |11>)/sqrt2 Alice measures cos(polar) Z + sin(polar) (cos(azimuth) X
  + sin(azimuth) Y), Bob the same with his angles; outcome +1 is the bit 0. Then
  E = cos(pA) cos(pB) + sin(pA) sin(pB) cos(azA + azB), which in the X-Z plane is E = cos(a - b).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.answers import Bits
    from xorgames.play import Party

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Pauli's matrices of X, Y and Z.
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=np.complex128)


class Playable:
    """What every strategy can do beside knowing its correlators: be played, round after round."""

    def sample(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        rng: int | np.random.Generator | None = None,
    ) -> "tuple[Bits, Bits]":
        """Return the outputs of both parties in many rounds.

        Parameters
        ----------
        x, y : array_like of int
            The inputs of each round; shapes are broadcast against each other.
        rng : int or numpy.random.Generator, optional
            A seed or a generator; fresh randomness by default.

        Returns
        -------
        (a, b) : ndarrays of 0 and 1, of the common shape of x and y

        Raises
        ------
        InputError
            If an input is not among those of the game.

        Examples
        --------
        >>> pair = OnePairStrategy(alice=np.zeros((1, 2)), bob=np.zeros((1, 2)), planar=True)
        >>> a, b = pair.sample(np.zeros(1000, dtype=int), 0, rng=0)
        >>> bool((a == b).all()), 400 < int(a.sum()) < 600
        (True, True)
        """
        from xorgames import play

        return play.sample(self, x, y, rng=rng)

    def parties(self, *, rng: int | np.random.Generator | None = None) -> "tuple[Party, Party]":
        """Return Alice and Bob, each with a share of the resource and no way to the other's input.

        Examples
        --------
        >>> bits = DeterministicStrategy(a=np.array([0, 1]), b=np.array([0, 1]))
        >>> alice, bob = bits.parties()
        >>> alice.play([0, 1, 1]).tolist(), int(bob.play(0))
        ([0, 1, 1], 0)
        """
        from xorgames import play

        return play.parties(self, rng=rng)


@dataclass(frozen=True, kw_only=True, eq=False)
class DeterministicStrategy(Playable):
    """One bit for each input.

    Parameters
    ----------
    a, b : ndarray of int, shapes (m,) and (n,)
        The outputs 0 or 1 of Alice and Bob.
    """

    a: IntArray
    b: IntArray

    def __post_init__(self) -> None:
        """Take read-only copies of the arrays, once they are checked."""
        _freeze(self, "a", "b")
        for name in ("a", "b"):
            bits = getattr(self, name)
            if bits.ndim != 1 or not {0, 1}.issuperset(bits.tolist()):
                reject(
                    name, "must be one bit, 0 or 1, for each input", received=repr(bits.tolist())
                )

    @property
    def vectors(self) -> "VectorStrategy":
        """The same strategy as vectors of dimension 1."""
        return VectorStrategy(
            alice=(1 - 2 * self.a[:, None]).astype(np.float64),
            bob=(1 - 2 * self.b[:, None]).astype(np.float64),
        )

    @property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n), all +-1."""
        return self.vectors.correlators

    def to_dict(self) -> dict[str, Any]:
        """Return the bits as lists."""
        return {"a": self.a.tolist(), "b": self.b.tolist()}


@dataclass(frozen=True, kw_only=True, eq=False)
class VectorStrategy(Playable):
    """Unit vectors whose inner products are the correlators.

    Parameters
    ----------
    alice, bob : ndarray of float, shapes (m, r) and (n, r)
    """

    alice: FloatArray
    bob: FloatArray

    def __post_init__(self) -> None:
        """Take read-only copies of the arrays."""
        _freeze(self, "alice", "bob")

    @property
    def rank(self) -> int:
        """The dimension r of the vectors."""
        return int(self.alice.shape[1])

    @property
    def pairs(self) -> int:
        """How many Bell pairs the standard construction uses: 2 k + 1 >= r; none for r = 1."""
        return self.rank // 2

    @cached_property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        return self.alice @ self.bob.T


@dataclass(frozen=True, kw_only=True, eq=False)
class OnePairStrategy(Playable):
    """Measurement directions of both parties on one Bell pair |Phi+>.

    Parameters
    ----------
    alice, bob : ndarray of float, shapes (m, 2) and (n, 2)
        Polar and azimuth angle in degrees of each Bloch direction; the azimuth is 0 throughout, and
        the polar angle in (-180, 180], where one plane (X-Z) suffices.
    planar : bool
        Whether all measurements lie in the X-Z plane.
    """

    alice: FloatArray
    bob: FloatArray
    planar: bool
    _directions: tuple[FloatArray, FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Take read-only copies of the arrays, once they are checked."""
        _freeze(self, "alice", "bob")
        for name in ("alice", "bob"):
            angles = getattr(self, name)
            if angles.shape[1:] != (2,) or not _finite(angles):
                rule = "must be two finite angles in degrees, polar and azimuth, for each input"
                reject(name, rule, received=repr(angles.tolist()))
        object.__setattr__(self, "_directions", (_bloch(self.alice), _bloch(self.bob)))

    @property
    def directions(self) -> tuple[FloatArray, FloatArray]:
        """The Bloch vectors (x, y, z) of Alice's and Bob's measurements, shapes (m, 3), (n, 3)."""
        return self._directions

    @property
    def observables(self) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """The +-1-valued 2 x 2 observables, shapes (m, 2, 2) and (n, 2, 2)."""
        alice, bob = self._directions
        return np.tensordot(alice, PAULI, axes=1), np.tensordot(bob, PAULI, axes=1)

    @property
    def correlators(self) -> FloatArray:
        """E(x, y) on |Phi+>, shape (m, n)."""
        alice, bob = self._directions
        return (alice * [1.0, -1.0, 1.0]) @ bob.T

    @property
    def angles_deg(self) -> dict[str, list[Any]]:
        """What to dial: an angle for each input, or (polar, azimuth) where a plane is not enough.

        Alice's first angle is 0. In one plane E = cos(a - b).
        """
        if self.planar:
            return {"a": self.alice[:, 0].tolist(), "b": self.bob[:, 0].tolist()}
        return {"a": self.alice.tolist(), "b": self.bob.tolist()}


def _bloch(angles_deg: FloatArray) -> FloatArray:
    polar, azimuth = np.radians(angles_deg).T
    return np.stack(
        [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)], axis=1
    )


def _finite(numbers: NDArray[Any]) -> bool:
    return numbers.dtype.kind in "iuf" and bool(np.isfinite(numbers).all())


def _freeze(strategy: object, *names: str) -> None:
    for name in names:
        try:
            array = np.array(getattr(strategy, name))
        except ValueError:
            reject(name, "must be an array", received=repr(getattr(strategy, name)))
        array.setflags(write=False)
        object.__setattr__(strategy, name, array)
