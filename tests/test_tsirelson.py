"""The two methods for the Tsirelson bias against each other, known values and each other's lies."""

import importlib
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brute import classical_bias, fractions_of, random_matrix
from xorgames.errors import InputError, SolverError
from xorgames.solvers import conic, lowrank
from xorgames.solvers.certificate import Proposal, certify
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.tsirelson import METHODS, tsirelson_bias
from xorgames.strategy import VectorStrategy


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_brackets_are_narrow_and_hold_the_order(seed):
    matrix = random_matrix(np.random.default_rng(seed), largest=8)
    bound, strategy = tsirelson_bias(matrix)
    total = math.fsum(np.abs(matrix).ravel())
    assert float(classical_bias(fractions_of(matrix))) <= bound.upper <= total * (1 + 1e-13)
    assert bound.upper <= math.sqrt(matrix.size) * np.linalg.norm(matrix, 2) * (1 + 1e-13)
    assert bound.width <= 1e-10 * bound.upper
    assert float((matrix * strategy.correlators).sum()) == pytest.approx(bound.lower, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_methods_agree(seed):
    matrix = random_matrix(np.random.default_rng(seed), largest=7)
    ours, _ = tsirelson_bias(matrix)
    witness, _ = tsirelson_bias(matrix, method="scs")
    assert max(ours.lower, witness.lower) <= min(ours.upper, witness.upper)
    assert witness.width <= 1e-6 * witness.upper


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_by_two_against_the_closed_form(seed):
    matrix = np.random.default_rng(seed).standard_normal((2, 2))
    known = two_by_two(fractions_of(matrix))
    bound, _ = tsirelson_bias(matrix)
    assert Fraction(bound.lower) ** 2 <= known.quantum_squared <= Fraction(bound.upper) ** 2
    assert known.classical == classical_bias(fractions_of(matrix))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_rows_against_the_one_dimensional_formula(seed):
    """2 x m: the largest over t of sum_j sqrt(M0j^2 + M1j^2 + 2 M0j M1j t), concave in t."""
    matrix = np.random.default_rng(seed).standard_normal((2, 9))
    low, high = -1.0, 1.0

    def value(t: float) -> float:
        squares = (matrix**2).sum(axis=0) + 2 * matrix[0] * matrix[1] * t
        return float(np.sqrt(np.maximum(squares, 0.0)).sum())

    for _ in range(200):
        third = (high - low) / 3
        if value(low + third) < value(high - third):
            low += third
        else:
            high -= third
    bound, _ = tsirelson_bias(matrix)
    assert bound.midpoint == pytest.approx(value((low + high) / 2), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_metamorphic_properties(seed):
    rng = np.random.default_rng(seed)
    matrix, other = random_matrix(rng), random_matrix(rng, largest=3)
    bias = tsirelson_bias(matrix)[0]
    m, n = matrix.shape
    signs = rng.choice([-1.0, 1.0], (m, 1)) * rng.choice([-1.0, 1.0], (1, n))
    shuffled = (matrix * signs)[rng.permutation(m)][:, rng.permutation(n)]
    split = np.vstack([matrix, 0.25 * matrix[:1]])
    split[0] *= 0.75
    direct_sum = np.block([
        [matrix, np.zeros((m, other.shape[1]))],
        [np.zeros((other.shape[0], n)), other],
    ])  # fmt: skip
    other_bias = tsirelson_bias(other)[0]
    for changed, expected in [
        (matrix.T, bias.midpoint),
        (-matrix, bias.midpoint),
        (shuffled, bias.midpoint),
        (8.0 * matrix, 8 * bias.midpoint),
        (np.pad(matrix, ((1, 2), (2, 1))), bias.midpoint),
        (split, bias.midpoint),
        (np.kron(matrix, other), bias.midpoint * other_bias.midpoint),
        (direct_sum, bias.midpoint + other_bias.midpoint),
        (np.abs(matrix), np.abs(matrix).sum()),
    ]:
        assert tsirelson_bias(changed)[0].midpoint == pytest.approx(expected, rel=1e-9)
    assert tsirelson_bias(matrix[1:] if m > 1 else matrix)[0].lower <= bias.upper * (1 + 1e-12)


@pytest.mark.parametrize("kind", ["sign", "gauss", "threshold", "integers", "hadamard"])
@pytest.mark.parametrize("size", [16, 40, 64])
def test_width_up_to_64_by_64(kind, size):
    rng = np.random.default_rng(size)
    hadamard = np.ones((1, 1))
    while len(hadamard) < size:
        hadamard = np.kron(hadamard, [[1.0, 1.0], [1.0, -1.0]])
    matrix = {
        "sign": rng.choice([-1.0, 1.0], (size, size)),
        "gauss": rng.standard_normal((size, size)),
        "threshold": np.where(np.add.outer(range(size), range(size)) < size, 1.0, -1.0),
        "integers": rng.integers(-3, 4, (size, size - 5)).astype(float),
        "hadamard": hadamard[:size, :size],
    }[kind]
    bound, _ = tsirelson_bias(matrix)
    assert bound.width <= 1e-10 * bound.upper


@pytest.mark.parametrize("start_rank", [1, 2])
def test_rank_escape_leaves_spurious_fixed_points(start_rank):
    rng = np.random.default_rng(7)
    for _ in range(10):
        matrix = rng.standard_normal(tuple(rng.integers(12, 20, 2)))
        found = lowrank.propose(matrix, rng=np.random.default_rng(1), rank=start_rank)
        bound = certify(matrix, found)
        assert bound.width <= 1e-10 * bound.upper
        assert found.strategy.rank > start_rank


def test_the_boundary_of_the_region_of_advantage():
    """Biased CHSH at p = 1/(2q): the optimum is degenerate, and convergence slow."""
    p, q = 0.625, 0.8
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    bound, _ = tsirelson_bias(matrix)
    assert 1 - 2 * (1 - p) * (1 - q) == pytest.approx(bound.midpoint, rel=1e-10)
    assert bound.width < 1e-10


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("method", METHODS)
def test_extreme_scales(scale, method):
    matrix = np.array([[1.0, 1.0], [1.0, -1.0]])
    bound, _ = tsirelson_bias(scale * matrix, method=method)
    assert bound.midpoint == pytest.approx(8**0.5 * scale, rel=1e-8)


def test_a_game_that_pays_the_same_for_both_parities():
    bound, strategy = tsirelson_bias(np.zeros((2, 3)))
    assert (bound.lower, bound.upper, strategy.rank) == (0.0, 0.0, 1)


def test_digits_do_not_depend_on_the_seed():
    matrix = np.random.default_rng(0).standard_normal((9, 9))
    bounds = [tsirelson_bias(matrix, rng=seed)[0] for seed in range(4)]
    assert max(b.midpoint for b in bounds) - min(b.midpoint for b in bounds) < 1e-12


def test_unknown_method():
    with pytest.raises(InputError) as caught:
        tsirelson_bias(np.eye(2), method="lowrnk")
    assert str(caught.value) == (
        "`method` is not known; received 'lowrnk'. Cure: did you mean `lowrank`?"
    )


def test_a_backend_that_lies_cannot_move_the_bracket(monkeypatch):
    """Vectors of length 3 and multipliers of zero, with every appearance of success."""

    def lie(matrix, *, rng):  # noqa: ARG001
        m, n = matrix.shape
        strategy = VectorStrategy(alice=3 * np.ones((m, 1)), bob=3 * np.ones((n, 1)))
        return Proposal(
            strategy=strategy, alice_multipliers=np.zeros(m), bob_multipliers=np.zeros(n)
        )

    monkeypatch.setattr(lowrank, "propose", lie)
    bound, _ = tsirelson_bias(np.array([[1.0, 1.0], [1.0, -1.0]]))
    assert bound.lower <= 2.0 + 1e-12
    assert bound.upper >= 8**0.5


class FakeProblem:
    """Stands in for cvxpy.Problem and fails in the ways that solvers fail."""

    status = "optimal"
    failure = "raise"

    def __init__(self, objective, constraints):
        self.objective, self.constraints = objective, constraints

    def solve(self, **_):
        if self.failure == "raise":
            raise RuntimeError("out of memory")
        gram = self.objective.args[0].variables()[0]
        if self.failure == "nan":
            gram.save_value(np.full(gram.shape, math.nan))
            self.constraints[0].dual_variables[0].save_value(np.full(gram.shape[0], math.nan))


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("raise", "SCS failed: out of memory"),
        ("nothing", "SCS returned no solution; its status is 'optimal'"),
        ("nan", "SCS returned numbers that are not finite"),
    ],
)
def test_solver_failures_become_errors(monkeypatch, failure, message):
    cvxpy = importlib.import_module("cvxpy")
    monkeypatch.setattr(FakeProblem, "failure", failure)
    monkeypatch.setattr(cvxpy, "Problem", FakeProblem)
    with pytest.raises(SolverError) as caught:
        conic.propose(np.array([[1.0, 1.0], [1.0, -1.0]]), rng=np.random.default_rng(0))
    assert str(caught.value) == message
