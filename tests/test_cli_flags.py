"""Options: errors call them by the flag that was written, and --help explains every one."""

import click
import pytest

from xorgames.cli.flags import in_flags
from xorgames.cli.main import cli
from xorgames.cli.options import Invocation, Quantity
from xorgames.errors import InputError, Problem

NUMBERS = (click.types.FloatParamType, click.types.IntParamType, Quantity)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("require", "chsh", "--window", "0s"), "`--window` must be positive; received 0."),
        (("require", "chsh", "--window=0s"), "`--window` must be positive; received 0."),
        (("check", "chsh", "--distance", "-5km"), "`--distance` must be positive; received -5000."),
        (("require", "chsh", "--alpha", "2"), "`alpha` must lie in (0, 1); received 2. Cure: "
         "write 0.02 for 2 %."),
        (
            ("solve", "chsh", "--time-limit", "0s"),
            "`--time-limit` must be a positive number; received 0.0. Cure: leave it out for no "
            "limit.",
        ),
        (
            ("solve", "chsh", "--classical-method", "brute"),
            "`--classical-method` must name a method for the classical value; received 'brute'. "
            "Cure: use one of auto, enumeration, branch-and-bound, threshold, elimination.",
        ),
        (
            ("map", "hft", "--x", "q=0:1:3"),
            "`--x` must be an open parameter of HFT; received 'q'. Cure: use one of p, beta.",
        ),
        (
            ("map", "hft", "--x", "p", "--y", "bet"),
            "`--x or --y` must be an open parameter of HFT; received 'bet'. Cure: did you mean "
            "`beta`?",
        ),
        (
            ("map", "hft", "--x", "p", "--at", "bet=0.3"),
            "`--at` must be an open parameter of HFT; received 'bet'. Cure: did you mean `beta`?",
        ),
        (
            ("design", "hft", "--at", "bet=0.3"),
            "`--at` must be an open parameter of HFT; received 'bet'. Cure: did you mean `beta`?",
        ),
    ],
)  # fmt: skip
def test_the_flag_is_named(run, arguments, message):
    assert run(*arguments) == (2, "", f"Error: {message}\n")


def test_what_a_file_or_a_default_gave_keeps_its_key():
    error = InputError([Problem(key="window_s", rule="must be positive")])
    require = cli.commands["require"]
    without = Invocation(words=["require", "chsh"])
    assert in_flags(error, require, without).problems == error.problems
    given = Invocation(words=["require", "game.toml", "--window", "1s"])
    assert in_flags(error.in_file("game.toml"), require, given).problems == error.problems
    (problem,) = in_flags(error, require, given).problems
    assert problem.key == "--window"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_option_is_explained(name):
    for option in cli.commands[name].params:
        if isinstance(option, click.Option) and not option.is_flag:
            assert option.help, option.opts
            number = isinstance(option.type, NUMBERS)
            # A number shows an example or its default; a quantity also its unit.
            if number and not option.show_default:
                assert any(sign.isdigit() for sign in option.help), option.opts


def test_exit_codes_are_in_the_help(run):
    assert (
        "Exit codes: 0 done and met; 1 a requirement is not met or not decided; 2 bad input or "
        "usage, with one message on stderr and nothing written; 130 interrupted."
    ) in " ".join(run("--help")[1].split())
    for command in ("require", "check", "report", "hardware", "evidence", "design"):
        assert "Exit code 1: " in " ".join(run(command, "--help")[1].split())
