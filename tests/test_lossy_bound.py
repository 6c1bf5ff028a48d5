"""Upper bounds with lossy detectors: known values, and no play exceeds them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.solvers import lossy_bound
from xorgames.solvers.lossy_bound import has_classical_model, lossy_bias, may_reach
from xorgames.solvers.see_saw import Detector, play_bias, see_saw
from xorgames.solvers.tsirelson import tsirelson_bias

CHSH = np.array([[0.25, 0.25], [0.25, -0.25]])


def bias_of(matrix, efficiency, enough=0.0):
    tsirelson = tsirelson_bias(matrix)[0].upper
    return lossy_bias(matrix, efficiency, tsirelson=tsirelson, enough=enough)


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 10**6), st.floats(0.3, 1), st.floats(0.3, 1))
def test_no_play_exceeds_it(seed, a, b):
    matrix = np.random.default_rng(seed).standard_normal((2, 2))
    detectors = tuple(Detector(shrink=eta, drift=1 - eta) for eta in (a, b))
    found = play_bias(matrix, see_saw(matrix, detectors=detectors, starts=16, rng=seed)).lower
    upper, proof = bias_of(matrix, (a, b))
    # Two levels of the hierarchy leave next to nothing, and qubits are all that is needed.
    assert found <= upper
    assert upper - found < 1e-3 * np.abs(matrix).sum()
    assert proof == "NPA hierarchy"


def test_the_second_level_closes_the_gap_of_the_first(monkeypatch):
    """CHSH at .7: 1+AB gives .50063, the next level what qubits reach, .50045356."""
    tight, _ = bias_of(CHSH, (0.7, 0.7), enough=0.5)
    assert tight == pytest.approx(0.5004535625, abs=1e-7)
    monkeypatch.setattr(lossy_bound, "words", lambda _, length: 9 if length == 1 else 10**6)
    loose, _ = bias_of(CHSH, (0.7, 0.7), enough=0.5)
    assert loose == pytest.approx(0.5006298794, abs=1e-6)


def test_perfect_detectors_leave_the_tsirelson_bound():
    assert bias_of(CHSH, (1.0, 1.0))[0] == pytest.approx(np.sqrt(0.5), abs=1e-8)


def test_no_clicks_leave_the_classical_bias():
    assert bias_of(CHSH, (0.0, 0.0))[0] == pytest.approx(0.5)


def test_a_bound_that_is_low_enough_costs_no_programme(monkeypatch):
    monkeypatch.setattr(lossy_bound, "_relaxed", None)
    assert bias_of(CHSH, (0.1, 0.1), enough=0.51)[0] == 0.51


def test_too_much_work_leaves_simple_bounds(monkeypatch):
    simple, proof = bias_of(np.random.default_rng(0).standard_normal((6, 7)), (0.95, 0.95))
    assert proof == "Tsirelson bound with losses"
    monkeypatch.setattr(lossy_bound, "_MOST_WORK", 0)
    loose, proof = bias_of(CHSH, (0.9, 0.9))
    assert proof == "Tsirelson bound with losses"
    tight = 0.81 * np.sqrt(0.5) + 2 * 0.09 * 0.5 + 0.01 * 0.5
    assert loose == pytest.approx(tight)
    assert simple > 0


@pytest.mark.parametrize("efficiency", [(0.6, 0.9), (0.7, 0.7), (1.0, 0.8)])
def test_what_may_be_reached_is_what_the_bound_says(efficiency):
    most, _ = bias_of(CHSH, efficiency)
    for away, answer in ((-1e-6, True), (1e-6, False)):
        assert may_reach(CHSH, efficiency, most + away, tsirelson=np.sqrt(0.5)) is answer


def test_one_choice_of_signs_settles_that_a_bias_may_be_reached(monkeypatch):
    asked = []
    monkeypatch.setattr(lossy_bound, "_relaxed", lambda *given: asked.append(given) or 0.6)
    assert may_reach(CHSH, (0.9, 0.9), 0.51, tsirelson=0.7072)
    assert len(asked) == 1
    assert not may_reach(np.ones((8, 9)), (0.9, 0.9), 73.0, tsirelson=72.0)
    assert may_reach(np.ones((8, 9)), (0.9, 0.9), 71.0, tsirelson=72.0)


def test_large_games_keep_the_tsirelson_bound():
    matrix = np.random.default_rng(0).standard_normal((8, 9))
    bias, proof = lossy_bias(matrix, (0.5, 0.5), tsirelson=12.5, enough=1.0)
    assert (bias, proof) == (12.5, "Tsirelson bound")


@pytest.mark.parametrize(
    ("shape", "efficiency", "classical"),
    [
        ((2, 2), (2 / 3, 2 / 3), True),
        ((2, 2), (0.667, 0.667), False),
        # (m + n - 2)/(m n - 1), Massar and Pironio.
        ((3, 3), (0.5, 0.5), True),
        ((3, 3), (0.501, 0.501), False),
        # One perfect detector: the other must click less than every m-th time.
        ((2, 3), (0.5, 1.0), True),
        ((2, 3), (0.51, 1.0), False),
        ((2, 3), (1.0, 1 / 3), True),
        ((2, 3), (1.0, 0.34), False),
        ((1, 5), (1.0, 1.0), True),
        ((2, 2), (0.0, 1.0), True),
        ((2, 2), (1.0, 1.0), False),
    ],
)
def test_classical_models(shape, efficiency, classical):
    assert has_classical_model(np.ones(shape), efficiency) is classical


def test_the_classical_model_has_the_right_statistics():
    """Bob always and Alice at one input, or the other way round, or nobody: checked by sums."""
    m, n = 2, 3
    for a in (0.3, 0.4):
        # The efficiency b at which the model just exists.
        b = 1 / (1 + (n - 1) * (1 - (1 - a) / (a * (m - 1)))) if (1 - a) / a < 1 else 1.0
        bob_always = (1 - a) * b * m / (m - 1)
        alice_always = a * (1 - b) * n / (n - 1)
        if bob_always + alice_always <= 1:
            both = bob_always / m + alice_always / n
            assert both >= a * b - 1e-12
            assert has_classical_model(np.ones((m, n)), (a, b * (1 - 1e-12)))


def test_inputs_that_never_occur_do_not_count():
    matrix = np.pad(CHSH, ((0, 1), (0, 1)))
    assert has_classical_model(matrix, (0.66, 0.66))
