"""Numbers given by a caller: what is taken, and what is refused."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from xorgames.errors import InputError
from xorgames.hardware.arguments import number_in


@pytest.mark.parametrize(
    "given", [0.5, "1/2", Fraction(1, 2), Decimal("0.5"), np.float32(0.5), "0.5"]
)
def test_every_way_to_write_a_half(given):
    assert number_in(given, 0, 1, key="p") == 0.5


@pytest.mark.parametrize("given", [5e-324, 1e-310, 0.0, 1, np.int64(1)])
def test_tiny_floats_and_integers(given):
    assert number_in(given, 0, 1, key="p") == given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (1.5, "`p` must lie in [0, 1]; received 1.5. Cure: divide."),
        (-1, "`p` must lie in [0, 1]; received -1. Cure: divide."),
        (math.nan, "`p` must be finite; received nan."),
        (math.inf, "`p` must be finite; received inf."),
        (10**400, "`p` must be zero or between 1e-300 and 1e300 in size; received about 1e400."),
        (None, "`p` must be a real number; received None."),
        (1j, "`p` must be a real number; received 1j."),
        ([1], "`p` must be a real number; received [1]."),
        (False, "`p` must be a number; received False. Cure: true and false are not numbers."),
    ],
)
def test_what_is_refused(given, message):
    with pytest.raises(InputError) as error:
        number_in(given, 0, 1, key="p", cure="divide")
    assert str(error.value) == message
