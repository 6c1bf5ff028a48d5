"""What a long run says: estimates with standard errors, and paired comparisons of two players.

The run is cut into batches so long that they are nearly independent. With y_i what batch i added
up and z_i what it is counted by (jobs, time), the estimate is  r = sum y / sum z,  with the
standard error  sqrt(B/(B-1) sum (y_i - r z_i)^2) / sum z  (batch means of a ratio; Law and Kelton,
Simulation Modeling and Analysis). Two players who meet the same arrivals are compared batch by
batch, so that what both have in common drops out.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: "Beyond doubt" here: so many standard errors.
SIGMAS = 5


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A simulated number and its standard error.

    Examples
    --------
    >>> print(Estimate(value=1.357431, standard_error=0.00042))
    1.35743 ± 0.00042
    """

    value: float
    standard_error: float

    def __str__(self) -> str:
        rounding = 1e-12 * abs(self.value)
        if self.standard_error <= rounding or not math.isfinite(self.standard_error):
            return f"{self.value:.6g}"
        decimals = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.value:.{decimals}f} ± {self.standard_error:.{decimals}f}"

    def to_dict(self) -> dict[str, float]:
        """Return both numbers by name."""
        return asdict(self)


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
        """How many rounds make the difference five standard errors: an estimate; None if it is 0.

        Errors fall with the square root of the number of rounds.
        """
        if self.difference.value == 0:
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


def ratio(sums: FloatArray, counts: FloatArray) -> Estimate:
    """Return sum(sums) / sum(counts) over batches, with its standard error.

    Parameters
    ----------
    sums, counts : ndarrays of float, shape (B,), B at least 2

    Examples
    --------
    >>> print(ratio(np.array([9.0, 11.0, 10.0]), np.array([10.0, 10.0, 10.0])))
    1.000 ± 0.058
    """
    value = sums.sum() / counts.sum()
    error = _standard_error(_deviations(sums, counts))
    return Estimate(value=float(value), standard_error=error)


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
        value=float(value - other), standard_error=_standard_error(ours_off - theirs_off)
    )
    # The first order of value/other in both; where other is 0 a percentage has no meaning.
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (ours_off - value / other * theirs_off) / other
        percent = Estimate(
            value=float(100 * (value / other - 1)), standard_error=100 * _standard_error(relative)
        )
    return Change(difference=difference, percent=percent, sample=sample)


def _deviations(sums: FloatArray, counts: FloatArray) -> FloatArray:
    """Return what each batch adds to the error of the ratio."""
    total = counts.sum()
    return np.asarray((sums - sums.sum() / total * counts) / total)


def _standard_error(deviations: FloatArray) -> float:
    batches = len(deviations)
    return float(np.sqrt(batches / (batches - 1) * (deviations**2).sum()))
