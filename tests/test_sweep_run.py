"""Nothing lost, nothing doubled: on threads, on processes, and when they are killed."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.sweep_work import COLUMNS, DieOnce, die_always, fail, slow_square, square, tasks
from xorgames.sweep.pool import local_pool
from xorgames.sweep.rows import CsvRows, read_csv
from xorgames.sweep.run import Pool, run_tasks

ROOT = Path(__file__).resolve().parent.parent


def run(path, work, *, count=20, workers=1, progress=None):
    with CsvRows(path, COLUMNS) as store:
        return run_tasks(
            tasks(count),
            work,
            store,
            pool=Pool(partial(local_pool, workers), workers),
            total=count,
            progress=progress,
        )


def squares(path):
    """Return n -> n^2 of a file, which must hold each task once."""
    rows = list(read_csv(path))
    found = {int(row["n"]): row["square"] for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_has_its_row(tmp_path, workers):
    path = tmp_path / "rows.csv"
    assert run(path, square, count=300, workers=workers) == 300
    assert squares(path) == {n: str(n * n) for n in range(300)}


def test_a_second_run_does_only_what_is_missing(tmp_path):
    path = tmp_path / "rows.csv"
    assert run(path, square, count=5) == 5
    before = path.read_bytes()
    assert run(path, square, count=5) == 0
    assert path.read_bytes() == before
    assert run(path, square, count=8) == 3
    assert path.read_bytes().startswith(before)
    assert squares(path) == {n: str(n * n) for n in range(8)}


@pytest.mark.parametrize("cut", [1, 3, 40, 75, 76])
def test_a_row_cut_short_is_computed_again(tmp_path, cut):
    path = tmp_path / "rows.csv"
    run(path, square, count=5)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert run(path, square, count=5) == 1 + cut // 71
    assert sorted(path.read_bytes().splitlines()) == sorted(whole.splitlines())


def test_a_worker_that_dies_once_costs_nothing(tmp_path):
    path = tmp_path / "rows.csv"
    assert run(path, DieOnce(tmp_path / "mark"), workers=2) == 20
    assert squares(path) == {n: str(n * n) for n in range(20)}


def test_a_task_that_kills_its_worker_is_named_and_the_others_are_done(tmp_path):
    path = tmp_path / "rows.csv"
    assert run(path, die_always, workers=2) == 20
    errors = {row["n"]: row["error"] for row in read_csv(path) if row["error"]}
    assert errors == {"7": "its worker died: out of memory?"}
    assert squares(path) == {n: str(n * n) if n != 7 else "" for n in range(20)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bug_is_not_hidden(tmp_path, workers):
    with pytest.raises(ZeroDivisionError):
        run(tmp_path / "rows.csv", fail, workers=workers)


@pytest.mark.parametrize("cancel", [True, False])
def test_an_interrupt_cancels_what_would_not_end_by_itself(tmp_path, cancel):
    """A pool of our own ends with all its work, and stumbles over what is cancelled meanwhile."""
    sent = []

    class Watching(ThreadPoolExecutor):
        def submit(self, *arguments):
            sent.append(super().submit(*arguments))
            return sent[-1]

    def stop(progress):
        if progress.done:
            raise KeyboardInterrupt

    with CsvRows(tmp_path / "rows.csv", COLUMNS) as store, pytest.raises(KeyboardInterrupt):
        run_tasks(
            tasks(9),
            slow_square,
            store,
            pool=Pool(partial(Watching, 1), 2, cancel=cancel),
            total=9,
            progress=stop,
        )
    assert any(future.cancelled() for future in sent) == cancel


def test_progress_counts_what_was_there(tmp_path):
    path = tmp_path / "rows.csv"
    run(path, square, count=5)
    seen = []
    run(path, square, count=20, progress=seen.append)
    assert (seen[0].done, seen[0].total, seen[0].left_s) == (5, 20, None)
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert (seen[-1].done, seen[-1].left_s) == (20, 0.0)
    assert all(step.left_s > 0 for step in seen[1:-1])


def test_progress_does_not_count_the_rows_of_other_sweeps(tmp_path):
    path = tmp_path / "rows.csv"
    run(path, square, count=20)
    seen = []
    assert run(path, square, count=5, progress=seen.append) == 0
    assert [(step.done, step.total, step.left_s) for step in seen] == [(5, 5, None)]


def test_chunks_are_as_small_as_asked(tmp_path):
    sizes = []

    def watching(chunk):
        sizes.append(len(chunk))
        return square(chunk)

    with CsvRows(tmp_path / "rows.csv", COLUMNS) as store:
        run_tasks(
            tasks(40), watching, store, pool=Pool(partial(local_pool, 1), 1),
            total=40, largest=3,
        )  # fmt: skip
    assert sum(sizes) == 40
    assert max(sizes) == 3


def test_memory_does_not_grow_with_the_number_of_tasks(tmp_path):
    """Only a few chunks are ever on their way."""
    taken = []

    def counted():
        for task in tasks(1000):
            taken.append(task)
            yield task

    ahead = []

    class Watching(ThreadPoolExecutor):
        def submit(self, *arguments):
            ahead.append(len(taken))
            return super().submit(*arguments)

    with CsvRows(tmp_path / "rows.csv", COLUMNS) as store:
        run_tasks(
            counted(),
            square,
            store,
            pool=Pool(partial(Watching, 1), 1),
            total=1000,
        )
    assert ahead[0] == 1
    # A chunk is at most four times as large as one before it.
    assert all(later <= 5 * earlier for earlier, later in pairwise(ahead))
    assert len(taken) == 1000


SCRIPT = """
import sys
from functools import partial
from pathlib import Path
from tests.sweep_work import COLUMNS, DieOnce, die_always, fail, slow_square, square, tasks
from xorgames.sweep.pool import local_pool
from xorgames.sweep.rows import CsvRows
from xorgames.sweep.run import Pool, run_tasks
if __name__ == "__main__":
    with CsvRows(Path(sys.argv[1]), COLUMNS) as store:
        pool = Pool(partial(local_pool, 2), 2)
        run_tasks(tasks(200), slow_square, store, pool=pool, total=200)
"""


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path, kill):
    path, script = tmp_path / "rows.csv", tmp_path / "script.py"
    script.write_text(SCRIPT)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(path)]
    for _ in range(2):
        process = subprocess.Popen(
            command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL, text=True
        )
        size = path.stat().st_size if path.exists() else 0
        while not path.exists() or path.stat().st_size < size + 1000:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(kill)
        process.wait(timeout=20)
    kept = squares(path)
    assert 0 < len(kept) < 200
    with CsvRows(path, COLUMNS) as store:
        assert len(store.done) == len(kept)
    assert run(path, square, count=200) == 200 - len(kept)
    assert squares(path) == {n: str(n * n) for n in range(200)}
