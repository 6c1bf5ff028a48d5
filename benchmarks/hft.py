"""How fast trading is played out, and from which sample on entanglement shows in each metric.

CPU seconds of one process, the best of three. The goal: a million decisions a second for each
player. The second part repeats the closing note of `xorgames simulate hft`: the change in per cent,
and the number of decisions at which it is five standard errors, for perfect pairs and for the
reference design.

    python benchmarks/hft.py [--decisions 1000000] [--rows 1000000]
"""

import argparse
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import xorgames as xg
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.players import Machine
from xorgames.scenarios.price_feed import HEADER, read_price_feed
from xorgames.scenarios.registry import EXCHANGES
from xorgames.scenarios.result import ScenarioResult, sample, share

GOAL_HZ = 1e6
REPEAT = 3


def playing(decisions: int, machine: Machine) -> ScenarioResult:
    """Time training and playing, and return what was played."""
    times = []
    # What is loaded on first use would count as training, and be taken off the playing.
    simulate(HFT(), rounds=1000, training=1000, machine=machine, conditions=EXCHANGES)
    for _ in range(REPEAT):
        start = time.process_time()
        prepare(HFT(), rounds=decisions)
        middle = time.process_time()
        result = simulate(
            HFT(), rounds=decisions, training=decisions, machine=machine, conditions=EXCHANGES
        )
        times.append((middle - start, time.process_time() - middle))
    training, both = (min(each) for each in zip(*times, strict=True))
    each_hz = decisions * len(result.players) / (both - training)
    mark = "" if each_hz > GOAL_HZ else "  MISSED"
    print(f"game estimated and solved: {decisions / training:.2e} decisions/s")
    print(f"played by {len(result.players)} players: {each_hz:.2e} decisions/s each{mark}")
    return result


def reading(rows: int) -> None:
    """Time the reading of a recorded feed."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "feed.csv")
        prices = 100 + 0.01 * rng.standard_normal((2, rows)).cumsum(axis=1) / rows**0.5
        table = np.stack([np.arange(rows) * 1e-3, *prices], axis=1)
        np.savetxt(path, table, delimiter=",", header=HEADER, comments="", fmt="%.6f")
        start = time.process_time()
        read_price_feed(path)
        print(f"feed read: {rows / (time.process_time() - start):.2e} rows/s")


def changes(result: ScenarioResult) -> None:
    """Print what entanglement changes, and from which sample on."""
    for player in ("quantum", "machine"):
        print(f"\n{player} against {result.baseline}")
        for each in result.measures:
            change = result.players[player].changes[each.name]
            print(f"{each.about:28} {share(change):>18} {sample(change):>12} decisions")


def main() -> None:
    """Print both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=10**6)
    parser.add_argument("--rows", type=int, default=10**6)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}")
    machine = Machine.of(
        xg.load_design("yb_cavity"),
        decision_rate_hz=1e3,
        places=4,
        distance_m=EXCHANGES.distance_m,
    )
    result = playing(options.decisions, machine)
    reading(options.rows)
    print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")
    changes(result)


if __name__ == "__main__":
    sys.exit(main())
