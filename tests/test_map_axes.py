"""What a map runs over, and every way to say it wrong."""

from fractions import Fraction

import pytest

from xorgames.design.family_file import load_family
from xorgames.design.grid import Axis, make_axis
from xorgames.design.map_axes import POINTS, lay_out
from xorgames.errors import InputError

F = Fraction
FORM = "Cure: write name=start:stop:count, such as p=0:1:101."


def laid(axes, family="hft", **options):
    return lay_out(load_family(family), axes, **({"at": None, "slow": False} | options))


@pytest.mark.parametrize("slow", [True, False])
def test_axes_that_do_not_say_how_many(slow):
    _, plane = laid(["p=0.1:0.2", "beta"], slow=slow)
    assert plane.shape == (POINTS[True, slow],) * 2
    assert plane.axes[1].values[-1] == 1
    _, line = laid("p", at={"beta": 0}, slow=slow)
    assert line.shape == (POINTS[False, slow],)


def test_the_others_are_settled():
    family, grid = laid([make_axis("p", 0, 1, 3)], at={"beta": "1/3"})
    assert family.fixed == {"beta": F(1, 3)}
    assert [axis.name for axis in grid.axes] == ["p"]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        (5, "`axes` must be of type list or tuple; received int."),
        ([3], "`axes` must be of type Axis or str; received int."),
        ([None, "p"], "`axes` must be of type Axis or str; received NoneType."),
        ([Axis("p", ())], f"`axes` must have start below stop; received 0:0. {FORM}"),
        ([Axis("p", (F(1),))], f"`axes` must have start below stop; received 1:1. {FORM}"),
        ([Axis("p", (F(1), F(0)))], f"`axes` must have start below stop; received 1:0. {FORM}"),
        ([Axis("p", (F(0), F(1, 10), F(1)))], "`axes` must be evenly spaced; "
         "received other values of p. Cure: make_axis makes such."),
        ([Axis("p", ("a", "b"))], "`axes` must be a real number; received 'a'. "
         'Cure: write a decimal such as 0.25 or a fraction such as "1/3".'),
        ([Axis("q", (F(0), F(1)))], "`axes` must be an open parameter of HFT; received 'q'. "
         "Cure: use one of p, beta."),
        ([], "`axes` must be one or two; received 0."),
        (["p", "beta", "p"], "`axes` must be one or two; received 3."),
        (["p", "p"], "`axes` must be different parameters; received p and p."),
    ],
)  # fmt: skip
def test_messages(axes, message):
    with pytest.raises(InputError) as caught:
        laid(axes)
    assert str(caught.value) == message


def test_both_axes_are_reported_at_once():
    with pytest.raises(InputError) as caught:
        laid(["q", "bta=0:1:2"])
    assert str(caught.value) == (
        "`axes` must be an open parameter of HFT; received 'q'. Cure: use one of p, beta.\n"
        "`axes` must be an open parameter of HFT; received 'bta'. Cure: did you mean `beta`?"
    )
    with pytest.raises(InputError) as caught:
        laid(["p=0:2:3", "beta=-1:1:3"], at={"p": 0})
    assert str(caught.value) == (
        "`p` must stay within [0, 1]; received 0:2.\n"
        "`p` must be given once; received an axis and a value.\n"
        "`beta` must stay within [0, 1]; received -1:1."
    )


def test_values_must_come_by_name():
    with pytest.raises(InputError) as caught:
        laid("p", at=3)
    assert str(caught.value) == "`at` must be of type Mapping; received int."
