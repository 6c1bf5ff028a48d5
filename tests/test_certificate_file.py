"""Saved certificates: round trip, the stand-alone checker, and every way of tampering."""

import hashlib
import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from xorgames import XORGame, catalog
from xorgames.bound import Bound
from xorgames.errors import InputError, SolverError
from xorgames.solvers import check_certificate as checker
from xorgames.solvers.certificate import certify
from xorgames.solvers.certificate_file import check_certificate, save_certificate
from xorgames.solvers.tsirelson import propose
from xorgames.strategy import DeterministicStrategy

SCRIPT = Path(checker.__file__).resolve()


def check(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger would: no site packages, nothing of the package."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("certificates") / "chsh.json"
    constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    save_certificate(catalog.chsh(), path, classical=constant)
    return path


def test_the_script_is_short_and_imports_only_the_standard_library():
    lines = SCRIPT.read_text().splitlines()
    assert len(lines) < 60
    imported = [line.split()[1] for line in lines if line.startswith(("import ", "from "))]
    assert set(imported) <= sys.stdlib_module_names


def test_the_script_proves_chsh(saved):
    done = check(saved)
    assert (done.returncode, done.stderr) == (0, "")
    start, _, rest = done.stdout.partition(" in ")
    assert start == "PROVEN: the Tsirelson bias lies"
    ends, _, name = rest.partition(" for M: ")
    lower, upper = json.loads(ends)
    matrix = [[Fraction(1, 4), Fraction(1, 4)], [Fraction(1, 4), Fraction(-1, 4)]]
    assert name == f"2 x 2 {hashlib.sha256(repr(matrix).encode()).hexdigest()}\n"
    assert lower < 0.5**0.5 < upper
    assert upper - lower < 1e-15


@pytest.mark.parametrize(
    "spec", ["hft:p=0.3,beta=0.3", "random_access_code:n=4", "load_balancing:threshold=0.6,cells=8"]
)
def test_round_trip(tmp_path, spec):
    game = catalog.parse(spec)
    path = tmp_path / "certificate.json"
    bound = save_certificate(game, path)
    assert check_certificate(path) == bound
    assert check(path).returncode == 0
    assert bound.width < 1e-13 * bound.upper
    assert json.loads(path.read_text())["id"] == game.id


def test_a_wide_game_is_transposed(tmp_path):
    game = XORGame.from_matrix(
        np.random.default_rng(1).integers(1, 9, (2, 7)) * [1, -1, 1, 1, -1, 1, 1]
    )
    bound = save_certificate(game, tmp_path / "wide.json")
    assert json.loads((tmp_path / "wide.json").read_text())["upper"]["transposed"] is True
    assert check_certificate(tmp_path / "wide.json") == bound


def test_a_given_proposal_is_what_is_saved(tmp_path):
    game = catalog.chsh()
    proposal = propose(game.matrix, method="interior-point")
    bound = save_certificate(game, tmp_path / "chsh.json", proposal=proposal)
    assert bound == certify(game.exact_matrix, proposal, level="exact")


def test_saving_twice_gives_the_same_bytes(saved, tmp_path):
    constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    save_certificate(catalog.chsh(), tmp_path / "again.json", classical=constant)
    assert (tmp_path / "again.json").read_bytes() == saved.read_bytes()


def test_an_existing_file_is_kept_unless_overwritten(saved):
    before = saved.read_bytes()
    with pytest.raises(InputError, match="`file` must not exist yet"):
        save_certificate(catalog.hft(p=0.3, beta=0.3), saved)
    assert saved.read_bytes() == before
    constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    save_certificate(catalog.chsh(), saved, classical=constant, overwrite=True)
    assert saved.read_bytes() == before


def numbers(part, path=()):
    """Every number in the file, by its place."""
    if isinstance(part, dict | list):
        for key, inner in part.items() if isinstance(part, dict) else enumerate(part):
            yield from numbers(inner, (*path, key))
    else:
        yield path, part


def changed(content, path, value):
    copy = json.loads(json.dumps(content))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(copy)


def test_every_change_of_a_number_is_noticed(tmp_path):
    """The texts (name, id, offset) prove nothing, and are not read."""
    constant = DeterministicStrategy(a=np.array([0, 0]), b=np.array([0, 0]))
    save_certificate(catalog.hft(p=0.3, beta=0.3), tmp_path / "hft.json", classical=constant)
    content = json.loads((tmp_path / "hft.json").read_text())
    proof = {key: content[key] for key in ("matrix", "lower", "upper", "classical")}
    count = 0
    for path, value in numbers(proof):
        if isinstance(value, bool):
            continue
        for other in (
            [f"{value}1", f"{value[:-1]}{'3' if value[-1] == '1' else '1'}"]
            if isinstance(value, str)
            else [value + 2**20, 1 - 2 * value]
        ):
            with pytest.raises(
                (ValueError, KeyError), match=r"do not prove what it claims|^-?[0-9]+$"
            ):
                checker.proven_bracket(changed(content, path, other))
            count += 1
    assert count > 40


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("upper", "unit"), "-1", "ValueError: its numbers do not prove what it claims"),
        (("classical", "a", 0), 2, "KeyError: 2"),
        (("classical", "b", 1), -1, "KeyError: -1"),
        (("upper", "unit"), "0", "ValueError: its numbers do not prove what it claims"),
        (("upper", "a", 0), 0.5, "ValueError: invalid literal for int() with base 10: '0.5'"),
        (
            ("upper", "w", 0, 0),
            float("nan"),
            "ValueError: invalid literal for int() with base 10: 'NaN'",
        ),
        (("upper", "b", 0), [], "ValueError: zip() argument 2 is longer than argument 1"),
        (("upper", "w"), [], "ValueError: zip() argument 2 is shorter than argument 1"),
        (("lower", "alice"), [], "ValueError: zip() argument 2 is shorter than argument 1"),
        (("lower", "alice", 0, 0), "x", "ValueError: invalid literal for int()"),
        (("lower", "bob", 0, 0), [1], "TypeError: int() argument must be"),
        (("upper", "b", 0, 0), "1" * 30 + "x", "ValueError: invalid literal for int()"),
        (("matrix", 0, 0), "nan", "ValueError: invalid literal for int() with base 10: 'nan'"),
    ],
)
def test_what_is_no_proof_is_refused_by_script_and_function(saved, tmp_path, path, value, message):
    forged = tmp_path / "forged.json"
    forged.write_text(changed(json.loads(saved.read_text()), path, value))
    done = check(forged)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"NOT PROVEN: {message}")
    with pytest.raises(InputError) as caught:
        check_certificate(forged)
    text = str(caught.value)
    assert text.startswith(f"{forged}: `certificate` must prove what it claims; received {message}")
    assert text.endswith("Cure: ask for the file again, or save a new one.")


@pytest.mark.parametrize("key", ["matrix", "unit", "bias", "a"])
def test_a_key_that_stands_twice_is_refused(saved, tmp_path, key):
    """Readers differ on which of two counts: a bias that nobody proved could be shown."""
    text = saved.read_text()
    at = text.index(f'"{key}": ')
    value, _ = json.JSONDecoder().raw_decode(text[at + len(key) + 4 :])
    forged = tmp_path / "forged.json"
    forged.write_text(f'{text[:at]}"{key}": {json.dumps(value)}, {text[at:]}')
    assert json.loads(forged.read_text()) == json.loads(text)
    done = check(forged)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "NOT PROVEN: ValueError: its numbers do not prove what it claims, or a key stands twice\n"
    )


def test_vectors_and_factors_that_are_too_short_count_as_followed_by_zeros(saved):
    content = json.loads(saved.read_text())
    lower, upper, _ = checker.proven_bracket(saved.read_text())
    for side in ("alice", "bob"):
        content["lower"][side] = [[*vector, 0, 0] for vector in content["lower"][side]]
    content["lower"]["alice"][0] = content["lower"]["alice"][0][:-1]
    content["upper"]["w"][0] += [0]
    assert checker.proven_bracket(json.dumps(content))[:2] == (lower, upper)


def test_more_digits_than_python_writes(tmp_path):
    """Denominators of 3000 digits each are allowed; a common one has more than 4300."""
    entries = [Fraction(10**2999, 10**2999 + 1), Fraction(10**2999, 10**2999 + 3)]
    payoff = [[[entry, 0] for entry in entries]] * 2
    path = tmp_path / "long.json"
    with pytest.raises(InputError) as caught:
        save_certificate(XORGame([["1/4"] * 2] * 2, payoff), path)
    assert str(caught.value) == (
        "`game` must have numbers that Python writes, with at most 4300 digits: a common"
        " denominator has more. Cure: round the game's entries, or raise the limit by"
        " PYTHONINTMAXSTRDIGITS."
    )
    assert not path.exists()


def test_a_file_cut_short_and_no_file(saved, tmp_path):
    short = tmp_path / "short.json"
    short.write_text(saved.read_text()[:-40])
    assert check(short).returncode == 1
    assert check(tmp_path / "nothing.json").stderr.startswith("NOT PROVEN: FileNotFoundError: ")
    with pytest.raises(InputError, match="FileNotFoundError"):
        check_certificate(tmp_path / "nothing.json")


def test_fifty_by_fifty(tmp_path):
    rng = np.random.default_rng(0)
    game = XORGame.from_matrix(rng.choice([-1, 1], (50, 50)))
    bound = save_certificate(game, tmp_path / "fifty.json")
    assert isinstance(bound, Bound)
    assert bound.width < 1e-13 * bound.upper
    started = time.perf_counter()
    assert check_certificate(tmp_path / "fifty.json") == bound
    # Not a benchmark: it notices a checker that has become useless.
    assert time.perf_counter() - started < 30


@pytest.mark.parametrize("number", ["1e999999999", "1e-999999999", "1.5", "0x10", ""])
def test_numbers_that_would_never_end_are_refused_at_once(saved, tmp_path, number):
    for place in (("upper", "unit"), ("lower", "bias"), ("matrix", 0)):
        content = json.loads(saved.read_text())
        content[place[0]][place[1]] = [number, number] if place[1] == 0 else number
        path = tmp_path / "hostile.json"
        path.write_text(json.dumps(content))
        assert check(path).returncode == 1
        with pytest.raises(InputError):
            check_certificate(path)


def test_a_bias_beyond_doubles_is_refused(tmp_path):
    """Proven, but nobody can say it: not a word of PROVEN, and no traceback."""
    huge = str(10**400)
    content = {
        "matrix": [[huge]], "classical": None,
        "lower": {"bias": huge, "alice": [[1]], "bob": [[1]]},
        "upper": {"bias": huge, "unit": "1", "transposed": False, "a": [0], "b": [[0]],
                  "w": [[0]]},
    }  # fmt: skip
    path = tmp_path / "huge.json"
    path.write_text(json.dumps(content))
    assert checker.proven_bracket(path.read_text())[:2] == (10**400, 10**400)
    done = check(path)
    assert (done.returncode, done.stdout) == (1, "")
    message = "OverflowError: integer division result too large for a float"
    assert done.stderr == f"NOT PROVEN: {message}\n"
    with pytest.raises(InputError) as caught:
        check_certificate(path)
    assert f"must prove what it claims; received {message}" in str(caught.value)


def test_a_certificate_of_another_game_is_refused(saved, tmp_path):
    """Whatever name it bears."""
    assert 0.5**0.5 in check_certificate(saved, game=catalog.chsh())
    other = tmp_path / "other.json"
    save_certificate(catalog.biased_chsh(0.5, 0.75), other)
    content = json.loads(other.read_text()) | {"game": "CHSH", "id": catalog.chsh().id}
    other.write_text(json.dumps(content))
    check_certificate(other)
    with pytest.raises(InputError) as caught:
        check_certificate(other, game=catalog.chsh())
    assert str(caught.value) == (
        f"{other}: `certificate` must be about the matrix of the game; received another matrix"
        " than that of 'CHSH'. Cure: ask for the certificate of this game, or save one."
    )


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"game": "chsh"}, "`game` must be of type XORGame; received str."
         " Cure: load_game reads a file, catalog.parse a name."),
        ({"path": None}, "`path` must be of type str or Path; received NoneType."),
        ({"proposal": 1.0}, "`proposal` must be of type Proposal or NoneType; received float."
         " Cure: tsirelson.propose makes one."),
        ({"classical": [0, 0]},
         "`classical` must be of type DeterministicStrategy or NoneType; received list."),
        ({"classical": DeterministicStrategy(a=np.zeros(3, int), b=np.zeros(2, int))},
         "`classical` must have one answer for each input of the game; received 3 and 2 answers."),
    ],
)  # fmt: skip
def test_what_cannot_be_saved(tmp_path, about, message):
    with pytest.raises(InputError) as caught:
        save_certificate(**{"game": catalog.chsh(), "path": tmp_path / "file.json"} | about)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_proposal_for_another_game_is_not_saved(tmp_path):
    other = propose(catalog.odd_cycle(3).matrix)
    with pytest.raises(SolverError) as caught:
        save_certificate(catalog.chsh(), tmp_path / "file.json", proposal=other)
    assert str(caught.value) == "the solver's proposal is of another shape than the 2 x 2 game"
    assert list(tmp_path.iterdir()) == []
