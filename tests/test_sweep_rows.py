"""Files of rows: whole rows only, one writer at a time, and what is refused."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xorgames.errors import InputError
from xorgames.sweep.rows import CsvRows, check_suffix, csv_bytes, key_of, read_csv, read_header

A, B = "a1" * 32, "b2" * 32
COLUMNS = ["id", "p", "error"]


def refused(act):
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


def filled(path: Path) -> Path:
    with CsvRows(path, COLUMNS) as store:
        store.append([{"id": A, "p": "0.5", "error": ""}])
        store.append([{"id": B, "p": "", "error": 'a "quoted", two-\nline error'}])
    return path


def test_rows_come_back_as_they_went_in(tmp_path):
    path = filled(tmp_path / "rows.csv")
    assert read_header(path) == COLUMNS
    assert list(read_csv(path)) == [
        {"id": A, "p": "0.5", "error": ""},
        {"id": B, "p": "", "error": 'a "quoted", two- line error'},
    ]
    assert path.read_text().splitlines()[:2] == ["id,p,error", f"{A},0.5,"]
    with CsvRows(path, COLUMNS) as store:
        assert store.done == {key_of(A), key_of(B)}


def test_only_the_header_is_there_at_first(tmp_path):
    path = tmp_path / "rows.csv"
    with CsvRows(path, COLUMNS):
        assert path.read_bytes() == b"id,p,error\n"
        assert list(read_csv(path)) == []


@pytest.mark.parametrize("text", ["", "id,p", "id,p,err"])
def test_a_header_cut_short_is_written_again(tmp_path, text):
    path = tmp_path / "rows.csv"
    path.write_text(text)
    with CsvRows(path, COLUMNS):
        assert path.read_bytes() == b"id,p,error\n"


def test_a_file_with_line_ends_of_windows_goes_on(tmp_path):
    """An editor may have changed them, and left out the last one."""
    path = tmp_path / "rows.csv"
    path.write_bytes(f"id,p,error\r\n{A},0.5,\r\n{B},0.5,".encode())
    with CsvRows(path, COLUMNS) as store:
        assert store.done == {key_of(A)}
        store.append([{"id": B, "p": "0.5", "error": ""}])
    assert [row["id"] for row in read_csv(path)] == [A, B]
    assert path.read_bytes() == f"id,p,error\r\n{A},0.5,\r\n{B},0.5,\n".encode()


def test_rows_are_done_as_soon_as_they_are_appended(tmp_path):
    with CsvRows(tmp_path / "rows.csv", COLUMNS) as store:
        store.append(row for row in [{"id": A, "p": "0.5", "error": ""}])
        assert store.done == {key_of(A)}


def test_a_long_tail_without_a_line_break_is_removed(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f"id,p,error\n{A},0.5,\n" + "x" * 200_000)
    assert [row["id"] for row in read_csv(path)] == [A]
    with CsvRows(path, COLUMNS) as store:
        assert store.done == {key_of(A)}
    assert path.read_text() == f"id,p,error\n{A},0.5,\n"


def test_another_sweep_s_file_is_refused_and_kept(tmp_path):
    path = filled(tmp_path / "rows.csv")
    before = path.read_bytes()
    assert refused(lambda: CsvRows(path, ["id", "q"])) == (
        f"{path}: `file` must hold the columns id, q; received the columns id, p, error. "
        "Cure: choose another file, or the sweep that it belongs to."
    )
    assert path.read_bytes() == before


def test_the_last_line_of_another_sweep_s_file_is_kept_though_it_is_cut_short(tmp_path):
    path = filled(tmp_path / "rows.csv")
    path.write_bytes(path.read_bytes()[:-1])
    before = path.read_bytes()
    refused(lambda: CsvRows(path, ["id", "q"]))
    assert path.read_bytes() == before


def test_a_file_cut_at_any_byte_goes_on(tmp_path):
    whole = filled(tmp_path / "rows.csv").read_bytes()
    path = tmp_path / "cut.csv"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with CsvRows(path, COLUMNS) as store:
            missing = [
                r for r in read_csv(tmp_path / "rows.csv") if key_of(r["id"]) not in store.done
            ]
            store.append(missing)
        assert path.read_bytes() == whole


def test_a_row_is_one_line(tmp_path):
    """Half a row that ends with a line break could not be told from a whole one."""
    path = tmp_path / "rows.csv"
    with CsvRows(path, COLUMNS) as store:
        store.append([{"id": A, "p": "0.5", "error": "no\nluck\r\ntoday"}])
    assert path.read_text() == f"id,p,error\n{A},0.5,no luck today\n"


def test_a_full_disk_loses_no_row_that_was_written(tmp_path):
    """The row that did not fit is cut off, and written by the next run."""
    resource = pytest.importorskip("resource", reason="this system has no limits")
    path = tmp_path / "rows.csv"
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    row = {"id": A, "p": "0.5", "error": ""}
    store = CsvRows(path, COLUMNS)
    store.append([row])
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 30, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"), store:
            store.append([row | {"id": B}])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not path.read_bytes().endswith(b"\n")
    with CsvRows(path, COLUMNS) as store:
        assert store.done == {key_of(A)}


@pytest.mark.parametrize(
    "content",
    [b"p,q\n1,2\n", b"\xff\xfei\x00d\x00\n", b"\n", b'"id\n', b"p,q\n1,2", b"notes", b"id,p,q"],
)
def test_what_is_no_file_of_rows_is_refused(tmp_path, content):
    path = tmp_path / "rows.csv"
    path.write_bytes(content)
    message = refused(lambda: CsvRows(path, COLUMNS))
    assert message.startswith(
        f"{path}: `file` must be a file of rows, whose first column is id; received "
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize("row", [f"{A},1", f"{A},1,,", "12,1,", f"{A.upper()},1,"])
def test_a_row_out_of_order_is_refused(tmp_path, row):
    path = tmp_path / "rows.csv"
    path.write_text(f"id,p,error\n{B},1,\n{row}\n")
    assert refused(lambda: list(read_csv(path))) == (
        f"{path}: `file` must hold 3 cells, the first a sha256 id, in row 3; received {row}. "
        "Cure: remove that row; it will be computed again."
    )


@pytest.mark.parametrize("row", [f'{B},"0.5,', f'{B}","0.5,,', f"{B},{'x' * 200_000},"])
def test_what_an_editor_spoilt_is_named_by_its_row(tmp_path, row):
    path = tmp_path / "rows.csv"
    path.write_text(f"id,p,error\n{A},0.5,\n{row}\n{A},0.5,\n")
    assert "must hold 3 cells, the first a sha256 id, in row 3; received " in refused(
        lambda: list(read_csv(path))
    )


def test_an_open_quote_does_not_swallow_the_rows_below(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(f'id,p,error\n{A},0.5,"\n{B},0.5,\n')
    assert [row["id"] for row in read_csv(path)] == [A, B]


def test_what_may_be_read_for_ever_is_refused(tmp_path):
    path = tmp_path / "rows.csv"
    path.symlink_to(os.devnull)
    assert refused(lambda: CsvRows(path, COLUMNS)) == (
        f"{path}: `file` must be a file that can be written to; received no ordinary file."
    )


def test_files_that_cannot_be_opened(tmp_path):
    missing = tmp_path / "none" / "rows.csv"
    assert refused(lambda: CsvRows(missing, COLUMNS)) == (
        f"{missing}: `file` must be a file that can be written to; "
        "received No such file or directory."
    )
    assert refused(lambda: read_header(missing)) == (
        f"{missing}: `file` must be a file of rows that can be read; "
        "received No such file or directory."
    )
    assert "Is a directory" in refused(lambda: CsvRows(tmp_path, COLUMNS))


def test_one_writer_at_a_time(tmp_path):
    pytest.importorskip("fcntl", reason="this system has no file locks")
    path = tmp_path / "rows.csv"
    code = (
        "import sys; from pathlib import Path; from xorgames.sweep.rows import CsvRows\n"
        "CsvRows(Path(sys.argv[1]), ['id', 'p', 'error'])"
    )
    with CsvRows(path, COLUMNS):
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"xorgames.errors.InputError: {path}: `file` must not be in use; received another process "
        "writes to it. Cure: wait for it, or choose another file; combine joins the files of many "
        "sweeps."
    )


def test_csv_quotes_what_needs_it():
    assert csv_bytes([["a", "b,c"], ["", 'd"e']]) == b'a,"b,c"\n,"d""e"\n'


def test_other_suffixes_are_refused():
    assert refused(lambda: check_suffix(Path("rows.txt"), [".csv", ".parquet"])) == (
        "`file` must end in .csv or .parquet; received rows.txt."
    )
