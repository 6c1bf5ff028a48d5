import csv
import io
import math

import numpy as np
import pytest

import xorgames as xg
from tests.questions import verdict_of
from xorgames.errors import InputError
from xorgames.hardware.design import design_names
from xorgames.hardware.questions.vary import vary

YB = xg.load_design("yb_cavity")


def test_every_point_is_what_the_design_achieves():
    sweep = vary(YB, {"attenuation_db_per_km": np.linspace(0.15, 0.35, 5)}, distance_m=30e3)
    for point in sweep.points:
        alone = YB.replace(**point.numbers).evaluate(distance_m=30e3)
        assert point.performance == alone
        assert point.verdict is None
    assert sweep.profile == "law"


def test_every_point_is_what_check_says():
    needs = verdict_of(0.05).requirements
    sweep = vary(YB, {"atoms": [60, 150, 400], "distance_m": ["20 km", 60e3]}, requirements=needs)
    assert [tuple(point.numbers.values()) for point in sweep.points] == [
        (60, 20000), (60, 60000), (150, 20000), (150, 60000), (400, 20000), (400, 60000)
    ]  # fmt: skip
    for point in sweep.points:
        conditions = xg.Conditions(window_s=0.05, distance_m=point.numbers["distance_m"])
        alone = xg.check(
            xg.require(needs.solution, conditions), YB.replace(atoms=point.numbers["atoms"])
        )
        assert point.verdict.to_dict() == alone.to_dict()
        assert point.verdict.design.numbers["atoms"] == point.numbers["atoms"]
    assert {point.verdict.verdict for point in sweep.points} == {"PASS", "FAIL"}


def test_conditions_vary_too():
    needs = verdict_of(0.05).requirements
    sweep = vary(YB, {"window_s": [0.01, "100 ms"]}, requirements=needs, distance_m=40e3)
    assert [point.verdict.verdict for point in sweep.points] == ["FAIL", "PASS"]
    assert {point.performance.distance_m for point in sweep.points} == {40e3}


@pytest.mark.parametrize("name", design_names())
def test_every_packaged_design_and_number(name):
    design = xg.load_design(name)
    for key, number in design.numbers.items():
        sweep = vary(design, {key: [number]})
        alone = design.replace(**{key: number})
        distance_m = number if key == "distance_m" else None
        assert sweep.points[0].performance == alone.evaluate(distance_m=distance_m)


def test_csv():
    sweep = vary(xg.load_design("your_machine"), {"rate_hz": [1000, 2000.5]})
    assert sweep.to_csv() == (
        "rate_hz,state_infidelity,measurement_infidelity,combined_infidelity,decision_time_s,"
        "heralded_infidelity,pairs_per_round\n"
        f"1000,{_infidelities()},1e-06,0.040000000000000036,1\n"
        f"2000.5,{_infidelities()},1e-06,0.040000000000000036,1\n"
    )


def _infidelities():
    performance = xg.load_design("your_machine").evaluate()
    return f"{performance.state_infidelity},0.002,{performance.combined_infidelity}"


def test_csv_with_a_game():
    needs = verdict_of(0.05).requirements
    sweep = vary(YB, {"state_infidelity": [0.04, 0.3]}, requirements=needs)
    rows = list(csv.DictReader(io.StringIO(sweep.to_csv())))
    assert [row["verdict"] for row in rows] == ["PASS", "FAIL"]
    assert list(rows[0])[-1] == "verdict"
    for row, point in zip(rows, sweep.points, strict=True):
        margins = {c.name: c.margin for c in point.verdict.criteria}
        for name, margin in margins.items():
            assert row[f"{name}_margin"] == ("" if margin is None else str(margin))
        assert float(row["rate_hz"]) == point.performance.rate_hz
    # No number of rounds suffices there: no margin of the rate, not a zero.
    assert rows[1]["rate_margin"] == ""


def test_to_dict():
    content = vary(YB, {"atoms": [100]}).to_dict()
    assert content["values"] == {"atoms": [100]}
    assert content["points"][0]["atoms"] == 100
    assert content["points"][0]["rate_hz"] == pytest.approx(2968, rel=1e-3)


def test_progress():
    calls = []
    vary(YB, {"atoms": [1, 2]}, progress=lambda *call: calls.append(call))
    assert calls == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"atms": [1], "atoms": 5},
            "`atms` is not a number of yb_cavity. Cure: did you mean `atoms`?\n"
            "`atoms` must come with a list of values; received 5.",
        ),
        (
            {},
            '`values` must hold one or two names with values; received 0 names. Cure: {"atoms": '
            "[100, 250, 500]}.",
        ),
        (
            ["atoms"],
            "`values` must hold one or two names with values; received ['atoms']. Cure: "
            '{"atoms": [100, 250, 500]}.',
        ),
        ({"atoms": []}, "`atoms` must come with at least one value; received an empty list."),
        ({"atoms": "12"}, "`atoms` must come with a list of values; received '12'."),
        (
            {"atoms": [5, 1.5]},
            "`atoms` must be a whole number, 1 or more (at atoms = 1.5); received 1.5.",
        ),
        (
            {"window_s": [1]},
            "`window_s` is not a number of yb_cavity. Cure: did you mean `photon_window_s`?",
        ),
        (
            {"atoms": range(1, 1000), "channels": range(1, 1000)},
            "`values` must not make more than 100000 points; received 998001. Cure: take fewer "
            "values.",
        ),
    ],
)
def test_errors(values, message):
    with pytest.raises(InputError) as error:
        vary(YB, values)
    assert str(error.value) == message


@pytest.mark.parametrize("odd", [math.nan, math.inf, True, None, "many", [1], 1e400, -5])
def test_odd_values(odd):
    for name in ("emission_probability", "distance_m"):
        with pytest.raises(InputError, match=f"`{name}"):
            vary(YB, {name: [odd]})


def test_errors_of_types_and_of_the_place():
    with pytest.raises(InputError, match="`design` must be of type Design; received str"):
        vary("yb_cavity", {"atoms": [1]})
    with pytest.raises(InputError, match="`requirements` must be of type Requirements"):
        vary(YB, {"atoms": [1]}, requirements="chsh")
    with pytest.raises(InputError, match="`profile` must be a profile of yb_cavity"):
        vary(YB, {"atoms": [1]}, profile="laws")
