"""Integers over one denominator: exactly the numbers that were given, whatever their types."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import fractions_of
from xorgames.solvers.integers import as_integers
from xorgames.solvers.signs import MACHINE


class Named(Fraction):
    """A fraction by another name."""


FRACTIONS = st.fractions(min_value=-(10**6), max_value=10**6)
REALS = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=300, deadline=None)
@given(
    entries=st.one_of(
        st.lists(FRACTIONS, min_size=1, max_size=8),
        st.lists(FRACTIONS.map(Named), min_size=1, max_size=8),
        st.lists(st.one_of(FRACTIONS, st.integers(), REALS), min_size=1, max_size=8),
    )
)
def test_nothing_is_rounded(entries):
    matrix = np.empty((1, len(entries)), dtype=object)
    matrix[0] = entries
    integers, denominator = as_integers(matrix)
    found = [Fraction(number, denominator) for number in integers[0].tolist()]
    assert found == [Fraction(entry) for entry in entries]


@pytest.mark.parametrize(("total", "kind"), [(MACHINE - 1, np.int64), (MACHINE, object)])
def test_machine_integers_where_their_sums_fit(total, kind):
    matrix = fractions_of([[-1, 0, 0]]) + fractions_of([[0, 0, total - 1]])
    integers, denominator = as_integers(matrix / 3)
    assert (integers.dtype, denominator) == (kind, 3)
    assert integers.tolist() == [[-1, 0, total - 1]]
