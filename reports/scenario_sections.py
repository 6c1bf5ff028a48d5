"""What a report on a scenario says about the game behind it, and about what it was played with."""

from collections.abc import Iterator, Mapping
from typing import Any

from xorgames.reports.blocks import Paragraph, Section, clean, table
from xorgames.reports.numbers import plain, quantity
from xorgames.scenarios.result import ScenarioResult
from xorgames.units import name_of, unit_of


def estimated_game(game: Mapping[str, Any] | None) -> list[Section]:
    """Show the game that was estimated, with its sampling error."""
    if game is None:
        return []
    errors, payoff = game["payoff_difference_standard_error"], game["payoff"]
    rows = [
        (
            f"x = {x}, y = {y}",
            f"{odds:.4f}",
            plain(payoff[x][y][0], 5),
            plain(payoff[x][y][1], 5),
            "none" if errors[x][y] is None else plain(errors[x][y], 2),
        )
        for x, row in enumerate(game["distribution"])
        for y, odds in enumerate(row)
    ]
    header = ("inputs", "probability", "equal bits", "different bits", "error of their difference")
    caption = f"Mean payoffs over {game['samples']:,} training rounds, estimates"
    return [
        Section(
            "The game, estimated",
            (table(caption, header, rows, align="lrrrr"), Paragraph(_worth(game))),
        )
    ]


def _worth(game: Mapping[str, Any]) -> str:
    """Say which of the values are proven, and how far the game itself is known."""
    gap = game["gap"]
    classical, quantum = (
        plain(game[f"{key}_value"]["lower"], 6) for key in ("classical", "quantum")
    )
    error = gap["standard_error"]
    away = gap["value"] / error if error else 0.0
    return (
        f"Of the game as estimated the classical value is {classical}, that of one Bell pair "
        f"{quantum}; these are proven for the numbers in the table. The numbers are a sample: the "
        f"gap is {plain(gap['value'])} ± {plain(error, 2)}, {away:.1f} standard errors, and "
        "strategies look a little better in the rounds that they were made for. The players met "
        "other rounds."
    )


def parameters_section(result: ScenarioResult) -> Section:
    """List what a scenario was played with, in words and with units."""
    facts = {key: value for key, value in result.facts.items() if key != "game"}
    parameters = table("Parameters", ("name", "value"), _facts(facts, ()), align="lr")
    return Section("What it was played with", (parameters,))


def _facts(facts: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield names, after the groups that they stand in, and values."""
    for key, value in facts.items():
        if isinstance(value, Mapping):
            inside = () if key == "parameters" else (clean(name_of(key)),)
            yield from _facts(value, (*above, *inside))
        elif value is not None:
            yield ": ".join((*above, clean(name_of(key)))), _written(key, value)


def _written(key: str, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return quantity(value, unit_of(key), 6)
    return clean(str(value))
