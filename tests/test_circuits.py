"""Circuits: run by Qiskit, an independent simulator, against the correlators."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.played import random_k_pairs, random_one_pair
from xorgames.circuits import measured, openqasm, rotations
from xorgames.clifford import generators, pauli_matrix
from xorgames.errors import InputError
from xorgames.measurements import on_generators
from xorgames.strategy import DeterministicStrategy, OnePairStrategy, VectorStrategy

qasm3 = pytest.importorskip("qiskit.qasm3", reason="qiskit is the independent simulator")

TOLERANCE = 1e-10


def simulated(text):
    """E and the two marginals of a program with one round, by Qiskit's statevector."""
    from qiskit.quantum_info import Pauli, Statevector

    circuit = qasm3.loads(text)
    where = {}
    for instruction in list(circuit.data):
        if instruction.operation.name == "measure":
            register = circuit.find_bit(instruction.clbits[0]).registers[0][0].name
            where[register] = circuit.find_bit(instruction.qubits[0]).index
    circuit.remove_final_measurements()
    state = Statevector(circuit)

    def mean(qubits):
        letters = ["I"] * circuit.num_qubits
        for qubit in qubits:
            letters[-1 - qubit] = "Z"
        return state.expectation_value(Pauli("".join(letters))).real

    return mean([where["a"], where["b"]]), mean([where["a"]]), mean([where["b"]])


STRATEGIES = {
    "one pair, planar": random_one_pair(1, planar=True),
    "one pair": random_one_pair(2, planar=False),
    **{f"rank {rank}": random_k_pairs(rank, rank) for rank in range(2, 10)},
    "vectors": VectorStrategy(alice=random_k_pairs(9, 5).alice, bob=random_k_pairs(9, 5).bob),
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_an_independent_simulator_finds_the_correlators(name):
    strategy = STRATEGIES[name]
    for x, y in np.ndindex(strategy.correlators.shape):
        correlator, alice, bob = simulated(openqasm(strategy, x, y))
        assert correlator == pytest.approx(strategy.correlators[x, y], abs=TOLERANCE)
        assert alice == pytest.approx(0, abs=TOLERANCE)
        assert bob == pytest.approx(0, abs=TOLERANCE)


@settings(max_examples=15)
@given(
    alice=st.sampled_from([0, 45, 90, -90, 135, 180, -180, 300, -1e-7]),
    bob=st.sampled_from([0, 22.5, -45, 90, 180, -300, 720]),
)
def test_angles_on_the_axes(alice, bob):
    strategy = OnePairStrategy(
        alice=np.array([[alice, 0.0]]), bob=np.array([[bob, 0.0]]), planar=True
    )
    correlator, _, _ = simulated(openqasm(strategy, 0, 0))
    assert correlator == pytest.approx(np.cos(np.radians(alice - bob)), abs=TOLERANCE)


def matrix(rotation, qubits):
    axis, angle, where = rotation
    letters = ["I"] * qubits
    for qubit in where:
        letters[qubit] = axis[0].upper()
    generator = pauli_matrix("".join(letters))
    return np.cos(angle / 2) * np.eye(2**qubits) - 1j * np.sin(angle / 2) * generator


@pytest.mark.parametrize("rank", range(2, 10))
@pytest.mark.parametrize("seed", range(3))
def test_rotations_turn_the_observable_into_z(rank, seed):
    vector = random_k_pairs(seed, rank).alice[0]
    strings = generators(rank)
    observable = np.tensordot(vector, [pauli_matrix(text) for text in strings], axes=1)
    for rotation in rotations(vector):
        turn = matrix(rotation, rank // 2)
        observable = turn @ observable @ turn.conj().T
    assert np.allclose(observable, pauli_matrix(strings[0]), atol=1e-12)
    assert len(rotations(vector)) == rank - 1


def test_what_each_party_measures():
    strategy = random_k_pairs(4, 5)
    for party, observables in enumerate(strategy.observables):
        strings = [pauli_matrix(text) for text in strategy.paulis]
        vector = measured(strategy, 1, 1)[party]
        assert np.allclose(np.tensordot(vector, strings, axes=1), observables[1])


def test_several_rounds_in_one_program():
    strategy = on_generators(STRATEGIES["rank 4"])
    text = openqasm(strategy, [0, 1], [2, 0])
    circuit = qasm3.loads(text)
    assert [register.size for register in circuit.qregs] == [2, 2]
    assert [(register.name, register.size) for register in circuit.cregs] == [("a", 2), ("b", 2)]
    assert circuit.count_ops()["reset"] == 4
    for i, (x, y) in enumerate([(0, 2), (1, 0)]):
        alone = openqasm(strategy, x, y).partition(f"// x = {x}, y = {y}\n")[2]
        there = text.split("// x = ")[i + 1].partition("\n")[2].rstrip("\n") + "\n"
        there = there.replace("reset alice;\nreset bob;\n", "")
        assert there == alone.replace("[0] = measure", f"[{i}] = measure")


def test_pairs_that_are_there_already():
    text = openqasm(STRATEGIES["rank 4"], 0, 0, prepare=False)
    assert "h alice" not in text
    assert "cx alice[0], bob[0];" not in text
    assert qasm3.loads(text).num_qubits == 4


def test_the_text_is_exact():
    strategy = OnePairStrategy(
        alice=np.array([[90.0, 90.0]]), bob=np.array([[45.0, 0.0]]), planar=False
    )
    assert openqasm(strategy, 0, 0) == (
        'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
        "// In each round the parity is a xor b; the bit 0 is the outcome +1.\n"
        "qubit[1] alice;\nqubit[1] bob;\nbit[1] a;\nbit[1] b;\n\n"
        "// x = 0, y = 0\nh alice[0];\ncx alice[0], bob[0];\n"
        "rz(-1.5707963267948966) alice[0];\nry(-1.5707963267948966) alice[0];\n"
        "a[0] = measure alice[0];\n"
        "ry(-0.7853981633974483) bob[0];\nb[0] = measure bob[0];\n"
    )


def signs():
    return VectorStrategy(alice=np.array([[1.0]]), bob=np.array([[-1.0]]))


@pytest.mark.parametrize(
    ("strategy", "x", "y", "prepare", "message"),
    [
        (
            DeterministicStrategy(a=np.array([0]), b=np.array([0])),
            0,
            0,
            True,
            "`strategy` must be a quantum strategy; received DeterministicStrategy. Cure: take"
            " solution.one_pair.strategy or solution.quantum.strategy.",
        ),
        (
            signs(),
            0,
            0,
            True,
            "`strategy` must measure at least one pair; received none. Cure: its vectors are mere"
            " signs: play the bits.",
        ),
        (STRATEGIES["rank 2"], 2, 0, True, "`x` must be from 0 to 1; received 2 to 2."),
        (
            STRATEGIES["rank 2"],
            [0, 1],
            0,
            True,
            "`y` must be as many inputs as x, one or more in a row; received shapes (2,) and (1,).",
        ),
        (
            STRATEGIES["rank 2"],
            [],
            [],
            True,
            "`y` must be as many inputs as x, one or more in a row; received shapes (0,) and (0,).",
        ),
        (
            STRATEGIES["rank 2"],
            [0, 1],
            [0, 1],
            False,
            "`prepare` must be true for several rounds; received False. Cure: write one program for"
            " each round.",
        ),
    ],
)
def test_refusals(strategy, x, y, prepare, message):
    with pytest.raises(InputError) as caught:
        openqasm(strategy, x, y, prepare=prepare)
    assert str(caught.value) == message
