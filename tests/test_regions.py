"""Shares of cells: against quadrature and against each other; and what is no region."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.regions import (
    BoundaryRegion,
    ProductRegion,
    Region,
    SumRegion,
    number_in,
    service_region,
    whole_number,
)

ZERO, HALF, ONE = Fraction(0), Fraction(1, 2), Fraction(1)

units = st.fractions(0, 1, max_denominator=40)


def edges(draw):
    low, high = sorted(draw(st.lists(units, min_size=2, max_size=2, unique=True)))
    return low, high


@st.composite
def regions(draw):
    kind = draw(st.sampled_from(["product", "sum", "boundary"]))
    if kind == "product":
        return ProductRegion(draw(units))
    if kind == "sum":
        return SumRegion(2 * draw(units))
    a = sorted(draw(st.lists(units, max_size=4)))
    b = sorted(draw(st.lists(units, min_size=len(a) + 2, max_size=len(a) + 2)), reverse=True)
    return BoundaryRegion(list(zip([0, *a, 1], b, strict=True)))


@st.composite
def cells(draw):
    return (*edges(draw), *edges(draw))


def area(region: Region, cell) -> Fraction:
    """The area inside, for any cell."""
    a0, a1, b0, b1 = cell
    size = (a1 - a0) * (b1 - b0)
    if region.contains(a1, b1):
        return size
    return size * region.share(*cell) if region.contains(a0, b0) else ZERO


@given(regions(), cells(), units, units)
def test_areas_of_the_parts_add_up_to_the_whole(region, cell, s, t):
    a0, a1, b0, b1 = cell
    a, b = a0 + s * (a1 - a0), b0 + t * (b1 - b0)
    parts = [(a0, a, b0, b), (a0, a, b, b1), (a, a1, b0, b), (a, a1, b, b1)]
    total = sum(area(region, part) for part in parts if part[0] < part[1] and part[2] < part[3])
    if isinstance(region, ProductRegion):
        assert float(total) == pytest.approx(float(area(region, cell)), abs=1e-15)
    else:
        assert total == area(region, cell)


@given(regions(), cells())
def test_regions_reach_down_and_left(region, cell):
    a0, a1, b0, b1 = cell
    if region.contains(a1, b1):
        assert region.contains(a0, b0)
        assert region.contains(a0, b1)
        assert region.contains(a1, b0)


@given(regions(), cells())
def test_shares_lie_between_0_and_1(region, cell):
    assume(region.contains(cell[0], cell[2]) and not region.contains(cell[1], cell[3]))
    assert 0 <= region.share(*cell) <= 1


@given(units.filter(bool), cells())
def test_product_share_is_the_nearest_double(threshold, cell):
    a0, a1, b0, b1 = cell
    region = ProductRegion(threshold)
    assume(region.contains(a0, b0) and not region.contains(a1, b1))
    with mpmath.workdps(40):
        c, u0, u1, v0, v1 = (
            mpmath.mpf(x.numerator) / x.denominator
            for x in (threshold, 1 - a1, 1 - a0, 1 - b1, 1 - b0)
        )
        kinks = sorted({u0, u1, *(c / v for v in (v0, v1) if v and u0 < c / v < u1)})
        inside = mpmath.quad(lambda u: max(v1 - max(v0, c / u), mpmath.mpf(0)), kinks)
        expected = float(inside / ((u1 - u0) * (v1 - v0)))
    assert float(region.share(*cell)) == pytest.approx(expected, rel=2.3e-16, abs=1e-18)


@pytest.mark.parametrize("gap", ["1e-3", "1e-8", "1e-15", "1e-20"])
def test_a_sliver_keeps_its_digits(gap):
    # Just below the corner u = v = 1/2 the area is C (r - log(1 + r)) with r = 1 / (4 C) - 1, which
    # cancels to r^2 / 2: doubles would lose everything at 1e-8.
    threshold = Fraction(1, 4) - Fraction(gap)
    with mpmath.workdps(120):
        c = mpmath.mpf(threshold.numerator) / threshold.denominator
        r = 1 / (4 * c) - 1
        expected = float(4 * c * (r - mpmath.log(1 + r)))
    share = ProductRegion(threshold).share(HALF, ONE, HALF, ONE)
    assert float(share) == pytest.approx(expected, rel=2.3e-16)


def test_noise_is_not_a_share():
    # A gap of 1e-40 makes a share of 1e-79: below the digits computed, so it is 0.
    threshold = Fraction(1, 4) - Fraction("1e-40")
    assert ProductRegion(threshold).share(HALF, ONE, HALF, ONE) == 0


def test_whole_square_by_integration():
    # Integral of (1 - C/u) over [C, 1] = 1 - C + C log C.
    share = ProductRegion("0.3").share(ZERO, ONE, ZERO, ONE)
    assert float(share) == pytest.approx(
        0.7 + 0.3 * float(mpmath.log(mpmath.mpf("0.3"))), abs=2e-16
    )


@given(units.filter(bool), cells())
def test_sum_region_is_a_boundary_with_one_slope(threshold, cell):
    straight = BoundaryRegion([[0, threshold], [threshold, 0], [1, 0]])
    region = SumRegion(threshold)
    assert area(straight, cell) == area(region, cell)


@pytest.mark.parametrize(
    ("a", "b", "inside"),
    [("0", "1", True), ("1/2", "1", True), ("1/2", "1/4", True), ("3/4", "1/2", False)],
)
def test_a_step_holds_its_boundary(a, b, inside):
    step = BoundaryRegion([[0, 1], [0, 1], ["1/2", 1], ["1/2", "1/4"], [1, "1/4"]])
    assert step.contains(Fraction(a), Fraction(b)) is inside


def test_regions_are_values():
    assert ProductRegion("0.25") == ProductRegion(Fraction(1, 4))
    assert len({BoundaryRegion([[0, 1], [1, 0]]), BoundaryRegion([(0, 1), (1, 0)])}) == 1
    assert all(isinstance(r, Region) for r in (ProductRegion(0), SumRegion(0)))


@pytest.mark.parametrize("threshold", [0, 1])
def test_the_ends_of_the_range(threshold):
    region = ProductRegion(threshold)
    assert region.contains(ONE, ONE) is (threshold == 0)
    assert region.contains(ZERO, ZERO)


def test_threshold_from_service():
    assert service_region("0.33").threshold == Fraction(33, 100)
    assert float(service_region(mu=1, t_star="1/3").threshold) == pytest.approx(
        float(mpmath.exp(-mpmath.mpf(1) / 3)), rel=1e-16
    )
    assert service_region(mu=0, t_star=5).threshold == 1
    assert service_region(mu="1e9", t_star=5).threshold == 0


MESSAGES = [
    (
        lambda: ProductRegion("1.5"),
        "`threshold` must lie in [0, 1]; received 1.5.",
    ),
    (lambda: SumRegion(-1), "`threshold` must lie in [0, 2]; received -1."),
    (
        service_region,
        "`threshold` must be given, or else mu and t_star. "
        "Cure: write threshold = 0.33, which is exp(-mu t_star).",
    ),
    (lambda: service_region(mu=1), "`t_star` must be given with mu."),
    (lambda: service_region(t_star=1), "`mu` must be given with t_star."),
    (
        lambda: service_region("0.3", mu=1),
        "`threshold` must not be given together with mu. "
        "Cure: give either, as threshold = exp(-mu t_star).",
    ),
    (
        lambda: service_region("0.3", mu=1, t_star=1),
        "`threshold` must not be given together with mu and t_star. "
        "Cure: give either, as threshold = exp(-mu t_star).",
    ),
    (
        lambda: service_region(mu=-1, t_star=1),
        "`mu` must lie at 0 or above; received -1.",
    ),
    (
        lambda: BoundaryRegion([[0, 1]]),
        "`boundary` must be a list of at least 2 points [a, b]; received 1 x 2 entries.",
    ),
    (
        lambda: BoundaryRegion("0.3"),  # type: ignore[arg-type]
        "`boundary` must be a list of at least 2 points [a, b]; received a number.",
    ),
    (
        lambda: BoundaryRegion([["1/4", "3/2"], ["1/2", 1], ["1/4", 1], ["3/4", "1/2"]]),
        "`boundary` must run from a = 0 to a = 1; received a from 1/4 to 3/4. "
        "Cure: where the region ends earlier, go on with b = 0.\n"
        "`boundary[0]` must have b in [0, 1]; received [1/4, 3/2].\n"
        "`boundary[2]` must not lie left of the point before it or above it; "
        "received [1/4, 1] after [1/2, 1].",
    ),
    (
        lambda: BoundaryRegion([[0, "x"], [1, 0]]),
        "`boundary[0][1]` must be a real number; received 'x'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
    ),
    (
        lambda: whole_number("n", "2.5", 2),
        "`n` must be a whole number from 2 to 1024; received 2.5.",
    ),
    (
        lambda: whole_number("n", 1, 2, 9),
        "`n` must be a whole number from 2 to 9; received 1.",
    ),
    (lambda: number_in("q", 2, 0, 1), "`q` must lie in [0, 1]; received 2."),
]


@pytest.mark.parametrize(("make", "message"), MESSAGES)
def test_messages(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message
