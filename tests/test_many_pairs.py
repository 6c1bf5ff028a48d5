"""Strategies on several noisy pairs: against explicit matrices, trees against all trees."""

from dataclasses import replace
from functools import reduce
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.bound import Bound
from xorgames.catalog import chsh, hadamard, random_access_code
from xorgames.clifford import on_pairs, pauli_matrix
from xorgames.errors import InputError
from xorgames.hardware.infidelity import bias_ratio
from xorgames.hardware.many_pairs import many_pair_threshold, many_pairs, tree_strings
from xorgames.solvers.solve import solve

CODES = {n: solve(random_access_code(n)) for n in (4, 5, 6)}


def weights(strings):
    return [sum(letter != "I" for letter in string) for string in strings]


@pytest.mark.parametrize("count", range(1, 12))
@pytest.mark.parametrize("visibility", [0.5, 1.0])
def test_the_strings_anticommute(count, visibility):
    terms = np.random.default_rng(count).random(count)
    strings = tree_strings(terms, visibility)
    assert len(strings) == count
    assert {len(string) for string in strings} == {count // 2}
    for first, second in combinations(strings, 2):
        clashes = sum(a != b and "I" not in (a, b) for a, b in zip(first, second, strict=True))
        assert clashes % 2 == 1


def profiles(ends):
    """Return the sorted depths of all trees with three branches and so many ends."""
    if ends == 1:
        return {(0,)}
    found = set()
    for shape in profiles(ends - 2):
        for depth in set(shape):
            rest = list(shape)
            rest.remove(depth)
            found.add(tuple(sorted([*rest, *[depth + 1] * 3])))
    return found


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([2, 3, 5, 7, 9]), st.floats(0.05, 1))
def test_no_tree_is_better(seed, count, visibility):
    terms = np.random.default_rng(seed).exponential(size=count) ** 2
    ours = (terms * visibility ** np.array(weights(tree_strings(terms, visibility)))).sum()
    falling = np.sort(terms)[::-1]
    ends = count if count % 2 else count + 1
    padded = np.pad(falling, (0, ends - count))
    best = max((padded * visibility ** np.array(depths)).sum() for depths in profiles(ends))
    assert ours == pytest.approx(best)


def test_the_path_is_among_the_trees_and_can_be_beaten():
    assert profiles(5) == {(1, 1, 2, 2, 2)}
    assert profiles(7) == {(1, 1, 2, 2, 3, 3, 3), (1, 2, 2, 2, 2, 2, 2)}
    assert sorted(weights(tree_strings(np.ones(7), 0.9))) == [1, 2, 2, 2, 2, 2, 2]
    assert sorted(weights(tree_strings(2.0 ** -np.arange(7), 0.9))) == [1, 1, 2, 2, 3, 3, 3]


def noisy(pairs, visibility):
    """Return the state of k Werner pairs with all of Alice's qubits before Bob's."""
    phi = np.array([1, 0, 0, 1]) / np.sqrt(2)
    pair = visibility * np.outer(phi, phi) + (1 - visibility) * np.eye(4) / 4
    tensor = reduce(np.kron, [pair] * pairs).reshape([2] * (4 * pairs))
    order = [*range(0, 2 * pairs, 2), *range(1, 2 * pairs, 2)]
    both = [2 * pairs * block + i for block in range(2) for i in order]
    return tensor.transpose(both).reshape(4**pairs, 4**pairs)


@pytest.mark.parametrize(("n", "visibility"), [(4, 0.9), (5, 0.8), (6, 0.85)])
def test_the_correlators_are_those_of_explicit_matrices(n, visibility):
    strategy = many_pairs(CODES[n], visibility=visibility)
    strings = np.stack([pauli_matrix(string) for string in strategy.strings])
    state = noisy(strategy.pairs, visibility)
    matrix = CODES[n].game.matrix
    correlators = strategy.correlators(visibility)
    for x, y in [(0, 0), (1, 2), (len(matrix) - 1, n - 1)]:
        a = np.tensordot(strategy.alice[x], strings, axes=1)
        b = np.tensordot(strategy.bob[y], strings.transpose(0, 2, 1), axes=1)
        assert a @ a == pytest.approx(np.eye(len(a)), abs=1e-9)
        explicit = np.trace(state @ np.kron(a, b)).real
        assert correlators[x, y] == pytest.approx(explicit, abs=1e-10)
    assert (matrix * correlators).sum() in strategy.bias(visibility)


@pytest.mark.parametrize("n", CODES)
@pytest.mark.parametrize("visibility", [0.7, 0.9, 1.0])
def test_each_improvement_improves(n, visibility):
    solution = CODES[n]
    path = on_pairs(solution.quantum.strategy, solution.game.matrix)
    standard = (solution.game.matrix * path.correlators_at(visibility)).sum()
    tree = many_pairs(solution, visibility=visibility, absorb=False).bias(visibility)
    absorbed = many_pairs(solution, visibility=visibility).bias(visibility)
    assert standard <= tree.upper
    assert tree.lower <= absorbed.upper
    assert absorbed.lower <= visibility * solution.quantum.bias.upper


def test_a_code_in_closed_form():
    """Random access code 4 -> 1: C = 3/8, Q = 1/2; (p + p^2)/2 of Q is left: p* = .822876."""
    found = many_pair_threshold(CODES[4])
    assert found.standard.midpoint == pytest.approx((np.sqrt(7) - 1) / 2, abs=1e-8)
    assert (found.rank, found.pairs) == (4, 2)
    assert found.visibility_min.lower == pytest.approx(0.75)
    assert found.visibility_min.upper < 0.807
    assert found.one_pair == bias_ratio(CODES[4])


@pytest.mark.parametrize("n", CODES)
def test_at_the_threshold_the_advantage_is_proven_and_p_is_more_than_r(n):
    found = many_pair_threshold(CODES[n])
    classical = CODES[n].classical.bias
    for bound in (found.visibility_min, found.standard):
        assert found.visibility_min.lower <= bound.lower <= bound.upper
    assert classical.is_below(found.strategy.bias(found.visibility_min.upper))
    assert found.visibility_min.upper <= found.standard.upper
    # Quoting C/Q for each pair would be optimistic.
    assert found.visibility_min.lower < found.standard.lower


def test_one_pair_is_the_ordinary_threshold():
    found = many_pair_threshold(solve(chsh()))
    assert found.pairs == 1
    assert found.standard.midpoint == pytest.approx(np.sqrt(0.5), abs=1e-8)
    assert many_pair_threshold(solve(hadamard(4))) is None


def test_an_advantage_too_small_to_be_proven_gives_no_threshold():
    """The upper end must be reached by the strategy, which is only known to rounding."""
    code = CODES[4]
    least = code.quantum.bias.lower
    classical = replace(code.classical, bias=Bound(least - 1e-15, least - 1e-15))
    assert many_pair_threshold(replace(code, classical=classical)) is None


def test_vectors_stay_vectors():
    strategy = many_pairs(CODES[5], visibility=0.8)
    for side in (strategy.alice, strategy.bob):
        assert np.linalg.norm(side, axis=1) == pytest.approx(np.ones(len(side)))


def test_any_order_of_terms_gives_the_same_value():
    terms, p = np.array([3.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05]), 0.8
    values = {
        round(float((t * p ** np.array(weights(tree_strings(t, p)))).sum()), 12)
        for t in (np.array(order) for order in list(permutations(terms))[::500])
    }
    assert len(values) == 1


def test_to_dict():
    found = many_pair_threshold(CODES[4]).to_dict()
    assert list(found) == ["rank", "pairs", "visibility_min", "standard", "one_pair", "strategy"]
    assert found["strategy"]["paulis"] == list(many_pair_threshold(CODES[4]).strategy.strings)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: many_pairs("rac"),
            "`solution` must be of type Solution; received str. Cure: solve makes one.",
        ),
        (
            lambda: many_pair_threshold(None),
            "`solution` must be of type Solution; received NoneType. Cure: solve makes one.",
        ),
        (
            lambda: many_pairs(CODES[4], visibility=1.1),
            "`visibility` must lie in [0, 1]; received 1.1.",
        ),
        (
            lambda: many_pairs(CODES[4]).bias(-0.1),
            "`visibility` must lie in [0, 1]; received -0.1.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
