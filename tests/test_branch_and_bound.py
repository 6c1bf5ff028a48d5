"""Branch and bound against brute force and enumeration; stopped early it leaves a bracket."""

import _thread
import re
import threading
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import best_value, fishburn_reeds, hadamard, random_rows, sign_matrix
from xorgames.errors import InconsistencyError
from xorgames.solvers import branch_and_bound
from xorgames.solvers.branch_and_bound import branch_and_bound_signs
from xorgames.solvers.dolls import Dolls, capped, expected_strategies
from xorgames.solvers.enumeration import enumerate_signs
from xorgames.solvers.signs import local_search, value_of
from xorgames.solvers.workers import Watch


def check(rows, *, cap=None, **about):
    found = branch_and_bound_signs(rows, watch=Watch(**about), cap=cap)
    assert not found.interrupted
    assert found.value == found.upper == value_of(rows, found.signs)
    return found


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2]))
def test_against_brute_force(seed, workers):
    rows = random_rows(np.random.default_rng(seed), most=10)
    assert check(rows, workers=workers).value == best_value(rows)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 40, 2**20, 2**40, 2**52]))
def test_against_enumeration(seed, size):
    """Three dolls and more, in every type of the kernel."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(-2 * size, 2 * size + 1, (int(rng.integers(9, 19)), 19))
    known = enumerate_signs(rows, watch=Watch(workers=1)).value
    assert check(rows, workers=2).value == known


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_poor_start_is_improved_upon(seed):
    """Without local search the tree itself has to find the best signs."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(-3, 4, (int(rng.integers(2, 16)), 16))
    dolls = Dolls.of(rows)
    for group, start in enumerate(dolls.starts[:-1]):
        below = dolls.rows[start:]
        signs = np.ones(len(below), dtype=np.int64)
        dolls._known[group] = signs, value_of(below, signs)
    found = branch_and_bound_signs(rows, watch=Watch(workers=2), dolls=dolls)
    assert found.value == found.upper == value_of(rows, found.signs)
    assert found.value == enumerate_signs(rows, watch=Watch(workers=1)).value


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2]))
def test_candidates_are_all_signs_near_the_best(seed, workers):
    """One doll and more, few and many leaves; against all sign vectors."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(-9, 10, (int(rng.integers(2, 13)), 13))
    rows = abs(rows) if rng.random() < 0.1 else rows
    margin = int(rng.choice([2, 10, 40]))
    found = branch_and_bound_signs(rows, watch=Watch(workers=workers), margin=margin)
    signs = np.array([(1, *rest) for rest in product((1, -1), repeat=len(rows) - 1)])
    near = signs[abs(signs @ rows).sum(axis=1) >= found.value - margin]
    kept = found.candidates * found.candidates[:, :1]
    assert {*map(tuple, kept.tolist())} == {*map(tuple, near.tolist())}
    assert len(kept) == len(near)


def test_too_many_candidates(monkeypatch):
    monkeypatch.setattr(branch_and_bound, "most_candidates", lambda _: 3)
    for k in (6, 14):
        rows = np.vstack([np.full((1, 14), 50), sign_matrix(14)[: k - 1]])
        for workers in (1, 2):
            watch = Watch(workers=workers)
            found = branch_and_bound_signs(rows, watch=watch, margin=600)
            assert found.candidates is None
            assert found.value == found.upper
            assert not found.interrupted
            assert not watch.stopped


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_while_candidates_are_collected(workers, monkeypatch):
    rows = sign_matrix(24)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(branch_and_bound._Doll, "_leaves", interrupt)
    found = branch_and_bound_signs(rows, watch=Watch(workers=workers), margin=2)
    assert found.interrupted
    assert found.candidates is None
    assert found.value == found.upper


def test_fishburn_reeds():
    """42 x 42: 924 in integers; 30 x 30: all 2^29 sign vectors."""
    assert check(fishburn_reeds(7)).value == 924
    rows = fishburn_reeds(6)
    assert check(rows).value == enumerate_signs(rows, watch=Watch()).value


@pytest.mark.parametrize("seed", range(3))
def test_larger_sign_matrices(seed):
    rows = sign_matrix(30, seed=seed)
    assert check(rows).value == enumerate_signs(rows, watch=Watch()).value


def test_proven_at_the_root():
    """Hadamard 16 reaches n sqrt n, the bound of Cauchy and Schwarz."""
    found = check(hadamard(16))
    assert (found.value, found.strategies) == (64, 0)


def test_a_cap_ends_the_search():
    rows = sign_matrix(30)
    known = check(rows)
    for cap in (known.value, known.value + 1):
        found = check(rows, cap=cap)
        assert (found.value, found.strategies) == (known.value, 0)
    assert check(rows, cap=known.value + 2).strategies > 0
    assert capped(rows, 10**9) == capped(rows, None)


def test_workers_and_slices_do_not_matter(monkeypatch):
    rows = sign_matrix(26)
    expected = check(rows, workers=1)
    monkeypatch.setattr(branch_and_bound, "_BUDGET", 256)
    for workers in (1, 2, 3):
        found = check(rows, workers=workers)
        assert (found.value, found.signs.tolist()) == (expected.value, expected.signs.tolist())


def test_progress_never_falls():
    calls = []
    check(sign_matrix(24), progress=lambda *call: calls.append(call), workers=2)
    assert {total for _, total in calls} == {2**23}
    assert calls == sorted(calls)
    assert calls[-1][0] <= 2**23


def bracket(rows, **about):
    found = branch_and_bound_signs(rows, watch=Watch(**about))
    assert found.interrupted
    assert value_of(rows, found.signs) == found.value < found.upper <= capped(rows, None)
    return found


#: One game of which the tests below interrupt the search, and its bias.
GAME = sign_matrix(28, seed=4)
BIAS = 226


def test_the_bias_of_the_game_below():
    assert enumerate_signs(GAME, watch=Watch()).value == BIAS


@pytest.mark.parametrize("stop_after", [1, 3, 9, 30, 50])
def test_interrupted_at_any_moment(stop_after, monkeypatch):
    """However far the dolls have come, what is open bounds the value."""
    monkeypatch.setattr(branch_and_bound, "_BUDGET", 1024)
    for workers in (1, 2):
        calls = []

        def interrupt(*call, calls=calls):
            calls.append(call)
            if len(calls) == stop_after:
                raise KeyboardInterrupt

        found = bracket(GAME, workers=workers, progress=interrupt)
        assert found.value <= BIAS < found.upper


def test_the_last_doll_leaves_the_bound_of_what_is_open(monkeypatch):
    """Stopped in the outermost doll, the upper end is that of the best subtree left."""

    def interrupt(done, total):
        if done > 0.2 * total:
            raise KeyboardInterrupt

    monkeypatch.setattr(branch_and_bound, "_BUDGET", 1024)
    late = bracket(GAME, workers=1, progress=interrupt)
    early = bracket(GAME, workers=1, time_limit_s=1e-9)
    assert BIAS < late.upper < early.upper


def test_control_c_and_time_limit():
    """A search that would take for ever, stopped by a signal while it runs, and by the clock."""
    rows = sign_matrix(64)
    timer = threading.Timer(0.2, _thread.interrupt_main)

    def begin(*_):
        if timer.ident is None:
            timer.start()

    for about in ({"progress": begin}, {"time_limit_s": 1.0}):
        assert bracket(rows, **about).strategies > 0


@pytest.mark.parametrize("place", ["_answer_in_turn", "_flip_while_better"])
def test_an_interrupt_during_the_local_search(place, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"xorgames.solvers.signs.{place}", interrupt)
    assert bracket(GAME).strategies <= 64
    with pytest.raises(KeyboardInterrupt):
        local_search(GAME, rng=np.random.default_rng(0))


def test_a_kernel_that_fails_is_heard(monkeypatch):
    def fail(*_):
        raise FloatingPointError("broken kernel")

    monkeypatch.setattr("xorgames.solvers.lanes.descend", fail)
    for workers in (1, 2):
        with pytest.raises(FloatingPointError, match="broken kernel"):
            branch_and_bound_signs(sign_matrix(24), watch=Watch(workers=workers))


def test_a_kernel_that_lies_is_found_out(monkeypatch):
    def lie(_, state, root, *__):
        state[2][2], state[3][:2] = 0, (root - 1, 999)
        return 64

    rows = sign_matrix(24)
    monkeypatch.setattr("xorgames.solvers.lanes.descend", lie)
    with pytest.raises(InconsistencyError) as caught:
        branch_and_bound_signs(rows, watch=Watch(workers=1))
    assert re.fullmatch(r"branch and bound found 999, but its signs reach \d+", str(caught.value))


def test_the_estimate_is_of_the_right_order():
    for seed in range(5):
        rows = sign_matrix(28, seed=seed)
        dolls = Dolls.of(rows)
        compared = branch_and_bound_signs(rows, watch=Watch(), dolls=dolls).strategies
        assert compared / 30 < expected_strategies(dolls) < compared * 30
    assert expected_strategies(Dolls.of(hadamard(16))) == 0
    assert expected_strategies(Dolls.of(sign_matrix(100))) == 2.0**99
    assert expected_strategies(Dolls.of(hadamard(32))) > 2**31
