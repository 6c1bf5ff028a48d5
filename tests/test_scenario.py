"""From a scenario to a game and its players: estimation, refusals, reproducibility."""

from dataclasses import dataclass
from importlib import resources

import numpy as np
import pytest

import xorgames as xg
from xorgames.errors import InputError
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.pair_store import PairStore
from xorgames.hardware.schedule import Node
from xorgames.scenarios import engine, estimation
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.game_scenario import GameScenario, best_law
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.players import Machine, players_of, rule_in_words
from xorgames.scenarios.result import ERROR_NOTE
from xorgames.scenarios.scenario import Rounds, Scenario
from xorgames.strategy import DeterministicStrategy

CHSH = GameScenario(game=xg.catalog.chsh())
FAR = Conditions(distance_m=50e3, local_time_s=10e-6)


class Made(Scenario):
    """A scenario from two functions."""

    name, shape = "made", (2, 2)

    def __init__(self, cost, x=None):
        self._cost, self._x = cost, x

    def draw(self, rounds, rng):
        x, y = rng.integers(0, 2, (2, rounds))
        return Rounds(x=x if self._x is None else self._x(rounds), y=y)

    def cost(self, seen, a, b):
        return self._cost(seen, a, b)


def chsh_cost(seen, a, b):
    return ((a ^ b) != (seen.x & seen.y)).astype(float)


def message(call, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_chsh_comes_back_from_its_rounds():
    found = prepare(Made(chsh_cost), rounds=40_000)
    game = found.estimated.game
    assert np.abs(game.distribution - 0.25).max() < 0.01
    assert game.payoff.tolist() == [[[0, -1], [0, -1]], [[0, -1], [-1, 0]]]
    assert found.estimated.xor_share == 1
    assert found.estimated.counts.sum() == found.estimated.samples == 40_000
    assert found.solution.quantum.value.lower == pytest.approx(-0.1464, abs=0.002)


def test_the_gap_has_the_error_of_its_spread():
    gaps = []
    for seed in range(60):
        found = prepare(CHSH, rounds=2000, rng=seed)
        fixed = xg.solve(CHSH.game)
        ours = fixed.one_pair.strategy.correlators
        gaps.append(found.estimated.gap(ours, fixed.classical.strategy.correlators))
    values = [each.value for each in gaps]
    assert np.mean(values) == pytest.approx(0.103553, abs=4 * np.std(values) / 60**0.5)
    assert np.std(values) == pytest.approx(gaps[0].standard_error, rel=0.35)


class Sticky(GameScenario):
    """CHSH whose inputs stay the same for ten rounds."""

    def draw(self, rounds, rng):
        drawn = super().draw(-(-rounds // 10), rng)
        x, y = (np.repeat(each, 10)[:rounds] for each in (drawn.x, drawn.y))
        return Rounds(x=x, y=y)


def test_equal_strategies_have_no_gap():
    correlators = np.ones((2, 2))
    gap = prepare(CHSH, rounds=2000).estimated.gap(correlators, correlators)
    assert (str(gap.value), gap.standard_error) == ("0.0", 0.0)


def test_rounds_that_depend_on_each_other_have_larger_errors():
    scenario, exact = Sticky(game=CHSH.game), xg.solve(CHSH.game)
    ours, theirs = exact.one_pair.strategy, exact.classical.strategy
    gaps = []
    for seed in range(60):
        found = prepare(scenario, rounds=20_000, rng=seed)
        gaps.append(found.estimated.gap(ours.correlators, theirs.correlators))
    stated = np.sqrt(np.mean([each.standard_error**2 for each in gaps]))
    # Four times in 1000 an honest error is off by so much; that of independent rounds is a third.
    assert np.std([each.value for each in gaps]) == pytest.approx(stated, rel=0.27)


class Rare(Scenario):
    """Many inputs, most of them rare, and much noise that one party could settle if it knew."""

    name, shape = "rare", (20, 20)

    def draw(self, rounds, rng):
        x, y = np.minimum(rng.geometric(0.3, (2, rounds)) - 1, 19)
        return Noisy(x=x, y=y, noise=rng.normal(size=(2, rounds)))

    def cost(self, seen, a, b):
        return ((a ^ b) != (seen.x * seen.y > 0)) + a * seen.noise[0] + b * seen.noise[1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Noisy(Rounds):
    noise: np.ndarray


@pytest.mark.parametrize("seed", range(5))
def test_a_few_rounds_of_a_cell_refuse_no_game(seed):
    """Two rounds differ from zero by five of their own errors once in eight times."""
    found = prepare(Rare(), rounds=3000, rng=seed).estimated
    few = (found.counts > 1) & (found.counts < 6)
    assert few.sum() > 20
    assert np.isinf(found.payoff_error[found.counts < 2]).all()


def test_a_rare_cell_that_is_no_xor_game_is_found_all_the_same():
    class Tilted(Rare):
        def cost(self, seen, a, b):
            return super().cost(seen, a, b) + 100 * a * (seen.x == 7)

    text = message(prepare, Tilted(), rounds=3000)
    assert text.startswith("`cost at x = 7, y = 0` must depend on the parity a xor b alone")


def test_many_inputs_have_fewer_batches_and_the_same_game(monkeypatch):
    whole = prepare(CHSH, rounds=2000).estimated
    monkeypatch.setattr(estimation, "_ROOM", 40)
    found = prepare(CHSH, rounds=2000).estimated
    assert (found.counts == whole.counts).all()
    assert (found.game.payoff == whole.game.payoff).all()
    assert found.gap(np.ones((2, 2)), -np.ones((2, 2))).standard_error == pytest.approx(
        whole.gap(np.ones((2, 2)), -np.ones((2, 2))).standard_error, rel=0.9
    )


def test_every_player_reaches_the_value_of_the_game():
    machine = Machine(noise=Noise(visibility=0.95, readout_error=0.01, availability=0.8))
    found = simulate(CHSH, rounds=200_000, training=10_000, machine=machine, conditions=FAR)
    assert list(found.players) == ["classical", "constant", "quantum", "machine", "omniscient"]
    for each in found.players.values():
        cost, predicted = each.metrics["cost"], each.predicted["cost"]
        # The prediction is that of the estimated law: 10 000 rounds.
        assert abs(cost.value - predicted) < 0.02 + 4.5 * cost.standard_error
    share = 0.8 * 0.95 * 0.98**2
    expected = share * 0.853553 + (0.8 - share) / 2 + 0.2 * 0.75
    assert -found.players["machine"].metrics["cost"].value == pytest.approx(expected, abs=0.005)
    assert found.players["omniscient"].metrics["cost"].value == -1


def test_rounds_without_a_pair_are_those_of_the_classical_strategy():
    """Never a pair: the same in every round. Sometimes: the share of the gain that has pairs."""
    never = Machine(noise=Noise(availability=0.0))
    found = simulate(CHSH, rounds=5000, training=5000, machine=never, conditions=FAR)
    assert found.players["machine"].metrics == found.players["classical"].metrics
    assert found.players["machine"].changes["cost"].difference.value == 0
    changes = {}
    for availability in (0.5, 1.0):
        machine = Machine(noise=Noise(visibility=0.95, availability=availability))
        found = simulate(CHSH, rounds=200_000, training=5000, machine=machine, conditions=FAR)
        changes[availability] = found.players["machine"].changes["cost"].difference
    half, whole = changes[0.5], changes[1.0]
    assert half.value < -5 * half.standard_error
    error = np.hypot(2 * half.standard_error, whole.standard_error)
    assert abs(2 * half.value - whole.value) < 4 * error


def test_unequal_readout_errors_count_as_require_counts_them():
    """Roles of the outcomes are exchanged by a private coin: no fixed part is left in E."""
    solution = xg.solve(CHSH.game)
    machine = Machine(noise=Noise(visibility=0.9, readout_error=(0.2, 0.0)))
    played = machine.strategy(solution)
    ideal = solution.one_pair.strategy.correlators
    assert played.correlators == pytest.approx(0.9 * 0.8**2 * ideal, abs=1e-12)
    for bits in played.sample(np.zeros(40_000, dtype=int), 1, rng=1):
        assert abs(bits.mean() - 0.5) < 4 * 0.5 / 200


@pytest.mark.parametrize("seed", range(4))
def test_nobody_does_better_than_who_sees_everything(seed):
    """In expectation, of the game that was played: its own values, without sampling."""
    rng = np.random.default_rng(seed)
    payoff = rng.normal(size=(3, 4, 2))
    game = xg.XORGame(rng.dirichlet(np.ones(12)).reshape(3, 4), payoff)
    solution = xg.solve(game)
    machine = Machine(noise=Noise(visibility=0.9, availability=0.7))
    near = Conditions(distance_m=1.0, local_time_s=1e-3)
    players = players_of(GameScenario(game=game), solution, near, machine)
    value = {
        name: game.offset + (game.matrix * each.deciders.correlators).sum() / 2
        for name, each in players.items()
    }
    best = (game.distribution * payoff.max(axis=2)).sum()
    assert value["omniscient"] == value["communicating"] == pytest.approx(best, abs=1e-12)
    assert max(value.values()) == value["omniscient"]
    assert value["classical"] >= value["constant"] - 1e-12


def test_a_seed_gives_the_same_numbers_and_progress_changes_none():
    steps = []
    first = simulate(CHSH, rounds=5000, training=5000, rng=7)
    again = simulate(
        CHSH, rounds=5000, training=5000, rng=7, progress=lambda *each: steps.append(each)
    )
    other = simulate(CHSH, rounds=5000, training=5000, rng=8)
    assert first.to_csv() == again.to_csv() != other.to_csv()
    joined = simulate(CHSH, rounds=5000, training=5000, rng=7, machine=Machine())
    # With a perfect machine beside them the others meet the same rounds, coins and pairs.
    assert joined.players["machine"].metrics == first.players["quantum"].metrics
    assert {name: joined.players[name] for name in first.players} == dict(first.players)
    assert steps[-1] == (10_000, 10_000)
    assert steps == sorted(steps)


def test_memory_is_cut_into_pieces_that_do_not_show(monkeypatch):
    class Counted(GameScenario):
        largest = 0

        def draw(self, rounds, rng):
            Counted.largest = max(Counted.largest, rounds)
            return super().draw(rounds, rng)

    monkeypatch.setattr(engine, "_CHUNK", 97)
    found = simulate(Counted(game=CHSH.game), rounds=2000, training=2000)
    assert Counted.largest == 97
    assert found.rounds == 2000


def test_who_is_too_late_is_left_out_where_lateness_has_no_cost():
    near = Conditions(distance_m=1000, local_time_s=10e-6)
    found = simulate(CHSH, rounds=1000, training=1000, conditions=near)
    same = found.players["omniscient"].metrics == found.players["communicating"].metrics
    assert same
    slow = Machine(decision_time_s=1e-5)
    late = simulate(CHSH, rounds=1000, training=1000, conditions=FAR, machine=slow)
    assert "communicating" not in late.players
    assert "machine" not in late.players
    assert late.notes[-1] == (
        "Too late, at a cost that the scenario does not state: machine, communicating."
    )


def test_a_cost_that_one_party_settles_alone_is_refused():
    text = message(prepare, Made(lambda seen, a, b: chsh_cost(seen, a, b) + a), rounds=1000)
    assert text.splitlines()[0] == (
        "`cost at x = 0, y = 0` must depend on the parity a xor b alone, or the problem is not an "
        "XOR game; received 1 ± 0 by a alone; the XOR part is 50 %. Cure: rename a party's "
        "outputs, make the cost symmetric, or leave out what one party can settle by itself."
    )
    assert len(text.splitlines()) == 4
    assert "by b alone" in message(
        prepare, Made(lambda seen, a, b: chsh_cost(seen, a, b) - 3.0 * b), rounds=1000
    )


def test_noise_in_the_cost_of_one_party_is_accepted_as_noise():
    rng = np.random.default_rng(5)

    def noisy(seen, a, b):
        # The same draw for all four decisions: the generator is reset by the number of rounds.
        luck = np.random.default_rng(len(seen.x)).normal(size=len(seen.x))
        return chsh_cost(seen, a, b) + a * luck

    found = prepare(Made(noisy), rounds=20_000, rng=rng)
    assert 0.9 < found.estimated.xor_share < 1


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        (
            lambda _seen, _a, _b: 1.0,
            "`cost` must be one number for each round; received float64 of shape ().",
        ),
        (
            lambda _seen, a, _b: np.full(len(a), "x"),
            "`cost` must be one number for each round; received str32 of shape (1000,).",
        ),
        (
            lambda _seen, a, _b: np.full(len(a), np.nan),
            "`cost` must be finite; received nan.",
        ),
    ],
)
def test_costs_that_are_none(cost, expected):
    assert message(prepare, Made(cost), rounds=1000) == expected


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (
            np.zeros,
            "`draw: x` must be whole numbers, one for each round; received float64 of shape "
            "(1000,).",
        ),
        (
            lambda rounds: np.full(rounds, 2),
            "`draw: x` must be from 0 to 1; received 2 to 2.",
        ),
        (
            lambda _: np.zeros(3, dtype=int),
            "`draw: y` must be as many as x; received 1000 for 3.",
        ),
    ],
)
def test_inputs_that_are_none(x, expected):
    assert message(prepare, Made(chsh_cost, x), rounds=1000) == expected


def test_arguments_that_are_none():
    assert message(simulate, "chsh") == (
        "`scenario` must be of type Scenario; received str. Cure: inherit from "
        "xorgames.scenarios.scenario.Scenario."
    )
    for key in ("rounds", "training"):
        assert message(simulate, CHSH, **{key: 999}) == (
            f"`{key}` must be a whole number from 1000 to 1000000000000; received 999."
        )
        assert message(simulate, CHSH, **{key: True}).startswith(f"`{key}` must be")
    assert message(simulate, CHSH, machine="yb_cavity") == (
        "`machine` must be of type Machine; received str."
    )
    assert message(simulate, CHSH, conditions=1) == (
        "`conditions` must be of type Conditions; received int."
    )
    assert message(simulate, CHSH, rng=-1).startswith("`rng` must be a seed")
    assert message(Machine, decision_time_s=-1.0) == (
        "`decision_time_s` must not be negative; received -1."
    )
    assert message(Machine, noise=0.9) == "`noise` must be of type Noise; received float."
    assert message(Machine.of, "yb", decision_rate_hz=1.0, places=1) == (
        "`design` must be of type Design; received str. Cure: load_design reads one."
    )


def test_the_machine_of_a_design_is_that_of_its_performance():
    design = xg.load_design("yb_cavity")
    machine = Machine.of(design, decision_rate_hz=7e3, places=3, profile="displayed")
    achieved = design.evaluate(profile="displayed")
    store = PairStore(pair_rate_hz=achieved.rate_hz, decision_rate_hz=7e3, places=3)
    aged = store.combined_infidelity(Node.of(design, profile="displayed"))
    assert 1 - machine.noise.factor == pytest.approx(aged, abs=1e-12)
    assert 0 < aged - achieved.combined_infidelity < 1e-4
    rho = achieved.rate_hz / 7e3
    assert machine.noise.availability == pytest.approx(1 - (1 - rho) / (1 - rho**4), abs=1e-12)
    assert machine.decision_time_s == achieved.decision_time_s


def test_pairs_that_wait_for_decisions_age(tmp_path):
    """A memory of 10 ms and one atom: a pair every 32 ms, used at once or after 30 ms."""
    text = resources.files("xorgames.hardware.designs").joinpath("yb_cavity.toml").read_text()
    path = tmp_path / "short.toml"
    stated = "{ value = 7.9, uncertainty = 0.4, source ="
    assert stated in text
    path.write_text(
        text.replace(stated, "{ value = 0.01, source =").replace("atoms = 250", "atoms = 1")
    )
    often, seldom = (
        Machine.of(xg.load_design(path), decision_rate_hz=rate, places=1).noise.visibility
        for rate in (1e4, 1.0)
    )
    assert often > 0.5
    assert seldom < often - 0.4


def test_a_machine_that_does_not_say_how_pairs_age():
    design = xg.load_design("your_machine")
    machine = Machine.of(design, decision_rate_hz=1e3, places=4)
    assert 1 - machine.noise.factor == pytest.approx(design.evaluate().combined_infidelity)


def test_what_is_said_of_rules_and_errors():
    about = simulate(HFT(), rounds=1000, training=1000).about
    assert about["threshold"] == (
        'a rule: A "ask first" on "no indicator", "bid first" on "indicator of negative '
        'correlation"; B always "bid first"; or both the contrary, by a coin'
    )
    result = simulate(CHSH, rounds=1000, training=1000)
    assert result.about["constant"] == (
        'a rule: A always "0"; B always "0"; or both the contrary, by a coin'
    )
    assert ERROR_NOTE in result.notes
    many = DeterministicStrategy(a=np.zeros(9, int), b=np.zeros(2, int))
    assert rule_in_words(many, {}) == "a rule"


def test_a_law_of_ones_own():
    law = np.array([[0.7, 0.1], [0.1, 0.1]])
    seen = GameScenario(game=CHSH.game, law=law).draw(100_000, np.random.default_rng(0))
    seen_law = np.bincount(2 * seen.x + seen.y, minlength=4) / 100_000
    assert np.abs(seen_law - law.ravel()).max() < 0.006
    assert message(GameScenario, game=CHSH.game, law=np.ones((2, 2))) == (
        "`law` must be 2 x 2 probabilities with the sum 1; received [[1.0, 1.0], [1.0, 1.0]]."
    )
    assert message(GameScenario, game=CHSH.game, law=[[1, 0], [0]]) == (
        "`law` must be 2 x 2 probabilities with the sum 1; received [[1, 0], [0]]."
    )


@pytest.mark.parametrize("bias", [0.0, 0.05, 0.1, 0.3, 1.0])
def test_the_best_law_is_that_of_the_set_of_laws(bias):
    from xorgames.hardware.input_law import LawSet

    rng = np.random.default_rng(int(100 * bias))
    for _ in range(20):
        distribution = rng.dirichlet(np.ones(6)).reshape(2, 3)
        values = rng.normal(size=(2, 3))
        law = best_law(distribution, values, bias=bias)
        assert law.sum() == pytest.approx(1)
        assert law.min() >= -1e-15
        # The package's own bound adds a few roundings.
        largest = float(LawSet(distribution, bias).largest_mean(values))
        assert float((law * values).sum()) == pytest.approx(largest, abs=1e-12)


def test_quantities_that_are_none():
    class Short(GameScenario):
        def quantities(self, seen, a, b):
            return {"cost": self.cost(seen, a, b)[1:]}

    class Other(GameScenario):
        def quantities(self, seen, a, b):
            return {"price": self.cost(seen, a, b)}

    game = CHSH.game
    assert message(simulate, Short(game=game), rounds=1000, training=1000) == (
        "`quantities: cost` must be one number for each round; received float64 of shape (9,)."
    )
    assert message(simulate, Other(game=game), rounds=1000, training=1000) == (
        "`quantities` must hold the measure cost. Cure: add it, or a formula of that name."
    )
    from xorgames.scenarios.robustness import sweep

    assert message(sweep, Other(game=game), xg.solve(game), "visibility", rounds=1000) == (
        '`quantities` must hold the cost. Cure: add "cost".'
    )
