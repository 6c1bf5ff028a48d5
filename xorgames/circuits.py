"""A strategy as a circuit: OpenQASM 3 text for one Bell pair or k of them.

The observable to measure is  A = sum u_i G_i  with the strings Z, X (, Y) on one pair and those of
`xorgames.clifford` on k. Neighbouring strings multiply to  G_i G_(i+1) = i P  with P = Y on one
qubit, Z Z on two neighbours, or Z on the last, and the rotation exp(-i t P / 2) by
t = -atan2(u_(i+1), u_i) turns u_(i+1) G_(i+1) into G_i. From the last coordinate down to the first
d - 1 rotations leave A = Z on the first qubit, which is measured: the bit is the party's output.
Gates: h and cx to prepare |Phi+>, ry, rz, and cx rz cx for Z Z.

Convention. The argument of ry and rz is the angle by which the Bloch vector turns. A measurement
in the X-Z plane at the Bloch angle t is ry(-t) and then Z; the basis itself turns by t/2, which is
the angle of a polariser: "22.5 degrees" there is 45 degrees here. With |Phi+> the correlator is
cos(a - b) of the Bloch angles. Rotations about X instead would give cos(a + b).
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xorgames.clifford import KPairStrategy
from xorgames.errors import reject
from xorgames.measurements import Quantum, on_generators
from xorgames.play import checked_inputs

FloatArray = NDArray[np.float64]

#: A rotation: the name of its axis, its angle in radians, its qubits.
Rotation = tuple[str, float, tuple[int, ...]]

_HEADER = """OPENQASM 3.0;
include "stdgates.inc";
// In each round the parity is a xor b; the bit 0 is the outcome +1.
"""


def rotations(coordinates: FloatArray) -> list[Rotation]:
    """Return the rotations after which measuring Z on the first qubit measures sum u_i G_i.

    Parameters
    ----------
    coordinates : ndarray of float, shape (d,), d at least 2
        The unit vector u.

    Returns
    -------
    list of (axis, angle, qubits)
        In the order of time; the axis is "y", "z" or "zz", the rotation exp(-i angle axis / 2).

    Examples
    --------
    >>> rotations(np.array([0.0, 1.0]))
    [('y', -1.5707963267948966, (0,))]
    """
    left = coordinates.astype(np.float64)
    found: list[Rotation] = []
    for last in range(len(left) - 1, 0, -1):
        angle = -math.atan2(left[last], left[last - 1])
        left[last - 1] = math.hypot(left[last - 1], left[last])
        if angle:
            axis, qubits = _axis(last, pairs=len(left) // 2)
            found.append((axis, angle, qubits))
    return found


def _axis(last: int, *, pairs: int) -> tuple[str, tuple[int, ...]]:
    """Return the axis P and its qubits for the strings number last - 1 and last, from 0."""
    qubit = last // 2
    if last % 2:
        return "y", (qubit,)
    return ("z", (pairs - 1,)) if qubit == pairs else ("zz", (qubit - 1, qubit))


def openqasm(strategy: Quantum, x: ArrayLike, y: ArrayLike, *, prepare: bool = True) -> str:
    """Return an OpenQASM 3 program that plays rounds with given inputs.

    Parameters
    ----------
    strategy : OnePairStrategy, KPairStrategy or VectorStrategy
    x, y : int or sequence of int
        The inputs of each round, as many of one as of the other. Between rounds the qubits are
        reset.
    prepare : bool
        Whether the program makes the pairs |Phi+>, or finds them in its qubits: then it can play
        only one round.

    Returns
    -------
    str
        With registers `alice` and `bob`, one qubit for each pair, and the outputs in the bits `a`
        and `b`, one for each round. Reference: the OpenQASM 3 specification (arXiv:2104.14722).

    Raises
    ------
    InputError
        If the strategy measures nothing, or an input is not among those of the game.

    Examples
    --------
    >>> from xorgames import catalog, solve
    >>> print(openqasm(solve(catalog.chsh()).one_pair.strategy, 0, 1))
    OPENQASM 3.0;
    include "stdgates.inc";
    // In each round the parity is a xor b; the bit 0 is the outcome +1.
    qubit[1] alice;
    qubit[1] bob;
    bit[1] a;
    bit[1] b;
    <BLANKLINE>
    // x = 0, y = 1
    h alice[0];
    cx alice[0], bob[0];
    a[0] = measure alice[0];
    ry(0.7853981633974483) bob[0];
    b[0] = measure bob[0];
    <BLANKLINE>
    """
    coordinates = _coordinates(strategy)
    m, n = coordinates.correlators.shape
    of_alice = np.atleast_1d(checked_inputs(x, m, key="x"))
    of_bob = np.atleast_1d(checked_inputs(y, n, key="y"))
    if of_alice.shape != of_bob.shape or of_alice.ndim > 1 or not of_alice.size:
        received = f"shapes {of_alice.shape} and {of_bob.shape}"
        reject("y", "must be as many inputs as x, one or more in a row", received=received)
    if not prepare and of_alice.size > 1:
        cure = "write one program for each round"
        reject("prepare", "must be true for several rounds", received=prepare, cure=cure)
    k, rounds = coordinates.pairs, of_alice.size
    lines = [f"qubit[{k}] alice;", f"qubit[{k}] bob;", f"bit[{rounds}] a;", f"bit[{rounds}] b;"]
    for i, inputs in enumerate(zip(of_alice.tolist(), of_bob.tolist(), strict=True)):
        lines += ["", f"// x = {inputs[0]}, y = {inputs[1]}"]
        lines += ["reset alice;", "reset bob;"] * (i > 0)
        if prepare:
            lines += [
                line for q in range(k) for line in (f"h alice[{q}];", f"cx alice[{q}], bob[{q}];")
            ]
        for party, bit, vector in zip(
            ("alice", "bob"), "ab", measured(coordinates, *inputs), strict=True
        ):
            lines += [line for turn in rotations(vector) for line in _gates(turn, party)]
            lines.append(f"{bit}[{i}] = measure {party}[0];")
    return _HEADER + "\n".join(lines) + "\n"


def measured(strategy: KPairStrategy, x: int, y: int) -> tuple[FloatArray, FloatArray]:
    """Return what each party measures as coordinates on the strings themselves.

    Bob's belong to the transposed strings, which differ by a sign for each Y.
    """
    signs = np.array([(-1.0) ** text.count("Y") for text in strategy.paulis])
    return strategy.alice[x], strategy.bob[y] * signs


def _coordinates(strategy: Any) -> KPairStrategy:
    if not isinstance(strategy, Quantum):
        cure = "take solution.one_pair.strategy or solution.quantum.strategy"
        rule = "must be a quantum strategy"
        reject("strategy", rule, received=type(strategy).__name__, cure=cure)
    coordinates = on_generators(strategy)
    if coordinates.pairs == 0:
        cure = "its vectors are mere signs: play the bits"
        reject("strategy", "must measure at least one pair", received="none", cure=cure)
    return coordinates


def _gates(rotation: Rotation, register: str) -> Iterator[str]:
    axis, angle, qubits = rotation
    names = [f"{register}[{q}]" for q in qubits]
    if axis == "zz":
        yield f"cx {names[0]}, {names[1]};"
        yield f"rz({angle!r}) {names[1]};"
        yield f"cx {names[0]}, {names[1]};"
    else:
        yield f"r{axis}({angle!r}) {names[0]};"
