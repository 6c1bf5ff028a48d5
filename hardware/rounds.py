"""How many rounds show that a machine is better than classical players.

The claim "payoff" has as its null every process, with memory or without, whose conditional mean
payoff per round is at most the classical value omega_C. The claim "nonclassical" has the smaller
null of all classical strategies, with shared randomness and memory. What excludes the first
excludes the second, so that every test is valid for the claim "nonclassical" too.

With payoffs in [u_min, u_max], beta and w are omega_C and omega_Q(eps), mapped to [0, 1]; omega_Q
is the value of the one-pair strategy, its bias reduced by the combined infidelity eps. The number
of rounds N is fixed in advance but for betting. Tests of the mean score, the same for both claims:

- binomial: the payoffs are 0 and 1; P[Bin(N, beta) >= wins] bounds the p-value of every such
  process, so the exact binomial test is valid with memory.
- bernoulli: a coin with probability (score - u_min)/(u_max - u_min) turns each score into a win;
  then the exact binomial test. Rigorous for any payoffs, but the coin adds to the spread.
- convex-order, bentkus, chernoff: bounds for the total score itself (`score_tests`), the first
  never above the others.
- hoeffding: N = ceil[(sqrt(ln 1/alpha) + sqrt(ln 1/(1 - power)))^2 / (2 (w - beta)^2)].
- expected-score: the paper's definition, which states no power (`expected_score`).

Tests of the claim itself, which use every round's inputs and their law (`e_variable`):

- betting: the best bet against the null (`betting`); it may stop at any time, and `first` is the
  number of rounds within which it does so with the power asked for. For the claim "nonclassical"
  it is also known, and accepted, as pbr (prediction-based ratios).
- adaptive: the exact p-value of that bet's score against the null's best adversary (`adaptive`).

The inputs' law may be known within limits only (`input_law`).
References: arXiv:2604.07451 (expected score, as reported); arXiv:1510.07233 (validity with memory);
arXiv:1108.2468 (pbr); arXiv:2010.09686 (betting).
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xorgames.bound import Finding
from xorgames.errors import InputError, Problem, expect, near_name
from xorgames.exact import exact_number
from xorgames.hardware.binomial import MOST_ROUNDS
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.input_law import InputLaw
from xorgames.hardware.odds import ANYTIME_TESTS, LIMITS, Count, Odds
from xorgames.hardware.parameters import PROBABILITY, Rule
from xorgames.hardware.sharpest import sharpest
from xorgames.solvers.solution import Solution

#: What each claim says.
CLAIMS = {
    "payoff": "the mean payoff exceeds the classical value",
    "nonclassical": "no classical strategy explains the results",
}
TESTS = (
    "auto",
    "binomial",
    "bernoulli",
    "convex-order",
    "bentkus",
    "chernoff",
    "hoeffding",
    "betting",
    "pbr",
    "adaptive",
    "expected-score",
)
STOPPING_RULE = "number of rounds fixed in advance"
ANYTIME = "may stop at any time"


@dataclass(frozen=True, kw_only=True)
class Rounds:
    """The rounds that a claim needs, with everything that a number of rounds depends on.

    Attributes
    ----------
    claim, test : str
    alpha : float
        The probability of a false claim, all errors together.
    power : float or None
        None for "expected-score", which states none.
    infidelity : float
        The combined infidelity that the alternative assumes.
    inputs : InputLaw
        What is known of the law of the inputs.
    null, alternative : float
        beta and w: classical and actual value of a round on the scale from u_min = 0 to u_max = 1,
        at the conservative ends of their bounds.
    first : int or None
        The smallest number of rounds that reaches the power; None if there is none. For betting in
        long runs, which are looked at now and then, a number that reaches it.
    safe : int or None
        The smallest number from which all larger ones reach it too. Proven for the binomial,
        Hoeffding and anytime tests; for the others as far as `sums` says.
    certifiable : Finding
        Whether the value with this infidelity is proven to exceed the classical value.
    reason : str
        Why there is no number of rounds; empty if there is one.
    stopping_rule : str
    mean_rounds : float or None
        The mean number of rounds of a test that may stop at any time.
    odds : Odds
        What a round is worth to the null and to the machine, from which the rest is counted.
    """

    claim: str
    test: str
    alpha: float
    power: float | None
    infidelity: float
    inputs: InputLaw
    null: float
    alternative: float
    first: int | None
    safe: int | None
    certifiable: Finding
    reason: str
    stopping_rule: str
    mean_rounds: float | None
    odds: Odds = field(repr=False, compare=False)

    @cached_property
    def fewest(self) -> int | None:
        """With fewer rounds this test certainly falls short, whatever the values in their bounds.

        None if it does with any number of rounds.
        """
        return self.odds.fewest(self.test, self.first)

    @property
    def fewest_by_any_test(self) -> int | None:
        """With fewer rounds every test of the claim falls short (Neyman and Pearson).

        None if not known, as for "expected-score" and for nulls too large to be searched.
        """
        return None if self.power is None else self.odds.fewest_by_any_test

    @property
    def hoeffding_rounds(self) -> int | None:
        """What Hoeffding's closed form asks for, for comparison."""
        return self.odds.count("hoeffding").first

    @cached_property
    def expected_score_rounds(self) -> int | None:
        """What the paper's definition asks for, for comparison."""
        if self.certifiable is not Finding.PROVEN:
            return None
        return self.odds.expected_score.first(self.odds.test_alpha)

    @property
    def terms(self) -> str:
        """Everything that the number depends on, in one line."""
        power = "about half power" if self.power is None else f"power {self.power:g}"
        return (
            f"claim {self.claim}, test {self.test}, alpha {self.alpha:g}, {power}, "
            f"{self.stopping_rule}, {self.inputs}, combined infidelity {self.infidelity:.6g}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name; `first` and `safe` as "rounds" and "rounds_safe"."""
        return {
            "claim": self.claim,
            "test": self.test,
            "alpha": self.alpha,
            "power": self.power,
            "infidelity": self.infidelity,
            "input_law": self.inputs.to_dict(),
            "rounds": self.first,
            "rounds_safe": self.safe,
            "mean_rounds": self.mean_rounds,
            "fewest_by_any_test": self.fewest_by_any_test,
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
    inputs: InputLaw | None = None,
) -> Rounds:
    """Return the number of rounds that certifies the one-pair strategy's advantage.

    Parameters
    ----------
    solution : Solution
    infidelity : float
        Combined infidelity of the machine, in [0, 1].
    alpha, power : float
        Significance and power; "expected-score" takes no power.
    claim : {"payoff", "nonclassical"}
    test : str
        One of `TESTS`. "auto" is the one that needs the fewest rounds among those that are computed
        within about a second each, see `sharpest`; it may be one that stops at any time.
    inputs : InputLaw, optional
        What is known of the law of the inputs; by default the game's own.

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
    inputs = InputLaw() if inputs is None else inputs
    expect(inputs, InputLaw, key="inputs", cure="InputLaw(bias=0.01) makes one")
    infidelity = _check_probability(infidelity, "infidelity", "combined infidelity")
    levels = Conditions(alpha=alpha, power=power)
    _check_names(claim, test, inputs)
    odds = Odds(
        solution=solution,
        claim=claim,
        infidelity=infidelity,
        alpha=levels.alpha,
        power=levels.power,
        inputs=inputs,
    )
    _check_payoffs(odds, test)
    test, count = sharpest(odds) if test == "auto" else (test, odds.count(test))
    return _rounds(odds, test, count)


def _rounds(odds: Odds, test: str, count: Count) -> Rounds:
    return Rounds(
        claim=odds.claim,
        test=test,
        alpha=odds.alpha,
        power=None if test == "expected-score" else odds.power,
        infidelity=odds.infidelity,
        inputs=odds.inputs,
        null=odds.null.upper,
        alternative=odds.alternative.lower,
        first=count.first,
        safe=count.safe,
        certifiable=odds.certifiable,
        reason=_reason(odds, test, count.first),
        stopping_rule=ANYTIME if test in ANYTIME_TESTS else STOPPING_RULE,
        mean_rounds=count.mean,
        odds=odds,
    )


def _check_probability(number: float, key: str, about: str) -> float:
    """Return a number that must lie in [0, 1]."""
    number = float(exact_number(number, key=key))
    problem = Rule(about=about, limits=PROBABILITY, smallest=0.0).check(key, number)
    if problem is not None:
        raise InputError([problem])
    return number


def _check_names(claim: str, test: str, inputs: InputLaw) -> None:
    """Check the names of claim and test, and that they go with each other and with the inputs."""
    problems = []
    if claim not in CLAIMS:
        cure = "use " + " or ".join(f"{name} ({says})" for name, says in CLAIMS.items())
        problems.append(
            Problem(key="claim", rule="is not offered", received=repr(claim), cure=cure)
        )
    if test not in TESTS:
        cure = near_name(str(test), TESTS)
        problems.append(Problem(key="test", rule="is not offered", received=repr(test), cure=cure))
    if test == "pbr" and claim == "payoff":
        rule = "must suit the claim: pbr is for the claim nonclassical"
        cure = "use betting, or set claim to nonclassical"
        problems.append(Problem(key="test", rule=rule, received="the claim payoff", cure=cure))
    if test == "adaptive" and inputs.kind != "known":
        rule = "must suit the inputs: adaptive needs their exact law"
        problems.append(
            Problem(key="test", rule=rule, received=str(inputs), cure="use another test")
        )
    if problems:
        raise InputError(problems)


def _check_payoffs(odds: Odds, test: str) -> None:
    if test == "binomial" and not odds.is_win_lose:
        rule = f"must suit the payoffs: {test} is for win/lose games, with payoffs of 0 and 1 only"
        received = f"the game {odds.solution.game.name}"
        cure = "use bernoulli or convex-order, which hold for any payoffs"
        raise InputError([Problem(key="test", rule=rule, received=received, cure=cure)])


def _reason(odds: Odds, test: str, first: int | None) -> str:
    at = f"a combined infidelity of {odds.infidelity:.6g}"
    if odds.certifiable is Finding.REFUTED:
        return f"cannot be certified at this visibility: with {at} there is no advantage"
    if odds.certifiable is Finding.UNDECIDED:
        return (
            f"cannot be certified at this visibility: with {at} the proven bounds do not "
            "show an advantage"
        )
    if first is None:
        limit = LIMITS.get(test, MOST_ROUNDS)
        return f"more than {limit:.0e} rounds would be needed with {at}"
    return ""
