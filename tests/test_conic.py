"""Conic solvers behind cvxpy: unknown names, failures of every kind, and time limits."""

import importlib
import math
from typing import ClassVar

import numpy as np
import pytest

from xorgames.errors import InputError, SolverError
from xorgames.solvers import conic
from xorgames.solvers.tsirelson import tsirelson_bias

CHSH = np.array([[1.0, 1.0], [1.0, -1.0]])


def test_a_solver_that_is_not_installed():
    with pytest.raises(InputError) as caught:
        tsirelson_bias(np.eye(2), method="cvxpy:SCSS")
    assert str(caught.value) == (
        "`method` must name a solver that cvxpy finds; received 'cvxpy:SCSS'. "
        "Cure: did you mean `SCS`?"
    )


class FakeProblem:
    """Stands in for cvxpy.Problem and fails in the ways that solvers fail."""

    status = "optimal"
    failure = "raise"
    options: ClassVar = {}

    def __init__(self, objective, constraints):
        self.objective, self.constraints = objective, constraints

    def solve(self, **options):
        FakeProblem.options = options
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


@pytest.mark.parametrize(
    ("solver", "option"), [("SCS", "time_limit_secs"), ("CLARABEL", "time_limit")]
)
def test_a_solver_that_might_never_end_is_told_its_limit(monkeypatch, solver, option):
    cvxpy = importlib.import_module("cvxpy")
    monkeypatch.setattr(FakeProblem, "failure", "nothing")
    monkeypatch.setattr(cvxpy, "Problem", FakeProblem)
    with pytest.raises(SolverError, match=f"^{solver} returned no solution"):
        tsirelson_bias(CHSH, method=f"cvxpy:{solver}", time_limit_s=60.0)
    assert 59 < FakeProblem.options[option] <= 60
    with pytest.raises(SolverError):
        tsirelson_bias(CHSH, method=f"cvxpy:{solver}")
    assert option not in FakeProblem.options
