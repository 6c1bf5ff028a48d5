import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.criteria import Criterion
from xorgames.hardware.keys import MODELS
from xorgames.hardware.parameters import COUNT, EFFICIENCY, Rule
from xorgames.hardware.questions.axis import Axis, allowed
from xorgames.hardware.questions.trials import Trials, kept


def _criterion(required, achieved, comparison):
    return Criterion(
        name="c",
        required=required,
        achieved=achieved,
        unit="",
        comparison=comparison,
        passed=None,
    )


@pytest.mark.parametrize(
    ("required", "achieved", "comparison", "factor"),
    [
        (2.0, 1.0, "<", 2.0),
        (2.0, 1.0, ">", 0.5),
        (None, 1.0, ">", None),
        (2.0, None, "<", None),
        (0.0, 1.0, "<", None),
        (2.0, 0.0, ">", None),
        (-1.0, 1.0, "<", None),
    ],
)
def test_the_factor_by_which_a_criterion_is_kept(required, achieved, comparison, factor):
    assert kept(_criterion(required, achieved, comparison)) == factor


def test_a_margin_factor_exceeds_1_exactly_where_the_criterion_is_met():
    for window_s in (0.01, 0.1):
        for criterion in verdict_of(window_s).criteria:
            assert (kept(criterion) > 1) is criterion.passed


@settings(max_examples=12, deadline=None)
@given(
    emission=st.floats(0.2, 1.0),
    state=st.floats(1e-6, 0.15),
    atoms=st.integers(1, 600),
    window_s=st.floats(1e-3, 1.0),
)
@pytest.mark.parametrize(
    "rule",
    [
        {"test": "binomial"},
        {"test": "expected-score"},
        {"test": "hoeffding"},
        {"test": "binomial", "protocol": "observed"},
    ],
    ids=str,
)
def test_a_trial_ends_as_check_does(rule, emission, state, atoms, window_s):
    trials = _TRIALS.setdefault(str(rule), Trials.of(verdict_of(rule=rule)))
    changes = {
        "emission_probability": emission,
        "state_infidelity": state,
        "atoms": atoms,
        "window_s": window_s,
    }
    verdict = xg.check(*trials.changed(changes))
    trial = trials.trial(changes)
    assert trial.met == {c.name: c.passed for c in verdict.criteria}
    assert trial.passed is trials.passes(changes) is (verdict.verdict == "PASS")
    assert trial.performance == verdict.performance
    assert trials.verdict(changes).to_dict() == verdict.to_dict()


_TRIALS = {}


def test_a_changed_design_is_that_of_replace():
    trials = Trials.of(verdict_of())
    changes = {"atoms": 300, "state_infidelity": 0.01, "distance_m": 30e3}
    _, performance = trials._achieved(changes)
    needs, design = trials.changed(changes)
    assert performance == design.evaluate(distance_m=needs.conditions.distance_m)


def test_all_questions_about_a_verdict_share_their_counts():
    verdict = verdict_of(0.02)
    assert Trials.of(verdict) is Trials.of(verdict)
    trials = Trials.of(verdict)
    assert trials.counts.at(0.1) is trials.counts.at(0.1)
    assert trials.requirements.test == verdict.requirements.rounds.test == "binomial"
    assert not trials.count({"state_infidelity": 0.01})


def test_slow_counts_are_estimated_between_near_ones():
    trials = Trials.of(verdict_of(game="hft"))
    assert trials.requirements.test == "betting"
    limit = trials.requirements.combined_infidelity_max.lower
    for eps in (limit / 2, limit * 0.7):
        trials.counts.at(eps)
    about = trials.counts.pairs_at(limit * 0.6)
    exact = trials.counts.at(limit * 0.6)
    assert about != exact.rounds.first
    assert about == pytest.approx(exact.rounds.first, rel=0.03)
    assert trials.counts.pairs_at(limit * 0.6) == pytest.approx(exact.rounds.first)
    # From one count on towards the limit, by the second power.
    last = max(eps for eps in trials.counts._infidelities if eps < limit)
    few = trials.counts.at(last).rounds.first
    eps = limit - (limit - last) / 2
    assert trials.counts.pairs_at(eps) == pytest.approx(4 * few)
    assert trials.counts.at(eps).rounds.first == pytest.approx(4 * few, rel=0.1)


def test_the_test_of_a_machine_without_rounds():
    """The machine errs too much for the game; it is asked by the test that would do for half."""
    noisy = xg.load_design("yb_cavity").replace(state_infidelity=0.1)
    verdict = verdict_of(game="hft", design=noisy)
    assert verdict.requirements.rounds.first is None
    trials = Trials.of(verdict)
    assert (trials.requirements.test, trials.requirements.rounds.first) == ("betting", None)


def test_numbers_that_are_not_allowed_pass_nothing():
    trials = Trials.of(verdict_of())
    assert trials.trial({"emission_probability": 1.5}) is None
    assert not trials.passes({"emission_probability": 1.5})


def test_a_distance_is_that_of_the_parties():
    trials = Trials.of(verdict_of())
    needs, design = trials.changed({"distance_m": 30e3, "atoms": 300})
    assert needs.conditions.distance_m == 30e3
    assert design.numbers["distance_m"] == 50e3
    assert design.numbers["atoms"] == 300
    assert "distance_m" not in trials.parameters
    assert trials.verdict({"distance_m": 30e3}).performance.distance_m == 30e3


def test_the_profile_of_the_verdict_is_kept():
    trials = Trials.of(verdict_of(profile="displayed"))
    assert trials.verdict({}).performance.rate_hz == pytest.approx(7854.5, rel=1e-5)
    assert trials.trial({"distance_m": 51e3}) is None


@pytest.mark.parametrize(
    ("limits", "ends"),
    [
        (COUNT, (1, float("inf"))),
        (EFFICIENCY, (5e-324, 1)),
        ({"minimum": 0, "exclusiveMaximum": 1}, (0, 1 - 2**-53)),
        ({}, (-float("inf"), float("inf"))),
    ],
)
def test_the_ends_of_a_rule(limits, ends):
    assert allowed(Rule(about="", limits=limits)) == ends


def test_the_range_of_a_search_is_allowed():
    for name in xg.hardware.design.design_names():
        trials = Trials.of(verdict_of(design=name))
        for parameter in trials.parameters:
            axis = trials.axis(parameter)
            rule = MODELS[trials.design.model][parameter]
            assert rule.check(parameter, axis.lower) is rule.check(parameter, axis.upper) is None
            assert axis.lower <= axis.value <= axis.upper


def test_points_in_equal_ratios_with_the_present_one():
    axis = Axis(name="x", unit="", value=2.5, lower=1.0, upper=100.0, whole=False)
    assert axis.points(3) == pytest.approx([1.0, 2.5, 10.0, 100.0])
    whole = Axis(name="x", unit="", value=3, lower=1, upper=8, whole=True)
    assert whole.points(97) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_the_middle_of_two_numbers():
    axis = Axis(name="x", unit="", value=1.0, lower=1e-3, upper=1e3, whole=False)
    assert axis.between(1.0, 4.0) == pytest.approx(2.0)
    assert axis.between(1.0, 1.000001) is None
    whole = Axis(name="x", unit="", value=1, lower=1, upper=1000, whole=True)
    assert whole.between(5, 4) is None
    assert whole.between(1, 3) == 2
    assert whole.between(100, 98) == 99


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Trials.of("PASS"),
            "`verdict` must be of type Verdict; received str. Cure: check makes one.",
        ),
        (
            lambda: Trials.of(xg.check(verdict_of().requirements, verdict_of().performance)),
            "`verdict` must be of a design; received a bare Performance. Cure: check a design "
            "instead: load_design reads one.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis(["atoms"]),
            '`parameter` must be of type str; received list. Cure: write "atoms".',
        ),
        (
            lambda: Trials.of(verdict_of()).axis("atms"),
            "`parameter` must be a number of yb_cavity or of the conditions; received 'atms'. "
            "Cure: did you mean `atoms`?",
        ),
        (
            lambda: _without_dark_counts().axis("dark_count_rate_hz"),
            "`dark_count_rate_hz` must not be 0: it changes by factors; received 0. Cure: set it "
            "to something first.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis("atoms", (400, 100)),
            "`bounds.atoms` must be in order and positive; received 400, 100. Cure: give the "
            "smaller one first, greater than 0.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis("dark_count_rate_hz", (0, 10)),
            "`bounds.dark_count_rate_hz` must be in order and positive; received 0, 10. Cure: "
            "give the smaller one first, greater than 0.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis("atoms", 7),
            "`bounds.atoms` must be a lower and an upper number; received 7.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis("atoms", (1.5, 7)),
            "`bounds.atoms` must be a whole number, 1 or more; received 1.5.",
        ),
        (
            lambda: Trials.of(verdict_of()).axis("emission_probability", (0.5, 1.5)),
            "`bounds.emission_probability` must lie in (0, 1]; received 1.5.",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message


@pytest.mark.parametrize("end", [float("nan"), float("inf"), True, "many", None])
def test_odd_bounds(end):
    with pytest.raises(InputError, match=r"`bounds\.atoms`"):
        Trials.of(verdict_of()).axis("atoms", (1, end))


def _without_dark_counts():
    design = xg.load_design("yb_cavity").replace(dark_count_rate_hz=0)
    return Trials.of(verdict_of(design=design))
