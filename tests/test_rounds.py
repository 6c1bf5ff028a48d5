"""The number of rounds of a solution: tests, claims, reasons."""

import functools
import math
from dataclasses import replace

import numpy as np
import pytest

import xorgames as xg
from tests.recorded_rounds import ASYMMETRIC
from xorgames.bound import Bound, Finding
from xorgames.errors import InputError
from xorgames.hardware.binomial import binomial_rounds
from xorgames.hardware.input_law import InputLaw
from xorgames.hardware.rounds import TESTS, Rounds, rounds_needed


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
    for test in ("binomial", "hoeffding"):
        found = rounds_needed(solved(CHSH), infidelity=infidelity, test=test)
        assert found.hoeffding_rounds == rounds
    assert (found.test, found.first, found.safe) == ("hoeffding", rounds, rounds)


def test_hft_with_a_coin_for_each_score():
    rounds = rounds_needed(solved(HFT), infidelity=0.0609727, test="bernoulli")
    assert (rounds.test, rounds.null) == ("bernoulli", 0.79)
    assert rounds.expected_score_rounds == 66133
    expected = binomial_rounds(
        0.79, 0.5 + 0.9390273 * 0.29 * math.sqrt(1.16), alpha=0.05, power=0.9
    )
    assert (rounds.first, rounds.safe) == expected == (130124, 130694)


def test_the_coin_does_not_depend_on_the_unit_of_payoff():
    game = xg.catalog.chsh()
    euro = xg.XORGame(game.exact_distribution, game.exact_payoff * 7 - 3)
    rounds = rounds_needed(xg.solve(euro), infidelity=0.061, test="bernoulli")
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
        "input_law": {"kind": "known"},
        "rounds": 211,
        "rounds_safe": 229,
        "mean_rounds": None,
        "fewest_by_any_test": 210,
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
            {"claim": "nonlocal"},
            "`claim` is not offered; received 'nonlocal'. "
            "Cure: use payoff (the mean payoff exceeds the classical value) or nonclassical "
            "(no classical strategy explains the results).",
        ),
        (
            {"test": "bino"},
            "`test` is not offered; received 'bino'. Cure: did you mean `binomial`?",
        ),
        (
            {"claim": "x", "test": "y"},
            "`claim` is not offered; received 'x'. "
            "Cure: use payoff (the mean payoff exceeds the classical value) or nonclassical "
            "(no classical strategy explains the results).\n"
            "`test` is not offered; received 'y'. "
            "Cure: use one of auto, binomial, bernoulli, convex-order, bentkus, chernoff, "
            "hoeffding, betting, pbr, adaptive, expected-score.",
        ),
        (
            {"test": "pbr"},
            "`test` must suit the claim: pbr is for the claim nonclassical; received the claim "
            "payoff. Cure: use betting, or set claim to nonclassical.",
        ),
        (
            {"test": "adaptive", "inputs": InputLaw(bias=0.01)},
            "`test` must suit the inputs: adaptive needs their exact law; received inputs within "
            "0.01 of the game's law. Cure: use another test.",
        ),
        (
            {"inputs": 0.01},
            "`inputs` must be of type InputLaw; received float. Cure: InputLaw(bias=0.01) makes "
            "one.",
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


def test_one_test_is_for_win_lose_games():
    with pytest.raises(InputError) as error:
        rounds_needed(solved(HFT), test="binomial")
    assert str(error.value) == (
        "`test` must suit the payoffs: binomial is for win/lose games, with payoffs of 0 and 1 "
        "only; received the game HFT, p = 0.3, beta = 0.3. "
        "Cure: use bernoulli or convex-order, which hold for any payoffs."
    )


def at_win(win):
    return max(0.0, 1 - (win - 0.5) * 8**0.5)


@pytest.mark.parametrize(
    ("win", "alpha", "exact", "bentkus", "chernoff", "hoeffding", "betting", "mean"),
    [
        (0.80, 0.05, (604, 634), 825, 988, 2111, 849, 432),
        (0.83, 0.05, (229, 242), 318, 368, 825, 318, 164),
        (0.83, 1e-3, (503, 522), 589, 666, 1343, 621, 375),
        ((2 + 2**0.5) / 4, 0.05, (130, 139), 182, 212, 492, 183, 95),
    ],
)
def test_the_table_of_tests(win, alpha, exact, bentkus, chernoff, hoeffding, betting, mean):
    """The safe numbers of the two closed bounds, and the anytime test."""
    found = {
        test: rounds_needed(solved(CHSH), infidelity=at_win(win), alpha=alpha, test=test)
        for test in ("auto", "bentkus", "chernoff", "hoeffding", "betting")
    }
    assert (found["auto"].first, found["auto"].safe) == exact
    assert found["bentkus"].safe == bentkus
    assert found["chernoff"].safe == chernoff
    assert found["hoeffding"].first == hoeffding
    assert (found["betting"].first, found["betting"].safe) == (betting, betting)
    assert round(found["betting"].mean_rounds) == mean
    assert found["betting"].fewest == betting
    assert found["betting"].stopping_rule == "may stop at any time"
    assert found["betting"].to_dict()["mean_rounds"] == found["betting"].mean_rounds
    assert found["chernoff"].stopping_rule == "number of rounds fixed in advance"
    assert found["auto"].fewest_by_any_test <= exact[0]


@functools.cache
def asymmetric():
    return xg.solve(ASYMMETRIC)


def test_two_claims_of_an_asymmetric_game():
    """348 for A and 1328 for B by simulation of others, both anytime; A by any test 243 to 283."""
    assert rounds_needed(asymmetric(), test="hoeffding").first == 29584
    found = {
        claim: rounds_needed(asymmetric(), claim=claim, test="betting")
        for claim in ("payoff", "nonclassical")
    }
    assert found["nonclassical"].first == pytest.approx(348, rel=0.02)
    assert found["payoff"].first == pytest.approx(1328, rel=0.02)
    for rounds in found.values():
        assert rounds.mean_rounds < rounds.first
        assert rounds.stopping_rule == "may stop at any time"
    pbr = rounds_needed(asymmetric(), claim="nonclassical", test="pbr")
    assert (pbr.first, pbr.test) == (found["nonclassical"].first, "pbr")
    assert rounds_needed(asymmetric()) == found["payoff"]
    sharpest = rounds_needed(asymmetric(), claim="nonclassical")
    assert (sharpest.test, sharpest.fewest_by_any_test) == ("adaptive", 243)
    assert sharpest.first == pytest.approx(283, rel=0.01)
    # 104 times fewer than by Hoeffding's closed form, for the smaller claim; 22 for the larger.
    assert sharpest.hoeffding_rounds / sharpest.first > 100
    assert found["payoff"].hoeffding_rounds / found["payoff"].first > 20


def test_the_sharpest_of_all_tests_is_taken():
    """The score's own law beats the coin, and the best bet both: 5359, 5286, below 1900."""
    counts = {
        test: rounds_needed(solved(HFT), infidelity=0.02, test=test).first
        for test in ("bernoulli", "convex-order", "bentkus", "chernoff", "hoeffding", "betting")
    }
    assert counts["bernoulli"] == 5359
    assert counts["convex-order"] < counts["bentkus"] < counts["chernoff"] < counts["hoeffding"]
    auto = rounds_needed(solved(HFT), infidelity=0.02)
    assert (auto.test, auto.first) == ("betting", counts["betting"])
    # Kelly's bet on the score alone needs 3336.
    assert auto.first == min(counts.values()) < 0.6 * 3336
    assert auto.fewest_by_any_test < auto.first


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_the_sharpest_test_of_chsh_is_the_binomial(claim):
    auto = rounds_needed(solved(CHSH), claim=claim)
    assert (auto.test, auto.first, auto.safe) == ("binomial", 130, 139)
    assert auto.fewest_by_any_test == 126
    adaptive = rounds_needed(solved(CHSH), claim=claim, test="adaptive")
    assert (adaptive.first, adaptive.safe) == (130, 139)
    assert rounds_needed(solved(CHSH), claim=claim, test="betting").first == 183


def test_wins_that_differ_by_input_are_worth_a_better_test():
    """Biased CHSH: against classical players it counts which inputs were won."""
    solution = solved("biased_chsh:p=0.6,q=0.6")
    auto = rounds_needed(solution, infidelity=0.02, claim="nonclassical")
    plain = rounds_needed(solution, infidelity=0.02, claim="nonclassical", test="binomial")
    assert auto.test == "adaptive"
    assert auto.first < 0.2 * plain.first


@pytest.mark.parametrize("test", ["betting", "bentkus"])
def test_long_runs_are_not_followed(test):
    rounds = rounds_needed(solved(CHSH), infidelity=0.2925, claim="nonclassical", test=test)
    assert (rounds.first, rounds.mean_rounds, rounds.fewest) == (None, None, 10**6 + 1)
    assert rounds.reason == (
        "more than 1e+06 rounds would be needed with a combined infidelity of 0.2925"
    )


def test_the_exact_adversary_is_not_followed_too_far():
    rounds = rounds_needed(solved(CHSH), infidelity=0.285, claim="nonclassical", test="adaptive")
    assert rounds.first is None
    assert rounds.reason == (
        "more than 4e+03 rounds would be needed with a combined infidelity of 0.285"
    )


def test_wide_bounds_promise_nothing_of_an_anytime_test():
    wide = with_brackets(solved(CHSH), Bound(0.5, 0.52), Bound(0.69, 0.71))
    rounds = rounds_needed(wide, test="betting")
    assert (rounds.fewest, rounds.fewest_by_any_test) == (1, None)
    # At the conservative ends: the machine wins .845, the null up to .76.
    worst = binomial_rounds(0.76, 0.845, alpha=0.05, power=0.9)[0]
    assert worst < rounds.first < 1.6 * worst


@pytest.mark.parametrize("tau", [0.001, 0.01, 0.02])
def test_biased_inputs_raise_the_null(tau):
    rounds = rounds_needed(solved(CHSH), inputs=InputLaw(bias=tau))
    assert rounds.null == pytest.approx(0.75 + tau - tau**2, abs=1e-11)
    assert rounds.alternative == pytest.approx((2 + 2**0.5) / 4, abs=1e-9)
    assert rounds.first > 130
    assert rounds.inputs == InputLaw(bias=tau)
    assert rounds.to_dict()["input_law"] == {"kind": "interval", "bias": tau}
    assert rounds.terms == (
        "claim payoff, test binomial, alpha 0.05, power 0.9, number of rounds fixed in advance, "
        f"inputs within {tau:g} of the game's law, combined infidelity 0"
    )


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_an_estimated_law_costs_less_the_more_samples(claim):
    counts = [
        rounds_needed(
            asymmetric(), claim=claim, test="betting", inputs=InputLaw(samples=samples)
        ).first
        for samples in (10**5, 10**6, 10**8)
    ]
    assert counts == sorted(counts, reverse=True)
    known = rounds_needed(asymmetric(), claim=claim, test="betting", alpha=0.045).first
    assert known <= counts[-1] <= 1.02 * known


@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
@pytest.mark.parametrize("test", [test for test in TESTS if test not in ("auto", "pbr")])
def test_every_test_of_every_claim_has_its_number(claim, test):
    rounds = rounds_needed(solved(CHSH), claim=claim, test=test, infidelity=0.03, alpha=1e-3)
    assert rounds.first <= rounds.safe
    assert (rounds.claim, rounds.test) == (claim, test)
    if test != "expected-score":
        assert rounds.fewest_by_any_test <= rounds.first


def test_without_the_flag_of_available_pairs():
    """Rounds grow by 2.1 when half of the rounds have a pair, by 11 when a tenth have.

    Without the flag the rounds with no pair are won with the classical probability and dilute the
    others; with it only the rounds with a pair are counted, one in 1/h.
    """
    win = (2 + 2**0.5) / 4
    counted = rounds_needed(solved(CHSH)).safe
    for share, growth in ((0.5, 2.1), (0.1, 11)):
        diluted = binomial_rounds(0.75, 0.75 + share * (win - 0.75), alpha=0.05, power=0.9)
        assert diluted[1] / (counted / share) == pytest.approx(growth, rel=0.05)


def test_what_is_only_for_comparison_is_counted_when_asked_for(monkeypatch):
    def late(*_, **__):
        raise TimeoutError

    monkeypatch.setattr("xorgames.hardware.odds.fewest_rounds", late)
    rounds = rounds_needed(solved(CHSH), infidelity=0.061)
    assert rounds.first == 211
    with pytest.raises(TimeoutError):
        rounds.to_dict()
