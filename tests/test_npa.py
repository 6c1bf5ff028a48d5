"""The relaxation against known maxima, and bounds that hold whatever the solver returns."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.errors import SolverError
from xorgames.solvers import npa
from xorgames.solvers.npa import LocalRelaxation, words
from xorgames.solvers.tsirelson import tsirelson_bias

CHSH = np.array([[1.0, 1.0], [1.0, -1.0]])
RELAXATION = LocalRelaxation((2, 2))


def no_marginals(matrix):
    return matrix, np.zeros(len(matrix)), np.zeros(matrix.shape[1])


@pytest.mark.parametrize("tilt", [0.0, 0.5, 1.0, 1.9])
def test_tilted_chsh(tilt):
    """max of tilt <A_0> + CHSH is sqrt(8 + 2 tilt^2) (Acín, Massar, Pironio, arXiv:1107.2754)."""
    known = np.sqrt(8 + 2 * tilt**2)
    for length in (1, 2):
        bound = LocalRelaxation((2, 2), length=length).bound(
            CHSH, np.array([tilt, 0.0]), np.zeros(2)
        )
        assert known <= bound < known + 1e-5


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (3, 3)])
def test_without_marginals_it_is_the_tsirelson_bound(shape):
    matrix = np.random.default_rng(4).standard_normal(shape)
    known, _ = tsirelson_bias(matrix)
    bound = LocalRelaxation(shape).bound(*no_marginals(matrix))
    assert known.lower <= bound < known.upper + 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_any_matrix_makes_a_bound(seed):
    """Garbage instead of a solution: the certificate still exceeds the true maximum."""
    rng = np.random.default_rng(seed)
    garbage = rng.standard_normal((9, 9)) * rng.choice([1e-3, 1.0, 1e6])
    garbage = garbage + garbage.T
    objective = np.zeros(len(RELAXATION._names))
    for (x, y), weight in np.ndenumerate(CHSH):
        objective[RELAXATION._names[(x,), (y,)]] = weight
    assert RELAXATION._certified(objective, garbage) >= np.sqrt(8)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_moments_of_a_quantum_model_obey_the_bound(seed):
    """Random qubit observables on a random state: an independent witness of the word rules."""
    rng = np.random.default_rng(seed)
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])

    def observables(count):
        directions = rng.standard_normal((count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        return np.tensordot(directions, paulis, axes=1)

    alice, bob = observables(2), observables(2)
    state = rng.standard_normal(4) + 1j * rng.standard_normal(4)
    state /= np.linalg.norm(state)

    def mean(operator):
        return float((state.conj() @ operator @ state).real)

    one = np.eye(2)
    joint, single_a, single_b = (rng.standard_normal(s) for s in ((2, 2), 2, 2))
    reached = sum(joint[x, y] * mean(np.kron(alice[x], bob[y])) for x in range(2) for y in range(2))
    reached += sum(single_a[x] * mean(np.kron(alice[x], one)) for x in range(2))
    reached += sum(single_b[y] * mean(np.kron(one, bob[y])) for y in range(2))
    assert reached <= RELAXATION.bound(joint, single_a, single_b)


def test_words_reduce():
    assert npa._product((0, 1), (0, 1)) == ()
    assert npa._product((0, 1), (0, 2)) == (1, 2)
    assert npa._product((), (3,)) == (3,)
    assert npa._name((1, 0), ()) == npa._name((0, 1), ()) == ((0, 1), ())
    assert [words((2, 2), length) for length in (1, 2, 3)] == [9, 25, 49]
    assert RELAXATION.size == 9


def test_scale_is_taken_out():
    for factor in (1e-200, 1e200):
        bound = RELAXATION.bound(*no_marginals(CHSH * factor))
        assert np.sqrt(8) <= bound / factor < np.sqrt(8) * (1 + 1e-6)


def test_a_solver_that_fails_is_an_error(monkeypatch):
    import cvxpy

    def fail(*_, **__):
        raise cvxpy.error.SolverError("no")

    relaxation = LocalRelaxation((2, 2))
    monkeypatch.setattr(cvxpy.Problem, "solve", fail)
    with pytest.raises(SolverError) as error:
        relaxation.bound(*no_marginals(CHSH))
    assert str(error.value) == "the relaxation could not be solved: no"


def test_a_solver_that_returns_nothing_is_an_error(monkeypatch):
    import cvxpy

    relaxation = LocalRelaxation((2, 2))
    monkeypatch.setattr(cvxpy.Problem, "solve", lambda *_, **__: None)
    with pytest.raises(SolverError) as error:
        relaxation.bound(*no_marginals(CHSH))
    assert str(error.value) == "the relaxation could not be solved: None"


def test_a_solution_that_is_not_finite_is_an_error(monkeypatch):
    import cvxpy

    relaxation = LocalRelaxation((2, 2))
    variable = relaxation._programme[2]

    def spoil(*_, **__):
        variable.save_value(np.full((9, 9), np.inf))

    monkeypatch.setattr(cvxpy.Problem, "solve", spoil)
    with pytest.raises(SolverError) as error:
        relaxation.bound(*no_marginals(CHSH))
    assert str(error.value) == "the relaxation could not be solved: None"
