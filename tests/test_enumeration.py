"""Enumeration against brute force: compiled and not, at every width, in threads, interrupted."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.witness import best_value, hadamard, random_rows, sign_matrix
from xorgames.errors import InconsistencyError
from xorgames.solvers import enumeration, sign_lanes
from xorgames.solvers import signs as signs_module
from xorgames.solvers.enumeration import enumerate_signs
from xorgames.solvers.sign_lanes import choose_type
from xorgames.solvers.signs import compare_all, is_small, value_of
from xorgames.solvers.workers import Watch


@pytest.fixture(params=["numpy", "compiled"])
def path(request, monkeypatch):
    """Make all sizes take one of the two paths."""
    compiled = request.param == "compiled"
    monkeypatch.setattr(enumeration, "uses_kernels", lambda _: compiled)
    return request.param


both_paths = pytest.mark.usefixtures("path")


def check(rows, **about):
    found = enumerate_signs(rows, watch=Watch(**about))
    assert not found.interrupted
    assert found.value == found.upper == value_of(rows, found.signs)
    return found


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2]))
def test_against_brute_force(seed, workers):
    rows = random_rows(np.random.default_rng(seed))
    assert check(rows, workers=workers).value == best_value(rows)


@both_paths
def test_compiled_against_brute_force():
    rng = np.random.default_rng(1)
    for _ in range(200):
        rows = random_rows(rng)
        assert check(rows).value == best_value(rows)


#: The largest column sum and the largest number that each type holds, and what comes next.
BORDERS = [
    (np.int8, np.int16, 2**7 - 1, 2**8 - 1),
    (np.int16, np.int32, 2**15 - 1, 2**16 - 1),
    (np.int32, np.int64, 2**31 - 1, 2**32 - 1),
]


@both_paths
@pytest.mark.parametrize(("narrow", "wide", "widest", "largest"), BORDERS)
def test_sums_across_every_border(narrow, wide, widest, largest):
    """Column sums and totals from just below to just above what fits; nothing may wrap around."""
    kinds = set()
    for offset in range(-4, 5):
        # One column with the largest sum, one large total in many columns.
        for rows in (
            np.array([[widest + offset, 0], [0, 1]]),
            np.array([[widest - 3, 1], [3 + offset, 0]]),
            np.array([[(2 * largest + offset) // 7] * 7, [0] * 6 + [1]]),
        ):
            kinds.add(choose_type(rows))
            assert check(rows).value == best_value(rows)
    assert {np.dtype(narrow), np.dtype(wide)} <= kinds


@both_paths
@pytest.mark.parametrize("size", [2**40, 2**54, 2**58])
def test_wide_integers(size):
    rng = np.random.default_rng(3)
    rows = rng.integers(-size // 16, size // 16, (5, 5))
    assert choose_type(rows) == np.int64
    assert check(rows).value == best_value(rows)


@both_paths
@settings(max_examples=200, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(seed=st.integers(0, 2**32), workers=st.sampled_from([1, 2]))
def test_candidates_are_all_signs_near_the_best(seed, workers):
    rng = np.random.default_rng(seed)
    rows = random_rows(rng)
    margin = 2 * int(rng.integers(1, 1 + abs(rows).sum()))
    found = enumerate_signs(rows, watch=Watch(workers=workers), margin=margin)
    signs = np.array([(1, *rest) for rest in product((1, -1), repeat=len(rows) - 1)])
    near = signs[abs(signs @ rows).sum(axis=1) >= found.value - margin]
    assert {*map(tuple, found.candidates.tolist())} == {*map(tuple, near.tolist())}
    assert len(found.candidates) == len(near)


@both_paths
def test_candidates_in_many_pieces_too_many_or_none(monkeypatch):
    rows = sign_matrix(13)
    expected = enumerate_signs(rows, watch=Watch(), margin=10).candidates
    monkeypatch.setattr(sign_lanes, "_TABLE_BYTES", 2**10)
    for name in ("_PIECE", "_NUMPY_PIECE"):
        monkeypatch.setattr(enumeration, name, 2**7)
    found = enumerate_signs(rows, watch=Watch(workers=2), margin=10).candidates
    assert {*map(tuple, found.tolist())} == {*map(tuple, expected.tolist())}
    monkeypatch.setattr(enumeration, "most_candidates", lambda _: len(expected) - 1)
    assert enumerate_signs(rows, watch=Watch(workers=2), margin=10).candidates is None
    stopped = Watch()
    stopped.stop()
    assert enumerate_signs(rows, watch=stopped, margin=10).candidates is None


@both_paths
@pytest.mark.parametrize(("n", "value"), [(2, 2), (4, 8), (8, 20), (12, None), (16, 64)])
def test_every_width_agrees(n, value, monkeypatch):
    """The same game in each type that is wide enough."""
    rows = sign_matrix(n) if value is None else hadamard(n)
    found = set()
    for kind in (np.int8, np.int16, np.int32, np.int64):
        monkeypatch.setattr(sign_lanes, "choose_type", lambda _, kind=kind: np.dtype(kind))
        found.add(check(rows).value)
    assert found == {best_value(rows) if value is None and n < 10 else value or check(rows).value}


def test_hadamard_32():
    """Known value 160; all 2^31 sign vectors."""
    found = check(hadamard(32))
    assert (found.value, found.strategies) == (160, 2**31)


@both_paths
def test_threads_and_pieces_do_not_matter(monkeypatch):
    rows = sign_matrix(15)
    expected = check(rows, workers=1)
    monkeypatch.setattr(sign_lanes, "_TABLE_BYTES", 2**10)
    narrow = check(rows, workers=1)
    monkeypatch.setattr(enumeration, "_PIECE", 2**8)
    monkeypatch.setattr(enumeration, "_NUMPY_PIECE", 2**8)
    calls = []
    for workers in (1, 2, 3):
        found = check(rows, workers=workers, progress=lambda *call: calls.append(call))
        assert found.value == expected.value
        assert found.signs.tolist() == narrow.signs.tolist()
    assert len(calls) == 3 * 2**6
    assert {total for _, total in calls} == {2**14}
    assert [done for done, _ in calls[:64]] == [2**8 * (i + 1) for i in range(64)]


def test_of_tied_signs_both_paths_return_the_same(monkeypatch):
    """Whether a compiler was at hand cannot be seen in the strategy."""
    for rows in (hadamard(16), sign_matrix(13), np.kron(np.eye(5, dtype=int), hadamard(2))):
        found = []
        for compiled in (False, True):
            monkeypatch.setattr(enumeration, "uses_kernels", lambda _, is_it=compiled: is_it)
            found += [check(rows, workers=workers).signs.tolist() for workers in (1, 2)]
        assert found == [found[0]] * 4


def test_interrupt_and_time_limit_leave_a_bracket(monkeypatch):
    monkeypatch.setattr(enumeration, "_PIECE", 2**8)
    monkeypatch.setattr(enumeration, "_NUMPY_PIECE", 2**8)
    monkeypatch.setattr(sign_lanes, "_TABLE_BYTES", 2**8)
    rows = sign_matrix(16)
    best = check(rows).value

    def interrupt(done, total):
        if done >= total // 4:
            raise KeyboardInterrupt

    for about in ({"progress": interrupt}, {"time_limit_s": 1e-9}):
        for workers in (1, 2):
            found = enumerate_signs(rows, watch=Watch(workers=workers, **about))
            assert found.interrupted
            assert found.strategies < 2**15
            assert value_of(rows, found.signs) == found.value <= best <= found.upper


def test_a_kernel_that_lies_is_found_out(monkeypatch):
    monkeypatch.setattr(enumeration, "_numpy_piece", lambda piece: replace(piece, number=100))
    with pytest.raises(InconsistencyError) as caught:
        enumerate_signs(np.array([[1, 1], [1, -1]]), watch=Watch())
    assert str(caught.value) == "the enumeration found 456, but its signs reach 2"


def test_a_worker_that_fails_is_heard(monkeypatch):
    def fail(_):
        raise MemoryError("no room")

    monkeypatch.setattr(enumeration, "_numpy_piece", fail)
    for workers in (1, 2):
        with pytest.raises(MemoryError, match="no room"):
            enumerate_signs(sign_matrix(5), watch=Watch(workers=workers))


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_all_at_once_against_brute_force(seed):
    """The first of the best signs, the best replies to them, and their value."""
    rows = random_rows(np.random.default_rng(seed))
    rows = rows if is_small(rows) else rows // 1000
    assert is_small(rows)
    bits, replies, value = compare_all(rows)
    signs = np.array([(1, *rest) for rest in product((1, -1), repeat=len(rows) - 1)])
    values = abs(signs.astype(object) @ rows).sum(axis=1)
    assert value == max(values)
    if rows.shape != (2, 2):
        assert bits.tolist() == [int(sign < 0) for sign in signs[values.tolist().index(value)]]
    assert (((1 - 2 * bits) @ rows < 0) == replies).all()


def test_two_by_two_of_any_size():
    for rows in (
        [[2**90, 1], [1, -(2**90)]],
        [[0, 0], [0, 0]],
        [[0, -3], [-4, 0]],
        [[1, 2], [1, 3]],
    ):
        matrix = np.array(rows, dtype=object)
        assert is_small(matrix)
        bits, replies, value = compare_all(matrix)
        assert value == (1 - 2 * bits) @ matrix @ (1 - 2 * replies) == best_value(matrix)
        assert bits[0] == 0


@pytest.mark.parametrize(
    ("rows", "small"),
    [
        (sign_matrix(10), True),
        (sign_matrix(11), True),
        (sign_matrix(12), False),
        (np.ones((1, 2**14)), True),
        (np.ones((1, 2**14 + 1)), False),
        (np.array([[2**53 - 3, 0, 0], [0, 1, 0], [0, 0, 1]]), True),
        (np.array([[2**53 - 2, 0, 0], [0, 1, 0], [0, 0, 1]]), False),
        (np.array([[2**70, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=object), False),
    ],
)
def test_what_is_small(rows, small):
    """Few sums, all of them exact in doubles."""
    assert is_small(rows) == small
    if small:
        value = {10: 40, 11: best_value(sign_matrix(11))}.get(len(rows), abs(rows).sum())
        assert compare_all(rows.astype(np.int64))[2] == value


def test_a_product_that_lies_is_found_out(monkeypatch):
    signs, ones = signs_module._all_signs(3, 3)
    monkeypatch.setattr(signs_module, "_all_signs", lambda *_: (signs, 3 * ones))
    with pytest.raises(InconsistencyError) as caught:
        compare_all(np.eye(3, dtype=int))
    assert str(caught.value) == "the enumeration found 9, but its signs reach 3"


@pytest.mark.parametrize("n", [20, 25])
def test_memory_stays_flat(n):
    """Less than 20 MB beyond what is there before, however many strategies."""
    rows = sign_matrix(n)
    enumerate_signs(rows, watch=Watch())
    tracemalloc.start()
    enumerate_signs(rows, watch=Watch())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


NO_CACHE = """
import numba.core.caching as caching
{setup}
import numpy as np
from xorgames.solvers.lanes import best_step
one = np.ones((4, 4), np.int8)
print(best_step(one[:1], one, one[0, :1], 0, 1)[0])
"""
SETUPS = {
    "no directory": "caching.CacheImpl._locator_classes = []",
    "a full disk": """
def save(*_): raise OSError("No space left on device")
caching.Cache.save_overload = save
caching.Cache.load_overload = lambda *_: None""",
}


@pytest.mark.parametrize("trouble", SETUPS)
def test_without_a_place_for_the_cache(trouble):
    code = NO_CACHE.format(setup=SETUPS[trouble])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("5\n", "")
