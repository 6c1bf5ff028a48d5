import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.questions.limits import limits
from xorgames.hardware.questions.uncertainty import uncertainty, wilson


def test_one_uncertain_number_in_closed_form():
    verdict = verdict_of(0.03)
    spread = 0.05
    found = uncertainty(verdict, rng=3, uncertainties=_only(emission_probability=spread))
    least = limits(verdict, "emission_probability").least
    # The law is cut at 1: the chance of [least, 1] among [0, 1].
    low, cut, top = norm.cdf((np.array([0.0, least, 1.0]) - 0.7) / spread)
    chance = (top - cut) / (top - low)
    error = math.sqrt(chance * (1 - chance) / found.samples)
    assert found.passes.estimate == pytest.approx(chance, abs=4 * error)
    assert found.passes.standard_error == pytest.approx(error, rel=0.05)
    assert found.criteria["rate"] == found.passes
    assert found.criteria["decision"].estimate == 1
    rates = found.quantiles["rate_hz"]
    assert rates[1] == pytest.approx(verdict.performance.rate_hz, rel=0.01)
    # The rate goes with the square of the number.
    assert rates[2] / rates[1] == pytest.approx(((0.7 + 1.645 * spread) / 0.7) ** 2, rel=0.02)
    assert found.refused == 0


def _only(**spreads):
    # yb_cavity states one itself: its memory's lifetime.
    return {"memory_lifetime_s": 0, **spreads}


def test_the_same_seed_the_same_draws():
    verdict = verdict_of(0.03)
    spreads = {"state_infidelity": 0.01, "window_s": 0.002}
    first, second = (
        uncertainty(verdict, rng=rng, uncertainties=spreads, samples=50)
        for rng in (7, np.random.default_rng(7))
    )
    assert first == second
    assert first != uncertainty(verdict, rng=8, uncertainties=spreads, samples=50)


def test_the_design_s_own_uncertainties():
    table = {"value": 0.04, "uncertainty": 0.01}
    design = xg.load_design("yb_cavity").replace(state_infidelity=table)
    found = uncertainty(verdict_of(design=design), samples=40)
    assert found.uncertainties == {"state_infidelity": 0.01, "memory_lifetime_s": 0.4}
    assert (
        found.quantiles["combined_infidelity"][0] < 0.06 < found.quantiles["combined_infidelity"][2]
    )


def test_draws_stay_in_their_range():
    found = uncertainty(
        verdict_of(), uncertainties=_only(detector_efficiency=1e6), samples=300, rng=1
    )
    # A law so wide that within its range it is uniform: the rate goes with the square.
    top = verdict_of().performance.rate_hz / 0.81
    assert found.quantiles["rate_hz"] == pytest.approx(
        [top * x**2 for x in (0.05, 0.5, 0.95)], rel=0.25
    )


def test_draws_that_the_design_refuses_are_drawn_again():
    names = ("alice_e0", "alice_e1", "bob_e0", "bob_e1")
    table = {
        "schema": 1,
        "model": "specified",
        "rate_hz": 1e5,
        "state_infidelity": 0.01,
        "decision_time_s": 1e-6,
        **dict.fromkeys(names, 0.3),
    }
    design = _design(table)
    found = uncertainty(
        verdict_of(design=design), uncertainties=dict.fromkeys(names, 0.3), samples=100
    )
    assert found.refused > 10
    assert found.to_dict()["refused"] == found.refused


def _design(table):
    from xorgames.hardware.design import Design
    from xorgames.hardware.design_file import read_design

    return Design(**read_design(table, default_name="test"))


@pytest.mark.parametrize(("successes", "samples"), [(0, 5), (3, 7), (7, 7), (950, 1000)])
def test_wilson_s_interval_against_scipy(successes, samples):
    chance = wilson(successes, samples)
    known = binomtest(successes, samples).proportion_ci(0.95, method="wilson")
    assert (chance.lower, chance.upper) == pytest.approx((known.low, known.high), abs=1e-12)
    assert chance.estimate == successes / samples


def test_progress():
    calls = []
    uncertainty(verdict_of(), samples=3, progress=lambda *call: calls.append(call))
    assert calls == [(1, 3), (2, 3), (3, 3)]


def test_to_dict():
    content = uncertainty(verdict_of(), samples=3).to_dict()
    assert content["uncertainties"] == {"memory_lifetime_s": 0.4}
    assert set(content["quantiles"]["rate_hz"]) == {"0.05", "0.5", "0.95"}
    assert content["passes"]["estimate"] == 1.0
    assert content["assumption"].startswith("The uncertain numbers are drawn independently")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"uncertainties": {"memory_lifetime_s": 0}},
            "`uncertainties` must be stated for at least one number. Cure: write "
            "{ value = 0.04, uncertainty = 0.005 } in the design file.",
        ),
        (
            {"uncertainties": {"atoms": 3, "stat_infidelity": 0.1, "window_s": -1}},
            "`uncertainties.atoms` must not be given: a whole number is exact. Cure: leave it "
            "out.\n"
            "`parameter` must be a number of yb_cavity or of the conditions; received "
            "'stat_infidelity'. Cure: did you mean `state_infidelity`?\n"
            "`uncertainties.window_s` must not be negative; received -1.",
        ),
        (
            {"uncertainties": 0.1},
            "`uncertainties` must be of type Mapping; received float. Cure: write "
            '{"state_infidelity": 0.005}.',
        ),
        ({"samples": 0}, "`samples` must be a whole number from 1 to 10000000; received 0."),
        ({"samples": 1.5}, "`samples` must be a whole number from 1 to 10000000; received 1.5."),
        (
            {"rng": "seed"},
            "`rng` must be a seed (a whole number at 0 or above) or a numpy.random.Generator; "
            "received 'seed'. Cure: use rng=1 for results that can be repeated.",
        ),
    ],
)
def test_errors(options, message):
    with pytest.raises(InputError) as error:
        uncertainty(verdict_of(), **options)
    assert str(error.value) == message


def test_uncertainties_that_leave_nothing():
    # At a profile's only distance every other one is refused.
    with pytest.raises(InputError) as error:
        uncertainty(verdict_of(profile="displayed"), uncertainties={"distance_m": 1e3})
    assert str(error.value) == (
        "`uncertainties` must leave numbers that the design allows; received 101 of 101 draws "
        "refused. Cure: state smaller ones."
    )


@pytest.mark.parametrize("spread", [math.nan, math.inf, True, "much", None, 1e400])
def test_odd_uncertainties(spread):
    with pytest.raises(InputError, match=r"`uncertainties\.state_infidelity`"):
        uncertainty(verdict_of(), uncertainties={"state_infidelity": spread})
