"""The closed form of 2 x 2 games against exact enumeration."""

from fractions import Fraction

import numpy as np
import pytest

from tests.brute import classical_bias, fractions_of
from xorgames.errors import InputError
from xorgames.solvers.closed_form import two_by_two

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
