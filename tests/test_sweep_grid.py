"""The rows of a grid: the brackets that the games themselves give, ids, notes and errors."""

import pickle
from fractions import Fraction

import pytest

import xorgames as xg
from xorgames.design import quantities
from xorgames.design.demands import Setting
from xorgames.design.family_file import family_from_table, load_family
from xorgames.errors import InputError, SolverError
from xorgames.hardware.conditions import Conditions
from xorgames.sweep.grid_sweep import GridSweep


def sweep_of(**changes):
    given = {
        "family": load_family("hft"),
        "definition": "hft",
        "grid": {"p": [Fraction(1, 2), Fraction(3, 10)], "beta": [Fraction(0), Fraction(3, 10)]},
        "quantities": ["classical", "quantum", "gap", "critical-infidelity"],
        "setting": Setting(),
    }
    return GridSweep(**(given | changes))


def rows_of(sweep):
    return sweep(list(sweep.tasks()))


def test_rows_hold_what_solve_finds():
    sweep = sweep_of()
    rows = rows_of(sweep)
    assert sweep.total == len(rows) == 4
    assert list(rows[0]) == list(sweep.columns[1:])
    for row, (p, beta) in zip(
        rows, [(".5", 0), (".5", ".3"), (".3", 0), (".3", ".3")], strict=True
    ):
        solution = xg.solve(xg.catalog.hft(p=p, beta=beta))
        assert (float(row["p"]), float(row["beta"])) == (float(p), float(beta))
        for name in ("classical", "quantum"):
            value = getattr(solution, name).value
            lower, upper = float(row[f"{name}_lower"]), float(row[f"{name}_upper"])
            assert lower <= value.upper
            assert upper >= value.lower
            assert upper - lower < 1e-12
        assert float(row["gap_lower"]) <= solution.advantage.bound.upper
        assert float(row["gap_upper"]) >= solution.advantage.bound.lower
        assert (row["note"], row["error"]) == ("", "")


def test_work_travels():
    sweep = pickle.loads(pickle.dumps(sweep_of()))
    assert rows_of(sweep) == rows_of(sweep_of())
    assert [task.id for task in sweep.tasks()] == [task.id for task in sweep_of().tasks()]


def test_ids_depend_on_all_that_a_row_depends_on():
    sweeps = [
        sweep_of(),
        sweep_of(definition="other"),
        sweep_of(quantities=["gap"]),
        sweep_of(setting=Setting(infidelity=0.01)),
        sweep_of(setting=Setting(conditions=Conditions(alpha=0.01))),
    ]
    ids = [task.id for sweep in sweeps for task in sweep.tasks()]
    assert len(set(ids)) == len(ids) == 20
    # The other points of a grid do not matter.
    fewer = sweep_of(grid={"p": [Fraction(3, 10)], "beta": [Fraction(0), Fraction(3, 10)]})
    assert [task.id for task in fewer.tasks()] == ids[2:4]


def test_points_without_a_game_are_noted():
    sweep = sweep_of(
        family=load_family("chained"), definition="chained", grid={"n": [Fraction(3), Fraction(1)]}
    )
    good, bad = rows_of(sweep)
    assert good["note"] == ""
    assert bad["note"]
    assert bad["gap_lower"] == bad["classical_upper"] == ""


def test_rounds_of_a_design():
    sweep = sweep_of(
        grid={"p": [Fraction(1, 2)], "beta": [Fraction(0), Fraction(1, 2)]},
        quantities=["rounds"],
        setting=Setting(infidelity=0.061, test="binomial"),
    )
    chsh, hopeless = rows_of(sweep)
    assert float(chsh["rounds_upper"]) == 211
    assert (hopeless["rounds_lower"], hopeless["note"]) == ("", "no advantage")


def test_a_failing_solver_fails_its_row_only(monkeypatch):
    sweep = sweep_of()
    evaluate = sweep._evaluator.many

    def fail(points, quantities, **options):
        if any(point[0] == Fraction(1, 2) and point[1] == 0 for point in points):
            raise SolverError("no luck")
        return evaluate(points, quantities, **options)

    monkeypatch.setattr(sweep._evaluator, "many", fail)
    rows = rows_of(sweep)
    assert [row["error"] for row in rows] == ["no luck", "", "", ""]
    assert rows[0]["gap_lower"] == ""
    assert rows[3]["gap_lower"]


def test_what_travels_to_the_workers_does_not_grow_with_the_grid():
    long = sweep_of(grid={"p": [Fraction(i, 999) for i in range(1000)], "beta": [Fraction(0)]})
    assert len(pickle.dumps(long.work)) < len(pickle.dumps(sweep_of())) + 100
    tasks = list(long.tasks())[300:302]
    assert pickle.loads(pickle.dumps(long.work))(tasks) == long(tasks)


def test_slow_quantities_go_out_few_at_a_time():
    assert sweep_of().largest_chunk == 10_000
    assert sweep_of(quantities=["gap", "rounds"]).largest_chunk == 4


def test_equal_values_are_not_proven_equal_one_by_one(monkeypatch):
    def fail(game):
        raise AssertionError(game)

    monkeypatch.setattr(quantities, "exactly_helps", fail)
    pays = {"+": ["p", 0], "-": [0, "p"]}
    table = {"schema": 1, "parameters": {"p": {"lower": 0, "upper": 1}}, "distribution": "uniform"}
    hadamard = [[pays[sign] for sign in row] for row in ("++++", "+-+-", "++--", "+--+")]
    family = family_from_table(table | {"payoff": hadamard})
    (row,) = rows_of(sweep_of(family=family, grid={"p": [Fraction(1)]}, quantities=["gap"]))
    assert row["gap_lower"] == "0.0"
    assert 0 <= float(row["gap_upper"]) < 1e-10


def test_a_parameter_named_as_another_column_is_refused():
    for name in ("id", "note", "error", "gap_lower"):
        family = family_from_table({
            "schema": 1, "parameters": {name: {"lower": 0, "upper": 1}}, "distribution": [["1"]],
            "payoff": [[[name, 0]]],
        })  # fmt: skip
        message = refused(family=family, grid={name: [Fraction(0)]}, quantities=["gap"])
        assert message == f"`grid.{name}` must not be named as another column; received {name}."


def refused(**changes):
    with pytest.raises(InputError) as caught:
        sweep_of(**changes)
    return str(caught.value)


def test_what_cannot_be_computed_is_refused_at_once():
    assert refused(grid={"p": [Fraction(2)], "beta": [Fraction(0)]}) == (
        "`grid.p` must lie in [0, 1]; received 2."
    )
    assert refused(grid={"q": [Fraction(0)]}).startswith(
        "`grid` must be an open parameter of HFT; received 'q'."
    )
    assert refused(grid={"p": [Fraction(0)]}).startswith("`HFT` needs beta.")
    assert refused(quantities=["gain"]).startswith("`quantity` is not offered; received 'gain'.")
    assert refused(quantities=["margin"]) == (
        "`quantity` needs a design for margin; received none. Cure: name a design."
    )
