"""The closed form of 2 x 2 games against exact enumeration."""

from fractions import Fraction

import numpy as np
import pytest

from tests.witness import classical_bias, fractions_of
from xorgames.errors import InputError
from xorgames.solvers.closed_form import two_by_two, two_by_two_biases, two_by_two_helps

# (p, beta), classical win probability, quantum win probability: the game of arXiv:2407.21723.
HFT = [
    (Fraction(1, 2), Fraction(0), 0.75, 0.853553),
    (Fraction(3, 10), Fraction(3, 10), 0.79, 0.8123395588),
    (Fraction(4, 10), Fraction(1, 10), 0.792, 0.8329624603),
    (Fraction(3, 10), Fraction(0), 0.91, 0.9101219331),
]


@pytest.mark.parametrize(("p", "beta", "classical", "quantum"), HFT)
def test_coordination_of_two_servers(p, beta, classical, quantum):
    mixed = (1 - 2 * beta) * p * (1 - p)
    known = two_by_two(np.array([[(1 - p) ** 2, mixed], [mixed, -(p**2)]]))
    offset = Fraction(1, 2)
    assert float(offset + known.classical / 2) == pytest.approx(classical, abs=1e-12)
    assert 0.5 + float(known.quantum_squared) ** 0.5 / 2 == pytest.approx(quantum, abs=1e-6)
    assert known.advantage


def test_random_integers_against_enumeration():
    rng = np.random.default_rng(0)
    for _ in range(200):
        matrix = fractions_of(rng.integers(-4, 5, (2, 2)))
        known = two_by_two(matrix)
        assert known.classical == classical_bias(matrix)
        assert known.quantum_squared >= known.classical**2
        assert known.quantum_squared <= 2 * known.classical**2


def test_no_advantage_on_the_border():
    p, q = Fraction(5, 8), Fraction(4, 5)  # p = 1 / (2 q), arXiv:1011.6245
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    assert not two_by_two(matrix).advantage
    p -= Fraction(1, 10**30)
    matrix = np.array([[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]])
    assert two_by_two(matrix).advantage


def test_other_shapes_are_refused():
    with pytest.raises(InputError) as caught:
        two_by_two(fractions_of(np.ones((2, 3))))
    assert str(caught.value) == "`matrix` must be 2 x 2; received 2 x 3."


def many():
    """Integers with ties and zeros, at all sizes; and entries of very different sizes."""
    rng = np.random.default_rng(3)
    integers = rng.integers(-4, 5, (300, 2, 2)) * 10.0 ** rng.integers(-250, 250, (300, 1, 1))
    uneven = rng.standard_normal((300, 2, 2)) * 10.0 ** rng.integers(-140, 1, (300, 2, 2))
    return np.concatenate([integers, uneven])


def test_many_games_at_once_against_one_by_one():
    games = many()
    found = two_by_two_biases(games)
    for i, game in enumerate(games):
        exact = two_by_two(fractions_of(game))
        ends = [Fraction(float(end[i])) for end in vars(found).values()]
        assert ends[0] <= exact.classical <= ends[1]
        assert ends[2] ** 2 <= exact.quantum_squared <= ends[3] ** 2
        assert ends[3] - ends[2] <= Fraction(1, 10**14) * ends[3] + Fraction(1, 10**300)
        assert ends[1] - ends[0] <= Fraction(1, 10**14) * ends[1] + Fraction(1, 10**300)


def test_whether_entanglement_helps_in_many_games():
    games = many()
    found = two_by_two_helps(games, np.zeros(len(games)))
    for game, answer in zip(games, found.tolist(), strict=True):
        if answer:
            assert (answer > 0) == two_by_two(fractions_of(game)).advantage
    assert (found != 0).mean() > 0.6


def test_the_border_is_found_to_the_last_digits():
    q = 0.8
    for step, answer in ((-1e-13, 1), (1e-13, -1)):
        p = 0.625 + step
        game = np.array([[[p * q, p * (1 - q)], [(1 - p) * q, -(1 - p) * (1 - q)]]])
        assert two_by_two_helps(game, np.array([1e-16])).tolist() == [answer]


def test_errors_leave_small_entries_open():
    game = np.array([[[1.0, 1e-8], [1e-8, -1.0]]])
    for error, answer in ((1e-20, 1), (1e-7, 0)):
        assert two_by_two_helps(game, np.array([error])).tolist() == [answer]
