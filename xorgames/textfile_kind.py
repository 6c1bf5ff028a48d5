"""Which kind of file a table is, and which command takes it.

A game, a family of games, a free-form problem, a threshold game with open cells, measured data, a
sweep and a machine design are told apart by keys that no other kind has. A file of another kind
than is wanted is one error, not one for each of its keys.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from xorgames.errors import InputError, reject
from xorgames.textfile import ROWS, SUFFIXES, read_table


class Kind(NamedTuple):
    """What a kind of file is called, the keys that tell it, and the commands that take it."""

    about: str
    keys: tuple[str, ...]
    command: str


#: In the order in which they are looked for: the keys of a game stand in some of the others too.
KINDS: Mapping[str, Kind] = {
    "family": Kind(
        "a family of games",
        ("parameters",),
        "xorgames design {file}, or xorgames map {file} --x PARAMETER",
    ),
    "free": Kind("a free-form problem", ("choose",), "xorgames design {file}"),
    "threshold": Kind("a threshold game with open cells", ("region",), "xorgames design {file}"),
    "measured": Kind("measured data", ("correlators", "counts"), "xorgames design {file}"),
    "game": Kind(
        "a game",
        ("distribution", "payoff", "win", "catalog", "threshold"),
        "xorgames solve {file}",
    ),
    "sweep": Kind("a sweep", ("quantities", "grid", "split"), "xorgames sweep {file} -o rows.csv"),
    "design": Kind(
        "a machine's design", ("model",), "xorgames hardware {file}, or --design {file}"
    ),
}


def kind_of(table: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the kind of a table and the key that tells it; None if no key does.

    Examples
    --------
    >>> kind_of({"schema": 1, "parameters": {}, "distribution": [["1 - p", "p"]]})
    ('family', 'parameters')
    >>> kind_of({"schema": 1, "name": "of something"})
    """
    named = ((name, key) for name, kind in KINDS.items() for key in kind.keys if key in table)
    return next(named, None)


def expect_kind(table: Mapping[str, Any], *wanted: str, file: str) -> str | None:
    """Refuse a table that is of another kind than those wanted; return its kind.

    Parameters
    ----------
    table : mapping
    *wanted : str
        Names of `KINDS`, the usual one first.
    file : str
        Where the table stands, for the cure.

    Raises
    ------
    InputError
        With the key that tells what the table is, and the command that takes it.

    Examples
    --------
    >>> expect_kind({"choose": "payoff"}, "game", file="news.toml")
    Traceback (most recent call last):
    xorgames.errors.InputError: `choose` is the key of a free-form problem, where a game is wanted.\
 Cure: xorgames design news.toml.
    """
    found = kind_of(table)
    if found is not None and found[0] not in wanted:
        kind = KINDS[found[0]]
        rule = f"is the key of {kind.about}, where {KINDS[wanted[0]].about} is wanted"
        cure = kind.command.format(file=file)
        if (found[0], wanted[0]) == ("game", "family"):
            cure = f"state its [parameters], or {cure}"
        reject(found[1], rule, cure=cure)
    return None if found is None else found[0]


def expect_file(path: str, *wanted: str) -> str | None:
    """Refuse a file that is of another kind than those wanted; what is no file's name passes.

    Returns its kind, None where no key tells it.

    Raises
    ------
    InputError
        As `expect_kind`; or if the file cannot be read.

    Examples
    --------
    >>> expect_file("yb_cavity", "design")
    """
    if Path(path).suffix.lower() not in (*SUFFIXES, ROWS):
        return None
    table = read_table(path)
    try:
        return expect_kind(table, *wanted, file=path)
    except InputError as error:
        raise error.in_file(path) from None
