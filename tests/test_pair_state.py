"""States of two qubits against explicit density matrices, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.pair_state import PairState

PAULI = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
BELL = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
PHI = np.outer(BELL[0], BELL[0])


def table_of(density):
    return np.array([[np.trace(density @ np.kron(a, b)).real for b in PAULI] for a in PAULI])


def random_density(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
    density = root @ root.conj().T
    return density / np.trace(density).real


@given(st.integers(0, 10**6))
def test_a_density_matrix_and_back(seed):
    density = random_density(seed)
    state = PairState.from_matrix(density)
    assert state.table == pytest.approx(table_of(density), abs=1e-12)
    assert state.density == pytest.approx(density, abs=1e-12)
    assert state.fidelity == pytest.approx((BELL[0] @ density @ BELL[0]).real)
    assert state.infidelity == 1 - state.fidelity
    alice, bob = state.local_vectors
    assert alice == pytest.approx(state.table[1:, 0])
    assert bob == pytest.approx(state.table[0, 1:])


@given(st.floats(0, 1))
def test_werner(visibility):
    density = visibility * PHI + (1 - visibility) * np.eye(4) / 4
    state = PairState.werner(visibility)
    assert state.density == pytest.approx(density, abs=1e-12)
    assert state.fidelity == pytest.approx((1 + 3 * visibility) / 4)


@given(st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any))
def test_bell_diagonal(counts):
    weights = [count / sum(counts) for count in counts]
    density = sum(w * np.outer(bell, bell) for w, bell in zip(weights, BELL, strict=True))
    state = PairState.bell_diagonal(weights)
    assert state.density == pytest.approx(density, abs=1e-12)
    assert state.fidelity == pytest.approx(weights[0])


@given(st.floats(-90, 90))
def test_schmidt(angle_deg):
    angle = np.radians(angle_deg)
    vector = np.array([np.cos(angle), 0, 0, np.sin(angle)])
    state = PairState.schmidt(angle_deg)
    assert state.density == pytest.approx(np.outer(vector, vector), abs=1e-12)
    assert state.local_vectors[0] == pytest.approx([0, 0, np.cos(2 * angle)], abs=1e-12)


def test_a_state_cannot_be_changed_and_does_not_keep_the_array_given():
    table = np.diag([1.0, 1.0, -1.0, 1.0])
    state = PairState(table=table)
    table[1, 1] = 7
    assert state.table[1, 1] == 1
    with pytest.raises(ValueError, match="read-only"):
        state.table[1, 1] = 0


def test_to_dict():
    found = PairState.werner(1).to_dict()
    assert found == {"table": np.diag([1.0, 1.0, -1.0, 1.0]).tolist(), "fidelity": 1.0}


@pytest.mark.parametrize("excess", [-9e-10, 9e-10])
def test_rounding_is_made_up_for(excess):
    """Else a pair would seem to reach more than any state."""
    for density in (PHI * (1 + excess), PHI + excess * np.diag([0, 1, -1, 0])):
        state = PairState.from_matrix(density)
        assert np.linalg.eigvalsh(state.density)[0] >= -1e-15
        assert np.trace(state.density).real == pytest.approx(1, abs=1e-15)
        assert state.table == pytest.approx(table_of(density), abs=1e-8)
        assert np.abs(state.table).max() <= 1
    assert PairState.bell_diagonal([1 + min(excess, 0), 0, 0, 0]).fidelity == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.eye(3), "`state` must be a matrix of 4 x 4 real numbers; received 3 x 3. Cure: they "
         "are 1, X, Y, Z."),
        (np.nan, "`state` must be a matrix of 4 x 4 real numbers; received a number. Cure: they "
         "are 1, X, Y, Z."),
        ("Phi", "`state` must be a matrix of 4 x 4 real numbers; received 'Phi'."),
        (np.eye(4) * 2, "`state` must have trace 1; received 2. Cure: divide by the trace."),
        (
            np.eye(4),
            "`state` must be positive semidefinite; received an eigenvalue of -0.5. Cure: a "
            "measured state must first be fitted by a physical one.",
        ),
    ],
)  # fmt: skip
def test_what_is_no_table(table, message):
    with pytest.raises(InputError) as error:
        PairState(table=table)
    assert str(error.value) == message


def test_huge_tables_are_refused_without_overflow():
    with pytest.raises(InputError, match="must have trace 1"):
        PairState(table=np.full((4, 4), 1.7e308))


HALF = np.diag([0.5, 0.5, 0, 0])


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ("rho", "`state` must be a matrix of 4 x 4 complex numbers; received 'rho'."),
        (None, "`state` must be a matrix of 4 x 4 complex numbers; received None."),
        (
            np.eye(2),
            "`state` must be a matrix of 4 x 4 complex numbers; received 2 x 2. Cure: rows and "
            "columns are 00, 01, 10, 11.",
        ),
        (
            0.5,
            "`state` must be a matrix of 4 x 4 complex numbers; received a number. Cure: rows and "
            "columns are 00, 01, 10, 11.",
        ),
        (
            HALF + np.eye(4, k=1) * 0.1,
            "`state` must be Hermitian: entry [0][1] the conjugate of entry [1][0]; received "
            "0.1+0j and 0+0j.",
        ),
        (np.eye(4), "`state` must have trace 1; received 4. Cure: divide by the trace."),
        (np.zeros((4, 4)), "`state` must have trace 1; received 0."),
        (
            np.diag([1.2, -0.2, 0, 0]),
            "`state` must be positive semidefinite; received an eigenvalue of -0.2. Cure: a "
            "measured state must first be fitted by a physical one.",
        ),
    ],
)
def test_what_is_no_state(matrix, message):
    with pytest.raises(InputError) as error:
        PairState.from_matrix(matrix)
    assert str(error.value) == message


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_entries_that_are_not_finite(bad):
    with pytest.raises(InputError) as error:
        PairState.from_matrix(np.full((4, 4), bad))
    assert str(error.value).startswith("`state` must hold finite numbers only; received array(")


def test_huge_entries_are_refused_without_overflow():
    with pytest.raises(InputError) as error:
        PairState.from_matrix(np.full((4, 4), 1e308))
    assert str(error.value).startswith("`state` must have trace 1; received inf")


def test_two_problems_at_once():
    with pytest.raises(InputError) as error:
        PairState.from_matrix(np.eye(4) + np.eye(4, k=1))
    assert [problem.rule.split(":")[0] for problem in error.value.problems] == [
        "must be Hermitian",
        "must have trace 1",
    ]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PairState.werner(94), "`visibility` must lie in [0, 1]; received 94."),
        (
            lambda: PairState.werner(True),
            "`visibility` must be a number; received True. Cure: true and false are not numbers.",
        ),
        (lambda: PairState.werner(float("nan")), "`visibility` must be finite; received nan."),
        (
            lambda: PairState.bell_diagonal([1, 0]),
            "`weights` must give 4 numbers, for Phi+, Phi-, Psi+, Psi-; received 2.",
        ),
        (
            lambda: PairState.bell_diagonal(1),
            "`weights` must be of type list or tuple or ndarray; received int.",
        ),
        (
            lambda: PairState.bell_diagonal([0.5, 0.25, 0, 0]),
            "`weights` must sum to 1; received a sum of 0.75.",
        ),
        (
            lambda: PairState.bell_diagonal([1.5, -0.5, 0, 0]),
            "`weights[0]` must lie in [0, 1]; received 1.5.",
        ),
        (lambda: PairState.schmidt(91), "`angle_deg` must lie in [-90, 90]; received 91."),
    ],
)
def test_numbers_that_are_refused(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
