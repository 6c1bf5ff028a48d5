"""A Dask cluster of real processes, whose workers are started again when they die.

Distributed's own LocalCluster does that with nannies, which now and then lose a worker that dies
while it starts; here nothing is left to chance. Whatever ends the tests, a kill too, ends the
processes: each reads from a pipe that nobody writes to, until its other end is gone.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

_WORKERS = 2
_PATIENCE_S = 60.0
_CODE = """
import os, sys, threading
from distributed.cli.dask_{kind} import main
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(1)), daemon=True).start()
main()
"""


class Process:
    """A command that is started again whenever it ends, until it is stopped."""

    def __init__(self, command: list[str], *, again: bool) -> None:
        self._command = command
        self._again = again
        self._lock = threading.Lock()
        self._stopped = False
        self._process = self._start()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def _watch(self) -> None:
        while True:
            self._process.wait()
            with self._lock:
                assert self._process.stdin is not None
                self._process.stdin.close()
                if self._stopped or not self._again:
                    return
                self._process = self._start()

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill what runs now; what has just ended is left alone: its number may be another's."""
        with self._lock:
            self._process.kill()

    def stop(self) -> None:
        """Kill it for good."""
        with self._lock:
            self._stopped = True
            self._process.kill()
        self._thread.join()


class Cluster:
    """A scheduler and its workers.

    Attributes
    ----------
    address : str
    scheduler : Process
        Not started again.
    workers : list of Process
    """

    def __init__(self, file: Path, stack: ExitStack) -> None:
        def start(kind: str, *words: str, again: bool) -> Process:
            code = _CODE.format(kind=kind)
            common = ("--no-dashboard", "--scheduler-file", str(file))
            process = Process([sys.executable, "-c", code, *common, *words], again=again)
            stack.callback(process.stop)
            return process

        self.scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0", again=False)
        one = ("--nthreads", "1", "--no-nanny")
        self.workers = [start("worker", *one, again=True) for _ in range(_WORKERS)]
        end = time.monotonic() + _PATIENCE_S
        while not file.exists() or not file.read_text().strip().endswith("}"):
            assert self.scheduler.alive, "the scheduler ended before it began"
            assert time.monotonic() < end, "the scheduler does not begin"
            time.sleep(0.05)
        self.address: str = json.loads(file.read_text())["address"]


@contextmanager
def dask_cluster(folder: Path) -> Iterator[Cluster]:
    """Yield a cluster whose workers are all there; its file is written to the folder."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    with ExitStack() as stack:
        cluster = Cluster(folder / "scheduler.json", stack)
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(_WORKERS, timeout=_PATIENCE_S)
        yield cluster
