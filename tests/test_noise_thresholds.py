"""Thresholds: at each of them the model of the noise earns the classical value, no more."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.bound import Bound, Finding
from xorgames.catalog import chsh, elegant, hadamard, hft
from xorgames.errors import InputError
from xorgames.game import XORGame
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.infidelity import bias_ratio, infidelity_limits
from xorgames.hardware.noise_model import NoiseModel, Readout
from xorgames.hardware.noise_thresholds import (
    efficiency_min,
    thresholds,
    trade_off,
    visibility_min,
)
from xorgames.hardware.pair_state import PairState
from xorgames.hardware.requirements import require
from xorgames.solvers.solve import solve

CHSH, HFT, ELEGANT = (solve(g) for g in (chsh(), hft(p="0.3", beta="0.3"), elegant()))
ODD = solve(XORGame.from_matrix(np.random.default_rng(1).standard_normal((3, 4))))
SOLUTIONS = [CHSH, HFT, ELEGANT, ODD]
NONE = solve(hadamard(4))
R = math.sqrt(0.5)


def both_sides(solution, model_at, threshold, *, more_is_better):
    """The model earns less than classical on one side of the threshold, more on the other."""
    step = 1e-9 if more_is_better else -1e-9
    classical = solution.classical.bias
    assert model_at(threshold.lower - step).bias(solution).upper < classical.upper
    assert model_at(threshold.upper + step).bias(solution).lower > classical.lower


def test_chsh_in_closed_form():
    found = thresholds(CHSH)
    limits = found.infidelity_max
    known = {
        found.visibility_min: R,
        limits.guaranteed: (1 - R) / 2,
        limits.worst: (1 - R) / 2,
        limits.werner: 0.75 * (1 - R),
        limits.best: 1 - R,
        found.readout_error_max: (1 - math.sqrt(R)) / 2,
        found.readout_error_one_side_max: (1 - R) / 2,
        found.efficiency_min: 2 * (math.sqrt(2) - 1),
        found.efficiency_one_side_min: R,
        found.availability_min: R,
    }
    for bound, number in known.items():
        assert bound.lower - 1e-15 <= number <= bound.upper + 1e-15
        assert bound.width < 1e-11
    assert found.advantage is Finding.PROVEN


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.game.name)
def test_at_the_threshold_the_noisy_strategy_is_classical(solution):
    found = thresholds(solution)
    cases = [
        (found.visibility_min, lambda v: NoiseModel(pair=PairState.werner(v)), True),
        (
            found.infidelity_max.werner,
            lambda eps: NoiseModel(pair=PairState.werner(1 - 4 * eps / 3)),
            False,
        ),
        (
            found.readout_error_max,
            lambda e: NoiseModel(
                readout_a=Readout(e0=e, e1=e), readout_b=Readout(e0=e, e1=e), roles="fixed"
            ),
            False,
        ),
        (found.readout_error_one_side_max, lambda e: NoiseModel(readout_b=Readout(e0=e, e1=e)),
         False),
        (found.efficiency_min, lambda h: NoiseModel(efficiency_a=h, efficiency_b=h), True),
        (found.efficiency_one_side_min, lambda h: NoiseModel(efficiency_a=h), True),
        (
            found.availability_min,
            lambda h: NoiseModel(availability=h, missing_known_to="alice"),
            True,
        ),
        (
            found.availability_min,
            lambda h: NoiseModel(availability=h, missing_known_to="none"),
            True,
        ),
    ]  # fmt: skip
    for threshold, model_at, more_is_better in cases:
        both_sides(solution, model_at, threshold, more_is_better=more_is_better)


def test_pairs_known_to_be_missing_never_cost_the_advantage():
    model = NoiseModel(availability=1e-6)
    assert model.bias(CHSH).lower > CHSH.classical.bias.upper


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.game.name)
def test_the_worst_and_the_best_state_of_a_fidelity(solution):
    """Mixtures of Phi+ with the extreme eigenvectors of the explicit Bell operator."""
    alice, bob = solution.one_pair.strategy.observables
    operator = np.einsum("xy,xij,ykl->ikjl", solution.game.matrix, alice, bob).reshape(4, 4)
    phi = np.array([1, 0, 0, 1]) / math.sqrt(2)
    rest = np.eye(4) - np.outer(phi, phi)
    values, vectors = np.linalg.eigh(rest @ operator @ rest - 100 * np.outer(phi, phi))
    limits = infidelity_limits(solution)
    for bound, vector in ((limits.worst, vectors[:, 1]), (limits.best, vectors[:, -1])):
        for x, beats in ((bound.lower - 1e-7, True), (bound.upper + 1e-7, False)):
            density = (1 - x) * np.outer(phi, phi) + x * np.outer(vector, vector.conj())
            reached = np.trace(density @ operator).real
            assert bool(reached > solution.classical.bias.midpoint) is beats
    assert values[1] < values[-1] + 1e-9
    assert limits.guaranteed.lower <= limits.worst.upper <= limits.werner.upper + 1e-9
    assert limits.werner.lower <= limits.best.upper + 1e-9


def test_what_is_guaranteed_holds_for_angles_that_are_not_optimal():
    """Their Bell operator may be as negative as the optimal one's, and |Phi+> reaches less."""
    ideal = CHSH.one_pair.strategy
    strategy = replace(ideal, bob=np.add(ideal.bob, [[0, 0], [20, 0]]))
    reached = NoiseModel().bias(CHSH, strategy).lower
    pair = replace(CHSH.one_pair, strategy=strategy, bias=Bound(reached, reached))
    limits = infidelity_limits(replace(CHSH, one_pair=pair))
    assert limits.guaranteed.lower == limits.worst.lower < (1 - 0.5 / reached) / 2
    assert limits.guaranteed.upper == infidelity_limits(CHSH).guaranteed.upper


def test_the_worst_noise_can_be_kinder_than_guaranteed():
    """Where all other Bell states are alike, as in the elegant game, noise has no direction."""
    limits = infidelity_limits(ELEGANT)
    assert limits.worst.midpoint == pytest.approx(limits.werner.midpoint)
    assert limits.best.midpoint == pytest.approx(limits.werner.midpoint)
    assert limits.guaranteed.upper < limits.worst.lower


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.game.name)
def test_they_are_those_of_the_requirements(solution):
    needs, limits = require(solution, Conditions()), infidelity_limits(solution)
    assert needs.werner_infidelity_max.lower == pytest.approx(limits.werner.lower, abs=1e-12)
    assert needs.best_infidelity_max.upper == pytest.approx(limits.best.upper, abs=1e-9)
    assert needs.combined_infidelity_max.lower == pytest.approx(
        1 - thresholds(solution).visibility_min.upper, abs=1e-12
    )


errors = st.floats(0, 0.06)


@settings(deadline=None, max_examples=30)
@given(errors, errors, errors, errors, st.sampled_from(["private", "aligned"]))
def test_asymmetric_readout(e0, e1, f0, f1, roles):
    """p* = r (1 - |dA dB|)/(hA hB), or without the gift of the drift."""
    a, b = Readout(e0=e0, e1=e1), Readout(e0=f0, e1=f1)
    least = visibility_min(CHSH, readout_a=a, readout_b=b, roles=roles)
    gift = abs((e1 - e0) * (f1 - f0)) if roles == "aligned" else 0
    assert least.midpoint == pytest.approx(R * (1 - gift) / ((1 - e0 - e1) * (1 - f0 - f1)))
    both_sides(
        CHSH,
        lambda v: NoiseModel(
            pair=PairState.werner(min(v, 1)), readout_a=a, readout_b=b, roles=roles
        ),
        least,
        more_is_better=True,
    )


def test_readout_that_leaves_nothing():
    useless = Readout(e0=0.5, e1=0.5)
    assert visibility_min(CHSH, readout_a=useless) is None
    # Exactly, e0 + e1 is a little more than 1 here.
    assert visibility_min(CHSH, readout_a=Readout(e0=0.9, e1=0.1)) is None
    assert visibility_min(CHSH, readout_a=Readout(e0=0.2, e1=0.2)) is None
    assert visibility_min(NONE) is None


def test_efficiency_on_a_worse_pair():
    """2 C/(p Q + C): 0.8534 for CHSH at p = 0.95."""
    least = efficiency_min(CHSH, visibility=0.95)
    assert least.midpoint == pytest.approx(2 / (0.95 * math.sqrt(2) + 1))
    assert round(least.midpoint, 4) == 0.8534
    both_sides(
        CHSH,
        lambda h: NoiseModel(pair=PairState.werner(0.95), efficiency_a=h, efficiency_b=h),
        least,
        more_is_better=True,
    )
    assert efficiency_min(CHSH, visibility=0.7) is None
    assert efficiency_min(CHSH, visibility=0) is None
    assert efficiency_min(NONE) is None


def test_a_wide_bracket_gives_wide_thresholds_that_hold_the_true_ones():
    wide = replace(CHSH.quantum, bias=Bound(0.69, 0.72))
    pair = replace(CHSH.one_pair, bias=Bound(0.69, 0.72))
    solution = replace(CHSH, quantum=wide, one_pair=pair)
    found, true = thresholds(solution), thresholds(CHSH)
    for name in ("visibility_min", "readout_error_max", "efficiency_min", "availability_min"):
        outer, inner = getattr(found, name), getattr(true, name)
        assert outer.lower < inner.lower < inner.upper < outer.upper
    assert found.visibility_min.lower == pytest.approx(0.5 / 0.72)
    assert found.visibility_min.upper == pytest.approx(0.5 / 0.69)


def test_what_is_not_decided_says_so():
    wide = replace(CHSH.quantum, bias=Bound(0.5, 0.72))
    pair = replace(CHSH.one_pair, bias=Bound(0.5, 0.72))
    advantage = replace(CHSH.advantage, verdict=Finding.UNDECIDED)
    solution = replace(CHSH, quantum=wide, one_pair=pair, advantage=advantage)
    found = thresholds(solution)
    assert trade_off(solution).readout_errors == (0.0,)
    assert found.advantage is Finding.UNDECIDED
    assert found.visibility_min.upper == 1.0
    assert found.infidelity_max.guaranteed.lower == 0.0
    assert found.infidelity_max.worst is None
    assert found.infidelity_max.best is None


def test_a_game_without_advantage_has_no_thresholds():
    assert thresholds(NONE) is None
    assert bias_ratio(NONE) is None
    assert infidelity_limits(NONE) is None
    assert trade_off(NONE).limits == ()


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda s: s.game.name)
def test_the_trade_off_is_the_threshold_at_every_point(solution):
    curve = trade_off(solution, readout_errors=[0.0, 0.01])
    for name, bound in vars(infidelity_limits(solution)).items():
        assert getattr(curve.limits[0], name).midpoint == pytest.approx(bound.midpoint, abs=1e-12)
    readout = Readout(e0=0.01, e1=0.01)
    both_sides(
        solution,
        lambda eps: NoiseModel(
            pair=PairState.werner(1 - 4 * eps / 3), readout_a=readout, readout_b=readout
        ),
        curve.limits[1].werner,
        more_is_better=False,
    )


def test_the_default_trade_off_falls_to_nothing():
    curve = trade_off(CHSH)
    assert len(curve.readout_errors) == len(curve.limits) == 41
    assert curve.readout_errors[-1] < thresholds(CHSH).readout_error_max.upper
    for name in ("guaranteed", "worst", "werner", "best"):
        lowers = [getattr(limits, name).lower for limits in curve.limits]
        assert lowers == sorted(lowers, reverse=True)
        assert 0 < lowers[-1] < 0.02
    assert trade_off(CHSH, readout_errors=[0.1, 0.49999999999999994, 0.5]).readout_errors == ()


@pytest.mark.parametrize("scale", ["1e-200", "1e200"])
def test_the_size_of_the_payoffs_does_not_matter(scale):
    game = XORGame.from_matrix([[scale, scale], [scale, "-" + scale]])
    found, known = thresholds(solve(game)), thresholds(CHSH)
    assert found.visibility_min.midpoint == pytest.approx(known.visibility_min.midpoint)
    for name, bound in vars(known.infidelity_max).items():
        assert getattr(found.infidelity_max, name).midpoint == pytest.approx(bound.midpoint)


def test_to_dict():
    found = thresholds(CHSH).to_dict()
    assert found["advantage"] == "PROVEN"
    assert found["visibility_min"] == thresholds(CHSH).visibility_min.to_dict()
    assert list(found["infidelity_max"]) == ["guaranteed", "worst", "werner", "best"]
    curve = trade_off(CHSH, readout_errors=[Fraction(1, 100)]).to_dict()
    assert curve["readout_errors"] == [0.01]
    assert curve["limits"][0]["werner"]["lower"] < 0.2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: thresholds("chsh"),
            "`solution` must be of type Solution; received str. Cure: solve makes one.",
        ),
        (
            lambda: visibility_min(CHSH, roles="fixed"),
            "`roles` is not known; received 'fixed'. Cure: use one of private, aligned.",
        ),
        (
            lambda: visibility_min(CHSH, readout_a=0.01),
            "`readout_a` must be of type Readout; received float. Cure: Readout(e0=..., e1=...).",
        ),
        (
            lambda: efficiency_min(CHSH, visibility=1.5),
            "`visibility` must lie in [0, 1]; received 1.5.",
        ),
        (
            lambda: infidelity_limits(CHSH, readout=0),
            "`readout` must be positive; received 0. Cure: it is the product h_A h_B.",
        ),
        (
            lambda: infidelity_limits(CHSH, readout="much"),
            "`readout` must be a real number; received 'much'. Cure: write a decimal such as 0.25 "
            'or a fraction such as "1/3".',
        ),
        (
            lambda: trade_off(CHSH, readout_errors=[0.7]),
            "`readout_errors` must lie in [0, 0.5]; received 0.7.",
        ),
        (
            lambda: trade_off(CHSH, readout_errors=0.01),
            "`readout_errors` must be of type list or tuple or ndarray; received float.",
        ),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(InputError) as error:
        call()
    assert str(error.value) == message
