"""Bets and first passages: closed cases, simulation, and bets that lose."""

import math

import numpy as np
import pytest

from tests.nulls import ASYMMETRIC, behaviour, null_of
from xorgames.hardware import betting
from xorgames.hardware.betting import passage, win_lose_bet
from xorgames.hardware.e_variable import best_e_variable
from xorgames.hardware.sums import SumLaw


def follow(bet_for, win, null=0.75, **levels):
    law = np.array([1 - win, win])
    return passage(*win_lose_bet(bet_for, null), law, **{"alpha": 0.05, "power": 0.9} | levels)


def test_a_certain_win_passes_at_once():
    """Doubling each time: 1/alpha = 31 after 5 rounds."""
    found = follow(1.0, 1.0, null=0.5, alpha=1 / 31)
    assert (found.first, found.mean, found.statement) == (5, pytest.approx(5), "")


@pytest.mark.parametrize(
    ("win", "alpha", "first", "mean"),
    [(0.80, 0.05, 849, 432), (0.83, 0.05, 318, 164), (0.83, 1e-3, 621, 375)],
)
def test_known_numbers(win, alpha, first, mean):
    """The column "anytime Kelly" of the table of tests."""
    found = follow(win, win, alpha=alpha)
    assert (found.first, round(found.mean)) == (first, mean)


def test_a_bet_for_too_good_a_machine_loses():
    """Bet for .8536 while the truth is .80: growth -.0035."""
    found = follow(0.8536, 0.80)
    assert found.growth == pytest.approx(-0.0035, abs=5e-5)
    assert (found.first, found.mean) == (None, None)
    assert found.statement == (
        "the bet loses: its growth is -0.0035 per round. "
        "Design it for a lower visibility than the machine has"
    )


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_against_simulation(claim):
    odds = behaviour(ASYMMETRIC, 0.999 if claim == "payoff" else 0.99)
    null = null_of(ASYMMETRIC, claim)
    bet = best_e_variable(null, odds, loss=0.02)
    law = null.laws.lower_law(bet.levels, odds)
    found = passage(bet.low, bet.step, law, alpha=0.05, power=0.9)
    rng = np.random.default_rng(3)
    weights = (ASYMMETRIC.distribution[..., None] * odds).ravel()
    steps = (bet.low + bet.step * bet.levels).ravel()
    times = []
    for _ in range(20):
        draws = rng.choice(steps, size=(200, 4 * found.first), p=weights / weights.sum())
        passed = np.cumsum(draws, axis=1) >= math.log(20)
        times.append(np.where(passed.any(axis=1), passed.argmax(axis=1) + 1, 4 * found.first))
    times = np.concatenate(times)
    assert (times <= found.first).mean() == pytest.approx(0.9, abs=0.015)
    half = found.first // 2
    assert (times <= half).mean() == pytest.approx(found.passed[half], abs=0.025)
    assert times.mean() == pytest.approx(found.mean, rel=0.04)


def test_long_runs_are_looked_at_now_and_then():
    """The stride and the lattice add rounds: they scale like 1/growth, with the same factor."""
    null, odds = null_of(ASYMMETRIC, "payoff"), behaviour(ASYMMETRIC, 0.95)
    bet = best_e_variable(null, odds)
    law = null.laws.lower_law(bet.levels, odds)
    found = passage(bet.low, bet.step, law, alpha=0.05, power=0.9)
    assert found.stride > 1
    assert found.first % found.stride == 0
    near = follow(0.78, 0.78)
    assert near.stride == 1
    assert 1 <= found.first * found.growth / (near.first * near.growth) <= 1.1


def test_the_coarser_lattice_costs_a_hundredth_of_the_growth(monkeypatch):
    """The same looks on the lattice of ln R itself: a little sooner, and never later."""
    null, odds = null_of(ASYMMETRIC, "payoff"), behaviour(ASYMMETRIC, 0.95)
    bet = best_e_variable(null, odds)
    law = null.laws.lower_law(bet.levels, odds)
    sums = SumLaw(law)
    low, step, coarse = betting._strided(sums, bet.low, bet.step, 500)
    mean = 500 * (bet.low + bet.step * sums.mean)
    assert step > 20 * bet.step
    assert coarse.sum() == pytest.approx(1)
    assert 0.99 - 1e-3 <= (low + step * coarse @ np.arange(coarse.size)) / mean <= 1
    found = passage(bet.low, bet.step, law, alpha=0.05, power=0.9)
    monkeypatch.setattr(betting, "_strided", _not_coarse)
    fine = passage(bet.low, bet.step, law, alpha=0.05, power=0.9)
    assert found.stride == fine.stride
    assert (found.passed[: fine.passed.size] <= fine.passed[: found.passed.size] + 1e-9).all()
    assert fine.first <= found.first <= 1.03 * fine.first
    assert fine.mean <= found.mean <= 1.02 * fine.mean


def _not_coarse(sums, low, step, stride):
    base, law = sums.window(stride)
    return stride * low + base * step, step, law


def test_nothing_beyond_the_limit():
    found = follow(0.7501, 0.7501)
    assert (found.first, found.mean, found.statement) == (None, None, "")
