import itertools
import math

import numpy as np
import pytest

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.design import design_names
from xorgames.hardware.questions.improve import improve
from xorgames.hardware.questions.limits import limits
from xorgames.hardware.questions.optimiser import Costs, least, pulled_back
from xorgames.hardware.questions.rounds_law import rounds_law
from xorgames.hardware.questions.space import REFUSED, Space, around, missed
from xorgames.hardware.questions.trials import Trials

#: d ln rate/d ln x at attenuation x dB/km over 50 km.
_PER_DB_PER_KM = math.log(10) / 10 * 50


def _changed(found):
    """Return what `check` says of the numbers of a combination, from the design up."""
    changes = {axis.name: new for axis, new in found.combination.changes}
    design = found.verdict.design.replace(**changes)
    return xg.check(found.verdict.requirements, design)


def test_one_number_is_the_nearest_end_of_its_limits():
    verdict = verdict_of(0.02)
    found = improve(verdict)
    sizes = [fix.size for fix in found.fixes]
    assert sizes == sorted(sizes)
    for fix in found.fixes:
        assert fix.verdict.verdict == "PASS"
        intervals = limits(verdict, fix.axis.name).intervals
        assert fix.new in {end for each in intervals for end in (each.lower, each.upper)}
        assert (
            xg.check(
                verdict.requirements, verdict.design.replace(**{fix.axis.name: fix.new})
            ).verdict
            == "PASS"
        )
        # A little nearer to the present value it fails.
        nearer = fix.new - 1 if fix.axis.whole else fix.new / fix.factor**1e-3
        design = verdict.design.replace(**{fix.axis.name: nearer})
        assert xg.check(verdict.requirements, design).verdict == "FAIL"
    names = {fix.axis.name for fix in found.fixes} | {o.axis.name for o in found.obstacles}
    assert names == set(Trials.of(verdict).parameters)
    assert {obstacle.never for obstacle in found.obstacles} == {("rate",)}
    assert found.reason == ""


def test_the_least_attenuation_in_closed_form():
    verdict = verdict_of(0.02)
    (fix,) = improve(verdict, names=["attenuation_db_per_km"]).fixes
    short = verdict.requirements.rate_min_hz / verdict.performance.rate_hz
    assert fix.new == pytest.approx(0.25 - math.log(short) / _PER_DB_PER_KM, rel=1e-4)


def test_the_cheapest_combination_meets_the_conditions_of_an_optimum():
    # All that lies below an elasticity of 2 is cheaper in the efficiencies, up to 1.
    found = improve(verdict_of(0.003))
    changes = {axis.name: new for axis, new in found.combination.changes}
    efficiencies = ("emission_probability", "detector_efficiency", "miscellaneous_efficiency")
    assert changes == {
        "attenuation_db_per_km": pytest.approx(2 / _PER_DB_PER_KM, rel=5e-3),
        **dict.fromkeys(efficiencies, pytest.approx(1.0, abs=5e-3)),
    }
    verdict = found.verdict
    short = math.log(verdict.requirements.rate_min_hz / verdict.performance.rate_hz)
    in_all = -math.log(0.7 * 0.9 * 0.8)
    fibre = 0.25 - (short - 2 * in_all) / _PER_DB_PER_KM
    assert found.combination.cost == pytest.approx(math.log(0.25 / fibre) + in_all, rel=1e-3)
    assert found.combination.cost == pytest.approx(
        sum(abs(math.log(new / axis.value)) for axis, new in found.combination.changes)
    )
    assert found.combination.verdict.verdict == _changed(found).verdict == "PASS"


def test_squares_share_the_change_by_elasticity():
    names = ["emission_probability", "detector_efficiency", "group_velocity_m_per_s"]
    found = improve(verdict_of(0.02), names=names, cost="squares")
    sizes = {axis.name: math.log(new / axis.value) for axis, new in found.combination.changes}
    # Lagrange: u is proportional to the elasticity over the weight.
    assert sizes["emission_probability"] == pytest.approx(sizes["detector_efficiency"], rel=1e-2)
    assert sizes["group_velocity_m_per_s"] == pytest.approx(
        sizes["emission_probability"] * 0.99 / 2, rel=2e-2
    )
    assert _changed(found).verdict == "PASS"


def test_weights_move_the_change_elsewhere():
    names = ["emission_probability", "miscellaneous_efficiency"]
    for dear, cheap in (names, names[::-1]):
        found = improve(verdict_of(0.02), names=names, weights={dear: 5})
        assert [axis.name for axis, _ in found.combination.changes] == [cheap]
    found = improve(
        verdict_of(0.02), names=names, cost="squares", weights={"emission_probability": 3}
    )
    sizes = {axis.name: math.log(new / axis.value) for axis, new in found.combination.changes}
    assert sizes["miscellaneous_efficiency"] == pytest.approx(
        3 * sizes["emission_probability"], rel=1e-2
    )


def test_bounds_are_kept():
    bounds = {"attenuation_db_per_km": (0.23, 0.25), "emission_probability": (0.7, 0.72)}
    found = improve(verdict_of(0.02), names=[*bounds, "atoms"], bounds=bounds)
    changes = {axis.name: new for axis, new in found.combination.changes}
    assert changes["attenuation_db_per_km"] == pytest.approx(0.23, rel=1e-3)
    assert changes["emission_probability"] == pytest.approx(0.72, rel=2e-3)
    assert changes["atoms"] == round(changes["atoms"]) > 250
    # One atom less is not enough.
    fewer = found.verdict.design.replace(**{**changes, "atoms": int(changes["atoms"]) - 1})
    assert xg.check(found.verdict.requirements, fewer).verdict == "FAIL"


@pytest.mark.parametrize("cost", ["sum", "squares"])
def test_no_grid_finds_anything_cheaper(cost):
    names = ["state_infidelity", "attenuation_db_per_km"]
    verdict = verdict_of(0.012)
    found = improve(verdict, names=names, cost=cost)
    trials = Trials.of(verdict)
    power = {"sum": 1, "squares": 2}[cost]
    cheapest = math.inf
    for state, fibre in itertools.product(np.linspace(-1, 0, 21), np.linspace(-0.45, 0, 46)):
        numbers = {names[0]: 0.04 * math.exp(state), names[1]: 0.25 * math.exp(fibre)}
        size = abs(state) ** power + abs(fibre) ** power
        if size < cheapest and trials.passes(numbers):
            cheapest = size
    # The rounds go in steps, of which a point of the grid may happen to meet the edge.
    assert found.combination.cost <= 1.01 * cheapest
    assert found.combination.cost > 0.8 * cheapest


def test_whole_numbers_alone():
    found = improve(verdict_of(0.002), names=["channels", "atoms"])
    changes = {axis.name: new for axis, new in found.combination.changes}
    atoms, channels = changes.get("atoms", 250), changes.get("channels", 1)
    costs = {}
    for n, c in itertools.product(range(200, 450), range(1, 20)):
        # The rate grows with the atoms up to 415 of them.
        if min(n, 414.9) * c >= min(atoms, 414.9) * channels:
            costs[n, c] = abs(math.log(n / 250)) + math.log(c)
    assert found.combination.cost <= min(costs.values()) + 1e-9
    assert _changed(found).verdict == "PASS"


def test_two_criteria_need_two_changes():
    names = ["attenuation_db_per_km", "measurement_time_s", "rotation_time_s", "reset_time_s"]
    found = improve(verdict_of(0.02, local_time_s=5e-7), names=names)
    assert found.fixes == ()
    changes = {axis.name: new for axis, new in found.combination.changes}
    # Rotation keeps its 100 ns; the readout must take the rest.
    assert changes["measurement_time_s"] == pytest.approx(400e-9, rel=1e-3)
    assert set(changes) == {"measurement_time_s", "attenuation_db_per_km"}
    never = {obstacle.axis.name: obstacle.never for obstacle in found.obstacles}
    assert never["attenuation_db_per_km"] == ("decision",)
    assert never["measurement_time_s"] == ("rate",)
    assert never["reset_time_s"] == ("rate", "decision")


def test_nothing_to_do():
    found = improve(verdict_of(0.1))
    assert (found.fixes, found.obstacles, found.combination) == ((), (), None)
    assert found.reason == "nothing has to change: every criterion is met"


def test_infeasible_because_no_number_moves_it():
    found = improve(verdict_of(0.1, local_time_s=1e-3), names=["atoms", "channels"])
    assert found.combination is None
    assert found.reason == (
        "infeasible, because no number that may change moves locality (missed by a factor of 6)"
    )
    assert {obstacle.never for obstacle in found.obstacles} == {("locality",)}


def test_a_space_of_nothing():
    trials = Trials.of(verdict_of(0.02))
    space = Space(trials, [], rounds_law(trials, [0.05, 0.1, 0.2]))
    assert space.low.size == space.high.size == 0
    assert space.stuck().startswith("rate (missed by a factor of")


def test_infeasible_because_of_the_game():
    found = improve(verdict_of(0.1, game="dead"))
    assert found.reason == (
        "infeasible: No machine can win: entanglement has no advantage in this game."
    )


def test_infeasible_because_of_the_ranges():
    bounds = {"emission_probability": (0.6, 0.75), "atoms": (250, 260)}
    found = improve(verdict_of(0.01), names=list(bounds), bounds=bounds)
    assert found.combination is None
    assert found.reason == (
        "no passing design was found: where the least margin is largest, there is still rate "
        "(missed by a factor of 2.38), with emission probability, atoms at the end of what was "
        "searched"
    )


def test_the_conditions_may_be_named():
    (fix,) = improve(verdict_of(0.02), names=["distance_m"]).fixes
    assert fix.verdict.requirements.conditions.distance_m == fix.new < 50e3


@pytest.mark.slow
@pytest.mark.parametrize("name", design_names())
def test_every_packaged_design(name):
    found = improve(verdict_of(0.004, design=name))
    assert found.combination is not None
    assert _changed(found).verdict == "PASS"
    assert all(fix.verdict.verdict == "PASS" for fix in found.fixes)
    assert found.combination.cost <= min((fix.size for fix in found.fixes), default=math.inf)


def test_progress():
    calls = []
    improve(verdict_of(0.02), names=["atoms"], progress=lambda *call: calls.append(call))
    assert calls == [(1, 2), (2, 2)]


def test_to_dict():
    content = improve(verdict_of(0.02), names=["atoms", "rotation_time_s"]).to_dict()
    assert content["fixes"] == [
        {
            "parameter": "atoms",
            "unit": "",
            "value": 250,
            "new": 356,
            "factor": 356 / 250,
            "verdict": "PASS",
        }
    ]
    assert content["obstacles"][0]["never_met"] == ["rate"]
    assert content["combination"]["changes"] == [
        {"parameter": "atoms", "unit": "", "value": 250, "new": 356}
    ]
    assert content["combination"]["cost_kind"] == "sum"
    assert content["reason"] == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"cost": "cube"},
            "`cost` is not offered; received 'cube'. Cure: use one of sum, squares.",
        ),
        ({"names": []}, "`names` must name at least one number; received none."),
        (
            {"names": ["atoms"], "weights": {"atom": 1}, "bounds": {"channels": (1, 2)}},
            "`bounds.channels` is for no number that may change. Cure: use one of atoms.",
        ),
        (
            {"names": ["atoms"], "weights": {"atom": 1}},
            "`weights.atom` is for no number that may change. Cure: did you mean `atoms`?",
        ),
        (
            {"names": ["atoms", "channels"], "weights": {"atoms": 0}},
            "`weights.atoms` must be positive; received 0.",
        ),
        (
            {"names": "atoms"},
            '`names` must be of type tuple or list; received str. Cure: write ["atoms"].',
        ),
        (
            {"bounds": [1]},
            '`bounds` must be of type Mapping; received list. Cure: write {"atoms": (100, 400)}.',
        ),
        (
            {"weights": 2},
            '`weights` must be of type Mapping; received int. Cure: write {"atoms": 2}.',
        ),
        (
            {"names": ["atom"]},
            "`parameter` must be a number of yb_cavity or of the conditions; received 'atom'. "
            "Cure: did you mean `atoms`?",
        ),
    ],
)
def test_errors(options, message):
    with pytest.raises(InputError) as error:
        improve(verdict_of(0.02), **options)
    assert str(error.value) == message


@pytest.mark.parametrize("odd", [math.nan, math.inf, True, "dear", None, -1])
def test_odd_weights(odd):
    with pytest.raises(InputError, match=r"`weights\.atoms`"):
        improve(verdict_of(0.02), names=["atoms"], weights={"atoms": odd})


def _space(names, window_s=0.02):
    trials = Trials.of(verdict_of(window_s))
    law = rounds_law(trials, [0.05, 0.1, 0.2])
    return Space(trials, [trials.axis(name) for name in names], law)


def test_a_space_leaves_out_what_changes_nothing():
    space = _space(["atoms", "internal_cooperativity", "channels"])
    assert [axis.name for axis in space.axes] == ["atoms", "channels"]
    assert space.stuck() == ""


def test_the_slopes_of_a_space():
    space = _space(["emission_probability", "detector_efficiency", "measurement_time_s"])
    here = np.zeros(3)
    slopes = space.slopes(here)
    names = [criterion.name for criterion in verdict_of().criteria]
    assert slopes[names.index("rate")] == pytest.approx([2, 2, -870 / 240645], abs=1e-4)
    assert slopes[names.index("decision")] == pytest.approx([0, 0, -870 / 970], abs=1e-4)


def test_between_whole_numbers():
    space = _space(["atoms"])
    ends = [space.margins(space.sizes({"atoms": n})) for n in (300, 301)]
    middle = space.margins(np.array([math.log(300.5 / 250)]))
    assert middle == pytest.approx((ends[0] + ends[1]) / 2, abs=1e-9)
    assert around(300.0) == [(300.0, 1.0)]


def test_what_is_not_allowed_is_far_below():
    trials = Trials.of(verdict_of(0.02))
    law = rounds_law(trials, [0.05, 0.1, 0.2])
    # 2500 dB of fibre: the design refuses it.
    axis = trials.axis("attenuation_db_per_km", (0.1, 50.0))
    space = Space(trials, [axis], law)
    assert (space.margins(np.array([math.log(200)])) == REFUSED).all()
    costs = Costs(kind="sum", weights={"attenuation_db_per_km": 1.0})
    assert pulled_back(space, space.high) is None
    assert least(space, np.zeros(1), costs)[0] < 0


def test_missed_criteria_in_words():
    criteria = verdict_of(0.01).criteria
    assert missed([c for c in criteria if not c.passed]) == "rate (missed by a factor of 2.84)"
    assert missed([]) == ""
