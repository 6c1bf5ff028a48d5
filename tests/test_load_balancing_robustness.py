"""Until when routers with a pair wait less: every axis ends where `require` says."""

import json
from dataclasses import replace

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.hardware.pair_store import PairStore
from xorgames.scenarios.load_balancing_axes import QUEUE_AXES, Company
from xorgames.scenarios.load_balancing_batches import METRICS
from xorgames.scenarios.load_balancing_model import LoadBalancing, Noise
from xorgames.scenarios.load_balancing_robustness import queue_sweep
from xorgames.scenarios.load_balancing_routers import Omniscient, classical, quantum
from xorgames.scenarios.players import Machine
from xorgames.scenarios.robustness_axes import Setting
from xorgames.scenarios.weighted_pairs import Weighted

MODEL = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
GOAL = Weighted(model=MODEL, kappa_s=1)
CELLS = 8
KNOWN = xg.solve(GOAL.game(CELLS))
SETTING = Setting(decision_rate_hz=0.5)
FEW = 20_000


def net_s(player, kappa_s=1.0):
    found = player.predict()
    return kappa_s * found.bunch_probability - found.wait_s


RULE, PAIRS = classical(GOAL, cells=CELLS), quantum(GOAL, cells=CELLS)
GAP_S = net_s(PAIRS) - net_s(RULE)


@pytest.mark.parametrize(
    "axis", [*list(QUEUE_AXES)[:-1], pytest.param("service_drift", marks=pytest.mark.slow)]
)
def test_every_axis_ends_where_the_criteria_say(axis):
    found = queue_sweep(GOAL, KNOWN, axis, setting=SETTING, pairs=400_000)
    assert found.agrees
    assert [each.value for each in found.points] == sorted(each.value for each in found.points)
    if axis == "pair_rate_hz":
        assert found.bracket is None
        assert found.required is None
    elif axis == "service_drift":
        assert found.safe
    else:
        assert found.bracket[0] <= found.required <= found.bracket[1]


def test_limits_of_noise_are_those_of_require():
    left = 1 - xg.require(KNOWN).combined_infidelity_max.lower
    setting = replace(SETTING, machine=Machine(noise=Noise(visibility=0.98)))
    required = {
        axis: queue_sweep(GOAL, KNOWN, axis, setting=setting, values=[0, 0.1], pairs=FEW).required
        for axis in ("visibility", "readout_error", "one_sided_error")
    }
    assert required["visibility"] == pytest.approx(left)
    assert 0.98 * (1 - 2 * required["readout_error"]) ** 2 == pytest.approx(left)
    assert 0.98 * (1 - required["one_sided_error"]) ** 2 == pytest.approx(left)


def test_the_fineness_of_cells_hardly_matters():
    limits = [
        xg.require(xg.solve(GOAL.game(cells)), test="hoeffding").combined_infidelity_max.lower
        for cells in (30, 60)
    ]
    # E[kappa - w] is 0 here: half the bias is what bunching is worth, without the wait of all.
    always = MODEL.wait_s(0.0)
    exact = 1 - (net_s(classical(GOAL)) + always) / (net_s(quantum(GOAL)) + always)
    assert limits[0] == pytest.approx(exact, abs=1e-3)
    assert limits[1] == pytest.approx(exact, abs=3e-4)


def test_the_excess_in_seconds_is_that_of_wait_and_bunching():
    found = queue_sweep(GOAL, KNOWN, "visibility", values=[0.8, 1.0], pairs=100_000)
    for point in found.points:
        assert set(point.changes) == set(METRICS)
        changes = {name: each.difference.value for name, each in point.changes.items()}
        expected = changes["bunch_probability"] - changes["wait_s"]
        assert point.excess.value == pytest.approx(expected, abs=1e-12)
        assert point.changes["wait_s"].sample == 100_000
    assert found.points[1].predicted.value == pytest.approx(GAP_S)


def test_players_of_a_sweep_are_compared_over_the_same_jobs():
    """The error of the excess is far below that of two independent runs."""
    (point,) = queue_sweep(GOAL, KNOWN, "visibility", values=[0.99, 1.0], pairs=100_000).points[1:]
    alone = 1.4 * 0.0155  # of the wait alone, over so many pairs
    assert point.excess.standard_error < alone / 1.5


def test_empty_stores_are_as_the_store_says():
    setting = replace(SETTING, places=2)
    found = queue_sweep(
        GOAL, KNOWN, "pair_rate_hz", setting=setting, values=[0.05, 0.5], pairs=100_000
    )
    for point in found.points:
        store = PairStore(pair_rate_hz=point.value, decision_rate_hz=0.5, places=2)
        assert point.predicted.value == pytest.approx((1 - store.no_pair) * GAP_S, abs=1e-9)
    assert found.agrees


def test_jobs_that_are_held_wait_longer():
    found = queue_sweep(GOAL, KNOWN, "decision_time_s", setting=SETTING, pairs=FEW)
    assert found.required == 10e-6
    assert found.end is None
    for point in found.points:
        if point.value < 10e-6:
            assert point.predicted.value == pytest.approx(GAP_S - point.value, abs=1e-12)
        else:
            # Too late: the classical rule, after the local time was waited for nothing.
            assert point.excess.value == pytest.approx(-10e-6, abs=1e-12)
            assert point.excess.standard_error == 0
            assert point.changes["wait_s"].difference.value == pytest.approx(10e-6, abs=1e-11)
            assert point.changes["wait_s"].difference.standard_error == 0


def test_a_pair_is_worth_no_longer_wait_than_it_saves():
    setting = replace(SETTING, conditions=Conditions(local_time_s=5.0))
    slow = queue_sweep(GOAL, KNOWN, "decision_time_s", setting=setting, pairs=400_000)
    assert slow.required == pytest.approx(GAP_S)
    assert slow.agrees
    far = queue_sweep(GOAL, KNOWN, "distance_m", setting=setting, pairs=400_000)
    better_s = net_s(Omniscient(goal=GOAL)) - net_s(PAIRS)
    assert far.required == pytest.approx(better_s * LIGHT_SPEED_M_PER_S)
    assert far.agrees


@pytest.mark.parametrize("axis", ["longer_jobs", "shorter_jobs"])
def test_wrong_angles_are_an_infidelity_that_require_limits(axis):
    """At the limit the wrong angles take from the bias of the true game what may be taken."""
    found = queue_sweep(GOAL, KNOWN, axis, setting=SETTING, values=[0.95, 1], pairs=FEW)
    mean = found.required
    model = replace(MODEL, service_rate_hz=1 / mean)
    true = Weighted(model=model, kappa_s=1)
    known = xg.solve(true.game(CELLS))
    routers = Company(goal=GOAL, solution=KNOWN, quantum=PAIRS).elsewhere(SETTING, mean)[0]
    bias = 2 * (net_s(routers.player) + model.wait_s(0.0) - known.game.offset)
    best = 2 * (known.one_pair.value.lower - known.game.offset)
    limit = xg.require(known, test="hoeffding").combined_infidelity_max
    assert 1 - bias / best == pytest.approx(limit.lower, abs=5e-3)


def test_the_same_seed_gives_the_same_numbers():
    runs = [
        queue_sweep(GOAL, KNOWN, "visibility", values=[0.8, 1.0], pairs=FEW, rng=seed).to_dict()
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert json.loads(json.dumps(runs[0], allow_nan=False))["agrees"] in (True, None)


@pytest.mark.parametrize("axis", ["visibility", "service_drift"])
def test_progress_never_goes_back(axis):
    shares = []
    queue_sweep(
        GOAL, KNOWN, axis, values=[0.9, 1.0], pairs=FEW,
        progress=lambda done, total: shares.append(done / total),
    )  # fmt: skip
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.5 < shares[-1] == 1


def test_a_drift_that_goes_nowhere_is_no_drift():
    found = queue_sweep(GOAL, KNOWN, "service_drift", values=[1.0, 1.1], pairs=FEW)
    assert found.safe
    assert found.points[0].predicted.value == pytest.approx(GAP_S)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"axis": "visibilty"}, "`axis` is not offered; received 'visibilty'. Cure: did you mean "
         "`visibility`?"),
        ({"goal": MODEL}, "`goal` must be of type Weighted; received LoadBalancing."),
        ({"known": GOAL.game(4)}, "`known` must be of type Solution; received XORGame. Cure: "
         "solve(goal.game(60)) makes one."),
        ({"known": xg.solve(xg.catalog.chsh())}, "`known` must be of the goal's game; received "
         "CHSH. Cure: solve(goal.game(60)) makes one."),
        ({"pairs": 10}, "`pairs` must be at least 11657 at this load, or the standard errors would "
         "be wrong; received 10."),
        ({"setting": Setting(machine=Machine(noise=Noise(visibility=0.5)))},
         "`machine` must leave an advantage on the other axes; received 0.5 of the correlators, "
         "with 0.913028 needed. Cure: give a machine with less noise."),
    ],
)  # fmt: skip
def test_what_is_refused(change, message):
    given = {"goal": GOAL, "known": KNOWN, "axis": "readout_error", "pairs": FEW} | change
    with pytest.raises(InputError) as caught:
        queue_sweep(given.pop("goal"), given.pop("known"), given.pop("axis"), **given)
    assert str(caught.value) == message


def test_numbers_of_the_search():
    assert np.isclose(GAP_S, KNOWN.one_pair.value.lower - KNOWN.classical.value.lower, atol=1e-6)
