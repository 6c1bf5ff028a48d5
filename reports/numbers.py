"""How reports write numbers: the one place that chooses digits, separators, signs and units.

- Four digits and more before the point are grouped: 2,058; no number has an exponent like 1e+04.
- Below a ten-thousandth powers are written out: 8.1 × 10⁻⁵; a bare power of ten is 10⁻¹⁴.
- Times, lengths and rates carry SI prefixes: 7.42 kHz.
- A share is in per cent; what is more than ten times its limit is a factor: × 2,025.
- A proven bracket shows digits that are all proven: one number where both ends agree on them, else
  both ends, rounded outward.

Numbers under a report's `data` stay as they are.
"""

import math
import re
from collections.abc import Callable
from fractions import Fraction

from xorgames.bound import Bound
from xorgames.units import format_quantity

#: A limit kept by this factor has a factor as its margin; a smaller bracket has powers of ten.
_LARGE, _SMALL = 10.0, 1e-6
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXPONENT = re.compile(r"(?P<front>[-+]?[\d.]+)e(?P<power>[-+]\d+)")
_COUNTS = re.compile(
    r"(?<![^\s(])\d{4,}(?= (?:rounds|pairs|decisions|games|or more|on average)\b)"
    r"|(?<![^\s(])-?\d+(?:\.\d+)?e[-+]\d+(?![\w.]\w)"
)
_WHOLE = re.compile(r"(?<![\d.])\d{4,}")


def power_of_ten(exponent: int) -> str:
    """Write a power of ten.

    Examples
    --------
    >>> power_of_ten(-14), power_of_ten(0), power_of_ten(3)
    ('10⁻¹⁴', '1', '1,000')
    """
    if 0 <= exponent <= 3:
        return f"{10**exponent:,}"
    return "10" + str(exponent).translate(_RAISED)


def tidy(text: str) -> str:
    """Write a number that Python wrote, with or without a unit after it, as people do.

    Examples
    --------
    >>> tidy("1.238e+04 pairs"), tidy("2058"), tidy("-8.1e-05"), tidy("+1234.5 km")
    ('12,380 pairs', '2,058', '-8.1 × 10⁻⁵', '+1,234.5 km')
    """
    head, space, unit = text.partition(" ")
    match = _EXPONENT.fullmatch(head)
    if match is None:
        return _WHOLE.sub(lambda digits: f"{int(digits[0]):,}", head) + space + unit
    exponent = int(match["power"])
    if 0 <= exponent <= 15:
        sign = "+" if head[0] == "+" else ""
        return f"{sign}{float(head):,.0f}{space}{unit}"
    return f"{match['front']} × {power_of_ten(exponent)}{space}{unit}"


def prose(text: str) -> str:
    """Write the numbers of a sentence that was made elsewhere as a report does.

    Examples
    --------
    >>> prose("It needs 56031 rounds; the window holds 1.238e+04 pairs (arXiv:2604.07451).")
    'It needs 56,031 rounds; the window holds 12,380 pairs (arXiv:2604.07451).'
    """
    return _COUNTS.sub(lambda number: tidy(number[0]), text)


def plain(number: float, figures: int = 4, *, signed: bool = False) -> str:
    """Write a number without a unit.

    Examples
    --------
    >>> plain(12380.2), plain(0.0609727), plain(8.123e-5, 2), plain(0.25, 3, signed=True)
    ('12,380', '0.06097', '8.1 × 10⁻⁵', '+0.25')
    """
    return tidy(f"{number:{'+' if signed else ''}.{figures}g}")


def quantity(number: float, unit: str, digits: int = 4) -> str:
    """Write an SI number with its unit and the prefix that is easily read; a count in full.

    Examples
    --------
    >>> quantity(7419.83, "Hz"), quantity(2.1e8, "m/s"), quantity(8.123e-5, ""), quantity(12345, "")
    ('7.42 kHz', '210,000,000 m/s', '8.123 × 10⁻⁵', '12,345')
    """
    if isinstance(number, int) and not unit:
        return f"{number:,}"
    return tidy(format_quantity(number, unit, digits=digits))


def with_error(written: str, number: float, error: float) -> str:
    """Add an error to a number that is written already, with the same prefix.

    Examples
    --------
    >>> with_error(quantity(7.9, "s"), 7.9, 0.4), with_error(quantity(0.04, ""), 0.04, 0.002)
    ('7.9 ± 0.4 s', '0.04 ± 0.002')
    """
    head, _, unit = written.partition(" ")
    scale = float(head.replace(",", "")) / number if number else 1.0
    return f"{head} ± {plain(error * scale, 3)} {unit}".rstrip()


def percent(share: float, decimals: int = 1) -> str:
    """Write a share of a whole.

    Examples
    --------
    >>> percent(0.8746), percent(0.0609721, 2), percent(3e-5)
    ('87.5 %', '6.10 %', '< 0.1 %')
    """
    least = 10.0**-decimals
    if 0 < share < least / 200:
        return f"< {least:.{decimals}f} %"
    return f"{100 * share:,.{decimals}f} %"


def margin(relative: float) -> str:
    """Write by how much a limit is kept or missed: in per cent, a large one as a factor.

    Examples
    --------
    >>> margin(0.722), margin(-0.874), margin(2023.9)
    ('+72.2 %', '-87.4 %', '× 2,025')
    """
    if 1 + relative >= _LARGE:
        return "× " + factor(1 + relative)
    return f"{100 * relative:+,.1f} %"


def change(ratio: float) -> str:
    """Write what a number was multiplied by: within a factor of two in per cent.

    Examples
    --------
    >>> change(0.692), change(1.25), change(8)
    ('-30.8 %', '+25 %', '× 8')
    """
    return f"{100 * (ratio - 1):+.3g} %" if 0.5 <= ratio < 2 else "× " + factor(ratio)


def factor(ratio: float) -> str:
    """Write a factor, a large one without an exponent.

    Examples
    --------
    >>> factor(3.7226), factor(2989.6), factor(0.00003)
    ('3.72', '2,990', '3 × 10⁻⁵')
    """
    return plain(ratio, 3) if ratio < 1000 else f"{ratio:,.0f}"


def digits(bound: Bound, figures: int = 9) -> str:
    """Write a bracket with digits that are all proven.

    Where both ends round to the same digits these are shown, otherwise both ends, outward.

    Examples
    --------
    >>> digits(Bound(0.85355339059, 0.85355339060)), digits(Bound(0.25, 0.5)), digits(Bound(1, 1))
    ('0.853553391', '0.25 … 0.5', '1')
    >>> digits(Bound(0.0, 3e-16))
    '0 … 3 × 10⁻¹⁶'
    """
    lower, upper = (f"{end + 0.0:.{figures}g}" for end in (bound.lower, bound.upper))
    if lower == upper:
        return tidy(lower)
    largest = max(abs(bound.lower), abs(bound.upper))
    if largest < _SMALL:
        return between(bound, "", figures)
    exponent = math.floor(math.log10(largest))
    ends = bound.display(min(max(figures - 1 - exponent, 0), 12)).split(" … ")
    return " … ".join(tidy(end) for end in ends)


def between(bound: Bound, unit: str, figures: int = 5) -> str:
    """Write a bracket of a quantity with its unit; two ends that differ are rounded outward.

    Examples
    --------
    >>> between(Bound(2109.9999999, 2110.0000001), "Hz"), between(Bound(417, 587), "")
    ('2.11 kHz', '417 … 587')
    >>> between(Bound(2380.123, 2390.987), "Hz")
    '2.3801 kHz … 2.391 kHz'
    """
    ends = (bound.lower + 0.0, bound.upper + 0.0)
    lower, upper = (quantity(end, unit, figures) for end in ends)
    if lower == upper:
        return lower
    outward = zip(ends, (math.floor, math.ceil), strict=True)
    return " … ".join(quantity(_rounded(end, figures, way), unit, figures) for end, way in outward)


def width(bound: Bound) -> str:
    """Write a power of ten that the width of a bracket does not exceed, or 0.

    Examples
    --------
    >>> width(Bound(0.75, 0.75)), width(Bound(0.5, 0.5000000000000002))
    ('0', '10⁻¹⁵')
    """
    return "0" if bound.width == 0 else power_of_ten(math.floor(math.log10(bound.width)) + 1)


def _rounded(number: float, figures: int, way: Callable[[Fraction], int]) -> float:
    """Round to some figures, down or up."""
    if number == 0:
        return number
    step = Fraction(10) ** (math.floor(math.log10(abs(number))) - figures + 1)
    return float(way(Fraction(number) / step) * step)
