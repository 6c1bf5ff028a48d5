"""The source of pairs: what physics allows a party, and what it does not."""

import numpy as np
import pytest
from scipy.stats import binomtest

from tests.played import unit_rows
from xorgames.draws import Draws
from xorgames.errors import InputError
from xorgames.pair_source import MAX_ROUNDS, PairSource

ROUNDS = 20_000


def shares(factors=(1.0, 0.8, 0.5), seed=0):
    return PairSource(np.array(factors), Draws(2 * seed), Draws(2 * seed + 1)).shares()


def tiled(vector, rounds=ROUNDS):
    return np.tile(np.array(vector) / np.linalg.norm(vector), (rounds, 1))


@pytest.mark.parametrize("bob_first", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_correlation_whoever_measures_first(seed, bob_first):
    u, v = unit_rows(np.random.default_rng(seed), 2, 3)
    alice, bob = shares(seed=seed)
    numbers = np.arange(ROUNDS)
    if bob_first:
        b, a = bob(numbers, tiled(v)), alice(numbers, tiled(u))
    else:
        a, b = alice(numbers, tiled(u)), bob(numbers, tiled(v))
    expected = (u * [1.0, 0.8, 0.5]) @ v
    agree = int((a == b).sum())
    assert binomtest(agree, ROUNDS, (1 + expected) / 2).pvalue > 1e-3
    for outcomes in (a, b):
        assert binomtest(int((outcomes == 1).sum()), ROUNDS, 0.5).pvalue > 1e-3


def test_whoever_is_first_does_not_depend_on_the_other_at_all():
    firsts = []
    for v in np.eye(3):
        alice, bob = shares()
        firsts.append(alice(np.arange(100), tiled([1, 2, 3], 100)).tolist())
        bob(np.arange(100), tiled(v, 100))
    assert firsts[0] == firsts[1] == firsts[2]


@pytest.mark.parametrize("cheat", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, -1, 1]])
def test_no_measurement_of_the_second_tells_what_the_first_measured(cheat):
    frequencies = []
    for u in np.eye(3):
        alice, bob = shares(seed=9)
        alice(np.arange(ROUNDS), tiled(u))
        plus = int((bob(np.arange(ROUNDS), tiled(cheat)) == 1).sum())
        assert binomtest(plus, ROUNDS, 0.5).pvalue > 1e-3
        frequencies.append(plus)
    assert max(frequencies) - min(frequencies) < 6 * np.sqrt(ROUNDS / 2)


def test_rounds_in_any_order_and_in_any_company():
    numbers = np.random.default_rng(1).permutation(ROUNDS)
    u, v = tiled([1, 1, 0]), tiled([1, 1, 1])
    alice, bob = shares()
    a, b = np.empty(ROUNDS, int), np.empty(ROUNDS, int)
    half = numbers[: ROUNDS // 2]
    a[half] = alice(half, u[half])
    b[numbers] = bob(numbers, v)
    rest = numbers[ROUNDS // 2 :]
    a[rest] = alice(rest, u[rest])
    expected = (1 / np.sqrt(2)) * (1 / np.sqrt(3)) * 1.8
    assert binomtest(int((a == b).sum()), ROUNDS, (1 + expected) / 2).pvalue > 1e-3
    assert binomtest(int((a[half] == b[half]).sum()), ROUNDS // 2, (1 + expected) / 2).pvalue > 1e-3


def test_equal_measurements_on_perfect_pairs_always_agree():
    alice, bob = shares(factors=(1.0, 1.0, 1.0))
    vectors = unit_rows(np.random.default_rng(2), ROUNDS, 3)
    assert np.array_equal(alice(np.arange(ROUNDS), vectors), bob(np.arange(ROUNDS), vectors))


def test_nothing_to_measure():
    alice, _ = shares()
    assert alice(np.arange(0), np.zeros((0, 3))).tolist() == []


def refusal(share, rounds, vectors):
    with pytest.raises(InputError) as caught:
        share(np.array(rounds), np.array(vectors, dtype=float))
    return str(caught.value)


def test_a_half_is_measured_once():
    alice, bob = shares()
    alice(np.array([4, 2]), tiled([1, 0, 0], 2))
    bob(np.array([2]), tiled([1, 0, 0], 1))
    twice = "`rounds` must not name a round twice: a pair can be measured once; received {}."
    assert refusal(alice, [3, 2], tiled([1, 0, 0], 2)) == twice.format(2)
    assert refusal(bob, [2], tiled([0, 1, 0], 1)) == twice.format(2)
    assert refusal(bob, [7, 5, 7], tiled([0, 1, 0], 3)) == twice.format(7)


@pytest.mark.parametrize("length", [0.5, 2.0, 1e200, np.nan])
def test_a_longer_vector_is_no_measurement(length):
    alice, _ = shares()
    with np.errstate(over="ignore"):
        message = refusal(alice, [0, 1], [[1, 0, 0], [length, 0, 0]])
    assert message == (
        "`vectors` must be unit vectors: an observable has the outcomes +1 and -1;"
        f" received a squared length of {np.float64(length) ** 2 if length < 9 else np.inf:.9g}."
        if not np.isnan(length)
        else "`vectors` must be unit vectors: an observable has the outcomes +1 and -1;"
        " received a squared length of nan."
    )


@pytest.mark.parametrize("rounds", [[-1, 3], [0, MAX_ROUNDS]])
def test_a_source_does_not_last_for_ever(rounds):
    alice, _ = shares()
    assert refusal(alice, rounds, tiled([1, 0, 0], 2)) == (
        f"`rounds` must be from 0 to 16777215; received {rounds[0]} to {rounds[1]}."
        " Cure: make new parties for further rounds."
    )
