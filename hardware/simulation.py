"""Simulate two time-multiplexed nodes event by event: attempts, heralds, stored pairs, decisions.

The model.

- An attempt starts as soon as its channel and an atom are free; the atom that has been free for the
  longest time is next. It occupies the channel for tau_e. With probability p it succeeds.
- The herald, of success or failure, arrives tau_link after the attempt, plus the jitter.
- hold "always", the formulas' assumption: every attempt holds its atom for tau_occ, whatever its
  outcome, and pairs wait in places of their own. hold "as-needed": a failed attempt frees its atom
  tau_res after the herald of its failure; a pair waits in its atom until it is used (free
  tau_dec + tau_res later) or lost (free tau_res later).
- A decision takes a pair at once or does without: it never waits. Without a `Demand` every pair is
  used as soon as it is heralded, and the rate of pairs is the only question.
- A link that drops is up and down for exponential times; what counts is its state when the attempt
  starts.

Every attempt is drawn: nothing is skipped or approximated. What the formulas of `schedule` and
`pair_store` leave out - jitter, bursts, drops, atoms that queue for the channel, pairs that come in
the rhythm of the attempts - is therefore in the result.

The run. It starts without pairs and with evenly spread atoms, and warms up for one window, at least
ten occupancies, which is not counted. Each of the windows that follow draws from a random stream of
its own; `Simulated.errors_hold` says whether they are long enough for the standard errors. However
long a run is, it needs the same few megabytes. Runs of different seeds are independent, and their
results add up: to go on with an interrupted run, add one of another seed.
"""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import expect, reject
from xorgames.hardware.design import Design
from xorgames.hardware.estimate import Estimate, FloatArray
from xorgames.hardware.parameters import POSITIVE, checked_number
from xorgames.hardware.schedule import Node, check_choice
from xorgames.hardware.simulation_model import (
    BINS,
    COLUMNS,
    HOLDS,
    Demand,
    Faults,
    Model,
    State,
    first_state,
    model_of,
)
from xorgames.hardware.simulation_result import Simulated
from xorgames.solvers.workers import Progress, load_undisturbed

__all__ = ["Demand", "Estimate", "Faults", "Node", "Simulated", "simulate_node"]

_KERNEL = "xorgames.hardware.simulation_kernel"
#: Enough for a standard error that is itself known to an eighth, 1/sqrt(2 (n - 1)).
_WINDOWS = 32
_WARM_UP_OCCUPANCIES = 10
#: Events between two looks at Ctrl-C: some tenths of a second.
_PIECE_EVENTS = 2_000_000
#: About two days.
_MOST_EVENTS = 1e12
#: The warm-up and two windows: fewer have no standard error.
_FEWEST = 3


def simulate_node(
    node: Node | Design,
    *,
    duration_s: float = 1.0,
    demand: Demand | None = None,
    faults: Faults | None = None,
    hold: str = "always",
    rng: int | np.random.SeedSequence | np.random.Generator = 0,
    progress: Progress | None = None,
) -> Simulated:
    """Simulate a machine event by event.

    Parameters
    ----------
    node : Node or Design
        A design is taken at its own distance in its first profile; `Node.of` chooses others.
    duration_s : float
        The time to simulate, without the warm-up.
    demand : Demand, optional
        The decisions, and the store; by default every pair is used at once.
    faults : Faults, optional
        None by default.
    hold : {"always", "as-needed"}
        How long an attempt holds its atom; see the head of this module.
    rng : int, SeedSequence or Generator
    progress : callable, optional
        Called with (done, total) from time to time.

    Returns
    -------
    Simulated
        Ctrl-C ends the run early: the result of the windows that are complete, marked. Before two
        of them are, there is none, and the interrupt goes on.

    Raises
    ------
    InputError
        If an argument is wrong, or the run would never end.

    Examples
    --------
    >>> from xorgames.hardware.design import load_design
    >>> node = Node.of(load_design("yb_cavity"), profile="displayed")
    >>> run = simulate_node(node, duration_s=0.1, demand=Demand(rate_hz=8e3, places=4))
    >>> abs(run.rate_hz.errors_from(node.rate_hz)) < 3
    True
    >>> run.heralded == run.used + run.lost + run.store_growth
    True
    """
    if isinstance(node, Design):
        node = Node.of(node)
    expect(node, Node, key="node", cure="give a Design, or a Node of your own numbers")
    expect(demand, (Demand, type(None)), key="demand")
    expect(faults, (Faults, type(None)), key="faults")
    faults = Faults() if faults is None else faults
    check_choice(hold, HOLDS, "hold")
    duration_s = checked_number("duration_s", duration_s, POSITIVE)
    window_s = duration_s / _WINDOWS
    warm_up_s = max(window_s, _WARM_UP_OCCUPANCIES * node.occupancy_time_s)
    lengths_s = [warm_up_s] + [window_s] * _WINDOWS
    pieces = _pieces(lengths_s, _events_hz(node, demand, faults))
    streams = _streams(rng, len(lengths_s))
    state = first_state(node, demand, faults, streams[0])
    model = model_of(node, demand, faults, hold)
    counted = _run(
        model, state, zip(lengths_s, pieces, streams, strict=True), sum(pieces), progress
    )
    return Simulated(
        node=node,
        demand=demand,
        faults=faults,
        hold=hold,
        windows=np.array([tally for tally, _ in counted[1:]]),
        age_counts=np.sum([ages for _, ages in counted[1:]], axis=0),
        interrupted=len(counted) < len(lengths_s),
    )


def _run(
    model: Model,
    state: State,
    windows: Iterable[tuple[float, int, np.random.Generator]],
    total: int,
    progress: Progress | None,
) -> list[tuple[FloatArray, NDArray[np.int64]]]:
    """Return what was counted in each complete window: its length, pieces and stream are given."""
    run = load_undisturbed(_KERNEL).run
    counted: list[tuple[FloatArray, NDArray[np.int64]]] = []
    done = 0
    try:
        for length_s, pieces, stream in windows:
            tally, ages = np.zeros(len(COLUMNS)), np.zeros(BINS, np.int64)
            for _ in range(pieces):
                run(model, state, length_s / pieces, tally, ages, stream)
                done += 1
                if progress is not None:
                    progress(done, total)
            counted.append((tally, ages))
    except KeyboardInterrupt:
        if len(counted) < _FEWEST:
            raise
    return counted


def _events_hz(node: Node, demand: Demand | None, faults: Faults) -> float:
    """Return no less than the events in a second: attempts, heralds, decisions, drops."""
    attempts = node.channels * min(1 / node.trial_time_s, node.atoms / node.failed_time_s)
    drops = 0.0
    if faults.mean_up_s is not None and faults.mean_down_s is not None:
        drops = 2 / (faults.mean_up_s + faults.mean_down_s)
    return attempts * (1 + node.success_probability) + drops + (demand.rate_hz if demand else 0.0)


def _pieces(lengths_s: list[float], events_hz: float) -> list[int]:
    """Return into how many pieces each length is cut."""
    events = sum(lengths_s) * events_hz
    if events > _MOST_EVENTS:
        rule = f"must not take more than {_MOST_EVENTS:g} events"
        cure = "simulate for a shorter time; runs of different seeds add up"
        reject("duration_s", rule, received=f"about {events:.2g} events", cure=cure)
    return [max(1, math.ceil(length_s * events_hz / _PIECE_EVENTS)) for length_s in lengths_s]


def _streams(
    rng: int | np.random.SeedSequence | np.random.Generator, number: int
) -> list[np.random.Generator]:
    """Return independent random streams."""
    if isinstance(rng, np.random.Generator):
        return rng.spawn(number)
    whole = isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0
    if not (whole or isinstance(rng, np.random.SeedSequence)):
        rule = "must be a whole number, 0 or more, a SeedSequence or a Generator"
        reject("rng", rule, received=repr(rng))
    return np.random.default_rng(rng).spawn(number)
