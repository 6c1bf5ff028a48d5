"""Evidence: simulated sizes and power, invariants, files and refusals."""

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

import xorgames as xg
from tests.recorded_rounds import ASYMMETRIC, CHSH, HFT, batch, judge, play, solved, write
from xorgames.errors import InputError
from xorgames.hardware.evidence import combined_ln_e_value, evidence
from xorgames.hardware.evidence_tail import ln_binomial_tail
from xorgames.hardware.round_log import RoundBatch

QUARTER = Fraction(3, 4)


@pytest.mark.parametrize("stopping", ["fixed", "anytime"])
def test_power_against_the_quantum_strategy(stopping):
    """CHSH at w = .83, power .9: 242 rounds for a fixed number; the mixture of bets needs 443."""
    rng, visibility = np.random.default_rng(11), (0.83 - 0.5) * 8**0.5
    rounds = 242 if stopping == "fixed" else 443
    shown = sum(
        judge(CHSH, play(CHSH, rounds, rng, visibility=visibility), stopping=stopping).shown
        for _ in range(150)
    )
    low, high = binomtest(shown, 150).proportion_ci(0.99)
    assert low < 0.9 < high


def adaptive(game, rounds, rng):
    """A process with memory, each conditional mean equal to the classical value.

    It gambles between the extreme payoffs while it is behind, and keeps what it has, with the
    payoffs next to the mean, once it is ahead.
    """
    null = solved(game).classical.value.lower
    values = np.unique(game.payoff)
    rank = int(np.searchsorted(values, null))
    bold, safe = (values[0], values[-1]), (values[rank - 1], values[rank])
    assert bold != safe
    places = {value: np.argwhere(game.payoff == value)[0] for value in values}
    goal, ahead, played = 2.5 * rounds**0.5 * np.ptp(values) / 4, 0.0, []
    for chance in rng.random(rounds):
        low, high = safe if ahead > goal else bold
        payoff = high if chance * (high - low) < null - low else low
        ahead += payoff - null
        played.append(places[payoff])
    x, y, parity = np.array(played).T
    return batch(x, y, np.zeros_like(parity), parity)


@pytest.mark.parametrize("stopping", ["fixed", "anytime"])
@pytest.mark.parametrize(
    ("game", "player"),
    [
        (CHSH, "deterministic"),
        (ASYMMETRIC, "adaptive"),
        pytest.param(ASYMMETRIC, "deterministic", marks=pytest.mark.slow),
        pytest.param(HFT, "adaptive", marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_the_simulated_size_is_at_most_alpha(game, player, stopping):
    rng, alpha, runs = np.random.default_rng(3), 0.1, 250
    best = solved(game).classical.strategy
    shown = 0
    for _ in range(runs):
        deterministic = player == "deterministic"
        rounds = play(game, 150, rng, strategy=best) if deterministic else adaptive(game, 150, rng)
        shown += judge(game, rounds, alpha=alpha, stopping=stopping).shown
    assert binomtest(shown, runs, alpha, alternative="greater").pvalue > 1e-3


def test_the_size_of_every_deterministic_strategy_is_exact():
    """All 16 strategies of CHSH, all numbers of wins: the size of the fixed test, to the digit."""
    rounds = 60
    significant = [
        k for k in range(rounds + 1) if ln_binomial_tail(rounds, k, QUARTER) <= math.log(0.05)
    ]
    wins = CHSH.payoff[..., 1] == 1
    for bits in range(16):
        a, b = np.array([bits & 1, bits >> 1 & 1]), np.array([bits >> 2 & 1, bits >> 3 & 1])
        win = np.where(a[:, None] ^ b == 1, wins, ~wins).mean()
        assert win <= 0.75
        assert binom.pmf(significant, rounds, win).sum() <= 0.05


def same(one, two):
    return one.to_dict() == two.to_dict()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.integers(0, 900), max_size=6))
def test_batches_of_any_size_give_the_same_evidence(seed, cuts):
    rng = np.random.default_rng(seed)
    rounds = play(HFT, 900, rng, visibility=0.9)
    arrays = {**vars(rounds), "pair": rng.random(900) < 0.7}
    ends = [0, *sorted(cuts), 900]
    pieces = [
        RoundBatch(**{name: array[i:j] for name, array in arrays.items()})
        for i, j in itertools.pairwise(ends)
    ]
    assert same(judge(HFT, *pieces), judge(HFT, RoundBatch(**arrays)))


def test_rounds_without_a_pair_leave_the_evidence_unchanged():
    rng = np.random.default_rng(4)
    rounds = play(CHSH, 800, rng, visibility=0.9)
    pair = rng.random(800) < 0.4
    arrays = {name: array[pair] for name, array in vars(rounds).items()}
    counted = judge(CHSH, RoundBatch(**arrays)).to_dict()
    # What was answered without a pair does not matter either.
    noisy = np.where(pair, rounds.b, rng.integers(0, 2, 800))
    mixed = judge(CHSH, batch(rounds.x, rounds.y, rounds.a, noisy, pair)).to_dict()
    assert (mixed.pop("rounds"), counted.pop("rounds")) == (800, pair.sum())
    all_inputs = mixed["checks"].pop(0), counted["checks"].pop(0)
    assert mixed == counted
    assert all_inputs[0] != all_inputs[1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 9), st.integers(-5, 5))
def test_units_of_payoff_do_not_matter(seed, scale, shift):
    rounds = play(ASYMMETRIC, 400, np.random.default_rng(seed), visibility=0.97)
    other = xg.XORGame(ASYMMETRIC.exact_distribution, ASYMMETRIC.exact_payoff * scale + shift)
    found, changed = judge(ASYMMETRIC, rounds), judge(other, rounds)
    assert changed.ln_p_value == found.ln_p_value
    assert changed.ln_e_value == found.ln_e_value
    assert changed.mean == pytest.approx(found.mean * scale + shift)
    assert changed.interval.lower == pytest.approx(found.interval.lower * scale + shift)


def test_a_higher_null_is_harder_to_refute():
    rounds = play(CHSH, 500, np.random.default_rng(1), visibility=1.0)
    found = [judge(CHSH, rounds, null_value=null) for null in (None, "0.76", 0.8, 1)]
    for easier, harder in itertools.pairwise(found):
        assert easier.ln_p_value < harder.ln_p_value
        assert easier.ln_e_value > harder.ln_e_value
    assert found[0].null_value == 0.75
    assert found[-1].ln_p_value == 0


@pytest.mark.parametrize(
    ("game", "test"), [(CHSH, "binomial"), (ASYMMETRIC, "convex-order"), (HFT, "convex-order")]
)
def test_the_test_suits_the_payoffs(game, test):
    found = judge(game, play(game, 50, np.random.default_rng(0), visibility=1.0))
    assert found.test == test


def test_two_payoffs_of_any_size_are_wins_and_losses():
    game = xg.XORGame.from_matrix([[1, 1], [1, -1]])
    rounds = play(game, 300, np.random.default_rng(2), visibility=0.95)
    assert judge(game, rounds).ln_p_value == judge(CHSH, rounds).ln_p_value


def test_no_round_with_a_pair_proves_nothing():
    zero = np.zeros(3, dtype=np.int64)
    found = judge(CHSH, batch(zero, zero, zero, zero, zero.astype(bool)))
    assert (found.rounds, found.counted, found.mean, found.shown) == (3, 0, None, False)
    assert (found.ln_p_value, found.ln_e_value, found.shown_at) == (0.0, 0.0, None)
    assert (found.interval.lower, found.interval.upper) == (0, 1)


def test_a_file_and_its_dictionary(tmp_path):
    rounds = play(CHSH, 400, np.random.default_rng(0), visibility=1.0)
    path = write(tmp_path / "log.csv", rounds)
    found = evidence(CHSH, path, alpha=0.01, stopping="anytime")
    content = found.to_dict()
    assert (
        content | judge(CHSH, rounds, alpha=0.01, stopping="anytime").to_dict() | {"log": str(path)}
        == content
    )
    assert content["shown"] is True
    assert content["shown_at"] <= 400
    assert content["stopping_rule"] == "stopped at any time: the largest e-value decides"
    assert len(content["assumptions"]) == 3
    assert len(evidence(CHSH, path).to_dict()["assumptions"]) == 4
    assert len(content["path"]["rounds"]) == len(found.path.ln_e_value)
    with pytest.raises(ValueError, match="read-only"):
        found.path.mean[0] = 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0}, "`alpha` must lie in (0, 1); received 0."),
        (
            {"alpha": "x", "stopping": "any time"},
            "`alpha` must be a real number; received 'x'. "
            'Cure: write a decimal such as 0.25 or a fraction such as "1/3".\n'
            "`stopping` must name a stopping rule; received 'any time'. "
            "Cure: did you mean `anytime`?",
        ),
        (
            {"null_value": 1.5},
            "`null_value` must lie in (0, 1], the range of payoffs; received 1.5.",
        ),
        ({"null_value": 0}, "`null_value` must lie in (0, 1], the range of payoffs; received 0."),
        ({"null_value": math.nan}, "`null_value` must be finite; received nan."),
    ],
)
def test_bad_options(tmp_path, options, message):
    with pytest.raises(InputError) as error:
        evidence(CHSH, tmp_path / "log.csv", **options)
    assert str(error.value) == message


def test_games_that_cannot_be_evidence(tmp_path):
    flat = xg.XORGame([[1]], [[[2, 2]]], name="flat")
    with pytest.raises(InputError) as error:
        evidence(flat, tmp_path / "log.csv")
    assert str(error.value) == (
        "`game` must have rounds of different payoffs, else no score is evidence; "
        "received flat, every round of which gives 2."
    )
    with pytest.raises(InputError) as error:
        evidence("chsh", tmp_path / "log.csv")
    assert str(error.value) == (
        "`game` must be of type XORGame; received str. "
        "Cure: load_game reads a file, catalog.parse a name."
    )


def windows(*seeds, alpha=0.05):
    for seed in seeds:
        rounds = play(CHSH, 60, np.random.default_rng(seed), visibility=0.95)
        yield replace(judge(CHSH, rounds, alpha=alpha), log=f"window {seed}")


def test_the_e_values_of_separate_windows_multiply():
    found = list(windows(1, 2, 3))
    assert combined_ln_e_value(found) == pytest.approx(sum(each.ln_e_value for each in found))
    assert combined_ln_e_value(found[:1]) == found[0].ln_e_value


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda _: [],
            "`windows` must be of different logs, at least one; received none. "
            "Cure: give each log once.",
        ),
        (
            lambda found: [found[0], found[0]],
            "`windows` must be of different logs, at least one; received window 1, window 1. "
            "Cure: give each log once.",
        ),
        (
            lambda found: [found[0], replace(found[1], null_value=0.8)],
            "`windows` must have the same game and null_value; received CHSH at 0.75, CHSH at 0.8.",
        ),
    ],
)
def test_windows_that_do_not_multiply(change, message):
    with pytest.raises(InputError) as error:
        combined_ln_e_value(change(list(windows(1, 2))))
    assert str(error.value) == message
