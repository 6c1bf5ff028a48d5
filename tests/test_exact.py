"""Exact numbers: what counts as one, and what is refused with which words."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.exact import cell, exact_array, exact_number, to_float

DIGITS = "`k` must be a fraction of integers with at most 4000 digits."


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (3, Fraction(3)),
        (np.int8(-3), Fraction(-3)),
        (0.1, Fraction(3602879701896397, 36028797018963968)),
        (np.float32(0.5), Fraction(1, 2)),
        (Fraction(1, 3), Fraction(1, 3)),
        (Decimal("0.1"), Fraction(1, 10)),
        ("0.1", Fraction(1, 10)),
        (" -1e-3 ", Fraction(-1, 1000)),
        ("1/3", Fraction(1, 3)),
        (" -2 / 6 ", Fraction(-1, 3)),
        ("0", Fraction(0)),
        ("0/7", Fraction(0)),
        ("0e999", Fraction(0)),
    ],
)
def test_exact_number(written, number):
    result = exact_number(written, key="k")
    assert result == number
    assert type(result) is Fraction
    assert type(result.numerator) is int


@given(number=st.fractions())
def test_fractions_as_text(number):
    assert exact_number(str(number), key="k") == number


@given(number=st.floats(-1e299, 1e299).filter(lambda x: x == 0 or abs(x) > 1e-299))
def test_a_float_is_its_binary_value_and_its_text_a_decimal(number):
    assert float(exact_number(number, key="k")) == number
    assert exact_number(repr(number), key="k") == Fraction(repr(number))


NOT_REAL = 'Cure: write a decimal such as 0.25 or a fraction such as "1/3".'
SIZE = "`k` must be zero or between 1e-300 and 1e300 in size; received "


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (True, "`k` must be a number; received True. Cure: true and false are not numbers."),
        (np.False_, "`k` must be a number; received False. Cure: true and false are not numbers."),
        (float("nan"), "`k` must be finite; received nan."),
        (np.float64("-inf"), "`k` must be finite; received -inf."),
        (Decimal("Infinity"), "`k` must be finite; received 'Infinity'."),
        ("nan", "`k` must be finite; received 'nan'."),
        (1 + 2j, "`k` must be a real number; received (1+2j)."),
        (None, "`k` must be a real number; received None."),
        ({"p": 1}, "`k` must be a real number; received {'p': 1}."),
        ("1+2j", f"`k` must be a real number; received '1+2j'. {NOT_REAL}"),
        ("", f"`k` must be a real number; received ''. {NOT_REAL}"),
        ("1_0", f"`k` must be a real number; received '1_0'. {NOT_REAL}"),
        ("٣", f"`k` must be a real number; received '٣'. {NOT_REAL}"),
        ("1/٣", f"`k` must be a real number; received '1/٣'. {NOT_REAL}"),
        ("1/2/3", f"`k` must be a real number; received '1/2/3'. {NOT_REAL}"),
        ("0.5/2", f"`k` must be a real number; received '0.5/2'. {NOT_REAL}"),
        ("0,25", "`k` must be a number; received '0,25'. Cure: use a decimal point: 0.25."),
        (" -1,5 ", "`k` must be a number; received ' -1,5 '. Cure: use a decimal point: -1.5."),
        ("1/0", "`k` must not divide by zero; received '1/0'."),
        ("1e301", SIZE + "about 1e301."),
        ("-1e301", SIZE + "about 1e301."),
        (5e-324, SIZE + "about 1e-323."),
        (Fraction(1, 10**305), SIZE + "about 1e-305."),
        (10**305, SIZE + "about 1e305."),
        (f"1/{10**305}", SIZE + "about 1e-305."),
        ("1e999", SIZE + "'1e999'."),
        (Decimal("1e-999999"), SIZE + "'1E-999999'."),
        (Fraction(10**4001 + 1, 10**4001), DIGITS),
        ("0." + "1" * 4001, DIGITS),
        (
            f"{'1' * 5000}/3",
            f"`k` must be a real number; received '{'1' * 199}… (5004 characters). {NOT_REAL}",
        ),
    ],
)
def test_exact_number_refuses(written, message):
    with pytest.raises(InputError) as caught:
        exact_number(written, key="k")
    assert str(caught.value) == message


def test_exact_array():
    problems = []
    for data in ([["1/2", 0], (0.25, Decimal("0.25"))], np.array([[0.5, 0], [0.25, 0.25]])):
        exact = exact_array(data, key="p", problems=problems)
        assert exact.tolist() == [[Fraction(1, 2), 0], [Fraction(1, 4), Fraction(1, 4)]]
        assert {type(entry) for entry in exact.ravel()} == {Fraction}
    assert exact_array(1, key="p", problems=problems).shape == ()
    assert problems == []


RAGGED = "Cure: give every row the same length; a decimal comma splits a number in two."


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ([], ["`p` must not be empty; received []."]),
        (
            [[1], []],
            [
                "`p[1]` must not be empty; received [].",
                "`p[1]` must have the shape of p[0] (1 entries): the array is ragged; "
                f"received 0 entries. {RAGGED}",
            ],
        ),
        (
            [[1, 2], [3]],
            [
                "`p[1]` must have the shape of p[0] (2 entries): the array is ragged; "
                f"received 1 entries. {RAGGED}"
            ],
        ),
        (
            [[[1, 2]], 3],
            [
                "`p[1]` must have the shape of p[0] (1 x 2): the array is ragged; "
                f"received a number. {RAGGED}"
            ],
        ),
        (
            [["x", 1], [None, "1/0"]],
            [
                f"`p[0][0]` must be a real number; received 'x'. {NOT_REAL}",
                "`p[1][0]` must be a real number; received None.",
                "`p[1][1]` must not divide by zero; received '1/0'.",
            ],
        ),
        (np.array([np.nan, 1.0]), ["`p[0]` must be finite; received nan."]),
    ],
)
def test_exact_array_collects_every_problem(data, messages):
    problems = []
    assert exact_array(data, key="p", problems=problems) is None
    assert [str(problem) for problem in problems] == messages


def test_cell():
    assert cell("payoff", (0, 1, 0)) == "payoff[0][1][0]"


def test_to_float_is_read_only():
    floats = to_float(np.array([Fraction(1, 3)], dtype=object))
    assert floats.tolist() == [1 / 3]
    with pytest.raises(ValueError, match="read-only"):
        floats[0] = 0
