"""A simulated number and its standard error, from a run cut into batches.

With t_i what batch i added up and d_i what it is counted by (events, rounds, time), a mean is the
quotient  r = sum t / sum d  of n batches, and

    standard error = sqrt(n/(n-1) sum (t_i - r d_i)^2) / sum d

(batch means of a ratio; Law and Kelton, Simulation Modeling and Analysis), right as long as a batch
is much longer than the time in which the system forgets its past. Where events are counted it is
never below one event in the whole run: less cannot be told.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A simulated number and its standard error.

    Examples
    --------
    >>> rate = Estimate(value=7845.123, standard_error=88.0)
    >>> print(rate)
    7845 ± 88
    >>> rate.errors_from(7933.123)
    -1.0
    """

    value: float
    standard_error: float

    def errors_from(self, expected: float) -> float:
        """Return by how many standard errors the value exceeds what was expected."""
        excess = self.value - expected
        if self.standard_error == 0:
            return 0.0 if excess == 0 else math.copysign(math.inf, excess)
        return excess / self.standard_error

    def to_dict(self) -> dict[str, float]:
        """Return both numbers by name."""
        return asdict(self)

    def __str__(self) -> str:
        rounding = 1e-12 * abs(self.value)
        if self.standard_error <= rounding or not math.isfinite(self.standard_error):
            return f"{self.value:.6g}"
        decimals = max(0, 1 - math.floor(math.log10(self.standard_error)))
        return f"{self.value:.{decimals}f} ± {self.standard_error:.{decimals}f}"


def ratio(sums: FloatArray, counts: FloatArray, *, least: float = 0.0) -> Estimate:
    """Return sum(sums) / sum(counts) over batches, with its standard error.

    Parameters
    ----------
    sums, counts : ndarrays of float, shape (n,), n at least 2
    least : float
        The error is at least so much of the sum.

    Examples
    --------
    >>> print(ratio(np.array([9.0, 11.0, 10.0]), np.array([10.0, 10.0, 10.0])))
    1.000 ± 0.058
    """
    whole = float(counts.sum())
    value = float(sums.sum()) / whole
    spread = spread_of(sums - value * counts)
    return Estimate(value=value, standard_error=max(spread, least) / whole)


def spread_of(deviations: FloatArray) -> float:
    """Return the standard error of a sum over batches from how far each is from its share."""
    batches = len(deviations)
    return math.sqrt(batches / (batches - 1) * float((deviations**2).sum()))
