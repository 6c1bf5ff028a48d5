"""The axes along which the advantage of routers with a pair is followed, and their limits.

Noise of the machine: as for every game. What else has a meaning for queues:

- a job that is held at its router until a decision waits that long. Who has not decided within the
  local time goes on by the classical rule, having waited for nothing. So the time for a decision
  must be below the local time, as `require` says, and below what the pair is worth in seconds of
  mean wait, if that is less;
- routers that tell each other their service times at the speed of light decide like one mind, and
  hold their jobs until the message is there;
- the mean service time is another than the routers with a pair were made for, or drifts away from
  it: they keep their angles, and meet the best classical routers for what is true. The wrong angles
  take from the bias what an infidelity would; `require` of the true game says how much is allowed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xorgames.hardware.noise import LIGHT_SPEED_M_PER_S
from xorgames.scenarios.load_balancing_routers import Omniscient, Player, Routers, classical
from xorgames.scenarios.players import Machine
from xorgames.scenarios.robustness_axes import (
    STEP_FACTORS,
    Axis,
    Cast,
    Setting,
    local_time_s,
    one_sided_axis,
    pair_rate_axis,
    readout_axis,
    visibility_axis,
)
from xorgames.scenarios.weighted_pairs import Weighted
from xorgames.solvers.solution import Solution

FloatArray = NDArray[np.float64]

#: Where values lie, in units of the way from the assumed mean service time to the limit.
_MEANS = np.array([0.0, 0.5, 0.8, 1.2, 1.5])
_DRIFTS = np.array([0.0, 1.0, 1.5, 2.0, 2.5])
#: In how many equal steps the mean service time drifts.
SLICES = 8
#: How near to a load of 1 queues are played, and limits looked for: of the way from now to there.
_PLAYED, _SEARCHED = 0.8, 0.95
_SHORTEST = 0.05


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Routers for a part of the run.

    Attributes
    ----------
    goal : Weighted
        What is true of the jobs.
    player : Player
    held_s : float
        How long each job is held at its router.
    """

    goal: Weighted
    player: Player
    held_s: float = 0.0

    @property
    def net_s(self) -> float:
        """What a pair of jobs is worth less what it waits, by formula: kappa P(bunch) - W."""
        found = self.player.predict()
        return self.goal.kappa_s * found.bunch_probability - found.wait_s - self.held_s


#: The stages of a run, all of the same length.
Stages = tuple[Stage, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Company:
    """All who route the jobs of one goal.

    Attributes
    ----------
    goal : Weighted
    solution : Solution
        Of its game for service times known to a cell.
    quantum : Routers
    """

    goal: Weighted
    solution: Solution
    quantum: Routers

    @property
    def cells(self) -> int:
        """Into how many cells the routers sort service times."""
        return self.solution.game.shape[0]

    @cached_property
    def rule(self) -> Routers:
        """The best classical routers."""
        return classical(self.goal, cells=self.cells)

    def on(self, machine: Machine, *, held_s: float = 0.0) -> Stages:
        """Return the routers on a machine."""
        player = replace(self.quantum, noise=machine.noise)
        return (Stage(goal=self.goal, player=player, held_s=held_s),)

    def classical(self, *, held_s: float = 0.0) -> Stages:
        """Return the best classical routers, for stages of a run."""
        return (Stage(goal=self.goal, player=self.rule, held_s=held_s),)

    def talking(self, *, held_s: float) -> Stages:
        """Return those who know both service times."""
        return (Stage(goal=self.goal, player=Omniscient(goal=self.goal), held_s=held_s),)

    @property
    def cast(self) -> Cast[Stages]:
        """Those who play the axes of every game."""
        return Cast(solution=self.solution, classical=self.classical(), machine=self.on)

    def elsewhere(self, setting: Setting, mean: float) -> tuple[Stage, Stage]:
        """Return the routers for the assumed jobs, and the best classical ones, for longer jobs.

        Parameters
        ----------
        setting : Setting
        mean : float
            The true mean service time over the assumed one.
        """
        model = self.goal.model
        true = replace(model, service_rate_hz=model.service_rate_hz / mean)
        goal = replace(self.goal, model=true)
        ours = replace(self.quantum, noise=setting.machine.noise)
        theirs = Stage(goal=goal, player=classical(goal, cells=self.cells))
        return Stage(goal=goal, player=_meeting(ours, goal)), theirs

    def last_mean(self, setting: Setting, end: float) -> float | None:
        """Return up to which mean service time, towards an end, the advantage lasts by formula."""
        from scipy.optimize import brentq

        def excess(mean: float) -> float:
            ours, theirs = self.elsewhere(setting, mean)
            return ours.net_s - theirs.net_s

        if not excess(1.0) > 0 > excess(end):
            return None
        return float(brentq(excess, 1.0, end, xtol=1e-4))


def _meeting(routers: Routers, goal: Weighted) -> Routers:
    """Return routers who decide as before, over jobs of another goal."""
    fallback = routers.fallback and _meeting(routers.fallback, goal)
    return replace(routers, goal=goal, fallback=fallback)


def _decision_time(company: Company, setting: Setting) -> Axis[Stages]:
    local_s = local_time_s(company.solution, setting)
    machine, rule = company.on(setting.machine), company.classical()
    limit = min(local_s, max(machine[0].net_s - rule[0].net_s, 0.0))

    def ours(value: float) -> Stages:
        if value >= local_s:
            return company.classical(held_s=local_s)
        return company.on(setting.machine, held_s=value)

    return Axis(
        unit="s",
        about="time for a decision, during which jobs are held",
        values=limit * STEP_FACTORS,
        ours=ours,
        theirs=lambda _: rule,
        required=limit,
        step=limit == local_s,
    )


def _distance(company: Company, setting: Setting) -> Axis[Stages]:
    local_s = local_time_s(company.solution, setting)
    machine, together = company.on(setting.machine), company.talking(held_s=0.0)
    limit = min(local_s, together[0].net_s - machine[0].net_s)

    def theirs(value: float) -> Stages:
        light_s = value / LIGHT_SPEED_M_PER_S
        if light_s >= local_s:
            return company.classical(held_s=local_s)
        return company.talking(held_s=light_s)

    return Axis(
        unit="m",
        about="distance; others talk at the speed of light",
        values=limit * LIGHT_SPEED_M_PER_S * STEP_FACTORS,
        ours=lambda _: machine,
        theirs=theirs,
        required=limit * LIGHT_SPEED_M_PER_S,
        step=limit == local_s,
    )


def _mean_axis(
    company: Company, setting: Setting, about: str, limit: float | None, values: FloatArray
) -> Axis[Stages]:
    return Axis(
        unit="",
        about=about,
        values=np.unique(values),
        ours=lambda mean: company.elsewhere(setting, mean)[:1],
        theirs=lambda mean: company.elsewhere(setting, mean)[1:],
        required=limit,
        step=True,
    )


def _longer_jobs(company: Company, setting: Setting) -> Axis[Stages]:
    room = 1 / company.goal.model.load - 1
    limit = company.last_mean(setting, 1 + _SEARCHED * room)
    reach = (room if limit is None else limit - 1) * _MEANS
    values = 1 + np.minimum(reach, _PLAYED * room)
    about = "mean service time over the assumed one, jobs longer"
    return _mean_axis(company, setting, about, limit, values)


def _shorter_jobs(company: Company, setting: Setting) -> Axis[Stages]:
    limit = company.last_mean(setting, _SHORTEST)
    reach = (1.0 if limit is None else 1 - limit) * _MEANS
    values = np.maximum(1 - reach, _SHORTEST)
    about = "mean service time over the assumed one, jobs shorter"
    return _mean_axis(company, setting, about, limit, values)


def _drift(company: Company, setting: Setting) -> Axis[Stages]:
    room = 1 / company.goal.model.load - 1
    limit = company.last_mean(setting, 1 + _SEARCHED * room)
    reach = (room if limit is None else limit - 1) * _DRIFTS

    def stages(end: float, who: int) -> Stages:
        means = np.linspace(1, end, SLICES).tolist()
        return tuple(company.elsewhere(setting, mean)[who] for mean in means)

    return Axis(
        unit="",
        about="drift of the mean service time within the run, last over first",
        values=np.unique(1 + np.minimum(reach, _PLAYED * room)),
        ours=lambda end: stages(end, 0),
        theirs=lambda end: stages(end, 1),
        required=limit,
        step=True,
        safe=True,
    )


QUEUE_AXES: dict[str, Callable[[Company, Setting], Axis[Stages]]] = {
    "visibility": lambda company, setting: visibility_axis(company.cast, setting),
    "readout_error": lambda company, setting: readout_axis(company.cast, setting),
    "one_sided_error": lambda company, setting: one_sided_axis(company.cast, setting),
    "pair_rate_hz": lambda company, setting: pair_rate_axis(company.cast, setting),
    "decision_time_s": _decision_time,
    "distance_m": _distance,
    "shorter_jobs": _shorter_jobs,
    "longer_jobs": _longer_jobs,
    "service_drift": _drift,
}
