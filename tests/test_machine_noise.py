"""A design's figures as noise: the same numbers by density matrices as by the formulas."""

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.design import design_names, load_design
from xorgames.hardware.machine_noise import measured_pair, noise_of
from xorgames.hardware.noisy_angles import optimise_angles

CHSH = xg.solve(xg.catalog.chsh())


@pytest.mark.parametrize("name", ["yb_cavity", "your_machine"])
def test_a_stated_fidelity_is_a_werner_pair(name):
    performance = load_design(name).evaluate()
    value = noise_of(performance).value(CHSH)
    expected = 0.5 + (1 - performance.combined_infidelity) * 2**0.5 / 4
    assert value.midpoint == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["yb_cavity_physics", "yb_cavity_caps"])
def test_a_known_state_is_used_as_it_is(name):
    performance = load_design(name).evaluate()
    noise = noise_of(performance)
    assert np.allclose(noise.pair.density, np.array(performance.pair_state), atol=1e-9)
    fidelity = noise.pair.density[[0, 0, 3, 3], [0, 3, 0, 3]].sum().real / 2
    assert fidelity == pytest.approx(1 - performance.state_infidelity, abs=1e-9)
    best = optimise_angles(CHSH, measured_pair(performance))
    assert best.ideal.midpoint == pytest.approx(noise.value(CHSH).midpoint, abs=1e-9)
    # Dephasing leaves more than a Werner pair of the same fidelity, and angles made for it more.
    werner = 0.5 + (1 - performance.combined_infidelity) * 2**0.5 / 4
    assert best.ideal.lower > werner
    assert best.value.lower >= best.ideal.lower


def test_every_packaged_design_has_its_noise():
    for name in design_names():
        performance = load_design(name).evaluate()
        assert 0.5 < noise_of(performance).value(CHSH).lower < 0.8536


def test_only_performances_are_taken():
    with pytest.raises(InputError) as caught:
        noise_of(load_design("yb_cavity"))
    assert str(caught.value) == (
        "`performance` must be of type Performance; received Design. "
        "Cure: Design.evaluate makes one."
    )
