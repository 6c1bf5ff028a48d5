"""The one-pair strategy of a solution as programs, for `angles --format qasm` and `netqasm`."""

from itertools import product
from typing import TYPE_CHECKING

from xorgames.errors import reject

if TYPE_CHECKING:
    from xorgames.solvers.solution import Solution

#: Rounding shown beside the finest, so that the price of fewer bits can be seen.
_COARSER = (3, 4, 5, 6)

_MOST_ROUNDS = 10_000


def qasm_text(solution: "Solution") -> str:
    """Return one OpenQASM 3 program that plays every pair of inputs once, in order."""
    from xorgames.circuits import openqasm

    m, n = solution.game.shape
    if m * n > _MOST_ROUNDS:
        cure = "write the rounds wanted with xorgames.circuits.openqasm"
        rule = f"must have at most {_MOST_ROUNDS} pairs of inputs for one program"
        reject("GAME", rule, received=f"{m} x {n}", cure=cure)
    x, y = zip(*product(range(m), range(n)), strict=True)
    title = f"// {ascii(solution.game.name)[1:-1]}: one Bell pair, every pair of inputs once\n"
    program = openqasm(solution.one_pair.strategy, x, y)
    version, _, rest = program.partition("\n")
    return f"{version}\n{title}{rest}".rstrip("\n")


def netqasm_text(solution: "Solution") -> str:
    """Return each party's instructions for each input, and what rounding the angles costs."""
    from xorgames.netqasm import MAX_EXPONENT, netqasm_angles

    strategy, game = solution.one_pair.strategy, solution.game
    angles = netqasm_angles(strategy, d=MAX_EXPONENT)
    lines = [
        f"# {ascii(game.name)[1:-1]}: one Bell pair |Phi+>, rot(n, d) = n pi / 2^d, Bloch angles",
        "# M0 = 0 is the output 0",
    ]
    lines += [
        f"# d = {d}: rounding costs {_tidy(netqasm_angles(strategy, d=d).loss(game))}"
        for d in (*_COARSER, MAX_EXPONENT)
    ]
    for party, label, count in zip(("alice", "bob"), "xy", game.shape, strict=True):
        for question in range(count):
            lines += ["", f"# {party}, {label} = {question}", angles.subroutine(party, question)]
    return "\n".join(lines)


def _tidy(loss: float) -> str:
    """Write a loss without the noise of the last digits."""
    return f"{round(loss, 12) + 0.0:.3g}"
