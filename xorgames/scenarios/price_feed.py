"""A recorded price feed: when, the price of X, the price of Y.

A feed is a CSV file (UTF-8, comma-separated) or a Parquet file with the columns `time_s`, `price_x`
and `price_y`, and no others, one row for each moment at which a price changed or was sampled. Times
are in seconds from any origin, and do not fall; of several rows at one time the last counts. Prices
are positive. Times must be precise to a microsecond, as decisions are: a double holds those since
1970 to a quarter of one, but not milliseconds since then taken for seconds.

Everything that is wrong is one error, row by row. The file is read in pieces; in memory a row takes
24 bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, expect, reject
from xorgames.hardware.parameters import POSITIVE, checked_number
from xorgames.sweep.parquet import check_pyarrow

FloatArray = NDArray[np.float64]

COLUMNS = ("time_s", "price_x", "price_y")
HEADER = ",".join(COLUMNS)

_SECONDS = "count seconds from the start of the day"
_REMOVE = "remove the row"
_LINES = 2**16
_LONGEST_LINE = 1000
#: In seconds.
_PRECISION = 1e-6
#: So many problems of one kind are looked for; an error shows fewer.
_MANY = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class PriceFeed:
    """Prices in time.

    Parameters
    ----------
    time_s, price_x, price_y : ndarray of float, shape (k,)

    Raises
    ------
    InputError
        With everything that is wrong, by row (from 1).

    Examples
    --------
    >>> feed = PriceFeed(time_s=np.array([0.0, 1.0]), price_x=np.array([10.0, 10.1]),
    ...                  price_y=np.array([20.0, 20.1]))
    >>> feed.duration_s
    1.0
    """

    time_s: FloatArray
    price_x: FloatArray
    price_y: FloatArray

    def __post_init__(self) -> None:
        """Check every row."""
        table = np.stack([_column(self, name) for name in COLUMNS])
        _check(table, None, "row {}".format)
        for name, column in zip(COLUMNS, table, strict=True):
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    @property
    def duration_s(self) -> float:
        """From the first row to the last."""
        return float(self.time_s[-1] - self.time_s[0])


def read_price_feed(path: str | Path, *, max_gap_s: float | None = 1.0) -> PriceFeed:
    r"""Return the price feed in a file.

    Parameters
    ----------
    path : str or Path
        Ends in .csv or .parquet; the latter needs the extra `frames`.
    max_gap_s : float, optional
        The longest time between rows that is accepted; None for no limit.

    Raises
    ------
    InputError
        With the file and everything that is wrong, by line (CSV) or row (Parquet).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "feed.csv")
    ...     _ = path.write_text("time_s,price_x,price_y\n0,10,20\n0.001,10.01,19.99\n")
    ...     read_price_feed(path).price_y.tolist()
    [20.0, 19.99]
    """
    expect(path, (str, Path), key="feed")
    if max_gap_s is not None:
        max_gap_s = checked_number("max_gap_s", max_gap_s, POSITIVE)
    suffix = Path(path).suffix.lower()
    if suffix not in (".csv", ".parquet"):
        reject("feed", "must end in .csv or .parquet", received=str(path))
    try:
        if suffix == ".csv":
            table, kind = _read_csv(Path(path)), "float64"
            _check(table, max_gap_s, lambda row: f"line {row + 1}")
        else:
            table, kind = _read_parquet(Path(path))
            _check(table, max_gap_s, "row {}".format)
        _check_precision(table[0], kind)
    except InputError as error:
        raise error.in_file(str(path)) from None
    except (OSError, ValueError) as error:
        raise InputError([_unreadable(error)], file=str(path)) from None
    time_s, price_x, price_y = table
    return PriceFeed(time_s=time_s, price_x=price_x, price_y=price_y)


def _column(feed: PriceFeed, name: str) -> FloatArray:
    values = np.asarray(getattr(feed, name))
    if values.ndim != 1 or values.dtype.kind not in "iuf":
        received = f"{values.dtype.name} of shape {values.shape}"
        reject(name, "must be a list of numbers", received=received)
    if values.shape != np.shape(feed.time_s):
        received = f"{values.size} for {np.size(feed.time_s)}"
        reject(name, "must have as many rows as time_s", received=received)
    return values.astype(np.float64)


def _read_csv(path: Path) -> FloatArray:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        header = file.readline(_LONGEST_LINE)
        if [name.strip() for name in header.split(",")] != list(COLUMNS):
            cure = f"begin the file with {HEADER}"
            reject("line 1", "must be the header", received=repr(header.strip()), cure=cure)
        pieces = list(_pieces(file))
    return np.concatenate([np.empty((0, 3)), *pieces]).T


def _pieces(file: TextIOWrapper) -> Iterator[FloatArray]:
    """Return the numbers in the lines that follow, some lines at a time."""
    first = 2
    while lines := list(islice(file, _LINES)):
        if not lines[-1].endswith("\n"):
            cure = "the file looks cut short: restore its end, or remove this line"
            place, received = f"line {first + len(lines) - 1}", repr(lines[-1][:60])
            reject(place, "must end with a line break", received=received, cure=cure)
        try:
            numbers = np.loadtxt(lines, delimiter=",", ndmin=2, comments=None)
        except ValueError:
            numbers = np.empty((0, 0))
        if numbers.shape != (len(lines), 3):
            # A blank line is skipped above, and missed here.
            _explain(lines, first)
        yield numbers
        first += len(lines)


def _explain(lines: list[str], first: int) -> NoReturn:
    """Say which lines are not three numbers; some of them are not."""
    problems = []
    for place, line in enumerate(lines, first):
        cells = line.strip().split(",")
        if len(cells) != 3:
            rule, wrong, cure = "must have 3 values", line, f"they are {HEADER}"
        elif bad := [cell for cell in cells if not _is_number(cell)]:
            rule, wrong = "must hold numbers", bad[0]
            cure = _SECONDS if ":" in wrong else "write them as 12.5 or 1.25e1"
        else:
            continue
        received = repr(wrong.strip()[:60])
        problems.append(Problem(key=f"line {place}", rule=rule, received=received, cure=cure))
    raise InputError(problems[:_MANY])


def _is_number(cell: str) -> bool:
    """Say whether the reader of the file takes it for one: `float` takes more, such as 1_0."""
    try:
        return bool(cell.strip()) and np.loadtxt([cell], delimiter=",", comments=None).size == 1
    except ValueError:
        return False


def _read_parquet(path: Path) -> tuple[FloatArray, str]:
    """Return the columns, and the type that times are written in."""
    check_pyarrow()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
        if names != list(COLUMNS):
            rule = "must hold the columns " + ", ".join(COLUMNS)
            cure = "write these, in this order, and no index"
            reject("feed", rule, received=", ".join(names), cure=cure)
        found = pq.read_table(path)
    except pa.ArrowException as error:
        reject("feed", "must be a Parquet file", received=_first_line(error))
    for field in found.schema:
        if not (pa.types.is_floating(field.type) or pa.types.is_integer(field.type)):
            cure = _SECONDS if pa.types.is_temporal(field.type) else "write floating-point numbers"
            reject(field.name, "must be a column of numbers", received=str(field.type), cure=cure)
    # A null becomes NaN, which is refused row by row.
    table = np.stack([_as_doubles(found[name], name) for name in COLUMNS])
    times = found.schema.field(COLUMNS[0]).type
    return table, {"float": "float32", "halffloat": "float16"}.get(str(times), "float64")


def _as_doubles(column: Any, name: str) -> FloatArray:
    import pyarrow as pa

    try:
        return np.asarray(column.cast(pa.float64()).to_numpy())
    except pa.ArrowInvalid as error:
        cure = _SECONDS if name == COLUMNS[0] else "write floating-point numbers"
        reject(name, "must keep its digits in a double", received=_first_line(error), cure=cure)


def _first_line(error: Exception) -> str:
    """Say in one line what a library said."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _check(table: FloatArray, max_gap_s: float | None, place: Callable[[int], str]) -> None:
    """Refuse rows that are no prices in time; `place` names a row counted from 1."""
    if table.shape[1] < 2:
        cure = "use a longer feed"
        reject("feed", "must hold at least 2 rows", received=str(table.shape[1]), cure=cure)
    time_s = table[0]
    with np.errstate(invalid="ignore"):
        steps = np.diff(time_s, prepend=time_s[0])
    rules = [
        (~np.isfinite(values), f"must have a finite {name}", values, _REMOVE)
        for name, values in zip(COLUMNS, table, strict=True)
    ]
    rules += [
        (np.isfinite(values) & (values <= 0), f"must have a positive {name}", values, _REMOVE)
        for name, values in zip(COLUMNS[1:], table[1:], strict=True)
    ]
    rule = "must not have an earlier time_s than the row before"
    rules.append((steps < 0, rule, time_s, "sort the rows by time_s"))
    if max_gap_s is not None:
        rule = f"must follow the row before within {max_gap_s:g} s"
        cure = "cut the file there, or accept a longer gap"
        rules.append((np.isfinite(steps) & (steps > max_gap_s), rule, steps, cure))
    problems = [
        (row, Problem(key=place(row + 1), rule=rule, received=f"{values[row]:.12g}", cure=cure))
        for wrong, rule, values, cure in rules
        for row in np.flatnonzero(wrong)[:_MANY].tolist()
    ]
    if problems:
        raise InputError(problem for _, problem in sorted(problems, key=lambda each: each[0]))


def _check_precision(time_s: FloatArray, kind: str) -> None:
    """Refuse times that are too large for the type of number they were written in."""
    largest = time_s[np.abs(time_s).argmax()]
    with np.errstate(over="ignore"):
        held = float(np.spacing(np.abs(largest).astype(kind)))
    if held > _PRECISION:
        cure = _SECONDS if kind == "float64" else "write 64-bit floating-point numbers"
        received = f"{largest:.9g}, which its type holds to {held:.3g} s"
        reject("time_s", "must be precise to a microsecond", received=received, cure=cure)


def _unreadable(error: OSError | ValueError) -> Problem:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(key="feed", rule="must exist", received="no such file")
    if isinstance(error, IsADirectoryError):
        return Problem(key="feed", rule="must be a file", received="a directory")
    received = getattr(error, "strerror", None) or _first_line(error)
    return Problem(key="feed", rule="must be readable", received=received)
