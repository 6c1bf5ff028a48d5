"""Evidence of ten million rounds: seconds, rounds a second, and how far memory grows.

The log is CHSH at a win rate of .83, with a pair in half of the rounds, in a temporary file.
Each size runs in a fresh process, so that its peak memory is its own; `start` is the memory after
the imports, `first` a run that compiles or loads the kernel, `again` the best of three later ones.

    python benchmarks/evidence.py [--rounds N]
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from xorgames import catalog
from xorgames.hardware.evidence import evidence

SEED = 0
#: Ten million rounds are to take less than this.
FLOOR_S, FLOOR_ROUNDS = 10.0, 10_000_000
PIECE = 250_000


def write_log(path: Path, rounds: int) -> None:
    """Write a log of so many rounds."""
    rng = np.random.default_rng(SEED)
    with path.open("w") as file:
        file.write("round,x,y,a,b,pair,time_s\n")
        for start in range(0, rounds, PIECE):
            size = min(PIECE, rounds - start)
            x, y, a, pair = rng.integers(0, 2, size=(4, size))
            b = a ^ (x & y) ^ (rng.random(size) > 0.83)
            columns = [each.tolist() for each in (x, y, a, b, pair)]
            file.writelines(
                f"{start + i + 1},{','.join(map(str, row))},{(start + i) * 1e-4:.4f}\n"
                for i, row in enumerate(zip(*columns, strict=True))
            )


def peak_mb() -> float:
    """Return the most memory that this process ever used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(path: Path) -> None:
    """Print one line of figures, in the process that made them."""
    game, start = catalog.chsh(), peak_mb()
    seconds = []
    for _ in range(4):
        began = time.perf_counter()
        found = evidence(game, path)
        seconds.append(time.perf_counter() - began)
    best = min(seconds[1:])
    kept = ""
    if found.rounds >= FLOOR_ROUNDS:
        kept = f"   < {FLOOR_S:g} s {'met' if best < FLOOR_S else 'MISSED'}"
    print(
        f"{found.rounds:>10} {path.stat().st_size / 2**20:8.1f} {seconds[0]:8.2f} {best:8.2f}"
        f" {found.rounds / best:10.3g} {start:9.0f} {peak_mb():9.0f}   {found.ln_p_value:.6f}"
        f"{kept}"
    )


def main() -> None:
    """Measure several sizes, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print("    rounds       MB  first/s  again/s   rounds/s  start/MB   peak/MB   ln p")
    with tempfile.TemporaryDirectory() as folder:
        for rounds in (arguments.rounds // 100, arguments.rounds // 10, arguments.rounds):
            path = Path(folder, f"{rounds}.csv")
            write_log(path, rounds)
            command = [sys.executable, __file__, "--measure", str(path)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
