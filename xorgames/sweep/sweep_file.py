"""A sweep file: which family over which values, and what is asked of every game.

    schema = 1
    family = "hft"                           # a catalogue name, or a family file beside this one
    quantities = ["gap", "critical-infidelity"]
    [grid]
    p = "0.1:0.9:81"                         # start:stop:count
    beta = [0, "1/10", 0.2]                  # or a list
    [conditions]                             # for rounds, rate and margin
    window_s = "100 ms"

`design`, `profile`, `infidelity`, `claim`, `test`, and `input_bias` or `input_samples` for what is
known of the law of the inputs, may be given besides. A table [split] with `game`, `rows` and, where
wanted, `time_limit_s` takes the place of family, quantities and grid: one classical bias cut into
parts.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xorgames.design.demands import Setting
from xorgames.design.family import Family
from xorgames.design.family_file import family_from_table, load_family
from xorgames.design.grid import make_axis
from xorgames.errors import InputError, Problem, expect, reject
from xorgames.exact import exact_number
from xorgames.hardware.conditions import Conditions
from xorgames.hardware.input_law import InputLaw
from xorgames.hardware.parameters import POSITIVE, Rule, check_keys, read_numbers
from xorgames.sweep.grid_sweep import GridSweep
from xorgames.sweep.split import SplitSweep
from xorgames.textfile import SUFFIXES, read_table

if TYPE_CHECKING:
    from xorgames.hardware.design import Design

Sweep = GridSweep | SplitSweep

_GRID = ("schema", "name", "family", "quantities", "grid", "conditions")
_TEXTS = ("design", "profile", "claim", "test")
_NUMBERS = ("infidelity", "input_bias", "input_samples")
_SPLIT = ("schema", "name", "split")
_FORM = 'write "start:stop:count" or a list of numbers'


def load_sweep(path: str | Path) -> Sweep:
    r"""Read a sweep file.

    Parameters
    ----------
    path : str or Path
        A .toml or .json file. Files that it names stand beside it.

    Raises
    ------
    InputError
        With what is wrong with it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "sweep.toml")
    ...     text = 'schema = 1\nfamily = "hft:beta=0"\nquantities = ["gap"]\n'
    ...     _ = path.write_text(text + '[grid]\np = "0:1:5"')
    ...     load_sweep(path).total
    5
    """
    expect(path, (str, Path), key="sweep")
    path = Path(path)
    table = read_table(path)
    try:
        _check_header(table)
        return _split(table, path) if "split" in table else _grid(table, path)
    except InputError as error:
        raise error if error.file else error.in_file(str(path)) from None


def _check_header(table: Mapping[str, Any]) -> None:
    problems: list[Problem] = []
    known = _SPLIT if "split" in table else (*_GRID, *_TEXTS, *_NUMBERS, "split")
    check_keys(table, known, where="", problems=problems)
    version = table.get("schema")
    if version != 1 or isinstance(version, bool):
        received = "nothing" if version is None else repr(version)
        rule = "must be 1, the version of sweep files"
        problems.append(Problem(key="schema", rule=rule, received=received, cure="schema = 1"))
    kinds: dict[str, type] = dict.fromkeys(("split", "grid", "conditions"), dict)
    kinds |= dict.fromkeys(("name", "family", *_TEXTS), str)
    problems += [
        Problem(
            key=key,
            rule="must be text" if kind is str else "must be a table",
            received=repr(table[key]),
        )
        for key, kind in kinds.items()
        if key in table and not isinstance(table[key], kind)
    ]
    if problems:
        raise InputError(problems)


def _grid(table: Mapping[str, Any], path: Path) -> GridSweep:
    problems = [
        Problem(key=key, rule="must be given")
        for key in ("family", "quantities", "grid")
        if key not in table
    ]
    if problems:
        raise InputError(problems)
    quantities = table["quantities"]
    if not (
        isinstance(quantities, list)
        and quantities
        and len({*map(str, quantities)}) == len(quantities)
    ):
        reject("quantities", "must be a list of different quantities", received=repr(quantities))
    name = str(table["family"])
    file = path.parent / name
    family: Family
    definition: Any = name
    if file.suffix.lower() in SUFFIXES:
        definition = read_table(file)
        try:
            family = family_from_table(definition, name=file.stem)
        except InputError as error:
            raise error.in_file(str(file)) from None
    else:
        family = load_family(name)
    return GridSweep(
        family=family,
        definition=definition,
        grid={key: _values(key, written) for key, written in table["grid"].items()},
        quantities=[str(quantity) for quantity in quantities],
        setting=_setting(table, path),
    )


def _setting(table: Mapping[str, Any], path: Path) -> Setting:
    """Return what the requirements depend on, with every problem at once."""
    options: dict[str, Any] = {
        key: table[key] for key in ("profile", "claim", "test") & table.keys()
    }
    problems: list[Problem] = []
    readers: dict[str, Callable[[], Any]] = {
        "conditions": lambda: Conditions.from_table(table.get("conditions", {})),
        "infidelity": lambda: float(exact_number(table.get("infidelity", 0), key="infidelity")),
        "inputs": lambda: InputLaw(
            bias=table.get("input_bias", 0), samples=table.get("input_samples")
        ),
    }
    for name, read in readers.items():
        try:
            options[name] = read()
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return Setting(design=_design(table.get("design"), path), **options)


def _design(name: str | None, path: Path) -> "Design | None":
    from xorgames.hardware.design import load_design

    if name is None:
        return None
    file = path.parent / name
    return load_design(file if file.suffix.lower() in SUFFIXES else name)


def _values(name: str, written: Any) -> list[Fraction]:
    """Return the values of one parameter."""
    key = f"grid.{name}"
    if isinstance(written, str):
        parts = written.split(":")
        if len(parts) != 3 or not parts[2].strip().isdecimal():
            reject(key, "is not well formed", received=repr(written), cure=_FORM)
        # Nobody means a number of more digits, which int() may refuse to read.
        count = int(parts[2].strip()[:20])
        return list(make_axis(name, parts[0], parts[1], count, key=key).values)
    if not isinstance(written, list) or not written:
        reject(key, "must be values", received=repr(written), cure=_FORM)
    values = [exact_number(each, key=key) for each in written]
    if len(set(values)) != len(values):
        reject(key, "must be different values", received=repr(written))
    return values


def _split(table: Mapping[str, Any], path: Path) -> SplitSweep:
    from xorgames.spec import parse_game

    split = table["split"]
    problems: list[Problem] = []
    check_keys(split, ("game", "rows", "time_limit_s"), where="split.", problems=problems)
    problems += [
        Problem(key=f"split.{key}", rule="must be given")
        for key in ("game", "rows")
        if key not in split
    ]
    limit = {"time_limit_s": split["time_limit_s"]} if "time_limit_s" in split else {}
    rules = {"time_limit_s": Rule(about="for each part", limits=POSITIVE, required=False)}
    numbers = read_numbers(limit, rules, where="split.", problems=problems)
    if not isinstance(split.get("game", ""), str):
        problems.append(
            Problem(key="split.game", rule="must be text", received=repr(split["game"]))
        )
    if problems:
        raise InputError(problems)
    file = path.parent / split["game"]
    spec = str(file) if file.suffix.lower() in SUFFIXES else split["game"]
    return SplitSweep(
        game=parse_game(spec).game, rows=split["rows"], time_limit_s=numbers.get("time_limit_s")
    )


def sweep_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a sweep file.

    Examples
    --------
    >>> sweep_schema()["oneOf"][1]["required"]
    ['split']
    """
    number = {"anyOf": [{"type": "number"}, {"type": "string"}]}
    text = {"type": "string"}
    values = {
        "anyOf": [
            {"type": "string", "pattern": "^[^:]+:[^:]+:[0-9]+$"},
            {"type": "array", "items": number, "minItems": 1},
        ]
    }
    split = {
        "type": "object",
        "properties": {"game": text, "rows": {"type": "integer", "minimum": 2}}
        | {"time_limit_s": number},
        "required": ["game", "rows"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A sweep over many games, or over the parts of one classical bias",
        "type": "object",
        "properties": {
            "schema": {"const": 1},
            "name": text,
            "family": text,
            "quantities": {"type": "array", "items": text, "minItems": 1, "uniqueItems": True},
            "grid": {"type": "object", "additionalProperties": values, "minProperties": 1},
            "conditions": {"type": "object"},
            **dict.fromkeys(_TEXTS, text),
            **dict.fromkeys(_NUMBERS, number),
            "input_samples": {"type": "integer", "minimum": 1},
            "split": split,
        },
        "required": ["schema"],
        "oneOf": [{"required": ["family", "quantities", "grid"]}, {"required": ["split"]}],
        "additionalProperties": False,
    }
