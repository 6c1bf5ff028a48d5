"""The queueing model: formulas against textbook queues, every refusal."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.parameters import POSITIVE, checked_number
from xorgames.scenarios.load_balancing_model import LoadBalancing, Noise, square

LOADS = st.floats(0.05, 0.95)


@given(load=LOADS, rate=st.floats(0.1, 10))
def test_splitting_makes_two_simple_queues(load, rate):
    """M/M/1: the mean wait is rho/(mu - lambda)."""
    model = LoadBalancing(arrival_rate_hz=load * rate, service_rate_hz=rate)
    assert model.wait_s(0.0) == pytest.approx(load / (rate - load * rate))


@given(load=LOADS)
def test_bunching_makes_queues_with_batches_of_two(load):
    """M^X/M/1 with X = 2: the mean time in the system is (3/2)/(mu - lambda)."""
    model = LoadBalancing(arrival_rate_hz=load, service_rate_hz=1)
    mean_cost = model.cross + 0.5
    assert model.wait_s(mean_cost) == pytest.approx(1.5 / (1 - load) - 1)
    assert model.cost_s(np.array(1.0), np.array(1.0)) == pytest.approx(mean_cost)


@pytest.mark.parametrize("power", [1, 2, 3, 5])
@pytest.mark.parametrize("bunch", [0.0, 0.3, 1.0])
def test_output_of_powers(power, bunch):
    model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=2, output=lambda times: times**power)
    rate = 0.5 * (2 - bunch) / 2
    expected = 0.75 * math.factorial(power) / rate ** (power - 1)
    assert model.output_rate(bunch) == pytest.approx(expected)


def test_the_numbers_of_the_reconstruction():
    model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
    assert model.output_rate(0.63333) == pytest.approx(2.92683, abs=1.5e-5)
    assert model.output_rate(0.64847) == pytest.approx(2.95961, abs=1.5e-5)


def test_memory_of_a_queue():
    model = LoadBalancing(arrival_rate_hz=0.25, service_rate_hz=1)
    assert model.relaxation_pairs == pytest.approx(2 * 0.25 / 0.5**2)
    assert model.to_dict() == {
        "arrival_rate_hz": 0.25,
        "service_rate_hz": 1.0,
        "output": "square",
    }


def test_noise():
    noise = Noise(visibility=0.9, readout_error=0.01, availability=0.5)
    assert noise.factor == pytest.approx(0.9 * 0.98**2)
    assert noise.to_dict() == {"visibility": 0.9, "readout_error": 0.01, "availability": 0.5}
    assert Noise().factor == 1


def test_noise_of_a_readout_that_is_wrong_for_one_outcome_more_often():
    noise = Noise(visibility=0.9, readout_error=[0.01, 0.03])
    assert noise.readout == (0.01, 0.03)
    assert noise.factor == pytest.approx(0.9 * 0.96**2)
    assert noise.factor == pytest.approx(Noise(visibility=0.9, readout_error=0.02).factor)
    assert noise.to_dict()["readout_error"] == (0.01, 0.03)
    assert Noise(readout_error=0.02).readout == (0.02, 0.02)


@pytest.mark.parametrize(
    "output",
    [
        lambda times: times,
        lambda times: 1e6 + 1e-3 * times**2,
        lambda times: np.maximum(times - 5, 0),
        lambda times: np.expm1(times / 5),
        lambda times: (times**3).tolist(),
    ],
)
def test_any_increasing_convex_output(output):
    model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1, output=output)
    assert model.output_rate(0.5) > 0


def broken(_times):
    raise ZeroDivisionError("division by zero")


SHAPE = "must turn an array of times into finite numbers, one for each"
CONVEX = (
    "`output` must be increasing and convex: more time at a stretch is worth more."
    " Cure: use t**k with k at least 1."
)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arrival_rate_hz": 0}, "`arrival_rate_hz` must be positive; received 0."),
        ({"arrival_rate_hz": math.nan}, "`arrival_rate_hz` must be finite; received nan."),
        (
            {"service_rate_hz": True},
            "`service_rate_hz` must be a number; received True. Cure: true and false are not"
            " numbers.",
        ),
        (
            {"arrival_rate_hz": 1},
            "`arrival_rate_hz` must be below service_rate_hz, or the queues grow for ever;"
            " received 1 and 1.",
        ),
        ({"output": np.sqrt}, CONVEX),
        ({"output": lambda times: -times}, CONVEX),
        ({"output": sum}, f"`output` {SHAPE}; received the shape () for (401,)."),
        (
            {"output": lambda times: np.where(times > 5, np.nan, times)},
            f"`output` {SHAPE}; received nan for t = 5.2.",
        ),
        (
            {"output": lambda times: np.exp(times * times)},
            f"`output` {SHAPE}; received inf for t = 26.8.",
        ),
        ({"output": lambda times: 1j * times}, f"`output` {SHAPE}; received complex128 numbers."),
        (
            {"output": lambda times: times > 3},
            f"`output` {SHAPE}; received bool numbers.",
        ),
        # Concave where it is small beside what it grows to.
        ({"output": lambda times: times**10 + 1e6 * np.sqrt(times)}, CONVEX),
        ({"output": lambda times: np.minimum(times, 4)}, CONVEX),
        ({"output": lambda times: (times - 3) ** 2}, CONVEX),
        ({"output": broken}, f"`output` {SHAPE}; received ZeroDivisionError: division by zero."),
        (
            {"output": 3},
            f"`output` {SHAPE}; received TypeError: 'int' object is not callable.",
        ),
    ],
)
def test_refusals(change, message):
    good = {"arrival_rate_hz": 0.5, "service_rate_hz": 1, "output": square}
    with pytest.raises(InputError) as caught:
        LoadBalancing(**(good | change))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visibility": 1.5}, "`visibility` must lie in [0, 1]; received 1.5."),
        ({"readout_error": 0.6}, "`readout_error` must lie in [0, 0.5]; received 0.6."),
        (
            {"readout_error": (0.6, 0.5)},
            "`readout_error` must sum to at most 1; received 0.6 and 0.5. Cure: exchange the "
            "outcomes: such a readout is right more often when it is inverted.",
        ),
        (
            {"readout_error": (0.1,)},
            "`readout_error` must be one number, or two: to read 1 for 0, and 0 for 1; received 1 "
            "of them.",
        ),
        (
            {"readout_error": (-0.1, math.nan), "visibility": 2},
            "`visibility` must lie in [0, 1]; received 2. Cure: write 0.02 for 2 %.\n"
            "`readout_error[0]` must lie in [0, 1]; received -0.1.\n"
            "`readout_error[1]` must be finite; received nan.",
        ),
        (
            {"availability": -1, "visibility": math.inf},
            "`visibility` must be finite; received inf.\n"
            "`availability` must lie in [0, 1]; received -1.",
        ),
    ],
)
def test_refusals_of_noise(change, message):
    with pytest.raises(InputError) as caught:
        Noise(**change)
    assert str(caught.value) == message


def test_what_is_not_positive():
    assert checked_number("kappa_s", 2, POSITIVE) == 2.0
    with pytest.raises(InputError) as caught:
        checked_number("kappa_s", -1, POSITIVE)
    assert str(caught.value) == "`kappa_s` must be positive; received -1."
