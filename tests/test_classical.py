"""Every method against every other and against brute force, through `classical_bias`."""

import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.brute import classical_bias as brute
from tests.brute import fractions_of, random_matrix
from tests.brute_signs import hadamard, sign_matrix, staircase
from xorgames import catalog
from xorgames.errors import InconsistencyError, InputError, TooLargeError
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.classical import classical_bias

METHODS = ["auto", "enumeration", "branch-and-bound"]


def check(matrix, **about):
    """The bias, where the result is exact and its strategy reaches it."""
    found = classical_bias(matrix, **about)
    assert found.exact
    assert not found.interrupted
    assert deterministic_bias(matrix, found.strategy) == found.lower == found.upper
    return found.upper


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_method_against_brute_force(seed):
    rng = np.random.default_rng(seed)
    matrix = fractions_of(np.round(4 * random_matrix(rng))) / int(rng.integers(1, 30))
    bias = brute(matrix)
    for method in METHODS:
        assert check(matrix, method=method, workers=int(rng.integers(1, 3))) == bias


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), spread=st.sampled_from([0, 3, 150]))
def test_reals(seed, spread):
    """Small games are exact whatever the numbers; branch and bound may have to round."""
    rng = np.random.default_rng(seed)
    matrix = fractions_of(random_matrix(rng) * 10.0 ** int(rng.integers(-spread, spread + 1)))
    bias = brute(matrix)
    assert check(matrix) == bias
    found = classical_bias(matrix, method="branch-and-bound")
    assert deterministic_bias(matrix, found.strategy) == found.lower <= bias <= found.upper
    assert found.upper - found.lower <= found.upper * Fraction(1, 10**14)


def test_wildly_different_entries():
    rng = np.random.default_rng(3)
    for _ in range(30):
        matrix = fractions_of(rng.standard_normal((4, 5)) * 10.0 ** rng.integers(-140, 141, (4, 5)))
        assert check(matrix) == brute(matrix)
        found = classical_bias(matrix, method="branch-and-bound")
        assert found.lower <= brute(matrix) <= found.upper


def test_larger_reals_are_bracketed():
    """Too many signs for Python's integers, too wide for 64 bits: rounded, and said so."""
    matrix = fractions_of(np.random.default_rng(0).standard_normal((20, 20)))
    found = [classical_bias(matrix, method=method) for method in METHODS]
    assert not any(each.exact for each in found)
    assert len({each.lower for each in found}) == 1
    for each in found:
        assert each.lower < each.upper < each.lower * (1 + Fraction(1, 10**14))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_threshold_against_the_others(seed):
    matrix = fractions_of(staircase(np.random.default_rng(seed), most=12))
    assert len({check(matrix, method=method) for method in [*METHODS, "threshold"]}) == 1


@pytest.mark.parametrize("n", [5, 10, 20, 50, 100])
def test_staircase(n):
    matrix = catalog.staircase(n).exact_matrix
    bias = Fraction(-(-(n**2) // 2), n**2)
    assert check(matrix, method="threshold") == check(matrix) == bias


@pytest.mark.parametrize(
    ("game", "bias", "method"),
    [
        (catalog.chsh(), Fraction(1, 2), "enumeration"),
        (catalog.chained(7), Fraction(6, 7), "enumeration"),
        (catalog.odd_cycle(9), Fraction(8, 9), "enumeration"),
        (catalog.random_access_code(5), Fraction(6, 16), "enumeration"),
        (catalog.hadamard(8), Fraction(20, 64), "enumeration"),
        (catalog.staircase(60), Fraction(1, 2), "threshold"),
        (catalog.hadamard(32), Fraction(160, 1024), "enumeration"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_known_values(game, bias, method):
    """Sources: Braunstein and Caves; Cleve et al.; Ambainis et al.; Sylvester."""
    found = classical_bias(game.exact_matrix)
    assert (found.upper, found.lower, found.method) == (bias, bias, method)


def test_load_balancing():
    """Midpoint signs on 100 x 100 cells, C_t = 1/4: 6128 classical."""
    game = catalog.load_balancing("1/4", 100, rule="midpoint")
    found = classical_bias(game.exact_matrix)
    assert (found.method, found.upper * 100**2, found.exact) == ("threshold", 6128, True)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), method=st.sampled_from(METHODS))
def test_metamorphic(seed, method):
    rng = np.random.default_rng(seed)
    matrix = fractions_of(np.round(5 * random_matrix(rng)))
    bias = check(matrix, method=method)
    m, n = matrix.shape

    def same(changed):
        assert check(changed, method=method) == bias

    same(matrix[rng.permutation(m)][:, rng.permutation(n)])
    same(matrix.T)
    same(-matrix)
    same(matrix * rng.choice([-1, 1], (m, 1)) * rng.choice([-1, 1], n))
    same(np.vstack([matrix, 0 * matrix[:1]]))
    same(np.hstack([0 * matrix[:, :1], matrix]))
    share = Fraction(int(rng.integers(1, 7)), 7)
    same(np.vstack([matrix[1:], share * matrix[:1], -(1 - share) * matrix[:1]]))
    assert check(3 * matrix / 7, method=method) == 3 * bias / 7
    assert check(matrix[1:] if m > 1 else 0 * matrix, method=method) <= bias <= abs(matrix).sum()
    other = fractions_of(np.round(5 * random_matrix(rng)))
    both = np.zeros((m + len(other), n + other.shape[1]), dtype=object) * Fraction(1)
    both[:m, :n], both[m:, n:] = matrix, other
    assert check(both, method=method) == bias + check(other, method=method)
    assert abs(check(abs(matrix), method=method)) == abs(matrix).sum()


def test_parts_by_different_methods():
    """A threshold game beside a random one: the biases add."""
    rows = np.zeros((60, 60), dtype=int)
    rows[:40, :40] = np.where(np.add.outer(range(40), range(40)) < 40, 1, -1)
    rows[40:, 40:] = sign_matrix(20)
    found = classical_bias(fractions_of(rows))
    alone = [classical_bias(fractions_of(part)) for part in (rows[:40, :40], rows[40:, 40:])]
    assert found.upper == found.lower == sum(each.upper for each in alone)
    assert found.method == "threshold + enumeration"
    assert found.estimate.strategies == sum(each.estimate.strategies for each in alone)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("workers", [1, 2])
def test_workers_do_not_matter(method, workers):
    matrix = fractions_of(sign_matrix(24))
    found = classical_bias(matrix, method=method, workers=workers)
    expected = classical_bias(matrix, method=method, workers=1)
    assert (found.lower, found.upper) == (expected.lower, expected.upper)
    assert found.strategy.to_dict() == expected.strategy.to_dict()


def test_the_choice_and_its_reason():
    def choice(rows, **about):
        found = classical_bias(fractions_of(rows), **about)
        assert found.estimate.seconds >= 0
        return found.method, found.estimate.reason

    assert choice(sign_matrix(20)) == ("enumeration", "few strategies")
    assert choice(hadamard(32)) == ("enumeration", "bounds exclude too few strategies")
    assert choice(sign_matrix(34)) == ("branch-and-bound", "bounds exclude most strategies")
    assert choice(np.triu(np.full((40, 40), 2)) - 1) == ("threshold", "a threshold game")
    assert choice(sign_matrix(20), method="branch-and-bound")[1] == "asked for"
    assert choice(hadamard(16), method="branch-and-bound")[1] == (
        "local search reaches a proven upper bound"
    )
    assert choice(np.zeros((2, 2))) == ("enumeration", "nothing is asked")


def test_dictionary():
    found = classical_bias(catalog.chsh().exact_matrix).to_dict()
    assert found["estimate"].pop("seconds") < 1e-6
    assert found == {
        "bias": {"lower": "1/2", "upper": "1/2"},
        "exact": True,
        "method": "enumeration",
        "estimate": {"strategies": 2.0, "reason": "few strategies"},
        "strategies": 2,
        "interrupted": False,
        "strategy": {"a": [0, 0], "b": [0, 0]},
    }


@pytest.mark.parametrize("method", ["auto", "branch-and-bound", "enumeration"])
def test_time_limit_leaves_a_bracket(method):
    matrix = fractions_of(sign_matrix(70))
    found = classical_bias(matrix, method=method, time_limit_s=0.3)
    assert found.interrupted
    assert not found.exact
    assert deterministic_bias(matrix, found.strategy) == found.lower < found.upper


def test_interrupt_leaves_a_bracket():
    def interrupt(*_):
        raise KeyboardInterrupt

    matrix = fractions_of(sign_matrix(40))
    found = classical_bias(matrix, progress=interrupt)
    assert found.interrupted
    assert deterministic_bias(matrix, found.strategy) == found.lower < found.upper


def test_an_interrupt_between_the_methods_leaves_a_bracket(monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("xorgames.solvers.plan.enumerate_signs", interrupt)
    matrix = fractions_of(sign_matrix(6))
    found = classical_bias(matrix)
    assert found.interrupted
    assert deterministic_bias(matrix, found.strategy) == found.lower
    assert found.lower <= brute(matrix) <= found.upper


def test_a_cap_from_outside():
    """The Tsirelson bound caps the bracket, and may end the search."""
    matrix = fractions_of(sign_matrix(40))
    found = classical_bias(matrix, time_limit_s=1e-9, upper_cap=400.5)
    assert found.upper == 400  # the bias is even
    best = classical_bias(matrix, upper_cap=371)
    assert (best.exact, best.upper, best.strategies) == (True, 370, 0)
    assert best.estimate.reason == "local search reaches a proven upper bound"
    with pytest.raises(InconsistencyError) as caught:
        classical_bias(matrix, upper_cap=369)
    assert str(caught.value) == "a strategy reaches 370, more than the cap of 369"


@pytest.mark.parametrize(
    ("about", "message"),
    [
        (
            {"method": "branch and bound"},
            "`method` must name a method for the classical value; received 'branch and bound'."
            " Cure: did you mean `branch-and-bound`?",
        ),
        (
            {"method": "threshold"},
            "`method` must suit the game: this is not a threshold game with moderate weights;"
            " received 'threshold'. Cure: use auto.",
        ),
        (
            {"time_limit_s": 0},
            "`time_limit_s` must be positive; received 0. Cure: leave it out for no limit.",
        ),
        (
            {"time_limit_s": math.nan},
            "`time_limit_s` must be positive; received nan. Cure: leave it out for no limit.",
        ),
        (
            {"workers": 0},
            "`workers` must be at least 1; received 0. Cure: leave it out to use all cores.",
        ),
    ],
)
def test_bad_arguments(about, message):
    with pytest.raises(InputError) as caught:
        classical_bias(fractions_of(sign_matrix(8)), **about)
    assert str(caught.value) == message


def test_refusal_names_strategies_time_and_cure():
    matrix = fractions_of(sign_matrix(40))
    with pytest.raises(TooLargeError) as caught:
        classical_bias(matrix, method="enumeration", workers=2)
    assert str(caught.value) == (
        "the classical value of a 40 x 40 game needs about 5.5e+11 strategies, about 4.2 min;"
        " the limit is 6.9e+10."
        " Cure: raise max_strategies (--max-strategies), give a time limit, or merge inputs"
    )
    with pytest.raises(TooLargeError, match=r"about 9\.1e\+12 years"):
        classical_bias(fractions_of(sign_matrix(100)), workers=2)
    with pytest.raises(TooLargeError, match=r"the limit is 7\."):
        classical_bias(fractions_of(sign_matrix(8)), max_strategies=7)


def test_real_games_after_the_kernels_are_loaded():
    """Python's integers never reach the compiled code, whatever ran before."""
    rng = np.random.default_rng(0)
    assert classical_bias(fractions_of(rng.choice([-1.0, 1.0], (26, 26)))).exact
    for rows in (13, 14, 16):
        matrix = fractions_of(rng.standard_normal((rows, rows)))
        found = classical_bias(matrix)
        assert found.lower <= found.upper


def test_weighted_thresholds_go_to_the_cheapest_method():
    """The programme's cost grows with the weights; bounds do not mind them."""
    rng = np.random.default_rng(0)
    signs = np.where(np.add.outer(range(50), range(50)) < 50, 1.0, -1.0)
    weights = rng.integers(1, 10000, (50, 1)) * rng.integers(1, 10000, 50)
    found = classical_bias(fractions_of(signs * weights))
    assert (found.method, found.exact) == ("branch-and-bound", True)


def test_an_interrupt_during_the_import_of_the_compiler_does_no_harm():
    code = """
import signal, sys
from importlib.abc import MetaPathFinder
import numpy as np
from tests.brute import fractions_of
from xorgames.solvers.classical import classical_bias

class Stop(MetaPathFinder):
    done = False
    def find_spec(self, name, *_):
        if name == "numba.core.typing" and not self.done:
            self.done = True
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Stop())
matrix = fractions_of(np.random.default_rng(0).choice([-1.0, 1.0], (22, 24)))
print(classical_bias(matrix, method="branch-and-bound", workers=1).interrupted)
print(classical_bias(matrix, method="branch-and-bound", workers=1).exact)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\nTrue\n", "")
