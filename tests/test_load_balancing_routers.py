"""The routers: values of the literature, formulas against play, locality."""

import numpy as np
import pytest
from scipy.integrate import dblquad

from xorgames.draws import Draws
from xorgames.scenarios.load_balancing_model import LoadBalancing, Noise
from xorgames.scenarios.load_balancing_routers import Omniscient, classical, quantum
from xorgames.scenarios.load_balancing_rules import Exchanging
from xorgames.scenarios.short_pairs import ShortPairs
from xorgames.scenarios.weighted_pairs import Weighted
from xorgames.solvers.tsirelson import tsirelson_bias

MODEL = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1)
C_STAR = 0.330032453
NOISE = Noise(visibility=0.9, readout_error=0.02, availability=0.7)


def short(threshold, model=MODEL):
    return ShortPairs(model=model, threshold=threshold)


def weighted(kappa_s, model=MODEL):
    return Weighted(model=model, kappa_s=kappa_s)


#: Cell averages, 2 to 32 cells.
QUANTUM = {
    0.10: [0.7245, 0.8285, 0.8794, 0.8843, 0.8874],
    0.30: [0.7910, 0.8086, 0.8235, 0.8263, 0.8271],
    C_STAR: [0.8014, 0.8129, 0.8245, 0.8266, 0.8273],
    0.50: [0.8466, 0.8573, 0.8621, 0.8633, 0.8636],
}


@pytest.mark.parametrize("threshold", QUANTUM)
def test_quantum_values_on_grids(threshold):
    for cells, value in zip((2, 4, 8, 16, 32), QUANTUM[threshold], strict=True):
        predicted = quantum(short(threshold), cells=cells).predict()
        assert predicted.win_probability == pytest.approx(value, abs=6e-5 + 1e-5)


CONTINUUM = {0.20: 0.844182, 0.30: 0.827356, 0.330032: 0.827578, 0.40: 0.835932, 0.50: 0.863731}


@pytest.mark.parametrize("threshold", CONTINUUM)
def test_continuous_angles_reach_the_limit_of_fine_grids(threshold):
    predicted = quantum(short(threshold)).predict()
    assert predicted.win_probability == pytest.approx(CONTINUUM[threshold], abs=6e-7)


@pytest.mark.parametrize("kappa_s", [0.05, 0.3, 0.7, 1.0, 4.0, 8.0, 30.0])
@pytest.mark.parametrize("load", [0.2, 0.5, 0.9])
def test_a_pair_is_never_worse_than_none(kappa_s, load):
    goal = weighted(kappa_s, LoadBalancing(arrival_rate_hz=load, service_rate_hz=1))
    classically, quantumly, best = (
        kappa_s * player.predict().bunch_probability - player.predict().wait_s
        for player in (classical(goal), quantum(goal), Omniscient(goal=goal))
    )
    assert classically - 2e-5 * kappa_s <= quantumly <= best + 2e-5 * kappa_s


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.330032, 0.45, 0.6])
def test_continuous_classical_routers_reach_the_closed_form(threshold):
    goal = short(threshold)
    predicted = classical(goal).predict().win_probability
    assert predicted == pytest.approx(goal.classical_value, abs=2e-5)


def test_linear_angles_explain_the_figure_0_81():
    """Angles that are linear in u give 0.814 at C*, far from the optimum 0.8276."""
    cells = 512
    u = (np.arange(cells) + 0.5) / cells
    matrix = short(C_STAR).matrix(cells)
    best = 0.0
    for slope in np.radians(np.arange(60, 200, 2)):
        at = np.exp(1j * slope * u)
        # The best constant offset turns the sum to the positive axis.
        best = max(best, abs(at @ matrix @ at))
    assert (1 + best) / 2 == pytest.approx(0.814, abs=2e-3)


@pytest.mark.parametrize("goal", [short(0.2), short(C_STAR), weighted(0.7), weighted(1.0)])
def test_one_plane_reaches_the_tsirelson_bound(goal):
    cells = 24
    matrix = goal.matrix(cells)
    bound, _ = tsirelson_bias(matrix)
    x = -np.log((np.arange(cells) + 0.5) / cells)
    routers = quantum(goal, cells=cells)
    bias = ((routers.alice(x) @ routers.bob(x).T) * matrix).sum()
    assert bias == pytest.approx(bound.upper, rel=1e-7)


def test_the_numbers_of_the_reconstruction():
    """They belong to routers that know their service time to one of 60 cells."""
    before, after = (make(weighted(1.0), cells=60).predict() for make in (classical, quantum))
    assert before.wait_s == pytest.approx(1.35743, abs=1.5e-5)
    assert before.bunch_probability == pytest.approx(0.63333, abs=1.5e-5)
    assert before.output_rate == pytest.approx(2.92683, abs=3e-5)
    assert after.wait_s == pytest.approx(1.34369, abs=1.5e-5)
    assert after.bunch_probability == pytest.approx(0.64847, abs=1.5e-5)
    assert after.output_rate == pytest.approx(2.95961, abs=3e-5)


PLAYERS = {
    "classical": classical(weighted(2.0)),
    "classical, cells": classical(weighted(0.3), cells=20),
    "quantum": quantum(weighted(1.0)),
    "quantum, cells": quantum(short(0.25), cells=10),
    "noisy": quantum(weighted(1.0), noise=NOISE),
    "one-sided readout": quantum(weighted(1.0), noise=Noise(readout_error=(0.0, 0.3))),
    "one-sided, empty": quantum(
        weighted(1.0), noise=Noise(readout_error=(0.4, 0.1), availability=0.6)
    ),
    "omniscient": Omniscient(goal=weighted(1.0)),
    "omniscient, short": Omniscient(goal=short(0.4)),
}


def played(player, pairs, seed=0):
    x1, x2 = np.random.default_rng(seed).standard_exponential((2, pairs))
    return x1, x2, *player.servers(x1, x2, list(range(seed, seed + 5)))


@pytest.mark.parametrize("name", PLAYERS)
def test_formulas_against_play(name):
    player, pairs = PLAYERS[name], 400_000
    x1, x2, a, b = played(player, pairs)
    goal, predicted = player.goal, player.predict()
    bunched, right = a == b, x2 <= goal.limit_s(x1)
    costs = MODEL.cost_s(x1, x2) * bunched
    for values, expected in (
        (bunched, predicted.bunch_probability),
        (bunched == right, predicted.win_probability),
        (costs, predicted.wait_s - MODEL.wait_s(0.0)),
    ):
        error = values.std() / np.sqrt(pairs)
        assert abs(values.mean() - expected) < 4 * error + 2e-5
    for servers in (a, b):
        assert abs(servers.mean() - 0.5) < 4 * 0.5 / np.sqrt(pairs)


def test_omniscient_by_numerical_integration():
    goal = weighted(1.0)

    def limit(x1):
        return float(max(goal.limit_s(np.array(x1)), 0.0))

    def density(x2, x1):
        return np.exp(-x1 - x2)

    bunch, _ = dblquad(density, 0, 4, 0, limit)
    cost, _ = dblquad(lambda x2, x1: MODEL.cost_s(x1, x2) * density(x2, x1), 0, 4, 0, limit)
    predicted = Omniscient(goal=goal).predict()
    assert predicted.bunch_probability == pytest.approx(bunch, abs=1e-5)
    assert predicted.wait_s == pytest.approx(MODEL.wait_s(cost), abs=1e-5)
    assert predicted.win_probability == pytest.approx(1)


@pytest.mark.parametrize(
    "name", ["classical", "quantum", "noisy", "quantum, cells", "one-sided readout"]
)
def test_a_router_decides_from_its_own_service_time(name):
    """The first to decide does not even have the other's; the second's bits stay fair coins."""
    player = PLAYERS[name]
    x1, x2 = np.random.default_rng(1).standard_exponential((2, 50_000))
    before, _ = player.servers(x1, x2, [1, 2, 3, 4, 5])
    after, _ = player.servers(x1, np.zeros_like(x2), [1, 2, 3, 4, 5])
    assert np.array_equal(before, after)
    for constant in (0.0, 1.0, 50.0):
        _, servers = player.servers(np.full_like(x1, constant), x2, [1, 2, 3, 4, 5])
        assert abs(servers.mean() - 0.5) < 4 * 0.5 / np.sqrt(50_000)


def test_no_pairs_at_all_is_classical():
    goal = weighted(1.0)
    nothing = quantum(goal, noise=Noise(availability=0.0))
    assert nothing.predict() == classical(goal).predict()
    _, _, a, b = played(nothing, 10_000)
    _, _, c, d = played(classical(goal), 10_000)
    assert np.array_equal(a, c)
    assert np.array_equal(b, d)


def test_noise_takes_its_factor_from_the_correlation():
    goal = short(C_STAR)
    ideal = quantum(goal).predict().win_probability
    noisy = quantum(goal, noise=Noise(visibility=0.8, readout_error=0.01)).predict()
    assert noisy.win_probability - 0.5 == pytest.approx(0.8 * 0.98**2 * (ideal - 0.5))


def test_errors_of_one_outcome_send_no_more_jobs_to_one_server():
    """Without the exchange of roles a readout that misses every third 1 would: 2/3 to server 0."""
    player = quantum(weighted(1.0), noise=Noise(readout_error=(0.0, 1 / 3)))
    for constant in (0.1, 5.0):
        x = np.full(100_000, constant)
        for servers in player.servers(x, x, [11, 12, 13, 14, 15]):
            assert abs(servers.mean() - 0.5) < 4 * 0.5 / np.sqrt(100_000)


def test_the_exchange_of_roles_makes_both_errors_their_mean():
    """Played with the exchange, one-sided errors have the law of a readout with the mean error."""
    rounds, vector = np.arange(200_000), np.array([[1.0, 0.0]])
    errors = (0.3, 0.05)
    for outcome, other in ((0, 1), (1, 0)):
        rule = Exchanging(
            lambda x: np.repeat(vector, len(x), axis=0),
            lambda _, vectors, sign=1 - 2 * outcome: (sign * vectors[:, 0]).astype(np.int8),
            errors,
            Draws(3),
        )
        wrong = (rule.answer(rounds, rounds) == other).mean()
        assert wrong == pytest.approx(0.175, abs=4 * 0.5 / np.sqrt(len(rounds)))


def test_equal_errors_are_played_as_one_number():
    one, two = (
        played(quantum(weighted(1.0), noise=Noise(readout_error=error)), 1000)
        for error in (0.1, (0.1, 0.1))
    )
    assert np.array_equal(one[2], two[2])
    assert np.array_equal(one[3], two[3])


def test_units_scale():
    slow = LoadBalancing(arrival_rate_hz=0.005, service_rate_hz=0.01)
    one, other = quantum(weighted(1.0)).predict(), quantum(weighted(100.0, slow)).predict()
    assert other.wait_s == pytest.approx(100 * one.wait_s)
    assert other.bunch_probability == pytest.approx(one.bunch_probability)
    assert other.output_rate == pytest.approx(100 * one.output_rate)
    assert set(one.to_dict()) == {
        "win_probability",
        "bunch_probability",
        "wait_s",
        "output_rate",
    }
