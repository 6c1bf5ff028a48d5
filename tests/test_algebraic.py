"""Exact forms of the Tsirelson bias: known values, grades, and what must not be claimed."""

import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.bound import Bound
from xorgames.catalog import chsh, parse
from xorgames.errors import InconsistencyError, InputError
from xorgames.game import XORGame
from xorgames.solvers import algebraic
from xorgames.solvers.algebraic import Grade, exact_value
from xorgames.solvers.high_precision import BITS, Optimum
from xorgames.solvers.solve import solve
from xorgames.solvers.tsirelson import tsirelson_bias

#: Name of the game, minimal polynomial of scale times the bias, scale, expression.
KNOWN = [
    ("chsh", (1, 0, -8), 4, "sqrt(2)/2"),
    ("hft:p=0.5,beta=0", (1, 0, -8), 4, "sqrt(2)/2"),
    ("hft:p=0.3,beta=0.3", (1, 0, -97556), 500, "29*sqrt(29)/250"),
    ("odd_cycle:n=3", (1, 0, -27), 6, "sqrt(3)/2"),
    ("odd_cycle:n=5", (1, 0, -125, 0, 3125), 10, "sqrt(2)*sqrt(sqrt(5) + 5)/4"),
    ("chained:n=4", (1, 0, -64, 0, 512), 8, "sqrt(sqrt(2) + 2)/2"),
    ("elegant", (1, 0, -48), 12, "sqrt(3)/3"),
    ("random_access_code:n=3", (1, 0, -48), 12, "sqrt(3)/3"),
    ("random_access_code:n=4", (1, -16), 32, "1/2"),
    ("staircase:n=3", (1, -6), 9, "2/3"),
    ("staircase:n=5", (1, -10, -100), 25, "1/5 + sqrt(5)/5"),
    ("hadamard:n=8", (1, 0, -512), 64, "sqrt(2)/4"),
    ("affinity:graph=K3", (1, -6), 9, "2/3"),
    ("affinity:graph=C5", (1, -15, 25), 15, "sqrt(5)/6 + 1/2"),
]


def bracket(game):
    return tsirelson_bias(game.matrix)[0]


@pytest.mark.parametrize(("name", "polynomial", "scale", "expression"), KNOWN)
def test_known_values_are_proved(name, polynomial, scale, expression):
    game = parse(name)
    form = exact_value(game, bracket(game))
    assert form.grade is Grade.PROVED
    assert form.polynomial == polynomial
    assert form.scale == scale
    assert form.expression == expression
    assert float(sympy.sympify(expression)) == pytest.approx(form.bias.midpoint, rel=1e-15)
    assert form.bias.width <= 2.3e-16


@pytest.mark.parametrize(
    ("name", "bias", "degree"),
    [
        ("odd_cycle:n=7", math.cos(math.pi / 14), 6),
        ("chained:n=8", math.cos(math.pi / 16), 8),
        ("staircase:n=8", 1 / (8 * math.sin(math.pi / 16)), 8),
    ],
)
def test_roots_without_short_radicals(name, bias, degree):
    game = parse(name)
    form = exact_value(game, bracket(game))
    assert form.grade is Grade.PROVED
    assert len(form.polynomial) == degree + 1
    assert form.bias.midpoint == pytest.approx(bias, rel=1e-15)
    assert form.expression.startswith(f"root of x**{degree} - ")
    assert form.expression.endswith(f" near {bias * form.scale:.12g}, divided by {form.scale}")
    root = sympy.Poly(form.polynomial, sympy.Symbol("x"))
    assert root.is_irreducible
    assert min(abs(r - bias * form.scale) for r in map(complex, root.nroots(n=30))) < 1e-12


def test_a_generic_sign_game_of_degree_ten():
    signs = np.random.default_rng(5).choice([-1, 1], (4, 4))
    game = XORGame.from_matrix(signs.tolist())
    form = exact_value(game, bracket(game))
    assert form.grade is Grade.PROVED
    assert form.polynomial == (*(1, 0, -254, 0, 22412, 0, -937936, 0, 18893824, 0, -172975104),)


@pytest.mark.parametrize(
    "matrix",
    [
        # No polynomial of degree 8 (16 if even) with short coefficients.
        [[-1, 1, 2], [2, -1, -2], [2, 1, 1]],
        [[-1, -1, -1, 0], [1, 1, 1, 1], [0, 1, -1, -1]],
        # Decimals taken as binary numbers: entries of 54 bits.
        [[1, 0.1, 0.3], [0.2, -1, 0.7], [1, 1, 1]],
        # Too many inputs.
        np.ones((11, 10), dtype=int).tolist(),
        # Degenerate: the classical strategy is optimal, and the bracket does not say so.
        [[1, 1, 1, -1], [-1, -1, -1, -1], [-1, 1, 1, 1], [1, 1, 1, 1]],
    ],
)
def test_an_interval_and_no_guess(matrix):
    game = XORGame.from_matrix(matrix)
    bias = bracket(game)
    form = exact_value(game, bias)
    assert form.grade is Grade.INTERVAL
    assert form.expression == str(bias)
    assert form.polynomial is None
    assert form.bias == bias


def test_a_bias_known_as_a_fraction():
    """Where the classical strategy is proven optimal the solution says so."""
    game = XORGame.from_matrix([[1, 1, 1, -1], [-1, -1, -1, -1], [-1, 1, 1, 1], [1, 1, 1, 1]])
    form = exact_value(game, solve(game).quantum.bias)
    assert (form.grade, form.expression, form.bias.fraction) == (Grade.PROVED, "12", 12)


def test_a_game_without_weight():
    game = XORGame([[1]], [[[1, 1]]])
    form = exact_value(game, Bound(0.0, 1e-9))
    assert (form.expression, form.polynomial, form.bias) == ("0", (1, 0), Bound(0.0, 0.0))


def test_inputs_without_weight_and_scales_do_not_matter():
    game = XORGame.from_matrix([["1e-150", 0, "1e-150"], [0, 0, 0], ["1e-150", 0, "-1e-150"]])
    form = exact_value(game, bracket(game))
    assert form.polynomial == (1, 0, -8)
    assert form.scale == 10**150
    assert form.bias.midpoint == pytest.approx(8**0.5 * 1e-150, rel=1e-15)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_two_by_two_inside_the_certified_bracket(seed):
    entries = np.random.default_rng(seed).integers(-9, 10, (2, 2))
    entries[0, 0] = 1
    game = XORGame.from_matrix(entries.tolist())
    bias = bracket(game)
    form = exact_value(game, bias)
    assert form.grade is Grade.PROVED
    squared = sympy.sympify(form.expression) ** 2
    assert Fraction(bias.lower) ** 2 <= squared <= Fraction(bias.upper) ** 2


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_never_outside_the_certified_bracket(seed):
    rng = np.random.default_rng(seed)
    game = XORGame.from_matrix(rng.choice([-1, 1], rng.integers(2, 4, 2)).tolist())
    bias = bracket(game)
    form = exact_value(game, bias)
    assert bias.lower <= form.bias.lower <= form.bias.upper <= bias.upper
    if form.grade is not Grade.INTERVAL:
        at = [
            sympy.Poly(form.polynomial, sympy.Symbol("x")).eval(end * form.scale)
            for end in map(Fraction, (bias.lower, bias.upper))
        ]
        assert at[0] * at[1] <= 0


def test_recognised_is_not_proved(monkeypatch):
    game = parse("odd_cycle:n=3")
    bias = bracket(game)
    monkeypatch.setattr(algebraic, "_in_field", lambda *_: None)
    form = exact_value(game, bias)
    assert (form.grade, form.expression, form.bias) == (Grade.RECOGNISED, "sqrt(3)/2", bias)


def test_a_critical_point_that_is_not_optimal_is_not_proved(monkeypatch):
    """All signs +1 solve the optimality conditions but for semidefiniteness: bias 5."""
    game = XORGame.from_matrix([[1, 1, 1], [1, 1, -1], [1, -1, 1]])
    signs = Optimum(
        vectors=np.full((6, 1), 1 << BITS, dtype=object),
        multipliers=np.array([3, 1, 1, 3, 1, 1], dtype=object) << BITS,
    )
    monkeypatch.setattr(algebraic, "optimum", lambda *_, **__: signs)
    assert bracket(game).lower > 5
    assert exact_value(game, Bound(4.0, 9.0)).grade is Grade.RECOGNISED
    assert exact_value(game, bracket(game)).grade is Grade.INTERVAL


def test_multipliers_alone_prove_nothing(monkeypatch):
    """Feasible multipliers without vectors that meet them are an upper bound only."""
    game = XORGame.from_matrix([[1, 1, 1], [1, 1, -1], [1, -1, 1]])
    loose = Optimum(
        vectors=np.full((6, 1), 1 << BITS, dtype=object),
        multipliers=np.array([3] * 6, dtype=object) << BITS,
    )
    monkeypatch.setattr(algebraic, "optimum", lambda *_, **__: loose)
    assert exact_value(game, Bound(4.0, 9.0)).grade is Grade.RECOGNISED


def test_a_bracket_that_contradicts_the_proof():
    message = r"^two proven bounds contradict each other: 0\.8 … 0\.9\d*, 0\.707\d* … 0\.707\d*$"
    with pytest.raises(InconsistencyError, match=message):
        exact_value(chsh(), Bound(0.8, 0.9))


def test_dictionary():
    form = exact_value(chsh(), Bound(0.7, 0.71))
    assert form.to_dict() == {
        "grade": "proved",
        "expression": "sqrt(2)/2",
        "polynomial": [1, 0, -8],
        "scale": "4",
        "bias": form.bias.to_dict(),
    }


@pytest.mark.parametrize(
    ("game", "bias", "message"),
    [
        ("chsh", Bound(0.7, 0.8), "`game` must be of type XORGame; received str."
         " Cure: load_game reads a file, catalog.parse a name."),
        (chsh(), 0.7, "`bias` must be of type Bound; received float."
         " Cure: take solve(game).quantum.bias."),
    ],
)  # fmt: skip
def test_arguments_of_other_kinds(game, bias, message):
    with pytest.raises(InputError) as caught:
        exact_value(game, bias)
    assert str(caught.value) == message
