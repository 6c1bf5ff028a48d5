"""What a round is worth to the null and to a machine, and the rounds that each test needs."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import numpy as np

from xorgames.bound import Bound, Finding
from xorgames.hardware.adaptive import MOST_ADAPTIVE, adaptive_rounds
from xorgames.hardware.betting import MOST_ANYTIME, passage
from xorgames.hardware.binomial import MOST_ROUNDS, binomial_rounds
from xorgames.hardware.classical_null import MOST_INPUTS, ClassicalNull
from xorgames.hardware.e_variable import LOSS, EVariable, Null, best_e_variable
from xorgames.hardware.expected_score import ExpectedScore
from xorgames.hardware.input_law import FloatArray, InputLaw, LawSet, largest_classical_mean
from xorgames.hardware.least_rounds import fewest_rounds
from xorgames.hardware.payoff_null import PayoffNull
from xorgames.hardware.score_tests import TESTS as SCORE_TESTS
from xorgames.hardware.score_tests import Lattice, critical_score, score_lattice
from xorgames.hardware.sums import SumLaw, first_and_safe, second_order_rounds
from xorgames.solvers.solution import Solution

ANYTIME_TESTS = ("betting", "pbr")
#: No number of rounds above these is given.
LIMITS = dict.fromkeys((*ANYTIME_TESTS, *SCORE_TESTS), MOST_ANYTIME)
LIMITS["adaptive"] = MOST_ADAPTIVE
#: Bounds wider than this do not give a count from one of their ends.
_WIDE = 1e-6


class Count(NamedTuple):
    """The first number of rounds with the power, the safe one, and the mean of an anytime test."""

    first: int | None
    safe: int | None
    mean: float | None = None


@dataclass(frozen=True, kw_only=True)
class Odds:
    """One game at one infidelity: what a round is worth without and with entanglement.

    Attributes
    ----------
    solution : Solution
    claim : {"payoff", "nonclassical"}
    infidelity, alpha, power : float
    inputs : InputLaw
    """

    solution: Solution
    claim: str
    infidelity: float
    alpha: float
    power: float
    inputs: InputLaw

    @cached_property
    def laws(self) -> LawSet:
        """The inputs' possible laws."""
        return self.inputs.laws(self.solution.game.distribution, alpha=self.alpha)

    @property
    def test_alpha(self) -> float:
        """What an estimated law of the inputs leaves of alpha."""
        return self.inputs.test_alpha(self.alpha)

    @cached_property
    def value(self) -> Bound:
        """The payoff of a round that the machine's one-pair strategy expects."""
        game, best = self.solution.game, self.solution.one_pair
        if not self.laws.known:
            payoff = (self.behaviour * game.payoff).sum(axis=-1)
            return Bound.exact(-float(self.laws.largest_mean(-payoff)))
        if not self.infidelity:
            return best.value
        left = Bound.exact(1.0) - self.infidelity
        return game.value_of_bias(best.bias * left)

    @cached_property
    def behaviour(self) -> FloatArray:
        """Q(o | x, y), the machine's law of the parity, shape (m, n, 2).

        Weakened, where needed, to the lower end of the bias that its strategy is proven to reach.
        """
        best = self.solution.one_pair
        correlators = (1 - self.infidelity) * best.strategy.correlators
        reached = float((self.solution.game.matrix * best.strategy.correlators).sum())
        if reached > best.bias.lower > 0:
            correlators = correlators * (best.bias.lower / reached)
        correlators = np.clip(correlators, -1.0, 1.0)
        return np.stack([1 + correlators, 1 - correlators], axis=-1) / 2

    @cached_property
    def null_value(self) -> Bound:
        """The largest payoff of a round that classical players can expect."""
        if self.laws.known:
            return self.solution.classical.value
        return Bound.exact(largest_classical_mean(self.laws, self.solution.game.payoff))

    @cached_property
    def payoff_range(self) -> tuple[Fraction, Fraction]:
        """The smallest and the largest payoff of a round that can occur."""
        possible = self.solution.game.exact_payoff[self.laws.possible]
        return possible.min(), possible.max()

    @cached_property
    def null(self) -> Bound:
        """The classical value on the scale from 0 to 1."""
        return self._scaled(self.null_value)

    @cached_property
    def alternative(self) -> Bound:
        """The machine's value on the scale from 0 to 1."""
        return self._scaled(self.value)

    def _scaled(self, value: Bound) -> Bound:
        low, high = self.payoff_range
        if (low == 0 and high == 1) or low == high:
            return value
        return (value - low) / (high - low)

    @property
    def is_win_lose(self) -> bool:
        """Whether every round that can occur pays 0 or 1."""
        possible = self.solution.game.exact_payoff[self.laws.possible]
        return set(possible.ravel().tolist()) <= {0, 1}

    @cached_property
    def certifiable(self) -> Finding:
        """Whether the machine's value is proven to exceed the classical one."""
        if self.solution.advantage.verdict is Finding.REFUTED:
            return Finding.REFUTED
        return Finding.of(self.null.is_below(self.alternative))

    def count(self, test: str) -> Count:
        """Return the rounds at the conservative ends of the bounds, none if not certifiable."""
        if self.certifiable is not Finding.PROVEN:
            return Count(None, None)
        if test == "expected-score":
            score = self.expected_score
            return Count(score.first(self.test_alpha), score.safe(self.test_alpha))
        if test in ANYTIME_TESTS:
            return self._betting()
        if test == "adaptive":
            return Count(*(self._adaptive() or (None, None)))
        if test in SCORE_TESTS:
            return Count(*(self.by_score(test) or (None, None)))
        return Count(*self._by_mean(test, self.null.upper, self.alternative.lower))

    @property
    def expected_score(self) -> ExpectedScore:
        """The paper's definition."""
        return ExpectedScore(
            null=self.null.upper,
            expected=self.value.lower,
            payoff_range=self.payoff_range,
            win_lose=self.is_win_lose,
        )

    def fewest(self, test: str, first: int | None) -> int | None:
        """Return a lower bound on first, by the optimistic ends of the bounds."""
        if self.certifiable is Finding.REFUTED:
            return None
        if test == "expected-score":
            return first or 1
        if test in LIMITS:
            return 1 if self._wide else first or LIMITS[test] + 1
        null, alternative = max(self.null.lower, 0.0), min(self.alternative.upper, 1.0)
        return self._by_mean(test, null, alternative)[0] or MOST_ROUNDS + 1

    @cached_property
    def fewest_by_any_test(self) -> int | None:
        """A number of rounds below which no test of the claim has the power; None if not known.

        For the strategy found, and the game's own law of the inputs.
        """
        if self.certifiable is not Finding.PROVEN or not self.null_is_small:
            return None
        if self.null.width > _WIDE:
            return None
        weights = self.laws.distribution[..., None]
        return fewest_rounds(
            weights * self.behaviour,
            weights * self.nearest,
            alpha=self.test_alpha,
            power=self.power,
        )

    @property
    def _wide(self) -> bool:
        return self.null.width + self.alternative.width > _WIDE

    def _by_mean(self, test: str, null: float, alternative: float) -> tuple[int | None, int | None]:
        """Count by a test that knows nothing but the two means."""
        alpha = self.test_alpha
        if test == "hoeffding":
            root = math.sqrt(-math.log(alpha)) + math.sqrt(-math.log1p(-self.power))
            rounds = root**2 / (2 * (alternative - null) ** 2)
            number = math.ceil(rounds) if rounds <= MOST_ROUNDS else None
            return number, number
        return binomial_rounds(null, alternative, alpha=alpha, power=self.power) or (None, None)

    def by_score(self, test: str, *, most: int = MOST_ANYTIME) -> tuple[int, int] | None:
        """Count by a test of the total score, with the score's own law."""
        lattice = self._lattice
        null = self.null.upper + lattice.raised
        return first_and_safe(
            SumLaw(self.laws.lower_law(lattice.levels, self.behaviour)),
            lambda rounds: lattice.steps * critical_score(test, rounds, null, self.test_alpha),
            power=self.power,
            most=min(most, MOST_ANYTIME),
        )

    @cached_property
    def _lattice(self) -> Lattice:
        low, high = (float(end) for end in self.payoff_range)
        scores = np.clip((self.solution.game.payoff - low) / (high - low), 0.0, 1.0)
        weights = self.laws.distribution[..., None] * self.behaviour
        gap = self.alternative.lower - self.null.upper
        return score_lattice(scores, weights, most_lost=LOSS * gap)

    @cached_property
    def _null(self) -> Null:
        if self.claim == "nonclassical":
            return ClassicalNull(self.laws)
        return PayoffNull(self.laws, self.solution.game.payoff, self.null_value.upper)

    @property
    def null_is_small(self) -> bool:
        """Whether the null's behaviour nearest to the machine's can be computed."""
        return self.claim == "payoff" or min(self.solution.game.shape) <= MOST_INPUTS

    @cached_property
    def nearest(self) -> FloatArray:
        """The null's behaviour nearest to the machine's."""
        return self._null.nearest(self.behaviour)

    @cached_property
    def _bet(self) -> EVariable:
        return best_e_variable(self._null, self.behaviour, nearest=self.nearest)

    @cached_property
    def steps(self) -> SumLaw:
        """The law of the bet's levels in one round of the machine."""
        return SumLaw(self.laws.lower_law(self._bet.levels, self.behaviour))

    @property
    def rounds_about(self) -> float:
        """About how many rounds the bet needs."""
        growth = self._bet.low + self._bet.step * self.steps.mean
        if growth <= 0:
            return math.inf
        spread = self._bet.step * self.steps.spread
        return second_order_rounds(growth, spread, alpha=self.test_alpha, power=self.power)

    def _betting(self) -> Count:
        found = passage(
            self._bet.low, self._bet.step, self.steps.law, alpha=self.test_alpha, power=self.power
        )
        return Count(found.first, found.first, found.mean if found.first else None)

    def _adaptive(self) -> tuple[int, int] | None:
        if self.rounds_about > MOST_ADAPTIVE:
            return None
        return adaptive_rounds(
            self._null,
            self._bet.levels,
            self.steps.law,
            alpha=self.test_alpha,
            power=self.power,
        )
