import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InconsistencyError, InputError
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.limits import NOT_ALLOWED, along, limits
from xorgames.hardware.questions.trials import Trial, Trials


def test_the_least_number_of_atoms_by_trying_every_one():
    verdict = verdict_of(0.1)
    found = limits(verdict, "atoms")
    answers = {
        atoms: xg.check(verdict.requirements, verdict.design.replace(atoms=atoms)).verdict
        for atoms in range(60, 90)
    }
    assert found.least == min(n for n, answer in answers.items() if answer == "PASS")
    assert found.intervals[0].below == ("rate",)
    assert found.intervals[0].above == ()
    assert found.largest == 250_000


def test_the_largest_and_the_least_distance():
    verdict = verdict_of(0.1)
    found = limits(verdict, "distance_m")
    assert len(found.intervals) == 1
    assert found.largest == pytest.approx(66.27e3, rel=1e-4)
    # Nearer than light travels in the local time, the parties could talk.
    assert found.least == pytest.approx(10e-6 * 299_792_458, rel=2e-5)
    assert found.intervals[0].below == ("locality",)
    assert found.intervals[0].above == ("rate",)


def test_a_limit_without_rounds_in_closed_form():
    found = limits(verdict_of(0.1), "measurement_time_s")
    # The decision, rotation and readout, must be faster than the local time.
    assert found.largest == pytest.approx(10e-6 - 100e-9, rel=2e-5)
    assert found.intervals[-1].above == ("decision",)


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(
        ["atoms", "emission_probability", "attenuation_db_per_km", "state_infidelity", "window_s"]
    ),
    window_s=st.floats(5e-3, 0.5),
)
def test_both_ends_pass_and_what_lies_beyond_does_not(name, window_s):
    verdict = verdict_of(window_s)
    trials = Trials.of(verdict)
    found = limits(verdict, name)
    for interval in found.intervals:
        for end, beyond, step, at in (
            (interval.lower, interval.below, 1 - 2e-5, interval.at_lower),
            (interval.upper, interval.above, 1 + 2e-5, interval.at_upper),
        ):
            assert trials.verdict({name: end}).verdict == at.verdict == "PASS"
            if beyond:
                outside = end + (-1 if step < 1 else 1) if name == "atoms" else end * step
                assert trials.verdict({name: outside}).verdict == "FAIL"
            else:
                assert end in (found.axis.lower, found.axis.upper)
    if not found.intervals:
        assert found.never == ("rate",)


class _Scripted(Trials):
    """Trials that pass where they are told to; `check` says what it is told."""

    def __init__(self, where, *, honest=True):
        good, bad = verdict_of(0.1), verdict_of(0.001)
        super().__init__(good.requirements, good.design)
        self._where, self._honest, self._verdicts = where, honest, (bad, good)

    def trial(self, changes):
        passed = self._where(changes["x"])
        verdict = self._verdicts[passed]
        return Trial(verdict.performance, {c.name: c.passed for c in verdict.criteria})

    def verdict(self, changes):
        return self._verdicts[self._where(changes["x"]) and self._honest]


_AXIS = Axis(name="x", unit="", value=1.0, lower=0.01, upper=100.0, whole=False)


def test_several_intervals():
    found = along(_Scripted(lambda x: 0.1 <= x <= 2 or x >= 50), _AXIS)
    ends = [(interval.lower, interval.upper) for interval in found.intervals]
    assert ends == [pytest.approx((0.1, 2), rel=2e-5), pytest.approx((50, 100), rel=2e-5)]
    assert (found.least, found.largest) == (found.intervals[0].lower, 100.0)
    assert found.intervals[1].above == ()
    assert found.to_dict()["intervals"][1]["not_met_below"] == ["rate"]


def test_a_search_that_check_contradicts():
    with pytest.raises(InconsistencyError) as error:
        along(_Scripted(lambda x: x <= 100, honest=False), _AXIS)
    assert str(error.value) == "the search passes {'x': 0.01}, check says FAIL"


def test_nothing_passes():
    found = limits(verdict_of(0.01), "internal_cooperativity")
    assert (found.least, found.largest, found.never) == (None, None, ("rate",))


def test_criteria_that_exclude_each_other():
    # The local time must be longer than the decision and shorter than light, but at 100 m it
    # cannot be both.
    found = limits(verdict_of(0.1, distance_m=100.0), "local_time_s")
    assert (found.intervals, found.never) == ((), ())


def test_a_profile_allows_its_own_distance_only():
    found = limits(verdict_of(0.1, profile="displayed"), "distance_m")
    (interval,) = found.intervals
    assert (interval.lower, interval.upper) == (50e3, 50e3)
    assert interval.below == interval.above == (NOT_ALLOWED,)


def test_bounds_narrow_the_search():
    found = limits(verdict_of(0.1), "atoms", bounds=(100, 200))
    assert (found.least, found.largest) == (100, 200)
    assert found.intervals[0].below == ()


def test_to_dict():
    content = limits(verdict_of(0.1), "atoms").to_dict()
    assert content == {
        "parameter": "atoms",
        "unit": "",
        "value": 250,
        "least": 72,
        "largest": 250_000,
        "intervals": [
            {"lower": 72, "upper": 250_000, "not_met_below": ["rate"], "not_met_above": []}
        ],
        "never_met": [],
        "searched": {"lower": 1, "upper": 250_000, "points": 89},
    }


def test_an_unknown_number():
    with pytest.raises(InputError, match="did you mean `atoms`"):
        limits(verdict_of(0.1), "atom")
