"""Symmetries of games: found, true, and without loss for the programme."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.design import automorphisms, symmetry
from xorgames.design.automorphisms import Automorphisms
from xorgames.design.cuts import Cuts
from xorgames.design.free_problem import problem_from_table
from xorgames.design.linear_games import best_game_for
from xorgames.design.symmetry import orbits_of
from xorgames.solvers.tsirelson import tsirelson_bias


def payoffs(law, limits=(0, 1)):
    """Return the games with these odds and free payoffs."""
    table = {"schema": 1, "choose": "payoff", "distribution": law, "payoff_limits": list(limits)}
    return problem_from_table(table).games


def odds(game, **more):
    """Return the games with these payoffs and free odds."""
    payoff = game.to_dict()["payoff"]
    table = {"schema": 1, "choose": "distribution", "payoff": payoff} | more
    return problem_from_table(table).games


def group(table):
    """Return all products of the generators."""
    count = sum(table.shape)
    generators = list(Automorphisms(table).generators())
    known = {tuple(range(count))}
    waiting = list(known)
    while waiting:
        here = waiting.pop()
        for generator in generators:
            there = tuple(np.array(here)[generator])
            if there not in known:
                known.add(there)
                waiting.append(there)
    return known


def every(table):
    """Return all permutations that keep a small table and take flips to flips, one by one."""
    from itertools import permutations, product

    m, n = (size // 2 for size in table.shape)
    found = set()

    def signed(size):
        for order in permutations(range(size)):
            for flips in product([0, 1], repeat=size):
                first = np.array(order) + size * np.array(flips)
                yield np.concatenate([first, (first + size) % (2 * size)])

    for rows in signed(m):
        for columns in signed(n):
            if np.array_equal(table[np.ix_(rows, columns)], table):
                found.add((*rows.tolist(), *(columns + 2 * m).tolist()))
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 3))
def test_the_generators_generate_every_symmetry(seed, m, n):
    entries = np.random.default_rng(seed).integers(-1, 2, size=(m, n))
    table = np.block([[entries, -entries], [-entries, entries]])
    assert group(table) == every(table)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        # Diagonal and +-1/2; the other pairs have no weight, so that they stay two orbits.
        ("fishburn_reeds:k=5", 4),
        ("random_access_code:n=4", 1),
        ("hadamard:n=8", 1),
        ("chained:n=7", 4),
        ("biased_chsh:p=0.6,q=0.7", 4),
    ],
)
def test_numbers_left(name, count):
    game = xg.catalog.parse(name)
    games = payoffs(game.to_dict()["distribution"])
    orbits = orbits_of(games, game.matrix)
    if count == game.matrix.size:
        assert orbits is None
        return
    assert orbits.basis.shape == (game.matrix.size, count)
    assert orbits.whole


def test_a_game_is_among_those_with_its_symmetries():
    game = xg.catalog.parse("random_access_code:n=3")
    games = odds(game)
    orbits = orbits_of(games, game.matrix)
    z = orbits.basis @ np.array([1 / 12])
    np.testing.assert_allclose(games.matrix(z), game.matrix, atol=1e-15)
    np.testing.assert_allclose(orbits.games.matrix(np.array([1 / 12])), game.matrix, atol=1e-15)
    assert orbits.games.equal.tolist() == [[12.0]]


def test_zeros_of_odds_are_kept():
    game = xg.catalog.fishburn_reeds(3)
    orbits = orbits_of(odds(game), game.matrix)
    assert not orbits.whole
    assert not (orbits.basis[game.matrix.ravel() == 0]).any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_nothing_is_lost(seed, ratio):
    # For correlators with the symmetries of a game the best game has them too.
    rng = np.random.default_rng(seed)
    row = rng.integers(-2, 3, size=4).astype(float)
    if not row.any():
        return
    matrix = np.array([np.roll(row, i) for i in range(4)])
    games = payoffs([["1/16"] * 4] * 4)
    orbits = orbits_of(games, matrix)
    assert orbits is not None
    correlators = tsirelson_bias(matrix)[1].correlators
    # The mean over the shifts is as good for the game, and has its symmetry.
    mean = sum(np.roll(correlators, (i, i), axis=(0, 1)) for i in range(4)) / 4
    few = best_game_for(mean, orbits.games, Cuts(), ratio=ratio)
    many = best_game_for(mean, games, Cuts(), ratio=ratio)
    if np.ptp(matrix) and len(orbits.games.lower) >= 4:
        assert few.worth == pytest.approx(many.worth, abs=1e-7)
    assert few.worth <= many.worth + 1e-7


@pytest.mark.parametrize(
    "more",
    [
        {"marginals": {"alice": ["0.6", "0.4"]}},
        {"marginals": {"alice": [["0", "0.6"], ["0.2", "1"]]}},
    ],
)
def test_conditions_break_symmetries(more):
    game = xg.catalog.chsh()
    assert orbits_of(odds(game), game.matrix).basis.shape == (4, 1)
    orbits = orbits_of(odds(game, **more), game.matrix)
    assert orbits is None or orbits.basis.shape[1] >= 2


def test_a_search_that_ends_early_finds_fewer(monkeypatch):
    game = xg.catalog.parse("random_access_code:n=3")
    monkeypatch.setattr(automorphisms, "_MOST_LOOKS", -1)
    assert orbits_of(odds(game), game.matrix) is None


def test_nothing_that_is_no_symmetry_is_used(monkeypatch):
    game = xg.catalog.hft("0.3", "0.1")
    swap = symmetry.Symmetry(np.array([1, 0]), np.array([1, 0]), np.ones(2), np.ones(2))
    monkeypatch.setattr(symmetry, "_symmetries", lambda *_: [swap])
    assert orbits_of(odds(game), game.matrix) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans(), st.booleans())
def test_whatever_subjects_limit_is_invariant(seed, free_odds, even_means):
    """Offset, Q and L of a game of the problem and of its image under a symmetry that is used."""
    rng = np.random.default_rng(seed)
    row = rng.integers(1, 4, size=3) * rng.choice([-1, 1], size=3)
    matrix = np.array([np.roll(row, i) for i in range(3)]).astype(float)
    means = np.zeros((3, 3)) if even_means else rng.integers(0, 2, size=(3, 3))
    payoff = np.stack([means + matrix / 2, means - matrix / 2], axis=-1)
    table = {"schema": 1, "choose": "distribution", "payoff": payoff.tolist()}
    games = problem_from_table(table).games if free_odds else payoffs([["1/9"] * 3] * 3)
    used = [
        each
        for each in symmetry._symmetries(games, matrix)
        if symmetry._is_symmetry(each, games, matrix)
    ]
    assert used or not even_means
    for each in used:
        places, signs = symmetry._image(each, games)
        z = rng.dirichlet(np.ones(9)) if free_odds else rng.uniform(-1, 1, size=9)
        image = signs * z[places]
        np.testing.assert_allclose(games.matrix(image), each.of(games.matrix(z)), atol=1e-14)
        assert games.offset(image) == pytest.approx(games.offset(z), abs=1e-12)
        here, there = (games.matrix(which) for which in (z, image))
        assert Cuts().best(here)[0] == pytest.approx(Cuts().best(there)[0], rel=1e-12)
        both = [tsirelson_bias(which)[0] for which in (here, there)]
        assert both[0].intersect(both[1])
        # Numbers stay within their bounds, and odds stay odds.
        assert (games.lower <= image).all()
        assert (image <= games.upper).all()
        np.testing.assert_allclose(games.equal @ image, games.equal @ z, atol=1e-14)
