"""The rounds that a claim needs at many infidelities, each counted once.

All that is slow in a check is the number of rounds, which depends on the combined infidelity eps
alone. For the tests on the number of wins it never falls as eps grows: what is critical there
depends on the classical value only, and the chance to reach it grows with the win probability.
For the tests that are slow to count, it goes by a power of (limit - eps) between two counts that
are near, or by the second from one on towards the limit.
"""

import math
from bisect import bisect, insort
from dataclasses import replace

from xorgames.hardware.requirements import Requirements
from xorgames.hardware.score_tests import TESTS as SCORE_TESTS

#: The tests whose rounds take tenths of a second to count.
SLOW = ("adaptive", "betting", "pbr", *SCORE_TESTS)
#: Counts are near if one is not more than so many times the other.
_NEAR = 5.0


def pairs_needed(requirements: Requirements) -> float | None:
    """Return the mean number of pairs that a window must hold; None if no rate suffices."""
    rate_hz = requirements.rate_min_hz
    return None if rate_hz is None else rate_hz * requirements.conditions.window_s


class Counts:
    """The rounds that a claim needs, by infidelity.

    Parameters
    ----------
    requirements : Requirements
        With "auto" as the test, all are counted by the test that it chose there, or, where no
        number of rounds suffices there, at half the largest infidelity.
    """

    def __init__(self, requirements: Requirements) -> None:
        self.requirements = _named(requirements)
        self._infidelities: list[float] = []
        self._known: dict[float, Requirements] = {}
        self.count(self.requirements.rounds.infidelity)

    def count(self, infidelity: float) -> bool:
        """Count the rounds at an infidelity; say whether they were not known yet."""
        if infidelity in self._known:
            return False
        self._known[infidelity] = self.requirements.at_infidelity(infidelity)
        insort(self._infidelities, infidelity)
        return True

    def at(self, infidelity: float) -> Requirements:
        """Return the requirements at an infidelity."""
        self.count(infidelity)
        return self._known[infidelity]

    def around(self, infidelity: float) -> tuple[Requirements, Requirements]:
        """Return the requirements at the nearest infidelities that are known on both sides."""
        self.count(0.0)
        self.count(1.0)
        at = min(max(bisect(self._infidelities, infidelity), 1), len(self._infidelities) - 1)
        below, above = self._infidelities[at - 1 : at + 1]
        return self._known[below], self._known[above]

    def pairs_at(self, infidelity: float) -> float | None:
        """Return the pairs that a window must hold, by an estimate where it takes long to count."""
        pairs = self.estimated_pairs(infidelity)
        return pairs_needed(self.at(infidelity)) if pairs is None else pairs

    def estimated_pairs(self, infidelity: float) -> float | None:
        """Return the pairs that a window must hold, from the counts around; None to count them."""
        limit, (below, above) = self.requirements.combined_infidelity_max, self.around(infidelity)
        slow = self.requirements.rounds.test in SLOW and infidelity not in self._known
        few, many = pairs_needed(below), pairs_needed(above)
        if not slow or limit is None or few is None or infidelity >= limit.lower:
            return None
        nearer = (limit.lower - below.rounds.infidelity) / (limit.lower - infidelity)
        power = 2.0
        if many is not None:
            gap = limit.lower - above.rounds.infidelity
            power = math.log(many / few) / math.log((limit.lower - below.rounds.infidelity) / gap)
        pairs = few * nearer**power
        return pairs if (many or pairs) <= _NEAR * few else None


def _named(requirements: Requirements) -> Requirements:
    """Return requirements with a test in place of "auto"."""
    rounds, limit = requirements.rounds, requirements.combined_infidelity_max
    if requirements.test != "auto":
        return requirements
    if rounds.first is None and limit is not None:
        test = requirements.at_infidelity(limit.lower / 2).rounds.test
        return replace(requirements, test=test).at_infidelity(rounds.infidelity)
    return replace(requirements, test=rounds.test)
