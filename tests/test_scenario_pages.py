"""The pages on scenarios: their code runs and prints what stands there."""

import pytest

from tests.walkthroughs import run


def test_your_own_problem():
    said, printed = run("your_own_problem.md")
    assert printed == said
    assert len(said) == 5


@pytest.mark.slow
def test_robustness():
    said, printed = run("robustness.md")
    assert printed == said
    lines = "".join(said).splitlines()
    assert len(lines) == 11
    assert all(line.endswith("; agree") for line in lines)
