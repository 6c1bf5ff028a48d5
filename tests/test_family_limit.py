"""What no game of a family exceeds: against games at many points, and where boxes are odd."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.design.boxes import MONOTONE, boxes_of
from xorgames.design.demands import Setting
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.family_limit import FamilyLimit, family_limit, most_ratio
from xorgames.design.intervals import Interval
from xorgames.design.objectives import parse_subjects
from xorgames.design.quantities import Evaluator

F = Fraction
UNIT = F(0), F(1)
QUANTITIES = st.sampled_from(["gap", "ratio", "critical-infidelity"])


def family_of(payoff, *, distribution="uniform", names="pq", **more):
    return family_from_table(
        {
            "schema": 1,
            "parameters": {name: {"lower": 0, "upper": 1} for name in names},
            "distribution": distribution,
            "payoff": payoff,
            **more,
        }
    )


def best_of(family, names, box, quantity, count, rng):
    grid = rng.integers(0, 65, size=(count, len(names)))
    points = [
        tuple(low + (high - low) * F(int(k), 64) for k, (low, high) in zip(row, box, strict=True))
        for row in grid
    ]
    found = Evaluator(family, names, Setting()).many(points, [quantity], decide=False)[quantity]
    return float(found.lower[found.defined].max(initial=0.0))


ENTRIES = st.sampled_from(
    ["p", "1 - q", "p*q", "p/(p + q)", "1/(q - 0.3)", "sqrt(p - 0.2)", "log(q - 0.3)", "exp(-p*q)",
     "abs(p - q)", "min(p, 1/4)", "max(p, q)**2", "(p - 1/2)**-2", "0", "1"]
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(ENTRIES, min_size=8, max_size=8), QUANTITIES, st.booleans())
def test_no_game_of_a_point_has_more(entries, quantity, uneven):
    pairs = [entries[i : i + 2] for i in range(0, 8, 2)]
    odds = [["p/2", "q/2"], ["(1-p)/2", "(1-q)/2"]] if uneven else "uniform"
    family = family_of([pairs[:2], pairs[2:]], distribution=odds)
    box = [(F(1, 10), F(9, 10)), (F(0), F(4, 5))]
    rng = np.random.default_rng(0)
    best = best_of(family, "pq", box, quantity, 60, rng)
    limit = family_limit(family, "pq", box, quantity=quantity, known=0.0)
    assert limit.upper >= best


@pytest.mark.parametrize("beta", [F(0), F(1, 3)])
def test_a_parameter_with_one_value_is_not_cut(beta):
    # 1/3 is no double: its interval has a width that is of no use to cut.
    box = [UNIT, (beta, beta)]
    limit = family_limit(load_family("hft"), ["p", "beta"], box, quantity="gap", known=0.0)
    alone = family_limit(load_family(f"hft:beta={beta}"), ["p"], [UNIT], quantity="gap", known=0.0)
    assert limit.upper == pytest.approx(alone.upper, rel=1e-3)
    point = [(F(1, 2), F(1, 2)), (beta, beta)]
    limit = family_limit(load_family("hft"), ["p", "beta"], point, quantity="gap", known=0.0)
    k = 1 - 2 * float(beta)
    assert limit.upper == pytest.approx((np.sqrt(1 + k**2) - 1) / 4, rel=1e-12)


def test_odds_that_do_not_sum_to_one_are_no_game():
    family = family_of([[[1, 0], [1, 0]], [[1, 0], [0, 1]]], distribution=[["p", "q"], ["q", "p"]])
    limit = family_limit(family, "pq", [UNIT, UNIT], quantity="gap", known=0.1)
    # CHSH, at p = q = 1/4.
    assert 0.10355 < limit.upper < 0.1037


# Wherever the roots have a value CHSH, at a root of 1 or 0, is the best game.
@pytest.mark.parametrize("root", ["sqrt(p*(1-p))", "sqrt(1 - p**2)", "sqrt(p - 0.25)"])
def test_square_roots_up_to_the_edge_of_where_they_have_a_value(root):
    family = family_of([[[1, 0], ["1", root]], [[1, 0], [0, 1]]], names="p")
    limit = family_limit(family, "p", [UNIT], quantity="gap", known=0.1035)
    assert 0.10355 < limit.upper < 0.10357


@pytest.mark.parametrize("entry", ["sqrt(p - 2)", "log(p - 1)", "1/(0*p)"])
def test_boxes_where_something_has_no_value_are_dropped(entry):
    family = family_of([[[entry, 0], [1, 0]], [[1, 0], [0, 1]]], names="p")
    limit = family_limit(family, "p", [(F(1, 4), F(3, 4))], quantity="gap", known=0.0)
    assert limit.upper == 0.0


@pytest.mark.parametrize(
    ("shape", "most"),
    [((1, 9), 1.0), ((2, 2), 2**0.5), ((2, 9), 2**0.5), ((3, 2), 2**0.5), ((3, 3), 1.4546),
     ((4, 4), 1.4546), ((4, 5), 1.4546), ((5, 5), 1.7823), ((9, 3), 1.4546)],
)  # fmt: skip
def test_ratios_have_a_limit_of_their_own(shape, most):
    assert most <= most_ratio(shape) < most + 1e-12
    rng = np.random.default_rng(1)
    for matrix in rng.choice([-1.0, 1.0], size=(20, *shape)):
        biases = xg.solve(xg.XORGame.from_matrix(matrix))
        assert (biases.quantum.bias / biases.classical.bias).lower <= most_ratio(shape)


def test_limits_where_little_is_known_of_the_games():
    family = family_of([[["1/p", 0], [1, 0]], [[1, 0], [0, 1]]], names="p")
    ratio = family_limit(family, "p", [UNIT], quantity="ratio", known=1.0)
    assert 2**0.5 <= ratio.upper < 1.4143
    lost = family_limit(family, "p", [UNIT], quantity="critical-infidelity", known=0.0)
    assert 1 - 0.5**0.5 <= lost.upper < 0.293
    # The sum of the radii alone would leave (1 + 1)/2.
    wide = family_of([[["p", 0], [1, "q"]], [[1, 0], [0, 1]]])
    few = family_limit(wide, "pq", [UNIT, UNIT], quantity="gap", known=0.0)
    assert few.upper < 0.2


def test_a_pole_leaves_everything_open():
    family = family_of([[["1/p", 0], [1, 0]], [[1, 0], [0, 1]]], names="p")
    assert family_limit(family, "p", [UNIT], quantity="gap", known=0.0).upper == inf


@pytest.mark.parametrize(
    ("spec", "quantity", "box"),
    [
        ("load_balancing:cells=3", "ratio", {"threshold": (F(1, 5), F(1, 2))}),
        ("load_balancing:cells=3,rule=midpoint", "gap", {"threshold": (F(1, 5), F(1, 2))}),
        ("load_balancing:cells=2,mu=1", "gap", {"t_star": (F(1, 2), F(2))}),
        ("load_balancing:cells=2", "gap", {"mu": (F(1, 2), F(2)), "t_star": (F(1, 3), F(1))}),
        ("lctc:distribution=0.4 0.1; 0.1 0.4", "gap", {"beta1": UNIT, "beta2": (F(0), F(1, 3))}),
    ],
)
def test_functions_of_the_catalogue_have_limits(spec, quantity, box):
    family, names, ends = load_family(spec), list(box), list(box.values())
    rng = np.random.default_rng(3)
    best = best_of(family, names, ends, quantity, 30, rng)
    # A little more than was found counts as known: what is below it need not be cut.
    limit = family_limit(family, names, ends, quantity=quantity, known=1.03 * best)
    assert best <= limit.upper
    # Where midpoints pass from one side to the other the game jumps, and boxes never get small.
    assert limit.upper < best + (0.5 if "midpoint" in spec else 0.04)


@pytest.mark.parametrize("name", MONOTONE)
def test_entries_between_corners(name):
    spec = {
        "lctc": "lctc:distribution=0.4 0.1; 0.1 0.4",
        "load_balancing": "load_balancing:cells=4",
    }
    family = load_family(spec[name])
    names = {"lctc": ["beta1", "beta2"], "load_balancing": ["threshold"]}[name]
    games = boxes_of(family, names, [UNIT] * len(names))
    rng = np.random.default_rng(4)
    for _ in range(20):
        low, high = np.sort(rng.integers(0, 1025, size=(2, len(names))) / 1024, axis=0)
        found = games(Interval(low[None], high[None]))
        inside = low + (high - low) * rng.random(len(names))
        game = family(**{n: F(float(v)) for n, v in zip(names, inside, strict=True)})
        off = np.abs(found.stack.matrices[0] - game.matrix).sum()
        assert off <= found.stack.errors[0] * (1 + 1e-12) + 1e-15
        assert found.stack.offsets.lower[0] <= game.offset <= found.stack.offsets.upper[0]


def test_where_no_way_to_a_limit_is_known():
    options = {"quantity": "gap", "known": 0.0}
    assert family_limit(load_family("chained"), ["n"], [(F(2), F(5))], **options) is None
    wide = family_of([[["p", "q"], ["r", "s"]]], names="pqrs")
    assert family_limit(wide, "pqrs", [UNIT] * 4, **options) is None
    # Without the number of cells there is a game, but not without the other time.
    assert boxes_of(load_family("load_balancing"), ["mu"], [UNIT]) is None


def test_boxes_without_a_game_that_will_do_are_dropped():
    subjects = parse_subjects(["classical>=2"], Setting())
    told = []
    limit = family_limit(
        load_family("hft"), ["p", "beta"], [UNIT, UNIT], quantity="gap", known=0.0,
        subjects=subjects, tell=lambda *progress: told.append(progress),
    )  # fmt: skip
    assert limit.upper == 0.0
    assert told[0][0] == "proving a limit"
    assert 0 <= told[-1][1] <= told[-1][2]


def test_a_corner_without_a_game_proves_nothing():
    options = {"quantity": "gap", "known": 0.0}
    family = load_family("load_balancing:cells=2")
    assert family_limit(family, ["threshold"], [(F(1, 2), F(2))], **options).upper == inf


@pytest.mark.parametrize(
    ("upper", "text"), [(0.10356442, "0.103565"), (0.5, "0.5"), (1234567.0, "1234570"), (0.0, "0")]
)
def test_limits_are_rounded_up(upper, text):
    assert FamilyLimit(upper=upper, boxes=1).text == text
