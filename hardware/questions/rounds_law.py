"""A smooth stand-in for the pairs that a window must hold, a number that moves on a saw-tooth.

Every test of a mean needs a number of rounds that grows as one over the square of what there is to
show, which is proportional to limit - eps: eps the combined infidelity, limit the one at which the
advantage ends. So N = exp(a) (limit - eps)^-c is fitted to the logarithms of several counts by
least squares; c is near 2. It serves where slopes are needed, never for a verdict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xorgames.hardware.questions.counts import SLOW, pairs_needed
from xorgames.hardware.questions.trials import Trials


@dataclass(frozen=True, kw_only=True)
class RoundsLaw:
    """The fitted law.

    Attributes
    ----------
    limit : float
        The combined infidelity at which the advantage ends.
    log_scale, exponent : float
        a and c.
    exponent_error : float
        The standard error of c that the spread of the counts about the law gives it.
    counts : tuple of (float, float)
        The infidelities and numbers of pairs that it was fitted to.
    """

    limit: float
    log_scale: float
    exponent: float
    exponent_error: float
    counts: tuple[tuple[float, float], ...]

    def log_pairs(self, infidelity: float) -> float:
        """Return ln N; beyond a thousandth of the limit from it, along the tangent there."""
        least = self.limit / 1000
        gap = self.limit - infidelity
        log_gap = math.log(gap) if gap > least else math.log(least) + (gap - least) / least
        return self.log_scale - self.exponent * log_gap

    def through(self, infidelity: float, pairs: float) -> "RoundsLaw":
        """Return the law with the same exponent that goes through one count."""
        excess = math.log(pairs) - self.log_pairs(infidelity)
        return replace(self, log_scale=self.log_scale + excess)

    def to_dict(self) -> dict[str, object]:
        """Return the law and what it was fitted to."""
        return {
            "limit": self.limit,
            "log_scale": self.log_scale,
            "exponent": self.exponent,
            "exponent_error": self.exponent_error,
            "counts": [list(pair) for pair in self.counts],
        }


def rounds_law(trials: Trials, gaps: Sequence[float]) -> RoundsLaw | None:
    """Return the law through the counts at several distances from the limit of the infidelity.

    None if there is no limit, or if fewer than three of them have a number of rounds. Of the tests
    that are slow to count, which have no saw-tooth to speak of, every second distance is enough.

    Examples
    --------
    >>> import xorgames as xg
    >>> trials = Trials(xg.require(xg.solve(xg.catalog.chsh())), xg.load_design("yb_cavity"))
    >>> law = rounds_law(trials, [0.1, 0.15, 0.2, 0.25])
    >>> round(law.exponent, 1), round(math.exp(law.log_pairs(0.061)), -1)
    (2.1, 210.0)
    """
    import numpy as np

    bound = trials.requirements.combined_infidelity_max
    if bound is None or bound.lower <= 0:
        return None
    limit = bound.lower
    if trials.requirements.rounds.test in SLOW and len(gaps) > 4:
        gaps = gaps[::2]
    infidelities = sorted({limit - min(gap, limit) for gap in gaps})
    found = [(eps, pairs_needed(trials.counts.at(eps))) for eps in infidelities]
    counts = tuple((eps, pairs) for eps, pairs in found if pairs is not None)
    if len(counts) < 3:
        return None
    matrix = np.array([[1.0, -math.log(limit - eps)] for eps, _ in counts])
    logs = np.log([pairs for _, pairs in counts])
    (scale, exponent), *_ = np.linalg.lstsq(matrix, logs)
    variance = float(np.sum((matrix @ [scale, exponent] - logs) ** 2)) / (len(counts) - 2)
    error = math.sqrt(variance * np.linalg.inv(matrix.T @ matrix)[1, 1])
    return RoundsLaw(
        limit=limit,
        log_scale=float(scale),
        exponent=float(exponent),
        exponent_error=error,
        counts=counts,
    )
