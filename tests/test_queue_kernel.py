"""The kernel against a plain simulation of the same queues, job by job on a time line."""

import numpy as np
import pytest

from xorgames.scenarios.queue_kernel import serve


def draw(seed, pairs=400, load=0.7):
    rng = np.random.default_rng(seed)
    return (
        rng.standard_exponential(pairs) / load,
        rng.standard_exponential((2, pairs)),
        rng.integers(0, 2, (2, pairs), dtype=np.int8),
        rng.integers(0, 2, pairs, dtype=np.int8),
    )


def on_a_time_line(gaps, services, servers, first):
    """Waits, bunched pairs, and the times without work before a job, server by server."""
    free, waits, idle = [0.0, 0.0], 0.0, [[], []]
    for i, now in enumerate(np.cumsum(gaps)):
        for job in (first[i], 1 - first[i]):
            server = servers[job, i]
            if free[server] < now:
                idle[server].append(now - free[server])
            start = max(now, free[server])
            waits += start - now
            free[server] = start + services[job, i]
    return waits, int((servers[0] == servers[1]).sum()), idle[0] + idle[1]


def served(pieces):
    state, waits, bunched, idle = np.zeros((2, 2)), 0.0, 0, []
    for gaps, services, servers, first in pieces:
        periods = np.full(2 * len(gaps), np.nan)
        wait, both, count = serve(gaps, services, servers, first, state, periods)
        waits += wait
        bunched += both
        idle += periods[:count].tolist()
        assert np.isnan(periods[count:]).all()
    return waits, bunched, idle


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("load", [0.2, 0.9])
def test_the_same_queues(seed, load):
    arrivals = draw(seed, load=load)
    waits, bunched, idle = served([arrivals])
    expected = on_a_time_line(*arrivals)
    assert waits == pytest.approx(expected[0])
    assert bunched == expected[1]
    assert sorted(idle) == pytest.approx(sorted(expected[2]))


def test_pieces_make_no_difference():
    gaps, services, servers, first = draw(9)
    pieces = [
        (gaps[these], services[:, these], servers[:, these], first[these])
        for these in (slice(0, 1), slice(1, 150), slice(150, 400))
    ]
    whole, cut = served([draw(9)]), served(pieces)
    assert cut[0] == pytest.approx(whole[0])
    assert cut[1:] == whole[1:]


def test_by_hand():
    gaps, services = np.array([1.0, 1.0]), np.array([[3.0, 1.0], [2.0, 1.0]])
    servers = np.array([[0, 0], [0, 1]], dtype=np.int8)
    waits, bunched, idle = served([(gaps, services, servers, np.array([1, 0], dtype=np.int8))])
    # Bob's job first (2 s), Alice's waits 2; the third finds 4 of 5 s left, the fourth nothing.
    assert waits == pytest.approx(2 + 4)
    assert bunched == 1
    assert idle == pytest.approx([1.0, 2.0])


#: Service times with mean 1 and their second moment: M/D/1, M/M/1, and M/G/1 in between and beyond.
LAWS = {
    "constant": (lambda _, shape: np.ones(shape), 1.0),
    "uniform": (lambda rng, shape: rng.uniform(0, 2, shape), 4 / 3),
    "exponential": (lambda rng, shape: rng.standard_exponential(shape), 2.0),
    "two kinds": (lambda rng, shape: np.where(rng.random(shape) < 0.9, 0.5, 5.5), 3.25),
}
LOAD, LENGTHS = 0.5, [10_000] * 50


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("law", LAWS)
def test_the_formula_of_pollaczek_and_khinchine(law, together):
    """All pairs split: two M/G/1 queues. All bunched: batches of two at half the rate."""
    draw_services, square = LAWS[law]
    rng, state, waits, output, seconds = np.random.default_rng(4), np.zeros((2, 2)), [], [], 0.0
    for size in LENGTHS:
        gaps = rng.standard_exponential(size) / LOAD
        alice = rng.integers(0, 2, size, dtype=np.int8)
        servers = np.stack([alice, alice if together else 1 - alice])
        idle = np.empty(2 * size)
        services, first = draw_services(rng, (2, size)), rng.integers(0, 2, size, dtype=np.int8)
        wait, bunched, count = serve(gaps, services, servers, first, state, idle)
        assert bunched == size * together
        waits.append(wait / (2 * size))
        output.append((idle[:count] ** 2).sum())
        seconds += 2 * gaps.sum()
    expected = LOAD * square / (2 * (1 - LOAD))
    if together:
        expected = LOAD / 2 * (2 * square + 2) / (2 * (1 - LOAD)) + 1 / 2
    error = np.std(waits, ddof=1) / np.sqrt(len(LENGTHS))
    assert abs(np.mean(waits) - expected) < 4 * error
    # (1 - rho) lambda_s E[I^2], I exponential with the rate of arrivals at one server.
    rate = LOAD / 2 if together else LOAD
    spread = np.std(output, ddof=1) * np.sqrt(len(LENGTHS)) / seconds
    assert abs(sum(output) / seconds - (1 - LOAD) * 2 / rate) < 4 * spread
