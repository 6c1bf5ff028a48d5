"""Rows as a folder of Parquet files."""

import pytest

from xorgames.errors import InputError
from xorgames.sweep import parquet
from xorgames.sweep.parquet import ParquetRows
from xorgames.sweep.rows import key_of

pytest.importorskip("pyarrow", reason="needs the extra `frames`")

IDS = [f"{n:02x}" * 32 for n in range(6)]
COLUMNS = ["id", "p", "gap_lower", "error"]


def row(task, p="0.25", gap="", error=""):
    return {"id": task, "p": p, "gap_lower": gap, "error": error}


def test_rows_survive_in_parts(tmp_path, monkeypatch):
    import pyarrow.dataset

    monkeypatch.setattr(parquet, "_PART_S", 0.0)
    path = tmp_path / "rows.parquet"
    for first in (0, 3):
        with ParquetRows(path, COLUMNS) as store:
            assert store.done == {key_of(task) for task in IDS[:first]}
            for task in IDS[first : first + 3]:
                store.append([row(task, gap="1e-3")])
    assert len(list(path.iterdir())) == 6
    table = pyarrow.dataset.dataset(path).to_table().to_pydict()
    assert sorted(table["id"]) == IDS
    assert (table["p"], table["gap_lower"], table["error"]) == ([0.25] * 6, [1e-3] * 6, [""] * 6)


def test_parts_come_soon_at_first_and_then_every_ten_seconds(tmp_path, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(parquet.time, "monotonic", lambda: now[0])
    path, times = tmp_path / "rows.parquet", []
    with ParquetRows(path, COLUMNS) as store:
        for now[0] in range(60):
            parts = len(list(path.iterdir()))
            store.append([row(f"{now[0]:064x}")])
            if len(list(path.iterdir())) > parts:
                times.append(now[0])
    assert times == [2, 5, 10, 19, 30, 41, 52]


def test_what_an_error_leaves_is_whole(tmp_path):
    path = tmp_path / "rows.parquet"

    def fail():
        with ParquetRows(path, COLUMNS) as store:
            store.append([row(IDS[0])])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    with ParquetRows(path, COLUMNS) as store:
        assert store.done == {key_of(IDS[0])}
    assert len(list(path.iterdir())) == 1


def test_notes_and_errors_are_text(tmp_path):
    import pyarrow.dataset

    path = tmp_path / "rows.parquet"
    cells = {"id": IDS[0], "gap_lower": "", "note": "p must lie in [0, 1]", "error": "no luck"}
    with ParquetRows(path, list(cells)) as store:
        store.append([cells])
    (found,) = pyarrow.dataset.dataset(path).to_table().to_pylist()
    assert found == cells | {"gap_lower": None}


def test_one_writer_at_a_time(tmp_path):
    pytest.importorskip("fcntl", reason="this system has no file locks")
    path = tmp_path / "rows.parquet"
    with ParquetRows(path, COLUMNS):
        assert refused(lambda: ParquetRows(path, COLUMNS)).startswith(
            f"{path}: `file` must not be in use; received another process writes to it."
        )
    with ParquetRows(path, COLUMNS) as store:
        assert not store.done


def test_empty_cells_are_null(tmp_path):
    import pyarrow.dataset

    path = tmp_path / "rows.parquet"
    with ParquetRows(path, COLUMNS) as store:
        store.append([row(IDS[0], p="", error="no game")])
    assert pyarrow.dataset.dataset(path).to_table().to_pylist() == [
        {"id": IDS[0], "p": None, "gap_lower": None, "error": "no game"}
    ]


def refused(act):
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


def test_other_folders_are_refused(tmp_path):
    path = tmp_path / "rows.parquet"
    with ParquetRows(path, COLUMNS) as store:
        store.append([row(IDS[0])])
    assert refused(lambda: ParquetRows(path, ["id", "q"])) == (
        f"{path}: `file` must hold the columns id, q; received the columns id, p, gap_lower, error."
    )
    part = path / "part-broken.parquet"
    part.write_bytes(b"no parquet")
    assert refused(lambda: ParquetRows(path, COLUMNS)).startswith(
        f"{part}: `file` must be a Parquet file; received "
    )
    file = tmp_path / "file.parquet"
    file.touch()
    assert refused(lambda: ParquetRows(file, COLUMNS)) == (
        f"{file}: `file` must be a folder of parts, in a folder that exists; received File exists."
    )


def test_without_pyarrow_the_cure_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "find_spec", lambda _: None)
    assert refused(lambda: ParquetRows(tmp_path / "rows.parquet", COLUMNS)) == (
        "`file` must not end in .parquet where pyarrow is not installed. "
        "Cure: pip install 'xorgames[frames]', or choose .csv."
    )
    assert not list(tmp_path.iterdir())
