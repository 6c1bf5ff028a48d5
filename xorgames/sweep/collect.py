"""Run a sweep into a file of rows: here, on a cluster, or on any executor."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from xorgames.errors import InputError, Problem, expect, reject
from xorgames.solvers.workers import core_count
from xorgames.sweep.parquet import ParquetRows
from xorgames.sweep.pool import dask_pool, given_pool, local_pool
from xorgames.sweep.rows import CsvRows, check_suffix
from xorgames.sweep.run import ExecutorLostError, Pool, Progress, run_tasks
from xorgames.sweep.sweep_file import Sweep, load_sweep

#: Each worker is a process with libraries of its own, about 100 MB; more than cores gain nothing.
MOST_PER_CORE = 16


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What a run did.

    Attributes
    ----------
    path : Path
        Where the rows are.
    added, total : int
        The rows of this run, and all that the sweep has.
    others : int
        Rows of other sweeps in the same file.
    """

    path: Path
    added: int
    total: int
    others: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self) | {"path": str(self.path)}


def collect(
    sweep: Sweep | str | Path,
    output: str | Path,
    *,
    workers: int | None = None,
    dask: str | None = None,
    executor: Executor | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Collected:
    """Compute the rows of a sweep that are not in its file yet.

    Parameters
    ----------
    sweep : Sweep, or the path of a sweep file
    output : str or Path
        A .csv file, or a .parquet folder, that is made or gone on with.
    workers : int, optional
        Processes on this machine; by default one for each core.
    dask : str, optional
        The address of a Dask scheduler, in place of `workers`.
    executor : concurrent.futures.Executor, optional
        Any other one, in place of both. It is left open; one that breaks when a worker dies ends
        the run.
    progress : callable, optional
        Called with a `Progress` after every chunk.

    Raises
    ------
    InputError
        If a file or a number is not in order; nothing is written then. Also if on the way the disk
        is full, or the scheduler or the executor is lost; then the rows so far are kept.

    Examples
    --------
    >>> import tempfile
    >>> from fractions import Fraction
    >>> from xorgames.catalog import chained
    >>> from xorgames.sweep.split import SplitSweep
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sweep = SplitSweep(game=chained(4), rows=3)
    ...     found = collect(sweep, Path(folder, "rows.csv"), workers=1)
    ...     again = collect(sweep, Path(folder, "rows.csv"), workers=1)
    >>> found.added, again.added, again.total
    (4, 0, 4)
    """
    expect(output, (str, Path), key="output")
    if sum(way is not None for way in (workers, dask, executor)) > 1:
        rule = "must not be given together with dask or executor"
        reject("workers", rule, received=repr(workers), cure="choose one of the three")
    if isinstance(sweep, str | Path):
        sweep = load_sweep(sweep)
    path = Path(output)
    kind: type[CsvRows | ParquetRows] = CsvRows
    if check_suffix(path, (".csv", ".parquet")) == ".parquet":
        kind = ParquetRows
    with _pool(workers, dask, executor) as pool:
        store = kind(path, sweep.columns)
        try:
            with store:
                added = run_tasks(
                    sweep.tasks(),
                    sweep.work,
                    store,
                    pool=pool,
                    total=sweep.total,
                    largest=sweep.largest_chunk,
                    progress=progress,
                )
        except (ExecutorLostError, OSError) as error:
            again = f"run the same again: the {len(store.done)} rows so far are kept in {path}"
            raise InputError([_problem(error, dask, executor, again)]) from error
    others = len(store.done) - sweep.total
    return Collected(path=path, added=added, total=sweep.total, others=others)


@contextmanager
def _pool(workers: int | None, dask: str | None, executor: Executor | None) -> Iterator[Pool]:
    if dask is not None:
        with dask_pool(dask) as pool:
            yield pool
    elif executor is not None:
        expect(executor, Executor, key="executor")
        yield Pool(given_pool(executor), _workers_of(executor))
    else:
        count = _checked_workers(workers)
        yield Pool(partial(local_pool, count), count, cancel=False)


def _problem(error: Exception, dask: str | None, executor: Executor | None, again: str) -> Problem:
    """Say what ended a run, and how it goes on."""
    if isinstance(error, OSError):
        key, rule = "file", "must be written to until the last row is there"
        received, cure = str(error.strerror or error), f"make room, then {again}"
    elif dask is not None:
        key, rule = "dask", "must answer until the last row is there"
        received, cure = f"{dask!r}, {error}", f"start it again, then {again}"
    elif executor is not None:
        key, rule = "executor", "must stay open until the last row is there"
        received, cure = f"a closed {type(executor).__name__}", f"with a new one {again}"
    else:
        key, rule = "workers", "must be as many as this machine can start"
        received, cure = str(error.__cause__), f"with fewer of them {again}"
    return Problem(key=key, rule=rule, received=received, cure=cure)


def _checked_workers(workers: int | None) -> int:
    if workers is None:
        return core_count()
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    most = MOST_PER_CORE * core_count()
    if not whole or not 1 <= workers <= most:
        rule = f"must be a whole number from 1 to {most}, {MOST_PER_CORE} for each core"
        cure = "leave it out for one on each core"
        reject("workers", rule, received=repr(workers), cure=cure)
    return workers


def _workers_of(executor: Executor) -> int:
    """Return how many workers an executor says it has, or a number that keeps most of them busy."""
    return int(getattr(executor, "_max_workers", 0)) or 64
