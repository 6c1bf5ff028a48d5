"""The scenarios that have a name: hft, grid-control, load-balancing.

A text names one with parameters, as for games: "hft:false_positive=0.3,first_fill=0.8". Parameters
are the fields of the scenario or of its market; quantities may carry units ("interval_s=2ms").
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.hardware.conditions import Conditions
from xorgames.scenarios import grid_control
from xorgames.scenarios.engine import prepare, simulate
from xorgames.scenarios.grid_control import GridControl
from xorgames.scenarios.hft import HFT
from xorgames.scenarios.hft_market import Market
from xorgames.scenarios.hft_recorded import RecordedHFT
from xorgames.scenarios.lasting import Effort, Lasting, queue_lasting, scenario_lasting
from xorgames.scenarios.load_balancing_result import load_balancing_goal, simulate_load_balancing
from xorgames.scenarios.players import Machine
from xorgames.scenarios.price_feed import PriceFeed
from xorgames.scenarios.result import ScenarioResult
from xorgames.scenarios.robustness_axes import Setting
from xorgames.scenarios.robustness_points import Sweep, part_of
from xorgames.solvers.workers import Progress

#: NYSE to NASDAQ (arXiv:2407.21723).
EXCHANGES = Conditions(distance_m=56.3e3)

_MARKET = tuple(field.name for field in fields(Market))


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a scenario is played with.

    Attributes
    ----------
    rounds, training : int or None
        None for the usual number.
    machine : Machine or None
    conditions : Conditions
    robustness : Setting or None
        Where given, it is also measured how long the advantage lasts, on `machine` if there is one.
    rng : int
    progress : callable or None
    """

    rounds: int | None = None
    training: int | None = None
    machine: Machine | None = None
    conditions: Conditions = EXCHANGES
    robustness: Setting | None = None
    rng: int = 0
    progress: Progress | None = None


#: What came of a run: the players, and how long the advantage lasts along each axis.
Played = tuple[ScenarioResult, list[Sweep]]


@dataclass(frozen=True, kw_only=True)
class Playing:
    """A scenario with its parameters, ready to be played.

    Attributes
    ----------
    play : callable
    decision_rate_hz : float
        How often it asks the machine for a pair, unless said otherwise.
    """

    play: Callable[[Run], Played]
    decision_rate_hz: float = 1e3

    def __call__(self, run: Run) -> Played:
        """Play it."""
        return self.play(run)


@dataclass(frozen=True, kw_only=True)
class Named:
    """A scenario with a name.

    Attributes
    ----------
    about : str
    parameters : tuple of str
    make : callable
        From parameters by name to what can be played.
    conditions : Conditions
        Where and how fast it is played, unless said otherwise.
    """

    about: str
    parameters: tuple[str, ...]
    make: Callable[[Mapping[str, Any]], Playing]
    conditions: Conditions = EXCHANGES


def parse_scenario(text: str, *, feed: PriceFeed | None = None) -> tuple[Named, Playing]:
    """Return the scenario that a text names, and what plays it.

    Parameters
    ----------
    text : str
        A name, or a name with parameters.
    feed : PriceFeed, optional
        A record in place of the model; for hft only.

    Raises
    ------
    InputError
        If there is no such scenario or parameter, or a value is wrong.

    Examples
    --------
    >>> _, play = parse_scenario("hft:false_positive=0.5,false_negative=0")
    >>> result, _ = play(Run(rounds=10_000, training=10_000))
    >>> result.scenario
    'high-frequency trading'
    """
    name, _, rest = text.partition(":")
    if name not in SCENARIOS:
        reject(
            "SCENARIO", "is not known", received=repr(name), cure=near_name(name, list(SCENARIOS))
        )
    if feed is not None and name != "hft":
        reject("--feed", "must come with hft", received=name)
    known = SCENARIOS[name] if feed is None else _recorded(feed)
    given = _parameters(rest, known.parameters)
    return known, known.make(given)


def _parameters(text: str, known: tuple[str, ...]) -> dict[str, Any]:
    """Return parameters by name: numbers, or texts with a unit."""
    given: dict[str, Any] = {}
    problems = []
    for part in filter(None, text.split(",")):
        key, equals, value = (each.strip() for each in part.partition("="))
        if not (key and equals and value):
            rule = "must be written NAME=VALUE"
            problems.append(Problem(key="SCENARIO", rule=rule, received=repr(part)))
        elif key not in known:
            cure = near_name(key, known)
            problems.append(Problem(key=key, rule="is not a parameter here", cure=cure))
        elif key in given:
            problems.append(Problem(key=key, rule="must be given once", received=value))
        else:
            given[key] = _number(value)
    if problems:
        raise InputError(problems)
    return given


def _number(text: str) -> float | int | str:
    """Return a plain number as such; a text with a unit is read by who knows the unit."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _with_market(given: Mapping[str, Any]) -> dict[str, Any]:
    market = {key: value for key, value in given.items() if key in _MARKET}
    others = {key: value for key, value in given.items() if key not in _MARKET}
    return {"market": Market(**market)} | others


def _trading(scenario: HFT | RecordedHFT) -> Playing:
    return Playing(play=_playing(scenario), decision_rate_hz=1 / scenario.interval_s)


def _playing(scenario: Any) -> Callable[[Run], Played]:
    def play(run: Run) -> Played:
        result = simulate(
            scenario,
            rounds=run.rounds,
            training=run.training,
            machine=run.machine,
            conditions=run.conditions,
            rng=run.rng,
            progress=_half(run, 0),
        )
        if run.robustness is None:
            return result, []
        known = prepare(scenario, rounds=run.training, rng=run.rng)
        effort = _effort(run, run.robustness, result.rounds)
        return _with_lasting(result, scenario_lasting(known, effort))

    return play


def _with_lasting(result: ScenarioResult, lasting: Lasting) -> Played:
    """Return both, with what was left out among the notes."""
    sweeps, left_out = lasting
    return replace(result, notes=(*result.notes, *left_out)), sweeps


def _effort(run: Run, setting: Setting, rounds: int) -> Effort:
    if run.machine is not None:
        setting = replace(setting, machine=run.machine)
    return Effort(setting=setting, rounds=rounds, rng=run.rng + 1, progress=_half(run, 1))


def _half(run: Run, part: int) -> Progress | None:
    """Return the callback for the players, 0, or for the axes, 1."""
    return run.progress if run.robustness is None else part_of(run.progress, part, 2)


def _names(kind: type, *, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.init and each.name not in without)


def _recorded(feed: PriceFeed) -> Named:
    return Named(
        about="two servers that trade the stocks of a record",
        parameters=(*_names(RecordedHFT, without=("feed", "market")), *_MARKET),
        make=lambda given: _trading(RecordedHFT(feed=feed, **_with_market(given))),
    )


def _load_balancing(given: Mapping[str, Any]) -> Playing:
    goal = load_balancing_goal(given)

    def play(run: Run) -> Played:
        if run.training is not None:
            reject("--training", "must not be given for load-balancing: its game is known")
        result = simulate_load_balancing(
            goal, pairs=run.rounds, machine=run.machine, rng=run.rng, progress=_half(run, 0)
        )
        if run.robustness is None:
            return result, []
        effort = _effort(run, run.robustness, result.rounds)
        return _with_lasting(result, queue_lasting(goal, effort))

    return Playing(play=play, decision_rate_hz=goal.model.arrival_rate_hz)


SCENARIOS: Mapping[str, Named] = {
    "hft": Named(
        about="two servers that trade correlated stocks, each with an indicator of its own",
        parameters=(*_names(HFT, without=("market",)), *_MARKET),
        make=lambda given: _trading(HFT(**_with_market(given))),
    ),
    "load-balancing": Named(
        about="two routers that send pairs of jobs to two servers",
        parameters=("arrival_rate_hz", "service_rate_hz", "kappa_s"),
        make=_load_balancing,
        conditions=Conditions(),
    ),
    "grid-control": Named(
        about="two substations that send surges of power through two corridors",
        parameters=_names(GridControl),
        make=lambda given: Playing(play=_playing(GridControl(**given))),
        conditions=grid_control.CONDITIONS,
    ),
}
