"""How long the advantage lasts: measured by playing, and as `require` says; they agree."""

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.pair_store import value_with_fallback
from xorgames.scenarios.engine import prepare
from xorgames.scenarios.estimates import Estimate
from xorgames.scenarios.game_scenario import GameScenario
from xorgames.scenarios.grid_control import CONDITIONS, GridControl
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.players import Machine
from xorgames.scenarios.robustness import sweep
from xorgames.scenarios.robustness_axes import AXES, Setting
from xorgames.scenarios.robustness_claims import rate_sweep
from xorgames.scenarios.robustness_inputs import input_law_sweep
from xorgames.scenarios.robustness_points import Point, Sweep, find_bracket

CHSH = xg.solve(xg.catalog.chsh())
GAME = GameScenario(game=xg.catalog.chsh())
HFT_SOLUTION = xg.solve(HFT().exact_game())


def message(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def point(value, excess, error=0.01, predicted=None):
    known = None if predicted is None else Estimate(value=predicted, standard_error=0.0)
    return Point(value=value, excess=Estimate(value=excess, standard_error=error), predicted=known)


@pytest.mark.parametrize("axis", AXES)
def test_trading_ends_where_the_criteria_say(axis):
    found = sweep(HFT(), HFT_SOLUTION, axis, rounds=100_000)
    assert found.agrees
    assert [each.value for each in found.points] == sorted(each.value for each in found.points)
    if axis == "pair_rate_hz":
        assert found.bracket is None
        assert found.required is None
    else:
        assert found.bracket[0] <= found.required <= found.bracket[1]


def test_the_requirement_is_that_of_require():
    limit = xg.require(CHSH).combined_infidelity_max.lower
    noise = sweep(GAME, CHSH, "visibility", rounds=100_000)
    assert noise.required == pytest.approx(1 - limit, abs=1e-9)
    assert abs(noise.end.value - noise.required) < 4.5 * noise.end.standard_error
    readout = sweep(GAME, CHSH, "readout_error", rounds=100_000)
    assert (1 - 2 * readout.required) ** 2 == pytest.approx(1 - limit, abs=1e-9)
    assert abs(readout.end.value - readout.required) < 4.5 * readout.end.standard_error
    one_sided = sweep(GAME, CHSH, "one_sided_error", rounds=50_000)
    assert (1 - one_sided.required) ** 2 == pytest.approx(1 - limit, abs=1e-9)
    assert abs(one_sided.end.value - one_sided.required) < 4.5 * one_sided.end.standard_error


def test_errors_of_one_kind_use_up_what_is_left_for_another():
    machine = Machine(noise=Noise(visibility=0.9, readout_error=0.02))
    setting = Setting(machine=machine)
    limit = 1 - xg.require(CHSH).combined_infidelity_max.lower
    noise = sweep(GAME, CHSH, "visibility", setting=setting, rounds=50_000)
    assert noise.required * 0.96**2 == pytest.approx(limit, abs=1e-9)
    readout = sweep(GAME, CHSH, "readout_error", setting=setting, rounds=50_000)
    assert 0.9 * (1 - 2 * readout.required) ** 2 == pytest.approx(limit, abs=1e-9)
    assert noise.agrees
    assert readout.agrees


def test_a_machine_that_leaves_nothing_is_refused():
    limit = 1 - xg.require(CHSH).combined_infidelity_max.lower
    for noise, axis, left in (
        (Noise(visibility=0.0), "readout_error", "0"),
        (Noise(readout_error=0.5), "visibility", "0"),
        (Noise(visibility=0.5), "readout_error", "0.5"),
    ):
        setting = Setting(machine=Machine(noise=noise))
        assert message(sweep, GAME, CHSH, axis, setting=setting) == (
            f"`machine` must leave an advantage on the other axes; received {left} of the "
            f"correlators, with {limit:.6g} needed. Cure: give a machine with less noise."
        )


def test_the_excess_in_the_units_of_the_scenario():
    found = sweep(HFT(), HFT_SOLUTION, "visibility", values=[0.5, 1.0], rounds=20_000)
    assert set(found.points[0].changes) == {each.name for each in HFT().measures}
    for point in found.points:
        assert point.changes["payoff"].difference.value == pytest.approx(point.excess.value)
        assert point.changes["payoff"].sample == 20_000


def test_empty_stores_are_as_the_store_says():
    setting = Setting(decision_rate_hz=1000, places=2)
    found = sweep(GAME, CHSH, "pair_rate_hz", setting=setting, values=[100, 1000], rounds=100_000)
    for each, no_pair in zip(found.points, ((1 - 0.1) / (1 - 0.1**3), 1 / 3), strict=True):
        value = value_with_fallback(CHSH, no_pair=no_pair, combined_infidelity=0.0)
        assert each.predicted.value == pytest.approx(value.lower - 0.75, abs=1e-9)
        assert abs(each.excess.value - each.predicted.value) < 4.5 * each.excess.standard_error


def test_time_and_distance_end_at_a_step():
    conditions = Conditions(local_time_s=20e-6, distance_m=56.3e3)
    setting = Setting(conditions=conditions)
    slow = sweep(HFT(), HFT_SOLUTION, "decision_time_s", setting=setting, rounds=20_000)
    assert slow.required == 20e-6
    assert slow.end is None
    far = sweep(HFT(), HFT_SOLUTION, "distance_m", setting=setting, rounds=20_000)
    assert far.required == pytest.approx(20e-6 * LIGHT_SPEED_M_PER_S)
    # Nearer, those who talk do better than any pair; farther, they earn nothing.
    assert far.points[0].excess.value < 0 < far.points[-1].excess.value
    assert slow.agrees
    assert far.agrees


def test_an_estimated_game_predicts_with_its_own_error():
    known = prepare(GridControl(), rounds=50_000)
    setting = Setting(conditions=CONDITIONS)
    found = sweep(GridControl(), known, "visibility", setting=setting, rounds=100_000)
    assert min(each.predicted.standard_error for each in found.points) > 0
    assert found.agrees


def test_windows_of_the_required_number_have_the_power():
    conditions = Conditions(window_s=0.01)
    machine = Machine(noise=Noise(visibility=0.939))
    found = rate_sweep(CHSH, machine=machine, conditions=conditions, windows=2000)
    needs = xg.require(CHSH, conditions, infidelity=0.061)
    assert found.required == needs.rate_min_hz == 21_100
    assert found.bracket[0] <= found.required <= found.bracket[1]
    assert found.agrees


@pytest.mark.parametrize("availability", [0.9, 0.5])
def test_windows_without_pairs_are_those_of_a_classical_round(availability):
    """A round without a pair is not a lost one: it wins as often as the classical value says."""
    machine = Machine(noise=Noise(visibility=0.95, availability=availability))
    found = rate_sweep(CHSH, machine=machine, windows=200)
    classical, ideal = 3 / 4, (1 + 0.5**0.5) / 2
    mean = availability * (0.5 + 0.95 * (ideal - 0.5)) + (1 - availability) * classical
    infidelity = 1 - (mean - 0.5) / (ideal - 0.5)
    assert found.required == xg.require(CHSH, infidelity=infidelity, test="bernoulli").rate_min_hz
    assert found.agrees


def test_windows_of_a_game_with_fractional_payoffs():
    hft = xg.solve(xg.catalog.hft(p=0.5, beta=0.1))
    found = rate_sweep(hft, windows=200)
    assert found.agrees


def test_another_law_of_the_inputs():
    found = input_law_sweep(CHSH, rounds=100_000)
    # tau - tau^2 = (sqrt2 - 1)/4: the classical value 3/4 + tau - tau^2 reaches the quantum one.
    expected = (1 - np.sqrt(1 - (np.sqrt(2) - 1))) / 2
    assert found.required == pytest.approx(expected, abs=1e-6)
    assert found.bracket[0] < found.required < found.bracket[1]
    assert found.agrees


def test_a_law_that_drifts_is_covered_by_the_interval():
    found = input_law_sweep(CHSH, drift=True, biases=[0, 0.2, 0.5], rounds=40_000)
    assert found.safe
    assert found.bracket[0] >= found.required
    assert found.agrees


def test_progress_of_all_kinds():
    for call in (
        lambda told: sweep(GAME, CHSH, "visibility", rounds=1000, progress=told),
        lambda told: rate_sweep(CHSH, windows=100, progress=told),
        lambda told: input_law_sweep(CHSH, rounds=1000, progress=told),
    ):
        steps = []
        call(lambda done, total, steps=steps: steps.append((done, total)))
        assert steps[-1][0] == steps[-1][1]


def test_where_a_bracket_is():
    falling = [point(0.1, 0.5), point(0.2, 0.02), point(0.3, -0.02), point(0.4, -0.5)]
    assert find_bracket(falling) == (0.1, 0.4)
    assert find_bracket(falling[:2]) is None
    assert find_bracket([point(1, -0.1), point(2, 0.1), point(3, -0.1)]) == (1, 2)


@pytest.mark.parametrize(
    ("points", "required", "agrees"),
    [
        ([point(1, -0.1, predicted=-0.1), point(2, 0.1, predicted=0.1)], 1.5, True),
        ([point(1, -0.1, predicted=-0.1), point(2, 0.1, predicted=0.1)], 2.5, False),
        ([point(1, -0.1, predicted=-0.2), point(2, 0.1, predicted=0.1)], 1.5, False),
        ([point(1, -0.1), point(2, 0.1)], None, False),
        ([point(1, 0.0), point(2, 0.1)], None, True),
        ([point(1, -0.1), point(2, -0.1)], None, False),
        ([point(1, 0.1), point(2, 0.1)], 1.5, False),
        ([point(1, 0.0), point(2, 0.1)], 1.5, None),
        ([point(1, -0.1), point(2, 0.0)], None, False),
        # Only what lies beyond the limit is known to be nothing: that is no contradiction.
        ([point(1, 0.0), point(2, -0.1)], 1.5, None),
        ([point(1, -0.1), point(2, -0.1)], 1.5, False),
        # The same decisions in every round that was played: too few to say anything.
        ([point(1, 0.0, error=0.0, predicted=1e-4), point(2, 0.1)], 1.5, None),
        ([point(1, 0.0, error=0.0, predicted=1e-4), point(2, 0.1)], None, True),
        ([point(1, 0.0, error=0.0, predicted=1e-4)] * 2, None, None),
        ([point(1, 0.1, error=0.0, predicted=0.2), point(2, 0.1)], None, False),
    ],
)
def test_what_agreement_is(points, required, agrees):
    found = Sweep(
        axis="",
        unit="",
        about="",
        points=tuple(points),
        bracket=find_bracket(points),
        end=None,
        required=required,
    )
    assert found.agrees is agrees
    assert found.to_dict()["agrees"] is agrees


def test_json_has_no_numbers_that_are_none():
    found = Sweep(
        axis="", unit="", about="", points=(point(1, 0.1, error=np.nan), point(2, 0.1)),
        bracket=None, end=Estimate(value=np.inf, standard_error=np.nan), required=None,
    )  # fmt: skip
    content = found.to_dict()
    assert content["points"][0]["excess"] == {"value": 0.1, "standard_error": None}
    assert content["end"] == {"value": None, "standard_error": None}


def test_a_few_rounds_contradict_nothing():
    """A pair in one decision of a million changes none of a thousand decisions."""
    found = sweep(GAME, CHSH, "pair_rate_hz", values=[1e-3, 2e-3], rounds=1000)
    assert [each.excess.standard_error for each in found.points] == [0, 0]
    assert min(each.predicted.value for each in found.points) > 9e-8
    assert found.agrees is None


def test_what_is_refused():
    assert message(sweep, GAME, CHSH, "visiblity") == (
        "`axis` is not offered; received 'visiblity'. Cure: did you mean `visibility`?"
    )
    assert message(sweep, "hft", CHSH, "visibility") == (
        "`scenario` must be of type Scenario; received str."
    )
    assert message(sweep, GAME, GAME, "visibility") == (
        "`known` must be of type Solution or Prepared; received GameScenario. Cure: solve or "
        "prepare makes one."
    )
    assert message(sweep, GAME, CHSH, "distance_m", rounds=1000) == (
        "`scenario` must say what lateness costs. Cure: give it a method `missed`."
    )
    assert message(sweep, GAME, CHSH, "visibility", values=[0.5]) == (
        "`values` must be at least 2 numbers; received [0.5]."
    )
    assert message(sweep, GAME, CHSH, "visibility", values=[0.5, np.nan]) == (
        "`values` must be finite; received [0.5, nan]."
    )
    assert message(sweep, GAME, CHSH, "visibility", values=[0.5, 1.5]).startswith(
        "`visibility` must lie in [0, 1]; received 1.5."
    )
    none = xg.solve(xg.catalog.hadamard(4))
    text = (
        "`solution` must have an advantage that can end; received none. Cure: choose another game "
        "or other parameters."
    )
    assert message(sweep, GameScenario(game=none.game), none, "visibility") == text
    assert message(input_law_sweep, none) == (
        "`solution` must have an advantage that can end; received none."
    )
    assert message(input_law_sweep, 3) == (
        "`solution` must be of type Solution; received int. Cure: solve makes one."
    )
    assert message(rate_sweep, none).startswith(
        "`machine` must be good enough to show an advantage; received "
    )
    assert message(rate_sweep, CHSH, windows=1) == (
        "`windows` must be a whole number from 100 to 1000000; received 1."
    )
