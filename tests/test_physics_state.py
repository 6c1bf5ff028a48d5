"""The pair's state and its budget, and storage, against 4 x 4 density matrices."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.noise import memory_infidelity
from xorgames.hardware.physics import memory, state
from xorgames.hardware.physics.state import Channel, compose, density_matrix

S = 1 / math.sqrt(2)
BELL = np.array([[S, 0, 0, S], [S, 0, 0, -S], [0, S, S, 0], [0, S, -S, 0]])
Z = np.diag([1.0, -1.0])

dephasings = st.builds(
    Channel, cause=st.just("d"), kind=st.just("dephasing"), infidelity=st.floats(0, 0.5)
)
depolarisings = st.builds(
    Channel, cause=st.just("m"), kind=st.just("depolarising"), infidelity=st.floats(0, 0.75)
)
channels = st.lists(dephasings | depolarisings, max_size=6)


def by_matrices(steps):
    """Kraus operators: a phase flip of one qubit; the identity mixed in."""
    rho, flip = np.outer(BELL[0], BELL[0]), np.kron(Z, np.eye(2))
    for step in steps:
        q = step.infidelity
        if step.kind == "dephasing":
            rho = (1 - q) * rho + q * flip @ rho @ flip
        else:
            rho = (1 - 4 * q / 3) * rho + 4 * q / 3 * np.eye(4) / 4
    return rho


@given(channels)
def test_the_state_is_that_of_the_channels(steps):
    weights, budget = compose(steps)
    rho = by_matrices(steps)
    assert density_matrix(weights) == pytest.approx(rho, abs=1e-12)
    assert [bell @ rho @ bell for bell in BELL] == pytest.approx(weights, abs=1e-12)
    # The budget sums to the infidelity, and no cause gives anything back.
    assert sum(part for _, part in budget) == pytest.approx(1 - weights[0], abs=1e-14)
    assert all(part >= -1e-15 for _, part in budget)
    assert sum(weights) == pytest.approx(1)


@given(channels, st.randoms())
def test_the_order_moves_the_budget_never_the_state(steps, random):
    shuffled = list(steps)
    random.shuffle(shuffled)
    assert compose(steps)[0] == pytest.approx(compose(shuffled)[0], abs=1e-14)


@given(dephasings | depolarisings)
def test_alone_a_cause_takes_what_it_says(step):
    weights, budget = compose([step])
    assert weights[0] == pytest.approx(1 - step.infidelity)
    assert budget == ((step.cause, pytest.approx(step.infidelity, abs=1e-15)),)


def test_the_budget_of_the_facts_adds_up():
    """[C] 2.0, .6, .6, .24, .2, .126 and .05 %: together 3.82 %, a little less when composed."""
    parts = (0.02, 0.006, 0.006, 0.0024, 0.002, 0.00126, 0.0005)
    assert round(sum(parts), 4) == 0.0382
    steps = [Channel(cause=str(p), kind="depolarising", infidelity=p) for p in parts]
    assert sum(parts) - 1e-3 < 1 - compose(steps)[0][0] < sum(parts)


# Storage.

times = st.floats(1e-7, 1e-1)


@given(times, st.floats(1e-2, 1e2))
def test_dephasing_of_both_qubits(storage_s, lifetime_s):
    """[D] 1/2 (1 - exp(-2 t/T2)): each qubit's coherence decays with exp(-t/T2)."""
    one = -math.expm1(-storage_s / lifetime_s) / 2
    rho = np.outer(BELL[0], BELL[0])
    for flip in (np.kron(Z, np.eye(2)), np.kron(np.eye(2), Z)):
        rho = (1 - one) * rho + one * flip @ rho @ flip
    expected = 1 - BELL[0] @ rho @ BELL[0]
    assert memory.exponential(storage_s, lifetime_s) == pytest.approx(expected, abs=1e-14)
    assert expected <= memory_infidelity(storage_s, lifetime_s)


def test_for_short_times_dephasing_is_half_of_the_conservative_form():
    """[D] "About half of it"."""
    ratio = memory.exponential(242.55e-6, 7.9) / memory_infidelity(242.55e-6, 7.9)
    assert ratio == pytest.approx(0.5, abs=1e-4)


def test_a_frequency_that_differs_from_shot_to_shot():
    """The average of cos(phase of both qubits) over Gaussian frequencies."""
    storage_s, lifetime_s = 0.7, 1.1
    frequencies = np.linspace(-12, 12, 20001)
    law = np.exp(-(frequencies**2) / 2)
    # One qubit loses its coherence as exp(-(t/T2*)^2).
    phases = frequencies * math.sqrt(2) / lifetime_s * storage_s
    coherence = (law @ np.cos(phases) / law.sum()) ** 2
    expected = (1 - coherence) / 2
    assert memory.gaussian(storage_s, lifetime_s) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Channel(cause="x", kind="dephasing", infidelity=0.6),
            "`infidelity` must lie in [0, 0.5]; received 0.6.",
        ),
        (
            lambda: Channel(cause="x", kind="depolarising", infidelity=-0.1),
            "`infidelity` must lie in [0, 0.75]; received -0.1.",
        ),
        (
            lambda: Channel(cause="x", kind="bit flip", infidelity=0.1),
            "`kind` must be dephasing or depolarising; received 'bit flip'.",
        ),
        (
            lambda: memory.exponential(-1.0, 1.0),
            "`storage_s` must not be negative; received -1.",
        ),
        (lambda: memory.gaussian(1.0, 0.0), "`lifetime_s` must be positive; received 0."),
        (lambda: memory.gaussian(1.0, "7 s"), "`lifetime_s` must be a real number; received"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value).startswith(message)


def test_the_perfect_pair_is_phi_plus():
    assert density_matrix(state.PERFECT) == pytest.approx(np.outer(BELL[0], BELL[0]))
