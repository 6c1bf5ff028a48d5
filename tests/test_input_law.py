"""Input laws: CHSH in closed form, the sets against sampled laws, the estimate's confidence."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_law

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.input_law import InputLaw, LawSet, all_answers, largest_classical_mean

CHSH = xg.catalog.chsh()


@pytest.mark.parametrize("tau", [0.0, 0.01, 0.1, 0.5])
def test_chsh(tau):
    laws = InputLaw(bias=tau).laws(CHSH.distribution, alpha=0.05)
    found = largest_classical_mean(laws, CHSH.payoff)
    assert found == pytest.approx(0.75 + tau - tau**2, abs=1e-11)
    assert found >= 0.75 + tau - tau**2


def test_with_both_answers_as_with_the_parity():
    rng = np.random.default_rng(1)
    values = rng.random((3, 2, 2))
    both = values[:, :, [[0, 1], [1, 0]]]
    for laws in (LawSet(np.full((3, 2), 1 / 6), 0.05), LawSet(np.full((3, 2), 1 / 6))):
        parity = largest_classical_mean(laws, values)
        assert largest_classical_mean(laws, both) == pytest.approx(parity, abs=1e-12)


def test_all_answers():
    assert all_answers(2).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert all_answers(2, first_is_zero=True).tolist() == [[0, 0], [0, 1]]


def test_no_law_within_the_bias_does_better():
    rng = np.random.default_rng(2)
    law, payoff = rng.dirichlet(np.ones(6)).reshape(2, 3), rng.random((2, 3))
    most = float(LawSet(law, 0.1).largest_mean(payoff))
    given_x = law / law.sum(axis=1, keepdims=True)
    seen = []
    for _ in range(20000):
        shift = rng.uniform(-0.1, 0.1)
        moves = rng.uniform(-0.1, 0.1, size=(2, 3))
        moves[:, 2] = -moves[:, :2].sum(axis=1)
        rows = given_x + moves
        marginal = law.sum(axis=1) + np.array([shift, -shift])
        if abs(moves).max() <= 0.1 and rows.min() >= 0 and marginal.min() >= 0:
            seen.append((marginal[:, None] * rows * payoff).sum())
    assert max(seen) <= most
    assert max(seen) == pytest.approx(most, abs=0.02)


def test_an_input_that_never_occurs_may_occur_within_the_bias():
    laws = LawSet(np.array([[1.0, 0.0], [0.0, 0.0]]), 0.1)
    assert laws.possible.all()
    # x = 1 with probability .1, and then y = 1, of which nothing is known.
    assert float(laws.largest_mean(np.array([[0.0, 0.0], [0.0, 1.0]]))) == pytest.approx(0.1)


def test_the_estimate_covers_the_truth():
    """All cells within their exact limits at once: simulated misses stay below delta."""
    rng = np.random.default_rng(4)
    truth, alpha, share, n = np.array([[0.4, 0.3], [0.25, 0.05]]), 0.5, 0.4, 200
    values = rng.random((2, 2))
    missed = 0
    for counts in rng.multinomial(n, truth.ravel(), size=4000):
        laws = InputLaw(samples=n, share=share).laws(counts.reshape(2, 2) / n, alpha=alpha)
        missed += float(laws.largest_mean(values)) < (truth * values).sum()
    assert 0 <= missed / 4000 <= share * alpha


def test_the_limits_of_the_estimate_are_clopper_and_pearson():
    counts = np.array([[30, 20], [50, 0]])
    laws = InputLaw(samples=100, share=0.2).laws(counts / 100, alpha=0.05)
    tail = 0.2 * 0.05 / 4 / 2
    for cell in np.ndindex(2, 2):
        only = np.zeros((2, 2))
        only[cell] = 1
        k = counts[cell]
        high = beta_law.isf(tail, k + 1, 100 - k)
        low = beta_law.ppf(tail, k, 101 - k) if k else 0.0
        assert float(laws.largest_mean(only)) == pytest.approx(high, rel=1e-9)
        assert -float(laws.largest_mean(-only)) == pytest.approx(low, rel=1e-9, abs=1e-14)


def test_more_samples_come_closer_to_the_known_law():
    found = [
        largest_classical_mean(InputLaw(samples=n).laws(CHSH.distribution, alpha=0.05), CHSH.payoff)
        for n in (10**3, 10**5, 10**7)
    ]
    assert found == sorted(found, reverse=True)
    assert 0.75 < found[-1] < 0.7508 < found[0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["known", "interval", "estimated"]))
def test_no_law_falls_below_the_lower_law(seed, kind):
    rng = np.random.default_rng(seed)
    distribution = rng.dirichlet(np.ones(4)).reshape(2, 2)
    levels, behaviour = rng.integers(0, 4, size=(2, 2, 2)), rng.random((2, 2))
    levels -= levels.min()
    behaviour = np.stack([behaviour, 1 - behaviour], axis=-1)
    inputs = {
        "known": InputLaw(),
        "interval": InputLaw(bias=0.05),
        "estimated": InputLaw(samples=500),
    }[kind]
    law = inputs.laws(distribution, alpha=0.05).lower_law(levels, behaviour)
    assert law.sum() == pytest.approx(1)
    assert law.min() >= 0
    weights = (distribution[..., None] * behaviour).ravel()
    plain = np.bincount(levels.ravel(), weights=weights, minlength=law.size)
    assert (np.cumsum(law)[:-1] >= np.cumsum(plain)[:-1] - 1e-15).all()
    if kind == "known":
        np.testing.assert_allclose(law, plain, atol=1e-12)


def test_what_it_says_of_itself():
    assert [str(law) for law in (InputLaw(), InputLaw(bias=0.02), InputLaw(samples=1000))] == [
        "known input law",
        "inputs within 0.02 of the game's law",
        "law of the inputs estimated from 1000 samples, with 0.1 of alpha",
    ]
    assert InputLaw().to_dict() == {"kind": "known"}
    assert InputLaw(bias=0.02).to_dict() == {"kind": "interval", "bias": 0.02}
    estimated = InputLaw(samples=1000, share=0.25)
    assert estimated.to_dict() == {"kind": "estimated", "samples": 1000, "share_of_alpha": 0.25}
    assert estimated.test_alpha(0.04) == pytest.approx(0.03)
    assert InputLaw(bias=0.02).test_alpha(0.04) == 0.04


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bias": -1}, "`input_bias` must lie in [0, 1]; received -1."),
        ({"bias": math.nan}, "`input_bias` must be finite; received nan."),
        (
            {"bias": True},
            "`input_bias` must be a number; received True. Cure: true and false are not numbers.",
        ),
        ({"samples": 0}, "`input_samples` must be a whole number, at least 1; received 0."),
        ({"samples": 2.5}, "`input_samples` must be a whole number, at least 1; received 2.5."),
        ({"samples": True}, "`input_samples` must be a whole number, at least 1; received True."),
        ({"samples": 10, "share": 1}, "`share` must lie in (0, 1); received 1."),
        (
            {"samples": 10, "bias": 0.1},
            "`input_bias` must be 0 where the law is estimated from samples; received 0.1. "
            "Cure: leave one of the two out.",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InputError) as error:
        InputLaw(**arguments)
    assert str(error.value) == message


def test_too_many_inputs():
    laws = LawSet(np.full((8, 9), 1 / 72), 0.1)
    with pytest.raises(InputError) as error:
        largest_classical_mean(laws, np.ones((8, 9, 2)))
    assert str(error.value) == (
        "`game` must have at most 16 inputs on both sides together where the law of the inputs is "
        "not known exactly; received 8 x 9. Cure: state a known input law."
    )


def test_adversaries_pick_the_law_by_the_strategy():
    """Brute force over strategies and over the corners of the allowed laws of two fair bits."""
    rng = np.random.default_rng(6)
    values, tau = rng.random((2, 2, 2)), 0.07
    corners = [0.5 - tau, 0.5 + tau]
    most = max(
        sum(
            (px if x == 0 else 1 - px)
            * (py[x] if y == 0 else 1 - py[x])
            * values[x, y, s[x] ^ t[y]]
            for x, y in itertools.product((0, 1), repeat=2)
        )
        for s in itertools.product((0, 1), repeat=2)
        for t in itertools.product((0, 1), repeat=2)
        for px in corners
        for py in itertools.product(corners, repeat=2)
    )
    found = largest_classical_mean(LawSet(np.full((2, 2), 0.25), tau), values)
    assert found == pytest.approx(most, abs=1e-12)
    assert found >= most
