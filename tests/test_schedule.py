"""Time multiplexing and ageing: known values, agreement with the designs, what is refused."""

import math

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware import noise
from xorgames.hardware.schedule import Node

#: The reference design with the figures displayed in arXiv:2604.07451, as reported for it.
DISPLAYED = {
    "trial_time_s": 580e-9,
    "link_time_s": 240e-6,
    "decision_time_s": 970e-9,
    "reset_time_s": 1e-6,
    "success_probability": 0.00762048,
}


@pytest.mark.parametrize(
    ("atoms", "rate_khz"),
    [(50, 1.57), (100, 3.14), (200, 6.28), (250, 7.85), (300, 9.43), (419, 13.14), (900, 13.14)],
)
def test_the_rate_by_the_number_of_atoms(atoms, rate_khz):
    node = Node(**DISPLAYED, atoms=atoms)
    assert node.rate_hz / 1e3 == pytest.approx(rate_khz, abs=0.005)
    assert node.saturation_atoms == 419
    assert (node.channel_use == 1) == (atoms >= 419)


def test_the_reference_design():
    node = Node(**DISPLAYED, atoms=250)
    assert node.occupancy_time_s == pytest.approx(242.55e-6)
    assert node.rate_hz == pytest.approx(7854.5, abs=0.05)
    assert Node(**DISPLAYED, atoms=1).rate_hz == pytest.approx(31.4, abs=0.05)
    assert Node(**DISPLAYED, atoms=250, channels=3).rate_hz == pytest.approx(3 * node.rate_hz)
    assert node.most_attempts_hz == pytest.approx(250 / (242.55e-6 - 0.99237952 * 970e-9))
    assert Node(**DISPLAYED, atoms=500).most_attempts_hz == 1 / 580e-9
    assert node.to_dict() == DISPLAYED | {
        "atoms": 250,
        "channels": 1,
        "state_infidelity": 0.0,
        "measurement_infidelity": 0.0,
        "ageing_infidelity": 0.0,
        "ageing_time_s": None,
    }


@pytest.mark.parametrize(
    ("name", "profile", "distance_m"),
    [
        ("yb_cavity", "law", 80e3),
        ("yb_cavity", "displayed", None),
        ("yb_cavity_physics", None, None),
        ("yb_cavity_caps", None, 20e3),
    ],
)
def test_a_node_is_what_its_design_achieves(name, profile, distance_m):
    design = xg.load_design(name)
    figures = design.evaluate(profile=profile, distance_m=distance_m)
    node = Node.of(design, profile=profile, distance_m=distance_m)
    assert node.combined_infidelity() == pytest.approx(figures.combined_infidelity, abs=1e-15)
    for key in ("rate_hz", "attempt_rate_hz", "occupancy_time_s", "channel_use"):
        assert getattr(node, key) == pytest.approx(getattr(figures, key), rel=1e-12)
    assert node.saturation_atoms == figures.saturation_atoms


def test_a_stated_memory_ages_on():
    design = xg.load_design("yb_cavity")
    node, figures = Node.of(design), design.evaluate()
    age_s = 0.1
    stored = noise.memory_infidelity(figures.occupancy_time_s + age_s, 7.9)
    expected = noise.combined_infidelity(figures.heralded_infidelity + stored, (1 - 0.004) ** 2)
    assert node.combined_infidelity(math.exp(-age_s / 7.9)) == pytest.approx(expected, rel=1e-12)
    # A pair cannot be worse than one that is fully mixed.
    assert node.combined_infidelity(0.0) == 1.0


def test_a_known_state_dephases_on():
    design = xg.load_design("yb_cavity_physics")
    node, figures = Node.of(design), design.evaluate()
    age_s = 0.4
    # The coherence of |00> and |11> shrinks as that of each qubit does, twice.
    state = np.array(figures.pair_state)
    coherence = state[0, 3] * math.exp(-age_s / figures.memory_lifetime_s) ** 2
    fidelity = (state[0, 0] + state[3, 3]) / 2 + coherence
    readout = (1 - 2 * figures.measurement_infidelity) ** 2
    expected = noise.combined_infidelity(1 - fidelity, readout)
    decay = math.exp(-age_s / node.ageing_time_s)
    assert node.combined_infidelity(decay) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"trial_time_s": 0}, "`trial_time_s` must be positive; received 0."),
        ({"trial_time_s": "580"}, "`trial_time_s` must carry a unit; received '580'. Cure: write "
         "10ms or 2.5us."),
        ({"link_time_s": -1e-6}, "`link_time_s` must not be negative; received -1e-06."),
        ({"decision_time_s": math.inf}, "`decision_time_s` must be finite; received inf."),
        ({"reset_time_s": None}, "`reset_time_s` must be a real number; received None."),
        ({"success_probability": 0}, "`success_probability` must lie in (0, 1]; received 0."),
        ({"atoms": 2.5}, "`atoms` must be a whole number, 1 or more; received 2.5."),
        ({"channels": False}, "`channels` must be a number; received False. Cure: true and false "
         "are not numbers."),
        ({"state_infidelity": 4}, "`state_infidelity` must lie in [0, 0.75]; received 4."),
        ({"measurement_infidelity": 1}, "`measurement_infidelity` must lie in [0, 0.5]; received "
         "1."),
        ({"ageing_infidelity": 3}, "`ageing_infidelity` must lie in [0, 2]; received 3."),
        ({"ageing_time_s": 1e-40}, "`ageing_time_s` must not be below 1e-30 in size; received "
         "1e-40."),
    ],
)  # fmt: skip
def test_what_a_node_refuses(arguments, message):
    with pytest.raises(InputError) as error:
        Node(**(DISPLAYED | {"atoms": 250} | arguments))
    assert str(error.value) == message


def test_what_no_node_can_be_made_of():
    for call, message in [
        (
            lambda: Node.of("yb_cavity"),
            "`design` must be of type Design; received str. Cure: load_design makes one.",
        ),
        (
            lambda: Node.of(xg.load_design("your_machine")),
            "`design` must have a schedule of attempts: atoms, trial time, success probability; "
            "received your_machine of model specified. Cure: choose a design of another model, "
            "or make a Node of your numbers.",
        ),
    ]:
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value) == message
