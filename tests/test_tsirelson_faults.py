"""Methods that lie, break or run out of time: a proven bracket or an error, no bare number."""

import math
from fractions import Fraction

import numpy as np
import pytest

from xorgames.bound import Bound
from xorgames.catalog import odd_cycle
from xorgames.errors import InputError, SolverError
from xorgames.game import XORGame
from xorgames.solvers import interior_point, lowrank, tsirelson
from xorgames.solvers.algebraic import exact_value
from xorgames.solvers.certificate import Proposal
from xorgames.solvers.dimension import value_of_rank
from xorgames.solvers.solve import solve
from xorgames.solvers.stack import tsirelson_brackets
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.strategy import VectorStrategy

CHSH = np.array([[1.0, 1.0], [1.0, -1.0]])


@pytest.mark.parametrize("seconds", [0, -1.0, math.nan, math.inf, True, "1", 1j])
def test_a_time_limit_must_be_positive(seconds):
    with pytest.raises(InputError) as caught:
        tsirelson_bias(np.eye(2), time_limit_s=seconds)
    assert str(caught.value) == (
        f"`time_limit_s` must be a positive number; received {seconds!r}."
        " Cure: leave it out for no limit."
    )


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True, math.nan, [1, 2]])
def test_what_is_no_seed(seed):
    chsh = XORGame.from_predicate([["1/4", "1/4"]] * 2, [[0, 0], [0, 1]])
    calls = (
        lambda: tsirelson_bias(np.eye(2), rng=seed),
        lambda: tsirelson_brackets(np.ones((1, 2, 2)), rng=seed),
        lambda: solve(chsh, rng=seed),
        lambda: exact_value(odd_cycle(3), Bound(0.8, 0.9), rng=seed),
        lambda: value_of_rank(solve(chsh), rank=2, rng=seed),
    )
    for call in calls:
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == (
            "`rng` must be a seed (a whole number at 0 or above) or a numpy.random.Generator;"
            f" received {seed!r}. Cure: use rng=1 for results that can be repeated."
        )


@pytest.mark.parametrize(
    ("matrix", "received"),
    [
        ([[1.0, 2.0]], "list"),
        ([[1.0, 2.0], [3.0]], "list"),
        (np.ma.array([[1.0]], mask=[[1]]), "MaskedArray of shape (1, 1)"),
        (np.ones(3), "ndarray of shape (3,)"),
        (np.ones((0, 3)), "ndarray of shape (0, 3)"),
        (np.ones((2, 2, 2)), "ndarray of shape (2, 2, 2)"),
    ],
)
def test_what_is_no_matrix(matrix, received):
    with pytest.raises(InputError) as caught:
        tsirelson_bias(matrix)
    assert str(caught.value) == (
        "`matrix` must be an array of numbers, with at least one row and one column;"
        f" received {received}."
    )


@pytest.mark.parametrize(
    "bad",
    [
        *(math.nan, math.inf, -math.inf, 1e301, 1e-320, "much", 1j, None, True),
        *(10**400, Fraction(1, 10**400)),
    ],
)
def test_numbers_that_prove_nothing(bad):
    plain = isinstance(bad, int | str | Fraction | None)
    kind = bool if bad is True else object if plain else type(bad)
    matrix = np.array([[1, bad]], dtype=kind)
    with pytest.raises(InputError) as caught:
        tsirelson_bias(matrix)
    assert str(caught.value).startswith(
        "`matrix` must hold numbers that are zero or between 1e-300 and 1e300 in size; received [["
    )


def test_names_of_odd_types():
    for about in ({"method": 3}, {"method": None}, {"level": 3}):
        (name,) = about
        with pytest.raises(InputError, match=rf"^`{name}` is not known; received (3|None)\."):
            tsirelson_bias(CHSH, **about)


@pytest.mark.parametrize("method", ["auto", "lowrank", "interior-point"])
def test_out_of_time_the_best_so_far_is_certified(method):
    matrix = np.random.default_rng(0).standard_normal((120, 120))
    short, _ = tsirelson_bias(matrix, method=method, time_limit_s=1e-9)
    long, _ = tsirelson_bias(matrix)
    assert short.lower <= long.lower <= long.upper <= short.upper
    assert short.width > 1e-3 * short.upper


def test_out_of_time_a_conic_solver_gives_a_bracket_or_an_error():
    matrix = np.random.default_rng(0).standard_normal((30, 30))
    long, _ = tsirelson_bias(matrix)
    for method in ("scs", "clarabel"):
        try:
            short, _ = tsirelson_bias(matrix, method=method, time_limit_s=1e-3)
        except SolverError:
            continue
        assert short.lower <= long.upper
        assert long.lower <= short.upper


def lying(matrix, *, rng, deadline, **_):  # noqa: ARG001
    """Vectors of length 3 and multipliers of zero, with every appearance of success."""
    m, n = matrix.shape
    strategy = VectorStrategy(alice=3 * np.ones((m, 1)), bob=3 * np.ones((n, 1)))
    return Proposal(strategy=strategy, alice_multipliers=np.zeros(m), bob_multipliers=np.zeros(n))


def broken(matrix, *, rng, deadline, **_):
    found = lying(matrix, rng=rng, deadline=deadline)
    return Proposal(
        strategy=found.strategy,
        alice_multipliers=np.full(len(matrix), math.nan),
        bob_multipliers=found.bob_multipliers,
    )


def raising(matrix, *, rng, deadline, **_):  # noqa: ARG001
    raise np.linalg.LinAlgError("no convergence")


def test_a_backend_that_lies_cannot_move_the_bracket(monkeypatch):
    monkeypatch.setattr(lowrank, "propose", lying)
    bound, _ = tsirelson_bias(CHSH, method="lowrank")
    assert bound.lower <= 2.0 + 1e-12
    assert bound.upper >= 8**0.5


@pytest.mark.parametrize("failure", [lying, broken, raising])
def test_auto_goes_on_where_the_fast_method_fails(monkeypatch, failure):
    monkeypatch.setattr(lowrank, "propose", failure)
    assert tsirelson.propose(CHSH).method == "interior-point"
    bound, _ = tsirelson_bias(CHSH)
    assert bound.lower < 8**0.5 < bound.upper
    assert bound.width < 1e-13


@pytest.mark.parametrize("failure", [lying, broken, raising])
def test_auto_keeps_the_fast_method_where_the_other_fails(monkeypatch, failure):
    slow_to_converge = np.random.default_rng(0).standard_normal((30, 30))
    expected, _ = tsirelson_bias(slow_to_converge)
    monkeypatch.setattr(tsirelson, "_FEW_CHECKS", 1)
    monkeypatch.setattr(interior_point, "propose", failure)
    bound, _ = tsirelson_bias(slow_to_converge)
    assert bound.lower <= expected.upper
    assert expected.lower <= bound.upper
    assert bound.width < 0.1 * bound.upper


def test_where_all_methods_fail_there_is_an_error(monkeypatch):
    monkeypatch.setattr(lowrank, "propose", raising)
    with pytest.raises(SolverError) as caught:
        tsirelson_bias(CHSH, method="lowrank")
    assert str(caught.value) == "the method 'lowrank' failed: no convergence"
    monkeypatch.setattr(interior_point, "propose", raising)
    with pytest.raises(SolverError) as caught:
        tsirelson_bias(CHSH)
    assert str(caught.value) == "all methods failed: no convergence"
