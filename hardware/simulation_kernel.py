"""The compiled event loop of `simulation`: attempts, heralds and decisions in the order of time.

All times are counted from the beginning of the present piece of the run; `run` sets them back when
it ends, so that they keep their precision however long the run is. Atoms of a channel are alike:
all that is kept of the free ones is when each became, or becomes, free.
"""

# mypy: disable-error-code="no-untyped-def"

import numba
import numpy as np

from xorgames.hardware.simulation_model import BINS, BINS_PER_OCTAVE, COLUMNS
from xorgames.solvers.compiled import compiled

(
    _DURATION,
    _ATTEMPTS,
    _IDLE,
    _HERALDED,
    _LOST,
    _DECISIONS,
    _MISSED,
    _AGES,
    _DECAYS,
    _STORED,
    _CHANGE,
    _EMPTY,
) = range(len(COLUMNS))

_ATTEMPT, _HERALD, _DECISION = 0, 1, 2


@numba.njit(nogil=True)
def _push(heap, count, time):  # noqa: ANN001, ANN202
    """Add a time to a heap that has `count` of them."""
    i = count
    while i > 0 and heap[(i - 1) >> 1] > time:
        heap[i] = heap[(i - 1) >> 1]
        i = (i - 1) >> 1
    heap[i] = time


@numba.njit(nogil=True)
def _pop(heap, count):  # noqa: ANN001, ANN202
    """Remove the earliest time of a heap that has `count` of them, and return it."""
    first, last = heap[0], heap[count - 1]
    i, child = 0, 1
    while child < count - 1:
        if child + 1 < count - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= last:
            break
        heap[i] = heap[child]
        i, child = child, 2 * child + 1
    heap[i] = last
    return first


@numba.njit(nogil=True)
def _release(state, channel, time):  # noqa: ANN001, ANN202
    _push(state.free[channel], state.counts[0, channel], time)
    state.counts[0, channel] += 1


@numba.njit(nogil=True)
def _next_event(state):  # noqa: ANN001, ANN202
    """Return what comes next, on which channel, and when."""
    kind, where, when = _DECISION, 0, state.clock[0]
    for channel in range(len(state.ready)):
        if state.counts[1, channel] > 0 and state.pending[channel, 0] < when:
            kind, where, when = _HERALD, channel, state.pending[channel, 0]
        if state.counts[0, channel] > 0:
            start = max(state.free[channel, 0], state.ready[channel])
            if start < when:
                kind, where, when = _ATTEMPT, channel, start
    return kind, where, when


@numba.njit(nogil=True)
def _success_at(model, state, now, rng):  # noqa: ANN001, ANN202
    """Return the probability of success at a time, once the link has changed as often as it has."""
    while state.clock[1] <= now:
        state.up[0] = not state.up[0]
        rate = model.fail_rate if state.up[0] else model.repair_rate
        state.clock[1] += rng.standard_exponential() / rate
    return model.success if state.up[0] else model.success_down


@numba.njit(nogil=True)
def _attempt(model, state, tally, channel, now, rng):  # noqa: ANN001, ANN202
    since = _pop(state.free[channel], state.counts[0, channel])
    state.counts[0, channel] -= 1
    tally[_ATTEMPTS] += 1
    tally[_IDLE] += now - max(since, 0.0)
    state.ready[channel] = now + model.trial
    herald = now + model.trial + model.link
    if model.jitter > 0:
        herald += model.jitter * rng.standard_exponential()
    success = rng.random() < _success_at(model, state, now, rng)
    if success:
        _push(state.pending[channel], state.counts[1, channel], herald)
        state.counts[1, channel] += 1
    if not model.as_needed:
        _release(state, channel, herald + model.decision + model.reset)
    elif not success:
        _release(state, channel, herald + model.reset)


@numba.njit(nogil=True)
def _count_age(model, tally, ages, age):  # noqa: ANN001, ANN202
    tally[_AGES] += age
    tally[_DECAYS] += np.exp(-age * model.ageing_rate)
    place = 0
    if age > 1e-9:
        place = min(int(np.ceil(BINS_PER_OCTAVE * np.log2(age * 1e9))), BINS - 1)
    ages[place] += 1


@numba.njit(nogil=True)
def _change_store(state, tally, now, change):  # noqa: ANN001, ANN202
    """Note how long the store held what it held, and for how long it has been empty if it is."""
    tally[_STORED] += state.ring[1] * (now - state.clock[2])
    tally[_CHANGE] += change
    state.clock[2] = now
    if state.ring[1] == 0:
        tally[_EMPTY] = max(tally[_EMPTY], now - state.clock[3])
    state.ring[1] += change
    if change < 0 and state.ring[1] == 0:
        state.clock[3] = now


@numba.njit(nogil=True)
def _remove_oldest(state):  # noqa: ANN001, ANN202
    """Return the ring's place of the oldest pair, which is the oldest no more."""
    place = state.ring[0]
    state.ring[0] = (place + 1) % len(state.stored)
    return place


@numba.njit(nogil=True)
def _herald(model, state, tally, ages, channel, now):  # noqa: ANN001, ANN202
    _pop(state.pending[channel], state.counts[1, channel])
    state.counts[1, channel] -= 1
    tally[_HERALDED] += 1
    if model.burst == 0:
        tally[_EMPTY] = max(tally[_EMPTY], now - state.clock[3])
        state.clock[3] = now
        _count_age(model, tally, ages, 0.0)
        if model.as_needed:
            _release(state, channel, now + model.decision + model.reset)
        return
    places = len(state.stored)
    if state.ring[1] == places:
        tally[_LOST] += 1
        lost = channel
        if model.newest_first:
            lost = state.home[_remove_oldest(state)]
            _change_store(state, tally, now, 0)
            place = (state.ring[0] + places - 1) % places
            state.stored[place], state.home[place] = now, channel
        if model.as_needed:
            _release(state, lost, now + model.reset)
        return
    place = (state.ring[0] + state.ring[1]) % places
    state.stored[place], state.home[place] = now, channel
    _change_store(state, tally, now, 1)


@numba.njit(nogil=True)
def _decide(model, state, tally, ages, now):  # noqa: ANN001, ANN202
    """Take a pair for each decision of a burst, as long as there are pairs."""
    tally[_DECISIONS] += model.burst
    places = len(state.stored)
    for k in range(model.burst):
        if state.ring[1] == 0:
            tally[_MISSED] += model.burst - k
            return
        if model.newest_first:
            place = (state.ring[0] + state.ring[1] - 1) % places
        else:
            place = _remove_oldest(state)
        _change_store(state, tally, now, -1)
        _count_age(model, tally, ages, now - state.stored[place])
        if model.as_needed:
            _release(state, state.home[place], now + model.decision + model.reset)


@numba.njit(nogil=True)
def _close(state, tally, end):  # noqa: ANN001, ANN202
    """Count what goes on at the end, and set all times back by it."""
    tally[_DURATION] += end
    for channel in range(len(state.ready)):
        for i in range(state.counts[0, channel]):
            tally[_IDLE] += max(0.0, end - max(state.free[channel, i], 0.0))
    _change_store(state, tally, end, 0)
    state.free[:] -= end
    state.pending[:] -= end
    state.ready[:] -= end
    state.stored[:] -= end
    state.clock[:] -= end


@compiled
def run(model, state, end, tally, ages, rng):  # noqa: ANN001, ANN201
    """Simulate until a time, and make that time the new zero.

    Parameters
    ----------
    model : Model
    state : State
    end : float
    tally : ndarray, one number for each of COLUMNS
        Added to.
    ages : ndarray of int64, shape (BINS,)
        Receives the ages of the pairs that are used.
    rng : numpy.random.Generator
    """
    while True:
        kind, channel, now = _next_event(state)
        if now >= end:
            break
        if kind == _ATTEMPT:
            _attempt(model, state, tally, channel, now, rng)
        elif kind == _HERALD:
            _herald(model, state, tally, ages, channel, now)
        else:
            _decide(model, state, tally, ages, now)
            wait = 1.0 if model.periodic else rng.standard_exponential()
            state.clock[0] = now + wait / model.burst_rate
    _close(state, tally, end)
