"""How many rounds show that the mean payoff exceeds the classical value.

The claim "payoff" has as its null every process, with memory or without, whose conditional mean
payoff per round is at most the classical value omega_C. The number of rounds N is fixed in advance.
With payoffs in [u_min, u_max], beta and w are omega_C and omega_Q(eps), mapped to [0, 1]; omega_Q
is the value of the one-pair strategy, its bias reduced by the combined infidelity eps.

- binomial: the payoffs are 0 and 1; P[Bin(N, beta) >= wins] bounds the p-value of every such
  process, so the exact binomial test is valid with memory.
- bernoulli: a coin with probability (score - u_min)/(u_max - u_min) turns each score into a win;
  then the exact binomial test. Rigorous for any payoffs.
- hoeffding: N = ceil[(sqrt(ln 1/alpha) + sqrt(ln 1/(1 - power)))^2 / (2 (w - beta)^2)].
- expected-score: the paper's definition, which states no power (`expected_score`).

References: arXiv:2604.07451 (expected score, as reported); arXiv:1510.07233 (validity with memory).
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from xorgames.bound import Bound, Finding
from xorgames.errors import InputError, Problem, expect, near_name
from xorgames.exact import exact_number
from xorgames.hardware.binomial import MOST_ROUNDS, binomial_rounds
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.expected_score import ExpectedScore
from xorgames.hardware.parameters import PROBABILITY, Rule
from xorgames.solvers.solution import Solution

CLAIMS = ("payoff",)
TESTS = ("auto", "binomial", "bernoulli", "hoeffding", "expected-score")
STOPPING_RULE = "number of rounds fixed in advance"
_INFIDELITY = Rule(about="combined infidelity", limits=PROBABILITY, smallest=0.0)


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """The rounds that a claim needs, with everything that a number of rounds depends on.

    Attributes
    ----------
    claim, test : str
    alpha : float
    power : float or None
        None for "expected-score", which states none.
    infidelity : float
        The combined infidelity that the alternative assumes.
    null, alternative : float
        beta and w: classical and actual value of a round on the scale from u_min = 0 to u_max = 1,
        at the conservative ends of their bounds.
    first : int or None
        The smallest number of rounds that reaches the power; None if there is none.
    safe : int or None
        The smallest number from which all larger ones reach it too.
    fewest : int or None
        With fewer rounds this test certainly falls short, whatever the true values within their
        bounds; None if it does with any number of rounds.
    hoeffding_rounds, expected_score_rounds : int or None
        The other two counts, for comparison.
    certifiable : Finding
        Whether the value with this infidelity is proven to exceed the classical value.
    reason : str
        Why there is no number of rounds; empty if there is one.
    stopping_rule : str
    """

    claim: str
    test: str
    alpha: float
    power: float | None
    infidelity: float
    null: float
    alternative: float
    first: int | None
    safe: int | None
    fewest: int | None
    hoeffding_rounds: int | None
    expected_score_rounds: int | None
    certifiable: Finding
    reason: str
    stopping_rule: str = STOPPING_RULE

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name; `first` and `safe` as "rounds" and "rounds_safe"."""
        return {
            "claim": self.claim,
            "test": self.test,
            "alpha": self.alpha,
            "power": self.power,
            "infidelity": self.infidelity,
            "rounds": self.first,
            "rounds_safe": self.safe,
            "hoeffding_rounds": self.hoeffding_rounds,
            "expected_score_rounds": self.expected_score_rounds,
            "stopping_rule": self.stopping_rule,
            "certifiable": str(self.certifiable),
            "reason": self.reason,
        }


def rounds_needed(
    solution: Solution,
    *,
    infidelity: float = 0.0,
    alpha: float = 0.05,
    power: float = 0.9,
    claim: str = "payoff",
    test: str = "auto",
) -> Rounds:
    """Return the number of rounds that certifies the one-pair strategy's advantage.

    Parameters
    ----------
    solution : Solution
    infidelity : float
        Combined infidelity of the machine, in [0, 1].
    alpha, power : float
        Significance and power; "expected-score" takes no power.
    claim : {"payoff"}
    test : {"auto", "binomial", "bernoulli", "hoeffding", "expected-score"}
        "auto" is "binomial" for win/lose games and "bernoulli" for all others.

    Raises
    ------
    InputError
        If a number is out of range, or the claim or the test does not exist or does not apply.

    Examples
    --------
    >>> import xorgames as xg
    >>> rounds = rounds_needed(xg.solve(xg.catalog.chsh()), infidelity=0.061)
    >>> rounds.test, rounds.first, rounds.safe, rounds.expected_score_rounds
    ('binomial', 211, 229, 65)
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    infidelity = _check_infidelity(infidelity)
    levels = Conditions(alpha=alpha, power=power)
    test = _choose(solution, claim, test)
    odds = _Odds(solution=solution, infidelity=infidelity, alpha=levels.alpha, power=levels.power)
    first, safe, hoeffding, expected = odds.counts(test)
    return Rounds(
        claim=claim,
        test=test,
        alpha=levels.alpha,
        power=None if test == "expected-score" else levels.power,
        infidelity=infidelity,
        null=odds.null.upper,
        alternative=odds.alternative.lower,
        first=first,
        safe=safe,
        fewest=odds.fewest(test, first),
        hoeffding_rounds=hoeffding,
        expected_score_rounds=expected,
        certifiable=odds.certifiable,
        reason=_reason(odds.certifiable, first, infidelity),
    )


def _check_infidelity(infidelity: float) -> float:
    """Return a combined infidelity, which must lie in [0, 1]."""
    number = float(exact_number(infidelity, key="infidelity"))
    problem = _INFIDELITY.check("infidelity", number)
    if problem is not None:
        raise InputError([problem])
    return number


def _choose(solution: Solution, claim: str, test: str) -> str:
    """Check the names of claim and test, and say which test "auto" is."""
    problems = []
    if claim not in CLAIMS:
        cure = "use payoff: the mean payoff exceeds the classical value"
        problems.append(
            Problem(key="claim", rule="is not offered", received=repr(claim), cure=cure)
        )
    if test not in TESTS:
        cure = near_name(str(test), TESTS)
        problems.append(Problem(key="test", rule="is not offered", received=repr(test), cure=cure))
    win_lose = solution.game.is_win_lose
    if test == "binomial" and not win_lose:
        rule = "must suit the payoffs: binomial is for win/lose games, with payoffs of 0 and 1 only"
        received = f"the game {solution.game.name}"
        cure = "use bernoulli, which holds for any payoffs"
        problems.append(Problem(key="test", rule=rule, received=received, cure=cure))
    if problems:
        raise InputError(problems)
    if test == "auto":
        return "binomial" if win_lose else "bernoulli"
    return test


@dataclass(frozen=True, kw_only=True)
class _Odds:
    """One game at one infidelity: what a round is worth without and with entanglement."""

    solution: Solution
    infidelity: float
    alpha: float
    power: float

    @cached_property
    def value(self) -> Bound:
        """The payoff of a round that the machine's one-pair strategy expects."""
        best = self.solution.one_pair
        if not self.infidelity:
            return best.value
        left = Bound.exact(1.0) - self.infidelity
        return self.solution.game.value_of_bias(best.bias * left)

    @cached_property
    def null(self) -> Bound:
        """The classical value on the scale from 0 to 1."""
        return self._scaled(self.solution.classical.value)

    @cached_property
    def alternative(self) -> Bound:
        """The machine's value on the scale from 0 to 1."""
        return self._scaled(self.value)

    def _scaled(self, value: Bound) -> Bound:
        low, high = self.solution.game.payoff_range
        if (low == 0 and high == 1) or low == high:
            return value
        return (value - low) / (high - low)

    @cached_property
    def certifiable(self) -> Finding:
        """Whether the machine's value is proven to exceed the classical one."""
        if self.solution.advantage.verdict is Finding.REFUTED:
            return Finding.REFUTED
        return Finding.of(self.null.is_below(self.alternative))

    def counts(self, test: str) -> tuple[int | None, ...]:
        """Return first, safe, Hoeffding's and the expected score's rounds, if there are any."""
        if self.certifiable is not Finding.PROVEN:
            return None, None, None, None
        null, alternative = self.null.upper, self.alternative.lower
        hoeffding = self._powered("hoeffding", null, alternative)[0]
        game = self.solution.game
        score = ExpectedScore(
            null=null,
            expected=self.value.lower,
            payoff_range=game.payoff_range,
            win_lose=game.is_win_lose,
        )
        expected = score.first(self.alpha)
        if test == "expected-score":
            return expected, score.safe(self.alpha), hoeffding, expected
        return *self._powered(test, null, alternative), hoeffding, expected

    def fewest(self, test: str, first: int | None) -> int | None:
        """Return a lower bound on first, by the optimistic ends of the bounds."""
        if self.certifiable is Finding.REFUTED:
            return None
        if test == "expected-score":
            return first or 1
        null, alternative = max(self.null.lower, 0.0), min(self.alternative.upper, 1.0)
        return self._powered(test, null, alternative)[0] or MOST_ROUNDS + 1

    def _powered(self, test: str, null: float, alternative: float) -> tuple[int | None, int | None]:
        if test == "hoeffding":
            root = math.sqrt(-math.log(self.alpha)) + math.sqrt(-math.log1p(-self.power))
            rounds = root**2 / (2 * (alternative - null) ** 2)
            number = math.ceil(rounds) if rounds <= MOST_ROUNDS else None
            return number, number
        found = binomial_rounds(null, alternative, alpha=self.alpha, power=self.power)
        return found or (None, None)


def _reason(certifiable: Finding, first: int | None, infidelity: float) -> str:
    at = f"a combined infidelity of {infidelity:.6g}"
    if certifiable is Finding.REFUTED:
        return f"cannot be certified at this visibility: with {at} there is no advantage"
    if certifiable is Finding.UNDECIDED:
        return (
            f"cannot be certified at this visibility: with {at} the proven bounds do not "
            "show an advantage"
        )
    if first is None:
        return f"more than {MOST_ROUNDS:.0e} rounds would be needed with {at}"
    return ""
