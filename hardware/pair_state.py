"""States of two qubits, one at each party.

A state is the table  R_ij = <sigma_i x sigma_j>, sigma_0 = 1:  R_00 = 1, the first column holds
Alice's Bloch vector, the first row Bob's, and the rest the correlations T, so that measurements
along a and b have  E = a^T T b. A Bell pair |Phi+> = (|00> + |11>)/sqrt2 has T = diag(1, -1, 1).
"""

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, expect, reject
from xorgames.hardware.arguments import number_in
from xorgames.solvers.see_saw import PAULI_PAIRS, PHI_PLUS, bloch_table

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]

#: How far what is given may be from a state by rounding.
_TOLERANCE = 1e-9
#: Eigenvalues computed are this far from the true ones.
_ROUNDING = 1e-15

#: <sigma_i x sigma_i> of |Phi+>, |Phi->, |Psi+>, |Psi->, for i = 0 to 3.
_BELL = np.array([[1, 1, -1, 1], [1, -1, 1, 1], [1, 1, 1, -1], [1, -1, -1, -1]], dtype=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class PairState:
    """A state of two qubits.

    What rounding has taken from it (at most 1e-9) is made up for: the trace is divided out, and
    white noise is added until no eigenvalue is negative, as nothing that is shown as reached may
    exceed what a true state reaches.

    Parameters
    ----------
    table : array_like of float, shape (4, 4)
        <sigma_i x sigma_j>, Alice's index first.

    Raises
    ------
    InputError
        If it is not the table of a state, to 1e-9.
    """

    table: FloatArray

    def __post_init__(self) -> None:
        """Check the table and take a read-only copy."""
        table = _square(self.table, "iuf", "real").astype(np.float64)
        with np.errstate(all="ignore"):
            density = _density(table)
        if problems := _problems(density):
            raise InputError(problems)
        lowest = float(np.linalg.eigvalsh(density)[0])
        table /= table[0, 0] + (-4 * lowest if lowest < -_ROUNDING else 0.0)
        table[0, 0] = 1.0
        table.setflags(write=False)
        object.__setattr__(self, "table", table)

    @classmethod
    def from_matrix(cls, matrix: Any) -> Self:
        """Return the state with a given density matrix.

        Parameters
        ----------
        matrix : array_like of complex, shape (4, 4)
            Hermitian, positive semidefinite, with trace 1 (each to 1e-9), in the order 00, 01, 10,
            11 with Alice's qubit first.

        Raises
        ------
        InputError
            With every rule that is broken.

        Examples
        --------
        >>> pair = PairState.from_matrix([[0.5, 0, 0, 0.4], [0, 0, 0, 0],
        ...                               [0, 0, 0, 0], [0.4, 0, 0, 0.5]])
        >>> round(pair.fidelity, 12), np.diag(pair.correlations).round(12).tolist()
        (0.9, [0.8, -0.8, 1.0])
        """
        density = _square(matrix, "iufc", "complex").astype(np.complex128)
        if problems := _problems(density):
            raise InputError(problems)
        table = np.einsum("ijab,ba->ij", PAULI_PAIRS, density).real
        return cls(table=table)

    @classmethod
    def werner(cls, visibility: float) -> Self:
        """Return  v |Phi+><Phi+| + (1 - v) 1/4,  v in [0, 1].

        Examples
        --------
        >>> round(PairState.werner(0.92).fidelity, 12)
        0.94
        """
        v = number_in(visibility, 0, 1, key="visibility")
        return cls(table=PHI_PLUS * [1.0, v, v, v])

    @classmethod
    def bell_diagonal(cls, weights: Any) -> Self:
        """Return a mixture of |Phi+>, |Phi->, |Psi+>, |Psi-> with these weights, in this order.

        Raises
        ------
        InputError
            If there are not four weights, one is negative or they do not sum to 1 (to 1e-9).

        Examples
        --------
        >>> np.diag(PairState.bell_diagonal([0.9, 0.1, 0, 0]).correlations).round(12).tolist()
        [0.8, -0.8, 1.0]
        """
        expect(weights, (list, tuple, np.ndarray), key="weights")
        if len(weights) != 4:
            rule = "must give 4 numbers, for Phi+, Phi-, Psi+, Psi-"
            reject("weights", rule, received=len(weights))
        numbers = [number_in(w, 0, 1, key=f"weights[{i}]") for i, w in enumerate(weights)]
        if abs(sum(numbers) - 1) > _TOLERANCE:
            reject("weights", "must sum to 1", received=f"a sum of {sum(numbers):.12g}")
        return cls(table=np.diag(np.array(numbers) @ _BELL))

    @classmethod
    def schmidt(cls, angle_deg: float) -> Self:
        """Return  cos t |00> + sin t |11>,  t in [-90, 90] degrees; 45 is |Phi+>.

        Examples
        --------
        >>> PairState.schmidt(45).fidelity
        1.0
        """
        angle = math.radians(number_in(angle_deg, -90, 90, key="angle_deg"))
        amplitudes = np.array([math.cos(angle), 0, 0, math.sin(angle)], dtype=np.complex128)
        return cls(table=bloch_table(amplitudes))

    @property
    def density(self) -> ComplexArray:
        """The density matrix, shape (4, 4)."""
        return _density(self.table)

    @property
    def correlations(self) -> FloatArray:
        """T, shape (3, 3)."""
        return self.table[1:, 1:]

    @property
    def local_vectors(self) -> tuple[FloatArray, FloatArray]:
        """Alice's and Bob's Bloch vectors, shape (3,) each."""
        return self.table[1:, 0], self.table[0, 1:]

    @property
    def fidelity(self) -> float:
        """The overlap with |Phi+>, to rounding."""
        return min(1.0, max(0.0, float((self.table * PHI_PLUS).sum() / 4)))

    @property
    def infidelity(self) -> float:
        """1 - fidelity."""
        return 1.0 - self.fidelity

    def to_dict(self) -> dict[str, Any]:
        """Return the table and the fidelity."""
        return {"table": self.table.tolist(), "fidelity": self.fidelity}


def _density(table: FloatArray) -> ComplexArray:
    result: ComplexArray = np.einsum("ij,ijab->ab", table, PAULI_PAIRS) / 4
    return result


def _square(matrix: Any, kinds: str, numbers: str) -> NDArray[Any]:
    """Return 4 x 4 finite numbers of the kinds named, or refuse them."""
    rule = f"must be a matrix of 4 x 4 {numbers} numbers"
    try:
        given = np.array(matrix)
    except ValueError:
        reject("state", rule, received=repr(matrix))
    if given.dtype.kind not in kinds:
        reject("state", rule, received=repr(matrix))
    if given.shape != (4, 4):
        received = " x ".join(map(str, given.shape)) or "a number"
        cure = "rows and columns are 00, 01, 10, 11" if "c" in kinds else "they are 1, X, Y, Z"
        reject("state", rule, received=received, cure=cure)
    if not np.isfinite(given).all():
        reject("state", "must hold finite numbers only", received=repr(matrix))
    return given


def _problems(density: ComplexArray) -> list[Problem]:
    problems = []
    with np.errstate(all="ignore"):
        apart = np.abs(density - density.conj().T)
    if apart.max() > _TOLERANCE:
        i, j = np.unravel_index(apart.argmax(), apart.shape)
        problems.append(
            Problem(
                key="state",
                rule=f"must be Hermitian: entry [{i}][{j}] the conjugate of entry [{j}][{i}]",
                received=f"{density[i, j]:.6g} and {density[j, i]:.6g}",
            )
        )
    with np.errstate(all="ignore"):
        trace = float(np.trace(density).real)
        hermitian = (density + density.conj().T) / 2
    if abs(trace - 1) > _TOLERANCE:
        cure = "divide by the trace" if trace > 0 else ""
        problems.append(
            Problem(key="state", rule="must have trace 1", received=f"{trace:.12g}", cure=cure)
        )
    lowest = float(np.linalg.eigvalsh(hermitian)[0]) if np.isfinite(hermitian).all() else -math.inf
    if not problems and lowest < -_TOLERANCE:
        problems.append(
            Problem(
                key="state",
                rule="must be positive semidefinite",
                received=f"an eigenvalue of {lowest:.6g}",
                cure="a measured state must first be fitted by a physical one",
            )
        )
    return problems
