"""Compile a kernel with numba: machine code is kept on disk where that is possible."""

import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import numba

from xorgames.solvers.workers import undisturbed


def compiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """Return the kernel, compiled at its first call and free of the interpreter's lock.

    Examples
    --------
    >>> @compiled
    ... def double(number):
    ...     return 2 * number
    >>> double(21)
    42
    """
    try:
        return _Kernel(kernel, numba.njit(cache=True, nogil=True)(kernel))
    except RuntimeError:
        # No directory can be written to, neither beside the file nor in the user's cache.
        return _Kernel(kernel, numba.njit(nogil=True)(kernel))


class _Kernel:
    """A kernel, first called undisturbed, whose cache may not work: a full disk, a broken file."""

    def __init__(self, kernel: Callable[..., Any], run: Callable[..., Any]) -> None:
        self._kernel = kernel
        self._compiled = run
        self._ready = False

    def __call__(self, *arguments: Any) -> Any:
        if self._ready:
            return self._call(*arguments)
        # A compiler that Ctrl-C cuts short half way may be of no use in this process any more.
        result = undisturbed(partial(self._call, *arguments))
        self._ready = True
        return result

    def _call(self, *arguments: Any) -> Any:
        try:
            return self._compiled(*arguments)
        except (OSError, EOFError, pickle.UnpicklingError):
            self._compiled = numba.njit(nogil=True)(self._kernel)
            return self._compiled(*arguments)
