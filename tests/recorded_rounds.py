"""Rounds as a laboratory would record them, and the games they are rounds of."""

import functools

import numpy as np

import xorgames as xg
from xorgames.hardware.evidence import Tally
from xorgames.hardware.evidence_payoffs import Payoffs
from xorgames.hardware.round_log import RoundBatch

CHSH = xg.catalog.chsh()
HFT = xg.catalog.parse("hft:p=0.3,beta=0.3")
#: Three payoffs, one pair of inputs punished by 5: statistics of rare large losses.
ASYMMETRIC = xg.XORGame(
    [["2/5", "1/5"], ["1/5", "1/5"]],
    [[[1, -1], [1, -1]], [[1, -1], [-5, 1]]],
    name="asymmetric",
)


@functools.cache
def solved(game):
    return xg.solve(game)


def batch(x, y, a, b, pair=None):
    pair = np.ones(len(x), dtype=bool) if pair is None else pair
    return RoundBatch(x=x, y=y, a=a, b=b, pair=pair)


def play(game, rounds, rng, *, visibility=None, strategy=None):
    """Rounds of the one-pair strategy at a visibility, or of a deterministic strategy."""
    m, n = game.shape
    x, y = np.divmod(rng.choice(m * n, size=rounds, p=game.distribution.ravel()), n)
    if strategy is not None:
        return batch(x, y, strategy.a[x], strategy.b[y])
    correlators = solved(game).one_pair.strategy.correlators
    a = rng.integers(0, 2, rounds)
    agree = rng.random(rounds) < (1 + visibility * correlators[x, y]) / 2
    return batch(x, y, a, np.where(agree, a, 1 - a))


def judge(game, *batches, alpha=0.05, stopping="fixed", null_value=None):
    tally = Tally(Payoffs(game, null_value))
    for each in batches:
        tally.add(each)
    return tally.evidence(alpha=alpha, stopping=stopping)


def write(path, rounds, *, start=1):
    columns = (rounds.x, rounds.y, rounds.a, rounds.b, rounds.pair.astype(int))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = (f"{i},{','.join(map(str, row))}\n" for i, row in enumerate(rows, start))
    path.write_text("round,x,y,a,b,pair\n" + "".join(lines))
    return path
