"""Who plays a scenario: classical pairs, pairs with entanglement, and those who know everything.

All but the last two kinds act on their own input alone, by `strategy.sample`. Classical outputs are
exchanged or not by a coin that both share, so that each alone is fair and only their parity counts.

- classical: the best deterministic strategy of the game, the baseline; and simple rules.
- quantum: the best angles on a perfect pair in every round.
- quantum on a machine: the same angles with its noise; in rounds without a pair, of which a herald
  tells both, the classical strategy. Too late if the machine decides more slowly than allowed.
- omniscient: one mind that sees both inputs at once; nobody does better.
- communicating: two who tell each other their inputs at the speed of light and then do the same;
  too late if light takes longer than a decision may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from xorgames.answers import Bits
from xorgames.draws import Draws
from xorgames.errors import expect
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.design import Design
from xorgames.hardware.noise import werner_visibility
from xorgames.hardware.pair_store import PairStore
from xorgames.hardware.parameters import NOT_NEGATIVE, Rule, check_fields
from xorgames.hardware.schedule import Node
from xorgames.noisy import NoisyStrategy, SharedRandomStrategy
from xorgames.scenarios.checks import checked_rules
from xorgames.scenarios.load_balancing_model import Noise
from xorgames.scenarios.scenario import Scenario
from xorgames.solvers.solution import Solution
from xorgames.strategy import DeterministicStrategy, Playable

FloatArray = NDArray[np.float64]

#: What holds for all players on a machine.
STORE_NOTE = (
    "Whether a pair is there is drawn anew for each decision, with the odds of a store that is fed "
    "at random and asked at random. Pairs are as noisy as those that waited in it are on average, "
    "where the design says how they age."
)

#: A rule for more of them is not said in words.
_FEW_INPUTS = 4
#: The infidelity of a pair of which nothing is left.
_WORST = 0.75

_DECISION_TIME = {"decision_time_s": Rule(about="from question to answer", limits=NOT_NEGATIVE)}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What players with entanglement play on.

    Parameters
    ----------
    noise : Noise
        Of pairs and readout, and how often a pair is there.
    decision_time_s : float
        From the question to the answer.
    name : str

    Raises
    ------
    InputError
        If the time is negative or no number.

    Examples
    --------
    >>> from xorgames import load_design
    >>> machine = Machine.of(load_design("yb_cavity"), decision_rate_hz=1e3, places=4)
    >>> round(1 - machine.noise.factor, 4), f"{1 - machine.noise.availability:.1e}"
    (0.061, '2.9e-04')
    """

    noise: Noise = field(default_factory=Noise)
    decision_time_s: float = 0.0
    name: str = "machine"

    def __post_init__(self) -> None:
        """Check everything."""
        expect(self.noise, Noise, key="noise")
        check_fields(self, _DECISION_TIME)

    @classmethod
    def of(
        cls,
        design: Design,
        *,
        decision_rate_hz: float,
        places: int,
        distance_m: float | None = None,
        profile: str | None = None,
    ) -> "Machine":
        """Return what a hardware design offers to decisions that come at random times.

        Pairs age in the store, the newest being used first, if the design has a schedule of
        attempts and a memory; else they are those that are used at once.

        Parameters
        ----------
        design : Design
        decision_rate_hz : float
            Decisions a second, as a Poisson process; each takes a pair if one is ready.
        places : int
            How many pairs are kept ready.
        distance_m, profile
            As in `Design.evaluate`.

        Raises
        ------
        InputError
            As in `Design.evaluate` and `PairStore`.
        """
        expect(design, Design, key="design", cure="load_design reads one")
        achieved = design.evaluate(distance_m=distance_m, profile=profile)
        store = PairStore(
            pair_rate_hz=achieved.rate_hz, decision_rate_hz=decision_rate_hz, places=places
        )
        state_infidelity = achieved.state_infidelity
        if achieved.memory_lifetime_s is not None and achieved.attempt_rate_hz is not None:
            node = Node.of(design, distance_m=distance_m, profile=profile)
            state_infidelity = min(_aged(node, store), _WORST)
        noise = Noise(
            visibility=werner_visibility(state_infidelity),
            readout_error=achieved.measurement_infidelity,
            availability=1 - store.no_pair,
        )
        return cls(noise=noise, decision_time_s=achieved.decision_time_s, name=design.name)

    def strategy(self, solution: Solution) -> NoisyStrategy:
        """Return the one-pair strategy on this machine, classical where there is no pair.

        Unequal readout errors count with their mean: each party exchanges the roles of its outcomes
        or not by a private coin, so that both outcomes are misread equally often.
        """
        noise = self.noise
        error = sum(noise.readout) / 2
        return NoisyStrategy(
            strategy=solution.one_pair.strategy,
            visibility=noise.visibility,
            alice_readout=(error, error),
            bob_readout=(error, error),
            availability=noise.availability,
            fallback=SharedRandomStrategy.symmetrised(solution.classical.strategy),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        combined = {"combined_infidelity": 1 - self.noise.factor}
        return asdict(self) | combined


def _aged(node: Node, store: PairStore) -> float:
    """Return the mean infidelity of the pairs that are taken out of a store."""
    time_s = node.ageing_time_s
    kept = 1.0 if time_s is None else store.decay(time_s)
    return node.state_infidelity + node.ageing_infidelity * (1 - kept)


class Deciders(Protocol):
    """Two who decide, together or apart."""

    @property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""

    def decide(self, seen: Any, seed: int) -> tuple[Bits, Bits]:
        """Return the decisions in rounds, given a seed for all coins and pairs."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Apart:
    """Two who play a strategy, each with its own input alone."""

    strategy: Playable

    @property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        found: FloatArray = self.strategy.correlators  # type: ignore[attr-defined]
        return found

    def decide(self, seen: Any, seed: int) -> tuple[Bits, Bits]:
        """Return the decisions."""
        return self.strategy.sample(seen.x, seen.y, rng=seed)


@dataclass(frozen=True, kw_only=True, eq=False)
class Together:
    """One mind that sees both inputs: the better parity in every round, and a fair coin."""

    matrix: FloatArray

    @property
    def correlators(self) -> FloatArray:
        """E(x, y), shape (m, n)."""
        return np.where(self.matrix >= 0, 1.0, -1.0)

    def decide(self, seen: Any, seed: int) -> tuple[Bits, Bits]:
        """Return the decisions."""
        rounds = np.arange(len(seen.x))
        a = (Draws(seed).uniform(rounds) < 0.5).astype(np.int8)
        return a, a ^ (self.matrix < 0).astype(np.int8)[seen.x, seen.y]


@dataclass(frozen=True, kw_only=True, eq=False)
class Player:
    """Someone to compare.

    Attributes
    ----------
    deciders : Apart or Together
    about : str
        What they do.
    late : bool
        Whether their decisions come after the time allowed.
    """

    deciders: Deciders
    about: str
    late: bool = False


def rule_in_words(rule: DeterministicStrategy, labels: Mapping[str, Sequence[str]]) -> str:
    """Say what a simple rule does, if there are few inputs.

    Examples
    --------
    >>> rule = DeterministicStrategy(a=np.array([0, 1]), b=np.array([1, 1]))
    >>> rule_in_words(rule, {"a": ("ask", "bid"), "b": ("bid", "ask"), "x": ("calm", "wild")})
    'a rule: A "ask" on "calm", "bid" on "wild"; B always "ask"; or both the contrary, by a coin'
    """
    if max(len(rule.a), len(rule.b)) > _FEW_INPUTS:
        return "a rule"
    parts = []
    for party, inputs in (("a", "x"), ("b", "y")):
        said = [f'"{each}"' for each in labels.get(party, ("0", "1"))]
        bits = getattr(rule, party).tolist()
        seen = labels.get(inputs, [f"{inputs} = {number}" for number in range(len(bits))])
        each = [f'{said[bit]} on "{name}"' for bit, name in zip(bits, seen, strict=True)]
        does = f"always {said[bits[0]]}" if len(set(bits)) == 1 else ", ".join(each)
        parts.append(f"{party.upper()} {does}")
    return "a rule: " + "; ".join([*parts, "or both the contrary, by a coin"])


def players_of(
    scenario: Scenario, solution: Solution, conditions: Conditions, machine: Machine | None
) -> Mapping[str, Player]:
    """Return everybody who plays, the classical baseline first."""

    def apart(strategy: Playable, about: str, *, late: bool = False) -> Player:
        return Player(deciders=Apart(strategy=strategy), about=about, late=late)

    players = {
        "classical": apart(
            SharedRandomStrategy.symmetrised(solution.classical.strategy),
            "the best strategy without entanglement",
        )
    }
    for name, rule in checked_rules(scenario).items():
        about = rule_in_words(rule, solution.game.labels)
        players[name] = apart(SharedRandomStrategy.symmetrised(rule), about)
    players["quantum"] = apart(solution.one_pair.strategy, "a perfect Bell pair in every round")
    if machine is not None:
        players["machine"] = apart(
            machine.strategy(solution),
            f"Bell pairs of {machine.name}; without one, classical",
            late=machine.decision_time_s >= conditions.local_time_s,
        )
    together = Together(matrix=solution.game.matrix)
    players["omniscient"] = Player(deciders=together, about="one mind that sees both inputs")
    players["communicating"] = Player(
        deciders=together,
        about="they tell each other what they see, at the speed of light",
        late=conditions.light_time_s >= conditions.local_time_s,
    )
    return players
