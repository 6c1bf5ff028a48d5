"""NetQASM's integers: what they play, and what rounding costs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.played import random_one_pair
from xorgames.catalog import chsh, load_balancing
from xorgames.errors import InputError
from xorgames.netqasm import netqasm_angles
from xorgames.solvers.one_pair import best_of_rank, dial
from xorgames.strategy import OnePairStrategy, VectorStrategy

CHSH = OnePairStrategy(
    alice=np.array([[0.0, 0.0], [90.0, 0.0]]),
    bob=np.array([[45.0, 0.0], [-45.0, 0.0]]),
    planar=True,
)


def rotation(axis, angle):
    pauli = {"y": np.array([[0, -1j], [1j, 0]]), "z": np.diag([1, -1])}[axis]
    return np.cos(angle / 2) * np.eye(2) - 1j * np.sin(angle / 2) * pauli


@given(seed=st.integers(0, 2**32 - 1), planar=st.booleans(), d=st.integers(0, 7))
def test_the_instructions_measure_the_rounded_directions(seed, planar, d):
    angles = netqasm_angles(random_one_pair(seed, planar=planar), d=d)
    observables = angles.rounded.observables
    for party, steps in enumerate((angles.alice, angles.bob)):
        assert steps.min() >= 0
        assert steps.max() < 2 ** (d + 1) <= 256
        for question, row in enumerate(steps):
            turn = np.eye(2)
            for axis, n in zip("zy", row, strict=True):
                turn = rotation(axis, n * np.pi / 2**d) @ turn
            measured = turn.conj().T @ np.diag([1, -1]) @ turn
            assert np.allclose(measured, observables[party][question], atol=1e-12)


def by_qiskit(angles, x, y):
    """E of the two subroutines on |Phi+>, by an independent simulator."""
    circuit_module = pytest.importorskip("qiskit", reason="qiskit is the independent simulator")
    from qiskit.quantum_info import Pauli, Statevector

    circuit = circuit_module.QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    for qubit, party, question in ((0, "alice", x), (1, "bob", y)):
        first, *turns, last = angles.subroutine(party, question).splitlines()
        assert (first, last) == ("set Q0 0", "meas Q0 M0")
        for turn in turns:
            name, register, n, d = turn.split()
            assert register == "Q0"
            gate = {"rot_y": circuit.ry, "rot_z": circuit.rz}[name]
            gate(int(n) * np.pi / 2 ** int(d), qubit)
    return Statevector(circuit).expectation_value(Pauli("ZZ")).real


@pytest.mark.parametrize("planar", [True, False])
@pytest.mark.parametrize("d", [0, 3, 7])
def test_an_independent_simulator_finds_the_rounded_correlators(planar, d):
    for seed in range(3):
        angles = netqasm_angles(random_one_pair(seed, planar=planar), d=d)
        for x, y in np.ndindex(angles.rounded.correlators.shape):
            assert by_qiskit(angles, x, y) == pytest.approx(
                angles.rounded.correlators[x, y], abs=1e-10
            )


def test_angles_of_any_sign_and_size():
    wild = OnePairStrategy(
        alice=np.array([[-300.0, 0.0], [180.0, 0.0], [-180.0, 0.0], [1e-9, 0.0], [719.0, 0.0]]),
        bob=np.array([[-45.0, 0.0], [-1e-9, 0.0]]),
        planar=True,
    )
    angles = netqasm_angles(wild)
    for x, y in np.ndindex(5, 2):
        found = by_qiskit(angles, x, y)
        assert found == pytest.approx(angles.rounded.correlators[x, y], abs=1e-10)
        assert found == pytest.approx(wild.correlators[x, y], abs=2 * np.pi / 256)


@given(seed=st.integers(0, 2**32 - 1), d=st.integers(0, 7))
def test_rounding_moves_no_angle_by_more_than_half_a_step(seed, d):
    ideal = random_one_pair(seed, planar=False)
    rounded = netqasm_angles(ideal, d=d).rounded
    for ours, theirs in ((rounded.alice, ideal.alice), (rounded.bob, ideal.bob)):
        moved = np.abs((ours - theirs + 180) % 360 - 180)
        assert moved.max() <= 90 / 2**d + 1e-9


@pytest.mark.parametrize(("d", "value"), [(3, 0.8212), (4, 0.8234), (5, 0.8242)])
def test_load_balancing_in_eight_cells(d, value):
    """The values after rounding, of .8245."""
    game = load_balancing("0.330032", cells=8)
    vectors = best_of_rank(game.matrix, 2, known=[], rng=np.random.default_rng(0))
    strategy = dial(vectors)
    ideal = game.offset + (game.matrix * strategy.correlators).sum() / 2
    assert ideal == pytest.approx(0.8245, abs=5e-5)
    loss = netqasm_angles(strategy, d=d).loss(game)
    assert ideal - loss == pytest.approx(value, abs=5e-5)


def test_chsh_needs_eighths_of_a_turn():
    assert netqasm_angles(CHSH, d=2).loss(chsh()) == pytest.approx(0, abs=1e-15)
    assert netqasm_angles(CHSH, d=1).loss(chsh()) == pytest.approx(2**-1.5 - 0.25, abs=1e-12)


def test_subroutines():
    angles = netqasm_angles(CHSH, d=2)
    assert angles.subroutine("alice", 0) == "set Q0 0\nmeas Q0 M0"
    assert angles.subroutine("alice", 1) == "set Q0 0\nrot_y Q0 6 2\nmeas Q0 M0"
    tilted = OnePairStrategy(
        alice=np.array([[90.0, -90.0]]), bob=np.array([[0.0, 0.0]]), planar=False
    )
    assert netqasm_angles(tilted, d=3).subroutine("alice", 0) == (
        "set Q0 0\nrot_z Q0 4 3\nrot_y Q0 12 3\nmeas Q0 M0"
    )
    assert angles.to_dict() == {"d": 2, "a": [[0, 0], [0, 6]], "b": [[0, 7], [0, 1]]}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: netqasm_angles(VectorStrategy(alice=np.eye(2), bob=np.eye(2))),
            "`strategy` must be of type OnePairStrategy; received VectorStrategy. Cure: take"
            " solution.one_pair.strategy.",
        ),
        (
            lambda: netqasm_angles(CHSH, d=8),
            "`d` must be a whole number from 0 to 7; received 8.",
        ),
        (
            lambda: netqasm_angles(CHSH).loss(load_balancing("0.3", cells=4)),
            "`game` must have 2 x 2 inputs, as the strategy has; received 4 x 4.",
        ),
        (
            lambda: netqasm_angles(CHSH).subroutine("carol", 0),
            """`party` must be "alice" or "bob"; received 'carol'.""",
        ),
        (
            lambda: netqasm_angles(CHSH).subroutine([], 0),
            """`party` must be "alice" or "bob"; received [].""",
        ),
        (
            lambda: netqasm_angles(CHSH).subroutine("alice", 2),
            "`question` must be a whole number from 0 to 1; received 2.",
        ),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InputError) as caught:
        call()
    assert str(caught.value) == message
