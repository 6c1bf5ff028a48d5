"""Values of limited dimension: known cases, the caps, and what may be called proven."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, elegant, hadamard, nonlocal_computation, random_access_code
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.solvers import dimension
from xorgames.solvers.certificate import strategy_bias
from xorgames.solvers.dimension import value_of_rank, value_with_pairs
from xorgames.solvers.solve import solve
from xorgames.strategy import VectorStrategy

TSIRELSON = "Tsirelson bound"


@pytest.fixture(scope="module")
def code_of_five():
    return solve(random_access_code(5))


@pytest.mark.parametrize(
    ("game", "rank", "bias", "optimal"),
    [
        (chsh(), 1, 1 / 2, "PROVEN"),
        (chsh(), 2, 2**-0.5, "PROVEN"),
        (chsh(), 7, 2**-0.5, "PROVEN"),
        # The maximum over a fine grid of the two free angles is the same.
        (elegant(), 2, (1 + 5**0.5) / 6, "UNDECIDED"),
        (elegant(), 3, 3**-0.5, "PROVEN"),
        # Success .741481: numerical optimum of Ambainis et al., arXiv:0810.2937.
        (random_access_code(4), 3, 2 * 0.741481 - 1, "UNDECIDED"),
        (random_access_code(4), 4, 1 / 2, "PROVEN"),
        (hadamard(8), 2, 8**-0.5, "PROVEN"),
    ],
    ids=str,
)
def test_known_values(game, rank, bias, optimal):
    found = value_of_rank(solve(game), rank=rank)
    assert found.reached == pytest.approx(bias, abs=2e-6)
    assert found.optimal == optimal
    assert found.strategy.rank <= rank
    assert found.rank == rank
    assert found.pairs is None


@pytest.mark.parametrize(("pairs", "bits"), [(1, 2), (1, 3), (2, 4), (2, 5)])
def test_k_pairs_are_enough_for_a_code_of_2k_plus_1_bits(pairs, bits):
    found = value_with_pairs(solve(random_access_code(bits)), pairs=pairs)
    assert found.optimal is Finding.PROVEN
    assert found.reached == pytest.approx(bits**-0.5, rel=1e-9)
    assert (found.pairs, found.rank) == (pairs, 2 * pairs + 1)


def test_one_pair_falls_short_of_a_code_of_five_bits(code_of_five):
    one = value_with_pairs(code_of_five, pairs=1)
    assert one.optimal is Finding.UNDECIDED
    assert one.bias.lower == one.reached < code_of_five.quantum.bias.lower - 1e-3
    assert one.bias.upper == code_of_five.quantum.bias.upper
    assert one.proof == TSIRELSON


def test_caps_from_the_classical_bound(code_of_five):
    """Where the Tsirelson bracket is wide, constants times the classical bias bound from above."""
    wide = replace_quantum(code_of_five, Bound(code_of_five.classical.bias.lower, 1.0))
    classical = code_of_five.classical.bias.upper
    for rank, constant, proof in [
        (1, 1, "classical bound"),
        (2, math.sqrt(2), "sqrt(2) times the classical bound (Krivine 1979)"),
        (3, 1.4546, "1.4546 times the classical bound (arXiv:2302.04721)"),
        (4, 1.7823, "1.7823 times the classical bound (Krivine 1979)"),
    ]:
        found = value_of_rank(wide, rank=rank)
        assert found.proof == proof
        assert found.bias.upper == pytest.approx(constant * classical, rel=1e-14)
        assert found.bias.upper >= constant * classical
    assert value_with_pairs(wide, pairs=1).proof == proof_of(wide, rank=3)
    # Two pairs might do more than the Clifford construction: only the cap for every rank holds.
    assert value_with_pairs(wide, pairs=2).proof == proof_of(wide, rank=4)


def proof_of(solution, rank):
    return value_of_rank(solution, rank=rank).proof


def replace_quantum(solution, bias):
    from dataclasses import replace

    value = solution.game.value_of_bias(bias)
    return replace(solution, quantum=replace(solution.quantum, bias=bias, value=value))


def test_rank_that_suffices_for_the_size_takes_the_tsirelson_bracket():
    """5 x 4: (3 + 1)(3 + 2)/2 = 10 > 9, so one pair suffices, whatever the search finds."""
    rng = np.random.default_rng(1)
    solution = solve(XORGame.from_matrix(rng.integers(-9, 10, (5, 4)).tolist()))
    bracket = solution.quantum.bias
    wide = Bound(bracket.lower, bracket.upper + 1e-3)
    found = value_with_pairs(replace_quantum(solution, wide), pairs=1)
    assert found.bias == wide
    assert found.optimal is Finding.UNDECIDED


def test_no_advantage_at_all():
    game = nonlocal_computation("0001")
    found = value_of_rank(solve(game), rank=2)
    assert found.optimal is Finding.PROVEN
    assert found.strategy.rank == 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), m=st.integers(1, 6), n=st.integers(1, 6))
def test_brackets_are_nested_and_reached(seed, m, n):
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 4, (m, n))
    matrix[0, 0] = 1
    solution = solve(XORGame.from_matrix(matrix.tolist()))
    before = solution.classical.bias.lower
    for rank in (1, 2, 3, 4):
        found = value_of_rank(solution, rank=rank, starts=8)
        assert before <= found.bias.lower * (1 + 1e-12)
        assert found.bias.lower <= found.bias.upper
        assert found.bias.upper <= solution.quantum.bias.upper
        assert strategy_bias(solution.game.matrix, found.strategy) == found.reached
        if rank >= min(m, n):
            assert found.bias.lower >= solution.quantum.bias.lower
        before = found.reached
    if min(m, n) <= 3:
        assert value_with_pairs(solution, pairs=1).optimal is Finding.PROVEN


def test_dictionary():
    content = value_with_pairs(solve(chsh()), pairs=1).to_dict()
    bias, value = content.pop("bias"), content.pop("value")
    assert content == {"pairs": 1, "rank": 3, "proof": TSIRELSON, "optimal": "PROVEN"}
    assert bias["lower"] <= 2**-0.5 <= bias["upper"]
    assert value["lower"] <= 1 / 2 + 8**-0.5 <= value["upper"]


WHOLE = "must be a whole number from"


def test_no_solution():
    with pytest.raises(InputError) as caught:
        value_of_rank(chsh(), rank=2)
    assert str(caught.value) == (
        "`solution` must be of type Solution; received XORGame. Cure: solve makes one."
    )


def test_more_dimensions_than_inputs_cost_nothing(monkeypatch):
    searched = []

    def search(_, rank, **__):
        searched.append(rank)
        return VectorStrategy(alice=np.ones((2, 1)), bob=np.ones((2, 1)))

    monkeypatch.setattr(dimension, "best_of_rank", search)
    monkeypatch.setattr(dimension, "REACHED", -1.0)
    found = value_with_pairs(solve(chsh()), pairs=1000)
    assert (found.rank, searched) == (2001, [2])
    assert found.reached == pytest.approx(0.5**0.5)


@pytest.mark.parametrize(
    ("ask", "arguments", "message"),
    [
        (value_with_pairs, {"pairs": -1}, f"`pairs` {WHOLE} 0 to 1024; received -1."),
        (value_with_pairs, {"pairs": 1.5}, f"`pairs` {WHOLE} 0 to 1024; received 1.5."),
        (
            value_with_pairs,
            {"pairs": True},
            "`pairs` must be a number; received True. Cure: true and false are not numbers.",
        ),
        (value_of_rank, {"rank": 0}, f"`rank` {WHOLE} 1 to 1024; received 0."),
        (value_of_rank, {"rank": None}, "`rank` must be a real number; received None."),
        (value_of_rank, {"rank": math.nan}, "`rank` must be finite; received nan."),
        (value_of_rank, {"rank": 2, "starts": 0}, f"`starts` {WHOLE} 1 to 10000; received 0."),
        (
            value_of_rank,
            {"rank": 2, "starts": 20000},
            f"`starts` {WHOLE} 1 to 10000; received 20000.",
        ),
    ],
)
def test_bad_requests(ask, arguments, message):
    solution = solve(chsh())
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        ask(solution, **arguments)
