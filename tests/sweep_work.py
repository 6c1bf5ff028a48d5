"""Work for the tests of the sweep engine; workers import it."""

import hashlib
import os
import signal
import time
from pathlib import Path

from xorgames.sweep.run import Chunk, Rows, Task

COLUMNS = ["id", "n", "square", "error"]


def tasks(count: int) -> list[Task]:
    """Return tasks 0, 1, 2, ..."""
    return [Task(hashlib.sha256(str(n).encode()).hexdigest(), {"n": str(n)}) for n in range(count)]


def square(chunk: Chunk) -> Rows:
    """Square n."""
    return [
        {"n": task.parameters["n"], "square": str(int(task.parameters["n"]) ** 2), "error": ""}
        for task in chunk
    ]


def slow_square(chunk: Chunk) -> Rows:
    """Square n, slowly enough to be killed in the middle."""
    time.sleep(0.02 * len(chunk))
    return square(chunk)


class DieOnce:
    """Kills its worker the first time that it meets task 7."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, chunk: Chunk) -> Rows:
        if any(task.parameters["n"] == "7" for task in chunk) and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return square(chunk)


def die_always(chunk: Chunk) -> Rows:
    """Kill the worker whenever it meets task 7."""
    if any(task.parameters["n"] == "7" for task in chunk):
        os.kill(os.getpid(), signal.SIGKILL)
    return square(chunk)


def fail(chunk: Chunk) -> Rows:
    """Fail as a bug would."""
    raise ZeroDivisionError(chunk[0].parameters["n"])
