"""Continuous threshold games in brackets, and cells chosen: known values, order, messages."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import xorgames as xg
from xorgames.catalog.known import continuum_classical_value
from xorgames.design import continuum
from xorgames.design.cell_space import CellSpace, cells_game
from xorgames.design.continuum import cell_means, continuum_classical, continuum_values
from xorgames.design.threshold_design import design_threshold
from xorgames.design.threshold_problem import load_threshold, threshold_problem
from xorgames.errors import InputError
from xorgames.regions import BoundaryRegion, ProductRegion, SumRegion
from xorgames.threshold import threshold_game

EXAMPLES = Path(__file__).parent.parent / "examples"
F = Fraction
PEAK = "0.330032453"


def message(call, *arguments, **options):
    with pytest.raises(InputError) as refused:
        call(*arguments, **options)
    return str(refused.value)


# The Tsirelson values are extrapolations from grids of up to 400 cells (games.md 4.3), the
# classical ones a closed form that is not proven to be the largest (4.2).
@pytest.mark.parametrize(
    ("threshold", "quantum"),
    [("0.2", 0.844182), ("0.3", 0.827356), (PEAK, 0.827578), ("0.4", 0.835932), ("0.5", 0.863731)],
)
def test_the_load_balancing_game(threshold, quantum):
    found = continuum_values(ProductRegion(threshold))
    assert found.quantum.lower - 1e-6 <= quantum <= found.quantum.upper + 1e-6
    assert found.quantum.width < 4e-4
    assert continuum_classical_value(threshold) in found.classical
    assert found.classical.width < 1e-3


def test_its_largest_gap():
    found = continuum_values(ProductRegion(PEAK), cells=200, classical_cells=1000)
    assert 0.06595 in found.gap
    assert found.gap.width < 4e-4
    # Elsewhere the gap is proven to be smaller.
    for threshold in ("0.3", "0.36"):
        assert continuum_values(ProductRegion(threshold)).gap.upper < found.gap.lower


def test_the_uniform_staircase():
    # games.md 3: limits 1/2 and 2/pi of the biases.
    found = continuum_values(SumRegion(1))
    assert 0.75 in found.classical
    assert 0.5 + 1 / math.pi in found.quantum


def test_the_bracket_closes_quadratically():
    widths = [continuum_values(SumRegion(1), cells=n).quantum.width for n in (16, 32, 64)]
    assert widths[0] > 3 * widths[1] > 9 * widths[2]


def test_finer_grids_agree():
    step = BoundaryRegion([[0, 1], ["1/3", "2/3"], ["1/3", "1/4"], [1, 0]])
    for region in (ProductRegion("0.4"), SumRegion("0.8"), step):
        coarse = continuum_values(region, cells=12, classical_cells=24)
        fine = continuum_values(region, cells=48, classical_cells=120)
        for name in ("classical", "quantum", "gap"):
            assert getattr(coarse, name).intersect(getattr(fine, name))
        assert set(fine.to_dict()) == {"classical", "quantum", "gap", "cells", "classical_cells"}


def test_a_region_without_a_boundary_is_sure():
    found = continuum_values(ProductRegion(0), cells=4, classical_cells=4)
    assert found.classical.lower > 1 - 1e-9


def test_no_value_exceeds_one():
    for region in (ProductRegion(0), ProductRegion("0.999999"), SumRegion(2), SumRegion("0.001")):
        found = continuum_values(region, cells=8, classical_cells=8)
        assert found.classical.upper <= 1
        assert found.quantum.upper <= 1


def test_a_cell_that_is_hardly_crossed_counts():
    # The boundary misses the corner (1/4, 1/2) of a cell by 1e-12: all but 1e-22 of it is inside,
    # and its mean is 1 to all digits of a double.
    region = SumRegion(F(3, 4) + F(1, 10**12))
    assert (cell_means(region, 4)[1, 2], region.contains(F(1, 4), F(1, 2))) == (-1, True)
    rest = 2 * region.share(F(1, 4), F(1, 2), F(1, 2), F(3, 4))
    assert 0 < float((2 * rest) ** F(1, 2)) < continuum._ROOTS


def test_means_are_those_of_the_game():
    for region in (ProductRegion("0.37"), SumRegion("1.2")):
        game = threshold_game(region, cells=7)
        assert np.abs(cell_means(region, 7) - 49 * game.matrix).max() < 1e-12


def test_cells_and_their_closed_forms():
    rng = np.random.default_rng(0)
    for region, most in (("product", 1), ("sum", 2)):
        space = CellSpace(region, 5, (F(1, 10), F(9 * most, 10)), free=True)
        for _ in range(20):
            inner = np.sort(rng.random(4))
            x = np.concatenate([[rng.uniform(0.1, 0.9 * most)], inner])
            game = space.game([F(number) for number in x.tolist()])
            local = space.local(x)
            assert np.abs(local.matrix - game.matrix).max() < 1e-12
            step = 1e-5
            moved = space.local(x + step * np.eye(5)[2]).matrix - local.matrix
            assert np.abs(moved / step - local.matrix_slopes[2]).max() < 1e-3
    assert space.game([F(1, 2), F(1, 2), F(1, 2), F(3, 4), F(4, 5)]) == "the edges must rise"
    equal = [F(i, 6) for i in range(7)]
    assert cells_game(SumRegion(1), equal) == threshold_game(SumRegion(1), cells=6)


def test_chosen_cells_are_better_than_equal_ones():
    found = design_threshold("product", threshold=PEAK, cells=[2, 4])
    # games.md 4.1: four equal cells reach .8129.
    assert found.default_value.upper < found.value.lower
    assert list(found.by_cells) == [2, 4]
    assert found.by_cells[2].upper < found.by_cells[4].lower
    assert found.value.upper <= found.continuum.gap.upper
    again = xg.solve(found.game).quantum.value - found.continuum.classical
    assert again.intersect(found.value)
    assert found.improvement.lower > 0
    assert found.to_dict()["objective"] == found.value.to_dict()


def test_the_threshold_is_chosen_where_the_classical_value_is_lowest():
    found = design_threshold("product", threshold=["0.25", "0.45"], cells=4, edges="equal")
    # Four equal cells reach .8129 at C*: games.md 4.1.
    assert 0.32 < found.threshold < 0.34
    assert found.edges == (0, F(1, 4), F(1, 2), F(3, 4), 1)
    assert found.value.lower > 0.05


def test_against_players_who_see_the_cells_few_are_best():
    found = design_threshold("product", threshold=["0.2", "0.5"], cells=2, against="cells")
    assert found.value.lower > 0.0899
    assert found.value == xg.solve(found.game).advantage.bound


def test_the_example_file():
    found = load_threshold(EXAMPLES / "threshold_cells.toml")
    assert found["region"] == "product"
    assert list(found) == ["region", "threshold", "cells", "edges", "against"]


# An exhaustive search over 99 x 99 thresholds and edges of two cells finds 0.0787 and 0.0882.
@pytest.mark.parametrize(("region", "least"), [("sum", 0.0787), ("product", 0.0882)])
def test_advantages_that_have_no_slope_nearby_are_found(region, least):
    found = design_threshold(region, cells=2, against="cells")
    assert found.value.lower > least


def test_a_tiny_advantage_of_skewed_cells_is_found():
    found = design_threshold("product", threshold="0.01", cells=2, against="cells")
    assert found.value.lower > 9e-6
    assert found.edges[1] > F(9, 10)


@pytest.mark.parametrize("ends", [("0.3300001", "0.3300004"), ("1e-8", "2e-8")])
def test_the_threshold_stays_in_its_range(ends):
    found = design_threshold("product", threshold=list(ends), cells=2, edges="equal")
    assert F(ends[0]) <= found.threshold <= F(ends[1])


def test_what_was_gained_does_not_depend_on_the_rivals():
    found = design_threshold("product", threshold=PEAK, cells=3)
    # Both brackets hold that of the classical value, which is wide.
    assert found.value.width > 1e-4
    assert found.improvement.width < 1e-10
    assert found.improvement.lower > 0
    moved = design_threshold("product", threshold=["0.3", "0.35"], cells=2, edges="equal")
    assert moved.improvement == moved.value - moved.default_value


def test_the_advantage_is_what_players_of_the_continuous_game_see():
    found = design_threshold("product", threshold=PEAK, cells=3)
    correlators = found.solution.quantum.strategy.correlators
    rng = np.random.default_rng(5)
    a, b = rng.random((2, 400_000))
    edges = [float(edge) for edge in found.edges]
    i, j = (np.searchsorted(edges, each, side="right") - 1 for each in (a, b))
    equal = rng.random(len(a)) < (1 + correlators[i, j]) / 2
    wins = (equal == ((1 - a) * (1 - b) >= float(F(PEAK)))).mean()
    error = (wins * (1 - wins) / len(a)) ** 0.5
    assert abs(wins - found.continuum.classical.midpoint - found.value.midpoint) < 5 * error
    # Noise takes the advantage away where the answers are as good as those of the rivals.
    limit = found.critical_infidelity
    noisy = F(1, 2) + (1 - F(limit.midpoint)) * (found.solution.quantum.value - F(1, 2))
    assert noisy.intersect(found.continuum.classical)
    assert found.scaled_time == pytest.approx(1.10856, abs=1e-5)


def test_without_an_advantage_there_is_no_critical_infidelity():
    found = design_threshold("sum", threshold="0.001", cells=2)
    assert found.critical_infidelity is None
    assert found.to_dict()["critical_infidelity"] is None
    assert found.scaled_time is None


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"region": "disc"},
            "`region` must be one of product, sum; received 'disc'. Cure: use one of product, sum.",
        ),
        ({"region": ["sum"]}, "`region` must be one of product, sum; received ['sum']."),
        (
            {"edges": "fre", "against": "all"},
            "`edges` must be one of free, equal; received 'fre'. Cure: did you mean `free`?\n"
            "`against` must be one of everyone, cells; received 'all'."
            " Cure: use one of everyone, cells.",
        ),
        ({"cells": 1}, "`cells` must be a whole number from 2 to 24; received 1."),
        ({"cells": []}, "`cells` must not be empty; received []."),
        ({"cells": True}, "`cells` must be a number; received True."),
        ({"threshold": [0.1]}, "`threshold` must be a number or [from, to]; received [0.1]."),
        (
            {"threshold": ["0.6", "0.5"]},
            "`threshold` must lie between 0 and 1, from below to above; received 3/5:1/2.",
        ),
        ({"threshold": "nan"}, "`threshold` must be finite; received 'nan'."),
    ],
)
def test_messages(options, text):
    assert message(design_threshold, **options).startswith(text)


def test_more_messages(tmp_path):
    assert message(continuum_values, "sum") == (
        "`region` must be a region; received 'sum'. Cure: use SumRegion(1)."
    )
    assert message(continuum_values, SumRegion(1), cells=1) == (
        "`cells` must be a whole number from 2 to 1024; received 1."
    )
    assert continuum_classical(SumRegion(1), 10).width > 0
    assert message(threshold_problem, {"regions": 1}) == (
        "`regions` is not a key of a threshold problem. Cure: did you mean `region`?\n"
        "`schema` must be 1, the version read here; received 'nothing'. Cure: write schema = 1."
    )
    assert message(threshold_problem, {"schema": True, "region": "sum", "name": 3}) == (
        "`schema` must be 1, the version read here; received True. Cure: write schema = 1.\n"
        "`name` must be text; received 3."
    )
    path = tmp_path / "t.toml"
    path.write_text("region = 'sum'\n")
    assert message(load_threshold, path).startswith(f"{path}: `schema` must be 1")


@pytest.mark.parametrize(
    ("region", "threshold", "cells", "least"),
    [
        # Equal cells are a saddle, for two cells without any advantage. From 40 starts.
        ("sum", 1, 2, 0.2566),
        ("sum", 1, 4, 0.30186),
        ("product", "1/2", 2, 0.35488),
    ],
)
def test_equal_cells_that_are_a_saddle_are_left(region, threshold, cells, least):
    found = design_threshold(region, threshold=threshold, cells=cells)
    assert found.solution.quantum.value.lower - 0.5 > least
    assert found.improvement.lower > 0
