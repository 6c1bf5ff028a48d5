"""Rounds: seconds of the tests of claims, against the floors that they are to keep.

- CHSH at a win rate of .83, alpha 1e-6, the sharpest test;
- the exact adaptive test of an asymmetric 2 x 2 game, followed for 700 rounds;
- the optimal bet of a random 8 x 8 sign game, certified: the growth reached and its upper bound;
- the sharpest test of the asymmetric game and of the HFT game, by claim.

CPU seconds, the best of several runs in one process, the first run not counted.

    python benchmarks/rounds.py [--runs N]
"""

import argparse
import itertools
import os
import platform
import time
from collections.abc import Callable

import numpy as np

import xorgames as xg
from xorgames.hardware.adaptive import critical_totals
from xorgames.hardware.classical_null import ClassicalNull
from xorgames.hardware.e_variable import best_e_variable
from xorgames.hardware.input_law import LawSet

ASYMMETRIC = xg.XORGame(
    [["2/5", "1/5"], ["1/5", "1/5"]], [[[1, -1], [1, -1]], [[1, -1], [-5, 1]]], name="asymmetric"
)
HFT_INFIDELITY = 0.061


def behaviour(solution: xg.Solution) -> np.ndarray:
    """Return the law of the parity of the one-pair strategy without errors."""
    correlators = solution.one_pair.strategy.correlators
    return np.stack([1 + correlators, 1 - correlators], axis=-1) / 2


def chsh() -> str:
    """Count the rounds of CHSH."""
    rounds = xg.rounds_needed(CHSH, infidelity=1 - 0.33 * 8**0.5, alpha=1e-6)
    return f"{rounds.test} {rounds.first}, any test {rounds.fewest_by_any_test}"


def adaptive() -> str:
    """Follow the exact adversary for 700 rounds."""
    null = ClassicalNull(LawSet(ASYMMETRIC.distribution))
    bet = best_e_variable(null, behaviour(SOLVED))
    totals = critical_totals(null, bet.levels, alpha=0.05)
    last = next(itertools.islice(totals, 700, None))
    return f"{bet.levels.max()} steps, significant from {last}"


def signs() -> str:
    """Find the best bet of a random sign game."""
    null = ClassicalNull(LawSet(SIGNS.game.distribution))
    bet = best_e_variable(null, behaviour(SIGNS))
    spare = 1 - null.largest_mean(bet.factors)
    return f"growth {bet.growth:.6f}, at most {bet.limit:.6f}; largest mean 1 - {spare:.0e}"


def sharpest(solution: xg.Solution, claim: str, infidelity: float) -> Callable[[], str]:
    """Return the count by the sharpest test."""

    def count() -> str:
        rounds = xg.rounds_needed(solution, claim=claim, infidelity=infidelity)
        times = (rounds.hoeffding_rounds or 0) / (rounds.first or 1)
        fewest = rounds.fewest_by_any_test
        return f"{rounds.test} {rounds.first}, any test {fewest}; Hoeffding {times:.0f} times"

    return count


def main() -> None:
    """Measure each and say whether its floor is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    cases: list[tuple[str, Callable[[], str], float | None]] = [
        ("CHSH w = .83, alpha 1e-6", chsh, 0.05),
        ("adaptive 2 x 2, 700 rounds", adaptive, 3.0),
        ("bet of 8 x 8 signs", signs, 5.0),
        ("asymmetric, payoff", sharpest(SOLVED, "payoff", 0.0), None),
        ("asymmetric, nonclassical", sharpest(SOLVED, "nonclassical", 0.0), None),
        (f"HFT at {HFT_INFIDELITY}, payoff", sharpest(HFT, "payoff", HFT_INFIDELITY), None),
        (
            f"HFT at {HFT_INFIDELITY}, nonclass.",
            sharpest(HFT, "nonclassical", HFT_INFIDELITY),
            None,
        ),
    ]
    for name, call, floor in cases:
        call()
        seconds = []
        for _ in range(runs):
            began = time.process_time()
            found = call()
            seconds.append(time.process_time() - began)
        best = min(seconds)
        kept = "" if floor is None else f"< {floor:g} s {'met' if best < floor else 'MISSED'}"
        print(f"{name:28} {best:8.4f} s  {kept:15} {found}", flush=True)


CHSH = xg.solve(xg.catalog.chsh())
SOLVED = xg.solve(ASYMMETRIC)
HFT = xg.solve(xg.catalog.parse("hft:p=0.3,beta=0.3"))
SIGNS = xg.solve(
    xg.XORGame.from_matrix(np.random.default_rng(0).choice([-1, 1], size=(8, 8)).tolist())
)

if __name__ == "__main__":
    main()
