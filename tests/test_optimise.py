"""The best game of a family: known optima, proven values, subjects, messages."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import xorgames as xg
from xorgames.bound import Bound
from xorgames.design.demands import Setting
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.objectives import Objective, certified, objective_of, parse_subjects
from xorgames.design.optimise import optimise, parse_ranges
from xorgames.errors import InputError

EXAMPLES = Path(__file__).parent.parent / "examples"
F = Fraction


def message(call, *arguments, **options):
    with pytest.raises(InputError) as refused:
        call(*arguments, **options)
    return str(refused.value)


# Where the best game is known: the value as a bias or a gap in closed form.
KNOWN = [
    # arXiv:1011.6245: the best prior for CHSH's predicate is uniform.
    ("biased_chsh", "gap", {"p": F(1, 2), "q": F(1, 2)}, (2**0.5 / 2 - 1 / 2) / 2),
    ("biased_chsh", "ratio", {"p": F(1, 2), "q": F(1, 2)}, 2**0.5),
    # games.md 2.3: at p = 1/2 the gap is sqrt(1 + k^2)/4 - 1/4 ... with k = |1 - 2 beta| <= 1.
    ("hft", "critical-infidelity", {"p": F(1, 2)}, 1 - 2**-0.5),
]


@pytest.mark.parametrize(("family", "quantity", "where", "value"), KNOWN)
def test_known_optima_are_found_and_proven(family, quantity, where, value):
    found = optimise(family, maximise=quantity)
    assert found.value.lower <= value * (1 + 1e-12)
    assert found.value.lower == pytest.approx(value, rel=1e-9)
    assert {name: found.parameters[name] for name in where} == where
    assert value <= found.limit.upper <= value * 1.002
    # The value is that of the game returned, solved anew.
    again = certified(quantity, xg.solve(found.game), Setting())
    assert again.intersect(found.value)


def test_a_kink_between_two_strategies_is_found():
    # p = 2/5, beta = 0 makes three entries of the matrix alike: the tip of two slopes.
    found = optimise(EXAMPLES / "correlated_inputs.toml", maximise="gap")
    assert found.parameters == {"p": F(2, 5), "beta": 0}
    assert found.improvement.lower > 0.05
    assert found.limit.upper < found.value.upper * 1.0002


def test_a_family_with_conditions():
    found = optimise(EXAMPLES / "your_family.toml", maximise="gap")
    family = load_family(EXAMPLES / "your_family.toml")
    assert family(**found.parameters) == found.game
    rng = np.random.default_rng(0)
    points = rng.random((300, 3)) * [1, 0.2, 0.2] + [0, -0.1, 0]
    for busy, together, cost in points[:60].tolist():
        try:
            game = family(busy=busy, together=together, cost=cost)
        except InputError:
            continue
        assert certified("gap", xg.solve(game), Setting()).upper <= found.value.lower + 1e-6
    assert found.value.upper <= found.limit.upper


FREE_ODDS = {
    "schema": 1,
    "parameters": {name: {"lower": 0, "upper": 1, "default": "1/4"} for name in "pqr"},
    "distribution": [["p", "q"], ["r", "1-p-q-r"]],
    "win": [[0, 0], [0, 1]],
}


@pytest.mark.parametrize(
    ("conditions", "gap"),
    [
        # Alice's inputs are fixed: the best odds are 11/20 and three times 3/20.
        (
            {"marginals": {"alice": ["0.7", "0.3"]}},
            ((0.105**3 / (0.55 * 0.15**3)) ** 0.5 - 0.7) / 2,
        ),
        # Both are: one number is left, and the best is 9/20, 1/4, 3/20, 3/20.
        ({"marginals": {"alice": ["0.7", "0.3"], "bob": ["0.6", "0.4"]}}, 0.033405790253),
        # And with a covariance none is left: every game is this one.
        (
            {"marginals": {"alice": ["0.7", "0.3"], "bob": ["0.6", "0.4"]}, "covariance": 0},
            0.008329757,
        ),
        # An equation that is not linear, on a plane of odds.
        ({"covariance": "0.05", "marginals": {"alice": ["1/2", "1/2"]}}, 0.060555127546),
    ],
)
def test_equations_between_the_odds_are_kept(conditions, gap):
    family = family_from_table(FREE_ODDS | conditions)
    found = optimise(family, maximise="gap")
    assert found.value.lower == pytest.approx(gap, abs=1e-9)
    assert found.default_value is None
    odds = found.game.exact_distribution
    for party, lines in (("alice", odds), ("bob", odds.T)):
        for line, share in zip(lines, conditions.get("marginals", {}).get(party, []), strict=False):
            assert abs(sum(line) - F(share)) <= F(1, 10**9)
    if "marginals" in conditions:
        assert found.limit.upper < gap * 1.0002


def test_equations_are_kept_where_rounds_count():
    family = family_from_table(FREE_ODDS | {"marginals": {"alice": ["2/3", "1/3"]}})
    setting = Setting(test="hoeffding")
    found = optimise(family, minimise="rounds", setting=setting)
    assert abs(sum(found.game.exact_distribution[0]) - F(2, 3)) <= F(1, 10**9)
    ends = [F(1, 6), F(1, 2)]
    best = family(p=ends[1], q=ends[0], r=ends[0])
    assert found.value.upper <= certified("rounds", xg.solve(best), setting).upper


def test_games_without_expressions():
    found = optimise("load_balancing:cells=4", maximise="gap", vary=["threshold=0.2:0.5"])
    assert found.value.upper <= found.limit.upper < found.value.lower * 1.001
    grid = [xg.catalog.load_balancing(F(i, 100), cells=4) for i in range(20, 51, 2)]
    best = max(certified("gap", xg.solve(game), Setting()).upper for game in grid)
    assert found.value.lower >= best


def test_many_parameters():
    names = [f"w{i}" for i in range(8)]
    total = " + ".join(names)
    rows = [["w0/({t})", "w1/({t})", "w2/({t})"], ["w3/({t})", "w4/({t})", "w5/({t})"],
            ["w6/({t})", "w7/({t})", "0"]]  # fmt: skip
    family = family_from_table(
        {
            "schema": 1,
            "parameters": {n: {"lower": "1/100", "upper": 1, "default": "1/2"} for n in names},
            "distribution": [[entry.format(t=total) for entry in row] for row in rows],
            "win": [[0, 0, 0], [0, 1, 0], [0, 0, 1]],
        }
    )
    found = optimise(family, maximise="gap")
    assert found.limit is None
    assert found.improvement.lower > 0.02
    # Rows and columns that are alike merge into CHSH with all odds alike, and nothing beats it.
    assert found.value.midpoint == pytest.approx((2**0.5 - 1) / 4, abs=1e-6)


def test_subjects_are_met():
    found = optimise("hft", maximise="gap", subject=["classical >= 0.8"])
    assert certified("classical", found.solution, Setting()).lower >= 0.8
    # At the edge of the subject: sqrt(1/5) off the middle, games.md 2.3.
    assert found.value.lower == pytest.approx(0.0574939, abs=1e-6)
    assert found.default_note == "classical>=0.8: it is 0.75"
    plain = optimise("hft", maximise="gap")
    assert found.value.upper < plain.value.lower


def test_a_subject_may_be_met_with_equality():
    # C = 1 - (1 - p)(1 - q) is 4/5 at p = 3/5, which no double is: the exact value counts.
    for subject in ("classical>=0.8", "classical<=0.8"):
        found = optimise("biased_chsh:q=1/2", maximise="gap", vary=["p=0.6:0.9"], subject=[subject])
        assert found.parameters["p"] == F(3, 5)
        assert found.solution.classical.value.fraction == F(4, 5)


@pytest.mark.parametrize("word", ["one-pair", "one-plane"])
def test_words_are_met(word):
    found = optimise(
        "load_balancing:cells=3", maximise="gap", vary=["threshold=0.2:0.5"], subject=[word]
    )
    assert found.solution.one_pair.shortfall.upper < 1e-9
    assert word == "one-pair" or found.solution.one_pair.planar


def test_the_machine_counts():
    setting = Setting(design=xg.load_design("yb_cavity"))
    ranges = {"p": ("0.3", "0.5"), "beta": (0, "0.2")}
    found = optimise("hft", minimise="rounds", vary=ranges, setting=setting)
    assert found.value.upper <= 211
    assert found.requirements.rounds.first == found.value.upper
    assert found.verdict.verdict == "PASS"
    passed = optimise("hft", maximise="gap", vary=ranges, setting=setting, subject=["pass"])
    assert passed.verdict.verdict == "PASS"


def test_the_same_seed_finds_the_same():
    found = [optimise("hft", maximise="gap", vary=["p=0.2:0.4", "beta"], rng=3) for _ in range(2)]
    first, second = (each.to_dict() for each in found)
    assert first == second
    assert float(found[0].parameters["p"]) == 0.4


def test_the_contract():
    told = []
    found = optimise(
        "hft", maximise="gap", vary=["p=0.2:0.4", "beta=0:1"], progress=lambda *a: told.append(a)
    )
    content = json.loads(found.to_json())
    assert set(content) >= {"parameters", "objective", "default_objective", "game", "evaluations"}
    assert content["parameters"].keys() == {"p", "beta"}
    assert content["objective"]["lower"] <= content["objective"]["upper"]
    assert content["game"]["id"] == found.game.id
    assert content["evaluations"] > 500
    assert {what for what, _, _ in told} >= {"looking around", "climbing: gap", "solving"}
    assert xg.XORGame(content["game"]["distribution"], content["game"]["payoff"]) == found.game


def test_objectives():
    gap, rounds = objective_of("gap", None, Setting()), objective_of(None, "rounds", Setting())
    assert (gap.verb, rounds.verb) == ("maximise", "minimise")
    assert gap.sure(Bound(1.0, 2.0)) == 1.0
    assert rounds.sure(Bound(1.0, 2.0)) == -2.0
    assert rounds == Objective(quantity="rounds", maximised=False)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "`objective` must be given either as maximise or as minimise; received neither."),
        (
            {"maximise": "gap", "minimise": "rate"},
            "`objective` must be given either as maximise or as minimise;"
            " received 'gap' and 'rate'.",
        ),
        (
            {"maximise": "rounds"},
            "`maximise` must be gap or ratio or critical-infidelity or margin; received 'rounds'."
            " Cure: use minimise.",
        ),
        (
            {"minimise": "rats"},
            "`minimise` must be rounds or rate; received 'rats'. Cure: did you mean `rate`?",
        ),
        (
            {"maximise": "margin"},
            "`quantity` needs a design for margin; received none. Cure: name a design.",
        ),
        (
            {"maximise": "gap", "vary": []},
            "`vary` must name a parameter that is open; received none.",
        ),
        (
            {"maximise": "gap", "vary": ["p=1"]},
            "`vary` is not well formed; received 'p=1'."
            " Cure: write name=from:to, such as p=0.1:0.9.",
        ),
        ({"maximise": "gap", "vary": ["p", "p"]}, "`vary` must give p once; received 'p'."),
        (
            {"maximise": "gap", "vary": {"p": 3}},
            "`p` must have a range of two numbers; received 3."
            " Cure: write name=from:to, such as p=0.1:0.9.",
        ),
        (
            {"maximise": "gap", "vary": ["p=0.5:0.5"]},
            "`p` must have a range that rises; received 1/2:1/2."
            " Cure: write name=from:to, such as p=0.1:0.9.",
        ),
        (
            {"maximise": "gap", "vary": ["p=0:2"]},
            "`p` must stay within [0, 1]; received 0:2.",
        ),
        (
            {"maximise": "gap", "vary": {"p": (float("nan"), 1)}},
            "`p` must be finite; received nan.",
        ),
        (
            {"maximise": "gap", "subject": ["classical>0.75", "bias>=1", "pass"]},
            "`subject` is not well formed; received 'classical>0.75'. Cure: write"
            ' "classical>=0.75", "rounds<=500", "one-pair", "one-plane" or "pass".\n'
            "`subject` must name a quantity; received 'bias'. Cure: use one of gap, ratio,"
            " classical, quantum, critical-infidelity, rounds, rate, margin, one-pair, one-plane,"
            " pass.\n"
            "`subject` needs a design for pass; received none. Cure: name a design.",
        ),
        (
            {"maximise": "gap", "subject": ["quantum>=2"], "vary": ["p=0.1:0.2", "beta=0:0.1"]},
            "`subject` must be met by a game that the search finds: none was; received",
        ),
    ],
)
def test_messages(options, text):
    assert message(optimise, "hft", **options).startswith(text)


def test_without_subjects_the_objective_is_named():
    assert message(optimise, "biased_chsh:q=1", minimise="rounds") == (
        "`rounds` must have a value at a game that the search finds: none has; received rounds: "
        "no advantage. Cure: widen the ranges."
    )


def test_more_messages():
    assert message(optimise, "load_balancing:cells=4", maximise="gap").startswith(
        "`threshold` must have a range: the family gives no bounds."
        " Cure: write name=from:to, such as p=0.1:0.9."
    )
    assert message(optimise, "chained", maximise="gap", vary=["n=2.1:2.9"]).startswith(
        "`family` must have a game in these ranges: none was found; received"
    )
    wanted = ["quantum>=2", "classical<=0.1", "rounds<=3"]
    assert message(optimise, "hft:beta=0", maximise="gap", subject=wanted) == (
        "`subject` must be met by a game that the search finds: none was; received quantum>=2: it"
        " is 0.987222339 … 0.98722234; classical<=0.1: it is 0.987222339 … 0.98722234; rounds<=3:"
        " no advantage. Cure: relax it, or widen the ranges."
    )
    assert message(parse_subjects, [3], Setting()).startswith("`subject` is not well formed")
    assert parse_ranges("p=0:1") == {"p": ("0", "1")}
