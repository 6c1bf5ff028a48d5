"""Exact linear algebra in a number field, against sympy's radicals and NumPy."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.errors import SolverError
from xorgames.solvers.number_field import RealField, kernel_if_semidefinite, solve_near

SMALL = st.integers(-3, 3)


@pytest.fixture(scope="module")
def golden():
    """Q(t) with t = (1 + sqrt 5)/2."""
    return RealField((1, -1, -1), Fraction(161803, 100000), Fraction(161804, 100000))


def number(field, element):
    lower, upper = field.interval(element)
    return float(lower + upper) / 2


def product(left, right):
    return np.array([[(row * column).sum() for column in right.T] for row in left])


def matrix(field, entries):
    elements = [[field.element(pair) for pair in row] for row in entries]
    result = np.empty((len(elements), len(elements[0])), dtype=object)
    result[:] = elements
    return result


@given(a=SMALL, b=SMALL, c=SMALL, d=SMALL)
def test_arithmetic_and_signs(golden, a, b, c, d):
    phi = (1 + 5**0.5) / 2
    first, second = golden.element([a, b]), golden.element([c, d])
    value = (a * phi + b) * (c * phi + d)
    assert number(golden, first * second) == pytest.approx(value, abs=1e-3)
    assert golden.sign(first * second) == (0 if abs(value) < 1e-9 else np.sign(value))


def test_zero_is_recognised_exactly(golden):
    assert golden.sign(golden.root * golden.root - golden.root - golden.element([1])) == 0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 4), rank=st.integers(1, 4))
def test_gram_matrices_are_semidefinite_with_the_right_kernel(golden, seed, size, rank):
    rng = np.random.default_rng(seed)
    written = rng.integers(-2, 3, (size, rank, 2))
    factor = matrix(golden, written.tolist())
    gram = product(factor, factor.T)
    kernel = kernel_if_semidefinite(golden, gram)
    numbers = written @ [(1 + 5**0.5) / 2, 1.0]
    assert len(kernel.free) == size - np.linalg.matrix_rank(numbers, tol=1e-9)
    assert not any(bool(entry) for entry in product(gram, kernel.basis).ravel())
    unit = kernel.basis[kernel.free]
    assert all(unit[i, j] == golden.element([int(i == j)]) for i, j in np.ndindex(unit.shape))


@pytest.mark.parametrize(
    "entries",
    [
        [[[0, -1]]],
        # 1 - t^2 < 0 by the golden ratio.
        [[[0, 1], [1, 0]], [[1, 0], [0, 1]]],
        # A zero on the diagonal with something beside it, before and after a pivot.
        [[[0, 0], [0, 1]], [[0, 1], [0, 1]]],
        [[[0, 1], [0, 1], [0, 0]], [[0, 1], [0, 1], [0, 1]], [[0, 0], [0, 1], [0, 5]]],
    ],
)
def test_matrices_that_are_not_semidefinite(golden, entries):
    assert kernel_if_semidefinite(golden, matrix(golden, entries)) is None


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 4), unknowns=st.integers(1, 4))
def test_linear_equations(golden, seed, count, unknowns):
    rng = np.random.default_rng(seed)
    equations = matrix(golden, rng.integers(-2, 3, (count, unknowns, 2)).tolist())
    solution = matrix(golden, rng.integers(-2, 3, (unknowns, 1, 2)).tolist())
    right = product(equations, solution)[:, 0]
    near = np.array([number(golden, entry) for entry in solution[:, 0]])
    found = solve_near(golden, equations, right, near)
    assert not any(bool(entry) for entry in product(equations, found[:, None])[:, 0] - right)


def test_equations_without_a_solution(golden):
    equations = golden.array(np.array([[1], [1]], dtype=object))
    right = golden.array(np.array([1, 2], dtype=object))
    assert solve_near(golden, equations, right, np.zeros(1)) is None


@pytest.mark.parametrize(
    ("polynomial", "upper", "message"),
    [
        ((1, 0, -4), 3, "the polynomial of a field must be irreducible"),
        ((1, 0, -2), 2, None),
        ((1, 0, -5), 2, "the polynomial of a field must change sign on the interval"),
    ],
)
def test_fields_that_do_not_exist(polynomial, upper, message):
    if message is None:
        assert RealField(polynomial, Fraction(1), Fraction(upper)).degree == 2
        return
    with pytest.raises(SolverError, match=f"^{re.escape(message)}$"):
        RealField(polynomial, Fraction(1), Fraction(upper))


def test_a_sign_that_the_interval_does_not_tell():
    field = RealField((1, 0, -2), Fraction(1), Fraction(2))
    message = "the interval of the root is too wide to tell a sign"
    with pytest.raises(SolverError, match=f"^{message}$"):
        field.sign(field.element([2, -3]))
