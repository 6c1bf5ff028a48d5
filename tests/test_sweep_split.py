"""A classical bias from its parts."""

import numpy as np
import pytest

from xorgames.catalog import chained, fishburn_reeds, hadamard
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.solvers.classical import classical_bias
from xorgames.sweep.split import SplitSweep


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("rows", [2, 5])
def test_the_largest_part_is_the_whole(seed, rows):
    rng = np.random.default_rng(seed)
    game = XORGame.from_matrix(rng.integers(-9, 10, size=(7, 9)))
    sweep = SplitSweep(game=game, rows=rows)
    found = sweep(list(sweep.tasks()))
    assert len(found) == sweep.total == 2 ** (rows - 1)
    bound = sweep.result(found)
    exact = classical_bias(game.exact_matrix).lower
    assert bound.lower <= exact <= bound.upper
    assert bound.width < 1e-15


@pytest.mark.parametrize("game", [chained(5), fishburn_reeds(4), hadamard(8)])
def test_known_games(game):
    sweep = SplitSweep(game=game, rows=4)
    whole = classical_bias(game.exact_matrix).lower
    bound = sweep.result(sweep(list(sweep.tasks())))
    assert bound.lower <= whole <= bound.upper
    assert bound.width < 2e-16


def test_a_part_stopped_early_leaves_a_bracket():
    rng = np.random.default_rng(1)
    game = XORGame.from_matrix(rng.choice([-1, 1], size=(60, 60)))
    sweep = SplitSweep(game=game, rows=2, time_limit_s=0.05)
    bound = sweep.result(sweep(list(sweep.tasks())))
    assert 0 < bound.lower < bound.upper <= 3600


def test_missing_and_failed_parts_prove_nothing():
    sweep = SplitSweep(game=chained(4), rows=3)
    rows = sweep(list(sweep.tasks()))
    assert sweep.result(rows[1:]) is None
    assert sweep.result([rows[0] | {"error": "its worker died"}, *rows[1:]]) is None


def test_rows_of_another_game_in_the_same_file_prove_nothing():
    sweep, other = (SplitSweep(game=game, rows=3) for game in (chained(4), hadamard(4)))
    mine, theirs = (
        [
            row | {"id": task.id}
            for task, row in zip(each.tasks(), each(list(each.tasks())), strict=True)
        ]
        for each in (sweep, other)
    )
    assert sweep.result(mine) != other.result(theirs)
    assert sweep.result(mine + theirs) == sweep.result(theirs + mine) == sweep.result(mine)
    assert sweep.result(theirs) is None
    assert sweep.result([*mine[1:], *theirs]) is None


def test_ids_depend_on_all_that_the_row_depends_on():
    sweeps = [
        SplitSweep(game=chained(4), rows=3),
        SplitSweep(game=chained(5), rows=3),
        SplitSweep(game=chained(4), rows=2),
        SplitSweep(game=chained(4), rows=3, time_limit_s=1.0),
    ]
    ids = [task.id for sweep in sweeps for task in sweep.tasks()]
    assert len(set(ids)) == len(ids) == 4 + 4 + 2 + 4


@pytest.mark.parametrize("rows", [1, 5, True, 2.0, "2"])
def test_a_number_of_rows_out_of_range_is_refused(rows):
    with pytest.raises(InputError) as caught:
        SplitSweep(game=chained(4), rows=rows)
    assert str(caught.value) == (f"`rows` must be a whole number from 2 to 4; received {rows!r}.")
