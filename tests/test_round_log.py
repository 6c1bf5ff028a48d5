"""Logs of rounds: what is read, in blocks of any size, and the exact text of every refusal."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.round_log import RoundLog

HEADER = "round,x,y,a,b,pair\n"
TIMED = "round,x,y,a,b,pair,time_s\n"
#: Three inputs of Alice, two of Bob; the pair (2, 1) cannot occur.
ALLOWED = np.array([[True, True], [True, True], [True, False]])


def read(path, content, **options):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    log = RoundLog(path=path, allowed=ALLOWED, **options)
    rows = []
    for batch in log:
        rows += zip(*(each.tolist() for each in vars(batch).values()), strict=True)
    return rows, log.duration_s


@pytest.fixture
def file(tmp_path):
    return tmp_path / "log.csv"


@pytest.mark.parametrize(
    "content",
    [
        HEADER + "1,0,1,0,1,1\n2,2,0,1,0,0\n",
        HEADER + "0,0,1,0,1,1\n1,2,0,1,0,0\n",
        "\ufeff" + HEADER + "1,0,1,0,1,1\n2,2,0,1,0,0\n",
        (HEADER + "1,0,1,0,1,1\n2,2,0,1,0,0\n").replace("\n", "\r\n"),
        "pair, b, a, y, x, round\n1, 1,0 ,\t1,0,1\n0,0,1,0,2, 2 \n",
        HEADER + "1,0,01,0,1,1\n002,2,0,1,0,0\n",
    ],
)
def test_ways_to_write_the_same_rounds(file, content):
    assert read(file, content) == ([(0, 1, 0, 1, True), (2, 0, 1, 0, False)], None)


@pytest.mark.parametrize(
    ("times", "duration"),
    [
        (["0", "1.5", "1.5", "2e3"], 2000.0),
        (["-1", "-0.5", "+0", "1E-3"], 1.001),
        (["1763765981.000000001", "1763765981.5", "1763765982.", "1763765982.25"], 1.25),
    ],
)
def test_times(file, times, duration):
    lines = "".join(f"{i},0,0,0,0,1,{time}\n" for i, time in enumerate(times))
    rows, found = read(file, TIMED + lines)
    assert len(rows) == 4
    assert found == pytest.approx(duration, abs=1e-6)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), block=st.integers(1, 200))
def test_blocks_of_any_size_give_the_same_rounds(tmp_path_factory, seed, block):
    rng = np.random.default_rng(seed)
    rows = [(*rng.integers(0, 2, 4).tolist(), bool(rng.integers(2))) for _ in range(120)]
    lines = (",".join(map(str, map(int, (i, *row)))) + "\n" for i, row in enumerate(rows))
    path = tmp_path_factory.mktemp("log") / "log.csv"
    assert read(path, HEADER + "".join(lines), block_bytes=block) == (rows, None)


PLAIN = re.compile(r"[ \t]*([0-9]+)[ \t]*" + r",[ \t]*([0-9]+)[ \t]*" * 5 + r"\r?")


def slow(text):
    """What a log holds, read in the plainest way; None where a line is not in order."""
    rows = []
    for number, line in enumerate(text.decode("latin-1").split("\n")[1:-1], 1):
        match = PLAIN.fullmatch(line)
        values = [int(each) for each in match.groups()] if match else [-1]
        if values[0] != number or max(values[3:]) > 1 or values[1] > 2 or values[2] > 1:
            return None
        if not ALLOWED[values[1], values[2]]:
            return None
        rows.append((*values[1:5], bool(values[5])))
    return rows if text.endswith(b"\n") else None


@settings(max_examples=300, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(19, 90), st.sampled_from(b"0123,\n\r \t-.e\0\xff")), max_size=3
    ),
    block=st.integers(1, 99),
)
def test_damaged_logs_are_refused_or_mean_what_they_say(tmp_path_factory, edits, block):
    text = bytearray(HEADER.encode() + b"".join(b"%d,0,1,0,1,1\n" % i for i in range(1, 7)))
    for place, byte in edits:
        text[place] = byte
    path, expected = tmp_path_factory.mktemp("log") / "log.csv", slow(bytes(text))
    try:
        found, message = read(path, bytes(text), block_bytes=block)[0], ""
    except InputError as error:
        found, message = None, str(error)
    assert found == expected
    # The last of all explanations is not given for want of a better one.
    assert "time_s" not in message


def test_a_log_can_be_read_twice(file):
    file.write_text(HEADER + "1,0,1,0,1,1\n")
    log = RoundLog(path=file, allowed=ALLOWED)
    assert [len(batch.x) for batch in (*log, *log)] == [1, 1]


GOOD = "1,0,1,0,1,1\n"
DIGITS = "Cure: write digits alone: no sign, point or quotes."
UTF_8 = "Cure: save it as UTF-8 text."
BAD = [
    ("", f"`file` must not be empty; received no text. Cure: begin it with {HEADER.strip()}."),
    (HEADER, "`file` must hold at least one round; received a header alone."),
    (HEADER.encode("utf-16"), f"`file` must be UTF-8 text; received UTF-16 or UTF-32. {UTF_8}"),
    (b"round,x\0", f"`line 1` must be UTF-8 text; received a NUL byte. {UTF_8}"),
    (HEADER + GOOD + "2,0,\0,0,0,1\n",
     f"`line 3` must be UTF-8 text; received a NUL byte. {UTF_8}"),
    ("round,x", "`line 1` must end with a line break; received 'round,x'. "
     f"Cure: begin with {HEADER.strip()}."),
    (GOOD, "`line 1` must be a header; received '1,0,1,0,1,1'. "
     f"Cure: begin with {HEADER.strip()}."),
    ("round,x,y,a,b\n", "`line 1` must name the columns round, x, y, a, b, pair; received a header "
     "without pair. Cure: log 1 where a Bell pair was available, else 0."),
    ("round,x,y,a,b,pairs,x,volt\n",
     "`line 1` must name each column once; received x 2 times.\n"
     "`line 1` must name known columns; received 'pairs'. Cure: did you mean `pair`?\n"
     "`line 1` must name known columns; received 'volt'. "
     "Cure: use one of round, x, y, a, b, pair, time_s.\n"
     "`line 1` must name the columns round, x, y, a, b, pair; received a header without pair. "
     "Cure: log 1 where a Bell pair was available, else 0."),
    ("round,x,y,pair\n", "`line 1` must name the columns round, x, y, a, b, pair; received a "
     "header without a, b."),
    (HEADER + GOOD + "2,0,1,0,1", "`line 3` must end with a line break; received '2,0,1,0,1'. "
     "Cure: the file looks cut short: restore its end, or remove this line."),
    (HEADER + GOOD + "2,0,1,0\n",
     "`line 3` must have 6 values, as the header has; received 4 values in '2,0,1,0'."),
    (HEADER + GOOD + "2,0,1,0,1,1,7\n",
     "`line 3` must have 6 values, as the header has; received 7 values in '2,0,1,0,1,1,7'."),
    (HEADER + GOOD + "\n" + GOOD, "`line 3` must not be blank. Cure: remove it."),
    (HEADER + GOOD + "2,0,1,0,0.5,1\n",
     f"`line 3` must have a whole number as b; received '0.5'. {DIGITS}"),
    (HEADER + GOOD + "2,-1,1,0,0,1\n",
     f"`line 3` must have a whole number as x; received '-1'. {DIGITS}"),
    (HEADER + '1,"0",1,0,0,1\n', "`line 2` must have a whole number as x; received '\"0\"'. "
     + DIGITS),
    (HEADER + "1,,1,0,0,1\n", f"`line 2` must have a whole number as x; received ''. {DIGITS}"),
    (HEADER.encode() + b"1,\xff,1,0,0,1\n",
     f"`line 2` must have a whole number as x; received '\ufffd'. {DIGITS}"),
    (HEADER + "1,\u0661,1,0,0,1\n",
     f"`line 2` must have a whole number as x; received '\u0661'. {DIGITS}"),
    (HEADER + "1,3,1,0,0,1\n", "`line 2` must have x in 0..2; received 3."),
    (HEADER + "1,0,2,0,0,1\n", "`line 2` must have y in 0..1; received 2. Cure: write 0 or 1."),
    (HEADER + "1,0,1,2,0,1\n", "`line 2` must have a in 0..1; received 2. Cure: write 0 or 1."),
    (HEADER + "1,0,1,0,9,1\n", "`line 2` must have b in 0..1; received 9. Cure: write 0 or 1."),
    (HEADER + "1,0,1,0,0,2\n", "`line 2` must have pair in 0..1; received 2. Cure: write 0 or 1."),
    (HEADER + "1,9999999999999999999999,1,0,0,1\n",
     "`line 2` must have x in 0..2; received 9999999999999999999999."),
    (HEADER + "1,2,1,0,0,1\n", "`line 2` must have inputs that can occur: p(x, y) > 0; received "
     "x = 2, y = 1. Cure: is this the log of another game?"),
    (HEADER + "2,0,1,0,0,1\n", "`line 2` must be round 0 or 1, the first; received round 2. "
     "Cure: rounds before it are missing."),
    (HEADER + GOOD + "3,0,1,0,0,1\n", "`line 3` must be round 2; received round 3. "
     "Cure: rounds are missing."),
    (HEADER + GOOD + GOOD, "`line 3` must be round 2; received round 1. "
     "Cure: a round is doubled or out of order."),
    (TIMED + "1,0,1,0,0,1,noon\n",
     "`line 2` must have a number of seconds as time_s; received 'noon'."),
    (TIMED + "1,0,1,0,0,1,nan\n",
     "`line 2` must have a number of seconds as time_s; received 'nan'."),
    (TIMED + "1,0,1,0,0,1,1e999\n", "`line 2` must not have an earlier time_s than the line "
     "before, nor an infinite one; received '1e999'."),
    (TIMED + "1,0,1,0,0,1,2.5\n2,0,1,0,0,1,2.4\n", "`line 3` must not have an earlier time_s than "
     "the line before, nor an infinite one; received '2.4'."),
    (HEADER + GOOD + "2," + "0" * 2000,
     "`line 3` must not exceed 1000 bytes; received a longer line."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), BAD)
@pytest.mark.parametrize("block", [7, 2**22])
def test_bad_logs(file, content, message, block):
    with pytest.raises(InputError) as error:
        read(file, content, block_bytes=block)
    assert str(error.value) == "\n".join(f"{file}: {line}" for line in message.split("\n"))


def test_a_long_header_is_refused(file):
    with pytest.raises(InputError, match=r"`line 1` must end with a line break; received 'xx"):
        read(file, "x" * 5000 + "\n")


def test_the_first_bad_line_of_many_is_named(file):
    lines = [f"{i},0,0,0,0,1\n" for i in range(1, 5000)]
    lines[4321] = "4322,0,0,0,0,7\n"
    with pytest.raises(InputError, match=r"`line 4323` must have pair in 0\.\.1; received 7"):
        read(file, HEADER + "".join(lines), block_bytes=777)


def test_what_is_no_file(tmp_path):
    for path, message in (
        (tmp_path / "none.csv", "`file` must exist; received no such file."),
        (tmp_path, "`file` must be a file; received a directory."),
    ):
        with pytest.raises(InputError) as error:
            list(RoundLog(path=path, allowed=ALLOWED))
        assert str(error.value) == f"{path}: {message}"
    with pytest.raises(InputError, match="`file` must be readable; received embedded null"):
        list(RoundLog(path="a\0b", allowed=ALLOWED))
    with pytest.raises(InputError) as error:
        RoundLog(path=3, allowed=ALLOWED)
    assert str(error.value) == "`log` must be of type str or Path; received int."
