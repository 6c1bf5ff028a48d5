"""Errors: one tree, messages with rule, received value and cure, and a form for machines."""

import pickle

import pytest

import xorgames as xg
from xorgames import errors
from xorgames.errors import InputError, Problem, near_name, reject

ALPHA = Problem(key="alpha", rule="must lie in (0, 1)", received="1.5", cure="try 0.05")
POWER = Problem(key="power", rule="must be above alpha")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({}, "`k` must be so."),
        ({"received": "3"}, "`k` must be so; received 3."),
        ({"cure": "write 4"}, "`k` must be so. Cure: write 4."),
        ({"received": "3", "cure": "did you mean 4?"}, "`k` must be so; received 3. "
         "Cure: did you mean 4?"),
        ({"received": "x" * 200}, f"`k` must be so; received {'x' * 200}."),
        ({"received": "x" * 999}, f"`k` must be so; received {'x' * 200}… (999 characters)."),
    ],
)  # fmt: skip
def test_problem(parts, text):
    assert str(Problem(key="k", rule="must be so", **parts)) == text


def test_input_error_lists_every_problem_with_the_file():
    error = InputError([ALPHA, POWER])
    lines = [
        "`alpha` must lie in (0, 1); received 1.5. Cure: try 0.05.",
        "`power` must be above alpha.",
    ]
    assert str(error).splitlines() == lines
    assert str(error.in_file("x.toml")).splitlines() == [f"x.toml: {line}" for line in lines]
    assert error.in_file("x.toml").problems == (ALPHA, POWER)
    assert error.file is None


def test_input_error_shows_the_first_twenty_problems():
    error = InputError([POWER] * 23, file="x.toml")
    assert str(error).splitlines() == ["x.toml: `power` must be above alpha."] * 20 + [
        "x.toml: ... and 3 more problems."
    ]
    assert len(error.problems) == 23
    assert str(InputError([POWER] * 20)).count("\n") == 19


def test_input_error_for_machines():
    assert InputError([ALPHA], file="x.toml").to_dict() == {
        "error": "InputError",
        "file": "x.toml",
        "problems": [
            {
                "key": "alpha",
                "rule": "must lie in (0, 1)",
                "received": "1.5",
                "cure": "try 0.05",
            }
        ],
    }


@pytest.mark.parametrize("name", ["TooLargeError", "SolverError", "InconsistencyError"])
def test_other_errors_for_machines(name):
    error = getattr(errors, name)("no")
    assert isinstance(error, errors.XorgamesError)
    assert error.to_dict() == {"error": name, "message": "no"}


def test_input_error_is_a_value_error():
    assert issubclass(InputError, (errors.XorgamesError, ValueError))


@pytest.mark.parametrize("file", [None, "x.toml"])
def test_input_error_crosses_processes(file):
    error = InputError([ALPHA, POWER], file=file)
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.problems, copy.file, str(copy)) == (error.problems, file, str(error))


def test_reject():
    with pytest.raises(InputError) as caught:
        reject("alpha", "must lie in (0, 1)", received=1.5, cure="try 0.05")
    assert caught.value.problems == (ALPHA,)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("chhs", "did you mean `chsh`?"),
        ("zzz", "use one of chsh, hft"),
        ("", "use one of chsh, hft"),
    ],
)
def test_near_name(name, cure):
    assert near_name(name, ["chsh", "hft"]) == cure


def test_things_of_another_kind_are_refused_by_name():
    """The functions of the chain say which thing they need, and where it comes from."""
    solution = xg.solve(xg.catalog.chsh())
    calls = [
        (lambda: xg.solve("chsh"), "`game` must be of type XORGame; received str"),
        (lambda: xg.require(None), "`solution` must be of type Solution; received NoneType"),
        (
            lambda: xg.require(solution, {}),
            "`conditions` must be of type Conditions; received dict",
        ),
        (lambda: xg.rounds_needed(None), "`solution` must be of type Solution; received NoneType"),
        (
            lambda: xg.check(xg.require(solution), "yb_cavity"),
            "`design` must be of type Design or Performance; received str. Cure: load_design",
        ),
        (lambda: xg.check(solution, None), "`requirements` must be of type Requirements; received"),
        (lambda: xg.load_game(3), "`file` must be of type str or Path; received int"),
        (lambda: xg.load_design(None), "`design` must be of type str or Path; received NoneType"),
        (
            lambda: xg.write_report(None, "report.md"),
            "`subject` must be of type Solution or Requirements or Verdict; received NoneType",
        ),
    ]
    for call, message in calls:
        with pytest.raises(InputError) as caught:
            call()
        assert str(caught.value).startswith(message)
