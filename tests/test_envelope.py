"""Derivatives by the envelope theorem against differences, and limits by branch and bound."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from xorgames.design.climb import Climber
from xorgames.design.demands import Setting
from xorgames.design.envelope import FamilySpace, slopes_at, slopes_of
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.family_limit import family_limit
from xorgames.design.objectives import parse_subjects
from xorgames.design.quantities import Evaluator
from xorgames.errors import InputError

F = Fraction
EXAMPLES = Path(__file__).parent.parent / "examples"
POINTS = [
    ("hft", {"p": 0.42, "beta": 0.11}),
    ("biased_chsh", {"p": 0.55, "q": 0.6}),
    (EXAMPLES / "your_family.toml", {"busy": 0.45, "together": 0.02, "cost": 0.05}),
    ("load_balancing:cells=5", {"threshold": 0.31}),
]


@pytest.mark.parametrize(("family", "point"), POINTS)
def test_slopes_are_those_of_differences(family, point):
    family = load_family(family)
    names, step = list(point), 1e-5
    found = slopes_at(family, point, names)
    for i, name in enumerate(names):
        ends = [slopes_at(family, point | {name: point[name] + s}, names) for s in (step, -step)]
        quantum = (ends[0].quantum - ends[1].quantum) / (2 * step)
        classical = (ends[0].classical - ends[1].classical) / (2 * step)
        assert found.quantum_slopes[i] == pytest.approx(quantum, abs=1e-6)
        assert found.classical_slopes[i] == pytest.approx(classical, abs=1e-6)


def test_there_is_no_slope_where_there_is_no_game():
    family = load_family(EXAMPLES / "your_family.toml")
    with pytest.raises(InputError, match=r"covariance` must lie in \[-1/10, 1/10\]"):
        slopes_at(family, {"busy": 0.5, "together": 0.25, "cost": 0.1}, ["cost"])
    root = family_from_table(
        {
            "schema": 1,
            "parameters": {"p": {"lower": 0, "upper": 1}},
            "distribution": [["sqrt(p)", "1 - sqrt(p)"]],
            "win": [[0, 1]],
        }
    )
    with pytest.raises(InputError) as refused:
        slopes_at(root, {"p": 0}, ["p"])
    assert str(refused.value) == (
        "`point` must be one where the game changes smoothly; received {'p': 0}."
    )


def test_climbs_end_where_no_neighbour_is_better():
    family = load_family(EXAMPLES / "your_family.toml")
    names = ["busy", "together", "cost"]
    box = [(F(0), F(1)), (F(-1, 4), F(1, 4)), (F(0), F(1))]
    climber = Climber(FamilySpace(family, names, box), "gap")
    value, x = climber.climb(np.array([0.4, 0.0, 0.2]))
    rng = np.random.default_rng(1)
    near = [tuple(map(F, x + 1e-3 * step)) for step in rng.standard_normal((200, 3))]
    others = Evaluator(family, names, Setting()).many(near, ["gap"])["gap"]
    assert (others.upper <= value + 1e-9).all()


def bump(width):
    """Return a family that is CHSH at one point, and worth nothing far from it."""
    hill = f"exp(-(a - 0.11)**2/{width}**2 - (b - 0.77)**2/{width}**2)"
    return family_from_table(
        {
            "schema": 1,
            "parameters": {name: {"lower": 0, "upper": 1} for name in "ab"},
            "distribution": "uniform",
            "payoff": [[[1, 0], [1, 0]], [[1, 0], [0, hill]]],
        }
    )


@pytest.mark.parametrize("start", [[0.1, 0.75], [0.13, 0.78], [0.1, 0.8], [0.12, 0.72]])
def test_climbs_do_not_step_over_the_hill_that_they_stand_on(start):
    climber = Climber(FamilySpace(bump("0.05"), ["a", "b"], [(F(0), F(1))] * 2), "gap")
    value, x = climber.climb(np.array(start))
    assert value == pytest.approx((2**0.5 - 1) / 4, rel=1e-9)
    assert x == pytest.approx([0.11, 0.77], abs=1e-4)


def test_numbers_too_small_for_doubles_count_as_none():
    space = FamilySpace(bump("0.034"), ["a", "b"], [(F(0), F(1))] * 2)
    local = space.local(np.array([1.0, 0.64]))
    assert local.matrix.tolist() == [[0.25, 0.25], [0.25, 0.0]]
    assert slopes_of(local).quantum == pytest.approx(0.75)


def test_climbs_respect_subjects():
    subjects = parse_subjects(["quantum<=0.84", "ratio>=1.2", "critical-infidelity>=0.1",
                               "gap<=0.08"], Setting())  # fmt: skip
    family, box = load_family("hft"), [(F(0), F(1)), (F(0), F(1))]
    space = FamilySpace(family, ["p", "beta"], box)
    _, x = Climber(space, "gap", subjects).climb(np.array([0.45, 0.1]))
    found = Evaluator(family, ["p", "beta"], Setting()).many(
        [tuple(map(F, x.tolist()))], ["quantum", "gap", "ratio"]
    )
    assert found["quantum"].upper[0] <= 0.84
    assert 0.07 < found["gap"].upper[0] <= 0.08
    assert found["ratio"].lower[0] >= 1.2


@pytest.mark.parametrize("quantity", ["gap", "ratio", "critical-infidelity"])
@pytest.mark.parametrize("name", ["hft", "lctc", "biased_chsh"])
def test_no_game_exceeds_the_limit(name, quantity):
    family = load_family(name)
    names = [parameter.name for parameter in family.parameters]
    box = [(F(1, 10), F(3, 5)), (F(1, 20), F(2, 5))]
    limit = family_limit(family, names, box, quantity=quantity, known=0.0)
    rng = np.random.default_rng(2)
    points = [(F(a), F(b)) for a, b in (rng.random((400, 2)) * [0.5, 0.35] + [0.1, 0.05]).tolist()]
    found = Evaluator(family, names, Setting()).many(points, [quantity])[quantity]
    assert found.upper.max() <= limit.upper
    assert limit.upper - found.upper.max() < 0.05


def test_a_limit_drops_boxes_that_miss_a_subject():
    family, box = load_family("hft"), [(F(0), F(1)), (F(0), F(1))]
    subjects = parse_subjects(["classical>=0.8"], Setting())
    limit = family_limit(
        family, ["p", "beta"], box, quantity="gap", known=0.0574, subjects=subjects
    )
    assert 0.05749 < limit.upper < 0.0577
