"""Affinity games: which tasks of a graph should run on the same server?

A graph of tasks with signs on its edges gives the symmetric matrix with 1 on the diagonal, +1 for
an edge that wants the same server, -1 for one that wants different servers, and 0 elsewhere, all
divided by the number of entries that are not 0.
"""

import re
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any

import numpy as np

from xorgames.catalog.parameters import SERVERS, from_signs
from xorgames.errors import InputError, Problem, reject
from xorgames.exact import cell
from xorgames.game import XORGame
from xorgames.regions import whole_number

Edge = tuple[int, int, int]

_NAMED = re.compile(r"\s*([KCP])(\d+)\s*")
_EDGE = re.compile(r"(\d+)([-+])(\d+)")
_CURE = 'write "0-1" (different servers) or "0+1" (the same), or a graph such as "K3", "C5" or "P4"'


def affinity(graph: str | Iterable[str | Sequence[int]]) -> XORGame:
    """Two parties place one task each: on the same server or not, as the tasks' edge asks.

    All pairs of tasks that share an edge are asked in both orders, and each task together with
    itself, which wants the same server; all with equal probability. Other pairs are never asked.
    Reference: values for K_n, C_n, P_n derived here (`known_bias`).

    Parameters
    ----------
    graph : str or iterable of edges
        "K3", "C5", "P4": a complete graph, cycle or path whose edges all want different servers. Or
        edges, numbered from 0 without gaps: "0-1" wants different servers, "0+1" the same; in one
        text, apart by blanks or semicolons; also as (0, 1) for different or (0, 1, sign).

    Raises
    ------
    InputError
        For each edge that cannot be read, joins a task to itself, or is given twice; for a gap in
        the numbering.

    Examples
    --------
    >>> (9 * affinity("K3").matrix).round().tolist()
    [[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]]
    >>> affinity("0-1; 1-2; 0+2") == affinity([(0, 1), (1, 2), (0, 2, 1)])
    True
    """
    named = named_graph(graph)
    name = f"affinity, {named[0]}{named[1]}" if named else "affinity"
    edges = _edges_of(*named) if named else _read_edges(graph)
    size = 1 + max(max(i, j) for i, j, _ in edges)
    matrix = np.eye(size, dtype=int)
    for i, j, sign in edges:
        matrix[i, j] = matrix[j, i] = sign
    tasks = [f"task {i}" for i in range(size)]
    return from_signs(
        matrix,
        name=name,
        source="values derived in xorgames",
        labels=SERVERS | {"x": tasks, "y": tasks},
    )


def named_graph(graph: object) -> tuple[str, int] | None:
    """Return the kind and size of a graph such as "K3", or None if it is none of those."""
    match = _NAMED.fullmatch(graph) if isinstance(graph, str) else None
    if match is None:
        return None
    kind, size = match.groups()
    return kind, whole_number("graph", size, 3 if kind == "C" else 2)


def _edges_of(kind: str, size: int) -> list[Edge]:
    if kind == "K":
        return [(i, j, -1) for j in range(size) for i in range(j)]
    path = [(i, i + 1, -1) for i in range(size - 1)]
    return [*path, (0, size - 1, -1)] if kind == "C" else path


def _read_edges(graph: str | Iterable[str | Sequence[int]]) -> list[Edge]:
    """Read all edges, and raise one error with everything that is wrong."""
    if isinstance(graph, str):
        graph = graph.replace(";", " ").split()
    written = list(graph) if isinstance(graph, Iterable) else [graph]
    if not written:
        reject("graph", "must have at least one edge", cure=_CURE)
    problems: list[Problem] = []
    signs: dict[tuple[int, int], int] = {}
    for place, text in enumerate(written):
        edge = _read_edge(text)
        key = cell("graph", (place,))
        if edge is None:
            problems.append(
                Problem(key=key, rule="must be an edge", received=repr(text), cure=_CURE)
            )
            continue
        i, j, sign = edge
        if i == j:
            rule = "must join two different tasks"
            problems.append(Problem(key=key, rule=rule, received=repr(text)))
        elif (i, j) in signs:
            rule = "repeats" if signs[i, j] == sign else "contradicts"
            rule += f" the edge between {i} and {j}"
            problems.append(Problem(key=key, rule=rule, received=repr(text)))
        signs[i, j] = sign
    if not problems:
        _check_numbering(signs, problems)
    if problems:
        raise InputError(problems)
    return [(i, j, sign) for (i, j), sign in signs.items()]


def _check_numbering(signs: Iterable[tuple[int, int]], problems: list[Problem]) -> None:
    used = {task for pair in signs for task in pair}
    if max(used) != len(used) - 1:
        gap = min(set(range(len(used))) - used)
        rule = "must number its tasks from 0 without gaps"
        problems.append(Problem(key="graph", rule=rule, received=f"no edge at task {gap}"))


def _read_edge(edge: Any) -> Edge | None:
    """Return (i, j, sign) with i <= j, or None if it is no edge."""
    if isinstance(edge, str):
        match = _EDGE.fullmatch(edge)
        parts = [int(match[1]), int(match[3]), int(match[2] + "1")] if match else []
    else:
        parts = list(edge) if isinstance(edge, Iterable) else []
        parts += [-1] if len(parts) == 2 else []
    if len(parts) != 3 or not all(map(_is_whole, parts)):
        return None
    i, j, sign = map(int, parts)
    return (min(i, j), max(i, j), sign) if min(i, j) >= 0 and sign in (-1, 1) else None


def _is_whole(number: object) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool)
