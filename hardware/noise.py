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


def error_budget(
    state_infidelity: float, dark: float, memory: float, factor_a: float, factor_b: float
) -> tuple[tuple[str, float], ...]:
    """Return what each cause takes from the correlators, in the order in which it acts.

    Each entry is the loss of what the causes before it have left, so that the entries sum to the
    combined infidelity exactly (to rounding, 1e-15).
    """
    left = werner_visibility(state_infidelity + dark + memory)
    return (
        ("pair generation", 4 * state_infidelity / 3),
        ("further false heralds", 4 * dark / 3),
        ("storage", 4 * memory / 3),
        ("readout at Alice", left * (1 - factor_a)),
        ("readout at Bob", left * factor_a * (1 - factor_b)),
    )
