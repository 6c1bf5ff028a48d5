"""What every scenario reports: sentences, rows, JSON without numbers that are none."""

import json
import math

import pytest

from xorgames.errors import InputError
from xorgames.scenarios.estimates import Change, Estimate
from xorgames.scenarios.result import Achieved, Measure, ScenarioResult, finding, sample, share


def change(difference, error, *, percent=None, percent_error=1.0, rounds=1000):
    return Change(
        difference=Estimate(value=difference, standard_error=error),
        percent=Estimate(
            value=100 * difference if percent is None else percent, standard_error=percent_error
        ),
        sample=rounds,
    )


def result(better):
    base = Achieved(metrics={"wait_s": Estimate(value=1.0, standard_error=0.1)})
    other = Achieved(
        metrics={"wait_s": Estimate(value=0.9, standard_error=math.nan)},
        changes={"wait_s": better},
        predicted={"wait_s": 0.92},
    )
    return ScenarioResult(
        scenario="a test",
        rounds=1000,
        counted="jobs",
        measures=(Measure(name="wait_s", about="wait, of all", unit="s", better="less"),),
        players={"classical": base, "quantum": other},
        about={"classical": "", "quantum": ""},
        facts={"numbers": [1.0, math.inf], "none": None},
        notes=("plain",),
        seconds=1.0,
    )


@pytest.mark.parametrize(
    ("better", "text"),
    [
        (change(-0.1, 0.01), "-10.0 ± 1.0 %, beyond 5 standard errors from about 250 jobs on"),
        (change(0.1, 0.07), "+10.0 ± 1.0 %, within 2 standard errors of nothing after 1,000 jobs"),
        (change(0.0, 0.1), "no difference"),
        (change(math.nan, math.nan), "not defined in some or all of the run"),
        (change(0.1, math.nan), "not defined in some or all of the run"),
        (change(0.5, 0.0), "+50.0 ± 1.0 %, beyond 5 standard errors from about 1 jobs on"),
        (
            change(0.5, 0.1, percent=math.inf, percent_error=math.nan),
            "+0.50 ± 0.10, beyond 5 standard errors from about 1,000 jobs on",
        ),
    ],
)
def test_sentences(better, text):
    assert finding(better, "jobs") == text
    assert result(better).findings() == [f"wait, of all: {text}"]


def test_a_sample_is_rounded_up_to_two_digits():
    assert sample(change(0.1, 0.0301, rounds=1234)) == "2,800"
    assert sample(change(0.0, 0.1)) == "never"
    assert sample(change(0.1, 0.01, rounds=4)) == "1"


def test_a_percentage_of_almost_nothing_is_not_shown():
    assert share(change(0.5, 0.1, percent=1e9)) == "+0.50 ± 0.10"


def test_rows_and_their_text():
    rows = result(change(-0.1, 0.01)).rows()
    assert rows[0]["player"] == "classical"
    assert float(rows[0]["lower_95"]) == pytest.approx(1 - 0.196, abs=1e-4)
    assert rows[0]["difference"] == rows[0]["predicted"] == ""
    assert rows[1]["predicted"] == "0.92"
    assert rows[1]["standard_error"] == ""
    assert rows[1]["sample_beyond_doubt"] == "250"
    assert len(result(change(-0.1, 0.01)).to_csv().splitlines()) == 3


def test_json_has_no_numbers_that_are_none():
    content = result(change(0.5, 0.1, percent=math.inf, percent_error=math.nan)).to_dict()
    text = json.dumps(content, allow_nan=False)
    assert json.loads(text)["facts"] == {"numbers": [1.0, None], "none": None}
    assert content["players"]["quantum"]["changes"]["wait_s"]["percent"]["value"] is None
    assert content["measures"][0]["better"] == "less"


def test_a_player_who_did_not_play():
    with pytest.raises(InputError) as caught:
        result(change(0.1, 0.1)).findings("machine")
    assert str(caught.value) == "`player` must be one of classical, quantum; received 'machine'."
