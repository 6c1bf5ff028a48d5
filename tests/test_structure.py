"""Reduction keeps the bias, and the way back keeps the strategy's bias."""

import itertools
import time
import tracemalloc
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import best_value, classical_bias, fractions_of, random_matrix, sign_matrix
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.integers import as_integers
from xorgames.solvers.structure import reduce_game
from xorgames.solvers.workers import Watch


def reduced(exact_matrix):
    return reduce_game(*as_integers(exact_matrix))


def with_structure(rng):
    """Blocks, repeated, opposite, proportional and empty rows and columns, shuffled."""
    blocks = [random_matrix(rng, largest=3) for _ in range(int(rng.integers(1, 3)))]
    m, n = np.sum([block.shape for block in blocks], axis=0)
    matrix = np.zeros((m, n))
    row = column = 0
    for block in blocks:
        matrix[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    factors = [-2.0, -1.0, 0.0, 0.5, 1.0]
    extra = [rng.choice(factors) * matrix[rng.integers(len(matrix))] for _ in range(2)]
    matrix = np.vstack([matrix, *extra])
    extra = [rng.choice(factors) * matrix[:, [rng.integers(matrix.shape[1])]] for _ in range(2)]
    matrix = np.hstack([matrix, *extra])
    return matrix[rng.permutation(len(matrix))][:, rng.permutation(matrix.shape[1])]


def best_signs(part):
    signs = itertools.product((1, -1), repeat=len(part.rows))
    return max(map(np.array, signs), key=part.bias_of)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_bias_and_strategy_survive(seed):
    matrix = fractions_of(with_structure(np.random.default_rng(seed)))
    structure = reduced(matrix)
    bias = sum(part.scale * best_value(part.integers) for part in structure.components)
    signs = [best_signs(part) for part in structure.components]
    assert bias == classical_bias(matrix)
    assert deterministic_bias(matrix, structure.strategy(signs)) == bias


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_signs_keep_their_bias(seed):
    rng = np.random.default_rng(seed)
    matrix = fractions_of(with_structure(rng))
    structure = reduced(matrix)
    signs = [rng.choice([-1, 1], len(part.rows)) for part in structure.components]
    pairs = zip(structure.components, signs, strict=True)
    bias = sum(part.bias_of(chosen) for part, chosen in pairs)
    assert deterministic_bias(matrix, structure.strategy(signs)) == bias


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_is_left_to_reduce(seed):
    structure = reduced(fractions_of(with_structure(np.random.default_rng(seed))))
    for part in structure.components:
        k, columns = part.integers.shape
        assert k <= columns
        again = reduced(part.integers * Fraction(1))
        (only,) = again.components
        assert only.integers.shape == (k, columns)
        assert only.scale == 1
        assert (only.integers == part.integers).all() or k == columns


def test_each_step_makes_the_next_possible():
    """The two equal columns are seen once the two opposite rows are one."""
    matrix = fractions_of([[1, 2, 3], [-1, -2, -3], [5, 10, 7]])
    (part,) = reduced(matrix).components
    assert part.integers.shape == (2, 2)
    assert sorted(map(sorted, part.integers.tolist())) == [[6, 6], [7, 15]]


def test_parts_and_transposes():
    matrix = fractions_of(np.zeros((5, 4)))
    matrix[[0, 2, 4], 1] = Fraction(1, 2), Fraction(1, 3), Fraction(-1, 6)
    matrix[1, [0, 3]] = 5, 7
    parts = reduced(matrix).components
    assert [part.scale for part in parts] == [1, 12]
    assert [part.integers.tolist() for part in parts] == [[[1]], [[1]]]
    tall = reduced(fractions_of(np.arange(24).reshape(6, 4) ** 2))
    assert [part.transposed for part in tall.components] == [True]


def test_a_game_without_questions():
    structure = reduced(fractions_of(np.zeros((3, 2))))
    assert structure.components == ()
    assert structure.strategy([]).to_dict() == {"a": [0, 0, 0], "b": [0, 0]}


def test_the_first_input_of_alice_answers_0():
    rng = np.random.default_rng(8)
    for _ in range(20):
        matrix = fractions_of(rng.integers(1, 9, (4, 5)) * rng.choice([-1, 1], (4, 5)))
        structure = reduced(matrix)
        (part,) = structure.components
        assert structure.strategy([best_signs(part)]).a[0] == 0


def test_merging_ends_where_it_is_told_to():
    """What is left unmerged is still the same game; zeros are dropped in any case."""
    matrix = fractions_of([[1, 2, 0, 3], [-1, -2, 0, -3], [0, 0, 0, 0], [5, 10, 0, 7]])
    watch = Watch()
    watch.stop()
    structure = reduce_game(*as_integers(matrix), watch=watch)
    (part,) = structure.components
    assert part.integers.tolist() == [[1, 2, 3], [-1, -2, -3], [5, 10, 7]]
    strategy = structure.strategy([best_signs(part)])
    assert deterministic_bias(matrix, strategy) == classical_bias(matrix)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.sampled_from([1, 2**13, 2**27, 2**62, 2**500]))
def test_small_and_large_integers_are_merged_alike(seed, size):
    """Squares that are exact in doubles, squares that are not, and no machine integers at all."""
    rng = np.random.default_rng(seed)
    small = fractions_of(np.round(4 * with_structure(rng)))
    plain, large = reduced(small), reduced(small * size)
    for ours, theirs in zip(plain.components, large.components, strict=True):
        assert (ours.integers == theirs.integers).all()
        assert ours.scale * size == theirs.scale
    for ours, theirs in ((plain.alice, large.alice), (plain.bob, large.bob)):
        asked = ours.sign != 0
        assert (ours.group[asked] == theirs.group[asked]).all()
        assert (ours.sign == theirs.sign).all()


def test_long_sides_take_little_memory():
    """No table of all pairs of columns: it would take 3 GB."""
    rows = np.random.default_rng(0).choice([-1, 1], (2, 20_000))
    tracemalloc.start()
    (part,) = reduce_game(rows).components
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert part.integers.shape == (2, 2)
    assert part.scale * best_value(part.integers) == best_value(rows)
    assert peak < 50e6


def test_large_games_are_reduced_quickly():
    """Two orders of magnitude above what is measured (64: 2 ms, 500: 0.1 s)."""
    for n, limit_s in ((64, 0.5), (500, 20.0)):
        matrix = fractions_of(sign_matrix(n))
        started = time.perf_counter()
        reduced(matrix)
        assert time.perf_counter() - started < limit_s
