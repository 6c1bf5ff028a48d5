"""Measured correlators against the classical polytope: a proof of either kind, both ways.

The correlators that classical players can reach are the mixtures  sum w S  of those of
deterministic strategies S. (Marginals do not matter: a shared random bit makes them uniform.) Two
linear programmes, with strategies generated on demand, compare given correlators E with them:

- distance:    max over sum |M| = 1 of <M, E> - L(M)  =  min over mixtures X of max |E - X|;
- visibility:  max over M of <M, E> / L(M)  =  1 / v,  v the largest number with v E a mixture.

Either optimum is certified from both sides in exact arithmetic, whatever the programme's rounding:
by an inequality M, of which L(M) is computed exactly, and by explicit weights. With weights w and
the remainder R = E - sum w S, E / (sum w + sum |R|) is a mixture: an entry r of R is the mixture
of total weight |r| in which a(x) xor b(y) is fixed and every other answer is a random bit. So E is
proven classical where  sum w + sum |R| <= 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound, Finding
from xorgames.design.equivalent import win_lose_game
from xorgames.design.linear_games import Best, Cuts, all_matrices, best_game_for
from xorgames.design.measured import checked_correlators, correlators_of
from xorgames.design.mixture import Mixture, signs_of
from xorgames.errors import reject
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.classical import classical_bias
from xorgames.strategy import DeterministicStrategy

FloatArray = NDArray[np.float64]

_SIMPLE = 240
_DIGITS = 13
_NOTHING = 1e-12


@dataclass(frozen=True, kw_only=True, eq=False)
class Separation:
    """Correlators against the classical polytope.

    Attributes
    ----------
    correlators : ndarray of Fraction, shape (m, n)
    inequality : ndarray of Fraction, shape (m, n)
        M with sum |M| = 1: classical players reach <M, E> <= `limit`.
    limit, reached : Fraction
        L(M), and <M, E> for the correlators given.
    standard_error : float or None
        Of `reached`, where counts were given.
    distance : Bound
        The largest difference of an entry from the nearest classical correlators; 0 if these are
        classical.
    visibility : Bound or None
        The largest v for which v E is classical; None where E vanishes.
    nearest : Mixture
        The nearest classical correlators found, E - remainder; their weights sum to 1.
    scaled : Mixture
        Proves the lower end of the visibility.
    """

    correlators: FractionArray
    inequality: FractionArray
    limit: Fraction
    reached: Fraction
    standard_error: float | None
    distance: Bound
    visibility: Bound | None
    nearest: Mixture
    scaled: Mixture

    @property
    def violation(self) -> Fraction:
        """By how much the inequality is violated, in units in which sum |M| = 1; else negative."""
        return self.reached - self.limit

    @property
    def verdict(self) -> Finding:
        """Whether no classical players can have these correlators."""
        if self.violation > 0:
            return Finding.PROVEN
        return Finding.REFUTED if self.scaled.total <= 1 else Finding.UNDECIDED

    @property
    def game(self) -> XORGame:
        """The inequality as a win/lose game: the one with the largest gap for these correlators."""
        return win_lose_game(self.inequality, name="separating game")

    @property
    def statement(self) -> str:
        """The result in a sentence."""
        size = float(abs(self.violation))
        if self.verdict is Finding.REFUTED:
            return "classical players can have these correlators: the mixture proves it"
        if self.verdict is Finding.UNDECIDED:
            return "these correlators lie on the edge of what classical players can have"
        text = f"your data violate this XOR inequality by {size:.6g}: the players reach "
        text += f"{float(self.reached):.6g}, classical ones at most {float(self.limit):.6g}"
        if self.standard_error:
            text += f"; standard error {self.standard_error:.3g}, {size / self.standard_error:.3g}"
            text += " of them. The inequality was chosen to fit these data, which makes them look "
            text += "better than they are: for a p-value play the game anew"
        return text

    def on(self, counts: Any) -> tuple[float, float]:
        """Return the violation of the same inequality by other data, and its standard error.

        Parameters
        ----------
        counts : array_like, shape (m, n, 2) or (m, n, 2, 2)
            As in `separate`.
        """
        correlators, numbers = correlators_of(counts)
        if correlators.shape != self.inequality.shape:
            m, n = self.inequality.shape
            received = " x ".join(map(str, correlators.shape))
            reject("counts", f"must be of {m} x {n} inputs", received=received)
        reached = (self.inequality * correlators).sum()
        return float(reached - self.limit), _error(self.inequality, correlators, numbers)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers as text."""
        return {
            "verdict": str(self.verdict),
            "statement": self.statement,
            "inequality": [[str(entry) for entry in row] for row in self.inequality],
            "classical_limit": str(self.limit),
            "reached": str(self.reached),
            "violation": float(self.violation),
            "standard_error": self.standard_error,
            "distance": self.distance.to_dict(),
            "visibility": None if self.visibility is None else self.visibility.to_dict(),
            "nearest": self.nearest.to_dict(),
            "scaled": self.scaled.to_dict(),
            "game": self.game.to_dict(),
        }


def separate(*, correlators: Any = None, counts: Any = None) -> Separation:
    """Compare correlators with what classical players can reach.

    Parameters
    ----------
    correlators : array_like, shape (m, n)
        E(x, y) in [-1, 1]; numbers or texts such as "1/3".
    counts : array_like, shape (m, n, 2) or (m, n, 2, 2)
        Instead: how many rounds with the inputs x, y had equal and different outputs, or how many
        had the outputs a, b.

    Raises
    ------
    InputError
        Unless one of the two is given and makes sense.

    Examples
    --------
    >>> found = separate(counts=[[[85, 15], [86, 14]], [[84, 16], [16, 84]]])
    >>> str(found.verdict), float(found.violation), found.inequality[1].tolist()
    ('PROVEN', 0.195, [Fraction(1, 4), Fraction(-1, 4)])
    >>> str(separate(correlators=[["1/2", "1/2"], ["1/2", "-1/2"]]).verdict)
    'REFUTED'
    >>> str(separate(correlators=[["0.4", "0.5"], ["0.5", "-0.5"]]).verdict)
    'REFUTED'
    """
    if (correlators is None) == (counts is None):
        received = "neither" if counts is None else "both"
        reject("correlators", "must be given, or else counts", received=received)
    numbers = None
    if counts is not None:
        exact, numbers = correlators_of(counts)
    else:
        exact = checked_correlators(correlators)
    cuts, floats = Cuts(), exact.astype(np.float64)
    games = all_matrices((exact.shape[0], exact.shape[1]))
    scaled, matrix, most = _visibility(exact, floats, cuts)
    far = best_game_for(floats, games, cuts)
    if far.worth > _NOTHING:
        matrix = games.matrix(far.z)
    inequality, limit = _inequality(matrix, exact)
    nearest = _mixture(exact, far, cuts, whole=True)
    reached = (inequality * exact).sum()
    distance = Fraction(0) if scaled.total <= 1 else abs(nearest.remainder).max()
    return Separation(
        correlators=exact,
        inequality=inequality,
        limit=limit,
        reached=reached,
        standard_error=None if numbers is None else _error(inequality, exact, numbers),
        distance=_between(max(reached - limit, Fraction(0)), distance),
        visibility=None if most is None else _between(1 / scaled.total, most),
        nearest=nearest,
        scaled=scaled,
    )


def _inequality(matrix: FloatArray, correlators: FractionArray) -> tuple[FractionArray, Fraction]:
    """Return an exact inequality near the one found, with sum |M| = 1, and its classical limit."""
    best: tuple[Fraction, FractionArray, Fraction] | None = None
    for candidate in _candidates(matrix):
        total = sum(abs(candidate).ravel(), Fraction(0))
        if not total:
            continue
        exact = candidate / total
        found = classical_bias(exact)
        worth = (exact * correlators).sum() - found.upper
        # The first is the simplest: digits must earn their place.
        if best is None or worth > best[0] + Fraction(1, 10**9):
            best = worth, exact, found.upper
    assert best is not None
    return best[1], best[2]


def _candidates(matrix: FloatArray) -> list[FractionArray]:
    """Return exact matrices near a matrix of doubles: small denominators first, then decimals."""
    simple = np.array([Fraction(e).limit_denominator(_SIMPLE) for e in matrix.ravel()])
    digits = [round(Fraction(float(e)), _DIGITS) for e in matrix.ravel()]
    return [np.array(each, dtype=object).reshape(matrix.shape) for each in (simple, digits)]


def _mixture(correlators: FractionArray, best: Best, cuts: Cuts, *, whole: bool) -> Mixture:
    """Return exact weights near the multipliers; `whole` makes their sum 1."""
    weights = [max(round(Fraction(float(w)), 15), Fraction(0)) for w in best.weights]
    total = sum(weights, Fraction(0))
    if whole and total:
        weights = [weight / total for weight in weights]
    kept = [i for i, weight in enumerate(weights) if weight]
    strategies = [DeterministicStrategy(a=a, b=b) for a, b in cuts.strategies]
    remainder = correlators.copy()
    for i in kept:
        remainder = remainder - weights[i] * signs_of(strategies[i])
    return Mixture(
        weights=tuple(weights[i] for i in kept),
        strategies=tuple(strategies[i] for i in kept),
        remainder=remainder,
    )


def _visibility(
    exact: FractionArray, floats: FloatArray, cuts: Cuts
) -> tuple[Mixture, FloatArray, Fraction | None]:
    """Return the mixture for the lower end, the inequality found, and the upper end."""
    if not exact.any():
        return Mixture(weights=(), strategies=(), remainder=exact), np.ones(exact.shape), None
    games = all_matrices((exact.shape[0], exact.shape[1]))
    best = best_game_for(floats, games, cuts, ratio=True)
    scaled, matrix = _mixture(exact, best, cuts, whole=False), games.matrix(best.z)
    inequality, limit = _inequality(matrix, exact)
    reached = (inequality * exact).sum()
    # More than 1/max |E| of E is no behaviour at all.
    upper = 1 / abs(exact).max()
    return scaled, matrix, min(upper, limit / reached) if reached > 0 else upper


def _between(lower: Fraction, upper: Fraction) -> Bound:
    return Bound(Bound.exact(lower).lower, Bound.exact(max(lower, upper)).upper)


def _error(
    inequality: FractionArray, correlators: FractionArray, numbers: NDArray[np.int64]
) -> float:
    """Return the standard error of <M, E>, rounds being independent."""
    floats, weights = correlators.astype(np.float64), inequality.astype(np.float64)
    return math.sqrt(float((weights**2 * (1 - floats**2) / np.maximum(numbers - 1, 1)).sum()))


def verify(separation: Separation) -> bool:
    """Check both certificates in exact arithmetic, trusting no search but the classical bias.

    Examples
    --------
    >>> verify(separate(correlators=[["0.7", "0.7"], ["0.7", "-0.7"]]))
    True
    """
    exact, matrix = separation.correlators, separation.inequality
    found = classical_bias(matrix)
    fair = sum(abs(matrix).ravel(), Fraction(0)) == 1 and found.upper <= separation.limit
    reached = (matrix * exact).sum() == separation.reached
    mixtures: Sequence[Mixture] = (separation.nearest, separation.scaled)
    whole = all((mixture.correlators() == exact).all() for mixture in mixtures)
    positive = all(weight > 0 for mixture in mixtures for weight in mixture.weights)
    best = deterministic_bias(matrix, found.strategy) <= separation.limit
    return bool(fair and reached and whole and positive and best)
