"""Draws: SplitMix64 against its published numbers, and as the uniform numbers they claim to be."""

import numpy as np
import pytest
from scipy.stats import kstest

from xorgames.draws import Draws, generator, seeds
from xorgames.errors import InputError

#: The first outputs of the reference implementation (Vigna, splitmix64.c) for the seed 1234567.
REFERENCE = [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_the_published_sequence():
    drawn = Draws(1234567).uniform(np.arange(3))
    assert drawn.tolist() == [(number >> 11) * 2.0**-53 for number in REFERENCE]


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
def test_uniform_on_the_unit_interval(seed):
    drawn = Draws(seed).uniform(np.arange(100_000))
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert kstest(drawn, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01


def test_numbers_belong_to_rounds_in_any_order():
    rounds = np.random.default_rng(0).permutation(1000)
    assert np.array_equal(Draws(5).uniform(rounds), Draws(5).uniform(np.arange(1000))[rounds])


def test_seeds_come_from_the_generator():
    assert seeds(generator(3), 4) == seeds(np.random.default_rng(3), 4)
    assert len(set(seeds(generator(None), 4) + seeds(generator(None), 4))) == 8


@pytest.mark.parametrize("rng", ["one", -1, True, 1.5, [1]])
def test_what_is_no_seed_is_refused(rng):
    with pytest.raises(InputError) as caught:
        generator(rng)
    assert str(caught.value) == (
        "`rng` must be a seed (a whole number at 0 or above) or a numpy.random.Generator;"
        f" received {rng!r}. Cure: use rng=1 for results that can be repeated."
    )
