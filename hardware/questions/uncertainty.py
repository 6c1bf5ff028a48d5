"""How probable is it that each criterion holds, when numbers of the design are uncertain?

Every uncertain number is drawn from a normal law around its stated value with its uncertainty as
standard deviation, cut to the range that the number may have, all independently. The fraction of
draws in which a criterion holds estimates its probability p; the interval is Wilson's,

    (p + z^2/2n +- z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n),

with z = 1.96 for 95 %. It speaks of the sampling only: whether the stated uncertainties are right,
normal and independent is assumed. Reference: doi:10.1080/01621459.1927.10502953.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xorgames.draws import generator
from xorgames.errors import InputError, Problem, expect, reject
from xorgames.exact import exact_number
from xorgames.hardware.parameters import NOT_NEGATIVE, Rule
from xorgames.hardware.questions.axis import allowed
from xorgames.hardware.questions.trials import Trials
from xorgames.hardware.verdict import Verdict

if TYPE_CHECKING:
    from xorgames.solvers.workers import Progress

QUANTILES = (0.05, 0.5, 0.95)
ASSUMPTION = (
    "The uncertain numbers are drawn independently from normal laws, cut to the range that each "
    "may have; the intervals are those of the sampling, at 95 %."
)
_Z = 1.959963984540054
_MOST_SAMPLES = 10_000_000
#: Draws that a design refuses, such as errors that exceed 1 together, are drawn again.
_MOST_REFUSED = 0.99


@dataclass(frozen=True, kw_only=True)
class Chance:
    """A probability as estimated from draws.

    Attributes
    ----------
    estimate : float
    standard_error : float
    lower, upper : float
        Wilson's interval at 95 %.
    """

    estimate: float
    standard_error: float
    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Uncertainty:
    """What the uncertain numbers make of the verdict.

    Attributes
    ----------
    samples, refused : int
        Draws, and draws besides that the design does not allow.
    uncertainties : dict
        The standard deviations by number.
    criteria : dict
        The probability that each criterion is proven to hold.
    passes : Chance
        That all of them are.
    quantiles : dict
        5, 50 and 95 % of the rate and the combined infidelity, from the same draws.
    """

    samples: int
    refused: int
    uncertainties: Mapping[str, float]
    criteria: Mapping[str, Chance]
    passes: Chance
    quantiles: Mapping[str, tuple[float, ...]]

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "samples": self.samples,
            "refused": self.refused,
            "uncertainties": dict(self.uncertainties),
            "criteria": {name: asdict(chance) for name, chance in self.criteria.items()},
            "passes": asdict(self.passes),
            "quantiles": {
                name: dict(zip(map(str, QUANTILES), values, strict=True))
                for name, values in self.quantiles.items()
            },
            "assumption": ASSUMPTION,
        }


def uncertainty(
    verdict: Verdict,
    *,
    rng: int | np.random.Generator = 0,
    uncertainties: Mapping[str, float] | None = None,
    samples: int = 2000,
    progress: "Progress | None" = None,
) -> Uncertainty:
    """Estimate the probability that each criterion holds.

    Parameters
    ----------
    verdict : Verdict
        Of a design.
    rng : int or Generator
        The seed of the draws.
    uncertainties : mapping, optional
        Standard deviations by number, in its unit; in place of or beyond those that the design
        states.
    samples : int
        Draws.
    progress : callable, optional
        Called with (done, total) from time to time.

    Raises
    ------
    InputError
        If no number is uncertain, or one is unknown or whole, or its uncertainty is no number.

    Examples
    --------
    >>> import xorgames as xg
    >>> needs = xg.require(xg.solve(xg.catalog.chsh()), xg.Conditions(window_s=0.03))
    >>> verdict = xg.check(needs, xg.load_design("yb_cavity"))
    >>> found = uncertainty(verdict, rng=1, uncertainties={"emission_probability": 0.05})
    >>> 0.6 < found.passes.lower < found.passes.upper < 0.7
    True
    >>> found.criteria["decision"].estimate
    1.0
    """
    trials = Trials.of(verdict)
    spreads = _spreads(trials, {} if uncertainties is None else uncertainties)
    samples = _count(samples)
    laws, draws = _Laws(trials, spreads), generator(rng)
    held = dict.fromkeys((criterion.name for criterion in verdict.criteria), 0)
    passed, refused, figures = 0, 0, np.empty((samples, 2))
    done = 0
    while done < samples:
        trial = trials.trial(laws.draw(draws))
        if trial is None:
            refused += 1
            _check_refused(refused, done)
            continue
        performance = trial.performance
        figures[done] = performance.rate_hz, performance.combined_infidelity
        passed += trial.passed
        for name in held:
            held[name] += trial.met.get(name) is True
        done += 1
        if progress is not None:
            progress(done, samples)
    rate, infidelity = np.quantile(figures, QUANTILES, axis=0).T.tolist()
    return Uncertainty(
        samples=samples,
        refused=refused,
        uncertainties=spreads,
        criteria={name: wilson(count, samples) for name, count in held.items()},
        passes=wilson(passed, samples),
        quantiles={"rate_hz": tuple(rate), "combined_infidelity": tuple(infidelity)},
    )


def _check_refused(refused: int, done: int) -> None:
    """Give up on laws of which hardly a draw is allowed."""
    if refused > 100 and refused > _MOST_REFUSED * (refused + done):
        cure = "state smaller ones"
        rule = "must leave numbers that the design allows"
        received = f"{refused} of {refused + done} draws refused"
        reject("uncertainties", rule, received=received, cure=cure)


def wilson(successes: int, samples: int) -> Chance:
    """Return the estimate of a probability with Wilson's interval at 95 %.

    Examples
    --------
    >>> chance = wilson(8, 10)
    >>> round(chance.lower, 4), round(chance.upper, 4)
    (0.4902, 0.9433)
    """
    share = successes / samples
    weight = 1 + _Z**2 / samples
    middle = (share + _Z**2 / (2 * samples)) / weight
    half = _Z * math.sqrt(share * (1 - share) / samples + (_Z / samples) ** 2 / 4) / weight
    return Chance(
        estimate=share,
        standard_error=math.sqrt(share * (1 - share) / samples),
        # At the ends the interval reaches the end, which rounding must not spoil.
        lower=0.0 if successes == 0 else middle - half,
        upper=1.0 if successes == samples else middle + half,
    )


def _spreads(trials: Trials, given: Mapping[str, float]) -> dict[str, float]:
    """Return the standard deviations, the design's own and those given."""
    expect(given, Mapping, key="uncertainties", cure='write {"state_infidelity": 0.005}')
    own = {
        part.name: part.uncertainty
        for part in trials.design.parameters
        if part.uncertainty is not None
    }
    problems: list[Problem] = []
    spreads: dict[str, float] = {}
    for name, written in {**own, **given}.items():
        key = f"uncertainties.{name}"
        try:
            whole = "multipleOf" in trials.rule(name).limits
            spread = float(exact_number(written, key=key))
        except InputError as error:
            problems.extend(error.problems)
            continue
        problem = Rule(about="", limits=NOT_NEGATIVE).check(key, spread)
        if whole:
            rule, cure = "must not be given: a whole number is exact", "leave it out"
            problem = Problem(key=key, rule=rule, cure=cure)
        if problem is not None:
            problems.append(problem)
        elif spread > 0:
            spreads[name] = spread
    if not problems and not spreads:
        rule = "must be stated for at least one number"
        cure = "write { value = 0.04, uncertainty = 0.005 } in the design file"
        problems.append(Problem(key="uncertainties", rule=rule, cure=cure))
    if problems:
        raise InputError(problems)
    return spreads


def _count(samples: Any) -> int:
    number = exact_number(samples, key="samples")
    if number != int(number) or not 1 <= number <= _MOST_SAMPLES:
        rule = f"must be a whole number from 1 to {_MOST_SAMPLES}"
        reject("samples", rule, received=f"{float(number):g}")
    return int(number)


class _Laws:
    """The cut normal laws of the uncertain numbers, by the inverse of their distributions."""

    def __init__(self, trials: Trials, spreads: Mapping[str, float]) -> None:
        from scipy.special import ndtr

        self.names = list(spreads)
        self.spreads = np.array([spreads[name] for name in self.names])
        self.values = np.array([trials.value(name) for name in self.names])
        lower, upper = np.array([allowed(trials.rule(name)) for name in self.names]).T
        self.low, self.high = (ndtr((end - self.values) / self.spreads) for end in (lower, upper))

    def draw(self, rng: np.random.Generator) -> dict[str, float]:
        """Return one draw of every uncertain number."""
        from scipy.special import ndtri

        chances = rng.uniform(self.low, self.high)
        numbers = self.values + self.spreads * ndtri(chances)
        return dict(zip(self.names, numbers.tolist(), strict=True))
