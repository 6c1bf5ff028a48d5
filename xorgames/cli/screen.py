"""What stands on the terminal: progress on stderr, and results in its place.

Progress is one line that is drawn again and again, and only where somebody watches. `show` wipes it
before anything else is printed, so that no result begins behind a percentage.
"""

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xorgames.design.levels import Progress as StepProgress
    from xorgames.solvers.workers import Progress

#: Progress is drawn after so long, and as often.
_FIRST_S, _EVERY_S = 0.5, 0.1
_WIPE = "\r\x1b[K"


class _Line:
    """The line of progress: whether it stands there now."""

    drawn = False


def show(text: str, *, err: bool = False) -> None:
    """Print a result, or with `err` a message, where the progress stood."""
    if _Line.drawn:
        click.echo(_WIPE, err=True, nl=False)
        _Line.drawn = False
    click.echo(text, err=err)


def is_watched() -> bool:
    """Say whether there is a terminal to show progress on."""
    return sys.stderr is not None and sys.stderr.isatty()


def step_progress() -> "StepProgress | None":
    """Return a callback that shows slow work on a terminal, or None where nobody watches.

    It takes what is done, how much of it, and how much there is.
    """
    if not is_watched():
        return None
    due = time.monotonic() + _FIRST_S

    def draw(what: str, done: int, total: int) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _EVERY_S
            _Line.drawn = True
            click.echo(f"\r{what} {done / total:7.1%}\x1b[K", err=True, nl=False)

    return draw


def terminal_progress(what: str = "classical value") -> "Progress | None":
    """Return the same for work that has one name."""
    draw = step_progress()
    return None if draw is None else partial(draw, what)
