"""The catalogue by name: what it holds, and games from names and parameters.

A spec is the text `name` or `name:parameter=value,parameter=value`. Values stay text until the
game's function reads them, so that "0.3" and "1/3" are exact.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from xorgames.catalog.applications import load_balancing, nonlocal_computation
from xorgames.catalog.families import (
    chained,
    elegant,
    fishburn_reeds,
    hadamard,
    odd_cycle,
    random_access_code,
    staircase,
)
from xorgames.catalog.graphs import affinity
from xorgames.catalog.two_by_two import biased_chsh, chsh, hft, lctc
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.game import XORGame

_REQUIRED = inspect.Parameter.empty
_FORM = "write name or name:parameter=value,parameter=value"

#: Every game's function, with parameters to show it by.
_EXAMPLES: dict[Callable[..., XORGame], dict[str, str]] = {
    chsh: {},
    biased_chsh: {"p": "0.6", "q": "0.55"},
    lctc: {"beta1": "0.1", "beta2": "0.3"},
    hft: {"p": "0.3", "beta": "0.3"},
    load_balancing: {"threshold": "0.33", "cells": "8"},
    chained: {"n": "4"},
    odd_cycle: {"n": "5"},
    staircase: {"n": "5"},
    random_access_code: {"n": "4"},
    elegant: {},
    fishburn_reeds: {"k": "3"},
    hadamard: {"n": "8"},
    affinity: {"graph": "K3"},
    nonlocal_computation: {"f": "0001"},
}
_FUNCTIONS = {function.__name__: function for function in _EXAMPLES}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One game of the catalogue.

    Attributes
    ----------
    name : str
    function : callable
        Takes the parameters and returns the game.
    summary : str
        The game in one line.
    source : str
        Where it comes from.
    parameters : mapping of str to str
        For each parameter its default, or else a value to try, or "" if it can be left out.
    required : tuple of str
        The parameters that have no default.
    example : str
        A spec that `parse` reads.
    """

    name: str
    function: Callable[..., XORGame]
    summary: str
    source: str
    parameters: Mapping[str, str]
    required: tuple[str, ...]
    example: str

    def to_dict(self) -> dict[str, Any]:
        """Return the entry in a form that a machine can read."""
        return {
            "name": self.name,
            "summary": self.summary,
            "source": self.source,
            "parameters": dict(self.parameters),
            "required": list(self.required),
            "example": self.example,
        }


def names() -> list[str]:
    """Return the names of all games.

    Examples
    --------
    >>> names()[:4]
    ['chsh', 'biased_chsh', 'lctc', 'hft']
    """
    return list(_FUNCTIONS)


def entry(name: str) -> Entry:
    """Return what the catalogue says about a game.

    Raises
    ------
    InputError
        If there is no such game; the nearest name is suggested.

    Examples
    --------
    >>> entry("biased-chsh").example, entry("load_balancing").parameters["rule"]
    ('biased_chsh:p=0.6,q=0.55', 'cell-average')
    """
    function = _FUNCTIONS.get(str(name).replace("-", "_"))
    if function is None:
        cure = near_name(str(name), names())
        reject("name", "must be a game of the catalogue", received=repr(name), cure=cure)
    return _describe(function)


@cache
def _describe(function: Callable[..., XORGame]) -> Entry:
    shown = _EXAMPLES[function]
    parameters = inspect.signature(function).parameters.values()
    defaults = {each.name: each.default for each in parameters}
    values = ",".join(f"{key}={text}" for key, text in shown.items())
    return Entry(
        name=function.__name__,
        function=function,
        summary=(inspect.getdoc(function) or "").partition("\n")[0],
        source=function(**shown).source,
        parameters=MappingProxyType(
            {
                key: shown.get(key, "") if default in (None, _REQUIRED) else str(default)
                for key, default in defaults.items()
            }
        ),
        required=tuple(key for key in defaults if defaults[key] is _REQUIRED),
        example=f"{function.__name__}:{values}".rstrip(":"),
    )


def make(name: str, parameters: Mapping[str, Any]) -> XORGame:
    """Return a game of the catalogue.

    Parameters
    ----------
    name : str
        A name of `names()`; hyphens count as underscores, here and in parameters.
    parameters : mapping
        As the game's function takes them; numbers may be texts.

    Raises
    ------
    InputError
        If the name or a parameter is unknown (the nearest is suggested), a parameter is missing, or
        a value is refused.

    Examples
    --------
    >>> make("hft", {"p": "0.3", "beta": "3/10"}).shape
    (2, 2)
    """
    about = entry(name)
    problems = []
    given = {}
    for written, value in parameters.items():
        key = written.replace("-", "_")
        known = list(about.parameters)
        if key not in known:
            cure = near_name(key, known) if known else f"write {about.name} alone"
            rule = f"is not a parameter of {about.name}"
            problems.append(Problem(key=written, rule=rule, cure=cure))
        given[key] = value
    missing = [key for key in about.required if key not in given]
    if missing:
        rule = f"needs {' and '.join(missing)}"
        problems.append(Problem(key=about.name, rule=rule, cure=f"for example {about.example}"))
    if problems:
        raise InputError(problems)
    return about.function(**given)


def parse(spec: str) -> XORGame:
    """Return the game that a spec of the command line describes.

    Raises
    ------
    InputError
        If the spec is malformed, and as `make`.

    Examples
    --------
    >>> parse("hft:p=0.3,beta=3/10") == make("hft", {"p": "0.3", "beta": "0.3"})
    True
    >>> parse("affinity:graph=0-1;1-2;0+2").shape
    (3, 3)
    """
    return make(*split_spec(spec))


def split_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Return the name and the parameters, as texts, of a spec.

    Examples
    --------
    >>> split_spec("hft:p=0.3,beta=1/3")
    ('hft', {'p': '0.3', 'beta': '1/3'})
    """
    name, colon, rest = spec.partition(":")
    parameters: dict[str, str] = {}
    for part in rest.split(",") if colon else []:
        key, _, text = (piece.strip() for piece in part.partition("="))
        if not key or not text:
            reject("game", "is not well formed", received=repr(spec), cure=_FORM)
        key = key.replace("-", "_")
        if key in parameters:
            reject("game", f"must give {key} once", received=repr(spec))
        parameters[key] = text
    if not name.strip():
        reject("game", "must have a name", received=repr(spec), cure=_FORM)
    return name.strip(), parameters
