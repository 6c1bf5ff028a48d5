"""How fast maps are: 10 201 certified games of 2 x 2 and of 8 x 8 inputs on one core.

Times are processor time, the best of several runs, in one process on one thread. A map includes
everything: the games, both biases with proofs, whether entanglement helps, and the traced boundary.
The stacks are random matrices, without a family. Floors are printed with what became of them.

    python benchmarks/maps.py [--repeat N]
"""

import argparse
import os

# Before NumPy is loaded: one thread.
os.environ |= dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from xorgames.design.family_file import family_from_table
from xorgames.design.map import compute_map
from xorgames.solvers.closed_form import two_by_two_biases
from xorgames.solvers.stack import tsirelson_brackets
from xorgames.solvers.stack_classical import classical_biases, entanglement_helps

GAMES = 10_201
#: Seconds for all games, and the relative width of a bracket.
FLOORS = {"2 x 2": 2.0, "8 x 8": 60.0}
WIDTH = 1e-9


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    print(f"{'what':>34} {'seconds':>9} {'games/s':>9} {'width':>8}  floor")
    plane = ["p=0:1:101", "beta=0:1:101"]
    for quantity in ("gap", "critical-infidelity"):
        seconds, found = best(lambda q=quantity: compute_map("hft", plane, quantity=q), repeat)
        show(f"map of hft, {quantity}", seconds, width_of(found), "2 x 2")
    family = family_from_table(eight_by_eight())
    seconds, found = best(lambda: compute_map(family, ["p=0:1:101", "q=0:1:101"]), repeat)
    show("map of a family of 8 x 8 games", seconds, width_of(found), "8 x 8")
    rng = np.random.default_rng(0)
    for n in (2, 8):
        games = rng.standard_normal((GAMES, n, n))
        for name, solver in solvers(games, n).items():
            seconds, (lower, upper) = best(solver, repeat)
            show(f"stack of {n} x {n}, {name}", seconds, ((upper - lower) / upper).max(), "")


def solvers(games: np.ndarray, n: int) -> dict[str, Callable[[], Any]]:
    """Return what can be done with a stack; each returns lower and upper ends."""

    def classical() -> Any:
        found = classical_biases(games)
        return found.lower, found.upper

    def closed_form() -> Any:
        found = two_by_two_biases(games)
        return found.quantum_lower, found.quantum_upper

    def helps() -> Any:
        entanglement_helps(games, np.zeros(GAMES))
        return np.ones(1), np.ones(1)

    known = {
        "classical": classical,
        "quantum": lambda: tsirelson_brackets(games),
        "whether it helps": helps,
    }
    return known | ({"closed form": closed_form} if n == 2 else {})


def eight_by_eight() -> dict[str, Any]:
    """Return a family of 8 x 8 games: a mixture of two distributions, weighted signs."""
    rng = np.random.default_rng(1)
    priors = rng.dirichlet(np.ones(64), size=2).round(6).reshape(2, 8, 8)
    priors[:, 0, 0] += 1 - priors.sum(axis=(1, 2))
    mix = [
        [f"p*{float(a):.6f} + (1-p)*{float(b):.6f}" for a, b in zip(*rows, strict=True)]
        for rows in zip(*priors, strict=True)
    ]
    signs = rng.integers(0, 2, (8, 8))
    payoff = [
        [["q", 0] if (x + y) % 3 == 0 else ([1, 0], [0, 1])[signs[x, y]] for y in range(8)]
        for x in range(8)
    ]
    unit = {"lower": 0, "upper": 1}
    return {
        "schema": 1,
        "parameters": {"p": unit, "q": unit},
        "distribution": mix,
        "payoff": payoff,
    }


def best(run: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Return the least processor time of several runs, and the last result."""
    times = []
    for _ in range(repeat):
        started = time.process_time()
        found = run()
        times.append(time.process_time() - started)
    return min(times), found


def width_of(found: Any) -> float:
    """Return the widest bracket of a map."""
    return float((found.upper - found.lower).max())


def show(what: str, seconds: float, width: float, floor: str) -> None:
    """Print one line."""
    verdict = ""
    if floor:
        met = seconds < FLOORS[floor] and width < WIDTH
        verdict = f"{FLOORS[floor]:g} s, {WIDTH:g}: {'met' if met else 'MISSED'}"
    print(f"{what:>34} {seconds:9.3f} {GAMES / seconds:9.0f} {width:8.1e}  {verdict}", flush=True)


if __name__ == "__main__":
    main()
