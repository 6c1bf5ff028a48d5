import math

import pytest

from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.questions.front import front
from xorgames.hardware.questions.trials import Trials

_PER_DB_PER_KM = math.log(10) / 10 * 50


def test_the_front_in_closed_form():
    verdict = verdict_of(0.02)
    found = front(verdict, "emission_probability", "attenuation_db_per_km")
    assert len(found.pairs) > 10
    short = math.log(verdict.requirements.rate_min_hz / verdict.performance.rate_hz)
    for emission, fibre in found.pairs:
        gain = 2 * math.log(emission / 0.7) - _PER_DB_PER_KM * (fibre - 0.25)
        assert gain == pytest.approx(short, abs=3e-4)
    assert found.pairs[0][0] == 0.7
    assert found.pairs[-1][1] == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("first", "second"), [("atoms", "channels"), ("state_infidelity", "atoms")]
)
def test_every_pair_passes_and_none_beats_another(first, second):
    verdict = verdict_of(0.015)
    trials = Trials.of(verdict)
    found = front(verdict, first, second)
    assert found.pairs
    sizes = []
    for pair, known in zip(found.pairs, found.verdicts, strict=True):
        again = trials.verdict(dict(zip((first, second), pair, strict=True)))
        assert again.verdict == known.verdict == "PASS"
        sizes.append(
            [abs(math.log(n / axis.value)) for n, axis in zip(pair, found.axes, strict=True)]
        )
    for one in sizes:
        for other in sizes:
            assert one is other or not (other[0] <= one[0] and other[1] <= one[1])


def test_no_pair():
    found = front(verdict_of(0.001), "rotation_time_s", "reset_time_s")
    assert (found.pairs, found.verdicts) == ((), ())


def test_to_dict_and_progress():
    calls = []
    found = front(
        verdict_of(0.02),
        "channels",
        "atoms",
        bounds={"channels": (1, 3), "atoms": (200, 500)},
        progress=lambda *call: calls.append(call),
    )
    assert found.to_dict() == {
        "parameters": ["channels", "atoms"],
        "units": ["", ""],
        "present": [1, 250],
        "pairs": [[1, 356], [2, 250]],
    }
    assert calls[-1][0] == calls[-1][1]
    assert [done for done, _ in calls] == list(range(1, len(calls) + 1))


@pytest.mark.parametrize(
    ("window_s", "names", "message"),
    [
        (
            0.1,
            ("atoms", "channels"),
            "`verdict` must not be PASS. Cure: there is nothing to change.",
        ),
        (
            0.01,
            ("atoms", "atoms"),
            "`second` must be another number than the first; received 'atoms'.",
        ),
        (
            0.01,
            ("atoms", "chanels"),
            "`parameter` must be a number of yb_cavity or of the conditions; received 'chanels'. "
            "Cure: did you mean `channels`?",
        ),
    ],
)
def test_errors(window_s, names, message):
    with pytest.raises(InputError) as error:
        front(verdict_of(window_s), *names)
    assert str(error.value) == message


def test_odd_bounds():
    with pytest.raises(InputError) as error:
        front(verdict_of(0.01), "atoms", "channels", bounds=[(1, 2)])
    assert str(error.value) == (
        '`bounds` must be of type Mapping; received list. Cure: write {"atoms": (100, 400)}.'
    )
