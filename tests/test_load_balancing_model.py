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
