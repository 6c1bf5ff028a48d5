"""The whole solution: known values, order of values, verdicts, metamorphic properties."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import random_matrix
from xorgames import catalog
from xorgames.bound import Finding
from xorgames.errors import TooLargeError
from xorgames.game import XORGame
from xorgames.solvers.one_pair import best_of_rank, dial, dialled_bias
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve

KNOWN = json.loads((Path(__file__).parent / "data" / "known_games.json").read_text())["games"]


def assert_in_order(solution: Solution) -> None:
    """Classical <= one pair <= quantum <= no-signalling in everything returned."""
    chain = [solution.classical, solution.one_pair, solution.quantum, solution.no_signalling]
    for below, above in itertools.pairwise(chain):
        for which in ("value", "bias"):
            low, high = getattr(below, which), getattr(above, which)
            assert low.lower <= high.lower
            assert low.upper <= high.upper
    assert solution.quantum.bias.upper <= 1.7823 * solution.classical.bias.upper * (1 + 1e-12)
    assert solution.advantage.bound.lower >= 0.0
    rank = solution.quantum.rank
    assert rank <= min(solution.game.shape)
    assert solution.quantum.pairs == math.ceil((rank - 1) / 2)


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known["spec"])
def test_known_games(known):
    solution = solve(XORGame.from_matrix(known["matrix"]))
    assert_in_order(solution)
    assert solution.classical.bias.midpoint == pytest.approx(known["classical_bias"], abs=1e-12)
    assert solution.quantum.bias.midpoint == pytest.approx(known["quantum_bias"], abs=1e-12)
    assert solution.quantum.bias.width <= 1e-9 * solution.quantum.bias.upper
    advantage = known["quantum_bias"] > known["classical_bias"] + 1e-9
    assert solution.advantage.verdict == (Finding.PROVEN if advantage else Finding.REFUTED)
    if known["spec"] not in BEST_IN_A_PLANE:
        assert solution.one_pair.planar
        assert solution.quantum.rank <= 2
        assert solution.one_pair.shortfall.upper < 1e-9


# Where a plane is not enough: the best bias in a plane that was found by an independent search.
BEST_IN_A_PLANE = {
    "random_access_code:n=3": 0.5393446629166316,
    "random_access_code:n=4": 0.4628073967054585,
    "fishburn_reeds:k=3": 0.5469181606780271,
}


@pytest.mark.parametrize("spec", BEST_IN_A_PLANE)
def test_one_plane_is_not_enough(spec):
    game = catalog.parse(spec)
    plane = best_of_rank(game.matrix, 2, known=[], rng=np.random.default_rng(0))
    in_a_plane = dialled_bias(game.matrix, dial(plane))
    assert in_a_plane == pytest.approx(BEST_IN_A_PLANE[spec], abs=1e-9)
    solution = solve(game)
    assert not solution.one_pair.planar
    assert solution.one_pair.bias.lower > in_a_plane + 1e-3


def test_one_pair_that_falls_short():
    """The random access code of 4 bits needs 4 dimensions, hence two pairs."""
    solution = solve(catalog.random_access_code(4))
    assert (solution.quantum.rank, solution.quantum.pairs) == (4, 2)
    one_pair = solution.one_pair
    assert one_pair.bias.lower == pytest.approx(0.4829629131445, abs=1e-9)
    assert one_pair.bias.upper == solution.quantum.bias.upper
    assert one_pair.shortfall.upper == pytest.approx((0.5 - 0.4829629131445) / 2, abs=1e-9)


# arguments of the family, classical bias, Tsirelson bias: arXiv:quant-ph/0404076 and games of old
FAMILIES = [
    *[(catalog.chained(n), Fraction(n - 1, n), math.cos(math.pi / 2 / n)) for n in (2, 3, 6, 11)],
    *[(catalog.odd_cycle(n), Fraction(n - 1, n), math.cos(math.pi / 2 / n)) for n in (3, 7, 11)],
    *[
        (
            catalog.staircase(n),
            Fraction(math.ceil(n * n / 2), n * n),
            1 / (n * math.sin(math.pi / 2 / n)),
        )
        for n in (1, 2, 6, 13)
    ],
    *[
        (
            catalog.random_access_code(n),
            Fraction(math.comb(n - 1, (n - 1) // 2), 2 ** (n - 1)),
            n**-0.5,
        )
        for n in (2, 3, 4, 5)
    ],
    (catalog.hadamard(2), Fraction(1, 2), 2**-0.5),
    (catalog.hadamard(4), Fraction(1, 2), 0.5),
    (catalog.hadamard(8), Fraction(20, 64), 8**-0.5),
    (catalog.hadamard(16), None, 0.25),
    (catalog.affinity("K3"), Fraction(5, 9), 2 / 3),
    (catalog.chsh().power(2), Fraction(1, 2), 0.5),
]


@pytest.mark.parametrize(("game", "classical", "quantum"), FAMILIES, ids=lambda v: str(v)[:40])
def test_families_with_closed_forms(game, classical, quantum):
    solution = solve(game)
    assert_in_order(solution)
    if classical is not None:
        assert solution.classical.exact
        assert float(classical) in solution.classical.bias
        assert solution.classical.bias.width <= 2**-53
    assert solution.quantum.bias.lower - 1e-15 <= quantum <= solution.quantum.bias.upper + 1e-15


@pytest.mark.parametrize("k", [3, 4])
def test_fishburn_reeds_ratio(k):
    solution = solve(catalog.fishburn_reeds(k))
    ratio = solution.quantum.bias / solution.classical.bias
    assert ratio.midpoint == pytest.approx((3 * k - 5) / (2 * k - 3), rel=1e-10)


@pytest.mark.parametrize(
    ("p", "beta", "classical", "quantum", "threshold"),
    [
        ("0.5", "0", 0.75, 0.853553, 0.292893),
        ("0.3", "0.3", 0.79, 0.8123395588, 0.0715233),
        ("0.4", "0.1", 0.792, 0.8329624603, 0.1230243),
        ("0.3", "0", 0.91, 0.9101219331, 0.00029731),
    ],
)
def test_coordinating_two_servers(p, beta, classical, quantum, threshold):
    solution = solve(catalog.hft(p, beta))
    assert solution.classical.value.midpoint == pytest.approx(classical, abs=1e-14)
    assert solution.quantum.value.midpoint == pytest.approx(quantum, abs=6e-7)
    ratio = solution.classical.bias / solution.quantum.bias
    assert (1 - ratio).midpoint == pytest.approx(threshold, abs=5e-7)
    assert solution.advantage.verdict is Finding.PROVEN


@pytest.mark.parametrize("p", ["0.6", "0.625", "0.7", "0.9"])
@pytest.mark.parametrize("q", ["0.5", "0.8", "0.95"])
def test_biased_chsh(p, q):
    """Lawson, Linden, Popescu, arXiv:1011.6245."""
    solution = solve(catalog.biased_chsh(p, q))
    exact_p, exact_q = Fraction(p), Fraction(q)
    classical = 1 - 2 * (1 - exact_p) * (1 - exact_q)
    assert float(classical) in solution.classical.bias
    if 2 * exact_p * exact_q < 1:
        squares = (exact_p**2 + (1 - exact_p) ** 2) * (exact_q**2 + (1 - exact_q) ** 2)
        assert solution.advantage.verdict is Finding.PROVEN
        assert solution.quantum.bias.midpoint == pytest.approx(
            math.sqrt(2 * float(squares)), rel=1e-12
        )
    else:
        assert solution.advantage.verdict is Finding.REFUTED
        assert solution.quantum.bias == solution.classical.bias
        assert solution.quantum.rank == 1


def test_an_advantage_too_small_for_doubles_is_still_proven():
    solution = solve(catalog.biased_chsh(Fraction(5, 8) - Fraction(1, 10**30), Fraction(4, 5)))
    assert solution.advantage.verdict is Finding.PROVEN
    assert solution.advantage.bound.lower == 0.0
    assert_in_order(solution)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_order_holds_for_random_games(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 6, size=2)
    weights = rng.integers(0, 5, (m, n)).astype(int)
    weights[0, 0] += 1
    total = int(weights.sum())
    distribution = [[Fraction(int(w), total) for w in row] for row in weights]
    game = XORGame(distribution, rng.integers(-4, 5, (m, n, 2)))
    solution = solve(game)
    assert_in_order(solution)
    assert solution.advantage.verdict is not Finding.UNDECIDED
    if min(m, n) == 1:
        assert solution.advantage.verdict is Finding.REFUTED
        assert solution.no_signalling.bias == solution.classical.bias


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_adding_the_same_to_both_parities_moves_the_values_only(seed):
    rng = np.random.default_rng(seed)
    base = XORGame.from_matrix(random_matrix(rng, largest=4))
    extra = rng.integers(-3, 4, base.shape)[..., None] * np.ones(2, dtype=int)
    moved = XORGame(base.exact_distribution, base.exact_payoff + extra)
    first, second = solve(base), solve(moved)
    assert first.quantum.bias.midpoint == pytest.approx(second.quantum.bias.midpoint, rel=1e-12)
    mean = float((base.exact_distribution * extra[..., 0]).sum())
    assert second.quantum.value.midpoint == pytest.approx(
        first.quantum.value.midpoint + mean, abs=1e-9
    )
    assert first.advantage.verdict == second.advantage.verdict


def test_pairs_that_never_occur_do_not_matter():
    payoff = [[[1, 0], [1, 0]], [[1, 0], [5, -7]]]
    other = [[[1, 0], [1, 0]], [[1, 0], [0, 900]]]
    distribution = [["1/2", "1/4"], ["1/4", 0]]
    first, second = solve(XORGame(distribution, payoff)), solve(XORGame(distribution, other))
    assert first.quantum.value == second.quantum.value
    assert first.classical.value == second.classical.value


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_payoffs_of_pairs_that_never_occur_do_not_matter(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(1, 5, size=2)
    weights = rng.integers(0, 3, (m, n))
    weights[0, 0] += 1
    total = int(weights.sum())
    distribution = [[Fraction(int(w), total) for w in row] for row in weights]
    payoff = rng.integers(-4, 5, (m, n, 2))
    other = np.where(weights[..., None] == 0, rng.integers(-99, 99, (m, n, 2)), payoff)
    first, second = (XORGame(distribution, each) for each in (payoff, other))
    # All values are those of the matrix and the offset.
    assert (first.exact_matrix == second.exact_matrix).all()
    assert first.exact_offset == second.exact_offset


def test_a_game_that_pays_the_same_for_both_parities():
    solution = solve(XORGame([[1]], [[[3, 3]]]))
    assert solution.classical.value == solution.no_signalling.value
    assert solution.classical.value.lower == 3.0
    assert solution.advantage.verdict is Finding.REFUTED


def test_the_witness_method():
    solution = solve(catalog.chsh(), method="scs")
    assert solution.quantum.method == "scs"
    assert solution.quantum.bias.width < 1e-8
    assert solution.advantage.verdict is Finding.PROVEN


def test_too_large_to_enumerate():
    with pytest.raises(TooLargeError, match="needs about 8 strategies"):
        solve(catalog.staircase(4), max_strategies=7)


def test_the_shape_of_the_dictionary():
    content = solve(catalog.chsh()).to_dict()
    json.dumps(content, allow_nan=False)
    assert set(content) == {
        "game", "classical", "quantum", "one_pair", "no_signalling", "advantage", "seconds",
    }  # fmt: skip
    assert content["game"]["shape"] == [2, 2]
    assert content["classical"]["strategy"] == {"a": [0, 0], "b": [0, 0]}
    assert set(content["quantum"]) >= {"value", "bias", "rank", "pairs", "method"}
    assert set(content["one_pair"]) >= {"value", "bias", "planar", "angles_deg"}
    assert content["advantage"]["verdict"] == "PROVEN"


def test_two_runs_give_the_same_digits():
    game = catalog.random_access_code(4)
    first, second = solve(game).to_dict(), solve(game).to_dict()
    first.pop("seconds"), second.pop("seconds")
    assert first == second
