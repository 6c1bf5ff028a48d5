"""Intervals: arithmetic and display never lose the exact result."""

import math
import operator
import re
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xorgames.bound import Bound, Finding
from xorgames.errors import InconsistencyError, InputError

FLOATS = st.floats(-1e100, 1e100)
INTERVALS = st.tuples(FLOATS, FLOATS).map(lambda ends: Bound(min(ends), max(ends)))
FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**9)


def point_in(bound, share):
    """Return an exact number inside the interval."""
    lower, upper = Fraction(bound.lower), Fraction(bound.upper)
    return lower + (upper - lower) * share


def is_divisor(bound):
    """Say whether dividing by the interval is possible and does not overflow."""
    return 0.0 not in bound and min(abs(bound.lower), abs(bound.upper)) > 1e-100


SHARES = st.fractions(0, 1, max_denominator=100)
OPERATIONS = st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv])


@given(operation=OPERATIONS, left=INTERVALS, right=INTERVALS, s=SHARES, t=SHARES)
def test_arithmetic_contains_the_exact_result(operation, left, right, s, t):
    assume(operation is not operator.truediv or is_divisor(right))
    assert operation(point_in(left, s), point_in(right, t)) in operation(left, right)


@given(operation=OPERATIONS, bound=INTERVALS, number=FRACTIONS, share=SHARES)
def test_arithmetic_with_exact_numbers(operation, bound, number, share):
    assume(operation is not operator.truediv or (number and is_divisor(bound)))
    point = point_in(bound, share)
    assert operation(point, number) in operation(bound, number)
    assert operation(number, point) in operation(number, bound)


@given(bound=INTERVALS, share=SHARES)
def test_negation_is_exact(bound, share):
    assert -point_in(bound, share) in -bound
    assert -bound == Bound(-bound.upper, -bound.lower)


@given(number=FRACTIONS)
def test_exact_is_the_narrowest_interval_of_doubles(number):
    bound = Bound.exact(number)
    assert number in bound
    if bound.lower < bound.upper:
        assert math.nextafter(bound.lower, math.inf) == bound.upper
        assert number not in (Fraction(bound.lower), Fraction(bound.upper))


@pytest.mark.parametrize("number", [0, 3, 0.1, Fraction(3, 4)])
def test_exact_of_a_double_is_a_point(number):
    assert Bound.exact(number) == Bound(float(number), float(number))


def read(text):
    lower, _, upper = text.partition(" … ")
    return Fraction(lower), Fraction(upper or lower)


@given(bound=INTERVALS, decimals=st.integers(0, 15))
def test_display_rounds_outward(bound, decimals):
    assume(bound.lower < bound.upper)
    text = bound.display(decimals)
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])? … -?\d+(\.\d*[1-9])?", text)
    lower, upper = read(text)
    unit = Fraction(1, 10**decimals)
    assert 0 <= Fraction(bound.lower) - lower < unit
    assert 0 <= upper - Fraction(bound.upper) < unit


@given(number=FLOATS, decimals=st.integers(0, 15))
def test_display_of_a_point_is_that_double_or_rounds_outward(number, decimals):
    lower, upper = read(Bound(number, number).display(decimals))
    if lower == upper:
        assert float(lower) == number
    else:
        assert lower < number < upper


@pytest.mark.parametrize(
    ("bound", "decimals", "text"),
    [
        (Bound(0.75, 0.75), 12, "0.75"),
        (Bound(0.1, 0.1), 12, "0.1 … 0.100000000001"),
        (Bound.exact(0.1), 12, "0.1 … 0.100000000001"),
        (Bound.exact(Fraction(1, 10)), 12, "0.1"),
        (Bound(-2.0, -2.0), 12, "-2"),
        (Bound(0.0, 0.0), 0, "0"),
        (Bound(1e22, 1e22), 3, "10000000000000000000000"),
        (Bound(1e-13, 1e-13), 12, "0 … 0.000000000001"),
        (Bound(-1e-13, 1e-13), 2, "-0.01 … 0.01"),
        (Bound(0.853553390593, 0.853553390594), 4, "0.8535 … 0.8536"),
        (Bound(-1.5, 2.0), 0, "-2 … 2"),
    ],
)
def test_display(bound, decimals, text):
    assert bound.display(decimals) == text


def test_str_shows_twelve_decimals():
    assert str(Bound.exact(Fraction(1, 3))) == "0.333333333333 … 0.333333333334"


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (Bound(0.1, 0.2), Bound(0.3, 0.4), True),
        (Bound(0.3, 0.4), Bound(0.1, 0.2), False),
        (Bound(0.1, 0.3), Bound(0.2, 0.4), None),
        (Bound(0.1, 0.2), Bound(0.2, 0.3), None),
        (Bound(0.2, 0.3), Bound(0.1, 0.2), False),
        (Bound(0.2, 0.2), Bound(0.2, 0.2), False),
        (Bound(0.1, 0.2), 0.25, True),
        (Bound(0.1, 0.2), Fraction(1, 10), False),
        (Bound(0.0, 0.5), Fraction(1, 3), None),
    ],
)
def test_is_below(left, right, answer):
    assert left.is_below(right) is answer


def test_finding_is_the_same_answer_as_a_word():
    words = [str(Finding.of(answer)) for answer in (True, False, None)]
    assert words == ["PROVEN", "REFUTED", "UNDECIDED"]


def test_midpoint_width_clip_and_dict():
    bound = Bound(0.25, 0.75)
    assert (bound.midpoint, bound.width) == (0.5, 0.5)
    assert bound.clip(0.5, 1.0) == Bound(0.5, 0.75)
    assert bound.clip(0.8, 1.0) == Bound(0.8, 0.8)
    assert bound.to_dict() == {"lower": 0.25, "upper": 0.75}


def test_intersect():
    assert Bound(0.0, 0.5).intersect(Bound(0.25, 1.0)) == Bound(0.25, 0.5)
    assert Bound(0.0, 0.5).intersect(Bound(0.5, 1.0)) == Bound(0.5, 0.5)
    with pytest.raises(InconsistencyError) as caught:
        Bound(0.0, 0.25).intersect(Bound(0.5, 1.0))
    assert str(caught.value) == "two proven bounds contradict each other: 0 … 0.25, 0.5 … 1"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Bound(0.0, math.inf),
            "`bound` must have finite ends; received [0.0, inf].",
        ),
        (
            lambda: Bound(math.nan, 0.0),
            "`bound` must have finite ends; received [nan, 0.0].",
        ),
        (
            lambda: Bound(1.0, 0.0),
            "`bound` must have lower <= upper; received [1.0, 0.0].",
        ),
        (
            lambda: Bound(1e200, 1e200) * 1e200,
            "`bound` must have finite ends; received [1.7976931348623157e+308, inf].",
        ),
        (
            lambda: 1 / Bound(-1.0, 1.0),
            "`divisor` must not hold zero; received -1 … 1.",
        ),
    ],
)
def test_what_is_no_interval(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
