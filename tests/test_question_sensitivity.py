import math

import pytest

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.design import design_names
from xorgames.hardware.questions.rounds_law import rounds_law
from xorgames.hardware.questions.sensitivity import sensitivity
from xorgames.hardware.questions.trials import Trials, kept

_SHRUNK = (1 - 2 * 0.002) ** 2


def _found(**more):
    found = sensitivity(verdict_of(0.1, **more))
    return {answer.axis.name: answer for answer in found.answers}, found


def _eps(state=0.04, readout=0.002, storage_s=240.6452380952381e-6):
    state += 2 * (1 - math.exp(-storage_s / 7.9))
    return 1 - (1 - 4 * state / 3) * (1 - 2 * readout) ** 2


def test_elasticities_in_closed_form():
    answers, found = _found()
    decibels = math.log(10) / 10 * 0.25 * 50
    eps = _eps()
    assert eps == pytest.approx(found.verdict.performance.combined_infidelity, rel=1e-9)
    expected = {
        ("attenuation_db_per_km", "rate"): -decibels,
        ("detector_efficiency", "rate"): 2,
        ("miscellaneous_efficiency", "rate"): 2,
        ("emission_probability", "rate"): 2,
        ("atoms", "rate"): 1,
        ("channels", "rate"): 1,
        ("window_s", "rate"): 1,
        ("measurement_time_s", "decision"): -870 / 970,
        ("rotation_time_s", "decision"): -100 / 970,
        ("local_time_s", "decision"): 1,
        ("local_time_s", "locality"): -1,
        ("distance_m", "locality"): 1,
        ("memory_lifetime_s", "memory"): 1,
        ("state_infidelity", "fidelity"): -0.04 * 4 / 3 * _SHRUNK / eps,
        ("measurement_infidelity", "fidelity"): -0.002 * 4 * (1 - eps) / 0.996 / eps,
        ("internal_cooperativity", "rate"): 0,
    }
    for (name, criterion), value in expected.items():
        elasticity = answers[name].elasticities[criterion]
        # The finest rounds carry a fitted slope, whose error is stated.
        assert elasticity.value == pytest.approx(value, abs=1e-5 + 2 * elasticity.error), name
        assert elasticity.error < 1e-3
        assert elasticity.smooth


def test_the_slope_of_the_rounds_against_hoeffding_s_closed_form():
    answers, found = _found(rule={"test": "hoeffding"})
    gap = found.verdict.requirements.combined_infidelity_max.lower - _eps()
    # N is proportional to 1/gap^2, and the infidelity falls by 4/3 of the state's.
    slope = -2 / gap * 0.04 * 4 / 3 * _SHRUNK
    elasticity = answers["state_infidelity"].elasticities["rate"]
    assert elasticity.value == pytest.approx(slope, rel=3e-3)
    assert elasticity.value == pytest.approx(slope, abs=3 * elasticity.error)


def test_the_slope_of_the_rounds_against_counts_far_apart():
    answers, found = _found()
    needs = found.verdict.requirements
    eps = found.verdict.performance.combined_infidelity
    low, high = (needs.at_infidelity(eps * by).rounds.first for by in (0.5, 1.5))
    per_eps = -math.log(high / low) / eps
    slope = per_eps * 0.04 * 4 / 3 * _SHRUNK
    assert answers["state_infidelity"].elasticities["rate"].value == pytest.approx(slope, rel=0.1)


def test_the_strongest_come_first():
    _, found = _found()
    assert found.tightest == "rate"
    strengths = [abs(answer.elasticities["rate"].value) for answer in found.answers]
    assert strengths == sorted(strengths, reverse=True)
    assert found.margins["rate"] == min(found.margins.values())
    assert found.margins == {c.name: kept(c) for c in found.verdict.criteria}


def test_ways_to_move_a_number():
    design = xg.load_design("yb_cavity").replace(detector_efficiency=1.0, channels=3)
    answers, _ = _found(design=design)
    assert answers["detector_efficiency"].way == "one-sided"
    assert answers["detector_efficiency"].elasticities["rate"].value == pytest.approx(2, abs=1e-6)
    assert answers["channels"].way == answers["atoms"].way == "by one"
    assert answers["channels"].elasticities["rate"].value == pytest.approx(1, abs=1e-9)
    assert answers["emission_probability"].way == "central"


def test_kinks_are_told():
    # Beyond its own distance the design adds false heralds; before it, none are taken off.
    answers, _ = _found()
    kink = answers["distance_m"].elasticities["fidelity"]
    assert not kink.smooth
    assert kink.error == pytest.approx(abs(kink.value), rel=0.1)
    # From 415 atoms on, one more does nothing.
    design = xg.load_design("yb_cavity").replace(atoms=415)
    answers, _ = _found(design=design)
    assert not answers["atoms"].elasticities["rate"].smooth


def test_a_profile_that_holds_at_one_distance():
    answers, _ = _found(profile="displayed")
    assert "distance_m" not in answers
    assert answers["attenuation_db_per_km"].elasticities["rate"].value == 0


def test_no_rounds_where_the_fidelity_fails():
    design = xg.load_design("yb_cavity").replace(state_infidelity=0.3)
    answers, found = _found(design=design)
    assert found.rounds is None
    assert "rate" not in found.margins
    assert "rate" not in answers["atoms"].elasticities
    assert found.tightest == "fidelity"


@pytest.mark.parametrize("name", design_names())
def test_every_packaged_design(name):
    answers, found = _found(design=name)
    decision = {
        key: answers[key].elasticities["decision"].value
        for key in ("rotation_time_s", "measurement_time_s", "decision_time_s")
        if key in answers
    }
    assert sum(decision.values()) == pytest.approx(-1, abs=1e-6)
    assert found.to_dict()["parameters"][0]["parameter"] == found.answers[0].axis.name


def test_only_some_names():
    found = sensitivity(verdict_of(), names=["atoms", "window_s"])
    assert {answer.axis.name for answer in found.answers} == {"atoms", "window_s"}
    with pytest.raises(InputError, match="did you mean `atoms`"):
        sensitivity(verdict_of(), names=["atom"])
    with pytest.raises(InputError, match="`names` must be of type tuple or list; received str"):
        sensitivity(verdict_of(), names="atoms")


def test_the_law_of_the_rounds():
    trials = Trials.of(verdict_of(rule={"test": "hoeffding"}))
    law = rounds_law(trials, [0.05, 0.1, 0.2])
    assert law.exponent == pytest.approx(2, abs=0.01)
    assert law.to_dict()["limit"] == law.limit
    for eps, count in law.counts:
        assert law.log_pairs(eps) == pytest.approx(math.log(count), abs=0.01)
    moved = law.through(0.1, 1000)
    assert moved.log_pairs(0.1) == pytest.approx(math.log(1000))
    assert moved.exponent == law.exponent
    # Beyond the limit it goes on rising, with no jump.
    least = law.limit * (1 - 1e-3)
    assert law.log_pairs(law.limit + 0.1) > law.log_pairs(law.limit) > law.log_pairs(least)
    assert law.log_pairs(least + 1e-12) == pytest.approx(law.log_pairs(least - 1e-12))


def test_no_law_without_counts():
    assert rounds_law(Trials.of(verdict_of()), [0.1, 0.2]) is None
    assert rounds_law(Trials.of(verdict_of(game="dead")), [0.1, 0.2, 0.25]) is None
