"""From the bytes of a TOML or JSON file to a table with exact numbers.

Decimals become `decimal.Decimal` just as they were written, so that 0.1 in a file is one tenth. NaN
and infinities pass as Decimals too: the check that knows the cell they stand in refuses them there.
Whatever keeps a file from being a table is one `InputError` that names the file.
"""

import difflib
import json
import re
import stat
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from xorgames.errors import InputError, Problem, expect, near_name, reject
from xorgames.rules import check_text

_Content = TypeVar("_Content")

SUFFIXES = (".toml", ".json")
#: Recorded rounds end so; people give them where a game is wanted.
ROWS = ".csv"
MAX_BYTES = 64 * 2**20

_UTF_16_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_AS_UTF_8 = "save it as UTF-8 text"
_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
#: What people write that TOML and JSON do not read, and what to write instead.
_CURES = (
    (re.compile(r"[=:]\s*[-+]?\d+,\d+\s*(#.*|[}\]].*)?$"), "use a decimal point, not a comma"),
    (re.compile(r"""[=:\[,]\s*[-+]?\d+\s*/\s*\d+"""), 'put fractions in quotes, such as "1/3"'),
    (re.compile(r"[=:\[,]\s*[-+]?\.\d"), "write a digit before the decimal point, such as 0.5"),
    (re.compile(r"[=:]\s*[^\W\d]\w*\s*(#.*)?$"), "put text in quotes"),
)


def read_table(path: str | Path) -> dict[str, Any]:
    """Return the table that a TOML or JSON file holds, its decimals as `Decimal`.

    Parameters
    ----------
    path : str or Path
        A UTF-8 text of at most 64 MiB whose name ends in .toml or .json.

    Raises
    ------
    InputError
        If the file cannot be read or is not a table; the message names the file and the place.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "game.toml")
    ...     _ = path.write_text("p = [0.1, nan]")
    ...     read_table(path)
    {'p': [Decimal('0.1'), Decimal('NaN')]}
    """
    expect(path, (str, Path), key="file")
    path = Path(path)
    try:
        text = _decode(_read_bytes(path))
        return _parse_toml(text) if suffix_of(path) == ".toml" else _parse_json(text)
    except InputError as error:
        raise error.in_file(str(path)) from None


def suffix_of(path: Path) -> str:
    """Return ".toml" or ".json"; any other suffix is an error."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        received = repr(path.suffix) if suffix else "no suffix"
        reject("file", "must be named .toml or .json", received=received)
    return suffix


def read_as(path: str | Path, read: Callable[[dict[str, Any]], _Content]) -> _Content:
    """Return what a function makes of the table of a file; its errors name the file.

    Raises
    ------
    InputError
        If the file cannot be read, or the function refuses the table.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "game.toml")
    ...     _ = path.write_text("p = 1")
    ...     read_as(path, list)
    ['p']
    """
    table = read_table(path)
    try:
        return read(table)
    except InputError as error:
        raise error.in_file(str(path)) from None


def check_keys(table: Mapping[str, Any], *, known: Sequence[str], about: str) -> None:
    """Refuse a table with keys that it may not have, of another version, or with an odd name.

    Parameters
    ----------
    table : mapping
        With `schema`, and perhaps `name` and `source`.
    known : sequence of str
        The keys that it may have.
    about : str
        What it is, for the error.

    Raises
    ------
    InputError
        With every problem found.

    Examples
    --------
    >>> check_keys({"schema": 2, "count": 1}, known=("schema", "counts"), about="measured data")
    Traceback (most recent call last):
    xorgames.errors.InputError: `count` is not a key of measured data. Cure: did you mean `counts`?
    `schema` must be 1, the version read here; received 2. Cure: write schema = 1.
    """
    problems = [
        Problem(key=key, rule=f"is not a key of {about}", cure=near_name(key, known))
        for key in table
        if key not in known
    ]
    version = table.get("schema", "nothing")
    if type(version) is not int or version != 1:
        rule, cure = "must be 1, the version read here", "write schema = 1"
        problems.append(Problem(key="schema", rule=rule, received=repr(version), cure=cure))
    for key in ("name", "source"):
        if key in table:
            check_text(table[key], key=key, problems=problems)
    if problems:
        raise InputError(problems)


def _read_bytes(path: Path) -> bytes:
    """Return the content, which is neither empty nor too large."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            inside = sorted(entry.name for entry in path.iterdir() if entry.suffix in SUFFIXES)
            cure = f"name a file in it, such as {inside[0]}" if inside else ""
            reject("file", "must be a file", received="a directory", cure=cure)
        if not stat.S_ISREG(mode):
            reject("file", "must be a regular file", received="a device or a pipe")
        _check_suffix(path)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except InputError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        reject("file", "must exist", received="no such file", cure=_near_file(path))
    except PermissionError:
        reject("file", "must be readable", received="permission denied", cure="change its mode")
    except ValueError:
        reject("file", "must be readable", received="a name with a null character")
    except OSError as error:
        reject("file", "must be readable", received=error.strerror)
    if len(content) > MAX_BYTES:
        reject("file", f"must not exceed {MAX_BYTES >> 20} MiB", received="a larger file")
    if not content.strip():
        reject("file", "must not be empty", received="no text")
    return content


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() == ROWS:
        rule, received = "must be named .toml or .json", repr(path.suffix)
        cure = f"recorded rounds go with a game, xorgames evidence GAME {path}"
        reject("file", rule, received=received, cure=cure)
    suffix_of(path)


def _near_file(path: Path) -> str:
    """Say which file in the same folder was probably meant."""
    if path.is_symlink():
        return f"it is a link to {path.readlink()}, which is not there"
    try:
        known = [entry.name for entry in path.parent.iterdir() if entry.suffix in SUFFIXES]
    except OSError:
        return f"there is no folder {path.parent}"
    close = difflib.get_close_matches(path.name, known, n=3)
    return f"did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else ""


def _decode(content: bytes) -> str:
    """Return the text of UTF-8 bytes, with or without a byte-order mark."""
    if content.startswith(_UTF_16_32):
        reject("file", "must be UTF-8 text", received="UTF-16 or UTF-32", cure=_AS_UTF_8)
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        received = f"a NUL byte in line {line}"
        reject("file", "must be UTF-8 text", received=received, cure=_AS_UTF_8)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        received = f"the byte 0x{error.object[error.start]:02x} in line {line}"
        reject("file", "must be UTF-8 text", received=received, cure=_AS_UTF_8)


def _parse_toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        match = _TOML_PLACE.fullmatch(str(error))
        message, line, column = match.groups() if match else (str(error), None, None)
        _malformed("TOML", message, text, int(line or 0), int(column or 0))
    except RecursionError:
        _too_deep()
    except ValueError:
        _too_many_digits()


def _parse_json(text: str) -> dict[str, Any]:
    try:
        table = json.loads(
            text, parse_float=_decimal, parse_constant=Decimal, object_pairs_hook=_without_twins
        )
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip())
        _malformed("JSON", error.msg, text, 0 if at_end else error.lineno, error.colno)
    except InputError:
        raise
    except RecursionError:
        _too_deep()
    except ValueError:
        _too_many_digits()
    if not isinstance(table, dict):
        kind = "an array" if isinstance(table, list) else "a single value"
        reject("file", "must hold a table (a JSON object)", received=kind)
    return table


def _decimal(text: str) -> Decimal | str:
    """Keep as text what no Decimal can hold, so that the later check names its place."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        keys = [key for key, _ in pairs]
        twin = next(key for key in keys if keys.count(key) > 1)
        reject(twin, "must be given once in its table", received=f"{keys.count(twin)} times")
    return table


def _malformed(language: str, message: str, text: str, line: int, column: int) -> NoReturn:
    """Refuse text that does not parse; line 0 stands for the end of the file."""
    rule = f"must be valid {language} ({message[:1].lower()}{message[1:]})"
    if line == 0:
        reject("end of file", rule, cure="the file looks cut short: restore its end")
    written = text.splitlines()[line - 1].strip()
    cure = next((cure for pattern, cure in _CURES if pattern.search(written)), "")
    reject(f"line {line}, column {column}", rule, received=repr(written), cure=cure)


def _too_deep() -> NoReturn:
    reject("file", "must not nest tables or lists this deeply")


def _too_many_digits() -> NoReturn:
    reject("file", "must not hold integers of thousands of digits")
