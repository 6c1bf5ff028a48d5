"""The low-rank alternation: unit rows, batches, escapes, Newton steps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.solvers import lowrank, newton
from xorgames.solvers.certificate import certify
from xorgames.solvers.lowrank import ascend, unit_rows


@pytest.mark.parametrize("start_rank", [1, 2])
def test_rank_escape_leaves_spurious_fixed_points(start_rank):
    rng = np.random.default_rng(7)
    for _ in range(10):
        matrix = rng.standard_normal(tuple(rng.integers(12, 20, 2)))
        found = lowrank.propose(matrix, rng=np.random.default_rng(1), rank=start_rank)
        bound = certify(matrix, found)
        assert bound.width <= 1e-10 * bound.upper
        assert found.strategy.rank > start_rank


def test_a_degenerate_optimum_takes_one_look():
    """A dimension is left ever more slowly here: after 18 sweeps the gap would be 1e-7."""
    rows = ["+++++", "+++--", "+----", "+---+", "+---+"]
    matrix = np.array([[1.0 if sign == "+" else -1.0 for sign in row] for row in rows])
    bound = certify(matrix, lowrank.propose(matrix, rng=np.random.default_rng(0), checks=1))
    assert 16 in bound
    assert bound.width < 1e-11


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("small", [1e-2, 1e-3, 1e-5])
def test_a_small_dimension_that_counts_is_not_dropped(small, compiled):
    """Bob's vectors are nearly parallel, and what their angle brings is a thousandth or less."""
    matrix = np.array([[1.0, 1.0], [small, -small]])
    rng = np.random.default_rng(0)
    bound = certify(matrix, lowrank.propose(matrix, rng=rng, compiled=compiled))
    assert 2 * math.sqrt(1 + small**2) in bound
    assert bound.width < 1e-12


def test_rows_of_zeros_become_the_first_unit_vector():
    rows = unit_rows(np.array([[3.0, 4.0], [0.0, 0.0], [0.0, -2.0]]))
    assert rows == pytest.approx(np.array([[0.6, 0.8], [1.0, 0.0], [0.0, -1.0]]))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_batch_of_starts_or_games_is_each_on_its_own(seed):
    rng = np.random.default_rng(seed)
    m, n, rank = rng.integers(1, 7, 3)
    games = rng.standard_normal((3, m, n))
    starts = unit_rows(rng.standard_normal((3, n, rank)))
    together = ascend(games, starts, sweeps=6)
    one_game = ascend(games[0], starts, sweeps=6)
    for i in range(3):
        assert together[i] == pytest.approx(ascend(games[i], starts[i], sweeps=6), abs=1e-9)
        assert one_game[i] == pytest.approx(ascend(games[0], starts[i], sweeps=6), abs=1e-9)


def test_a_game_with_rows_and_columns_of_zeros_keeps_unit_vectors():
    bob = ascend(np.diag([1.0, 0.0, 2.0]), unit_rows(np.ones((3, 2))), sweeps=5)
    assert np.linalg.norm(bob, axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize("step", [newton.newton_step, newton.newton_cg_step])
def test_newton_doubles_the_digits(step):
    """The gradient at distance d from the optimum falls to about d^2 in one step."""
    matrix = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 0.5], [1.0, 0.5, -1.0]])
    found = lowrank.propose(matrix, rng=np.random.default_rng(0)).strategy
    for distance in (1e-2, 1e-3, 1e-4):
        noise = np.random.default_rng(1).standard_normal(found.bob.shape)
        bob = unit_rows(found.bob + distance * noise)
        alice = unit_rows(matrix @ bob)
        better = unit_rows(step(matrix, alice, bob))
        reached = np.linalg.norm(matrix @ better, axis=1).sum()
        best = np.linalg.norm(matrix @ found.bob, axis=1).sum()
        assert best - reached < 100 * distance**3 + 1e-14
        assert best - np.linalg.norm(matrix @ bob, axis=1).sum() > distance**2 / 100


def test_both_ways_to_solve_for_a_newton_step_find_the_same():
    matrix = np.random.default_rng(3).standard_normal((14, 11))
    found = lowrank.propose(matrix, rng=np.random.default_rng(0)).strategy
    noise = np.random.default_rng(1).standard_normal(found.bob.shape)
    bob = unit_rows(found.bob + 1e-5 * noise)
    # Not her best answer: her part of the gradient counts as well.
    alice = unit_rows(
        found.alice + 1e-5 * np.random.default_rng(2).standard_normal(found.alice.shape)
    )
    direct, gradients = (
        unit_rows(step(matrix, alice, bob)) for step in (newton.newton_step, newton.newton_cg_step)
    )
    # They may differ by a rotation, and where conjugate gradients end.
    assert np.abs(bob @ bob.T - direct @ direct.T).max() > 1e-6
    assert np.abs(gradients @ gradients.T - direct @ direct.T).max() < 1e-7


def test_conjugate_gradients_end_where_nothing_is_curved_or_left():
    """At an optimum, on vectors of a rank too high, and in the middle of nowhere."""
    flat = np.ones((3, 4))
    same = np.tile([1.0, 0.0, 0.0], (4, 1))
    assert newton.newton_cg_step(flat, same[:3], same) == pytest.approx(same)
    turned = np.array([[1.0, 0.0], [-1.0, 0.0], [1.0, 0.0]])
    assert np.isfinite(newton.newton_cg_step(np.eye(3), np.ones((3, 2)) / 2**0.5, turned)).all()


@pytest.mark.parametrize("shape", [(60, 60), (90, 30), (30, 90)])
def test_large_systems_are_polished_by_conjugate_gradients(monkeypatch, shape):
    gaps = []

    def watched(matrix, alice, bob, **options):
        better = newton.newton_cg_step(matrix, alice, bob, **options)
        gaps.append([lowrank._dual(matrix, unit_rows(rows)).gap for rows in (bob, better)])
        return better

    monkeypatch.setattr(lowrank, "newton_cg_step", watched)
    matrix = np.random.default_rng(1).standard_normal(shape)
    bound = certify(matrix, lowrank.propose(matrix, rng=np.random.default_rng(0)))
    assert bound.width < 1e-11 * bound.upper
    assert min(after / before for before, after in gaps) < 1e-2


def test_out_of_time_conjugate_gradients_end(monkeypatch):
    matrix = np.random.default_rng(0).standard_normal((40, 40))
    bob = unit_rows(np.random.default_rng(1).standard_normal((40, 6)))
    bob = ascend(matrix, bob, sweeps=30)
    alice = unit_rows(matrix @ bob)
    late = newton.newton_cg_step(matrix, alice, bob, deadline=-math.inf)
    done = newton.newton_cg_step(matrix, alice, bob)
    assert np.abs(late - bob).max() > 1e-6
    assert np.abs(late - done).max() > 1e-6
    monkeypatch.setattr(lowrank, "newton_cg_step", None)
    lowrank.propose(matrix, rng=np.random.default_rng(0), deadline=-math.inf)


def test_a_newton_step_that_fails_does_no_harm(monkeypatch):
    def fail(*_):
        raise np.linalg.LinAlgError("singular")

    monkeypatch.setattr(lowrank, "newton_step", fail)
    matrix = np.random.default_rng(0).standard_normal((4, 4))
    bound = certify(matrix, lowrank.propose(matrix, rng=np.random.default_rng(0)))
    assert bound.width < 1e-11


def test_out_of_checks_the_best_is_returned():
    matrix = np.random.default_rng(0).standard_normal((60, 60))
    few = certify(matrix, lowrank.propose(matrix, rng=np.random.default_rng(0), checks=1))
    many = certify(matrix, lowrank.propose(matrix, rng=np.random.default_rng(0)))
    assert few.lower <= many.lower <= many.upper <= few.upper
    assert math.isfinite(few.width)
