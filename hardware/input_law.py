"""How well the law of the inputs is known, and what that leaves to an adversary.

Every statement about classical players holds for inputs drawn with known probabilities p(x, y). A
market is no random-number generator. Three statements can be made about the inputs:

- known: each round's inputs follow the game's p(x, y), whatever happened before;
- interval, with a bias tau: in each round x is drawn with a probability within tau of p(x), and y
  then with one within tau of p(y | x), depending on all that went before;
- estimated from n samples: p(x, y) are relative frequencies among n earlier independent draws. With
  confidence 1 - delta the true probabilities lie within the exact (Clopper-Pearson) limits of each
  of the k = m n cells at level delta/k at once. delta is a stated share of alpha, the rest of which
  is left to the test, so that both errors together stay below alpha.

Each is a set of laws. What the null may reach is the largest over the set, what the machine reaches
the smallest: `LawSet.largest_mean` and `LawSet.lower_law`. For CHSH the classical value is
3/4 + tau - tau^2.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem, reject
from xorgames.exact import exact_number
from xorgames.hardware.parameters import PROBABILITY, Rule

FloatArray = NDArray[np.float64]

_RULES = {
    "input_bias": Rule(about="bias of the inputs", limits=PROBABILITY, smallest=0.0),
    "share": Rule(about="share of alpha", limits={"exclusiveMinimum": 0, "exclusiveMaximum": 1}),
}
#: Far more than the rounding of a product of three doubles, for each term of a sum.
_ROUNDING = 1e-15
#: By how much every answer is taken to be wrong more often than stated.
_WRONG = 1e-13


@dataclass(frozen=True, kw_only=True)
class InputLaw:
    """What is known of the inputs' law; at most one of the first two may be given.

    Parameters
    ----------
    bias : float
        tau, in [0, 1].
    samples : int, optional
        n, from which the game's distribution was estimated.
    share : float
        The part of alpha that covers the error of the estimate.

    Examples
    --------
    >>> InputLaw().kind, InputLaw(bias=0.01).kind, InputLaw(samples=10**6).kind
    ('known', 'interval', 'estimated')
    >>> print(InputLaw(bias=0.01))
    inputs within 0.01 of the game's law
    """

    bias: float = 0.0
    samples: int | None = None
    share: float = 0.1

    def __post_init__(self) -> None:
        """Check every number."""
        problems: list[Problem] = []
        for field, key in (("bias", "input_bias"), ("share", "share")):
            try:
                number = float(exact_number(getattr(self, field), key=key))
            except InputError as error:
                problems.extend(error.problems)
                continue
            problem = _RULES[key].check(key, number)
            problems += [problem] if problem else []
            object.__setattr__(self, field, number)
        n = self.samples
        if n is not None and (isinstance(n, bool) or not isinstance(n, int) or n < 1):
            rule = "must be a whole number, at least 1"
            problems.append(Problem(key="input_samples", rule=rule, received=repr(n)))
        if n is not None and not problems and self.bias:
            cure = "leave one of the two out"
            rule = "must be 0 where the law is estimated from samples"
            problems.append(
                Problem(key="input_bias", rule=rule, received=f"{self.bias:g}", cure=cure)
            )
        if problems:
            raise InputError(problems)

    @property
    def kind(self) -> str:
        """The statement made: "known", "interval" or "estimated"."""
        if self.samples is not None:
            return "estimated"
        return "interval" if self.bias else "known"

    def __str__(self) -> str:
        if self.samples is not None:
            return (
                f"law of the inputs estimated from {self.samples} samples, "
                f"with {self.share:g} of alpha"
            )
        return f"inputs within {self.bias:g} of the game's law" if self.bias else "known input law"

    def test_alpha(self, alpha: float) -> float:
        """Return what is left of alpha for the test itself."""
        return alpha if self.samples is None else alpha * (1 - self.share)

    def to_dict(self) -> dict[str, Any]:
        """Return the law by name, with what belongs to its kind only."""
        content: dict[str, Any] = {"kind": self.kind}
        if self.samples is not None:
            return content | {"samples": self.samples, "share_of_alpha": self.share}
        return content | ({"bias": self.bias} if self.bias else {})

    def laws(self, distribution: FloatArray, *, alpha: float) -> "LawSet":
        """Return the set of laws, for a game's distribution and the total significance."""
        if self.samples is not None:
            return _box(distribution, self.samples, self.share * alpha)
        return LawSet(distribution, self.bias)


class LawSet:
    """All laws of the inputs that are allowed in a round: those within a bias of `distribution`.

    Parameters
    ----------
    distribution : ndarray, shape (m, n)
    bias : float
    """

    def __init__(self, distribution: FloatArray, bias: float = 0.0) -> None:
        self.distribution = distribution
        self.bias = bias

    @property
    def known(self) -> bool:
        """Whether there is one law only."""
        return not self.bias

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Which inputs can occur."""
        return self.distribution > 0 if self.known else np.ones(self.distribution.shape, dtype=bool)

    def largest_mean(self, values: FloatArray) -> FloatArray:
        """Return an upper bound on the mean of values[..., x, y] over all laws of the set.

        Examples
        --------
        >>> chsh = np.full((2, 2), 0.25)
        >>> best = np.array([[1.0, 1.0], [1.0, 0.0]])
        >>> round(float(LawSet(chsh, 0.1).largest_mean(best)), 9)  # 3/4 + tau - tau^2
        0.84
        """
        slack = _ROUNDING * (values.shape[-1] * values.shape[-2] + 4)
        return np.asarray(self._largest(values) + slack * np.abs(values).max(axis=(-2, -1)))

    def _largest(self, values: FloatArray) -> FloatArray:
        if self.known:
            return np.asarray((self.distribution * values).sum(axis=(-2, -1)))
        marginal = self.distribution.sum(axis=1)
        with np.errstate(invalid="ignore"):
            conditional = self.distribution / marginal[:, None]
        # An input that never occurs has no law to keep to: any y may follow it.
        least = np.where(marginal[:, None] > 0, np.maximum(conditional - self.bias, 0), 0.0)
        most = np.where(marginal[:, None] > 0, np.minimum(conditional + self.bias, 1), 1.0)
        rows = _fill(least, most, values)
        return _fill(np.maximum(marginal - self.bias, 0), np.minimum(marginal + self.bias, 1), rows)

    def lower_law(self, levels: NDArray[np.int64], behaviour: FloatArray) -> FloatArray:
        """Return the law of a level that no law of the set falls below, stochastically.

        P[level <= v] is the largest over the set, for each v. Whatever the inputs do within the
        set, depending on the past or not, a sum of levels is then at least as likely to reach any
        height as the sum of independent draws from this law. Every answer is taken to be wrong more
        often by 1e-13 than stated, which covers the rounding of behaviours.

        Parameters
        ----------
        levels : ndarray of int, shape (m, n, k)
            0 is the smallest.
        behaviour : ndarray, shape (m, n, k)
            The probability of each outcome at each input.

        Returns
        -------
        ndarray, shape (levels.max() + 1,)
        """
        steps = np.unique(levels[self.possible])
        if self.known:
            chances = self.distribution[..., None] * behaviour
            cells = np.bincount(levels.ravel(), weights=chances.ravel(), minlength=steps[-1] + 1)
            reached = np.cumsum(cells)[steps] + _WRONG
        else:
            below = levels[..., None] <= steps
            at_most = (behaviour[..., None] * below).sum(axis=2) + _WRONG * below.any(axis=2)
            reached = self._largest(np.moveaxis(np.minimum(at_most, 1.0), -1, 0))
        reached = np.minimum(np.maximum.accumulate(reached), 1.0)
        reached[-1] = 1.0
        law = np.zeros(int(steps[-1]) + 1)
        law[steps] = np.diff(reached, prepend=0.0)
        return law


class _Box(LawSet):
    """All laws with each cell's probability between two limits."""

    def __init__(self, distribution: FloatArray, least: FloatArray, most: FloatArray) -> None:
        super().__init__(distribution)
        self._least, self._most = least.ravel(), most.ravel()

    @property
    def known(self) -> bool:
        """Whether there is one law only."""
        return False

    def _largest(self, values: FloatArray) -> FloatArray:
        return _fill(self._least, self._most, values.reshape(*values.shape[:-2], -1))


def _box(distribution: FloatArray, samples: int, delta: float) -> LawSet:
    """Return the laws within the Clopper-Pearson limits of all cells at once."""
    from scipy.special import betaincinv

    tail = delta / distribution.size / 2
    counts = distribution * samples
    # A frequency that is no multiple of 1/n is rounded to the side that gives the wider limits.
    fewer, more = np.floor(counts + 1e-6), np.ceil(counts - 1e-6)
    least = np.where(fewer > 0, betaincinv(np.maximum(fewer, 1), samples - fewer + 1, tail), 0.0)
    most = np.where(
        more < samples, betaincinv(more + 1, np.maximum(samples - more, 1), 1 - tail), 1.0
    )
    return _Box(distribution, least, most)


def _fill(least: FloatArray, most: FloatArray, values: FloatArray) -> FloatArray:
    """Return the largest mean: each outcome's least probability, the rest to the best first."""
    order = np.argsort(-values, axis=-1, kind="stable")
    least, most = np.broadcast_to(least, values.shape), np.broadcast_to(most, values.shape)
    least, most, values = (
        np.take_along_axis(array, order, axis=-1) for array in (least, most, values)
    )
    room = most - least
    rest = 1 - least.sum(axis=-1, keepdims=True)
    given = np.clip(rest - (np.cumsum(room, axis=-1) - room), 0.0, room)
    return np.asarray(((least + given) * values).sum(axis=-1))


#: With laws that are not known exactly, 2^(m + n - 1) strategies are compared.
MOST_INPUTS = 16


def all_answers(inputs: int, *, first_is_zero: bool = False) -> NDArray[np.int64]:
    """Return all rows of answers to so many questions, shape (2^inputs or half, inputs)."""
    numbers = np.arange(2 ** (inputs - first_is_zero)) << int(first_is_zero)
    return (numbers[:, None] >> np.arange(inputs)) & 1


def largest_classical_mean(laws: LawSet, values: FloatArray) -> float:
    """Return an upper bound on the mean of values[x, y, a xor b] for classical players and any law.

    Parameters
    ----------
    laws : LawSet
    values : ndarray, shape (m, n, 2) by parity, or (m, n, 2, 2) by both answers

    Raises
    ------
    InputError
        If both sides together have more than 16 inputs.

    Examples
    --------
    >>> import xorgames as xg
    >>> game = xg.catalog.chsh()
    >>> round(largest_classical_mean(LawSet(game.distribution, 0.1), game.payoff), 9)
    0.84
    """
    m, n = values.shape[:2]
    if m + n > MOST_INPUTS:
        rule = (
            f"must have at most {MOST_INPUTS} inputs on both sides together "
            "where the law of the inputs is not known exactly"
        )
        reject("game", rule, received=f"{m} x {n}", cure="state a known input law")
    by_parity = values.ndim == 3
    most = -math.inf
    bobs = all_answers(n)
    for alice in all_answers(m, first_is_zero=by_parity):
        if by_parity:
            outcomes = alice[None, :, None] ^ bobs[:, None, :]
            chosen = np.take_along_axis(values[None], outcomes[..., None], axis=-1)[..., 0]
        else:
            chosen = np.moveaxis(
                values[np.arange(m)[:, None], np.arange(n), alice[:, None], bobs[:, None, :]], 1, 1
            )
        most = max(most, float(laws.largest_mean(chosen).max()))
    return most
