"""The number of rounds of a solution: tests, claims, reasons."""

import functools
import math
from dataclasses import replace

import numpy as np
import pytest

import xorgames as xg
from xorgames.bound import Bound, Finding
from xorgames.errors import InputError
from xorgames.hardware.binomial import binomial_rounds
from xorgames.hardware.rounds import Rounds, rounds_needed


@functools.cache
def solved(spec):
    return xg.solve(xg.catalog.parse(spec))


CHSH, HFT, FLAT = "chsh", "hft:p=0.3,beta=0.3", "hadamard:n=4"


def with_brackets(solution, classical, one_pair):
    """Return the solution with other brackets of the biases, as a weak solver would leave them."""
    value = solution.game.value_of_bias
    bound = replace(solution.one_pair, bias=one_pair, value=value(one_pair))
    quantum = replace(solution.quantum, bias=one_pair, value=value(one_pair))
    below = replace(solution.classical, bias=classical, value=value(classical))
    return replace(solution, classical=below, one_pair=bound, quantum=quantum)


@pytest.mark.parametrize(
    ("infidelity", "alpha", "first", "safe", "expected"),
    [
        (0, 0.05, 130, 139, 34),
        (0, 1e-3, 290, 300, 143),
        (0.061, 0.05, 211, 229, 65),
        (0.061, 1e-3, 476, 494, 238),
    ],
)
def test_chsh(infidelity, alpha, first, safe, expected):
    rounds = rounds_needed(solved(CHSH), infidelity=infidelity, alpha=alpha)
    assert (rounds.claim, rounds.test, rounds.power) == ("payoff", "binomial", 0.9)
    assert (rounds.first, rounds.safe, rounds.expected_score_rounds) == (first, safe, expected)
    assert rounds.certifiable is Finding.PROVEN
    assert rounds.reason == ""
    assert rounds.fewest == first


@pytest.mark.parametrize(("win", "rounds"), [(0.80, 2111), (0.83, 825), ((2 + 2**0.5) / 4, 492)])
def test_hoeffding(win, rounds):
    infidelity = 1 - (win - 0.5) * 8**0.5
    infidelity = 0 if abs(infidelity) < 1e-12 else infidelity
    for test in ("auto", "hoeffding"):
        found = rounds_needed(solved(CHSH), infidelity=infidelity, test=test)
        assert found.hoeffding_rounds == rounds
    assert (found.test, found.first, found.safe) == ("hoeffding", rounds, rounds)


def test_hft_with_a_coin_for_each_score():
    rounds = rounds_needed(solved(HFT), infidelity=0.0609727)
    assert (rounds.test, rounds.null) == ("bernoulli", 0.79)
    assert rounds.expected_score_rounds == 66133
    expected = binomial_rounds(
        0.79, 0.5 + 0.9390273 * 0.29 * math.sqrt(1.16), alpha=0.05, power=0.9
    )
    assert (rounds.first, rounds.safe) == expected == (130124, 130694)


def test_the_coin_does_not_depend_on_the_unit_of_payoff():
    game = xg.catalog.chsh()
    euro = xg.XORGame(game.exact_distribution, game.exact_payoff * 7 - 3)
    rounds = rounds_needed(xg.solve(euro), infidelity=0.061)
    assert rounds.test == "bernoulli"
    assert rounds.null == pytest.approx(0.75, abs=1e-12)
    assert (rounds.first, rounds.safe) == (211, 229)
    assert rounds.hoeffding_rounds == rounds_needed(solved(CHSH), infidelity=0.061).hoeffding_rounds


def test_the_coin_wins_as_often_as_the_score_says():
    """The reduction itself, by simulation: payoffs -1, 0 and 2 with mean 0.5 win (0.5 + 1)/3."""
    rng = np.random.default_rng(5)
    scores = rng.choice([-1.0, 0.0, 2.0], p=[0.3, 0.3, 0.4], size=200_000)
    wins = rng.random(scores.size) < (scores + 1) / 3
    assert wins.mean() == pytest.approx((scores.mean() + 1) / 3, abs=5 * 0.5 / scores.size**0.5)


def test_expected_score_takes_no_power():
    rounds = rounds_needed(solved(CHSH), infidelity=0.061, test="expected-score", power=0.99)
    assert (rounds.power, rounds.first, rounds.safe, rounds.fewest) == (None, 65, 79, 65)
    assert (
        rounds.hoeffding_rounds
        == rounds_needed(solved(CHSH), infidelity=0.061, power=0.99).hoeffding_rounds
    )


def test_to_dict():
    assert rounds_needed(solved(CHSH), infidelity=0.061).to_dict() == {
        "claim": "payoff",
        "test": "binomial",
        "alpha": 0.05,
        "power": 0.9,
        "infidelity": 0.061,
        "rounds": 211,
        "rounds_safe": 229,
        "hoeffding_rounds": 785,
        "expected_score_rounds": 65,
        "stopping_rule": "number of rounds fixed in advance",
        "certifiable": "PROVEN",
        "reason": "",
    }


def none_of(rounds: Rounds):
    return (
        rounds.first,
        rounds.safe,
        rounds.hoeffding_rounds,
        rounds.expected_score_rounds,
    ) == (None,) * 4


@pytest.mark.parametrize("test", ["auto", "hoeffding", "expected-score"])
@pytest.mark.parametrize("infidelity", [0.2929, 0.5, 1])
def test_above_the_threshold_nothing_can_be_certified(test, infidelity):
    rounds = rounds_needed(solved(CHSH), infidelity=infidelity, test=test)
    assert none_of(rounds)
    assert rounds.certifiable is Finding.REFUTED
    assert rounds.fewest is None
    assert rounds.reason == (
        f"cannot be certified at this visibility: with a combined infidelity of {infidelity:g} "
        "there is no advantage"
    )


def test_a_game_without_advantage():
    rounds = rounds_needed(solved(FLAT))
    assert none_of(rounds)
    assert rounds.certifiable is Finding.REFUTED
    assert rounds.reason.endswith("with a combined infidelity of 0 there is no advantage")


def test_just_below_the_threshold_there_is_no_absurd_number():
    rounds = rounds_needed(solved(CHSH), infidelity=0.292893)
    assert none_of(rounds)
    assert rounds.certifiable is Finding.PROVEN
    assert rounds.fewest == 10**12 + 1
    assert rounds.reason == (
        "more than 1e+12 rounds would be needed with a combined infidelity of 0.292893"
    )


def test_wide_brackets_leave_it_undecided():
    wide = with_brackets(solved(CHSH), Bound(0.5, 0.66), Bound(0.65, 0.71))
    fewest_of_the_kindest = binomial_rounds(0.75, 0.855, alpha=0.05, power=0.9)[0]
    for test, fewest in (("auto", fewest_of_the_kindest), ("expected-score", 1)):
        rounds = rounds_needed(wide, test=test)
        assert none_of(rounds)
        assert rounds.certifiable is Finding.UNDECIDED
        assert rounds.fewest == fewest
        assert rounds.reason == (
            "cannot be certified at this visibility: with a combined infidelity of 0 the proven "
            "bounds do not show an advantage"
        )


def test_the_conservative_ends_of_the_brackets_count():
    wide = with_brackets(solved(CHSH), Bound(0.5, 0.52), Bound(0.69, 0.71))
    rounds = rounds_needed(wide)
    assert (rounds.null, rounds.alternative) == pytest.approx((0.76, 0.845), abs=1e-12)
    worst = binomial_rounds(rounds.null, rounds.alternative, alpha=0.05, power=0.9)
    assert (rounds.first, rounds.safe) == worst
    assert rounds.fewest == binomial_rounds(0.75, 0.855, alpha=0.05, power=0.9)[0] < rounds.first


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"claim": "nonclassical"},
            "`claim` is not offered; received 'nonclassical'. "
            "Cure: use payoff: the mean payoff exceeds the classical value.",
        ),
        (
            {"test": "bino"},
            "`test` is not offered; received 'bino'. Cure: did you mean `binomial`?",
        ),
        (
            {"claim": "x", "test": "y"},
            "`claim` is not offered; received 'x'. "
            "Cure: use payoff: the mean payoff exceeds the classical value.\n"
            "`test` is not offered; received 'y'. "
            "Cure: use one of auto, binomial, bernoulli, hoeffding, expected-score.",
        ),
        ({"infidelity": 1.2}, "`infidelity` must lie in [0, 1]; received 1.2."),
        ({"infidelity": -0.1}, "`infidelity` must lie in [0, 1]; received -0.1."),
        (
            {"infidelity": 6},
            "`infidelity` must lie in [0, 1]; received 6. Cure: write 0.06 for 6 %.",
        ),
        ({"infidelity": math.nan}, "`infidelity` must be finite; received nan."),
        ({"alpha": 0}, "`alpha` must lie in (0, 1); received 0."),
        (
            {"alpha": 0.5, "power": 0.4},
            "`power` must be greater than alpha = 0.5; received 0.4. Cure: a test that ignores "
            "the data has power alpha; ask for more, such as 0.9.",
        ),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InputError) as error:
        rounds_needed(solved(CHSH), **arguments)
    assert str(error.value) == message


def test_the_binomial_test_is_for_win_lose_games():
    with pytest.raises(InputError) as error:
        rounds_needed(solved(HFT), test="binomial")
    assert str(error.value) == (
        "`test` must suit the payoffs: binomial is for win/lose games, with payoffs of 0 and 1 "
        "only; received the game HFT, p = 0.3, beta = 0.3. "
        "Cure: use bernoulli, which holds for any payoffs."
    )
