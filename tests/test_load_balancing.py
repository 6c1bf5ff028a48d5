"""Load balancing played out: simulation against formulas, comparisons, refusals."""

import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from xorgames.errors import InputError
from xorgames.scenarios.load_balancing import pareto, players_of, simulate
from xorgames.scenarios.load_balancing_batches import METRICS
from xorgames.scenarios.load_balancing_goals import on_grid
from xorgames.scenarios.load_balancing_model import LoadBalancing, Noise
from xorgames.scenarios.load_balancing_result import simulate_load_balancing
from xorgames.scenarios.result import ERROR_NOTE
from xorgames.scenarios.short_pairs import ShortPairs
from xorgames.scenarios.weighted_pairs import Weighted

MODEL = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
GOAL = Weighted(model=MODEL, kappa_s=1)
NOISE = Noise(visibility=0.95, readout_error=0.01, availability=0.8)


def far_off(result):
    """Metrics more than four standard errors from the formulas."""
    found = {}
    for name, played in result.players.items():
        for metric in METRICS:
            estimate = played.metrics[metric]
            off = abs(estimate.value - getattr(played.predicted, metric))
            if off > 4 * estimate.standard_error + 3e-5:
                found[name, metric] = off / estimate.standard_error
    return found


@pytest.mark.parametrize(
    "goal",
    [
        GOAL,
        ShortPairs(model=MODEL, threshold=0.330032453),
        Weighted(
            model=LoadBalancing(
                arrival_rate_hz=1.6, service_rate_hz=2, output=lambda times: np.expm1(times / 5)
            ),
            kappa_s=1.5,
        ),
    ],
    ids=lambda goal: goal.name,
)
def test_simulation_and_formulas_agree(goal):
    result = simulate(goal, pairs=300_000, noise=NOISE, rng=1)
    assert list(result.players) == ["classical", "quantum", "noisy quantum", "omniscient"]
    assert far_off(result) == {}


def on_a_time_line(rng, pairs, limits):
    """Classical routers and both servers, job by job, sharing nothing with the package."""
    now, free, waits, bunched, output = 0.0, [0.0, 0.0], 0.0, 0, 0.0
    for _ in range(pairs):
        now += rng.expovariate(0.5)
        jobs = [rng.expovariate(1.0), rng.expovariate(1.0)]
        coin = rng.randrange(2)
        servers = [(job > limit) ^ coin for job, limit in zip(jobs, limits, strict=True)]
        bunched += servers[0] == servers[1]
        order = [0, 1] if rng.random() < 0.5 else [1, 0]
        for job in order:
            server = servers[job]
            if free[server] < now:
                output += (now - free[server]) ** 2
                free[server] = now
            waits += free[server] - now
            free[server] += jobs[job]
    return waits / pairs / 2, bunched / pairs, output / now / 2


def test_an_independent_simulation_says_the_same():
    """The best of 60 cells: Alice's server is a coin, Bob's has a threshold. Means of 30 runs."""
    limits = [math.inf, math.log(60 / 22)]
    found = on_grid(GOAL, 60)
    assert [found.alice_s, found.bob_s] == pytest.approx(limits)
    assert not found.bob_flips
    rng = random.Random(1)
    runs = np.array([on_a_time_line(rng, 10_000, limits) for _ in range(30)])
    played = simulate(GOAL, pairs=300_000, cells=60, rng=7).players["classical"].metrics
    errors = runs.std(axis=0, ddof=1) / math.sqrt(len(runs))
    for mean, error, name in zip(
        runs.mean(axis=0), errors, ("wait_s", "bunch_probability", "output_rate"), strict=True
    ):
        total = math.hypot(error, played[name].standard_error)
        assert abs(mean - played[name].value) < 4 * total


def test_the_numbers_of_routers_that_know_their_times_exactly():
    players = players_of(GOAL)
    expected = {"classical": (1.35622, 0.63213, 2.92425), "quantum": (1.34378, 0.64863, 2.95995)}
    for name, (wait_s, bunch, output) in expected.items():
        found = players[name].predict()
        assert found.wait_s == pytest.approx(wait_s, abs=1e-5)
        assert found.bunch_probability == pytest.approx(bunch, abs=1e-5)
        assert found.output_rate == pytest.approx(output, abs=1e-5)


def test_service_times_known_to_a_cell():
    result = simulate(GOAL, pairs=300_000, cells=60, rng=2)
    assert far_off(result) == {}
    assert result.players["classical"].predicted.wait_s == pytest.approx(1.35743, abs=1.5e-5)


@pytest.mark.slow
def test_ten_million_pairs_tell_the_advantage_beyond_doubt():
    result = simulate(GOAL, pairs=10**7, cells=60, rng=3)
    assert far_off(result) == {}
    changes = result.players["quantum"].changes
    for metric, percent in (("wait_s", -1.012), ("output_rate", 1.120)):
        assert changes[metric].sigmas > 5
        error = changes[metric].percent.standard_error
        assert abs(changes[metric].percent.value - percent) < 4 * error
        assert changes[metric].sample_beyond_doubt < 10**7


def test_the_same_arrivals_make_small_errors():
    result = simulate(GOAL, pairs=200_000, rng=4)
    change = result.players["quantum"].changes["wait_s"]
    alone = result.players["quantum"].metrics["wait_s"].standard_error
    assert change.difference.standard_error < alone / 1.5
    assert change.difference.value < 0
    assert change.sample == 200_000


def test_reproducible_from_a_seed():
    runs = [simulate(GOAL, pairs=20_000, rng=seed).to_dict() for seed in (1, 1, 2)]
    for run in runs:
        del run["seconds"]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert simulate(GOAL, pairs=20_000, rng=np.random.default_rng(1)).players == (
        simulate(GOAL, pairs=20_000, rng=1).players
    )


def test_players_do_not_change_each_other():
    alone = simulate(GOAL, pairs=20_000, rng=1)
    together = simulate(GOAL, pairs=20_000, rng=1, noise=NOISE)
    assert all(together.players[name] == played for name, played in alone.players.items())


def test_progress_ends_at_the_end():
    seen = []
    simulate(GOAL, pairs=20_001, progress=lambda *step: seen.append(step))
    assert len(seen) == 100
    assert seen[-1] == (20_001, 20_001)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_result_as_json():
    result = simulate(GOAL, pairs=20_000, noise=NOISE)
    content = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert content["goal"] == {"goal": "weighted", "kappa_s": 1.0}
    assert content["model"]["output"] == "square"
    assert content["pairs"] == 20_000
    assert content["players"]["classical"]["changes"] == {}
    assert set(content["players"]["quantum"]["changes"]) == set(METRICS)
    assert content["players"]["omniscient"]["metrics"]["win_probability"] == {
        "value": 1.0,
        "standard_error": 0.0,
    }


def test_pareto_curve():
    kappas = [0.3, 0.6, 1.0, 2.0, 4.0]
    seen = []
    curve = pareto(
        MODEL, kappas_s=np.array(kappas), noise=NOISE, progress=lambda *step: seen.append(step)
    )
    assert seen == [(i + 1, 5) for i in range(5)]
    assert [point.kappa_s for point in curve] == kappas
    for point in curve:
        classical, quantum, noisy, omniscient = (
            point.players[name] for name in ("classical", "quantum", "noisy quantum", "omniscient")
        )

        def worth(predicted, kappa_s=point.kappa_s):
            return kappa_s * predicted.bunch_probability - predicted.wait_s

        assert worth(classical) <= worth(quantum) + 2e-5
        assert worth(quantum) <= worth(omniscient) + 2e-5
        assert worth(noisy) <= worth(quantum) + 2e-5
    for name in ("classical", "quantum", "omniscient"):
        waits = [point.players[name].wait_s for point in curve]
        outputs = [point.players[name].output_rate for point in curve]
        assert waits == sorted(waits)
        assert outputs == sorted(outputs)
    assert json.loads(json.dumps(curve[0].to_dict()))["kappa_s"] == 0.3


def test_who_is_compared():
    assert list(players_of(GOAL)) == ["classical", "quantum", "omniscient"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"goal": MODEL},
            "`goal` must be ShortPairs or Weighted; received LoadBalancing. Cure: use"
            " Weighted(model=..., kappa_s=1).",
        ),
        (
            {"pairs": 1000},
            "`pairs` must be at least 11657 at this load, or the standard errors would be wrong;"
            " received 1000.",
        ),
        (
            {"pairs": 1e5 + 0.5},
            "`pairs` must be a whole number from 1 to 1000000000000; received 100000.5.",
        ),
        (
            {"goal": Weighted(model=replace(MODEL, arrival_rate_hz=0.99999999), kappa_s=1)},
            "`arrival_rate_hz` must leave the servers idle more often: a queue would remember too"
            " many pairs; received a load of 0.99999999. Cure: choose a smaller one.",
        ),
        ({"noise": 0.9}, "`noise` must be of type Noise or NoneType; received float."),
        ({"cells": 1}, "`cells` must be a whole number from 2 to 1024; received 1."),
        (
            {"rng": "seed"},
            "`rng` must be a seed (a whole number at 0 or above) or a numpy.random.Generator;"
            " received 'seed'. Cure: use rng=1 for results that can be repeated.",
        ),
    ],
)
def test_refusals(change, message):
    options = {"goal": GOAL, "pairs": 20_000} | change
    with pytest.raises(InputError) as caught:
        simulate(options.pop("goal"), **options)
    assert str(caught.value) == message


def test_a_weight_that_is_none():
    with pytest.raises(InputError) as caught:
        pareto(MODEL, kappas_s=[1.0, 0.0])
    assert str(caught.value) == "`kappa_s` must be positive; received 0."
    with pytest.raises(InputError) as caught:
        pareto(MODEL, kappas_s=1.0)
    assert (
        str(caught.value) == "`kappas_s` must be of type list or tuple or ndarray; received float."
    )


def test_the_unit_of_the_output_is_said():
    notes = simulate_load_balancing({}, pairs=20_000).notes
    assert notes[2] == (
        "Baseline output, per second of a server: t seconds without interruption by jobs yield t^2."
    )
    linear = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1, output=np.positive)
    told = simulate_load_balancing(Weighted(model=linear, kappa_s=1), pairs=20_000).notes
    assert told[2].endswith('yield what the function "positive" says.')
    assert ERROR_NOTE in told


def test_what_is_played_for_comes_first():
    """At this kappa routers with a pair wait longer, and do better all the same."""
    result = simulate_load_balancing({"kappa_s": 0.6}, pairs=400_000)
    classical, quantum = (result.players[name] for name in ("classical", "quantum"))
    assert result.measures[0].name == "net_s"
    for each in (classical, quantum):
        wait, bunched = (each.metrics[name].value for name in ("wait_s", "bunch_probability"))
        assert each.metrics["net_s"].value == pytest.approx(0.6 * bunched - wait)
        off = abs(each.metrics["net_s"].value - each.predicted["net_s"])
        assert off < 4 * each.metrics["net_s"].standard_error
    change = quantum.changes["net_s"]
    assert quantum.changes["wait_s"].difference.value > 0 < change.difference.value
    assert change.sigmas > 5
    assert change.difference.value == pytest.approx(
        quantum.metrics["net_s"].value - classical.metrics["net_s"].value
    )
    # Seconds, not per cent of a number whose zero means nothing.
    assert "%" not in result.findings()[0]
    assert json.loads(json.dumps(result.to_dict(), allow_nan=False))["players"]
