"""Run many tasks on any executor; each row is written as soon as it is there.

Tasks go out in chunks of about a second, a few for each worker at a time, so that a million tasks
need no more memory than a thousand. A task whose row is there is not run again. An executor is
anything whose `submit` returns futures of `concurrent.futures`: a process pool, Dask's
`Client.get_executor()`, mpi4py's.

A process pool that loses a worker is broken, and Dask gives up a task that took several workers
down. What was in work is then run again, chunk by chunk on a pool of its own; a chunk that breaks
this one too is halved, until the task whose worker dies is found, and its row says so.
"""

import itertools
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xorgames.sweep.rows import ERROR, ID, RowStore, key_of

#: What one worker does before its rows are written.
_CHUNK_S = 1.0
#: So many tasks at most where all take about the same time.
MOST_IN_CHUNK = 10_000
#: Chunks on their way for each worker: one at work, one waiting.
_AHEAD = 2
_POLL_S = 0.2

Rows = list[dict[str, str]]


class ExecutorLostError(Exception):
    """An executor dropped its work: it was closed, or its cluster is gone; says which."""


DIED = "its worker died: out of memory?"


@dataclass(frozen=True, slots=True)
class Task:
    """One row to be computed.

    Attributes
    ----------
    id : str
        The sha256 of all that the row depends on, in hexadecimal digits.
    parameters : mapping
        What the work needs to know.
    """

    id: str
    parameters: Mapping[str, str]


Chunk = Sequence[Task]
#: Makes the executor, and makes it again if it lost a worker; leaving it ends its work.
MakeExecutor = Callable[[], AbstractContextManager[Executor]]


class Pool(NamedTuple):
    """Where tasks are run.

    Attributes
    ----------
    make : callable
        Makes the executor.
    workers : int
        How many it has.
    check : callable, optional
        Called now and then while nothing is finished; raises an error to end the run.
    cancel : bool
        Whether to cancel what is on its way when a run ends early; processes of our own end anyway.
    """

    make: MakeExecutor
    workers: int
    check: Callable[[], None] | None = None
    cancel: bool = True


#: What is done with tasks: a row for each, without the id. It travels to workers by pickle.
Work = Callable[[Chunk], Rows]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    done, total : int
        Tasks, with those that an earlier run had done.
    left_s : float or None
        The time left at the present speed; None before the first row.
    """

    done: int
    total: int
    left_s: float | None


def run_tasks(
    tasks: Iterable[Task],
    work: Work,
    store: RowStore,
    *,
    pool: Pool,
    total: int,
    largest: int = MOST_IN_CHUNK,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Run the tasks whose rows are not there yet, and return how many those were.

    Parameters
    ----------
    tasks : iterable of Task
    work : callable
    store : RowStore
    pool : Pool
    total : int
        How many tasks there are.
    largest : int
        How many tasks a chunk may have; few where a quick one says nothing about the next.
    progress : callable, optional

    Raises
    ------
    ExecutorLostError
        If the executor was closed, or lost its cluster.
    """
    run = _Run(work=work, store=store, pool=pool, total=total, progress=progress, largest=largest)
    chunks = run.cut(run.missing(tasks))
    for first in chunks:
        run.report()
        with pool.make() as executor:
            lost = run.through(executor, itertools.chain([first], chunks), _AHEAD * pool.workers)
        for chunk in lost:
            run.alone(chunk)
    run.report()
    return run.written


@dataclass(kw_only=True, eq=False)
class _Run:
    """One run, with its clock."""

    work: Work
    store: RowStore
    total: int
    progress: Callable[[Progress], None] | None
    pool: Pool
    largest: int
    written: int = 0
    _size: int = 1
    _start: float = field(default_factory=time.monotonic)
    #: Tasks met so far whose rows were there; the store may hold rows of other sweeps besides.
    _before: int = 0
    _told: int = -1

    def missing(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Yield the tasks whose rows are not there."""
        for task in tasks:
            if key_of(task.id) in self.store.done:
                self._before += 1
            else:
                yield task

    def cut(self, tasks: Iterator[Task]) -> Iterator[Chunk]:
        """Cut the tasks into chunks, each as large as the speed so far suggests."""
        while chunk := list(itertools.islice(tasks, self._size)):
            yield chunk

    def through(self, executor: Executor, chunks: Iterator[Chunk], ahead: int) -> list[Chunk]:
        """Send the chunks through an executor; return those that it had in work when it broke."""
        running: dict[Future[tuple[Rows, float]], Chunk] = {}
        lost: list[Chunk] = []
        try:
            while True:
                free = 0 if lost else ahead - len(running)
                lost += self._send(executor, itertools.islice(chunks, free), running)
                if not running:
                    return lost
                done, _ = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                if not done and self.pool.check is not None:
                    self.pool.check()
                # What is finished is kept before what was dropped ends the run.
                for future in sorted(done, key=Future.cancelled):
                    chunk = running.pop(future)
                    error = _error_of(future)
                    if error is None:
                        self._keep(chunk, *future.result())
                    elif _says_death(error):
                        lost.append(chunk)
                    else:
                        raise error
        finally:
            for future in running if self.pool.cancel else ():
                future.cancel()

    def _send(
        self,
        executor: Executor,
        chunks: Iterable[Chunk],
        running: dict[Future[tuple[Rows, float]], Chunk],
    ) -> list[Chunk]:
        """Send chunks out; return the one that the executor was found broken with."""
        for chunk in chunks:
            try:
                future = executor.submit(timed, self.work, chunk)
            except BrokenExecutor:
                return [chunk]
            except (RuntimeError, OSError) as error:
                raise ExecutorLostError("closed") from error
            running[future] = chunk
            if future.done():
                # An executor that computes at once: its rows must not wait for others.
                break
        return []

    def alone(self, chunk: Chunk) -> None:
        """Run a chunk on an executor of its own; find the task that breaks it."""
        with self.pool.make() as executor:
            lost = self.through(executor, iter([chunk]), 1)
        if not lost:
            return
        if len(chunk) == 1:
            row = dict.fromkeys(self.store.columns, "") | dict(chunk[0].parameters) | {ERROR: DIED}
            self._keep(chunk, [row], _CHUNK_S)
            return
        middle = len(chunk) // 2
        self.alone(chunk[:middle])
        self.alone(chunk[middle:])

    def _keep(self, chunk: Chunk, rows: Rows, seconds: float) -> None:
        pairs = zip(chunk, rows, strict=True)
        self.store.append([{**row, ID: task.id} for task, row in pairs])
        self.written += len(rows)
        wanted = math.ceil(len(rows) * _CHUNK_S / max(seconds, 1e-6))
        # One quick chunk is not enough to make the next one huge.
        self._size = max(1, min(wanted, 4 * len(rows), self.largest))
        self.report()

    def report(self) -> None:
        """Tell how far it is, once."""
        done = self._before + self.written
        if self.progress is None or done == self._told:
            return
        self._told = done
        spent = time.monotonic() - self._start
        left = spent * (self.total - done) / self.written if self.written else None
        self.progress(Progress(done=done, total=self.total, left_s=left))


def _error_of(future: "Future[Any]") -> BaseException | None:
    """Return what a finished piece of work ended with; nobody here cancels one before its end."""
    try:
        return future.exception()
    except CancelledError:
        return ExecutorLostError("lost")


def _says_death(error: BaseException) -> bool:
    """Whether workers died: of a process pool, or of Dask, which need not be installed."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


def timed(work: Work, tasks: Chunk) -> tuple[Rows, float]:
    """Return the rows of a chunk and the seconds that they took; this runs on the worker."""
    start = time.perf_counter()
    return work(tasks), time.perf_counter() - start
