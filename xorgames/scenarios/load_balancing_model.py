"""Two servers, two routers that cannot talk: the queueing model and what routing is worth in it.

Pairs of jobs arrive as a Poisson process with rate lambda; service times X1, X2 are independent,
exponential with rate mu; rho = lambda/mu < 1. Each router knows the service time of its own job
alone and picks one of two first-come-first-served servers. With B the event that both jobs of a
pair go to one server (bunched), p = P(not B), and both servers equally likely for each job,

    mean wait       W = rho/(mu (1 - rho)) + E[w(X1, X2) 1_B],
    of bunching     w = lambda x1 x2/(2 (1 - rho)) + (x1 + x2)/4,   in random order,
    idle periods    I ~ Exp(lambda_s), lambda_s = lambda (1 + p)/2, for each server,
    baseline output (1 - rho) lambda_s E[T(I)] per server and unit of time.

While it has no job a server works on a baseline task that every arrival interrupts; T(t) is what an
uninterrupted time t yields. If T is convex, long idle periods are worth more than many short ones,
and bunching, which costs waiting time, buys output. (Reconstruction of the model behind
arXiv:2602.04588, by the Pollaczek-Khinchine formula for batches.)
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import InputError, Problem
from xorgames.hardware.noise import readout_factor
from xorgames.hardware.parameters import (
    POSITIVE,
    PROBABILITY,
    Rule,
    check_fields,
    read_numbers,
)

FloatArray = NDArray[np.float64]

#: Shares of a baseline task by uninterrupted time: any increasing, convex function.
Output = Callable[[FloatArray], FloatArray]

_RULES = {
    "arrival_rate_hz": Rule(about="pairs of jobs", limits=POSITIVE),
    "service_rate_hz": Rule(about="jobs that one server finishes", limits=POSITIVE),
}
_SLACK = 1e-9
_READOUT = ("readout_error[0]", "readout_error[1]")


def square(time: FloatArray) -> FloatArray:
    """Return t^2, the simplest strictly convex output."""
    return time * time


@dataclass(frozen=True, kw_only=True)
class LoadBalancing:
    """The queueing model.

    Parameters
    ----------
    arrival_rate_hz : float
        lambda, of pairs.
    service_rate_hz : float
        mu, greater than lambda.
    output : callable
        T: from an array of uninterrupted times in seconds to what the baseline task yields in
        them; increasing and convex, and slower than exp(lambda t/2), or its mean is infinite.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> model = LoadBalancing(arrival_rate_hz=0.5, service_rate_hz=1.0)
    >>> model.wait_s(0.35743), round(model.output_rate(0.63333), 5)
    (1.35743, 2.92682)
    """

    arrival_rate_hz: float
    service_rate_hz: float
    output: Output = square

    def __post_init__(self) -> None:
        """Check the rates and the shape of the output."""
        check_fields(self, _RULES, _check_load)
        problems: list[Problem] = []
        self._check_output(problems)
        if problems:
            raise InputError(problems)

    def _check_output(self, problems: list[Problem]) -> None:
        """Look at the output on a grid as long as almost every idle period."""
        times = np.linspace(0, 40 / self.arrival_rate_hz, 401)
        yields, received = _yields(self.output, times)
        if received:
            rule = "must turn an array of times into finite numbers, one for each"
            problems.append(Problem(key="output", rule=rule, received=received))
            return
        # Numbers are rounded each to its own size: a bend is looked for at that of its neighbours.
        slack = _SLACK * np.maximum(np.abs(yields[1:]), np.abs(yields[:-1]))
        steps = np.diff(yields)
        bends = np.diff(steps) < -np.maximum(slack[1:], slack[:-1])
        if (steps < -slack).any() or bends.any():
            rule = "must be increasing and convex: more time at a stretch is worth more"
            problems.append(Problem(key="output", rule=rule, cure="use t**k with k at least 1"))
        elif not math.isfinite(self.output_rate(1.0)):
            rule = "must have a finite mean over idle periods: it grows too fast"
            problems.append(Problem(key="output", rule=rule, cure="use t**k with k at least 1"))

    @property
    def load(self) -> float:
        """Rho, the share of the time that a server is busy with jobs."""
        return self.arrival_rate_hz / self.service_rate_hz

    @property
    def cross(self) -> float:
        """The factor lambda/(2 (1 - rho)) of x1 x2 in the cost of bunching, in 1/s."""
        return self.arrival_rate_hz / (2 * (1 - self.load))

    @property
    def relaxation_pairs(self) -> float:
        """In how many arrivals a queue forgets its past, about: rho/(1 - sqrt(rho))^2.

        That is the relaxation time of a single queue, 1/(sqrt(mu) - sqrt(lambda))^2 (Cohen, The
        Single Server Queue), doubled as half of the jobs may come two at a time.
        """
        return 2 * self.load / (1 - math.sqrt(self.load)) ** 2

    def cost_s(self, x1: FloatArray, x2: FloatArray) -> FloatArray:
        """Return w: what bunching a pair adds to the mean wait of a job, in seconds."""
        return np.asarray(self.cross * x1 * x2 + (x1 + x2) / 4)

    def wait_s(self, bunching_s: float) -> float:
        """Return W, given E[w 1_B]."""
        return self.load / (self.service_rate_hz * (1 - self.load)) + bunching_s

    def output_rate(self, bunch_probability: float) -> float:
        """Return the baseline output of one server per second.

        The mean over idle periods is by Gauss-Laguerre quadrature, exact for polynomials.
        """
        rate = self.arrival_rate_hz * (2 - bunch_probability) / 2
        nodes, weights = np.polynomial.laguerre.laggauss(64)
        mean = float(weights @ self.output(nodes / rate))
        return (1 - self.load) * rate * mean

    def to_dict(self) -> dict[str, Any]:
        """Return the rates and the name of the output."""
        return {
            "arrival_rate_hz": self.arrival_rate_hz,
            "service_rate_hz": self.service_rate_hz,
            "output": getattr(self.output, "__name__", repr(self.output)),
        }


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What a machine does to the players' pairs.

    Parameters
    ----------
    visibility : float in [0, 1]
        Of Werner pairs.
    readout_error : float in [0, 1/2], or (e0, e1)
        The probability of a wrong outcome, of each router's own; or those to read 1 for 0 and 0 for
        1, the sum at most 1. Players with unequal ones exchange the roles of their outcomes at
        random, each by a coin of its own, so that no server gets more jobs and no order is
        preferred.
    availability : float in [0, 1]
        The probability that a pair is there; without one the players play classically.

    Raises
    ------
    InputError
        With every rule that is broken.

    Examples
    --------
    >>> round(Noise(visibility=0.95, readout_error=0.002).factor, 6)
    0.942415
    >>> round(Noise(visibility=0.95, readout_error=(0.001, 0.003)).factor, 6)
    0.942415
    """

    visibility: float = 1.0
    readout_error: float | tuple[float, float] = 0.0
    availability: float = 1.0

    def __post_init__(self) -> None:
        """Check every number."""
        rules = {
            key: Rule(about=key, limits={"minimum": 0, "maximum": most})
            for key, most in (("visibility", 1), ("readout_error", 0.5), ("availability", 1))
        }
        if isinstance(self.readout_error, tuple | list):
            del rules["readout_error"]
            object.__setattr__(self, "readout_error", tuple(self.readout_error))
            check_fields(self, rules, self._check_readout)
        else:
            check_fields(self, rules)

    def _check_readout(self, _numbers: Mapping[str, float], problems: list[Problem]) -> None:
        """Check both errors, of readouts that are wrong more often for one outcome."""
        errors, rules = self.readout, {key: Rule(about="", limits=PROBABILITY) for key in _READOUT}
        if len(errors) != len(rules):
            received = f"{len(errors)} of them"
            rule = "must be one number, or two: to read 1 for 0, and 0 for 1"
            problems.append(Problem(key="readout_error", rule=rule, received=received))
            return
        table = dict(zip(rules, errors, strict=True))
        numbers = tuple(read_numbers(table, rules, where="", problems=problems).values())
        if len(numbers) == len(rules) and sum(numbers) > 1:
            cure = "exchange the outcomes: such a readout is right more often when it is inverted"
            received = f"{numbers[0]:g} and {numbers[1]:g}"
            rule = "must sum to at most 1"
            problems.append(Problem(key="readout_error", rule=rule, received=received, cure=cure))
        object.__setattr__(self, "readout_error", numbers)

    @property
    def readout(self) -> tuple[float, float]:
        """The probabilities to read 1 for 0, and 0 for 1."""
        error = self.readout_error
        return error if isinstance(error, tuple) else (error, error)

    @property
    def factor(self) -> float:
        """By how much correlators shrink in rounds with a pair: v (1 - e0 - e1)^2."""
        return self.visibility * readout_factor(*self.readout) ** 2

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers by name."""
        return asdict(self)


def _yields(output: Output, times: FloatArray) -> tuple[FloatArray, str]:
    """Return what an output yields, and what is wrong with that: nothing, if it is numbers."""
    try:
        with np.errstate(all="ignore"):
            yields = np.asarray(output(times.copy()))
    except Exception as error:  # whatever the caller's function raises
        return times, f"{type(error).__name__}: {error}"
    if yields.shape != times.shape:
        return times, f"the shape {yields.shape} for {times.shape}"
    if yields.dtype.kind not in "iuf":
        return times, f"{yields.dtype.name} numbers"
    strange = ~np.isfinite(yields)
    if strange.any():
        first = int(strange.argmax())
        return times, f"{yields[first]} for t = {times[first]:g}"
    return yields.astype(np.float64), ""


def _check_load(numbers: Mapping[str, float], problems: list[Problem]) -> None:
    if len(numbers) == 2 and numbers["arrival_rate_hz"] >= numbers["service_rate_hz"]:
        rule = "must be below service_rate_hz, or the queues grow for ever"
        received = "{arrival_rate_hz:g} and {service_rate_hz:g}".format(**numbers)
        problems.append(Problem(key="arrival_rate_hz", rule=rule, received=received))
