"""Readout by counting: the figures, the integral another way, and what is best."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import poisson

from xorgames.errors import InputError
from xorgames.hardware.physics import readout
from xorgames.hardware.physics.readout import Counting

REFERENCE = Counting(bright_hz=7.5e6, dark_hz=2.5e3, loss_hz=2e3)
GAMMA = 2 * math.pi * 182e3


def test_the_reference_readout():
    """[C] 7.5 counts/us, 2.5e3 /s, 2e3 /s, threshold 1, 870 ns: FN .0017, FP .0022, .0020."""
    negative, positive = REFERENCE.errors(870e-9, 1)
    assert (round(negative, 4), round(positive, 4)) == (0.0017, 0.0022)
    assert round(REFERENCE.infidelity(870e-9, 1), 4) == 0.0020
    assert readout.readout_in(REFERENCE, 870e-9).threshold == 1


def test_the_cavity_is_essential():
    """[D] .50 photon in free space; C_in = 36.4 and .72 detection give 7.5 counts/us."""
    assert round(readout.free_space_photons(GAMMA, 870e-9), 2) == 0.50
    assert readout.cavity_counts(GAMMA, 36.4, 0.72) == pytest.approx(7.5e6, rel=2e-3)
    assert round(36.4 * 7.5e6 / readout.cavity_counts(GAMMA, 36.4, 0.72), 1) == 36.4
    errors = {}
    for inside in (30, 36.4):
        bright_hz = readout.cavity_counts(GAMMA, inside, 0.72)
        counting = Counting(bright_hz=bright_hz, dark_hz=2.5e3, loss_hz=2e3)
        errors[inside] = readout.readout_in(counting, 870e-9).infidelity
    assert round(errors[36.4], 3) == 0.002
    assert errors[30] > 0.003


countings = st.builds(
    lambda bright, dark, loss: Counting(
        bright_hz=bright, dark_hz=dark * bright, loss_hz=loss * bright
    ),
    st.floats(1e4, 1e8),
    st.just(0.0) | st.floats(1e-6, 0.5),
    st.just(0.0) | st.floats(1e-6, 0.5),
)


@settings(max_examples=40, deadline=None)
@given(countings, st.floats(0.1, 20), st.integers(1, 8))
def test_the_errors_by_another_way(counting, photons, threshold):
    """scipy.stats and an adaptive rule."""
    time_s = photons / counting.bright_hz

    def missed(lost_s):
        mean = counting.bright_hz * lost_s + counting.dark_hz * (time_s - lost_s)
        density = counting.loss_hz * math.exp(-counting.loss_hz * lost_s)
        return density * poisson.cdf(threshold - 1, mean)

    expected = quad(missed, 0, time_s)[0] + math.exp(-counting.loss_hz * time_s) * poisson.cdf(
        threshold - 1, counting.bright_hz * time_s
    )
    negative, positive = counting.errors(time_s, threshold)
    assert negative == pytest.approx(expected, abs=1e-9)
    assert positive == pytest.approx(poisson.sf(threshold - 1, counting.dark_hz * time_s))


def test_the_errors_by_simulation():
    """Counts of many atoms, three standard errors; a strong loss so that the integral matters."""
    counting, time_s, threshold, atoms = (
        Counting(bright_hz=5.0, dark_hz=0.3, loss_hz=0.4),
        1.3,
        2,
        10**6,
    )
    rng = np.random.default_rng(5)
    bright_s = np.minimum(rng.exponential(1 / counting.loss_hz, atoms), time_s)
    mean = counting.bright_hz * bright_s + counting.dark_hz * (time_s - bright_s)
    found = [
        np.mean(rng.poisson(mean) < threshold),
        np.mean(rng.poisson(counting.dark_hz * time_s, atoms) >= threshold),
    ]
    for seen, expected in zip(found, counting.errors(time_s, threshold), strict=True):
        assert abs(seen - expected) < 3 * math.sqrt(expected / atoms)


@settings(max_examples=15, deadline=None)
@example(Counting(bright_hz=10000.0, dark_hz=2734.375, loss_hz=703.125), 11.0)
@given(countings, st.floats(0.5, 30))
def test_nothing_beats_the_best(counting, photons):
    longest_s = photons / counting.bright_hz
    at_end = readout.readout_in(counting, longest_s)
    assert at_end.infidelity <= min(counting.infidelity(longest_s, k) for k in range(1, 30)) + 1e-12
    best = readout.best_readout(counting, longest_s)
    assert 0 < best.time_s <= longest_s
    assert best.infidelity <= at_end.infidelity
    for time_s in np.linspace(longest_s / 50, longest_s, 50):
        for threshold in range(1, 12):
            assert best.infidelity <= counting.infidelity(float(time_s), threshold) + 1e-6


@pytest.mark.parametrize(
    ("bright", "dark", "threshold"), [(100.0, 50.0, 73), (2000.0, 1000.0, 1443), (60.0, 59.0, 60)]
)
def test_many_dark_counts_ask_for_a_high_threshold(bright, dark, threshold):
    """Low thresholds all err by 1/2 to rounding: one step from there tells nothing."""
    counting = Counting(bright_hz=bright, dark_hz=dark, loss_hz=0.0)
    errors = [counting.infidelity(1.0, k) for k in range(1, 2 * int(bright))]
    assert errors[0] == errors[1] == 0.5
    assert readout.readout_in(counting, 1.0).threshold == 1 + np.argmin(errors) == threshold


@settings(max_examples=30, deadline=None)
@given(countings, st.floats(0.5, 300))
def test_no_threshold_beats_the_best(counting, photons):
    time_s = photons / counting.bright_hz
    best = counting.infidelity(time_s, counting.best_threshold(time_s))
    assert best <= min(counting.infidelity(time_s, k) for k in range(1, int(photons) + 3)) + 1e-13


@pytest.mark.parametrize("loss", [1e7, 1e9, 1e12, 1e15])
def test_a_bright_atom_that_is_lost_at_once_reads_dark(loss):
    """FN = int Gamma exp(-(Gamma + r_B) t) = Gamma/(Gamma + r_B) at threshold 1 without dark."""
    counting = Counting(bright_hz=1e7, dark_hz=0.0, loss_hz=loss)
    negative, positive = counting.errors(1e-3, 1)
    assert (negative, positive) == (pytest.approx(loss / (loss + 1e7), rel=1e-12), 0)
    assert readout.best_readout(counting, 1e-3).infidelity <= 0.5


@pytest.mark.parametrize("time_s", [1e-6, 1e-3, 1.0, 1e3])
def test_a_long_readout_misses_what_is_lost_early(time_s):
    """The loss in the first instants counts, however short they are beside the readout."""
    negative, _ = Counting(bright_hz=1e6, dark_hz=0.0, loss_hz=1e3).errors(time_s, 1)
    both = 1e6 + 1e3
    expected = 1e3 / both * -math.expm1(-both * time_s) + math.exp(-both * time_s)
    assert negative == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dark_hz", [0.0, 1e-20, 5e22, 9.99e22])
def test_the_brightest_atoms_are_read_in_no_time(dark_hz):
    """The ends of what a design file may say: 1e23 counts a second, ten seconds."""
    counting = Counting(bright_hz=1e23, dark_hz=dark_hz, loss_hz=1.0)
    assert readout.readout_in(counting, 10.0).threshold >= 1
    best = readout.best_readout(counting, 10.0)
    assert best.time_s < 1e-9
    assert best.infidelity < 1e-9


def test_time_and_threshold_go_together():
    """With more time it pays to ask for a second photon."""
    short, long = (readout.best_readout(REFERENCE, t) for t in (1e-6, 10e-6))
    assert (short.threshold, long.threshold) == (1, 2)
    assert long.infidelity < short.infidelity / 5
    assert long.infidelity == (long.false_dark + long.false_bright) / 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Counting(bright_hz=1.0, dark_hz=2.0, loss_hz=0.0),
            "`bright_hz` must exceed dark_hz = 2; received 1. Cure: exchange the two.",
        ),
        (
            lambda: Counting(bright_hz=1.0, dark_hz=-2.0, loss_hz=math.inf),
            "`dark_hz` must not be negative; received -2.\n`loss_hz` must be finite; received inf.",
        ),
        (lambda: REFERENCE.errors(0.0, 1), "`time_s` must be positive; received 0."),
        (
            lambda: REFERENCE.errors(1e-6, 0),
            "`threshold` must be a whole number, 1 or more; received 0.",
        ),
        (
            lambda: readout.best_readout(REFERENCE, -1.0),
            "`longest_s` must be positive; received -1.",
        ),
        (
            lambda: readout.cavity_counts(1.0, 1.0, 0.0),
            "`detection` must lie in (0, 1]; received 0.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
