"""The two games: closed forms against enumeration, searches against grids."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import load_balancing
from xorgames.errors import InputError
from xorgames.scenarios.load_balancing_goals import cell_means_s, on_grid
from xorgames.scenarios.load_balancing_model import LoadBalancing
from xorgames.scenarios.short_pairs import ShortPairs
from xorgames.scenarios.weighted_pairs import Weighted

MODEL = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
C_STAR = 0.330032453


def short(threshold, model=MODEL):
    return ShortPairs(model=model, threshold=threshold)


def weighted(kappa_s, model=MODEL):
    return Weighted(model=model, kappa_s=kappa_s)


def signs(limit_s, flips, x):
    return np.where((x <= limit_s) ^ flips, 1.0, -1.0)


def bias(goal, found, cells):
    """The bias of a threshold strategy on a grid, both thresholds at edges or nearly so."""
    u = (np.arange(cells) + 0.5) / cells
    x = -np.log(u) / goal.model.service_rate_hz
    alice, bob = signs(found.alice_s, False, x), signs(found.bob_s, found.bob_flips, x)
    return alice @ goal.matrix(cells) @ bob


def enumerated(matrix):
    rows = len(matrix)
    choices = 1 - 2.0 * ((np.arange(2 ** (rows - 1))[:, None] >> np.arange(rows)) & 1)
    return np.abs(choices @ matrix).sum(axis=1).max()


@pytest.mark.parametrize("threshold", [1e-6, 0.05, 0.1, 0.33, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("cells", [1, 2, 7, 16])
def test_matrix_of_short_pairs_is_that_of_the_catalogue(threshold, cells):
    expected = load_balancing(threshold, cells=cells).matrix[::-1, ::-1]
    assert np.allclose(short(threshold).matrix(cells), expected, atol=1e-14)


CLASSICAL = {
    0.10: [0.6916, 0.8113, 0.8777, 0.8807, 0.8869],
    0.30: [0.7453, 0.7453, 0.7753, 0.7753, 0.7783],
    C_STAR: [0.7384, 0.7560, 0.7616, 0.7616, 0.7616],
    0.50: [0.8466, 0.8466, 0.8466, 0.8466, 0.8466],
}


@pytest.mark.parametrize("threshold", CLASSICAL)
def test_classical_values_on_grids(threshold):
    for cells, value in zip((2, 4, 8, 16, 32), CLASSICAL[threshold], strict=True):
        goal = short(threshold)
        assert (1 + bias(goal, on_grid(goal, cells), cells)) / 2 == pytest.approx(value, abs=6e-5)


@settings(max_examples=30, deadline=None)
@given(cells=st.integers(1, 9), parameter=st.floats(0.02, 3), kind=st.booleans())
def test_no_strategy_on_a_grid_is_better(cells, parameter, kind):
    goal = short(min(parameter, 1.0)) if kind else weighted(parameter)
    best = enumerated(goal.matrix(cells))
    assert bias(goal, on_grid(goal, cells), cells) == pytest.approx(best, abs=1e-12)


@pytest.mark.parametrize("threshold", [1e-9, 0.05, 0.2, 0.3, C_STAR, 0.34, 0.45, 0.5, 0.7, 1.0])
def test_closed_form_of_short_pairs(threshold):
    """The thresholds reach the value, and no pair of thresholds on a fine grid exceeds it."""
    goal, cells = short(threshold), 1500
    best = (1 + bias(goal, on_grid(goal, cells), cells)) / 2
    assert goal.classical_value == pytest.approx(best, abs=2e-5)
    assert goal.classical_value >= best - 1e-12
    assert (1 + bias(goal, goal.thresholds, cells)) / 2 == pytest.approx(best, abs=2e-3)


def test_the_regimes_meet_at_the_lowest_classical_value():
    """0.76 is this number: the lowest classical optimum, not the one at any other threshold."""
    values = {c: short(c).classical_value for c in np.linspace(0.2, 0.5, 3001)}
    assert min(values, key=values.get) == pytest.approx(C_STAR, abs=1e-4)
    assert short(C_STAR).classical_value == pytest.approx(0.761627, abs=1e-6)


@settings(max_examples=12, deadline=None)
@given(kappa_s=st.floats(0.05, 30), load=st.floats(0.1, 0.9))
def test_thresholds_of_the_weighted_game(kappa_s, load):
    goal = weighted(kappa_s, LoadBalancing(arrival_rate_hz=load, service_rate_hz=1))
    cells = 1000
    best = bias(goal, on_grid(goal, cells), cells)
    score = exact_bias(goal, goal.thresholds)
    assert score >= best - 1e-9
    assert score == pytest.approx(best, rel=2e-3, abs=1e-4)


def exact_bias(goal, found):
    """E[g S] from the moments of truncated exponentials."""

    def moments(limit_s, flips):
        limit = max(limit_s, 0.0)
        tail = math.exp(-limit)
        sign = -1 if flips else 1
        mean = (limit + 1) * tail if limit < math.inf else 0.0
        return sign * (1 - 2 * tail), sign * (1 - 2 * mean)

    a0, a1 = moments(found.alice_s, False)
    b0, b1 = moments(found.bob_s, found.bob_flips)
    model = goal.model
    return goal.kappa_s * a0 * b0 - model.cross * a1 * b1 - (a1 * b0 + a0 * b1) / 4


@pytest.mark.parametrize("goal", [short(0.3), short(0.9), weighted(0.4), weighted(3.0)])
def test_pulls_are_the_limit_of_matrices(goal):
    cells = 400
    h = np.random.default_rng(0).standard_normal((8, 2)).repeat(cells // 8, axis=0)
    expected = cells * goal.matrix(cells) @ h
    scale = np.abs(cells * goal.matrix(cells)).sum(axis=1).max()
    assert np.allclose(goal.pull(h), expected, atol=5e-3 * scale)
    if isinstance(goal, Weighted):
        assert np.allclose(goal.pull(h), expected, atol=1e-12 * scale)


def test_the_weighted_game_as_a_game():
    goal = weighted(1.0)
    game = goal.game(12)
    assert game.shape == (12, 12)
    assert np.allclose(game.matrix, goal.matrix(12), atol=1e-15)
    x = cell_means_s(12, 1.0)
    worth = 1 - MODEL.cost_s(x[:, None], x)
    assert game.offset == pytest.approx(worth.mean() / 2)
    assert game.labels["a"] == ("server 1", "server 2")
    assert game.name == "load balancing, weighted, kappa = 1 s"


def test_where_bunching_is_right():
    x = np.linspace(0, 5, 50)
    for goal in (short(0.3), weighted(2.0)):
        limits = goal.limit_s(x)
        if isinstance(goal, ShortPairs):
            assert np.allclose(np.exp(-x - limits), 0.3)
        else:
            assert np.allclose(MODEL.cost_s(x, limits), 2.0)


@pytest.mark.parametrize("cells", [1, 3, 50])
def test_means_of_cells(cells):
    means = cell_means_s(cells, 2.0)
    fine = cell_means_s(cells * 1000, 2.0).reshape(cells, 1000).mean(axis=1)
    assert np.allclose(means, fine)
    assert means.mean() == pytest.approx(0.5)
    assert (np.diff(means) < 0).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: short(0), "`threshold` must be positive; received 0."),
        (lambda: short(1.5), "`threshold` must lie in (0, 1]; received 1.5."),
        (lambda: weighted(math.nan), "`kappa_s` must be finite; received nan."),
        (lambda: short(0.5, 1), "`model` must be of type LoadBalancing; received int."),
        (lambda: weighted(1, None), "`model` must be of type LoadBalancing; received NoneType."),
        (lambda: weighted(-2), "`kappa_s` must be positive; received -2."),
    ],
)
def test_refusals(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message


def test_names():
    assert short(0.25).name == "short pairs, C = 0.25"
    assert short(0.25).to_dict() == {"goal": "short pairs", "threshold": 0.25}
    assert weighted(1).to_dict() == {"goal": "weighted", "kappa_s": 1.0}
