"""How fast strategies are played and load balancing is simulated, and what the latter says.

    python benchmarks/load_balancing.py [--pairs 10000000]

CPU seconds of one process, the best of three for playing. The goals: ten million rounds played in
less than five seconds by every kind of strategy, ten million pairs of jobs routed by every player
in less than thirty, in memory that does not grow with their number.
"""

import argparse
import resource
import sys
import time

import numpy as np

from xorgames.clifford import KPairStrategy
from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
from xorgames.play import sample
from xorgames.scenarios.load_balancing import (
    LoadBalancing,
    LoadBalancingResult,
    Noise,
    Weighted,
    simulate,
)
from xorgames.strategy import DeterministicStrategy, OnePairStrategy

ROUNDS = 10**7
ROUNDS_GOAL_S = 5.0
PAIRS_GOAL_S = 30.0
MEMORY_GOAL_MB = 100

BITS = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
CHSH = OnePairStrategy(
    alice=np.array([[0.0, 0.0], [90.0, 0.0]]),
    bob=np.array([[45.0, 0.0], [-45.0, 0.0]]),
    planar=True,
)
STRATEGIES = {
    "deterministic": BITS,
    "shared random": SharedRandomStrategy.symmetrised(BITS),
    "one pair": CHSH,
    "two pairs": KPairStrategy(alice=np.eye(5)[:2], bob=np.eye(5)[3:]),
    "noisy, 80 % of the pairs": NoisyStrategy(
        strategy=CHSH,
        visibility=0.95,
        alice_readout=(0.01, 0.02),
        bob_readout=(0.01, 0.02),
        availability=0.8,
        fallback=BITS,
    ),
}


def playing() -> bool:
    """Time every kind of strategy."""
    x, y = np.random.default_rng(0).integers(0, 2, (2, ROUNDS))
    met = True
    for name, strategy in STRATEGIES.items():
        seconds = []
        for _ in range(3):
            started = time.process_time()
            sample(strategy, x, y, rng=0)
            seconds.append(time.process_time() - started)
        met &= min(seconds) < ROUNDS_GOAL_S
        print(f"{name:26}{min(seconds):7.2f} s for {ROUNDS:.0e} rounds")
    return met


def peak_mb() -> float:
    """Return the largest memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def routing(pairs: int) -> bool:
    """Time all players of the weighted game, and print what they achieved."""
    model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    goal = Weighted(model=model, kappa_s=1)
    noise = Noise(visibility=0.95, readout_error=0.002, availability=0.9)
    simulate(goal, pairs=pairs // 10, noise=noise)
    before, started = peak_mb(), time.process_time()
    result = simulate(goal, pairs=pairs, noise=noise, rng=1)
    seconds, grown = time.process_time() - started, peak_mb() - before
    print(f"\n{pairs:.0e} pairs, {len(result.players)} players: {seconds:.1f} s, +{grown:.0f} MB")
    show(result)
    return seconds < PAIRS_GOAL_S * max(1, pairs / 10**7) and grown < MEMORY_GOAL_MB


def show(result: LoadBalancingResult) -> None:
    """Print every metric beside its formula, and what changes against the classical players."""
    for name, played in result.players.items():
        print(name)
        for metric, estimate in played.metrics.items():
            line = f"  {metric:18} {estimate!s:24} formula {getattr(played.predicted, metric):.5f}"
            if metric in played.changes:
                change = played.changes[metric]
                line += f"   {change.percent} %, beyond 5 sigma from {change.sample_beyond_doubt}"
            print(line)


def main() -> None:
    """Run both parts and say whether the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10**7)
    pairs = parser.parse_args().pairs
    met = [routing(pairs), playing()]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
