"""The subcommand evidence: exact output, exit codes, errors on stderr."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from tests.recorded_rounds import CHSH, play, write
from xorgames.cli.evidence import evidence_command
from xorgames.cli.main import _Group
from xorgames.cli.options import Invocation

GROUP = _Group(commands={"evidence": evidence_command})


def run(*arguments):
    words = ["evidence", *map(str, arguments)]
    done = CliRunner().invoke(GROUP, words, obj=Invocation(words=words))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    rounds = play(CHSH, 245, np.random.default_rng(1), visibility=0.98)
    return write(tmp_path_factory.mktemp("log") / "log.csv", rounds)


@pytest.fixture
def short(tmp_path):
    """Twelve rounds, all won, the last two without a pair, one second apart."""
    path = tmp_path / "short.csv"
    lines = [f"{i},{i % 2},{i // 2 % 2},0,{(i % 4) // 3},{int(i < 10)},{i}\n" for i in range(12)]
    path.write_text("round,x,y,a,b,pair,time_s\n" + "".join(lines))
    return path


def test_the_whole_table(short):
    assert run("chsh", short) == (
        1,
        "NOT SHOWN: CHSH, mean payoff above 0.75 in 10 rounds\n"
        "\n"
        "rounds                 12, of which 10 with a pair\n"
        "duration               11 s\n"
        "mean payoff            1\n"
        "  at 95 %, any time    0.438499 … 1\n"
        "to be exceeded         0.75\n"
        "p-value, number fixed  p = 0.0563, ln p = -2.876821, binomial\n"
        "e-value, any time      e = 6.95, ln e = 1.939182, mixture of bets\n"
        "  largest on the way   e = 6.95, ln e = 1.939182; below 1/alpha = 20\n"
        "\n"
        "claim payoff, alpha 0.05, number of counted rounds fixed in advance: the p-value decides\n"
        "\n"
        "check                     p-value  tests  largest deviation\n"
        "inputs                    1        4      x = 0, y = 0: 3 rounds, 3 expected\n"
        "inputs of counted rounds  1        4      x = 0, y = 0: 3 rounds, 2.5 expected\n"
        "no-signalling of a        1        2      x = 0: 0 of a = 1 at y = 0, 0 at other y\n"
        "no-signalling of b        0.667    2      y = 1: 0 of b = 1 at x = 0, 1 at other x\n"
        "The checks are hints of a broken experiment and no part of the claim.\n"
        "\n"
        "Assumptions:\n"
        "- The inputs of each round follow the game's distribution, whatever happened before.\n"
        "- A round's pair flag does not depend on its inputs or outputs; rounds without a pair are"
        " not counted.\n"
        "- Classical players share unlimited randomness and may remember earlier rounds.\n"
        "- The number of counted rounds does not depend on earlier outcomes: it was preset, or is"
        " that of arrivals which the outcomes cannot influence.\n",
        "",
    )


@pytest.mark.parametrize("stopping", ["fixed", "anytime"])
def test_a_claim_that_is_shown(log, stopping):
    code, out, err = run("chsh", log, "--stopping", stopping)
    assert (code, err) == (0, "")
    assert out.startswith("SHOWN: CHSH, mean payoff above 0.75 in 245 rounds\n")
    assert "; reached 1/alpha = 20 by round " in out
    assert "SUSPICIOUS" not in out


def test_the_stopping_rule_and_alpha_decide(log):
    codes = [
        run("chsh", log, "--stopping", stopping, "--alpha", alpha)[0]
        for stopping in ("fixed", "anytime")
        for alpha in ("0.05", "0.001", "1e-12")
    ]
    assert codes == [0, 0, 1, 0, 1, 1]


def test_json(log):
    code, out, _ = run("chsh", log, "--format", "json", "--stopping", "anytime")
    content = json.loads(out)
    assert code == 0
    assert (content["shown"], content["claim"], content["test"]) == (True, "payoff", "binomial")
    assert (content["rounds"], content["counted"], content["null_value"]) == (245, 245, 0.75)
    assert content["path"]["rounds"][-1] == 245
    assert content["interval"]["lower"] < content["mean"] < content["interval"]["upper"]
    assert [check["name"] for check in content["checks"]] == [
        "inputs", "inputs of counted rounds", "no-signalling of a", "no-signalling of b",
    ]  # fmt: skip


def test_a_null_value_of_ones_own(log):
    content = json.loads(run("chsh", log, "--null-value", "4/5", "--format", "json")[1])
    assert content["null_value"] == 0.8
    assert run("chsh", log, "--null-value", "0.9")[0] == 1
    code, out, err = run("chsh", log, "--null-value", "1.2")
    assert (code, out) == (2, "")
    assert err == "Error: `null_value` must lie in (0, 1], the range of payoffs; received 1.2.\n"


def test_the_conditions_of_the_game_file_hold(log, tmp_path):
    path = tmp_path / "game.toml"
    path.write_text('schema = 1\n[catalog]\nname = "chsh"\n[conditions]\nalpha = 1e-6\n')
    assert json.loads(run(path, log, "--format", "json")[1])["alpha"] == 1e-6
    assert json.loads(run(path, log, "--alpha", "0.01", "--format", "json")[1])["alpha"] == 0.01


def test_a_broken_experiment_is_marked(tmp_path):
    rounds = play(CHSH, 500, np.random.default_rng(1), visibility=1)
    rounds.x[:] = 0
    out = run("chsh", write(tmp_path / "log.csv", rounds))[1]
    marked = [line.split("  ")[0] for line in out.splitlines() if line.endswith("  SUSPICIOUS")]
    assert marked == ["inputs", "inputs of counted rounds"]


def test_a_p_value_beyond_the_doubles(tmp_path):
    rounds = play(CHSH, 40_000, np.random.default_rng(1), visibility=1)
    out = run("chsh", write(tmp_path / "log.csv", rounds))[1]
    line = next(line for line in out.splitlines() if line.startswith("p-value"))
    power = int(line.partition("e-")[2].partition(",")[0].lstrip())
    assert power > 308


def test_a_game_that_classical_players_always_win(short, tmp_path):
    path = tmp_path / "game.toml"
    path.write_text(
        'schema = 1\ndistribution = "uniform"\n'
        'payoff = [[["1/3", 0], ["1/3", 0]], [["1/3", 0], ["1/3", 0]]]\n'
    )
    code, out, err = run(path, short)
    assert (code, err) == (1, "")
    assert "p-value, number fixed  p = 1, ln p = 0.000000, binomial" in out


def test_bad_input(log, tmp_path):
    path = tmp_path / "cut.csv"
    path.write_bytes(log.read_bytes()[:-3])
    code, out, err = run("chsh", path)
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {path}: `line 246` must end with a line break; received '245,")
    code, out, err = run("chsh", tmp_path / "no.csv", "--format", "json")
    assert (code, out) == (2, "")
    assert json.loads(err) == {
        "error": "InputError",
        "file": str(tmp_path / "no.csv"),
        "problems": [
            {"key": "file", "rule": "must exist", "received": "no such file", "cure": ""}
        ],
    }  # fmt: skip
    assert run("chsh", log, "--stopping", "never")[2] == (
        "Error: `stopping` must name a stopping rule; received 'never'."
        " Cure: use one of fixed, anytime.\n"
    )
    assert run("chsh", log, "--alpha", "1.5")[2] == (
        "Error: `alpha` must lie in (0, 1); received 1.5.\n"
    )
    assert run("chsh")[0] == 2
