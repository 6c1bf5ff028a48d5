"""What compiles is out of reach of Ctrl-C, and a cache that does not work costs only time."""

import _thread
import threading
import time

import numba
import pytest

from xorgames.solvers.compiled import compiled

MAIN = threading.main_thread()


@pytest.fixture(params=["cached", "uncached"])
def plain(monkeypatch, request):
    """Numba that compiles nothing."""

    def njit(*, cache=False, **_):
        if cache and request.param == "uncached":
            raise RuntimeError("no locator available")
        return lambda kernel: kernel

    monkeypatch.setattr(numba, "njit", njit)


@pytest.mark.usefixtures("plain")
def test_only_the_first_call_needs_a_thread():
    seen = []

    @compiled
    def double(number):
        seen.append(threading.current_thread())
        return 2 * number

    assert [double(number) for number in (1, 2, 3)] == [2, 4, 6]
    assert [thread is MAIN for thread in seen] == [False, True, True]


@pytest.mark.usefixtures("plain")
def test_an_interrupt_comes_after_the_first_call():
    ended = []

    @compiled
    def kernel():
        _thread.interrupt_main()
        time.sleep(0.1)
        ended.append(threading.current_thread())

    with pytest.raises(KeyboardInterrupt):
        kernel()
    assert len(ended) == 1
    assert ended[0] is not MAIN


@pytest.mark.usefixtures("plain")
def test_an_error_of_the_first_call_is_heard():
    @compiled
    def kernel():
        raise FloatingPointError("broken kernel")

    for _ in range(2):
        with pytest.raises(FloatingPointError, match="broken kernel"):
            kernel()


def test_a_cache_that_fails_is_done_without(monkeypatch):
    def njit(*, cache=False, **_):
        def compile_(kernel):
            def run(number):
                if cache:
                    raise EOFError("a broken file")
                return kernel(number)

            return run

        return compile_

    monkeypatch.setattr(numba, "njit", njit)
    double = compiled(lambda number: 2 * number)
    assert [double(number) for number in (1, 2)] == [2, 4]
