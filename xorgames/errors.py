"""The errors of xorgames, all in one tree.

    XorgamesError
    ├── InputError          bad data, a bad file or bad usage: a list of problems
    ├── TooLargeError       the work asked for exceeds the limit; carries the estimate
    ├── SolverError         a solver failed and nothing could be certified
    └── InconsistencyError  proven bounds contradict each other: a bug, never hidden

A message gives the rule, what was received and the cure, with file and key.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn


class XorgamesError(Exception):
    """Base of every error raised on purpose by xorgames."""

    def to_dict(self) -> dict[str, object]:
        """Return the error in a form that a machine can read."""
        return {"error": type(self).__name__, "message": str(self)}


#: A message shows this many characters of what was received, and this many problems.
_LONGEST = 200
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with an input: the rule, what was received, and the cure.

    Examples
    --------
    >>> str(Problem(key="alpha", rule="must lie in (0, 1)", received="1.5", cure="try 0.05"))
    '`alpha` must lie in (0, 1); received 1.5. Cure: try 0.05.'
    """

    key: str
    rule: str
    received: str = ""
    cure: str = ""

    def __str__(self) -> str:
        text = f"`{self.key}` {self.rule}"
        if len(self.received) > _LONGEST:
            text += f"; received {self.received[:_LONGEST]}… ({len(self.received)} characters)"
        elif self.received:
            text += f"; received {self.received}"
        text += "."
        if self.cure:
            text += f" Cure: {self.cure}" + ("" if self.cure.endswith("?") else ".")
        return text

    def to_dict(self) -> dict[str, str]:
        """Return the four parts by name."""
        return {
            "key": self.key,
            "rule": self.rule,
            "received": self.received,
            "cure": self.cure,
        }


class InputError(XorgamesError, ValueError):
    """Bad input, with every problem found.

    Attributes
    ----------
    problems : tuple of Problem
        All of them; the text shows the first 20.
    file : str or None
        The file that the problems were found in.
    """

    def __init__(self, problems: Iterable[Problem], *, file: str | None = None) -> None:
        self.problems = tuple(problems)
        self.file = file
        # The positional arguments are what pickle passes back: an error crosses processes whole.
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_MOST]]
        if len(self.problems) > _MOST:
            lines.append(f"... and {len(self.problems) - _MOST} more problems.")
        if self.file is None:
            return "\n".join(lines)
        return "\n".join(f"{self.file}: {line}" for line in lines)

    def in_file(self, file: str) -> "InputError":
        """Return the same error, with the file that it was found in."""
        return InputError(self.problems, file=file)

    def to_dict(self) -> dict[str, object]:
        """Return the error in a form that a machine can read."""
        return {
            "error": "InputError",
            "file": self.file,
            "problems": [problem.to_dict() for problem in self.problems],
        }


class TooLargeError(XorgamesError):
    """The work asked for exceeds a limit that the caller can raise."""


class SolverError(XorgamesError):
    """A solver failed, and no bound could be certified from what it left."""


class InconsistencyError(XorgamesError):
    """Two proven statements contradict each other; please report it as a bug."""


def reject(key: str, rule: str, *, received: object = "", cure: str = "") -> NoReturn:
    """Raise an `InputError` with a single problem."""
    raise InputError([Problem(key=key, rule=rule, received=str(received), cure=cure)])


def expect(thing: object, kind: type | tuple[type, ...], *, key: str, cure: str = "") -> None:
    """Raise an `InputError` unless `thing` is of that kind.

    Examples
    --------
    >>> expect("chsh", int, key="rounds")
    Traceback (most recent call last):
    xorgames.errors.InputError: `rounds` must be of type int; received str.
    """
    if not isinstance(thing, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        names = " or ".join(each.__name__ for each in kinds)
        reject(key, f"must be of type {names}", received=type(thing).__name__, cure=cure)


def near_name(name: str, known: Sequence[str]) -> str:
    """Say which known name was probably meant, or list them all.

    Examples
    --------
    >>> near_name("chhs", ["chsh", "hft"])
    'did you mean `chsh`?'
    >>> near_name("zzz", ["chsh", "hft"])
    'use one of chsh, hft'
    """
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean `{close[0]}`?" if close else "use one of " + ", ".join(known)
