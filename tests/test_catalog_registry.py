"""The catalogue by name: entries, specs, and what is refused."""

import inspect
from decimal import Decimal
from fractions import Fraction

import pytest

from xorgames import catalog
from xorgames.errors import InputError

NAMES = [
    "chsh",
    "biased_chsh",
    "lctc",
    "hft",
    "load_balancing",
    "chained",
    "odd_cycle",
    "staircase",
    "random_access_code",
    "elegant",
    "fishburn_reeds",
    "hadamard",
    "affinity",
    "nonlocal_computation",
]


def test_the_contract_names_are_there():
    assert catalog.names() == NAMES
    assert all(getattr(catalog, name) is catalog.entry(name).function for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_entries_run_and_say_what_they_are(name):
    about = catalog.entry(name)
    assert about.name == name
    assert about.example.startswith(name)
    assert about.summary.endswith(".")
    assert about.source == catalog.parse(about.example).source
    assert list(about.parameters) == list(inspect.signature(about.function).parameters)
    assert set(about.required) <= set(about.parameters)


def test_an_entry_in_full():
    assert catalog.entry("load-balancing").to_dict() == {
        "name": "load_balancing",
        "summary": "Send two jobs to one server if together they are short, "
        "else to different servers.",
        "source": "arXiv:2602.04588 (queueing model)",
        "parameters": {
            "threshold": "0.33",
            "cells": "16",
            "rule": "cell-average",
            "mu": "",
            "t_star": "",
        },
        "required": [],
        "example": "load_balancing:threshold=0.33,cells=8",
    }
    assert catalog.entry("hft").required == ("p", "beta")
    assert catalog.entry("chsh").example == "chsh"


@pytest.mark.parametrize(
    ("spec", "game"),
    [
        ("chsh", catalog.chsh()),
        (" hft : p = 0.3 , beta = 3/10 ", catalog.hft(Fraction(3, 10), Decimal("0.3"))),
        ("biased-chsh:p=1/3,q=1e-1", catalog.biased_chsh("1/3", "1/10")),
        ("affinity:graph=K3", catalog.affinity("K3")),
        ("affinity:graph=0-1;1-2;0+2", catalog.affinity([(0, 1), (1, 2), (0, 2, 1)])),
        ("load_balancing:threshold=0.33,cells=8", catalog.load_balancing("0.33", 8)),
        ("load-balancing:mu=2,t-star=1/2", catalog.load_balancing(mu=2, t_star=0.5)),
        ("nonlocal-computation:f=0001", catalog.nonlocal_computation("0001")),
    ],
)
def test_specs(spec, game):
    assert catalog.parse(spec) == game


def test_make_takes_numbers_of_any_kind():
    assert catalog.make("hft", {"p": Decimal("0.3"), "beta": "0.3"}) == catalog.make(
        "hft", {"p": "3/10", "beta": Fraction(3, 10)}
    )
    table = {"threshold": Decimal("0.3"), "t-star": None, "cells": [2, 3]}
    assert catalog.make("load-balancing", table).shape == (2, 3)


FORM = "Cure: write name or name:parameter=value,parameter=value."
MESSAGES = [
    ("chhs", "`name` must be a game of the catalogue; received 'chhs'. Cure: did you mean `chsh`?"),
    (
        "poker",
        "`name` must be a game of the catalogue; received 'poker'. Cure: use one of "
        + ", ".join(NAMES)
        + ".",
    ),
    ("hft", "`hft` needs p and beta. Cure: for example hft:p=0.3,beta=0.3."),
    (
        "hft:p=0.3,betta=0.3,x=1",
        "`betta` is not a parameter of hft. Cure: did you mean `beta`?\n"
        "`x` is not a parameter of hft. Cure: use one of p, beta.\n"
        "`hft` needs beta. Cure: for example hft:p=0.3,beta=0.3.",
    ),
    ("chsh:p=1", "`p` is not a parameter of chsh. Cure: write chsh alone."),
    ("hft:p=0.3,beta=2", "`beta` must lie in [0, 1]; received 2."),
    ("hft:", f"`game` is not well formed; received 'hft:'. {FORM}"),
    ("hft:p", f"`game` is not well formed; received 'hft:p'. {FORM}"),
    ("hft:p=,beta=1", f"`game` is not well formed; received 'hft:p=,beta=1'. {FORM}"),
    ("hft:p=1,beta=1,", f"`game` is not well formed; received 'hft:p=1,beta=1,'. {FORM}"),
    (":p=1", f"`game` must have a name; received ':p=1'. {FORM}"),
    ("", f"`game` must have a name; received ''. {FORM}"),
    ("hft:p=1,p=1", "`game` must give p once; received 'hft:p=1,p=1'."),
    (
        "load_balancing:t_star=1,t-star=2",
        "`game` must give t_star once; received 'load_balancing:t_star=1,t-star=2'.",
    ),
]


@pytest.mark.parametrize(("spec", "message"), MESSAGES)
def test_messages(spec, message):
    with pytest.raises(InputError) as caught:
        catalog.parse(spec)
    assert str(caught.value) == message
