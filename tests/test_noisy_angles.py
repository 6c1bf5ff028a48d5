"""Angles made for the noise: against closed forms, and never worse than the ideal ones."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import chsh, hadamard, hft, random_access_code
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.hardware.channels import Storage
from xorgames.hardware.noise_model import NoiseModel
from xorgames.hardware.noisy_angles import dephasing_max, optimise_angles
from xorgames.hardware.pair_state import PairState
from xorgames.solvers.solve import solve

CHSH, HFT, CODE = (solve(g) for g in (chsh(), hft(p="0.3", beta="0.3"), random_access_code(3)))


def dephased(infidelity):
    return PairState.bell_diagonal([1 - infidelity, infidelity, 0, 0])


def test_the_published_example():
    """CHSH at F = .96: 2.718 dephased (Horodecki) against 2.678 for a Werner pair."""
    found = optimise_angles(CHSH, dephased(0.04))
    werner = optimise_angles(CHSH, PairState.werner(1 - 4 * 0.04 / 3))
    assert round(8 * found.value.lower - 4, 3) == 2.718
    assert round(8 * werner.value.lower - 4, 3) == 2.678
    assert werner.value.width < 1e-11
    assert werner.gain.upper < 1e-11


@pytest.mark.parametrize("infidelity", [0.01, 0.1, 0.3, 0.45, 0.49])
def test_chsh_keeps_its_advantage_under_any_partial_dephasing(infidelity):
    found = optimise_angles(CHSH, dephased(infidelity))
    visibility = 1 - 2 * infidelity
    assert 8 * found.value.lower - 4 == pytest.approx(2 * math.sqrt(1 + visibility**2))
    assert found.value.lower > CHSH.classical.value.upper
    assert 8 * found.value.upper - 4 == pytest.approx(2 * math.sqrt(2) * visibility
                                                      + 2 * (1 - visibility))  # fmt: skip


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**6), st.sampled_from([CHSH, HFT, CODE]))
def test_the_bracket_holds_and_the_ideal_angles_are_never_better(seed, solution):
    weights = np.random.default_rng(seed).dirichlet([3, 1, 1, 1]).tolist()
    state = PairState.bell_diagonal(weights)
    found = optimise_angles(solution, state, starts=8)
    assert found.ideal.upper <= found.value.lower + 1e-10
    assert solution.classical.value.upper <= found.value.lower + 1e-10
    assert found.value.upper <= solution.quantum.value.upper + 1e-12
    assert found.ideal.lower <= NoiseModel(pair=state).value(solution).upper
    assert found.gain.lower <= found.value.upper - found.ideal.lower + 1e-12


def test_the_angles_returned_reach_the_value_on_the_density_matrix():
    """Explicit operators from the printed angles, fixed answers included."""
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])

    def operator(angles):
        if isinstance(angles, int):
            return (-1) ** angles * np.eye(2)
        polar, azimuth = np.radians(angles)
        direction = [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth),
                     np.cos(polar)]  # fmt: skip
        return np.tensordot(direction, paulis, axes=1)

    for solution, infidelity in ((HFT, 0.1), (CODE, 0.12), (CODE, 0.3)):
        state = dephased(infidelity)
        found = optimise_angles(solution, state)
        alice, bob = ([operator(each) for each in found.angles_deg[side]] for side in "ab")
        bias = sum(
            weight * np.trace(state.density @ np.kron(alice[x], bob[y])).real
            for (x, y), weight in np.ndenumerate(solution.game.matrix)
        )
        value = solution.game.offset + bias / 2
        assert found.value.lower - 1e-12 <= value <= found.value.upper + 1e-12
        assert value == pytest.approx(found.value.lower, abs=1e-10)
        integers = [isinstance(a, int) for side in found.angles_deg.values() for a in side]
        assert found.hybrid is any(integers)


def test_decay_has_a_direction_too():
    """T1 leaves local vectors; the bracket holds them."""
    state = NoiseModel(channels=(Storage(age_s=0.2, t1_s=1.0),)).state
    found = optimise_angles(HFT, state)
    assert found.ideal.upper < found.value.lower < found.value.upper


def test_dephasing_threshold():
    """CHSH approaches 1/2; for others the proven end is where angles are found."""
    assert dephasing_max(CHSH).lower > 0.4999
    for solution in (HFT, CODE):
        limit = dephasing_max(solution)
        ideal = NoiseModel(pair=dephased(limit.lower)).value(solution)
        assert ideal.upper < solution.classical.value.lower
        # At the very end the gain is as small as the rounding that it is proven against.
        found = optimise_angles(solution, dephased(limit.lower - 1e-3))
        assert found.value.lower > solution.classical.value.upper
        assert limit.upper == 0.5
    assert dephasing_max(solve(hadamard(4))) is None


def test_a_game_of_nothing_is_worth_its_offset():
    game = XORGame([["1/2", "1/2"]], [[[1, 1], [1, 1]]])
    found = optimise_angles(game, PairState.werner(0.9))
    assert found.value.midpoint == pytest.approx(1.0)
    assert found.value.width < 1e-12


def test_a_game_will_do_for_its_solution():
    assert (
        optimise_angles(chsh(), dephased(0.1)).value == optimise_angles(CHSH, dephased(0.1)).value
    )


def test_to_dict():
    found = optimise_angles(CHSH, dephased(0.1)).to_dict()
    assert list(found) == ["value", "bias", "ideal", "gain", "hybrid", "angles_deg"]
    assert found["hybrid"] is False
    assert len(found["angles_deg"]["a"]) == 2


@pytest.mark.parametrize(
    ("subject", "state", "message"),
    [
        (
            CHSH,
            np.eye(4),
            "`state` must be of type PairState; received ndarray. Cure: PairState.from_matrix "
            "makes one.",
        ),
        (
            "chsh",
            PairState.werner(1),
            "`subject` must be of type Solution or XORGame; received str. Cure: solve makes a "
            "solution.",
        ),
    ],
)
def test_what_is_refused(subject, state, message):
    with pytest.raises(InputError) as error:
        optimise_angles(subject, state)
    assert str(error.value) == message
