"""A one-pair strategy in the integers of NetQASM, and what rounding its angles costs.

NetQASM's rot_y and rot_z turn the Bloch vector by n pi / 2^d with whole n and d (arXiv:2111.09823).
A measurement at (polar, azimuth) is a rotation by -azimuth about z, one by -polar about y, and a
measurement of Z; each angle is rounded to the nearest multiple. The argument is the Bloch angle,
twice the angle by which a basis, or a polariser, turns.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect, reject
from xorgames.game import XORGame
from xorgames.regions import whole_number
from xorgames.strategy import OnePairStrategy

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

#: The instruction holds n and d in a byte each: up to here n, below 2^(d + 1), fits.
MAX_EXPONENT = 7


@dataclass(frozen=True, kw_only=True, eq=False)
class NetQASMAngles:
    """The rotations of both parties as NetQASM's integers.

    Attributes
    ----------
    d : int
        Every angle is n pi / 2^d.
    alice, bob : ndarray of int, shapes (m, 2) and (n, 2)
        n of rot_z and of rot_y for each input, from 0 to 2^(d + 1) - 1.
    rounded : OnePairStrategy
        What the integers play.
    ideal : OnePairStrategy
        What they stand for.
    """

    d: int
    alice: IntArray
    bob: IntArray
    rounded: OnePairStrategy
    ideal: OnePairStrategy

    def loss(self, game: XORGame) -> float:
        """Return by how much rounding lowers the value of a game; below 0 if it is better.

        Raises
        ------
        InputError
            If the game has other numbers of inputs than the strategy.
        """
        expect(game, XORGame, key="game")
        m, n = self.ideal.correlators.shape
        if game.shape != (m, n):
            received = "{} x {}".format(*game.shape)
            reject("game", f"must have {m} x {n} inputs, as the strategy has", received=received)
        difference = self.ideal.correlators - self.rounded.correlators
        return float((game.matrix * difference).sum()) / 2

    def subroutine(self, party: str, question: int) -> str:
        """Return the instructions of one party, "alice" or "bob", for one input.

        Raises
        ------
        InputError
            If there is no such party or input.

        Examples
        --------
        >>> from xorgames import catalog, solve
        >>> angles = netqasm_angles(solve(catalog.chsh()).one_pair.strategy, d=2)
        >>> print(angles.subroutine("bob", 1))
        set Q0 0
        rot_y Q0 1 2
        meas Q0 M0
        """
        tables = {"alice": self.alice, "bob": self.bob}
        if not (isinstance(party, str) and party in tables):
            reject("party", 'must be "alice" or "bob"', received=repr(party))
        steps = tables[party]
        row = steps[whole_number("question", question, 0, len(steps) - 1)].tolist()
        turns = [f"rot_{axis} Q0 {n} {self.d}" for axis, n in zip("zy", row, strict=True) if n]
        return "\n".join(["set Q0 0", *turns, "meas Q0 M0"])

    def to_dict(self) -> dict[str, Any]:
        """Return the integers as lists."""
        return {"d": self.d, "a": self.alice.tolist(), "b": self.bob.tolist()}


def netqasm_angles(strategy: OnePairStrategy, *, d: int = MAX_EXPONENT) -> NetQASMAngles:
    """Return the angles of a one-pair strategy, rounded to multiples of pi / 2^d.

    Parameters
    ----------
    strategy : OnePairStrategy
    d : int, from 0 to 7

    Raises
    ------
    InputError
        If it is no such strategy, or d does not fit into the instruction.

    Examples
    --------
    >>> from xorgames import catalog, solve
    >>> game = catalog.chsh()
    >>> angles = netqasm_angles(solve(game).one_pair.strategy, d=1)
    >>> angles.to_dict()
    {'d': 1, 'a': [[0, 0], [0, 3]], 'b': [[0, 0], [0, 0]]}
    >>> round(angles.loss(game), 4)
    0.1036
    """
    expect(strategy, OnePairStrategy, key="strategy", cure="take solution.one_pair.strategy")
    d = whole_number("d", d, 0, MAX_EXPONENT)
    alice, bob = _steps(strategy.alice, d), _steps(strategy.bob, d)
    rounded = OnePairStrategy(
        alice=_angles_deg(alice, d), bob=_angles_deg(bob, d), planar=strategy.planar
    )
    return NetQASMAngles(d=d, alice=alice, bob=bob, rounded=rounded, ideal=strategy)


def _steps(angles_deg: FloatArray, d: int) -> IntArray:
    """Return n of rot_z and rot_y for (polar, azimuth) in degrees."""
    turns = -angles_deg[:, ::-1] * (2**d / 180)
    return np.asarray(np.rint(turns).astype(np.int64) % 2 ** (d + 1))


def _angles_deg(steps: IntArray, d: int) -> FloatArray:
    """Return the (polar, azimuth) in degrees, from -180 up to 180, that integers stand for."""
    degrees = -steps[:, ::-1] * (180 / 2**d)
    return np.asarray(degrees + 360.0 * (degrees <= -180.0))
