"""Old news: its worth by the formula and when played, and its age when it is worth a pair."""

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.hft_news import _excess, _matrices, news_sweep
from xorgames.scenarios.registry import EXCHANGES

SOLUTION = xg.solve(HFT().exact_game())


@pytest.mark.parametrize("delay", [0.0, 1e-5, 1e-3])
def test_games_with_news_add_up_to_the_game_without(delay):
    total = _matrices(HFT(), delay).sum(axis=0)
    assert total == pytest.approx(HFT().exact_game().matrix, abs=1e-15)


def test_very_old_news_is_worth_nothing():
    gap = SOLUTION.one_pair.value.lower - SOLUTION.classical.value.lower
    assert _excess(HFT(), SOLUTION, 1.0) == pytest.approx(gap, abs=1e-12)
    assert _excess(HFT(), SOLUTION, EXCHANGES.light_time_s) == pytest.approx(gap, abs=1e-12)


def test_news_at_once_of_keen_indicators_is_the_regime_itself():
    """Then all four indicators are known to somebody; without errors they settle the regime."""
    sure = HFT(false_positive=0.0, false_negative=0.0, normal_correlation=1, broken_correlation=1)
    worth = 2 * 0.4**2 * (1 + 0.5) / 2
    informed = sum(np.abs(each).sum() for each in _matrices(sure, 0.0)) / 2
    assert informed == pytest.approx(worth)


def test_the_age_is_where_the_formula_says():
    found = news_sweep(HFT(), rounds=100_000)
    assert found.agrees
    assert found.bracket[0] < found.required < found.bracket[1]
    assert _excess(HFT(), SOLUTION, found.required) == pytest.approx(0, abs=1e-9)
    assert found.required < EXCHANGES.light_time_s / 8


def test_ages_of_ones_own_and_progress():
    steps = []
    found = news_sweep(
        HFT(),
        delays_s=[1e-4, 1e-6],
        rounds=20_000,
        progress=lambda *each: steps.append(each),
    )
    assert [point.value for point in found.points] == [1e-6, 1e-4]
    assert found.bracket == (1e-6, 1e-4)
    shares = [done / total for done, total in steps]
    assert shares == sorted(shares)
    assert shares[0] < 0.5 < shares[-1] == 1


def test_what_is_refused():
    with pytest.raises(InputError) as caught:
        news_sweep(HFT(false_positive=0.0, false_negative=0.0))
    assert str(caught.value) == (
        "`hft` must have an advantage without news, and none with news at once. Cure: choose "
        "other errors of the indicators."
    )
    with pytest.raises(InputError) as caught:
        news_sweep(None)
    assert str(caught.value) == "`hft` must be of type HFT; received NoneType."
