"""From a programme's doubles to exact certificates: an inequality with its limit, and a mixture."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.design.cuts import Cuts
from xorgames.design.linear_games import Best
from xorgames.design.mixture import Mixture, signs_of
from xorgames.exact import FractionArray
from xorgames.solvers.classical import classical_bias
from xorgames.strategy import DeterministicStrategy

FloatArray = NDArray[np.float64]

_SIMPLE = 240
_DIGITS = 13


def exact_inequality(
    matrix: FloatArray, correlators: FractionArray
) -> tuple[FractionArray, Fraction]:
    """Return an exact inequality near the one found, with sum |M| = 1, and its classical limit."""
    best: tuple[Fraction, FractionArray, Fraction] | None = None
    for candidate in _candidates(matrix):
        total = sum(abs(candidate).ravel(), Fraction(0))
        if not total:
            continue
        exact = candidate / total
        found = classical_bias(exact)
        if found.interrupted:
            # Ctrl-C ended one search early; it is meant for all of them.
            raise KeyboardInterrupt
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


def exact_mixture(correlators: FractionArray, best: Best, cuts: Cuts, *, whole: bool) -> Mixture:
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


def proven_distance(
    violation: Fraction, nearest: Mixture, scaled: Mixture
) -> tuple[Fraction, Fraction]:
    """Return both ends of the distance, as the certificates prove them."""
    most = Fraction(0) if scaled.total <= 1 else abs(nearest.remainder).max()
    return max(violation, Fraction(0)), most


def proven_visibility(
    exact: FractionArray, inequality: FractionArray, limit: Fraction, scaled: Mixture
) -> tuple[Fraction, Fraction]:
    """Return both ends of the visibility, as the certificates prove them."""
    # More than 1/max |E| of E is no behaviour at all.
    most, reached = 1 / abs(exact).max(), (inequality * exact).sum()
    return 1 / scaled.total, min(most, limit / reached) if reached > 0 else most


def between(lower: Fraction, upper: Fraction) -> Bound:
    """Return a bracket of doubles around two ends."""
    return Bound(Bound.exact(lower).lower, Bound.exact(max(lower, upper)).upper)
