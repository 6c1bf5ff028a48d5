"""Axes and grids: exact values, and every way to get them wrong."""

from fractions import Fraction

import pytest

from xorgames.design.grid import Axis, Grid, make_axis, parse_axis, parse_values
from xorgames.errors import InputError

FORM = "write name=start:stop:count, such as p=0:1:101"


def test_values_are_exact():
    axis = parse_axis("p=0.1:0.7:7")
    assert axis.values[3] == Fraction(4, 10)
    assert axis.at(Fraction(13, 2)) == Fraction(3, 4)
    assert axis.to_dict() == {"name": "p", "start": "1/10", "stop": "7/10", "count": 7}
    assert parse_axis("t-star=0:1").name == "t_star"
    assert len(parse_axis("p=0:1").values) == 101
    limits = (Fraction(0), Fraction(1, 2))
    assert parse_axis("p", count=3, limits=limits).values[1] == Fraction(1, 4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p", f"`--x` is not well formed; received 'p'. Cure: {FORM}."),
        ("", f"`--x` is not well formed; received ''. Cure: {FORM}."),
        ("=0:1:3", f"`--x` is not well formed; received '=0:1:3'. Cure: {FORM}."),
        ("p=0", f"`--x` is not well formed; received 'p=0'. Cure: {FORM}."),
        ("p=0:1:2:3", f"`--x` is not well formed; received 'p=0:1:2:3'. Cure: {FORM}."),
        ("p=1:0:3", f"`--x` must have start below stop; received 1:0. Cure: {FORM}."),
        ("p=0:1:1", f"`--x` must have from 2 to 1000000 values; received 1. Cure: {FORM}."),
        ("p=0:1:x", f"`--x` must have a whole number of values; received 'x'. Cure: {FORM}."),
        ("p=0:nan:3", "`--x` must be finite; received 'nan'."),
    ],
)
def test_messages(text, message):
    with pytest.raises(InputError) as caught:
        parse_axis(text, key="--x")
    assert str(caught.value) == message


def test_counts_of_another_kind():
    for count in (True, 2.0, "3"):
        with pytest.raises(InputError, match="must have from 2 to 1000000 values"):
            make_axis("p", 0, 1, count)


def test_grids():
    x, y = parse_axis("x=0:1:3"), parse_axis("y=0:2:2")
    grid = Grid((x, y))
    assert grid.shape == (3, 2)
    assert grid.size == 6
    assert grid.points[1] == (0, 2)
    assert grid.columns(grid.points[2:4]) == {"x": [Fraction(1, 2)] * 2, "y": [0, 2]}


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ((), "`axes` must be one or two; received 0."),
        (
            (parse_axis("x=0:1:3"), parse_axis("x=0:1:2")),
            "`axes` must be different parameters; received x and x.",
        ),
        (
            (Axis("x", (Fraction(0),) * 2000), Axis("y", (Fraction(0),) * 2000)),
            "`axes` must have at most 1000000 points together; received 4000000.",
        ),
    ],
)
def test_grids_that_are_refused(axes, message):
    with pytest.raises(InputError) as caught:
        Grid(axes)
    assert str(caught.value) == message


def test_values_of_parameters():
    assert parse_values(["t-star = 1/2"], key="--at") == {"t_star": "1/2"}
    for texts, message in [
        (["p"], "`--at` is not well formed; received 'p'. Cure: write name=value."),
        (["p=1", "p=2"], "`--at` must give p once; received 'p=2'."),
    ]:
        with pytest.raises(InputError) as caught:
            parse_values(texts, key="--at")
        assert str(caught.value) == message
