"""Paired comparisons of two players, from what both add up batch by batch.

A run is cut into batches so long that they are nearly independent; see `hardware.estimate` for an
estimate and its error. Two players who meet the same arrivals are compared batch by batch, so that
what both have in common drops out.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.estimate import Estimate, ratio, spread_of

__all__ = ["SIGMAS", "Change", "Estimate", "change", "ratio"]

FloatArray = NDArray[np.float64]

#: "Beyond doubt" here: so many standard errors.
SIGMAS = 5


@dataclass(frozen=True, kw_only=True)
class Change:
    """By how much a player differs from the one that it is compared with.

    Attributes
    ----------
    difference : Estimate
        In the metric's own unit.
    percent : Estimate
        Of the other's value.
    sample : int
        Over how many rounds.
    """

    difference: Estimate
    percent: Estimate
    sample: int

    @property
    def sigmas(self) -> float:
        """The size of the difference in standard errors."""
        size, error = abs(self.difference.value), self.difference.standard_error
        return size / error if error else math.inf if size else 0.0

    @property
    def sample_beyond_doubt(self) -> int | None:
        """How many rounds make the difference five standard errors: an estimate.

        Errors fall with the square root of the number of rounds. None if the difference is 0, or if
        it or its error is no number.
        """
        if self.difference.value == 0 or math.isnan(self.sigmas):
            return None
        return max(1, math.ceil(self.sample * (SIGMAS / self.sigmas) ** 2))

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "difference": self.difference.to_dict(),
            "percent": self.percent.to_dict(),
            "sigmas": self.sigmas if math.isfinite(self.sigmas) else None,
            "sample_beyond_doubt": self.sample_beyond_doubt,
        }


def change(ours: FloatArray, theirs: FloatArray, counts: FloatArray, *, sample: int) -> Change:
    """Return by how much ratio(ours, counts) differs from ratio(theirs, counts), batch by batch.

    Examples
    --------
    >>> theirs = np.array([9.0, 11.0, 10.0])
    >>> print(change(0.9 * theirs, theirs, np.full(3, 10.0), sample=30).percent)
    -10
    """
    value, other = (sums.sum() / counts.sum() for sums in (ours, theirs))
    ours_off, theirs_off = _deviations(ours, counts), _deviations(theirs, counts)
    difference = Estimate(
        value=float(value - other), standard_error=spread_of(ours_off - theirs_off)
    )
    # The first order of value/other in both; where other is 0 a percentage has no meaning.
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (ours_off - value / other * theirs_off) / other
        percent = Estimate(
            value=float(100 * (value / other - 1)), standard_error=100 * spread_of(relative)
        )
    return Change(difference=difference, percent=percent, sample=sample)


def _deviations(sums: FloatArray, counts: FloatArray) -> FloatArray:
    """Return what each batch adds to the error of the ratio."""
    total = counts.sum()
    return np.asarray((sums - sums.sum() / total * counts) / total)
