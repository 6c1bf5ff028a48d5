"""Rows as a Parquet data set: a folder of files, each of which appears whole or not at all.

A Parquet file cannot grow, so that the rows of some seconds become one part, at first of one.
Parameters and brackets are columns of doubles, empty cells are null; everything else is text. Needs
the extra `frames`.
"""

import io
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from xorgames.errors import InputError, Problem, reject
from xorgames.output import write_whole
from xorgames.sweep.rows import ERROR, ID, NOTE, Row, key_of, lock

TEXTS = (ID, NOTE, ERROR)
#: What a part holds at most; the first ones hold less, so that a run that is killed early has some.
_PART_S = 10.0
_FIRST_PART_S = 1.0
_SUFFIX = ".parquet"


def check_pyarrow() -> None:
    """Refuse Parquet where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        cure = "pip install 'xorgames[frames]', or choose .csv"
        reject("file", "must not end in .parquet where pyarrow is not installed", cure=cure)


class ParquetRows:
    """A folder of parts to which rows are added; it is made if it is not there.

    Parameters
    ----------
    path : Path
    columns : sequence of str

    Raises
    ------
    InputError
        If it cannot be made, or holds other columns, or pyarrow is not installed.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        check_pyarrow()
        self._path, self.columns = path, list(columns)
        self._rows: list[Row] = []
        self._written, self._wait = time.monotonic(), min(_FIRST_PART_S, _PART_S)
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            rule = "must be a folder of parts, in a folder that exists"
            _refuse(path, rule, str(error.strerror))
        self._folder = _locked(path)
        try:
            self._check_headers()
            self.done = {key_of(task) for task in _ids(path)}
        except BaseException:
            self._free()
            raise

    def _check_headers(self) -> None:
        for names in _headers(self._path):
            if names != self.columns:
                rule = "must hold the columns " + ", ".join(self.columns)
                _refuse(self._path, rule, "the columns " + ", ".join(names))

    def _free(self) -> None:
        """Let other writers in."""
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows; those of some seconds become a part."""
        rows = list(rows)
        self._rows += rows
        self.done.update(key_of(row[ID]) for row in rows)
        if time.monotonic() > self._written + self._wait:
            self._write_part()
            self._wait = min(2 * self._wait, _PART_S)

    def _write_part(self) -> None:
        if self._rows:
            name = f"part-{secrets.token_hex(8)}{_SUFFIX}"
            write_whole(self._path / name, parquet_bytes(self._rows, self.columns))
        self._rows, self._written = [], time.monotonic()

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the last part, whatever ended the work."""
        try:
            self._write_part()
        finally:
            self._free()


def parquet_bytes(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """Return rows as one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def column(name: str) -> Any:
        cells = [row[name] for row in rows]
        if name in TEXTS:
            return pa.array(cells, pa.string())
        return pa.array([float(cell) if cell else None for cell in cells], pa.float64())

    buffer = io.BytesIO()
    pq.write_table(pa.table({name: column(name) for name in columns}), buffer)
    return buffer.getvalue()


def _locked(path: Path) -> int | None:
    """Keep other writers away from a folder; return what `os.close` frees it with."""
    try:
        folder = os.open(path, os.O_RDONLY)
    except OSError:
        # Some systems do not open folders, and have no such locks either.
        return None
    try:
        lock(folder, path)
    except InputError:
        os.close(folder)
        raise
    return folder


def _headers(path: Path) -> Iterator[list[str]]:
    import pyarrow.parquet as pq

    for part in _parts(path):
        try:
            yield list(pq.read_schema(part).names)
        except (OSError, ValueError) as error:
            _refuse(part, "must be a Parquet file", str(error))


def _ids(path: Path) -> Iterator[str]:
    import pyarrow.parquet as pq

    for part in _parts(path):
        yield from pq.read_table(part, columns=[ID]).column(ID).to_pylist()


def _parts(path: Path) -> list[Path]:
    return sorted(path.glob(f"part-*{_SUFFIX}"))


def _refuse(path: Path, rule: str, received: str) -> None:
    raise InputError([Problem(key="file", rule=rule, received=received)], file=str(path))
