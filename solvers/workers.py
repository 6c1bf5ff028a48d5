"""Work in pieces: on several threads, with progress, up to a time limit or Ctrl-C.

The compiled kernels release the interpreter's lock, so threads suffice. A method cuts its work into
pieces of a fraction of a second; between pieces it hears that it should stop.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache
from importlib import import_module
from itertools import chain, islice
from types import ModuleType
from typing import TypeVar

Progress = Callable[[int, int], None]
Task = TypeVar("Task")
Result = TypeVar("Result")

#: The module of the compiled kernels, which brings the compiler with it.
KERNELS = "xorgames.solvers.lanes"

#: How often the main thread looks at the clock and for Ctrl-C.
_POLL_S = 0.05


def load_undisturbed(module: str) -> ModuleType:
    """Import a module in a thread of its own, where Ctrl-C does not reach it.

    An import cut short half way could not be repeated in the same process.
    """
    if module in sys.modules:
        return sys.modules[module]
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(import_module, module).result()


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
        self.workers = workers or _cores()
        self.time_limit_s = time_limit_s
        self._deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        self._progress = progress
        self._stop = threading.Event()

    @property
    def stopped(self) -> bool:
        """Whether the work should end: the time is up, or somebody asked for it."""
        if self._deadline is not None and time.monotonic() >= self._deadline:
            self._stop.set()
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask all pieces of work to end."""
        self._stop.set()

    def report(self, done: int, total: int) -> None:
        """Tell whoever wants to know."""
        if self._progress is not None:
            self._progress(done, total)

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
        pool = ThreadPoolExecutor(self.workers)
        try:
            running: set[Future[Result]] = set()
            while True:
                if not self.stopped:
                    free = 2 * self.workers - len(running)
                    running |= {pool.submit(work, task) for task in islice(tasks, free)}
                if not running:
                    return
                done, running = wait(running, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        finally:
            # Reached in good order with nothing running, or on the way out of an interrupt.
            if running:
                self.stop()
            pool.shutdown(cancel_futures=True)


@cache
def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
