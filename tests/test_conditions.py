"""The operating conditions and the rules of numbers."""

import math
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xorgames.errors import InputError
from xorgames.hardware.conditions import CONDITION_RULES, Conditions

LEVELS = "a test that ignores the data has power alpha; ask for more, such as 0.9."
TIMES = "must carry one of the units s, ms, us, µs, μs, ns, min"


def test_defaults():
    assert Conditions().to_dict() == {
        "window_s": 0.1,
        "alpha": 0.05,
        "power": 0.9,
        "local_time_s": 1e-5,
        "distance_m": 5e4,
    }


def test_the_rules_cover_every_field():
    assert list(CONDITION_RULES) == list(Conditions().to_dict())


@pytest.mark.parametrize(("distance_m", "light_us"), [(50e3, 166.8), (56.3e3, 187.8)])
def test_light_time(distance_m, light_us):
    """Straight distance over the vacuum speed of light; 56.3 km is NYSE to NASDAQ."""
    assert Conditions(distance_m=distance_m).light_time_s * 1e6 == pytest.approx(light_us, abs=0.05)


def test_numbers_of_every_kind_become_floats():
    conditions = Conditions(window_s=1, alpha=Decimal("0.01"), power=np.float64(0.8))
    assert conditions == Conditions(window_s=1.0, alpha=0.01, power=0.8)
    assert all(type(number) is float for number in conditions.to_dict().values())


def test_replace_checks_again():
    with pytest.raises(InputError) as error:
        replace(Conditions(), window_s=0)
    assert str(error.value) == "`window_s` must be positive; received 0."


def test_from_table():
    table = {
        "window_s": "10 ms",
        "alpha": Decimal("0.001"),
        "distance_m": "56.3 km",
        "power": "4/5",
    }
    expected = Conditions(window_s=0.01, alpha=0.001, distance_m=56.3e3, power=0.8)
    assert Conditions.from_table(table) == expected
    assert Conditions.from_table({}) == Conditions()


@given(
    st.builds(
        Conditions,
        window_s=st.floats(1e-9, 1e9),
        alpha=st.floats(1e-250, 0.5),
        power=st.floats(0.51, 0.999),
        local_time_s=st.floats(1e-9, 1e3),
        distance_m=st.floats(1e-3, 1e9),
    )
)
def test_a_table_gives_back_the_same_conditions(conditions):
    assert Conditions.from_table(conditions.to_dict()) == conditions


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"alpha": 0}, "`alpha` must lie in (0, 1); received 0."),
        ({"alpha": 1}, "`alpha` must lie in (0, 1); received 1."),
        ({"alpha": 5}, "`alpha` must lie in (0, 1); received 5. Cure: write 0.05 for 5 %."),
        ({"alpha": math.nan}, "`alpha` must be finite; received nan."),
        ({"alpha": 1e-251}, "`alpha` must not be below 1e-250 in size; received 1e-251."),
        (
            {"alpha": "5 %"},
            "`alpha` must be a plain number, not a percentage; received '5 %'. Cure: write 0.05.",
        ),
        ({"power": 1}, "`power` must lie in (0, 1); received 1."),
        ({"power": 90}, "`power` must lie in (0, 1); received 90. Cure: write 0.9 for 90 %."),
        (
            {"power": 0.05},
            "`power` must be greater than alpha = 0.05; received 0.05. Cure: " + LEVELS,
        ),
        ({"window_s": 0}, "`window_s` must be positive; received 0."),
        ({"window_s": math.inf}, "`window_s` must be finite; received inf."),
        ({"window_s": None}, "`window_s` must be a real number; received None."),
        ({"window_s": 1e31}, "`window_s` must not exceed 1e+30 in size; received 1e+31."),
        (
            {"local_time_s": 1e-31},
            "`local_time_s` must not be below 1e-30 in size; received 1e-31.",
        ),
        (
            {"window_s": "10"},
            "`window_s` must carry a unit; received '10'. Cure: write 10ms or 2.5us.",
        ),
        ({"window_s": "10 km"}, f"`window_s` {TIMES}; received '10 km'."),
        (
            {"window_s": -1, "distance_m": 0},
            "`window_s` must be positive; received -1.\n`distance_m` must be positive; received 0.",
        ),
    ],
)
def test_bad_numbers(wrong, message):
    with pytest.raises(InputError) as error:
        Conditions(**wrong)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"windows_s": 1},
            "`conditions.windows_s` is not a known key. Cure: did you mean `window_s`?",
        ),
        (
            {"alpha": Decimal("0.95")},
            "`conditions.power` must be greater than alpha = 0.95; received 0.9. Cure: " + LEVELS,
        ),
        (
            {"x": 1, "window_s": "x", "alpha": 2},
            "`conditions.x` is not a known key. Cure: use one of window_s, alpha, power, "
            "local_time_s, distance_m.\n"
            "`conditions.window_s` must be a number with a unit; received 'x'. "
            "Cure: write 10ms or 2.5us.\n"
            "`conditions.alpha` must lie in (0, 1); received 2. Cure: write 0.02 for 2 %.",
        ),
    ],
)
def test_bad_tables(table, message):
    with pytest.raises(InputError) as error:
        Conditions.from_table(table)
    assert str(error.value) == message


def test_conditions_of_a_game_file(tmp_path):
    path = tmp_path / "game.toml"
    path.write_text('schema = 1\n[catalog]\nname = "chsh"\n[conditions]\nwindow_s = "20 ms"\n')
    assert Conditions.from_file(path) == Conditions(window_s=0.02)
    path.write_text('schema = 1\n[catalog]\nname = "chsh"\n[conditions]\nalpha = 200\n')
    with pytest.raises(InputError) as caught:
        Conditions.from_file(path)
    assert str(caught.value) == f"{path}: `conditions.alpha` must lie in (0, 1); received 200."
