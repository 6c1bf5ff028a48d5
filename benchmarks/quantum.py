"""Seconds, memory and certified gap of the Tsirelson value beside other tools, in one run.

    python benchmarks/quantum.py [--sizes 2 10 50] [--toqito-python PYTHON] [--limit 300]

Every measurement is a process of its own on one thread. Small cases repeat and the best time
counts; imports, compilation and the writing of SDPA's input file do not. "error" is the distance of
the peer's numbers from the proven bracket, relative to it; peers prove nothing. A peer that is
missing, or takes longer than the limit, is named as such. Memory is what the run adds at its peak
(Linux).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SETUP = """
import json, pathlib, time, numpy as np, warnings
warnings.simplefilter("ignore")
n, kind = {n}, {kind!r}
rng = np.random.default_rng(0)
M = rng.choice([-1.0, 1.0], (n, n)) if kind == "sign" else rng.standard_normal((n, n))
M /= np.abs(M).max()
def megabytes():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
def measure(run):
    before, best, spent = megabytes(), float("inf"), 0.0
    while spent < {spend}:
        start = time.perf_counter(); result = run(); took = time.perf_counter() - start
        best, spent = min(best, took), spent + took
    lower, upper = result
    print(json.dumps(dict(seconds=best, lower=lower, upper=upper, mb=megabytes() - before)))
"""

#: What is compiled is compiled for another game: the memory that this one takes is still to come.
OURS = """
from xorgames.solvers.tsirelson import tsirelson_bias
def run(matrix=M):
    bound, _ = tsirelson_bias(matrix, method="{method}")
    return bound.lower, bound.upper
run(np.eye(2))
measure(run)
"""
#: Games that the compiled method is meant for.
TINY = 20

CVXPY = """
import cvxpy as cp
def run():
    K = np.block([[np.zeros((n, n)), M], [M.T, np.zeros((n, n))]])
    X = cp.Variable((2 * n, 2 * n), PSD=True)
    problem = cp.Problem(cp.Maximize(cp.sum(cp.multiply(K, X)) / 2), [cp.diag(X) == 1])
    problem.solve(solver="{solver}", **{options})
    return float(problem.value), float(problem.value)
measure(run)
"""

#: Its numbers are values of win/lose games: random signs only.
TOQITO = """
from toqito.nonlocal_games.xor_game import XORGame
def run():
    value = XORGame(np.full((n, n), 1 / n**2), (M < 0).astype(int)).quantum_value()
    return (2 * value - 1) * n**2, (2 * value - 1) * n**2
measure(run)
"""

STACK = """
from xorgames.solvers.stack import tsirelson_biases
M = rng.standard_normal((10201, n, n))
def run():
    bounds = tsirelson_biases(M)
    return 1.0, 1.0 + max(bound.width / bound.upper for bound in bounds)
measure(run)
"""

PEERS = {
    "toqito": TOQITO,
    "SCS default": CVXPY.replace("{solver}", "SCS").replace("{options}", "{{}}"),
    "SCS 1e-9": CVXPY.replace("{solver}", "SCS").replace(
        "{options}", "dict(eps_abs=1e-9, eps_rel=1e-9, max_iters=100000)"
    ),
    "Clarabel": CVXPY.replace("{solver}", "CLARABEL").replace("{options}", "{{}}"),
    "SDPA": None,
}

ONE_THREAD = os.environ | dict.fromkeys(
    ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1"
)

#: Beyond these sizes a peer needs minutes or more memory than there is.
LARGEST = {"toqito": 200, "SCS default": 100, "SCS 1e-9": 100, "Clarabel": 30, "SDPA": 500}

#: At least so many times a peer, for every kind of game.
GOALS = {
    "toqito": {2: 1, 10: 20, 20: 30, 50: 40, 100: 300, 200: 1000},
    "SDPA": {50: 2, 100: 4, 200: 10},
}
#: At least so many times a peer, the median over the kinds of games.
MEDIANS = {"SDPA": {500: 8}}
#: At n = 1000.
MOST_SECONDS, MOST_MEGABYTES = 8, 300


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[2, 10, 20, 50, 100, 200, 500, 1000]
    )
    parser.add_argument("--kinds", nargs="+", default=["sign", "gauss"])
    parser.add_argument("--peers", nargs="*", default=[*PEERS], choices=[*PEERS])
    parser.add_argument("--toqito-python", default=sys.executable)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one measurement")
    options = parser.parse_args()
    print(
        f"{'game':>12} {'tool':>12} {'seconds':>10} {'ratio':>8} {'gap/error':>10} {'MB':>6}  goal"
    )
    losses = []
    ratios: dict[tuple[str, int], list[float]] = {}
    for n in options.sizes:
        for kind in options.kinds:
            ours = run_ours("auto", n, kind, options.limit)
            proven = ours["seconds"] < MOST_SECONDS and ours["mb"] < MOST_MEGABYTES
            goal = verdict(f"{MOST_SECONDS} s, {MOST_MEGABYTES} MB", proven) if n == 1000 else ""
            show(f"{kind} {n}", "xorgames", ours, 1.0, ours["upper"] / ours["lower"] - 1, goal)
            if n <= TINY:
                own = run_ours("compiled", n, kind, options.limit)
                ratio, gap = own["seconds"] / ours["seconds"], own["upper"] / own["lower"] - 1
                show("", "compiled", own, ratio, gap)
            for name in options.peers:
                if n > LARGEST[name] or (name == "toqito" and kind != "sign"):
                    continue
                peer = run_peer(name, n, kind, options)
                if "seconds" not in peer:
                    print(f"{'':>12} {name:>12} {peer['trouble']}")
                    continue
                ratio = peer["seconds"] / ours["seconds"]
                ratios.setdefault((name, n), []).append(ratio)
                outside = max(ours["lower"] - peer["lower"], peer["upper"] - ours["upper"], 0.0)
                least = GOALS.get(name, {}).get(n)
                goal = "" if least is None else verdict(f"{least}x", ratio >= least)
                show("", name, peer, ratio, outside / ours["lower"], goal)
                if ratio < 1:
                    losses.append(f"{name} on {kind} {n}: ratio {ratio:.2f}")
    show_medians(ratios)
    for n in (2, 8):
        stack = python(sys.executable, STACK, n, "gauss", options.limit)
        show(f"10201 x {n}", "xorgames", stack, 1.0, stack["upper"] - 1)
    print("Losing cases:", "; ".join(losses) or "none")


def show_medians(ratios: dict[tuple[str, int], list[float]]) -> None:
    """Print the goals that are set for the median over the kinds of games."""
    for (name, n), found in ratios.items():
        least = MEDIANS.get(name, {}).get(n)
        if least is not None:
            median = float(np.median(found))
            print(f"{name} {n}, median {median:.1f}: {verdict(f'{least}x', median >= least)}")


def verdict(goal: str, met: bool) -> str:
    """Return a goal with what became of it."""
    return f"{goal}: {'met' if met else 'MISSED'}"


def show(game: str, tool: str, row: dict, ratio: float, gap: float, goal: str = "") -> None:
    """Print one line."""
    print(
        f"{game:>12} {tool:>12} {row['seconds']:10.5f} {ratio:8.1f} {gap:10.1e} {row['mb']:6.0f}"
        f"  {goal}",
        flush=True,
    )


def run_ours(method: str, n: int, kind: str, limit: float) -> dict:
    """Measure a method of this package on one game."""
    return python(sys.executable, OURS.replace("{method}", method), n, kind, limit)


def run_peer(name: str, n: int, kind: str, options: argparse.Namespace) -> dict:
    """Measure one peer on one game."""
    if name == "SDPA":
        return sdpa(n, kind, options.limit)
    interpreter = options.toqito_python if name == "toqito" else sys.executable
    return python(interpreter, PEERS[name], n, kind, options.limit)


def python(interpreter: str, code: str, n: int, kind: str, limit: float) -> dict:
    """Run code in a fresh interpreter on one thread and return what it prints."""
    text = (SETUP + code).format(n=n, kind=kind, spend=0.5)
    return finished([interpreter, "-c", text], limit)


def finished(command: list[str], limit: float) -> dict:
    """Return the last line of a process as JSON, or what went wrong."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, check=True,
            env=ONE_THREAD,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"trouble": f"more than {limit:.0f} s"}
    except subprocess.CalledProcessError as error:
        return {"trouble": (error.stderr.strip().splitlines() or ["no message"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def sdpa(n: int, kind: str, limit: float) -> dict:
    """Measure the SDPA command line on  minimise sum z / 2,  diag(z) - K positive semidefinite."""
    if shutil.which("sdpa") is None:
        return {"trouble": "not installed"}
    scope: dict = {}
    exec(SETUP.format(n=n, kind=kind, spend=0), scope)
    matrix, size = scope["M"], 2 * n
    lines = [str(size), "1", str(size), " ".join(["0.5"] * size)]
    lines += [f"0 1 {x + 1} {n + y + 1} {float(matrix[x, y])!r}" for x, y in np.ndindex(n, n)]
    lines += [f"{i} 1 {i} {i} 1" for i in range(1, size + 1)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "game.dat-s").write_text("\n".join(lines) + "\n")
        command = ["sdpa", "-ds", f"{folder}/game.dat-s", "-o", f"{folder}/out", "-numThreads", "1"]
        start = time.perf_counter()
        try:
            subprocess.run(command, capture_output=True, timeout=limit, check=True, env=ONE_THREAD)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
            return {"trouble": str(error)}
        seconds = time.perf_counter() - start
        text = Path(folder, "out").read_text()
    ends = [
        float(text.split(key)[1].split("=")[1].split()[0]) for key in ("objValPrimal", "objValDual")
    ]
    return {"seconds": seconds, "lower": min(ends), "upper": max(ends), "mb": float("nan")}


if __name__ == "__main__":
    main()
