"""Every method against every other and against brute force, through `classical_bias`."""

import math
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.witness import band, fractions_of, hadamard, random_matrix, sign_matrix, staircase
from tests.witness import classical_bias as brute
from xorgames import catalog
from xorgames.errors import InconsistencyError, InputError, SolverError, TooLargeError
from xorgames.solvers.certificate import deterministic_bias
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.structure import reduce_game
from xorgames.solvers.tsirelson import tsirelson_bias
from xorgames.solvers.workers import KERNELS, load_undisturbed

METHODS = ["auto", "enumeration", "branch-and-bound"]
EVERY = [*METHODS, "elimination"]


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
    for method in EVERY:
        assert check(matrix, method=method, workers=int(rng.integers(1, 3))) == bias


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), spread=st.sampled_from([0, 3, 150]))
def test_reals(seed, spread):
    """Exact whatever the numbers: what rounding leaves open is compared exactly."""
    rng = np.random.default_rng(seed)
    matrix = fractions_of(random_matrix(rng) * 10.0 ** int(rng.integers(-spread, spread + 1)))
    bias = brute(matrix)
    assert check(matrix) == bias
    assert check(matrix, method="branch-and-bound") == bias
    assert check(matrix, method="elimination") == bias


def test_wildly_different_entries():
    rng = np.random.default_rng(3)
    for _ in range(30):
        matrix = fractions_of(rng.standard_normal((4, 5)) * 10.0 ** rng.integers(-140, 141, (4, 5)))
        assert check(matrix) == brute(matrix)
        for method in ("branch-and-bound", "elimination"):
            assert check(matrix, method=method) == brute(matrix)


@pytest.mark.parametrize("n", [12, 17, 20, 26])
def test_larger_reals_are_exact(n):
    """Too wide for 64 bits: rounded, and what comes near the best is compared exactly."""
    matrix = fractions_of(np.random.default_rng(0).standard_normal((n, n)))
    assert len({check(matrix, method=method) for method in METHODS}) == 1


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_ties_but_for_the_last_bit(seed):
    """Copies of one row that differ by less than any rounding to 64 bits shows."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(-3, 4, (6, 8)).astype(object) * 10**40
    rows[rng.integers(6)] = rows[rng.integers(6)]
    matrix = (rows + rng.integers(-2, 3, (6, 8))) * Fraction(1, 7)
    bias = brute(matrix)
    for method in METHODS:
        assert check(matrix, method=method, workers=2) == bias


@pytest.mark.parametrize("method", METHODS)
def test_too_many_ties_leave_a_bracket(method):
    """Rows that vanish beside the others: all their signs look alike."""
    rows = np.random.default_rng(0).standard_normal((20, 20))
    rows[2:] *= 1e-40
    found = classical_bias(fractions_of(rows), method=method)
    assert not found.exact
    assert not found.interrupted
    assert found.lower < found.upper < found.lower * (1 + Fraction(1, 10**14))


@pytest.mark.parametrize("reach", [1, 2])
def test_bands_are_eliminated(reach):
    """64 x 64 signs near the diagonal, then reals; narrow enough for a dynamic programme."""
    rng = np.random.default_rng(reach)
    rows = band(rng, 64, reach)
    for matrix in (fractions_of(rows), fractions_of(rows * rng.standard_normal((64, 64)))):
        found = classical_bias(matrix)
        assert (found.method, found.exact) == ("elimination", True)
        assert found.estimate.reason == "inputs hang together loosely"
        assert found.estimate.seconds < 0.05
        assert deterministic_bias(matrix, found.strategy) == found.lower
    found = classical_bias(fractions_of(rows), method="elimination", time_limit_s=1e-9)
    assert found.interrupted
    assert found.lower < found.upper
    small = fractions_of(band(rng, 17, reach))
    assert check(small, method="elimination") == check(small, method="enumeration")


def test_parts_have_caps_of_their_own():
    """Two hard games without an input in common, each proven by its own Tsirelson bound."""
    found = classical_bias(fractions_of(np.kron(np.eye(2, dtype=int), hadamard(64))))
    alone = classical_bias(fractions_of(hadamard(64)))
    assert (found.method, found.exact, found.strategies) == ("branch-and-bound", True, 0)
    assert found.upper == 2 * alone.upper == 2 * 64 * 8

    def interrupt(*_):
        raise KeyboardInterrupt

    rows = np.kron(np.eye(2, dtype=int), sign_matrix(60))
    found = classical_bias(fractions_of(rows), max_strategies=1e40, progress=interrupt)
    quantum = tsirelson_bias(sign_matrix(60).astype(float))[0]
    assert not found.exact
    assert found.upper <= 2 * quantum.upper


def test_a_false_cap_of_a_part_is_found_out(monkeypatch):
    monkeypatch.setattr("xorgames.solvers.plan._tsirelson_cap", lambda *_: 100)
    with pytest.raises(InconsistencyError) as caught:
        classical_bias(fractions_of(sign_matrix(40)) / 2)
    assert str(caught.value) == "a strategy reaches 185, more than the cap of 50"


@pytest.mark.parametrize("failure", [SolverError("no"), None])
def test_without_a_cap_the_search_is_the_same(monkeypatch, failure):
    def fail(*_, **__):
        raise failure

    if failure is not None:
        monkeypatch.setattr("xorgames.solvers.tsirelson.tsirelson_bias", fail)
    assert check(fractions_of(sign_matrix(40))) == 370


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
@given(seed=st.integers(0, 2**32), method=st.sampled_from(EVERY))
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
        assert found.estimate.seconds >= 1e-5 * bool(found.strategies)
        return found.method, found.estimate.reason

    assert choice(sign_matrix(20)) == ("enumeration", "few strategies")
    assert choice(hadamard(32)) == ("enumeration", "bounds exclude too few strategies")
    assert choice(sign_matrix(34)) == ("branch-and-bound", "bounds exclude most strategies")
    assert choice(np.triu(np.full((40, 40), 2)) - 1) == ("threshold", "a threshold game")
    assert choice(sign_matrix(20), method="branch-and-bound")[1] == "asked for"
    assert choice(hadamard(16), method="branch-and-bound")[1] == (
        "local search reaches a proven upper bound"
    )
    assert choice(np.zeros((30, 30))) == ("enumeration", "nothing is asked")


def test_structure_comes_first_unless_comparing_all_is_cheaper(monkeypatch):
    """The result says which: up to 2^14 column sums all are compared, without a look."""
    looked = []
    monkeypatch.setattr(
        "xorgames.solvers.classical.reduce_game",
        lambda *game, **about: looked.append(1) or reduce_game(*game, **about),
    )
    for rows, method, reason in (
        (sign_matrix(11), "auto", "comparing all takes less time than looking for structure"),
        (np.ones((11, 16)), "auto", "comparing all takes less time than looking for structure"),
        (np.ones((11, 17)), "auto", "few strategies"),
        (sign_matrix(12), "auto", "few strategies"),
        (sign_matrix(2), "enumeration", "asked for"),
    ):
        found = classical_bias(fractions_of(rows), method=method)
        assert (found.exact, found.estimate.reason) == (True, reason)
        assert bool(looked) == (reason[:9] != "comparing")
        looked.clear()
    # The estimate counts what is compared: all signs of the game, or of what is left of it.
    left = [classical_bias(fractions_of(np.ones(shape))) for shape in ((11, 16), (11, 17))]
    assert [(each.strategies, each.estimate.strategies) for each in left] == [
        (2**10, 2**10),
        (1, 1),
    ]


def test_dictionary():
    found = classical_bias(catalog.chsh().exact_matrix).to_dict()
    assert found["estimate"].pop("seconds") < 1e-4
    assert found == {
        "bias": {"lower": "1/2", "upper": "1/2"},
        "exact": True,
        "method": "enumeration",
        "estimate": {
            "strategies": 2.0,
            "reason": "comparing all takes less time than looking for structure",
        },
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


@pytest.mark.parametrize("method", ["auto", "branch-and-bound", "enumeration", "elimination"])
@pytest.mark.parametrize("size", [1, 2**70])
def test_no_time_at_all_is_enough_for_a_plain_strategy(method, size):
    """Neither side can do better against the other: what a local search reaches at least."""
    rng = np.random.default_rng(7)
    rows = band(rng, 60, 9) if method == "elimination" else rng.integers(-9, 10, (60, 70))
    matrix = fractions_of(rows.astype(object) * size)
    found = classical_bias(matrix, method=method, time_limit_s=1e-9)
    assert found.interrupted
    a, b = 1 - 2 * found.strategy.a, 1 - 2 * found.strategy.b
    assert found.lower == deterministic_bias(matrix, found.strategy) == abs(a @ matrix).sum()
    assert found.lower == abs(matrix @ b).sum() <= found.upper
    plainest = abs(matrix.sum(axis=0)).sum()
    assert found.lower > 1.2 * plainest


def test_interrupt_leaves_a_bracket():
    def interrupt(*_):
        raise KeyboardInterrupt

    matrix = fractions_of(sign_matrix(40))
    found = classical_bias(matrix, progress=interrupt)
    assert found.interrupted
    assert deterministic_bias(matrix, found.strategy) == found.lower < found.upper


@pytest.mark.parametrize("place", ["reduce_game", "make_plan", "compare_all"])
def test_an_interrupt_before_the_search_leaves_the_plainest_bracket(monkeypatch, place):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"xorgames.solvers.classical.{place}", interrupt)
    matrix = fractions_of(sign_matrix(10 if place == "compare_all" else 20)) / 3
    found = classical_bias(matrix, upper_cap=100)
    assert (found.interrupted, found.exact, found.method) == (True, False, "none")
    assert deterministic_bias(matrix, found.strategy) == found.lower
    assert found.upper == min(100, abs(matrix).sum())


def test_planning_keeps_to_the_time_limit():
    """A game of 300 x 300, of which planning alone takes longer."""
    matrix = fractions_of(np.random.default_rng(0).choice([-1, 1], (300, 300)))
    started = time.process_time()
    found = classical_bias(matrix, time_limit_s=1e-3, workers=1)
    assert time.process_time() - started < 10  # without the limit many times as much
    assert found.interrupted
    assert deterministic_bias(matrix, found.strategy) == found.lower < found.upper


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
        *[
            (
                {"time_limit_s": bad},
                f"`time_limit_s` must be a positive number; received {bad!r}."
                " Cure: leave it out for no limit.",
            )
            for bad in (0, -1.5, math.nan, math.inf, True, "10s", np.array([1.0]), 1j)
        ],
        *[
            (
                {"workers": bad},
                f"`workers` must be a whole number from 1 to 256; received {bad!r}."
                " Cure: leave it out to use all cores.",
            )
            for bad in (0, -2, 257, 1.5, math.nan, True, "2", [2])
        ],
        *[
            (
                {"max_strategies": bad},
                f"`max_strategies` must be a number from 1; received {bad!r}.",
            )
            for bad in (0, math.nan, True, "many", None)
        ],
        ({"upper_cap": math.nan}, "`upper_cap` must be finite; received nan."),
        (
            {"upper_cap": True},
            "`upper_cap` must be a number; received True. Cure: true and false are not numbers.",
        ),
        (
            {"upper_cap": "much"},
            "`upper_cap` must be a real number; received 'much'."
            ' Cure: write a decimal such as 0.25 or a fraction such as "1/3".',
        ),
        (
            {"method": 3},
            "`method` must name a method for the classical value; received 3."
            " Cure: use one of auto, enumeration, branch-and-bound, threshold, elimination.",
        ),
        (
            {"method": "elimination", "matrix": sign_matrix(30)},
            "`method` must suit the game: its inputs hang together too closely;"
            " received 'elimination'. Cure: use auto.",
        ),
    ],
)
def test_bad_arguments(about, message):
    matrix = fractions_of(about.pop("matrix", sign_matrix(8)))
    with pytest.raises(InputError) as caught:
        classical_bias(matrix, **about)
    assert str(caught.value) == message


def test_a_time_limit_beyond_all_doubles():
    with pytest.raises(InputError, match=r"^`time_limit_s` must be a positive number; received 10"):
        classical_bias(fractions_of(sign_matrix(8)), time_limit_s=10**400)


@pytest.mark.parametrize(
    ("matrix", "received"),
    [
        ([[1, 2], [3]], "list"),
        (None, "NoneType"),
        (np.ma.array([[1, 1], [1, -1]], mask=[[0, 0], [0, 1]]), "MaskedArray of shape (2, 2)"),
        (np.ones(3), "ndarray of shape (3,)"),
        (np.ones((0, 3)), "ndarray of shape (0, 3)"),
    ],
)
def test_bad_matrices(matrix, received):
    with pytest.raises(InputError) as caught:
        classical_bias(matrix)
    assert str(caught.value) == (
        "`exact_matrix` must be an array of exact numbers, with at least one row and one column;"
        f" received {received}. Cure: xorgames.exact.exact_array makes it from lists."
    )


@pytest.mark.parametrize("bad", [math.nan, math.inf, "1/3", None, 1j])
def test_bad_entries(bad):
    matrix = fractions_of(sign_matrix(4))
    matrix[1, 2] = bad
    with pytest.raises(InputError) as caught:
        classical_bias(matrix)
    assert str(caught.value) == (
        f"`exact_matrix[1][2]` must be an exact number; received {bad!r}."
        " Cure: xorgames.exact.exact_array makes it from lists."
    )


@pytest.mark.parametrize(
    ("matrix", "where", "entry"),
    [
        (np.array([[True, False]]), "[0][0]", "True"),
        (np.array([[Fraction(10) ** 400, math.nan]]), "[0][1]", "nan"),
        (np.array([[1, np.int64(2)]], dtype=object), "[0][1]", repr(np.int64(2))),
        (np.array([["2026"]], dtype="M8[Y]"), "[0][0]", "datetime.date(2026, 1, 1)"),
    ],
)
def test_entries_of_odd_types(matrix, where, entry):
    with pytest.raises(InputError) as caught:
        classical_bias(matrix)
    assert str(caught.value) == (
        f"`exact_matrix{where}` must be an exact number; received {entry}."
        " Cure: xorgames.exact.exact_array makes it from lists."
    )


def test_numbers_of_numpy_will_do():
    found = classical_bias(
        fractions_of(sign_matrix(20)),
        time_limit_s=np.float32(60),
        workers=np.int8(2),
        max_strategies=np.int64(10**9),
        upper_cap=np.float64(1e3),
    )
    assert found.exact


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


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_methods_agree_where_kernels_are_at_hand(seed):
    """Games with repeated, opposite and empty inputs, in integers of several widths."""
    load_undisturbed(KERNELS)
    rng = np.random.default_rng(seed)
    m, n = (int(size) for size in rng.integers(11, 17, 2))
    rows = rng.integers(-3, 4, (m, n)) * rng.choice([1, 1, 100, 10**9])
    rows[rng.integers(m)] = rng.integers(-1, 2) * rows[0]
    rows[:, rng.integers(n)] = rng.integers(-1, 2) * rows[:, 0]
    matrix = fractions_of(rows) / 3
    found = classical_bias(matrix)
    assert (found.method, found.strategy.a[0]) == ("enumeration", 0)
    assert check(matrix) == check(matrix, method="branch-and-bound")


SEED = {"seed": st.integers(0, 2**32)}
HUNDREDS = {
    test_reals: SEED | {"spread": st.sampled_from([0, 3, 150])},
    test_ties_but_for_the_last_bit: SEED,
    test_threshold_against_the_others: SEED,
    test_metamorphic: SEED | {"method": st.sampled_from(EVERY)},
    test_methods_agree_where_kernels_are_at_hand: SEED,
}


@pytest.mark.slow
@pytest.mark.parametrize("test", HUNDREDS, ids=lambda test: test.__name__)
@settings(max_examples=500, deadline=None)
@given(data=st.data())
def test_by_the_hundred(test, data):
    test.hypothesis.inner_test(**{name: data.draw(HUNDREDS[test][name]) for name in HUNDREDS[test]})


def test_the_strategy_does_not_depend_on_what_was_loaded():
    """In fresh interpreters, with and without the kernels; many equally good answers."""
    code = """
import sys
import numpy as np
from tests.witness import fractions_of, hadamard
from xorgames.solvers.classical import classical_bias
from xorgames.solvers.workers import KERNELS, load_undisturbed

if len(sys.argv) > 1:
    load_undisturbed(KERNELS)
for rows in (hadamard(16), np.kron(hadamard(4), np.eye(3, dtype=int)), np.tri(14, 16, dtype=int)):
    rows[-1] = rows[0]
    print(classical_bias(fractions_of(rows)).strategy.to_dict())
print(KERNELS in sys.modules)
"""
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", code, *loaded], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for loaded in ([], ["loaded"])
    )
    assert (cold.pop(), warm.pop()) == ("False", "True")
    assert cold == warm


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
from tests.witness import fractions_of
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
