"""Verdicts that the tests of the questions start from, each made once."""

from functools import cache

import xorgames as xg


@cache
def solution(name="chsh"):
    return xg.solve({"chsh": xg.catalog.chsh, "hft": _hft, "dead": _dead}[name]())


def _hft():
    return xg.catalog.hft(p=0.3, beta=0.3)


def _dead():
    return xg.catalog.hft(p=0.5, beta=0.5)


def verdict_of(window_s=0.1, *, game="chsh", design="yb_cavity", profile=None, rule=None, **more):
    conditions = xg.Conditions(window_s=window_s, **more)
    needs = xg.require(solution(game), conditions, **(rule or {}))
    machine = xg.load_design(design) if isinstance(design, str) else design
    return xg.check(needs, machine, profile=profile)
