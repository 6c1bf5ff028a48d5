"""Whether entanglement helps: by brackets, by the sharper test, in exact arithmetic."""

import types

import numpy as np
import pytest

import xorgames as xg
from xorgames.design.family_file import load_family
from xorgames.design.helps import exactly_helps, surely_helps
from xorgames.design.quantities import bias_brackets


def test_exact_answers():
    assert exactly_helps(xg.catalog.odd_cycle(5)) == 1
    assert exactly_helps(xg.catalog.nonlocal_computation("0001")) == -1
    assert exactly_helps(xg.catalog.hft("3/10", 0)) == 1
    # At 2 p (1 - p) = |1 - 2p| |1 - 2 beta| the advantage just ends.
    assert exactly_helps(xg.catalog.hft("1/4", "1/8")) == -1


def test_what_the_brackets_say_the_sharper_test_says_too():
    (stack,) = load_family("hft:p=1/2").matrices({"beta": ["0", "1/4", "1/2", "0.4999"]}).stacks
    # At beta = 1/2 both biases are equal, which no bracket can show.
    assert surely_helps(stack).tolist() == [1, 1, 0, 1]
    assert surely_helps(stack, bias_brackets(stack)).tolist() == [1, 1, 0, 1]


def test_one_sure_answer_never_contradicts_the_exact_one():
    rng = np.random.default_rng(0)
    family = load_family("hft")
    points = {name: [f"{n}/20" for n in rng.integers(0, 21, 60)] for name in ("p", "beta")}
    for stack in family.matrices(points).stacks:
        for i, answer in zip(stack.points.tolist(), surely_helps(stack).tolist(), strict=True):
            exact = exactly_helps(xg.catalog.hft(points["p"][i], points["beta"][i]))
            assert answer in (0, exact)


def test_an_interrupt_of_one_search_ends_all(monkeypatch):
    def cut_short(*_arguments, **_options):
        return types.SimpleNamespace(interrupted=True)

    monkeypatch.setattr("xorgames.solvers.classical.classical_bias", cut_short)
    with pytest.raises(KeyboardInterrupt):
        exactly_helps(xg.catalog.odd_cycle(3))
