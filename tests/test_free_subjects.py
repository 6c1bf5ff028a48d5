"""Free-form games under conditions, and with the aims that count rounds; interrupts; exactness."""

import itertools
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.design.cuts import Cuts
from xorgames.design.demands import Setting
from xorgames.design.free_form import design_free
from xorgames.design.free_numbers import exact_numbers
from xorgames.design.free_problem import problem_from_table
from xorgames.design.linear_games import best_game_for
from xorgames.design.linear_subjects import linear_subject
from xorgames.design.objectives import certified, parse_subjects
from xorgames.design.polytope import all_matrices
from xorgames.errors import InputError

F = Fraction
YB = Setting(design=xg.load_design("yb_cavity"))
CHSH = {"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]}
NEWS = {
    "schema": 1,
    "choose": "payoff",
    "distribution": [["1/6", "1/12", "1/12"], ["1/12", "1/6", "1/12"], ["1/12", "1/12", "1/6"]],
    "payoff_limits": [0, 1],
}


def chsh(**more):
    table = CHSH | more
    return problem_from_table({key: value for key, value in table.items() if value is not None})


@pytest.mark.parametrize(
    "text",
    [
        "classical>=0.8", "quantum>=0.86", "classical<=0.76", "gap<=0.05", "ratio>=1.3",
        "ratio<=1.2", "critical-infidelity<=0.2", "quantum<=0.86", "one-pair", "one-plane",
    ],
)  # fmt: skip
def test_every_subject_is_provably_met(text):
    found = design_free(chsh(), subject=[text])
    subject = parse_subjects([text], Setting())[0]
    assert found.subjects == (subject,)
    assert subject.shortfall(xg.solve(found.game), Setting()) is None
    assert found.value.lower > 0


def closed_form(odds):
    """Return both values of CHSH's predicate, Q > C: games.md 2.1, or C where that is larger."""
    a, b, c, d = odds
    classical = 1 - 2 * min(odds)
    products = (a * b + c * d) * (a * c + b * d) * (a * d + b * c)
    inside = 1 / min(odds) < sum(1 / p for p in odds) - 1 / min(odds)
    quantum = (products / (a * b * c * d)) ** 0.5 if inside else classical
    return (1 + classical) / 2, (1 + quantum) / 2


def scanned(allowed):
    """Return the largest gap over a grid of odds, as far as it is allowed."""
    grid = np.arange(1, 60) / 60
    gaps = [0.0]
    for odds in itertools.product(grid, repeat=3):
        if sum(odds) < 1 - 1e-9:
            classical, quantum = closed_form((*odds, 1 - sum(odds)))
            if allowed(classical, quantum):
                gaps.append(quantum - classical)
    return max(gaps)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("classical>=0.8", lambda c, _: c >= 0.8 - 1e-9),
        ("quantum>=0.86", lambda _, q: q >= 0.86),
        pytest.param("quantum<=0.86", lambda _, q: q <= 0.86, marks=pytest.mark.slow),
        ("ratio<=1.2", lambda c, q: 2 * q - 1 <= 1.2 * (2 * c - 1)),
    ],
)
def test_against_a_scan_of_all_odds(text, allowed):
    found = design_free(chsh(), subject=[text])
    assert found.value.lower >= scanned(allowed) - 1e-6


@pytest.mark.parametrize(
    ("subjects", "least"),
    [
        # From a scan of all odds as above, refined where it is best.
        (["ratio<=1.01"], 0.00481),
        pytest.param(["critical-infidelity<=0.05"], 0.02202, marks=pytest.mark.slow),
        pytest.param(
            ["critical-infidelity<=0.05", "critical-infidelity>=0.049"], 0.02202,
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_limits_that_leave_little_room(subjects, least):
    assert design_free(chsh(), subject=subjects).value.lower > least


def test_limits_that_one_game_meets_exactly():
    # A search that stays inside by 1e-9 misses them by next to nothing.
    payoff = [[[-4, -2]], [[1, -2]], [[2, 2]], [[0, -2]]]
    table = {"schema": 1, "choose": "distribution", "payoff": payoff}
    found = design_free(problem_from_table(table), subject=["classical>=2"])
    assert found.game.exact_distribution.ravel().tolist() == [0, 0, 1, 0]


def test_a_programme_that_is_not_solved_ends_one_see_saw(monkeypatch):
    from xorgames.design import free_search

    best, calls = free_search.best_game_for, itertools.count()

    def failing(*arguments, **options):
        if next(calls) < first:
            raise xg.SolverError("the linear programme was not solved: tired")
        return best(*arguments, **options)

    monkeypatch.setattr(free_search, "best_game_for", failing)
    first = 3
    assert design_free(chsh()).game == xg.catalog.chsh()
    first = 10**6
    with pytest.raises(xg.SolverError, match="the linear programme was not solved: tired"):
        design_free(chsh())


@pytest.mark.parametrize("more", ["ratio<=1e20", "critical-infidelity<=1e9", "gap>=1e-200"])
def test_limits_beyond_reason(more):
    found = design_free(chsh(), maximise="ratio", subject=[more])
    assert found.value.lower > 1.414


def test_what_is_missed_at_the_default():
    found = design_free(chsh(), subject=["classical>=0.8"])
    assert found.default_note == "classical>=0.8: it is 0.75"
    assert found.improvement.upper < 0
    assert found.to_dict()["subjects"] == ["classical>=0.8"]


def test_limits_leave_what_meets_them_anyway():
    # Without the condition the best game has a ratio of 1.32.
    plain = design_free(problem_from_table(NEWS))
    assert plain.value.lower > 0.0807
    found = design_free(problem_from_table(NEWS), subject=["ratio>=1.3"])
    assert found.value.lower >= plain.value.lower * (1 - 1e-6)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"subject": ["classical<=0.7"]},
            "`subject` must be met by a game that the search finds: none was; received"
            " classical<=0.7: it is 0.75. Cure: relax it, or widen the limits.",
        ),
        # All that the best game found does not meet.
        (
            {"subject": ["classical<=0.7", "one-pair", "rounds<=100", "gap>=0.2"], "setting": YB},
            "`subject` must be met by a game that the search finds: none was; received"
            " classical<=0.7: it is 0.75; gap>=0.2: it is 0.10355339 … 0.103553391; rounds<=100: it"
            " is 211. Cure: relax it, or widen the limits.",
        ),
        (
            {"subject": ["rounds<=100"], "setting": YB},
            "`subject` must be met by a game that the search finds: none was; received"
            " rounds<=100: it is 211. Cure: relax it, or widen the limits.",
        ),
        (
            {"minimise": "rounds", "problem": {"win": [[0, 0], [0, 0]]}},
            "`problem` must leave room for a game with rounds: none was found; received rounds:"
            " no advantage.",
        ),
        # Only pairs that do not matter are ever asked.
        ({"minimise": "rounds", "problem": {"win": None, "marginals": {"alice": [0, 1]},
          "payoff": [[[1, 0], [0, 1]], [[0, 0], [0, 0]]]}},
         "`problem` must leave room for a game with rounds: none was found; received rounds: no"
         " advantage."),
        ({"subject": 3}, "`subject` must be of type Sequence; received int."),
        ({"starts": 3}, "`starts` must be of type Sequence; received int."),
        ({"starts": [3]}, "`starts` must be of type XORGame; received int."),
        ({"maximise": "margin"}, "`quantity` needs a design for margin; received none."
         " Cure: name a design."),
        ({"subject": ["pass"]}, "`subject` needs a design for pass; received none."
         " Cure: name a design."),
    ],
)  # fmt: skip
def test_what_is_not_there(options, text):
    options = dict(options)
    with pytest.raises(InputError) as refused:
        design_free(chsh(**options.pop("problem", {})), **options)
    assert str(refused.value) == text


def test_a_ratio_that_no_game_reaches():
    even = NEWS | {"distribution": [["1/4", "1/4"], ["1/4", "1/4"]]}
    with pytest.raises(InputError) as refused:
        design_free(problem_from_table(even), maximise="ratio", subject=["ratio>=1.5"])
    assert str(refused.value) == (
        "`subject` must be met by a game that the search finds: none was; received ratio>=1.5: the"
        " payoffs do not depend on the outputs. Cure: relax it, or widen the limits."
    )


def test_problems_are_tables():
    assert problem_from_table(MappingProxyType(CHSH)).shape == (2, 2)
    with pytest.raises(InputError) as refused:
        problem_from_table([])
    assert str(refused.value) == "`problem` must be of type Mapping; received list."


@pytest.mark.parametrize(
    ("options", "quantity"),
    [({"minimise": "rounds"}, "rounds"), ({"maximise": "margin"}, "margin"),
     pytest.param({"minimise": "rate"}, "rate", marks=pytest.mark.slow)],
)  # fmt: skip
def test_what_a_machine_must_do(options, quantity):
    found = design_free(problem_from_table(NEWS), setting=YB, **options)
    again = certified(quantity, xg.solve(found.game), YB)
    assert again.intersect(found.value)
    # Neither the largest gap nor the largest ratio asks for less.
    for maximise in ("gap", "ratio"):
        other = certified(
            quantity, design_free(problem_from_table(NEWS), maximise=maximise).solution, YB
        )
        score = found.objective.sure
        assert score(found.value) >= score(other) - 1e-6 * abs(score(other))
    assert found.verdict.verdict in ("PASS", "FAIL")
    assert found.unit == ("Hz" if quantity == "rate" else "")


def test_what_one_came_with_is_kept_unless_there_is_better():
    law = ["1/4"] * 2
    found = design_free(chsh(distribution=[law, law]))
    assert found.game.exact_distribution.tolist() == [[F(1, 4)] * 2] * 2
    assert found.improvement.lower <= 0 <= found.improvement.upper
    # Payoffs with another sum than the limits suggest are those of the default all the same.
    given = [[["1", "1/2"]] * 2, [["1", "1/2"], ["1/2", "1"]]]
    table = {"schema": 1, "choose": "payoff", "distribution": [law, law], "payoff": given,
             "payoff_limits": [0, 2]}  # fmt: skip
    found = design_free(problem_from_table(table), minimise="rounds")
    default = xg.solve(xg.XORGame([law, law], given))
    assert found.default_value.upper == certified("rounds", default, Setting()).upper


def test_a_start_outside_the_conditions_is_only_a_start():
    # It has symmetries that no game of the problem has.
    law = [["1/2", "1/2"], [0, 0]]
    limits = {"marginals": {"alice": ["0.6", "0.4"]}}
    plain = design_free(chsh(**limits))
    found = design_free(chsh(distribution=law, **limits))
    assert found.value.lower == pytest.approx(plain.value.lower, abs=1e-9)
    assert found.game.exact_distribution.sum(axis=1).tolist() == [F(3, 5), F(2, 5)]
    assert found.default_note == "the default does not meet the conditions of the problem exactly"


def test_interrupts_leave_the_best_so_far():
    def stop(what, done, _):
        if what == "see-saw" and done == 2:
            raise KeyboardInterrupt

    found = design_free(chsh(), progress=stop)
    assert found.interrupted
    assert found.to_dict()["interrupted"]
    assert found.value.lower > 0.1035

    def at_once(_what, _done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        design_free(chsh(), progress=at_once)

    def later(what, _done, _total):
        if what == "searching on":
            raise KeyboardInterrupt

    found = design_free(chsh(), minimise="rounds", progress=later)
    assert found.interrupted
    assert found.value.upper < 200

    def while_solving(what, done, _total):
        if what == "solving" and done == 1:
            raise KeyboardInterrupt

    found = design_free(problem_from_table(NEWS), minimise="rounds", progress=while_solving)
    assert found.interrupted
    assert found.value.upper < np.inf


def test_an_interrupt_inside_a_see_saw_keeps_its_last_game(monkeypatch):
    from xorgames.design import free_search

    best, calls = free_search.best_game_for, itertools.count()

    def stopped(*arguments, **options):
        if next(calls) == 1:
            raise KeyboardInterrupt
        return best(*arguments, **options)

    monkeypatch.setattr(free_search, "best_game_for", stopped)
    found = design_free(chsh(distribution=[["0.4", "0.3"], ["0.2", "0.1"]]))
    assert found.interrupted
    assert not found.settled
    assert found.evaluations < 20


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_conditions_hold_exactly(seed):
    rng = np.random.default_rng(seed)
    m, n = rng.integers(2, 5, size=2).tolist()
    parts = [rng.integers(1, 9, size=size) for size in (m, n)]
    fixed = [[f"{part}/{each.sum()}" for part in each] for each in parts]
    wide = [[f"{4 * part}/{5 * each.sum()}", f"{6 * part}/{5 * each.sum()}"]
            for each in parts[1:] for part in each]  # fmt: skip
    table = {
        "schema": 1,
        "choose": "distribution",
        "win": rng.integers(0, 2, size=(m, n)).tolist(),
        "marginals": {"alice": fixed[0], "bob": wide if seed % 2 else fixed[1]},
        "probability": [f"1/{40 * m * n}", "1/2"],
    }
    if not seed % 2:
        table["covariance"] = ["-0.02", "0.03"]
    try:
        free = problem_from_table(table)
    except InputError as error:
        assert "must be met by some distribution: none does" in str(error)  # noqa: PT017
        return
    law = design_free(free).game.exact_distribution
    assert law.sum() == 1
    assert law.sum(axis=1).tolist() == [F(each) for each in fixed[0]]
    assert all(F(1, 40 * m * n) <= p <= F(1, 2) for p in law.ravel())
    for total, limits in zip(law.sum(axis=0), wide if seed % 2 else fixed[1], strict=True):
        low, high = limits if isinstance(limits, list) else (limits, limits)
        assert F(low) <= total <= F(high)
    if not seed % 2:
        x, y = np.arange(m), np.arange(n)
        means = (law.sum(axis=1) * x).sum() * (law.sum(axis=0) * y).sum()
        assert F(-2, 100) <= (law * np.outer(x, y)).sum() - means <= F(3, 100)


def test_numbers_that_are_far_from_any_game():
    with pytest.raises(xg.SolverError, match="no exact numbers near the game that was found"):
        list(exact_numbers(chsh(), np.full(4, 0.9)))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["gap", "ratio"]))
def test_linear_subjects_against_the_programme(seed, quantity):
    # <M, E> - L(M) with a limit on the ratio from below never exceeds the one without.
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((2, 3, 2))
    alice, bob = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    games, cuts, correlators = all_matrices((3, 3)), Cuts(), alice @ bob.T
    free = best_game_for(correlators, games, cuts)
    limit = {"gap": f"gap>={free.worth / 3}", "ratio": "ratio>=1.0001"}[quantity]
    linear = linear_subject(parse_subjects([limit], Setting())[0])
    best = best_game_for(correlators, games, cuts, subjects=[linear])
    if best.missed == 0:
        assert best.worth <= free.worth + 1e-9
        matrix = games.matrix(best.z)
        reached = (matrix * correlators).sum()
        assert linear.missed(0.0, reached, cuts.best(matrix)[0]) < 1e-7
    weighted = best_game_for(correlators, games, cuts, weight=1.5)
    assert weighted.worth <= free.worth + 1e-9


def test_an_advantage_that_lies_deep_inside():
    """Every see-saw ends where entanglement is of no use; mixtures of games find where it is."""
    payoff = [
        [[0, -1], [2, -1], [2, 1]],
        [[2, -2], [-1, 0], [2, 2]],
        [[0, -1], [0, 1], [0, -1]],
    ]
    table = {"schema": 1, "choose": "distribution", "payoff": payoff}
    odds = {"alice": ["6/8", "2/8", "0"]}
    found = design_free(problem_from_table(table | {"marginals": odds}), maximise="ratio")
    assert found.value.lower > 1.18
    assert found.game.exact_distribution.sum(axis=1).tolist() == [F(3, 4), F(1, 4), 0]
