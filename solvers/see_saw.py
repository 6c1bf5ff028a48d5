"""The best measurements on a noisy pair, and the best pair for noisy detectors, by see-saw.

A two-outcome observable of a qubit is  o_0 1 + o . sigma, the four-vector (o_0, o); a state of two
qubits is the table  R_ij = <sigma_i x sigma_j>, sigma_0 = 1. Then  E(x, y) = p_x^T R q_y.

A detector turns the direction n that is measured into (d s, h n): h is what it leaves of the
observable (`shrink`), d <= 1 - h what it adds of a fixed sign s that the party chooses for each
input (`drift`: a fallback for no click, or the bias of an asymmetric readout). A party may also not
measure and answer the bit s: (s, 0). Hence the best answer to  c = sum_y M_xy R q_y  earns

    max( |c_0|,  h |c| + d |c_0| ),

and the parties improve in turn; where the state is free, it becomes the largest eigenvector of the
Bell operator  sum M_xy A_x x B_y. Nothing is proven but what the result reaches: see `play_bias`.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.draws import generator
from xorgames.errors import reject
from xorgames.strategy import PAULI as XYZ
from xorgames.strategy import DeterministicStrategy, OnePairStrategy

FloatArray = NDArray[np.float64]
#: Alice's observables, Bob's, and tables of states, of many plays.
Plays = tuple[FloatArray, FloatArray, FloatArray]

#: sigma_i, shape (4, 2, 2), and sigma_i x sigma_j, shape (4, 4, 4, 4).
PAULI = np.stack([np.eye(2), *XYZ])
PAULI_PAIRS = np.einsum("iab,jcd->ijacbd", PAULI, PAULI).reshape(4, 4, 4, 4)

#: The table of |Phi+>.
PHI_PLUS = np.diag([1.0, 1.0, -1.0, 1.0])

_BURST, _BURSTS, _FINALISTS = 50, 40, 12
_MOST_STARTS = 10_000
_REST = 1e-13


@dataclass(frozen=True, kw_only=True)
class Detector:
    """What a detector does to an observable: it shrinks it, and adds a sign that may be chosen.

    Parameters
    ----------
    shrink, drift : float
        Not negative, with a sum of at most 1.
    """

    shrink: float = 1.0
    drift: float = 0.0


PERFECT = Detector()


@dataclass(frozen=True, kw_only=True, eq=False)
class Play:
    """Observables of both parties on a state, detectors included.

    Attributes
    ----------
    alice, bob : ndarray of float, shapes (m, 4) and (n, 4)
        Four-vectors; (+-1, 0, 0, 0) is a party that answers a fixed bit.
    state : ndarray of float, shape (4, 4)
    """

    alice: FloatArray
    bob: FloatArray
    state: FloatArray

    @property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        result: FloatArray = self.alice @ self.state @ self.bob.T
        return result

    @property
    def angles_deg(self) -> dict[str, list[list[float] | int]]:
        """What to dial, for each input: [polar, azimuth], or the bit 0 or 1 to answer always."""
        return {"a": _angles(self.alice), "b": _angles(self.bob)}

    @property
    def signs(self) -> dict[str, list[int]]:
        """The bits that stand for the fixed parts of the observables: 0 for +, 1 for -."""
        return {
            "a": (self.alice[:, 0] < 0).astype(int).tolist(),
            "b": (self.bob[:, 0] < 0).astype(int).tolist(),
        }


def play_bias(matrix: FloatArray, play: Play) -> Bound:
    """Return a bracket on the bias that a play reaches.

    The entries of four-vectors and states are at most 1 in size and come from exact angles by less
    than 50 roundings; each correlator is a sum of 16 products of 3 of them, and the bias a sum of
    m n terms, taken row by row. All errors together stay below (m + n + 100) 2^-50 of sum |M|.

    Examples
    --------
    >>> play = Play(alice=np.eye(4)[[1, 3]], bob=np.eye(4)[[1, 3]], state=PHI_PLUS)
    >>> play_bias(np.array([[0.25, 0.25], [0.25, -0.25]]), play).midpoint
    0.0
    """
    reached = float((matrix * play.correlators).sum(axis=1).sum())
    slack = (sum(matrix.shape) + 100) * 2.0**-50 * float(np.abs(matrix).sum())
    return Bound(reached - slack, reached + slack)


def dialled(strategy: OnePairStrategy) -> tuple[FloatArray, FloatArray]:
    """Return a strategy's observables as four-vectors, shapes (m, 4) and (n, 4)."""
    alice, bob = strategy.directions
    return np.pad(alice, ((0, 0), (1, 0))), np.pad(bob, ((0, 0), (1, 0)))


def answered(strategy: DeterministicStrategy) -> tuple[FloatArray, FloatArray]:
    """Return a strategy's fixed bits as four-vectors, shapes (m, 4) and (n, 4)."""
    alice, bob = (np.outer(1.0 - 2.0 * bits, np.eye(4)[0]) for bits in (strategy.a, strategy.b))
    return alice, bob


def see_saw(
    matrix: FloatArray,
    *,
    state: FloatArray | None = None,
    detectors: tuple[Detector, Detector] = (PERFECT, PERFECT),
    known: tuple[Play, ...] = (),
    starts: int = 64,
    rng: int | np.random.Generator = 0,
) -> Play:
    """Return the best play found from many starts.

    Parameters
    ----------
    matrix : ndarray of float, shape (m, n)
        The game matrix.
    state : ndarray of float, shape (4, 4), optional
        The table of the pair. Without it, the best pure state is sought too.
    detectors : pair of Detector
        Alice's and Bob's.
    known : tuple of Play
        Starts beside the random ones; their states count where the state is sought.
    starts : int
        How many random starts, from 1 to 10 000.
    rng : int or numpy.random.Generator

    Raises
    ------
    InputError
        If `starts` or `rng` is none.

    Examples
    --------
    >>> chsh = np.array([[0.25, 0.25], [0.25, -0.25]])
    >>> dephased = np.diag([1.0, 0.92, -0.92, 1.0])
    >>> print(f"{4 * play_bias(chsh, see_saw(chsh, state=dephased)).lower:.6f}")  # 2 sqrt(1 + V^2)
    2.717646
    """
    whole = isinstance(starts, int | np.integer) and not isinstance(starts, bool)
    if not (whole and 1 <= starts <= _MOST_STARTS):
        rule = f"must be a whole number from 1 to {_MOST_STARTS}"
        reject("starts", rule, received=repr(starts))
    random = generator(rng)
    core = matrix / max(float(np.abs(matrix).max()), 1e-300)
    start = _Start(count=starts, inputs=matrix.shape[1], detector=detectors[1], rng=random)
    known_bob = [play.bob[None] for play in known]
    known_tables = [(play.state if state is None else state)[None] for play in known]
    bob = np.concatenate([start.measured(), *known_bob])
    tables = np.concatenate([start.tables(state), *known_tables])
    # At first everybody measures: fixed answers that are chosen too early are hard to leave again.
    climber = _Climber(matrix=core, detectors=detectors, free=state is None, fixed=False)
    alice, bob, tables = climber.climb(bob, tables)
    bob = np.concatenate([bob, start.hybrids(), *known_bob])
    tables = np.concatenate([tables, start.tables(state), *known_tables])
    alice, bob, tables = replace(climber, fixed=True).climb(bob, tables)
    best = int(_biases(core, alice, bob, tables).argmax())
    return Play(alice=alice[best], bob=bob[best], state=tables[best])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Start:
    """Where random searches begin."""

    count: int
    inputs: int
    detector: Detector
    rng: np.random.Generator

    def measured(self) -> FloatArray:
        """Return Bob's observables in random directions."""
        pulls = self.rng.standard_normal((self.count, self.inputs, 4))
        return best_response(pulls, self.detector, fixed=False)

    def hybrids(self) -> FloatArray:
        """Return the same, with about half of the inputs answered by random fixed bits."""
        observables = self.measured()
        bits = self.rng.choice([-1.0, 1.0], observables.shape[:2])[..., None] * np.eye(4)[0]
        answered = self.rng.random(observables.shape[:2]) < 0.5
        return np.where(answered[..., None], bits, observables)

    def tables(self, state: FloatArray | None) -> FloatArray:
        """Return copies of the state, or random pure states."""
        if state is not None:
            return np.repeat(state[None], self.count, axis=0)
        vectors = self.rng.standard_normal((2, self.count, 4))
        amplitudes = vectors[0] + 1j * vectors[1]
        return bloch_table(amplitudes / np.linalg.norm(amplitudes, axis=1, keepdims=True))


@dataclass(frozen=True, kw_only=True, eq=False)
class _Climber:
    """Many plays that improve in turn, all at once."""

    matrix: FloatArray
    detectors: tuple[Detector, Detector]
    free: bool
    fixed: bool

    def climb(self, bob: FloatArray, tables: FloatArray) -> Plays:
        """Improve, all for a while and then the best few until they rest."""
        for _ in range(_BURST):
            alice, bob, tables = self._step(bob, tables)
        before = _biases(self.matrix, alice, bob, tables)
        best = np.argsort(-before, kind="stable")[:_FINALISTS]
        before, bob, tables = before[best], bob[best], tables[best]
        for _ in range(_BURSTS):
            for _ in range(_BURST):
                alice, bob, tables = self._step(bob, tables)
            after = _biases(self.matrix, alice, bob, tables)
            if (after - before).max() < _REST * np.abs(self.matrix).sum():
                break
            before = after
        return alice, bob, tables

    def _step(self, bob: FloatArray, tables: FloatArray) -> Plays:
        pulls = self.matrix @ bob @ tables.swapaxes(-1, -2)
        alice = best_response(pulls, self.detectors[0], fixed=self.fixed)
        bob = best_response(self.matrix.T @ alice @ tables, self.detectors[1], fixed=self.fixed)
        if self.free:
            tables = _best_states(alice.swapaxes(-1, -2) @ self.matrix @ bob)
        return alice, bob, tables


def best_response(pulls: FloatArray, detector: Detector, *, fixed: bool = True) -> FloatArray:
    """Return the four-vectors that earn most against `pulls`, shapes (..., 4).

    Parameters
    ----------
    pulls : ndarray of float, shape (..., 4)
        c of the head of this module.
    detector : Detector
    fixed : bool
        Whether a party may answer a fixed bit.
    """
    sign = np.where(pulls[..., :1] < 0, -1.0, 1.0)
    spatial = pulls[..., 1:]
    length = np.linalg.norm(spatial, axis=-1, keepdims=True)
    direction = np.divide(spatial, length, out=np.zeros_like(spatial), where=length > 0)
    direction[..., 2] += length[..., 0] == 0
    measured = np.concatenate([detector.drift * sign, detector.shrink * direction], axis=-1)
    if not fixed:
        return measured
    size = np.abs(pulls[..., :1])
    better = size > detector.shrink * length + detector.drift * size
    return np.where(better, sign * np.eye(4)[0], measured)


def bloch_table(vectors: NDArray[np.complex128]) -> FloatArray:
    """Return the tables of pure states, shapes (..., 4) to (..., 4, 4)."""
    turned = np.einsum("ijab,...b->...ija", PAULI_PAIRS, vectors)
    table: FloatArray = np.einsum("...a,...ija->...ij", vectors.conj(), turned).real
    return table


def _angles(observables: FloatArray) -> list[list[float] | int]:
    result: list[list[float] | int] = []
    for offset, x, y, z in observables.tolist():
        if x == y == z == 0.0:
            result.append(int(offset < 0))
        else:
            polar, azimuth = math.atan2(math.hypot(x, y), z), math.atan2(y, x)
            result.append([math.degrees(polar), math.degrees(azimuth)])
    return result


def _best_states(operators: FloatArray) -> FloatArray:
    """Return the tables of the largest eigenvectors of  sum K_ij sigma_i x sigma_j."""
    bell = np.einsum("...ij,ijab->...ab", operators, PAULI_PAIRS)
    return bloch_table(np.linalg.eigh(bell)[1][..., -1])


def _biases(matrix: FloatArray, *plays: FloatArray) -> FloatArray:
    alice, bob, tables = plays
    total: FloatArray = (matrix * (alice @ tables @ bob.swapaxes(-1, -2))).sum(axis=(-2, -1))
    return total
