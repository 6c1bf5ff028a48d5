"""Work in pieces: on several threads, with progress, up to a time limit or Ctrl-C.

The compiled kernels release the interpreter's lock, so threads suffice. A method cuts its work into
pieces of a fraction of a second; between pieces it hears that it should stop.
"""

import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import chain, islice
from numbers import Integral, Real
from queue import Empty, SimpleQueue
from threading import Thread
from types import ModuleType
from typing import TypeGuard, TypeVar

from xorgames.errors import reject

Progress = Callable[[int, int], None]
Task = TypeVar("Task")
Result = TypeVar("Result")

#: The module of the compiled kernels, which brings the compiler with it.
KERNELS = "xorgames.solvers.lanes"

#: How often the main thread looks at the clock and for Ctrl-C.
_POLL_S = 0.05
_MOST_WORKERS = 256


@cache
def load_undisturbed(module: str) -> ModuleType:
    """Import a module in a thread of its own, where Ctrl-C does not reach it.

    An import cut short half way could not be repeated in the same process. Where another thread is
    at it, the import waits until the module is complete; a look at sys.modules would not.
    """
    return undisturbed(partial(import_module, module))


def undisturbed(work: Callable[[], Result]) -> Result:
    """Do something in a thread of its own, where Ctrl-C does not reach it: that comes afterwards.

    Examples
    --------
    >>> undisturbed(lambda: 42)
    42
    """
    handed: SimpleQueue[tuple[None, ...]] = SimpleQueue()
    done: SimpleQueue[Result | _Failure] = SimpleQueue()
    for task in ((None,), ()):
        handed.put(task)
    thread = Thread(target=_serve, args=(lambda _: work(), handed, done))
    try:
        thread.start()
        result = done.get()
    finally:
        if thread.ident is not None:
            thread.join()
    if isinstance(result, _Failure):
        raise result.error
    return result


def check_time_limit(time_limit_s: object) -> None:
    """Refuse a time limit that is not a positive number."""
    if time_limit_s is None:
        return
    try:
        seconds = float(time_limit_s) if _is_number(time_limit_s) else math.nan
    except OverflowError:
        seconds = math.inf
    if not 0 < seconds < math.inf:
        cure = "leave it out for no limit"
        reject("time_limit_s", "must be a positive number", received=repr(time_limit_s), cure=cure)


def _check_workers(workers: object) -> None:
    """Refuse a number of threads that is no number of threads."""
    whole = isinstance(workers, Integral)
    if workers is None or (whole and _is_number(workers) and 1 <= workers <= _MOST_WORKERS):
        return
    cure = "leave it out to use all cores"
    rule = f"must be a whole number from 1 to {_MOST_WORKERS}"
    reject("workers", rule, received=repr(workers), cure=cure)


def _is_number(thing: object) -> TypeGuard[float]:
    return isinstance(thing, Real) and not isinstance(thing, bool)


class Watch:
    """Who works, for how long, and who wants to know.

    Parameters
    ----------
    workers : int, optional
        Threads; by default one for each core this process may use.
    time_limit_s : float, optional
    progress : callable, optional
        Called with (done, total) from time to time.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        time_limit_s: float | None = None,
        progress: Progress | None = None,
    ) -> None:
        check_time_limit(time_limit_s)
        _check_workers(workers)
        self.workers = int(workers or core_count())
        self._deadline = None if time_limit_s is None else time.monotonic() + float(time_limit_s)
        self._progress = progress
        self._stop = False

    @property
    def stopped(self) -> bool:
        """Whether the work should end: the time is up, or somebody asked for it."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._stop = True
        return self._stop

    @property
    def left_s(self) -> float | None:
        """How much time is left, at least a microsecond; None for no limit."""
        if self._deadline is None:
            return None
        return max(1e-6, self._deadline - time.monotonic())

    def stop(self) -> None:
        """Ask all pieces of work to end."""
        self._stop = True

    def report(self, done: int, total: int) -> None:
        """Tell whoever wants to know; if that fails, the work ends too."""
        if self._progress is None:
            return
        try:
            self._progress(done, total)
        except BaseException:
            self.stop()
            raise

    def run(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield the results of the tasks as they come, until stopped.

        Tasks that were started are always finished, and their results yielded; `work` should look
        at `stopped` if it takes long.
        """
        waiting = iter(tasks)
        first = list(islice(waiting, 2))
        waiting = chain(first, waiting)
        if self.workers > 1 and len(first) > 1:
            yield from self._run_on_threads(work, waiting)
            return
        for task in waiting:
            if self.stopped:
                return
            yield work(task)

    def _run_on_threads(
        self, work: Callable[[Task], Result], tasks: Iterator[Task]
    ) -> Iterator[Result]:
        # Queues in C and threads of our own: Ctrl-C at the wrong moment inside a lock of Python's
        # executors leaves the lock taken, and everybody waits for ever.
        handed: SimpleQueue[tuple[Task, ...]] = SimpleQueue()
        done: SimpleQueue[Result | _Failure] = SimpleQueue()
        threads = [
            Thread(target=_serve, args=(work, handed, done), daemon=True)
            for _ in range(self.workers)
        ]
        busy, ended = 0, False
        try:
            for thread in threads:
                thread.start()
            while True:
                if not self.stopped:
                    for task in islice(tasks, 2 * self.workers - busy):
                        handed.put((task,))
                        busy += 1
                if not busy:
                    ended = True
                    return
                try:
                    result = done.get(timeout=_POLL_S)
                except Empty:
                    continue
                busy -= 1
                if isinstance(result, _Failure):
                    raise result.error
                yield result
        finally:
            # On the way out of an interrupt the work that was begun should end soon.
            if not ended:
                self.stop()
            _dismiss(threads, handed)


@dataclass(frozen=True)
class _Failure:
    """What a thread raised instead of returning a result."""

    error: BaseException


def _serve(
    work: Callable[[Task], Result],
    handed: SimpleQueue[tuple[Task, ...]],
    done: SimpleQueue[Result | _Failure],
) -> None:
    """Do what is handed out until nothing is."""
    while task := handed.get():
        try:
            done.put(work(*task))
        except BaseException as error:
            done.put(_Failure(error))


def _dismiss(threads: list[Thread], handed: SimpleQueue[tuple[Task, ...]]) -> None:
    """Take back what nobody has begun, and wait for the threads to end."""
    with suppress(Empty):
        while True:
            handed.get_nowait()
    for _ in threads:
        handed.put(())
    for thread in threads:
        if thread.ident is not None:
            thread.join()


@cache
def core_count() -> int:
    """Return how many cores this process may use.

    Examples
    --------
    >>> core_count() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
