"""Families of expressions: one game exactly, many by intervals, derivatives."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.grid import Grid, parse_axis
from xorgames.errors import InputError

F = Fraction
UNIT = {"lower": 0, "upper": 1}


def table(**more):
    return {
        "schema": 1,
        "name": "test",
        "parameters": {"p": UNIT, "q": UNIT | {"default": "1/3"}},
        "distribution": [["p*q", "p*(1-q)"], ["(1-p)*q", "(1-p)*(1-q)"]],
        "payoff": [[[1, 0], ["sqrt(q)", 0]], [["min(p, q)", "p/2"], [0, "2 - p"]]],
    } | more


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(
        st.tuples(st.fractions(0, 1, max_denominator=50), st.floats(1e-200, 1).map(F)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_many_games_are_those_made_one_by_one(points):
    family = family_from_table(table())
    columns = {"p": [p for p, _ in points], "q": [q for _, q in points]}
    batch = family.matrices(columns)
    assert not batch.undefined
    seen = []
    for stack in batch.stacks:
        for k, i in enumerate(stack.points.tolist()):
            game = family(p=points[i][0], q=points[i][1])
            away = sum(
                abs(F(float(stack.matrices[k, x, y])) - game.exact_matrix[x, y])
                for x in range(2)
                for y in range(2)
            )
            assert away <= F(float(stack.errors[k])) <= F(1, 10**14)
            lower, upper = float(stack.offsets.lower[k]), float(stack.offsets.upper[k])
            assert lower <= game.exact_offset <= upper <= lower + 1e-14
            seen.append(i)
    assert sorted(seen) == list(range(len(points)))


def test_doubles_are_taken_exactly():
    family = family_from_table(table())
    (stack,) = family.matrices({"p": np.array([0.1, 0.2])}).stacks
    game = family(p=0.1)
    assert game.exact_distribution[0, 0] == F(0.1) / 3
    assert stack.matrices[0] == pytest.approx(game.matrix, abs=1e-15)


def test_the_points_of_a_grid():
    family = family_from_table(table())
    grid = Grid((parse_axis("p=0:1:3"), parse_axis("q=0:1:2")))
    found, known = family.matrices(grid), family.matrices(grid.columns(grid.points))
    assert found.count == known.count == 6
    for mine, other in zip(found.stacks, known.stacks, strict=True):
        assert mine.matrices.tolist() == other.matrices.tolist()


def test_derivatives_against_differences():
    family = family_from_table(table())
    p, q = np.array([0.3, 0.8]), np.array([0.6, 0.4])
    found = family.jacobian({"p": p, "q": q})
    step = 1e-6
    for name, moved in (("p", (p + step, q)), ("q", (p, q + step))):
        ahead = family.jacobian(dict(zip("pq", moved, strict=True)))
        slopes = (ahead.matrices - found.matrices) / step
        assert found.matrix_slopes[name] == pytest.approx(slopes, abs=1e-5)
        slopes = (ahead.offsets - found.offsets) / step
        assert found.offset_slopes[name] == pytest.approx(slopes, abs=1e-5)
    assert found.matrices[0] == pytest.approx(family(p=0.3, q=0.6).matrix)
    assert found.offsets[0] == pytest.approx(family(p=0.3, q=0.6).offset)


def test_settled_parameters_and_defaults():
    family = family_from_table(table())
    settled = family.fix(q="1/4")
    assert [parameter.name for parameter in settled.parameters] == ["p"]
    assert settled(p="1/2") == family(p="1/2", q="1/4")
    assert settled(p="1/2").name == "test, p = 0.5, q = 0.25"
    assert family(p="1/2") == family(p="1/2", q="1/3")
    assert family.fix() is family
    assert settled.fixed == {"q": F(1, 4)}
    (stack,) = settled.matrices({"p": [F(1, 2)]}).stacks
    assert stack.matrices[0] == pytest.approx(settled(p="1/2").matrix)
    assert list(settled.jacobian({"p": [0.5]}).matrix_slopes) == ["p"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "`test` needs p. Cure: give each a value or an axis."),
        (
            {"P": 1},
            "`parameters` must be an open parameter of test; received 'P'. Cure: use one of p, q.",
        ),
        ({"p": 2}, "`p` must lie in [0, 1]; received 2."),
        ({"p": True}, "`p` must be a number; received True. Cure: true and false are not numbers."),
        ({"p": float("nan")}, "`p` must be finite; received nan."),
        (
            {"p": -1, "q": "x"},
            "`p` must lie in [0, 1]; received -1.\n`q` must be a real number; received 'x'. "
            'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
        ),
    ],
)
def test_points_that_are_refused(given, message):
    with pytest.raises(InputError) as caught:
        family_from_table(table())(**given)
    assert str(caught.value) == message


def test_columns_that_are_refused():
    family = family_from_table(table())
    for columns, message in [
        ({"p": [1], "q": [1, 1]}, "`points` must give all parameters equally many values; "
         "received [1, 2]."),
        ({"r": [1]}, "`parameters` must be an open parameter of test; received 'r'. "
         "Cure: use one of p, q."),
        ({"q": [1]}, "`test` needs p. Cure: give each a value or an axis."),
        ({"p": np.array([0.5, np.nan])}, "`p` must be finite; received nan or inf."),
    ]:  # fmt: skip
        with pytest.raises(InputError) as caught:
            family.matrices(columns)
        assert str(caught.value) == message
    with pytest.raises(InputError) as caught:
        family_from_table(table()).fix(p="1/2", q="1/2").matrices({})
    assert str(caught.value) == (
        "`points` must give all parameters equally many values; received no parameter."
    )


def triangle(**more):
    """A distribution that leaves the simplex where p + q > 1."""
    return table(distribution=[["p", "q"], ["1 - p - q", 0]], **more)


def test_points_outside_the_simplex_have_a_reason():
    batch = family_from_table(triangle()).matrices(
        {"p": ["0.5", "0.5", "0.5", "0.1"], "q": ["0.4", "0.5", "0.6", "0.9"]}
    )
    assert batch.undefined == {2: "distribution[1][0] must not be negative; received -0.1"}
    assert sorted(i for stack in batch.stacks for i in stack.points.tolist()) == [0, 1, 3]


def test_the_same_point_alone_names_the_point():
    with pytest.raises(InputError) as caught:
        family_from_table(triangle())(p="0.5", q="0.6")
    assert str(caught.value) == (
        "test, p = 0.5, q = 0.6: `distribution[1][0]` must not be negative; received -0.1."
    )


def test_a_distribution_that_does_not_sum_to_one():
    family = family_from_table(table(distribution=[["p", "q"], ["p", "q"]]))
    batch = family.matrices({"p": ["1/4", "1/4"], "q": ["1/4", "1/2"]})
    assert batch.undefined == {1: "distribution must sum to 1; received 1.5"}
    with pytest.raises(InputError, match=r"test, p = 0\.25, q = 0\.5: `distribution` must sum"):
        family(p="1/4", q="1/2")


def test_no_value_where_an_expression_has_none():
    family = family_from_table(table(payoff=[[["1/p", 0], [0, 0]], [["log(q)", 0], [0, 1]]]))
    batch = family.matrices({"p": [0, "1/2", "1/2"], "q": [1, 0, "1/2"]})
    assert batch.undefined == {
        0: "payoff[0][0][0] must have a value; received 1/p: division by zero",
        1: "payoff[1][0][0] must have a value; received log(q): "
        "the logarithm of a number that is not positive",
    }
    with pytest.raises(InputError) as caught:
        family(p=0, q=1)
    assert str(caught.value) == (
        "test, p = 0, q = 1: `payoff[0][0][0]` must have a value; "
        "received 1/p: division by zero. Cure: narrow the bounds."
    )


def test_tiny_entries_are_left_to_exact_arithmetic_or_to_the_error():
    family = family_from_table(table(payoff=[[["1e-290*p", 0], [0, 0]], [[0, 0], [0, 1]]]))
    (stack,) = family.matrices({"p": ["1/3"], "q": ["1/7"]}).stacks
    assert (np.abs(stack.matrices[stack.matrices != 0]) > 1e-290).all()
    assert stack.errors[0] > 0


def test_families_from_the_catalogue_have_bounds():
    (p, beta) = load_family("hft").parameters
    assert p.to_dict() == {"name": "p", "lower": "0", "upper": "1", "default": None}
    assert beta.limits == "[0, 1]"
