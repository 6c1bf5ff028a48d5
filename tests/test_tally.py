"""The jackknife: exact for means, right for variances and ratios, errors of differences."""

import math

import numpy as np
import pytest

from xorgames.scenarios.tally import BATCHES, Tally, resemblance


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


def test_a_difference_of_two_infinities_is_no_number():
    logarithm = {"v": np.zeros(1000)}
    tally = Tally(10)
    for batch in range(10):
        tally.add(batch, logarithm)
    found = tally.change(lambda means: np.log(means["v"]), tally)
    assert math.isnan(found.difference.value)
    assert math.isnan(found.sigmas)
    assert found.sample_beyond_doubt is None


def test_batches_without_rounds_are_left_out():
    tally = Tally(100)
    for batch in range(50):
        tally.add(batch, {"v": np.array([float(batch % 2)])})
    assert tally.estimate(mean).value == 0.5
    assert tally.rounds == 50
    assert tally.estimate(mean).standard_error == pytest.approx(0.5 / 7, rel=1e-9)


def test_independent_batches_do_not_resemble_their_neighbours():
    found = [
        resemblance(filled(np.random.default_rng(seed).normal(size=1000)).values(variance))
        for seed in range(300)
    ]
    assert abs(np.mean(found)) < 0.03
    assert np.std(found) == pytest.approx(1 / math.sqrt(BATCHES), rel=0.15)


def test_what_lasts_makes_neighbours_alike():
    rng = np.random.default_rng(0)
    slow = np.repeat(rng.normal(size=50), 40) + 0.1 * rng.normal(size=2000)
    assert resemblance(filled(slow).values(mean)) == pytest.approx(0.5, abs=0.25)
    assert resemblance(filled(np.ones(1000)).values(mean)) == 0
    for number in (math.nan, math.inf, -math.inf):
        assert resemblance(np.full(101, number)) == 0
    # Sums of 0.1 in batches that grow differ by rounding, and by more the longer they are.
    tally = Tally(BATCHES)
    for batch in range(BATCHES):
        tally.add(batch, {"v": np.full(10 + batch, 0.1)})
    assert resemblance(tally.values(mean)) == 0


def test_errors_of_every_kind_of_metric_are_those_of_repetition():
    """The spread over 200 runs against the errors that each of them states."""
    kinds = {"mean": mean, "variance": variance, "ratio": lambda m: m["v"] / np.sqrt(variance(m))}
    values = {(kind, what): [] for kind in kinds for what in ("value", "difference", "percent")}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        common, own = rng.exponential(size=2000), rng.normal(size=2000)
        theirs, ours = filled(common), filled(common + 0.3 * own)
        for kind, formula in kinds.items():
            change = ours.change(formula, theirs)
            values[kind, "value"].append(ours.estimate(formula))
            values[kind, "difference"].append(change.difference)
            values[kind, "percent"].append(change.percent)
    for estimates in values.values():
        stated = np.sqrt(np.mean([each.standard_error**2 for each in estimates]))
        # The spread of 200 is itself good to 5 %, that of heavy tails to less.
        assert np.std([each.value for each in estimates]) == pytest.approx(stated, rel=0.2)
