"""The jackknife: exact for means, right for variances and ratios, errors of differences."""

import math

import numpy as np
import pytest

from xorgames.scenarios.tally import BATCHES, Tally


def filled(values, batches=BATCHES):
    tally = Tally(batches)
    for batch, part in enumerate(np.array_split(values, batches)):
        tally.add(batch, {"v": part, "square": part**2})
    return tally


def mean(means):
    return means["v"]


def variance(means):
    return means["square"] - means["v"] ** 2


def test_a_mean_has_the_textbook_error_when_every_batch_is_one_round():
    values = np.random.default_rng(0).normal(3, 2, 500)
    found = filled(values, 500).estimate(mean)
    assert found.value == pytest.approx(values.mean(), abs=1e-12)
    assert found.standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(500), rel=1e-9)


def test_a_variance_has_the_error_of_normal_theory():
    values = np.random.default_rng(1).normal(0, 2, 10**6)
    found = filled(values).estimate(variance)
    assert found.value == pytest.approx(values.var(), rel=1e-9)
    # 2 sigma^4 / n; an estimate from 100 batches is itself good to 7 %.
    assert found.standard_error == pytest.approx(math.sqrt(2 * 4**2 / 10**6), rel=0.3)


def test_what_two_players_have_in_common_drops_out():
    values = np.random.default_rng(2).normal(10, 5, 10**4)
    change = filled(values + 0.5).change(mean, filled(values))
    assert change.difference.value == pytest.approx(0.5, abs=1e-12)
    assert change.difference.standard_error < 1e-12
    assert change.sample == 10**4
    assert change.percent.value == pytest.approx(50 / values.mean(), rel=1e-6)


def test_a_percentage_of_a_negative_number_keeps_the_direction():
    values = np.full(1000, -2.0)
    assert filled(values + 1).change(mean, filled(values)).percent.value == pytest.approx(50)


def test_a_percentage_of_nothing_is_not_finite_and_does_no_harm():
    found = filled(np.ones(1000)).change(mean, filled(np.zeros(1000)))
    assert found.percent.value == math.inf
    assert math.isnan(found.percent.standard_error)
    assert found.difference.value == 1


def test_batches_without_rounds_are_left_out():
    tally = Tally(100)
    for batch in range(50):
        tally.add(batch, {"v": np.array([float(batch % 2)])})
    assert tally.estimate(mean).value == 0.5
    assert tally.rounds == 50
    assert tally.estimate(mean).standard_error == pytest.approx(0.5 / 7, rel=1e-9)
