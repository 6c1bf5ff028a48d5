"""From a space and an objective to its best point: many starts, climbs, and a search on the proof.

1. Points of a Sobol sequence are evaluated together; the best ones that are apart are starts.
2. From each start `climb` follows the derivatives of the gap or of the critical infidelity.
3. Rounds, rate, margin and subjects that are words have no derivatives. There the Nelder-Mead
   method goes on from the best climbs, with every point solved and its requirements counted.
4. The winner's numbers are shortened, and what it is worth is proven.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from xorgames.design.climb import Climber
from xorgames.design.envelope import Space
from xorgames.design.judge import Judge, Judged, Point, exact_point, rounded
from xorgames.design.limits import onto_limits
from xorgames.design.quantities import Values
from xorgames.errors import reject

FloatArray = NDArray[np.float64]
#: Called with what is being done, and (done, total).
Progress = Callable[[str, int, int], None]
#: Evaluates quantities at many points: what `Evaluator.many` does.
Many = Callable[[Sequence[Point], Sequence[str]], dict[str, Values]]

#: Sobol points; and how many are climbed from, at most.
SAMPLES = 512
STARTS = 6
#: Points that are moved onto conditions that few of the box meet.
MOVED = 128
#: In units of the box: starts are further apart.
_APART = 0.15
#: Points solved by Nelder-Mead: at first, and for each parameter.
_SOLVED = (20, 15)
_SLOW_SOLVED = (10, 6)
_SIDE = 0.06
#: Points that agree in so many digits count as one.
_ALIKE = 4
_PART = 64


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """What a search ended at.

    Attributes
    ----------
    best : Judged
    evaluations : int
        How many games were looked at, by any method.
    """

    best: Judged
    evaluations: int


def search(
    judge: Judge, many: Many, baseline: Point, *, rng: int | np.random.Generator, tell: Progress
) -> Found:
    """Return the best point that was found.

    Parameters
    ----------
    judge : Judge
        With the space, the objective and the subjects.
    many : callable
        Evaluates quantities at many points of the space.
    baseline : tuple of Fraction
        A point to start from beside those of the sequence.
    rng : int or numpy.random.Generator
    tell : callable
        For progress.

    Raises
    ------
    InputError
        If no game was found, or none that meets the subjects.
    """
    random = np.random.default_rng(rng)
    space = judge.space
    points = _sample(space, baseline, random)
    scores, notes = _scores(judge, many, points, tell)
    if len(notes) > len(points) - STARTS:
        # Next to no point of the box meets the conditions: look where they are met.
        points = np.array([onto_limits(space, point) for point in points[:MOVED]])
        scores, notes = _scores(judge, many, points, tell)
    order = np.argsort(-scores, kind="stable")
    starts = _apart(space, points[order], scores[order])
    climbs: list[list[tuple[float, FloatArray]]] = []
    looked = len(points)
    quantities = _climbed(judge)
    fast = [each for each in judge.subjects if each.is_fast]
    for quantity in quantities:
        climber = Climber(space, quantity, fast)
        climbs.append([])
        for j, start in enumerate(starts):
            tell(f"climbing: {quantity}", j, len(starts))
            climbs[-1].append(climber.climb(start))
        # Of ends that differ by rounding only, such as mirror images, the one nearest the default.
        climbs[-1].sort(key=lambda end: (-float(f"{end[0]:.9g}"), np.abs(end[1] - points[0]).sum()))
        looked += climber.evaluations
    ends = [end for rank in zip(*climbs, strict=True) for _, end in rank]
    best = _decided(judge, [*ends, *points[order[: 4 * STARTS]]], tell)
    if best is None:
        _refuse(judge, notes)
    return Found(best=best, evaluations=looked + judge.evaluations)


def _climbed(judge: Judge) -> list[str]:
    """Return what to climb towards: for requirements both the gap and the noise it bears."""
    if not judge.objective.is_fast:
        return ["gap", "critical-infidelity"]
    return ["gap" if judge.objective.quantity == "gap" else "critical-infidelity"]


def _sample(space: Space, baseline: Point, random: np.random.Generator) -> FloatArray:
    """Return the baseline, the middle of the box and Sobol points."""
    from scipy.stats.qmc import Sobol

    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    # A random shift of the whole sequence keeps it as even as it is.
    unit = (Sobol(len(low), scramble=False).random(SAMPLES) + random.random(len(low))) % 1.0
    first = [[float(number) for number in baseline], ((low + high) / 2).tolist()]
    points: FloatArray = np.concatenate([np.array(first), low + unit * (high - low)])
    return points


def _scores(
    judge: Judge, many: Many, points: FloatArray, tell: Progress
) -> tuple[FloatArray, dict[int, str]]:
    """Return how good the points are, -inf where a fast subject is missed or there is no game."""
    fast = [each for each in judge.subjects if each.is_fast]
    quantity = judge.objective.quantity if judge.objective.is_fast else "critical-infidelity"
    wanted = list(dict.fromkeys([quantity, *(each.quantity for each in fast)]))
    scores = np.full(len(points), -math.inf)
    notes: dict[int, str] = {}
    for first in range(0, len(points), _PART):
        tell("looking around", first, len(points))
        part = points[first : first + _PART]
        found = many([tuple(map(Fraction, row)) for row in part.tolist()], wanted)
        values = found[quantity]
        middle = (values.lower + values.upper) / 2
        for each in fast:
            limit, its = float(each.limit or 0), found[each.quantity]
            met = its.lower >= limit if each.at_least else its.upper <= limit
            middle = np.where(met, middle, -math.inf)
        scores[first : first + _PART] = np.where(values.defined, middle, -math.inf)
        notes |= {first + i: note for i, note in values.notes.items()}
    return scores, notes


def _apart(space: Space, points: FloatArray, scores: FloatArray) -> list[FloatArray]:
    """Return the best points that are apart; where few are games, others too."""
    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    width = np.where(high > low, high - low, 1.0)
    chosen: list[FloatArray] = []
    for point, score in zip(points, scores, strict=True):
        far = all(np.abs((point - other) / width).max() > _APART for other in chosen)
        if far and (score > -math.inf or len(chosen) < STARTS // 2):
            chosen.append(point)
        if len(chosen) == STARTS:
            break
    return chosen


def _decided(judge: Judge, ends: Sequence[FloatArray], tell: Progress) -> Judged | None:
    """Return the best of some points, searched on where there are no derivatives."""
    smooth = judge.objective.is_fast and all(each.is_fast for each in judge.subjects)
    digits = 15 if smooth else _digits(judge.space, ends[0], 9)
    alike: dict[Point, FloatArray] = {}
    for end in ends:
        alike.setdefault(exact_point(judge.space, end, _ALIKE), end)
    distinct = list(alike.values())
    judged: list[tuple[float, int]] = []
    for i, end in enumerate(distinct):
        tell("solving", i, len(distinct))
        judged.append((judge.score(judge(exact_point(judge.space, end, digits))), -i))
        # The ends of climbs come first; the others are looked at where none of them will do.
        if i + 1 >= STARTS and max(judged)[0] > -math.inf:
            break
        if judge.objective.is_fast and i == 0 and judged[0][0] > -math.inf:
            # The best of all climbs meets every subject: there is nothing to search on for.
            smooth = True
            break
    score, index = max(judged)
    if score == -math.inf:
        return None
    x = distinct[-index]
    if not smooth:
        x = _nelder_mead(judge, x, tell)
    found = rounded(judge, x, tries=20 if smooth else 6)
    known = judge(exact_point(judge.space, distinct[-index], digits))
    return found if judge.score(found) > -math.inf else known


def _digits(space: Space, x: FloatArray, few: int) -> int:
    """Return how many digits of a point count: all where equations are to be met, or few."""
    limits = space.limits(x)
    return few if limits is None or not limits.equal.any() else 15


def _nelder_mead(judge: Judge, start: FloatArray, tell: Progress) -> FloatArray:
    """Search on the certified objective itself, subjects included."""
    from scipy.optimize import Bounds, minimize

    space = judge.space
    low, high = (np.array([float(e) for e in ends]) for ends in (space.low, space.high))
    width = np.where(high > low, high - low, 1.0)
    counted = not judge.objective.is_fast or any(s.quantity == "pass" for s in judge.subjects)
    first, each = _SLOW_SOLVED if counted else _SOLVED
    most = first + each * len(low)
    digits = _digits(space, start, 9), _digits(space, start, 6)
    done = 0

    def place(z: FloatArray) -> FloatArray:
        return onto_limits(space, low + width * np.clip(z, 0.0, 1.0))

    def loss(z: FloatArray) -> float:
        nonlocal done
        tell("searching on", min(done, most), most)
        done += 1
        score = judge.score(judge(exact_point(space, place(z), digits[1])))
        return -score if score > -math.inf else 1e300

    z = (start - low) / width
    # Away from the nearer end, so that no corner of the simplex is cut off.
    corners = [z + _SIDE * np.where(z > 0.5, -1.0, 1.0) * axis for axis in np.eye(len(z))]
    found = minimize(
        loss,
        z,
        method="Nelder-Mead",
        bounds=Bounds(np.zeros(len(z)), np.ones(len(z))),
        options={"initial_simplex": np.array([z, *corners]), "maxfev": most, "xatol": 1e-4},
    )
    ends = [start, place(found.x)]
    scores = [
        judge.score(judge(exact_point(space, x, d))) for x, d in zip(ends, digits, strict=True)
    ]
    best: FloatArray = ends[int(np.argmax(scores))]
    return best


def _refuse(judge: Judge, notes: dict[int, str]) -> NoReturn:
    """Say why nothing was found; the searches know no proof that there is nothing."""
    solved = [each for each in judge.solved if each.solution is not None]
    if solved:
        # The first of those that miss the fewest: those that seemed best were solved first.
        nearest = min(solved, key=lambda each: len(each.problems))
        received = "; ".join(nearest.all_problems(judge.subjects, judge.setting))
        if not judge.subjects:
            rule = "must have a value at a game that the search finds: none has"
            reject(judge.objective.quantity, rule, received=received, cure="widen the ranges")
        rule = "must be met by a game that the search finds: none was"
        reject("subject", rule, received=received, cure="relax it, or widen the ranges")
    reasons = [problem for each in judge.solved for problem in each.problems]
    some = next(iter([*notes.values(), *reasons]), "")
    reject("family", "must have a game in these ranges: none was found", received=some)
