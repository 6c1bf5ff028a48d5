"""Reading TOML and JSON: exact numbers, and one clear message for each way a file can be bad."""

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from xorgames import textfile
from xorgames.errors import InputError
from xorgames.textfile import check_keys, read_as, read_table


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def message(path):
    with pytest.raises(InputError) as caught:
        read_table(path)
    assert caught.value.file == str(path)
    # The parser's own words, in parentheses, change with the version of Python.
    return re.sub(r"(valid (?:TOML|JSON)) \(.*?\)(?=[;.])", r"\1", str(caught.value))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("game.toml", 'n = 3\np = 0.1\nq = [nan, -inf]\nr = "1/3"\n[t]\nb = true'),
        (
            "game.json",
            '{"n": 3, "p": 0.1, "q": [NaN, -Infinity], "r": "1/3", "t": {"b": true}}',
        ),
        (
            "GAME.TOML",
            b"\xef\xbb\xbfn = 3\r\np = 0.1\r\nq = [nan, -inf]\r\nr = '1/3'\r\nt.b = true",
        ),
    ],
)
def test_numbers_are_kept_as_written(tmp_path, name, content):
    table = read_table(write(tmp_path, name, content))
    assert str(table.pop("q")) == "[Decimal('NaN'), Decimal('-Infinity')]"
    assert table == {"n": 3, "p": Decimal("0.1"), "r": "1/3", "t": {"b": True}}
    assert type(table["n"]) is int
    assert type(table["p"]) is Decimal


@pytest.mark.parametrize(
    ("name", "content"),
    [("game.toml", f"p = 1e{'9' * 30}"), ("game.json", f'{{"p": 1e{"9" * 30}}}')],
)
def test_an_exponent_beyond_every_decimal_is_left_to_the_later_check(tmp_path, name, content):
    assert read_table(write(tmp_path, name, content)) == {"p": f"1e{'9' * 30}"}


UTF_8 = "Cure: save it as UTF-8 text."
POINT = "Cure: use a decimal point, not a comma."
FRACTION = 'Cure: put fractions in quotes, such as "1/3".'
DIGIT = "Cure: write a digit before the decimal point, such as 0.5."
QUOTES = "Cure: put text in quotes."
CUT_SHORT = "Cure: the file looks cut short: restore its end."
BAD_CONTENT = {
    "decimal comma": (
        "x.toml",
        "a = 1\np = 0,5 # half",
        f"`line 2, column 6` must be valid TOML; received 'p = 0,5 # half'. {POINT}",
    ),
    "decimal comma in JSON": (
        "x.json",
        '{"p": 0,5}',
        f"`line 1, column 9` must be valid JSON; received '{{\"p\": 0,5}}'. {POINT}",
    ),
    "bare fraction": (
        "x.toml",
        "p = [1/3, 2/3]",
        f"`line 1, column 7` must be valid TOML; received 'p = [1/3, 2/3]'. {FRACTION}",
    ),
    "bare fraction in JSON": (
        "x.json",
        '{"p": 1/3}',
        f"`line 1, column 8` must be valid JSON; received '{{\"p\": 1/3}}'. {FRACTION}",
    ),
    "bare point": (
        "x.toml",
        "p = .5",
        f"`line 1, column 5` must be valid TOML; received 'p = .5'. {DIGIT}",
    ),
    "bare text": (
        "x.toml",
        "name = chsh",
        f"`line 1, column 8` must be valid TOML; received 'name = chsh'. {QUOTES}",
    ),
    "no such syntax": (
        "x.toml",
        "= 3",
        "`line 1, column 1` must be valid TOML; received '= 3'.",
    ),
    "single quotes in JSON": (
        "x.json",
        "{'p': 1}",
        "`line 1, column 2` must be valid JSON; received \"{'p': 1}\".",
    ),
    "truncated": (
        "x.toml",
        "p = [[1, 2],\n [3,",
        f"`end of file` must be valid TOML. {CUT_SHORT}",
    ),
    "truncated JSON": (
        "x.json",
        '{"p": [1, 2',
        f"`end of file` must be valid JSON. {CUT_SHORT}",
    ),
    "key twice": (
        "x.toml",
        "p = 1\np = 2\n",
        "`line 2, column 6` must be valid TOML; received 'p = 2'.",
    ),
    "key twice in JSON": (
        "x.json",
        '{"q": 1, "t": {"p": 1, "p": 2}}',
        "`p` must be given once in its table; received 2 times.",
    ),
    "array": ("x.json", "[1]", "`file` must hold a table (a JSON object); received an array."),
    "value": ("x.json", "3", "`file` must hold a table (a JSON object); received a single value."),
    "nested": ("x.toml", "p = " + "[" * 10**5, "`file` must not nest tables or lists this deeply."),
    "nested JSON": ("x.json", "[" * 10**5, "`file` must not nest tables or lists this deeply."),
    "digits": (
        "x.toml",
        "p = " + "1" * 5000,
        "`file` must not hold integers of thousands of digits.",
    ),
    "digits in JSON": (
        "x.json",
        f'{{"p": {"1" * 5000}}}',
        "`file` must not hold integers of thousands of digits.",
    ),
    "empty": ("x.toml", "", "`file` must not be empty; received no text."),
    "blank": ("x.json", " \n\n", "`file` must not be empty; received no text."),
    "UTF-16": (
        "x.toml",
        "p = 1".encode("utf-16"),
        f"`file` must be UTF-8 text; received UTF-16 or UTF-32. {UTF_8}",
    ),
    "UTF-32": (
        "x.toml",
        "p = 1".encode("utf-32"),
        f"`file` must be UTF-8 text; received UTF-16 or UTF-32. {UTF_8}",
    ),
    "UTF-16 without mark": (
        "x.toml",
        "p = 1".encode("utf-16-le"),
        f"`file` must be UTF-8 text; received a NUL byte in line 1. {UTF_8}",
    ),
    "NUL": (
        "x.toml",
        "p = 1\n# \0",
        f"`file` must be UTF-8 text; received a NUL byte in line 2. {UTF_8}",
    ),
    "Latin-1": (
        "x.toml",
        "p = 1\nq = 'é'".encode("latin-1"),
        f"`file` must be UTF-8 text; received the byte 0xe9 in line 2. {UTF_8}",
    ),
    "suffix": ("x.yaml", "p: 1", "`file` must be named .toml or .json; received '.yaml'."),
    "no suffix": ("x", "p = 1", "`file` must be named .toml or .json; received no suffix."),
}


@pytest.mark.parametrize(("name", "content", "expected"), BAD_CONTENT.values(), ids=BAD_CONTENT)
def test_bad_content(tmp_path, name, content, expected):
    path = write(tmp_path, name, content)
    assert message(path) == f"{path}: {expected}"


def test_the_parsers_own_words_are_in_the_message(tmp_path):
    path = write(tmp_path, "x.json", '{"p" 1}')
    with pytest.raises(InputError, match=r"valid JSON \(expecting ':' delimiter\); received"):
        read_table(path)


def test_missing_file_names_its_neighbours(tmp_path):
    write(tmp_path, "chsh.toml", "p = 1")
    write(tmp_path, "notes.txt", "p = 1")
    path = tmp_path / "chhs.toml"
    expected = "`file` must exist; received no such file. Cure: did you mean `chsh.toml`?"
    assert message(path) == f"{path}: {expected}"
    path = tmp_path / "zzz.json"
    assert message(path) == f"{path}: `file` must exist; received no such file."


def test_missing_folder(tmp_path):
    path = tmp_path / "gone" / "chsh.toml"
    cure = f"Cure: there is no folder {tmp_path / 'gone'}."
    assert message(path) == f"{path}: `file` must exist; received no such file. {cure}"


def test_folder(tmp_path):
    expected = f"{tmp_path}: `file` must be a file; received a directory."
    assert message(tmp_path) == expected
    write(tmp_path, "hft.toml", "p = 1")
    assert message(tmp_path) == f"{expected} Cure: name a file in it, such as hft.toml."


def test_device(tmp_path):
    os.mkfifo(path := tmp_path / "x.toml")
    assert message(path) == f"{path}: `file` must be a regular file; received a device or a pipe."


@pytest.mark.parametrize(
    ("failure", "received"),
    [
        (PermissionError(13, "Permission denied"), "permission denied. Cure: change its mode"),
        (OSError(5, "Input/output error"), "Input/output error"),
    ],
)
def test_unreadable(tmp_path, monkeypatch, failure, received):
    def fail(*_args, **_options):
        raise failure

    path = write(tmp_path, "x.toml", "p = 1")
    monkeypatch.setattr(Path, "open", fail)
    assert message(path) == f"{path}: `file` must be readable; received {received}."


def test_impossible_name():
    assert message("x\0.toml") == (
        "x\0.toml: `file` must be readable; received a name with a null character."
    )


def test_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(textfile, "MAX_BYTES", 2**20)
    path = write(tmp_path, "x.toml", "#" * 2**20)
    assert read_table(path) == {}
    path = write(tmp_path, "y.toml", "#" * (2**20 + 1))
    assert message(path) == f"{path}: `file` must not exceed 1 MiB; received a larger file."


def test_the_limit_is_64_mib():
    assert textfile.MAX_BYTES == 64 * 2**20


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            {"schema": True, "cont": 1},
            "`cont` is not a key of data. Cure: did you mean `count`?\n"
            "`schema` must be 1, the version read here; received True. Cure: write schema = 1.",
        ),
        (
            {"count": 1},
            "`schema` must be 1, the version read here; received 'nothing'."
            " Cure: write schema = 1.",
        ),
        (
            {"schema": Decimal("1.0")},
            "`schema` must be 1, the version read here; received Decimal('1.0')."
            " Cure: write schema = 1.",
        ),
        ({"schema": 1, "name": 3}, "`name` must be text; received 3."),
    ],
)
def test_keys_and_version(table, expected):
    with pytest.raises(InputError) as caught:
        check_keys(table, known=("schema", "name", "source", "count"), about="data")
    assert str(caught.value) == expected


def test_errors_of_what_reads_a_table_name_the_file(tmp_path):
    path = write(tmp_path, "data.toml", "schema = 2")
    with pytest.raises(InputError) as caught:
        read_as(path, lambda table: check_keys(table, known=("schema",), about="data"))
    assert str(caught.value).startswith(f"{path}: `schema` must be 1")
    assert read_as(path, len) == 1


def test_a_link_to_nothing(tmp_path):
    path = tmp_path / "game.toml"
    path.symlink_to("moved.toml")
    assert message(path) == (
        f"{path}: `file` must exist; received no such file. "
        "Cure: it is a link to moved.toml, which is not there."
    )


def test_recorded_rounds_are_no_such_file(tmp_path):
    path = write(tmp_path, "log.CSV", "round,x,y,a,b,pair\n")
    assert message(path) == (
        f"{path}: `file` must be named .toml or .json; received '.CSV'. "
        f"Cure: recorded rounds go with a game, xorgames evidence GAME {path}."
    )
