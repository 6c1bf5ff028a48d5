"""The certificate: no garbage may produce an invalid bound, and good input a tight one."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import classical_bias, fractions_of, random_matrix
from xorgames.errors import InconsistencyError, InputError, SolverError
from xorgames.solvers import certificate
from xorgames.solvers.certificate import (
    LEVELS,
    Proposal,
    certify,
    deterministic_bias,
    dual_bias,
    dual_biases,
    strategy_bias,
    vector_biases,
)
from xorgames.solvers.exact_certificate import exact_certificate
from xorgames.solvers.tsirelson import propose
from xorgames.strategy import DeterministicStrategy, VectorStrategy

CHSH = np.array([[0.25, 0.25], [0.25, -0.25]])
OPTIMUM = VectorStrategy(alice=np.eye(2), bob=np.array([[1.0, 1.0], [1.0, -1.0]]) / 2**0.5)


def exact_dual(matrix: np.ndarray, multipliers: np.ndarray) -> Fraction | None:
    """The dual objective in exact arithmetic, or None where the multipliers are not feasible."""
    m, n = matrix.shape
    slack = [[Fraction(0)] * (m + n) for _ in range(m + n)]
    for i, multiplier in enumerate(multipliers):
        slack[i][i] = Fraction(float(multiplier))
    for x in range(m):
        for y in range(n):
            slack[x][m + y] = slack[m + y][x] = -Fraction(float(matrix[x, y]))
    for k in range(m + n):
        pivot = slack[k][k]
        if pivot < 0 or (pivot == 0 and any(slack[k][j] for j in range(k, m + n))):
            return None
        for i in range(k + 1, m + n):
            if pivot and slack[i][k]:
                factor = slack[i][k] / pivot
                for j in range(k, m + n):
                    slack[i][j] -= factor * slack[k][j]
    return sum((Fraction(float(v)) for v in multipliers), Fraction(0)) / 2


def test_chsh_is_bracketed_to_a_few_units_in_the_last_place():
    half = np.full(2, 8**-0.5)
    proposal = Proposal(strategy=OPTIMUM, alice_multipliers=half, bob_multipliers=half)
    bound = certify(CHSH, proposal)
    assert Fraction(bound.lower) ** 2 < Fraction(1, 2) < Fraction(bound.upper) ** 2
    assert bound.width < 2e-14


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-150, 1e-9, 1.0, 1e9, 1e150]))
def test_garbage_never_gives_an_invalid_bound(seed, scale):
    rng = np.random.default_rng(seed)
    m, n, rank = rng.integers(1, 6, size=3)
    matrix = scale * rng.standard_normal((m, n)) * 10.0 ** rng.integers(-3, 1, (m, n))
    strategy = VectorStrategy(
        alice=rng.standard_normal((m, rank)) * rng.choice([0.0, 1e-9, 1.0, 7.0], (m, 1)),
        bob=rng.standard_normal((n, rank)),
    )
    multipliers = scale * rng.standard_normal(m + n) * 10.0 ** rng.integers(-3, 3)
    best = classical_bias(fractions_of(matrix))
    assert Fraction(dual_bias(matrix, multipliers)) >= best
    assert strategy_bias(matrix, strategy) <= dual_bias(matrix, multipliers)
    garbage = Proposal(
        strategy=strategy, alice_multipliers=multipliers[:m], bob_multipliers=multipliers[m:]
    )
    exact = exact_certificate(matrix, garbage)
    assert exact.lower <= exact.upper
    assert best <= exact.upper <= abs(fractions_of(matrix)).sum()


ODD = [0.0, -1.0, 5e-324, 1e-320, 1e-160, 1.0, 1e160, 1e308, math.nan, math.inf, -math.inf]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), exponent=st.integers(-290, 290))
def test_multipliers_of_any_kind_give_a_bound(seed, exponent):
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng, largest=4) * 10.0**exponent
    upper = dual_bias(matrix, rng.choice(ODD, sum(matrix.shape)))
    best, total = classical_bias(fractions_of(matrix)), abs(fractions_of(matrix)).sum()
    assert best <= Fraction(upper) <= total * Fraction(1 + 1e-13)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_dual_bound_against_exact_feasible_multipliers(seed):
    """A dual point that is feasible in exact arithmetic bounds every strategy, and ours is near."""
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 5, size=2)
    matrix = rng.standard_normal((m, n))
    multipliers = np.concatenate([np.abs(matrix).sum(axis=1), np.abs(matrix).sum(axis=0)])
    feasible = exact_dual(matrix, multipliers * (1 + 1e-12))
    assert feasible is not None
    vectors = rng.standard_normal((m + n, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lower = strategy_bias(matrix, VectorStrategy(alice=vectors[:m], bob=vectors[m:]))
    assert Fraction(lower) <= feasible
    assert lower <= dual_bias(matrix, multipliers) <= float(feasible) * (1 + 1e-9)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_lower_end_is_reached_in_exact_arithmetic(seed):
    """With rational unit vectors on the circle, the exact bias is at least the proven lower end."""
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 5, size=2)
    matrix = rng.standard_normal((m, n))

    def circle(count: int) -> tuple[list[tuple[Fraction, Fraction]], np.ndarray]:
        exact = []
        for _ in range(count):
            t = Fraction(int(rng.integers(-50, 50)), int(rng.integers(1, 50)))
            exact.append(((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)))
        return exact, np.array([[float(a), float(b)] for a, b in exact])

    (alice, alice_floats), (bob, bob_floats) = circle(m), circle(n)
    achieved = sum(
        Fraction(float(matrix[x, y])) * (alice[x][0] * bob[y][0] + alice[x][1] * bob[y][1])
        for x in range(m)
        for y in range(n)
    )
    lower = strategy_bias(matrix, VectorStrategy(alice=alice_floats, bob=bob_floats))
    assert Fraction(lower) <= max(achieved, Fraction(0))
    assert lower >= float(achieved) - 1e-13 * np.abs(matrix).sum()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-150, 1.0, 1e150]))
def test_levels_are_nested(seed, scale):
    """Exact inside verified, and verified inside the float estimate widened by its rounding."""
    rng = np.random.default_rng(seed)
    matrix = scale * random_matrix(rng)
    found = propose(matrix, rng=rng)
    estimate, verified, exact = (certify(matrix, found, level=level) for level in LEVELS)
    assert verified.lower <= exact.lower <= exact.upper <= verified.upper
    assert verified.width <= 1e-10 * verified.upper
    slack = 1e-12 * np.abs(matrix).sum()
    assert estimate.lower - slack <= verified.lower <= verified.upper <= estimate.upper + slack


@pytest.mark.parametrize(("m", "n"), [(3, 40), (40, 3), (1, 1), (1, 7), (60, 60)])
def test_levels_are_nested_whatever_the_shape(m, n):
    matrix = np.random.default_rng(m).standard_normal((m, n))
    found = propose(matrix)
    verified, exact = (certify(matrix, found, level=level) for level in LEVELS[1:])
    assert verified.lower <= exact.lower <= exact.upper <= verified.upper
    assert exact.width <= 1e-14 * exact.upper


def test_fractions_are_welcome_at_every_level():
    third = np.array([[Fraction(1, 3), Fraction(1, 3)], [Fraction(1, 3), Fraction(-1, 3)]])
    found = propose(third)
    for level in LEVELS:
        bound = certify(third, found, level=level)
        assert bound.midpoint == pytest.approx(8**0.5 / 3, rel=1e-14)


def test_an_unknown_level():
    found = propose(CHSH)
    with pytest.raises(InputError) as caught:
        certify(CHSH, found, level="exakt")
    assert str(caught.value) == (
        "`level` is not known; received 'exakt'. Cure: did you mean `exact`?"
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("multiplier", [0.0, -1.0, 1e-300, 1e300, 1e-160])
def test_useless_multipliers_at_every_level(level, multiplier):
    matrix = np.array([[0.5, 0.25, 0.0], [0.125, -0.125, 0.0]])
    strategy = VectorStrategy(alice=np.zeros((2, 2)), bob=1e200 * np.ones((3, 2)))
    useless = Proposal(
        strategy=strategy,
        alice_multipliers=np.full(2, multiplier),
        bob_multipliers=np.full(3, multiplier),
    )
    bound = certify(matrix, useless, level=level)
    assert bound.lower == 0.0
    assert 0.75 <= bound.upper <= 1.0 + 1e-14


def test_vectors_whose_squares_underflow_count_by_their_directions():
    tiny = VectorStrategy(alice=1e-170 * OPTIMUM.alice, bob=1e-160 * OPTIMUM.bob)
    assert strategy_bias(CHSH, tiny) == pytest.approx(0.5**0.5, rel=1e-14)
    assert Fraction(strategy_bias(CHSH, tiny)) ** 2 < Fraction(1, 2)


def test_a_stack_of_games_gets_the_bounds_of_each():
    rng = np.random.default_rng(3)
    matrices = rng.standard_normal((5, 4, 6)) * 10.0 ** rng.integers(-100, 100, (5, 1, 1))
    matrices[2] = 0.0
    alice, bob = rng.standard_normal((5, 4, 3)), rng.standard_normal((5, 6, 3))
    multipliers = np.abs(matrices).sum(axis=(1, 2))[:, None] * rng.random((5, 10))
    lower, upper = vector_biases(matrices, alice, bob), dual_biases(matrices, multipliers)
    for i, matrix in enumerate(matrices):
        strategy = VectorStrategy(alice=alice[i], bob=bob[i])
        assert lower[i] == pytest.approx(strategy_bias(matrix, strategy), rel=1e-12)
        assert upper[i] == pytest.approx(dual_bias(matrix, multipliers[i]), rel=1e-12)
    assert (lower[2], upper[2]) == (0.0, 0.0)


def test_an_eigendecomposition_that_fails_costs_only_tightness(monkeypatch):
    found = propose(CHSH)

    def fail(_):
        raise np.linalg.LinAlgError("Eigenvalues did not converge")

    monkeypatch.setattr(np.linalg, "eigh", fail)
    for level in LEVELS[1:]:
        bound = certify(CHSH, found, level=level)
        assert bound.lower == pytest.approx(0.5**0.5)
        assert 0.5**0.5 < bound.upper <= 1 + 1e-14


def test_ends_that_contradict_each_other_are_not_hidden(monkeypatch):
    found = propose(CHSH)
    monkeypatch.setattr(certificate, "dual_bias", lambda *_: 0.5)
    reached = strategy_bias(CHSH, found.strategy)
    with pytest.raises(InconsistencyError) as caught:
        certify(CHSH, found)
    assert str(caught.value) == f"the ends of a certificate contradict each other: {reached}, 0.5"


def test_a_proposal_for_another_game():
    with pytest.raises(SolverError) as caught:
        certify(np.ones((2, 3)), propose(CHSH))
    assert str(caught.value) == "the solver's proposal is of another shape than the 2 x 3 game"


@pytest.mark.parametrize("where", ["alice", "bob", "alice_multipliers", "bob_multipliers"])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_are_not_finite_are_refused(where, number):
    parts = {
        "alice": np.eye(2),
        "bob": np.eye(2),
        "alice_multipliers": np.ones(2),
        "bob_multipliers": np.ones(2),
    }
    parts[where].flat[0] = number
    proposal = Proposal(
        strategy=VectorStrategy(alice=parts["alice"], bob=parts["bob"]),
        alice_multipliers=parts["alice_multipliers"],
        bob_multipliers=parts["bob_multipliers"],
    )
    with pytest.raises(SolverError, match=r"^the solver's proposal holds numbers that are not"):
        certify(CHSH, proposal)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "bad", [math.nan, math.inf, 1e301, 1e-301, 5e-324, Fraction(1, 10**400), Fraction(10**400)]
)
def test_matrices_that_prove_nothing_are_refused(level, bad):
    """The smallest fraction has zero as its nearest double, and is not zero."""
    for matrix in (np.full((2, 2), bad), np.array([[1, bad], [1, 1]])):
        with pytest.raises(InputError) as caught:
            certify(matrix, propose(CHSH), level=level)
        assert str(caught.value).startswith(
            "`matrix` must hold numbers that are zero or between 1e-300 and 1e300 in size; "
        )


def test_no_matrix_at_all():
    with pytest.raises(InputError) as caught:
        certify([[1.0]], propose(CHSH))
    assert str(caught.value) == (
        "`matrix` must be an array of numbers, with at least one row and one column; received list."
    )


def test_wider_floats_are_exact_too():
    third = np.longdouble(1) / 3
    matrix = third * np.array([[1, 1], [1, -1]], dtype=np.longdouble)
    found = exact_certificate(matrix, propose(matrix))
    assert found.exact_matrix[0, 0] == Fraction(*third.as_integer_ratio())
    assert found.lower**2 < 8 * found.exact_matrix[0, 0] ** 2 < found.upper**2


def test_what_has_no_exact_value_has_no_exact_certificate():
    matrix = np.array([[np.int8(1), 1], [1, -1]], dtype=object)
    assert 8**0.5 in certify(matrix, propose(CHSH))
    with pytest.raises(InputError) as caught:
        certify(matrix, propose(CHSH), level="exact")
    assert str(caught.value) == (
        "`exact_matrix[0][0]` must be an exact number; received np.int8(1)."
        " Cure: xorgames.exact.exact_array makes it from lists."
    )


@pytest.mark.parametrize("size", [0.0, 1e-300, 1e300])
def test_useless_multipliers_give_no_more_than_the_no_signalling_bound(size):
    matrix = np.array([[0.5, 0.25], [0.125, 0.125]])
    upper = dual_bias(matrix, np.full(4, size))
    assert 1.0 <= upper <= 1.0 + 1e-14


def test_the_bias_of_a_deterministic_strategy_is_exact():
    matrix = np.array([[Fraction(1, 3), Fraction(1, 7)], [Fraction(2, 5), Fraction(-1, 9)]])
    strategy = DeterministicStrategy(a=np.array([0, 1]), b=np.array([1, 0]))
    expected = -Fraction(1, 3) + Fraction(1, 7) + Fraction(2, 5) + Fraction(1, 9)
    assert deterministic_bias(matrix, strategy) == expected
