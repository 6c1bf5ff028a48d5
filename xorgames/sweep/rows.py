"""Rows of results that outlive any interruption, appended to a CSV file as they come.

The header comes first, then a row for each task, its id in the first column. Whatever kills the
writer, at most the last row is cut short; a reader leaves it out and the next writer removes it.
So every row in the file is whole, and what is not in the file is computed again.
"""

import csv
import io
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NoReturn, Protocol, Self

from xorgames.errors import InputError, Problem, expect, reject

#: The columns that are no numbers.
ID, NOTE, ERROR = "id", "note", "error"
Row = Mapping[str, str]

#: How often the rows reach the disk itself.
_SYNC_S = 1.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OTHER_FILE = "choose another file, or the sweep that it belongs to"


class RowStore(Protocol):
    """Where rows go, and which tasks have theirs already."""

    @property
    def columns(self) -> Sequence[str]:
        """What each row has; one is "error"."""
        ...

    @property
    def done(self) -> set[bytes]:
        """The keys, by `key_of`, of the tasks whose rows are there."""
        ...

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def key_of(task_id: str) -> bytes:
    """Return an id as the set of a million tasks holds it: half of its bytes."""
    return bytes.fromhex(task_id)[:16]


class CsvRows:
    """A CSV file to which rows are added; it is made if it is not there.

    Parameters
    ----------
    path : Path
    columns : sequence of str
        The header; the first column is the id.

    Raises
    ------
    InputError
        If there is a file with another header, or one that cannot be written, or another process
        is writing to it.

    Examples
    --------
    >>> import tempfile
    >>> task = "00" * 32
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "rows.csv")
    ...     with CsvRows(path, ["id", "p"]) as store:
    ...         store.append([{"id": task, "p": "0.5"}])
    ...     with CsvRows(path, ["id", "p"]) as store:
    ...         key_of(task) in store.done
    True
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.columns = list(columns)
        if path.exists() and not (path.is_file() or path.is_dir()):
            # A device or a pipe may be read for ever.
            _refuse(path, "must be a file that can be written to", "no ordinary file")
        try:
            self._file: BinaryIO = path.open("a+b")
        except OSError as error:
            _refuse(path, "must be a file that can be written to", str(error.strerror))
        try:
            lock(self._file, path)
            self.done = self._resume(path)
        except BaseException:
            self._file.close()
            raise
        self._synced = time.monotonic()

    def _resume(self, path: Path) -> set[bytes]:
        """Return what is done; remove a row cut short, write the header if there is none."""
        self._file.seek(0)
        first = self._file.readline()
        if csv_bytes([self.columns]).startswith(first.replace(b"\r\n", b"\n")):
            # The file is new, its header is cut short, or it has this one: it is ours to cut.
            self._file.truncate(_whole_lines(self._file))
        if self._file.seek(0, os.SEEK_END) == 0:
            self._write([self.columns])
        header = read_header(path)
        if header != self.columns:
            received = "the columns " + ", ".join(header)
            rule = "must hold the columns " + ", ".join(self.columns)
            _refuse(path, rule, received, _OTHER_FILE)
        return {key_of(row[ID]) for row in read_csv(path)}

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows; they survive the end of this process at once, that of the machine soon."""
        rows = list(rows)
        # A cell of several lines, such as an error, would hide where a row is cut short.
        self._write([" ".join(row[name].splitlines()) for name in self.columns] for row in rows)
        self.done.update(key_of(row[ID]) for row in rows)
        if time.monotonic() > self._synced + _SYNC_S:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def _write(self, lines: Iterable[Sequence[str]]) -> None:
        self._file.write(csv_bytes(lines))
        self._file.flush()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, all rows on disk."""
        with self._file:
            self._file.flush()
            os.fsync(self._file.fileno())


def csv_bytes(lines: Iterable[Sequence[str]]) -> bytes:
    """Return lines of cells as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def read_header(path: Path) -> list[str]:
    """Return the columns of a CSV file of rows.

    Raises
    ------
    InputError
        If it is no such file.
    """
    with _reading(path) as file:
        line = file.readline()
    try:
        header = next(csv.reader([line.decode()]), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if header[:1] != [ID] or not line.endswith(b"\n"):
        rule = f"must be a file of rows, whose first column is {ID}"
        _refuse(path, rule, repr(line[:60].decode("utf-8", "replace")), _OTHER_FILE)
    return header


def read_csv(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file; one that is cut short at the end is left out.

    Raises
    ------
    InputError
        If it is no such file, or a row is not in order.
    """
    header = read_header(path)
    with _reading(path) as file:
        left = _whole_lines(file)
        file.seek(0)
        lines = (line.decode("utf-8", "replace") for line in _up_to(file, left))
        for number, cells in enumerate(_cells(lines), start=1):
            if number == 1:
                continue
            if len(cells) != len(header) or not _SHA256.fullmatch(cells[0]):
                rule = f"must hold {len(header)} cells, the first a sha256 id, in row {number}"
                _refuse(path, rule, ",".join(cells), "remove that row; it will be computed again")
            yield dict(zip(header, cells, strict=True))


def _cells(lines: Iterable[str]) -> Iterator[list[str]]:
    """Yield the cells of each line by itself: a row is one line, whatever an editor made of it."""
    for line in lines:
        try:
            yield next(csv.reader([line]), [])
        except csv.Error as error:
            yield [str(error)]


def _reading(path: Path) -> BinaryIO:
    expect(path, Path, key="file")
    try:
        return path.open("rb")
    except OSError as error:
        _refuse(path, "must be a file of rows that can be read", str(error.strerror))


def _up_to(file: BinaryIO, end: int) -> Iterator[bytes]:
    """Yield the lines before a place."""
    for line in file:
        end -= len(line)
        if end < 0:
            return
        yield line


def _whole_lines(file: BinaryIO, block: int = 2**16) -> int:
    """Return the place after the last line break."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - block)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def lock(file: BinaryIO | int, path: Path) -> None:
    """Keep other writers away, where the system has locks."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        cure = "wait for it, or choose another file; combine joins the files of many sweeps"
        _refuse(path, "must not be in use", "another process writes to it", cure)
    except OSError:
        # Some network file systems have no locks.
        return


def _refuse(path: Path, rule: str, received: str = "", cure: str = "") -> NoReturn:
    problem = Problem(key="file", rule=rule, received=received, cure=cure)
    raise InputError([problem], file=str(path))


def check_suffix(path: Path, known: Sequence[str]) -> str:
    """Return the suffix in small letters, which must be a known one.

    Examples
    --------
    >>> check_suffix(Path("rows.CSV"), [".csv"])
    '.csv'
    """
    suffix = path.suffix.lower()
    if suffix not in known:
        reject("file", "must end in " + " or ".join(known), received=str(path))
    return suffix
