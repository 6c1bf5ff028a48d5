"""Which number matters? By what power of each number every margin grows.

The margin factor k of a criterion is achieved/required, or required/achieved where less is better;
it is met if and only if k > 1. The elasticity of a number x is d ln k/d ln x: 1 % more of x makes
k greater by that many per cent. Central differences with the steps h and h/2 in ln x are combined
to (4 D(h/2) - D(h))/3, and the error is |D(h/2) - D(h)|. Two things would spoil that and are looked
for: steps that differ by more than one part in a hundred, and slopes to the left and to the right
that differ by that much and do not come together as the step is halved. Then the margin has a kink
nearby, `smooth` is False, and half the difference of the two sides is part of the error. At the end
of a range the difference is one-sided, 2 D(h/2) - D(h). A whole number moves by one, D(1), and by
two for the error.

The rounds N that the rate must bring are a whole number, on a saw-tooth, of the combined infidelity
eps. Their slope is that of a power law N ~ (limit - eps)^-c through several counts around eps,
and the spread of the counts about it is part of the error.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from xorgames.errors import InputError, expect
from xorgames.hardware.questions.axis import Axis
from xorgames.hardware.questions.rounds_law import RoundsLaw, rounds_law
from xorgames.hardware.questions.trials import CIRCUMSTANCES, Trials, kept
from xorgames.hardware.verdict import Verdict

#: Two steps, of ln x, and of a whole number x.
_STEPS = {False: (2e-4, 1e-4), True: (2.0, 1.0)}
#: Slopes that differ by less than this part of themselves agree; slopes below the other are none.
_AGREE, _NOTHING = 1e-2, 1e-3
Way = Literal["central", "one-sided", "by one"]
#: How the combined infidelity is called among the logarithms.
_EPS = "combined infidelity"


@dataclass(frozen=True, kw_only=True)
class Elasticity:
    """How one margin answers one number.

    Attributes
    ----------
    value : float
        d ln k/d ln x, an estimate.
    error : float
        Of the estimate: the difference of the steps, and the spread of the counts of rounds.
    smooth : bool
        Whether both steps and both sides agree; if not, there is a kink nearby.
    """

    value: float
    error: float
    smooth: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the three by name."""
        return {"value": self.value, "error": self.error, "smooth": self.smooth}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one number does to every margin.

    Attributes
    ----------
    axis : Axis
        The number and its present value.
    way : {"central", "one-sided", "by one"}
        How it was moved.
    elasticities : dict
        By criterion; a criterion without a margin is left out.
    """

    axis: Axis
    way: Way
    elasticities: Mapping[str, Elasticity]


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """The elasticity of every margin with respect to every number.

    Attributes
    ----------
    verdict : Verdict
        Where everything was taken.
    margins : dict
        The present margin factors by criterion.
    answers : tuple of Answer
        The strongest first, by the tightest criterion.
    rounds : RoundsLaw or None
        What the slope of the number of rounds rests on; None if no number of rounds suffices.
    """

    verdict: Verdict
    margins: Mapping[str, float]
    answers: tuple[Answer, ...]
    rounds: RoundsLaw | None

    @property
    def tightest(self) -> str | None:
        """The criterion with the smallest margin."""
        return min(self.margins, key=lambda name: self.margins[name], default=None)

    def to_dict(self) -> dict[str, Any]:
        """Return the elasticities by number and criterion."""
        return {
            "tightest": self.tightest,
            "margins": dict(self.margins),
            "rounds_law": self.rounds and self.rounds.to_dict(),
            "parameters": [
                {
                    "parameter": answer.axis.name,
                    "value": answer.axis.value,
                    "unit": answer.axis.unit,
                    "difference": answer.way,
                    "elasticities": {n: e.to_dict() for n, e in answer.elasticities.items()},
                }
                for answer in self.answers
            ],
        }


def sensitivity(verdict: Verdict, *, names: Sequence[str] | None = None) -> Sensitivity:
    """Return the elasticity of every criterion's margin with respect to every number.

    Parameters
    ----------
    verdict : Verdict
        Of a design.
    names : sequence of str, optional
        Numbers of the design or of the conditions; by default all that are not 0.

    Raises
    ------
    InputError
        If no design stands behind the verdict, or a name is unknown or its number is 0.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = xg.require(xg.solve(xg.catalog.chsh()), xg.Conditions(window_s=0.1))
    >>> found = sensitivity(xg.check(needs, xg.load_design("yb_cavity")), names=["channels"])
    >>> found.tightest, found.answers[0].axis.name, found.answers[0].way
    ('rate', 'channels', 'by one')
    """
    trials = Trials.of(verdict)
    wanted = [*CIRCUMSTANCES, *trials.parameters] if names is None else names
    expect(wanted, (tuple, list), key="names", cure='write ["atoms"]')
    law = _law_here(trials, verdict)
    margins = {c.name: factor for c in verdict.criteria if (factor := kept(c)) is not None}
    tightest = min(margins, key=lambda name: margins[name], default="")
    found = (_answer(trials, trials.axis(name), law) for name in wanted)
    answers = [answer for answer in found if answer is not None]
    answers.sort(key=lambda answer: -_strength(answer, tightest))
    return Sensitivity(verdict=verdict, margins=margins, answers=tuple(answers), rounds=law)


def _law_here(trials: Trials, verdict: Verdict) -> RoundsLaw | None:
    """Return the law of the rounds for the infidelities around the present one."""
    limit = verdict.requirements.combined_infidelity_max
    gap = 0.0 if limit is None else limit.lower - verdict.performance.combined_infidelity
    if gap <= 0:
        return None
    return rounds_law(trials, [gap * 2 ** (k / 4) for k in range(-4, 5)])


def _strength(answer: Answer, criterion: str) -> float:
    found = answer.elasticities.get(criterion)
    return 0.0 if found is None else abs(found.value)


def _answer(trials: Trials, axis: Axis, law: RoundsLaw | None) -> Answer | None:
    """Return what a number does; None if the model does not let it change alone."""
    here = _logs(trials, axis, axis.value)
    wide, narrow = (_slopes(trials, axis, here, step) for step in _STEPS[axis.whole])
    if wide is None or narrow is None:
        return None
    one_sided = not (wide.both_sides and narrow.both_sides)
    way: Way = "by one" if axis.whole else "one-sided" if one_sided else "central"
    elasticities = {}
    for name in here:
        if name == _EPS or name not in wide.slope or name not in narrow.slope:
            continue
        found = _elasticity(way, *((part.slope[name], part.sides[name]) for part in (wide, narrow)))
        if name == "rate" and law is not None:
            # The counts were held fixed; now they follow the infidelity.
            rise = narrow.slope[_EPS] / (law.limit - here[_EPS])
            found = replace(
                found,
                value=found.value - law.exponent * rise,
                error=found.error + law.exponent_error * abs(rise),
            )
        elasticities[name] = found
    return Answer(axis=axis, way=way, elasticities=elasticities)


def _elasticity(way: Way, wide: tuple[float, float], narrow: tuple[float, float]) -> Elasticity:
    """Combine the slopes over two steps, each with the difference of its two sides."""
    difference = narrow[0] - wide[0]
    # What all further halvings would add: the error falls as h^2, one-sided as h.
    gain = {"by one": 0.0, "one-sided": 1.0, "central": 1 / 3}[way]
    value = narrow[0] + gain * difference
    enough = _AGREE * max(abs(value), _NOTHING)
    kink = narrow[1] > max(enough, 0.75 * wide[1])
    error = abs(difference) + (narrow[1] / 2 if kink else 0.0)
    return Elasticity(value=value, error=error, smooth=not kink and abs(difference) <= enough)


class _Slopes(NamedTuple):
    slope: dict[str, float]
    sides: dict[str, float]
    both_sides: bool


def _slopes(trials: Trials, axis: Axis, here: dict[str, float], step: float) -> _Slopes | None:
    """Return the differences over a step both ways, or one where the other is not allowed."""
    parts = []
    for sign in (-1, 1):
        value = axis.value + sign * step if axis.whole else axis.value * math.exp(sign * step)
        try:
            there = _logs(trials, axis, value)
        except InputError:
            continue
        run = math.log(value / axis.value)
        parts.append({name: (there[name] - here[name]) / run for name in there if name in here})
    if not parts:
        return None
    left, right = parts[0], parts[-1]
    names = [name for name in left if name in right]
    return _Slopes(
        slope={name: (left[name] + right[name]) / 2 for name in names},
        sides={name: abs(left[name] - right[name]) for name in names},
        both_sides=len(parts) == 2,
    )


def _logs(trials: Trials, axis: Axis, value: float) -> dict[str, float]:
    """Return ln k of each criterion with the present rounds, and the combined infidelity."""
    changes = {} if value == axis.value else {axis.name: value}
    performance, criteria = trials.criteria(changes, trials.requirements)
    logs = {c.name: math.log(factor) for c in criteria if (factor := kept(c)) is not None}
    logs[_EPS] = performance.combined_infidelity
    return logs
