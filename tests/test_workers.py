"""Work in pieces: what was begun is told to stop, whenever an interrupt comes."""

import inspect
import itertools
import sys
import time

import numpy as np
import pytest

from tests.witness import band, fractions_of, sign_matrix
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.workers import Watch, core_count, load_undisturbed


def test_results_come_once_each():
    for workers in (1, 2, 3):
        watch = Watch(workers=workers)
        assert sorted(watch.run(lambda task: task * task, range(40))) == [n * n for n in range(40)]
        assert not watch.stopped


def test_by_default_all_cores_work():
    assert Watch().workers == core_count()


def test_an_interrupt_while_work_is_handed_out_stops_what_has_begun():
    watch = Watch(workers=2)

    def tasks():
        yield from range(2)
        raise KeyboardInterrupt

    def work(_):
        return next(n for n in itertools.count() if watch.stopped)

    with pytest.raises(KeyboardInterrupt):
        list(watch.run(work, tasks()))
    assert watch.stopped


def test_a_progress_callback_that_fails_ends_the_work():
    def fail(*_):
        raise RuntimeError("nobody listens")

    watch = Watch(progress=fail)
    with pytest.raises(RuntimeError, match="nobody listens"):
        watch.report(1, 2)
    assert watch.stopped


def test_no_thread_sees_half_a_module(tmp_path, monkeypatch):
    """Two threads ask while the module is still being imported, as at a cold start."""
    (tmp_path / "slow_to_load.py").write_text("import time\ntime.sleep(0.5)\ncomplete = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def load(delay_s):
        time.sleep(delay_s)
        return load_undisturbed("slow_to_load").complete

    assert list(Watch(workers=2).run(load, [0.0, 0.2])) == [True, True]


def names_above(frame):
    """The names of all functions on the stack."""
    return {frame.f_code.co_name} | (names_above(frame.f_back) if frame.f_back else set())


def called(matrix, at, **about):
    """What comes out if Ctrl-C hits a certain call of a Python function; and all such calls."""
    calls = []

    def trace(frame, *_):
        code = frame.f_code
        # What is raised in clean-up code is lost, and Python starts no thread safe from Ctrl-C.
        lost = code.co_flags & inspect.CO_GENERATOR or code.co_name in {"__del__", "_remove"}
        locks = "/threading.py" in code.co_filename and {"start", "join"} & names_above(frame)
        if not (lost or locks):
            calls.append((code.co_filename, code.co_name))
            if len(calls) == at:
                raise KeyboardInterrupt

    before = sys.gettrace()
    # Ctrl-C as NumPy leaves its own `errstate` would change that of all tests to come.
    with np.errstate():
        sys.settrace(trace)
        try:
            return classical_bias(matrix, **about), calls
        except KeyboardInterrupt:
            return None, calls
        finally:
            sys.settrace(before)


REALS = np.random.default_rng(0).standard_normal((10, 10))
GAMES = {
    "auto": sign_matrix(12),
    "enumeration": REALS,
    "branch-and-bound": REALS,
    "threshold": np.triu(np.full((12, 12), 2)) - 1,
    "elimination": band(np.random.default_rng(0), 14, 1),
}


@pytest.mark.parametrize("method", GAMES)
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_anywhere_leaves_a_bracket(method, workers):
    """In each function that is called, whether ours or a library's, once at least."""
    matrix, about = fractions_of(GAMES[method]), {"method": method, "workers": workers}
    best = classical_bias(matrix, **about).lower
    _, calls = called(matrix, 0, **about)
    first = {call: at for at, call in reversed(list(enumerate(calls, start=1)))}
    begun = first[next(call for call in first if call[1] == "as_integers")]
    for at in first.values():
        found, _ = called(matrix, at, **about)
        # Before anything is begun there is nothing to return.
        if found is None:
            assert at < begun
            continue
        assert deterministic_bias(matrix, found.strategy) == found.lower <= best <= found.upper
        assert found.exact or found.interrupted
