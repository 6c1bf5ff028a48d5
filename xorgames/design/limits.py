"""Conditions on the points of a space: numbers between limits, and how a point comes to meet them.

What a point misses by is a vector of shortfalls s; with slopes J the step of least length that ends
them all to first order is the least-squares solution of  J step = s  (Gauss and Newton). For
conditions that are linear one step is enough, unless it leaves the box or meets another one.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from xorgames.design.envelope import Space

FloatArray = NDArray[np.float64]

#: How far inside its limits a search keeps a number, so that the exact one is inside as well.
INSIDE = 1e-9
_STEPS = 20
#: Slopes that agree with others to this share are theirs but for rounding.
_DEPENDENT = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Limits:
    """Numbers that must lie between limits, and how they change with each parameter.

    Attributes
    ----------
    values, lower, upper : ndarray, shape (c,)
    slopes : ndarray, shape (c, k)
    """

    values: FloatArray
    lower: FloatArray
    upper: FloatArray
    slopes: FloatArray

    @property
    def equal(self) -> NDArray[np.bool_]:
        """Which are equations."""
        equal: NDArray[np.bool_] = self.lower == self.upper
        return equal

    @property
    def short(self) -> FloatArray:
        """By how much each must change to meet its limits, zero where it does."""
        below, above = (
            np.maximum(self.lower - self.values, 0),
            np.maximum(self.values - self.upper, 0),
        )
        return np.asarray(below - above)

    def narrowed(self) -> "Limits":
        """Return the limits a little further in, but for equations."""
        inside = np.minimum(INSIDE, (self.upper - self.lower) / 2)
        return replace(self, lower=self.lower + inside, upper=self.upper - inside)

    def independent(self) -> NDArray[np.bool_]:
        """Return which equations to keep, for the others follow from them.

        Examples
        --------
        >>> whole, rest = [1.0, 1.0], [-1.0, -1.0]
        >>> same = np.array([0.5, 0.5])
        >>> limits = Limits(values=same, lower=same, upper=same, slopes=np.array([whole, rest]))
        >>> int(limits.independent().sum())
        1
        """
        from scipy.linalg import qr

        rows = np.flatnonzero(self.equal)
        kept = np.zeros(len(self.values), dtype=bool)
        if len(rows):
            _, triangle, order = qr(self.slopes[rows].T, mode="economic", pivoting=True)
            sizes = np.abs(np.diag(triangle))
            kept[rows[order[: len(sizes)][sizes > _DEPENDENT * sizes[0]]]] = True
        return kept


def onto_limits(space: "Space", x: FloatArray) -> FloatArray:
    """Return a point near x that meets the conditions of the space, or comes nearer to it.

    Parameters
    ----------
    space : Space
    x : ndarray

    Examples
    --------
    >>> from fractions import Fraction
    >>> from xorgames.design.envelope import FamilySpace
    >>> from xorgames.design.family_file import family_from_table
    >>> unit = {"lower": 0, "upper": 1}
    >>> family = family_from_table({"schema": 1, "parameters": {"p": unit, "q": unit},
    ...     "distribution": [["p", "q"]], "win": [[0, 1]]})
    >>> space = FamilySpace(family, ["p", "q"], [(Fraction(0), Fraction(1))] * 2)
    >>> onto_limits(space, np.array([0.2, 0.6])).round(9).tolist()
    [0.3, 0.7]
    """
    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    width = high - low
    for _ in range(_STEPS):
        limits = space.limits(x)
        missed = None if limits is None else limits.narrowed().short
        if limits is None or missed is None or np.abs(missed).max() <= INSIDE / 8:
            break
        rows = missed != 0
        step = np.linalg.lstsq(limits.slopes[rows] * width, missed[rows], rcond=None)[0]
        x = np.clip(x + width * step, low, high)
    return x
