"""The classical bias against its peers, all in one run: time, certified gap, memory, ratios.

Beside each time stand the certified gap, upper minus lower end of the bracket returned, and the
peak of memory in a run of its own: Python's and NumPy's (tracemalloc).

Peers: toqito in an interpreter of its own (named and skipped where it is absent), and a plain Gray
code written here in numba, on one thread with 32-bit integers, as the stand-in for compiled
enumeration programs. A peer that would take too long is measured on fewer strategies and scaled;
such figures carry a ~. Times are the best of several runs; of toqito the first run, which has all
the memory to fetch, stands beside the best, and by how much its process grew. Goals are held
against the best. Losing cases are named at the end.

    taskset -c 0 python benchmarks/classical.py [--quick] [--toqito-python PYTHON]
    python benchmarks/classical.py --speed-up
"""

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numba
import numpy as np

from xorgames import catalog
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.integers import as_integers
from xorgames.solvers.structure import reduce_game

SEED = 0
#: Short runs are repeated for so long: what is quick is measured in the state of a loop.
LEAST_S = 1.0
#: Signs times columns that the Gray code is measured on.
GRAY_WORK = 2**31
#: Above this toqito runs out of memory.
TOQITO_LARGEST = 20

TOQITO = """
import importlib.metadata, json, resource, sys, time, numpy as np
from toqito.nonlocal_games.xor_game import XORGame
matrix = np.array(json.loads(sys.argv[1]))
game = XORGame(np.full(matrix.shape, 1 / matrix.size), (matrix < 0).astype(int))
megabytes = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
times, before, until = [], megabytes(), None
while until is None or time.perf_counter() < until:
    start = time.perf_counter(); game.classical_value(); times.append(time.perf_counter() - start)
    until = until or time.perf_counter() + 1.0
grown = megabytes() - before
print(json.dumps([importlib.metadata.version("toqito"), times[0], min(times), grown]))
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A game and its goal: at least so many times a peer, or less than so many seconds."""

    name: str
    matrix: np.ndarray
    goal: float
    against: str
    method: str = "auto"
    repeat: int = 5
    time_limit_s: float | None = None


@numba.njit
def gray_code(rows: np.ndarray, strategies: int) -> int:
    """Return the best value of so many sign vectors, one after the other."""
    columns = rows.shape[1]
    sums = np.zeros(columns, np.int32)
    for x in range(len(rows)):
        for y in range(columns):
            sums[y] += rows[x, y]
    signs = np.ones(len(rows), np.int32)
    best = 0
    for step in range(1, strategies + 1):
        value = np.int32(0)
        for y in range(columns):
            value += abs(sums[y])
        best = max(best, value)
        row, bits = 1, step
        while bits & 1 == 0:
            row, bits = row + 1, bits >> 1
        if row == len(rows):
            break
        signs[row] = -signs[row]
        for y in range(columns):
            sums[y] += np.int32(2) * signs[row] * rows[row, y]
    return best


def exact(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix of integers as fractions."""
    return np.vectorize(Fraction, otypes=[object])(matrix)


def signs(n: int) -> np.ndarray:
    """Return a random n x n sign matrix."""
    return np.random.default_rng(SEED).choice([-1, 1], (n, n))


def midpoints(n: int) -> np.ndarray:
    """Return the load-balancing game, C_t = 1/4, midpoint signs."""
    odd = 2 * n - 1 - 2 * np.arange(n)
    return np.where(odd[:, None] * odd >= n * n, 1, -1)


def fishburn_reeds(k: int) -> np.ndarray:
    """Return the Fishburn-Reeds game in integers."""
    (part,) = reduce_game(*as_integers(catalog.fishburn_reeds(k).exact_matrix)).components
    return part.integers.astype(int)


def best_time(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the shortest time of several runs, as toqito's, and the last result."""
    times: list[float] = []
    until = time.perf_counter() + LEAST_S
    while len(times) < repeat or time.perf_counter() < until:
        started = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - started)
    return min(times), result


def peak_megabytes(call: Callable[[], Any]) -> float:
    """Return the most memory that a run takes beyond what is there before."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def gray_seconds(matrix: np.ndarray) -> tuple[float, bool]:
    """Return the seconds of the plain Gray code, and whether they were scaled up."""
    total = 2 ** (min(matrix.shape) - 1)
    counted = min(total, GRAY_WORK // matrix.shape[1])
    rows = matrix.astype(np.int32)
    gray_code(rows, 2)
    seconds, _ = best_time(lambda: gray_code(rows, counted), 2)
    return seconds * (total / counted), counted < total


def run_toqito(python: str, matrix: np.ndarray) -> tuple[str, float, float, float] | None:
    """Return toqito's version, first and best time, and megabytes; None where it cannot run."""
    if len(matrix) > TOQITO_LARGEST:
        return None
    command = [python, "-c", TOQITO, json.dumps(matrix.tolist())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode else tuple(json.loads(done.stdout))


def cases(*, quick: bool) -> list[Case]:
    """Return the rows of the table."""
    hadamard = np.round(1024 * catalog.hadamard(32).matrix).astype(int)
    sizes = [
        Case(name="CHSH", matrix=np.array([[1, 1], [1, -1]]), goal=1, against="toqito", repeat=500),
        Case(name="sign 10", matrix=signs(10), goal=20, against="toqito", repeat=500),
        Case(name="sign 16", matrix=signs(16), goal=1000, against="toqito", repeat=200),
        Case(name="sign 20", matrix=signs(20), goal=10000, against="toqito", repeat=100),
        Case(name="sign 28", matrix=signs(28), goal=20, against="Gray"),
        Case(name="sign 32", matrix=signs(32), goal=50, against="Gray"),
        Case(name="sign 32", matrix=signs(32), goal=1, against="Gray", method="enumeration",
             repeat=3),
        Case(name="Hadamard 32", matrix=hadamard, goal=1, against="Gray", repeat=2),
        Case(name="Fishburn-Reeds 42", matrix=fishburn_reeds(7), goal=3, against="s", repeat=3),
        Case(name="sign 40", matrix=signs(40), goal=2, against="s", repeat=3),
        Case(name="sign 44", matrix=signs(44), goal=20, against="s", repeat=2),
        Case(name="sign 48", matrix=signs(48), goal=30, against="s", repeat=2),
        Case(name="threshold 100", matrix=midpoints(100), goal=0.005, against="s", repeat=50),
        Case(name="threshold 1000", matrix=midpoints(1000), goal=3, against="s", repeat=3),
        Case(name="sign 64, stopped", matrix=signs(64), goal=6, against="s", repeat=1,
             time_limit_s=5),
    ]  # fmt: skip
    return [case for case in sizes if not quick or len(case.matrix) <= 28]


def print_row(case: Case, python: str) -> list[str]:
    """Measure one game on one core, print it with the peers, and return who was faster."""
    matrix = exact(case.matrix)
    call = lambda: classical_bias(  # noqa: E731
        matrix, method=case.method, time_limit_s=case.time_limit_s, workers=1
    )
    call()
    megabytes = peak_megabytes(call)
    seconds, found = best_time(call, case.repeat)
    # Peers have no result to hold against a search that was stopped.
    gray, scaled = gray_seconds(case.matrix) if found.exact else (math.nan, False)
    toqito = run_toqito(python, case.matrix) if found.exact else None
    _, first, best, grown = toqito or ("", math.nan, math.nan, math.nan)
    ratio = {"Gray": gray / seconds, "toqito": best / seconds}
    met = seconds < case.goal if case.against == "s" else ratio[case.against] >= case.goal
    goal = f"< {case.goal:g} s" if case.against == "s" else f"{case.goal:g}x {case.against}"
    print(
        f"{case.name:17} {found.method:16} {float(found.lower):>6g}"
        f" {float(found.upper - found.lower):>4g} {seconds:>9.3g} {megabytes:>6.2g}"
        f" {found.strategies / seconds:>8.2g} {'~' if scaled else ' '}{gray / seconds:>8.3g}"
        f" {first / seconds:>9.3g} {best / seconds:>9.3g} {grown:>7.3g}"
        f"  {goal}: {'met' if met else 'MISSED'}".replace("nan", "  -"),
        flush=True,
    )
    return [
        f"{peer} on {case.name} ({case.method}), {1 / times:.2g} times as fast"
        for peer, times in ratio.items()
        if times < 1
    ]


def print_speed_up(name: str, matrix: np.ndarray, method: str) -> None:
    """Compare one core with two, in turn: the machine may change its pace on the way."""
    fractions = exact(matrix)
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(7):
        for workers, found in times.items():
            start = time.perf_counter()
            classical_bias(fractions, method=method, workers=workers)
            found.append(time.perf_counter() - start)
    one, two = map(min, times.values())
    print(
        f"{name:10} {method:17} one core {one:.3f} s, two {two:.3f} s: {one / two:.2f} times;"
        f" 1.7 times: {'met' if one / two >= 1.7 else 'MISSED'}",
        flush=True,
    )


def print_start(n: int) -> None:
    """Measure a fresh interpreter (Linux): import, load or compile, solve; and its memory."""
    code = (
        "import time, numpy as np\n"
        "from fractions import Fraction\n"
        "from xorgames.solvers.classical import classical_bias\n"
        f"m = np.random.default_rng({SEED}).choice([-1, 1], ({n}, {n}))\n"
        "m = np.vectorize(Fraction, otypes=[object])(m)\n"
        "peak = lambda: int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "before = peak()\n"
        "t = time.perf_counter(); classical_bias(m); t = time.perf_counter() - t\n"
        "print(t, (peak() - before) / 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    print(f"sign {n}: first call in a fresh interpreter {seconds:.2f} s, {megabytes:.0f} MB more")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="small games only")
    parser.add_argument("--speed-up", action="store_true", help="only two cores against one")
    parser.add_argument("--toqito-python", default=sys.executable)
    options = parser.parse_args()
    classical_bias(exact(signs(24)), method="branch-and-bound")
    classical_bias(exact(signs(25)), method="enumeration")
    if options.speed_up:
        print_speed_up("sign 32", signs(32), "enumeration")
        print_speed_up("sign 44", signs(44), "branch-and-bound")
        return
    peer = run_toqito(options.toqito_python, signs(2))
    named = "toqito absent: skipped" if peer is None else f"toqito {peer[0]}"
    print(f"{platform.machine()}, {os.cpu_count()} cores, numba {numba.__version__}; {named}")
    print(
        "one core, kernels loaded; ratios > 1: this package is faster;"
        " ~ scaled from fewer strategies"
    )
    print(
        f"{'game':17} {'method':16} {'bias':>6} {'gap':>4} {'seconds':>9} {'MB':>6} {'strat./s':>8}"
        f" {'x Gray':>9} {'x toqito':>9} {'its best':>9} {'its MB':>7}  goal"
    )
    losses = []
    for case in cases(quick=options.quick):
        losses += print_row(case, options.toqito_python)
    for n in (10, 20, 28):
        print_start(n)
    print("Losing cases:", "; ".join(losses) or "none")


if __name__ == "__main__":
    main()
