"""High-frequency trading: the labels, the model against closed forms, who comes too late."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.scenarios.engine import play, prepare, simulate
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.hft_market import LABELS, SIDE, Market, Trades
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.players import Machine, players_of
from xorgames.scenarios.registry import EXCHANGES

ASK, BID = -1, 1


def message(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def decide(a, b, sign, moves=(1.0, 1.0)):
    """Return the quantities of one decision in which the first orders alone are filled."""
    seen = Trades(
        x=np.array([0]),
        y=np.array([0]),
        moves=np.array(moves)[:, None],
        sign=np.array([sign], dtype=np.int8),
        luck=np.array([0.0, 0.99, 0.0, 0.99])[:, None],
    )
    found = Market().quantities(seen, np.array([a], np.int8), np.array([b], np.int8))
    return {name: float(values[0]) for name, values in found.items()}


def test_equal_bits_are_opposite_biases():
    """Trap: "a xor b = x and y" wants equal bits in normal times, the English opposite biases."""
    assert LABELS == {"a": ["ask first", "bid first"], "b": ["bid first", "ask first"]}
    assert SIDE["a"].tolist() == [ASK, BID]
    assert SIDE["b"].tolist() == [BID, ASK]
    for a in (0, 1):
        for b in (0, 1):
            opposite = SIDE["a"][a] != SIDE["b"][b]
            assert opposite == (a == b)
            # Opposite biases are correct while the correlation is positive, equal ones otherwise.
            assert decide(a, b, sign=1)["coordination"] == opposite
            assert decide(a, b, sign=-1)["coordination"] == (not opposite)


def test_the_game_is_chsh_with_these_labels_and_anti_chsh_with_the_same_names_for_both():
    game = HFT().exact_game()
    assert np.sign(game.matrix).tolist() == [[1, 1], [1, -1]]
    assert dict(game.labels)["a"] == ("ask first", "bid first")
    assert dict(game.labels)["b"] == ("bid first", "ask first")
    anti = game.relabel(flip_b=[0, 1])
    assert np.sign(anti.matrix).tolist() == [[-1, -1], [-1, 1]]
    values = [xg.solve(each) for each in (game, anti)]
    for name in ("classical", "quantum"):
        ours, theirs = (getattr(each, name).value for each in values)
        assert ours.lower == pytest.approx(theirs.lower, abs=1e-12)


def test_one_decision_by_hand():
    # A buys X, B sells Y; both prices rise a tick: the hedge earns the spread alone.
    hedged = decide(a=1, b=1, sign=1)
    assert hedged["swing"] == 0
    assert hedged["profit"] == 1.0
    assert hedged["unhedged"] == 0
    # Both buy: two ticks gained by luck; the pair is closed at once, for half a tick each.
    naked = decide(a=1, b=0, sign=1)
    assert naked["swing"] == 2
    assert naked["profit"] == 1.0 + 2 - 1.0
    assert naked["unhedged"] == 1
    assert naked["swing_square"] == 4


def test_the_payoff_is_the_mean_over_fills_of_what_the_metrics_are_made_of():
    hft = HFT(market=Market(first_fill=0.8, second_fill=0.1, spread_ticks=2, unwind_ticks=0.3))
    seen = hft.draw(400_000, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 2, (2, 400_000), dtype=np.int8)
    found = hft.quantities(seen, a, b)
    realised = found["profit"] - found["swing_square"] / 2
    difference = realised - found["payoff"]
    assert abs(difference.mean()) < 4 * difference.std() / math.sqrt(400_000)
    assert (hft.cost(seen, a, b) == -found["payoff"]).all()


def test_the_matrix_in_closed_form():
    """M = d^2 (g rho sigma^2 + u) (P(x, y, normal) - P(x, y, broken)) 2, for equal correlations."""
    hft = HFT(volatility_ticks=1.5, false_positive=0.3, false_negative=0.1)
    share, fires = 1 / 3, (0.3, 0.9)
    expected = [
        [
            2 * 0.4**2 * (0.8 * 1.5**2 + 0.5) * ((1 - share) * of[0] - share * of[1])
            for y in (0, 1)
            for of in [
                [(p if x else 1 - p) * (p if y else 1 - p) for p in fires],
            ]
        ]
        for x in (0, 1)
    ]
    assert hft.exact_game().matrix == pytest.approx(np.array(expected), abs=1e-12)


def test_the_keenest_indicators_make_chsh():
    hft = HFT(false_positive=0.5, false_negative=0.0)
    matrix = hft.exact_game().matrix
    assert matrix / matrix[0, 0] == pytest.approx(np.array([[1, 1], [1, -1]]), abs=1e-12)


@pytest.mark.parametrize(
    ("false_positive", "false_negative", "verdict"),
    [(0.4, 0.05, "PROVEN"), (0.5, 0.0, "PROVEN"), (0.0, 0.0, "REFUTED"), (0.4, 0.6, "REFUTED")],
)
def test_where_entanglement_helps(false_positive, false_negative, verdict):
    hft = HFT(false_positive=false_positive, false_negative=false_negative)
    assert xg.solve(hft.exact_game()).advantage.verdict == verdict


def source_parameters(matrix):
    """(p, beta) of the source whose game has this matrix up to a factor."""
    odds = math.sqrt(-matrix[1, 1] / matrix[0, 0])
    return odds / (1 + odds), (1 - matrix[0, 1] / math.sqrt(-matrix[0, 0] * matrix[1, 1])) / 2


def test_the_game_is_that_of_the_source_for_some_p_and_beta():
    """The utilities of arXiv:2407.21723, Eq. 3.1, follow from prices; they are not put in."""
    exact = HFT().exact_game()
    p, beta = source_parameters(exact.matrix)
    assert (p, beta) == pytest.approx((0.474, 0.1655), abs=5e-4)
    source = xg.catalog.hft(p=p, beta=beta)
    factor = exact.matrix[0, 0] / source.matrix[0, 0]
    assert exact.matrix == pytest.approx(factor * source.matrix, abs=1e-12)
    assert dict(exact.labels) == dict(source.labels)
    for name in ("classical", "quantum", "one_pair"):
        ours, theirs = (getattr(xg.solve(game), name).bias for game in (exact, source))
        assert ours.lower == pytest.approx(factor * theirs.lower, abs=1e-9)
    # Advantage iff 0 < k |1 - 2p| < 2 p (1 - p), with k = |1 - 2 beta|.
    assert (1 - 2 * beta) * (1 - 2 * p) < 2 * p * (1 - p)


def test_the_estimated_game_converges_to_that_of_the_source():
    wanted = source_parameters(HFT().exact_game().matrix)
    off = {}
    for rounds in (20_000, 500_000):
        found = [
            source_parameters(prepare(HFT(), rounds=rounds, rng=seed).estimated.game.matrix)
            for seed in range(12)
        ]
        off[rounds] = np.sqrt(np.mean((np.array(found) - wanted) ** 2, axis=0))
    assert (off[500_000] < 0.006).all()
    # A fifth for 25 times as many rounds.
    assert off[500_000] / off[20_000] == pytest.approx([0.2, 0.2], abs=0.13)


def test_indicators_err_as_often_as_stated():
    from scipy.stats import chisquare

    hft = HFT(false_positive=0.3, false_negative=0.1)
    seen = hft.draw(200_000, np.random.default_rng(4))
    for sign, fires in ((1, 0.3), (-1, 0.9)):
        here = seen.sign == sign
        counts = np.bincount(2 * seen.x[here] + seen.y[here], minlength=4)
        odds = np.outer([1 - fires, fires], [1 - fires, fires]).ravel()
        assert chisquare(counts, odds * here.sum()).pvalue > 1e-3


def test_profit_is_what_a_ledger_of_cash_and_shares_says():
    market = Market(first_fill=0.6, second_fill=0.5, spread_ticks=3, unwind_ticks=0.7)
    hft = HFT(market=market)
    rounds = 3000
    seen = hft.draw(rounds, np.random.default_rng(6))
    a, b = np.random.default_rng(7).integers(0, 2, (2, rounds))
    found = hft.quantities(seen, a, b)
    for k in range(rounds):
        cash, shares = 0.0, [0, 0]
        for party, bit in enumerate((a[k], b[k])):
            first, second = seen.luck[2 * party : 2 * party + 2, k] < (0.6, 0.5)
            bid_first = LABELS["ab"[party]][bit] == "bid first"
            bought, sold = (first, second) if bid_first else (second, first)
            # Around a mid price of 100: bought at 98.5, sold at 101.5.
            cash += 101.5 * sold - 98.5 * bought
            shares[party] = int(bought) - int(sold)
        hedged = shares[0] * shares[1] * seen.sign[k] <= 0
        late = 0 if hedged else 0.7 * (abs(shares[0]) + abs(shares[1]))
        worth = sum(n * (100 + move) for n, move in zip(shares, seen.moves[:, k], strict=True))
        assert found["profit"][k] == pytest.approx(cash + worth - late, abs=1e-9)
        assert found["unhedged"][k] == (not hedged)


def test_the_hedging_error_is_the_variance_of_the_portfolio(played):
    """Var(q_X dX + q_Y dY) = 2 e sigma^2 + 2 d^2 sigma^2 E[s_A s_B rho], by hand."""
    market, game = Market(), HFT().exact_game()
    for name, player in played.players.items():
        if name == "communicating":
            continue
        # s_A s_B rho has the mean -E rho, and u M / 2 = d^2 (g rho + u) E[-s_A s_B c] at rho = .8.
        correlators = {
            "quantum": xg.solve(game).one_pair.strategy.correlators,
            "omniscient": np.sign(game.matrix),
            "constant": np.ones((2, 2)),
        }.get(name, xg.solve(game).classical.strategy.correlators)
        hedge = (game.matrix * correlators).sum() / (2 * market.bias**2 * 1.3)
        expected = 2 * market.held - 2 * market.bias**2 * 0.8 * hedge
        error = player.metrics["hedging_error"]
        assert abs(error.value - expected) < 4.5 * error.standard_error
        # The same coordination, in the share of decisions that fit the regime.
        right = player.metrics["coordination"]
        assert abs(right.value - (1 + hedge) / 2) < 4.5 * right.standard_error


@pytest.mark.slow
def test_every_error_is_that_of_repetition():
    """The spread of every metric and change over 100 runs against the error that each states."""
    machine = Machine(noise=Noise(visibility=0.9, readout_error=0.01, availability=0.7))
    hft, found = HFT(), {}
    solution = xg.solve(hft.exact_game())
    players = players_of(hft, solution, EXCHANGES, machine)
    formulas = {each: (lambda m, each=each: m[each]) for each in ("payoff", "profit", "unhedged")}
    for seed in range(100):
        tallies = play(hft, players, rounds=3000, rng=np.random.default_rng(seed))
        for name, tally in tallies.items():
            for metric, formula in (formulas | hft.formulas).items():
                found.setdefault((name, metric), []).append(tally.estimate(formula))
                change = tally.change(formula, tallies["classical"])
                for kind in ("difference", "percent"):
                    found.setdefault((name, metric, kind), []).append(getattr(change, kind))
    ratios = []
    for estimates in found.values():
        stated = np.sqrt(np.mean([each.standard_error**2 for each in estimates]))
        if stated > 1e-9:
            ratios.append(np.std([each.value for each in estimates]) / stated)
    # 100 repetitions are good to 7 %; their mean, of correlated metrics, to a few.
    assert len(ratios) > 60
    assert 0.7 < min(ratios) < max(ratios) < 1.35
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)


def test_the_estimated_game_is_the_exact_one_but_for_sampling():
    hft = HFT()
    found, exact = prepare(hft, rounds=400_000).estimated, hft.exact_game()
    p = exact.distribution
    assert (np.abs(found.game.distribution - p) < 4.5 * np.sqrt(p / 400_000)).all()
    ours, theirs = (game.payoff @ [1, -1] for game in (found.game, exact))
    assert (np.abs(ours - theirs) < 4.5 * found.payoff_error).all()
    assert found.xor_share > 0.97


def test_the_regimes_are_a_markov_chain():
    hft = HFT(interval_s=1e-5, normal_time_s=60e-6, broken_time_s=30e-6)
    broken = hft.draw(400_000, np.random.default_rng(2)).sign < 0
    assert broken.mean() == pytest.approx(1 / 3, abs=0.006)
    kept = np.corrcoef(broken[1:], broken[:-1])[0, 1]
    assert kept == pytest.approx(math.exp(-1e-5 / 20e-6), abs=0.01)
    lengths = np.diff(np.flatnonzero(np.diff(broken.astype(int))))
    # Seen every 10 us, a broken regime that lasts 30 us on average, but for what is missed.
    leave = (1 - kept) * 2 / 3
    ends = np.flatnonzero(np.diff(broken.astype(int)) == -1)
    assert broken.sum() / len(ends) == pytest.approx(1 / leave, rel=0.03)
    assert lengths.min() == 1


@pytest.mark.parametrize("part", ["training", "test"])
def test_a_regime_goes_on_from_piece_to_piece(part):
    """Rounds are taken a few at a time: what lasts longer than a piece must not start anew."""
    hft = HFT(interval_s=1e-3, normal_time_s=0.2, broken_time_s=0.1)
    take = hft.source(part, np.random.default_rng(5))
    pieces = [take(5).sign < 0 for _ in range(20_000)]
    ends = np.array([piece[-1] for piece in pieces[:-1]])
    starts = np.array([piece[0] for piece in pieces[1:]])
    kept = math.exp(-1e-3 / (0.2 / 3))
    assert np.corrcoef(ends, starts)[0, 1] == pytest.approx(kept, abs=0.01)
    assert np.concatenate(pieces).mean() == pytest.approx(1 / 3, abs=0.06)
    other = hft.source(part, np.random.default_rng(5))
    assert [bool(other(5).sign[0] < 0) for _ in range(2)] == [bool(each[0]) for each in pieces[:2]]


def test_regimes_longer_than_a_batch_are_admitted():
    slow = HFT(normal_time_s=2.0, broken_time_s=1.0)
    found = simulate(slow, rounds=40_000, training=40_000)
    assert found.notes[-1].startswith("Something lasts longer than a batch, 1/100 of the run")


def test_training_on_long_regimes_is_admitted():
    slow = HFT(normal_time_s=2.0, broken_time_s=1.0)
    told = simulate(slow, rounds=1000, training=40_000).notes
    (said,) = [note for note in told if note.startswith("The rounds of the training")]
    assert re.fullmatch(
        r"The rounds of the training depend on each other for longer than 1/100 of them: "
        r"neighbouring parts have a correlation of 0\.\d\d, so that the errors of the estimated "
        r"game are too small\.",
        said,
    )
    usual = simulate(HFT(), rounds=1000, training=40_000).notes
    assert not any(note.startswith("The rounds of the training") for note in usual)


def test_moves_have_the_correlation_of_their_regime():
    hft = HFT(volatility_ticks=2.0, normal_correlation=0.6, broken_correlation=0.3)
    seen = hft.draw(400_000, np.random.default_rng(3))
    for sign, rho in ((1, 0.6), (-1, -0.3)):
        moves = seen.moves[:, seen.sign == sign]
        assert np.corrcoef(moves)[0, 1] == pytest.approx(rho, abs=0.01)
        assert moves.std(axis=1) == pytest.approx([2, 2], rel=0.01)


@pytest.fixture(scope="module")
def played():
    return simulate(HFT(), rounds=200_000, training=200_000, conditions=EXCHANGES)


def test_the_order_of_the_players(played):
    def payoff(name):
        return played.players[name].metrics["payoff"].value

    assert payoff("constant") < payoff("classical") < payoff("quantum") < payoff("omniscient")
    # With these numbers the simple threshold rule is one of the best classical strategies.
    rule = played.players["threshold"].changes["payoff"]
    assert rule.sigmas < 4
    better = played.players["quantum"].changes
    for name in ("payoff", "coordination", "profit", "sharpe"):
        assert better[name].difference.value > 2 * better[name].difference.standard_error
    for name in ("hedging_error", "unhedged"):
        assert better[name].difference.value < -2 * better[name].difference.standard_error


def test_payoffs_are_as_the_exact_game_says(played):
    solution = xg.solve(HFT().exact_game())
    for name, value in (
        ("classical", solution.classical.value),
        ("quantum", solution.one_pair.value),
        ("omniscient", solution.no_signalling.value),
    ):
        found = played.players[name].metrics["payoff"]
        assert abs(found.value - value.lower) < 4.5 * found.standard_error


def test_who_talks_comes_too_late_and_earns_nothing(played):
    talking = played.players["communicating"]
    assert {each.value for each in talking.metrics.values()} == {0.0}
    assert played.about["communicating"].endswith("too late")
    assert played.players["omniscient"].metrics["payoff"].value > 0.3


def test_who_talks_in_time_does_best():
    near = Conditions(distance_m=1e3, local_time_s=10e-6)
    found = simulate(HFT(), rounds=2000, training=2000, conditions=near)
    assert found.players["communicating"].metrics == found.players["omniscient"].metrics


def test_slow_regimes_are_admitted():
    told = HFT().notes(EXCHANGES)[1]
    assert told == (
        "Of the regime one light time ago, 8.4e-05 is left (the correlation with now): news of it "
        "is of no use."
    )
    slow = HFT(normal_time_s=0.2, broken_time_s=0.1)
    assert slow.notes(EXCHANGES)[1] == (
        "Of the regime one light time ago, 1 is left (the correlation with now): servers that "
        "exchange news could do better than the players here."
    )


def test_the_same_fills_and_prices_for_everybody():
    seen = HFT().draw(1000, np.random.default_rng(0))
    zeros = np.zeros(1000, dtype=np.int8)
    first, flipped = (HFT().quantities(seen, bits, bits) for bits in (zeros, zeros + np.int8(1)))
    assert (first["swing"] == -flipped["swing"]).all()
    assert (first["unhedged"] == flipped["unhedged"]).all()


def test_parameters_that_are_none():
    assert message(Market, first_fill=0.3) == (
        "`first_fill` must exceed second_fill: the order sent first arrives first; received 0.3 "
        "and 0.3."
    )
    assert message(Market, second_fill=-0.1, spread_ticks=math.nan).splitlines() == [
        "`second_fill` must lie in [0, 1]; received -0.1.",
        "`spread_ticks` must be finite; received nan.",
    ]
    assert message(HFT, false_positive=1.5, interval_s=0, volatility_ticks=True).splitlines() == [
        "`interval_s` must be positive; received 0.",
        "`volatility_ticks` must be a number; received True. Cure: true and false are not numbers.",
        "`false_positive` must lie in [0, 1]; received 1.5.",
    ]
    assert message(HFT, market=None) == "`market` must be of type Market; received NoneType."
    assert message(HFT, normal_correlation=2) == (
        "`normal_correlation` must lie in [0, 1]; received 2. Cure: write 0.02 for 2 %."
    )


def test_texts_with_units_are_read():
    hft = replace(HFT(), interval_s="2 ms", normal_time_s="80us")
    assert (hft.interval_s, hft.normal_time_s) == (0.002, 80e-6)
