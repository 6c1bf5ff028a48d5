"""Loss with fallback: Eberhard's threshold, the published game, and explicit density matrices."""

from itertools import pairwise

import numpy as np
import pytest

from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, hadamard, hft, random_access_code
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.hardware import photon_loss as loss
from xorgames.hardware.noise_model import NoiseModel
from xorgames.hardware.photon_loss import efficiency_threshold, photon_loss, schmidt_form
from xorgames.solvers.see_saw import Detector, play_bias, see_saw
from xorgames.solvers.solve import solve

CHSH, HFT = solve(chsh()), solve(hft(p="0.3", beta="0.3"))


@pytest.mark.parametrize(
    ("efficiency", "advantage"),
    [(0.66, Finding.REFUTED), (0.67, Finding.PROVEN), (0.7, Finding.PROVEN), (1, Finding.PROVEN)],
)
def test_eberhard(efficiency, advantage):
    """CHSH from 2/3 on, with pairs that become products there (doi:10.1103/PhysRevA.47.R747)."""
    found = photon_loss(CHSH, efficiency=efficiency)
    assert found.advantage is advantage
    assert (found.value.lower > 0.75) is (advantage is Finding.PROVEN)
    assert found.value.width < 1e-6
    if efficiency == 0.67:
        assert 0 < found.schmidt_angle_deg < 2
        assert found.maximally_entangled.upper < 0.75
    if efficiency == 1:
        assert found.schmidt_angle_deg == pytest.approx(45)
        assert found.value.lower == pytest.approx(0.5 + np.sqrt(2) / 4)


def test_the_published_case():
    """arXiv:2407.21723: p = beta = .3, eta = .95: q* about .792 against c* = .79."""
    found = photon_loss(HFT, efficiency=0.95)
    assert round(found.value.lower, 3) == 0.792
    assert found.value.width < 1e-7
    assert found.classical.midpoint == pytest.approx(0.79)
    assert found.maximally_entangled.upper < 0.79
    assert found.proof == "NPA hierarchy"


def test_the_published_threshold():
    """The same source: eta* about .941; |Phi+> alone would need .9629."""
    found = efficiency_threshold(HFT)
    assert found.efficiency_min.lower < 0.941 < found.efficiency_min.upper + 5e-4
    assert found.efficiency_min.width < 3e-4
    assert found.efficiency_min.upper < 2 * 0.58 / (0.6246791 + 0.58) - 0.02


def test_a_threshold_is_where_the_value_passes_the_margin(monkeypatch):
    monkeypatch.setattr(loss, "_PRECISION", 1e-2)
    found = efficiency_threshold(CHSH, margin=0.01)
    low, high = found.efficiency_min.lower, found.efficiency_min.upper
    assert photon_loss(CHSH, efficiency=low).value.upper < 0.76 + 1e-12
    assert photon_loss(CHSH, efficiency=high).value.lower > 0.76 - 1e-12
    assert found.to_dict() == {"efficiency_min": {"lower": low, "upper": high}, "margin": 0.01}


@pytest.mark.slow
def test_without_a_margin_the_classical_model_refutes():
    found = efficiency_threshold(CHSH, margin=0)
    assert found.efficiency_min.lower == pytest.approx(2 / 3, abs=2e-4)
    assert 2 / 3 < found.efficiency_min.upper < 0.667


def test_margins_out_of_reach():
    assert efficiency_threshold(CHSH, margin=0.2) is None
    assert efficiency_threshold(CHSH, margin=1e308) is None
    assert efficiency_threshold(solve(hadamard(4))) is None


@pytest.mark.parametrize(
    ("solution", "efficiency"),
    [
        (CHSH, (0.9, 0.7)),
        (CHSH, (1.0, 0.95)),
        (HFT, (0.8, 0.95)),
        (HFT, (0.97, 0.97)),
        (solve(random_access_code(3)), (0.95, 0.9)),
    ],
)
def test_the_numbers_returned_reach_the_value(solution, efficiency):
    """Angles, fallback bits and Schmidt angle against explicit probabilities of all answers."""
    found = photon_loss(solution, efficiency=efficiency)
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    angle = np.radians(found.schmidt_angle_deg)
    vector = np.array([np.cos(angle), 0, 0, np.sin(angle)])

    def effective(side, eta):
        operators = []
        for angles, bit in zip(found.angles_deg[side], found.fallback[side], strict=True):
            if isinstance(angles, int):
                operators.append((-1) ** angles * np.eye(2))
                continue
            polar, azimuth = np.radians(angles)
            direction = [np.sin(polar) * np.cos(azimuth), np.sin(polar) * np.sin(azimuth),
                         np.cos(polar)]  # fmt: skip
            clicked = np.tensordot(direction, paulis, axes=1)
            operators.append(eta * clicked + (1 - eta) * (-1) ** bit * np.eye(2))
        return operators

    alice, bob = (effective(side, eta) for side, eta in zip("ab", efficiency, strict=True))
    bias = sum(
        weight * (vector @ np.kron(alice[x], bob[y]) @ vector).real
        for (x, y), weight in np.ndenumerate(solution.game.matrix)
    )
    assert solution.game.offset + bias / 2 <= found.value.upper + 1e-12
    assert bias == pytest.approx(found.bias.lower, abs=1e-10)


def test_where_nothing_beats_them_the_play_is_the_classical_answers():
    game = XORGame.from_matrix(np.random.default_rng(0).choice([-1, 1], (16, 16)))
    found = photon_loss(game, efficiency=0.1, starts=1)
    assert play_bias(game.matrix, found.play).lower >= found.bias.lower - 1e-9
    assert all(isinstance(each, int) for side in found.angles_deg.values() for each in side)


@pytest.mark.parametrize("efficiency", [0.3, 0.7, 0.9, 1.0])
def test_it_is_at_least_the_ideal_pair_and_at_least_classical(efficiency):
    for solution in (CHSH, HFT):
        found = photon_loss(solution, efficiency=efficiency, starts=16)
        ideal = NoiseModel(efficiency_a=efficiency, efficiency_b=efficiency).value(solution)
        assert found.maximally_entangled == ideal
        assert found.value.upper >= max(ideal.lower, solution.classical.value.lower)
        assert found.value.lower >= max(ideal.lower, solution.classical.value.lower) - 1e-11


def test_more_light_is_never_worse():
    values = [photon_loss(CHSH, efficiency=eta).value for eta in (0.6, 0.7, 0.8, 0.9, 1)]
    for darker, brighter in pairwise(values):
        assert darker.lower <= brighter.upper


def test_the_schmidt_form_changes_no_correlator():
    lossy = Detector(shrink=0.8, drift=0.2)
    play = see_saw(CHSH.game.matrix, detectors=(lossy, lossy), starts=4, rng=5)
    turned = schmidt_form(play)
    assert turned.correlators == pytest.approx(play.correlators, abs=1e-12)
    assert turned.state[1, 0] == turned.state[0, 2] == 0
    assert play_bias(CHSH.game.matrix, turned).midpoint == pytest.approx(
        play_bias(CHSH.game.matrix, play).midpoint, abs=1e-12
    )


def test_a_game_without_advantage():
    found = photon_loss(hadamard(4), efficiency=0.9)
    assert found.advantage is Finding.REFUTED
    assert found.proof == "classical strategies do as well"
    assert found.value.width < 1e-11


def test_to_dict():
    found = photon_loss(CHSH, efficiency=(0.9, 0.8)).to_dict()
    assert list(found) == [
        "efficiency", "value", "bias", "classical", "advantage", "maximally_entangled", "proof",
        "schmidt_angle_deg", "angles_deg", "fallback",
    ]  # fmt: skip
    assert found["efficiency"] == [0.9, 0.8]
    assert found["advantage"] == "PROVEN"
    assert Bound(**found["value"]).width < 1e-7


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: photon_loss(CHSH, efficiency=94),
            "`efficiency` must lie in [0, 1]; received 94.",
        ),
        (
            lambda: photon_loss(CHSH, efficiency=(0.9, 0.9, 0.9)),
            "`efficiency` must be one number, or two: Alice's and Bob's; received 3 numbers.",
        ),
        (
            lambda: photon_loss(CHSH, efficiency=None),
            "`efficiency` must be a real number; received None.",
        ),
        (
            lambda: photon_loss("chsh", efficiency=0.9),
            "`subject` must be of type Solution or XORGame; received str. Cure: solve makes a "
            "solution.",
        ),
        (
            lambda: efficiency_threshold(CHSH, margin=-1),
            "`margin` must lie in [0, infinity); received -1.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
