"""No test claims falsely more often than alpha, whoever plays: fixed and adaptive adversaries.

Players know the test and the score so far. Fixed strategies are the deterministic ones; the
adaptive ones play safe when ahead and for spread when behind. Seeded, and allowed four standard
errors above alpha.
"""

import functools
import itertools
import math
from itertools import islice

import numpy as np
import pytest

from tests.nulls import ASYMMETRIC, CHSH, behaviour, null_of, random_game, solved
from xorgames.hardware.adaptive import critical_totals
from xorgames.hardware.e_variable import best_e_variable
from xorgames.hardware.score_tests import TESTS, critical_score

ALPHA, ROUNDS, RUNS = 0.05, 150, 6000
ALLOWED = ALPHA + 4 * math.sqrt(ALPHA / RUNS)
GAMES = {"chsh": CHSH, "asymmetric": ASYMMETRIC, "3 x 3": random_game(6, (3, 3))}


def strategies(game):
    """Parities (x, y) of all deterministic strategies that differ."""
    m, n = game.shape
    found = {
        tuple(s[x] ^ t[y] for x in range(m) for y in range(n))
        for s in itertools.product((0, 1), repeat=m)
        for t in itertools.product((0, 1), repeat=n)
    }
    return np.array(sorted(found))


def play(game, scores, choose, rng):
    """Return the running scores, shape (runs, rounds); choose(total, left) picks strategies."""
    plays, cells = strategies(game), game.distribution.ravel()
    gains = np.take_along_axis(scores.reshape(1, -1, 2), plays[..., None], axis=-1)[..., 0]
    total, path = np.zeros(RUNS), []
    for left in range(ROUNDS, 0, -1):
        cell = rng.choice(cells.size, size=RUNS, p=cells / cells.sum())
        total = total + gains[choose(total, left), cell]
        path.append(total)
    return np.array(path).T


def adversaries(game, scores, goal):
    """Every fixed strategy among the best few, and two that adapt to the goal."""
    gains = np.take_along_axis(scores.reshape(1, -1, 2), strategies(game)[..., None], axis=-1)
    gains = gains[..., 0]
    weights = game.distribution.ravel()
    means = gains @ weights
    spread = np.sqrt((gains - means[:, None]) ** 2 @ weights)
    best = np.argsort(-means)[:4]
    steady, wild = best[spread[best].argmin()], best[spread[best].argmax()]
    for index in best:
        yield functools.partial(np.full, RUNS, index), "fixed"

    def to_the_end(total, left):
        return np.where(total + left * means[steady] >= goal, steady, wild)

    def stop_at_the_goal(total, left):
        del left
        return np.where(total >= goal, means.argmin(), wild)

    yield to_the_end, "adaptive"
    yield stop_at_the_goal, "stops"


def sizes(game, scores, goal, reject):
    """Return how often each adversary is taken for a quantum machine."""
    rng = np.random.default_rng(11)
    found = []
    for choose, kind in adversaries(game, scores, goal):
        chosen = (lambda *_, c=choose: c()) if kind == "fixed" else choose
        found.append(float(reject(play(game, scores, chosen, rng)).mean()))
    return found


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("claim", ["payoff", "nonclassical"])
def test_betting_and_its_score(name, claim):
    game = GAMES[name]
    null = null_of(game, claim)
    bet = best_e_variable(null, behaviour(game))
    logs = bet.low + bet.step * bet.levels
    goal = -math.log(ALPHA)
    anytime = sizes(game, logs, goal, lambda path: path.max(axis=1) >= goal)
    totals = critical_totals(null, bet.levels, alpha=ALPHA)
    critical = next(islice(totals, ROUNDS, None))
    fixed = sizes(game, bet.levels.astype(float), critical, lambda path: path[:, -1] >= critical)
    assert max(anytime + fixed) <= ALLOWED
    if claim == "nonclassical":
        # No empty test: some of these adversaries come near.
        assert max(fixed) >= ALPHA / 10


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("test", TESTS)
def test_the_tests_of_the_total_score(name, test):
    game = GAMES[name]
    low, high = (float(end) for end in game.payoff_range)
    scores = (game.payoff - low) / (high - low)
    null = (solved(game).classical.value.upper - low) / (high - low)
    goal = float(critical_score(test, np.array([ROUNDS]), null, ALPHA)[0])
    found = sizes(game, scores, goal, lambda path: path[:, -1] >= goal)
    assert max(found) <= ALLOWED


def test_an_adversary_who_gambles_with_quantum_rounds():
    """The payoff null holds more than classical players: all behaviours with the mean payoff."""
    null = null_of(ASYMMETRIC, "payoff")
    bet = best_e_variable(null, behaviour(ASYMMETRIC))
    goal = -math.log(ALPHA)
    rng = np.random.default_rng(5)
    pi = ASYMMETRIC.distribution
    # All wins but for the punished input, lost as often as brings the mean payoff to omega.
    lose = (1 - null.value) / (6 * pi[1, 1])
    logs = (bet.low + bet.step * bet.levels).reshape(4, 2)
    better = ASYMMETRIC.payoff.reshape(4, 2).argmax(axis=1)
    wealth = np.zeros(RUNS)
    most = np.zeros(RUNS)
    for _ in range(600):
        cell = rng.choice(4, size=RUNS, p=pi.ravel())
        lost = (cell == 3) & (rng.random(RUNS) < lose)
        wealth += logs[cell, np.where(lost, 1 - better[cell], better[cell])]
        most = np.maximum(most, wealth)
    claimed = (most >= goal).mean()
    assert ALPHA / 4 <= claimed <= ALLOWED


def test_fresh_windows_multiply():
    """The product of e-values of separate windows is one: its mean is at most 1 under the null."""
    rng = np.random.default_rng(8)
    wins = rng.binomial(40, 0.75, size=(200_000, 3))
    e_values = (0.83 / 0.75) ** wins * (0.17 / 0.25) ** (40 - wins)
    product = e_values.prod(axis=1)
    assert product.mean() == pytest.approx(1, abs=0.15)
    assert (product >= 1 / ALPHA).mean() <= ALPHA
    # p-values do not multiply.
    tails = np.array([(wins[:, 0] >= k).mean() for k in range(42)])
    assert (tails[wins].prod(axis=1) <= ALPHA).mean() > 2 * ALPHA
