"""Derivatives against differences of exact values."""

from fractions import Fraction

import numpy as np
import pytest

from xorgames.design.duals import DUALS, Dual
from xorgames.design.expressions import parse_expression

TEXTS = [
    "p*q", "p/q", "p - q", "-p", "(1-p)**2", "p**-3", "p**0", "p**1", "sqrt(p*q)", "exp(p)*q",
    "log(p+q)", "min(p, q)", "max(p, q)", "max(p, q, 2*q)", "abs(p - q)", "pi*p",
    "(1-2*q)*p*(1-p)",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("point", [(0.3, 0.7), (0.9, 0.2), (0.25, 0.5)])
def test_against_differences(text, point):
    expression = parse_expression(text, key="k", names=["p", "q"])
    values = {
        name: Dual(np.array([point[i]]), np.eye(2)[:, i : i + 1]) for i, name in enumerate("pq")
    }
    found = expression.evaluate(values, DUALS)
    step = Fraction(1, 2**20)
    for i, name in enumerate("pq"):
        here = {"p": Fraction(point[0]), "q": Fraction(point[1])}
        ahead, behind = (expression.exact(here | {name: here[name] + s}) for s in (step, -step))
        slope = float((ahead - behind) / (2 * step))
        assert float(found.slopes[i, 0]) == pytest.approx(slope, abs=1e-5)
    assert float(found.value[0]) == pytest.approx(float(expression.exact(here)), rel=1e-14)


def test_many_points_at_once():
    expression = parse_expression("p**2", key="k", names=["p"])
    p = Dual(np.array([0.0, 1.0, -2.0]), np.ones((1, 3)))
    assert expression.evaluate({"p": p}, DUALS).slopes.tolist() == [[0.0, 2.0, -4.0]]
