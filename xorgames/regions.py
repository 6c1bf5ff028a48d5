"""Where two continuous inputs ask for equal outputs: closed regions that reach down and left.

With (a, b) such a region holds every point of [0, 1) x [0, 1) left of it and below it, so that its
boundary is a decreasing curve. A region says whether it contains a point, and which share of the
area of a small rectangle lies inside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Protocol, runtime_checkable

from xorgames.errors import InputError, Problem, reject
from xorgames.exact import FractionArray, cell, exact_array, exact_number
from xorgames.rules import MAX_INPUTS

Number = int | float | Fraction | Decimal | str

_DIGITS = 50
_PRECISE = Context(prec=_DIGITS + 10)


def number_in(key: str, number: Number, lowest: int, highest: int | None) -> Fraction:
    """Return `number` exactly if it lies in [lowest, highest]; None means no limit."""
    exact = exact_number(number, key=key)
    if exact < lowest or (highest is not None and exact > highest):
        limits = f"in [{lowest}, {highest}]" if highest is not None else f"at {lowest} or above"
        reject(key, f"must lie {limits}", received=number)
    return exact


def whole_number(key: str, number: Number, lowest: int, highest: int = MAX_INPUTS) -> int:
    """Return `number` as an int if it is whole and lies in [lowest, highest]."""
    exact = exact_number(number, key=key)
    if exact.denominator != 1 or not lowest <= exact <= highest:
        reject(key, f"must be a whole number from {lowest} to {highest}", received=number)
    return int(exact)


def shape_text(array: FractionArray) -> str:
    """Say how large an array is, for an error."""
    return " x ".join(map(str, array.shape)) + " entries" if array.ndim else "a number"


@runtime_checkable
class Region(Protocol):
    """Where the outputs should be equal: a closed set that reaches down and left."""

    def contains(self, a: Fraction, b: Fraction) -> bool:
        """Say whether the point lies inside."""

    def share(self, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
        """Return the share of the area of [a0, a1] x [b0, b1] that lies inside.

        Asked only for a cell that holds the boundary: (a0, b0) is inside and (a1, b1) is not.
        """


@dataclass(frozen=True)
class ProductRegion:
    """The region (1 - a)(1 - b) >= threshold: two exponential service times with a short sum.

    With X = -log(1 - a) / mu and Y = -log(1 - b) / mu it is X + Y <= t_star, where threshold =
    exp(-mu t_star). Shares are computed to 50 digits and rounded once, to the nearest double.

    Parameters
    ----------
    threshold : Fraction, or any number that `exact_number` reads
        C_t, in [0, 1].

    Examples
    --------
    >>> region = ProductRegion("0.25")
    >>> region.contains(Fraction(1, 2), Fraction(1, 2))
    True
    >>> float(region.share(Fraction(0), Fraction(1), Fraction(0), Fraction(1)))  # 3/4 - log(4)/4
    0.40342640972002736
    """

    threshold: Fraction

    def __post_init__(self) -> None:
        """Make the threshold exact and check it."""
        object.__setattr__(self, "threshold", number_in("threshold", self.threshold, 0, 1))

    def contains(self, a: Fraction, b: Fraction) -> bool:
        """Say whether the point lies inside."""
        return (1 - a) * (1 - b) >= self.threshold

    def share(self, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
        """Return the share of a cell on the boundary, to the nearest double."""
        u0, u1, v0, v1 = 1 - a1, 1 - a0, 1 - b1, 1 - b0
        # The hyperbola v = C/u crosses the cell between u = left and u = right.
        left = max(u0, self.threshold / v1)
        right = min(u1, self.threshold / v0) if v0 else u1
        ratio = right / left
        log = _PRECISE.ln(_PRECISE.divide(Decimal(ratio.numerator), Decimal(ratio.denominator)))
        below = v1 * (right - left) - self.threshold * Fraction(log)
        area = below + (u1 - right) * (v1 - v0)
        return Fraction(float(round(area / ((a1 - a0) * (b1 - b0)), _DIGITS)))


def service_region(
    threshold: Number | None = None, *, mu: Number | None = None, t_star: Number | None = None
) -> ProductRegion:
    """Return the region of exponential service times, from C_t or from mu and t_star.

    Parameters
    ----------
    threshold : number, optional
        C_t in [0, 1]; kept exactly.
    mu : number, optional
        The service rate, >= 0, in the inverse of t_star's unit.
    t_star : number, optional
        The time limit, >= 0; C_t = exp(-mu t_star) is rounded to the nearest double.

    Raises
    ------
    InputError
        Unless exactly one of `threshold` and the pair (`mu`, `t_star`) is given.

    Examples
    --------
    >>> float(service_region(mu=2, t_star="0.5").threshold)
    0.36787944117144233
    """
    given = [key for key, number in (("mu", mu), ("t_star", t_star)) if number is not None]
    if threshold is not None:
        if given:
            rule = f"must not be given together with {' and '.join(given)}"
            reject("threshold", rule, cure="give either, as threshold = exp(-mu t_star)")
        return ProductRegion(exact_number(threshold, key="threshold"))
    if mu is None or t_star is None:
        if not given:
            cure = "write threshold = 0.33, which is exp(-mu t_star)"
            reject("threshold", "must be given, or else mu and t_star", cure=cure)
        reject("t_star" if given == ["mu"] else "mu", f"must be given with {given[0]}")
    exponent = number_in("mu", mu, 0, None) * number_in("t_star", t_star, 0, None)
    quotient = _PRECISE.divide(Decimal(-exponent.numerator), Decimal(exponent.denominator))
    return ProductRegion(Fraction(float(_PRECISE.exp(quotient))))


@dataclass(frozen=True)
class SumRegion:
    """The region a + b <= threshold: two uniform service times with a short sum.

    Parameters
    ----------
    threshold : Fraction, or any number that `exact_number` reads
        In [0, 2].

    Examples
    --------
    >>> SumRegion("0.5").share(Fraction(0), Fraction(1), Fraction(0), Fraction(1))
    Fraction(1, 8)
    """

    threshold: Fraction

    def __post_init__(self) -> None:
        """Make the threshold exact and check it."""
        object.__setattr__(self, "threshold", number_in("threshold", self.threshold, 0, 2))

    def contains(self, a: Fraction, b: Fraction) -> bool:
        """Say whether the point lies inside."""
        return a + b <= self.threshold

    def share(self, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
        """Return the share of a cell that lies inside, exactly."""

        def triangle(a: Fraction, b: Fraction) -> Fraction:
            return max(self.threshold - a - b, Fraction(0)) ** 2 / 2

        area = triangle(a0, b0) - triangle(a1, b0) - triangle(a0, b1) + triangle(a1, b1)
        return area / ((a1 - a0) * (b1 - b0))


@dataclass(frozen=True)
class BoundaryRegion:
    """The region on and below a decreasing boundary made of straight pieces.

    Parameters
    ----------
    boundary : sequence of points (a, b)
        From a = 0 to a = 1 in order, b in [0, 1] never rising; two points with the same a are a
        vertical step.

    Examples
    --------
    >>> step = BoundaryRegion([[0, 1], ["1/2", 1], ["1/2", "1/4"], [1, "1/4"]])
    >>> step.share(Fraction(0), Fraction(1), Fraction(0), Fraction(1))
    Fraction(5, 8)
    """

    boundary: Sequence[Sequence[Fraction]]

    def __post_init__(self) -> None:
        """Make the points exact and check their order."""
        problems: list[Problem] = []
        exact = exact_array(self.boundary, key="boundary", problems=problems)
        if exact is not None:
            _check_boundary(exact, problems)
        if problems or exact is None:
            raise InputError(problems)
        object.__setattr__(self, "boundary", tuple((a, b) for a, b in exact))

    def contains(self, a: Fraction, b: Fraction) -> bool:
        """Say whether the point lies inside."""
        (p, top), (q, foot) = next(ends for ends in pairwise(self.boundary) if a <= ends[1][0])
        return b <= (top if p == q else top + (foot - top) * (a - p) / (q - p))

    def share(self, a0: Fraction, a1: Fraction, b0: Fraction, b1: Fraction) -> Fraction:
        """Return the share of a cell that lies inside, exactly."""
        area = Fraction(0)
        for (p, top), (q, foot) in pairwise(self.boundary):
            left, right = max(p, a0), min(q, a1)
            if left < right:
                slope = (foot - top) / (q - p)
                high, low = top + slope * (left - p), top + slope * (right - p)
                mean = _mean_above(high - b0, low - b0) - _mean_above(high - b1, low - b1)
                area += (right - left) * mean
        return area / ((a1 - a0) * (b1 - b0))


def _mean_above(high: Fraction, low: Fraction) -> Fraction:
    """Return the mean of max(0, h) for h falling evenly from `high` to `low`."""
    if low >= 0:
        return (high + low) / 2
    return max(high, Fraction(0)) ** 2 / (2 * (high - low)) if high > 0 else Fraction(0)


def _check_boundary(points: FractionArray, problems: list[Problem]) -> None:
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        rule = "must be a list of at least 2 points [a, b]"
        problems.append(Problem(key="boundary", rule=rule, received=shape_text(points)))
        return
    if points[0, 0] != 0 or points[-1, 0] != 1:
        received = f"a from {points[0, 0]} to {points[-1, 0]}"
        cure = "where the region ends earlier, go on with b = 0"
        rule = "must run from a = 0 to a = 1"
        problems.append(Problem(key="boundary", rule=rule, received=received, cure=cure))
    for i, (a, b) in enumerate(points):
        received = f"[{a}, {b}]"
        if not 0 <= b <= 1:
            rule = "must have b in [0, 1]"
            problems.append(Problem(key=cell("boundary", (i,)), rule=rule, received=received))
        if i and (a < points[i - 1, 0] or b > points[i - 1, 1]):
            received += f" after [{points[i - 1, 0]}, {points[i - 1, 1]}]"
            rule = "must not lie left of the point before it or above it"
            problems.append(Problem(key=cell("boundary", (i,)), rule=rule, received=received))
