"""The Tsirelson bias as an exact number: proved, recognised but not proved, or an interval.

Two inputs a side: the closed form. Otherwise let A be the game matrix times `scale`, in integers
without a common factor, and q its Tsirelson bias, an algebraic number.

1. Vectors and multipliers to 192 digits (`high_precision`).
2. An integer relation between the powers of q gives its minimal polynomial (`integer_relation`).
3. Proof in the field Q(q) (`number_field`): multipliers l in the field with sum l = 2 q for which
   S = diag(l) - K is positive semidefinite show that no bias is larger than q. Unit vectors with
   S W = 0 reach it. Their inner products are X = B Y B^T with B a basis of the kernel of S, and Y
   solves linear equations, X_ii = 1, and is positive semidefinite. All of this is decided exactly.

Nothing is recognised or proved outside the proven bracket that the caller hands over.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.draws import generator
from xorgames.errors import SolverError, expect
from xorgames.exact import FractionArray
from xorgames.game import XORGame
from xorgames.solvers.closed_form import two_by_two
from xorgames.solvers.high_precision import BITS, Optimum, optimum
from xorgames.solvers.integer_relation import evaluate, integer_relation, minimal_polynomial
from xorgames.solvers.number_field import (
    FieldArray,
    Kernel,
    RealField,
    kernel_if_semidefinite,
    solve_near,
)

FloatArray = NDArray[np.float64]
IntegerArray = NDArray[Any]

#: A root is enclosed by this much on either side.
_MARGIN = Fraction(1, 2**256)

#: Digits of a multiplier in powers of the root; a wrong one would fail the proof.
_FIELD_DIGITS = 140

#: Beyond these sizes no relation that could be accepted is to be expected, or the proof is long.
_MAX_INPUTS = 20
_MAX_ENTRY = 10**6


class Grade(StrEnum):
    """How much is known about the exact form of a number."""

    PROVED = "proved"
    RECOGNISED = "recognised"
    INTERVAL = "interval"


@dataclass(frozen=True, kw_only=True)
class ExactForm:
    """The Tsirelson bias, as exactly as it is known.

    Attributes
    ----------
    grade : Grade
        proved: the expression is the bias. recognised: it agrees with the bias to more than a
        hundred digits, which is no proof. interval: only the bracket is known.
    expression : str
        In radicals where there are short ones, else as a root; the bracket for an interval.
    polynomial : tuple of int or None
        The minimal polynomial of `scale` times the bias, highest power first.
    scale : Fraction
        What makes the game matrix integer, without a common factor.
    bias : Bound
        A proven bracket: the one handed over, narrowed where a proof allows it.
    """

    grade: Grade
    expression: str
    polynomial: tuple[int, ...] | None
    scale: Fraction
    bias: Bound

    def to_dict(self) -> dict[str, Any]:
        """Return the form by name; a fraction as text."""
        return {
            "grade": str(self.grade),
            "expression": self.expression,
            "polynomial": None if self.polynomial is None else list(self.polynomial),
            "scale": str(self.scale),
            "bias": self.bias.to_dict(),
        }


def exact_value(game: XORGame, bias: Bound, *, rng: int | np.random.Generator = 0) -> ExactForm:
    """Return the exact form of the Tsirelson bias of a small game, with its grade.

    Parameters
    ----------
    game : XORGame
        Beyond 20 inputs, those without weight not counted, the answer is the interval.
    bias : Bound
        A proven bracket on the Tsirelson bias, as `solve` returns it: one that is known to be a
        fraction is taken at its word.
    rng : int or numpy.random.Generator
        For a starting point; neither proofs nor relations depend on it.

    Raises
    ------
    InputError
        If there is no game or no bracket.
    InconsistencyError
        If the bracket does not hold a value that is proved.

    Examples
    --------
    >>> from xorgames.catalog import chsh, odd_cycle
    >>> print(exact_value(chsh(), Bound(0.7, 0.71)).expression)
    sqrt(2)/2
    >>> triangle = exact_value(odd_cycle(3), Bound(0.86, 0.87))
    >>> triangle.grade, triangle.expression, triangle.polynomial, triangle.scale
    (<Grade.PROVED: 'proved'>, 'sqrt(3)/2', (1, 0, -27), Fraction(6, 1))
    """
    expect(game, XORGame, key="game", cure="load_game reads a file, catalog.parse a name")
    expect(bias, Bound, key="bias", cure="take solve(game).quantum.bias")
    integers, scale = _integers(game.exact_matrix)
    squared = _rational_square(integers, scale, bias)
    if squared is not None:
        return _proved(*_square_root(squared * scale**2), scale, bias)
    found = _recognise(integers, generator(rng))
    if found is None or not bias.lower <= found.root / scale <= bias.upper:
        return ExactForm(
            grade=Grade.INTERVAL, expression=str(bias), polynomial=None, scale=scale, bias=bias
        )
    if _is_proved(integers, found):
        return _proved(found.polynomial, found.root, scale, bias)
    return ExactForm(
        grade=Grade.RECOGNISED,
        expression=_expression(found.polynomial, found.root, scale),
        polynomial=found.polynomial,
        scale=scale,
        bias=bias,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Recognised:
    optimum: Optimum
    root: Fraction
    polynomial: tuple[int, ...]


def _integers(exact_matrix: FractionArray) -> tuple[IntegerArray, Fraction]:
    """Return the matrix without zero rows and columns in coprime integers, and the factor."""
    asked = exact_matrix[np.ix_(exact_matrix.any(axis=1), exact_matrix.any(axis=0))]
    entries: list[Fraction] = asked.ravel().tolist()
    denominator = math.lcm(*(entry.denominator for entry in entries))
    divisor = math.gcd(*(int(entry * denominator) for entry in entries))
    scale = Fraction(denominator, divisor or 1)
    integers = np.array([int(entry * scale) for entry in entries], dtype=object)
    return integers.reshape(asked.shape), scale


def _rational_square(integers: IntegerArray, scale: Fraction, bias: Bound) -> Fraction | None:
    """Return the square of the bias where it is known to be rational."""
    if bias.fraction is not None:
        return bias.fraction**2
    if integers.size == 0:
        return Fraction(0)
    if integers.shape == (2, 2):
        return two_by_two(integers * Fraction(1)).quantum_squared / scale**2
    return None


def _square_root(squared: Fraction) -> tuple[tuple[int, ...], Fraction]:
    """Return the minimal polynomial of the square root of a rational number, and the root."""
    whole = Fraction(math.isqrt(squared.numerator), math.isqrt(squared.denominator))
    if whole**2 == squared:
        return (whole.denominator, -whole.numerator), whole
    unit = 2**BITS
    root = Fraction(math.isqrt(math.floor(squared * unit**2)), unit)
    return (squared.denominator, 0, -squared.numerator), root


def _recognise(integers: IntegerArray, rng: np.random.Generator) -> _Recognised | None:
    """Return the optimum and the minimal polynomial of its bias, if that is short."""
    if sum(integers.shape) > _MAX_INPUTS or abs(integers).max() > _MAX_ENTRY:
        return None
    try:
        found = optimum(integers, rng=rng)
    except SolverError:
        return None
    root = Fraction(int(sum(found.multipliers)), 2 ** (BITS + 1))
    polynomial = minimal_polynomial(root)
    if polynomial is None:
        return None
    return _Recognised(optimum=found, root=root, polynomial=polynomial)


def _proved(polynomial: tuple[int, ...], root: Fraction, scale: Fraction, bias: Bound) -> ExactForm:
    """Return the form of a bias that is proved, in the narrowest bracket of doubles."""
    if len(polynomial) == 2:
        narrow = Bound.exact(Fraction(-polynomial[1], polynomial[0]) / scale)
    else:
        ends = [Bound.exact((root + sign * _MARGIN) / scale) for sign in (-1, 1)]
        narrow = Bound(ends[0].lower, ends[1].upper)
    common = bias.intersect(narrow)
    return ExactForm(
        grade=Grade.PROVED,
        expression=_expression(polynomial, root, scale),
        polynomial=polynomial,
        scale=scale,
        bias=common if narrow.fraction is None else narrow,
    )


def _is_proved(integers: IntegerArray, found: _Recognised) -> bool:
    """Say whether the root is proved to be the Tsirelson bias of the integers."""
    try:
        field = RealField(found.polynomial, found.root - _MARGIN, found.root + _MARGIN)
        multipliers = _in_field(field, found)
        if multipliers is None or sum(multipliers, field.element([0])) != 2 * field.root:
            return False
        m, n = integers.shape
        slack = field.array(np.zeros((m + n, m + n), dtype=int).astype(object))
        slack[:m, m:] = field.array(-integers)
        slack[m:, :m] = slack[:m, m:].T
        np.fill_diagonal(slack, multipliers)
        kernel = kernel_if_semidefinite(field, slack)
        return kernel is not None and _is_reached(field, kernel, found.optimum.gram)
    except SolverError:
        return False


def _in_field(field: RealField, found: _Recognised) -> FieldArray | None:
    """Return the multipliers as elements of the field, None if a short relation is missing.

    Times f'(t), an algebraic integer of the field has integer coordinates (Euler), where f is
    monic. Where f is even, multipliers are odd in t: they change sign with the bias.
    """
    slope = [c * (field.degree - i) for i, c in enumerate(field.polynomial[:-1])]
    step = 1 if any(field.polynomial[1::2]) else 2
    exponents = range(field.degree - step, -1, -step)
    powers = [found.root**exponent for exponent in exponents]
    known: dict[int, Any] = {}
    elements = []
    for multiplier in found.optimum.multipliers.tolist():
        rounded = multiplier >> (BITS // 2)
        if rounded not in known:
            number = Fraction(multiplier, 2**BITS) * evaluate(slope, found.root)
            relation = integer_relation([number, *powers], digits=_FIELD_DIGITS)
            if relation is None or relation[0] == 0:
                return None
            coefficients = [Fraction(0)] * field.degree
            for exponent, c in zip(exponents, relation[1:], strict=True):
                coefficients[field.degree - 1 - exponent] = Fraction(-c, relation[0])
            known[rounded] = field.element(coefficients) / field.element(slope)
        elements.append(known[rounded])
    return np.array(elements, dtype=object)


def _is_reached(field: RealField, kernel: Kernel, gram: FloatArray) -> bool:
    """Say whether unit vectors with inner products B Y B^T are proved to exist."""
    rank = len(kernel.free)
    if rank == 0:
        return False
    above = np.triu_indices(rank, k=1)
    pivots = [row for row in range(len(kernel.basis)) if row not in kernel.free]
    rows = kernel.basis[pivots]
    equations = rows[:, above[0]] * rows[:, above[1]]
    right = (1 - (rows * rows).sum(axis=1)) / 2
    near = gram[np.ix_(kernel.free, kernel.free)][above]
    products = solve_near(field, equations, right, near)
    if products is None:
        return False
    inner = field.array(np.eye(rank, dtype=int).astype(object))
    inner[above] = products
    inner.T[above] = products
    return kernel_if_semidefinite(field, inner) is not None


def _expression(polynomial: Sequence[int], root: Fraction, scale: Fraction) -> str:
    """Write the root divided by the scale in radicals where they are short, else describe it."""
    from sympy import Poly, Rational, Symbol, radsimp, roots

    modulus = Poly(polynomial, Symbol("x"))
    radicals = roots(modulus, cubics=False, quartics=False)
    if len(radicals) == modulus.degree() <= 4:
        nearest = min(radicals, key=lambda radical: abs(radical.evalf(50) - Rational(str(root))))
        return str(radsimp(nearest / Rational(str(scale))))
    divided = "" if scale == 1 else f", divided by {scale}"
    return f"root of {modulus.as_expr()} near {float(root):.12g}{divided}"
