"""The classical bias against its peers, all in one run: seconds, strategies a second, ratios.

Peers: toqito (named and skipped where it cannot be imported), and a plain Gray code written here
in numba, on one thread with 32-bit integers, as the stand-in for compiled enumeration programs.
A peer that would take too long is measured on fewer strategies and scaled; such figures carry a ~.
Times are the best of several runs. Losing cases are printed like all others.

    python benchmarks/classical.py [--quick]
"""

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numba
import numpy as np

from xorgames import catalog
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.structure import reduce_game

try:
    from toqito.nonlocal_games.xor_game import XORGame as ToqitoGame
except ImportError:
    ToqitoGame = None

SEED = 0
GRAY_STRATEGIES = 2**26


@dataclass(frozen=True, kw_only=True)
class Case:
    """A game, and what is to be said about it."""

    name: str
    matrix: np.ndarray
    goal: str
    method: str = "auto"
    repeat: int = 5


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
    (part,) = reduce_game(catalog.fishburn_reeds(k).exact_matrix).components
    return part.integers.astype(int)


def best_time(call: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the shortest time of several runs, and the last result."""
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - started)
    return min(times), result


def gray_seconds(matrix: np.ndarray) -> tuple[float, bool]:
    """Return the seconds of the plain Gray code, and whether they were scaled up."""
    total = 2 ** (min(matrix.shape) - 1)
    counted = min(total, GRAY_STRATEGIES)
    rows = matrix.astype(np.int32)
    gray_code(rows, 2)
    seconds, _ = best_time(lambda: gray_code(rows, counted), 2)
    return seconds * (total / counted), counted < total


def toqito_seconds(matrix: np.ndarray) -> float | None:
    """Return the seconds of toqito, or None where it is absent or the game too large for it."""
    if ToqitoGame is None or len(matrix) > 20:
        return None
    distribution = np.full(matrix.shape, 1 / matrix.size)
    game = ToqitoGame(distribution, (matrix < 0).astype(int))
    return best_time(game.classical_value, 1)[0]


def cases(*, quick: bool) -> list[Case]:
    """Return the rows of the table."""
    sizes = [
        Case(name="CHSH", matrix=np.array([[1, 1], [1, -1]]), goal="never slower", repeat=50),
        Case(name="sign 10", matrix=signs(10), goal="20x toqito", repeat=50),
        Case(name="sign 16", matrix=signs(16), goal="1000x toqito", repeat=20),
        Case(name="sign 20", matrix=signs(20), goal="10000x toqito", repeat=20),
        Case(name="sign 28", matrix=signs(28), goal="20x Gray"),
        Case(name="sign 32", matrix=signs(32), goal="50x Gray"),
        Case(name="sign 32", matrix=signs(32), goal="50x Gray", method="enumeration", repeat=3),
        Case(name="Hadamard 32", matrix=np.round(1024 * catalog.hadamard(32).matrix).astype(int),
             goal="160", repeat=3),
        Case(name="Fishburn-Reeds 42", matrix=fishburn_reeds(7), goal="< 3 s", repeat=3),
        Case(name="sign 40", matrix=signs(40), goal="< 2 s", repeat=3),
        Case(name="sign 44", matrix=signs(44), goal="< 20 s", repeat=3),
        Case(name="sign 48", matrix=signs(48), goal="< 30 s", repeat=3),
        Case(name="threshold 100", matrix=midpoints(100), goal="< 5 ms"),
        Case(name="threshold 1000", matrix=midpoints(1000), goal="< 3 s", repeat=3),
    ]  # fmt: skip
    return [case for case in sizes if not quick or len(case.matrix) <= 28]


def print_row(case: Case) -> None:
    """Measure one game on one core, and print it with the peers."""
    matrix = exact(case.matrix)
    call = lambda: classical_bias(matrix, method=case.method, workers=1)  # noqa: E731
    call()
    seconds, found = best_time(call, case.repeat)
    gray, scaled = gray_seconds(case.matrix)
    toqito = toqito_seconds(case.matrix)
    against = "-" if toqito is None else f"{toqito / seconds:.1f}"
    slower = " LOSES" if min(gray, toqito or gray) < seconds else ""
    print(
        f"{case.name:18} {found.method:17} {float(found.upper):>7g} {seconds:>10.4g}"
        f" {found.strategies / seconds:>10.2g} {'~' if scaled else ' '}{gray / seconds:>9.3g}"
        f" {against:>9}  {case.goal}{slower}",
        flush=True,
    )


def print_speed_up(name: str, matrix: np.ndarray, method: str) -> None:
    """Compare one core with two."""
    fractions = exact(matrix)
    one, two = (
        best_time(lambda w=workers: classical_bias(fractions, method=method, workers=w), 5)[0]
        for workers in (1, 2)
    )
    print(f"{name:10} {method:17} one core {one:.3f} s, two {two:.3f} s: {one / two:.2f} times")


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
    quick = parser.parse_args().quick
    peer = "toqito absent: skipped"
    if ToqitoGame is not None:
        peer = "toqito " + importlib.metadata.version("toqito")
    print(f"{platform.machine()}, {os.cpu_count()} cores, numba {numba.__version__}; {peer}")
    print(
        "one core, kernels loaded; ratios > 1: this package is faster;"
        " ~ scaled from fewer strategies"
    )
    print(
        f"{'game':18} {'method':17} {'bias':>7} {'seconds':>10} {'strat./s':>10}"
        f" {'x Gray':>10} {'x toqito':>9}  goal"
    )
    classical_bias(exact(signs(24)), method="branch-and-bound")
    classical_bias(exact(signs(25)), method="enumeration")
    for case in cases(quick=quick):
        print_row(case)
    if not quick:
        print_speed_up("sign 32", signs(32), "enumeration")
        print_speed_up("sign 44", signs(44), "branch-and-bound")
    for n in (10, 20, 28):
        print_start(n)


if __name__ == "__main__":
    main()
