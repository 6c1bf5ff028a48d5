"""Curves where an answer changes: known shapes, brackets, topology."""

import math
from fractions import Fraction

import numpy as np
import pytest

from xorgames.design.contour import trace
from xorgames.design.grid import Grid, parse_axis

F = Fraction


def traced(condition, *axes, **options):
    """Trace the border of where a function is positive; its sign is the proven answer."""
    grid = Grid(tuple(parse_axis(axis) for axis in axes))

    def decide(points):
        return np.array([np.sign(condition(*point)) for point in points]).astype(np.int8)

    return trace(grid, decide(grid.points).reshape(grid.shape), decide, **options)


def test_a_circle_is_one_closed_curve_on_the_circle():
    found = traced(
        lambda x, y: Fraction(1, 2) - x**2 - y**2, "x=-1:1:11", "y=-1:1:12", tolerance=1e-8
    )
    (curve,) = found.curves
    assert curve[0] == curve[-1]
    assert all(math.hypot(*point) == pytest.approx(0.5**0.5, abs=1e-8) for point in curve)
    assert len(curve) - 1 == len(set(curve)) > 20
    assert 0 < found.resolution <= 1e-8


def test_an_open_curve_runs_from_border_to_border():
    found = traced(lambda x, y: y - x * x - Fraction(1, 7), "x=-1:1:9", "y=0:2:9")
    (curve,) = found.curves
    xs = [x for x, _ in curve]
    assert {xs[0], xs[-1]} == {-1.0, 1.0}
    assert sorted(xs) in (xs, xs[::-1])
    assert all(y == pytest.approx(x * x + 1 / 7, abs=1e-6) for x, y in curve)


def test_two_curves():
    found = traced(lambda x, y: abs(x) - Fraction(1, 3) + 0 * y, "x=-1:1:9", "y=0:1:3")
    assert len(found.curves) == 2


def test_saddles_follow_the_middle():
    # x y > c has two branches for c > 0 and for c < 0, which a single cell cannot tell apart.
    for shift, same_side in ((Fraction(1, 9), True), (-Fraction(1, 9), False)):
        found = traced(lambda x, y, s=shift: x * y - s, "x=-1:1:2", "y=-1:1:2")
        assert len(found.curves) == 2
        for (x0, y0), (x1, y1) in found.curves:
            assert (np.sign(x0 + y0) == np.sign(x1 + y1)) == same_side or not same_side
            middle = ((x0 + x1) / 2, (y0 + y1) / 2)
            assert (middle[0] * middle[1] > 0) == same_side


def test_one_axis_gives_points():
    found = traced(lambda x: x * x - 2, "x=0:3:4", tolerance=1e-9)
    (((x,),),) = found.curves
    assert x == pytest.approx(2**0.5, abs=1e-9)
    assert found.to_dict()["curves"] == [[[x]]]


def test_nothing_to_trace():
    found = traced(lambda x, y: 1 + x * 0 + y * 0, "x=0:1:3", "y=0:1:3")
    assert (found.curves, found.resolution) == ((), 0.0)


def test_a_bracket_stops_where_nothing_is_proven_and_says_so():
    def vague(x):
        return 0 if abs(x - Fraction(1, 2)) < Fraction(1, 100) else x - Fraction(1, 2)

    found = traced(vague, "x=0.1:1:2")
    assert 1e-2 < found.resolution < 0.2
    (((x,),),) = found.curves
    assert abs(x - 0.5) <= found.resolution * 0.9


def test_cells_with_an_undefined_corner_are_left_out():
    def half(x, y):
        return 0 if x > Fraction(1, 2) else y - Fraction(1, 3)

    found = traced(half, "x=0:1:5", "y=0:1:3")
    (curve,) = found.curves
    assert max(x for x, _ in curve) == 0.5


def certain(x):
    """The sign of a difference that is known up to 1e-12."""
    return 0 if abs(x) <= F(1, 10**12) else (1 if x > 0 else -1)


@pytest.mark.parametrize("count", [4, 5, 101])
def test_a_curve_along_a_line_of_the_grid_is_found(count):
    found = traced(lambda x, y: certain(x - F(1, 4) + 0 * y), "x=0:1:5", f"y=0:1:{count}")
    (curve,) = found.curves
    assert len(curve) == count
    assert sorted([curve[0][1], curve[-1][1]]) == pytest.approx([0, 1], abs=1e-6)
    assert all(x == pytest.approx(0.25, abs=1e-6) for x, _ in curve)
    assert found.resolution <= 1e-6


def test_a_curve_through_points_of_the_grid_is_whole():
    # y = x runs through all points of the diagonal, and through no other edge.
    found = traced(lambda x, y: certain(y - x), "x=0:1:11", "y=0:1:11")
    (curve,) = found.curves
    assert math.dist(curve[0], curve[-1]) == pytest.approx(2**0.5, abs=1e-6)
    assert all(y == pytest.approx(x, abs=1e-6) for x, y in curve)
    (((x,),),) = traced(lambda x: certain(x - F(1, 2)), "x=0:1:5").curves
    assert x == pytest.approx(0.5, abs=1e-6)


def test_a_crossing_in_the_very_middle_of_an_edge_is_enclosed_all_the_same():
    found = traced(lambda x: certain(x - F(1, 2)), "x=0:1:2")
    (((x,),),) = found.curves
    assert x == pytest.approx(0.5, abs=1e-6)
    assert 0 < found.resolution <= 2e-6


def test_the_hole_in_the_middle_of_a_bracket_is_as_wide_as_it_must_be():
    def vague(x):
        return 0 if F(1, 3) < x < F(3, 5) else x - F(1, 2)

    found = traced(vague, "x=0:1:2")
    assert found.resolution == pytest.approx(3 / 5 - 1 / 3, abs=1e-6)
    (((x,),),) = found.curves
    assert x == pytest.approx((3 / 5 + 1 / 3) / 2, abs=1e-6)


def test_a_hole_that_lies_beside_the_crossing_is_left_behind():
    def lame(x):
        return 0 if abs(x - F(1, 2)) < F(1, 50) else x - F(4, 5)

    (((x,),),) = traced(lame, "x=0:1:2").curves
    assert x == pytest.approx(0.8, abs=1e-6)


def test_undecided_points_away_from_a_change_are_not_asked_again():
    asked = []

    def flat(x, y):
        asked.append((x, y))
        return 0 if x > F(1, 2) else -1

    assert traced(flat, "x=0:1:5", "y=0:1:5").curves == ()
    assert len(asked) == 25


def test_what_lies_between_the_points_of_the_grid_is_not_seen():
    def island(x, y):
        return F(1, 100) - (x - F(1, 2)) ** 2 - y * y

    assert traced(island, "x=0:1:4", "y=0:1:4").curves == ()
