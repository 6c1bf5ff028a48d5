"""The compiled kernel of two first-come-first-served queues with a baseline task.

Jobs come in pairs, each job to one of the servers. A server's wait is its unfinished work; two jobs
of a pair at one server stand one behind the other. Time without work goes to the baseline task,
which every arrival interrupts: the kernel notes how long each such time was.
"""

# mypy: disable-error-code="no-untyped-def"

from xorgames.solvers.compiled import compiled


@compiled
def serve(gaps, services, servers, first, state, idle):  # noqa: ANN001, ANN201
    """Serve pairs in the order of their arrival.

    Parameters
    ----------
    gaps : ndarray of float, shape (k,)
        Time since the pair before.
    services : ndarray of float, shape (2, k)
        Service times of Alice's and Bob's jobs.
    servers : ndarray of int8, shape (2, k)
        Where each job goes, 0 or 1.
    first : ndarray of int8, shape (k,)
        Whose job is served first where both go to one server.
    state : ndarray of float, shape (2, 2)
        Unfinished work and time without work so far, by server; updated.
    idle : ndarray of float, shape (2 k,)
        Receives the times that the baseline task had without interruption.

    Returns
    -------
    (wait, bunched, periods)
        The sum of all waits, how many pairs went to one server, and how many times were noted.
    """
    wait, bunched, periods = 0.0, 0, 0
    for i in range(len(gaps)):
        for server in range(2):
            left = state[0, server] - gaps[i]
            if left <= 0.0:
                state[1, server] -= left
                left = 0.0
            state[0, server] = left
        bunched += servers[0, i] == servers[1, i]
        for turn in range(2):
            job = first[i] if turn == 0 else 1 - first[i]
            server = servers[job, i]
            if state[1, server] > 0.0:
                idle[periods] = state[1, server]
                state[1, server] = 0.0
                periods += 1
            wait += state[0, server]
            state[0, server] += services[job, i]
    return wait, bunched, periods
