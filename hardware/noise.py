"""How imperfect pairs and readout shrink the correlators, each formula in one place.

A Werner pair  v |Phi+><Phi+| + (1 - v) 1/4  has fidelity F = (1 + 3 v)/4; its correlators are v
times the ideal ones, v = 1 - 4 (1 - F)/3. A readout that gives 1 for 0 with probability e0 and 0
for 1 with probability e1 multiplies an observable by h = 1 - e0 - e1 and adds e1 - e0; when each
party exchanges the roles of its outcomes at random, and privately, the added part averages out.
Together

    combined infidelity = 1 - v h_A h_B,

the fraction by which every correlator, and so the bias, is reduced: bias = (1 - combined) Q.
References: arXiv:2604.07451 (combined infidelity, memory, lifetime threshold, as reported for it).
"""

import math
from collections.abc import Iterable

LIGHT_SPEED_M_PER_S = 299_792_458.0


def werner_visibility(state_infidelity: float) -> float:
    """Return v = 1 - 4 eps/3 of a Werner pair of infidelity eps in [0, 3/4].

    Examples
    --------
    >>> round(werner_visibility(0.04), 6)
    0.946667
    """
    return 1 - 4 * state_infidelity / 3


def readout_factor(e0: float, e1: float) -> float:
    """Return h = 1 - e0 - e1, by which a readout error shrinks an observable."""
    return 1 - e0 - e1


def combined_infidelity(state_infidelity: float, readout: float) -> float:
    """Return 1 - v h_A h_B, where `readout` is the product h_A h_B of both parties' factors.

    Examples
    --------
    >>> round(combined_infidelity(0.04, readout_factor(0.002, 0.002) ** 2), 8)
    0.06089152
    """
    return 1 - werner_visibility(state_infidelity) * readout


def memory_infidelity(storage_s: float, lifetime_s: float) -> float:
    """Return 2 (1 - exp(-t/T)), the paper's conservative infidelity of a stored pair.

    It is added to the infidelity of the pair before storage. Dephasing of both qubits alone gives
    (1 - exp(-2 t/T2))/2, for short times about half of it.
    """
    return -2 * math.expm1(-storage_s / lifetime_s)


def lifetime_threshold_s(
    storage_s: float, state_infidelity: float, readout: float, infidelity_max: float
) -> float | None:
    """Return the memory lifetime at which the combined infidelity just reaches its limit.

        T = -t / ln(1 - (3/8) [1 - 4 eps/3 - (1 - infidelity_max)/(h_A h_B)])

    Parameters
    ----------
    storage_s : float
        How long a pair is stored.
    state_infidelity : float
        Of the pair before storage.
    readout : float
        The product h_A h_B.
    infidelity_max : float
        The largest combined infidelity allowed.

    Returns
    -------
    float, or None if the limit is exceeded even without storage errors: no lifetime is enough.
    """
    if readout <= 0:
        return None
    spare = werner_visibility(state_infidelity) - (1 - infidelity_max) / readout
    if spare <= 0:
        return None
    return -storage_s / math.log1p(-3 / 8 * spare)


def dephasing_lifetime_threshold_s(
    storage_s: float, fidelity: float, partner: float, fidelity_min: float
) -> float | None:
    """Return the memory lifetime T2 at which dephasing alone brings a pair to a fidelity.

    A stored pair keeps the sum of the weights of Phi+ and Phi-, and their difference shrinks by
    exp(-2 t/T2).

    Parameters
    ----------
    storage_s : float
        How long a pair is stored, both qubits.
    fidelity, partner : float
        The weights of Phi+ and Phi- before storage.
    fidelity_min : float
        The smallest fidelity allowed.

    Returns
    -------
    float, or None if no lifetime is enough. 0.0: no lifetime is too short.

    Examples
    --------
    >>> round(dephasing_lifetime_threshold_s(240e-6, 0.96, 0.03, 0.78) * 1e3, 3)
    0.98
    """
    if fidelity <= fidelity_min:
        return None
    if fidelity <= partner:
        return 0.0  # nothing is left that could be lost
    left = (2 * fidelity_min - fidelity - partner) / (fidelity - partner)
    return -2 * storage_s / math.log(left) if left > 0 else 0.0


def error_budget(
    pair: Iterable[tuple[str, float]], factor_a: float, factor_b: float
) -> tuple[tuple[str, float], ...]:
    """Return what each cause takes from the correlators, in the order in which it acts.

    Parameters
    ----------
    pair : iterable of (str, float)
        What each cause takes of the pair's fidelity; their sum is its infidelity.
    factor_a, factor_b : float
        The parties' readout factors.

    Returns
    -------
    tuple of (str, float)
        Each entry is the loss of what the causes before it have left, so that the entries sum to
        the combined infidelity exactly (to rounding, 1e-15).

    Examples
    --------
    >>> budget = error_budget([("pair generation", 0.03), ("storage", 0.01)], 0.996, 0.996)
    >>> [(cause, round(part, 6)) for cause, part in budget[:2]]
    [('pair generation', 0.04), ('storage', 0.013333)]
    >>> round(sum(part for _, part in budget), 8)
    0.06089152
    """
    causes = tuple(pair)
    left = werner_visibility(sum(part for _, part in causes))
    return (
        *((cause, 4 * part / 3) for cause, part in causes),
        ("readout at Alice", left * (1 - factor_a)),
        ("readout at Bob", left * factor_a * (1 - factor_b)),
    )
