"""Closed forms against enumeration and semidefinite programming, and the tables of the facts."""

import json
import math
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import classical_bias, tsirelson_bias
from xorgames import catalog
from xorgames.catalog import continuum_classical_value, known_bias, split_spec
from xorgames.errors import InputError

DATA = json.loads((Path(__file__).parent / "data" / "known_games.json").read_text())
FAMILIES = [
    "chsh",
    "biased_chsh:p=0.6,q=0.55",
    "biased_chsh:p=0.8,q=0.7",
    "biased_chsh:p=0.2,q=0.6",
    "biased_chsh:p=1,q=0.5",
    "hft:p=0.5,beta=0",
    "hft:p=0.5,beta=0.2",
    "hft:p=0.5,beta=0.5",
    "hft:p=0.3,beta=0.3",
    "hft:p=0.3,beta=0.8",
    "hft:p=0.4,beta=0.1",
    "hft:p=0.3,beta=0",
    "hft:p=0.25,beta=0",
    "hft:p=0,beta=0.1",
    *(f"chained:n={n}" for n in (2, 3, 6)),
    *(f"odd_cycle:n={n}" for n in (3, 5, 7)),
    *(f"staircase:n={n}" for n in (1, 2, 5, 8, 9)),
    *(f"random_access_code:n={n}" for n in (2, 3, 4, 5)),
    "elegant",
    *(f"fishburn_reeds:k={k}" for k in (2, 3, 4)),
    *(f"hadamard:n={n}" for n in (1, 2, 4, 8, 16)),
    *(f"affinity:graph=K{n}" for n in (2, 3, 4, 5)),
    *(f"affinity:graph=C{n}" for n in (3, 4, 5, 7)),
    "affinity:graph=P4",
    "nonlocal_computation:f=0001",
    "nonlocal_computation:f=0110,p=0.1 0.2 0.3 0.4",
    "nonlocal_computation:f=00010111",
]


@pytest.mark.parametrize("spec", FAMILIES)
def test_closed_forms_agree_with_computation(spec):
    matrix = catalog.parse(spec).matrix
    known = known_bias(*split_spec(spec))
    assert float(known.classical) == pytest.approx(classical_bias(matrix), abs=1e-13)
    assert float(known.quantum) == pytest.approx(tsirelson_bias(matrix), abs=1e-7)
    assert known.source


@pytest.mark.parametrize("game", DATA["games"], ids=lambda game: game["spec"])
def test_closed_forms_agree_with_the_published_values(game):
    known = known_bias(*split_spec(game["spec"]))
    assert float(known.classical) == pytest.approx(game["classical_bias"], abs=1e-14)
    assert float(known.quantum) == pytest.approx(game["quantum_bias"], abs=1e-14)


def test_every_family_with_a_closed_form_is_compared():
    compared = {catalog.parse(spec) and split_spec(spec)[0] for spec in FAMILIES}
    assert compared == set(catalog.names()) - {"lctc", "load_balancing"}


@pytest.mark.parametrize(
    ("p", "beta", "classical", "quantum", "threshold"),
    [
        ("0.5", "0", 0.75, 0.853553, 0.292893),
        ("0.3", "0.3", 0.79, 0.8123395588, 0.0715233),
        ("0.4", "0.1", 0.792, 0.8329624603, 0.1230243),
        ("0.3", "0", 0.91, 0.9101219331, 0.00029731),
    ],
)
def test_hft_values(p, beta, classical, quantum, threshold):
    """arXiv:2407.21723 and derived: win probabilities, and the threshold 1 - C/Q."""
    known = known_bias("hft", {"p": p, "beta": beta})
    assert (1 + known.classical) / 2 == Fraction(str(classical))
    assert (1 + known.quantum) / 2 == pytest.approx(quantum, abs=6e-7 if p == "0.5" else 6e-11)
    assert 1 - float(known.classical) / known.quantum == pytest.approx(threshold, abs=6e-7)


@settings(max_examples=200, deadline=None)
@given(p=st.fractions(0, 1, max_denominator=60), beta=st.fractions(0, 1, max_denominator=60))
def test_hft_against_the_one_dimensional_form(p, beta):
    """2 x n games: Q = max over t of sum_j sqrt(M0j^2 + M1j^2 + 2 M0j M1j t), concave in t."""
    known = known_bias("hft", {"p": p, "beta": beta})
    matrix = catalog.hft(p, beta).matrix

    def total(t):
        squares = matrix[0] ** 2 + matrix[1] ** 2 + 2 * matrix[0] * matrix[1] * t
        return np.sqrt(np.maximum(squares, 0)).sum()

    low, high = -1.0, 1.0
    for _ in range(200):
        third = (high - low) / 3
        if total(low + third) < total(high - third):
            low += third
        else:
            high -= third
    quantum = max(total(low), total(-1), total(1))
    assert float(known.quantum) == pytest.approx(quantum, abs=1e-12)
    assert float(known.classical) == pytest.approx(max(total(-1), total(1)), abs=1e-12)


def test_fishburn_reeds_ratio():
    """Doi 10.1137/S0895480191219350: (3k - 5)/(2k - 3), which is 10/7 > sqrt 2 at k = 5."""
    known = known_bias("fishburn_reeds", {"k": 5})
    assert known.quantum / known.classical == Fraction(10, 7)


def test_hadamard_without_a_closed_form():
    known = known_bias("hadamard", {"n": "32"})
    assert known.classical is None
    assert known.to_dict() == {
        "classical": None,
        "quantum": 1 / math.sqrt(32),
        "source": "derived here",
    }


def test_exact_values_are_texts():
    known = known_bias("nonlocal-computation", {"f": "0001"})
    assert known.to_dict() == {
        "classical": "1/2",
        "quantum": "1/2",
        "source": "arXiv:quant-ph/0610097",
    }


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("lctc", {"beta1": 0, "beta2": 0}),
        ("load_balancing", {"threshold": "0.3"}),
        ("affinity", {"graph": "0-1"}),
    ],
)
def test_games_without_a_closed_form(name, parameters):
    assert known_bias(name, parameters) is None


TABLE = [
    (threshold, cells, *values)
    for threshold, row in DATA["load_balancing"]["values"].items()
    for cells, values in zip(DATA["load_balancing"]["cells"], row, strict=True)
    if cells <= 16  # the most that plain enumeration can do
]


@pytest.mark.parametrize(("threshold", "cells", "classical", "quantum"), TABLE)
def test_load_balancing_table(threshold, cells, classical, quantum):
    matrix = catalog.load_balancing(threshold, cells).matrix
    assert (1 + classical_bias(matrix)) / 2 == pytest.approx(classical, abs=5.1e-5)
    assert (1 + tsirelson_bias(matrix)) / 2 == pytest.approx(quantum, abs=5.1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("threshold", DATA["load_balancing"]["values"])
def test_load_balancing_table_at_32_cells(threshold):
    matrix = catalog.load_balancing(threshold, 32).matrix
    expected = DATA["load_balancing"]["values"][threshold][-1][1]
    assert (1 + tsirelson_bias(matrix)) / 2 == pytest.approx(expected, abs=5.1e-5)


@pytest.mark.parametrize("threshold", ["0.05", "0.2", "0.330032453", "0.45", "0.7"])
def test_grids_rise_to_the_continuum_from_below(threshold):
    values = [
        (1 + classical_bias(catalog.load_balancing(threshold, cells).matrix)) / 2
        for cells in (1, 2, 4, 8, 16)
    ]
    limit = continuum_classical_value(threshold)
    assert all(coarse <= fine + 1e-14 for coarse, fine in pairwise(values))
    assert values[-1] <= limit + 1e-14
    assert limit - values[-1] < 0.01


def test_continuum_values():
    assert continuum_classical_value("0.330032453") == pytest.approx(0.761627, abs=5e-7)
    assert continuum_classical_value(0) == continuum_classical_value(1) == 1
    half = (1 + math.log(2)) / 2
    assert continuum_classical_value(0.5) == pytest.approx(half, abs=1e-15)
    assert continuum_classical_value(0.5 - 1e-12) == pytest.approx(half, abs=1e-11)
    # The least value over all thresholds lies where the first two strategies change over.
    grid = np.linspace(0.001, 0.999, 999)
    worst = min(grid, key=continuum_classical_value)
    assert worst == pytest.approx(0.330032453, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(threshold=st.floats(0.01, 0.99))
def test_continuum_value_is_the_best_of_all_pairs_of_cuts(threshold):
    """Alice and Bob answer 0 above cuts s and t of u = 1 - a, v = 1 - b, or one never cuts."""
    cuts = np.linspace(1e-6, 1, 400)
    s, t = np.meshgrid(cuts, cuts)
    wins = win_probability(threshold, s, t)
    best = max(wins.max(), 1 - wins.min())
    assert best <= continuum_classical_value(threshold) + 1e-12
    assert best == pytest.approx(continuum_classical_value(threshold), abs=1e-4)


def win_probability(c, s, t):
    """The chance to be right if the answers differ exactly for (u > s) != (v > t)."""

    def short(u, v):  # the area of {u' <= u, v' <= v, u' v' >= c}
        return np.where(u * v > c, u * v - c - c * np.log(np.maximum(u * v, c) / c), 0)

    whole = short(1.0, 1.0)
    same = short(s, t) + whole - short(s, 1.0) - short(1.0, t) + short(s, t)
    differ_area = s + t - 2 * s * t
    return same + differ_area - (whole - same)


def test_messages():
    with pytest.raises(InputError) as caught:
        known_bias("chhs", {})
    assert (
        str(caught.value)
        == "`name` must be a game of the catalogue; received 'chhs'. Cure: did you mean `chsh`?"
    )
    with pytest.raises(InputError) as caught:
        continuum_classical_value(-1)
    assert str(caught.value) == "`threshold` must lie in [0, 1]; received -1."
