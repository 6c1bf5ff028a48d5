"""The pages on scenarios: their code runs and prints what stands there."""

import pytest

from tests.walkthroughs import run


def test_your_own_problem():
    said, printed = run("your_own_problem.md")
    assert printed == said
    assert len(said) == 7


def test_trading():
    said, printed = run("trading.md")
    assert printed == said
    assert len(said) == 4


def test_load_balancing():
    said, printed = run("load_balancing.md")
    assert printed == said
    assert len(said) == 4


@pytest.mark.slow
def test_robustness():
    said, printed = run("robustness.md")
    assert printed == said
    lines = "".join(said).splitlines()
    limits = [line for line in lines if "; required " in line]
    assert len(limits) == 6 + 9 + 2 + 5 + 3 + 1
    assert all(line.endswith("; agree") for line in limits)
