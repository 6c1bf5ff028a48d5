"""What a machine must do to win a game: fidelity, rate and decision time.

With C the classical bias, Q the bias of the one-pair strategy and r = C/Q:

- fidelity: the combined infidelity must stay below 1 - r. As the infidelity of the pair alone, with
  perfect readout: 3/4 (1 - r) for a Werner pair, 1/2 (1 - r) whatever the noise (angles fixed), and
  at best (Q - C)/(Q - E), E the second eigenvalue of the strategy's Bell operator;
- rate: more than `rounds` in the window, by the statistical test;
- decision: less than the local time, which must itself be shorter than light needs.

All of them are for one Bell pair per round. Q lies between what the strategy found reaches and the
Tsirelson bound, so that every limit is an interval that holds the true one.
References: arXiv:2604.07451 (criteria, as reported); doi:10.1103/PhysRevLett.68.3259 (eigenvalues
of Bell operators).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.errors import expect
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.rounds import Rounds, rounds_needed
from xorgames.solvers.solution import Solution

ASSUMPTIONS = (
    "One Bell pair is used in each round, with the one-pair strategy and its ideal angles.",
    "Each output alone is a fair coin; asymmetric readout is made so by private random exchange "
    "of the outcomes' roles.",
    "The inputs of different rounds are independent and follow the game's known distribution.",
    "The noise does not depend on the inputs and does not drift.",
    "Classical players share unlimited randomness and may remember earlier rounds.",
    "The number of rounds is fixed in advance. Pairs arrive at random: at exactly the required "
    "rate the window holds that number on average only.",
)


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
    assumptions: tuple[str, ...] = ASSUMPTIONS

    @property
    def rate_min_hz(self) -> float | None:
        """The rate that the machine must exceed: rounds over window."""
        return self._rate(self.rounds.first)

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

    def _rate(self, rounds: int | None) -> float | None:
        return None if rounds is None else rounds / self.conditions.window_s

    def at_infidelity(self, infidelity: float) -> "Requirements":
        """Return the same requirements, with the rate for another combined infidelity."""
        return require(
            self.solution,
            self.conditions,
            infidelity=infidelity,
            test=self.rounds.test,
            claim=self.rounds.claim,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the requirements in the contract's JSON shape."""
        limits = {
            "combined_infidelity_max": self.combined_infidelity_max,
            "werner_infidelity_max": self.werner_infidelity_max,
            "guaranteed_infidelity_max": self.guaranteed_infidelity_max,
            "best_infidelity_max": self.best_infidelity_max,
        }
        rates = {
            "rate_min_hz": self.rate_min_hz,
            "expected_score_rate_hz": self.expected_score_rate_hz,
        }
        return {
            "fidelity": {key: bound and bound.to_dict() for key, bound in limits.items()},
            "rate": self.rounds.to_dict() | rates,
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
) -> Requirements:
    """Return what a machine must do to win a game.

    Parameters
    ----------
    solution : Solution
    conditions : Conditions, optional
        `Conditions()` by default.
    infidelity : float
        The combined infidelity that the rate is for.
    test, claim : str
        See `rounds_needed`.

    Raises
    ------
    InputError
        As in `rounds_needed`.

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
    rounds = rounds_needed(
        solution,
        infidelity=infidelity,
        alpha=conditions.alpha,
        power=conditions.power,
        claim=claim,
        test=test,
    )
    return Requirements(
        solution=solution,
        conditions=conditions,
        rounds=rounds,
        rank=solution.quantum.rank,
        pairs=solution.quantum.pairs,
        **_fidelity(solution),
    )


def _fidelity(solution: Solution) -> dict[str, Any]:
    """Return the limits of infidelity, and whether there is anything to gain at all."""
    classical = solution.classical.bias
    one_pair = Bound(solution.one_pair.bias.lower, solution.quantum.bias.upper)
    advantage = Finding.of(classical.is_below(one_pair))
    if solution.advantage.verdict is Finding.REFUTED:
        advantage = Finding.REFUTED
    limits: dict[str, Bound | None] = {
        "combined_infidelity_max": None,
        "werner_infidelity_max": None,
        "guaranteed_infidelity_max": None,
        "best_infidelity_max": None,
    }
    if advantage is not Finding.REFUTED and one_pair.lower > 0:
        margin = (1 - classical / one_pair).clip(0.0, 1.0)
        limits["combined_infidelity_max"] = margin
        limits["werner_infidelity_max"] = margin * Fraction(3, 4)
        limits["guaranteed_infidelity_max"] = margin / 2
    if advantage is Finding.PROVEN:
        worst, best = _by_eigenvalues(solution)
        half = margin / 2
        limits["guaranteed_infidelity_max"] = Bound(min(half.lower, worst), half.upper).clip(0, 1)
        limits["best_infidelity_max"] = best
    return {"advantage": advantage, "statement": _statement(advantage), **limits}


def _by_eigenvalues(solution: Solution) -> tuple[float, Bound | None]:
    """Return the infidelity that no noise can spoil, and the largest that some noise allows.

    With B the Bell operator of the strategy's fixed measurements, q = <Phi+|B|Phi+>, e and E the
    least and the largest eigenvalue on the space orthogonal to Phi+, and d the length of the part
    of B|Phi+> in that space (zero for an optimal strategy), a state of infidelity x has a bias
    between (1 - x) q + x e - d and (1 - x) q + x E + d. It must exceed the classical bias.
    """
    strategy, matrix = solution.one_pair.strategy, solution.game.matrix
    alice, bob = strategy.observables
    operator = np.einsum("xy,xij,ykl->ikjl", matrix, alice, bob).reshape(4, 4)
    bell = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0, 1, 1, 0], [0, 1, -1, 0]]) / np.sqrt(2)
    operator = bell @ operator @ bell.T
    # Each of the sums has m n terms; their rounding errors stay well below this.
    slack = (matrix.size + 100) * 2.0**-50 * float(np.abs(matrix).sum())

    def about(number: float) -> Bound:
        return Bound(number - slack, number + slack)

    reached = about(float(operator[0, 0].real))
    coupling = about(float(np.linalg.norm(operator[1:, 0]))).clip(0.0, np.inf)
    eigenvalues = np.linalg.eigvalsh(operator[1:, 1:])
    lowest, highest = about(float(eigenvalues[0])), about(float(eigenvalues[-1]))
    gain = reached - solution.classical.bias
    worst = (gain - coupling) / (reached - lowest)
    if (reached - highest).lower <= 0:
        return worst.lower, None
    kindest = Bound(
        (gain / (reached - highest)).lower, ((gain + coupling) / (reached - highest)).upper
    )
    return worst.lower, kindest.clip(0.0, 1.0)


def _statement(advantage: Finding) -> str:
    if advantage is Finding.REFUTED:
        return "No machine can win: entanglement has no advantage in this game."
    if advantage is Finding.UNDECIDED:
        return "It is not proven that one Bell pair has an advantage in this game."
    return ""
