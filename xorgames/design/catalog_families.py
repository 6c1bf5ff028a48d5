"""Functions of the catalogue as families.

Any of them is called point by point. Those in `TABLES` stand there as expressions too, which give
the same games, thousands at once; a test compares them exactly.
"""

from collections.abc import Mapping
from typing import Any

from xorgames import catalog
from xorgames.design.family import (
    Batch,
    Entry,
    Family,
    entry_of,
    game_or_reason,
    stack_of,
)
from xorgames.design.parameter import Parameter
from xorgames.errors import near_name, reject
from xorgames.game import XORGame

_UNIT = {"lower": 0, "upper": 1}
_HFT_INPUTS = ["no indicator", "indicator of negative correlation"]

TABLES: dict[str, dict[str, Any]] = {
    "hft": {
        "schema": 1,
        "name": "HFT",
        "source": "arXiv:2407.21723v3, Eq. 3.1; arXiv:2604.07451",
        "parameters": {"p": _UNIT, "beta": _UNIT},
        "distribution": [["(1-p)**2", "(1-p)*p"], ["p*(1-p)", "p**2"]],
        "payoff": [[[1, 0], ["1-beta", "beta"]], [["1-beta", "beta"], [0, 1]]],
        "labels": {
            "a": ["ask first", "bid first"],
            "b": ["bid first", "ask first"],
            "x": _HFT_INPUTS,
            "y": _HFT_INPUTS,
        },
    },
    "biased_chsh": {
        "schema": 1,
        "name": "biased CHSH",
        "source": "arXiv:1011.6245",
        "parameters": {"p": _UNIT, "q": _UNIT},
        "distribution": [["p*q", "p*(1-q)"], ["(1-p)*q", "(1-p)*(1-q)"]],
        "win": [[0, 0], [0, 1]],
    },
    "lctc": {
        "schema": 1,
        "name": "LCTC",
        "source": "arXiv:2604.07451",
        "parameters": {"beta1": _UNIT, "beta2": _UNIT},
        "distribution": "uniform",
        "payoff": [[[1, 0], ["1-beta1", "beta1"]], [["1-beta2", "beta2"], [0, 1]]],
    },
}


class CatalogFamily(Family):
    """A function of the catalogue with some parameters left open.

    Examples
    --------
    >>> family = CatalogFamily("load_balancing", {"cells": "4"})
    >>> family(threshold="0.3").shape, [p.name for p in family.parameters]
    ((4, 4), ['threshold', 'rule', 'mu', 't_star'])
    """

    def __init__(self, name: str, fixed: Mapping[str, Any]) -> None:
        entry = catalog.entry(name)
        self.name, self.source = entry.name, entry.source
        self.fixed = dict(fixed)
        known = list(entry.parameters)
        for given in fixed:
            if given not in known:
                cure = near_name(given, known) if known else f"write {entry.name} alone"
                reject(given, f"is not a parameter of {entry.name}", cure=cure)
        self.parameters = tuple(Parameter(name=p) for p in known if p not in self.fixed)
        self._required = [p for p in entry.required if p not in self.fixed]

    def _number(self, _: Parameter, value: Any) -> Any:
        # Not every parameter of the catalogue is a number: its functions check their own.
        return value

    def _require(self, given: Mapping[str, Any]) -> None:
        missing = [name for name in self._required if name not in given]
        if missing:
            names = " and ".join(missing)
            reject(self.name, f"needs {names}", cure="give each a value or an axis")

    def _at(self, values: dict[str, Any]) -> XORGame:
        return catalog.make(self.name, self.fixed | values)

    def _fixed(self, values: dict[str, Any]) -> Family:
        return CatalogFamily(self.name, self.fixed | values)

    def _matrices(self, columns: dict[str, Any], count: int) -> Batch:
        undefined: dict[int, str] = {}
        shapes: dict[tuple[int, int], list[Entry]] = {}
        for i in range(count):
            point = {name: column[i] for name, column in columns.items()}
            game = game_or_reason(self, point)
            if isinstance(game, str):
                undefined[i] = game
            else:
                shapes.setdefault(game.shape, []).append(entry_of(i, game))
        stacks = tuple(stack_of(found) for found in shapes.values())
        return Batch(count=count, stacks=stacks, undefined=undefined)
