"""The worked example of a scenario: known costs, an advantage, and its price."""

import math

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.grid_control import CONDITIONS, GridControl

CALM = GridControl(weather_mw=0)


def test_the_cost_of_each_pair_of_surges_by_hand():
    game = prepare(CALM, rounds=20_000).estimated.game
    together = [[0, 0, 0], [0, 0, -40], [0, -40, -80]]
    assert game.payoff[..., 0].tolist() == together
    assert game.payoff[..., 1] == pytest.approx(np.full((3, 3), -20.0))


def test_its_values_against_the_solver_on_the_exact_law():
    independent = np.full((3, 3), 0.75 / 9) + np.eye(3) * 0.25 / 3
    payoff = np.stack(
        [np.array([[0, 0, 0], [0, 0, -40], [0, -40, -80]]), np.full((3, 3), -20)], axis=-1
    )
    exact = xg.solve(xg.XORGame(independent, payoff))
    found = simulate(CALM, rounds=100_000, training=100_000, conditions=CONDITIONS)
    for name, value in (
        ("classical", exact.classical.value),
        ("quantum", exact.one_pair.value),
        ("omniscient", exact.no_signalling.value),
    ):
        cost = found.players[name].metrics["cost"]
        # The strategies are those of a sample of the law, which costs next to nothing.
        assert abs(-cost.value - value.lower) < 4.5 * cost.standard_error + 0.01
    assert exact.advantage.verdict == "PROVEN"


def test_what_the_operator_sees():
    found = simulate(GridControl(), rounds=200_000, training=200_000, conditions=CONDITIONS)
    change = found.players["quantum"].changes
    assert change["cost"].difference.value < -5 * change["cost"].difference.standard_error
    assert change["overload_mw"].difference.value < 0
    # The advantage has a price: a reserve is left less often.
    assert change["reserve"].difference.value < 0
    late = found.players["communicating"].metrics
    assert late["cost"].value == pytest.approx(10 * 120, rel=0.01)
    assert found.facts["parameters"]["capacity_mw"] == 120
    assert found.about["communicating"].endswith("too late")


def test_light_needs_longer_than_a_decision_may():
    assert CONDITIONS.light_time_s > CONDITIONS.local_time_s


def test_parameters_that_are_none():
    with pytest.raises(InputError) as caught:
        GridControl(common_fault=2, capacity_mw=0, reserve_price=math.inf)
    assert str(caught.value).splitlines() == [
        "`common_fault` must lie in [0, 1]; received 2. Cure: write 0.02 for 2 %.",
        "`capacity_mw` must be positive; received 0.",
        "`reserve_price` must be finite; received inf.",
    ]
