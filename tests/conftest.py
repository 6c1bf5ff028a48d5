"""What all tests need: Ctrl-C as users have it, and to share the cores.

Workers of pytest-xdist ignore Ctrl-C. They are one for each core, so that threads of the linear
algebra would only wait for each other. What the collection makes, modules and thousands of tests,
stays to the end: the garbage collector need not look through it again and again.
"""

import gc
import os
import signal

import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)
# Read when NumPy is loaded, by the test modules.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
gc.disable()


def pytest_collection_finish():
    gc.freeze()
    gc.enable()


@pytest.fixture
def run(capsys):
    """Run the command line in this process; return (exit code, stdout, stderr)."""
    from xorgames.cli.main import main

    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call
