"""Errors in the words of the command line: what an option gave is called by the option's flag.

The library names its parameters (`window_s`, `rounds`); whoever wrote --window 0s or --decisions 5
is told about `--window` and `--decisions`. What a file or a default gave keeps its key.
"""

from collections.abc import Mapping
from dataclasses import replace

import click

from xorgames.cli.options import Invocation
from xorgames.errors import InputError

_EVERYWHERE = {"method": ("method", "classical_method")}
#: By command: what the library calls the value of an option that has another name here.
_ALSO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "simulate": {"rounds": ("decisions",), "pairs": ("decisions",)},
    "map": {"axes": ("x", "y"), "parameters": ("at",), "level": ("levels",)},
    "design": {"parameters": ("at",)},
    "hardware": {
        "samples": ("draws",),
        "second": ("front",),
        "duration_s": ("simulate_s",),
        "rate_hz": ("decisions_hz",),
        "burst_size": ("burst",),
        "herald_jitter_s": ("jitter_s",),
        "mean_up_s": ("up_s",),
        "mean_down_s": ("down_s",),
        "success_while_down": ("while_down",),
    },
}


def in_flags(error: InputError, command: click.Command, invocation: Invocation) -> InputError:
    """Return the error with the flags that were given in place of the parameters' names.

    Examples
    --------
    >>> from xorgames.cli.machines import require_command
    >>> from xorgames.errors import Problem
    >>> error = InputError([Problem(key="window_s", rule="must be positive", received="0")])
    >>> given = Invocation(words=["require", "chsh", "--window", "0s"])
    >>> print(in_flags(error, require_command, given))
    `--window` must be positive; received 0.
    """
    if error.file is not None:
        return error
    problems = [
        replace(problem, key=_flag(problem.key, command, invocation)) for problem in error.problems
    ]
    return InputError(problems)


def _flag(key: str, command: click.Command, invocation: Invocation) -> str:
    """Return the flags that gave what the library calls `key`; the key itself if none did."""
    names = {**_EVERYWHERE, **_ALSO.get(command.name or "", {})}.get(key, (key,))
    flags = [
        max(option.opts, key=len)
        for option in command.params
        if option.name in names and invocation.has(option)
    ]
    same = flags == ["--" + key.replace("_", "-")]
    return " or ".join(flags) if flags and not same else key
