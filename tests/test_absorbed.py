"""The bound for a noisy pair: no strategy exceeds it, and it is tight where it should be."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import chsh, hft, random_access_code
from xorgames.game import XORGame
from xorgames.solvers import absorbed
from xorgames.solvers.absorbed import absorbed_bias
from xorgames.solvers.see_saw import play_bias, see_saw
from xorgames.solvers.solve import solve

GAMES = [
    solve(game)
    for game in (
        chsh(),
        hft(p="0.3", beta="0.3"),
        random_access_code(3),
        XORGame.from_matrix(np.random.default_rng(5).standard_normal((3, 4))),
    )
]
PAULI = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def random_table(rng):
    """Return the table of a random, mostly mixed state with local vectors."""
    rank = rng.integers(1, 5)
    root = rng.standard_normal((4, rank)) + 1j * rng.standard_normal((4, rank))
    density = root @ root.conj().T
    density /= np.trace(density).real
    return np.array([[np.trace(density @ np.kron(a, b)).real for b in PAULI] for a in PAULI])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.integers(0, len(GAMES) - 1))
def test_no_play_exceeds_it(seed, which):
    solution = GAMES[which]
    table = random_table(np.random.default_rng(seed))
    found = play_bias(solution.game.matrix, see_saw(solution.game.matrix, state=table, starts=8))
    assert found.lower <= absorbed_bias(solution, table) <= solution.quantum.bias.upper


@pytest.mark.parametrize("solution", GAMES, ids=lambda s: s.game.name)
@pytest.mark.parametrize("visibility", [0.0, 0.3, 0.8, 0.95, 1.0])
def test_it_is_tight_for_isotropic_noise(solution, visibility):
    """For Werner pairs the best is p Q or C here: no hybrid helps in these games."""
    state = np.diag([1.0, visibility, -visibility, visibility])
    known = max(visibility * solution.quantum.bias.upper, solution.classical.bias.upper)
    assert absorbed_bias(solution, state) == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("visibility", [0.0, 0.5, 0.9, 1.0])
def test_chsh_under_pure_dephasing_in_closed_form(visibility):
    state = np.diag([1.0, visibility, -visibility, 1.0])
    known = (2 * np.sqrt(2) * visibility + 2 * (1 - visibility)) / 4
    assert absorbed_bias(GAMES[0], state) == pytest.approx(known, rel=1e-9)
    assert known >= 2 * np.sqrt(1 + visibility**2) / 4 - 1e-15


def test_more_noise_never_raises_it():
    for solution in GAMES:
        biases = [
            absorbed_bias(solution, np.diag([1.0, v, -v * w, w]))
            for v, w in ((1, 1), (0.9, 1), (0.9, 0.95), (0.8, 0.9), (0.5, 0.5))
        ]
        assert sorted(biases, reverse=True) == biases


def test_the_tables_of_blocks_are_those_of_the_blocks():
    matrix = np.random.default_rng(1).standard_normal((2, 3))
    classical = absorbed._classical_of_blocks(matrix)
    quantum = absorbed._tsirelson_of_blocks(matrix)
    rows, columns = absorbed._subsets(2), absorbed._subsets(3)
    for i, j in np.ndindex(4, 8):
        block = matrix * rows[i][:, None] * columns[j]
        known = max(np.abs(np.array(s) @ block).sum() for s in product((-1, 1), repeat=2))
        assert classical[i, j] == pytest.approx(known, abs=1e-12)
        assert quantum[i, j] >= known - 1e-12
    assert (rows[::-1] == 1 - rows).all()


def test_large_games_take_the_simple_bound():
    rng = np.random.default_rng(2)
    solution = solve(XORGame.from_matrix(rng.choice([-1, 1], (5, 6))))
    classical, tsirelson = solution.classical.bias.upper, solution.quantum.bias.upper
    for visibility in (0.4, 0.95):
        state = np.diag([1.0, visibility, -visibility, 1.0])
        known = min(tsirelson, visibility * tsirelson + (1 - visibility) * classical)
        assert absorbed_bias(solution, state) == pytest.approx(known)
        found = see_saw(solution.game.matrix, state=state, starts=8)
        assert play_bias(solution.game.matrix, found).lower <= absorbed_bias(solution, state)
