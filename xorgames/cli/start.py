"""Where the command `xorgames` begins: an interrupt is one line even while its parts are loaded."""

import sys


def main() -> None:
    """Load the command line and run it."""
    try:
        from xorgames.cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted: nothing was written.\n")
        sys.exit(130)
    run()
