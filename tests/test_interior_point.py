"""The interior-point method: about twenty iterations at any size, and a stop where none helps."""

import math

import numpy as np
import pytest

from xorgames import catalog
from xorgames.solvers import interior_point
from xorgames.solvers.certificate import certify

RNG = np.random.default_rng(0)
GAMES = {
    "sign 5": RNG.choice([-1.0, 1.0], (5, 5)),
    "gauss 40": RNG.standard_normal((40, 40)),
    "tall": RNG.standard_normal((60, 3)),
    "chained 20": catalog.parse("chained:n=20").matrix,
    "rank one": np.ones((6, 9)),
    "one entry": np.ones((1, 1)),
    "diagonal": np.diag(np.arange(1.0, 9.0)),
}


@pytest.mark.parametrize("name", GAMES)
def test_few_iterations_to_many_digits(monkeypatch, name):
    count = 0
    direction = interior_point._direction

    def counted(*arguments):
        nonlocal count
        count += 1
        return direction(*arguments)

    monkeypatch.setattr(interior_point, "_direction", counted)
    matrix = GAMES[name] / np.abs(GAMES[name]).max()
    bound = certify(matrix, interior_point.propose(matrix, rng=np.random.default_rng(0)))
    assert bound.width < 1e-12 * bound.upper
    assert count <= 40


def test_chained_games():
    matrix = 40 * catalog.parse("chained:n=20").matrix
    bound = certify(matrix, interior_point.propose(matrix, rng=np.random.default_rng(0)))
    assert bound.midpoint == pytest.approx(40 * math.cos(math.pi / 40), rel=1e-12)


def test_a_singular_system_ends_the_search_with_what_there_is(monkeypatch):
    def fail(*_):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(interior_point, "_direction", fail)
    matrix = np.array([[1.0, 1.0], [1.0, -1.0]])
    bound = certify(matrix, interior_point.propose(matrix, rng=np.random.default_rng(0)))
    assert bound.lower == 0.0
    assert 8**0.5 < bound.upper <= 4.0 + 1e-12


def test_numbers_out_of_range_end_the_search_with_what_there_is():
    """Entries over 300 powers of ten: products on the way overflow, without a warning."""
    rng = np.random.default_rng(1999)
    rng.integers(1, 7, 2)
    matrix = rng.standard_normal((4, 4)) * 10.0 ** rng.integers(-150, 150, (4, 4))
    matrix /= np.abs(matrix).max()
    bound = certify(matrix, interior_point.propose(matrix, rng=rng))
    assert bound.lower <= np.abs(matrix).sum()
    assert bound.upper >= np.abs(matrix).max()
    assert bound.width < 1e-6
