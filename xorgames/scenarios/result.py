"""What playing out an application shows, whatever the application: players, metrics, comparisons.

Every number is an estimate with its standard error; every player is compared with one of them, the
baseline, over the same rounds. A comparison says the difference in the metric's own unit and in per
cent, how many standard errors it is, and with how many rounds it would be five of them.
"""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, cast

from xorgames.errors import reject
from xorgames.scenarios.estimates import SIGMAS, Change, Estimate

#: A 95 % interval of a normal law reaches so many standard errors to either side.
INTERVAL = 1.959963984540054

COLUMNS = (
    "player",
    "metric",
    "unit",
    "estimate",
    "standard_error",
    "lower_95",
    "upper_95",
    "predicted",
    "difference",
    "difference_standard_error",
    "percent",
    "percent_standard_error",
    "sigmas",
    "sample_beyond_doubt",
)


#: A change may be nothing within so many standard errors.
_NOTHING = 2

#: What holds for all numbers that are shown.
ERROR_NOTE = (
    "Behind ± stands one standard error. Players are compared over the same rounds, so that a "
    "change is known better than the numbers it is between."
)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A quantity that an operator looks at.

    Attributes
    ----------
    name : str
        The key of the metric.
    about : str
        What it is, for people.
    unit : str
        Empty for a plain number.
    better : {"more", "less", ""}
        Which way is better; empty where neither is.
    """

    name: str
    about: str
    unit: str = ""
    better: Literal["more", "less", ""] = "more"

    def to_dict(self) -> dict[str, str]:
        """Return everything by name."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Achieved:
    """What one player achieved.

    Attributes
    ----------
    metrics : mapping of Estimate
        By the names of the measures.
    changes : mapping of Change
        Against the baseline, metric by metric; empty for the baseline itself.
    predicted : mapping of float
        What formulas say, where they say something.
    """

    metrics: Mapping[str, Estimate]
    changes: Mapping[str, Change] = field(default_factory=dict)
    predicted: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        return {
            "metrics": {name: each.to_dict() for name, each in self.metrics.items()},
            "changes": {name: each.to_dict() for name, each in self.changes.items()},
            "predicted": dict(self.predicted),
        }


@dataclass(frozen=True, kw_only=True)
class ScenarioResult:
    """An application played out by several players.

    Attributes
    ----------
    scenario : str
        What was played.
    rounds : int
        How many rounds everybody played.
    counted : str
        What a round is, in the plural: "decisions", "pairs of jobs".
    measures : tuple of Measure
        The most telling first.
    players : mapping of Achieved
        The baseline first.
    about : mapping of str
        What each player does, in a few words.
    facts : mapping
        What the run was made of, as JSON data: parameters, the game, its values.
    notes : tuple of str
        What a reader must know: assumptions, and what was left out.
    seconds : float
        How long it took.
    """

    scenario: str
    rounds: int
    counted: str
    measures: tuple[Measure, ...]
    players: Mapping[str, Achieved]
    about: Mapping[str, str]
    facts: Mapping[str, Any]
    notes: tuple[str, ...]
    seconds: float

    @property
    def baseline(self) -> str:
        """With whom the others are compared."""
        return next(iter(self.players))

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name, as JSON data: a number that is not finite is None."""
        content = {
            "scenario": self.scenario,
            "rounds": self.rounds,
            "counted": self.counted,
            "measures": [each.to_dict() for each in self.measures],
            "players": {name: each.to_dict() for name, each in self.players.items()},
            "about": dict(self.about),
            "facts": dict(self.facts),
            "notes": list(self.notes),
            "findings": self.findings(),
            "seconds": self.seconds,
        }
        return cast("dict[str, Any]", finite(content))

    def rows(self) -> list[dict[str, str]]:
        """Return one row of text for each player and metric, by the names in `COLUMNS`."""
        return [
            _row(name, measure, achieved)
            for name, achieved in self.players.items()
            for measure in self.measures
        ]

    def to_csv(self) -> str:
        """Return the rows as CSV: numbers as the shortest text that reads back the same."""
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows())
        return buffer.getvalue()

    def findings(self, player: str = "quantum") -> list[str]:
        """Say in sentences what a player changes, and from which sample size that is beyond doubt.

        Raises
        ------
        InputError
            If nobody of that name played.
        """
        if player not in self.players:
            received, known = repr(player), ", ".join(self.players)
            reject("player", f"must be one of {known}", received=received)
        changes = self.players[player].changes
        return [
            f"{each.about}: {finding(changes[each.name], self.counted)}"
            for each in self.measures
            if each.name in changes
        ]


def finding(change: Change, counted: str) -> str:
    """Say what a change is in per cent, and from which sample size it is beyond doubt.

    Examples
    --------
    >>> change = Change(difference=Estimate(value=0.1, standard_error=0.01),
    ...                 percent=Estimate(value=5.0, standard_error=0.5), sample=10_000)
    >>> finding(change, "decisions")
    '+5.00 ± 0.50 %, beyond 5 standard errors from about 2,500 decisions on'
    """
    size = share(change)
    if math.isnan(change.sigmas):
        return "not defined in some or all of the run"
    if change.difference.value == 0:
        return "no difference"
    if change.sigmas < _NOTHING:
        nothing = f"within {_NOTHING} standard errors of nothing"
        return f"{size}, {nothing} after {change.sample:,} {counted}"
    return f"{size}, beyond {SIGMAS} standard errors from about {sample(change)} {counted} on"


def sample(change: Change) -> str:
    """Write the sample size that is enough, rounded up to two digits: it is an estimate.

    Of a change that may be nothing, within two standard errors, it would be an estimate of nothing.

    Examples
    --------
    >>> sample(Change(difference=Estimate(value=0.1, standard_error=0.013),
    ...               percent=Estimate(value=5.0, standard_error=0.5), sample=10_000))
    '4,300'
    >>> sample(Change(difference=Estimate(value=0.1, standard_error=0.13),
    ...               percent=Estimate(value=5.0, standard_error=6.5), sample=10_000))
    'not known'
    """
    enough = change.sample_beyond_doubt
    if enough is None:
        return "never"
    if change.sigmas < _NOTHING:
        return "not known"
    unit = 10 ** max(0, len(str(enough)) - 2)
    return f"{-(-enough // unit) * unit:,}"


def share(change: Change) -> str:
    """Write a change in per cent with its sign and error, or in its own unit where 0 is compared.

    Examples
    --------
    >>> share(Change(difference=Estimate(value=0.1, standard_error=0.01),
    ...              percent=Estimate(value=float("inf"), standard_error=0.0), sample=9))
    '+0.100 ± 0.010'
    """
    percent = change.percent
    finite = abs(percent.value) < 1e6 and percent.standard_error < 1e6
    shown, unit = (percent, " %") if finite else (change.difference, "")
    return ("+" if shown.value > 0 else "") + str(shown) + unit


def finite(content: Any) -> Any:
    """Return JSON data with None in place of numbers that are not finite.

    Examples
    --------
    >>> finite({"error": float("nan"), "values": (1.0, float("inf"))})
    {'error': None, 'values': [1.0, None]}
    """
    if isinstance(content, Mapping):
        return {key: finite(each) for key, each in content.items()}
    if isinstance(content, list | tuple):
        return [finite(each) for each in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content


def _row(player: str, measure: Measure, achieved: Achieved) -> dict[str, str]:
    estimate = achieved.metrics[measure.name]
    reach = INTERVAL * estimate.standard_error
    numbers: list[float | None] = [
        estimate.value,
        estimate.standard_error,
        estimate.value - reach,
        estimate.value + reach,
        achieved.predicted.get(measure.name),
    ]
    change = achieved.changes.get(measure.name)
    if change is None:
        numbers += [None] * 6
    else:
        for each in (change.difference, change.percent):
            numbers += [each.value, each.standard_error]
        numbers += [change.sigmas, change.sample_beyond_doubt]
    cells = (player, measure.name, measure.unit, *map(_cell, numbers))
    return dict(zip(COLUMNS, cells, strict=True))


def _cell(number: float | None) -> str:
    """Write a number so that it reads back the same; nothing for none, or for one not finite."""
    return repr(number) if number is not None and math.isfinite(number) else ""
