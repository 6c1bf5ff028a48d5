"""What no game of a family exceeds: branch and bound over the box of its parameters.

On a small box the matrices of all games lie within  sum |M - M0| <= r  of the matrix M0 of the
intervals' middles, r being the sum of the intervals' radii. A bias moves by at most r, so that the
gap of every game on the box is at most that of M0 plus r, and likewise for the ratio and the
critical infidelity. Boxes that cannot hold anything better than what is known, or no game at all,
are dropped; the others are cut in two. The largest bound left is proven for the whole family.

No box has games with Q/C above a constant: vectors of rank r reach the Tsirelson bias Q of an m x n
game, with r <= min(m, n) and r (r + 1)/2 <= m + n, and Q is at most K_G(r) times C (Grothendieck).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from xorgames.design.boxes import Boxes, boxes_of
from xorgames.design.family import Family
from xorgames.design.intervals import Interval, digits_up, down, interval_of, up
from xorgames.design.objectives import Subject
from xorgames.design.quantities import bias_brackets, quantity_ends
from xorgames.solvers.dimension import grothendieck

FloatArray = NDArray[np.float64]

#: Of the objective: boxes that may be better by less than this share are not cut any more.
TOLERANCE = 1e-4
#: Entries of all matrices looked at, at most; and parameters for which it is worth trying.
_MOST_ENTRIES = 2**17
_MOST_PARAMETERS = 3
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

    @property
    def text(self) -> str:
        """The limit with six digits, rounded up: it holds as it is written.

        Examples
        --------
        >>> FamilyLimit(upper=0.10356442, boxes=1).text
        '0.103565'
        """
        return digits_up(self.upper)


def family_limit(
    family: Family,
    names: Sequence[str],
    box: Sequence[tuple[Fraction, Fraction]],
    *,
    quantity: str,
    known: float,
    subjects: Sequence[Subject] = (),
    tell: Callable[[str, int, int], None] | None = None,
) -> FamilyLimit | None:
    """Return what the quantity of no game of a family exceeds, None where no way to it is known.

    Parameters
    ----------
    family : Family
        Of expressions, or one of `boxes.MONOTONE`; its other parameters settled, or with defaults.
    names : sequence of str
    box : sequence of pairs of Fraction
        From where to where each of them varies.
    quantity : {"gap", "ratio", "critical-infidelity"}
    known : float
        What a game of the family reaches.
    subjects : sequence of Subject
        Boxes whose games all miss a fast one are dropped; the others are not looked at.
    tell : callable, optional
        Called with what is being done and (done, total).

    Examples
    --------
    >>> from xorgames.design.family_file import load_family
    >>> unit = Fraction(0), Fraction(1)
    >>> limit = family_limit(load_family("hft:beta=0"), ["p"], [unit], quantity="gap",
    ...                      known=0.1035)
    >>> 0.10355 < limit.upper < 0.1037
    True
    """
    games = boxes_of(family, names, box) if len(names) <= _MOST_PARAMETERS else None
    if games is None:
        return None
    ends = interval_of([low for low, _ in box]), interval_of([high for _, high in box])
    boxes = Interval(ends[0].lower[None], ends[1].upper[None])
    sides = np.array([float(high - low) for low, high in box])
    # A single point cannot be cut.
    most = max(64, _MOST_ENTRIES // games.cost) if sides.any() else 1
    goal, settled, looked = known * (1 + TOLERANCE), known, 0
    uppers = np.full(1, np.inf)
    while len(uppers) and looked < most:
        if tell is not None:
            tell("proving a limit", looked, most)
        # The boxes that may hold the most come first: what is left unlooked at decides.
        order = np.argsort(-uppers, kind="stable")
        worst, others = order[:_TOGETHER], order[_TOGETHER:]
        parts = _cut(boxes.at(worst), sides)
        fresh, alive = _uppers(games, parts, quantity, subjects)
        looked += len(fresh)
        # A part of a box has no more than the whole.
        fresh = np.minimum(fresh, np.concatenate([uppers[worst], uppers[worst]]))
        open_ = alive & (fresh > goal)
        settled = max([settled, *fresh[alive & ~open_].tolist()])
        rest, parts = boxes.at(others), parts.at(open_)
        boxes = Interval(
            np.concatenate([rest.lower, parts.lower]), np.concatenate([rest.upper, parts.upper])
        )
        uppers = np.concatenate([uppers[others], fresh[open_]])
    return FamilyLimit(upper=float(max([settled, *uppers.tolist()])), boxes=looked)


def most_ratio(shape: tuple[int, ...]) -> float:
    """Return what Q/C of no game of a shape exceeds.

    Examples
    --------
    >>> [digits_up(most_ratio(shape)) for shape in ((2, 7), (3, 2), (3, 3), (8, 8))]
    ['1.41422', '1.41422', '1.45461', '1.78231']
    """
    rank = min(shape)
    while rank * (rank + 1) // 2 > sum(shape):
        rank -= 1
    return math.nextafter(float(grothendieck(rank)[0]), math.inf)


def _cut(boxes: Interval, sides: FloatArray) -> Interval:
    """Cut each box in two across its longest side, in units of the sides of the whole.

    A parameter that has one value only is never cut, though it has a width where that is no double.
    """
    size = boxes.upper - boxes.lower
    side = np.divide(size, sides, out=np.full_like(size, -1.0), where=sides > 0).argmax(axis=1)
    rows = np.arange(len(side))
    middle = boxes.lower[rows, side] + size[rows, side] / 2
    left, right = boxes.upper.copy(), boxes.lower.copy()
    left[rows, side], right[rows, side] = middle, middle
    return Interval(np.concatenate([boxes.lower, right]), np.concatenate([left, boxes.upper]))


def _uppers(
    games: Boxes, boxes: Interval, quantity: str, subjects: Sequence[Subject]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return a proven limit for each box, and whether it may hold a game at all."""
    with np.errstate(all="ignore"):
        alive, stack = games(boxes)
        finite = np.isfinite(stack.errors) & np.isfinite(stack.matrices).all(axis=(1, 2))
        ratio = most_ratio(stack.matrices.shape[1:])
        lost = float(up(1 - down(np.array(1 / ratio))))
        # Whatever an entry may be there, nothing more is known of the box: it must be cut.
        most = {"ratio": ratio, "critical-infidelity": lost}.get(quantity, np.inf)
        uppers = np.full(len(alive), most)
        look = np.flatnonzero(alive & finite & stack.matrices.any(axis=(1, 2)))
        if len(look):
            part = stack.at(look)
            biases, none = bias_brackets(part), np.zeros(len(look), dtype=np.int8)
            found = quantity_ends(quantity, biases, part, none)[1]
            if quantity == "gap":
                found = np.minimum(found, up(lost * biases.quantum_upper) / 2)
            uppers[look] = np.fmin(found, most)
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
