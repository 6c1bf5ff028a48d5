"""Signs of a broken experiment: exact tests, sound logs and broken ones."""

import numpy as np
import pytest
from scipy.stats import binom

from tests.recorded_rounds import CHSH, batch, judge, play
from xorgames.hardware.evidence_checks import check_inputs, check_signalling


def test_a_good_experiment_raises_no_suspicion():
    rng = np.random.default_rng(6)
    found = [judge(CHSH, play(CHSH, 2000, rng, visibility=1.0)) for _ in range(100)]
    assert sum(check.p_value < 0.05 for each in found for check in each.checks) < 30
    assert not any(check.suspicious for each in found for check in each.checks)


def test_broken_experiments_are_suspicious():
    rng = np.random.default_rng(6)
    good = play(CHSH, 4000, rng, visibility=1.0)
    told = batch(good.x, good.y, good.a ^ (good.y & (rng.random(4000) < 0.2)), good.b)
    # 1/2 becomes another share only if the output is not a fair coin.
    biased = batch(good.x, good.y, np.where(good.y == 1, good.a & good.b, good.a), good.b)
    skewed = batch(good.x & (rng.random(4000) < 0.9), good.y, good.a, good.b)
    flag = (good.x == 0) | (rng.random(4000) < 0.5)
    chosen = batch(good.x, good.y, good.a, good.b, flag)
    names = [
        [check.name for check in judge(CHSH, each).checks if check.suspicious]
        for each in (told, biased, skewed, chosen)
    ]
    assert names == [
        [],
        ["no-signalling of a"],
        ["inputs", "inputs of counted rounds"],
        ["inputs of counted rounds"],
    ]


def test_check_of_inputs_is_the_exact_binomial():
    counts = np.array([[10, 30], [28, 32]])
    check = check_inputs(counts, np.full((2, 2), 0.25), name="inputs")
    tail = 2 * binom.cdf(10, 100, 0.25)
    assert check.p_value == pytest.approx(4 * tail)
    assert check.worst == "x = 0, y = 0: 10 rounds, 25 expected"
    assert check_inputs(counts[:1, :1], np.ones((1, 1)), name="inputs").tests == 0
    none = check_inputs(np.zeros((2, 2), int), np.full((2, 2), 0.25), name="inputs")
    assert (none.p_value, none.worst) == (1.0, "nothing to compare")


def test_check_of_signalling_with_three_inputs():
    counts = np.full((2, 3), 1000)
    ones = np.array([[500, 510, 495], [500, 400, 505]])
    check = check_signalling(ones, counts, party="b")
    assert check.tests == 6
    assert check.worst == "y = 1: 0.4 of b = 1 at x = 1, 0.5025 at other x"
    assert check.suspicious
    assert check.to_dict() == {
        "name": "no-signalling of b", "p_value": check.p_value, "tests": 6,
        "worst": check.worst, "suspicious": True,
    }  # fmt: skip
