"""Maps against the closed forms of arXiv:2407.21723 and arXiv:2604.07451, and as data."""

import csv
import io
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import xorgames as xg
from xorgames.design.demands import Setting
from xorgames.design.family_file import load_family
from xorgames.design.grid import make_axis
from xorgames.design.map import compute_map
from xorgames.design.quantities import Evaluator
from xorgames.errors import InputError
from xorgames.reports.map_figures import draw_map

EXAMPLES = Path(__file__).parent.parent / "examples"
F = Fraction


def independent(p, beta):
    """Whether entanglement helps: k > 0 and k |1 - 2p| < 2p (1 - p), with k = |1 - 2 beta|."""
    k = abs(1 - 2 * beta)
    return k > 0 and k * abs(1 - 2 * p) < 2 * p * (1 - p)


def correlated(p, beta):
    """The same for M = [[1 - 2p, k p/2], [k p/2, -p]], where the smallest entry decides."""
    sizes = sorted([1 - 2 * p, abs(1 - 2 * beta) * p / 2, abs(1 - 2 * beta) * p / 2, p])
    return sizes[0] > 0 and sum(1 / size for size in sizes[1:]) > 1 / sizes[0]


@pytest.mark.parametrize(
    ("name", "rule", "axes"),
    [
        ("independent_inputs", independent, ("p=0:1:41", "beta=0:1:41")),
        ("correlated_inputs", correlated, ("p=0:1/2:41", "beta=0:1:41")),
    ],
)
def test_the_planes_of_the_paper(name, rule, axes):
    found = compute_map(EXAMPLES / f"{name}.toml", axes)
    for point, answer in zip(found.grid.points, found.helps.ravel().tolist(), strict=True):
        assert answer == (1 if rule(*point) else -1)
    assert found.boundary.resolution <= 1e-6
    cell = [float(axis.values[1] - axis.values[0]) for axis in found.grid.axes]
    for curve in found.boundary.curves:
        for p, beta in curve:
            # Along one of the axes the answer changes within the resolution; or it is no on a
            # line of no width, beta = 1/2, and at the edge p = 0 where the region ends.
            steps = [F(2e-6 * width) for width in cell]
            near = [
                rule(F(p) + s * steps[0], F(beta) + t * steps[1])
                for s, t in ((1, 0), (-1, 0), (0, 1), (0, -1))
                if 0 <= F(p) + s * steps[0] <= found.grid.axes[0].values[-1]
            ]
            assert len(set(near)) == 2 or abs(beta - 0.5) < steps[1] or p < steps[0]


def test_the_boundary_is_the_closed_form_not_the_grid():
    found = compute_map("hft", ["p=0:1/2:8", "beta=0:0.45:7"])
    (curve,) = found.boundary.curves
    assert len(curve) > 6
    for p, beta in curve:
        assert (1 - 2 * beta) * (1 - 2 * p) == pytest.approx(2 * p * (1 - p), abs=1e-6)


def test_values_of_the_plane_are_the_closed_form():
    found = compute_map("hft", ["p=0.3:0.5:5", "beta=0:0.3:4"], quantity="critical-infidelity")
    for point, lower, upper in zip(
        found.grid.points, found.lower.flat, found.upper.flat, strict=True
    ):
        p, beta = (float(number) for number in point)
        k = 1 - 2 * beta
        q = (1 - 2 * p * (1 - p)) * math.sqrt(1 + k * k)
        c = (1 - p) ** 2 + p**2 + 2 * k * p * (1 - p) - 2 * min(p**2, k * p * (1 - p))
        assert lower - 1e-12 <= max(0.0, 1 - c / q) <= upper + 1e-12


@pytest.mark.parametrize(("beta", "known"), [("0", 0.293), ("0.1", 0.219), ("0.2", 0.143)])
def test_the_infidelity_curve(beta, known):
    found = compute_map(
        EXAMPLES / "uniform_inputs.toml", ["beta=0:0.2:3"], quantity="critical-infidelity"
    )
    index = found.grid.points.index((F(beta),))
    k = 1 - 2 * float(beta)
    assert found.lower[index] == pytest.approx(1 - 1 / math.sqrt(1 + k * k), abs=1e-12)
    assert found.lower[index] == pytest.approx(known, abs=5e-4)


def test_the_limit_of_a_design_is_where_the_curve_crosses_it():
    setting = Setting(design=xg.load_design("yb_cavity"))
    for quantity in ("critical-infidelity", "gap"):
        found = compute_map("hft:p=1/2", ["beta=0:1/2:9"], quantity=quantity, setting=setting)
        (limit,) = found.contours
        (((beta,),),) = limit.curves
        k = 1 - 2 * beta
        infidelity = setting.combined_infidelity
        assert 1 - 1 / math.sqrt(1 + k * k) == pytest.approx(infidelity, abs=1e-6)
        assert (limit.level is None) == (quantity == "gap")
    assert limit.label == f"limit of yb_cavity: critical-infidelity = {infidelity:.6g}"


def test_levels_of_a_quantity():
    found = compute_map("hft:p=1/2", ["beta=0:1/2:9"], quantity="ratio", levels=["1.1"])
    (level,) = found.contours
    (((beta,),),) = level.curves
    assert math.sqrt(1 + (1 - 2 * beta) ** 2) == pytest.approx(1.1, abs=1e-6)
    assert (level.label, level.level) == ("ratio = 1.1", 1.1)


def test_a_level_along_a_line_of_the_grid_is_drawn():
    # For 2 p (1 - p) k >= 2 p^2 the classical value is 1 - p (1 - p), whatever beta: at p = 0.3
    # the level 0.79 runs through points of the grid, whose brackets contain it.
    found = compute_map("hft", ["p=0:0.5:11", "beta=0:0.5:11"], quantity="classical", levels=[0.79])
    on_it = (found.lower <= 0.79) & (found.upper >= 0.79)
    assert on_it.sum() == 5
    (level,) = found.contours
    (curve,) = level.curves
    assert level.resolution <= 1e-6
    places = [beta for p, beta in curve if p == pytest.approx(0.3, abs=1e-7)]
    assert set(np.round(places, 6)) >= {0.3, 0.35, 0.4, 0.45, 0.5}
    for p, beta in curve:
        k = 1 - 2 * beta
        value = 0.5 + 0.5 * (
            (1 - p) ** 2 + p**2 + 2 * k * p * (1 - p) - 2 * min(p**2, k * p * (1 - p))
        )
        assert value == pytest.approx(0.79, abs=1e-6)


def test_the_gap_exceeds_nought_inside_the_boundary():
    found = compute_map("hft", ["p=0:1:11", "beta=0:0.45:11"], levels=[0])
    for level, boundary in zip(found.contours[0].curves, found.boundary.curves, strict=True):
        assert np.array(level) == pytest.approx(np.array(boundary), abs=1e-6)
    assert found.boundary.curves


def test_maps_with_advantage_everywhere_and_nowhere():
    for axes, answer in ((["p=0.4:0.6:3", "beta=0:0.1:3"], 1), (["p=0:0.1:3", "beta=0:0.1:3"], -1)):
        found = compute_map("hft", axes)
        assert (found.helps == answer).all()
        assert (found.boundary.curves, found.boundary.resolution) == ((), 0.0)
        assert "boundary" not in draw_map(found.to_dict(), "svg").decode()


def test_a_line_between_the_points_of_the_grid_is_not_seen():
    # At beta = 1/2 entanglement never helps; only a grid that has the line can show it.
    assert compute_map("hft", ["p=0.4:0.6:3", "beta=0.2:0.8:4"]).boundary.curves == ()
    found = compute_map("hft", ["p=0.4:0.6:3", "beta=0.2:0.8:5"]).boundary
    assert len(found.curves) == 2
    for curve in found.curves:
        assert all(beta == pytest.approx(0.5, abs=1e-6) for _, beta in curve)


def test_a_slow_map_and_its_limits():
    setting = Setting(design=xg.load_design("yb_cavity"))
    told = []
    found = compute_map(
        "hft:p=1/2", ["beta=0:1/4:6"], quantity="rate", setting=setting,
        progress=lambda what, done, total: told.append((what, done, total)),
    )  # fmt: skip
    assert found.unit == "Hz"
    limit = found.contours[0]
    (((beta,),),) = limit.curves
    assert 0 < limit.resolution <= 1 / 16
    rate = setting.performance.rate_hz
    step = limit.resolution * 0.05
    needs = [
        xg.rounds_needed(
            xg.solve(xg.catalog.hft("1/2", beta + s)), infidelity=setting.combined_infidelity
        ).first / 0.1
        for s in (-step, step)
    ]  # fmt: skip
    assert needs[0] < rate < needs[1]
    assert ("rate", 0, 6) in told
    assert ("rate", 6, 6) in told


def test_csv():
    found = compute_map("hft", ["p=0.3:0.5:3", "beta=0:1/2:2"])
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0] == ["p", "beta", "lower", "upper"]
    assert [row[:2] for row in rows[1:4]] == [["0.3", "0.0"], ["0.3", "0.5"], ["0.4", "0.0"]]
    assert rows[2][2:] == ["0.0", "0.0"]
    assert float(rows[1][2]) == found.lower[0, 0] <= float(rows[1][3]) == found.upper[0, 0]


def test_csv_with_points_that_have_no_value():
    found = compute_map(EXAMPLES / "your_family.toml", ["busy=0.1:0.9:3", "together=-0.2:0.2:3"])
    rows = list(csv.reader(io.StringIO(found.to_csv())))
    assert rows[0] == ["busy", "together", "lower", "upper", "note"]
    assert rows[1] == [
        "0.1", "-0.2", "", "", "distribution[1][1] must not be negative; received -0.15"
    ]  # fmt: skip
    assert rows[2][4] == ""
    assert "nan" not in found.to_csv()
    assert found.reasons["covariance must lie in [-1/10, 1/10]"] == 2
    assert not found.defined[0, 0]


def test_json():
    found = compute_map("hft:beta=0", ["p=0.25:0.75:3"])
    content = json.loads(found.to_json())
    assert content == json.loads(json.dumps(found.to_dict()))
    assert content["axes"] == [{"name": "p", "start": "1/4", "stop": "3/4", "count": 3}]
    assert content["fixed"] == {"beta": "0"}
    assert content["advantage"] == [-1, 1, -1]
    assert content["lower"][0] == content["upper"][0] == 0.0
    assert content["boundary"]["label"] == "boundary of the region of advantage"
    places = [point[0] for (point,) in content["boundary"]["curves"]]
    assert places == pytest.approx([1 - 0.5**0.5, 0.5**0.5], abs=1e-6)


def test_the_largest_value():
    found = compute_map("hft:beta=0", ["p=0.25:0.75:3"])
    assert found.grid.points[found.largest] == (F(1, 2),)
    nothing = compute_map(EXAMPLES / "your_family.toml", ["together=0.11:0.2:3"])
    assert nothing.largest is None
    assert nothing.notes.keys() == {0, 1, 2}


def test_axes_as_objects_and_names():
    axis = make_axis("p", "1/4", "3/4", 3)
    family = load_family("hft:beta=0")
    assert compute_map(family, [axis]).lower.tolist() == (
        compute_map("hft", ["p=1/4:3/4:3"], at={"beta": 0}).lower.tolist()
    )
    assert compute_map(family, ["p"]).grid.size == 401


MESSAGES = [
    (("hft", ["q=0:1:3"]), {}, "`axes` must be an open parameter of HFT; received 'q'. "
     "Cure: use one of p, beta."),
    (("hft", ["p=0:2:3", "beta=0:1:3"]), {}, "`p` must stay within [0, 1]; received 0:2."),
    (("hft", ["p=0:1:3"]), {}, "`HFT` needs beta. Cure: give each a value or an axis."),
    (("hft", ["p=0:1:3"]), {"at": {"beta": 3}}, "`beta` must lie in [0, 1]; received 3."),
    (("hft", ["p=0:1:3"]), {"at": {"p": 0}}, "`p` must be given once; "
     "received an axis and a value."),
    (("hft", []), {}, "`axes` must be one or two; received 0."),
    (("hft:beta=0", ["p=0:1:3"]), {"levels": ["x"]}, "`level` must be a real number; received "
     "'x'. Cure: write a decimal such as 0.25 or a fraction such as \"1/3\"."),
    (("hft:beta=0", ["p=0:1:3"]), {"quantity": "speed"}, "`quantity` is not offered; received "
     "'speed'. Cure: use one of gap, ratio, classical, quantum, critical-infidelity, rounds, rate, "
     "margin."),
    (("hft:beta=0", ["p=0:1:3"]), {"levels": "0.1"}, "`levels` must be of type list or tuple or "
     "ndarray; received str."),
    (("hft:beta=0", ["p=0:1:3"]), {"setting": Setting(infidelity="x")}, "`infidelity` must be a "
     "real number; received 'x'. Cure: write a decimal such as 0.25 or a fraction such as "
     '"1/3".'),
    (("hft:beta=0", ["p=0:1:3"]),
     {"setting": Setting(design=xg.load_design("yb_cavity"), profile="foo")},
     "`profile` must be a profile of yb_cavity; received 'foo'. Cure: use one of law, displayed."),
    (("load_balancing:cells=2", ["threshold"]), {}, "`axes` is not well formed; received "
     "'threshold'. Cure: write name=start:stop:count, such as p=0:1:101."),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "options", "message"), MESSAGES)
def test_messages(arguments, options, message):
    with pytest.raises(InputError) as caught:
        compute_map(*arguments, **options)
    assert str(caught.value) == message


def test_an_interrupt_is_heard():
    def stop(_what, done, _total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute_map("hft", ["p=0:1:101", "beta=0:1:101"], progress=stop)


def test_brackets_do_not_depend_on_how_points_are_grouped(monkeypatch):
    known = compute_map("load_balancing:cells=4", ["threshold=0.1:0.5:7"])
    monkeypatch.setattr("xorgames.design.quantities._MOST_POINTS", 2)
    found = compute_map("load_balancing:cells=4", ["threshold=0.1:0.5:7"])
    assert (np.maximum(known.lower, found.lower) <= np.minimum(known.upper, found.upper)).all()


def test_large_games_are_computed_few_at_a_time():
    family = load_family("load_balancing:rule=midpoint")
    evaluator = Evaluator(family.fix(threshold="0.3"), ["cells"], Setting())
    assert evaluator.together([(2,), (4,)]) == 2048
    assert evaluator.together([(2,), (64,)]) == 512
    assert evaluator.together([(0,), (0,)]) == 2048
