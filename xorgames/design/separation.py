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
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound, Finding
from xorgames.design.equivalent import win_lose_game
from xorgames.design.intervals import digits_down, digits_up
from xorgames.design.measured import checked_correlators, correlators_of
from xorgames.design.mixture import Mixture
from xorgames.design.search import Progress
from xorgames.design.separation_proofs import (
    between,
    exact_inequality,
    exact_mixture,
    proven_distance,
    proven_visibility,
)
from xorgames.design.separation_search import Search
from xorgames.errors import reject
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.solvers.classical import classical_bias

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
    noise_inequality : ndarray of Fraction, shape (m, n)
    noise_limit : Fraction
        The same for the correlators with noise: proves the upper end of the visibility.
    distance : Bound
        The largest difference of an entry from the nearest classical correlators; 0 if these are
        classical.
    visibility : Bound or None
        The largest v for which v E is classical; None where E vanishes.
    nearest : Mixture
        The nearest classical correlators found, E - remainder; their weights sum to 1.
    scaled : Mixture
        Proves the lower end of the visibility.
    name : str
        Of the data.
    interrupted : bool
        Whether Ctrl-C ended the search: what is said is proven, and more might be found.
    """

    correlators: FractionArray
    inequality: FractionArray
    limit: Fraction
    reached: Fraction
    standard_error: float | None
    noise_inequality: FractionArray
    noise_limit: Fraction
    distance: Bound
    visibility: Bound | None
    nearest: Mixture
    scaled: Mixture
    name: str = ""
    interrupted: bool = False

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
        if self.verdict is Finding.REFUTED:
            return "classical players can have these correlators: the mixture proves it"
        if self.verdict is Finding.UNDECIDED:
            if self.interrupted:
                return "interrupted: whether classical players can have these is not known yet"
            return "these correlators lie on the edge of what classical players can have"
        text = f"your data violate this XOR inequality by {digits_down(self.violation)}: the "
        text += f"players reach {digits_down(self.reached)}, classical ones at most "
        text += digits_up(self.limit)
        if self.standard_error is not None:
            times = float(self.violation) / self.standard_error
            text += f"; standard error {self.standard_error:.3g}, {times:.3g} of them. The "
            text += "inequality was chosen to fit these data, which makes them look better than "
            text += "they are: for a p-value play the game anew"
        return f"{text}; interrupted: there may be a larger one" if self.interrupted else text

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
            "name": self.name,
            "interrupted": self.interrupted,
            "verdict": str(self.verdict),
            "statement": self.statement,
            "inequality": [[str(entry) for entry in row] for row in self.inequality],
            "classical_limit": str(self.limit),
            "reached": str(self.reached),
            "violation": float(self.violation),
            "standard_error": self.standard_error,
            "noise_inequality": [[str(entry) for entry in row] for row in self.noise_inequality],
            "noise_limit": str(self.noise_limit),
            "distance": self.distance.to_dict(),
            "visibility": None if self.visibility is None else self.visibility.to_dict(),
            "nearest": self.nearest.to_dict(),
            "scaled": self.scaled.to_dict(),
            "game": self.game.to_dict(),
        }


def separate(
    *,
    correlators: Any = None,
    counts: Any = None,
    name: str = "",
    progress: Progress | None = None,
) -> Separation:
    """Compare correlators with what classical players can reach.

    Parameters
    ----------
    correlators : array_like, shape (m, n)
        E(x, y) in [-1, 1]; numbers or texts such as "1/3".
    counts : array_like, shape (m, n, 2) or (m, n, 2, 2)
        Instead: how many rounds with the inputs x, y had equal and different outputs, or how many
        had the outputs a, b.
    name : str
        Of the data.
    progress : callable, optional
        Called with what is being done and (done, total).

    Raises
    ------
    InputError
        Unless one of the two is given and makes sense.
    KeyboardInterrupt
        On Ctrl-C before anything was found; later what is proven so far is returned.

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
    search = Search(exact.astype(np.float64), progress)
    games, cuts, noisy, far = search.games, search.cuts, search.noisy, search.far
    matrix = games.matrix(far.z)
    if far.worth <= _NOTHING:
        # Nothing separates: the inequality that comes nearest, or any.
        matrix = np.ones(exact.shape) if noisy is None else games.matrix(noisy.z)
    inequality, limit = exact_inequality(matrix, exact)
    noise = inequality, limit
    scaled = Mixture(weights=(), strategies=(), remainder=exact)
    if noisy is not None:
        noise = exact_inequality(games.matrix(noisy.z), exact)
        scaled = exact_mixture(exact, noisy, cuts, whole=False)
    nearest = exact_mixture(exact, far, cuts, whole=True)
    reached = (inequality * exact).sum()
    return Separation(
        correlators=exact,
        inequality=inequality,
        limit=limit,
        reached=reached,
        standard_error=None if numbers is None else _error(inequality, exact, numbers),
        noise_inequality=noise[0],
        noise_limit=noise[1],
        distance=between(*proven_distance(reached - limit, nearest, scaled)),
        visibility=between(*proven_visibility(exact, *noise, scaled)) if exact.any() else None,
        nearest=nearest,
        scaled=scaled,
        name=name,
        interrupted=search.interrupted,
    )


def _error(
    inequality: FractionArray, correlators: FractionArray, numbers: NDArray[np.int64]
) -> float:
    """Return the standard error of <M, E>, rounds being independent.

    The variance of a correlator is estimated without bias by (1 - E^2)/(n - 1). Rounds that all
    agree would make it 0, as if nothing else could happen: there the variance of the posterior
    stands, with any probability as likely as any other beforehand, 4 (n + 1)/((n + 2)^2 (n + 3)).
    """
    floats, weights = correlators.astype(np.float64), inequality.astype(np.float64)
    n = numbers.astype(np.float64)
    spread = (1 - floats**2) / np.maximum(n - 1, 1)
    agreed = np.abs(floats) == 1
    spread = np.where(agreed, 4 * (n + 1) / ((n + 2) ** 2 * (n + 3)), spread)
    return math.sqrt(float((weights**2 * spread).sum()))


def verify(separation: Separation) -> bool:
    """Check both certificates and what they are said to prove, trusting no search.

    Everything is done in exact arithmetic, and only the exact classical bias is computed anew. What
    was measured, and so the standard error, is not part of the certificates.

    Examples
    --------
    >>> verify(separate(correlators=[["0.7", "0.7"], ["0.7", "-0.7"]]))
    True
    """
    each, exact = separation, separation.correlators
    tables = (exact, each.inequality, each.noise_inequality)
    if any(table.shape != exact.shape for table in tables) or not (abs(exact) <= 1).all():
        return False
    if not all(mixture.explains(exact) for mixture in (each.nearest, each.scaled)):
        return False
    for matrix, limit in (
        (each.inequality, each.limit),
        (each.noise_inequality, each.noise_limit),
    ):
        fair = sum(abs(matrix).ravel(), Fraction(0)) == 1
        if not fair or classical_bias(matrix).upper > limit:
            return False
    whole = sum(each.nearest.weights, Fraction(0)) <= 1
    reached = (each.inequality * exact).sum() == each.reached
    near = _holds(each.distance, proven_distance(each.violation, each.nearest, each.scaled))
    return bool(whole and reached and near and _visibility_holds(each))


def _visibility_holds(each: Separation) -> bool:
    if each.visibility is None or not each.correlators.any():
        return each.visibility is None and not each.correlators.any()
    noise = each.noise_inequality, each.noise_limit
    return _holds(each.visibility, proven_visibility(each.correlators, *noise, each.scaled))


def _holds(bound: Bound, proven: tuple[Fraction, Fraction]) -> bool:
    """Whether a bracket claims no more than what is proven."""
    return bound.lower <= proven[0] and proven[1] <= bound.upper
