"""Classical biases of stacks against enumeration, and the sharp answer against exact arithmetic."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import classical_bias, fractions_of
from xorgames.errors import InputError
from xorgames.solvers import stack_classical
from xorgames.solvers.exact import is_tsirelson_optimal
from xorgames.solvers.stack_classical import classical_biases, entanglement_helps
from xorgames.strategy import DeterministicStrategy


def draw(rng, count, m, n):
    """Random games of several kinds: generic, with ties and zeros, nearly tied."""
    kind = rng.integers(3)
    if kind == 0:
        return rng.standard_normal((count, m, n))
    games = rng.integers(-3, 4, (count, m, n)).astype(float)
    return games + (1e-9 * rng.standard_normal(games.shape) if kind == 2 else 0)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_against_enumeration_and_exact_arithmetic(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 5, 2)
    games = draw(rng, 6, m, n)
    found = classical_biases(games)
    answers = entanglement_helps(games, np.zeros(6))
    for i, game in enumerate(games):
        exact = fractions_of(game)
        true = classical_bias(exact)
        assert Fraction(float(found.lower[i])) <= true <= Fraction(float(found.upper[i]))
        assert found.upper[i] - found.lower[i] <= 1e-14 * np.abs(game).sum() + 1e-300
        reached = found.alice[i] @ game @ found.bob[i]
        assert reached == pytest.approx(float(true), rel=1e-13, abs=1e-300)
        if answers[i]:
            strategy = optimal(exact, true)
            assert (answers[i] < 0) == is_tsirelson_optimal(exact, strategy)


def bits(number, count):
    return [number >> i & 1 for i in range(count)]


def optimal(exact, true):
    """An exactly optimal deterministic strategy, by comparing all of them."""
    m, n = exact.shape
    for number in range(2**m):
        a = np.array(bits(number, m))
        sums = (1 - 2 * a).astype(object) @ exact
        if sum(abs(sums), Fraction(0)) == true:
            return DeterministicStrategy(a=a, b=np.array([int(s < 0) for s in sums]))
    raise AssertionError(n)


def test_answers_in_random_games_are_mostly_decided():
    games = np.random.default_rng(1).standard_normal((500, 6, 5))
    assert (entanglement_helps(games, np.zeros(500)) != 0).all()


@pytest.mark.parametrize("size", [2, 3])
def test_the_answer_is_sharp_at_the_border(size):
    """Biased CHSH has its border at p = 1/(2q), where both biases touch with the same slope."""
    q = 0.8
    for step, answer in ((-1e-12, 1), (1e-12, -1)):
        p = 1 / (2 * q) + step
        game = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
        if size == 3:
            # An input split in two: the same game, which the closed form does not see.
            split = np.array([[2 / 3, 0], [0, 1], [1 / 3, 0]])
            game = split @ game @ split.T
        found = entanglement_helps(game[None], np.array([1e-15]))
        assert found.tolist() == [answer]


def test_errors_of_the_entries_leave_the_border_open():
    chsh = np.array([[[1.0, 1, 0.5], [1, -1, 0.4], [0.5, 0.3, 1]]])
    assert entanglement_helps(chsh, np.array([1e-3])).tolist() == [1]
    assert entanglement_helps(chsh, np.array([5.0])).tolist() == [0]
    constant = np.ones((1, 3, 3))
    assert entanglement_helps(constant, np.array([1e-3])).tolist() == [-1]
    assert entanglement_helps(constant, np.array([5.0])).tolist() == [0]


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_answer_with_errors_holds_for_every_game_within_them(seed):
    rng = np.random.default_rng(seed)
    game = rng.standard_normal((3, 3))
    error = 10.0 ** rng.uniform(-4, 0)
    (answer,) = entanglement_helps(game[None], np.array([error]))
    moved = game + rng.dirichlet(np.ones(9)).reshape(3, 3) * error * rng.choice([-1, 1], (3, 3))
    assert answer * entanglement_helps(moved[None], np.zeros(1))[0] >= 0


def test_one_input_never_helps():
    assert entanglement_helps(np.ones((2, 1, 3)), np.zeros(2)).tolist() == [-1, -1]


def test_many_inputs_are_solved_one_by_one(monkeypatch):
    games = np.random.default_rng(0).standard_normal((3, 4, 5))
    known = classical_biases(games)
    monkeypatch.setattr(stack_classical, "_MOST_ROWS", 3)
    found = classical_biases(games)
    assert (found.lower <= known.upper).all()
    assert (known.lower <= found.upper).all()
    pulls = np.einsum("ki,kij,kj->k", found.alice, games, found.bob)
    assert pulls == pytest.approx(known.lower, rel=1e-13)
    assert entanglement_helps(games, np.zeros(3)).tolist() == [0, 0, 0]


def test_an_interrupt_of_one_search_ends_all(monkeypatch):
    class Cut:
        interrupted = True

    monkeypatch.setattr(stack_classical, "_MOST_ROWS", 1)
    monkeypatch.setattr(stack_classical, "classical_bias", lambda _: Cut)
    with pytest.raises(KeyboardInterrupt):
        classical_biases(np.ones((2, 2, 2)))


def test_chunks_keep_the_order(monkeypatch):
    games = np.random.default_rng(2).standard_normal((11, 3, 3))
    known = classical_biases(games), entanglement_helps(games, np.zeros(11))
    monkeypatch.setattr(stack_classical, "_CHUNK_SUMS", 24)
    assert classical_biases(games).lower.tolist() == known[0].lower.tolist()
    assert entanglement_helps(games, np.zeros(11)).tolist() == known[1].tolist()


@pytest.mark.parametrize("shape", [(2, 2), (0, 2, 2), (1, 0, 2)])
def test_what_is_no_stack(shape):
    for call in (classical_biases, lambda games: entanglement_helps(games, np.zeros(1))):
        with pytest.raises(InputError) as caught:
            call(np.ones(shape))
        assert str(caught.value) == (
            f"`matrices` must have the shape (k, m, n); received {shape}. "
            "Cure: stack the matrices: np.stack([...])."
        )
