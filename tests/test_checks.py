"""Scenarios with mistakes in them: every one is named, and none gives a wrong number in silence."""

import numpy as np
import pytest

from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.scenarios.checks import RESERVED, checked_rules
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.result import Measure
from xorgames.scenarios.scenario import Rounds, Scenario

COST = Measure(name="cost", about="mean cost")


class Vans(Scenario):
    """CHSH, told as two vans."""

    name, shape = "two vans", (2, 2)

    def draw(self, rounds, rng):
        x, y = rng.integers(0, 2, (2, rounds))
        return Rounds(x=x, y=y)

    def cost(self, seen, a, b):
        return ((a ^ b) != (seen.x & seen.y)).astype(float)


def made(**changes):
    return type("Made", (Vans,), changes)()


def played(scenario, **options):
    return simulate(scenario, rounds=1000, training=1000, **options)


def message(scenario, call=played, **options):
    with pytest.raises(InputError) as caught:
        call(scenario, **options)
    return str(caught.value)


SHAPE = "`shape` must be two whole numbers from 1 to 1024, for Alice and Bob; received {}."


@pytest.mark.parametrize(
    ("shape", "received"),
    [
        (5, "5"),
        ((2,), "(2,)"),
        ((2, 2, 2), "(2, 2, 2)"),
        ((0, 2), "(0, 2)"),
        ((2.0, 2), "(2.0, 2)"),
        ((True, 2), "(True, 2)"),
        ((2, 1025), "(2, 1025)"),
        ("22", "'22'"),
        (None, "nothing"),
        (np.ones((2, 2), int), "ndarray"),
    ],
)
def test_shapes_that_are_none(shape, received):
    for call in (played, lambda scenario: prepare(scenario, rounds=1000)):
        assert message(made(shape=shape), call) == SHAPE.format(received)


@pytest.mark.parametrize("shape", [[2, 2], np.array([2, 2]), (np.int64(2), 2)])
def test_shapes_in_other_clothes(shape):
    assert prepare(made(shape=shape), rounds=1000).estimated.game.shape == (2, 2)


def test_what_is_missing_is_named():
    bare = type("Bare", (Scenario,), {"draw": Vans.draw, "cost": Vans.cost})()
    assert message(bare).splitlines() == [
        "`name` must be a text; received nothing.",
        SHAPE.format("nothing"),
    ]
    assert message(made(name="")) == "`name` must be a text; received ''."
    assert message(Vans) == (
        "`scenario` must be a scenario itself; received a class. Cure: make one: Vans(...)."
    )
    idle = {"name": "idle", "shape": (2, 2)}
    assert message(type("NoDraw", (Scenario,), idle)()) == (
        "`draw: x` must be whole numbers, one for each round; received nothing. Cure: return "
        "Rounds(x=..., y=...) with arrays."
    )
    assert message(type("NoCost", (Scenario,), idle | {"draw": Vans.draw})()) == (
        "`cost` must be one number for each round; received object of shape ()."
    )


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ((), "`measures` must be one Measure or more, in a tuple; received ()."),
        (("cost",), "`measures` must be one Measure or more, in a tuple; received ('cost',)."),
        (COST, "`measures` must be one Measure or more, in a tuple; received Measure."),
        ((COST, COST), "`measures` must have a name each; received cost twice."),
    ],
)
def test_measures_that_are_none(measures, expected):
    assert message(made(measures=measures)) == expected


def test_rounds_are_as_many_as_asked_for_and_in_arrays():
    for more, received in ((-1, "999 for 1000"), (1, "1001 for 1000")):
        scenario = made(draw=lambda _, rounds, rng, more=more: Vans().draw(rounds + more, rng))
        assert message(scenario) == (
            f"`draw: x` must be as many as the rounds asked for; received {received}."
        )
    lists = made(draw=lambda _, rounds, rng: Rounds(x=[0] * rounds, y=rng.integers(0, 2, rounds)))
    assert message(lists) == (
        "`draw: x` must be whole numbers, one for each round; received list. Cure: return "
        "Rounds(x=..., y=...) with arrays."
    )


def test_what_is_played_is_checked_as_what_is_learnt_from():
    class Late(Vans):
        def source(self, part, rng):  # noqa: ARG002
            return lambda rounds: Rounds(
                x=np.full(rounds, 0 if part == "training" else 2), y=np.zeros(rounds, int)
            )

    assert message(Late()) == "`draw: x` must be from 0 to 1; received 2 to 2."


@pytest.mark.parametrize(
    "cost",
    [
        lambda _, seen, a, b: (a ^ b) != (seen.x & seen.y),
        lambda _, seen, a, b: ((a ^ b) != (seen.x & seen.y)).astype(np.uint8),
        lambda _, seen, a, b: ((a ^ b) != (seen.x & seen.y)).astype(np.float16),
        lambda _, seen, a, b: ((a ^ b) != (seen.x & seen.y)).tolist(),
    ],
)
def test_costs_of_any_kind_of_number(cost):
    found = played(
        made(cost=cost, measures=(COST, Measure(name="payoff", about="")), name=Vans.name)
    )
    for name, each in played(Vans()).players.items():
        metrics = found.players[name].metrics
        assert metrics["cost"] == each.metrics["cost"]
        assert metrics["payoff"].value == -metrics["cost"].value


def test_bits_do_not_overflow_in_a_cost():
    """200 does not fit into the eight bits that decisions are stored in."""
    rules = {"apart": ([1, 1], [0, 0])}
    large = made(cost=lambda _, _seen, a, b: 100 * (a ^ b) + 100, rules=lambda _: rules)
    found = played(large)
    assert prepare(large, rounds=1000).estimated.game.payoff[0, 0].tolist() == [-100, -200]
    assert found.players["classical"].metrics["cost"].value == 100
    assert found.players["apart"].metrics["cost"].value == 200


@pytest.mark.parametrize(
    ("size", "received"), [(1e200, "1e+200"), (-1e101, "-1e+101"), (np.inf, "inf")]
)
def test_costs_beyond_all_measure(size, received):
    rule = "must be finite" if size == np.inf else "must not exceed 1e+100 in size"
    found = message(made(cost=lambda _, _seen, a, b: np.where(a == b, 0.0, size)))
    assert found == f"`cost` {rule}; received {received}."
    assert played(made(cost=lambda _, _seen, a, b: np.where(a == b, 0.0, 1e60))).rounds == 1000


def test_nothing_is_drawn_in_a_cost():
    rng = np.random.default_rng(0)
    drawing = made(cost=lambda _, seen, a, b: Vans().cost(seen, a, b) + rng.random(len(a)))
    assert message(drawing) == (
        "`cost` must be the same when asked again for the same rounds. Cure: draw what is random "
        "in `draw`, and keep it there for all four decisions."
    )


def test_what_goes_in_cannot_be_changed():
    def spoil_inputs(_, seen, a, b):
        seen.x[:] = 0
        return Vans().cost(seen, a, b)

    def spoil_bits(_, seen, a, b):
        a ^= b
        return Vans().cost(seen, a, b)

    for cost in (spoil_inputs, spoil_bits):
        with pytest.raises(ValueError, match="read-only"):
            played(made(cost=cost))

    def spoil_later(_, seen, a, b):
        b[:] = 0
        return {"cost": Vans().cost(seen, a, b)}

    with pytest.raises(ValueError, match="read-only"):
        played(made(quantities=spoil_later))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            None,
            "`quantities` must be of type Mapping; received NoneType. Cure: return them by name, "
            "as a dict.",
        ),
        (
            {"cost": np.full(10, np.nan)},
            "`quantities: cost` must be finite; received nan.",
        ),
        (
            {"cost": np.full(10, "1")},
            "`quantities: cost` must be one number for each round; received str32 of shape (10,).",
        ),
        (
            {"cost": [[1.0], [2.0, 3.0]]},
            "`quantities: cost` must be one number for each round; received object of shape ().",
        ),
    ],
)
def test_quantities_that_are_none(given, expected):
    assert message(made(quantities=lambda *_: given)) == expected


def test_the_cost_of_lateness_is_checked_too():
    far = Conditions(distance_m=50e3, local_time_s=10e-6)
    late = made(missed=lambda _, seen: {"cost": np.where(seen.x == 0, np.nan, 1.0)})
    assert message(late, conditions=far) == "`quantities: cost` must be finite; received nan."


@pytest.mark.parametrize(
    "answers",
    [
        ([0], [0, 1]),
        ([0, 1, 0], [0, 1]),
        ([0, 2], [0, 1]),
        ([0, -1], [0, 1]),
        ([0, 0.5], [0, 1]),
        ([0, True, 1], [0, 1]),
        ([[0, 1], [1]], [0, 1]),
        ([0, 1],),
        "01",
    ],
)
def test_rules_that_are_none(answers):
    assert message(made(rules=lambda _: {"mine": answers})) == (
        f"`rules: mine` must be 2 bits for Alice and 2 for Bob, each 0 or 1; received {answers}."
    )


def test_no_rule_takes_the_place_of_a_player():
    for name in RESERVED:
        assert message(made(rules=lambda _, name=name: {name: ([0, 0], [0, 1])})) == (
            f"`rules: {name}` must not have the name of a player that there is in any case. "
            "Cure: rename it."
        )
    assert message(made(rules=lambda _: [([0, 0], [0, 1])])) == (
        "`rules` must be of type Mapping; received list."
    )
    tables = checked_rules(made(rules=lambda _: {"mine": (np.array([0, 1]), [1, 1])}))
    assert (tables["mine"].a.tolist(), tables["mine"].b.tolist()) == ([0, 1], [1, 1])


def test_every_reserved_name_is_that_of_a_player():
    from xorgames.scenarios.players import Machine

    near = Conditions(distance_m=1000, local_time_s=10e-6)
    found = played(made(rules=lambda _: {}), machine=Machine(), conditions=near)
    assert tuple(found.players) == RESERVED


def test_formulas_return_a_number_for_each_mean():
    for formula, received in (
        (lambda _: 1.0, "float64 of shape ()"),
        (lambda means: means["cost"] > 0, "bool of shape (101,)"),
    ):
        assert message(made(formulas={"cost": formula})) == (
            f"`formulas` must return as many numbers as each of the means has; received {received}."
        )


def test_a_metric_that_is_not_defined_is_said_to_be_none():
    found = played(made(formulas={"cost": lambda means: np.log(-means["cost"])}))
    assert found.findings() == ["mean cost of a round: not defined in some or all of the run"]
    assert found.to_dict()["players"]["quantum"]["metrics"]["cost"] == {
        "value": None,
        "standard_error": None,
    }
    assert found.rows()[0]["estimate"] == found.rows()[0]["sample_beyond_doubt"] == ""
