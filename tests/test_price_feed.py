"""Recorded feeds: read as written, refused with every bad line named."""

import numpy as np
import pytest

from xorgames.errors import InputError
from xorgames.scenarios import price_feed
from xorgames.scenarios.price_feed import PriceFeed, read_price_feed

GOOD = "time_s,price_x,price_y\n0,10,20\n0.001,10.01,19.99\n0.001,10.02,2e1\n"


def write(folder, text, name="feed.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return path


def message(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def refusal(folder, text, **options):
    path = write(folder, text)
    return message(read_price_feed, path, **options).replace(f"{path}: ", "")


def test_a_good_feed(tmp_path):
    feed = read_price_feed(write(tmp_path, GOOD))
    assert feed.time_s.tolist() == [0, 0.001, 0.001]
    assert feed.price_x.tolist() == [10, 10.01, 10.02]
    assert feed.price_y.tolist() == [20, 19.99, 20]
    assert feed.duration_s == 0.001
    with pytest.raises(ValueError, match="read-only"):
        feed.price_x[0] = 1


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")])
def test_marks_and_line_ends_of_windows(tmp_path, change):
    assert read_price_feed(write(tmp_path, change(GOOD))).price_y.tolist() == [20, 19.99, 20]


def test_parquet_holds_the_same(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    table = pa.table({"time_s": [0.0, 0.5], "price_x": [10, 11], "price_y": [20.0, 21.0]})
    pq.write_table(table, tmp_path / "feed.parquet")
    assert read_price_feed(tmp_path / "feed.parquet").price_x.tolist() == [10, 11]


def test_parquet_that_is_none(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "feed.parquet"

    def told(**columns):
        pq.write_table(pa.table(columns), path)
        return message(read_price_feed, path).replace(f"{path}: ", "")

    assert told(time=[0.0]) == (
        "`feed` must hold the columns time_s, price_x, price_y; received time. Cure: write these, "
        "in this order, and no index."
    )
    assert told(time_s=[0.0, 1.0], price_x=["a", "b"], price_y=[1.0, 2.0]) == (
        "`price_x` must be a column of numbers; received string. Cure: write floating-point "
        "numbers."
    )
    assert told(time_s=[0.0, 1.0], price_x=[1.0, None], price_y=[1.0, -2.0]) == (
        "`row 2` must have a finite price_x; received nan. Cure: remove the row.\n"
        "`row 2` must have a positive price_y; received -2. Cure: remove the row."
    )
    assert told(time_s=pa.array([0, 1], pa.timestamp("ns")), price_x=[1.0] * 2, price_y=[1, 2]) == (
        "`time_s` must be a column of numbers; received timestamp[ns]. Cure: count seconds from "
        "the start of the day."
    )
    assert told(time_s=[2**60, 2**60 + 1], price_x=[1.0, 2.0], price_y=[1, 2]) == (
        "`time_s` must keep its digits in a double; received Integer value 1152921504606846976 "
        "not in range: -9007199254740992 to 9007199254740992. Cure: count seconds from the start "
        "of the day."
    )
    for column in ("price_x", "price_y"):
        table = {"time_s": [0.0, 1.0], "price_x": [1, 2], "price_y": [1, 2]} | {column: [2**60, 1]}
        assert told(**table).startswith(f"`{column}` must keep its digits in a double; received ")
    whole = path.read_bytes()
    for broken in (b"no parquet", b"", whole[: len(whole) // 2], b"PAR1" + bytes(100) + b"PAR1"):
        path.write_bytes(broken)
        text = message(read_price_feed, path)
        assert text.startswith(
            (
                f"{path}: `feed` must be a Parquet file; received",
                f"{path}: `feed` must be readable; received",
            )
        )
        assert len(text.splitlines()) == 1


def test_everything_wrong_is_named_line_by_line(tmp_path):
    text = "time_s,price_x,price_y\n0,10,20\n1,nan,20\n0.5,10,0\n2,-3,inf\n9,10,20\n"
    assert refusal(tmp_path, text, max_gap_s=5).splitlines() == [
        "`line 3` must have a finite price_x; received nan. Cure: remove the row.",
        "`line 4` must have a positive price_y; received 0. Cure: remove the row.",
        "`line 4` must not have an earlier time_s than the row before; received 0.5. Cure: sort "
        "the rows by time_s.",
        "`line 5` must have a finite price_y; received inf. Cure: remove the row.",
        "`line 5` must have a positive price_x; received -3. Cure: remove the row.",
        "`line 6` must follow the row before within 5 s; received 7. Cure: cut the file there, or "
        "accept a longer gap.",
    ]


@pytest.mark.parametrize(
    "cell", ["\uff11", "1\u00e9", "1\0", "0x10", "1d2", "1j", "True", '"1"', "", "2024-01-01"]
)
def test_cells_that_other_readers_might_take_for_numbers(tmp_path, cell):
    assert refusal(tmp_path, f"time_s,price_x,price_y\n0,10,20\n1,{cell},20\n") == (
        f"`line 3` must hold numbers; received {cell!r}. Cure: write them as 12.5 or 1.25e1."
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32-le"])
def test_other_encodings(tmp_path, encoding):
    path = tmp_path / "feed.csv"
    path.write_bytes(GOOD.encode(encoding))
    assert "`line 1` must be the header; received" in message(read_price_feed, path)


def test_lines_that_are_no_numbers(tmp_path):
    text = "time_s,price_x,price_y\n0,10,20\n1,ten,20\n2,10\n\n3,1_0,20\n"
    assert refusal(tmp_path, text).splitlines() == [
        "`line 3` must hold numbers; received 'ten'. Cure: write them as 12.5 or 1.25e1.",
        "`line 4` must have 3 values; received '2,10'. Cure: they are time_s,price_x,price_y.",
        "`line 5` must have 3 values; received ''. Cure: they are time_s,price_x,price_y.",
        "`line 6` must hold numbers; received '1_0'. Cure: write them as 12.5 or 1.25e1.",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            "`line 1` must be the header; received ''. Cure: begin the file with "
            "time_s,price_x,price_y.",
        ),
        (
            "0,10,20\n1,10,20\n",
            "`line 1` must be the header; received '0,10,20'. Cure: begin the file with "
            "time_s,price_x,price_y.",
        ),
        (
            "time_s,price_x,price_y\n",
            "`feed` must hold at least 2 rows; received 0. Cure: use a longer feed.",
        ),
        (
            "time_s,price_x,price_y\n0,1,2\n",
            "`feed` must hold at least 2 rows; received 1. Cure: use a longer feed.",
        ),
        (
            "time_s,price_x,price_y\n0,1,2\n1,1,2",
            "`line 3` must end with a line break; received '1,1,2'. Cure: the file looks cut "
            "short: restore its end, or remove this line.",
        ),
        (
            "time_s,price_x,price_y\n0,1,2\n2,1,2\n",
            "`line 3` must follow the row before within 1 s; received 2. Cure: cut the file "
            "there, or accept a longer gap.",
        ),
    ],
)
def test_files_that_are_no_feed(tmp_path, text, expected):
    assert refusal(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("origin", "held"),
    [("1.7e12", "0.000244"), ("1.7e15", "0.25"), ("1.7e18", "256"), ("-1.7e308", "2e+292")],
)
def test_times_that_are_no_seconds(tmp_path, origin, held):
    """Milliseconds, microseconds and nanoseconds since 1970, all rows at one moment."""
    rows = f"{origin},10,20\n" * 2
    assert refusal(tmp_path, "time_s,price_x,price_y\n" + rows, max_gap_s=None) == (
        f"`time_s` must be precise to a microsecond; received {float(origin):.9g}, which its type "
        f"holds to {held} s. Cure: count seconds from the start of the day."
    )


def test_seconds_since_1970_are_precise_enough(tmp_path):
    text = "time_s,price_x,price_y\n1700000000.000001,10,20\n1700000000.000002,10,20\n"
    assert read_price_feed(write(tmp_path, text)).duration_s == pytest.approx(1e-6, rel=0.3)


def test_times_of_a_clock(tmp_path):
    text = "time_s,price_x,price_y\n2026-01-01T09:30:00+01:00,10,20\n"
    assert refusal(tmp_path, text) == (
        "`line 2` must hold numbers; received '2026-01-01T09:30:00+01:00'. Cure: count seconds "
        "from the start of the day."
    )


@pytest.mark.parametrize(("kind", "held"), [("float32", "0.00391"), ("float16", "32")])
def test_times_in_columns_of_few_digits(tmp_path, kind, held):
    """Half past nine in seconds: a short number has room for milliseconds at best."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "feed.parquet"
    times = pa.array(np.array([34200.0, 34200.0], kind))
    pq.write_table(pa.table({"time_s": times, "price_x": [1, 2], "price_y": [1, 2]}), path)
    assert message(read_price_feed, path).replace(f"{path}: ", "") == (
        f"`time_s` must be precise to a microsecond; received {float(times[0].as_py()):.9g}, which "
        f"its type holds to {held} s. Cure: write 64-bit floating-point numbers."
    )


def test_prices_may_have_few_digits(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "feed.parquet"
    price = pa.array([10.25, 10.5], pa.float32())
    pq.write_table(pa.table({"time_s": [0.0, 0.5], "price_x": price, "price_y": [1, 2]}), path)
    assert read_price_feed(path).price_x.tolist() == [10.25, 10.5]


def test_the_index_of_a_frame_is_no_column(tmp_path):
    """As pandas writes it: behind the columns."""
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    path = tmp_path / "feed.parquet"
    names = ["price_x", "price_y", "time_s"]
    pq.write_table(pa.table({name: [1.0, 2.0] for name in names}), path)
    assert message(read_price_feed, path).replace(f"{path}: ", "") == (
        "`feed` must hold the columns time_s, price_x, price_y; received price_x, price_y, time_s. "
        "Cure: write these, in this order, and no index."
    )


def test_no_limit_to_gaps(tmp_path):
    text = "time_s,price_x,price_y\n0,1,2\n86400,1,2\n"
    assert read_price_feed(write(tmp_path, text), max_gap_s=None).duration_s == 86400


def test_paths_that_lead_nowhere(tmp_path):
    assert message(read_price_feed, tmp_path / "no.csv") == (
        f"{tmp_path / 'no.csv'}: `feed` must exist; received no such file."
    )
    (tmp_path / "folder.csv").mkdir()
    assert message(read_price_feed, tmp_path / "folder.csv") == (
        f"{tmp_path / 'folder.csv'}: `feed` must be a file; received a directory."
    )
    assert message(read_price_feed, "feed.txt") == (
        "`feed` must end in .csv or .parquet; received feed.txt."
    )
    assert message(read_price_feed, 5) == "`feed` must be of type str or Path; received int."
    assert message(read_price_feed, "a\0b.csv").startswith("a\0b.csv: `feed` must be readable")
    assert message(read_price_feed, "feed.csv", max_gap_s=0) == (
        "`max_gap_s` must be positive; received 0."
    )


def test_many_lines_are_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(price_feed, "_LINES", 3)
    rows = "".join(f"{i},{10 + i},{20 + i}\n" for i in range(10))
    feed = read_price_feed(write(tmp_path, "time_s,price_x,price_y\n" + rows))
    assert feed.price_x.tolist() == [10 + i for i in range(10)]
    assert refusal(tmp_path, "time_s,price_x,price_y\n" + rows + "x,1,1\n") == (
        "`line 12` must hold numbers; received 'x'. Cure: write them as 12.5 or 1.25e1."
    )


def test_arrays_are_checked_as_files_are():
    ones = np.ones(2)
    assert message(PriceFeed, time_s=ones, price_x=ones, price_y=-ones) == (
        "`row 1` must have a positive price_y; received -1. Cure: remove the row.\n"
        "`row 2` must have a positive price_y; received -1. Cure: remove the row."
    )
    assert message(PriceFeed, time_s=ones, price_x=ones, price_y=np.ones(3)) == (
        "`price_y` must have as many rows as time_s; received 3 for 2."
    )
    assert message(PriceFeed, time_s=ones, price_x=["a", "b"], price_y=ones) == (
        "`price_x` must be a list of numbers; received str32 of shape (2,)."
    )


def test_a_thousand_bad_rows_are_shown_as_some():
    bad = PriceFeed
    text = message(bad, time_s=np.arange(1000.0), price_x=-np.ones(1000), price_y=np.ones(1000))
    assert len(text.splitlines()) == 21
    assert text.splitlines()[-1] == "... and 80 more problems."
