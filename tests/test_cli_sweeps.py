"""The subcommands sweep and combine: what they print, and what an interrupt leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from xorgames.sweep.rows import read_csv

ROOT = Path(__file__).resolve().parent.parent
SWEEP = """
schema = 1
family = "hft:beta=0"
quantities = ["gap"]
[grid]
p = "0:1:{count}"
"""


@pytest.fixture
def sweep(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(SWEEP.format(count=5))
    return path


def test_sweep_goes_on_where_it_was(run, sweep, tmp_path):
    rows = tmp_path / "rows.csv"
    code, out, err = run("sweep", sweep, "-o", rows, "--workers", "1")
    assert (code, out, err) == (0, f"5 rows added to {rows}: all 5 are there.\n", "")
    assert rows.read_text().splitlines()[0] == "id,p,gap_lower,gap_upper,note,error"
    sweep.write_text(SWEEP.format(count=9))
    code, out, err = run("sweep", sweep, "-o", rows, "--workers", "1")
    assert (code, out, err) == (0, f"4 rows added to {rows}: all 9 are there.\n", "")


def test_rows_of_other_sweeps_are_counted(run, sweep, tmp_path):
    rows = tmp_path / "rows.csv"
    run("sweep", sweep, "-o", rows, "--workers", "1")
    sweep.write_text(SWEEP.format(count=5).replace("beta=0", "beta=1/4"))
    code, out, err = run("sweep", sweep, "-o", rows, "--workers", "1")
    others = "5 rows besides are of other sweeps, told apart by their ids.\n"
    assert (code, err) == (0, "")
    assert out == f"5 rows added to {rows}: all 5 are there.\n{others}"
    _, out, _ = run("combine", rows, "-o", tmp_path / "all.csv", "--sweep", sweep)
    assert out.endswith(f"0 of 5 rows are missing.\n{others}")


def test_a_split_does_not_take_the_parts_of_another_game(run, tmp_path):
    path, rows = tmp_path / "split.toml", tmp_path / "rows.csv"
    text = 'schema = 1\n[split]\ngame = "{game}"\nrows = 3\n'
    for game in ("chained:n=4", "hadamard:n=4", "chained:n=4"):
        path.write_text(text.format(game=game))
        _, out, _ = run("sweep", path, "-o", rows, "--workers", "1")
    assert out.startswith(f"0 rows added to {rows}: all 4 are there.\n4 rows besides")
    assert out.endswith("classical bias of chained, n = 4: 0.75\n")


@pytest.mark.parametrize("workers", ["0", "-1", "100000"])
def test_a_senseless_number_of_workers_is_refused(run, sweep, tmp_path, workers):
    code, out, err = run("sweep", sweep, "-o", tmp_path / "rows.csv", "--workers", workers)
    assert (code, out) == (2, "")
    assert err.startswith("Error: `workers` must be a whole number from 1 to ")
    assert [path.name for path in tmp_path.iterdir()] == ["sweep.toml"]


def test_a_full_disk_is_one_error_and_the_same_command_goes_on(sweep, tmp_path):
    pytest.importorskip("resource", reason="this system has no limits")
    sweep.write_text(SWEEP.format(count=2001))
    rows = tmp_path / "rows.csv"
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)\n"
        "from xorgames.cli.main import main; main()"
    )

    def limited(size):
        words = ("sweep", str(sweep), "-o", str(rows), "--workers", "1")
        return subprocess.run(
            [sys.executable, "-c", code, str(size), *words],
            env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    done = limited(20_000)
    kept = len(list(read_csv(rows)))
    assert (done.returncode, done.stdout) == (2, "")
    assert 0 < kept < 2001
    assert done.stderr.startswith(
        "Error: `file` must be written to until the last row is there; received File too large. "
        "Cure: make room, then run the same again: the "
    )
    assert done.stderr.endswith(f" rows so far are kept in {rows}.\n")
    done = limited(10_000_000)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{2001 - kept} rows added to {rows}: all 2001 are there.\n"


def test_combine_counts_what_is_missing(run, sweep, tmp_path):
    rows, everything = tmp_path / "rows.csv", tmp_path / "all.csv"
    run("sweep", sweep, "-o", rows, "--workers", "1")
    sweep.write_text(SWEEP.format(count=9))
    code, out, err = run("combine", rows, "-o", everything, "--sweep", sweep)
    assert (code, err) == (0, "")
    assert out == f"5 rows in {everything}.\n4 of 9 rows are missing.\n"
    assert list(read_csv(everything)) == list(read_csv(rows))


def test_a_split_says_its_bias(run, tmp_path):
    path, rows = tmp_path / "split.toml", tmp_path / "rows.csv"
    path.write_text('schema = 1\n[split]\ngame = "chained:n=4"\nrows = 3\n')
    code, out, _ = run("sweep", path, "-o", rows, "--workers", "1")
    assert code == 0
    assert out == (
        f"4 rows added to {rows}: all 4 are there.\nclassical bias of chained, n = 4: 0.75\n"
    )


@pytest.mark.parametrize("name", ["hft_sweep.toml", "split_bias.toml"])
def test_the_shipped_sweeps_are_in_order(name, run):
    from xorgames.sweep.sweep_file import load_sweep

    assert load_sweep(ROOT / "examples" / name).total in (10_201, 32)
    code, out, _ = run("schema", "sweep")
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_errors_leave_with_2_and_write_nothing(run, sweep, tmp_path):
    code, out, err = run("sweep", sweep, "-o", tmp_path / "rows.txt")
    assert (code, out) == (2, "")
    assert err == f"Error: `file` must end in .csv or .parquet; received {tmp_path}/rows.txt.\n"
    sweep.write_text(SWEEP.format(count=1))
    code, out, err = run("sweep", sweep, "-o", tmp_path / "rows.csv")
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {sweep}: `grid.p` must have from 2 to ")
    assert not (tmp_path / "rows.csv").exists()


def test_an_interrupt_names_the_rows(sweep, tmp_path):
    sweep.write_text(SWEEP.format(count=900_001))
    rows = tmp_path / "rows.csv"
    code = "from xorgames.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "sweep", str(sweep), "-o", str(rows), "--workers", "1"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (rows.exists() and rows.stat().st_size > 1000):
        time.sleep(0.02)
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.lstrip() == (
        f"Interrupted: the rows so far are in {rows}; the same command goes on.\n"
    )
    assert len(list(read_csv(rows))) > 0
