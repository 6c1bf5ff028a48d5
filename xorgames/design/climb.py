"""The best point of a box near a start: sequential quadratic programming on a bundle of strategies.

The quantum bias Q is smooth where its correlators are unique, the classical bias C is the largest
of many smooth functions L_i, one for each deterministic strategy i: at the best games several meet,
and C has a kink there. So with a bundle of strategies the programme

    maximise t  subject to  f(Q, L_i) >= t for every strategy i of the bundle

is smooth; f is (Q - L_i)/2 for the gap and 1 - L_i/Q for the critical infidelity and the ratio.
SciPy's SLSQP solves it, the exact classical solver names a strategy that was missing, and so on
until none is. The result is a local optimum, found in plain doubles; what it is worth is certified
elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.design.envelope import Local, Slopes, Space, slopes_of
from xorgames.design.limits import INSIDE, Limits
from xorgames.design.objectives import Subject

FloatArray = NDArray[np.float64]

_MOST_ROUNDS = 25
_STEPS = 60
#: In units of the box: steps are not made shorter than this.
_LEAST_REACH = 1e-3
#: How much better a point must be than the bundle says for another round, relative to its size.
_NEW = 1e-10
_WORST = -1.0


@dataclass(eq=False)
class Climber:
    """Climbs on a space towards one quantity.

    Parameters
    ----------
    space : Space
    quantity : {"gap", "critical-infidelity", "quantum"}
        The last, Q/2, needs no bundle.
    subjects : sequence of Subject
        Fast ones with a limit; the others are not seen here.

    Attributes
    ----------
    evaluations : int
        How many games were looked at.
    """

    space: Space
    quantity: str
    subjects: Sequence[Subject] = ()
    evaluations: int = 0
    _low: FloatArray = field(init=False)
    _width: FloatArray = field(init=False)
    _seen: dict[bytes, tuple[Local, Slopes] | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Work in units of the box."""
        self._low = np.array([float(end) for end in self.space.low])
        self._width = np.array([float(end) for end in self.space.high]) - self._low

    def climb(self, start: FloatArray) -> tuple[float, FloatArray]:
        """Return a local optimum near a start, and the quantity there.

        Examples
        --------
        >>> from fractions import Fraction
        >>> from xorgames.design.envelope import FamilySpace
        >>> from xorgames.design.family_file import load_family
        >>> box = [(Fraction(0), Fraction(1)), (Fraction(0), Fraction(1))]
        >>> climber = Climber(FamilySpace(load_family("hft"), ["p", "beta"], box), "gap")
        >>> value, point = climber.climb(np.array([0.4, 0.2]))
        >>> round(value, 6), point.round(6).tolist()
        (0.103553, [0.5, 0.0])
        """
        z = np.clip((start - self._low) / np.where(self._width > 0, self._width, 1.0), 0.0, 1.0)
        best, here = (self.value(z), z), self._look(z)
        bundle: list[FloatArray] = []
        reach, loss = 1.0, _NEW * self._size(here)
        for _ in range(_MOST_ROUNDS):
            if here is None or reach <= _LEAST_REACH:
                break
            if not any(np.array_equal(here[1].signs, known) for known in bundle):
                bundle.append(here[1].signs)
            elif self.value(z) < best[0] - loss:
                # It went down, and met no new strategy: it stepped over the hill it stood on.
                reach /= 4
            elif reach == 1.0:
                break
            # From the best point: where entanglement is of no use there is no slope to climb.
            start = best[1]
            z, promised = self._programme(start, bundle, reach)
            best = max(best, (self.value(z), z), key=lambda each: each[0])
            short = reach < 1.0 and np.abs(z - start).max() > 0.99 * reach
            met = self.value(z) >= max(promised - _NEW * abs(promised), best[0] - loss)
            here = None if met and not short else self._look(z)
        return best[0], self._low + self._width * best[1]

    def _size(self, here: tuple[Local, Slopes] | None) -> float:
        """Return what the quantity is rounded in proportion to."""
        if here is None or self.quantity == "critical-infidelity":
            return 1.0
        return here[1].quantum

    def value(self, z: FloatArray) -> float:
        """Return the quantity at a point of the unit box, a bad number where there is none."""
        here = self._look(z)
        if here is None:
            return _WORST
        if self._outside(z, here) > 1e-9:
            return _WORST - self._outside(z, here)
        return float(self._worth(here[1].quantum, here[1].classical))

    def _worth(self, quantum: float, classical: float) -> float:
        if self.quantity != "critical-infidelity":
            return (quantum - (classical if self.quantity == "gap" else 0.0)) / 2
        return 1 - classical / quantum if quantum > 0 else 0.0

    def _look(self, z: FloatArray) -> tuple[Local, Slopes] | None:
        key = z.tobytes()
        if key not in self._seen:
            local = self.space.local(self._low + self._width * z)
            self.evaluations += 1
            self._seen[key] = None
            if local is not None and local.matrix.any():
                # Of games of many cells the classical bias takes far longer than the other.
                slopes = slopes_of(local, classical=self.quantity != "quantum")
                self._seen[key] = local, slopes
        return self._seen[key]

    def _programme(
        self, z: FloatArray, bundle: Sequence[FloatArray], reach: float
    ) -> tuple[FloatArray, float]:
        """Maximise t over the part of the box within reach; return the point and t."""
        from scipy.optimize import Bounds, NonlinearConstraint, minimize

        count = len(z)

        def fall(_: FloatArray) -> FloatArray:
            return np.append(np.zeros(count), -1.0)

        def margins(full: FloatArray) -> FloatArray:
            return self._margins(full, bundle)[0]

        def slopes(full: FloatArray) -> FloatArray:
            return self._margins(full, bundle)[1]

        start = np.append(z, self._worth_of(z, bundle))
        constraints = [NonlinearConstraint(margins, 0.0, np.inf, jac=slopes)]
        limits = self._limits(z)
        if limits is not None:
            limits = limits.narrowed()
            # SLSQP wants equations and inequalities apart, and no equation twice.
            constraints += [
                self._limit_constraint(limits, part, NonlinearConstraint)
                for part in (limits.independent(), ~limits.equal)
                if part.any()
            ]
        found: Any = minimize(  # type: ignore[call-overload]  # the stubs know lists of one kind only
            lambda full: -float(full[-1]),
            np.asarray(start, dtype=np.float64),
            jac=fall,
            method="SLSQP",
            bounds=Bounds(
                np.append(np.maximum(z - reach, 0.0), -np.inf),
                np.append(np.minimum(z + reach, 1.0), np.inf),
            ),
            constraints=constraints,
            options={"maxiter": _STEPS, "ftol": 1e-13},
        )
        point = np.clip(np.nan_to_num(found.x[:-1], nan=0.5), 0.0, 1.0)
        return point, float(np.nan_to_num(found.x[-1], nan=0.0))

    def _worth_of(self, z: FloatArray, bundle: Sequence[FloatArray]) -> float:
        here = self._look(z)
        if here is None:
            return _WORST
        local, slopes = here
        return min(
            self._worth(slopes.quantum, float((local.matrix * signs).sum())) for signs in bundle
        )

    def _margins(
        self, full: FloatArray, bundle: Sequence[FloatArray]
    ) -> tuple[FloatArray, FloatArray]:
        """Return f(Q, L_i) - t and the fast subjects, and their slopes, in units of the box."""
        count = len(bundle) + len(self.subjects)
        z, t = np.clip(full[:-1], 0.0, 1.0), full[-1]
        here = self._look(z)
        if here is None:
            return np.full(count, _WORST), np.zeros((count, len(full)))
        local, at = here
        rows = [self._row(local, at, signs) for signs in bundle]
        values = [worth - t for worth, _ in rows]
        slopes = [np.append(slope * self._width, -1.0) for _, slope in rows]
        for subject in self.subjects:
            value, slope = subject_room(subject, local, at)
            values.append(value)
            slopes.append(np.append(slope * self._width, 0.0))
        return np.array(values), np.stack(slopes)

    def _row(self, local: Local, at: Slopes, signs: FloatArray) -> tuple[float, FloatArray]:
        reached = float((local.matrix * signs).sum())
        slope = np.tensordot(local.matrix_slopes, signs, axes=2)
        if self.quantity == "quantum":
            return at.quantum / 2, at.quantum_slopes / 2
        if self.quantity == "gap":
            return (at.quantum - reached) / 2, (at.quantum_slopes - slope) / 2
        quantum = max(at.quantum, 1e-300)
        return 1 - reached / quantum, (reached / quantum * at.quantum_slopes - slope) / quantum

    def _limits(self, z: FloatArray) -> Limits | None:
        return self.space.limits(self._low + self._width * np.clip(z, 0.0, 1.0))

    def _limit_constraint(
        self, first: Limits, part: NDArray[np.bool_], make: Callable[..., Any]
    ) -> Any:
        def values(full: FloatArray) -> FloatArray:
            limits = self._limits(full[:-1])
            assert limits is not None
            return limits.values[part]

        def slopes(full: FloatArray) -> FloatArray:
            limits = self._limits(full[:-1])
            assert limits is not None
            steep = limits.slopes[part] * self._width
            return np.column_stack([steep, np.zeros(len(steep))])

        return make(values, first.lower[part], first.upper[part], jac=slopes)

    def _outside(self, z: FloatArray, here: tuple[Local, Slopes]) -> float:
        """Return by how much a condition is missed, 0 where all are met."""
        rooms = [subject_room(subject, *here)[0] for subject in self.subjects]
        limits = self._limits(z)
        if limits is not None:
            rooms += (-np.abs(limits.short)).tolist()
        return max(0.0, -min(rooms, default=0.0))


def subject_room(subject: Subject, local: Local, at: Slopes) -> tuple[float, FloatArray]:
    """Return how far a fast quantity is inside its limit, and the derivative of that."""
    quantum, classical = at.quantum, at.classical
    if subject.quantity == "classical":
        value, slope = local.offset + classical / 2, local.offset_slopes + at.classical_slopes / 2
    elif subject.quantity == "quantum":
        value, slope = local.offset + quantum / 2, local.offset_slopes + at.quantum_slopes / 2
    elif subject.quantity == "gap":
        value, slope = (quantum - classical) / 2, (at.quantum_slopes - at.classical_slopes) / 2
    else:
        small = max(classical, 1e-300)
        ratio = quantum / small
        change = (at.quantum_slopes - ratio * at.classical_slopes) / small
        inverse = subject.quantity != "ratio"
        value = 1 - 1 / ratio if inverse else ratio
        slope = change / ratio**2 if inverse else change
    sign = 1.0 if subject.at_least else -1.0
    assert subject.limit is not None
    limit = float(subject.limit)
    # A little inside, so that what is met here is met by the proven numbers too.
    return sign * (value - limit) - INSIDE * max(1.0, abs(limit)), sign * slope
