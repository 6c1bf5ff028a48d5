"""Games with a name: functions that return them, and the same by name and parameters."""

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
from xorgames.catalog.known import Known, continuum_classical_value, known_bias
from xorgames.catalog.registry import Entry, entry, make, names, parse, split_spec
from xorgames.catalog.two_by_two import biased_chsh, chsh, hft, lctc

__all__ = [
    "Entry",
    "Known",
    "affinity",
    "biased_chsh",
    "chained",
    "chsh",
    "continuum_classical_value",
    "elegant",
    "entry",
    "fishburn_reeds",
    "hadamard",
    "hft",
    "known_bias",
    "lctc",
    "load_balancing",
    "make",
    "names",
    "nonlocal_computation",
    "odd_cycle",
    "parse",
    "random_access_code",
    "split_spec",
    "staircase",
]
