"""Elimination against brute force, on trees, cycles, bands and games of no structure at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import band, best_value, random_rows
from xorgames.errors import InconsistencyError
from xorgames.solvers import elimination
from xorgames.solvers.branch_and_bound import branch_and_bound_signs
from xorgames.solvers.elimination import find_order, solve_by_elimination
from xorgames.solvers.signs import value_of
from xorgames.solvers.workers import Watch


def check(rows):
    order = find_order(rows, watch=Watch())
    found = solve_by_elimination(rows, order, watch=Watch())
    assert not found.interrupted
    assert found.value == found.upper == value_of(rows, found.signs)
    assert found.strategies == order.work
    return found.value


def width(rows):
    return max(len(around) for _, around in find_order(rows, watch=Watch()).steps)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 2**70]))
def test_against_brute_force(seed, size):
    """Dense and sparse, also with rows and columns of zeros and integers of any size."""
    rng = np.random.default_rng(seed)
    rows = random_rows(rng)
    rows = rows * (rng.random(rows.shape) < rng.uniform(0.2, 1.0))
    if size > 1:
        rows = rows.astype(object) * size + rng.integers(-3, 4, rows.shape).astype(object)
    assert check(rows) == best_value(rows)


@pytest.mark.parametrize(("reach", "most"), [(1, 2), (2, 4), (3, 6)])
def test_bands(reach, most):
    """64 x 64, in any order of rows and columns; branch and bound agrees where it can."""
    rng = np.random.default_rng(0)
    rows = band(rng, 64, reach)
    shuffled = rows[rng.permutation(64)][:, rng.permutation(64)]
    assert width(rows) <= most
    assert check(rows) == check(shuffled) == check(rows.T)
    rows = band(rng, 24, reach)
    assert check(rows) == branch_and_bound_signs(rows, watch=Watch()).value


def test_trees_and_cycles():
    """A forest wins everything; a cycle with one minus loses its smallest entry twice."""
    rng = np.random.default_rng(1)
    tree = np.zeros((60, 60), dtype=int)
    for v in range(1, 120):
        u = int(rng.integers(v))
        x, y = (v // 2, u // 2) if v % 2 < u % 2 else (u // 2, v // 2)
        if v % 2 != u % 2:
            tree[x, y] = rng.integers(1, 9) * rng.choice([-1, 1])
    assert width(tree) == 1
    assert check(tree) == abs(tree).sum()
    cycle = 5 * np.eye(50, dtype=int) + 3 * np.roll(np.eye(50, dtype=int), 1, axis=1)
    assert width(cycle) == 2
    assert check(cycle) == 50 * 8
    cycle[0, 0] = -5
    assert check(cycle) == 50 * 8 - 2 * 3


def test_what_hangs_together_too_closely(monkeypatch):
    assert find_order(np.ones((23, 23), dtype=int), watch=Watch()) is None
    rows = np.ones((9, 9), dtype=int)
    assert width(rows) == 9
    monkeypatch.setattr(elimination, "_MOST_NEIGHBOURS", 8)
    assert find_order(rows, watch=Watch()) is None
    monkeypatch.undo()
    monkeypatch.setattr(elimination, "_MOST_CELLS", 2**9)
    assert find_order(rows, watch=Watch()) is None


def test_stopped_early_there_is_a_bracket():
    rows = band(np.random.default_rng(2), 30, 2)
    value, order = check(rows), find_order(rows, watch=Watch())
    stopped = Watch()
    stopped.stop()
    assert find_order(rows, watch=stopped) is None

    def interrupt(done, total):
        if done > total // 2:
            raise KeyboardInterrupt

    for watch in (stopped, Watch(progress=interrupt)):
        for matrix, size in ((rows, 1), (rows.astype(object) * 2**70, 2**70)):
            found = solve_by_elimination(matrix, order, watch=watch)
            assert found.interrupted
            assert value_of(matrix, found.signs) == found.value <= value * size <= found.upper


def test_an_interrupt_after_the_last_step_changes_nothing():
    def interrupt(done, total):
        if done == total:
            raise KeyboardInterrupt

    rows = band(np.random.default_rng(2), 30, 2)
    order = find_order(rows, watch=Watch())
    found = solve_by_elimination(rows, order, watch=Watch(progress=interrupt))
    assert not found.interrupted
    assert found.value == found.upper == check(rows)


def test_progress_ends_at_the_work():
    calls = []
    rows = band(np.random.default_rng(2), 20, 1)
    order = find_order(rows, watch=Watch())
    solve_by_elimination(rows, order, watch=Watch(progress=lambda *call: calls.append(call)))
    assert calls == sorted(calls)
    assert calls[-1] == (order.work, order.work)


def test_a_table_that_lies_is_found_out(monkeypatch):
    monkeypatch.setattr(np, "maximum", lambda a, b: a + 0 * b + 1)
    rows = np.eye(2, dtype=int)
    with pytest.raises(InconsistencyError) as caught:
        solve_by_elimination(rows, find_order(rows, watch=Watch()), watch=Watch())
    assert str(caught.value) == "the elimination found 6, but its signs reach 2"
