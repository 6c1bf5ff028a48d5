"""Two photons at a station: figures, the filter, and a calculation with density matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.signal import fftconvolve

from xorgames.errors import InputError
from xorgames.hardware.physics import emission, interference
from xorgames.hardware.physics.cavity import Cavity, angular
from xorgames.hardware.physics.interference import Delays

TAU = 51.4e-9
EXPONENTIAL = Delays.of_exponential(TAU)
GAMMA = 1 / (2 * 329e-9)


def terms(inside, internal_mhz):
    return emission.envelope_terms(
        Cavity.of_cooperativity(inside, angular(internal_mhz * 1e6), GAMMA)
    )


shapes = st.builds(terms, st.floats(0.5, 500), st.floats(0.05, 50))


@pytest.mark.parametrize(("filter_tau", "mean_square"), [(3, 1.21), (2, 0.75), (1, 0.25)])
def test_the_coincidence_table(filter_tau, mean_square):
    """[D] The filter keeps 1 - exp(-T/tau); mean squared delay in tau^2, without filter 2."""
    assert EXPONENTIAL.kept(filter_tau * TAU) == pytest.approx(1 - math.exp(-filter_tau))
    assert round(EXPONENTIAL.mean_square_s2(filter_tau * TAU) / TAU**2, 2) == mean_square
    assert EXPONENTIAL.mean_square_s2() / TAU**2 == pytest.approx(2)
    assert EXPONENTIAL.kept(None) == 1


@given(st.just(0.0) | st.floats(1e-3, 1e9))
def test_detuned_exponential_photons(detuning):
    """[D] V = 1/(1 + delta^2 tau^2), as the overlap of the envelopes too."""
    expected = 1 / (1 + (detuning * TAU) ** 2)
    assert EXPONENTIAL.mean_cosine(detuning) == pytest.approx(expected, abs=1e-12)
    assert interference.detuned_overlap(TAU, TAU, detuning) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 5), st.floats(0.2, 5), st.just(0.0) | st.floats(1e-3, 20))
def test_the_overlap_of_different_exponential_photons(a_s, b_s, detuning):
    grid = np.linspace(0, 60 * max(a_s, b_s), 100_001)
    fields = np.exp(-grid / (2 * a_s)), np.exp(-grid / (2 * b_s) + 1j * detuning * grid)
    photons = [emission.Photon(times_s=grid, field=f, probability=1.0) for f in fields]
    assert interference.detuned_overlap(a_s, b_s, detuning) == pytest.approx(
        photons[0].overlap(photons[1]), abs=1e-5
    )


@settings(max_examples=25, deadline=None)
@given(shapes, st.floats(0.05, 3), st.floats(0.3, 4))
def test_delays_of_a_cavitys_photons(shape, turn, cut):
    """Against the double sum over both photons' times."""
    delays = Delays.of_envelope(shape)
    slow = min(-exponent.real for exponent in shape[1])
    times = np.linspace(0, 12 / slow, 6001)
    rate = abs(sum(c * np.exp(a * times) for c, a in zip(*shape, strict=True))) ** 2
    rate /= rate.sum()
    both = np.correlate(rate, rate, mode="full")[6000:]
    both[1:] *= 2
    detuning, limit = turn * slow, cut / slow
    assert delays.mean_s == pytest.approx(both @ times, rel=3e-3)
    assert delays.mean_square_s2() == pytest.approx(both @ times**2, rel=3e-3)
    assert delays.mean_cosine(detuning) == pytest.approx(both @ np.cos(detuning * times), abs=3e-3)
    near = times < limit
    kept = both[near].sum()
    assert delays.kept(limit) == pytest.approx(kept, abs=5e-3)
    assert delays.mean_cosine(detuning, limit) == pytest.approx(
        both[near] @ np.cos(detuning * times[near]) / kept, abs=5e-3
    )


@settings(max_examples=40, deadline=None)
@given(shapes, st.floats(0, 1), st.floats(0.05, 1.2), st.just(0.0) | st.floats(1e-3, 6))
def test_delays_within_a_time_bin(shape, length, cut, turn):
    """Against the double sum; a bin that holds little but the photon's rise is right to 5 %."""
    fast, slow = max(map(abs, shape[1])), min(-exponent.real for exponent in shape[1])
    window = (0.02 / fast) ** (1 - length) * (10 / slow) ** length
    tolerance = 3e-3 if fast * window > 0.25 else 0.05
    times = np.linspace(0, window, max(2001, 10 * int(fast * window)))
    rate = abs(sum(c * np.exp(a * times) for c, a in zip(*shape, strict=True))) ** 2
    rate[[0, -1]] /= 2
    both = fftconvolve(rate / rate.sum(), rate[::-1] / rate.sum())[len(times) - 1 :]
    both[1:] *= 2
    delays = Delays.of_envelope(shape, window)
    detuning, near = turn / window, times < cut * window
    assert delays.mean_s == pytest.approx(both @ times, rel=tolerance)
    assert delays.kept(cut * window) == pytest.approx(both[near].sum(), abs=tolerance)
    assert delays.kept(window) == pytest.approx(1, abs=1e-6)
    assert delays.mean_cosine(detuning, cut * window) == pytest.approx(
        both[near] @ np.cos(detuning * times[near]) / both[near].sum(), abs=tolerance
    )


def test_an_exponential_photon_in_a_time_bin():
    """[D] <|t1 - t2|> = (1 - 2 w exp(-w) - exp(-2 w))/(1 - exp(-w))^2 lifetimes, w of them long."""
    for w in (0.3, 1.0, 5.0):
        found = Delays.of_envelope(((1.0 + 0j,), (-0.5 + 0j,)), w).mean_s
        gone = math.exp(-w)
        expected = (1 - 2 * w * gone - gone**2) / (1 - gone) ** 2
        assert found == pytest.approx(expected, rel=2e-2 if w < 0.5 else 1e-9)


def test_a_long_time_bin_holds_whole_photons():
    shape = terms(20, 1.0)
    whole, cut = Delays.of_envelope(shape), Delays.of_envelope(shape, 3e-6)
    assert Delays.of_envelope(shape, 1.0) == whole
    assert cut.mean_s == pytest.approx(whole.mean_s, rel=1e-9)
    assert cut.mean_cosine(1e7, 5e-8) == pytest.approx(whole.mean_cosine(1e7, 5e-8), rel=1e-9)


@given(shapes, st.floats(1e-9, 1e-6), st.floats(1e-9, 1e-6))
def test_a_narrower_filter_costs_rate_and_buys_coherence(shape, one, other):
    delays, narrow, wide = Delays.of_envelope(shape), min(one, other), max(one, other)
    assert delays.kept(narrow) <= delays.kept(wide) + 1e-6
    assert delays.mean_square_s2(narrow) <= delays.mean_square_s2(wide) * (1 + 1e-6)
    slow = 0.1 / delays.mean_s
    assert delays.mean_cosine(slow, narrow) >= delays.mean_cosine(slow, wide) - 2e-5


@settings(max_examples=20, deadline=None)
@given(shapes, st.floats(0.01, 3))
def test_jitter_of_a_cavitys_photons(shape, spread):
    """Against the average of the shifted overlap over a Gaussian."""
    slow = min(-exponent.real for exponent in shape[1])
    times = np.linspace(0, 15 / slow, 4001)
    field = sum(c * np.exp(a * times) for c, a in zip(*shape, strict=True))
    overlap = np.correlate(field, field, mode="full")[4000:]
    overlap = abs(overlap / overlap[0]) ** 2
    spread_s = spread / slow
    weight = np.exp(-((times / spread_s) ** 2) / 2)
    weight[0] /= 2
    expected = weight @ overlap / weight.sum()
    assert interference.jitter_visibility(shape, spread_s) == pytest.approx(expected, abs=5e-3)
    assert interference.jitter_visibility(shape, 0.0) == pytest.approx(1, abs=1e-5)


@given(st.just(0.0) | st.floats(1e-3, 5))
def test_jitter_of_exponential_photons(spread):
    shape = ((1.0 + 0j,), (-0.5 + 0j,))
    if spread == 0:
        expected = 1.0
    else:
        expected = quad(
            lambda x: math.exp(-x - (x / spread) ** 2 / 2) / spread, 0, 12 * spread, limit=200
        )[0] * math.sqrt(2 / math.pi)
    assert interference.jitter_visibility(shape, spread) == pytest.approx(expected, abs=1e-7)


# The herald, with the state of both atoms and both photons.

KETS = np.eye(2)
X, Z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])


def heralded(same_detector, overlap):
    """The atoms after one click in each bin: modes (bin, side, shape), a beam splitter, a trace.

    The photon of each node is early with its atom in 0, late with it in 1. Bob's photon has the
    shape cos u f + sin u g where Alice's has f.
    """
    angle = math.acos(math.sqrt(overlap))
    shapes_of = {"A": (1.0, 0.0), "B": (math.cos(angle), math.sin(angle))}
    ways = {"A": (1, 1), "B": (1, -1)}
    rho, chance = np.zeros((4, 4)), 0.0
    for first in (0, 1):
        second = first if same_detector else 1 - first
        for shape_early in (0, 1):
            for shape_late in (0, 1):
                # Click early at `first`, late at `second`: one node's photon in each bin.
                atoms = np.zeros(4)
                for early, late in (("A", "B"), ("B", "A")):
                    amplitude = (
                        ways[early][first]
                        * ways[late][second]
                        / 2
                        * shapes_of[early][shape_early]
                        * shapes_of[late][shape_late]
                    ) / 2
                    bits = {early: 0, late: 1}
                    atoms[2 * bits["A"] + bits["B"]] += amplitude
                rho += np.outer(atoms, atoms)
    chance = np.trace(rho)
    return rho / chance, chance


@pytest.mark.parametrize("overlap", [1.0, 0.96, 0.5])
def test_the_heralded_pair(overlap):
    """[D] Half of the cases herald; F = (1 + V)/2 after the Pauli frame, by dephasing alone."""
    chances = 0
    phi = np.array([1, 0, 0, 1]) / math.sqrt(2)
    for same in (True, False):
        rho, chance = heralded(same, overlap)
        chances += chance
        turn = np.eye(2)
        for name in interference.pauli_frame(same_detector=same)[::-1]:
            turn = {"X": X, "Z": Z}[name] @ turn
        rho = np.kron(np.eye(2), turn) @ rho @ np.kron(np.eye(2), turn).T
        assert phi @ rho @ phi == pytest.approx((1 + overlap) / 2)
        assert 1 - phi @ rho @ phi == pytest.approx(interference.dephasing(overlap))
        assert rho[1, 1] == rho[2, 2] == pytest.approx(0)
    assert chances == pytest.approx(interference.herald_probability(1.0, 1.0)) == 0.5


def test_loss_costs_rate_not_fidelity():
    """[P] p = 1/2 eta_A eta_B of the reference design, and off the centre the same."""
    eta = interference.arm_efficiency(0.7, 0.06**0.5, 0.9, 0.8)
    assert interference.herald_probability(eta, eta) == pytest.approx(0.00762048)
    near, far = (interference.arm_efficiency(0.7, 0.06**s, 0.9, 0.8) for s in (0.2, 0.8))
    assert interference.herald_probability(near, far) == pytest.approx(0.00762048)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Delays.of_exponential(0.0), "`lifetime_s` must be positive; received 0."),
        (
            lambda: Delays.of_envelope(((1j,), (-1 + 0j,)), 0.0),
            "`window_s` must be positive; received 0.",
        ),
        (lambda: EXPONENTIAL.kept(0.0), "`coincidence_s` must be positive; received 0."),
        (
            lambda: EXPONENTIAL.mean_cosine(-1.0),
            "`detuning_per_s` must not be negative; received -1.",
        ),
        (
            lambda: interference.jitter_visibility(((1j,), (-1 + 0j,)), None),
            "`spread_s` must be a real number; received None.",
        ),
        (
            lambda: interference.detuned_overlap(1.0, -1.0, 0.0),
            "`lifetime_b_s` must be positive; received -1.",
        ),
        (lambda: interference.dephasing(1.5), "`visibility` must lie in [0, 1]; received 1.5."),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
