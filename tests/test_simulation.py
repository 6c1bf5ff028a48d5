"""The event simulation against formulas, Markov chains and a second one; what it refuses."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from tests.event_witness import Setting, Witness
from xorgames.errors import InputError
from xorgames.hardware import simulation
from xorgames.hardware.pair_store import PairStore, value_with_fallback
from xorgames.hardware.simulation import Demand, Estimate, Faults, Node, simulate_node
from xorgames.hardware.simulation_result import MEANS

#: Pairs as good as Poisson, 2000 a second: attempts of 1 us without pause.
PLAIN = Node(
    trial_time_s=1e-6,
    link_time_s=0,
    decision_time_s=0,
    reset_time_s=0,
    success_probability=0.002,
    atoms=1,
)
#: Everything matters: few atoms, long link, frequent success.
SMALL = Node(
    trial_time_s=1.0,
    link_time_s=4.0,
    decision_time_s=0.9,
    reset_time_s=0.7,
    success_probability=0.2,
    atoms=3,
)


@pytest.fixture(scope="module")
def displayed():
    return Node.of(xg.load_design("yb_cavity"), profile="displayed")


def test_the_reference_design_for_a_second(displayed):
    run = simulate_node(displayed, duration_s=1.0, rng=1)
    assert abs(run.rate_hz.errors_from(7854.545)) < 3
    assert 60 < run.rate_hz.standard_error < 130
    assert run.channel_use.value == pytest.approx(0.5978, abs=1e-4)
    assert run.attempts == pytest.approx(1_030_715, abs=2)
    assert run.combined_infidelity.value == pytest.approx(0.0609727, abs=1e-7)
    assert (run.no_pair, run.longest_starvation_s < 0.002) == (None, True)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize(("rate", "places"), [(8e3, 1), (4e3, 4), (12e3, 6)])
def test_the_formulas_of_the_store(displayed, order, rate, places):
    node = replace(displayed, ageing_time_s=0.01)
    demand = Demand(rate_hz=rate, places=places, order=order)
    run = simulate_node(node, duration_s=2.0, demand=demand, rng=2)
    assert set(run.formulas) == set(MEANS)
    for name, expected in run.formulas.items():
        if name != "atom_use":
            assert abs(getattr(run, name).errors_from(expected)) < 4, name
    assert run.atom_use.value == pytest.approx(run.formulas["atom_use"], rel=1e-3)
    store = PairStore(pair_rate_hz=node.rate_hz, decision_rate_hz=rate, places=places, order=order)
    for fraction in (0.1, 0.5, 0.9):
        older = store.age_survival(run.age_quantile_s(fraction))
        assert older == pytest.approx(1 - fraction, abs=0.03)


def chain(rates, size):
    """The stationary law of a Markov chain; rates as {(from, to): rate}."""
    flow = np.zeros((size, size))
    for (start, end), rate in rates.items():
        flow[start, end] += rate
        flow[start, start] -= rate
    law = np.linalg.lstsq(
        np.vstack([flow.T, np.ones(size)]), np.append(np.zeros(size), 1), rcond=None
    )[0]
    assert law.min() > -1e-12
    return law


def test_bursts_against_a_markov_chain():
    places, burst, rate = 5, 3, 2500.0
    rates = {(n, n + 1): 2000.0 for n in range(places)}
    rates |= {(n, max(0, n - burst)): rate / burst for n in range(1, places + 1)}
    law = chain(rates, places + 1)
    missed = sum(law[n] * (burst - n) for n in range(burst)) / burst
    demand = Demand(rate_hz=rate, places=places, burst_size=burst)
    run = simulate_node(PLAIN, duration_s=4.0, demand=demand, rng=3)
    assert missed > PairStore(pair_rate_hz=2000, decision_rate_hz=rate, places=places).no_pair + 0.1
    assert abs(run.no_pair.errors_from(missed)) < 4
    assert run.no_pair.standard_error < 0.015


def test_periodic_decisions_against_a_markov_chain():
    places, rate = 3, 2500.0
    step = np.zeros((places + 1, places + 1))
    for left in range(places + 1):
        for more in range(60):
            there = min(places, left + more)
            chance = math.exp(-2000 / rate) * (2000 / rate) ** more / math.factorial(more)
            step[left, max(0, there - 1)] += chance
    law = np.linalg.matrix_power(step, 500)[0]
    missed = law[0] * math.exp(-2000 / rate)
    demand = Demand(rate_hz=rate, places=places, pattern="periodic")
    run = simulate_node(PLAIN, duration_s=4.0, demand=demand, rng=4)
    assert abs(run.no_pair.errors_from(missed)) < 4
    assert run.no_pair.standard_error < 0.015


def test_a_link_that_drops_against_a_markov_chain():
    places, rate, up_s, down_s = 4, 1500.0, 0.004, 0.002
    rates = {}
    for n in range(places + 1):
        rates |= {(n, n + 5): 1 / up_s, (n + 5, n): 1 / down_s}
        if n < places:
            rates |= {(n, n + 1): 2000.0, (n + 5, n + 6): 500.0}
        if n > 0:
            rates |= {(n, n - 1): rate, (n + 5, n + 4): rate}
    law = chain(rates, 10)
    faults = Faults(mean_up_s=up_s, mean_down_s=down_s, success_while_down=0.25)
    demand = Demand(rate_hz=rate, places=places)
    run = simulate_node(PLAIN, duration_s=4.0, demand=demand, faults=faults, rng=5)
    assert abs(run.no_pair.errors_from(law[0] + law[5])) < 4
    assert abs(run.rate_hz.errors_from(1500.0)) < 4
    assert run.formulas["rate_hz"] == pytest.approx(1500.0)
    assert "no_pair" not in run.formulas


def test_one_atom_that_keeps_its_pair_is_a_renewal_process():
    node, rate = replace(SMALL, atoms=1), 0.3
    cycle = 4 * 5.7 + 5.0 + 1 / rate + 1.6
    run = simulate_node(node, duration_s=3e5, demand=Demand(rate_hz=rate), hold="as-needed", rng=6)
    assert abs(run.rate_hz.errors_from(1 / cycle)) < 4
    assert abs(run.no_pair.errors_from(1 - 1 / (rate * cycle))) < 4
    assert abs(run.age_mean_s.errors_from(1 / rate)) < 4
    assert run.formulas == {}


def test_a_failure_that_frees_its_atom_earlier():
    node = replace(SMALL, atoms=1)
    run = simulate_node(node, duration_s=3e5, hold="as-needed", rng=7)
    assert run.attempt_rate_hz.value == pytest.approx(node.most_attempts_hz, rel=1e-3)
    assert node.most_attempts_hz == pytest.approx(1 / (0.8 * 5.7 + 0.2 * 6.6))


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_the_atom_of_a_lost_pair_comes_back_after_its_reset(order):
    # One of two atoms always holds the pair that nobody asks for: the other, or after a success
    # the one whose pair was lost, goes on after tau_e + tau_link + tau_res.
    demand = Demand(rate_hz=1e-9, places=1, order=order)
    node = replace(SMALL, atoms=2)
    run = simulate_node(node, duration_s=5.7e4, demand=demand, hold="as-needed", rng=13)
    assert run.attempts == pytest.approx(1e4, abs=2)
    assert run.lost == run.heralded > 1000


def test_an_atom_returns_to_its_own_channel():
    # Two channels of one atom, busy for 4 s of a cycle of 6.6 s: one alone could not do as much.
    node = replace(SMALL, trial_time_s=4, link_time_s=1, success_probability=1, atoms=1, channels=2)
    demand = Demand(rate_hz=1e3, places=4, pattern="periodic")
    run = simulate_node(node, duration_s=6.6e3, demand=demand, hold="as-needed", rng=14)
    assert run.attempt_rate_hz.value == pytest.approx(1 / 6.6, rel=1e-3)


@pytest.mark.parametrize("atoms", [2, 7])
def test_jitter_holds_the_atoms_longer(atoms):
    node = replace(SMALL, atoms=atoms, success_probability=0.01)
    run = simulate_node(node, duration_s=1e5, faults=Faults(herald_jitter_s=3.0), rng=8)
    limit = min(1.0, atoms / (6.6 + 3.0))
    # Atoms that come free together queue for the channel: below the limit, but not by much.
    assert 0.85 * limit < run.attempt_rate_hz.value < limit
    assert run.formulas == {}


def test_channels_add_up():
    run = simulate_node(replace(SMALL, channels=5), duration_s=2e4, rng=9)
    assert abs(run.rate_hz.errors_from(5 * SMALL.rate_hz)) < 4
    assert run.attempt_rate_hz.value == pytest.approx(3 / 6.6, rel=1e-3)
    assert run.atom_use.value == pytest.approx(1.0)


def test_more_atoms_than_a_channel_needs():
    run = simulate_node(replace(SMALL, atoms=20), duration_s=2e4, rng=10)
    assert run.channel_use.value == pytest.approx(1.0, abs=1e-3)
    assert run.atom_use.value == pytest.approx(6.6 / 20, rel=1e-3)
    assert run.formulas["atom_use"] == pytest.approx(6.6 / 20)


def test_without_chance_every_number_is_known():
    node = Node(
        trial_time_s=1,
        link_time_s=3,
        decision_time_s=1,
        reset_time_s=1,
        success_probability=1,
        atoms=2,
    )
    demand = Demand(rate_hz=1 / 2, places=3, pattern="periodic")
    run = simulate_node(node, duration_s=320 * 6, demand=demand, rng=0)
    assert (run.attempts, run.heralded, run.used, run.lost) == (640, 640, 640, 0)
    assert run.no_pair.value == pytest.approx(1 / 3)
    assert run.longest_starvation_s <= 3.0
    assert run.store_growth == 0
    # Pairs come every 3 s, decisions every 2 s: the ages of two pairs differ by one second.
    assert 0.5 <= run.age_mean_s.value < 1.5


SETTINGS = [
    Setting(1.0, 4.0, 0.9, 0.7, 0.2, 3, "always", 0.08, 2, "newest"),
    Setting(1.0, 4.0, 0.9, 0.7, 0.2, 3, "as-needed", 0.08, 2, "newest"),
    Setting(1.0, 4.0, 0.9, 0.7, 0.3, 4, "as-needed", 0.1, 3, "oldest", jitter=1.5),
    Setting(1.0, 2.0, 0.5, 0.7, 0.5, 2, "as-needed", 0.15, 4, "oldest", burst=2),
    Setting(1.0, 2.0, 0.5, 0.7, 0.5, 4, "always", 0.3, 3, "newest", periodic=True, jitter=2.0),
    Setting(1.0, 4.0, 0.9, 0.7, 0.4, 5, "as-needed", 0.2, 2, "newest", 3, False, 0.3, 90, 40, 0.1),
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_second_simulation_agrees(setting):
    witness = Witness(setting, window=2000.0, windows=20, seed=11)
    rows = witness.run()
    node = Node(
        trial_time_s=setting.trial,
        link_time_s=setting.link,
        decision_time_s=setting.decision,
        reset_time_s=setting.reset,
        success_probability=setting.success,
        atoms=setting.atoms,
    )
    faults = Faults(
        herald_jitter_s=setting.jitter,
        mean_up_s=None if setting.up == math.inf else setting.up,
        mean_down_s=setting.down or None,
        success_while_down=setting.while_down,
    )
    demand = Demand(
        rate_hz=setting.rate,
        places=setting.places,
        order=setting.order,
        burst_size=setting.burst,
        pattern="periodic" if setting.periodic else "poisson",
    )
    run = simulate_node(
        node, duration_s=4e5, demand=demand, faults=faults, hold=setting.hold, rng=12
    )
    here = {"made": run.rate_hz.value, "lost": run.lost / run.duration_s}
    here["missed"] = run.no_pair.value * setting.rate
    for key, rate in here.items():
        there = np.array([row[key] for row in rows]) / 2000
        error = there.std(ddof=1) / math.sqrt(len(there))
        assert abs(there.mean() - rate) <= 4 * error + 1e-3 * rate, key
    # The law of the ages: the witness's ages fall into the quantiles found here as they should.
    for fraction in (0.25, 0.5, 0.75, 0.95):
        below = np.mean(np.array(witness.ages) <= run.age_quantile_s(fraction))
        assert below == pytest.approx(fraction, abs=0.03)


demands = st.builds(
    Demand,
    rate_hz=st.floats(0.01, 3.0),
    places=st.integers(1, 9),
    burst_size=st.integers(1, 4),
    order=st.sampled_from(["newest", "oldest"]),
    pattern=st.sampled_from(["poisson", "periodic"]),
)
troubles = st.sampled_from(
    [Faults(), Faults(herald_jitter_s=2.0), Faults(mean_up_s=9.0, mean_down_s=20.0)]
)


@settings(max_examples=60, deadline=None)
@given(
    times=st.tuples(*[st.just(0.0) | st.floats(0.001, 5.0)] * 3),
    success=st.floats(0.01, 1.0),
    counts=st.tuples(st.integers(1, 6), st.integers(1, 3)),
    demand=demands,
    faults=troubles,
    hold=st.sampled_from(["always", "as-needed"]),
    seed=st.integers(0, 2**32),
)
def test_nothing_is_lost_or_made_up(times, success, counts, demand, faults, hold, seed):
    atoms, channels = counts
    node = Node(
        trial_time_s=1.0,
        link_time_s=times[0],
        decision_time_s=times[1],
        reset_time_s=times[2],
        success_probability=success,
        atoms=atoms,
        channels=channels,
        ageing_infidelity=0.3,
        ageing_time_s=10.0,
    )
    run = simulate_node(node, duration_s=300.0, demand=demand, faults=faults, hold=hold, rng=seed)
    assert run.heralded == run.used + run.lost + run.store_growth
    assert abs(run.store_growth) <= demand.places
    assert run.age_counts.sum() == run.used
    assert run.duration_s == pytest.approx(300.0)
    assert -1e-9 <= run.atom_use.value <= 1 + 1e-9
    assert run.attempts <= channels * 301
    room = demand.places if hold == "always" else min(demand.places, atoms * channels)
    assert 0 <= run.stored_mean.value <= room
    assert run.no_pair is None or 0 <= run.no_pair.value <= 1
    if run.used:
        assert 0 <= run.combined_infidelity.value <= 1
        assert run.age_quantile_s(0.5) <= run.age_quantile_s(1.0)
    json.dumps(run.to_dict(), allow_nan=False)


def test_the_atoms_of_stored_pairs_are_missing():
    demand = Demand(rate_hz=1e-9, places=50)
    held = simulate_node(SMALL, duration_s=2000.0, demand=demand, hold="as-needed", rng=0)
    assert (held.attempts, held.used, held.stored_mean.value) == (0, 0, 3.0)
    assert (held.age_mean_s, held.combined_infidelity, held.age_quantile_s(0.5)) == (None,) * 3
    assert held.no_pair is None
    assert held.value(xg.solve(xg.catalog.chsh())) is None
    apart = simulate_node(SMALL, duration_s=2000.0, demand=demand, rng=0)
    assert apart.stored_mean.value == pytest.approx(50.0, rel=0.2)


def test_the_value_of_a_game():
    solution = xg.solve(xg.catalog.chsh())
    run = simulate_node(PLAIN, duration_s=0.5, demand=Demand(rate_hz=2e3), rng=1)
    value = run.value(solution)
    bound = value_with_fallback(solution, no_pair=run.no_pair.value, combined_infidelity=0.0)
    assert value.value == bound.lower
    assert 0.75 < value.value < 0.8536
    gap = (math.sqrt(2) - 1) / 4
    assert value.standard_error == pytest.approx(gap * run.no_pair.standard_error)


def test_seeds_streams_and_sums():
    runs = [simulate_node(SMALL, duration_s=1e3, rng=rng) for rng in (3, np.random.default_rng(3))]
    runs.append(simulate_node(SMALL, duration_s=1e3, rng=np.random.SeedSequence(3)))
    other = simulate_node(SMALL, duration_s=1e3, rng=4)
    assert all((run.windows == runs[0].windows).all() for run in runs)
    assert (other.windows != runs[0].windows).any()
    both = runs[0] + other
    assert both.duration_s == pytest.approx(2e3)
    assert both.heralded == runs[0].heralded + other.heralded
    assert both.age_counts.sum() == both.used
    assert both.longest_starvation_s == max(run.longest_starvation_s for run in (runs[0], other))
    with pytest.raises(ValueError, match="read-only"):
        both.windows[0, 0] = 1.0


def test_many_pieces_are_one_run(monkeypatch):
    seen = []
    demand = Demand(rate_hz=0.07, places=3)
    # With these times no event falls on the border of two windows, where rounding would decide.
    node = replace(SMALL, link_time_s=math.pi)
    whole = simulate_node(node, duration_s=2e4, demand=demand, rng=5)
    monkeypatch.setattr(simulation, "_PIECE_EVENTS", 50)
    cut = simulate_node(
        node, duration_s=2e4, demand=demand, rng=5, progress=lambda *part: seen.append(part)
    )
    assert len(seen) > 200
    assert seen[-1] == (len(seen), len(seen))
    assert np.allclose(cut.windows, whole.windows)


def test_an_interrupt_leaves_the_complete_windows():
    whole = simulate_node(SMALL, duration_s=1e3, rng=6)

    def stop_at(last):
        def progress(done, total):
            assert total == 33
            if done == last:
                raise KeyboardInterrupt

        return progress

    run = simulate_node(SMALL, duration_s=1e3, rng=6, progress=stop_at(10))
    assert run.interrupted
    assert not whole.interrupted
    assert (run.windows == whole.windows[:8]).all()
    assert run.to_dict()["interrupted"] is True
    assert (run + whole).interrupted
    with pytest.raises(KeyboardInterrupt):
        simulate_node(SMALL, duration_s=1e3, rng=6, progress=stop_at(3))


def test_counts_too_small_to_tell():
    run = simulate_node(SMALL, duration_s=1e-9, rng=0)
    assert (run.heralded, run.rate_hz.value) == (0, 0.0)
    assert run.rate_hz.standard_error == pytest.approx(1e9)


def test_windows_must_be_long():
    demand = Demand(rate_hz=2e3, places=3)
    run = simulate_node(PLAIN, duration_s=1.0, demand=demand, rng=0)
    # Of the four eigenvalues of this store, 0 aside, 4 kHz (1 - cos 45 degrees) is the smallest.
    assert run.memory_s == pytest.approx(1 / (4e3 * (1 - math.sqrt(0.5))))
    assert run.errors_hold
    slow = Faults(mean_up_s=0.3, mean_down_s=0.1)
    run = simulate_node(PLAIN, duration_s=1.0, demand=demand, faults=slow, rng=0)
    assert run.memory_s == pytest.approx(0.075)
    assert (run.errors_hold, run.to_dict()["errors_hold"]) == (False, False)
    run = simulate_node(SMALL, duration_s=1e4, rng=0)
    assert (run.memory_s, run.errors_hold) == (SMALL.occupancy_time_s, True)


def test_estimates():
    assert str(Estimate(value=7845.123, standard_error=88.04)) == "7845 ± 88"
    assert Estimate(value=1.0, standard_error=0.0).errors_from(1.0) == 0.0
    assert Estimate(value=1.0, standard_error=0.0).errors_from(2.0) == -math.inf
    assert Estimate(value=3.0, standard_error=0.5).to_dict() == {
        "value": 3.0,
        "standard_error": 0.5,
    }


def test_the_standard_error_is_that_of_repeated_runs():
    demand = Demand(rate_hz=0.08, places=2)
    runs = [simulate_node(SMALL, duration_s=5e3, demand=demand, rng=seed) for seed in range(200)]
    for name in ("rate_hz", "no_pair", "age_mean_s"):
        means = [getattr(run, name) for run in runs]
        spread = np.std([mean.value for mean in means], ddof=1)
        claimed = math.sqrt(np.mean([mean.standard_error**2 for mean in means]))
        assert claimed == pytest.approx(spread, rel=0.25), name


POSITIVE = "`{}` must be positive; received {}."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"node": 7}, "`node` must be of type Node; received int. Cure: give a Design, or a Node "
         "of your own numbers."),
        ({"duration_s": 0}, POSITIVE.format("duration_s", 0)),
        ({"duration_s": math.nan}, "`duration_s` must be finite; received nan."),
        ({"duration_s": True}, "`duration_s` must be a number; received True. Cure: true and false "
         "are not numbers."),
        ({"duration_s": 1e14}, "`duration_s` must not take more than 1e+12 events; received about "
         "6.5e+13 events. Cure: simulate for a shorter time; runs of different seeds add up."),
        ({"node": replace(PLAIN, trial_time_s=1e-29)}, "`duration_s` must not take more than 1e+12 "
         "events; received about 1e+29 events. Cure: simulate for a shorter time; runs of "
         "different seeds add up."),
        ({"faults": Faults(mean_up_s=1e-20, mean_down_s=2e-20)}, "`duration_s` must not take more "
         "than 1e+12 events; received about 4.5e+21 events. Cure: simulate for a shorter time; "
         "runs of different seeds add up."),
        ({"node": replace(SMALL, atoms=10**6, channels=2)}, "`atoms` must not exceed 1000000 on "
         "all channels together; received 2e+06."),
        ({"demand": 8e3}, "`demand` must be of type Demand or NoneType; received float."),
        ({"faults": "rain"}, "`faults` must be of type Faults or NoneType; received str."),
        ({"hold": "allways"}, '`hold` must be "always" or "as-needed"; received \'allways\'. '
         "Cure: did you mean `always`?"),
        ({"hold": None}, '`hold` must be "always" or "as-needed"; received None. '
         "Cure: use one of always, as-needed."),
        ({"rng": -1}, "`rng` must be a whole number, 0 or more, a SeedSequence or a Generator; "
         "received -1."),
        ({"rng": True}, "`rng` must be a whole number, 0 or more, a SeedSequence or a Generator; "
         "received True."),
        ({"rng": "dice"}, "`rng` must be a whole number, 0 or more, a SeedSequence or a Generator; "
         "received 'dice'."),
    ],
)  # fmt: skip
def test_what_is_refused(arguments, message):
    with pytest.raises(InputError) as error:
        simulate_node(**({"node": SMALL} | arguments))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (Demand, {"rate_hz": 0}, POSITIVE.format("rate_hz", 0)),
        (Demand, {"rate_hz": "8"}, "`rate_hz` must carry a unit; received '8'. Cure: write 8kHz."),
        (Demand, {"rate_hz": 1, "places": 0},
         "`places` must be a whole number, 1 or more; received 0."),
        (Demand, {"rate_hz": 1, "places": 10**7},
         "`places` must not exceed 1000000; received 10000000."),
        (Demand, {"rate_hz": 1, "burst_size": 1.5},
         "`burst_size` must be a whole number, 1 or more; received 1.5."),
        (Demand, {"rate_hz": 1, "burst_size": 10**20},
         "`burst_size` must not exceed 1000000; received 100000000000000000000."),
        (Demand, {"rate_hz": 1, "order": "fresh"}, '`order` must be "newest" or "oldest"; received '
         "'fresh'. Cure: use one of newest, oldest."),
        (Demand, {"rate_hz": 1, "pattern": 3}, '`pattern` must be "poisson" or "periodic"; '
         "received 3. Cure: use one of poisson, periodic."),
        (Faults, {"herald_jitter_s": -1}, "`herald_jitter_s` must not be negative; received -1."),
        (Faults, {"mean_up_s": 1}, "`mean_down_s` must be given together with mean_up_s. Cure: or "
         "leave out both."),
        (Faults, {"mean_down_s": 1}, "`mean_up_s` must be given together with mean_down_s. Cure: "
         "or leave out both."),
        (Faults, {"success_while_down": 20}, "`success_while_down` must lie in [0, 1]; received "
         "20. Cure: write 0.2 for 20 %."),
    ],
)  # fmt: skip
def test_what_settings_are_refused(make, arguments, message):
    with pytest.raises(InputError) as error:
        make(**arguments)
    assert str(error.value) == message


def test_all_problems_at_once():
    with pytest.raises(InputError) as error:
        Faults(herald_jitter_s=-1, mean_up_s=math.inf, success_while_down=2)
    assert [problem.key for problem in error.value.problems] == [
        "herald_jitter_s",
        "mean_up_s",
        "success_while_down",
    ]


def test_only_what_is_alike_adds_up():
    run = simulate_node(SMALL, duration_s=10.0, rng=0)
    with pytest.raises(InputError) as error:
        run + simulate_node(SMALL, duration_s=10.0, hold="as-needed", rng=1)
    assert str(error.value) == (
        "`hold` must be the same in both simulations that are added; received always and as-needed."
    )
    with pytest.raises(InputError, match="`other` must be of type Simulated; received int"):
        run + 1
    with pytest.raises(InputError, match=r"`fraction` must lie in \(0, 1\]; received 0\."):
        run.age_quantile_s(0)
