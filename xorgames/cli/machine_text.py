"""Requirements, verdicts and figures of a machine as text for the terminal."""

import math
from typing import TYPE_CHECKING

from xorgames.cli.question_text import wrapped
from xorgames.cli.text import aligned
from xorgames.units import format_quantity, name_of, unit_of

if TYPE_CHECKING:
    from xorgames.bound import Bound
    from xorgames.hardware.performance import Performance
    from xorgames.hardware.requirements import Requirements
    from xorgames.hardware.rounds import Rounds
    from xorgames.hardware.verdict import Verdict

_PASSED = {True: "yes", False: "NO", None: "undecided"}


def requirements_text(needs: "Requirements") -> str:
    """Return what a machine must do as a table."""
    from xorgames.hardware.verdict_notes import FEWER

    rounds, conditions = needs.rounds, needs.conditions
    lines = [
        f"{needs.solution.game.name}: what a machine must do with one Bell pair per round",
        "",
        aligned(
            [
                ["fidelity", "combined infidelity below", _limit(needs.combined_infidelity_max)],
                ["", "Werner pair, perfect readout", _limit(needs.werner_infidelity_max)],
                ["", "guaranteed, any noise", _limit(needs.guaranteed_infidelity_max)],
                ["", "at best, kindest noise", _limit(needs.best_infidelity_max)],
                ["rate", f"above, at infidelity {rounds.infidelity:g}", _rate(needs.rate_min_hz)],
                [
                    "",
                    f"rounds in {format_quantity(conditions.window_s, 's')}",
                    _count(rounds.first),
                ],
                ["", "and every number from", _count(rounds.safe)],
                *([["", "on average", f"{rounds.mean_rounds:.0f}"]] if rounds.mean_rounds else []),
                ["", "by any test, at least", _any_test(rounds.fewest_by_any_test)],
                ["", "by Hoeffding's closed form", _hoeffding(rounds)],
                ["", "by expected score, no power", _count(rounds.expected_score_rounds)],
                *_protocols(needs),
                ["decision", "within", format_quantity(needs.time_max_s, "s")],
                ["", "which must be below light's", format_quantity(needs.light_time_s, "s")],
            ]
        ),
        "",
        wrapped(f"{rounds.terms}; protocol {needs.protocol}", indent=2),
        f"Bell pairs for the Tsirelson value: {needs.pairs} (rank {needs.rank})",
    ]
    fewer = rounds.expected_score_rounds or math.inf
    if rounds.power is not None and fewer < (rounds.first or 0):
        lines.append(wrapped(FEWER))
    lines += [needs.statement] if needs.statement else []
    lines += [f"The payoff {rounds.reason}."] if rounds.reason else []
    lines += ["", "Assumptions:", *(wrapped(text, "- ") for text in needs.assumptions)]
    return "\n".join(lines)


def verdict_line(verdict: "Verdict") -> str:
    """Return the verdict, on which game and which machine."""
    game, performance = verdict.requirements.solution.game, verdict.performance
    return f"{verdict.verdict}: {game.name} with {performance.design} ({performance.profile})"


def verdict_text(verdict: "Verdict") -> str:
    """Return a verdict with its criteria as a table."""
    rows = [["criterion", "required", "achieved", "margin", "met"]]
    for criterion in verdict.criteria:
        required, achieved = criterion.required, criterion.achieved
        shown = [
            "none" if number is None else format_quantity(number, criterion.unit)
            for number in (required, achieved)
        ]
        margin = "" if criterion.margin is None else _margin(criterion.margin)
        limit = f"{criterion.comparison} {shown[0]}"
        if required is None:
            limit = "nothing suffices" if criterion.passed is False else "not proven"
        rows.append([criterion.name, limit, shown[1], margin, _PASSED[criterion.passed]])
    lines = [
        verdict_line(verdict),
        "",
        aligned(rows),
        "",
        *(wrapped(f"{c.name}: {c.note}", indent=2) for c in verdict.criteria if c.note),
        "",
        *(wrapped(note, "- ") for note in verdict.notes),
        "",
        *_budget(verdict.performance),
    ]
    return "\n".join(lines)


def performance_text(performance: "Performance") -> str:
    """Return what a design achieves, and its error budget, as tables."""
    content = performance.to_dict()
    rows = [
        [name_of(key), format_quantity(value, unit_of(key), digits=6)]
        for key, value in content.items()
        if isinstance(value, (int, float))
    ]
    head = f"{performance.design} (profile {performance.profile})"
    return "\n".join([head, "", aligned(rows), "", *_budget(performance)])


def _budget(performance: "Performance") -> list[str]:
    """Return what each cause takes from the correlators, as a table under its heading."""
    parts = [[cause, f"{part:.6g}"] for cause, part in performance.error_budget]
    total = ["sum, the combined infidelity", f"{performance.combined_infidelity:.6g}"]
    return ["Error budget", aligned([*parts, total])]


def _margin(margin: float) -> str:
    """Write a relative distance as a percentage, or as a factor where that would be unreadable."""
    return f"{margin:+.1%}" if margin < 10 else f"{margin + 1:.0f} times"


def _limit(bound: "Bound | None") -> str:
    return "no infidelity suffices" if bound is None else bound.display(9)


def _rate(rate_hz: float | None) -> str:
    return "no rate suffices" if rate_hz is None else format_quantity(rate_hz, "Hz", digits=6)


def _hoeffding(rounds: "Rounds") -> str:
    if rounds.first is None or rounds.hoeffding_rounds is None:
        return _count(rounds.hoeffding_rounds)
    return f"{rounds.hoeffding_rounds} ({rounds.hoeffding_rounds / rounds.first:.3g} times)"


def _any_test(rounds: int | None) -> str:
    return "not known" if rounds is None else str(rounds)


def _protocols(needs: "Requirements") -> list[list[str]]:
    """Return the rates for Poisson arrivals, where there are any."""
    rates = needs.rate_by_protocol or {}
    return [
        ["", f"Poisson arrivals, {name}", format_quantity(rate, "Hz", digits=4)]
        for name, rate in rates.items()
    ]


def _count(rounds: int | None) -> str:
    return "no number suffices" if rounds is None else str(rounds)
