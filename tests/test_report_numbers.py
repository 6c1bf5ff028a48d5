"""How reports write numbers: one house style, in one place."""

import re
from itertools import chain

import pytest

from tests.report_subjects import SUBJECTS, report_of
from xorgames.bound import Bound
from xorgames.reports.blocks import Figure, Items, Paragraph, Table
from xorgames.reports.numbers import (
    between,
    change,
    digits,
    factor,
    margin,
    percent,
    plain,
    prose,
    quantity,
    tidy,
    width,
)


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (Bound(0.75, 0.75), "0.75"),
        (Bound(0.0, 0.0), "0"),
        (Bound(-0.0, -0.0), "0"),
        (Bound(-1.5, -1.5), "-1.5"),
        (Bound(0.8535533905932, 0.8535533905933), "0.853553391"),
        (Bound(0.0002973122, 0.0002973123), "0.0002973122 … 0.0002973123"),
        (Bound(1e-12, 1e-12), "1 × 10⁻¹²"),
        (Bound(0.0, 3e-16), "0 … 3 × 10⁻¹⁶"),
        (Bound(-2e-9, 3.00000000001e-9), "-2.00000001 × 10⁻⁹ … 3.00000001 × 10⁻⁹"),
        (Bound(1234.5, 1234.6), "1,234.5 … 1,234.6"),
    ],
)
def test_digits_shown_are_proven(bound, text):
    assert digits(bound) == text


@pytest.mark.parametrize(
    ("bound", "text"),
    [(Bound(1, 1), "0"), (Bound(0, 0.5), "1"), (Bound(0, 20), "100"), (Bound(0, 3e-9), "10⁻⁸")],
)
def test_width_is_rounded_up(bound, text):
    assert width(bound) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.00057, "0.00057"), (0.00003, "3 × 10⁻⁵"), (999.4, "999"), (1234.5, "1,234")],
)
def test_factors_have_no_exponent(ratio, text):
    assert factor(ratio) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (tidy("34740"), "34,740"),
        (tidy("1.238e+04 pairs"), "12,380 pairs"),
        (tidy("-1e+06"), "-1,000,000"),
        (tidy("1e+300"), "1 × 10³⁰⁰"),
        (tidy("0.123456"), "0.123456"),
        (tidy("nan"), "nan"),
        (tidy("two words"), "two words"),
        (plain(-0.000021), "-2.1 × 10⁻⁵"),
        (quantity(1234567, ""), "1,234,567"),
        (quantity(1234567.0, "Hz"), "1.235 MHz"),
        (quantity(100000.0, "s"), "100,000 s"),
        (quantity(0.0, "Hz"), "0 Hz"),
        (percent(0), "0.0 %"),
        (percent(0.0004), "< 0.1 %"),
        (percent(0.0006), "0.1 %"),
        (margin(8.99), "+899.0 %"),
        (margin(9.0), "× 10"),
        (margin(-1.0), "-100.0 %"),
        (change(0.49), "× 0.49"),
        (change(1.999), "+99.9 %"),
        (between(Bound(416.9, 587.1), "Hz", 3), "416 Hz … 588 Hz"),
        (between(Bound(-0.0, 0.0), "s"), "0 s"),
    ],
)
def test_house_style(written, text):
    assert written == text


def test_sentences_from_elsewhere_get_separators_and_no_exponents():
    text = "needs 56031 rounds (28594 on average), alpha 1e-06; arXiv:2604.07451, 2058 Hz of 2024."
    assert prose(text) == (
        "needs 56,031 rounds (28,594 on average), alpha 1 × 10⁻⁶; arXiv:2604.07451, 2058 Hz of "
        "2024."
    )


def _texts(report):
    yield from (report.title, report.question, report.answer)
    for block in chain.from_iterable(section.blocks for section in report.sections):
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Items):
            yield from block.items
        elif isinstance(block, Table):
            yield from chain([block.caption], block.header, *block.rows)
        elif isinstance(block, Figure):
            yield from (block.title, block.description)


@pytest.mark.parametrize("name", SUBJECTS)
def test_no_report_writes_an_exponent_or_a_long_count_bare(name):
    for text in _texts(report_of(name)):
        assert not re.search(r"(?<![\w.])\d[\d.]*e[-+]\d", text), text
        assert not re.search(r"(?<![\w.,/])\d{4,} (?:rounds|pairs)", text), text
