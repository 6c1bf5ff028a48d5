"""The programme for threshold games against brute force, and when a game is one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import best_value, staircase
from xorgames.errors import InconsistencyError
from xorgames.solvers import threshold_programme
from xorgames.solvers.signs import value_of
from xorgames.solvers.threshold_programme import recognise, solve_threshold
from xorgames.solvers.workers import Watch


def uniform(n: int) -> np.ndarray:
    """S_ij = +1 iff i + j <= n - 1."""
    index = np.arange(n)
    return np.where(index[:, None] + index <= n - 1, 1, -1)


def load_balancing(n: int) -> np.ndarray:
    """(1 - a)(1 - b) >= 1/4 at the midpoints of n cells, in integers."""
    odd = 2 * n - 1 - 2 * np.arange(n)
    return np.where(odd[:, None] * odd >= n * n, 1, -1)


def check(rows, **about):
    found = solve_threshold(rows, recognise(rows), watch=Watch(**about))
    assert not found.interrupted
    assert found.value == found.upper == value_of(rows, found.signs)
    return found


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2]))
def test_recognised_and_solved(seed, workers):
    rows = staircase(np.random.default_rng(seed))
    assert check(rows, workers=workers).value == best_value(rows)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_recognised_is_solved(seed):
    """Most of these are no threshold games; a wrong yes would give a wrong value."""
    rows = np.random.default_rng(seed).choice([-1, 1], (4, 5))
    if recognise(rows) is not None:
        assert check(rows).value == best_value(rows)


@pytest.mark.parametrize("n", range(1, 41))
def test_staircase(n):
    """ceil(n^2 / 2), before division by n^2."""
    assert check(uniform(n)).value == -(-(n**2) // 2)


@pytest.mark.parametrize(("n", "value"), [(60, 2200), (100, 6128), (1000, 612680)])
def test_load_balancing(n, value):
    """C_t = 1/4, midpoint signs; 6128 is a known value."""
    assert check(load_balancing(n)).value == value


def test_wide_weights():
    rng = np.random.default_rng(0)
    for _ in range(20):
        rows = staircase(rng, most=6) * 10**14
        assert recognise(rows).steps.max() <= 4
        assert check(rows).value == best_value(rows)
        columns = staircase(rng, most=6) * rng.integers(1, 10**14, 1)
        assert check(columns).value == best_value(columns)


def test_the_cheaper_side_is_taken():
    rows = np.array([[1000, 1000, -1000], [1, -1, -1], [1, 1, 1]])
    game = recognise(rows)
    assert game.transposed
    assert game.steps.tolist() == [1, 1, 1]
    assert check(rows).value == best_value(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 1, 1], [1, -1, 0]],
        [[1, 2], [2, 3]],
        [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]],
        np.full((2, 2), 2**58),
    ],
    ids=["zero", "no product", "three sets", "too large"],
)
def test_what_is_none(rows):
    assert recognise(np.array(rows)) is None


def test_stopped_early(monkeypatch):
    monkeypatch.setattr(threshold_programme, "_BLOCK", 1)
    rows = uniform(40)

    def interrupt(done, total):
        if done > total // 2:
            raise KeyboardInterrupt

    for about in ({"progress": interrupt}, {"time_limit_s": 1e-9}):
        for workers in (1, 2):
            found = solve_threshold(rows, recognise(rows), watch=Watch(workers=workers, **about))
            assert found.interrupted
            assert value_of(rows, found.signs) == found.value <= 800 < found.upper
    calls = []
    check(rows, progress=lambda *call: calls.append(call))
    assert calls == sorted(calls)
    assert calls[-1] == (16000, 16000)


def test_a_programme_that_lies_is_found_out(monkeypatch):
    monkeypatch.setattr(threshold_programme, "_best_values", lambda _, ends: ends * 0 + 99)
    with pytest.raises(InconsistencyError) as caught:
        check(np.array([[1, 1], [1, -1]]))
    assert str(caught.value) == "the programme found 99, but its signs reach 2"
