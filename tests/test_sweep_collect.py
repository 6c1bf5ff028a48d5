"""A sweep on this machine, on any executor, and on a real Dask cluster that loses a worker."""

import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import pytest

from tests.sweep_work import COLUMNS, die_always, slow_square, tasks
from xorgames.catalog import fishburn_reeds
from xorgames.errors import InputError
from xorgames.sweep import pool
from xorgames.sweep.collect import collect
from xorgames.sweep.rows import read_csv
from xorgames.sweep.split import SplitSweep


@pytest.fixture(scope="module")
def split():
    return SplitSweep(game=fishburn_reeds(4), rows=5)


def refused(act):
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_of_this_machine(split, tmp_path, workers):
    path = tmp_path / "rows.csv"
    found = collect(split, path, workers=workers)
    assert found.to_dict() == {"path": str(path), "added": 16, "total": 16}
    bound = split.result(read_csv(path))
    assert bound.lower <= 5 / 13 <= bound.upper
    assert bound.width < 1e-15
    assert collect(split, path, workers=workers).added == 0


def test_any_executor_which_is_left_open(split, tmp_path):
    with ThreadPoolExecutor(2) as executor:
        assert collect(split, tmp_path / "rows.csv", executor=executor).added == 16
        assert executor.submit(int, "7").result() == 7


def test_parquet(split, tmp_path):
    pytest.importorskip("pyarrow", reason="needs the extra `frames`")
    path = tmp_path / "rows.parquet"
    assert collect(split, path, workers=1).added == 16
    assert collect(split, path, workers=1).added == 0


class Squares:
    """A sweep of the tests' own."""

    columns = COLUMNS
    total = 150
    largest_chunk = 50

    def __init__(self, work):
        self.work = work

    def tasks(self):
        return iter(tasks(self.total))


def test_an_executor_that_breaks_ends_the_run_and_blames_no_task(tmp_path):
    path = tmp_path / "rows.csv"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        assert refused(lambda: collect(Squares(die_always), path, executor=executor)) == (
            "`executor` must go on after a worker died; received a broken executor. "
            "Cure: run again with a new one; the rows so far are kept."
        )
    assert not any(row["error"] for row in read_csv(path))


@contextmanager
def dask_cluster():
    """Two worker processes and a scheduler on this machine."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.mark.slow
def test_dask_with_a_worker_killed_in_the_middle(tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster() as cluster:
        victims = [worker.pid for worker in cluster.workers.values()]
        killed = []

        def kill(progress):
            if progress.done >= 20 and not killed:
                os.kill(victims[0], signal.SIGKILL)
                killed.append(time.monotonic())

        found = collect(Squares(slow_square), path, dask=cluster.scheduler_address, progress=kill)
    assert killed
    assert found.added == 150
    rows = list(read_csv(path))
    assert len(rows) == len({row["id"] for row in rows}) == 150
    assert {row["n"]: row["square"] for row in rows} == {str(n): str(n * n) for n in range(150)}


@pytest.mark.slow
def test_dask_names_a_task_that_kills_its_workers(tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster() as cluster:
        assert collect(Squares(die_always), path, dask=cluster.scheduler_address).added == 150
    assert [row["n"] for row in read_csv(path) if row["error"]] == ["7"]


@pytest.mark.slow
def test_dask_splits_a_classical_bias(split, tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster() as cluster:
        collect(split, path, dask=cluster.scheduler_address)
    assert split.result(read_csv(path)).lower <= 5 / 13


def test_a_scheduler_that_does_not_answer_is_refused(split, tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra `dask`")
    monkeypatch.setattr(pool, "_PATIENCE_S", 0.2)
    path = tmp_path / "rows.csv"
    assert refused(lambda: collect(split, path, dask="tcp://127.0.0.1:9")).startswith(
        "`dask` must be the address of a Dask scheduler that answers, such as tcp://host:8786; "
        "received 'tcp://127.0.0.1:9' ("
    )
    assert not path.exists()


def test_without_distributed_the_cure_is_named(split, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "find_spec", lambda _: None)
    assert refused(lambda: collect(split, tmp_path / "rows.csv", dask="tcp://host:1")) == (
        "`dask` needs distributed. Cure: pip install 'xorgames[dask]'."
    )


def test_what_does_not_fit_is_refused(split, tmp_path):
    path = tmp_path / "rows.csv"
    for workers in (0, -1, True, 1.5, "2", 10**9):
        assert refused(lambda: collect(split, path, workers=workers)) == (  # noqa: B023
            f"`workers` must be a whole number from 1 to 10000; received {workers!r}."
        )
    assert refused(lambda: collect(split, path, workers=2, dask="tcp://host:1")) == (
        "`workers` must not be given together with dask or executor; received 2. "
        "Cure: choose one of the three."
    )
    assert refused(lambda: collect(split, tmp_path / "rows.txt")) == (
        f"`file` must end in .csv or .parquet; received {tmp_path / 'rows.txt'}."
    )
    assert refused(lambda: collect(split, 3)) == (
        "`output` must be of type str or Path; received int."
    )
    assert not list(tmp_path.iterdir())
