"""A sweep on this machine, on any executor, and on a real Dask cluster that loses a worker."""

import types
import uuid
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from tests.dask_cluster import dask_cluster
from tests.sweep_work import COLUMNS, die_always, slow_square, tasks
from xorgames.catalog import fishburn_reeds
from xorgames.errors import InputError
from xorgames.solvers.workers import core_count
from xorgames.sweep import pool
from xorgames.sweep.collect import collect
from xorgames.sweep.rows import read_csv
from xorgames.sweep.run import ExecutorLostError
from xorgames.sweep.split import SplitSweep


def spawning(workers):
    """Return a pool of fresh processes."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


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
    assert found.to_dict() == {"path": str(path), "added": 16, "total": 16, "others": 0}
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


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, spawning])
def test_an_executor_that_is_closed_ends_the_run_with_one_error(tmp_path, kind):
    path = tmp_path / "rows.csv"
    executor = kind(2)

    def close(progress):
        if progress.done >= 20:
            executor.shutdown(wait=False, cancel_futures=True)

    name = type(executor).__name__
    message = refused(
        lambda: collect(Squares(slow_square), path, executor=executor, progress=close)
    )
    kept = len(list(read_csv(path)))
    assert message == (
        f"`executor` must stay open until the last row is there; received a closed {name}. "
        f"Cure: with a new one run the same again: the {kept} rows so far are kept in {path}."
    )
    assert 20 <= kept < 150
    assert refused(lambda: collect(Squares(slow_square), path, executor=executor)) == message
    assert collect(Squares(slow_square), path, workers=1).added == 150 - kept
    assert len({row["id"] for row in read_csv(path)}) == 150


def test_workers_that_cannot_be_started_are_one_error(split, tmp_path, monkeypatch):
    def full(*_arguments, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor.submit", full)
    path = tmp_path / "rows.csv"
    assert refused(lambda: collect(split, path, workers=2)) == (
        "`workers` must be as many as this machine can start; "
        "received [Errno 11] Resource temporarily unavailable. Cure: with fewer of them run the "
        f"same again: the 0 rows so far are kept in {path}."
    )


@pytest.mark.slow
def test_dask_with_a_worker_killed_in_the_middle(tmp_path):
    path = tmp_path / "rows.csv"
    killed = []
    with dask_cluster(tmp_path) as cluster:

        def kill(progress):
            if progress.done >= 20 and not killed:
                cluster.workers[0].kill()
                killed.append(progress.done)

        found = collect(Squares(slow_square), path, dask=cluster.address, progress=kill)
    assert killed
    assert found.added == 150
    rows = list(read_csv(path))
    assert len(rows) == len({row["id"] for row in rows}) == 150
    assert {row["n"]: row["square"] for row in rows} == {str(n): str(n * n) for n in range(150)}


def test_dask_does_again_what_is_sent_again():
    """Otherwise a chunk that is sent again may be taken for the one that just failed."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
        ) as cluster,
        pool.dask_pool(cluster.scheduler_address) as found,
    ):
        assert found.workers == 1
        executor = found.make()
        answers = [executor.submit(uuid.uuid4) for _ in range(2)]
        assert answers[0].result() != answers[1].result()


def test_a_cluster_that_stays_without_workers_is_given_up(tmp_path, monkeypatch):
    """A task that kills its workers may leave none, for their nannies may give up too."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    monkeypatch.setattr(pool, "_ALONE_S", 0.5)
    path = tmp_path / "rows.csv"
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as cluster:
        address = cluster.scheduler_address

        def leave(progress):
            if progress.done >= 20:
                cluster.scale(0)

        message = refused(lambda: collect(Squares(slow_square), path, dask=address, progress=leave))
        kept = len(list(read_csv(path)))
        assert message == (
            "`dask` must answer until the last row is there; "
            f"received {address!r}, without workers for 0.5 s. Cure: start it again, then run the "
            f"same again: the {kept} rows so far are kept in {path}."
        )
        assert refused(lambda: collect(Squares(slow_square), path, dask=address)) == (
            "`dask` must have workers; received none. Cure: start dask worker ADDRESS."
        )


def test_a_cluster_is_given_up_only_after_a_while_without_workers(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(pool.time, "monotonic", lambda: now[0])
    answers = iter([{"a": 1}, {}, {}, {"b": 1}, {}, {}])
    watch = pool._Watch(types.SimpleNamespace(nthreads=lambda: next(answers)))
    for now[0] in (0, 1000, 1050, 1055, 1110):
        watch()
    now[0] = 1171
    with pytest.raises(ExecutorLostError, match="without workers for 60 s"):
        watch()

    def nobody():
        raise OSError

    watch = pool._Watch(types.SimpleNamespace(nthreads=nobody))
    with pytest.raises(ExecutorLostError, match="lost"):
        watch()


@pytest.mark.slow
def test_dask_names_a_task_that_kills_its_workers(tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster(tmp_path) as cluster:
        collect(Squares(die_always), path, dask=cluster.address)
    rows = list(read_csv(path))
    assert len(rows) == len({row["id"] for row in rows}) == 150
    assert [row["n"] for row in rows if row["error"]] == ["7"]


@pytest.mark.slow
def test_dask_splits_a_classical_bias(split, tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster(tmp_path) as cluster:
        collect(split, path, dask=cluster.address)
    assert split.result(read_csv(path)).lower <= 5 / 13


@pytest.mark.slow
def test_a_dask_scheduler_killed_in_the_middle_is_one_error_and_nothing_is_lost(tmp_path):
    path = tmp_path / "rows.csv"
    with dask_cluster(tmp_path) as cluster:

        def kill(progress):
            if progress.done >= 20:
                cluster.scheduler.stop()

        address = cluster.address
        message = refused(lambda: collect(Squares(slow_square), path, dask=address, progress=kill))
    kept = len(list(read_csv(path)))
    assert message == (
        "`dask` must answer until the last row is there; "
        f"received {address!r}, lost. Cure: start it again, then run the same again: "
        f"the {kept} rows so far are kept in {path}."
    )
    assert 20 <= kept < 150
    assert collect(Squares(slow_square), path, workers=1).added == 150 - kept
    assert len({row["id"] for row in read_csv(path)}) == 150


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
    most = 16 * core_count()
    for workers in (0, -1, True, 1.5, "2", most + 1, 10**9):
        assert refused(lambda: collect(split, path, workers=workers)) == (  # noqa: B023
            f"`workers` must be a whole number from 1 to {most}, 16 for each core; "
            f"received {workers!r}. Cure: leave it out for one on each core."
        )
    assert refused(lambda: collect(split, path, executor=3)) == (
        "`executor` must be of type Executor; received int."
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
