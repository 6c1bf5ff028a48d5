"""How fast searches are, and what they find: families, free forms, cells, measured data.

Times are processor time of one run in one process on one thread; the values are proven brackets.

    python benchmarks/design.py
"""

import os

# Before NumPy is loaded: one thread.
os.environ |= dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from xorgames.design.continuum import continuum_values
from xorgames.design.free_form import design_free
from xorgames.design.free_problem import problem_from_table
from xorgames.design.optimise import optimise
from xorgames.design.separation import separate
from xorgames.design.threshold_design import design_threshold
from xorgames.regions import ProductRegion


def main() -> None:
    """Run and print."""
    print(f"{'what':>40} {'seconds':>8}  value")
    for name, call in runs().items():
        started = time.process_time()
        value = call()
        print(f"{name:>40} {time.process_time() - started:>8.2f}  {value}")


def runs() -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    found: dict[str, Callable[[], Any]] = {
        "hft, gap": lambda: optimise("hft", maximise="gap").value,
        "hft, gap, limit": lambda: optimise("hft", maximise="gap").limit,
        "hft, classical>=0.8": lambda: (
            optimise("hft", maximise="gap", subject=["classical>=0.8"]).value
        ),
        "hft, rounds": lambda: optimise("hft", minimise="rounds").value,
        "load balancing, 8 cells, threshold": lambda: (
            optimise("load_balancing:cells=8", maximise="gap", vary=["threshold=0.1:0.6"]).value
        ),
        "continuum at C*": lambda: continuum_values(ProductRegion("0.330032453")).gap,
        "continuum at C*, 256 and 1000 cells": lambda: (
            continuum_values(ProductRegion("0.330032453"), cells=256, classical_cells=1000).gap
        ),
        "8 cells at C*": lambda: design_threshold(threshold="0.330032", cells=8).value,
    }
    for n in (2, 4, 8):
        found[f"free payoffs, {n} x {n}, gap"] = lambda n=n: free(n)
        found[f"separation, {n} x {n}"] = lambda n=n: separation(n)
    return found


def free(n: int) -> Any:
    """Return the best gap with free payoffs at uniform odds."""
    law = [[f"1/{n * n}"] * n] * n
    table = {"schema": 1, "choose": "payoff", "distribution": law, "payoff_limits": [0, 1]}
    return design_free(problem_from_table(table)).value


def separation(n: int) -> Any:
    """Return the distance of random correlators of unit vectors in space."""
    rng = np.random.default_rng(n)
    vectors = rng.standard_normal((2, n, 3))
    alice, bob = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    return separate(correlators=(alice @ bob.T).round(9).tolist()).distance


if __name__ == "__main__":
    main()
