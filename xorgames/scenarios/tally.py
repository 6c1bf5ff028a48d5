"""Sums by batch, and any function of their means with a standard error: the jackknife.

Rounds are cut into B batches. A metric is a function f of the means of some quantities (a mean, a
variance, a mean over a spread). With f_i its value when batch i is left out, and f. their mean,

    standard error = sqrt((B - 1)/B sum (f_i - f.)^2)

(Efron and Stein, doi:10.1214/aos/1176345462). The error of a difference between two players who met
the same rounds is that of the difference itself, so that what both have in common drops out.
"""

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import reject
from xorgames.scenarios.estimates import Change, Estimate

FloatArray = NDArray[np.float64]

#: From the means of the quantities by name, each of shape (k,), to the metric, shape (k,).
Formula = Callable[[Mapping[str, FloatArray]], FloatArray]

BATCHES = 100

#: What differs by no more than this part of itself differs by rounding alone.
_ROUNDING = 1e-12


class Tally:
    """What one player adds up, quantity by quantity and batch by batch.

    Parameters
    ----------
    batches : int
        At least 2.

    Examples
    --------
    >>> tally = Tally(4)
    >>> for batch in range(4):
    ...     tally.add(batch, {"cost": np.array([1.0, 2.0 + batch])})
    >>> print(tally.estimate(lambda means: means["cost"]))
    2.25 ± 0.32
    """

    def __init__(self, batches: int = BATCHES) -> None:
        self._counts = np.zeros(batches)
        self._sums: dict[str, FloatArray] = {}

    def add(self, batch: int, quantities: Mapping[str, FloatArray]) -> None:
        """Add rounds to a batch: arrays of one length, by name."""
        for name, values in quantities.items():
            sums = self._sums.setdefault(name, np.zeros(len(self._counts)))
            sums[batch] += values.sum()
        self._counts[batch] += len(next(iter(quantities.values())))

    @property
    def rounds(self) -> int:
        """How many rounds were added."""
        return int(self._counts.sum())

    def estimate(self, formula: Formula) -> Estimate:
        """Return the metric with its standard error."""
        return jackknife(self.values(formula))

    def change(self, formula: Formula, baseline: "Tally") -> Change:
        """Return by how much the metric differs from the baseline's over the same rounds."""
        ours, theirs = self.values(formula), baseline.values(formula)
        with np.errstate(divide="ignore", invalid="ignore"):
            difference = ours - theirs
            percent = 100 * difference / np.abs(theirs)
        return Change(
            difference=jackknife(difference), percent=jackknife(percent), sample=self.rounds
        )

    def values(self, formula: Formula) -> FloatArray:
        """Return the metric of all rounds, and then with each batch left out: B + 1 values.

        Raises
        ------
        InputError
            If the formula returns anything else.
        """
        left = self._counts > 0
        counts = _left_out(self._counts[left])
        means = {name: _left_out(sums[left]) / counts for name, sums in self._sums.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.asarray(formula(means))
        if values.shape != (len(counts),) or values.dtype.kind not in "iuf":
            rule = "must return as many numbers as each of the means has"
            received = f"{values.dtype.name} of shape {values.shape}"
            reject("formulas", rule, received=received)
        return values.astype(np.float64)


def _left_out(sums: FloatArray) -> FloatArray:
    total = sums.sum()
    return np.concatenate([[total], total - sums])


def jackknife(values: FloatArray) -> Estimate:
    """Return the first value, with the standard error that the others, batches left out, give."""
    whole, left_out = float(values[0]), values[1:]
    if not np.isfinite(values).all():
        return Estimate(value=whole, standard_error=math.nan)
    batches = len(left_out)
    spread = float(((left_out - left_out.mean()) ** 2).sum())
    return Estimate(value=whole, standard_error=math.sqrt((batches - 1) / batches * spread))


def resemblance(values: FloatArray) -> float:
    """Return the correlation of neighbouring batches, of which the jackknife takes there is none.

    Of independent batches it is 0 with the standard error 1/sqrt(B); of a metric that is no number,
    or always the same one, it is 0.

    Examples
    --------
    >>> rising = Tally(100)
    >>> for batch in range(100):
    ...     rising.add(batch, {"cost": np.array([float(batch)])})
    >>> round(resemblance(rising.values(lambda means: means["cost"])), 2)
    0.97
    """
    if not np.isfinite(values).all():
        return 0.0
    off = values[1:] - values[1:].mean()
    square = float((off**2).sum())
    rounding = (_ROUNDING * float(values[0])) ** 2
    return float((off[1:] * off[:-1]).sum()) / square if square > rounding else 0.0
