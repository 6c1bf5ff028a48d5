"""A recorded feed in place of the model: what was put into it comes out, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from tests.price_feeds import made_feed
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.scenarios import hft_recorded
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.hft_market import Market
from xorgames.scenarios.hft_recorded import RecordedHFT
from xorgames.scenarios.price_feed import PriceFeed

TIMES = {"interval_s": 2e-3, "holding_s": 1e-3, "lookback_s": 1e-3}


def message(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


@pytest.fixture(scope="module")
def turning():
    return RecordedHFT(feed=made_feed(100_000), **TIMES)


def test_decisions_are_what_was_put_into_the_feed(turning):
    assert turning.limit("training") == turning.limit("test") == 50_000
    seen = turning.source("training", np.random.default_rng(0))(50_000)
    rng = np.random.default_rng(0)
    broken = (rng.random(100_000) < 1 / 3)[:50_000]
    assert seen.x.mean() == pytest.approx(0.5, abs=1e-4)
    # An alarm of both is nearly always a broken correlation.
    both = (seen.x & seen.y).astype(bool)
    assert broken[both].mean() > 0.7
    assert broken[~(seen.x | seen.y).astype(bool)].mean() < 0.05
    assert seen.moves.std(axis=1) == pytest.approx([1, 1], rel=0.02)
    assert np.corrcoef(seen.moves[:, broken])[0, 1] == pytest.approx(-0.8, abs=0.02)


def test_the_test_part_follows_the_training_part_and_is_read_in_order(turning):
    whole = turning.source("test", np.random.default_rng(0))(50_000)
    take = turning.source("test", np.random.default_rng(0))
    parts = [take(20_000), take(30_000)]
    assert (np.concatenate([each.x for each in parts]) == whole.x).all()
    before = turning.source("training", np.random.default_rng(0))(50_000)
    assert not (before.moves == whole.moves).all()


def test_levels_are_learnt_from_the_training_part_alone(turning):
    feed = turning.feed
    wild = 1 + 1e-3 * np.random.default_rng(1).standard_normal(len(feed.time_s))
    late = feed.time_s > 0.7 * feed.duration_s
    changed = PriceFeed(
        time_s=feed.time_s,
        price_x=np.where(late, feed.price_x * wild, feed.price_x),
        price_y=feed.price_y,
    )
    other = RecordedHFT(feed=changed, **TIMES)
    ours, theirs = (
        each.source("training", np.random.default_rng(0))(50_000) for each in (turning, other)
    )
    assert (ours.x == theirs.x).all()


def test_entanglement_helps_on_a_feed_whose_correlation_turns(turning):
    found = simulate(turning)
    assert found.rounds == 50_000
    better = found.players["quantum"].changes["coordination"]
    assert better.difference.value > 3 * better.difference.standard_error
    assert found.facts["game"]["gap"]["value"] > 0
    assert found.facts["parameters"]["feed"]["rows"] == 200_001
    assert found.notes[1].startswith("The feed is a record")


def test_nothing_is_found_where_there_is_nothing():
    feed = made_feed(60_000, burst=1.0, seed=4)
    found = simulate(RecordedHFT(feed=feed, **TIMES))
    gap = found.facts["game"]["gap"]
    assert gap["value"] <= 3 * gap["standard_error"]
    assert found.players["quantum"].changes["payoff"].sigmas < 4


def test_an_advantage_that_is_mere_sampling_is_called_so(turning):
    """Prices without any correlation: a sample of them is a game all the same."""
    noise = RecordedHFT(feed=made_feed(8000, burst=1.0, correlation=0.0), levels=4, **TIMES)
    found = simulate(noise)
    assert found.facts["game"]["advantage"] == "PROVEN"
    gap = found.facts["game"]["gap"]
    assert 0 < gap["value"] < 2 * gap["standard_error"]
    assert [note for note in found.notes if note.startswith("The advantage")] == [
        "The advantage of the estimated game is within 2 standard errors of none, 0.0006 ± 0.0022: "
        "it is proven for that game, not for what the game was estimated from."
    ]
    calm = RecordedHFT(feed=made_feed(8000, burst=1.0), **TIMES)
    for clear in (turning, calm):
        assert not any(note.startswith("The advantage") for note in simulate(clear).notes)


def test_an_indicator_that_predicts_its_own_price_is_no_xor_game():
    feed = made_feed(60_000)
    steps = np.diff(feed.price_x)
    # After an unusual move the price goes on in one direction.
    steps[1::2] = 0.02 * (np.abs(steps[::2]) > 0.02)
    price = np.concatenate([[feed.price_x[0]], feed.price_x[0] + np.cumsum(steps)])
    trending = RecordedHFT(
        feed=PriceFeed(time_s=feed.time_s, price_x=price, price_y=feed.price_y), **TIMES
    )
    text = message(prepare, trending)
    assert "must depend on the parity a xor b alone" in text
    assert "by a alone" in text


def test_more_levels_make_a_larger_game(turning):
    three = replace(turning, levels=3)
    found = prepare(three)
    assert found.estimated.game.shape == (3, 3)
    assert three.rules()["threshold"] == ([0, 0, 1], [0, 0, 0])
    assert turning.rules()["threshold"] == ([0, 1], [0, 0])


def test_no_decision_knows_the_future():
    """Prices move at 0.5 ms past each decision: only exits may see that."""
    times = np.arange(20_002) * 1e-3
    prices = 100 + 0.01 * np.arange(20_002)
    feed = PriceFeed(time_s=times, price_x=prices, price_y=prices)
    hft = RecordedHFT(feed=feed, interval_s=1e-3, holding_s=1e-3, lookback_s=1.5e-3)
    seen = hft.draw(5, np.random.default_rng(0))
    # At 1.5, 2.5, ... ms the last price is one step up from that at 0, 1, ... ms.
    assert seen.moves.tolist() == [[1.0] * 5] * 2


def test_a_changed_future_changes_no_decision_before_it(turning):
    """Shuffle all prices after a moment: inputs up to it stay, and so does every position closed.

    The moment lies in the part that is played: levels are learnt from all of the other part.
    """
    feed, decision = turning.feed, 70_000
    moment = TIMES["lookback_s"] + decision * TIMES["interval_s"]
    known = feed.time_s <= moment + 1e-9
    rng = np.random.default_rng(3)

    def shuffled(prices):
        return np.where(known, prices, prices[rng.permutation(len(prices))])

    changed = replace(
        turning,
        feed=PriceFeed(
            time_s=feed.time_s, price_x=shuffled(feed.price_x), price_y=shuffled(feed.price_y)
        ),
    )
    ours, theirs = (
        each.source("test", np.random.default_rng(0))(50_000) for each in (turning, changed)
    )
    before = decision - 50_000
    assert (ours.x[: before + 1] == theirs.x[: before + 1]).all()
    assert (ours.y[: before + 1] == theirs.y[: before + 1]).all()
    assert (ours.moves[:, :before] == theirs.moves[:, :before]).all()
    assert not (ours.moves[:, before] == theirs.moves[:, before]).any()
    assert (ours.x[before + 1 :] != theirs.x[before + 1 :]).mean() > 0.1


def test_a_row_is_known_at_its_time_and_not_before():
    """Each decision is at a whole ms; prices step up right before, at, or right after it."""
    for late, seen in ((-1e-5, True), (0.0, True), (1e-5, False)):
        times = np.arange(5000) * 1e-3 + late
        feed = PriceFeed(time_s=times, price_x=100 + np.arange(5000.0), price_y=np.ones(5000))
        # The clock starts with the first row: put one at 0 in any case.
        start = PriceFeed(
            time_s=np.concatenate([[-1.0], feed.time_s]),
            price_x=np.concatenate([[99.0], feed.price_x]),
            price_y=np.ones(5001),
        )
        found = RecordedHFT(feed=start, interval_s=1e-3, tick=1.0)
        # Decision number k is at k ms after -0.999: number 1004 at 5 ms.
        moves = found.draw(1005, np.random.default_rng(0)).moves[0]
        assert moves[1004] == 1
        assert moves[998] == (1 if seen else 0)


def test_a_feed_in_other_units_is_no_feed_of_a_thousand_billion_decisions():
    times = np.arange(5000) * 1e6
    feed = PriceFeed(time_s=times, price_x=np.ones(5000), price_y=np.ones(5000))
    assert message(RecordedHFT, feed=feed) == (
        "`feed` must give at most 100000000 decisions; received 4.999e+12. Cure: use a longer "
        "interval_s, or write time_s in seconds."
    )
    endless = PriceFeed(time_s=[0.0, 1e308], price_x=np.ones(2), price_y=np.ones(2))
    assert "received 1e+300." in message(RecordedHFT, feed=endless)


def test_prices_that_never_move_are_a_game_without_a_choice():
    feed = PriceFeed(time_s=np.arange(5000) / 1e3, price_x=np.ones(5000), price_y=np.ones(5000))
    flat = simulate(RecordedHFT(feed=feed))
    assert flat.facts["game"]["advantage"] == "REFUTED"
    assert flat.players["quantum"].metrics["coordination"].value == 0.5
    assert flat.players["quantum"].metrics["hedging_error"].value == 0


def test_a_sure_trend_is_no_game_for_two():
    times = np.arange(5000) * 1e-3
    feed = PriceFeed(time_s=times, price_x=times + 9, price_y=times + 9)
    assert "by a alone; the XOR part is" in message(simulate, RecordedHFT(feed=feed))


def test_pieces_do_not_show(turning, monkeypatch):
    monkeypatch.setattr(hft_recorded, "_CHUNK", 997)
    seen, again = (
        each.source("test", np.random.default_rng(0))(9000) for each in (turning, replace(turning))
    )
    assert (seen.x == again.x).all()
    assert (seen.moves == again.moves).all()


def test_calm_and_wild_hours_are_admitted(turning):
    """Volatility that changes with the hours, as it does on every market."""
    feed = made_feed(20_000)
    scale = 1 + 0.9 * np.sin(np.arange(40_000) / 4000)
    price = 1e4 + np.concatenate([[0.0], np.cumsum(np.diff(feed.price_x) * scale)])
    wild = PriceFeed(time_s=feed.time_s, price_x=price, price_y=feed.price_y)
    note = simulate(RecordedHFT(feed=wild, **TIMES)).notes[-1]
    assert note.startswith(
        "Something lasts longer than a batch, 1/100 of the run: neighbouring ones have "
        "correlations up to 0."
    )
    assert note.endswith(", so that standard errors are too small.")
    assert not any("batch" in each for each in simulate(turning).notes)


def test_the_late_are_late_on_records_too(turning):
    found = simulate(turning, rounds=1000, conditions=Conditions(distance_m=56.3e3))
    assert found.players["communicating"].metrics["profit"].value == 0


def test_parameters_that_are_none(turning):
    assert message(RecordedHFT, feed="feed.csv") == (
        "`feed` must be of type PriceFeed; received str. Cure: read_price_feed reads one."
    )
    assert message(replace, turning, market=1) == "`market` must be of type Market; received int."
    assert message(replace, turning, holding_s=3e-3) == (
        "`holding_s` must not exceed interval_s: positions are closed before the next decision; "
        "received 0.003 and 0.002."
    )
    assert message(replace, turning, tick=0, training_share=1.0).splitlines() == [
        "`tick` must be positive; received 0.",
        "`training_share` must lie in (0, 1); received 1.",
    ]
    assert message(replace, turning, levels=1) == (
        "`levels` must be a whole number from 2 to 16; received 1."
    )
    assert message(replace, turning, interval_s=1.0) == (
        "`feed` must give at least 2000 decisions; received 200. Cure: use a longer feed, or a "
        "shorter interval_s."
    )
    assert message(replace, turning, lookback_s=1e6).startswith(
        "`feed` must give at least 2000 decisions; received 0."
    )
    assert message(replace, turning, training_share=0.005) == (
        "`training_share` must leave 1000 decisions or more to each part; received 500 and 99500."
    )
    assert message(simulate, turning, rounds=50_001) == (
        "`rounds` must not exceed the 50000 that there are; received 50001."
    )


def test_the_market_is_that_given(turning):
    plain = replace(turning, market=Market(risk_aversion_per_tick=0, unwind_ticks=0))
    seen = plain.draw(1000, np.random.default_rng(0))
    zeros = np.zeros(1000, dtype=np.int8)
    assert plain.cost(seen, zeros, zeros).mean() == pytest.approx(-1.0, abs=0.1)
