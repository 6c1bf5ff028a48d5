"""A certificate in whole numbers: the bracket is two fractions, and nothing was rounded.

With whole numbers u_x, v_y (vectors of lengths at most p and q), a, B, W and a positive unit t, the
smaller side of M as columns,

    sum M_xy u_x . v_y / (p q)  <=  bias  <=  t (sum a_x^2 + sum_yz |G_yz|) / 2
                                              + sum_xy |M_xy - t a_x B_xy|,     G = B^T B + W W^T;

the proof is at the head of `certificate`. What is trusted: whole-number arithmetic. Products of
matrices are cut into slices so short that floating point makes no error in them.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xorgames.bound import Bound
from xorgames.exact import FractionArray
from xorgames.solvers.certificate import FloatArray, Proposal, check_proposal, dual_factors
from xorgames.solvers.integers import ratios

IntArray = NDArray[np.int64]
ObjectArray = NDArray[np.object_]

_BITS = 54
_LARGEST = 2**61


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactCertificate:
    """Whole numbers that prove a bracket on the Tsirelson bias.

    Parameters
    ----------
    exact_matrix : ndarray of Fraction, shape (m, n)
    alice, bob : ndarray of int, shapes (m, r) and (n, r)
        Vectors for the lower end, of any lengths.
    transposed : bool
        Whether, for the upper end, Alice's inputs are the columns: the smaller side is.
    a, b, w : ndarray of int, shapes (m,), (m, n) and (n, k)
        For the upper end.
    unit : Fraction
        What the products of a and B count in.
    """

    exact_matrix: FractionArray
    alice: IntArray
    bob: IntArray
    transposed: bool
    a: IntArray
    b: IntArray
    w: IntArray
    unit: Fraction

    @cached_property
    def lower(self) -> Fraction:
        """What the vectors certainly reach."""
        matrix, denominator = _whole(self.exact_matrix)
        achieved = int((matrix * exact_product(self.alice, self.bob.T)).sum())
        length = _longest(self.alice) * _longest(self.bob)
        return Fraction(max(0, achieved), denominator * max(1, length))

    @cached_property
    def upper(self) -> Fraction:
        """What no strategy exceeds."""
        rows = self.exact_matrix.T if self.transposed else self.exact_matrix
        matrix, denominator = _whole(rows)
        factors = np.concatenate([self.b.T, self.w], axis=1)
        area = int(np.square(self.a.astype(object)).sum())
        area += int(abs(exact_product(factors, factors.T)).sum())
        top, bottom = self.unit.numerator, self.unit.denominator
        fitted = self.a.astype(object)[:, None] * self.b * (denominator * top)
        missed = int(abs(matrix * bottom - fitted).sum())
        return self.unit * area / 2 + Fraction(missed, denominator * bottom)

    @property
    def bound(self) -> Bound:
        """The bracket, its ends rounded outward to doubles."""
        return Bound(Bound.exact(self.lower).lower, Bound.exact(self.upper).upper)


def exact_certificate(matrix: FloatArray | FractionArray, proposal: Proposal) -> ExactCertificate:
    """Turn a proposal into whole numbers.

    Parameters
    ----------
    matrix : ndarray of Fraction or float, shape (m, n)
        A double counts as its exact binary value.
    proposal : Proposal

    Raises
    ------
    SolverError
        If the proposal holds a number that is not finite, or is not of the matrix's shape.

    Examples
    --------
    >>> from xorgames.solvers.lowrank import propose
    >>> chsh = np.array([[Fraction(1, 4), Fraction(1, 4)], [Fraction(1, 4), Fraction(-1, 4)]])
    >>> found = propose(chsh.astype(float), rng=np.random.default_rng(0))
    >>> certificate = exact_certificate(chsh, found)
    >>> certificate.lower**2 < Fraction(1, 2) < certificate.upper**2
    True
    >>> float(certificate.upper - certificate.lower) < 1e-15
    True
    """
    check_proposal(matrix.shape, proposal)
    exact, floats = _fractions(matrix), np.asarray(matrix, dtype=np.float64)
    exponent = int(np.frexp(np.abs(floats).max())[1])
    multipliers = np.concatenate([proposal.alice_multipliers, proposal.bob_multipliers])
    with np.errstate(all="ignore"):
        scaled = np.ldexp(floats, -exponent)
        _, a, _, w = dual_factors(scaled, np.ldexp(multipliers, -exponent))
    transposed = exact.shape[0] < exact.shape[1]
    unit = Fraction(2) ** (exponent - 2 * _BITS)
    whole_a, b = _fit(exact.T if transposed else exact, _rounded(a), unit)
    certificate = ExactCertificate(
        exact_matrix=exact,
        alice=_rounded(_near_one(proposal.strategy.alice)),
        bob=_rounded(_near_one(proposal.strategy.bob)),
        transposed=transposed,
        a=whole_a,
        b=b,
        w=_rounded(w),
        unit=unit,
    )
    if certificate.upper <= abs(exact).sum():
        return certificate
    # Useless multipliers: with zeros throughout the bound is the sum of |M|.
    return replace(certificate, a=0 * whole_a, b=0 * b, w=_rounded(0.0 * w[:, :1]))


def exact_product(left: IntArray, right: IntArray) -> ObjectArray:
    """Return the matrix product of whole numbers below 2^62, without any rounding.

    Examples
    --------
    >>> exact_product(np.array([[2**60, 1]]), np.array([[2**60], [-1]])) == 2**120 - 1
    array([[ True]])
    """
    bits = (53 - left.shape[1].bit_length()) // 2
    product: ObjectArray = np.zeros((left.shape[0], right.shape[1]), dtype=object)
    for i, high in enumerate(_slices(left, bits)):
        for j, low in enumerate(_slices(right, bits)):
            # Below 2^53 in size throughout: the floating-point product makes no error.
            exact = (high @ low).astype(np.int64)
            product += exact.astype(object) << bits * (i + j)
    return product


def _slices(whole: IntArray, bits: int) -> list[FloatArray]:
    """Cut x into slices: x = sum_i s_i 2^(bits i), with |s_i| <= 2^bits."""
    count = -(-int(np.abs(whole).max(initial=1)).bit_length() // bits)
    low = [whole >> bits * i & (1 << bits) - 1 for i in range(count - 1)]
    return [part.astype(np.float64) for part in [*low, whole >> bits * (count - 1)]]


def _fit(exact: FractionArray, a: IntArray, unit: Fraction) -> tuple[IntArray, IntArray]:
    """Return a and the whole B nearest to M = unit a B; rows where B would be huge get zeros."""
    matrix, denominator = _whole(exact)
    divisor = (a.astype(object) * (denominator * unit.numerator))[:, None]
    usable = a > 0
    b: ObjectArray = np.zeros(exact.shape, dtype=object)
    halves = 2 * unit.denominator * matrix[usable] + divisor[usable]
    b[usable] = halves // (2 * divisor[usable])
    usable &= (abs(b) < _LARGEST).all(axis=1)
    return np.where(usable, a, 0), np.where(usable[:, None], b, 0).astype(np.int64)


def _whole(exact: FractionArray) -> tuple[ObjectArray, int]:
    """Return whole numbers and the denominator common to all of them."""
    entries: list[Fraction] = exact.ravel().tolist()
    denominator = math.lcm(*(entry.denominator for entry in entries))
    whole = np.empty(len(entries), dtype=object)
    whole[:] = [entry.numerator * (denominator // entry.denominator) for entry in entries]
    return whole.reshape(exact.shape), denominator


def _fractions(matrix: FloatArray | FractionArray) -> FractionArray:
    flat = np.empty(matrix.size, dtype=object)
    flat[:] = [Fraction(*pair) for pair in zip(*ratios(matrix), strict=True)]
    return flat.reshape(matrix.shape)


def _rounded(array: FloatArray) -> IntArray:
    """Return the nearest multiples of 2^-54; zeros where a number is out of range."""
    whole = np.rint(np.ldexp(array, _BITS))
    return np.where(np.abs(whole) < _LARGEST, whole, 0.0).astype(np.int64)


def _near_one(vectors: FloatArray) -> FloatArray:
    """Scale by a power of two so that the largest entry is about 1."""
    return np.ldexp(vectors, -int(np.frexp(np.abs(vectors).max())[1]))


def _longest(vectors: IntArray) -> int:
    """Return the length of the longest row, rounded up."""
    squares = np.square(vectors.astype(object)).sum(axis=1)
    return math.isqrt(max(0, int(squares.max()) - 1)) + 1
