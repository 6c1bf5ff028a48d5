"""Free-form games: known optima, monotone see-saws, conditions met exactly, every message."""

from fractions import Fraction
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.design.cuts import Cuts
from xorgames.design.free_form import design_free
from xorgames.design.free_numbers import exact_numbers
from xorgames.design.free_problem import load_problem, problem_from_table
from xorgames.design.free_schema import free_schema
from xorgames.design.linear_games import best_game_for
from xorgames.design.polytope import all_matrices, extreme
from xorgames.errors import InputError
from xorgames.textfile import read_table

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = [EXAMPLES / "chsh_prior.toml", EXAMPLES / "free_payoffs.toml"]
CHSH = {"schema": 1, "choose": "distribution", "win": [[0, 0], [0, 1]]}


def problem(**more):
    return problem_from_table(CHSH | more)


def message(call, *arguments, **options):
    with pytest.raises(InputError) as refused:
        call(*arguments, **options)
    return str(refused.value)


@pytest.mark.parametrize("maximise", ["gap", "ratio", "critical-infidelity"])
def test_the_best_prior_for_chsh_is_uniform(maximise):
    found = design_free(problem(), maximise=maximise)
    assert found.game == xg.catalog.chsh()
    values = {"gap": (2**0.5 - 1) / 4, "ratio": 2**0.5, "critical-infidelity": 1 - 2**-0.5}
    assert values[maximise] == pytest.approx(found.value.midpoint, abs=1e-12)


def test_conditions_are_met():
    found = design_free(
        problem(
            marginals={"alice": ["0.6", "0.4"], "bob": [["0.3", "0.7"], ["0.3", "0.7"]]},
            probability=["0.05", "0.5"],
        )
    )
    law = found.game.exact_distribution
    assert law.sum() == 1
    assert abs(law[0].sum() - 3 / 5) < 1e-9
    assert all(0.3 - 1e-9 <= total <= 0.7 + 1e-9 for total in law.sum(axis=0))
    assert all(0.05 <= p <= 0.5 for p in law.ravel())
    assert found.default_value is None
    tied = design_free(
        problem(
            marginals={"alice": ["0.6", "0.4"], "bob": ["0.6", "0.4"]}, covariance=["-0.01", "0.02"]
        )
    )
    p = tied.game.exact_distribution
    assert -0.01 - 1e-9 <= p[1, 1] * p[0, 0] - p[0, 1] * p[1, 0] <= 0.02 + 1e-9
    # Of the two the second asks for more.
    assert tied.value.upper <= found.value.lower + 1e-6


def test_a_prior_is_improved_and_the_winner_certified():
    start = [["0.4", "0.3"], ["0.2", "0.1"]]
    found = design_free(problem(distribution=start))
    assert found.improvement.lower > 0.1
    again = xg.solve(found.game)
    assert again.advantage.bound.intersect(found.value)


@pytest.mark.parametrize(("m", "n"), [(2, 2), (3, 2), (3, 3), (4, 4)])
def test_the_ratio_never_exceeds_the_root_of_two(m, n):
    # Up to 4 x 4 inputs an embedded CHSH game is the best there is.
    law = [[f"1/{m * n}"] * n] * m
    found = design_free(
        problem_from_table(
            {"schema": 1, "choose": "payoff", "distribution": law, "payoff_limits": [0, 1]}
        ),
        maximise="ratio",
    )
    assert found.value.midpoint == pytest.approx(2**0.5, abs=1e-9)


def test_the_elegant_game_is_beaten_at_its_own_odds():
    elegant = xg.catalog.parse("random_access_code:n=3")
    free = problem_from_table(
        {
            "schema": 1,
            "choose": "payoff",
            "distribution": elegant.to_dict()["distribution"],
            "payoff": elegant.to_dict()["payoff"],
            "payoff_limits": [0, 1],
        }
    )
    found = design_free(free, starts=[elegant])
    # C = 1/2 and Q = 1/sqrt3: games.md 3.
    assert found.default_value.midpoint == pytest.approx((3**-0.5 - 0.5) / 2, abs=1e-12)
    assert found.value.lower > 0.069


@pytest.mark.parametrize(("maximise", "least"), [("ratio", 4 / 3), ("gap", 0.0)])
def test_fishburn_and_reeds_are_recovered_or_beaten(maximise, least):
    known = xg.catalog.fishburn_reeds(3)
    law, payoff = (known.to_dict()[key] for key in ("distribution", "payoff"))
    free = problem_from_table(
        {
            "schema": 1,
            "choose": "payoff",
            "distribution": law,
            "payoff": payoff,
            "payoff_limits": [0, 1],
        }
    )
    found = design_free(free, maximise=maximise, starts=[known])
    # (3 k - 5)/(2 k - 3) for k = 3: below the root of two, which an embedded CHSH game reaches.
    assert found.value.lower >= max(least, found.default_value.lower)


def of_game(game, choose, **more):
    """Return the problem whose default is a game, with its odds or its payoffs free."""
    table = {key: game.to_dict()[key] for key in ("distribution", "payoff")}
    limits = {"payoff_limits": [0, 1]} if choose == "payoff" else {}
    return problem_from_table({"schema": 1, "choose": choose} | table | limits | more)


@pytest.mark.parametrize("choose", ["distribution", "payoff"])
@pytest.mark.parametrize("maximise", ["gap", "ratio"])
def test_the_elegant_game_is_recovered_or_beaten(choose, maximise):
    found = design_free(of_game(xg.catalog.parse("random_access_code:n=3"), choose),
                        maximise=maximise)  # fmt: skip
    known = {"gap": (3**-0.5 - 0.5) / 2, "ratio": 2 / 3**0.5}[maximise]
    assert found.default_value.midpoint == pytest.approx(known, abs=1e-12)
    assert found.value.lower > found.default_value.upper


@pytest.mark.slow
@pytest.mark.parametrize("k", [5, 6])
@pytest.mark.parametrize("choose", ["distribution", "payoff"])
@pytest.mark.parametrize("maximise", ["gap", "ratio"])
def test_large_games_of_fishburn_and_reeds_keep_their_symmetries(k, choose, maximise):
    found = design_free(of_game(xg.catalog.fishburn_reeds(k), choose), maximise=maximise)
    # A step, over all games of the problem, gains nothing; zeros of the odds are kept.
    assert found.settled == (choose == "payoff")
    assert found.value.lower >= found.default_value.lower
    if maximise == "ratio":
        assert found.value.midpoint == pytest.approx((3 * k - 5) / (2 * k - 3), abs=1e-9)


def test_the_best_game_with_the_symmetries_of_fishburn_and_reeds():
    # At equal odds its diagonal is free: the ratio wants Fishburn and Reeds's own, the gap 1.
    game = xg.catalog.fishburn_reeds(5)
    law = [["1/400"] * 20] * 20
    even = problem_from_table(
        {"schema": 1, "choose": "payoff", "distribution": law, "payoff_limits": [0, 1]}
    )
    found = design_free(even, maximise="ratio", starts=[game])
    assert found.value.midpoint == pytest.approx(10 / 7, abs=1e-9)
    assert found.settled
    larger = design_free(even, maximise="gap", starts=[game])
    ratio = larger.solution.quantum.bias / larger.solution.classical.bias
    assert larger.solution.advantage.bound.lower > found.solution.advantage.bound.upper
    assert ratio.midpoint == pytest.approx(7 / 5, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(2, 4))
def test_see_saws_never_fall(seed, m, n):
    win = np.random.default_rng(seed).integers(0, 2, size=(m, n)).tolist()
    found = design_free(problem(win=win), rng=seed)
    assert (np.diff(found.history) >= -1e-12).all()
    # What is certified is what was found, and no start is better than the end.
    assert found.value.upper >= found.history[-1] - 1e-6
    assert found.value.lower >= found.default_value.lower - 1e-9


def test_the_programme_against_all_strategies():
    # For given correlators the best game is that of a programme with every strategy.
    from scipy.optimize import linprog

    rng = np.random.default_rng(5)
    vectors = [v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.standard_normal((2, 3, 3))]
    correlators = vectors[0] @ vectors[1].T
    signs = 1 - 2 * (np.arange(8)[:, None] >> np.arange(3) & 1)
    every = np.array([np.outer(a, b).ravel() for a in signs for b in signs])
    rows = np.column_stack([every, -every, -np.ones(64)])
    gains = correlators.ravel()
    full = linprog(
        np.concatenate([-gains, gains, [1]]), A_ub=rows, b_ub=np.zeros(64),
        A_eq=np.append(np.ones(18), 0)[None], b_eq=[1], bounds=[(0, None)] * 18 + [(None, None)],
    )  # fmt: skip
    cuts = Cuts()
    best = best_game_for(correlators, all_matrices((3, 3)), cuts)
    assert best.worth == pytest.approx(-full.fun, abs=1e-9)
    assert len(cuts.signs) < 64
    assert best.z.min() >= -1e-9
    assert best.z.sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_examples(path):
    plain = _plain(read_table(path))
    jsonschema.Draft202012Validator.check_schema(free_schema())
    jsonschema.validate(plain, free_schema())
    found = design_free(load_problem(path))
    assert found.value.lower > 0.05
    assert found.to_dict()["game"]["id"] == found.game.id
    assert found.requirements.combined_infidelity_max.lower > 0
    assert found.verdict is None


def _plain(table):
    if isinstance(table, dict):
        return {key: _plain(value) for key, value in table.items()}
    if isinstance(table, list):
        return [_plain(value) for value in table]
    return table if isinstance(table, int | str) else float(table)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"schema": 2}, "`schema` must be 1, the version read here; received 2. Cure: write"
         " schema = 1."),
        ({"choose": "rules"}, '`choose` must be "distribution" or "payoff"; received \'rules\'.'),
        ({"wins": 1}, "`wins` is not a key of a free-form problem. Cure: did you mean `win`?"),
        ({"name": 3}, "`name` must be text; received 3."),
        ({"marginals": 3}, "`marginals` must be a table; received 3."),
        ({"payoff_limits": [0, 1]}, '`payoff_limits` has no meaning for choose = "distribution".'),
        ({"payoff": [[[1, 0]]]}, "`payoff` must be given either as `payoff` or as `win`; received"
         " both."),
        ({"marginals": {"carol": []}}, "`marginals.carol` is not a party. Cure: use alice and"
         " bob."),
        ({"marginals": {"bob": [1]}}, "`marginals.bob` must have 2 entries, one for each input;"
         " received [1]."),
        ({"marginals": {"bob": ["0.4", "0.4"]}}, "`marginals.bob` must sum to 1; received 0.8."),
        ({"marginals": {"bob": [[1, 0], 0]}}, "`marginals.bob[0]` must have lower <= upper;"
         " received [1, 0]."),
        ({"covariance": 0}, "`covariance` needs fixed marginals; received free ones. Cure: give"
         " both parties' marginals as numbers."),
        ({"probability": 1}, "`probability` must be [lower, upper]; received 1."),
        ({"probability": [-1, 1]}, "`probability` must not be negative; received [-1, 1]."),
        ({"probability": ["0.3", "0.4"]}, "`probability` must be met by some distribution: none"
         " does. Cure: relax it."),
        ({"probability": [2, 3]}, "`probability` must be met by some distribution: none does. Cure:"
         " relax it."),
        # By 4e-10 too little, and by less than any programme tells.
        ({"marginals": {"bob": [["0", "0.2"], ["0", "0.7999999996"]]}}, "`marginals.bob` must be"
         " met by some distribution: none does. Cure: relax it."),
        ({"marginals": {"bob": [["0", "0.2"], ["0", "0.7999999999999996"]]}}, "`marginals.bob` must"
         " leave room for a distribution: none was found that meets them exactly. Cure: relax it."),
        # Of what was given only what conflicts is named.
        ({"marginals": {"alice": ["0.6", "0.4"]}, "probability": ["0.2000000001", "0.9"]},
         "`probability and marginals.alice` must be met by some distribution: none does. Cure:"
         " relax one of them."),
        ({"marginals": {"alice": ["0.6", "0.4"], "bob": ["0.2", "0.8"]}, "covariance": "0.3",
          "probability": [0, 1]}, "`marginals.alice and covariance` must be met by some"
         " distribution: none does. Cure: relax one of them."),
        ({"win": [[0], [1]], "marginals": {"alice": ["0.6", "0.4"], "bob": [1]},
          "covariance": "1e-11"}, "`covariance` must leave room for a distribution: none was found"
         " that meets them exactly. Cure: relax it."),
        ({"win": [[0, 2]]}, "`win[0][1]` must be 0 or 1; received 2. Cure: 0 where the outputs"
         " must agree, 1 where they must differ."),
        ({"distribution": [[1]]}, "`distribution` must have the shape 2 x 2 of `win`; received"
         " 1 x 1."),
        ({"distribution": [["nan", 1]]}, "`distribution[0][0]` must be finite; received 'nan'."),
        ({"win": None, "payoff": [[[1, 1]]]}, "`payoff` must depend on the parity for some pair of"
         " inputs."),
        ({"win": None, "choose": "payoff"}, "`distribution` must be given.\n`payoff_limits` must"
         " be given."),
        ({"win": None, "choose": "payoff", "distribution": "uniform", "payoff_limits": [0, 1]},
         '`distribution` must be an array of numbers: "uniform" takes its shape from `payoff`;'
         " received no payoff to start from."),
        ({"distribution": "even"}, "`distribution` must be a real number; received 'even'. Cure:"
         ' write a decimal such as 0.25 or a fraction such as "1/3".'),
        ({"win": 3, "distribution": "uniform"}, "`win` must have 2 dimensions, win[x][y]; received"
         " 0 dimensions."),
        ({"win": None, "choose": "payoff", "distribution": [[1]], "payoff_limits": [1, 1]},
         "`payoff_limits` must have lower < upper; received [1, 1]."),
        ({"win": None, "choose": "payoff", "distribution": [[1]], "payoff_limits": [0, 1],
          "payoff": [[[2, 0]]]}, "`payoff` must lie within payoff_limits, [0, 1]."),
    ],
)  # fmt: skip
def test_messages(more, text):
    table = {key: value for key, value in (CHSH | more).items() if value is not None}
    assert message(problem_from_table, table) == text


@pytest.mark.parametrize(
    "more",
    [
        {"marginals": {"alice": ["1e-10", "0.9999999999"]}},
        {"marginals": {"alice": ["0.6", "0.4"], "bob": ["0.2", "0.8"]}, "covariance": "0.08"},
        {"probability": ["0.25", "0.25"]},
        {"win": [[0], [1]], "marginals": {"alice": ["0.6", "0.4"], "bob": [1]}, "covariance": 0},
    ],
)
def test_conditions_that_leave_next_to_no_room_are_met(more):
    assert problem(**more).admits(next(exact_numbers(problem(**more), corner(more))).ravel())


def corner(more):
    games = problem(**more).games
    return extreme(games, np.zeros(len(games.lower)))


def test_odds_far_below_the_tolerance_of_a_programme():
    # Found in a random search: odds of 1e-9 beside others, and inputs that are never asked.
    payoff = [[[0, 0], ["-3", 0], [0, 2]], [[0, 2], [-2, -4], [0, 0]], [[0, -3], [0, 0], [2, 0]],
              [[2, 1], [0, -4], [-4, 3]]]  # fmt: skip
    limits = {"alice": ["1/1000010001", [0, 0], "1000000000/1000010001",
                        ["10000/1000010001", "20000/1000010001"]]}  # fmt: skip
    table = {"schema": 1, "choose": "distribution", "payoff": payoff, "marginals": limits}
    shares = design_free(problem_from_table(table)).game.exact_distribution.sum(axis=1)
    assert shares[0] == Fraction(1, 1000010001)
    assert shares[1] == 0


@pytest.mark.parametrize("limits", [{}, {"payoff_limits": [0, 1]}])
def test_uniform_odds_by_name(limits):
    choose = "payoff" if limits else "distribution"
    payoff = xg.catalog.chsh().to_dict()["payoff"]
    table = {"schema": 1, "choose": choose, "payoff": payoff, "distribution": "uniform"} | limits
    assert problem_from_table(table).came() == xg.catalog.chsh()
    jsonschema.validate(table, free_schema())


@pytest.mark.parametrize("size", ["1e-290", "1e-12", "1e20", "9e299"])
@pytest.mark.parametrize("maximise", ["gap", "ratio"])
@pytest.mark.parametrize("choose", ["distribution", "payoff"])
def test_the_size_of_payoffs_does_not_matter(size, maximise, choose):
    law = [["1/4"] * 2] * 2
    table = {"schema": 1, "choose": choose}
    if choose == "distribution":
        table["payoff"] = [[[size, 0], [size, 0]], [[size, 0], [0, size]]]
        table["distribution"] = [["0.4", "0.3"], ["0.2", "0.1"]]
    else:
        table |= {"distribution": law, "payoff_limits": [0, size]}
    found = design_free(problem_from_table(table), maximise=maximise)
    known = {"gap": (2**0.5 - 1) / 4 * float(size), "ratio": 2**0.5}[maximise]
    assert found.value.midpoint == pytest.approx(known, rel=1e-9)
    ends = {"gap": known, "ratio": 1 - 2**-0.5}
    assert found.history[-1] == pytest.approx(ends[maximise], rel=1e-9)
    assert found.settled


def test_limits_in_payoffs_of_any_size():
    size, base = Fraction("1e-6"), Fraction(100)
    payoff = [[[base + u * size for u in pair] for pair in row]
              for row in (((1, 0), (1, 0)), ((1, 0), (0, 1)))]  # fmt: skip
    table = {"schema": 1, "choose": "distribution", "payoff": payoff}
    limit = base + Fraction("0.8") * size
    found = design_free(problem_from_table(table), subject=[f"classical>={limit}"])
    plain = design_free(problem(), subject=["classical>=0.8"])
    assert found.solution.classical.value.fraction >= limit
    assert found.value.lower * 1e6 == pytest.approx(plain.value.lower, rel=1e-6)
    # What no game reaches, in units beyond any double.
    text = message(design_free, problem_from_table(table), subject=["gap>=1e299", "quantum>=1e299"])
    assert "gap>=1e+299: it is" in text or "gap>=1e299: it is" in text
    assert "quantum>=1e299: it is" in text


def test_nothing_is_settled_by_a_tolerance():
    # The best game for its correlators has odds of 1e-7: its programme stops short of them.
    small = Fraction(1, 10**7)
    payoff = [[[small, 0], [1, 0]], [[1, 0], [0, 1]]]
    odds = [[1 / (1 + 3 * small), small / (1 + 3 * small)], [small / (1 + 3 * small)] * 2]
    table = {"schema": 1, "choose": "distribution", "payoff": payoff, "distribution": odds}
    found = design_free(problem_from_table(table), maximise="ratio")
    assert found.value.lower > 1.414
    assert not found.settled


def test_multipliers_bound_what_a_programme_finds():
    rng = np.random.default_rng(3)
    games = problem(win=[[0, 0, 1], [0, 1, 0], [1, 0, 0]]).games
    correlators = rng.uniform(-1, 1, size=(3, 3))
    best = best_game_for(correlators, games, Cuts(), weight=0.7)
    assert best.worth <= best.most <= best.worth + 1e-9
    for odds in rng.dirichlet(np.full(9, 0.3), size=50):
        matrix = games.matrix(odds)
        signs = 1 - 2 * (np.arange(8)[:, None] >> np.arange(3) & 1)
        limit = np.abs(signs @ matrix).sum(axis=1).max()
        assert (matrix * correlators).sum() - 0.7 * limit <= best.most


@pytest.mark.parametrize(("maximise", "least"), [("gap", 0.39), ("ratio", 1.4142)])
def test_payoffs_of_unequal_size(maximise, least):
    # Odds make up for the sizes; what is left are the signs.
    payoff = [[[5, 9], [-9, -7], [6, 9]], [[-5, -4], [7, -1], [-4, 6]]]
    found = design_free(problem_from_table({"schema": 1, "choose": "distribution",
                        "payoff": payoff}), maximise=maximise)  # fmt: skip
    assert found.value.lower > least


def test_more_messages(tmp_path):
    assert message(design_free, problem(), maximise="rounds") == (
        "`maximise` must be gap or ratio or critical-infidelity or margin; received 'rounds'."
        " Cure: use minimise."
    )
    assert message(design_free, problem(), starts=[xg.catalog.chained(3)]) == (
        "`starts` must have the shape of the problem, 2 x 2; received 3 x 3."
    )
    path = tmp_path / "bad.toml"
    path.write_text("schema = 1\nchoose = 'payoff'\n")
    assert message(design_free, path).startswith(f"{path}: `distribution` must be given.")
