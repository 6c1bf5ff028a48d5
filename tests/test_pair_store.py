"""Stored pairs: the shortage, the age by other ways to the same law, the value with fallback."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import expm

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.pair_store import PairStore, value_with_fallback
from xorgames.hardware.schedule import Node

rates = st.floats(0.05, 20.0)
stores = st.builds(
    PairStore,
    pair_rate_hz=rates,
    decision_rate_hz=rates,
    places=st.integers(1, 12),
    order=st.sampled_from(["newest", "oldest"]),
)


@given(stores)
def test_the_formula_of_the_shortage(store):
    rho = store.pair_rate_hz / store.decision_rate_hz
    if abs(rho - 1) > 1e-3:
        shortage = (1 - rho) / (1 - rho ** (store.places + 1))
        assert store.no_pair == pytest.approx(shortage, rel=1e-9)
    assert store.levels.sum() == pytest.approx(1)
    # What is not lost is used, and Little's law: pairs in store = rate of those used x their age,
    # where no pair is lost from the store itself.
    assert store.used_rate_hz == pytest.approx(store.pair_rate_hz * (1 - store.lost), rel=1e-9)
    if store.order == "oldest":
        assert store.stored_mean == pytest.approx(store.used_rate_hz * store.age_mean_s, rel=1e-9)


@pytest.mark.parametrize("places", [1, 4, 1000])
def test_equal_rates(places):
    store = PairStore(pair_rate_hz=3.0, decision_rate_hz=3.0, places=places)
    assert store.no_pair == pytest.approx(1 / (places + 1))


def absorbed(store):
    """The age's survival by the walk of one pair: rates between its places, to use and to loss."""
    births, deaths = store.pair_rate_hz, store.decision_rate_hz
    if store.order == "newest":
        walk = np.diag(np.full(store.places - 1, births), 1)
        start = np.eye(store.places)[0]
    else:
        walk = np.zeros((store.places, store.places))
        births = 0.0
        start = store.levels[:-1] / store.levels[:-1].sum()
    walk += np.diag(np.full(store.places - 1, deaths), -1)
    walk -= (births + deaths) * np.eye(store.places)
    use = np.eye(store.places)[0] * deaths
    whole = start @ np.linalg.solve(-walk, use)
    return lambda age: float(start @ expm(walk * age) @ np.linalg.solve(-walk, use) / whole)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("pairs", "places"), [(1.0, 1), (0.4, 3), (1.0, 5), (7.0, 4)])
def test_the_law_of_the_age_by_matrix_exponentials(order, pairs, places):
    store = PairStore(pair_rate_hz=pairs, decision_rate_hz=1.0, places=places, order=order)
    survival = absorbed(store)
    for age in (0.0, 0.3, 1.0, 4.0):
        assert store.age_survival(age) == pytest.approx(survival(age), rel=1e-9)
    assert store.age_mean_s == pytest.approx(quad(survival, 0, np.inf)[0], rel=1e-6)
    loss = quad(lambda age: survival(age) * math.exp(-age / 2.5) / 2.5, 0, np.inf)[0]
    assert store.decay(2.5) == pytest.approx(1 - loss, rel=1e-6)
    for fraction in (0.01, 0.5, 0.999):
        assert survival(store.age_quantile_s(fraction)) == pytest.approx(1 - fraction, rel=1e-6)


@given(stores, st.floats(0.1, 10.0))
def test_newest_first_is_fresher(store, time_s):
    newest, oldest = (
        PairStore(**(vars_of(store) | {"order": order})) for order in ("newest", "oldest")
    )
    assert newest.no_pair == oldest.no_pair
    assert newest.age_mean_s <= oldest.age_mean_s * (1 + 1e-9)
    assert newest.decay(time_s) >= oldest.decay(time_s) * (1 - 1e-9)
    assert 0 < store.decay(time_s) < 1


def vars_of(store):
    keys = ("pair_rate_hz", "decision_rate_hz", "places")
    return {key: getattr(store, key) for key in keys}


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("rate", [1e-30, 1e-3, 1e30])
@pytest.mark.parametrize("places", [1, 100_000])
def test_extreme_rates(order, rate, places):
    store = PairStore(pair_rate_hz=rate, decision_rate_hz=1.0, places=places, order=order)
    assert store.no_pair == pytest.approx(max(0.0, 1 - rate), abs=1e-2)
    assert 0 < store.age_mean_s < math.inf
    assert 0 <= store.decay(1e-30) <= store.decay(1e30) <= 1


def test_the_value_with_fallback():
    solution = xg.solve(xg.catalog.chsh())
    bound = value_with_fallback(solution, no_pair=0.25, combined_infidelity=0.061)
    quantum = 0.5 + 0.939 * math.sqrt(2) / 4
    assert 0.75 * quantum + 0.25 * 0.75 in bound
    assert bound.width < 1e-9
    never = value_with_fallback(solution, no_pair=1, combined_infidelity=0)
    assert 0.75 in never
    always = value_with_fallback(solution, no_pair=0, combined_infidelity=0)
    assert (2 + math.sqrt(2)) / 4 in always


def test_an_offset_stays():
    solution = xg.solve(xg.catalog.hft(p=0.3, beta=0.3))
    one_pair, classical = solution.one_pair, solution.classical.value
    bound = value_with_fallback(solution, no_pair=0.5, combined_infidelity=0.1)
    by_offset = solution.game.offset + 0.9 * one_pair.bias.midpoint / 2
    assert (by_offset + classical.midpoint) / 2 in bound


def test_without_a_memory_lifetime_nothing_ages():
    node = Node(
        trial_time_s=1,
        link_time_s=1,
        decision_time_s=1,
        reset_time_s=1,
        success_probability=0.5,
        atoms=1,
        state_infidelity=0.04,
    )
    store = PairStore(pair_rate_hz=1.0, decision_rate_hz=2.0, places=3)
    assert store.combined_infidelity(node) == node.combined_infidelity() == pytest.approx(0.16 / 3)


@pytest.mark.parametrize("places", [1, 2, 6])
def test_how_soon_a_store_forgets(places):
    store = PairStore(pair_rate_hz=1.3, decision_rate_hz=0.7, places=places)
    walk = np.diag(np.full(places, 1.3), 1) + np.diag(np.full(places, 0.7), -1)
    walk -= np.diag(walk.sum(axis=1))
    slowest = np.sort(-np.linalg.eigvals(walk).real)[1]
    assert store.memory_s == pytest.approx(1 / slowest)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pair_rate_hz": 0}, "`pair_rate_hz` must be positive; received 0."),
        ({"decision_rate_hz": math.nan}, "`decision_rate_hz` must be finite; received nan."),
        ({"places": 0}, "`places` must be a whole number, 1 or more; received 0."),
        ({"places": 10**6 + 1}, "`places` must not exceed 1000000; received 1000001."),
        ({"order": "oldst"}, '`order` must be "newest" or "oldest"; received \'oldst\'. Cure: did '
         "you mean `oldest`?"),
        ({"order": []}, '`order` must be "newest" or "oldest"; received []. Cure: use one of '
         "newest, oldest."),
    ],
)  # fmt: skip
def test_what_a_store_refuses(arguments, message):
    with pytest.raises(InputError) as error:
        PairStore(**({"pair_rate_hz": 1, "decision_rate_hz": 1, "places": 1} | arguments))
    assert str(error.value) == message


def test_what_else_is_refused():
    store = PairStore(pair_rate_hz=1, decision_rate_hz=1, places=1)
    solution = xg.solve(xg.catalog.chsh())
    for call, message in [
        (lambda: store.age_quantile_s(1), "`fraction` must lie in (0, 1); received 1."),
        (lambda: store.age_survival(-1), "`age_s` must not be negative; received -1."),
        (lambda: store.decay(0), "`time_s` must be positive; received 0."),
        (
            lambda: value_with_fallback(solution, no_pair=-0.1, combined_infidelity=0),
            "`no_pair` must lie in [0, 1]; received -0.1.",
        ),
        (
            lambda: value_with_fallback(solution, no_pair=0, combined_infidelity="6 %"),
            "`combined_infidelity` must be a plain number, not a percentage; received '6 %'. "
            "Cure: write 0.06.",
        ),
        (
            lambda: value_with_fallback(1, no_pair=0, combined_infidelity=0),
            "`solution` must be of type Solution; received int. Cure: solve makes one.",
        ),
    ]:
        with pytest.raises(InputError) as error:
            call()
        assert str(error.value) == message
