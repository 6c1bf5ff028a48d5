"""The models of Ding and Jiang for sharing pairs: photons sent directly, or kept in memories.

With the parties d apart and the source in the middle, fibre of light speed v_f and attenuation
alpha, news at the speed v_s,

    t_a = (d/2)(1/v_f + 1/v_s)                       one attempt of a memory
    p_s = p_p p_c p_d (10^(-alpha d/20))^2           its success
    r_e = M p_s/t_a                                  pairs a second from M memories

Photons that are sent directly and measured at once need no memory and no herald; each arrives and
clicks with the efficiency eta = p_c p_d 10^(-alpha d/20) (derived here), and a party whose photon
is lost must fall back on a fixed answer.
Reference: arXiv:2407.21723v3; what p_p and p_c stand for there was not available.
"""

from xorgames.hardware.parameters import EFFICIENCY, NOT_NEGATIVE, POSITIVE, check_numbers
from xorgames.hardware.physics.fibre import transmission


def attempt_time(
    distance_m: float, fibre_speed_m_per_s: float, signal_speed_m_per_s: float
) -> float:
    """Return t_a in s.

    Examples
    --------
    >>> round(attempt_time(56.3e3, 2e8, 3e8) * 1e6, 3)
    234.583
    """
    check_numbers(
        POSITIVE,
        distance_m=distance_m,
        fibre_speed_m_per_s=fibre_speed_m_per_s,
        signal_speed_m_per_s=signal_speed_m_per_s,
    )
    return distance_m / 2 * (1 / fibre_speed_m_per_s + 1 / signal_speed_m_per_s)


def success(
    distance_m: float, attenuation_db_per_km: float, *, p_p: float, p_c: float, p_d: float
) -> float:
    """Return p_s: the three probabilities of the model and both halves of the fibre.

    Examples
    --------
    >>> round(success(56.3e3, 0.17, p_p=0.5, p_c=0.5, p_d=0.9), 8)
    0.02483605
    """
    check_numbers(POSITIVE, distance_m=distance_m)
    check_numbers(NOT_NEGATIVE, attenuation_db_per_km=attenuation_db_per_km)
    check_numbers(EFFICIENCY, p_p=p_p, p_c=p_c, p_d=p_d)
    return p_p * p_c * p_d * transmission(attenuation_db_per_km * distance_m / 1e3)


def direct_efficiency(
    distance_m: float, attenuation_db_per_km: float, coupling: float, detector: float
) -> float:
    """Return eta, the probability that a party's photon arrives and clicks.

    Examples
    --------
    >>> round(direct_efficiency(56.3e3, 0.17, 0.5, 0.9), 4)
    0.1495
    """
    check_numbers(POSITIVE, distance_m=distance_m)
    check_numbers(NOT_NEGATIVE, attenuation_db_per_km=attenuation_db_per_km)
    check_numbers(EFFICIENCY, coupling=coupling, detector=detector)
    return coupling * detector * transmission(attenuation_db_per_km * distance_m / 2e3)
