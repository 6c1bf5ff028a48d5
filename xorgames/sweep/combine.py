"""Join the rows of many files, from many machines, in one."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xorgames.errors import InputError, Problem, expect, reject
from xorgames.output import write_whole
from xorgames.sweep.parquet import TEXTS, check_pyarrow, parquet_bytes
from xorgames.sweep.rows import ID, Row, check_suffix, csv_bytes, read_csv, read_header


def combine(
    paths: Iterable[str | Path], output: str | Path | None = None, *, overwrite: bool = False
) -> list[dict[str, str]]:
    r"""Return the rows of CSV files, each once, in the order of their first file.

    Parameters
    ----------
    paths : iterable of str or Path
        CSV files of the same columns.
    output : str or Path, optional
        Where to write them besides: a file ending in .csv or .parquet.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    InputError
        If the columns differ, or two rows of one task do.

    Examples
    --------
    >>> import tempfile
    >>> task = "00" * 32
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = [Path(folder, name) for name in ("here.csv", "there.csv")]
    ...     for path in paths:
    ...         _ = path.write_text(f"id,gap_lower\n{task},0.1\n")
    ...     rows = combine(paths)
    >>> rows == [{"id": task, "gap_lower": "0.1"}]
    True
    """
    files = [_path(path) for path in paths]
    if not files:
        reject("files", "must be one file or more", received="none", cure="name files of rows")
    target = None if output is None else _path(output)
    suffix = "" if target is None else check_suffix(target, (".csv", ".parquet"))
    if suffix == ".parquet":
        check_pyarrow()
    for path in files:
        if path.is_dir():
            cure = "to join Parquet folders, move their part-*.parquet into one of them"
            _refuse(path, "must be a CSV file", "a folder", cure)
    columns = read_header(files[0])
    rows: dict[str, dict[str, str]] = {}
    for path in files:
        _check_columns(path, columns)
        for number, row in enumerate(read_csv(path), start=2):
            _check_numbers(path, row, number)
            if rows.setdefault(row[ID], row) != row:
                rule = f"must agree with the other files about the task {row[ID]}"
                cure = "was it another version or machine, or edited? Remove one of the two rows"
                _refuse(path, rule, ",".join(row.values()), cure)
    result = list(rows.values())
    if target is not None:
        content = _csv(result, columns) if suffix == ".csv" else parquet_bytes(result, columns)
        write_whole(target, content, overwrite=overwrite)
    return result


def _path(path: str | Path) -> Path:
    expect(path, (str, Path), key="file")
    return Path(path)


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    header = read_header(path)
    if header != columns:
        rule = "must hold the columns of the first file: " + ", ".join(columns)
        _refuse(path, rule, ", ".join(header), "combine the files of one sweep")


def _check_numbers(path: Path, row: Row, number: int) -> None:
    try:
        for name, cell in row.items():
            if cell and name not in TEXTS:
                float(cell)
    except ValueError:
        rule = f"must hold a number or nothing as {name}, in row {number}"
        _refuse(path, rule, cell, "remove that row; it will be computed again")


def _csv(rows: Iterable[Row], columns: Sequence[str]) -> bytes:
    def lines() -> Iterator[Sequence[str]]:
        yield columns
        for row in rows:
            yield [row[name] for name in columns]

    return csv_bytes(lines())


def _refuse(path: Path, rule: str, received: str, cure: str) -> None:
    problem = Problem(key="file", rule=rule, received=received, cure=cure)
    raise InputError([problem], file=str(path))
