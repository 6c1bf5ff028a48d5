"""Measured behaviours against the classical polytope: both certificates, exactly; messages."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xorgames as xg
from xorgames.bound import Bound
from xorgames.design.equivalent import equivalent_game, win_lose_game
from xorgames.design.measured import correlators_of, load_measured, measured_from_table
from xorgames.design.separation import separate, verify
from xorgames.errors import InputError
from xorgames.strategy import DeterministicStrategy

EXAMPLES = Path(__file__).parent.parent / "examples"
F = Fraction


def message(call, *arguments, **options):
    with pytest.raises(InputError) as refused:
        call(*arguments, **options)
    return str(refused.value)


def isotropic(v, matrix=((1, 1), (1, -1))):
    return [[v * entry for entry in row] for row in matrix]


# CHSH correlators v (1, 1, 1, -1): classical for v <= 1/2, distance v - 1/2, visibility 1/(2 v).
@pytest.mark.parametrize(
    ("v", "verdict"),
    [(F(1, 2), "REFUTED"), (F(51, 100), "PROVEN"), (F(49, 100), "REFUTED"), (F(7, 10), "PROVEN")],
)
def test_chsh(v, verdict):
    found = separate(correlators=isotropic(v))
    assert str(found.verdict) == verdict
    assert verify(found)
    assert max(v - F(1, 2), 0) in found.distance
    assert 1 / (2 * v) in found.visibility
    assert found.distance.width < 1e-12
    if verdict == "PROVEN":
        assert found.violation == v - F(1, 2)
        assert found.game == xg.catalog.chsh()
        assert found.statement.startswith("your data violate this XOR inequality by")
    else:
        assert found.statement.startswith("classical players can have these correlators")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_mixtures_are_never_separated(seed, m, n, count):
    rng = np.random.default_rng(seed)
    weights = [F(int(w), 1000) for w in rng.multinomial(1000, [1 / count] * count)]
    signs = [np.outer(rng.choice([-1, 1], m), rng.choice([-1, 1], n)) for _ in weights]
    mixed = sum(w * s.astype(object) for w, s in zip(weights, signs, strict=True))
    found = separate(correlators=mixed.tolist())
    assert found.violation <= 0
    assert str(found.verdict) in ("REFUTED", "UNDECIDED")
    assert found.distance.lower == 0
    assert found.distance.upper < 1e-9
    assert verify(found)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(2, 4))
def test_both_certificates_close_on_each_other(seed, m, n):
    rng = np.random.default_rng(seed)
    alice, bob = rng.standard_normal((m, 2)), rng.standard_normal((n, 2))
    alice, bob = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (alice, bob))
    found = separate(correlators=(alice @ bob.T).round(6).tolist())
    assert verify(found)
    assert found.distance.width < 1e-9
    assert found.visibility.width < 1e-9
    # The inequality holds for every deterministic strategy, one by one.
    for a, b in product(product((1, -1), repeat=m), product((1, -1), repeat=n)):
        assert (found.inequality * np.outer(a, b)).sum() <= found.limit
    # Nothing that quantum players do is below 1/K_G.
    assert found.visibility.upper > 1 / 1.7823


def test_no_correlations_at_all():
    found = separate(correlators=[[0, 0], [0, 0]])
    assert found.visibility is None
    assert str(found.verdict) == "REFUTED"
    assert found.to_dict()["visibility"] is None


def test_counts_and_their_error():
    counts = [[[852, 148], [861, 139]], [[843, 157], [151, 849]]]
    found = separate(counts=counts)
    mean = [(2 * F(k, 1000) - 1) for k in (852, 861, 843, 849)]
    assert found.reached == sum(mean) / 4
    error = (sum((1 - float(e) ** 2) / 999 for e in mean) / 16) ** 0.5
    assert found.standard_error == pytest.approx(error)
    assert "for a p-value play the game anew" in found.statement
    # The error is that of repetitions of the experiment.
    rng = np.random.default_rng(0)
    chances = np.array([[0.852, 0.861], [0.843, 0.151]])
    draws = rng.binomial(1000, chances, size=(400, 2, 2))
    values = [found.on(np.stack([k, 1000 - k], axis=-1))[0] for k in draws]
    assert np.std(values) == pytest.approx(error, rel=0.15)
    assert np.mean(values) == pytest.approx(float(found.violation), abs=4 * error / 20)
    by_outputs = [[[[400, 100], [48, 452]] for _ in range(2)] for _ in range(2)]
    exact, numbers = correlators_of(by_outputs)
    assert exact[0, 0] == F(704, 1000)
    assert numbers.tolist() == [[1000, 1000], [1000, 1000]]


@pytest.mark.parametrize("rounds", [1, 100])
def test_rounds_that_all_agree_have_an_error(rounds):
    counts = [[[rounds, 0], [rounds, 0]], [[rounds, 0], [0, rounds]]]
    found = separate(counts=counts)
    assert found.violation == F(1, 2)
    # The posterior of a probability after n successes: Beta(n + 1, 1).
    spread = 4 * (rounds + 1) / ((rounds + 2) ** 2 * (rounds + 3))
    assert found.standard_error == pytest.approx((spread / 4) ** 0.5)
    assert "for a p-value play the game anew" in found.statement


def test_the_statement_rounds_to_the_safe_side():
    # Six digits of a third, a fifth or a ninth are too few or too many.
    cycle = [[-1, 1, 1], [1, -1, 1], [1, 1, -1]]
    found = separate(correlators=[[F(e * 9, 10) if e > 0 else F(-9, 10) for e in r] for r in cycle])
    numbers = [F(n) for n in re.findall(r"0\.\d+", found.statement)]
    assert numbers[0] <= found.violation
    assert numbers[1] <= found.reached
    assert numbers[2] >= found.limit


FORGED = {
    "distance above": lambda s: replace(s, distance=Bound(0.5, 0.6)),
    "distance below": lambda s: replace(s, distance=Bound(0.0, 0.1)),
    "visibility above": lambda s: replace(s, visibility=Bound(0.9, 1.0)),
    "visibility below": lambda s: replace(s, visibility=Bound(0.1, 0.2)),
    "no visibility": lambda s: replace(s, visibility=None),
    "limit": lambda s: replace(s, limit=s.limit / 2),
    "limit with noise": lambda s: replace(s, noise_limit=s.noise_limit / 2),
    "reached": lambda s: replace(s, reached=F(9, 10)),
    "scale": lambda s: replace(s, inequality=s.inequality * 2),
    "no inequality": lambda s: replace(s, inequality=s.inequality * 0),
    "shape": lambda s: replace(s, inequality=s.inequality[:1]),
    "shape with noise": lambda s: replace(s, noise_inequality=s.noise_inequality[:, :1]),
    "correlators": lambda s: replace(s, correlators=s.correlators / 2),
    "no behaviour": lambda s: replace(s, correlators=s.correlators * 3),
    "weights": lambda s: mixed(s, "nearest", weights=tuple(w / 2 for w in s.nearest.weights)),
    "heavy": lambda s: mixed(
        s, "nearest", weights=(*s.nearest.weights, F(1), F(1)),
        strategies=(*s.nearest.strategies, flat(0), flat(1)),
    ),
    "negative": lambda s: mixed(
        s, "scaled", weights=(*s.scaled.weights, F(-1), F(-1)),
        strategies=(*s.scaled.strategies, flat(0), flat(1)),
    ),
    "fewer": lambda s: mixed(s, "scaled", weights=s.scaled.weights[:-1]),
    "remainder": lambda s: mixed(s, "scaled", remainder=s.scaled.remainder[:1]),
}  # fmt: skip


def mixed(separation, which, **changed):
    return replace(separation, **{which: replace(getattr(separation, which), **changed)})


def flat(bit):
    """Return a strategy whose correlators are all 1 - 2 bit."""
    return DeterministicStrategy(a=np.array([bit, bit]), b=np.array([0, 0]))


@pytest.mark.parametrize("name", FORGED)
def test_forged_certificates_are_refused(name):
    found = separate(correlators=isotropic(F(7, 10)))
    assert verify(found)
    assert not verify(FORGED[name](found))


def test_a_forged_visibility_of_nothing():
    found = separate(correlators=[[0, 0], [0, 0]])
    assert verify(found)
    assert not verify(replace(found, visibility=Bound(1.0, 1.0)))


def test_the_example_file():
    found = separate(**load_measured(EXAMPLES / "measured_counts.toml"))
    assert str(found.verdict) == "PROVEN"
    assert found.to_dict()["name"] == "a CHSH experiment"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "`correlators` must be given, or else counts; received neither."),
        (
            {"correlators": [[1]], "counts": [[[1, 1]]]},
            "`correlators` must be given, or else counts; received both.",
        ),
        ({"correlators": [[2]]}, "`correlators[0][0]` must lie in [-1, 1]; received 2.0."),
        (
            {"correlators": [1]},
            "`correlators` must have 2 dimensions, one row for each input of Alice; received"
            " 1 dimensions.",
        ),
        ({"correlators": [["x"]]}, "`correlators[0][0]` must be a real number; received 'x'."),
        (
            {"counts": [[[1, -1]]]},
            "`counts[0][0]` must be whole numbers from 0.",
        ),
        ({"counts": [[[[1, -1], [3, 0]]]]}, "`counts[0][0]` must be whole numbers from 0."),
        ({"counts": [[["0.5", 1]]]}, "`counts[0][0]` must be whole numbers from 0."),
        (
            {"counts": [[[0, 0]]]},
            "`counts[0][0]` must have at least one round. Cure: leave the input out.",
        ),
        (
            {"counts": [[1, 2]]},
            "`counts` must be counts[x][y][parity] or counts[x][y][a][b]; received 1 x 2 entries.",
        ),
    ],
)
def test_messages(data, text):
    assert message(separate, **data).startswith(text)


def test_more_messages(tmp_path):
    found = separate(correlators=isotropic(F(7, 10)))
    assert message(found.on, [[[1, 1]]]) == ("`counts` must be of 2 x 2 inputs; received 1 x 1.")
    assert message(measured_from_table, {"schema": 2, "count": []}) == (
        "`count` is not a key of measured data. Cure: did you mean `counts`?\n"
        "`schema` must be 1, the version read here; received 2. Cure: write schema = 1."
    )
    path = tmp_path / "data.toml"
    path.write_text("schema = 3\n")
    assert message(load_measured, path).startswith(f"{path}: `schema` must be 1")
    assert message(separate, correlators=[[0] * 1025]).startswith(
        "`correlators` must have at most 1024 rows and columns."
    )


# arXiv:2005.13418: the gap of a game depends on how its inequality is written.
@pytest.mark.parametrize("spec", ["hft:p=0.3,beta=0.3", "lctc:beta1=0.2,beta2=0.1", "chained:n=4"])
def test_the_equivalent_game_has_the_largest_gap(spec):
    game = xg.catalog.parse(spec)
    found = equivalent_game(game)
    assert found.game.is_win_lose
    size = sum(abs(game.exact_matrix).ravel())
    assert (found.game.exact_matrix == game.exact_matrix / size).all()
    assert found.gap.lower >= found.gap_before.lower - 1e-12
    # Any other way to spread the odds: p >= c |M|, and the gap is in proportion to c.
    rng = np.random.default_rng(0)
    for _ in range(20):
        odds = rng.dirichlet(np.ones(game.matrix.size)).reshape(game.shape)
        used = abs(found.game.matrix) > 0
        scale = (odds[used] / abs(found.game.matrix)[used]).min()
        assert scale <= 1 + 1e-12
    # The critical infidelity does not change.
    ratios = [xg.solve(g) for g in (game, found.game)]
    ends = [s.classical.bias / s.quantum.bias for s in ratios]
    assert ends[0].intersect(ends[1])
    assert set(found.to_dict()) == {"game", "gap", "gap_before"}


def test_equivalent_messages():
    flat = xg.XORGame([[1]], [[[1, 1]]])
    assert message(equivalent_game, flat) == (
        "`game` must have payoffs that depend on the outputs."
    )
    assert message(equivalent_game, "chsh") == "`game` must be of type XORGame; received str."
    assert win_lose_game(np.array([[F(-2), F(1)]], dtype=object)).matrix[0, 0] == -2 / 3


def spread(inputs):
    """Return correlators of random vectors in space."""
    vectors = np.random.default_rng(0).standard_normal((2, inputs, 3))
    alice, bob = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    return (alice @ bob.T).round(6).tolist()


def test_progress_is_told():
    told = []
    separate(correlators=spread(6), progress=lambda *step: told.append(step))
    assert {what for what, *_ in told} == {"visibility", "distance"}
    shares = [done / total for what, done, total in told if what == "visibility"]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0 < shares[-1] < 1


@pytest.mark.parametrize(("what", "steps"), [("visibility", 2), ("visibility", 4), ("distance", 1)])
def test_an_interrupt_leaves_what_is_proven(what, steps):
    calls = []

    def stop(step, *_):
        calls.append(step)
        if calls.count(what) == steps:
            raise KeyboardInterrupt

    data = spread(6)
    found = separate(correlators=data, progress=stop)
    assert calls[-1] == what
    assert found.interrupted
    assert found.to_dict()["interrupted"]
    assert verify(found)
    whole = separate(correlators=data)
    assert found.distance.intersect(whole.distance)
    assert found.visibility.intersect(whole.visibility)
    assert found.violation <= whole.violation + F(1, 10**9)
    if found.verdict == "PROVEN":
        assert found.statement.endswith("; interrupted: there may be a larger one")
    else:
        assert found.statement == (
            "interrupted: whether classical players can have these is not known yet"
        )


def test_an_interrupt_before_anything_is_found(monkeypatch):
    from xorgames.design import separation_search

    def stopped(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(separation_search, "best_game_for", stopped)
    with pytest.raises(KeyboardInterrupt):
        separate(correlators=isotropic(F(7, 10)))


def test_an_interrupt_between_both_programmes(monkeypatch):
    from xorgames.design import separation_search

    best = separation_search.best_game_for

    def stopped(*arguments, **options):
        if not options["ratio"]:
            raise KeyboardInterrupt
        return best(*arguments, **options)

    monkeypatch.setattr(separation_search, "best_game_for", stopped)
    found = separate(correlators=isotropic(F(7, 10)))
    assert found.interrupted
    assert verify(found)
    assert found.violation == F(1, 5)
