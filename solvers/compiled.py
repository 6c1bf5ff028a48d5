"""Compile a kernel with numba: machine code is kept on disk where that is possible."""

import pickle
from collections.abc import Callable
from typing import Any

import numba


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
        cached = numba.njit(cache=True, nogil=True)(kernel)
    except RuntimeError:
        # No directory can be written to, neither beside the file nor in the user's cache.
        uncached: Callable[..., Any] = numba.njit(nogil=True)(kernel)
        return uncached
    return _CachedKernel(kernel, cached)


class _CachedKernel:
    """A kernel whose cache may turn out not to work: a full disk, a broken file."""

    def __init__(self, kernel: Callable[..., Any], cached: Callable[..., Any]) -> None:
        self._kernel = kernel
        self._compiled = cached

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self._compiled(*arguments)
        except (OSError, EOFError, pickle.UnpicklingError):
            self._compiled = numba.njit(nogil=True)(self._kernel)
            return self._compiled(*arguments)
