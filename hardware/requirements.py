"""What a machine must do to win a game: fidelity, rate and decision time.

With C the classical bias, Q the bias of the one-pair strategy and r = C/Q:

- fidelity: the combined infidelity must stay below 1 - r; the infidelity of the pair alone, with
  perfect readout, below what `infidelity` says;
- rate: more than `rounds` in the window, by the statistical test and the protocol;
- decision: less than the local time, which must itself be shorter than light needs.

All of them are for one Bell pair per round. Q lies between what the strategy found reaches and the
Tsirelson bound, so that every limit is an interval that holds the true one.
Reference: arXiv:2604.07451 (criteria, as reported).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xorgames.bound import Bound, Finding
from xorgames.errors import expect, near_name, reject
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.infidelity import bias_ratio, infidelity_limits, one_pair_bias
from xorgames.hardware.input_law import InputLaw
from xorgames.hardware.rounds import ANYTIME, STOPPING_RULE, Rounds, rounds_needed
from xorgames.hardware.supply import MOST_ARRIVALS, least_rate_hz
from xorgames.solvers.solution import Solution

#: The tests of the number of wins, whose power at random arrivals is known.
BINOMIAL = ("binomial", "bernoulli")
#: How the required rate accounts for pairs that arrive at random; all but the first in `supply`.
PROTOCOLS = ("average", "preset", "curtailed", "observed", "anytime")

_LIMITS = (
    "combined_infidelity_max",
    "werner_infidelity_max",
    "guaranteed_infidelity_max",
    "best_infidelity_max",
)
_ASSUMPTIONS = (
    "One Bell pair is used in each round, with the one-pair strategy and its ideal angles.",
    "Each output alone is a fair coin; asymmetric readout is made so by private random exchange "
    "of the outcomes' roles.",
    "The noise does not depend on the inputs and does not drift.",
)
_INPUTS = {
    "known": "The inputs of each round follow the game's distribution, whatever happened before.",
    "interval": "Each input is drawn with a probability within {bias:g} of the game's, which may "
    "depend on what happened before.",
    "estimated": "The game's distribution is that of {samples} earlier independent inputs; "
    "{share:g} of alpha covers its error. The inputs of the rounds follow the same law.",
}
_NULLS = {
    "payoff": "Classical players share unlimited randomness and may remember earlier rounds. "
    "Excluded is more: every process whose conditional mean payoff is at most the classical value.",
    "nonclassical": "Classical players share unlimited randomness and may remember earlier rounds. "
    "Only they are excluded: the mean payoff may still be below the classical value.",
}
_STOPPING = {
    STOPPING_RULE: "The number of rounds is fixed in advance.",
    ANYTIME: "The test may stop at any time; the number is that within which it stops with the "
    "power stated.",
}
_ARRIVALS = {
    "average": "Pairs arrive at random: at exactly the required rate the window holds the number "
    "of rounds on average only.",
    "preset": "Pairs arrive as a Poisson process; with too few rounds nothing is claimed.",
    "curtailed": "Pairs arrive as a Poisson process; a round missing from the preset number counts "
    "as lost.",
    "observed": "Pairs arrive as a Poisson process; the test is of as many rounds as came, and "
    "heralding cannot depend on earlier outcomes.",
    "anytime": "Pairs arrive as a Poisson process; the bet on wins is followed until they end.",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Requirements:
    """What a machine must do.

    Attributes
    ----------
    solution : Solution
    conditions : Conditions
    advantage : Finding
        Whether one pair is proven to beat every classical strategy.
    statement : str
        What to say where that is not proven; empty if it is.
    combined_infidelity_max, werner_infidelity_max : Bound or None
    guaranteed_infidelity_max : Bound or None
        Its lower end holds for every state of that fidelity.
    best_infidelity_max : Bound or None
        For the kindest noise, by the eigenvalues of the strategy found.
    rounds : Rounds
    rank, pairs : int
        Of the Tsirelson strategy; these requirements are those of the one-pair strategy.
    test : str
        As asked for: `rounds.test` is what "auto" chose.
    protocol : str
        One of `PROTOCOLS`: how the required rate accounts for pairs that arrive at random.
    """

    solution: Solution
    conditions: Conditions
    advantage: Finding
    statement: str
    combined_infidelity_max: Bound | None
    werner_infidelity_max: Bound | None
    guaranteed_infidelity_max: Bound | None
    best_infidelity_max: Bound | None
    rounds: Rounds
    rank: int
    pairs: int
    test: str
    protocol: str

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the requirements rest on."""
        rounds = self.rounds
        inputs = _INPUTS[rounds.inputs.kind].format(**vars(rounds.inputs))
        stopping = _STOPPING[rounds.stopping_rule]
        return (*_ASSUMPTIONS, inputs, _NULLS[rounds.claim], stopping, _ARRIVALS[self.protocol])

    @property
    def rate_min_hz(self) -> float | None:
        """The rate that the machine must exceed, by the protocol: rounds over window on average."""
        if self.protocol == "average":
            return self._rate(self.rounds.first)
        return (self.rate_by_protocol or {}).get(self.protocol)

    @property
    def expected_score_rate_hz(self) -> float | None:
        """The same by the paper's expected-score definition."""
        return self._rate(self.rounds.expected_score_rounds)

    @property
    def time_max_s(self) -> float:
        """The time that a decision must stay below."""
        return self.conditions.local_time_s

    @property
    def light_time_s(self) -> float:
        """What the local time must stay below, so that no signal can help."""
        return self.conditions.light_time_s

    @cached_property
    def rate_by_protocol(self) -> dict[str, float] | None:
        """The rates with which Poisson arrivals reach the power, by protocol; see `supply`.

        None without a number of rounds, for tests other than that of wins and losses, and for
        many rounds, whose number hardly varies.
        """
        rounds = self.rounds
        if rounds.first is None or rounds.power is None or rounds.test not in BINOMIAL:
            return None
        rates = least_rate_hz(
            rounds.null,
            rounds.alternative,
            window_s=self.conditions.window_s,
            alpha=rounds.inputs.test_alpha(rounds.alpha),
            power=rounds.power,
        )
        return None if rates is None else rates.to_dict()

    def _rate(self, rounds: int | None) -> float | None:
        return None if rounds is None else rounds / self.conditions.window_s

    def at_infidelity(self, infidelity: float) -> "Requirements":
        """Return the same requirements, with the rate for another combined infidelity."""
        if infidelity == self.rounds.infidelity and self.test in ("auto", self.rounds.test):
            return self
        return require(
            self.solution,
            self.conditions,
            infidelity=infidelity,
            test=self.test,
            claim=self.rounds.claim,
            inputs=self.rounds.inputs,
            protocol=self.protocol,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the requirements in the contract's JSON shape."""
        limits: dict[str, Bound | None] = {key: getattr(self, key) for key in _LIMITS}
        rates = {
            "protocol": self.protocol,
            "rate_min_hz": self.rate_min_hz,
            "expected_score_rate_hz": self.expected_score_rate_hz,
        }
        return {
            "fidelity": {key: bound and bound.to_dict() for key, bound in limits.items()},
            "rate": self.rounds.to_dict() | rates,
            "rate_by_protocol": self.rate_by_protocol,
            "decision": {"time_max_s": self.time_max_s, "light_time_s": self.light_time_s},
            "conditions": self.conditions.to_dict(),
            "advantage": str(self.advantage),
            "statement": self.statement,
            "rank": self.rank,
            "pairs": self.pairs,
            "assumptions": list(self.assumptions),
        }


def require(
    solution: Solution,
    conditions: Conditions | None = None,
    *,
    infidelity: float = 0.0,
    test: str = "auto",
    claim: str = "payoff",
    inputs: InputLaw | None = None,
    protocol: str = "average",
) -> Requirements:
    """Return what a machine must do to win a game.

    Parameters
    ----------
    solution : Solution
    conditions : Conditions, optional
        `Conditions()` by default.
    infidelity : float
        The combined infidelity that the rate is for.
    test, claim, inputs
        See `rounds_needed`.
    protocol : {"average", "preset", "curtailed", "observed", "anytime"}
        The rate is that which brings the rounds into the window on average, or by one of the
        protocols of `supply` for Poisson arrivals, which are for win/lose tests.

    Raises
    ------
    InputError
        As in `rounds_needed`, or if the protocol does not exist or does not apply.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = require(xg.solve(xg.catalog.chsh()), Conditions(window_s=0.01), infidelity=0.061)
    >>> needs.rounds.first, needs.rate_min_hz, needs.combined_infidelity_max.display(6)
    (211, 21100.0, '0.292893 … 0.292894')
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    conditions = Conditions() if conditions is None else conditions
    expect(conditions, Conditions, key="conditions")
    if protocol not in PROTOCOLS:
        cure = near_name(str(protocol), PROTOCOLS)
        reject("protocol", "is not offered", received=repr(protocol), cure=cure)
    rounds = rounds_needed(
        solution,
        infidelity=infidelity,
        alpha=conditions.alpha,
        power=conditions.power,
        claim=claim,
        test=test,
        inputs=inputs,
    )
    if protocol != "average" and rounds.test not in BINOMIAL:
        rule = f"must be average for the test {rounds.test}: the others are for wins and losses"
        cure = "use average, or the test bernoulli"
        reject("protocol", rule, received=protocol, cure=cure)
    needs = Requirements(
        solution=solution,
        conditions=conditions,
        rounds=rounds,
        rank=solution.quantum.rank,
        pairs=solution.quantum.pairs,
        test=test,
        protocol=protocol,
        **_limits(solution),
    )
    if rounds.first is not None and protocol != "average" and needs.rate_by_protocol is None:
        rule = f"must be average with more than {MOST_ARRIVALS} rounds: their number hardly varies"
        reject("protocol", rule, received=protocol, cure="use average")
    return needs


def _limits(solution: Solution) -> dict[str, Any]:
    """Return the limits of infidelity, and whether there is anything to gain at all."""
    advantage = Finding.of(solution.classical.bias.is_below(one_pair_bias(solution)))
    if solution.advantage.verdict is Finding.REFUTED:
        advantage = Finding.REFUTED
    ratio, limits = bias_ratio(solution), infidelity_limits(solution)
    if advantage is Finding.REFUTED or ratio is None or limits is None:
        found = dict.fromkeys(_LIMITS)
    else:
        guaranteed = limits.guaranteed
        if limits.worst is not None:
            # The angles found may be a little worse than the best.
            lower = min(guaranteed.lower, limits.worst.lower)
            guaranteed = Bound(lower, guaranteed.upper)
        bounds = ((1 - ratio).clip(0.0, 1.0), limits.werner, guaranteed, limits.best)
        found = dict(zip(_LIMITS, bounds, strict=True))
    return {"advantage": advantage, "statement": _statement(advantage), **found}


def _statement(advantage: Finding) -> str:
    if advantage is Finding.REFUTED:
        return "No machine can win: entanglement has no advantage in this game."
    if advantage is Finding.UNDECIDED:
        return "It is not proven that one Bell pair has an advantage in this game."
    return ""
