"""Run a sweep into a file of rows: here, on a cluster, or on any executor."""

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from xorgames.errors import expect, reject
from xorgames.solvers.workers import core_count
from xorgames.sweep.parquet import ParquetRows
from xorgames.sweep.pool import dask_pool, given_pool, local_pool
from xorgames.sweep.rows import CsvRows, RowStore, check_suffix
from xorgames.sweep.run import MakeExecutor, Progress, run_tasks
from xorgames.sweep.sweep_file import Sweep, load_sweep

MOST_WORKERS = 10_000


@dataclass(frozen=True, kw_only=True)
class Collected:
    """What a run did.

    Attributes
    ----------
    path : Path
        Where the rows are.
    added, total : int
        The rows of this run, and all that the sweep has.
    """

    path: Path
    added: int
    total: int

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return {"path": str(self.path), "added": self.added, "total": self.total}


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
        If a file or a number is not in order; nothing is written then.

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
    count = _checked_workers(workers)
    if isinstance(sweep, str | Path):
        sweep = load_sweep(sweep)
    path = Path(output)
    suffix = check_suffix(path, (".csv", ".parquet"))
    with ExitStack() as stack:
        make: MakeExecutor
        if dask is not None:
            make, count = stack.enter_context(dask_pool(dask))
        elif executor is not None:
            make, count = given_pool(executor), _workers_of(executor)
        else:
            make = partial(local_pool, count)
        store: RowStore = (CsvRows if suffix == ".csv" else ParquetRows)(path, sweep.columns)
        stack.enter_context(store)
        added = run_tasks(
            sweep.tasks(),
            sweep.work,
            store,
            make_executor=make,
            workers=count,
            total=sweep.total,
            largest=sweep.largest_chunk,
            progress=progress,
        )
    return Collected(path=path, added=added, total=sweep.total)


def _checked_workers(workers: int | None) -> int:
    if workers is None:
        return core_count()
    whole = isinstance(workers, int) and not isinstance(workers, bool)
    if not whole or not 1 <= workers <= MOST_WORKERS:
        rule = f"must be a whole number from 1 to {MOST_WORKERS}"
        reject("workers", rule, received=repr(workers))
    return workers


def _workers_of(executor: Executor) -> int:
    """Return how many workers an executor says it has, or a number that keeps most of them busy."""
    return int(getattr(executor, "_max_workers", 0)) or 64
