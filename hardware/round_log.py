"""Read a log of recorded rounds as a stream, in flat memory.

A log is a UTF-8 text of comma-separated lines. The header names the columns, in any order: `round`
(0, 1, 2, ... or 1, 2, 3, ...), the inputs `x` and `y`, the outputs `a` and `b`, `pair` (1 if a Bell
pair was available, else 0), and, where wanted, `time_s`. Every later line is one round, and every
line ends with a line break, so that a file cut short is noticed.

A compiled kernel reads the lines and stops at the first that is not in order; only that one is
looked at again, to say what is wrong with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.hardware.round_log_kernel import read_lines

COLUMNS = ("round", "x", "y", "a", "b", "pair")
TIME = "time_s"
HEADER = ",".join(COLUMNS)

_BLOCK_BYTES = 2**22
_LONGEST_LINE = 1000
#: No line is shorter: six digits, five commas, a line break.
_SHORTEST_LINE = 12
_UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_AS_UTF_8 = "save it as UTF-8 text"
_INTEGER = re.compile(r"[ \t]*[0-9]+[ \t]*")
_DECIMAL = re.compile(r"[ \t]*[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?[ \t]*")


@dataclass(frozen=True, kw_only=True, eq=False)
class RoundBatch:
    """Some consecutive rounds: the inputs, the outputs and the pair flag, shape (k,) each."""

    x: NDArray[np.int64]
    y: NDArray[np.int64]
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    pair: NDArray[np.bool_]


@dataclass(kw_only=True)
class RoundLog:
    r"""A log and how far it was read.

    Parameters
    ----------
    path : str or Path
    allowed : ndarray of bool, shape (m, n)
        Which pairs of inputs can occur.
    block_bytes : int
        How much is read at a time; the rounds do not depend on it.

    Attributes
    ----------
    duration_s : float or None
        From the first round read to the last; None without a column `time_s`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "log.csv")
    ...     _ = path.write_text("round,x,y,a,b,pair\n1,0,1,0,0,1\n2,1,1,0,1,0\n")
    ...     [(batch.x.tolist(), batch.pair.tolist())
    ...      for batch in RoundLog(path=path, allowed=np.ones((2, 2), bool))]
    [([0, 1], [True, False])]
    """

    path: str | Path
    allowed: NDArray[np.bool_]
    block_bytes: int = _BLOCK_BYTES
    _fields: NDArray[np.int64] = field(init=False, repr=False)
    _line: int = field(init=False, default=1)
    #: The number of the next round (-1 before the first), and the times of the first and the last.
    _next: int = field(init=False, default=-1)
    _times: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check what needs no file."""
        expect(self.path, (str, Path), key="log")

    @property
    def duration_s(self) -> float | None:
        """The time from the first round to the last, where the log states it."""
        if TIME not in self._names:
            return None
        return float(self._times[1] - self._times[0])

    @property
    def _names(self) -> list[str]:
        return [(*COLUMNS, TIME)[index] for index in self._fields]

    def __iter__(self) -> Iterator[RoundBatch]:
        """Read the log from its start.

        Raises
        ------
        InputError
            With the file and the line of the first thing that is wrong.
        """
        try:
            with Path(self.path).open("rb") as file:
                yield from self._read(file)
        except InputError as error:
            raise error.in_file(str(self.path)) from None
        except (OSError, ValueError) as error:
            raise InputError([_unreadable(error)], file=str(self.path)) from None

    def _read(self, file: BinaryIO) -> Iterator[RoundBatch]:
        self._line, self._next = 1, -1
        self._times = np.array([-np.inf, -np.inf])
        self._read_header(file.readline(_LONGEST_LINE))
        rest = b""
        while block := file.read(self.block_bytes):
            rest += block
            whole = rest.rfind(b"\n") + 1
            if whole:
                yield from self._parse(rest[:whole])
                rest = rest[whole:]
            if len(rest) > _LONGEST_LINE:
                self._refuse(f"must not exceed {_LONGEST_LINE} bytes", "a longer line")
        if rest:
            cure = "the file looks cut short: restore its end, or remove this line"
            self._refuse("must end with a line break", _shown(rest), cure)
        if self._next < 0:
            reject("file", "must hold at least one round", received="a header alone")

    def _read_header(self, line: bytes) -> None:
        if line.startswith(_UTF_16_32):
            reject("file", "must be UTF-8 text", received="UTF-16 or UTF-32", cure=_AS_UTF_8)
        header = line.removeprefix(b"\xef\xbb\xbf")
        if not header:
            reject("file", "must not be empty", received="no text", cure=f"begin it with {HEADER}")
        if b"\0" in header:
            self._refuse("must be UTF-8 text", "a NUL byte", _AS_UTF_8)
        if not header.endswith(b"\n"):
            self._refuse("must end with a line break", _shown(header), f"begin with {HEADER}")
        names = [name.strip() for name in header.decode(errors="replace").split(",")]
        self._fields = np.array(_columns(names), dtype=np.int64)
        self._line = 2

    def _parse(self, text: bytes) -> Iterator[RoundBatch]:
        """Read whole lines: the kernel as far as they are in order, then the explanation."""
        found = np.empty((5, len(text) // _SHORTEST_LINE + 1), dtype=np.int64)
        raw = np.frombuffer(text, dtype=np.uint8)
        rows, stop, self._next = read_lines(
            raw, self._fields, self.allowed, found, self._next, self._times
        )
        if rows:
            x, y, a, b, pair = found[:, :rows]
            yield RoundBatch(x=x, y=y, a=a, b=b, pair=pair.astype(bool))
        self._line += rows
        if stop < len(text):
            self._explain(text[stop : text.index(b"\n", stop)])

    def _explain(self, line: bytes) -> NoReturn:
        """Say what is wrong with a line."""
        if b"\0" in line:
            self._refuse("must be UTF-8 text", "a NUL byte", _AS_UTF_8)
        if not line.strip():
            self._refuse("must not be blank", "", "remove it")
        cells = line.removesuffix(b"\r").decode(errors="replace").split(",")
        if len(cells) != len(self._fields):
            rule = f"must have {len(self._fields)} values, as the header has"
            self._refuse(rule, f"{len(cells)} values in {_shown(line)}")
        numbers = {}
        for name, cell in zip(self._names, cells, strict=True):
            if name == TIME:
                if not _DECIMAL.fullmatch(cell):
                    self._refuse(f"must have a number of seconds as {TIME}", repr(cell.strip()))
                continue
            if not _INTEGER.fullmatch(cell):
                cure = "write digits alone: no sign, point or quotes"
                self._refuse(f"must have a whole number as {name}", repr(cell.strip()), cure)
            numbers[name] = int(cell)
        self._explain_numbers(numbers)
        rule = f"must not have an earlier {TIME} than the line before, nor an infinite one"
        self._refuse(rule, repr(cells[self._names.index(TIME)].strip()))

    def _explain_numbers(self, numbers: dict[str, int]) -> None:
        m, n = self.allowed.shape
        for name, most in (("x", m - 1), ("y", n - 1), ("a", 1), ("b", 1), ("pair", 1)):
            if numbers[name] > most:
                rule = f"must have {name} in 0..{most}"
                self._refuse(rule, numbers[name], "" if most > 1 else "write 0 or 1")
        x, y = numbers["x"], numbers["y"]
        if not self.allowed[x, y]:
            cure = "is this the log of another game?"
            self._refuse("must have inputs that can occur: p(x, y) > 0", f"x = {x}, y = {y}", cure)
        number = numbers["round"]
        if self._next < 0 and number > 1:
            cure = "rounds before it are missing"
            self._refuse("must be round 0 or 1, the first", f"round {number}", cure)
        if self._next >= 0 and number != self._next:
            missing = number > self._next
            cure = "rounds are missing" if missing else "a round is doubled or out of order"
            self._refuse(f"must be round {self._next}", f"round {number}", cure)

    def _refuse(self, rule: str, received: object, cure: str = "") -> NoReturn:
        reject(f"line {self._line}", rule, received=received, cure=cure)


def _shown(line: bytes) -> str:
    return repr(line.decode(errors="replace").strip())


def _columns(names: list[str]) -> list[int]:
    """Return which field each column holds; all that is wrong with a header is one error."""
    known, problems = (*COLUMNS, TIME), []
    if not set(names) & set(known):
        received = repr(",".join(names))
        reject("line 1", "must be a header", received=received, cure=f"begin with {HEADER}")
    for name in dict.fromkeys(names):
        if name not in known:
            cure, received = near_name(name, known), repr(name)
            rule = "must name known columns"
        elif names.count(name) > 1:
            cure, received = "", f"{name} {names.count(name)} times"
            rule = "must name each column once"
        else:
            continue
        problems.append(Problem(key="line 1", rule=rule, received=received, cure=cure))
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        rule = f"must name the columns {', '.join(COLUMNS)}"
        cure = "log 1 where a Bell pair was available, else 0" if missing == ["pair"] else ""
        received = f"a header without {', '.join(missing)}"
        problems.append(Problem(key="line 1", rule=rule, received=received, cure=cure))
    if problems:
        raise InputError(problems)
    return [known.index(name) for name in names]


def _unreadable(error: OSError | ValueError) -> Problem:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(key="file", rule="must exist", received="no such file")
    if isinstance(error, IsADirectoryError):
        return Problem(key="file", rule="must be a file", received="a directory")
    received = getattr(error, "strerror", None) or str(error)
    return Problem(key="file", rule="must be readable", received=received)
