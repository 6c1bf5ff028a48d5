"""Exact linear algebra in a real number field: signs, semidefiniteness, linear equations.

The field is Q(t), t a root of an irreducible polynomial f that is known to lie in a rational
interval. Its elements are polynomials in t modulo f, so that zero is recognised exactly; the sign
of any other is that of its values on the interval. sympy does the arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.errors import SolverError

#: An array of elements of a field.
FieldArray = NDArray[Any]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """The kernel of a matrix.

    Attributes
    ----------
    basis : ndarray of field elements, shape (N, r)
    free : list of int
        The r rows where the basis is the unit matrix.
    """

    basis: FieldArray
    free: list[int]


class RealField:
    """The field Q(t) of a real root t of an irreducible polynomial.

    Parameters
    ----------
    polynomial : sequence of int
        The coefficients of f, highest power first; irreducible over the rationals.
    lower, upper : Fraction
        f has different signs at these ends, so that it has a root between them.

    Raises
    ------
    SolverError
        If f is reducible or has the same sign at both ends.

    Examples
    --------
    >>> field = RealField((1, 0, -2), Fraction(14, 10), Fraction(15, 10))
    >>> field.root * field.root == field.element([2])
    True
    >>> field.sign(field.root - field.element([Fraction(4, 3)]))
    1
    """

    def __init__(self, polynomial: Sequence[int], lower: Fraction, upper: Fraction) -> None:
        from sympy import QQ, Poly, Symbol
        from sympy.polys.agca.extensions import FiniteExtension

        modulus = Poly(list(polynomial), Symbol("t"), domain=QQ)
        if not modulus.is_irreducible:
            raise SolverError("the polynomial of a field must be irreducible")
        if _horner(polynomial, lower, lower)[0] * _horner(polynomial, upper, upper)[0] >= 0:
            raise SolverError("the polynomial of a field must change sign on the interval")
        self._extension = FiniteExtension(modulus)
        self._generator = modulus.gen
        self._rational = QQ
        self._lower, self._upper = lower, upper
        #: The root t itself, as an element.
        self.root = self.element([1, 0])
        self.degree = len(polynomial) - 1
        self.polynomial = tuple(polynomial)

    def element(self, coefficients: Sequence[Fraction | int]) -> Any:
        """Return the polynomial in t with these coefficients, highest power first."""
        from sympy import Poly

        entries = [self._rational(entry.numerator, entry.denominator) for entry in coefficients]
        polynomial = Poly(entries, self._generator, domain=self._rational)
        return self._extension.from_sympy(polynomial.as_expr())

    def array(self, numbers: NDArray[Any]) -> FieldArray:
        """Return an array of rational numbers as elements."""
        elements = np.empty(numbers.shape, dtype=object)
        for index, number in np.ndenumerate(numbers):
            elements[index] = self.element([number])
        return elements

    def interval(self, element: Any) -> tuple[Fraction, Fraction]:
        """Return rational numbers between which the element lies."""
        coefficients = [
            Fraction(int(entry.numerator), int(entry.denominator))
            for entry in element.rep.to_list()
        ]
        return _horner(coefficients, self._lower, self._upper)

    def sign(self, element: Any) -> int:
        """Return the sign of an element: -1, 0 or 1.

        Raises
        ------
        SolverError
            If the interval of the root is too wide to tell.
        """
        if not element:
            return 0
        lower, upper = self.interval(element)
        if lower <= 0 <= upper:
            raise SolverError("the interval of the root is too wide to tell a sign")
        return 1 if lower > 0 else -1


def kernel_if_semidefinite(field: RealField, symmetric: FieldArray) -> Kernel | None:
    """Return the kernel of a positive semidefinite matrix, None for any other.

    Parameters
    ----------
    field : RealField
    symmetric : ndarray of field elements, shape (N, N)

    Returns
    -------
    Kernel or None

    Examples
    --------
    >>> field = RealField((1, 0, -2), Fraction(14, 10), Fraction(15, 10))
    >>> root, two, one = field.root, field.element([2]), field.element([1])
    >>> kernel_if_semidefinite(field, np.array([[two, root], [root, one]])).free
    [1]
    >>> kernel_if_semidefinite(field, np.array([[one, root], [root, one]])) is None
    True
    """
    rest, size = symmetric.copy(), len(symmetric)
    pivots: list[int] = []
    for pivot in range(size):
        # Gauss and Jordan: the diagonal below holds the Schur complement of the pivots so far.
        sign = field.sign(rest[pivot, pivot])
        if sign < 0:
            return None
        if sign > 0:
            _eliminate(rest, pivot, pivot)
            pivots.append(pivot)
    free = [index for index in range(size) if index not in pivots]
    if any(bool(element) for element in rest[np.ix_(free, free)].ravel()):
        return None
    basis = field.array(np.zeros((size, len(free)), dtype=int).astype(object))
    basis[free] = field.array(np.eye(len(free), dtype=int).astype(object))
    basis[pivots] = -rest[np.ix_(pivots, free)]
    return Kernel(basis=basis, free=free)


def solve_near(
    field: RealField, equations: FieldArray, right: FieldArray, near: FloatArray
) -> FieldArray | None:
    """Return an exact solution of linear equations close to an approximate one.

    Parameters
    ----------
    field : RealField
    equations, right : ndarrays of field elements, shapes (e, u) and (e,)
    near : ndarray of float, shape (u,)
        Unknowns that the equations leave free take these values, to some nine digits.

    Returns
    -------
    ndarray of field elements, shape (u,), or None
        None if there is no solution.

    Examples
    --------
    >>> field = RealField((1, 0, -2), Fraction(14, 10), Fraction(15, 10))
    >>> equations = field.array(np.array([[1, 1]], dtype=object))
    >>> found = solve_near(field, equations, np.array([field.root]), np.array([9, 0.5]))
    >>> found[0] == field.element([1, Fraction(-1, 2)])
    True
    """
    unknowns = equations.shape[1]
    rows = np.concatenate([equations, right[:, None]], axis=1)
    solved: list[tuple[int, int]] = []
    for column in range(unknowns):
        taken = {row for row, _ in solved}
        row = next((r for r in range(len(rows)) if r not in taken and rows[r, column]), None)
        if row is not None:
            _eliminate(rows, row, column)
            solved.append((row, column))
    taken = {row for row, _ in solved}
    if any(rows[row, -1] for row in range(len(rows)) if row not in taken):
        return None
    rounded = [Fraction(round(float(number) * 2**30), 2**30) for number in near]
    solution = field.array(np.array(rounded, dtype=object))
    free = [column for column in range(unknowns) if column not in {c for _, c in solved}]
    for row, column in solved:
        known = sum((rows[row, c] * solution[c] for c in free), field.element([0]))
        solution[column] = rows[row, -1] - known
    return solution


def _eliminate(rows: FieldArray, pivot: int, column: int) -> None:
    """Make the column a unit vector with its 1 in the pivot row, in place."""
    rows[pivot] = rows[pivot] / rows[pivot, column]
    for row in range(len(rows)):
        if row != pivot and rows[row, column]:
            rows[row] = rows[row] - rows[pivot] * rows[row, column]


def _horner(
    coefficients: Sequence[Fraction | int], lower: Fraction, upper: Fraction
) -> tuple[Fraction, Fraction]:
    """Return bounds on the values of a polynomial on an interval."""
    low = high = Fraction(0)
    for coefficient in coefficients:
        ends = [a * b for a in (low, high) for b in (lower, upper)]
        low, high = min(ends) + coefficient, max(ends) + coefficient
    return low, high
