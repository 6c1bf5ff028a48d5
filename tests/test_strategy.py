"""Strategies: their correlators against the definitions, with explicit matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.strategy import DeterministicStrategy, OnePairStrategy, VectorStrategy

PHI_PLUS = np.array([1, 0, 0, 1]) / np.sqrt(2)
ANGLES = st.floats(-360, 360)


def directions(planar):
    azimuth = st.just(0.0) if planar else ANGLES
    return st.lists(st.tuples(ANGLES, azimuth), min_size=1, max_size=3).map(np.array)


@st.composite
def one_pair(draw):
    planar = draw(st.booleans())
    alice, bob = draw(directions(planar)), draw(directions(planar))
    return OnePairStrategy(alice=alice, bob=bob, planar=planar)


def expectation(operator):
    return (PHI_PLUS @ operator @ PHI_PLUS).real


@given(strategy=one_pair())
def test_observables_have_the_outcomes_plus_and_minus_one(strategy):
    for observables in strategy.observables:
        for observable in observables:
            assert np.allclose(observable, observable.conj().T)
            assert np.allclose(observable @ observable, np.eye(2))
            assert np.trace(observable) == pytest.approx(0, abs=1e-12)


@given(strategy=one_pair())
def test_correlators_and_marginals_on_the_bell_pair(strategy):
    alice, bob = strategy.observables
    for x, a in enumerate(alice):
        assert expectation(np.kron(a, np.eye(2))) == pytest.approx(0, abs=1e-12)
        for y, b in enumerate(bob):
            expected = expectation(np.kron(a, b))
            assert strategy.correlators[x, y] == pytest.approx(expected, abs=1e-12)
    for b in bob:
        assert expectation(np.kron(np.eye(2), b)) == pytest.approx(0, abs=1e-12)


@given(strategy=one_pair())
def test_correlators_in_angles(strategy):
    (pa, za), (pb, zb) = np.radians(strategy.alice).T, np.radians(strategy.bob).T
    expected = np.cos(pa)[:, None] * np.cos(pb) + np.sin(pa)[:, None] * np.sin(pb) * np.cos(
        za[:, None] + zb
    )
    assert np.allclose(strategy.correlators, expected)
    if strategy.planar:
        assert np.allclose(strategy.correlators, np.cos(pa[:, None] - pb))


@pytest.mark.parametrize(
    ("angles", "observable"),
    [
        ([0, 0], [[1, 0], [0, -1]]),
        ([90, 0], [[0, 1], [1, 0]]),
        ([90, 90], [[0, -1j], [1j, 0]]),
        ([180, 0], [[-1, 0], [0, 1]]),
    ],
)
def test_pauli_observables(angles, observable):
    strategy = OnePairStrategy(
        alice=np.array([angles], dtype=float), bob=np.zeros((1, 2)), planar=False
    )
    assert np.allclose(strategy.observables[0][0], observable)


def test_chsh_angles():
    strategy = OnePairStrategy(
        alice=np.array([[0.0, 0.0], [90.0, 0.0]]),
        bob=np.array([[45.0, 0.0], [-45.0, 0.0]]),
        planar=True,
    )
    assert strategy.angles_deg == {"a": [0.0, 90.0], "b": [45.0, -45.0]}
    signs = np.array([[1, 1], [1, -1]])
    assert np.allclose(strategy.correlators, signs / np.sqrt(2))


def test_angles_out_of_one_plane_are_pairs():
    strategy = OnePairStrategy(
        alice=np.array([[0.0, 0.0]]), bob=np.array([[90.0, 30.0]]), planar=False
    )
    assert strategy.angles_deg == {"a": [[0.0, 0.0]], "b": [[90.0, 30.0]]}


BITS = st.lists(st.integers(0, 1), min_size=1, max_size=5)


@given(a=BITS, b=BITS)
def test_deterministic_correlators(a, b):
    strategy = DeterministicStrategy(a=np.array(a), b=np.array(b))
    expected = [[1.0 if bit_a == bit_b else -1.0 for bit_b in b] for bit_a in a]
    assert strategy.correlators.tolist() == expected
    assert strategy.to_dict() == {"a": a, "b": b}


@pytest.mark.parametrize(("rank", "pairs"), [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3)])
def test_vectors(rank, pairs):
    alice, bob = np.eye(rank)[:1], np.full((2, rank), rank**-0.5)
    strategy = VectorStrategy(alice=alice, bob=bob)
    assert (strategy.rank, strategy.pairs) == (rank, pairs)
    assert np.allclose(strategy.correlators, [[rank**-0.5] * 2])


@pytest.mark.parametrize(
    "strategy",
    [
        DeterministicStrategy(a=np.array([0]), b=np.array([1])),
        VectorStrategy(alice=np.eye(2), bob=np.eye(2)),
        OnePairStrategy(alice=np.zeros((1, 2)), bob=np.zeros((1, 2)), planar=True),
    ],
)
def test_strategies_are_read_only(strategy):
    arrays = [value for value in vars(strategy).values() if isinstance(value, np.ndarray)]
    assert len(arrays) == 2
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    ("bits", "received"),
    [([0, 2], "[0, 2]"), ([[0, 1]], "[[0, 1]]"), (0, "0"), ([0.5], "[0.5]"), (["1"], "['1']")],
)
def test_bits_that_are_none(bits, received):
    with pytest.raises(InputError) as refused:
        DeterministicStrategy(a=bits, b=[0])
    rule = "`a` must be one bit, 0 or 1, for each input"
    assert str(refused.value) == f"{rule}; received {received}."


@pytest.mark.parametrize(
    ("angles", "received"),
    [
        ([[0.0, np.nan]], "[[0.0, nan]]"),
        ([0.0, 1.0], "[0.0, 1.0]"),
        ([[0.0, 1.0, 2.0]], "[[0.0, 1.0, 2.0]]"),
        ([["0", "1"]], "[['0', '1']]"),
    ],
)
def test_angles_that_are_none(angles, received):
    with pytest.raises(InputError) as refused:
        OnePairStrategy(alice=[[0.0, 0.0]], bob=angles, planar=True)
    rule = "`bob` must be two finite angles in degrees, polar and azimuth, for each input"
    assert str(refused.value) == f"{rule}; received {received}."


def test_arrays_that_are_none():
    with pytest.raises(InputError) as refused:
        VectorStrategy(alice=[[1.0], [1.0, 0.0]], bob=[[1.0]])
    assert str(refused.value) == "`alice` must be an array; received [[1.0], [1.0, 0.0]]."
