"""Conic solvers behind cvxpy: unknown names, failures of every kind, and time limits."""

import importlib
import math
import os
import signal
import subprocess
import sys
import time
from typing import ClassVar

import numpy as np
import pytest

from xorgames.errors import InputError, SolverError
from xorgames.solvers import conic
from xorgames.solvers.tsirelson import propose, tsirelson_bias

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


#: A module that stands in for cvxpy in the process where a solver runs.
STAND_IN = """
import os, pathlib, signal, time
def installed_solvers():
    return ["OTHER"]
def Variable(*_, **__):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pathlib.Path(__file__).with_name("pid").write_text(str(os.getpid()))
    {does}
"""
ENDLESS = "while True: time.sleep(1)"


def stand_in(monkeypatch, folder, does):
    cvxpy = importlib.import_module("cvxpy")
    monkeypatch.setattr(cvxpy, "installed_solvers", lambda: ["OTHER"])
    (folder / "cvxpy.py").write_text(STAND_IN.replace("{does}", does))
    monkeypatch.syspath_prepend(folder)


def wait_for_the_end_of(pid, *, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError(f"the process {pid} is still there")


def test_a_solver_that_never_ends_is_ended_in_time(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, ENDLESS)
    matrix = np.random.default_rng(0).standard_normal((9, 7))
    long, _ = tsirelson_bias(matrix)
    start = time.monotonic()
    short, _ = tsirelson_bias(matrix, method="cvxpy:OTHER", time_limit_s=1.0)
    assert 1 <= time.monotonic() - start < 30
    assert 0 < short.lower <= long.lower <= long.upper <= short.upper
    pid = tmp_path / "pid"
    # On a busy machine it may not have got so far.
    if pid.exists() and pid.read_text():
        wait_for_the_end_of(int(pid.read_text()))
    assert propose(matrix, method="cvxpy:OTHER", time_limit_s=1e-9).method == "lowrank"


def test_ctrl_c_ends_the_solver_too(tmp_path):
    (tmp_path / "cvxpy.py").write_text(STAND_IN.replace("{does}", ENDLESS))
    code = (
        "import numpy as np\nfrom xorgames.solvers.tsirelson import tsirelson_bias\n"
        "tsirelson_bias(np.eye(2), method='cvxpy:OTHER', time_limit_s=600.0)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    asked = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True
    )
    pid = tmp_path / "pid"
    end = time.monotonic() + 30
    while not (pid.exists() and pid.read_text()):
        assert asked.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    asked.send_signal(signal.SIGINT)
    assert asked.communicate(timeout=30)[1].endswith("KeyboardInterrupt\n")
    wait_for_the_end_of(int(pid.read_text()))


@pytest.mark.parametrize(
    ("does", "message"),
    [
        ("os._exit(3)", "OTHER failed: its process ended with the code 3"),
        ("os.kill(os.getpid(), 9)", "OTHER failed: its process ended with the code -9"),
        ("from xorgames.errors import SolverError; raise SolverError('no memory')", "no memory"),
        ("raise MemoryError", "OTHER failed: its process ended with the code 1"),
    ],
)
def test_what_goes_wrong_in_the_process_of_a_solver(monkeypatch, tmp_path, does, message):
    stand_in(monkeypatch, tmp_path, does)
    with pytest.raises(SolverError) as caught:
        tsirelson_bias(CHSH, method="cvxpy:OTHER", time_limit_s=60.0)
    assert str(caught.value) == message


def test_a_process_that_cannot_be_started(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, ENDLESS)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(SolverError) as caught:
        tsirelson_bias(CHSH, method="cvxpy:OTHER", time_limit_s=60.0)
    assert str(caught.value) == (
        "OTHER failed: [Errno 2] No such file or directory: '/nowhere/python'"
    )


def test_a_solver_in_a_process_of_its_own_finds_the_same(monkeypatch):
    here = conic.propose(CHSH, rng=np.random.default_rng(0))
    monkeypatch.setattr(conic, "_TIME_LIMITS", {})
    deadline = time.perf_counter() + 60
    there = conic.propose(CHSH, rng=np.random.default_rng(0), deadline=deadline)
    assert there.strategy.correlators == pytest.approx(here.strategy.correlators, abs=1e-6)
    assert there.bob_multipliers == pytest.approx(here.bob_multipliers, abs=1e-6)
