"""The see-saw against closed forms, and its evaluation against explicit matrices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import chsh, random_access_code
from xorgames.errors import InputError
from xorgames.solvers.see_saw import (
    PHI_PLUS,
    Detector,
    Play,
    best_response,
    bloch_table,
    dialled,
    play_bias,
    see_saw,
)
from xorgames.solvers.solve import solve

CHSH = np.array([[0.25, 0.25], [0.25, -0.25]])
PAULI = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def best(matrix, **options):
    return play_bias(matrix, see_saw(matrix, **options))


@pytest.mark.parametrize("visibility", [0.2, 0.5, 0.8, 0.92, 1.0])
def test_horodecki(visibility):
    """CHSH on a Bell-diagonal pair 1, V, V: 2 sqrt(1 + V^2) (doi:10.1016/0375-9601(95)00214-N)."""
    state = np.diag([1.0, visibility, -visibility, 1.0])
    assert 4 * best(CHSH, state=state).midpoint == pytest.approx(2 * np.sqrt(1 + visibility**2))


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6))
def test_chsh_on_any_state_is_horodecki(seed):
    """2 sqrt(t1^2 + t2^2), where that beats the fixed answers' 2."""
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
    density = root @ root.conj().T
    density /= np.trace(density).real
    table = np.array([[np.trace(density @ np.kron(a, b)).real for b in PAULI] for a in PAULI])
    singular = np.linalg.svd(table[1:, 1:], compute_uv=False)
    known = max(2.0, 2 * np.hypot(*singular[:2]))
    assert 4 * best(CHSH, state=table).midpoint == pytest.approx(known, abs=1e-9)


def test_fixed_answers_win_where_the_pair_is_bad():
    code = random_access_code(3)
    play = see_saw(code.matrix, state=np.diag([1.0, 0.3, -0.3, 0.3]))
    assert play_bias(code.matrix, play).midpoint == pytest.approx(0.5)
    assert all(isinstance(each, int) for side in play.angles_deg.values() for each in side)


def test_hybrid_strategies_are_found():
    """A CHSH game beside a game of one bit, on a pair whose noise spoils the second."""
    matrix = np.zeros((3, 3))
    matrix[:2, :2], matrix[2, 2] = CHSH, 1.0
    play = see_saw(matrix, state=np.diag([1.0, 0.9, -0.9, 0.9]))
    assert play_bias(matrix, play).midpoint == pytest.approx(1 + 0.9 * np.sqrt(0.5))
    assert isinstance(play.angles_deg["a"][2], int)
    assert isinstance(play.angles_deg["a"][0], list)


@pytest.mark.parametrize(
    ("efficiency", "gains"), [(0.66, False), (0.68, True), (0.7, True), (0.83, True)]
)
def test_eberhard(efficiency, gains):
    """CHSH with loss and free state: an advantage from 2/3 on (doi:10.1103/PhysRevA.47.R747)."""
    lossy = Detector(shrink=efficiency, drift=1 - efficiency)
    assert (best(CHSH, detectors=(lossy, lossy)).lower > 0.5) is gains


@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_a_bias_is_that_of_explicit_matrices(seed, shrink, part):
    rng = np.random.default_rng(seed)
    detector = Detector(shrink=shrink, drift=part * (1 - shrink))
    alice = best_response(rng.standard_normal((2, 4)), detector)
    bob = best_response(rng.standard_normal((3, 4)), detector)
    vector = rng.standard_normal(4) + 1j * rng.standard_normal(4)
    vector /= np.linalg.norm(vector)
    matrix = rng.standard_normal((2, 3))
    operators = [np.tensordot(side, PAULI, axes=1) for side in (alice, bob)]
    for side in operators:
        assert np.abs(np.linalg.eigvalsh(side)).max() <= 1 + 1e-12
    explicit = sum(
        matrix[x, y] * (vector.conj() @ np.kron(operators[0][x], operators[1][y]) @ vector).real
        for x, y in np.ndindex(2, 3)
    )
    bound = play_bias(matrix, Play(alice=alice, bob=bob, state=bloch_table(vector)))
    assert bound.lower <= explicit <= bound.upper
    assert bound.width < 1e-11


@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_no_observable_earns_more_than_the_best_response(seed, shrink, part):
    rng = np.random.default_rng(seed)
    drift = part * (1 - shrink)
    pull = rng.standard_normal(4)
    earned = pull @ best_response(pull, Detector(shrink=shrink, drift=drift))
    directions = rng.standard_normal((50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    signs = rng.choice([-1.0, 1.0], (50, 1))
    tried = np.concatenate([drift * signs, shrink * directions], axis=1)
    assert earned >= max((tried @ pull).max(), abs(pull[0])) - 1e-12
    assert earned == pytest.approx(
        max(abs(pull[0]), drift * abs(pull[0]) + shrink * np.linalg.norm(pull[1:]))
    )


def test_a_pull_of_nothing_is_answered_by_a_valid_observable():
    assert best_response(np.zeros(4), Detector()).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_known_plays_are_never_lost():
    solution = solve(random_access_code(3))
    alice, bob = dialled(solution.one_pair.strategy)
    ideal = Play(alice=alice, bob=bob, state=PHI_PLUS)
    matrix = solution.game.matrix
    found = best(matrix, state=PHI_PLUS, known=(ideal,), starts=1)
    assert found.lower >= solution.one_pair.bias.lower - 1e-12


def test_angles_reproduce_the_play():
    play = see_saw(CHSH, state=np.diag([1.0, 0.9, -0.9, 1.0]), rng=3)
    for name, side in (("a", play.alice), ("b", play.bob)):
        polar, azimuth = np.radians(play.angles_deg[name]).T
        turned = [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth), np.cos(polar)]
        assert np.stack(turned, axis=1) == pytest.approx(side[:, 1:], abs=1e-12)
    assert set(play.signs["a"] + play.signs["b"]) == {0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"starts": bad}, f"`starts` must be a whole number from 1 to 10000; received {bad!r}.")
        for bad in (0, -1, True, 2.0, "x", None, float("nan"), 10**9)
    ]
    + [
        (
            {"rng": bad},
            "`rng` must be a seed (a whole number at 0 or above) or a numpy.random.Generator; "
            f"received {bad!r}. Cure: use rng=1 for results that can be repeated.",
        )
        for bad in (-1, True, 0.5, "x")
    ],
)
def test_what_is_refused(options, message):
    with pytest.raises(InputError) as error:
        see_saw(CHSH, **options)
    assert str(error.value) == message


def test_the_same_seed_gives_the_same_play():
    first, second = (see_saw(chsh().matrix, rng=7) for _ in range(2))
    assert first.alice.tolist() == second.alice.tolist()
    assert first.state.tolist() == second.state.tolist()
