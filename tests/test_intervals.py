"""Intervals of arrays hold what exact arithmetic finds, and stay narrow."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.design.expressions import parse_expression
from xorgames.design.intervals import INTERVALS, Interval, interval_of

F = Fraction
TEXTS = [
    "p + q", "p - q", "p * q", "p / q", "-p", "abs(p)", "p**2", "p**3", "q**-3", "p**0",
    "min(p, q)",
    "max(p, q, 1/3)", "(1-p)**2 + p*(1-p)", "p*(1-q) - q*(1-p)", "sqrt(abs(p))", "sqrt(q**2)",
    "1 - 4*p + 2*q", "(p+q)**5 / (1 + p**2)", "abs(p-q)*(p+q)", "(-p)**3", "(p - 1/3)**4",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    text=st.sampled_from(TEXTS),
    numbers=st.lists(
        st.tuples(
            st.fractions(-3, 3, max_denominator=1000) | st.floats(-1e9, 1e9).map(F),
            st.fractions(-3, 3, max_denominator=1000) | st.floats(-1e-9, 1e9).map(F),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_exact_results_are_inside(text, numbers):
    expression = parse_expression(text, key="k", names=["p", "q"])
    columns = {name: [pair[i] for pair in numbers] for i, name in enumerate("pq")}
    values = {name: interval_of(column) for name, column in columns.items()}
    with np.errstate(all="ignore"):
        found = expression.evaluate(values, INTERVALS)
    lower, upper = (np.broadcast_to(end, (len(numbers),)) for end in (found.lower, found.upper))
    for i, (p, q) in enumerate(numbers):
        try:
            exact = expression.exact({"p": p, "q": q})
        except ArithmeticError:
            assert not np.isfinite(lower[i])
            continue
        if np.isfinite(lower[i]) and np.isfinite(upper[i]):
            assert F(float(lower[i])) <= exact <= F(float(upper[i]))


@pytest.mark.parametrize(
    ("text", "true"),
    [("exp(p)", np.exp(0.3)), ("log(p)", np.log(0.3)), ("sqrt(p)", 0.3**0.5), ("pi", np.pi)],
)
def test_functions_are_enclosed_and_narrow(text, true):
    expression = parse_expression(text, key="k", names=["p"])
    found = expression.evaluate({"p": interval_of(np.array([0.3]))}, INTERVALS)
    lower, upper = float(found.lower.flat[0]), float(found.upper.flat[0])
    assert lower < true < upper or text == "pi"
    assert upper - lower <= 2e-14 * abs(true)
    # What a single point gives counts as the value, so it must lie inside too.
    assert F(lower) <= expression.exact({"p": F(0.3)}) <= F(upper)


@pytest.mark.parametrize("text", ["exp(p)", "log(p)", "sqrt(p)"])
def test_functions_hold_fifty_digits(text):
    import mpmath

    numbers = np.random.default_rng(4).lognormal(0, 2, 300)
    expression = parse_expression(text, key="k", names=["p"])
    found = expression.evaluate({"p": interval_of(numbers)}, INTERVALS)
    with mpmath.workdps(50):
        for number, low, high in zip(numbers, found.lower, found.upper, strict=True):
            assert low < getattr(mpmath, text[:-3])(mpmath.mpf(number)) < high


def test_exact_sums_are_not_widened_and_zero_stays_zero():
    half, zero = interval_of([F(1, 2)]), interval_of([F(0)])
    one = interval_of([F(1)])
    assert (one - half).lower == (one - half).upper == 0.5
    wide = Interval(np.array([-1.0]), np.array([2.0]))
    assert (zero * wide).is_zero.all()
    tenth = interval_of([F(1, 10)])
    assert tenth.lower < tenth.upper
    assert F(float(tenth.lower[0])) < F(1, 10) < F(float(tenth.upper[0]))


def test_division_by_what_may_be_zero_and_overflow_are_not_finite():
    with np.errstate(all="ignore"):
        found = interval_of([F(1)]) / Interval(np.array([-1e-9]), np.array([1.0]))
        large = interval_of(np.array([1e300]))
        product = large * large
        nothing = interval_of([F(0)]) * found
        root = INTERVALS.apply("sqrt", [interval_of([F(-1)])])
        log = INTERVALS.apply("log", [Interval(np.array([0.0]), np.array([1.0]))])
    assert np.isnan(found.lower).all()
    assert np.isnan(nothing.lower).all()
    assert not np.isfinite(product.upper).any()
    assert np.isnan(root.lower).all()
    assert np.isnan(log.lower).all()


def test_what_has_no_value_has_no_zeroth_power():
    with np.errstate(all="ignore"):
        root = INTERVALS.apply("sqrt", [interval_of([F(-1), F(0)])])
    assert np.isnan(root.power(0).lower).tolist() == [True, False]
    assert root.power(0).upper[1] == 1


def test_even_powers_of_what_straddles_zero_are_tight():
    wide = Interval(np.array([-1.0]), np.array([2.0]))
    assert wide.power(2).lower == pytest.approx(0)
    assert wide.power(2).upper == pytest.approx(4)


def test_products_of_one_sign_are_not_negative():
    ends = np.array([0.0, 1e-300, -2.0, -1.0]), np.array([1.0, 1e-300, -1e-300, 0.0])
    numbers = Interval(*ends)
    for product in (numbers * numbers, numbers.power(2)):
        assert (product.lower >= 0).all()
        assert (product.upper > 0).all()
    # Of different signs they may be, by underflow too.
    tiny = Interval(np.array([1e-300]), np.array([1e-300]))
    assert (tiny * -tiny).lower[0] < 0
