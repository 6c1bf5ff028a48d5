"""Where a sweep is computed: processes that never outlive the one they work for, or a cluster."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from importlib.util import find_spec
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from xorgames.errors import reject
from xorgames.sweep.run import ExecutorLostError, Pool

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE_S = 10
#: How long a cluster may be without workers: they are started again within seconds.
_ALONE_S = 60.0
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class _Here(Executor):
    """Computes at once, in the thread that submits: Ctrl-C reaches the work itself."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class _Processes(ProcessPoolExecutor):
    """Starts its workers with Ctrl-C held back until they know what to do with it."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        # Otherwise this starts with the first worker, and lets Ctrl-C through on the way.
        resource_tracker.ensure_running()
        with _held_back():
            return super().submit(fn, *args, **kwargs)


@contextmanager
def _held_back() -> Iterator[None]:
    """Hold Ctrl-C back; processes that are started meanwhile hold it back too."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def local_pool(workers: int) -> Iterator[Executor]:
    """Yield an executor on this machine; a single worker is this process itself.

    Processes are started afresh, not forked: a fork of a process with threads may hang. When an
    exception leaves the block, Ctrl-C too, they end at once, whatever they are at.
    """
    if workers == 1:
        yield _Here()
        return
    context = multiprocessing.get_context("spawn")
    line, end = context.Pipe(duplex=False)
    with (
        line,
        end,
        _Processes(workers, mp_context=context, initializer=_start, initargs=(line,)) as executor,
    ):
        try:
            yield executor
        except BaseException:
            end.close()
            raise


def given_pool(executor: Executor) -> Callable[[], AbstractContextManager[Executor]]:
    """Return what makes an executor that somebody else opened, once: it cannot be made again."""
    made: list[Executor] = []

    def make() -> AbstractContextManager[Executor]:
        if made:
            rule = "must go on after a worker died"
            cure = "run again with a new one; the rows so far are kept"
            reject("executor", rule, received="a broken executor", cure=cure)
        made.append(executor)
        return nullcontext(executor)

    return make


def _start(line: "Connection[Any, Any]") -> None:
    """Prepare a worker: one thread for linear algebra, and an end with Ctrl-C or the parent."""
    # Before NumPy is loaded in this process.
    for name in _THREADS:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()


def _end_with(line: "Connection[Any, Any]") -> None:
    """End this process when the other end is closed, or gone with the parent, killed or not."""
    line.poll(None)
    os._exit(1)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Silence a logger: a client writes tracebacks about a scheduler that we report as lost."""
    logger = logging.getLogger(name)
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


class _Watch:
    """Looks for the workers of a cluster, which after all of them died may never come back."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._gone_since: float | None = None

    def __call__(self) -> None:
        """End the run if there have been no workers for a minute, or nobody answers."""
        try:
            workers = self._client.nthreads()
        except (OSError, RuntimeError, TimeoutError) as error:
            raise ExecutorLostError("lost") from error
        now = time.monotonic()
        if workers:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now > self._gone_since + _ALONE_S:
            raise ExecutorLostError(f"without workers for {_ALONE_S:g} s")


@contextmanager
def dask_pool(address: str) -> Iterator[Pool]:
    """Connect to a Dask cluster.

    Raises
    ------
    InputError
        If distributed is not installed, nobody answers at the address, or there are no workers.
    """
    if find_spec("distributed") is None:
        reject("dask", "needs distributed", cure="pip install 'xorgames[dask]'")
    import distributed

    try:
        client = distributed.Client(address, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as error:
        rule = "must be the address of a Dask scheduler that answers, such as tcp://host:8786"
        reject("dask", rule, received=f"{address!r} ({type(error).__name__})")
    with _quiet("distributed.client"), client:
        threads = sum(client.nthreads().values())
        if not threads:
            reject("dask", "must have workers", received="none", cure="start dask worker ADDRESS")
        # A task that is sent again must be done again, not share the fate of the one before.
        yield Pool(partial(client.get_executor, pure=False), threads, _Watch(client))
