"""Methods that lie, break or run out of time: a proven bracket or an error, no bare number."""

import math

import numpy as np
import pytest

from xorgames.errors import InputError, SolverError
from xorgames.solvers import interior_point, lowrank, tsirelson
from xorgames.solvers.certificate import Proposal
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.strategy import VectorStrategy

CHSH = np.array([[1.0, 1.0], [1.0, -1.0]])


@pytest.mark.parametrize("seconds", [0, -1.0, math.nan])
def test_a_time_limit_must_be_positive(seconds):
    with pytest.raises(InputError) as caught:
        tsirelson_bias(np.eye(2), time_limit_s=seconds)
    assert str(caught.value) == (
        f"`time_limit_s` must be positive; received {seconds}. Cure: or give None."
    )


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
