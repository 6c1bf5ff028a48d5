"""Catalogue functions as families: the expressions give exactly the same games."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames import catalog
from xorgames.design.catalog_families import TABLES, CatalogFamily
from xorgames.design.expression_family import ExpressionFamily
from xorgames.design.family_file import load_family
from xorgames.errors import InputError

UNIT = st.fractions(0, 1, max_denominator=10**6)


@pytest.mark.parametrize("name", TABLES)
@given(first=UNIT, second=UNIT)
def test_expressions_are_the_catalogue(name, first, second):
    family = load_family(name)
    assert isinstance(family, ExpressionFamily)
    names = [parameter.name for parameter in family.parameters]
    values = dict(zip(names, (first, second), strict=True))
    game, known = family(**values), catalog.make(name, values)
    assert game == known
    assert (game.name, dict(game.labels)) == (known.name, dict(known.labels))


def test_other_functions_are_called_point_by_point():
    family = load_family("load_balancing:cells=4")
    assert isinstance(family, CatalogFamily)
    batch = family.matrices({"threshold": ["0.3", "1.5", "0.4"]})
    (stack,) = batch.stacks
    assert stack.points.tolist() == [0, 2]
    assert batch.undefined == {1: "threshold must lie in [0, 1]; received 3/2"}
    for k, threshold in enumerate(("0.3", "0.4")):
        game = catalog.load_balancing(threshold, cells=4)
        assert stack.matrices[k].tolist() == game.matrix.tolist()
        exact = sum(
            abs(Fraction(float(entry)) - true)
            for entry, true in zip(stack.matrices[k].flat, game.exact_matrix.flat, strict=True)
        )
        assert exact <= Fraction(float(stack.errors[k]))
        assert stack.offsets.lower[k] <= game.offset <= stack.offsets.upper[k]


def test_shapes_may_change_along_the_way():
    batch = load_family("odd_cycle").matrices({"n": [3, 4, 5, 3]})
    assert [stack.points.tolist() for stack in batch.stacks] == [[0, 3], [2]]
    assert batch.undefined == {1: "n must be odd; received 4"}


def test_a_distribution_given_as_text_is_left_to_the_catalogue():
    family = load_family("lctc:distribution=0.4 0.1; 0.1 0.4,beta1=0")
    assert isinstance(family, CatalogFamily)
    assert str(family(beta2="1/2").exact_distribution[0, 0]) == "2/5"


def test_settling_more_and_missing_parameters():
    family = load_family("random_access_code")
    assert family.fix(n=3)() == catalog.random_access_code(3)
    for call in (family, lambda: family.matrices({})):
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value) == (
            "`random_access_code` needs n. Cure: give each a value or an axis."
        )
