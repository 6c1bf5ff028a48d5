"""What all tests need: Ctrl-C as users have it, which workers of pytest-xdist ignore."""

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
