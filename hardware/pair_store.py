"""Pairs that wait for decisions: how often none is ready, how old they are, what a game is worth.

Pairs come as a Poisson process at rate R, decisions at rate l, and a decision takes a pair if one
is ready; there are B places. With rho = R/l the number of pairs in store is n with probability
proportional to rho^n, n = 0 ... B, whatever the order, and a decision finds none with probability
(1 - rho)/(1 - rho^(B+1)). The age of a pair that is used, from herald to decision:

- oldest first (a pair that finds the store full is lost): it waits for n + 1 decisions if it came
  upon n < B pairs: a mixture of Erlang laws;
- newest first (the oldest pair of a full store is replaced): a random walk from place 1, up at rate
  R, down at rate l, that reaches 0 before B + 1. The eigenvalues of the walk give the law as a
  mixture of exponentials, rates m_k = l + R - 2 sqrt(l R) cos(k pi/(B+1)), weights proportional to
  sin^2(k pi/(B+1))/m_k, k = 1 ... B.

Both are mixtures of gamma laws. The store is the textbook queue M/M/1 with B places; it forgets
its past at the rate m_1.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.errors import expect, reject
from xorgames.hardware.parameters import (
    COUNT,
    NOT_NEGATIVE,
    POSITIVE,
    PROBABILITY,
    Rule,
    check_fields,
    checked_number,
)
from xorgames.hardware.schedule import Node, check_choice
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

ORDERS = {
    "newest": "newest pair first; the oldest pair of a full store is replaced",
    "oldest": "oldest pair first; a pair that finds the store full is lost",
}
#: Arrays of this length are made; nobody stores more.
MOST_PLACES = 1_000_000

STORE_RULES = {
    "pair_rate_hz": Rule(about="heralded pairs a second", limits=POSITIVE),
    "decision_rate_hz": Rule(about="decisions a second", limits=POSITIVE),
    "places": Rule(about="pairs that can be stored", limits=COUNT),
}


@dataclass(frozen=True, kw_only=True)
class PairStore:
    """Pairs that wait for decisions, both Poisson processes.

    Parameters
    ----------
    pair_rate_hz, decision_rate_hz : float
    places : int
        How many pairs can be stored, at most 1 000 000.
    order : {"newest", "oldest"}
        Which pair a decision takes; see the head of this module.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> store = PairStore(pair_rate_hz=8e3, decision_rate_hz=4e3, places=2)
    >>> round(store.no_pair, 6), round(store.age_mean_s * 1e6, 2)
    (0.142857, 130.95)
    >>> PairStore(pair_rate_hz=8e3, decision_rate_hz=8e3, places=3).no_pair
    0.25
    """

    pair_rate_hz: float
    decision_rate_hz: float
    places: int
    order: str = "newest"

    def __post_init__(self) -> None:
        """Check everything."""
        check_fields(self, STORE_RULES)
        check_places(self.places, "places")
        check_choice(self.order, ORDERS, "order")

    @cached_property
    def levels(self) -> FloatArray:
        """The probability of each number of pairs in store, 0 ... places."""
        logarithm = math.log(self.pair_rate_hz) - math.log(self.decision_rate_hz)
        exponents = logarithm * np.arange(self.places + 1)
        weights = np.exp(exponents - exponents.max())
        return np.asarray(weights / weights.sum())

    @property
    def no_pair(self) -> float:
        """The probability that a decision finds no pair."""
        return float(self.levels[0])

    @property
    def lost(self) -> float:
        """The fraction of the pairs that are never used."""
        return float(self.levels[-1])

    @property
    def used_rate_hz(self) -> float:
        """Decisions with a pair, a second."""
        return self.decision_rate_hz * float(self.levels[1:].sum())

    @property
    def stored_mean(self) -> float:
        """The number of pairs in store, on average."""
        return float(np.arange(self.places + 1) @ self.levels)

    @cached_property
    def _age(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The age of a used pair: weights, shapes and rates of the gamma laws."""
        if self.order == "oldest":
            shapes = np.arange(1.0, self.places + 1)
            weights, rates = self.levels[:-1], np.full(self.places, self.decision_rate_hz)
        else:
            angles = np.arange(1, self.places + 1) * math.pi / (self.places + 1)
            rates = self._rates(angles)
            weights, shapes = np.sin(angles) ** 2 / rates, np.ones(self.places)
        return weights / weights.sum(), shapes, rates

    def _rates(self, angles: FloatArray) -> FloatArray:
        """Return l + R - 2 sqrt(l R) cos, without the cancellation that small rates suffer from."""
        up, down = math.sqrt(self.pair_rate_hz), math.sqrt(self.decision_rate_hz)
        return np.asarray((down - up) ** 2 + 4 * up * down * np.sin(angles / 2) ** 2)

    @property
    def memory_s(self) -> float:
        """The time in which the store forgets how full it was, 1/m_1."""
        return float(1 / self._rates(np.array(math.pi / (self.places + 1))))

    @property
    def age_mean_s(self) -> float:
        """The age of the pairs that are used, on average."""
        weights, shapes, rates = self._age
        return float(weights @ (shapes / rates))

    def age_survival(self, age_s: float) -> float:
        """Return the probability that a used pair is older than so.

        Raises
        ------
        InputError
            If the age is negative or no number.
        """
        from scipy.special import gammaincc

        age_s = checked_number("age_s", age_s, NOT_NEGATIVE)
        weights, shapes, rates = self._age
        return float(weights @ gammaincc(shapes, rates * age_s))

    def age_quantile_s(self, fraction: float) -> float:
        """Return the age that a given fraction of the used pairs does not exceed.

        Raises
        ------
        InputError
            If the fraction is not between 0 and 1.

        Examples
        --------
        >>> store = PairStore(pair_rate_hz=1.0, decision_rate_hz=1.0, places=1)
        >>> round(store.age_quantile_s(0.5) / (math.log(2) / 2), 9)
        1.0
        """
        from scipy.optimize import brentq

        inside = {"exclusiveMinimum": 0, "exclusiveMaximum": 1}
        rest = 1 - checked_number("fraction", fraction, inside)
        high = self.age_mean_s
        while self.age_survival(high) > rest:
            high *= 2
        return float(brentq(lambda age: self.age_survival(age) - rest, 0.0, high, rtol=1e-12))

    def decay(self, time_s: float) -> float:
        """Return the mean of exp(-age/time) over the pairs that are used."""
        time_s = checked_number("time_s", time_s, POSITIVE)
        weights, shapes, rates = self._age
        # The rounding of the sum depends on how many threads share it, and may exceed 1.
        return min(1.0, float(weights @ np.exp(-shapes * np.log1p(1 / (rates * time_s)))))

    def combined_infidelity(self, node: Node) -> float:
        """Return the combined infidelity of the pairs that are used, on average.

        Examples
        --------
        >>> node = Node(trial_time_s="580 ns", link_time_s="240 us", decision_time_s="970 ns",
        ...             reset_time_s="1 us", success_probability=0.00762048, atoms=250,
        ...             state_infidelity=0.04, ageing_infidelity=0.5, ageing_time_s=0.05)
        >>> store = PairStore(pair_rate_hz=node.rate_hz, decision_rate_hz=1e3, places=4)
        >>> round(node.combined_infidelity(), 5), round(store.combined_infidelity(node), 5)
        (0.05333, 0.05527)
        """
        time_s = node.ageing_time_s
        return node.combined_infidelity(1.0 if time_s is None else self.decay(time_s))


def value_with_fallback(solution: Solution, *, no_pair: float, combined_infidelity: float) -> Bound:
    """Return the value of a game whose players use a pair where one is ready, else none.

    A heralded store tells both players whether there is a pair: with one they play the one-pair
    strategy, whose bias the infidelity reduces, and without one the best classical strategy.

    Parameters
    ----------
    solution : Solution
    no_pair : float
        The probability that no pair is ready, independent of the inputs.
    combined_infidelity : float
        Of the pairs that are used, on average.

    Raises
    ------
    InputError
        If one of them is no probability.

    Examples
    --------
    >>> import xorgames as xg
    >>> solution = xg.solve(xg.catalog.chsh())
    >>> value_with_fallback(solution, no_pair=0.5, combined_infidelity=0.061).display(6)
    '0.790993 … 0.790994'
    """
    expect(solution, Solution, key="solution", cure="solve makes one")
    missing = checked_number("no_pair", no_pair, PROBABILITY)
    infidelity = checked_number("combined_infidelity", combined_infidelity, PROBABILITY)
    one_pair = solution.one_pair
    reached = one_pair.value - one_pair.bias * (infidelity / 2)
    return reached * (1 - missing) + solution.classical.value * missing


def check_places(places: int, key: str) -> None:
    """Refuse a store larger than any."""
    if places > MOST_PLACES:
        reject(key, f"must not exceed {MOST_PLACES}", received=places)
