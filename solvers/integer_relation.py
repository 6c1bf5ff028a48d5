"""Integer relations between numbers known to many digits, and the minimal polynomials they give.

PSLQ (Ferguson, Bailey, Arno, doi:10.1090/S0025-5718-99-00995-3, as mpmath has it) looks for
integers c_i, not all zero, with sum c_i x_i = 0. A relation is accepted only if its integers have
few digits in comparison with those that the numbers are known to, so that it is hardly ever a
coincidence; it is no proof.
"""

from collections.abc import Sequence
from fractions import Fraction

from xorgames.solvers.high_precision import BITS

#: Minimal polynomials are sought up to degree 8, and in the square of the number up to 16 of them:
#: with q, -q is a critical value too, so that most of them are even.
_SEARCHES = ((2, 1), (4, 1), (8, 2), (8, 1))
_DIGITS = 100
_TOLERANCE_BITS = BITS - 100


def integer_relation(numbers: Sequence[Fraction], *, digits: int = _DIGITS) -> list[int] | None:
    """Return integers that combine the numbers to zero, or None.

    Parameters
    ----------
    numbers : sequence of Fraction
        Known to 540 bits, relative to the largest. What is less than 2^-540 counts as zero.
    digits : int
        At most so many digits together. Of 100, by chance less than once in 10^50 cases.

    Examples
    --------
    >>> import math
    >>> root = Fraction(math.isqrt(2 << 1400), 1 << 700)
    >>> relation = integer_relation([root * root, root, Fraction(1)])
    >>> [entry * relation[0] for entry in relation]
    [1, 0, -2]
    """
    import mpmath

    zeros = [abs(number) < Fraction(1, 2**_TOLERANCE_BITS) for number in numbers]
    if any(zeros):
        return [int(i == zeros.index(True)) for i in range(len(numbers))]
    with mpmath.workprec(BITS):
        found: list[int] | None = mpmath.pslq(
            [mpmath.mpf(number.numerator) / number.denominator for number in numbers],
            tol=mpmath.mpf(2) ** -_TOLERANCE_BITS,
            maxcoeff=10 ** (digits // len(numbers)),
            maxsteps=10**6,
        )
    return found


def minimal_polynomial(root: Fraction) -> tuple[int, ...] | None:
    """Return the irreducible polynomial over the integers of which a number seems to be a root.

    Parameters
    ----------
    root : Fraction
        The number, to 540 bits.

    Returns
    -------
    tuple of int, or None
        The coefficients, highest power first; None if there is none of degree 8 (16 if even) or
        less with coefficients of at most 100 digits together.

    Examples
    --------
    >>> minimal_polynomial(Fraction(3, 2))
    (2, -3)
    """
    from sympy import Poly, Symbol

    for degree, step in _SEARCHES:
        relation = integer_relation([root ** (step * power) for power in range(degree, -1, -1)])
        if relation is None:
            continue
        terms = {(step * (degree - i),): c for i, c in enumerate(relation)}
        factors = Poly(terms, Symbol("x")).factor_list()[1]
        nearest = min(
            (tuple(map(int, factor.all_coeffs())) for factor, _ in factors),
            key=lambda factor: abs(evaluate(factor, root)),
        )
        return tuple(nearest)
    return None


def evaluate(coefficients: Sequence[int], number: Fraction) -> Fraction:
    """Return the value of a polynomial, highest power first.

    Examples
    --------
    >>> evaluate([1, 0, -2], Fraction(3, 2))
    Fraction(1, 4)
    """
    value = Fraction(0)
    for coefficient in coefficients:
        value = value * number + coefficient
    return value
