"""Noise as a value: what stands between the ideal strategy on one pair and what is observed.

It acts in this order:

1. a pair is made in a state (`pair`);
2. each of `channels`, in the order given, acts on the qubits of one party or of both: depolarising,
   dephasing about an axis, storage;
3. each party measures its direction n; the detector clicks with probability eta (`efficiency`), and
   the outcome is then misread: 0 as 1 with probability e0, 1 as 0 with e1 (`readout`);
4. without a click the party answers the bit of the best classical strategy;
5. with probability 1 - `availability` there was no pair at all.

Steps 3 and 4 turn the direction n into the observable  (1 - eta) s + eta (h n . sigma + d)  with
h = 1 - e0 - e1, d = e1 - e0 and s = +-1 the fallback. What becomes of d depends on the party's
`roles` of the two outcomes, which software can exchange: "fixed" leaves d; "private" exchanges them
at random, unknown to the other party, and removes it; "aligned" exchanges them where that gives d
the sign of the classical strategy's answer. (A random exchange shared by both parties would leave
d_A d_B.)

Without a pair, a party that knows it plays the best classical answer to what the other does; one
that does not know measures a qubit that is fully mixed.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import expect, reject
from xorgames.game import XORGame
from xorgames.hardware.arguments import choice, keep
from xorgames.hardware.channels import Channel
from xorgames.hardware.pair_state import PairState
from xorgames.solvers.see_saw import PHI_PLUS, Play, dialled, play_bias
from xorgames.solvers.solution import Solution
from xorgames.solvers.solve import solve
from xorgames.strategy import OnePairStrategy

FloatArray = NDArray[np.float64]
Roles = Literal["private", "aligned", "fixed"]
KnownTo = Literal["both", "alice", "bob", "none"]


@dataclass(frozen=True, kw_only=True)
class Readout:
    """How often an outcome is misread: 0 as 1 with probability e0, 1 as 0 with probability e1.

    Examples
    --------
    >>> Readout(e0=0.125, e1=0.25).shrink, Readout(e0=0.125, e1=0.25).drift
    (0.625, 0.125)
    """

    e0: float = 0.0
    e1: float = 0.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        keep(self, 0, 1, "e0", "e1")
        if self.e0 + self.e1 > 1:
            cure = "exchange the outcomes: such a readout is right more often when it is inverted"
            received = f"{self.e0 + self.e1:g}"
            reject("e0", "and `e1` must sum to at most 1", received=received, cure=cure)

    @property
    def shrink(self) -> float:
        """h, by which the observable shrinks."""
        # 1 - 0.9 - 0.1 is negative in doubles.
        return max(0.0, 1.0 - self.e0 - self.e1)

    @property
    def drift(self) -> float:
        """d, which is added to it."""
        return self.e1 - self.e0


@dataclass(frozen=True, kw_only=True)
class NoiseModel:
    """All that stands between the ideal strategy on one pair and what is observed.

    Parameters
    ----------
    pair : PairState
        As it is made; |Phi+> by default.
    channels : tuple of Depolarising, Dephasing, Storage
    readout_a, readout_b : Readout
    efficiency_a, efficiency_b : float, in [0, 1]
        The probability of a click.
    roles : {"private", "aligned", "fixed"}
        What is done about asymmetric readout.
    availability : float, in [0, 1]
        The probability that there is a pair.
    missing_known_to : {"both", "alice", "bob", "none"}
        Who knows when there is none.

    Examples
    --------
    >>> import xorgames as xg
    >>> noise = NoiseModel(pair=PairState.werner(1 - 4 * 0.04 / 3),
    ...                    readout_a=Readout(e0=0.002, e1=0.002),
    ...                    readout_b=Readout(e0=0.002, e1=0.002))
    >>> print(noise.value(xg.catalog.chsh()).display(9))  # 1/2 + (1 - 0.06089152) sqrt2 / 4
    0.832024987 … 0.832024988
    """

    pair: PairState = field(default_factory=lambda: PairState(table=PHI_PLUS))
    channels: tuple[Channel, ...] = ()
    readout_a: Readout = Readout()
    readout_b: Readout = Readout()
    efficiency_a: float = 1.0
    efficiency_b: float = 1.0
    roles: Roles = "private"
    availability: float = 1.0
    missing_known_to: KnownTo = "both"

    def __post_init__(self) -> None:
        """Check the parts."""
        expect(self.pair, PairState, key="pair", cure="PairState.from_matrix makes one")
        expect(self.channels, tuple, key="channels", cure="put a comma after a single channel")
        for i, channel in enumerate(self.channels):
            expect(channel, get_args(Channel), key=f"channels[{i}]")
        for key in ("readout_a", "readout_b"):
            expect(getattr(self, key), Readout, key=key, cure="Readout(e0=..., e1=...)")
        keep(self, 0, 1, "efficiency_a", "efficiency_b", "availability")
        choice(self.roles, Roles, key="roles")
        choice(self.missing_known_to, KnownTo, key="missing_known_to")

    @property
    def state(self) -> PairState:
        """The pair when it is measured: after all channels."""
        table = self.pair.table
        for channel in self.channels:
            if channel.side != "bob":
                table = channel.transfer @ table
            if channel.side != "alice":
                table = table @ channel.transfer.T
        return PairState(table=table)

    def play(self, subject: Solution | XORGame, strategy: OnePairStrategy | None = None) -> Play:
        """Return the observables that the parties really play, and the state that they have.

        Parameters
        ----------
        subject : Solution or XORGame
        strategy : OnePairStrategy, optional
            The solution's own by default.
        """
        solution = solved(subject)
        chosen = solution.one_pair.strategy if strategy is None else strategy
        expect(chosen, OnePairStrategy, key="strategy", cure="solve finds one")
        alice, bob = dialled(chosen)
        asked = solution.game.shape
        if (len(alice), len(bob)) != asked:
            rule = f"must be for the inputs of the game, {asked[0]} x {asked[1]}"
            reject("strategy", rule, received=f"{len(alice)} x {len(bob)}")
        fallback = solution.classical.strategy
        return Play(
            alice=self._seen(alice, fallback.a, self.readout_a, self.efficiency_a),
            bob=self._seen(bob, fallback.b, self.readout_b, self.efficiency_b),
            state=self.state.table,
        )

    def bias(self, subject: Solution | XORGame, strategy: OnePairStrategy | None = None) -> Bound:
        """Return a bracket on the bias; the parameters are those of `play`."""
        solution = solved(subject)
        play = self.play(solution, strategy)
        reached = play_bias(solution.game.matrix, play)
        if self.availability == 1:
            return reached
        missing = self._without_pair(solution, play)
        return reached * self.availability + missing * (1 - Bound.exact(self.availability))

    def value(self, subject: Solution | XORGame, strategy: OnePairStrategy | None = None) -> Bound:
        """Return a bracket on the expected payoff; the parameters are those of `play`."""
        solution = solved(subject)
        return solution.game.value_of_bias(self.bias(solution, strategy))

    def to_dict(self) -> dict[str, Any]:
        """Return the parts by name, in the order in which they act."""
        return {
            "pair": self.pair.to_dict(),
            "channels": [
                {"kind": type(channel).__name__.lower()} | vars(channel)
                for channel in self.channels
            ],
            "readout_a": asdict(self.readout_a),
            "readout_b": asdict(self.readout_b),
            "efficiency_a": self.efficiency_a,
            "efficiency_b": self.efficiency_b,
            "roles": self.roles,
            "availability": self.availability,
            "missing_known_to": self.missing_known_to,
        }

    def _seen(
        self, ideal: FloatArray, bits: NDArray[np.int64], readout: Readout, efficiency: float
    ) -> FloatArray:
        signs = 1.0 - 2.0 * bits
        drifts = {
            "private": 0.0 * signs,
            "aligned": abs(readout.drift) * signs,
            "fixed": readout.drift + 0.0 * signs,
        }
        seen = efficiency * readout.shrink * ideal
        seen[:, 0] = (1 - efficiency) * signs + efficiency * drifts[self.roles]
        return seen

    def _without_pair(self, solution: Solution, play: Play) -> Bound:
        if self.missing_known_to == "both":
            return solution.classical.bias
        matrix = solution.game.matrix
        alice, bob = (np.pad(side[:, :1], ((0, 0), (0, 3))) for side in (play.alice, play.bob))
        if self.missing_known_to == "alice":
            alice[:, 0] = np.where(matrix @ bob[:, 0] < 0, -1.0, 1.0)
        if self.missing_known_to == "bob":
            bob[:, 0] = np.where(alice[:, 0] @ matrix < 0, -1.0, 1.0)
        return play_bias(matrix, Play(alice=alice, bob=bob, state=np.eye(4)))


def solved(subject: Solution | XORGame) -> Solution:
    """Return the solution itself, or that of the game."""
    expect(subject, (Solution, XORGame), key="subject", cure="solve makes a solution")
    return solve(subject) if isinstance(subject, XORGame) else subject
