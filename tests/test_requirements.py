"""The requirements: thresholds against closed forms and against explicit noise."""

import functools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.bound import Bound, Finding
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.input_law import InputLaw
from xorgames.hardware.requirements import PROTOCOLS, require
from xorgames.hardware.rounds import rounds_needed

PHI = np.array([1, 0, 0, 1]) / np.sqrt(2)


@functools.cache
def solved(spec):
    return xg.solve(xg.catalog.parse(spec))


@functools.cache
def guaranteed(spec):
    return require(solved(spec)).guaranteed_infidelity_max.lower


CHSH, FLAT, ELEGANT = "chsh", "hadamard:n=4", "random_access_code:n=3"


def test_chsh():
    """The triple .1464 (worst), .2197 (Werner), .2929 (best); arXiv:2604.07451 for 1 - C/Q."""
    needs = require(solved(CHSH))
    margin = 1 - 0.5**0.5
    for bound, exact in (
        (needs.combined_infidelity_max, margin),
        (needs.werner_infidelity_max, 0.75 * margin),
        (needs.guaranteed_infidelity_max, margin / 2),
        (needs.best_infidelity_max, margin),
    ):
        assert exact in bound
        assert bound.width < 1e-11
    assert (needs.advantage, needs.statement) == (Finding.PROVEN, "")
    assert (needs.rank, needs.pairs) == (2, 1)


@pytest.mark.parametrize(
    ("spec", "threshold"),
    [
        ("lctc:beta1=0.1,beta2=0.1", 0.219),
        ("lctc:beta1=0.2,beta2=0.2", 0.143),
        ("lctc:beta1=0.3,beta2=0.3", 0.0715),
        ("hft:p=0.3,beta=0.3", 0.0715233),
        ("hft:p=0.4,beta=0.1", 0.1230243),
        ("hft:p=0.3,beta=0", 0.00029731),
    ],
)
def test_thresholds_of_two_by_two_games(spec, threshold):
    """Uniform inputs: 1 - 1/sqrt(1 + (1 - 2 beta)^2); HFT in closed form."""
    digits = len(str(threshold)) - 2
    bound = require(solved(spec)).combined_infidelity_max
    assert bound.midpoint == pytest.approx(threshold, abs=0.51 * 10**-digits)
    assert bound.width < 1e-8


@pytest.mark.parametrize("spec", [CHSH, "hft:p=0.4,beta=0.1", ELEGANT, "chained:n=4"])
def test_the_thresholds_separate_good_states_from_bad_ones(spec):
    """Explicit two-qubit states on both sides of every threshold."""
    solution = solved(spec)
    needs = require(solution)
    alice, bob = solution.one_pair.strategy.observables
    matrix = solution.game.matrix
    operator = sum(matrix[x, y] * np.kron(alice[x], bob[y]) for x, y in np.ndindex(*matrix.shape))
    values, vectors = np.linalg.eigh(operator)
    classical = solution.classical.bias.midpoint

    def bias(infidelity, noise):
        state = (1 - infidelity) * np.outer(PHI, PHI) + infidelity * noise
        return np.trace(state @ operator).real

    mixed = (np.eye(4) - np.outer(PHI, PHI)) / 3
    best = np.outer(vectors[:, -2], vectors[:, -2].conj())
    worst = np.outer(vectors[:, 0], vectors[:, 0].conj())
    for bound, noise in (
        (needs.werner_infidelity_max, mixed),
        (needs.best_infidelity_max, best),
    ):
        assert bias(bound.lower - 1e-6, noise) > classical
        assert bias(bound.upper + 1e-6, noise) < classical
    # The guarantee holds for the worst state, and is tight where the spectrum is symmetric.
    assert bias(needs.guaranteed_infidelity_max.lower - 1e-6, worst) > classical
    if values[0] == pytest.approx(-values[-1], abs=1e-6):
        assert bias(needs.guaranteed_infidelity_max.upper + 1e-6, worst) < classical
    reduced = (1 - needs.combined_infidelity_max.lower + 1e-6) * solution.quantum.bias.midpoint
    assert reduced > classical


@settings(max_examples=200)
@given(st.integers(0, 2**32))
def test_no_state_within_the_guarantee_loses(seed):
    """Random states of the guaranteed fidelity, coherences with the ideal pair included."""
    rng = np.random.default_rng(seed)
    solution = solved(CHSH)
    infidelity = guaranteed(CHSH)
    rest = rng.standard_normal(4) + 1j * rng.standard_normal(4)
    rest -= PHI * (PHI @ rest)
    rest /= np.linalg.norm(rest)
    state = math.sqrt(1 - infidelity) * PHI + math.sqrt(infidelity) * rest
    alice, bob = solution.one_pair.strategy.observables
    operator = np.einsum("xy,xij,ykl->ikjl", solution.game.matrix, alice, bob).reshape(4, 4)
    assert (state.conj() @ operator @ state).real >= 0.5 - 1e-12


def test_a_coupling_to_other_states_lowers_the_guarantee():
    """With angles that are not optimal Phi+ is no eigenstate; the interval says so."""
    solution = solved(CHSH)
    turned = solution.one_pair.strategy.bob + np.array([1.0, 0.0])
    strategy = replace(solution.one_pair.strategy, bob=turned)
    reached = float((solution.game.matrix * strategy.correlators).sum())
    off = replace(
        solution,
        one_pair=replace(
            solution.one_pair,
            strategy=strategy,
            bias=Bound(reached - 1e-12, solution.quantum.bias.upper),
        ),
    )
    needs = require(off)
    assert needs.guaranteed_infidelity_max.lower < 0.1464 < needs.guaranteed_infidelity_max.upper
    assert needs.best_infidelity_max.width > 1e-3


def test_rate():
    needs = require(solved(CHSH), Conditions(window_s=0.01))
    assert needs.rate_min_hz == pytest.approx(13000)
    assert needs.expected_score_rate_hz == pytest.approx(3400)
    assert needs.rounds == rounds_needed(solved(CHSH))
    noisy = needs.at_infidelity(0.061)
    assert noisy.rate_min_hz == pytest.approx(21100)
    assert noisy.expected_score_rate_hz == pytest.approx(6500)
    assert noisy.combined_infidelity_max == needs.combined_infidelity_max
    assert noisy.rounds == require(solved(CHSH), infidelity=0.061).rounds


def test_the_test_asked_for_is_kept_at_another_infidelity():
    needs = require(solved(CHSH), test="expected-score").at_infidelity(0.061)
    assert (needs.rounds.test, needs.rounds.first) == ("expected-score", 65)


def test_decision_and_locality():
    needs = require(solved(CHSH), Conditions(local_time_s=2e-6, distance_m=56.3e3))
    assert needs.time_max_s == 2e-6
    assert needs.light_time_s == pytest.approx(187.8e-6, abs=5e-8)


def test_a_game_without_advantage_gets_a_plain_statement():
    needs = require(solved(FLAT))
    assert needs.advantage is Finding.REFUTED
    assert needs.statement == "No machine can win: entanglement has no advantage in this game."
    assert needs.combined_infidelity_max is needs.werner_infidelity_max is None
    assert needs.guaranteed_infidelity_max is needs.best_infidelity_max is None
    assert needs.rate_min_hz is needs.expected_score_rate_hz is None
    content = needs.to_dict()
    assert set(content["fidelity"].values()) == {None}
    assert content["rate"]["rounds"] is None


def test_wide_brackets_are_carried_along():
    solution = solved(CHSH)
    quantum, classical = Bound(0.65, 0.71), Bound(0.5, 0.66)
    open_game = replace(
        solution,
        classical=replace(solution.classical, bias=classical),
        quantum=replace(solution.quantum, bias=quantum),
        one_pair=replace(solution.one_pair, bias=quantum),
    )
    needs = require(open_game)
    assert needs.advantage is Finding.UNDECIDED
    assert needs.statement == "It is not proven that one Bell pair has an advantage in this game."
    assert needs.combined_infidelity_max.lower == 0
    assert needs.combined_infidelity_max.upper == pytest.approx(1 - 0.5 / 0.71)
    assert needs.guaranteed_infidelity_max.upper == pytest.approx((1 - 0.5 / 0.71) / 2)
    assert needs.best_infidelity_max is None


def test_a_one_pair_value_that_may_be_zero_gives_no_limit():
    solution = solved(CHSH)
    nothing = Bound(0.0, 0.71)
    needs = require(
        replace(
            solution,
            classical=replace(solution.classical, bias=Bound(0.0, 0.5)),
            one_pair=replace(solution.one_pair, bias=nothing, value=Bound(0.5, 0.86)),
        )
    )
    assert needs.advantage is Finding.UNDECIDED
    assert needs.combined_infidelity_max is needs.guaranteed_infidelity_max is None


def test_more_pairs_than_one():
    """The true limit for one pair lies between what one pair reaches and the Tsirelson bound."""
    solution = solved("random_access_code:n=4")
    needs = require(solution)
    assert (needs.rank, needs.pairs) == (4, 2)
    classical = solution.classical.bias.midpoint
    bound = needs.combined_infidelity_max
    assert bound.lower == pytest.approx(1 - classical / solution.one_pair.bias.lower, abs=1e-9)
    assert bound.upper == pytest.approx(1 - classical / 0.5, abs=1e-9)
    assert bound.width > 1e-3


def test_to_dict():
    content = json.loads(json.dumps(require(solved(CHSH)).to_dict(), allow_nan=False))
    assert set(content["fidelity"]) == {
        "combined_infidelity_max",
        "werner_infidelity_max",
        "guaranteed_infidelity_max",
        "best_infidelity_max",
    }
    assert all(set(bound) == {"lower", "upper"} for bound in content["fidelity"].values())
    rate = {
        "claim": "payoff",
        "test": "binomial",
        "alpha": 0.05,
        "power": 0.9,
        "rounds": 130,
        "rounds_safe": 139,
        "rate_min_hz": 1300.0,
        "hoeffding_rounds": 492,
        "expected_score_rounds": 34,
        "expected_score_rate_hz": 340.0,
    }
    assert content["rate"].items() >= rate.items()
    assert content["decision"] == {
        "time_max_s": 1e-5,
        "light_time_s": Conditions().light_time_s,
    }
    assert content["conditions"] == Conditions().to_dict()
    assert content["rate"]["protocol"] == "average"
    assert content["assumptions"] == [
        "One Bell pair is used in each round, with the one-pair strategy and its ideal angles.",
        "Each output alone is a fair coin; asymmetric readout is made so by private random "
        "exchange of the outcomes' roles.",
        "The noise does not depend on the inputs and does not drift.",
        "The inputs of each round follow the game's distribution, whatever happened before.",
        "Classical players share unlimited randomness and may remember earlier rounds. "
        "Excluded is more: every process whose conditional mean payoff is at most the classical "
        "value.",
        "The number of rounds is fixed in advance.",
        "Pairs arrive at random: at exactly the required rate the window holds the number of "
        "rounds on average only.",
    ]


def test_rates_by_protocol():
    """Pairs arrive at random: every protocol needs more than rounds over window."""
    needs = require(solved(CHSH), Conditions(window_s=0.01), infidelity=1 - 0.33 * 8**0.5)
    rates = needs.rate_by_protocol
    rounded = {name: round(rate / 1000, 1) for name, rate in rates.items()}
    assert rounded == {"preset": 26.8, "curtailed": 25.9, "observed": 23.5, "anytime": 31.9}
    assert needs.to_dict()["rate_by_protocol"] == rates
    for protocol in PROTOCOLS[1:]:
        needs = require(
            solved(CHSH),
            Conditions(window_s=0.01),
            infidelity=1 - 0.33 * 8**0.5,
            protocol=protocol,
        )
        assert needs.rate_min_hz == rates[protocol]
        assert needs.at_infidelity(0.01).protocol == protocol
    assert require(solved(CHSH), test="hoeffding").rate_by_protocol is None
    assert require(solved(FLAT)).rate_by_protocol is None


def test_the_assumptions_are_those_of_claim_stopping_and_inputs():
    needs = require(
        solved(CHSH), claim="nonclassical", test="betting", inputs=InputLaw(samples=10**6)
    )
    assert needs.assumptions[3:6] == (
        "The game's distribution is that of 1000000 earlier independent inputs; 0.1 of alpha "
        "covers its error. The inputs of the rounds follow the same law.",
        "Classical players share unlimited randomness and may remember earlier rounds. "
        "Only they are excluded: the mean payoff may still be below the classical value.",
        "The test may stop at any time; the number is that within which it stops with the power "
        "stated.",
    )
    assert needs.at_infidelity(0.01).rounds.inputs == InputLaw(samples=10**6)
    biased = require(solved(CHSH), inputs=InputLaw(bias=0.01), protocol="curtailed")
    assert biased.assumptions[3] == (
        "Each input is drawn with a probability within 0.01 of the game's, which may depend on "
        "what happened before."
    )
    assert biased.assumptions[-1] == (
        "Pairs arrive as a Poisson process; a round missing from the preset number counts as lost."
    )


def test_auto_is_asked_again_at_another_infidelity():
    needs = require(solved("hft:p=0.3,beta=0.3"), test="bernoulli")
    assert needs.at_infidelity(0.02).rounds.test == "bernoulli"
    assert require(solved(CHSH)).at_infidelity(0.02).test == "auto"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"protocol": "presett"},
            "`protocol` is not offered; received 'presett'. Cure: did you mean `preset`?",
        ),
        (
            {"protocol": "preset", "test": "hoeffding"},
            "`protocol` must be average for the test hoeffding: the others are for wins and "
            "losses; received preset. Cure: use average, or the test bernoulli.",
        ),
        (
            {"protocol": "observed", "infidelity": 0.25},
            "`protocol` must be average with more than 2000 rounds: their number hardly varies; "
            "received observed. Cure: use average.",
        ),
    ],
)
def test_bad_protocols(arguments, message):
    with pytest.raises(InputError) as error:
        require(solved(CHSH), **arguments)
    assert str(error.value) == message


def test_bad_input_is_that_of_rounds():
    with pytest.raises(InputError) as error:
        require(solved(CHSH), infidelity=2)
    assert (
        str(error.value) == "`infidelity` must lie in [0, 1]; received 2. Cure: write 0.02 for 2 %."
    )
