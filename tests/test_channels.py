"""Each channel against Kraus operators on density matrices, and what is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware import noise
from xorgames.hardware.channels import Dephasing, Depolarising, Storage
from xorgames.hardware.noise_model import NoiseModel
from xorgames.hardware.pair_state import PairState

ONE = np.eye(2)
X, Y, Z = (np.array(m) for m in ([[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]))
SIDES = st.sampled_from(["alice", "bob", "both"])
probabilities = st.floats(0, 1)


def random_density(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
    density = root @ root.conj().T
    return density / np.trace(density).real


def through(density, kraus, side):
    """Apply Kraus operators of one qubit to Alice's, Bob's or both."""
    if side != "bob":
        density = sum(np.kron(k, ONE) @ density @ np.kron(k, ONE).conj().T for k in kraus)
    if side != "alice":
        density = sum(np.kron(ONE, k) @ density @ np.kron(ONE, k).conj().T for k in kraus)
    return density


def check(channel, kraus, seed):
    assert sum(k.conj().T @ k for k in kraus) == pytest.approx(ONE)
    density = random_density(seed)
    state = NoiseModel(pair=PairState.from_matrix(density), channels=(channel,)).state
    assert state.density == pytest.approx(through(density, kraus, channel.side), abs=1e-12)


@given(probabilities, SIDES, st.integers(0, 999))
def test_depolarising(visibility, side, seed):
    mixed = [math.sqrt((1 - visibility) / 4) * p for p in (ONE, X, Y, Z)]
    kraus = [math.sqrt(visibility) * ONE, *mixed]
    check(Depolarising(visibility=visibility, side=side), kraus, seed)


@given(st.floats(0, 0.5), SIDES, st.integers(0, 999), st.integers(0, 999))
def test_dephasing_about_any_axis(error, side, seed, direction):
    axis = np.random.default_rng(direction).standard_normal(3)
    turn = sum(c * p for c, p in zip(axis / np.linalg.norm(axis), (X, Y, Z), strict=True))
    kraus = [math.sqrt(1 - error) * ONE, math.sqrt(error) * turn]
    check(Dephasing(error=error, axis=tuple(axis), side=side), kraus, seed)


@pytest.mark.parametrize(("name", "pauli"), [("x", X), ("y", Y), ("z", Z)])
def test_named_axes(name, pauli):
    check(Dephasing(error=0.3, axis=name), [math.sqrt(0.7) * ONE, math.sqrt(0.3) * pauli], 1)


@given(st.floats(0, 5), st.floats(0.1, 5), st.floats(0.01, 1), SIDES, st.integers(0, 999))
def test_storage(age, t1, part, side, seed):
    """Decay to 0 (amplitude damping), then the dephasing that T2 leaves beyond it."""
    t2 = 2 * t1 * part
    lost = -math.expm1(-age / t1)
    damping = [
        np.array([[1, 0], [0, math.sqrt(1 - lost)]]),
        np.array([[0, math.sqrt(lost)], [0, 0]]),
    ]
    left = math.exp(-age / t2 + age / (2 * t1))
    dephasing = [math.sqrt((1 + left) / 2) * ONE, math.sqrt((1 - left) / 2) * Z]
    kraus = [second @ first for first in damping for second in dephasing]
    check(Storage(age_s=age, t1_s=t1, t2_s=t2, side=side), kraus, seed)


@given(st.floats(0, 10), st.floats(0.1, 10))
def test_dephasing_of_both_qubits_in_storage(age, t2):
    """1/2 (1 - exp(-2 t/T2)), below the conservative 2 (1 - exp(-t/T)) of arXiv:2604.07451."""
    infidelity = NoiseModel(channels=(Storage(age_s=age, t2_s=t2),)).state.infidelity
    assert infidelity == pytest.approx(-math.expm1(-2 * age / t2) / 2, abs=1e-12)
    assert infidelity <= noise.memory_infidelity(age, t2) + 1e-12


def test_without_a_t2_coherence_lives_for_2_t1():
    given_, implied = Storage(age_s=1.0, t1_s=2.0, t2_s=4.0), Storage(age_s=1.0, t1_s=2.0)
    assert implied.transfer == pytest.approx(given_.transfer)
    assert Storage(age_s=3.0).transfer.tolist() == np.eye(4).tolist()


def test_one_depolarised_side_is_a_werner_pair():
    model = NoiseModel(channels=(Depolarising(visibility=0.9, side="alice"),))
    assert model.state.table == pytest.approx(PairState.werner(0.9).table)


def test_channels_are_values():
    assert Depolarising(visibility="1/2") == Depolarising(visibility=0.5)
    assert hash(Dephasing(error=0.1)) == hash(Dephasing(error=0.1, axis="z"))


AXIS = 'must be "x", "y", "z" or three numbers that are not all zero'


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Depolarising(visibility=2),
            "`visibility` must lie in [0, 1]; received 2.",
        ),
        (
            lambda: Depolarising(visibility=0.5, side="bod"),
            "`side` is not known; received 'bod'. Cure: did you mean `bob`?",
        ),
        (lambda: Dephasing(error=0.6), "`error` must lie in [0, 0.5]; received 0.6."),
        (lambda: Dephasing(error=0.1, axis="w"), f"`axis` {AXIS}; received 'w'."),
        (lambda: Dephasing(error=0.1, axis=(0, 0, 0)), f"`axis` {AXIS}; received (0, 0, 0)."),
        (lambda: Dephasing(error=0.1, axis=(1, 2)), f"`axis` {AXIS}; received (1, 2)."),
        (lambda: Dephasing(error=0.1, axis=3), f"`axis` {AXIS}; received 3."),
        (
            lambda: Dephasing(error=0.1, axis=(1, 0, float("nan"))),
            f"`axis` {AXIS}; received (1, 0, nan).",
        ),
        (lambda: Storage(age_s=-1), "`age_s` must lie in [0, infinity); received -1."),
        (
            lambda: Storage(age_s=1, t1_s=0),
            "`t1_s` must be positive; received 0. Cure: None means no decay.",
        ),
        (
            lambda: Storage(age_s=1, t1_s=1, t2_s=3),
            "`t2_s` must not exceed 2 t1_s; received t2_s = 3, t1_s = 1.",
        ),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
