"""Quantities against closed forms and against the single-game solvers."""

import types
from fractions import Fraction

import pytest

import xorgames as xg
from xorgames.design.demands import Setting
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.quantities import (
    FAST,
    QUANTITIES,
    Evaluator,
    check_quantity,
    signs_above,
)
from xorgames.errors import InputError

F = Fraction
YB = xg.load_design("yb_cavity")
#: (p, beta), classical and quantum value, 1 - C/Q of the HFT game (arXiv:2407.21723).
KNOWN = [
    ("0.5", "0", 0.75, 0.8535533906, 0.2928932188),
    ("0.3", "0.3", 0.79, 0.8123395588, 0.0715233),
    ("0.4", "0.1", 0.792, 0.8329624603, 0.1230243),
    ("0.3", "0", 0.91, 0.9101219331, 0.00029731),
]


class OneQuantity(Evaluator):
    """The values of one quantity."""

    def __init__(self, quantity, family="hft", names=("p", "beta"), setting=None):
        found = load_family(family) if isinstance(family, str) else family
        super().__init__(found, names, setting or Setting())
        self.quantity = quantity

    def values(self, points):
        return self.many(points, [self.quantity])[self.quantity]


evaluator = OneQuantity


@pytest.mark.parametrize(("p", "beta", "classical", "quantum", "critical"), KNOWN)
def test_known_values(p, beta, classical, quantum, critical):
    point = [(F(p), F(beta))]
    known = {"classical": classical, "quantum": quantum, "gap": quantum - classical}
    known |= {"critical-infidelity": critical, "ratio": 1 / (1 - critical)}
    for quantity, true in known.items():
        found = evaluator(quantity).values(point)
        assert found.lower[0] == pytest.approx(true, abs=1e-7)
        assert 0 <= found.upper[0] - found.lower[0] <= 1e-13
        assert found.helps.tolist() == [1]


def test_a_tiny_gap_is_right():
    found = evaluator("gap").values([(F(3, 10), F(0))])
    # The gap is 0.29 sqrt 2 - 0.41.
    ends = [Fraction(float(end[0])) + F(41, 100) for end in (found.lower, found.upper)]
    assert ends[0] ** 2 <= 2 * F(29, 100) ** 2 <= ends[1] ** 2
    assert found.lower[0] == pytest.approx(1.2193309e-4, rel=1e-6)


@pytest.mark.parametrize(
    ("family", "axis", "values"),
    [
        ("load_balancing:cells=4", "threshold", ["0.05", "0.3", "0.7", "1"]),
        ("odd_cycle", "n", ["3", "7", "5", "4"]),
        ("lctc:beta1=1/4", "beta2", ["0", "1/2", "2/3"]),
    ],
)
@pytest.mark.parametrize("quantity", FAST)
def test_against_the_solution_of_each_game(family, axis, values, quantity):
    found = evaluator(quantity, family, (axis,))
    result = found.values([(F(value),) for value in values])
    for i, value in enumerate(values):
        if i in result.notes:
            assert "must be odd" in result.notes[i]
            continue
        solution = xg.solve(found.family(**{axis: value}))
        bias = solution.classical.bias, solution.quantum.bias
        gap = solution.quantum.value - solution.classical.value
        true = {
            "classical": solution.classical.value,
            "quantum": solution.quantum.value,
            "gap": gap,
            "ratio": bias[1] / bias[0],
            "critical-infidelity": 1 - bias[0] / bias[1],
        }[quantity]
        assert max(true.lower, result.lower[i]) <= min(true.upper, result.upper[i])
        assert result.upper[i] - result.lower[i] <= 1e-9
        verdict = {1: "PROVEN", -1: "REFUTED"}[int(result.helps[i])]
        assert solution.advantage.verdict == verdict


def test_no_advantage_is_exactly_none():
    points = [(F(1, 10), F(0)), (F(1, 2), F(1, 2)), (F(0), F(0)), (F(1), F(1))]
    for quantity, none in (("gap", 0.0), ("ratio", 1.0), ("critical-infidelity", 0.0)):
        found = evaluator(quantity).values(points)
        assert found.lower.tolist() == found.upper.tolist() == [none] * 4
        assert found.helps.tolist() == [-1] * 4


def test_payoffs_that_do_not_depend_on_the_outputs():
    family = family_from_table(
        {
            "schema": 1,
            "parameters": {"p": {"lower": 0, "upper": 1}},
            "distribution": [["1/2", "1/2"]],
            "payoff": [[["p", 0], ["p", 0]]],
        }
    )
    found = evaluator("ratio", family, ("p",)).values([(F(0),), (F(1),)])
    assert found.notes == {0: "the payoffs do not depend on the outputs"}
    assert found.defined.tolist() == [False, True]
    assert evaluator("gap", family, ("p",)).values([(F(0),)]).upper.tolist() == [0.0]


def test_answers_that_only_exact_arithmetic_gives():
    # Two parties who each see a third, idle input: zero rows, which the stack leaves open.
    family = family_from_table(
        {
            "schema": 1,
            "parameters": {"p": {"lower": 0, "upper": 1}},
            "distribution": [["p**2", "p*(1-p)", 0], ["p*(1-p)", "(1-p)**2", 0], [0, 0, 0]],
            "win": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        }
    )
    found = evaluator("gap", family, ("p",))
    points = [(F(p),) for p in ("0.25", "0.5", "0.75", "0.29", "0.295")]
    assert found.helps(points).tolist() == [-1, 1, -1, -1, 1]
    assert found.values(points).helps.tolist() == [-1, 1, -1, -1, 1]


def test_levels():
    found = evaluator("gap")
    points = [(F(1, 2), F(0)), (F(0), F(0))]
    assert found.above("gap", 0.1, points).tolist() == [1, -1]
    # The gap of the second game is proven to be nought, which does not exceed nought.
    assert found.above("gap", 0.0, points).tolist() == [1, -1]


def test_several_quantities_at_once():
    points = [(F(1, 2), F(1, 8)), (F(1, 10), F(0)), (F(0), F(0))]
    together = evaluator("gap", setting=Setting(design=YB)).many(points, QUANTITIES)
    for quantity, found in together.items():
        alone = evaluator(quantity, setting=Setting(design=YB)).values(points)
        assert found.notes == alone.notes
        assert found.lower.tolist() == alone.lower.tolist()
        assert found.upper.tolist() == alone.upper.tolist()
    assert together["rate"].lower[0] == pytest.approx(together["rounds"].lower[0] / 0.1)


def test_numbers_that_a_game_may_not_have():
    # p**20 is below what a game holds, and far below what counts: a double all the same.
    family = family_from_table(
        {
            "schema": 1,
            "parameters": {"p": {"lower": 0, "upper": 1}},
            "distribution": [["1/2", "1/2 - p**20"], ["p**20", 0]],
            "win": [[0, 0], [0, 1]],
        }
    )
    points = [(F(1, 10**30),)]
    found = evaluator("gap", family, ("p",)).values(points)
    assert found.upper[0] < 1e-14
    assert found.helps.tolist() == [0]
    slow = evaluator("rounds", family, ("p",)).values(points)
    assert "must be zero or between 1e-300 and 1e300 in size" in slow.notes[0]


def test_hopeless_points_are_beyond_every_level():
    setting = Setting(design=YB)
    points = [(F(1, 2), F(0)), (F(1, 10), F(0)), (F(3, 10), F(0))]
    for quantity, beyond in (("rounds", 1), ("margin", -1)):
        values = evaluator(quantity, setting=setting).values(points)
        assert values.notes[1] == "no advantage"
        signs = signs_above(quantity, 0.0, values).tolist()
        assert signs[1:] == [beyond, beyond]
        assert signs[0] == 1


@pytest.mark.parametrize(
    ("quantity", "setting", "message"),
    [
        ("gaps", Setting(), "`quantity` is not offered; received 'gaps'. "
         "Cure: did you mean `gap`?"),
        ("margin", Setting(), "`quantity` needs a design for margin; received none. "
         "Cure: name a design."),
        ("rate", Setting(profile="law"), "`profile` needs a design; received none. "
         "Cure: name a design."),
        ("rate", Setting(design=YB, infidelity=0.1), "`infidelity` must be "
         "left out with a design; received 0.1. Cure: the design has its own."),
        ("rate", Setting(infidelity=2.0), "`infidelity` must lie in [0, 1]; received 2."),
        ("gap", Setting(test="binom"), "`test` is not offered; received 'binom'. "
         "Cure: did you mean `binomial`?"),
        ("gap", Setting(claim="pay"), "`claim` is not offered; received 'pay'. "
         "Cure: did you mean `payoff`?"),
    ],
)  # fmt: skip
def test_what_is_refused(quantity, setting, message):
    with pytest.raises(InputError) as caught:
        check_quantity(quantity, setting)
    assert str(caught.value).startswith(message[:-1])


def test_everything_wrong_is_said_at_once():
    setting = Setting(design=YB, infidelity=3.0, test="best", claim="win")
    with pytest.raises(InputError) as caught:
        check_quantity("gaps", setting)
    keys = [problem.key for problem in caught.value.problems]
    assert keys == ["quantity", "claim", "test", "infidelity", "infidelity"]


def test_an_interrupt_of_one_search_ends_all(monkeypatch):
    def cut_short(*_arguments, **_options):
        cut = types.SimpleNamespace(interrupted=True)
        cut.classical = cut
        return cut

    monkeypatch.setattr("xorgames.solvers.solve.solve", cut_short)
    with pytest.raises(KeyboardInterrupt):
        evaluator("rounds").values([(F(1, 2), F(0))])


def test_all_quantities_are_named():
    assert QUANTITIES == (
        "gap", "ratio", "classical", "quantum", "critical-infidelity", "rounds", "rate", "margin"
    )  # fmt: skip
