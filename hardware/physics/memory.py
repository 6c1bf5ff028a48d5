"""What a pair loses while it waits, both of its qubits stored for the time t.

    exponential    1/2 (1 - exp(-2 t/T2))          white noise dephases both qubits
    gaussian       1/2 (1 - exp(-2 (t/T2*)^2))     a frequency that differs from shot to shot

Both are probabilities of a phase flip, and the infidelity of a pair that had no other error. For
short times the exponential form is half of the conservative one, `noise.memory_infidelity`.
"""

import math

from xorgames.hardware.parameters import NOT_NEGATIVE, POSITIVE, check_numbers


def exponential(storage_s: float, lifetime_s: float) -> float:
    """Return 1/2 (1 - exp(-2 t/T2)).

    Examples
    --------
    >>> f"{exponential(242.55e-6, 7.9):.4e}"
    '3.0702e-05'
    """
    check_numbers(NOT_NEGATIVE, storage_s=storage_s)
    check_numbers(POSITIVE, lifetime_s=lifetime_s)
    return -math.expm1(-2 * storage_s / lifetime_s) / 2


def gaussian(storage_s: float, lifetime_s: float) -> float:
    """Return 1/2 (1 - exp(-2 (t/T2*)^2)).

    Examples
    --------
    >>> f"{gaussian(242.55e-6, 3.7):.4e}"
    '4.2973e-09'
    """
    check_numbers(NOT_NEGATIVE, storage_s=storage_s)
    check_numbers(POSITIVE, lifetime_s=lifetime_s)
    return -math.expm1(-2 * (storage_s / lifetime_s) ** 2) / 2
