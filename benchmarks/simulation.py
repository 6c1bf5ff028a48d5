"""One simulated second of the reference design: seconds it takes, and how far from the formulas.

The goal is less than 5 s for about a million attempts, once the kernel is compiled. Times are CPU
times, the best of several runs; the compiler's time stands beside, measured in an interpreter of
its own with an empty cache. Deviations are in standard errors of a run of 20 simulated seconds;
where a design is simulated that the formulas do not cover, none is given.

    python benchmarks/simulation.py [--quick]
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

import numba
import numpy as np

import xorgames as xg
from xorgames.hardware.simulation import Demand, Faults, Node, simulate_node

GOAL_S = 5.0
LONG_S = 20.0
SEED = 0

COLD = """
import time
import xorgames as xg
from xorgames.hardware.simulation import simulate_node
start = time.process_time()
simulate_node(xg.load_design("yb_cavity"), duration_s=1e-3)
print(time.process_time() - start)
"""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A machine and what is asked of it."""

    name: str
    node: Node
    options: dict[str, Any] = field(default_factory=dict)


def cases() -> list[Case]:
    """Return the cases: first those that the formulas cover."""
    node = Node.of(xg.load_design("yb_cavity"), profile="displayed")
    law = Node.of(xg.load_design("yb_cavity"), profile="law")
    demand = Demand(rate_hz=8e3, places=4)
    bursts = Demand(rate_hz=8e3, places=16, burst_size=8)
    drops = Faults(mean_up_s=0.1, mean_down_s=0.01)
    jitter = Faults(herald_jitter_s=1e-6)
    return [
        Case(name="displayed", node=node),
        Case(name="law", node=law),
        Case(name="4 places, 8 kHz", node=node, options={"demand": demand}),
        Case(name="bursts of 8", node=node, options={"demand": bursts}),
        Case(name="link drops", node=node, options={"demand": demand, "faults": drops}),
        Case(name="late heralds", node=node, options={"demand": demand, "faults": jitter}),
        Case(name="as needed", node=node, options={"demand": demand, "hold": "as-needed"}),
    ]


def seconds(case: Case, repeat: int) -> float:
    """Return the CPU time of one simulated second, the best of several."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        simulate_node(case.node, duration_s=1.0, rng=SEED, **case.options)
        times.append(time.process_time() - start)
    return min(times)


def compiling() -> float:
    """Return the CPU time of a first run, with nothing on disk."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = os.environ | {"NUMBA_CACHE_DIR": folder}
        command = [sys.executable, "-c", COLD]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    return float(done.stdout)


def row(case: Case, *, repeat: int, long_s: float) -> str:
    """Return one line: seconds, attempts, rate, deviations of what the formulas know."""
    spent = seconds(case, repeat)
    run = simulate_node(case.node, duration_s=long_s, rng=SEED, **case.options)
    known = run.formulas
    errors = [
        f"{getattr(run, name).errors_from(known[name]):+.1f}" if name in known else "  . "
        for name in ("rate_hz", "no_pair", "age_mean_s")
    ]
    attempts = run.attempts / run.duration_s
    shortage = "" if run.no_pair is None else f"{run.no_pair}"
    mark = "" if spent < GOAL_S else "  MISSED"
    return (
        f"{case.name:16} {spent:7.3f} s {attempts:10.0f} {run.rate_hz!s:>14} {shortage:>20}"
        f"   {' '.join(errors)}{mark}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    quick = parser.parse_args().quick
    versions = f"Python {platform.python_version()}, NumPy {np.__version__}"
    print(f"{versions}, numba {numba.__version__}, {platform.machine()}")
    print(f"first run with nothing compiled: {compiling():.1f} s")
    print(
        f"{'one second of':16} {'CPU':>9} {'attempts/s':>10} {'pairs/s':>14}"
        f" {'P(no pair)':>20}   deviations"
    )
    for case in cases():
        print(row(case, repeat=1 if quick else 5, long_s=1.0 if quick else LONG_S))


if __name__ == "__main__":
    main()
