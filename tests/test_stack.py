"""Many games at once: the same brackets as one by one, in the order of the games."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import fractions_of
from xorgames.errors import InputError
from xorgames.solvers import stack
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.stack import tsirelson_biases, tsirelson_brackets
from xorgames.solvers.stack_classical import classical_biases, entanglement_helps
from xorgames.solvers.tsirelson import tsirelson_bias


def helps(matrices):
    return entanglement_helps(matrices, np.zeros(len(matrices)))


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_against_one_by_one(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 9, 2)
    matrices = rng.standard_normal((7, m, n)) * (rng.random((7, m, n)) < rng.uniform(0.2, 1))
    matrices *= 10.0 ** rng.integers(-150, 150, (7, 1, 1))
    for matrix, bound in zip(matrices, tsirelson_biases(matrices), strict=True):
        alone, _ = tsirelson_bias(matrix)
        assert max(alone.lower, bound.lower) <= min(alone.upper, bound.upper)
        assert bound.width <= 1e-10 * bound.upper


def test_two_by_two_against_the_closed_form():
    matrices = np.random.default_rng(0).integers(-9, 10, (2000, 2, 2)).astype(float)
    for matrix, bound in zip(matrices, tsirelson_biases(matrices), strict=True):
        squared = float(two_by_two(fractions_of(matrix)).quantum_squared)
        assert bound.lower**2 <= squared * (1 + 1e-15)
        assert squared * (1 - 1e-15) <= bound.upper**2
        assert bound.width <= 1e-9 * bound.upper


def test_the_order_is_kept_across_chunks(monkeypatch):
    monkeypatch.setattr(stack, "_CHUNK_ENTRIES", 12)
    chsh = np.array([[1.0, 1.0], [1.0, -1.0]])
    factors = np.arange(10.0)
    for factor, bound in zip(factors, tsirelson_biases(factors[:, None, None] * chsh), strict=True):
        assert bound.midpoint == pytest.approx(factor * 8**0.5, rel=1e-12)


def test_arrays_are_the_same_brackets():
    matrices = np.random.default_rng(1).standard_normal((5, 3, 4))
    lower, upper = tsirelson_brackets(matrices)
    bounds = tsirelson_biases(matrices)
    assert lower.tolist() == [bound.lower for bound in bounds]
    assert upper.tolist() == [bound.upper for bound in bounds]


def test_games_that_do_not_converge_are_solved_alone(monkeypatch):
    monkeypatch.setattr(stack, "_MAX_CHECKS", 1)
    monkeypatch.setattr(stack, "_SWEEPS", 1)
    matrices = np.random.default_rng(5).standard_normal((3, 6, 6))
    for bound in tsirelson_biases(matrices):
        assert 0 < bound.width <= 1e-12 * bound.upper


@pytest.mark.parametrize("shape", [(2, 2), (0, 2, 2), (1, 0, 2), (1, 1, 2, 2)])
def test_what_is_no_stack(shape):
    with pytest.raises(InputError) as caught:
        tsirelson_biases(np.ones(shape))
    assert str(caught.value) == (
        f"`matrices` must have the shape (k, m, n); received {shape}. "
        "Cure: stack the matrices: np.stack([...])."
    )


@pytest.mark.parametrize("call", [tsirelson_biases, classical_biases, helps])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_numbers_that_prove_nothing(call, bad):
    matrices = np.ones((2, 3, 3))
    matrices[1, 2, 0] = bad
    with pytest.raises(InputError) as caught:
        call(matrices)
    assert str(caught.value) == (
        f"`matrices[1][2][0]` must be a number below 1e300 in size; received {bad}."
    )


@pytest.mark.parametrize("call", [tsirelson_biases, classical_biases, helps])
@pytest.mark.parametrize(
    ("matrices", "message"),
    [
        (
            [np.ones((2, 2))],
            "have the shape (k, m, n); received list. Cure: stack the matrices: np.stack([...])",
        ),
        (
            np.ones((1, 2, 2), dtype=complex),
            "hold floats; received numbers of the type complex128."
            " Cure: take `matrix` of each game",
        ),
        (
            fractions_of(np.ones((2, 2)))[None],
            "hold floats; received numbers of the type object. Cure: take `matrix` of each game",
        ),
    ],
)
def test_what_is_no_stack_of_numbers(call, matrices, message):
    with pytest.raises(InputError) as caught:
        call(matrices)
    assert str(caught.value) == f"`matrices` must {message}."


def test_whole_numbers_are_welcome():
    games = np.array([[[1, 1], [1, -1]], [[1, 2], [3, 4]]])
    assert tsirelson_biases(games) == tsirelson_biases(games.astype(float))
    assert (
        classical_biases(games).lower.tolist()
        == classical_biases(games.astype(float)).lower.tolist()
    )
    assert helps(games).tolist() == [1, -1]
