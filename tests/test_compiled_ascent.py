"""The compiled alternation against that of NumPy, sweep by sweep."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.solvers import compiled_ascent, lowrank
from xorgames.solvers.certificate import certify
from xorgames.solvers.compiled_ascent import ascend
from xorgames.solvers.lowrank import unit_rows


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), sweeps=st.integers(1, 8))
def test_it_does_the_same_as_numpy(seed, sweeps):
    rng = np.random.default_rng(seed)
    m, n, rank = rng.integers(1, 8, 3)
    matrix = rng.standard_normal((m, n))
    start = unit_rows(rng.standard_normal((n, rank)))
    before = start.copy()
    found, moving = ascend(matrix, start, sweeps, 0.0)
    assert found == pytest.approx(lowrank.ascend(matrix, start, sweeps=sweeps), abs=1e-9)
    assert moving == bool((found != ascend(matrix, start, sweeps - 1, 0.0)[0]).any())
    assert (start == before).all()


def test_it_ends_where_nothing_moves():
    start = np.array([[1.0, 0.0], [0.0, 1.0]])
    found, moving = ascend(np.array([[1.0, 1.0], [1.0, -1.0]]), start, 1000, 1e-13)
    assert (found == start).all()
    assert not moving


def test_a_time_limit_holds():
    matrix = np.random.default_rng(0).standard_normal((300, 300))
    found = lowrank.propose(
        matrix,
        rng=np.random.default_rng(0),
        deadline=time.perf_counter() - 1.0,
        compiled=True,
    )
    bound = certify(matrix, found)
    assert 0.5 * bound.upper < bound.lower < 0.99 * bound.upper


def test_many_sweeps_spare_the_newton_steps(monkeypatch):
    monkeypatch.setattr(lowrank, "newton_step", None)
    matrix = np.random.default_rng(1).standard_normal((3, 3))
    found = lowrank.propose(matrix, rng=np.random.default_rng(0), compiled=True)
    assert certify(matrix, found).width < 1e-12


def test_whatever_the_layout_nothing_is_compiled_anew(monkeypatch):
    def watched(matrix, bob, *about):
        for array in (matrix, bob):
            assert array.flags.c_contiguous
            assert array.flags.writeable
        return ascend(matrix, bob, *about)

    monkeypatch.setattr(compiled_ascent, "ascend", watched)
    matrix = np.random.default_rng(1).standard_normal((6, 8))
    read_only = matrix.copy()
    read_only.flags.writeable = False
    for games in (np.asfortranarray(matrix), matrix[::2, ::-2], read_only):
        # A start of rank 1 needs an escape, with vectors from elsewhere.
        found = lowrank.propose(games, rng=np.random.default_rng(0), rank=1, compiled=True)
        assert certify(games, found).width < 1e-11
