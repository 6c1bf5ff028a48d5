"""Game files: from a table to a game with its operating conditions, and back to a canonical file.

A file gives the game in exactly one of these ways, each beside `schema = 1`:

- `distribution` (m x n numbers, or "uniform") with `payoff` (m x n x 2) or `win` (m x n of 0, 1);
- `[catalog]`: the `name` of a game of the catalogue and its parameters;
- `[threshold]`: a continuous threshold game and its grid.

`name`, `source` and `labels` may stand beside any of them, and so may a table `[conditions]`, which
is handed on as it stands. Everything wrong with a file is in one `InputError`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from xorgames import catalog
from xorgames.errors import InputError, Problem, near_name, reject
from xorgames.exact import exact_array
from xorgames.game import XORGame
from xorgames.output import write_whole
from xorgames.rules import check_distribution, check_payoff, check_predicate
from xorgames.schema import FORM_KEYS, FORMS, game_schema, structure_problems
from xorgames.textfile import SUFFIXES, read_as, suffix_of
from xorgames.textfile_kind import expect_kind
from xorgames.threshold import threshold_from_table

__all__ = ["GameFile", "game_schema", "load_game", "parse_game", "read_game_file", "save_game"]

#: Integers up to here are the same number in every reader of TOML and JSON.
_LARGEST_INTEGER = 2**53


@dataclass(frozen=True, kw_only=True)
class GameFile:
    """What a game file holds.

    Attributes
    ----------
    game : XORGame
    conditions : dict
        The table `[conditions]` as written, its decimals as `Decimal`; empty if there is none.
    """

    game: XORGame
    conditions: dict[str, Any]


def load_game(path: str | Path) -> XORGame:
    r"""Return the game of a TOML or JSON game file.

    Raises
    ------
    InputError
        With everything that is wrong with the file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "chsh.toml")
    ...     _ = path.write_text('schema = 1\ndistribution = "uniform"\nwin = [[0, 0], [0, 1]]')
    ...     load_game(path).matrix.tolist()
    [[0.25, 0.25], [0.25, -0.25]]
    """
    return read_game_file(path).game


def read_game_file(path: str | Path) -> GameFile:
    """Return the game and the operating conditions of a TOML or JSON game file.

    A game without a `name` is called after the file.

    Raises
    ------
    InputError
        With everything that is wrong with the file.
    """

    def read(table: Mapping[str, Any]) -> GameFile:
        expect_kind(table, "game", file=str(path))
        return _game_file(table, name=Path(path).stem)

    return read_as(path, read)


def parse_game(spec: str) -> GameFile:
    """Return the game that a command line names: a file, or a game of the catalogue.

    Parameters
    ----------
    spec : str
        A path (with a folder, or with the suffix .toml or .json), a name of the catalogue, or a
        name with parameters: "hft:p=0.3,beta=0.3".

    Raises
    ------
    InputError
        If there is no such file and no such game, or what there is has a problem.

    Examples
    --------
    >>> parse_game("chsh").game.shape
    (2, 2)
    """
    path, name = Path(spec), spec.partition(":")[0].strip()
    known = name.replace("-", "_") in catalog.names()
    named_as_file = path.suffix.lower() in SUFFIXES or len(Path(name).parts) > 1
    if named_as_file or (not known and _is_there(path)):
        return read_game_file(path)
    if not known:
        rule = "must be a game file (.toml or .json) or a game of the catalogue"
        reject("GAME", rule, received=repr(spec), cure=near_name(name, catalog.names()))
    return GameFile(game=catalog.parse(spec), conditions={})


def _is_there(path: Path) -> bool:
    try:
        return bool(path.name) and path.exists()
    except (OSError, ValueError):
        # No file can have such a name.
        return False


def save_game(game: XORGame, path: str | Path, *, overwrite: bool = False) -> None:
    """Write a game as a canonical TOML or JSON file, by suffix.

    Every number is exact: an integer, or a fraction as text such as "9/25". Saving what was loaded
    from such a file gives the same bytes.

    Raises
    ------
    InputError
        If the file has another suffix, exists and `overwrite` is false, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> game = XORGame([["1/3", "2/3"]], [[[1, 0], [0, 1.5]]], name="tiny")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_game(game, Path(folder, "tiny.toml"))
    ...     print(Path(folder, "tiny.toml").read_text(), end="")
    schema = 1
    name = "tiny"
    distribution = [
      ["1/3", "2/3"]
    ]
    payoff = [
      [[1, 0], [0, "3/2"]]
    ]
    """
    try:
        suffix = suffix_of(Path(path))
    except InputError as error:
        raise error.in_file(str(path)) from None
    content = game.to_dict()
    content |= {key: _canonical(content[key]) for key in ("distribution", "payoff")}
    text = _toml(content) if suffix == ".toml" else _json(content)
    write_whole(path, text, overwrite=overwrite)


def _game_file(table: Mapping[str, Any], *, name: str) -> GameFile:
    """Check the whole table, then make the game."""
    problems = structure_problems(table)
    broken = {problem.key.partition(".")[0] for problem in problems}
    sound = {key: value for key, value in table.items() if key not in broken}
    form = tuple(key for key in FORM_KEYS if key in table)
    if form not in FORMS:
        problems.append(_form_problem(form))
    if form not in FORMS or broken.intersection(form):
        raise InputError(problems + _part_problems(sound))
    try:
        game = _make_game(sound, name)
    except InputError as error:
        problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return GameFile(game=game, conditions=table.get("conditions", {}))


def _form_problem(form: tuple[str, ...]) -> Problem:
    cures = {
        (): "begin with the example file games/your_game.toml",
        ("distribution",): "add `payoff` or `win`",
        ("payoff",): "add `distribution`",
        ("win",): "add `distribution`",
    }
    return Problem(
        key="game",
        rule="must be given in one way: `distribution` with `payoff` or `win`, or `[catalog]`, "
        "or `[threshold]`",
        received=" and ".join(f"`{key}`" for key in form) or "none of them",
        cure=cures.get(form, "keep one"),
    )


def _part_problems(table: Mapping[str, Any]) -> list[Problem]:
    """Check the numbers of a file that does not say which game it gives."""
    problems: list[Problem] = []
    exact = {
        key: exact_array(table[key], key=key, problems=problems)
        for key in ("distribution", "payoff", "win")
        if key in table and table[key] != "uniform"
    }
    if (distribution := exact.get("distribution")) is not None:
        check_distribution(distribution, problems)
    if (payoff := exact.get("payoff")) is not None:
        check_payoff(payoff, None, problems)
    if (win := exact.get("win")) is not None:
        check_predicate(win, None, problems)
    return problems


def _make_game(table: Mapping[str, Any], name: str) -> XORGame:
    about = {key: table[key] for key in ("name", "source", "labels") if key in table}
    if "catalog" in table:
        return _renamed(_from_catalog(table["catalog"]), about)
    if "threshold" in table:
        return _renamed(threshold_from_table(table["threshold"]), about)
    about = {"name": name} | about
    if "win" in table:
        return XORGame.from_predicate(_distribution(table, "win"), table["win"], **about)
    return XORGame(_distribution(table, "payoff"), table["payoff"], **about)


def _from_catalog(table: Mapping[str, Any]) -> XORGame:
    parameters = {key: value for key, value in table.items() if key != "name"}
    try:
        return catalog.make(table["name"], parameters)
    except InputError as error:
        raise InputError(replace(p, key=f"catalog.{p.key}") for p in error.problems) from None


def _renamed(game: XORGame, about: Mapping[str, Any]) -> XORGame:
    """Return the game with the name, the source and the labels that a file gives it."""
    if not about:
        return game
    labels = dict(game.labels) | about.get("labels", {})
    about = {"name": game.name, "source": game.source} | dict(about) | {"labels": labels}
    return XORGame(game.exact_distribution, game.exact_payoff, **about)


def _distribution(table: Mapping[str, Any], shaped_by: str) -> Any:
    """Return the distribution; "uniform" takes its shape from the payoff or the predicate."""
    distribution = table["distribution"]
    if distribution != "uniform":
        return distribution
    rows = table[shaped_by]
    m = len(rows) if isinstance(rows, list) else 0
    n = len(rows[0]) if m and isinstance(rows[0], list) else 0
    # Where there is no shape, what should give it has a problem of its own.
    return [[Fraction(1, m * n)] * n] * m if m * n else [[1]]


def _canonical(numbers: Any) -> Any:
    """Turn the text of integers into integers."""
    if isinstance(numbers, list):
        return [_canonical(number) for number in numbers]
    return numbers if "/" in numbers or abs(int(numbers)) > _LARGEST_INTEGER else int(numbers)


def _toml(content: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_rows(value)}" for key, value in content.items() if key != "labels"]
    lines += [
        f"labels.{key} = {_quoted(names)}" for key, names in content.get("labels", {}).items()
    ]
    return "\n".join(lines) + "\n"


def _json(content: Mapping[str, Any]) -> str:
    lines = [f"  {_quoted(key)}: {_rows(value, indent='  ')}" for key, value in content.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rows(value: Any, *, indent: str = "") -> str:
    """Write an array with a line for each row, anything else in one line."""
    if not isinstance(value, list):
        return _quoted(value)
    rows = ",\n".join(f"{indent}  {_quoted(row)}" for row in value)
    return f"[\n{rows}\n{indent}]"


def _quoted(value: Any) -> str:
    """Write text, numbers and lists as both TOML and JSON do."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
