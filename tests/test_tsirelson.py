"""All methods for the Tsirelson bias against each other, known values and each other's lies."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import classical_bias, fractions_of, random_matrix
from xorgames import catalog
from xorgames.errors import InputError
from xorgames.solvers.certificate import LEVELS, certify
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.tsirelson import METHODS, propose, tsirelson_bias

ALL_METHODS = [*METHODS, "cvxpy:SCS"]
CHSH = np.array([[1.0, 1.0], [1.0, -1.0]])


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
def test_all_methods_agree(seed):
    check_all_methods(seed)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_all_methods_agree_by_the_hundred(seed):
    check_all_methods(seed)


def check_all_methods(seed: int) -> None:
    matrix = random_matrix(np.random.default_rng(seed), largest=7)
    bounds = {name: tsirelson_bias(matrix, method=name)[0] for name in ALL_METHODS}
    assert max(b.lower for b in bounds.values()) <= min(b.upper for b in bounds.values())
    for name, bound in bounds.items():
        narrow = 1e-10 if name in ("auto", "interior-point") else 1e-6
        assert bound.width <= narrow * bound.upper, name


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_interior_point_and_low_rank_agree_to_many_digits(seed):
    matrix = random_matrix(np.random.default_rng(seed), largest=12)
    fast, slow = (tsirelson_bias(matrix, method=name)[0] for name in ("auto", "interior-point"))
    assert max(fast.lower, slow.lower) <= min(fast.upper, slow.upper)
    assert max(fast.width, slow.width) <= 1e-11 * fast.upper


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_by_two_against_the_closed_form(seed):
    matrix = np.random.default_rng(seed).standard_normal((2, 2))
    known = two_by_two(fractions_of(matrix))
    bound, _ = tsirelson_bias(matrix)
    assert Fraction(bound.lower) ** 2 <= known.quantum_squared <= Fraction(bound.upper) ** 2
    assert known.classical == classical_bias(fractions_of(matrix))


@settings(max_examples=200, deadline=None)
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


@settings(max_examples=300, deadline=None)
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
    without_a_row = tsirelson_bias(matrix[1:] if m > 1 else matrix)[0]
    assert without_a_row.lower <= bias.upper * (1 + 1e-12)
    duplicated = np.vstack([matrix, 3 * matrix[:1]])
    merged = np.vstack([4 * matrix[:1], matrix[1:]])
    assert tsirelson_bias(duplicated)[0].midpoint == pytest.approx(
        tsirelson_bias(merged)[0].midpoint, rel=1e-9
    )


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_inequalities(seed):
    """Krivine's bound, the operator norm, continuity, convexity, and where all values agree."""
    rng = np.random.default_rng(seed)
    matrix = random_matrix(rng)
    m, n = matrix.shape
    other = rng.standard_normal((m, n)) * 10.0 ** rng.integers(-6, 1)
    bias, near = tsirelson_bias(matrix)[0], tsirelson_bias(matrix + other)[0]
    classical = float(classical_bias(fractions_of(matrix)))
    total = np.abs(matrix).sum()
    limit = 2**0.5 if min(m, n) <= 2 else 1.7823
    assert classical * (1 - 1e-12) <= bias.upper
    assert bias.lower <= min(limit * classical, total) * (1 + 1e-12)
    assert abs(bias.midpoint - near.midpoint) <= np.abs(other).sum() + 1e-9 * total
    middle = tsirelson_bias(matrix + other / 2)[0]
    assert 2 * middle.lower <= (bias + near).upper + 1e-9 * total
    if min(m, n) == 1:
        assert bias.midpoint == pytest.approx(total, rel=1e-12)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_multipliers_of_each_side_sum_to_the_bias(seed):
    matrix = random_matrix(np.random.default_rng(seed))
    found = propose(matrix, method="lowrank")
    bias = certify(matrix, found).midpoint
    assert found.alice_multipliers.sum() == pytest.approx(bias, rel=1e-4)
    assert found.bob_multipliers.sum() == pytest.approx(bias, rel=1e-4)


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


def test_the_boundary_of_the_region_of_advantage():
    """Biased CHSH at p = 1/(2q): the optimum is degenerate, and convergence slow."""
    p, q = 0.625, 0.8
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    bound, _ = tsirelson_bias(matrix)
    assert 1 - 2 * (1 - p) * (1 - q) == pytest.approx(bound.midpoint, rel=1e-10)
    assert bound.width < 1e-10


@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("method", ALL_METHODS)
def test_extreme_scales(scale, method):
    matrix = np.array([[1.0, 1.0], [1.0, -1.0]])
    bound, _ = tsirelson_bias(scale * matrix, method=method)
    assert bound.midpoint == pytest.approx(8**0.5 * scale, rel=1e-8)


def test_a_game_that_pays_the_same_for_both_parities():
    bound, strategy = tsirelson_bias(np.zeros((2, 3)))
    assert (bound.lower, bound.upper, strategy.rank) == (0.0, 0.0, 1)


def test_the_result_names_the_method():
    assert propose(CHSH).method == "lowrank"
    for name in METHODS[1:]:
        assert propose(CHSH, method=name).method == name


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
    with pytest.raises(InputError) as caught:
        tsirelson_bias(np.eye(2), method="cvxpy:")
    assert str(caught.value) == (
        "`method` is not known; received 'cvxpy:'. Cure: did you mean `cvxpy:NAME`?"
    )


def test_exact_matrices_and_levels():
    third = fractions_of([[1, 1], [1, -1]]) / 3
    for level in LEVELS:
        bound, _ = tsirelson_bias(third, level=level)
        assert bound.midpoint == pytest.approx(8**0.5 / 3, rel=1e-14)


HARD = {
    "sign 200, seed 0": lambda: np.random.default_rng(0).choice([-1.0, 1.0], (200, 200)),
    "Hadamard 32": lambda: catalog.parse("hadamard:n=32").matrix,
    "HFT (.3, 0)": lambda: catalog.parse("hft:p=0.3,beta=0").matrix,
    "load balancing .60": lambda: catalog.parse("load_balancing:threshold=0.6,cells=10").matrix,
    "nonlocal computation": lambda: catalog.parse("nonlocal_computation:f=0110").matrix,
    "wide magnitudes": lambda: (
        np.outer(10.0 ** np.arange(-9, 9), np.ones(12))
        * np.random.default_rng(1).standard_normal((18, 12))
    ),
    "nearly empty": lambda: np.diag(np.random.default_rng(2).standard_normal(40)),
    "slow sign games": lambda: np.random.default_rng(12).choice([-1.0, 1.0], (4, 4)),
    "tall": lambda: np.random.default_rng(3).standard_normal((400, 3)),
}


@pytest.mark.parametrize("name", HARD)
def test_hard_cases(name):
    bound, strategy = tsirelson_bias(HARD[name]())
    assert bound.width <= 1e-11 * bound.upper
    assert np.linalg.norm(strategy.alice, axis=1) == pytest.approx(1.0, abs=1e-12)
    assert np.linalg.norm(strategy.bob, axis=1) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.slow
def test_gaussian_500():
    bound, _ = tsirelson_bias(np.random.default_rng(0).standard_normal((500, 500)))
    assert bound.width <= 1e-10 * bound.upper
