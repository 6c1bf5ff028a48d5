"""A simulated mean and its standard error, by windows.

A run is cut into n windows. A mean is a quotient of two counts, r = sum t/sum d, and

    standard error = sqrt(n/(n-1) sum (t_i - r d_i)^2)/sum d,

right as long as a window is much longer than the time in which the system forgets its past. Where
events are counted it is never below one event in the whole run: less cannot be told.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A simulated mean and its standard error.

    Examples
    --------
    >>> Estimate(value=7845.0, standard_error=88.0).errors_from(7854.5)
    -0.10795454545454546
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
        """Return both by name."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.value:.6g} ± {self.standard_error:.2g}"


def quotient(top: FloatArray, bottom: FloatArray, *, least: float = 0.0) -> Estimate:
    """Return sum top/sum bottom of two windows or more, its error at least `least`/sum bottom.

    Examples
    --------
    >>> str(quotient(np.array([3.0, 5.0]), np.array([10.0, 10.0])))
    '0.4 ± 0.1'
    """
    whole, n = float(bottom.sum()), len(top)
    ratio = float(top.sum()) / whole
    spread = math.sqrt(n / (n - 1) * float(((top - ratio * bottom) ** 2).sum()))
    return Estimate(value=ratio, standard_error=max(spread, least) / whole)
