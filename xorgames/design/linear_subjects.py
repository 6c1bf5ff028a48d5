"""Limits on the values of a game as linear conditions on its offset and its two biases.

    classical >= c:  offset + L/2 >= c          gap >= c:  (Q - L)/2 >= c
    quantum >= c:    offset + Q/2 >= c          ratio >= c:  Q - c L >= 0
    critical-infidelity >= c:  (1 - c) Q - L >= 0

and likewise with <=.
"""

from dataclasses import dataclass
from fractions import Fraction

from xorgames.design.objectives import Subject

#: A little inside, so that what is met in doubles is met by the proven numbers too.
_INSIDE = 1e-9
#: To a programme any limit beyond this is as far away, in units; no quotient comes near 10.
_FAR, _FAR_QUOTIENT = Fraction(10**9), Fraction(10)


@dataclass(frozen=True, kw_only=True)
class LinearSubject:
    """offset * (the game's) + quantum * Q + classical * L >= least."""

    offset: float
    quantum: float
    classical: float
    least: float

    def missed(self, offset: float, quantum: float, classical: float) -> float:
        """Return by how much it is missed, 0 where it is met."""
        reached = self.offset * offset + self.quantum * quantum + self.classical * classical
        return max(0.0, self.least - reached)


def linear_subject(
    subject: Subject, *, unit: Fraction = Fraction(1), origin: Fraction = Fraction(0)
) -> LinearSubject:
    """Return a fast subject as a linear condition, with payoffs in units and from an origin.

    Examples
    --------
    >>> from xorgames.design.demands import Setting
    >>> from xorgames.design.objectives import parse_subjects
    >>> linear = linear_subject(parse_subjects(["gap>=0.1"], Setting())[0])
    >>> linear.quantum, linear.classical, linear.missed(0.5, 0.7, 0.6).__round__(6)
    (0.5, -0.5, 0.05)
    """
    assert subject.limit is not None
    sign = 1.0 if subject.at_least else -1.0
    exact, far = subject.limit, _FAR_QUOTIENT
    if subject.quantity in ("classical", "quantum"):
        exact = exact - origin
    if subject.quantity in ("classical", "quantum", "gap"):
        exact, far = exact / unit, _FAR
    limit = float(min(max(exact, -far), far))
    limit += sign * _INSIDE * max(1.0, abs(limit))
    offset, quantum, classical, least = {
        "classical": (1.0, 0.0, 0.5, limit),
        "quantum": (1.0, 0.5, 0.0, limit),
        "gap": (0.0, 0.5, -0.5, limit),
        "ratio": (0.0, 1.0, -limit, 0.0),
        "critical-infidelity": (0.0, 1.0 - limit, -1.0, 0.0),
    }[subject.quantity]
    return LinearSubject(
        offset=sign * offset, quantum=sign * quantum, classical=sign * classical, least=sign * least
    )
