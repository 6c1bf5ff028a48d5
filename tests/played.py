"""What played strategies are held against: explicit density matrices and Born's rule."""

from functools import reduce

import numpy as np

from tests.test_clifford import parties_first
from xorgames.clifford import KPairStrategy
from xorgames.strategy import OnePairStrategy

BELL_STATES = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)


def unit_rows(rng, count, rank):
    rows = rng.standard_normal((count, rank))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def random_one_pair(seed, *, planar, m=2, n=3):
    rng = np.random.default_rng(seed)
    alice, bob = (rng.uniform(-180, 180, (count, 2)) * [1, not planar] for count in (m, n))
    return OnePairStrategy(alice=alice, bob=bob, planar=planar)


def random_k_pairs(seed, rank, m=2, n=3):
    rng = np.random.default_rng(seed)
    return KPairStrategy(alice=unit_rows(rng, m, rank), bob=unit_rows(rng, n, rank))


def density(weights):
    """Bell-diagonal pairs, one row of weights for each, qubits in the order Alice's, Bob's."""
    states = np.einsum("ki,kj->kij", BELL_STATES, BELL_STATES)
    whole = reduce(np.kron, [np.tensordot(row, states, axes=1) for row in weights])
    tensor = whole.reshape([2] * (4 * len(weights)))
    return parties_first(tensor, len(weights), blocks=2).reshape(whole.shape)


def effects(observable, errors):
    """The operators of reading 0 and of reading 1."""
    plus = (np.eye(len(observable)) + observable) / 2
    zero = (1 - errors[0]) * plus + errors[1] * (np.eye(len(observable)) - plus)
    return zero, np.eye(len(observable)) - zero


def born(strategy, weights, errors=((0, 0), (0, 0))):
    """P(a, b | x, y), shape (m, n, 2, 2)."""
    state = density(weights)
    alice, bob = strategy.observables
    return np.array(
        [
            [
                [
                    [np.trace(state @ np.kron(e, f)).real for f in effects(b, errors[1])]
                    for e in effects(a, errors[0])
                ]
                for b in bob
            ]
            for a in alice
        ]
    )


def perfect(pairs):
    return np.tile([1.0, 0.0, 0.0, 0.0], (pairs, 1))


def all_inputs(m, n, rounds):
    """Every pair of inputs so many times, in a mixed order."""
    x, y = (each.repeat(rounds) for each in np.divmod(np.arange(m * n), n))
    order = np.random.default_rng(0).permutation(m * n * rounds)
    return x[order], y[order]


def counts(x, y, a, b, shape):
    """How often each output came for each input, shape (m, n, 2, 2)."""
    m, n = shape
    numbers = ((x * n + y) * 2 + a) * 2 + b
    return np.bincount(numbers, minlength=m * n * 4).reshape(m, n, 2, 2)


def chi_square_p(observed, probabilities):
    """The p-value of counts against exact probabilities; where these are 0 there is no count."""
    from scipy.stats import chi2

    expected = probabilities * observed.sum(axis=(2, 3), keepdims=True)
    possible = probabilities > 1e-12
    assert (observed[~possible] == 0).all()
    statistic = ((observed - expected)[possible] ** 2 / expected[possible]).sum()
    freedom = possible.sum() - np.prod(observed.shape[:2])
    return 1.0 if freedom == 0 else float(chi2.sf(statistic, freedom))
