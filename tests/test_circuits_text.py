"""Programs as the command line prints them."""

from types import SimpleNamespace

import numpy as np
import pytest

from xorgames.catalog import chsh, load_balancing
from xorgames.cli.circuits_text import netqasm_text, qasm_text
from xorgames.errors import InputError
from xorgames.solvers.solve import solve
from xorgames.strategy import OnePairStrategy

SOLUTION = solve(chsh())


def test_qasm():
    lines = qasm_text(SOLUTION).splitlines()
    assert lines[:3] == [
        "OPENQASM 3.0;",
        "// CHSH: one Bell pair, every pair of inputs once",
        'include "stdgates.inc";',
    ]
    assert [line for line in lines if line.startswith("// x")] == [
        f"// x = {x}, y = {y}" for x in (0, 1) for y in (0, 1)
    ]
    assert lines[-1] == "b[3] = measure bob[0];"


def test_qasm_is_read_by_qiskit():
    qasm3 = pytest.importorskip("qiskit.qasm3", reason="qiskit is the independent reader")
    circuit = qasm3.loads(qasm_text(solve(load_balancing("0.3", cells=3))))
    assert circuit.count_ops()["measure"] == 18


def test_a_program_does_not_grow_without_limit():
    strategy = OnePairStrategy(alice=np.zeros((101, 2)), bob=np.zeros((100, 2)), planar=True)
    game = SimpleNamespace(name="large", shape=(101, 100))
    with pytest.raises(InputError) as caught:
        qasm_text(SimpleNamespace(game=game, one_pair=SimpleNamespace(strategy=strategy)))
    assert str(caught.value) == (
        "`GAME` must have at most 10000 pairs of inputs for one program; received 101 x 100."
        " Cure: write the rounds wanted with xorgames.circuits.openqasm."
    )


def test_netqasm():
    assert netqasm_text(SOLUTION) == "\n".join(
        [
            "# CHSH: one Bell pair |Phi+>, rot(n, d) = n pi / 2^d, Bloch angles",
            "# M0 = 0 is the output 0",
            *(f"# d = {d}: rounding costs 0" for d in (3, 4, 5, 6, 7)),
            "",
            "# alice, x = 0",
            "set Q0 0",
            "meas Q0 M0",
            "",
            "# alice, x = 1",
            "set Q0 0",
            "rot_y Q0 192 7",
            "meas Q0 M0",
            "",
            "# bob, y = 0",
            "set Q0 0",
            "rot_y Q0 224 7",
            "meas Q0 M0",
            "",
            "# bob, y = 1",
            "set Q0 0",
            "rot_y Q0 32 7",
            "meas Q0 M0",
        ]
    )
