"""The games of the catalogue: matrices as published, meanings in words, and refused parameters."""

import itertools
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from xorgames import catalog
from xorgames.errors import InputError

KNOWN = json.loads((Path(__file__).parent / "data" / "known_games.json").read_text())


@pytest.mark.parametrize("game", KNOWN["games"], ids=lambda game: game["spec"])
def test_matrices_are_the_published_ones(game):
    expected = [[Fraction(entry) for entry in row] for row in game["matrix"]]
    assert catalog.parse(game["spec"]).exact_matrix.tolist() == expected


@pytest.mark.parametrize("name", catalog.names())
def test_payoffs_of_a_round_sum_to_1_and_there_is_a_source(name):
    game = catalog.parse(catalog.entry(name).example)
    assert (game.exact_payoff.sum(axis=-1) == 1).all()
    assert game.offset == 0.5
    assert game.source


@pytest.mark.parametrize("name", sorted({*catalog.names()} - {"lctc", "hft", "load_balancing"}))
def test_win_lose_families_are_win_lose(name):
    assert catalog.parse(catalog.entry(name).example).is_win_lose


def test_hft_in_words():
    """Opposite biases are right, except when both servers see the indicator: then the same."""
    beta = Fraction(1, 5)
    game = catalog.hft(p="0.3", beta=beta)
    walked = 0
    for x, y, a, b in itertools.product((0, 1), repeat=4):
        inputs = game.labels["x"][x], game.labels["y"][y]
        seen = [label == "indicator of negative correlation" for label in inputs]
        same = game.labels["a"][a] == game.labels["b"][b]
        right = same if all(seen) else not same
        worth = (beta if same else 1 - beta) if any(seen) and not all(seen) else int(right)
        assert game.exact_payoff[x, y, a ^ b] == worth
        assert same == (a != b), "equal bits must mean opposite biases"
        odds = [Fraction(3, 10) if s else Fraction(7, 10) for s in seen]
        assert game.exact_distribution[x, y] == odds[0] * odds[1]
        walked += 1
    assert walked == 16
    assert set(game.labels["a"]) == set(game.labels["b"]) == {"ask first", "bid first"}


def test_load_balancing_in_words():
    """Short jobs together go to one server, long ones to different servers."""
    game = catalog.load_balancing(threshold="0.25", cells=8)
    for x, y, a, b in itertools.product((0, 7), (0, 7), (0, 1), (0, 1)):
        together = game.labels["a"][a] == game.labels["b"][b]
        short = x == y == 0
        assert game.exact_payoff[x, y, a ^ b] == int(together == short)
    assert game.labels["x"][0] == "[0, 1/8)"
    assert game == catalog.load_balancing(0.25, 8)
    assert catalog.load_balancing(mu=2, t_star=0.3, cells=2).shape == (2, 2)


def test_affinity_in_words():
    game = catalog.affinity("0-1 1+2")
    wants_same = {(0, 0), (1, 1), (2, 2), (1, 2), (2, 1)}
    for (x, y), p in np.ndenumerate(game.exact_distribution):
        assert p == (0 if {x, y} == {0, 2} else Fraction(1, 7))
        if p:
            assert game.exact_payoff[x, y, 0] == ((x, y) in wants_same)
    assert game.labels["x"] == ("task 0", "task 1", "task 2")
    assert game.labels["b"] == ("server 1", "server 2")


@pytest.mark.parametrize(
    ("graph", "same"),
    [
        ("K3", "0-1 0-2 1-2"),
        ("C4", [(0, 1), (1, 2), (2, 3), (3, 0)]),
        ("P3", ["1-0", "2-1"]),
        ("0+1;0-2", [[0, 1, 1], [2, 0, -1]]),
    ],
)
def test_graphs_can_be_written_in_several_ways(graph, same):
    assert catalog.affinity(graph) == catalog.affinity(same)


@pytest.mark.parametrize("f", ["0110", "00010111", "01"])
def test_nonlocal_computation_in_words(f):
    size = len(f)
    odds = [Fraction(1 + z, size * (size + 1) // 2) for z in range(size)]
    game = catalog.nonlocal_computation(f, odds)
    for x, y in np.ndindex(size, size):
        assert game.exact_distribution[x, y] == odds[x ^ y] / size
        assert game.exact_payoff[x, y, int(f[x ^ y])] == 1
    assert game.labels["x"][-1] == "1" * (size.bit_length() - 1)
    text = " ".join(map(str, odds))
    assert game == catalog.nonlocal_computation([int(bit) for bit in f], text)


def test_relations_between_families():
    chsh = catalog.chsh()
    assert catalog.biased_chsh("1/2", "1/2") == chsh
    assert catalog.lctc(0, 0) == catalog.hft("1/2", 0) == chsh
    assert catalog.chained(2).relabel(x=[1, 0]) == chsh
    assert catalog.hadamard(2) == chsh
    assert catalog.random_access_code(2) == chsh
    assert catalog.hadamard(8) == catalog.hadamard(2).power(3)
    assert catalog.elegant() == catalog.random_access_code(3)
    assert catalog.odd_cycle(3) != catalog.affinity("C3")


def test_lctc_takes_any_prior():
    prior = [["0.4", "0.1"], ["0.2", "0.3"]]
    game = catalog.lctc("0.1", "0.3", prior)
    assert game.matrix.tolist() == [[0.4, 0.08], [0.08, -0.3]]
    assert game == catalog.lctc("0.1", "0.3", "0.4 0.1; 0.2 0.3")
    assert game == catalog.parse("lctc:beta1=0.1,beta2=0.3,distribution=0.4 0.1;0.2 0.3")


def test_zero_probabilities_keep_the_rule():
    assert catalog.biased_chsh(1, 0).exact_payoff[1, 1].tolist() == [0, 1]


EDGE = 'Cure: write "0-1" (different servers) or "0+1" (the same), or a graph such as "K3", "C5" or "P4".'  # noqa: E501
MESSAGES = [
    (
        lambda: catalog.hft(p=2, beta="-0.1"),
        "`p` must lie in [0, 1]; received 2.\n`beta` must lie in [0, 1]; received -0.1.",
    ),
    (
        lambda: catalog.biased_chsh("0,5", 0.5),
        "`p` must be a number; received '0,5'. Cure: use a decimal point: 0.5.",
    ),
    (lambda: catalog.lctc(0, 7), "`beta2` must lie in [0, 1]; received 7."),
    (
        lambda: catalog.lctc(0, 0, [["1/2", "1/2"]]),
        "`distribution` must be 2 x 2; received 1 x 2 entries.",
    ),
    (lambda: catalog.lctc(0, 0, "1"), "`distribution` must be 2 x 2; received 1 x 1 entries."),
    (
        lambda: catalog.lctc(0, 0, [["x", 0], [0, 0]]),
        "`distribution[0][0]` must be a real number; received 'x'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
    ),
    (lambda: catalog.chained(1), "`n` must be a whole number from 2 to 1024; received 1."),
    (lambda: catalog.odd_cycle(1), "`n` must be a whole number from 3 to 1024; received 1."),
    (
        lambda: catalog.odd_cycle(4),
        "`n` must be odd; received 4. Cure: an even cycle can always be won.",
    ),
    (lambda: catalog.staircase(0), "`n` must be a whole number from 1 to 1024; received 0."),
    (
        lambda: catalog.random_access_code(12),
        "`n` must be a whole number from 2 to 11; received 12.",
    ),
    (lambda: catalog.fishburn_reeds(33), "`k` must be a whole number from 2 to 32; received 33."),
    (lambda: catalog.hadamard(12), "`n` must be a power of two; received 12."),
    (
        lambda: catalog.hadamard("many"),
        "`n` must be a real number; received 'many'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
    ),
    (lambda: catalog.affinity("K1"), "`graph` must be a whole number from 2 to 1024; received 1."),
    (lambda: catalog.affinity(" ; "), f"`graph` must have at least one edge. {EDGE}"),
    (lambda: catalog.affinity([]), f"`graph` must have at least one edge. {EDGE}"),
    (lambda: catalog.affinity("Q3"), f"`graph[0]` must be an edge; received 'Q3'. {EDGE}"),
    (lambda: catalog.affinity(5), f"`graph[0]` must be an edge; received 5. {EDGE}"),  # type: ignore
    (
        lambda: catalog.affinity([(0, 1.5), (0, 1, 2), (-1, 0), (True, 0), "0-1"]),  # type: ignore
        f"`graph[0]` must be an edge; received (0, 1.5). {EDGE}\n"
        f"`graph[1]` must be an edge; received (0, 1, 2). {EDGE}\n"
        f"`graph[2]` must be an edge; received (-1, 0). {EDGE}\n"
        f"`graph[3]` must be an edge; received (True, 0). {EDGE}",
    ),
    (
        lambda: catalog.affinity("0-1 1-0 1+0 2-2"),
        "`graph[1]` repeats the edge between 0 and 1; received '1-0'.\n"
        "`graph[2]` contradicts the edge between 0 and 1; received '1+0'.\n"
        "`graph[3]` must join two different tasks; received '2-2'.",
    ),
    (
        lambda: catalog.affinity("1-2 2-3"),
        "`graph` must number its tasks from 0 without gaps; received no edge at task 0.",
    ),
    (
        lambda: catalog.nonlocal_computation("0021"),
        "`f` must hold only 0 and 1; received '0021'. Cure: write \"0001\" for AND.",
    ),
    (
        lambda: catalog.nonlocal_computation(1),  # type: ignore[arg-type]
        "`f` must have 2, 4, 8, ... or 1024 entries; received 1.",
    ),
    (
        lambda: catalog.nonlocal_computation([True, 0]),
        '`f` must hold only 0 and 1; received [True, 0]. Cure: write "0001" for AND.',
    ),
    (
        lambda: catalog.nonlocal_computation("011"),
        "`f` must have 2, 4, 8, ... or 1024 entries; received 3.",
    ),
    (
        lambda: catalog.nonlocal_computation("01", [1]),
        "`p` must have 2 entries, as many as f; received 1 entries.",
    ),
    (
        lambda: catalog.nonlocal_computation("01", ["3/2", "-1/2"]),
        "`p` must not be negative; received -0.5.",
    ),
    (
        lambda: catalog.nonlocal_computation("01", ["1/2", "1/4"]),
        "`p` must sum to 1; received a sum of 0.75.",
    ),
    (
        lambda: catalog.nonlocal_computation("01", ["1/2", "y"]),
        "`p[1]` must be a real number; received 'y'. "
        'Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
    ),
    (
        catalog.load_balancing,
        "`threshold` must be given, or else mu and t_star. "
        "Cure: write threshold = 0.33, which is exp(-mu t_star).",
    ),
    (
        lambda: catalog.load_balancing("0.3", 0, "mid"),
        "`cells` must be a whole number from 1 to 1024; received 0.\n"
        "`rule` must name a rule; received 'mid'. "
        "Cure: use one of cell-average, midpoint, left-endpoint.",
    ),
]


@pytest.mark.parametrize(("make", "message"), MESSAGES)
def test_messages(make, message):
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message


def test_importing_the_catalogue_is_light():
    heavy = ["scipy", "cvxpy", "matplotlib", "pydantic", "sympy", "mpmath", "jinja2"]
    code = f"import sys, xorgames.catalog; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
