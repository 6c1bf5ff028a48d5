"""Strategies played: exact statistics, locality, and parties who try to cheat."""

import gc
import multiprocessing
import types
from typing import ClassVar

import numpy as np
import pytest

from tests.played import (
    all_inputs,
    born,
    chi_square_p,
    counts,
    perfect,
    random_k_pairs,
    random_one_pair,
)
from xorgames import play
from xorgames.answers import Measurement
from xorgames.draws import Draws
from xorgames.errors import InputError
from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
from xorgames.pair_source import PairSource
from xorgames.play import Party
from xorgames.strategy import DeterministicStrategy, VectorStrategy

SHAPE = (2, 3)
ONE_PAIR = random_one_pair(4, planar=True)
BITS = DeterministicStrategy(a=np.array([0, 1]), b=np.array([1, 0, 0]))
MIXTURE = SharedRandomStrategy(
    strategies=(BITS, DeterministicStrategy(a=np.array([1, 1]), b=np.array([0, 1, 0]))),
    weights=(0.3, 0.7),
)
NOISE = {"alice_readout": (0.01, 0.2), "bob_readout": (0.1, 0.0)}
WEIGHTS = np.array([0.8, 0.1, 0.07, 0.03])


def of_bits(strategy):
    table = np.zeros((2, 3, 2, 2))
    for x, y in np.ndindex(SHAPE):
        table[x, y, strategy.a[x], strategy.b[y]] = 1
    return table


def mixed():
    return sum(
        weight * of_bits(each)
        for each, weight in zip(MIXTURE.strategies, MIXTURE.weights, strict=True)
    )


def noisy(ideal, **more):
    return NoisyStrategy(strategy=ideal, bell_weights=WEIGHTS, **NOISE, **more)


def noisy_born(ideal, pairs=1):
    return born(ideal, np.tile(WEIGHTS, (pairs, 1)), tuple(NOISE.values()))


def vectors(strategy):
    return VectorStrategy(alice=strategy.alice, bob=strategy.bob)


CASES = {
    "deterministic": (BITS, of_bits(BITS)),
    "shared random": (MIXTURE, mixed()),
    "one pair, planar": (ONE_PAIR, born(ONE_PAIR, perfect(1))),
    "one pair": (
        random_one_pair(5, planar=False),
        born(random_one_pair(5, planar=False), perfect(1)),
    ),
    "two pairs": (random_k_pairs(6, 5), born(random_k_pairs(6, 5), perfect(2))),
    "three pairs": (random_k_pairs(7, 6), born(random_k_pairs(7, 6), perfect(3))),
    "vectors": (vectors(random_k_pairs(6, 4)), born(random_k_pairs(6, 4), perfect(2))),
    "noisy": (noisy(ONE_PAIR), noisy_born(ONE_PAIR)),
    "noisy, two pairs": (noisy(random_k_pairs(8, 5)), noisy_born(random_k_pairs(8, 5), pairs=2)),
    "sometimes no pair": (
        noisy(ONE_PAIR, availability=0.6, fallback=MIXTURE),
        0.6 * noisy_born(ONE_PAIR) + 0.4 * mixed(),
    ),
}


def played_in_order(strategy, x, y, rng):
    alice, bob = play.parties(strategy, rng=rng)
    return alice.play(x), bob.play(y)


def played_bob_first(strategy, x, y, rng):
    alice, bob = play.parties(strategy, rng=rng)
    b = bob.play(y)
    return alice.play(x), b


def played_out_of_order(strategy, x, y, rng):
    alice, bob = play.parties(strategy, rng=rng)
    a, b = np.empty_like(x), np.empty_like(y)
    orders = [np.random.default_rng(seed).permutation(len(x)) for seed in (1, 2)]
    for mine, theirs in zip(*(np.array_split(order, 5) for order in orders), strict=True):
        b[theirs] = bob.play(y[theirs], rounds=theirs)
        a[mine] = alice.play(x[mine], rounds=mine)
    return a, b


def sampled(strategy, x, y, rng):
    return play.sample(strategy, x, y, rng=rng)


@pytest.mark.parametrize("way", [sampled, played_in_order, played_bob_first, played_out_of_order])
@pytest.mark.parametrize("case", CASES)
def test_exact_statistics(case, way):
    strategy, probabilities = CASES[case]
    x, y = all_inputs(*SHAPE, rounds=10_000)
    a, b = way(strategy, x, y, rng=11)
    assert chi_square_p(counts(x, y, a, b, SHAPE), probabilities) > 1e-3


@pytest.mark.parametrize("case", CASES)
def test_empirical_correlators_within_standard_errors(case):
    strategy, _ = CASES[case]
    x, y = all_inputs(*SHAPE, rounds=40_000)
    a, b = play.sample(strategy, x, y, rng=5)
    seen = counts(x, y, a, b, SHAPE) / 40_000
    correlators = seen[..., 0, 0] + seen[..., 1, 1] - seen[..., 0, 1] - seen[..., 1, 0]
    spread = np.sqrt((1 - strategy.correlators**2) / 40_000)
    assert (np.abs(correlators - strategy.correlators) <= 4 * spread + 1e-12).all()


def test_reproducible_and_fresh():
    x, y = all_inputs(*SHAPE, rounds=100)
    runs = [np.array(ONE_PAIR.sample(x, y, rng=seed)) for seed in (1, 1, 2, None, None)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    assert not np.array_equal(runs[3], runs[4])
    one = np.random.default_rng(1)
    assert np.array_equal(np.array(ONE_PAIR.sample(x, y, rng=one)), runs[0])
    assert not np.array_equal(np.array(ONE_PAIR.sample(x, y, rng=one)), runs[0])


def test_vectors_of_one_dimension_need_no_pair():
    strategy = VectorStrategy(alice=np.array([[1.0], [-1.0]]), bob=np.array([[-1.0]]))
    a, b = strategy.sample([0, 1] * 500, 0, rng=0)
    assert (a ^ b).tolist() == [1, 0] * 500
    assert 400 < a.sum() < 600


def test_shapes():
    a, b = ONE_PAIR.sample(np.zeros((4, 1), dtype=int), [0, 1, 2], rng=0)
    assert a.shape == b.shape == (4, 3)
    alice, bob = ONE_PAIR.parties(rng=0)
    assert alice.play(1).shape == ()
    assert bob.play([]).shape == (0,)
    assert set(np.unique(a)) <= {0, 1}


# Parties who try to cheat.


def reachable(thing):
    """Everything that introspection finds from a thing, short of modules and classes."""
    seen, queue = {}, [thing]
    while queue:
        item = queue.pop()
        if id(item) in seen or isinstance(item, types.ModuleType | type):
            continue
        if isinstance(item, dict) and "__builtins__" in item:
            continue
        seen[id(item)] = item
        queue += gc.get_referents(item)
    return seen.values()


@pytest.mark.parametrize("case", CASES)
def test_no_path_leads_to_the_others_input(case):
    strategy, _ = CASES[case]
    alice, bob = play.parties(strategy, rng=3)
    y = np.array([0, 1, 2, 2, 1, 0, 0, 2, 1, 1] * 7)
    bob.play(y)
    for thing in reachable(alice):
        assert thing is not bob
        assert not (isinstance(thing, np.ndarray) and thing.size == y.size and (thing == y).all())
        assert not (isinstance(thing, list) and thing == y.tolist())


def test_what_the_source_keeps_of_a_measurement_is_not_the_setting():
    """Two inputs with opposite settings leave the same collapsed halves, one for each outcome."""
    angles = np.array([[0.0, 0.0], [180.0, 0.0]])
    kept = []
    for x in (0, 1):
        strategy = type(ONE_PAIR)(alice=angles, bob=angles, planar=True)
        alice, bob = strategy.parties(rng=3)
        a = alice.play(np.full(1000, x))
        states = next(
            thing
            for thing in reachable(bob)
            if isinstance(thing, np.ndarray) and thing.shape == (1000, 2)
        )
        kept.append(np.sort(states[:, 0].round(12)))
        assert np.array_equal(np.sign(states[:, 0]), (1 - 2 * a) * (1 - 2 * x))
    assert abs(kept[0].sum() - kept[1].sum()) < 6 * np.sqrt(2000)


def test_who_opens_the_source_reads_the_setting_but_not_from_another_process():
    """The limit of locality within one process, and what lifts it: a share that is a pipe."""
    y = np.random.default_rng(0).integers(0, 3, 1000)
    alice, bob = ONE_PAIR.parties(rng=3)
    bob.play(y)
    halves = [
        thing
        for thing in reachable(alice)
        if isinstance(thing, np.ndarray) and thing.shape == (1000, 2)
    ]
    vectors = ONE_PAIR.directions[1][:, [2, 0]]
    assert (np.abs(halves[0] @ vectors.T).argmax(axis=1) == y).all()
    apart = Party(Measurement(ONE_PAIR.directions[0].__getitem__, print, (0.0, 0.0), Draws(0)), 2)
    assert not any(isinstance(thing, PairSource) for thing in reachable(apart))


def test_a_party_has_one_public_method_and_takes_its_own_input_only():
    alice, _ = ONE_PAIR.parties()
    assert [name for name in dir(alice) if not name.startswith("_")] == ["play"]
    with pytest.raises(TypeError):
        alice.play([0], [1])
    with pytest.raises(AttributeError):
        alice.other = 1


def test_the_answer_of_the_first_is_settled_before_the_second_has_an_input():
    x = np.random.default_rng(0).integers(0, 2, 500)
    answers = []
    for y in range(3):
        alice, bob = ONE_PAIR.parties(rng=8)
        answers.append(alice.play(x).tolist())
        bob.play(np.full(500, y))
    assert answers[0] == answers[1] == answers[2]


def test_a_pair_is_spent_once_measured():
    alice, bob = ONE_PAIR.parties(rng=0)
    alice.play([0, 1])
    bob.play([2], rounds=[1])
    with pytest.raises(InputError) as caught:
        alice.play([1], rounds=[1])
    assert str(caught.value) == (
        "`rounds` must not name a round twice: a pair can be measured once; received 1."
    )


def lone_alice(pipe):
    """Alice in a process of her own: all she has is her table and a pipe to her half."""

    def share(rounds, vectors):
        pipe.send((rounds, vectors))
        return pipe.recv()

    rule = Measurement(ONE_PAIR.directions[0].__getitem__, share, (0.0, 0.0), Draws(0))
    pipe.send(Party(rule, 2).play(pipe.recv()))


def test_a_party_in_a_process_of_its_own():
    context = multiprocessing.get_context("spawn")
    ours, hers = context.Pipe()
    process = context.Process(target=lone_alice, args=(hers,), daemon=True)
    process.start()
    x, y = all_inputs(*SHAPE, rounds=5000)
    source = PairSource(np.array([1.0, -1.0, 1.0]), Draws(1), Draws(2))
    alice, bob = source.shares()
    ours.send(x)
    assert ours.poll(60)
    ours.send(alice(*ours.recv()))
    assert ours.poll(60)
    a = ours.recv()
    process.join(60)
    b = (1 - bob(np.arange(len(y)), ONE_PAIR.directions[1][y])) >> 1
    assert chi_square_p(counts(x, y, a, b, SHAPE), born(ONE_PAIR, perfect(1))) > 1e-3


class Accomplice:
    """Answers at random, and keeps hold of everything that it ever saw or said."""

    def __init__(self, notes):
        self.notes = notes

    def answer(self, x, _rounds):
        bits = np.zeros(len(x), dtype=np.int8)
        self.notes.append((x, bits))
        for inputs, said in self.notes[:-1]:
            # Bob knows both inputs now: too late, Alice's answers are given.
            said[:] = inputs & x
            inputs[:] = 0
        return bits


def test_nobody_changes_an_answer_or_an_input_afterwards():
    notes = []
    alice, bob = Party(Accomplice(notes), 2), Party(Accomplice(notes), 2)
    x, y = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    a = alice.play(x)
    b = bob.play(y)
    assert a.tolist() == b.tolist() == [0, 0, 0, 0]
    assert (x.tolist(), y.tolist()) == ([0, 0, 1, 1], [0, 1, 0, 1])


def test_inputs_drawn_together_reach_each_party_apart():
    """Two rows of one array are views of it, and each would lead to the other."""
    both = np.random.default_rng(0).integers(0, 2, (2, 64))
    notes = []
    alice = Party(Accomplice(notes), 2)
    alice.play(both[0])
    for thing in reachable(alice):
        assert thing is not both
        assert not (isinstance(thing, np.ndarray) and np.shares_memory(thing, both))
    a, b = ONE_PAIR.sample(*both, rng=1)
    assert not np.shares_memory(a, both)
    assert not np.shares_memory(b, both)


class Spy(np.ndarray):
    """An array that remembers what is made of it."""

    seen: ClassVar[list] = []

    def __array_finalize__(self, parent):
        if parent is not None:
            Spy.seen.append(self)


def test_arrays_that_watch_are_left_at_the_door():
    Spy.seen.clear()
    x = np.array([0, 1, 1, 0]).view(Spy)
    notes = []
    Party(Accomplice(notes), 2).play(x)
    for strategy in (ONE_PAIR, BITS, MIXTURE):
        outputs = strategy.sample(x, np.array([0, 1, 2, 0]).view(Spy), rng=0)
        assert [type(each) for each in outputs] == [np.ndarray, np.ndarray]
    assert type(notes[0][0]) is np.ndarray
    wired = DeterministicStrategy(a=np.array([0, 1]).view(Spy), b=np.array([0, 1]).view(Spy))
    Spy.seen.clear()
    wired.sample([0, 1], [1, 0], rng=0)
    assert Spy.seen == []


def test_the_global_generator_is_nobodys_business():
    """Seeding it does not decide outcomes, and playing does not move it."""
    results = []
    for _ in range(2):
        np.random.seed(5)  # noqa: NPY002
        results.append(np.array(ONE_PAIR.sample(np.zeros(200, int), 0)))
        assert np.random.random() == pytest.approx(0.22199317, abs=1e-8)  # noqa: NPY002
    assert not np.array_equal(*results)


@pytest.mark.parametrize(
    ("bits", "received"),
    [
        ([0, 2], "0 to 2"),
        ([-1, 0], "-1 to 0"),
        ([0.5, 0.0], "float64 of (2,)"),
        ([0], "int64 of (1,)"),
        (None, "object of ()"),
    ],
)
def test_answers_that_are_no_bits(bits, received):
    class Made:
        def answer(self, _x, _rounds):
            return bits

    with pytest.raises(InputError) as caught:
        Party(Made(), 2).play([0, 1])
    assert str(caught.value) == (
        f"`rule` must answer with one bit for each input, 0 or 1; received {received}."
    )


# Refusals.


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([0, 2], 0, "`x` must be from 0 to 1; received 0 to 2."),
        ([-1], 0, "`x` must be from 0 to 1; received -1 to -1."),
        (0, [3], "`y` must be from 0 to 2; received 3 to 3."),
        (0, 2**63, "`y` must be from 0 to 2; received 9223372036854775808 to 9223372036854775808."),
        (
            [0.0],
            0,
            "`x` must be whole numbers; received float64. Cure: they are numbered from 0 to 1.",
        ),
        (True, 0, "`x` must be whole numbers; received bool. Cure: they are numbered from 0 to 1."),
        (
            [[1], [1, 0]],
            0,
            "`x` must be whole numbers; received object. Cure: they are numbered from 0 to 1.",
        ),
        (
            [0, 1],
            [0, 1, 2],
            "`y` must have the shape of x, or one that goes with it; received (2,) and (3,).",
        ),
    ],
)
def test_inputs_that_are_none(x, y, message):
    with pytest.raises(InputError) as caught:
        ONE_PAIR.sample(x, y)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("rounds", "message"),
    [
        ([0, 2**62], "`rounds` must be from 0 to 16777215; received 0 to 4611686018427387904."),
        ([0], "`rounds` must be as many as the inputs; received 1 for 2."),
        ([0, -1], "`rounds` must be from 0 to 16777215; received -1 to 0."),
        (
            [0.5, 1],
            "`rounds` must be whole numbers; received float64. Cure: they are numbered from 0 to"
            " 16777215.",
        ),
    ],
)
def test_rounds_that_are_none(rounds, message):
    with pytest.raises(InputError) as caught:
        ONE_PAIR.parties()[0].play([0, 1], rounds=rounds)
    assert str(caught.value) == message


@pytest.mark.parametrize("function", [play.parties, lambda strategy: play.sample(strategy, 0, 0)])
def test_what_is_no_strategy(function):
    with pytest.raises(InputError) as caught:
        function("chsh")
    assert str(caught.value) == (
        "`strategy` must be a strategy; received str. Cure: take one from a solution, such as"
        " solution.one_pair.strategy."
    )
