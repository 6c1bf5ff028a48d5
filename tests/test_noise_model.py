"""The whole model against the probabilities of all outcomes, computed from density matrices."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xorgames.catalog import chsh, hft, random_access_code
from xorgames.errors import InputError
from xorgames.hardware import noise
from xorgames.hardware.channels import Dephasing, Depolarising, Storage
from xorgames.hardware.noise_model import NoiseModel, Readout
from xorgames.hardware.pair_state import PairState
from xorgames.solvers.solve import solve

SOLUTIONS = [solve(game) for game in (chsh(), hft(p="0.3", beta="0.3"), random_access_code(3))]
CHSH = SOLUTIONS[0]


def outcomes(observable, readout, efficiency, fallback, roles):
    """Return the effects of the answers 0 and 1, and the effect for each way to use the roles."""
    ways = []
    for exchanged in {"fixed": [0], "private": [0, 1], "aligned": [aligned(readout, fallback)]}[
        roles
    ]:
        sign = -1 if exchanged else 1
        zero, one = (np.eye(2) + sign * observable) / 2, (np.eye(2) - sign * observable) / 2
        reads = [
            (1 - readout.e0) * zero + readout.e1 * one,
            readout.e0 * zero + (1 - readout.e1) * one,
        ]
        if exchanged:
            reads = reads[::-1]
        ways.append(
            [efficiency * reads[bit] + (1 - efficiency) * (fallback == bit) * np.eye(2)
             for bit in (0, 1)]
        )  # fmt: skip
    return np.mean(ways, axis=0)


def aligned(readout, fallback):
    """Whether the roles must be exchanged for the drift to favour the fallback bit."""
    return int((readout.e1 - readout.e0 < 0) != (fallback == 1))


def explicit_bias(model, solution, density):
    """Sum over the answers of both parties; none of the package's noise formulas."""
    matrix, strategy = solution.game.matrix, solution.one_pair.strategy
    bits = solution.classical.strategy
    total = 0.0
    for x, y in np.ndindex(matrix.shape):
        effects_a = outcomes(
            strategy.observables[0][x], model.readout_a, model.efficiency_a, bits.a[x], model.roles
        )
        effects_b = outcomes(
            strategy.observables[1][y], model.readout_b, model.efficiency_b, bits.b[y], model.roles
        )
        for a, b in product((0, 1), repeat=2):
            probability = np.trace(density @ np.kron(effects_a[a], effects_b[b])).real
            total += matrix[x, y] * (-1) ** (a + b) * probability
    return total


half = st.floats(0, 0.5)
models = st.builds(
    NoiseModel,
    pair=st.floats(0, 1).map(PairState.werner) | st.floats(10, 80).map(PairState.schmidt),
    channels=st.just(())
    | st.just((Dephasing(error=0.1, axis="x", side="bob"), Storage(age_s=1, t1_s=3, t2_s=2))),
    readout_a=st.builds(Readout, e0=half, e1=half),
    readout_b=st.builds(Readout, e0=half, e1=half),
    efficiency_a=st.floats(0, 1),
    efficiency_b=st.floats(0, 1),
    roles=st.sampled_from(["private", "aligned", "fixed"]),
)


@settings(deadline=None, max_examples=60)
@given(models, st.sampled_from(SOLUTIONS))
def test_the_bias_is_that_of_all_outcomes(model, solution):
    bound = model.bias(solution)
    explicit = explicit_bias(model, solution, model.state.density)
    assert bound.lower - 1e-12 <= explicit <= bound.upper + 1e-12
    assert bound.width < 1e-11


@settings(deadline=None, max_examples=40)
@given(models, st.floats(0, 1), st.sampled_from(SOLUTIONS))
def test_pairs_that_are_missing(model, availability, solution):
    """Without a pair: both play classically; or one measures noise, and the other knows or not."""
    parts = vars(model) | {"availability": availability}
    matrix = solution.game.matrix
    mixed = np.eye(4) / 4
    play = model.play(solution)
    alice, bob = play.alice[:, 0], play.bob[:, 0]
    without = {
        "both": solution.classical.bias.midpoint,
        "none": explicit_bias(model, solution, mixed),
        "alice": np.abs(matrix @ bob).sum(),
        "bob": np.abs(alice @ matrix).sum(),
    }
    for known_to, missing in without.items():
        bound = NoiseModel(**(parts | {"missing_known_to": known_to})).bias(solution)
        known = availability * model.bias(solution).midpoint + (1 - availability) * missing
        assert bound.midpoint == pytest.approx(known, abs=1e-11)
    assert without["alice"] >= without["none"] - 1e-12


@given(st.floats(0, 0.75), half, half)
def test_it_is_the_combined_infidelity(infidelity, e0, e1):
    readout = Readout(e0=e0, e1=e1)
    model = NoiseModel(
        pair=PairState.werner(noise.werner_visibility(infidelity)),
        readout_a=readout,
        readout_b=readout,
    )
    left = 1 - noise.combined_infidelity(infidelity, noise.readout_factor(e0, e1) ** 2)
    assert model.bias(CHSH).midpoint == pytest.approx(left * np.sqrt(0.5), abs=1e-12)


def test_channels_act_in_the_order_given():
    damp, turn = Storage(age_s=1, t1_s=1, side="alice"), Dephasing(error=0.5, axis="x")
    first, second = (NoiseModel(channels=order).state for order in ((damp, turn), (turn, damp)))
    assert first.table[3, 0] == 0
    assert second.table[3, 0] == pytest.approx(1 - np.exp(-1))


@pytest.mark.parametrize(
    ("model", "value"),
    [
        # Facts of arXiv:2604.07451: eps_s = .04, eps_m = .002 give 1 - .06089152.
        (
            NoiseModel(
                pair=PairState.werner(1 - 0.16 / 3),
                readout_a=Readout(e0=0.002, e1=0.002),
                readout_b=Readout(e0=0.002, e1=0.002),
            ),
            0.5 + (1 - 0.06089152) * np.sqrt(2) / 4,
        ),
        # The efficiency at which |Phi+> with fallback is classical: 2 (sqrt2 - 1).
        (NoiseModel(efficiency_a=0.8284271247461901, efficiency_b=0.8284271247461901), 0.75),
        (NoiseModel(availability=0), 0.75),
        (NoiseModel(channels=(Depolarising(visibility=0.5**0.25),)), 0.75),
    ],
)
def test_known_values(model, value):
    found = model.value(chsh())
    assert found.midpoint == pytest.approx(value, abs=1e-12)
    assert found.midpoint == model.value(CHSH).midpoint


def test_a_readout_that_leaves_nothing_by_rounding_is_not_negative():
    """1 - 0.9 - 0.1 is -2.8e-17 in doubles."""
    useless = Readout(e0=0.9, e1=0.1)
    assert useless.shrink == 0.0
    assert NoiseModel(readout_a=useless).play(CHSH).alice[:, 1:].any() == 0


def test_another_strategy_can_be_played():
    solution = SOLUTIONS[1]
    other = NoiseModel().value(solution, CHSH.one_pair.strategy)
    assert other.upper < NoiseModel().value(solution).lower


def test_to_dict_names_everything_in_order():
    model = NoiseModel(channels=(Dephasing(error=0.1, axis="x"),), efficiency_a=0.9)
    found = model.to_dict()
    assert list(found) == [
        "pair", "channels", "readout_a", "readout_b", "efficiency_a", "efficiency_b", "roles",
        "availability", "missing_known_to",
    ]  # fmt: skip
    assert found["channels"] == [{"kind": "dephasing", "error": 0.1, "axis": "x", "side": "both"}]
    assert found["readout_a"] == {"e0": 0.0, "e1": 0.0}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: NoiseModel(pair=np.eye(4)),
            "`pair` must be of type PairState; received ndarray. Cure: PairState.from_matrix makes "
            "one.",
        ),
        (
            lambda: NoiseModel(channels=Dephasing(error=0.1)),
            "`channels` must be of type tuple; received Dephasing. Cure: put a comma after a "
            "single channel.",
        ),
        (
            lambda: NoiseModel(channels=(0.9,)),
            "`channels[0]` must be of type Depolarising or Dephasing or Storage; received float.",
        ),
        (
            lambda: NoiseModel(readout_b=0.01),
            "`readout_b` must be of type Readout; received float. Cure: Readout(e0=..., e1=...).",
        ),
        (
            lambda: NoiseModel(efficiency_a=94),
            "`efficiency_a` must lie in [0, 1]; received 94.",
        ),
        (
            lambda: NoiseModel(availability=float("inf")),
            "`availability` must be finite; received inf.",
        ),
        (
            lambda: NoiseModel(roles="privat"),
            "`roles` is not known; received 'privat'. Cure: did you mean `private`?",
        ),
        (
            lambda: NoiseModel(missing_known_to=None),
            "`missing_known_to` is not known; received None. Cure: did you mean `none`?",
        ),
        (lambda: Readout(e0=-0.1), "`e0` must lie in [0, 1]; received -0.1."),
        (
            lambda: Readout(e0=0.6, e1=0.6),
            "`e0` and `e1` must sum to at most 1; received 1.2. Cure: exchange the outcomes: such "
            "a readout is right more often when it is inverted.",
        ),
        (
            lambda: NoiseModel().value(CHSH, "best"),
            "`strategy` must be of type OnePairStrategy; received str. Cure: solve finds one.",
        ),
        (
            lambda: NoiseModel().value(CHSH, SOLUTIONS[2].one_pair.strategy),
            "`strategy` must be for the inputs of the game, 2 x 2; received 4 x 3.",
        ),
        (
            lambda: NoiseModel().value("chsh"),
            "`subject` must be of type Solution or XORGame; received str. Cure: solve makes a "
            "solution.",
        ),
    ],
)
def test_what_is_refused(make, message):
    with pytest.raises(InputError) as error:
        make()
    assert str(error.value) == message
