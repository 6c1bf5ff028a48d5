"""Batch means and paired comparisons against the jackknife and simple special cases."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.scenarios.estimates import Change, Estimate, change, ratio


def batches(seed, *, count=200):
    rng = np.random.default_rng(seed)
    counts = rng.uniform(90, 110, count)
    common = rng.standard_normal(count)
    theirs = counts * (2 + 0.1 * common)
    ours = counts * (1.9 + 0.1 * common + 0.01 * rng.standard_normal(count))
    return ours, theirs, counts


def jackknife(statistic, count):
    left_out = np.array([statistic(np.arange(count) != i) for i in range(count)])
    return math.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum())


@pytest.mark.parametrize("seed", range(3))
def test_ratio_has_the_error_of_the_jackknife(seed):
    ours, _, counts = batches(seed)
    found = ratio(ours, counts)
    assert found.value == pytest.approx(ours.sum() / counts.sum())
    expected = jackknife(lambda kept: ours[kept].sum() / counts[kept].sum(), len(counts))
    assert found.standard_error == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_changes_have_the_errors_of_the_jackknife(seed):
    ours, theirs, counts = batches(seed)
    found = change(ours, theirs, counts, sample=1000)

    def difference(kept):
        return (ours[kept].sum() - theirs[kept].sum()) / counts[kept].sum()

    def percent(kept):
        return 100 * (ours[kept].sum() / theirs[kept].sum() - 1)

    everything = np.full(len(counts), fill_value=True)
    for estimate, statistic in ((found.difference, difference), (found.percent, percent)):
        assert estimate.value == pytest.approx(statistic(everything))
        expected = jackknife(statistic, len(counts))
        assert estimate.standard_error == pytest.approx(expected, rel=0.02)
    unpaired = math.hypot(*(ratio(sums, counts).standard_error for sums in (ours, theirs)))
    assert found.difference.standard_error < unpaired / 5


def test_equal_counts_give_the_plain_standard_error():
    sums = np.random.default_rng(0).standard_normal(50)
    found = ratio(sums, np.ones(50))
    assert found.standard_error == pytest.approx(sums.std(ddof=1) / math.sqrt(50))


@given(scale=st.floats(0.1, 100))
def test_units_do_not_matter_to_a_percentage(scale):
    ours, theirs, counts = batches(1)
    one = change(ours, theirs, counts, sample=10)
    other = change(scale * ours, scale * theirs, counts, sample=10)
    assert other.percent.value == pytest.approx(one.percent.value)
    assert other.percent.standard_error == pytest.approx(one.percent.standard_error)
    assert other.sigmas == pytest.approx(one.sigmas)


def of(difference, error, sample=1000):
    estimate = Estimate(value=difference, standard_error=error)
    return Change(difference=estimate, percent=estimate, sample=sample)


def test_when_a_difference_is_beyond_doubt():
    assert of(1.0, 0.1).sigmas == pytest.approx(10)
    assert of(1.0, 0.1).sample_beyond_doubt == 250
    assert of(-0.1, 0.1).sample_beyond_doubt == 25_000
    assert of(1.0, 0.0).sample_beyond_doubt == 1
    assert of(1.0, 0.0).to_dict()["sigmas"] is None
    assert of(0.0, 0.0).sigmas == 0
    assert of(0.0, 0.1).sample_beyond_doubt is None
    for unknown in (of(math.nan, 0.1), of(0.1, math.nan), of(math.nan, math.nan)):
        assert unknown.sample_beyond_doubt is unknown.to_dict()["sigmas"] is None


def test_where_the_other_is_zero_there_is_no_percentage():
    found = change(np.array([1.0, 2.0]), np.zeros(2), np.ones(2), sample=2)
    assert found.difference.value == 1.5
    assert found.percent.value == math.inf


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.357431, 0.00042, "1.35743 ± 0.00042"),
        (2.5, 12.0, "2 ± 12"),
        (0.75, 0.0, "0.75"),
        (-10.0, 1e-15, "-10"),
        (math.inf, math.nan, "inf"),
    ],
)
def test_text(value, error, text):
    assert str(Estimate(value=value, standard_error=error)) == text
