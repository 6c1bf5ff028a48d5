"""Rounds, rate and margin are those of the single-game functions."""

import pytest

import xorgames as xg
from xorgames.design.demands import Setting, requirement
from xorgames.hardware.input_law import InputLaw

CHSH = xg.solve(xg.catalog.chsh())
YB = xg.load_design("yb_cavity")


def test_rounds_and_rate():
    setting = Setting(infidelity=0.061, conditions=xg.Conditions(window_s=0.01))
    known = xg.rounds_needed(CHSH, infidelity=0.061)
    rounds = requirement("rounds", CHSH, setting)
    assert (rounds.lower, rounds.upper) == (known.fewest, known.first)
    rate = requirement("rate", CHSH, setting)
    assert known.first / 0.01 in rate
    assert rate.width <= (known.first - known.fewest) / 0.01 + 1e-9


def test_the_design_gives_the_infidelity():
    setting = Setting(design=YB)
    infidelity = YB.evaluate(distance_m=50e3).combined_infidelity
    assert setting.combined_infidelity == infidelity
    known = xg.rounds_needed(CHSH, infidelity=infidelity)
    assert known.first in requirement("rounds", CHSH, setting)
    assert Setting(infidelity=0.1).combined_infidelity == 0.1


@pytest.mark.parametrize("window_s", [0.01, 0.1, 1.0])
def test_the_margin_is_the_least_of_the_check(window_s):
    conditions = xg.Conditions(window_s=window_s)
    margin = requirement("margin", CHSH, Setting(design=YB, conditions=conditions))
    verdict = xg.check(xg.require(CHSH, conditions), YB)
    assert min(criterion.margin for criterion in verdict.criteria) == pytest.approx(margin.lower)
    assert margin.width <= 1e-9
    assert (margin.lower > 0) == (verdict.verdict == "PASS")


def test_reasons_where_there_is_no_number():
    tiny = xg.solve(xg.catalog.hft("0.3", "0"))
    found = requirement("rounds", tiny, Setting(design=YB))
    assert found.startswith("cannot be certified at this visibility")
    # No rate is enough: the margin of the rate is -1, and that of the fidelity far below.
    margin = requirement("margin", tiny, Setting(design=YB))
    assert margin.upper < -100
    nothing = xg.solve(xg.catalog.hft("0.1", "0"))
    assert requirement("margin", nothing, Setting(design=YB)) == (
        "No machine can win: entanglement has no advantage in this game."
    )


def test_plain_data():
    content = Setting(design=YB, claim="nonclassical").to_dict()
    assert content["performance"]["design"] == "yb_cavity"
    assert content["claim"] == "nonclassical"
    assert Setting().to_dict()["performance"] is None


def test_a_law_of_the_inputs_that_is_not_known_costs_rounds():
    setting = Setting(infidelity=0.061, inputs=InputLaw(bias=0.01))
    known = xg.rounds_needed(CHSH, infidelity=0.061, inputs=InputLaw(bias=0.01))
    assert requirement("rounds", CHSH, setting).upper == known.first
    assert known.first > xg.rounds_needed(CHSH, infidelity=0.061).first
    assert setting.to_dict()["inputs"] == {"kind": "interval", "bias": 0.01}
