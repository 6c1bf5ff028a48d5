"""Files from many machines become one."""

import pytest

from xorgames.errors import InputError
from xorgames.sweep.combine import combine
from xorgames.sweep.rows import read_csv

A, B, C = ("a1" * 32, "b2" * 32, "c3" * 32)


@pytest.fixture
def files(tmp_path):
    here, there = tmp_path / "here.csv", tmp_path / "there.csv"
    here.write_text(f"id,p,gap_lower\n{A},0.1,1\n{B},0.2,2\n")
    there.write_text(f"id,p,gap_lower\n{B},0.2,2\n{C},0.3,\n{A},0.9")
    return [here, there]


def refused(act):
    with pytest.raises(InputError) as caught:
        act()
    return str(caught.value)


def test_each_task_comes_once(files, tmp_path):
    rows = combine(files, tmp_path / "all.csv")
    assert [row["id"] for row in rows] == [A, B, C]
    assert list(read_csv(tmp_path / "all.csv")) == rows
    assert combine([tmp_path / "all.csv", *files]) == rows


def test_parquet(files, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra `frames`")
    combine(files, tmp_path / "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet").to_pydict() == {
        "id": [A, B, C],
        "p": [0.1, 0.2, 0.3],
        "gap_lower": [1.0, 2.0, None],
    }


def test_rows_that_disagree_are_refused(files, tmp_path):
    files[1].write_text(f"id,p,gap_lower\n{B},0.2,3\n")
    assert refused(lambda: combine(files, tmp_path / "all.csv")) == (
        f"{files[1]}: `file` must agree with the other files about the task {B}; "
        f"received {B},0.2,3. "
        "Cure: was it another version or machine, or edited? Remove one of the two rows."
    )
    assert not (tmp_path / "all.csv").exists()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_is_no_number_is_refused(files, tmp_path, suffix):
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="needs the extra `frames`")
    files[1].write_text(f"id,p,gap_lower\n{B},0.2,2\n{C},0.3,much\n")
    assert refused(lambda: combine(files, tmp_path / f"all.{suffix}")) == (
        f"{files[1]}: `file` must hold a number or nothing as gap_lower, in row 3; received much. "
        "Cure: remove that row; it will be computed again."
    )
    assert not (tmp_path / f"all.{suffix}").exists()


def test_folders_are_refused(files, tmp_path):
    folder = tmp_path / "rows.parquet"
    folder.mkdir()
    assert refused(lambda: combine([*files, folder])) == (
        f"{folder}: `file` must be a CSV file; received a folder. "
        "Cure: to join Parquet folders, move their part-*.parquet into one of them."
    )


def test_other_columns_are_refused(files):
    files[1].write_text("id,q\n")
    assert refused(lambda: combine(files)) == (
        f"{files[1]}: `file` must hold the columns of the first file: id, p, gap_lower; "
        "received id, q. Cure: combine the files of one sweep."
    )


def test_no_files_and_other_suffixes_are_refused(files, tmp_path):
    assert refused(lambda: combine([])) == (
        "`files` must be one file or more; received none. Cure: name files of rows."
    )
    target = tmp_path / "all.txt"
    assert refused(lambda: combine(files, target)) == (
        f"`file` must end in .csv or .parquet; received {target}."
    )
    assert "must not exist yet" in refused(lambda: combine(files, files[0]))
