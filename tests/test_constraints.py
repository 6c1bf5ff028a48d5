"""Conditions of a family: decided alike at one point and at many, with equality allowed."""

from fractions import Fraction

import pytest

from xorgames.design.constraints import total_of
from xorgames.design.expressions import number_expression
from xorgames.design.family_file import family_from_table
from xorgames.errors import InputError
from xorgames.game import XORGame

F = Fraction


def family(**more):
    return family_from_table(
        {
            "schema": 1,
            "name": "test",
            "parameters": {"p": {"lower": 0, "upper": 1}, "q": {"lower": 0, "upper": 1}},
            "distribution": [["p*q", "p*(1-q)"], ["(1-p)*q", "(1-p)*(1-q)"]],
            "payoff": [[["2*p", 0], [1, 0]], [[1, 0], [0, 1]]],
        }
        | more
    )


CASES = [
    ({"constraint": [{"expression": "p*q", "upper": "1/4"}]}, "constraint[0] must be at most 1/4",
     ("1/2", "1/2"), ("1/2", "0.6")),
    ({"constraint": [{"expression": "p - q", "lower": 0}]}, "constraint[0] must be at least 0",
     ("1/3", "1/3"), ("1/3", "0.4")),
    ({"constraint": [{"expression": "p + q", "lower": 1, "upper": 1}]}, "constraint[0] must be 1",
     ("0.3", "0.7"), ("0.3", "0.6")),
    ({"constraint": [{"expression": "sqrt(p)*sqrt(p)", "lower": "1/3", "upper": "1/3"}]},
     "constraint[0] must be 1/3", ("1/3", "0"), ("0.4", "0")),
    ({"marginals": {"alice": ["1/4", "3/4"]}}, "marginals.alice[0] must be 1/4",
     ("1/4", "0.1"), ("1/2", "0.1")),
    ({"marginals": {"bob": [[0, "1/2"], [0, 1]]}}, "marginals.bob[0] must lie in [0, 1/2]",
     ("0.9", "1/2"), ("0.9", "0.6")),
    ({"covariance": 0}, "covariance must be 0", ("0.3", "0.7"), None),
    ({"payoff_limits": [0, 1]}, "payoff_limits[0][0][0] must lie in [0, 1]",
     ("1/2", "0"), ("0.6", "0")),
]  # fmt: skip


@pytest.mark.parametrize(("more", "rule", "good", "bad"), CASES)
def test_conditions(more, rule, good, bad):
    found = family(**more)
    points = [good] if bad is None else [good, bad]
    batch = found.matrices({"p": [p for p, _ in points], "q": [q for _, q in points]})
    assert isinstance(found(p=good[0], q=good[1]), XORGame)
    if bad is None:
        assert not batch.undefined
        return
    assert list(batch.undefined) == [1]
    assert batch.undefined[1].startswith(rule + "; received ")
    with pytest.raises(InputError) as caught:
        found(p=bad[0], q=bad[1])
    problem = caught.value.problems[0]
    assert f"{problem.key} {problem.rule}" == rule


def test_the_covariance_is_that_of_the_inputs():
    found = family(
        distribution=[["p/2", "0", "q/2"], ["(1-p)/2", "(1-q)/2", 0]],
        payoff=[[[1, 0]] * 3] * 2,
        covariance=["-1/10", "1/10"],
    )
    (problem,) = refused(found, p="1/5", q="9/10").problems
    # E[xy] = 1 P(1,1) = 0.05; E[x] = 0.4 + 0.05; E[y] = 0.05 + 2 * 0.45.
    assert problem.received.endswith(f" = {0.05 - 0.45 * 0.95:.12g}")
    assert problem.rule == "must lie in [-1/10, 1/10]"


def refused(found, **point):
    with pytest.raises(InputError) as caught:
        found(**point)
    return caught.value


def test_a_condition_without_a_value():
    found = family(constraint=[{"expression": "1/(p-q)", "lower": 0}])
    assert str(refused(found, p="1/2", q="1/2")) == (
        "test, p = 0.5, q = 0.5: `constraint[0]` must have a value; "
        "received 1/(p-q): division by zero. Cure: narrow the bounds."
    )
    assert found.matrices({"p": ["1/2"], "q": ["1/2"]}).undefined == {
        0: "constraint[0] must have a value; received 1/(p-q): division by zero"
    }


def test_a_condition_on_a_huge_number():
    found = family(constraint=[{"expression": "1e300**20", "upper": 0}])
    (problem,) = refused(found, p="1/2", q="1/2").problems
    assert problem.received == "1e300**20 = a number above 1e308 in size"
    batch = found.matrices({"p": ["1/2"], "q": ["1/2"]})
    assert batch.undefined[0].startswith("constraint[0] must be at most 0; received ")


MESSAGES = [
    ({"constraint": ["p"]}, "`constraint[0]` must be a table; received 'p'. "
     "Cure: write [[constraint]]."),
    ({"constraint": [{"expresion": "p"}]}, "`constraint[0].expresion` is not a key of a "
     "constraint. Cure: did you mean `expression`?"),
    ({"constraint": [{"expression": "p"}]}, "`constraint[0]` must have an expression and lower, "
     'upper or both. Cure: write expression = "p*q" and upper = 0.2.'),
    ({"constraint": [{"expression": "p", "lower": 1, "upper": 0}]},
     "`constraint[0]` must have lower <= upper; received [1, 0]."),
    ({"constraint": [{"expression": "r", "lower": 1}]},
     "`constraint[0].expression` must name only parameters of the family; received 'r'. "
     "Cure: use one of p, q, pi."),
    ({"covariance": [0, 1, 2]}, "`covariance` must be [lower, upper], or a number but for payoffs; "
     "received [0, 1, 2]."),
    ({"covariance": [1, 0]}, "`covariance` must have lower <= upper; received [1, 0]."),
    ({"payoff_limits": 1}, "`payoff_limits` must be [lower, upper], or a number but for payoffs; "
     "received 1."),
    ({"marginals": {"alice": [1]}}, "`marginals.alice` must have 2 entries, one for each input; "
     "received 1."),
    ({"marginals": {"bob": "x"}}, "`marginals.bob` must have 2 entries, one for each input; "
     "received 'x'."),
    ({"marginals": {"eve": [1]}}, "`marginals.eve` is not a party. Cure: use alice and bob."),
]  # fmt: skip


@pytest.mark.parametrize(("more", "message"), MESSAGES)
def test_messages(more, message):
    with pytest.raises(InputError) as caught:
        family(**more)
    assert str(caught.value).splitlines()[0] == message


def test_sums_of_many_entries_grow_no_faster_than_their_number():
    """The covariance of 100 x 100 inputs took 7 s when each sum was copied for the next."""
    many = [number_expression(F(1, 1000)) for _ in range(1000)]
    total = total_of(many)
    assert total.exact({}) == 1
    assert len(total.text) < 20 * len(many)
    assert len(total.steps) == 2 * len(many) - 1
