"""What no game of a family exceeds: branch and bound over the box of its parameters.

On a small box the matrices of all games lie within  sum |M - M0| <= r  of the matrix M0 of the
intervals' middles, r being the sum of the intervals' radii. A bias moves by at most r, so that the
gap of every game on the box is at most that of M0 plus r, and likewise for the ratio and the
critical infidelity. Boxes that cannot hold anything better than what is known, or no game at all,
are dropped; the others are cut in two. The largest bound left is proven for the whole family.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.design.expression_family import ExpressionFamily
from xorgames.design.family import Stack
from xorgames.design.intervals import INTERVALS, Interval, interval_of, up
from xorgames.design.objectives import Subject
from xorgames.design.quantities import bias_brackets, quantity_ends

FloatArray = NDArray[np.float64]

#: Of the objective: boxes that may be better by less than this share are not cut any more.
TOLERANCE = 1e-4
#: Entries of all matrices looked at, at most; and parameters for which it is worth trying.
_MOST_ENTRIES = 2**17
MOST_PARAMETERS = 3
_TOGETHER = 1024


@dataclass(frozen=True, kw_only=True)
class FamilyLimit:
    """A proven limit.

    Attributes
    ----------
    upper : float
        No game of the family on the box has more.
    boxes : int
        How many were looked at.
    """

    upper: float
    boxes: int


def family_limit(
    family: ExpressionFamily,
    names: Sequence[str],
    box: Sequence[tuple[Fraction, Fraction]],
    *,
    quantity: str,
    known: float,
    subjects: Sequence[Subject] = (),
) -> FamilyLimit:
    """Return what the quantity of no game of a family exceeds.

    Parameters
    ----------
    family : ExpressionFamily
        With its other parameters settled, or with defaults.
    names : sequence of str
    box : sequence of pairs of Fraction
        From where to where each of them varies.
    quantity : {"gap", "ratio", "critical-infidelity"}
    known : float
        What a game of the family reaches.
    subjects : sequence of Subject
        Boxes whose games all miss a fast one are dropped; the others are not looked at.

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> unit = Fraction(0), Fraction(1)
    >>> limit = family_limit(load_family("hft:beta=0"), ["p"], [unit], quantity="gap",
    ...                      known=0.1035)
    >>> 0.10355 < limit.upper < 0.1037
    True
    """
    ends = interval_of([low for low, _ in box]), interval_of([high for _, high in box])
    boxes = Interval(ends[0].lower[None], ends[1].upper[None])
    sides = boxes.upper[0] - boxes.lower[0]
    most = max(64, _MOST_ENTRIES // (family.shape[0] * family.shape[1]))
    goal, settled, looked = known * (1 + TOLERANCE), known, 0
    uppers = np.full(1, np.inf)
    while len(uppers) and looked < most:
        # The boxes that may hold the most come first: what is left unlooked at decides.
        order = np.argsort(-uppers, kind="stable")
        worst, others = order[:_TOGETHER], order[_TOGETHER:]
        parts = _cut(_taken(boxes, worst), sides)
        fresh, alive = _uppers(family, names, parts, quantity, subjects)
        looked += len(fresh)
        # A part of a box has no more than the whole.
        fresh = np.minimum(fresh, np.concatenate([uppers[worst], uppers[worst]]))
        open_ = alive & (fresh > goal)
        settled = max([settled, *fresh[alive & ~open_].tolist()])
        rest, parts = _taken(boxes, others), _taken(parts, np.flatnonzero(open_))
        boxes = Interval(
            np.concatenate([rest.lower, parts.lower]), np.concatenate([rest.upper, parts.upper])
        )
        uppers = np.concatenate([uppers[others], fresh[open_]])
    return FamilyLimit(upper=float(max([settled, *uppers.tolist()])), boxes=looked)


def _taken(boxes: Interval, places: NDArray[np.int64]) -> Interval:
    return Interval(boxes.lower[places], boxes.upper[places])


def _cut(boxes: Interval, sides: FloatArray) -> Interval:
    """Cut each box in two across its longest side, in units of the sides of the whole."""
    size = boxes.upper - boxes.lower
    side = (size / np.where(sides > 0, sides, 1.0)).argmax(axis=1)
    rows = np.arange(len(side))
    middle = boxes.lower[rows, side] + size[rows, side] / 2
    left, right = boxes.upper.copy(), boxes.lower.copy()
    left[rows, side], right[rows, side] = middle, middle
    return Interval(np.concatenate([boxes.lower, right]), np.concatenate([left, boxes.upper]))


def _uppers(
    family: ExpressionFamily,
    names: Sequence[str],
    boxes: Interval,
    quantity: str,
    subjects: Sequence[Subject],
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return a proven limit for each box, and whether it may hold a game at all."""
    count = len(boxes.lower)
    settled = {p.name: p.default for p in family.parameters if p.default is not None}
    values = {name: interval_of([number]) for name, number in (settled | family.fixed).items()}
    for i, name in enumerate(names):
        values[name] = Interval(boxes.lower[:, i].copy(), boxes.upper[:, i].copy())
    with np.errstate(all="ignore"):
        alive = _alive(family, values, count)
        stack = _stack(family, values, count)
        finite = np.isfinite(stack.errors) & np.isfinite(stack.matrices).all(axis=(1, 2))
        # Whatever an entry may be there, nothing is known of the box but that it must be cut.
        uppers = np.full(count, np.inf)
        look = np.flatnonzero(alive & finite & stack.matrices.any(axis=(1, 2)))
        if len(look):
            part = replace(
                stack, points=look, matrices=stack.matrices[look], errors=stack.errors[look],
                offsets=_taken(stack.offsets, look),
            )  # fmt: skip
            biases, none = bias_brackets(part), np.zeros(len(look), dtype=np.int8)
            found = quantity_ends(quantity, biases, part, none)[1]
            uppers[look] = np.where(np.isnan(found), np.inf, found)
            for subject in subjects:
                alive[look] &= ~_missed(
                    subject, quantity_ends(subject.quantity, biases, part, none)
                )
    return uppers, alive


def _missed(subject: Subject, ends: tuple[FloatArray, FloatArray]) -> NDArray[np.bool_]:
    """Return where a subject is surely missed; what is not a number proves nothing."""
    assert subject.limit is not None
    limit = interval_of([subject.limit])
    return ends[1] < limit.lower if subject.at_least else ends[0] > limit.upper


def _alive(family: ExpressionFamily, values: dict[str, Interval], count: int) -> NDArray[np.bool_]:
    """Return where no condition is surely broken."""
    alive = np.ones(count, dtype=bool)
    entries = [entry for row in family.distribution for entry in row]
    conditions = [(entry, (Fraction(0), None)) for entry in entries]
    for expression, (low, high) in [
        *conditions,
        *((each.expression, each.ends) for each in family.constraints),
    ]:
        number = expression.evaluate(values, INTERVALS)
        if low is not None:
            alive &= ~(number.upper < interval_of([low]).lower)
        if high is not None:
            alive &= ~(number.lower > interval_of([high]).upper)
    return alive


def _stack(family: ExpressionFamily, values: dict[str, Interval], count: int) -> Stack:
    """Return the middles of the matrices on each box, and how far the others may be from them."""
    m, n = family.shape
    matrices, errors = np.empty((count, m, n)), np.zeros(count)
    offsets, half = interval_of([Fraction(0)]), interval_of([Fraction(1, 2)])
    for x, y in np.ndindex(m, n):
        chance = family.distribution[x][y].evaluate(values, INTERVALS)
        # No game has a negative probability, whatever the interval says.
        chance = Interval(np.maximum(chance.lower, 0.0), np.maximum(chance.upper, 0.0))
        equal, different = (u.evaluate(values, INTERVALS) for u in family.payoff[x][y])
        entry = chance * (equal - different)
        middle = np.broadcast_to(entry.lower + (entry.upper - entry.lower) / 2, (count,))
        matrices[:, x, y] = np.where(np.abs(middle) < 1e-290, 0.0, middle)
        radius = np.maximum(entry.upper - matrices[:, x, y], matrices[:, x, y] - entry.lower)
        errors = up(errors + up(radius))
        offsets = offsets + chance * (equal + different) * half
    return Stack(
        points=np.arange(count),
        matrices=matrices,
        errors=errors,
        offsets=Interval(
            np.broadcast_to(offsets.lower, (count,)), np.broadcast_to(offsets.upper, (count,))
        ),
    )
