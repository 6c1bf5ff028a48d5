"""Threshold games: rules, payoffs, refinement, tables."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import staircase
from xorgames.errors import InputError
from xorgames.regions import BoundaryRegion, ProductRegion, SumRegion
from xorgames.threshold import threshold_from_table, threshold_game


def test_cell_averages_by_hand():
    # a + b <= 1 on 2 x 2 cells: all of the first cell, half of two, nothing of the last.
    game = threshold_game(SumRegion(1), cells=2)
    assert game.exact_payoff[..., 0].tolist() == [[1, Fraction(1, 2)], [Fraction(1, 2), 0]]
    assert (game.exact_distribution == Fraction(1, 4)).all()
    assert game.shape == (2, 2)
    assert game.offset == 0.5


def test_payoffs_inside_and_outside_are_mixed_by_area():
    payoff = [[3, "1/2"], [-1, 2]]
    game = threshold_game(SumRegion("1/2"), cells=1, payoff=payoff)
    assert game.exact_payoff[0, 0].tolist() == [
        Fraction(1, 8) * 3 - Fraction(7, 8),
        Fraction(1, 16) + Fraction(7, 4),
    ]


@pytest.mark.parametrize("n", [1, 2, 3, 8])
def test_midpoints_of_the_sum_region_are_the_staircase(n):
    assert threshold_game(SumRegion(1), cells=n, rule="midpoint") == staircase(n)


def test_rules_differ_as_they_should():
    region = ProductRegion("0.3")
    shares = {
        rule: threshold_game(region, cells=4, rule=rule).exact_payoff[..., 0]
        for rule in ("cell-average", "midpoint", "left-endpoint")
    }
    assert (shares["left-endpoint"] >= shares["cell-average"]).all()
    assert set(shares["midpoint"].ravel()) == set(shares["left-endpoint"].ravel()) == {0, 1}
    assert not threshold_game(region, cells=4).is_win_lose
    assert shares["midpoint"].tolist() == [[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


@settings(max_examples=30, deadline=None)
@given(
    threshold=st.fractions(0, 1, max_denominator=50),
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    kind=st.sampled_from([ProductRegion, SumRegion]),
)
def test_a_cell_is_the_mean_of_its_parts(threshold, rows, columns, kind):
    coarse = threshold_game(kind(threshold), cells=(rows, columns)).matrix
    fine = threshold_game(kind(threshold), cells=(2 * rows, 3 * columns)).matrix
    parts = fine.reshape(rows, 2, columns, 3).sum(axis=(1, 3))
    np.testing.assert_allclose(parts, coarse, atol=1e-15)


@settings(max_examples=20, deadline=None)
@given(threshold=st.fractions(0, 1, max_denominator=50), cells=st.integers(1, 8))
def test_product_games_are_symmetric(threshold, cells):
    game = threshold_game(ProductRegion(threshold), cells=cells)
    assert (game.exact_matrix == game.exact_matrix.T).all()


def test_names_and_labels():
    game = threshold_game(SumRegion(1), cells=[1, 3])
    assert game.name == "threshold game, 1 x 3 cells"
    assert game.labels["y"] == ("[0, 1/3)", "[1/3, 2/3)", "[2/3, 1)")
    named = threshold_game(
        SumRegion(1), cells=1, name="mine", source="me", labels={"x": ["any"], "a": ["l", "r"]}
    )
    assert (named.name, named.source) == ("mine", "me")
    assert (named.labels["x"], named.labels["a"]) == (("any",), ("l", "r"))


def test_tables_say_the_same_as_functions():
    product = {"region": "product", "threshold": Decimal("0.3"), "cells": 4, "rule": "midpoint"}
    assert threshold_from_table(product) == threshold_game(
        ProductRegion("0.3"), cells=4, rule="midpoint"
    )
    service = {"region": "product", "mu": Decimal(2), "t_star": "0.5", "cells": [2, 3]}
    assert threshold_from_table(service).shape == (2, 3)
    table = {"region": "sum", "threshold": "3/2", "cells": 3, "payoff": [[2, 0], [0, 1]]}
    assert threshold_from_table(table) == threshold_game(
        SumRegion("3/2"), cells=3, payoff=[[2, 0], [0, 1]]
    )
    points = [[0, Decimal("0.8")], [1, Decimal("0.2")]]
    boundary = threshold_from_table(
        {"region": "boundary", "boundary": points, "cells": 3}, name="b"
    )
    assert boundary == threshold_game(BoundaryRegion(points), cells=3)
    assert boundary.name == "b"


MESSAGES = [
    (
        lambda: threshold_game("sum", cells=2),  # type: ignore[arg-type]
        "`region` must be a region; received 'sum'. Cure: use SumRegion(1).",
    ),
    (
        lambda: threshold_game(SumRegion(1), cells=0, rule="average", payoff=[1, 0]),
        "`cells` must be a whole number from 1 to 1024; received 0.\n"
        "`rule` must name a rule; received 'average'. Cure: did you mean `cell-average`?\n"
        "`payoff` must have 2 rows, inside and outside, of 2 numbers, one for each parity; "
        "received 2 entries.",
    ),
    (
        lambda: threshold_game(SumRegion(1), cells=(2.5, 2000), rule=["midpoint"]),  # type: ignore
        "`cells[0]` must be a whole number from 1 to 1024; received 2.5.\n"
        "`cells[1]` must be a whole number from 1 to 1024; received 2000.\n"
        "`rule` must name a rule; received ['midpoint']. Cure: did you mean `midpoint`?",
    ),
    (
        lambda: threshold_game(SumRegion(1), cells=1, payoff=[[1, "nan"], [0, 1]]),
        "`payoff[0][1]` must be finite; received 'nan'.",
    ),
    (
        lambda: threshold_from_table({}),
        "`threshold.region` must name a region; received nothing. "
        "Cure: use one of product, sum, boundary.\n"
        "`threshold.cells` must be given. Cure: write cells = 16.",
    ),
    (
        lambda: threshold_from_table({"region": "boundry", "treshold": 1, "cells": 4}),
        "`threshold.treshold` is not a key of this table. Cure: did you mean `threshold`?\n"
        "`threshold.region` must name a region; received 'boundry'. "
        "Cure: did you mean `boundary`?",
    ),
    (
        lambda: threshold_from_table({"region": "sum", "mu": 1, "cells": "x", "rule": "left"}),
        '`threshold.mu` has no meaning for region = "sum".\n'
        "`threshold.threshold` must be given.\n"
        "`threshold.cells` must be a real number; received 'x'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".\n'
        "`threshold.rule` must name a rule; received 'left'. "
        "Cure: use one of cell-average, midpoint, left-endpoint.",
    ),
    (
        lambda: threshold_from_table({"region": "product", "mu": 1, "cells": 2, "payoff": 3}),
        "`threshold.t_star` must be given with mu.\n"
        "`threshold.payoff` must have 2 rows, inside and outside, of 2 numbers, "
        "one for each parity; received a number.",
    ),
    (
        lambda: threshold_from_table({"region": "boundary", "cells": 2}),
        "`threshold.boundary` must be given.",
    ),
    (
        lambda: threshold_from_table({"region": "sum", "threshold": 3, "cells": 2}),
        "`threshold.threshold` must lie in [0, 2]; received 3.",
    ),
]


@pytest.mark.parametrize(("make", "message"), MESSAGES)
def test_messages(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
