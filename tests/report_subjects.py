"""What the report tests report on, by name: games of every kind, requirements, verdicts."""

from dataclasses import replace
from functools import cache

from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, elegant, hadamard, hft, staircase
from xorgames.game import XORGame
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.design import load_design
from xorgames.hardware.requirements import require
from xorgames.hardware.verdict import check
from xorgames.reports.model import build_report
from xorgames.solvers.solve import solve

HOSTILE = "<script>alert('x')</script> \"quoted\" & `tick` |pipe| $x$ \u202e\x00\n# *b* _e_ [l](u)"
# What a game file may hold: the rest is refused there.
PRINTABLE = " ".join("".join(c if c.isprintable() else " " for c in HOSTILE).split())
COMMAND = "xorgames report GAME -o report.html"


def _undecided():
    solution = solve(chsh())
    wide = replace(solution.quantum, value=Bound(0.75, 0.86), bias=Bound(0.5, 0.72))
    pair = replace(solution.one_pair, value=wide.value, bias=wide.bias)
    gap = replace(solution.advantage, bound=Bound(0.0, 0.11), verdict=Finding.UNDECIDED)
    return replace(solution, quantum=wide, one_pair=pair, advantage=gap)


def _hostile():
    return XORGame.from_predicate(
        [["1/4"] * 2] * 2,
        [[0, 0], [0, 1]],
        name=PRINTABLE,
        source=PRINTABLE,
        labels={
            "a": [PRINTABLE, "1"],
            "b": ["名前", PRINTABLE],
            "x": [PRINTABLE, "é"],
            "y": ["| a", "`"],
        },
    )


def _checked(game, *, window_s, profile=None):
    needs = require(solve(game), Conditions(window_s=window_s))
    return check(needs, load_design("yb_cavity"), profile=profile)


def _hostile_verdict():
    verdict = check(require(solve(_hostile())), load_design("yb_cavity"))
    design = replace(verdict.design, name=HOSTILE, source=HOSTILE)
    performance = replace(verdict.performance, design=HOSTILE, profile=HOSTILE)
    criteria = tuple(replace(criterion, note=HOSTILE) for criterion in verdict.criteria)
    return replace(
        verdict, design=design, performance=performance, criteria=criteria, notes=(HOSTILE,)
    )


def _open():
    verdict = _checked(chsh(), window_s=0.1)
    first, *others = verdict.criteria
    return replace(verdict, criteria=(replace(first, passed=None), *others))


def _without_design():
    verdict = _checked(chsh(), window_s=0.1)
    return check(verdict.requirements, verdict.performance)


SUBJECTS = {
    "chsh": lambda: solve(chsh()),
    "hft": lambda: solve(hft("0.3", "0.3")),
    "elegant": lambda: solve(elegant()),
    "no advantage": lambda: solve(hadamard(4)),
    "undecided": _undecided,
    "large": lambda: solve(staircase(12)),
    "1x1": lambda: solve(XORGame([["1"]], [[[1, 0]]], name="one by one")),
    "requirements": lambda: require(solve(chsh())),
    "requirements without advantage": lambda: require(solve(hadamard(4))),
    "requirements not proven": lambda: require(_undecided()),
    "pass": lambda: _checked(chsh(), window_s=0.1, profile="displayed"),
    "fail": lambda: _checked(hft("0.3", "0.3"), window_s=0.01),
    "fail without advantage": lambda: _checked(hadamard(4), window_s=0.02),
    "open": _open,
    "without a design": _without_design,
    "hostile": _hostile_verdict,
}


@cache
def report_of(name):
    """Build the report on a subject; `report_of.__wrapped__` builds it again."""
    return build_report(SUBJECTS[name](), command=HOSTILE if name == "hostile" else COMMAND)
