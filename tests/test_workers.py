"""Work in pieces: what was begun is told to stop, whenever an interrupt comes."""

import itertools
import time

import pytest

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
